//! Accesses to arrays and strings that need no check: of those to the same one by the same index only the first is checked, for where it
//! has been, the others come after it, and neither has another length by then; and none whose index is below the length.

use crate::ir::program::{Arg, Func, Instr};
use crate::lua::flow;
use crate::passes::limits;

/// So far up the tree of dominators checks are looked for.
const CLIMB: usize = 16;

/// The access without a check that stands for one with.
fn unchecked(name: &str) -> Option<&'static str> {
    match name {
        "caml_array_get" | "caml_array_get_addr" | "caml_array_get_float" | "caml_floatarray_get" | "%array_at" => {
            Some("%array_get")
        }
        "caml_array_set" | "caml_array_set_addr" | "caml_array_set_float" | "caml_floatarray_set" | "%array_put" => {
            Some("%array_set")
        }
        "caml_string_get" | "%string_at" => Some("%string_get"),
        _ => None,
    }
}

/// Is the index of the access not negative?
fn is_natural(name: &str) -> bool {
    matches!(name, "%array_at" | "%array_put" | "%string_at")
}

/// How an instruction accesses what, and by which index, with a check.
fn access(instr: &Instr) -> Option<(&str, &Arg, &Arg)> {
    match instr {
        Instr::Prim { name, args, .. } if unchecked(name).is_some() => match args.as_slice() {
            [value, index, ..] => Some((name, value, index)),
            _ => None,
        },
        _ => None,
    }
}

/// Takes the checks away; there is nothing to simplify then.
pub fn run(f: &mut Func) -> bool {
    let instrs = || f.blocks.iter().flat_map(|block| &block.body);
    let count = instrs().filter_map(access).count();
    let has_lengths = instrs().any(|i| matches!(i, Instr::Prim { name, .. } if limits::says_length(name)));
    let has_limits = has_lengths && instrs().filter_map(access).any(|(name, ..)| is_natural(name));
    if count < 2 && !has_limits {
        return false;
    }
    let flow = flow::run(&f.blocks);
    let limits = has_limits.then(|| limits::run(f, &flow));
    // What each block has checked, and the accesses that need no check.
    let mut checked: Vec<Vec<(Arg, Arg)>> = vec![Vec::new(); f.blocks.len()];
    let mut sure = Vec::new();
    for &b in &flow.order {
        for (i, instr) in f.blocks[b].body.iter().enumerate() {
            let Some((name, value, index)) = access(instr) else { continue };
            let above = std::iter::successors(Some(b), |at| Some(flow.idom[*at])).take(CLIMB);
            let is_checked = above.flat_map(|at| &checked[at]).any(|(v, i)| v == value && i == index);
            let is_below = || is_natural(name) && limits.as_ref().is_some_and(|limits| limits.holds(value, index, b));
            if is_checked || is_below() {
                sure.push((b, i));
            } else {
                checked[b].push((*value, *index));
            }
        }
    }
    for (b, i) in sure {
        if let Instr::Prim { name, .. } = &mut f.blocks[b].body[i]
            && let Some(unchecked) = unchecked(name)
        {
            *name = unchecked.into();
        }
    }
    false
}
