//! Counters of numeric `for` that are used as indices only, all with the same offset, count positions of Lua: `for i = 2, n + 1` with
//! `a[i]` instead of `for i = 0, n - 1` with `a[i + 2]`. A sum of the counter and a constant is the same work in both forms.

use super::counting::Counting;
use super::flow::{Flow, NONE};
use super::template::{Form, Piece, Template};
use crate::ir::program::{Arg, Func, Instr};
use crate::ir::visit::{each_arg, each_term_arg};
use crate::link::fragment::Table;

/// Nothing known so far.
const UNKNOWN: i32 = -1;

fn join(known: i32, plus: i32) -> i32 {
    if known == UNKNOWN || known == plus { plus } else { 0 }
}

/// What a template adds to an argument wherever it has it; 0, if that differs.
fn plus(template: &Template, argument: usize) -> i32 {
    template.pieces.iter().fold(UNKNOWN, |known, piece| match piece {
        Piece::Hole { arg, plus, .. } if *arg == argument => join(known, *plus),
        _ => known,
    })
}

/// Is it the sum of a variable and a constant?
fn adds_constant(name: &str, args: &[Arg]) -> bool {
    match args {
        [Arg::Var(_), Arg::Int(_)] => name == "%exact_add" || name == "%exact_sub",
        [Arg::Int(_), Arg::Var(_)] => name == "%exact_add",
        _ => false,
    }
}

/// By variable: how much more than its value its register holds.
pub fn run(table: &Table, func: &Func, flow: &Flow, counting: &Counting) -> Vec<i32> {
    let mut offsets = vec![0; func.names.len()];
    if counting.deepest == 0 {
        return offsets;
    }
    for counted in counting.loops.iter().flatten() {
        offsets[counted.param as usize] = UNKNOWN;
    }
    let mut note = |arg: &Arg, plus: i32| match arg {
        Arg::Var(v) if counting.level[*v as usize] != NONE => {
            let offset = &mut offsets[*v as usize];
            *offset = join(*offset, plus.max(0));
        }
        _ => {}
    };
    for &b in &flow.order {
        for instr in &func.blocks[b].body {
            match instr {
                // What counts and tests is not written.
                Instr::Prim { dest, .. } if counting.implied[*dest as usize] => {}
                Instr::Prim { name, args, .. } if adds_constant(name, args) => {}
                Instr::Prim { name, args, .. } => {
                    let section = table.find(name).filter(|s| s.fixup.is_none());
                    for (i, arg) in args.iter().enumerate() {
                        let plus = match section.map(|s| &s.form) {
                            Some(Form::Inline(t) | Form::Statement(t)) => plus(t, i + 1),
                            _ => 0,
                        };
                        note(arg, plus);
                    }
                }
                instr => each_arg(instr, &mut |arg| note(arg, 0)),
            }
        }
        each_term_arg(&func.blocks[b].term, &mut |arg| note(arg, 0));
    }
    // The limit and the step of a loop are written, although what tests and counts is not.
    for counted in counting.loops.iter().flatten() {
        note(&counted.limit, 0);
        note(&counted.step, 0);
    }
    offsets.iter().map(|offset| *offset.max(&0)).collect()
}
