//! From functions, data and runtime to one Lua file.

pub mod fragment;
pub mod linker;
