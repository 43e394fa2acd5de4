//! Reading OCaml bytecode executables.

pub mod container;
pub mod debug_events;
pub mod elf;
pub mod opcode;
pub mod sections;
pub mod unmarshal;
