//! From functions, data and runtime to one Lua file.

pub mod data;
pub mod fragment;
pub mod linker;
pub mod minify;
pub mod places;
pub mod uses;
