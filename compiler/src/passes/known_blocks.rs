//! Calls with a block that was just built, or with a constant: where a known function first looks at which constructor a parameter is,
//! and the block has no other use, what the function does for this constructor stands in the place of the call. (The case of a known
//! constructor: Peyton Jones, Santos 1998, section 5.) `cells` makes variables of the block's fields then, and what is called with one of
//! them is looked at again, so that a recursion over what was built becomes a sequence: `Printf` writes each part of a text, and no list
//! of the parts is made. Not with locations, as frames would be missing in backtraces, nor in functions with traps, as `cells` comes
//! after `outline`.

use crate::ir::program::{Arg, Callee, Func, Instr, Program, Target, Term};
use crate::ir::visit::{targets, uses};
use crate::parallel;
use crate::passes::{Simplify, cells, inline, unroll};

/// The size of what stands in the place of a call, in instructions and tests.
const SMALL: usize = 16;
/// How deep a block may be taken apart.
const ROUNDS: usize = 50;

/// By variable, the tags of the blocks that are built here and used once.
fn built(f: &Func) -> Vec<Option<usize>> {
    let uses = uses(f);
    let mut tags = vec![None; uses.len()];
    for instr in f.blocks.iter().flat_map(|block| &block.body) {
        if let Instr::Prim { dest, name, args } = instr
            && let ("%block", Some(Arg::Int(tag)), 1) = (&**name, args.first(), uses[*dest as usize])
        {
            tags[*dest as usize] = Some(*tag as usize);
        }
    }
    tags
}

/// The parameter, without the closure, at whose constructor a function looks first, and where that leads.
fn examined(f: &Func) -> Option<(usize, &[Target], &[Target])> {
    let entry = f.blocks.first().filter(|entry| entry.body.is_empty())?;
    let Term::Switch(Arg::Var(v), ints, tags) = &entry.term else { return None };
    let param = f.params.iter().skip(1).position(|param| param == v)?;
    let is_loop = f.blocks.iter().flat_map(|block| targets(&block.term)).any(|t| t.block == 0);
    (!is_loop && !tags.is_empty()).then_some((param, ints, tags))
}

/// What stands in the place of a call.
fn case(instr: &Instr, built: &[Option<usize>], program: &Program, simplify: Simplify) -> Option<Func> {
    let Instr::Apply { args, callee: Callee::Known(id), .. } = instr else { return None };
    let callee = program.functions[*id as usize].as_ref()?;
    let (param, ints, tags) = examined(callee)?;
    let target = match args.get(param)? {
        Arg::Int(n) => ints.get(*n as usize)?,
        Arg::Var(v) => tags.get((*built.get(*v as usize)?)?)?,
        _ => return None,
    };
    let mut f = callee.clone();
    f.blocks[0].term = Term::Jump(target.clone());
    simplify(&mut f);
    inline::size(&f).filter(|size| !size.loops && size.instrs <= SMALL).map(|_| f)
}

/// Puts cases in the place of calls. Gives whether there were any.
fn round(f: &mut Func, program: &Program, simplify: Simplify) -> bool {
    let (built, count) = (built(f), f.blocks.len());
    for b in 0..count {
        let (mut at, mut i) = (b, 0);
        while let Some(instr) = f.blocks[at].body.get(i) {
            match case(instr, &built, program, simplify) {
                Some(case) => (at, i) = (unroll::take_in(f, &case, at, i), 0),
                None => i += 1,
            }
        }
    }
    let changed = f.blocks.len() > count;
    if changed {
        simplify(f);
        if cells::run(f) {
            simplify(f);
        }
    }
    changed
}

/// Replaces such calls in all functions, by what the functions that they call are before.
pub fn run(program: &mut Program, simplify: Simplify) {
    if !program.places.is_empty() {
        return;
    }
    let looks: Vec<bool> = program.functions.iter().map(|f| f.as_ref().is_some_and(|f| examined(f).is_some())).collect();
    let calls = |instr: &Instr| matches!(instr, Instr::Apply { callee: Callee::Known(id), .. } if looks[*id as usize]);
    let found = parallel::map(program.functions.iter(), |f| {
        let f = f.as_ref().filter(|f| f.blocks.iter().flat_map(|block| &block.body).any(calls))?;
        inline::size(f)?;
        let mut f = f.clone();
        (0..ROUNDS).take_while(|_| round(&mut f, program, simplify)).last().map(|_| f)
    });
    for (f, found) in program.functions.iter_mut().zip(found) {
        if found.is_some() {
            *f = found;
        }
    }
}
