//! `lua_of_ocaml` translates OCaml bytecode to one self-contained Lua file. See `compiler/ARCHITECTURE.md`.

// Loops over indices, as in compiler/reference, which is read side by side.
#![allow(clippy::needless_range_loop)]

pub mod allocator;
pub mod bytecode;
pub mod compile;
pub mod error;
pub mod ir;
pub mod link;
pub mod lua;
pub mod parallel;
pub mod passes;
pub mod runtime;
pub mod target;
