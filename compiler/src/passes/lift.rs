//! What main defines once stands in a slot for all functions, next to the units' globals, instead of being captured by them: functions
//! of the top level then capture nothing, need no closures, and are called directly (lambda lifting where the arguments never differ).
//! A value that main captures for others stays until the program ends. So nothing is lifted in programs that can tell: by weak
//! pointers, finalisers or samples of the heap, or by the code and the environment of closures that they marshal.

use std::collections::{BTreeMap, BTreeSet};

use smallvec::smallvec;

use crate::ir::program::{Arg, Func, FuncId, Instr, NO_HINT, Program, Var};
use crate::ir::visit::dests;
use crate::passes::regions::looping;

/// Is it a primitive by which a program can tell?
fn tell(name: &str) -> bool {
    matches!(
        name,
        "caml_output_value"
            | "caml_output_value_to_bytes"
            | "caml_output_value_to_string"
            | "caml_output_value_to_buffer"
            | "caml_final_register"
            | "caml_final_register_called_without_value"
            | "caml_weak_create"
            | "caml_ephe_create"
            | "caml_memprof_start"
            | "caml_obj_reachable_words"
    )
}

fn instrs(f: &Func) -> impl Iterator<Item = &Instr> {
    f.blocks.iter().flat_map(|block| &block.body)
}

fn tells(program: &Program) -> bool {
    let mut all = program.functions.iter().flatten().flat_map(instrs);
    all.any(|i| matches!(i, Instr::Prim { name, .. } if tell(name)))
}

/// What is known of a function: the variables of main that its closure and what it captures always are.
#[derive(Clone, Default)]
struct Known {
    own: Option<Var>,
    captured: Vec<Option<Var>>,
}

/// The captured variable that an instruction reads.
fn read(f: &Func, instr: &Instr) -> Option<usize> {
    match instr {
        Instr::Prim { name, args, .. } if name == "%env" => match args.as_slice() {
            [Arg::Var(base), Arg::Int(k)] if f.params.first() == Some(base) => Some(*k as usize),
            _ => None,
        },
        _ => None,
    }
}

/// By variable of the function: the variable of main that it always is. Of main: those that are defined once, outside of loops.
fn origins(f: &Func, is_main: bool, known: &Known) -> Vec<Option<Var>> {
    let mut origins = vec![None; f.names.len()];
    if is_main {
        let once = f.blocks.iter().zip(looping(f)).filter(|(_, looping)| !looping).map(|(block, _)| block);
        for v in once.flat_map(|block| block.params.iter().chain(block.body.iter().flat_map(dests))) {
            origins[*v as usize] = Some(*v);
        }
        return origins;
    }
    if let Some(own) = f.params.first() {
        origins[*own as usize] = known.own;
    }
    for instr in instrs(f) {
        if let Some(k) = read(f, instr)
            && let Instr::Prim { dest, .. } = instr
        {
            origins[*dest as usize] = known.captured.get(k).copied().flatten();
        }
    }
    origins
}

/// Of each function, from main on those that it creates. A function that several instructions create is not known.
fn find(program: &Program) -> Vec<Known> {
    let count = program.functions.len();
    let mut sites = vec![0; count];
    for instr in program.functions.iter().flatten().flat_map(instrs) {
        if let Instr::Closures { functions, .. } = instr {
            functions.iter().for_each(|(id, _)| sites[*id as usize] += 1);
        }
    }
    let mut known = vec![Known::default(); count];
    let mut work: Vec<FuncId> = (0..count as u32).filter(|id| sites[*id as usize] != 1).collect();
    while let Some(id) = work.pop() {
        let Some(f) = &program.functions[id as usize] else { continue };
        let origins = origins(f, id == program.main, &known[id as usize]);
        for instr in instrs(f) {
            let Instr::Closures { dests, functions } = instr else { continue };
            for (dest, (created, captured)) in dests.iter().zip(functions) {
                if sites[*created as usize] == 1 {
                    let origin = |a: &Arg| if let Arg::Var(v) = a { origins[*v as usize] } else { None };
                    let captured = captured.iter().map(origin).collect();
                    known[*created as usize] = Known { own: origins[*dest as usize], captured };
                    work.push(*created);
                }
            }
        }
    }
    known
}

/// Where a variable of main is found.
type Places = BTreeMap<Var, (&'static str, i32)>;

/// The globals that variables of main are: none is set twice, so a global that main has read stays the same.
fn globals(program: &Program) -> Places {
    let mut sets = vec![0; program.globals.len()];
    let mut found = Vec::new();
    for f in program.functions.iter().flatten() {
        for instr in instrs(f) {
            match instr {
                Instr::Prim { name, args, .. } if name == "%set_global" => {
                    if let Some(Arg::Int(n)) = args.first() {
                        sets[*n as usize] += 1;
                    }
                }
                Instr::Prim { dest, name, args } if name == "%global" && f.id == program.main => {
                    if let Some(Arg::Int(n)) = args.first() {
                        found.push((*dest, ("%global", *n)));
                    }
                }
                _ => {}
            }
        }
    }
    found.into_iter().filter(|(_, (_, n))| sets[*n as usize] < 2).collect()
}

/// Reads what is lifted from its place, and captures the rest.
fn rewrite(f: &mut Func, known: &[Known], places: &Places) {
    let own = &known[f.id as usize].captured;
    let reads: Vec<Vec<Option<usize>>> = f.blocks.iter().map(|b| b.body.iter().map(|i| read(f, i)).collect()).collect();
    for (block, reads) in f.blocks.iter_mut().zip(reads) {
        for (instr, read) in block.body.iter_mut().zip(reads) {
            match (instr, read) {
                (Instr::Prim { name, args, .. }, Some(k)) => match own.get(k).copied().flatten() {
                    Some(v) => {
                        let (read, slot) = places[&v];
                        *name = read.into();
                        *args = smallvec![Arg::Int(slot)];
                    }
                    None => args[1] = Arg::Int(k as i32 - own.iter().take(k).flatten().count() as i32),
                },
                (Instr::Closures { functions, .. }, _) => {
                    for (created, captured) in functions {
                        let mut known = known[*created as usize].captured.iter();
                        captured.retain(|_| !matches!(known.next(), Some(Some(_))));
                    }
                }
                _ => {}
            }
        }
    }
}

/// Sets the slots where main defines their values.
fn set(main: &mut Func, places: &Places) {
    let mut next = main.names.len() as Var;
    let mut set = |v: &Var| {
        let (_, slot) = places.get(v).filter(|(read, _)| *read == "%top")?;
        next += 1;
        Some(Instr::Prim { dest: next - 1, name: "%set_top".into(), args: smallvec![Arg::Int(*slot), Arg::Var(*v)] })
    };
    for block in &mut main.blocks {
        let mut body: Vec<Instr> = block.params.iter().filter_map(&mut set).collect();
        for instr in std::mem::take(&mut block.body) {
            let sets: Vec<Instr> = dests(&instr).iter().filter_map(&mut set).collect();
            body.push(instr);
            body.extend(sets);
        }
        block.body = body;
    }
    main.names.resize(next as usize, NO_HINT);
}

/// Lifts what functions read.
pub fn run(program: &mut Program) {
    if tells(program) {
        return;
    }
    let known = find(program);
    let mut read_ones = BTreeSet::new();
    for f in program.functions.iter().flatten() {
        let own = &known[f.id as usize].captured;
        read_ones.extend(instrs(f).filter_map(|i| read(f, i)).filter_map(|k| own.get(k).copied().flatten()));
    }
    let mut places = globals(program);
    for v in &read_ones {
        let next = (program.globals.len() + program.lifted) as i32;
        if places.entry(*v).or_insert(("%top", next)).0 == "%top" {
            program.lifted += 1;
        }
    }
    for f in program.functions.iter_mut().flatten() {
        rewrite(f, &known, &places);
    }
    if let Some(main) = &mut program.functions[program.main as usize] {
        set(main, &places);
    }
}
