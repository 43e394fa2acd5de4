//! Allocations as events, for the programs that ask for them: after each allocation stands `%allocated` with its words, header
//! included, and under `Gc.Memprof` `%sampled` with the value too. Every other program is left as it is.

use crate::ir::program::{Arg, Func, Instr, Program, Var};

/// What tells a program how much it allocates, or has functions called at allocations.
const WATCHERS: [&str; 4] =
    ["caml_gc_minor_words", "caml_gc_counters", "caml_final_register", "caml_final_register_called_without_value"];

/// Those that give samples of the values.
const SAMPLER: &str = "caml_memprof_start";

/// The events.
const EVENTS: [&str; 3] = ["%allocated", "%allocated_value", "%sampled"];

/// Primitives whose result was allocated, of a size that is only known when the program runs.
const ALLOCATORS: [&str; 15] = [
    "caml_make_vect",
    "caml_array_make",
    "caml_make_float_vect",
    "caml_floatarray_create",
    "caml_array_create_float",
    "caml_make_array",
    "caml_array_sub",
    "caml_array_append",
    "caml_array_concat",
    "caml_create_bytes",
    "caml_ba_create",
    "caml_obj_block",
    "caml_obj_dup",
    "caml_obj_with_tag",
    "caml_alloc_dummy",
];

fn calls(program: &Program, names: &[&str]) -> bool {
    program.functions.iter().flatten().any(|f| {
        f.blocks.iter().any(|b| b.body.iter().any(|i| matches!(i, Instr::Prim { name, .. } if names.contains(&name.as_str()))))
    })
}

/// The events of an instruction: the value, and its words where they are known.
fn events(instr: &Instr) -> Vec<(Var, Option<usize>)> {
    match instr {
        Instr::Prim { dest, name, args } if name == "%block" && args.len() > 1 => vec![(*dest, Some(args.len()))],
        Instr::Prim { dest, name, .. } if ALLOCATORS.contains(&name.as_str()) => vec![(*dest, None)],
        Instr::Closures { dests, functions } => {
            dests.iter().zip(functions).map(|(d, (_, captured))| (*d, Some(captured.len() + 3))).collect()
        }
        _ => Vec::new(),
    }
}

fn watch(f: &mut Func, sampled: bool) {
    for b in 0..f.blocks.len() {
        let mut body = Vec::new();
        for instr in std::mem::take(&mut f.blocks[b].body) {
            let events = events(&instr);
            body.push(instr);
            for (v, words) in events {
                let dest = f.names.len() as Var;
                f.names.push(String::new());
                let (name, args) = match words {
                    None => ("%allocated_value", vec![Arg::Var(v)]),
                    Some(n) if sampled => ("%sampled", vec![Arg::Var(v), Arg::Int(n as i32)]),
                    Some(n) => ("%allocated", vec![Arg::Int(n as i32)]),
                };
                body.push(Instr::Prim { dest, name: name.into(), args });
            }
        }
        f.blocks[b].body = body;
    }
}

pub fn run(program: &mut Program) {
    let sampled = calls(program, &[SAMPLER]);
    if sampled || calls(program, &WATCHERS) {
        for f in program.functions.iter_mut().flatten() {
            watch(f, sampled);
        }
    }
}

/// Takes the events away again where `known_calls` has found that the program never asks for them.
pub fn drop_unwatched(program: &mut Program) {
    if calls(program, &EVENTS) && !calls(program, &[SAMPLER]) && !calls(program, &WATCHERS) {
        for block in program.functions.iter_mut().flatten().flat_map(|f| &mut f.blocks) {
            block.body.retain(|instr| !matches!(instr, Instr::Prim { name, .. } if EVENTS.contains(&name.as_str())));
        }
    }
}
