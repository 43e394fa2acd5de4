//! The sections of a bytecode executable: a table at the end of the file (OCaml's `runtime/caml/exec.h`),
//! whatever stands before it (`#!`, a launcher, a runtime). What `-output-complete-exe` makes is left to `elf`.

use crate::bytecode::elf;
use crate::bytecode::sections::{Parts, Section, printable, unknown_magic, version_of_magic};
use crate::bytecode::unmarshal::{self, Arena, Node, Reader, Value};
use crate::error::{Error, Result};

const TRAILER: usize = 16;

#[derive(Clone, Debug)]
pub struct Image<'a> {
    /// Of the OCaml that made it: (4, 13).
    pub version: (u32, u32),
    pub sections: Vec<Section>,
    pub code: Vec<i32>,
    pub data: Arena,
    /// Node of each global's initial value.
    pub globals: Vec<Node>,
    /// Unit of each global, "" for constants and predefined exceptions.
    pub global_names: Vec<String>,
    pub primitives: Vec<String>,
    /// The section DBUG, empty when there is none.
    pub debug: &'a [u8],
}

/// The table of sections.
fn table(file: &[u8]) -> Result<Parts> {
    let trailer = file.len() - TRAILER;
    let magic = &file[trailer + 4..];
    let Some(version) = version_of_magic(magic) else { return Err(unknown_magic(trailer + 4, magic)) };
    let mut reader = Reader::new(file, "file");
    reader.pos = trailer;
    let count = reader.size(4)?;
    if count > trailer / 8 {
        return Err(Error::at("file", trailer, format!("table of {count} sections is longer than the file")));
    }
    let first = trailer - 8 * count;
    let mut sections = Vec::new();
    let mut total = 0;
    reader.pos = first;
    for _ in 0..count {
        let at = reader.pos;
        let name = printable(reader.take(4)?);
        let size = reader.size(4)?;
        total += size;
        if total > first {
            return Err(Error::at("file", at, format!("section {name} is longer than the file")));
        }
        sections.push(Section { name, offset: 0, size });
    }
    let mut offset = first - total;
    for section in &mut sections {
        section.offset = offset;
        offset += section.size;
    }
    Ok(Parts { version, sections, primitives: None, symbols: None })
}

/// Version and sections of a file.
fn parts(file: &[u8]) -> Result<Parts> {
    if file.len() >= TRAILER && file[file.len() - 12..].starts_with(b"Caml1999") {
        table(file)
    } else if file.starts_with(b"\x7fELF") {
        elf::run(file)
    } else if file.len() >= 12 && file.starts_with(b"Caml1999") {
        Err(unknown_magic(0, &file[..12]))
    } else {
        Err(Error::at("file", file.len(), "not OCaml bytecode: no magic number Caml1999X at the end"))
    }
}

/// A section's bytes.
fn find<'a>(file: &'a [u8], sections: &[Section], name: &str) -> Option<&'a [u8]> {
    for section in sections {
        if section.name == name {
            return Some(&file[section.offset..section.offset + section.size]);
        }
    }
    None
}

fn required<'a>(file: &'a [u8], sections: &[Section], name: &str) -> Result<&'a [u8]> {
    match find(file, sections, name) {
        Some(bytes) => Ok(bytes),
        None => Err(Error::at("file", file.len(), format!("no section {name}"))),
    }
}

fn words(bytes: &[u8]) -> Result<Vec<i32>> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(4) {
        return Err(Error::at("CODE", bytes.len(), "not a whole number of instruction words"));
    }
    Ok(bytes.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}

/// Names, each ended by a zero byte; OCaml's own compiler lets no primitive's name begin with a percent sign, as those of our
/// operations do.
fn names(bytes: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == 0 {
            if bytes[start] == b'%' {
                return Err(Error::at("PRIM", start, "name of an operation of the compiler"));
            }
            names.push(printable(&bytes[start..at]));
            start = at + 1;
        }
    }
    if start != bytes.len() {
        return Err(Error::at("PRIM", start, "name without an end"));
    }
    Ok(names)
}

fn block(arena: &Arena, node: Node, size: usize) -> Result<&[Node]> {
    if let Value::Block { fields, .. } = &arena.nodes[node as usize]
        && fields.len() == size
    {
        return Ok(fields);
    }
    Err(Error::at("SYMB", 0, "not a map of global identifiers"))
}

/// The unit that a key of the map stands for, "" for a predefined exception.
/// Keys are identifiers (OCaml's `Ident.t`), from 5.2 on `Symtable.Global.t`.
fn unit_name(arena: &Arena, key: Node, version: (u32, u32)) -> Result<String> {
    if let Value::Block { tag, fields } = &arena.nodes[key as usize] {
        let predefined = if version >= (5, 2) { 1 } else { 3 };
        if let Some(first) = fields.first()
            && let Value::Str(name) = &arena.nodes[*first as usize]
        {
            return Ok(if *tag == predefined { String::new() } else { printable(name) });
        }
    }
    Err(Error::at("SYMB", 0, "key of the map is not an identifier"))
}

/// Fills in the names that the map of globals has (`Symtable.GlobalMap`: a count and a balanced tree).
fn name_globals(arena: &Arena, root: Node, version: (u32, u32), slots: &mut [String]) -> Result<()> {
    let map = block(arena, root, 2)?;
    let mut todo = vec![map[1]];
    let mut visits = 0;
    while let Some(node) = todo.pop() {
        if arena.nodes[node as usize] == Value::Int(0) {
            continue;
        }
        visits += 1;
        if visits > arena.nodes.len() {
            return Err(Error::at("SYMB", 0, "map of global identifiers is not a tree"));
        }
        let tree = block(arena, node, 5)?;
        let slot = match &arena.nodes[tree[2] as usize] {
            Value::Int(slot) if *slot >= 0 && (*slot as usize) < slots.len() => *slot as usize,
            _ => return Err(Error::at("SYMB", 0, "identifier of a global that does not exist")),
        };
        slots[slot] = unit_name(arena, tree[1], version)?;
        todo.push(tree[0]);
        todo.push(tree[3]);
    }
    Ok(())
}

/// Reads a bytecode executable.
pub fn read(file: &[u8]) -> Result<Image<'_>> {
    let parts = parts(file)?;
    let sections = parts.sections;
    let code = words(required(file, &sections, "CODE")?)?;
    let data_bytes = required(file, &sections, "DATA")?;
    let mut data = Arena::default();
    let root = unmarshal::read(&mut Reader::new(data_bytes, "DATA"), &mut data)?;
    let globals = match &data.nodes[root as usize] {
        Value::Block { tag: 0, fields } => fields.clone(),
        _ => return Err(Error::at("DATA", 0, "not an array of globals")),
    };
    let primitives = match parts.primitives {
        Some(list) => list,
        None => names(required(file, &sections, "PRIM")?)?,
    };
    let mut global_names = vec![String::new(); globals.len()];
    match (parts.symbols, find(file, &sections, "SYMB")) {
        (Some((arena, node)), _) => name_globals(&arena, node, parts.version, &mut global_names)?,
        (None, Some(bytes)) => {
            let mut arena = Arena::default();
            let node = unmarshal::read(&mut Reader::new(bytes, "SYMB"), &mut arena)?;
            name_globals(&arena, node, parts.version, &mut global_names)?;
        }
        (None, None) => (),
    }
    let debug = find(file, &sections, "DBUG").unwrap_or_default();
    Ok(Image { version: parts.version, sections, code, data, globals, global_names, primitives, debug })
}
