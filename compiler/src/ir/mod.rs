//! The intermediate representation.

pub mod ir_text;
pub mod program;
pub mod verify;
pub mod visit;
