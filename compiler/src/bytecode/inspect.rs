//! What a bytecode executable holds, as text: sections, primitives, globals, code.

use crate::bytecode::container;
use crate::bytecode::disassemble;
use crate::error::Result;

/// The text for a file's bytes.
pub fn run(file: &[u8]) -> Result<String> {
    let image = container::read(file)?;
    let mut text = format!("OCaml {}.{}\n\nsections\n", image.version.0, image.version.1);
    for section in &image.sections {
        text.push_str(&format!("  {} at {}, {} bytes\n", section.name, section.offset, section.size));
    }
    text.push_str("\nprimitives\n");
    for (number, name) in image.primitives.iter().enumerate() {
        text.push_str(&format!("  {number} {name}\n"));
    }
    text.push_str(&format!("\nglobals\n  {}, of these units:\n", image.globals.len()));
    for (slot, name) in image.global_names.iter().enumerate() {
        if !name.is_empty() {
            text.push_str(&format!("  {slot} {name}\n"));
        }
    }
    text.push_str("\ncode\n");
    text.push_str(&disassemble::run(&image)?);
    Ok(text)
}
