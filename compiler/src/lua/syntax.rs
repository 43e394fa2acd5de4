//! The Lua that the emitter makes: statements as a tree, expressions as text with what the next steps ask of them.

use crate::ir::program::Var;

/// What an expression may stand next to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name, an index or a call: may be indexed and called.
    Prefix,
    /// A non-negative number or a string: an operand, but not to be indexed.
    Atom,
    /// Anything else: in parentheses wherever it is an operand.
    Compound,
}

/// What is known of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// An integer constant of at most 31 bits.
    Int(i32),
    /// The first `base` bytes are an operand of this kind, to which this is added.
    Sum { base: usize, kind: Kind, plus: i32 },
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub text: String,
    pub kind: Kind,
    pub known: Option<Known>,
    /// The variables whose registers the text names.
    pub vars: Vec<Var>,
}

#[derive(Clone, Debug)]
pub struct Dest {
    pub var: Var,
    /// A local's name, or a slot of the spill table.
    pub name: String,
}

#[derive(Clone, Debug)]
pub enum Stat {
    Assign {
        local: bool,
        dests: Vec<Dest>,
        value: Expr,
    },
    Local(Vec<String>),
    /// Assigns `T`, and declares it if nothing around or before it does.
    Scratch {
        local: bool,
        value: Expr,
    },
    /// The next assignment, text or failure stands on a line of its own, which belongs to this place of the program.
    Place(u32),
    /// Any other statement of one line.
    Text(Expr),
    If(Expr, Vec<Stat>, Vec<Stat>),
    /// A loop: what stands before `do`, and what is done.
    Loop(Expr, Vec<Stat>),
    /// `repeat … until true`
    Once(Vec<Stat>),
    Break,
    Return(Expr),
    /// A call that does not return.
    Fail(Expr),
}

#[derive(Clone, Debug)]
pub struct Function {
    /// Locals of its group that are declared in front of it.
    pub declares: Vec<String>,
    /// What it begins with, up to its parameters.
    pub head: String,
    /// Local name and field of `F`, when it has both.
    pub field: Option<(String, String)>,
    /// Where it stands in the OCaml source, else its name.
    pub comment: String,
    pub params: Vec<String>,
    pub body: Vec<Stat>,
}

/// An expression that names no register.
pub fn constant(text: String, kind: Kind) -> Expr {
    Expr { text, kind, known: None, vars: Vec::new() }
}

/// Does control never reach the end of the statements?
pub fn terminated(stats: &[Stat]) -> bool {
    matches!(stats.last(), Some(Stat::Break | Stat::Return(_) | Stat::Fail(_)))
}
