//! What the functions of a program use of the runtime and of its data.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::program::{Arg, Callee, Func, Instr, Program, Term};
use crate::parallel;

pub struct Uses<'a> {
    /// Each with the functions that mention it, in order.
    pub primitives: BTreeMap<&'a str, Vec<&'a str>>,
    /// The sections that apply unknown functions to as many arguments as the program does.
    pub applied: BTreeSet<String>,
    /// Is a global read?
    pub globals: Vec<bool>,
}

/// What one function uses: primitives, numbers of arguments, globals.
#[derive(Default)]
struct Found<'a> {
    primitives: FxHashSet<&'a str>,
    applied: BTreeSet<usize>,
    globals: Vec<usize>,
}

impl<'a> Found<'a> {
    fn of(f: &'a Func) -> Self {
        let mut found = Found::default();
        for block in &f.blocks {
            for instr in &block.body {
                match instr {
                    Instr::Prim { name, args, .. } => {
                        found.primitives.insert(name);
                        if let ("%global", Some(Arg::Int(slot))) = (&**name, args.first()) {
                            found.globals.push(*slot as usize);
                        }
                    }
                    Instr::Apply { args, callee, .. } => found.call(*callee, args),
                    Instr::Closures { .. } | Instr::Try { .. } => {}
                }
            }
            if let Term::Tail { args, callee, .. } = &block.term {
                found.call(*callee, args);
            }
        }
        found
    }

    fn call(&mut self, callee: Callee, args: &[Arg]) {
        if callee == Callee::Any {
            self.applied.insert(args.len());
        }
    }
}

pub fn run(program: &Program) -> Uses<'_> {
    let found = parallel::map(program.functions.iter(), |f| f.as_ref().map(Found::of));
    let mut primitives: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    let (mut applied, mut globals) = (BTreeSet::new(), vec![false; program.globals.len()]);
    for (f, found) in program.functions.iter().flatten().zip(found.into_iter().flatten()) {
        found.primitives.into_iter().for_each(|name| primitives.entry(name).or_default().push(&f.name));
        applied.extend(found.applied);
        for slot in found.globals {
            if let Some(used) = globals.get_mut(slot) {
                *used = true;
            }
        }
    }
    let section = |n: usize| if n > 8 { "%apply".to_string() } else { format!("%apply_{n}") };
    Uses { primitives: primitives.into_iter().collect(), applied: applied.into_iter().map(section).collect(), globals }
}
