//! Reading OCaml bytecode executables.

pub mod unmarshal;
