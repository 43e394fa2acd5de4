//! Functions that are only ever called directly take no closure (fib: 0.9 of the time on Lua 5.4). Such a one stands in no value, so
//! nothing applies it as a closure, and it reads nothing from its own: all it may do with that is to pass it on in such calls.

use crate::ir::program::{Arg, Callee, Func, FuncId, Instr, Kind, Program, Term};
use crate::ir::visit::{each_arg, each_term_arg};
use crate::parallel;
use crate::passes::Simplify;

/// What asks for closures.
struct Needs {
    /// By function: does anything need its closure?
    needed: Vec<bool>,
    /// By function: those whose closures calls pass to it as its own.
    passed: Vec<Vec<FuncId>>,
}

impl Needs {
    /// What the function does with closures that it is known to have.
    fn function(&mut self, f: &Func) {
        let mut held: Vec<Option<FuncId>> = vec![None; f.names.len()];
        if let Some(own) = f.params.first() {
            held[*own as usize] = Some(f.id);
        }
        for instr in f.blocks.iter().flat_map(|block| &block.body) {
            if let Instr::Closures { dests, functions } = instr {
                for (dest, (id, _)) in dests.iter().zip(functions) {
                    held[*dest as usize] = Some(*id);
                }
            }
        }
        let holds = |a: &Arg| if let Arg::Var(v) = a { held[*v as usize] } else { None };
        for block in &f.blocks {
            for instr in &block.body {
                match instr {
                    Instr::Apply { closure, args, callee: Callee::Known(id), .. } => {
                        self.passed[*id as usize].extend(holds(closure));
                        args.iter().for_each(|a| self.note(holds(a)));
                    }
                    instr => each_arg(instr, &mut |a| self.note(holds(a))),
                }
            }
            match &block.term {
                Term::Tail { closure, args, callee: Callee::Known(id) } => {
                    self.passed[*id as usize].extend(holds(closure));
                    args.iter().for_each(|a| self.note(holds(a)));
                }
                term => each_term_arg(term, &mut |a| self.note(holds(a))),
            }
        }
    }

    fn note(&mut self, id: Option<FuncId>) {
        if let Some(id) = id {
            self.needed[id as usize] = true;
        }
    }

    /// A function that needs its closure needs all that are passed as such.
    fn propagate(&mut self) {
        let mut work: Vec<usize> = (0..self.needed.len()).filter(|id| self.needed[*id]).collect();
        while let Some(id) = work.pop() {
            for other in std::mem::take(&mut self.passed[id]) {
                if !self.needed[other as usize] {
                    self.needed[other as usize] = true;
                    work.push(other as usize);
                }
            }
        }
    }
}

/// Drops what the functions that need no closure are given as such. Gives whether that was a variable.
fn drop_closures(f: &mut Func, needed: &[bool]) -> bool {
    let mut dropped = false;
    let mut drop = |closure: &mut Arg, id: FuncId| {
        if !needed[id as usize] {
            dropped = dropped || matches!(closure, Arg::Var(_));
            *closure = Arg::Int(0);
        }
    };
    for block in &mut f.blocks {
        for instr in &mut block.body {
            match instr {
                Instr::Apply { closure, callee: Callee::Known(id), .. } => drop(closure, *id),
                Instr::Closures { dests, functions } => {
                    let mut kept = functions.iter().map(|(id, _)| needed[*id as usize]);
                    dests.retain(|_| kept.next() == Some(true));
                    functions.retain(|(id, _)| needed[*id as usize]);
                }
                _ => {}
            }
        }
        block.body.retain(|instr| !matches!(instr, Instr::Closures { dests, .. } if dests.is_empty()));
        if let Term::Tail { closure, callee: Callee::Known(id), .. } = &mut block.term {
            drop(closure, *id);
        }
    }
    dropped
}

/// Makes functions Direct; where that leaves results unused, `simplify` drops them.
pub fn run(program: &mut Program, simplify: Simplify) {
    let count = program.functions.len();
    let mut needs = Needs { needed: vec![false; count], passed: vec![Vec::new(); count] };
    needs.needed[program.main as usize] = true;
    for f in program.functions.iter().flatten() {
        needs.function(f);
    }
    needs.propagate();
    parallel::functions(program, |f| {
        if drop_closures(f, &needs.needed) {
            simplify(f);
        }
        if !needs.needed[f.id as usize] {
            f.kind = Kind::Direct;
            f.params.remove(0);
        }
    });
}
