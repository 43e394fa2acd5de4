//! A test of what a comparison of ints returned is a test of the ints: of `compare a b < 0` remains `a < b`. Maps and sorting get their order
//! as such a function, which stands in place once it is inlined. `compare a b = 0`, as hash tables have it, is one test for any values.

use smallvec::smallvec;

use crate::ir::program::{Arg, Args, Func, Instr, Var};
use crate::ir::visit::uses;

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
fn operands(compared: &[Option<(Arg, Arg)>], args: &[Arg]) -> Option<Args> {
    let of = |v: &Var| compared[*v as usize];
    match args {
        [Arg::Var(v), Arg::Int(0)] => of(v).map(|(a, b)| smallvec![a, b]),
        [Arg::Int(0), Arg::Var(v)] => of(v).map(|(a, b)| smallvec![b, a]),
        _ => None,
    }
}

/// The test whether a comparison gives 0, or does not.
fn equality(comparison: &str, test: &str) -> Option<&'static str> {
    match (comparison, test) {
        ("caml_compare", "%int_eq") => Some("%compare_eq"),
        ("caml_compare", "%int_ne") => Some("%compare_ne"),
        ("caml_string_compare", "%int_eq") => Some("caml_string_equal"),
        ("caml_string_compare", "%int_ne") => Some("caml_string_notequal"),
        _ => None,
    }
}

/// A comparison and the only test of it in one instruction.
fn fused(comparison: &Instr, test: &Instr, uses: &[u32]) -> Option<Instr> {
    let Instr::Prim { dest: compared, name: comparison, args: operands } = comparison else { return None };
    let Instr::Prim { dest, name, args } = test else { return None };
    let name = equality(comparison, name)?;
    let result = Arg::Var(*compared);
    let only = uses[*compared as usize] == 1 && (args[..] == [result, Arg::Int(0)] || args[..] == [Arg::Int(0), result]);
    only.then(|| Instr::Prim { dest: *dest, name: name.into(), args: operands.clone() })
}

/// Whether a comparison has become part of its test.
fn fuse(f: &mut Func) -> bool {
    let compares = |instr: &Instr| matches!(instr, Instr::Prim { name, .. } if equality(name, "%int_eq").is_some());
    if !f.blocks.iter().any(|block| block.body.iter().any(compares)) {
        return false;
    }
    let uses = uses(f);
    let mut changed = false;
    for block in &mut f.blocks {
        let mut body: Vec<Instr> = Vec::with_capacity(block.body.len());
        for instr in std::mem::take(&mut block.body) {
            if let Some(before) = body.last_mut()
                && let Some(test) = fused(before, &instr, &uses)
            {
                *before = test;
                changed = true;
            } else {
                body.push(instr);
            }
        }
        block.body = body;
    }
    changed
}

/// Gives whether a test has changed: then the comparison itself may be needed no more.
pub fn run(f: &mut Func) -> bool {
    let compared = compared(f);
    let mut changed = fuse(f);
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
