//! Numbers the globals and the lifted values that are left without gaps, behind the predefined exceptions: a table of Lua is an array as far as
//! it is full, and its elements are found several times as fast as what stands elsewhere in it.

use crate::ir::program::{Arg, Instr, Program};
use crate::link::data::PREDEFINED;

/// The slot that an instruction reads or sets.
fn slot(instr: &mut Instr) -> Option<&mut i32> {
    match instr {
        Instr::Prim { name, args, .. } if matches!(&**name, "%global" | "%set_global" | "%top" | "%set_top") => {
            match args.first_mut() {
                Some(Arg::Int(slot)) => Some(slot),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What is left of a list.
fn keep<T>(list: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    list.retain(|_| kept.next() == Some(&true));
}

/// Gives all slots their last numbers; globals that nothing mentions are gone.
pub fn run(program: &mut Program) {
    let globals = program.globals.len();
    let mut kept = vec![false; globals + program.lifted];
    kept.iter_mut().take(PREDEFINED).for_each(|kept| *kept = true);
    let mut instrs: Vec<&mut i32> = program
        .functions
        .iter_mut()
        .flatten()
        .flat_map(|f| &mut f.blocks)
        .flat_map(|block| &mut block.body)
        .filter_map(slot)
        .collect();
    instrs.iter().for_each(|slot| kept[**slot as usize] = true);
    let mut next = 0;
    let numbers: Vec<i32> = kept
        .iter()
        .map(|kept| {
            next += i32::from(*kept);
            next - 1
        })
        .collect();
    instrs.iter_mut().for_each(|slot| **slot = numbers[**slot as usize]);
    keep(&mut program.globals, &kept);
    keep(&mut program.global_names, &kept);
    program.lifted = kept.iter().skip(globals).filter(|kept| **kept).count();
}
