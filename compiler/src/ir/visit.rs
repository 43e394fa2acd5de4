//! What instructions and terminators use, define and lead to.

use crate::ir::program::{Arg, Func, Instr, Target, Term, Var};

pub fn each_arg<'a>(instr: &'a Instr, f: &mut dyn FnMut(&'a Arg)) {
    match instr {
        Instr::Prim { args, .. } | Instr::Try { args, .. } => args.iter().for_each(f),
        Instr::Apply { closure, args, .. } => {
            f(closure);
            args.iter().for_each(f);
        }
        Instr::Closures { functions, .. } => {
            for (_, captured) in functions {
                for a in captured {
                    f(a);
                }
            }
        }
    }
}

pub fn each_arg_mut(instr: &mut Instr, f: &mut dyn FnMut(&mut Arg)) {
    match instr {
        Instr::Prim { args, .. } | Instr::Try { args, .. } => args.iter_mut().for_each(f),
        Instr::Apply { closure, args, .. } => {
            f(closure);
            args.iter_mut().for_each(f);
        }
        Instr::Closures { functions, .. } => {
            for (_, captured) in functions {
                for a in captured {
                    f(a);
                }
            }
        }
    }
}

/// The variables that an instruction defines.
pub fn dests(instr: &Instr) -> &[Var] {
    match instr {
        Instr::Prim { dest, .. } | Instr::Apply { dest, .. } => std::slice::from_ref(dest),
        Instr::Closures { dests, .. } | Instr::Try { dests, .. } => dests,
    }
}

pub fn dests_mut(instr: &mut Instr) -> &mut [Var] {
    match instr {
        Instr::Prim { dest, .. } | Instr::Apply { dest, .. } => std::slice::from_mut(dest),
        Instr::Closures { dests, .. } | Instr::Try { dests, .. } => dests,
    }
}

/// Where control may go, in the order of the text.
pub fn targets(term: &Term) -> impl DoubleEndedIterator<Item = &Target> {
    let (one, other, lists): (_, _, [&[Target]; 2]) = match term {
        Term::Jump(t) | Term::Poptrap(t) => (Some(t), None, [&[], &[]]),
        Term::If(_, yes, no) => (Some(yes), Some(no), [&[], &[]]),
        Term::Switch(_, ints, tags) => (None, None, [ints, tags]),
        Term::Pushtrap { body, handler, .. } => (Some(body), Some(handler), [&[], &[]]),
        _ => (None, None, [&[], &[]]),
    };
    one.into_iter().chain(other).chain(lists.into_iter().flatten())
}

pub fn targets_mut(term: &mut Term) -> impl DoubleEndedIterator<Item = &mut Target> {
    let (one, other, lists): (_, _, [&mut [Target]; 2]) = match term {
        Term::Jump(t) | Term::Poptrap(t) => (Some(t), None, [&mut [], &mut []]),
        Term::If(_, yes, no) => (Some(yes), Some(no), [&mut [], &mut []]),
        Term::Switch(_, ints, tags) => (None, None, [ints, tags]),
        Term::Pushtrap { body, handler, .. } => (Some(body), Some(handler), [&mut [], &mut []]),
        _ => (None, None, [&mut [], &mut []]),
    };
    one.into_iter().chain(other).chain(lists.into_iter().flatten())
}

/// What the terminator itself uses, without what its targets are given.
pub fn each_own_arg<'a>(term: &'a Term, f: &mut dyn FnMut(&'a Arg)) {
    match term {
        Term::Return(a) | Term::Raise(a) | Term::If(a, _, _) | Term::Switch(a, _, _) => f(a),
        Term::Tail { closure, args, .. } => {
            f(closure);
            args.iter().for_each(f);
        }
        Term::Part(_, args) | Term::Leave(_, args) => args.iter().for_each(f),
        Term::Jump(_) | Term::Pushtrap { .. } | Term::Poptrap(_) | Term::Unreachable => {}
    }
}

pub fn each_own_arg_mut(term: &mut Term, f: &mut dyn FnMut(&mut Arg)) {
    match term {
        Term::Return(a) | Term::Raise(a) | Term::If(a, _, _) | Term::Switch(a, _, _) => f(a),
        Term::Tail { closure, args, .. } => {
            f(closure);
            args.iter_mut().for_each(f);
        }
        Term::Part(_, args) | Term::Leave(_, args) => args.iter_mut().for_each(f),
        Term::Jump(_) | Term::Pushtrap { .. } | Term::Poptrap(_) | Term::Unreachable => {}
    }
}

/// What the terminator and its targets use.
pub fn each_term_arg<'a>(term: &'a Term, f: &mut dyn FnMut(&'a Arg)) {
    each_own_arg(term, f);
    for t in targets(term) {
        t.args.iter().for_each(&mut *f);
    }
}

pub fn each_term_arg_mut(term: &mut Term, f: &mut dyn FnMut(&mut Arg)) {
    each_own_arg_mut(term, f);
    for t in targets_mut(term) {
        t.args.iter_mut().for_each(&mut *f);
    }
}

/// How often a function uses each of its variables.
pub fn uses(f: &Func) -> Vec<u32> {
    let mut uses = vec![0; f.names.len()];
    let mut count = |a: &Arg| {
        if let Arg::Var(v) = a {
            uses[*v as usize] += 1;
        }
    };
    for block in &f.blocks {
        block.body.iter().for_each(|instr| each_arg(instr, &mut count));
        each_term_arg(&block.term, &mut count);
    }
    uses
}
