//! Reading OCaml bytecode executables.

pub mod container;
pub mod debug_events;
pub mod disassemble;
pub mod elf;
pub mod inspect;
pub mod opcode;
pub mod sections;
pub mod unmarshal;
