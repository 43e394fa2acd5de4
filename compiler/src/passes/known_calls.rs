//! Calls of functions that are known at compile time, and captured or exported values that are constants.
//!
//! Every function has, as a rule, one place that creates it, so what is known there of a captured value is known inside.
//! A unit's global is set once to a block of what the unit exports, which is immutable. Other blocks that main makes (modules
//! inside a unit, but references too) are looked through unless they escape: a first walk finds those that do,
//! a second one rewrites. Functions are visited from main, those that create others first.

use crate::ir::program::{Arg, Block, Func, FuncId, Instr, Kind, Program, Term};
use crate::ir::visit::{each_arg_mut, each_term_arg, each_term_arg_mut};

/// What is known of a value.
#[derive(Clone, Debug)]
enum Fact {
    Unknown,
    /// A closure of this function.
    Function(FuncId),
    /// A block that main makes, by number.
    Block(usize),
    /// A constant.
    Constant(Arg),
}

struct Walk {
    /// Parameters of each function without its closure; None: not a closure function.
    arity: Vec<Option<usize>>,
    /// How many places create the function or run it as the body of a try.
    sites: Vec<u32>,
    /// How many places set the global.
    sets: Vec<u32>,
    /// Of each function what is known of what it captures or, for a body, of its parameters.
    inputs: Vec<Vec<Fact>>,
    globals: Vec<Fact>,
    /// Fields of the blocks that main makes.
    blocks: Vec<Vec<Fact>>,
    /// By number of block: a global is set to it; it can be changed by who knows whom.
    exported: Vec<bool>,
    escaped: Vec<bool>,
    /// The second walk.
    rewrite: bool,
    main: FuncId,
    /// Functions to visit.
    queue: Vec<FuncId>,
}

fn set<T>(list: &mut [T], index: usize, value: T) {
    if let Some(place) = list.get_mut(index) {
        *place = value;
    }
}

fn count_sites(program: &Program, walk: &mut Walk) {
    for function in program.functions.iter().flatten() {
        for instr in function.blocks.iter().flat_map(|block| &block.body) {
            match instr {
                Instr::Closures { functions, .. } => {
                    for (created, _) in functions {
                        if let Some(n) = walk.sites.get_mut(*created as usize) {
                            *n += 1;
                        }
                    }
                }
                Instr::Try { body, .. } => {
                    if let Some(n) = walk.sites.get_mut(*body as usize) {
                        *n += 1;
                    }
                }
                Instr::Prim { name, args, .. } if name == "%set_global" => {
                    if let Some(Arg::Int(slot)) = args.first()
                        && let Some(n) = walk.sets.get_mut(*slot as usize)
                    {
                        *n += 1;
                    }
                }
                _ => {}
            }
        }
    }
}

impl Walk {
    fn fact(facts: &[Fact], arg: &Arg) -> Fact {
        match arg {
            Arg::Var(v) => facts.get(*v as usize).cloned().unwrap_or(Fact::Unknown),
            constant => Fact::Constant(constant.clone()),
        }
    }

    fn escape(&mut self, facts: &[Fact], arg: &Arg) {
        if let Fact::Block(block) = Walk::fact(facts, arg) {
            set(&mut self.escaped, block, true);
        }
    }

    fn escape_all(&mut self, facts: &[Fact], args: &[Arg]) {
        for arg in args {
            self.escape(facts, arg);
        }
    }

    /// Whether the fields of a block are what they were when it was made.
    fn is_stable(&self, block: usize) -> bool {
        self.exported.get(block) == Some(&true) || self.escaped.get(block) != Some(&true)
    }

    /// What flows into a function at the place that creates it.
    fn enter(&mut self, function: FuncId, facts: &[Fact], args: &[Arg]) {
        if self.sites.get(function as usize) == Some(&1) {
            let inputs = args.iter().map(|arg| Walk::fact(facts, arg)).collect();
            set(&mut self.inputs, function as usize, inputs);
        } else {
            self.escape_all(facts, args);
        }
        self.queue.push(function);
    }

    fn known(&self, facts: &[Fact], closure: &Arg, args: &[Arg]) -> Option<FuncId> {
        let Fact::Function(function) = Walk::fact(facts, closure) else {
            return None;
        };
        let arity = self.arity.get(function as usize).copied().flatten();
        if arity == Some(args.len()) { Some(function) } else { None }
    }

    /// What is known of a primitive's result.
    fn prim(&mut self, facts: &[Fact], function: FuncId, name: &str, args: &[Arg]) -> Fact {
        match (name, args) {
            ("%env", [base, Arg::Int(index)]) => match Walk::fact(facts, base) {
                Fact::Function(created) => self.input(created, *index),
                _ => Fact::Unknown,
            },
            ("%global", [Arg::Int(slot)]) => self.globals.get(*slot as usize).cloned().unwrap_or(Fact::Unknown),
            ("%field", [base, Arg::Int(index)]) => match Walk::fact(facts, base) {
                Fact::Block(block) if self.is_stable(block) => self.field(block, *index),
                _ => Fact::Unknown,
            },
            ("%set_global", [Arg::Int(slot), value]) => {
                if let Fact::Block(block) = Walk::fact(facts, value)
                    && self.sets.get(*slot as usize) == Some(&1)
                {
                    set(&mut self.exported, block, true);
                    set(&mut self.globals, *slot as usize, Fact::Block(block));
                } else {
                    self.escape(facts, value);
                }
                Fact::Unknown
            }
            ("%block", [_, fields @ ..]) if function == self.main => {
                let block = self.blocks.len();
                self.blocks.push(fields.iter().map(|field| Walk::fact(facts, field)).collect());
                if self.escaped.len() <= block {
                    self.escaped.push(false);
                    self.exported.push(false);
                }
                Fact::Block(block)
            }
            _ => {
                self.escape_all(facts, args);
                Fact::Unknown
            }
        }
    }

    fn input(&self, function: FuncId, index: i32) -> Fact {
        let inputs = self.inputs.get(function as usize);
        inputs.and_then(|inputs| inputs.get(index as usize)).cloned().unwrap_or(Fact::Unknown)
    }

    fn field(&self, block: usize, index: i32) -> Fact {
        let fields = self.blocks.get(block);
        fields.and_then(|fields| fields.get(index as usize)).cloned().unwrap_or(Fact::Unknown)
    }

    fn instr(&mut self, facts: &mut [Fact], function: FuncId, instr: &mut Instr) {
        if self.rewrite {
            each_arg_mut(instr, &mut |arg| replace(facts, arg));
        }
        match instr {
            Instr::Prim { dest, name, args } => {
                let fact = self.prim(facts, function, name, args);
                set(facts, *dest as usize, fact);
            }
            Instr::Apply { closure, args, known, .. } => {
                *known = self.known(facts, closure, args);
                self.escape(facts, closure);
                self.escape_all(facts, args);
            }
            Instr::Closures { dests, functions } => {
                for (dest, (created, _)) in dests.iter().zip(functions.iter()) {
                    set(facts, *dest as usize, Fact::Function(*created));
                }
                for (created, captured) in functions.iter() {
                    self.enter(*created, facts, captured);
                }
            }
            Instr::Try { body, args, .. } => self.enter(*body, facts, args),
        }
    }

    fn term(&mut self, facts: &[Fact], term: &mut Term) {
        if self.rewrite {
            each_term_arg_mut(term, &mut |arg| replace(facts, arg));
        } else {
            each_term_arg(term, &mut |arg| self.escape(facts, arg));
        }
        if let Term::Tail { closure, args, known } = term {
            *known = self.known(facts, closure, args);
        }
    }

    /// One walk over the program.
    fn run(&mut self, program: &mut Program) {
        self.blocks.clear();
        self.queue = vec![self.main];
        let mut visited = vec![false; program.functions.len()];
        let mut next = 0;
        while let Some(&id) = self.queue.get(next) {
            next += 1;
            if visited.get(id as usize) != Some(&false) {
                continue;
            }
            set(&mut visited, id as usize, true);
            let Some(Some(function)) = program.functions.get_mut(id as usize) else {
                continue;
            };
            let mut facts = vec![Fact::Unknown; function.names.len()];
            match function.kind {
                Kind::Closure => {
                    if let Some(own) = function.params.first() {
                        set(&mut facts, *own as usize, Fact::Function(id));
                    }
                }
                Kind::Body | Kind::Part => {
                    for (i, param) in function.params.iter().enumerate() {
                        set(&mut facts, *param as usize, self.input(id, i as i32));
                    }
                }
            }
            for block in &mut function.blocks {
                let Block { body, term, .. } = block;
                for instr in body {
                    self.instr(&mut facts, id, instr);
                }
                self.term(&facts, term);
            }
        }
    }

    /// What stands in a block that escapes does, too.
    fn spread(&mut self) {
        let mut work: Vec<usize> = (0..self.blocks.len()).filter(|&block| self.escaped.get(block) == Some(&true)).collect();
        while let Some(block) = work.pop() {
            for field in self.blocks.get(block).cloned().unwrap_or_default() {
                if let Fact::Block(inner) = field
                    && self.escaped.get(inner) == Some(&false)
                {
                    set(&mut self.escaped, inner, true);
                    work.push(inner);
                }
            }
        }
    }
}

fn replace(facts: &[Fact], arg: &mut Arg) {
    if let Arg::Var(v) = arg
        && let Some(Fact::Constant(constant)) = facts.get(*v as usize)
    {
        *arg = constant.clone();
    }
}

/// Marks calls of known functions and puts constants in the place of variables that always hold them.
pub fn run(program: &mut Program) {
    let arity = |function: &Func| match function.kind {
        Kind::Closure => function.params.len().checked_sub(1),
        Kind::Body | Kind::Part => None,
    };
    let mut walk = Walk {
        arity: program.functions.iter().map(|function| function.as_ref().and_then(arity)).collect(),
        sites: vec![0; program.functions.len()],
        sets: vec![0; program.globals.len()],
        inputs: vec![Vec::new(); program.functions.len()],
        globals: vec![Fact::Unknown; program.globals.len()],
        blocks: Vec::new(),
        exported: Vec::new(),
        escaped: Vec::new(),
        rewrite: false,
        main: program.main,
        queue: Vec::new(),
    };
    count_sites(program, &mut walk);
    walk.run(program);
    walk.spread();
    walk.rewrite = true;
    walk.globals = vec![Fact::Unknown; program.globals.len()];
    walk.run(program);
}
