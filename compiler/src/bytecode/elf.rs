//! Executables that `ocamlc -output-complete-exe` makes: the bytecode is data of a C program
//! (`link_bytecode_as_c` of OCaml's `bytecomp/bytelink.ml`), which the symbols of the ELF file name.

use crate::bytecode::sections::{Parts, Section, printable, version_of_magic};
use crate::bytecode::unmarshal::{self, Arena, Node, Reader, Value};
use crate::error::{Error, Result};

/// Kinds of ELF sections.
const SYMBOLS: usize = 2;
const RELOCATIONS: usize = 4;
const NO_BITS: usize = 8;

/// Sizes of the entries of a 64-bit ELF file's tables.
const SECTION_ENTRY: usize = 64;
const SYMBOL_ENTRY: usize = 24;
const RELOCATION_ENTRY: usize = 24;

/// A section of the ELF file.
struct Header {
    kind: usize,
    address: usize,
    offset: usize,
    size: usize,
    link: usize,
}

fn fail<T>(offset: usize, message: impl Into<String>) -> Result<T> {
    Err(Error::at("file", offset, message))
}

/// The unsigned little-endian number of `width` bytes at `at`; above 30 bits, the largest of 30 bits.
fn number(file: &[u8], at: usize, width: usize) -> Result<usize> {
    if at > file.len() || width > file.len() - at {
        return fail(at, "ELF file ends too early");
    }
    let mut value = 0;
    for i in 0..width {
        if value >= 0x40_0000 {
            return Ok(0x3FFF_FFFF);
        }
        value = value * 256 + usize::from(file[at + width - 1 - i]);
    }
    Ok(value)
}

fn read_headers(file: &[u8]) -> Result<Vec<Header>> {
    if number(file, 4, 2)? != 0x0102 {
        return fail(4, "an ELF file that is not 64-bit and little-endian, without bytecode at its end");
    }
    let table = number(file, 0x28, 8)?;
    let count = number(file, 0x3C, 2)?;
    let mut headers = Vec::new();
    for index in 0..count {
        let at = table + index * SECTION_ENTRY;
        let header = Header {
            kind: number(file, at + 4, 4)?,
            address: number(file, at + 16, 8)?,
            offset: number(file, at + 24, 8)?,
            size: number(file, at + 32, 8)?,
            link: number(file, at + 40, 4)?,
        };
        if header.kind != NO_BITS && (header.offset > file.len() || header.size > file.len() - header.offset) {
            return fail(at, "section of an ELF file is longer than the file");
        }
        headers.push(header);
    }
    Ok(headers)
}

/// Where the `size` bytes at an address are in the file.
fn locate(file: &[u8], headers: &[Header], address: usize, size: usize) -> Result<usize> {
    for header in headers {
        let inside = header.address > 0 && address >= header.address && address - header.address < header.size;
        if inside && header.kind != NO_BITS && size <= header.size - (address - header.address) {
            return Ok(header.offset + (address - header.address));
        }
    }
    fail(file.len(), "address outside the sections of the ELF file")
}

/// The text at `at`, up to a zero byte.
fn text_at(file: &[u8], at: usize) -> Result<&[u8]> {
    let mut stop = at;
    while number(file, stop, 1)? != 0 {
        stop += 1;
    }
    Ok(&file[at..stop])
}

/// Address and size of a symbol that has a size.
fn find_symbol(file: &[u8], headers: &[Header], name: &str) -> Result<(usize, usize)> {
    for table in headers {
        if table.kind == SYMBOLS && table.link < headers.len() {
            let strings = &headers[table.link];
            for index in 0..table.size / SYMBOL_ENTRY {
                let at = table.offset + index * SYMBOL_ENTRY;
                let size = number(file, at + 16, 8)?;
                if size > 0 && text_at(file, strings.offset + number(file, at, 4)?)? == name.as_bytes() {
                    return Ok((number(file, at + 8, 8)?, size));
                }
            }
        }
    }
    fail(file.len(), format!("an ELF file without bytecode at its end and without the symbol {name}"))
}

/// The names of the primitives: an array of pointers, which relocations fill in.
fn read_primitives(file: &[u8], headers: &[Header]) -> Result<Vec<String>> {
    let (address, size) = find_symbol(file, headers, "caml_names_of_builtin_cprim")?;
    let offset = locate(file, headers, address, size)?;
    let mut pointers = Vec::new();
    for index in 0..size / 8 {
        pointers.push(number(file, offset + index * 8, 8)?);
    }
    for table in headers {
        if table.kind == RELOCATIONS {
            for index in 0..table.size / RELOCATION_ENTRY {
                let at = table.offset + index * RELOCATION_ENTRY;
                let place = number(file, at, 8)?;
                if place >= address && (place - address) / 8 < pointers.len() && (place - address) % 8 == 0 {
                    pointers[(place - address) / 8] = number(file, at + 16, 8)?;
                }
            }
        }
    }
    let mut names = Vec::new();
    for pointer in pointers {
        if pointer == 0 {
            break;
        }
        names.push(printable(text_at(file, locate(file, headers, pointer, 1)?)?));
    }
    Ok(names)
}

/// The version that the runtime's magic number tells.
fn find_version(file: &[u8]) -> Result<(u32, u32)> {
    let mut at = 0;
    while at + 12 <= file.len() {
        if file[at] == b'C'
            && let Some(version) = version_of_magic(&file[at..at + 12])
        {
            return Ok(version);
        }
        at += 1;
    }
    fail(file.len(), "an ELF file with bytecode, but of no known version of OCaml")
}

/// The map of globals among pairs of a name and a value.
fn find_symbols(arena: &Arena, root: Node) -> Option<Node> {
    if let Value::Block { fields, .. } = &arena.nodes[root as usize] {
        for pair in fields {
            if let Value::Block { fields: parts, .. } = &arena.nodes[*pair as usize]
                && parts.len() == 2
                && arena.nodes[parts[0] as usize] == Value::Str(b"SYMB".to_vec())
            {
                return Some(parts[1]);
            }
        }
    }
    None
}

/// Version and sections of an ELF file that holds bytecode as data of a C program.
pub fn run(file: &[u8]) -> Result<Parts> {
    let headers = read_headers(file)?;
    let find = |symbol: &str, name: &str| -> Result<Section> {
        let (address, size) = find_symbol(file, &headers, symbol)?;
        Ok(Section { name: name.into(), offset: locate(file, &headers, address, size)?, size })
    };
    let code = find("caml_code", "CODE")?;
    let data = find("caml_data", "DATA")?;
    let section = find("caml_sections", "SYMB")?;
    let bytes = &file[section.offset..section.offset + section.size];
    let mut arena = Arena::default();
    let root = unmarshal::read(&mut Reader::new(bytes, "caml_sections"), &mut arena)?;
    let symbols = find_symbols(&arena, root).map(|node| (arena, node));
    let primitives = Some(read_primitives(file, &headers)?);
    Ok(Parts { version: find_version(file)?, sections: vec![code, data], primitives, symbols })
}
