//! What a file holds before it is understood: the OCaml version and where the sections are.

use crate::bytecode::unmarshal::{Arena, Node};
use crate::error::Error;

/// Magic numbers of executables (OCaml's `build-aux/ocaml_version.m4`) and the OCaml that writes them.
const MAGIC: [(&[u8; 12], (u32, u32)); 7] = [
    (b"Caml1999X030", (4, 13)),
    (b"Caml1999X031", (4, 14)),
    (b"Caml1999X032", (5, 0)),
    (b"Caml1999X033", (5, 1)),
    (b"Caml1999X034", (5, 2)),
    (b"Caml1999X035", (5, 3)),
    (b"Caml1999X036", (5, 4)),
];

/// Where a section is in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    pub offset: usize,
    pub size: usize,
}

pub struct Parts {
    /// Of the OCaml that made it: (4, 13).
    pub version: (u32, u32),
    pub sections: Vec<Section>,
    /// Names that no section has.
    pub primitives: Option<Vec<String>>,
    /// The map of globals inside other marshalled data.
    pub symbols: Option<(Arena, Node)>,
}

/// A name for messages and dumps: printable ASCII, the rest as `?`.
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        text.push(if (32..127).contains(byte) { *byte as char } else { '?' });
    }
    text
}

/// The OCaml version a magic number stands for.
pub fn version_of_magic(magic: &[u8]) -> Option<(u32, u32)> {
    for (known, version) in MAGIC {
        if magic == known {
            return Some(version);
        }
    }
    None
}

/// Why the magic number of 12 bytes at `offset` is refused.
pub fn unknown_magic(offset: usize, magic: &[u8]) -> Error {
    let text = printable(magic);
    let message = if text.starts_with("Caml1999X") {
        format!("magic number {text} is unknown: OCaml 4.13 to 5.4 write Caml1999X030 to Caml1999X036")
    } else {
        format!("magic number {text}: an object file or library, not an executable; link it with ocamlc")
    };
    Error::at("file", offset, message)
}
