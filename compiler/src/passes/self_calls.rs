//! A function that calls itself in tail position becomes a loop: its parameters are those of a block. Lua's tail calls are proper, but
//! a loop is two to three times as fast, and Luau has none. A function that calls itself elsewhere too keeps its calls where LuaJIT may
//! run it: that compiles a recursion, but not one with a loop inside (tak: 2.6 times the time; interp: 1.1).

use crate::ir::program::{Arg, Args, Block, Callee, Func, Instr, Target, Term, Var};
use crate::ir::visit::{each_arg, each_arg_mut, each_term_arg, each_term_arg_mut, targets_mut};

/// Does the function use its own closure, other than to call itself?
fn uses_itself(f: &Func) -> bool {
    let own = f.params.first().map(|own| Arg::Var(*own));
    let mut found = false;
    let mut note = |a: &Arg| found = found || Some(a) == own.as_ref();
    for block in &f.blocks {
        for instr in &block.body {
            match instr {
                Instr::Apply { args, callee: Callee::Known(id), .. } if *id == f.id => args.iter().for_each(&mut note),
                instr => each_arg(instr, &mut note),
            }
        }
        match &block.term {
            Term::Tail { args, callee: Callee::Known(id), .. } if *id == f.id => args.iter().for_each(&mut note),
            term => each_term_arg(term, &mut note),
        }
    }
    found
}

/// Does the function call itself in a place other than the tail?
pub fn is_recursive(f: &Func) -> bool {
    let mut instrs = f.blocks.iter().flat_map(|block| &block.body);
    instrs.any(|instr| matches!(instr, Instr::Apply { callee: Callee::Known(id), .. } if *id == f.id))
}

/// A tail call of the function by itself, with the same closure unless that does not matter.
fn is_loop(f: &Func, term: &Term, any: bool) -> bool {
    match term {
        Term::Tail { closure, callee: Callee::Known(id), .. } => {
            *id == f.id && (any || f.params.first().is_some_and(|own| *closure == Arg::Var(*own)))
        }
        _ => false,
    }
}

/// Gives whether it became a loop; `always`: even if it calls itself elsewhere, too.
pub fn run(f: &mut Func, always: bool) -> bool {
    let own = usize::from(f.has_closure());
    let any = own == 0 || !uses_itself(f);
    if (!always && is_recursive(f)) || !f.blocks.iter().any(|block| is_loop(f, &block.term, any)) {
        return false;
    }
    let loops: Vec<bool> = f.blocks.iter().map(|block| is_loop(f, &block.term, any)).collect();
    // In the body fresh variables stand for the parameters.
    let mut fresh: Vec<Option<Var>> = vec![None; f.names.len()];
    let mut params = Vec::new();
    for p in f.params.iter().skip(own) {
        let new = f.names.len() as Var;
        f.names.push(f.names[*p as usize]);
        fresh[*p as usize] = Some(new);
        params.push(new);
    }
    let rename = |a: &mut Arg| {
        if let Arg::Var(v) = a
            && let Some(new) = fresh[*v as usize]
        {
            *v = new;
        }
    };
    let start = f.blocks.len() as u32;
    for (block, again) in f.blocks.iter_mut().zip(loops) {
        for instr in &mut block.body {
            each_arg_mut(instr, &mut |a| rename(a));
        }
        each_term_arg_mut(&mut block.term, &mut |a| rename(a));
        for t in targets_mut(&mut block.term) {
            if t.block == 0 {
                t.block = start + 1;
            }
        }
        if again && let Term::Tail { args, .. } = &mut block.term {
            block.term = Term::Jump(Target { block: start, args: std::mem::take(args) });
        }
    }
    let passed = f.params.iter().skip(own).map(|p| Arg::Var(*p)).collect();
    let entry = Block { params: Vec::new(), body: Vec::new(), term: Term::Jump(Target { block: start, args: passed }) };
    let first = std::mem::replace(&mut f.blocks[0], entry);
    let again = Target { block: start + 1, args: Args::new() };
    f.blocks.push(Block { params, body: Vec::new(), term: Term::Jump(again) });
    f.blocks.push(first);
    true
}
