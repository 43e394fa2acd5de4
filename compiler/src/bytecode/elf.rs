//! Executables that `ocamlc -output-complete-exe` makes: the bytecode stands inside an ELF file.

use crate::bytecode::sections::Parts;
use crate::error::{Error, Result};

/// Version and sections of an ELF file that holds bytecode as data of a C program.
pub fn run(file: &[u8]) -> Result<Parts> {
    Err(Error::at("file", file.len(), "an ELF file without bytecode at its end"))
}
