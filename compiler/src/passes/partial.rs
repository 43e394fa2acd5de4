//! Partial applications of known functions are closures of functions of their own, one for each function and number of arguments: it
//! captures the function's closure and the arguments, takes the other parameters and calls the function (which `inline` puts in
//! its place when it is small). So the runtime looks at no arity, and whoever is given the closure in the same function knows what it calls.

use std::collections::{BTreeMap, BTreeSet};

use smallvec::smallvec;

use crate::ir::program::{Arg, Block, Callee, Func, FuncId, Instr, Kind, NO_HINT, Program, Term, Var};
use crate::passes::names;

/// The functions that are made: of a function that is applied to a number of arguments.
struct Made<'a> {
    program: &'a mut Program,
    taken: BTreeSet<String>,
    ids: BTreeMap<(FuncId, usize), FuncId>,
}

impl Made<'_> {
    /// The function for what is applied to so many arguments; variable `i + 1` is what that calls its parameter number `i`.
    fn function(&mut self, applied: FuncId, args: usize) -> Option<FuncId> {
        let f = self.program.functions[applied as usize].as_ref()?;
        let arity = f.params.len();
        if arity <= args + 1 {
            return None;
        }
        if let Some(id) = self.ids.get(&(applied, args)) {
            return Some(*id);
        }
        let id = self.program.functions.len() as FuncId;
        let captured = args as Var + 1;
        let mut vars = (1..=arity as Var).map(Arg::Var);
        let read = |i: Var| Instr::Prim { dest: i + 1, name: "%env".into(), args: smallvec![Arg::Var(0), Arg::Int(i as i32)] };
        let block = Block {
            params: Vec::new(),
            body: (0..captured).map(read).collect(),
            term: Term::Tail { closure: vars.next()?, args: vars.collect(), callee: Callee::Known(applied) },
        };
        let made = Func {
            id,
            name: names::unique(&mut self.taken, &format!("{}_partial", f.name)),
            place: f.place.clone(),
            kind: Kind::Closure,
            params: std::iter::once(0).chain(captured + 1..=arity as Var).collect(),
            exits: 0,
            blocks: vec![block],
            names: std::iter::once(NO_HINT).chain(f.params.iter().map(|v| f.names[*v as usize])).collect(),
        };
        self.program.functions.push(Some(made));
        self.ids.insert((applied, args), id);
        Some(id)
    }

    /// The instruction that makes the closure, if a call is a partial application.
    fn closure(&mut self, dest: Var, closure: Arg, args: &[Arg], callee: Callee) -> Option<Instr> {
        let id = self.function(callee.known()?, args.len())?;
        Some(Instr::Closures { dests: vec![dest], functions: vec![(id, [&[closure], args].concat().into())] })
    }
}

/// Makes closures of the partial applications that `known_calls` has marked.
pub fn run(program: &mut Program) {
    let taken = names::taken(program);
    let mut made = Made { program, taken, ids: BTreeMap::new() };
    for id in 0..made.program.functions.len() {
        // The function stays in its place, since it may be applied itself.
        let Some(f) = &mut made.program.functions[id] else { continue };
        let (mut blocks, mut vars) = (std::mem::take(&mut f.blocks), f.names.len());
        for block in &mut blocks {
            for instr in &mut block.body {
                if let Instr::Apply { dest, closure, args, callee } = instr
                    && let Some(made) = made.closure(*dest, *closure, args, *callee)
                {
                    *instr = made;
                }
            }
            if let Term::Tail { closure, args, callee } = &block.term
                && let Some(made) = made.closure(vars as Var, *closure, args, *callee)
            {
                block.body.push(made);
                block.term = Term::Return(Arg::Var(vars as Var));
                vars += 1;
            }
        }
        if let Some(f) = &mut made.program.functions[id] {
            f.blocks = blocks;
            f.names.resize(vars, NO_HINT);
        }
    }
}
