//! The intermediate representation: SSA with block parameters (ARCHITECTURE.md, section 5).
//! Variables are numbered per function, blocks per function, functions per program; block 0 is the entry.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::bytecode::unmarshal::{Arena, Node};

pub type Var = u32;
pub type BlockId = u32;
pub type FuncId = u32;

/// The name of an OCaml variable: which of the program's `hints`.
pub type Hint = u32;

/// Of a primitive. The bytecode's own operations, which are most, need no memory.
pub type Name = Cow<'static, str>;

/// Of a variable without one.
pub const NO_HINT: Hint = 0;

/// An integer of up to 64 bits that asks for no more alignment than others, so that an argument takes 12 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(Rust, packed(4))]
pub struct Wide(pub i64);

impl Wide {
    pub fn value(self) -> i64 {
        self.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    Var(Var),
    /// An integer of at most 31 bits.
    Int(i32),
    /// A wider one.
    Wide(Wide),
    /// Node of the data arena: a string or a float.
    Literal(Node),
}

/// What an instruction or a jump is given. Up to two need no memory of their own, which is what most have.
pub type Args = SmallVec<[Arg; 2]>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub block: BlockId,
    pub args: Args,
}

/// What is known of the function that a call is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// Any: it may take more or fewer arguments.
    Any,
    /// It takes as many arguments as there are.
    Exact,
    Known(FuncId),
}

impl Callee {
    /// The function, if there is only one.
    pub fn known(self) -> Option<FuncId> {
        match self {
            Callee::Known(id) => Some(id),
            Callee::Any | Callee::Exact => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instr {
    Prim {
        dest: Var,
        name: Name,
        args: Args,
    },
    Apply {
        dest: Var,
        closure: Arg,
        args: Args,
        callee: Callee,
    },
    /// Each function with what it captures.
    Closures {
        dests: Vec<Var>,
        functions: Vec<(FuncId, Args)>,
    },
    Try {
        dests: Vec<Var>,
        body: FuncId,
        args: Args,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    Return(Arg),
    Raise(Arg),
    Jump(Target),
    /// Not 0, 0.
    If(Arg, Target, Target),
    /// Immediates, tags.
    Switch(Arg, Vec<Target>, Vec<Target>),
    Tail {
        closure: Arg,
        args: Args,
        callee: Callee,
    },
    Part(FuncId, Args),
    Leave(u32, Args),
    Pushtrap {
        exn: Var,
        body: Target,
        handler: Target,
    },
    Poptrap(Target),
    /// A block that was removed.
    Unreachable,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub params: Vec<Var>,
    pub body: Vec<Instr>,
    pub term: Term,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Closure,
    /// Only ever called directly, and without a closure.
    Direct,
    Body,
    Part,
}

#[derive(Clone, Debug)]
pub struct Func {
    pub id: FuncId,
    /// Of the OCaml source where debug information has it, else of the unit; unique in the program.
    pub name: String,
    /// The definition in the OCaml source, its file and line: `List.map, list.ml:92`; "" when unknown.
    pub place: String,
    pub kind: Kind,
    /// Closure: self first.
    pub params: Vec<Var>,
    /// Body: how many ways it leaves.
    pub exits: u32,
    pub blocks: Vec<Block>,
    /// Of each variable the name in the OCaml source; its length is the number of variables.
    pub names: Vec<Hint>,
}

impl Func {
    /// Does it take its closure?
    pub fn has_closure(&self) -> bool {
        self.kind == Kind::Closure
    }
}

/// What happens at a place where an exception may be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// A call, or an operation of the runtime.
    Call,
    Raise,
    Reraise,
    /// A raise that leaves no backtrace.
    Notrace,
}

/// A range of the OCaml source, in the terms of `runtime/backtrace_byt.c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub file: Vec<u8>,
    pub definition: Vec<u8>,
    pub line: i32,
    /// From the start of `line`: the first character, and the one after the last.
    pub start: i32,
    pub end: i32,
    pub end_line: i32,
    /// From the start of `end_line`.
    pub end_char: i32,
}

/// A place of which a backtrace can speak: the operand of `%place` is its number.
#[derive(Clone, Debug)]
pub struct Place {
    pub kind: PlaceKind,
    /// Its own, then those of the calls whose arguments it helps to compute and whose return address is on ocamlrun's stack, the
    /// inner first. None where the debugging events do not say.
    pub locations: Vec<Option<Location>>,
}

#[derive(Clone, Debug)]
pub struct Program {
    /// None: removed.
    pub functions: Vec<Option<Func>>,
    pub main: FuncId,
    pub data: Arena,
    /// Node of each global's initial value.
    pub globals: Vec<Node>,
    /// Unit of each global, "" for constants.
    pub global_names: Vec<String>,
    /// What variables are called, `NO_HINT` first.
    pub hints: Vec<String>,
    /// How many slots follow those of the globals: values of main that functions read.
    pub lifted: usize,
    /// Those of the `%place` instructions; empty unless locations are wanted.
    pub places: Vec<Place>,
    /// Of the OCaml that made the bytecode: (4, 13).
    pub version: (u32, u32),
}
