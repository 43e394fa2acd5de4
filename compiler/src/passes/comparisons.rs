//! A test of what a comparison of ints returned is a test of the ints: of `compare a b < 0` remains `a < b`. Maps and sorting get their order
//! as such a function, which stands in place once it is inlined.

use crate::ir::program::{Arg, Func, Instr, Program, Var};
use crate::parallel;
use crate::passes::Simplify;

/// By variable: the ints whose comparison it is.
fn compared(f: &Func) -> Vec<Option<(Arg, Arg)>> {
    let mut compared = vec![None; f.names.len()];
    for instr in f.blocks.iter().flat_map(|block| &block.body) {
        if let Instr::Prim { dest, name, args } = instr
            && name == "caml_int_compare"
            && let [a, b] = args.as_slice()
        {
            compared[*dest as usize] = Some((*a, *b));
        }
    }
    compared
}

/// The operands of a test of two values when one is 0 and the other a comparison.
fn operands(compared: &[Option<(Arg, Arg)>], args: &[Arg]) -> Option<Vec<Arg>> {
    let of = |v: &Var| compared[*v as usize];
    match args {
        [Arg::Var(v), Arg::Int(0)] => of(v).map(|(a, b)| vec![a, b]),
        [Arg::Int(0), Arg::Var(v)] => of(v).map(|(a, b)| vec![b, a]),
        _ => None,
    }
}

/// Whether a test has changed.
fn function(f: &mut Func) -> bool {
    let compared = compared(f);
    let mut changed = false;
    if compared.iter().any(Option::is_some) {
        for instr in f.blocks.iter_mut().flat_map(|block| &mut block.body) {
            if let Instr::Prim { name, args, .. } = instr
                && matches!(&**name, "%int_eq" | "%int_ne" | "%int_lt" | "%int_le" | "%int_gt" | "%int_ge")
                && let Some(operands) = operands(&compared, args)
            {
                *args = operands;
                changed = true;
            }
        }
    }
    changed
}

/// Does so in all functions; those that change are simplified, as the comparison itself may be needed no more.
pub fn run(program: &mut Program, simplify: Simplify) {
    parallel::functions(program, |f| {
        if function(f) {
            simplify(f);
        }
    });
}
