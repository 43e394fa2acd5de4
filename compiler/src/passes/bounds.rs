//! Of accesses to the same array or string by the same index only the first is checked: where it has been, the others come after it, and
//! neither has another length by then.

use crate::ir::program::{Arg, Func, Instr};
use crate::lua::flow;

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

/// What is accessed, and by which index, with a check.
fn access(instr: &Instr) -> Option<(&Arg, &Arg)> {
    match instr {
        Instr::Prim { name, args, .. } if unchecked(name).is_some() => match args.as_slice() {
            [value, index, ..] => Some((value, index)),
            _ => None,
        },
        _ => None,
    }
}

/// Takes the checks away that were made before; there is nothing to simplify then.
pub fn run(f: &mut Func) -> bool {
    if f.blocks.iter().flat_map(|block| &block.body).filter_map(access).count() < 2 {
        return false;
    }
    let flow = flow::run(&f.blocks);
    // What each block has checked.
    let mut checked: Vec<Vec<(Arg, Arg)>> = vec![Vec::new(); f.blocks.len()];
    for &b in &flow.order {
        for instr in &mut f.blocks[b].body {
            let Some((value, index)) = access(instr) else { continue };
            let above = std::iter::successors(Some(b), |at| Some(flow.idom[*at])).take(CLIMB);
            let is_checked = above.flat_map(|at| &checked[at]).any(|(v, i)| v == value && i == index);
            if !is_checked {
                checked[b].push((*value, *index));
            } else if let Instr::Prim { name, .. } = instr
                && let Some(unchecked) = unchecked(name)
            {
                *name = unchecked.into();
            }
        }
    }
    false
}
