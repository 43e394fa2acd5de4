//! From IR functions to Lua text.

pub mod counting;
pub mod emit;
pub mod expressions;
pub mod flow;
pub mod forest;
pub mod groups;
pub mod guards;
pub mod literal;
pub mod locals;
pub mod lua_text;
pub mod naming;
pub mod offsets;
pub mod operators;
pub mod registers;
pub mod short_names;
pub mod structure;
pub mod syntax;
pub mod template;
