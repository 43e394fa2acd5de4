//! A small function that calls itself takes itself in once, so that it makes half as many calls and goes half as deep: in an interpreter a
//! call costs more than what such a function does. Not with locations, as frames would be missing in backtraces.

use smallvec::smallvec;

use crate::ir::program::{Arg, Block, Callee, Func, Instr, NO_HINT, Target, Term, Var};
use crate::ir::visit::{dests_mut, each_arg_mut, each_term_arg_mut, targets_mut};
use crate::passes::inline;

/// The size of such a function, in instructions and tests.
const SMALL: usize = 10;

/// Is it a call, not in tail position, of the function itself?
fn is_own_call(instr: &Instr, f: &Func) -> bool {
    matches!(instr, Instr::Apply { callee: Callee::Known(id), .. } if *id == f.id)
}

/// Puts the body of `callee` in the place of call number `i` of block `b`; what follows the call stands in a new block, whose number it gives.
pub fn take_in(f: &mut Func, callee: &Func, b: usize, i: usize) -> usize {
    let rest = f.blocks[b].body.split_off(i + 1);
    let Some(Instr::Apply { dest, closure, args, .. }) = f.blocks[b].body.pop() else { return b };
    let (next, vars) = (f.blocks.len(), f.names.len() as Var);
    let first = next as u32 + 1;
    let passed = std::iter::once(closure).chain(args).collect();
    let term = std::mem::replace(&mut f.blocks[b].term, Term::Jump(Target { block: first, args: passed }));
    f.blocks.push(Block { params: vec![dest], body: rest, term });
    f.names.extend_from_slice(&callee.names);
    let leave = |arg: Arg| Term::Jump(Target { block: next as u32, args: smallvec![arg] });
    for (k, block) in callee.blocks.iter().enumerate() {
        let mut block = block.clone();
        if k == 0 {
            block.params.clone_from(&callee.params);
        }
        let rename = |a: &mut Arg| {
            if let Arg::Var(v) = a {
                *v += vars;
            }
        };
        block.params.iter_mut().for_each(|v| *v += vars);
        for instr in &mut block.body {
            dests_mut(instr).iter_mut().for_each(|v| *v += vars);
            each_arg_mut(instr, &mut |a| rename(a));
        }
        each_term_arg_mut(&mut block.term, &mut |a| rename(a));
        targets_mut(&mut block.term).for_each(|t| t.block += first);
        block.term = match block.term {
            Term::Return(arg) => leave(arg),
            Term::Tail { closure, args, callee } => {
                let dest = f.names.len() as Var;
                f.names.push(NO_HINT);
                block.body.push(Instr::Apply { dest, closure, args, callee });
                leave(Arg::Var(dest))
            }
            term => term,
        };
        f.blocks.push(block);
    }
    next
}

/// Gives whether the function took itself in.
pub fn run(f: &mut Func) -> bool {
    let calls = f.blocks.iter().any(|block| block.body.iter().any(|instr| is_own_call(instr, f)));
    if !calls || !inline::size(f).is_some_and(|size| !size.loops && size.instrs <= SMALL) {
        return false;
    }
    let callee = f.clone();
    for b in 0..callee.blocks.len() {
        let mut at = b;
        while let Some(i) = f.blocks[at].body.iter().position(|instr| is_own_call(instr, &callee)) {
            at = take_in(f, &callee, at, i);
        }
    }
    true
}
