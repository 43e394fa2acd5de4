//! From IR functions to Lua text.

pub mod template;
