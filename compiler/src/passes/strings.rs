//! Strings are made at once where OCaml's library creates bytes, copies into them and takes them for a string: `a ^ b` is `..`, and
//! what `String.sub` or `Buffer.contents` copies is a part of a string. The bytes of a string that are only read are read from it. `inline` does so in each function, before it is
//! inlined itself.

use std::collections::BTreeMap;

use smallvec::smallvec;

use crate::ir::program::{Arg, Args, Block, Func, Instr, Var};
use crate::ir::visit::uses;

/// The primitive that reads a string as this one reads bytes, its first argument.
fn reading(name: &str) -> Option<&'static str> {
    match name {
        "caml_ml_bytes_length" => Some("caml_ml_string_length"),
        "caml_bytes_get" => Some("caml_string_get"),
        "%bytes_get" => Some("%string_get"),
        "caml_blit_bytes" => Some("caml_blit_string"),
        _ => None,
    }
}

/// Reads strings where bytes are only read that were made of them; gives whether there was anything.
fn read_strings(f: &mut Func, mut uses: Vec<u32>) -> bool {
    let mut strings = BTreeMap::new();
    for instr in f.blocks.iter().flat_map(|block| &block.body) {
        if let Instr::Prim { dest, name, args } = instr {
            match args.as_slice() {
                [string] if name == "caml_bytes_of_string" => drop(strings.insert(*dest, *string)),
                [Arg::Var(bytes), ..] if reading(name).is_some() => uses[*bytes as usize] -= 1,
                _ => {}
            }
        }
    }
    let mut changed = false;
    for instr in f.blocks.iter_mut().flat_map(|block| &mut block.body) {
        if let Instr::Prim { name, args, .. } = instr
            && let Some(Arg::Var(bytes)) = args.first()
            && uses[*bytes as usize] == 0
            && let (Some(reading), Some(string)) = (reading(name), strings.get(bytes))
        {
            args[0] = *string;
            *name = reading.into();
            changed = true;
        }
    }
    changed
}

/// Bytes that a block creates.
struct Created {
    size: Arg,
    /// The copies into them: the index of each in the block.
    copies: Vec<usize>,
}

/// The instructions of a block by their results.
type Definitions<'a> = BTreeMap<Var, (&'a str, &'a [Arg])>;

/// What makes the string that bytes with these copies become, if it is a part of another value or all of two strings.
fn made(definitions: &Definitions, size: &Arg, copies: &[(&str, &[Arg])]) -> Option<(&'static str, Args)> {
    let zero = Arg::Int(0);
    let defined = |a: &Arg| if let Arg::Var(v) = a { definitions.get(v).copied() } else { None };
    match copies {
        [(copy, [source, start, _, to, count])] if *to == zero && count == size => {
            let name = if *copy == "caml_blit_bytes" { "%bytes_sub_string" } else { "%string_sub" };
            Some((name, smallvec![*source, *start, *size]))
        }
        [("caml_blit_string", [a, a_start, _, a_to, a_size]), ("caml_blit_string", [b, b_start, _, b_to, b_size])] => {
            let all = |string: &Arg, count| defined(count) == Some(("caml_ml_string_length", std::slice::from_ref(string)));
            let starts = *a_start == zero && *b_start == zero && *a_to == zero && b_to == a_size;
            let sum = defined(size) == Some(("%int_add", &[*a_size, *b_size]));
            (starts && sum && all(a, a_size) && all(b, b_size)).then(|| ("caml_string_concat", smallvec![*a, *b]))
        }
        _ => None,
    }
}

/// Makes strings at once in a block.
fn make_strings(block: &mut Block, uses: &[u32]) -> bool {
    let mut definitions = Definitions::new();
    let mut created: BTreeMap<Var, Created> = BTreeMap::new();
    // What becomes of instructions: another one, or nothing.
    let mut changes: BTreeMap<usize, Option<Instr>> = BTreeMap::new();
    for (i, instr) in block.body.iter().enumerate() {
        let Instr::Prim { dest, name, args } = instr else { continue };
        definitions.insert(*dest, (name, args));
        match (name.as_ref(), args.as_slice()) {
            ("caml_create_bytes", [size]) => drop(created.insert(*dest, Created { size: *size, copies: vec![i] })),
            ("caml_blit_string" | "caml_blit_bytes", [_, _, Arg::Var(bytes), _, _]) => {
                if let Some(created) = created.get_mut(bytes) {
                    created.copies.push(i);
                }
            }
            ("caml_string_of_bytes", [Arg::Var(bytes)]) => {
                let Some(Created { size, copies }) = created.get(bytes) else { continue };
                let at = |i: &usize| match &block.body[*i] {
                    Instr::Prim { name, args, .. } => (name.as_ref(), args.as_slice()),
                    _ => unreachable!("only primitives copy"),
                };
                let all: Vec<(&str, &[Arg])> = copies[1..].iter().map(at).collect();
                if uses[*bytes as usize] as usize == copies.len()
                    && let Some((name, args)) = made(&definitions, size, &all)
                {
                    copies.iter().for_each(|copy| drop(changes.insert(*copy, None)));
                    changes.insert(i, None);
                    // Bytes are read where they were copied.
                    let place = if let [_, copy] = copies.as_slice() { *copy } else { i };
                    changes.insert(place, Some(Instr::Prim { dest: *dest, name: name.into(), args }));
                }
            }
            _ => {}
        }
    }
    if changes.is_empty() {
        return false;
    }
    let body = std::mem::take(&mut block.body).into_iter().enumerate();
    block.body = body.filter_map(|(i, instr)| changes.remove(&i).unwrap_or(Some(instr))).collect();
    true
}

fn has(f: &Func, wanted: &str) -> bool {
    let mut all = f.blocks.iter().flat_map(|block| &block.body);
    all.any(|instr| matches!(instr, Instr::Prim { name, .. } if name == wanted))
}

/// Does so in a function; gives whether there was anything.
pub fn run(f: &mut Func) -> bool {
    let mut changed = has(f, "caml_bytes_of_string") && read_strings(f, uses(f));
    if has(f, "caml_string_of_bytes") {
        let uses = uses(f);
        for block in &mut f.blocks {
            changed = make_strings(block, &uses) || changed;
        }
    }
    changed
}
