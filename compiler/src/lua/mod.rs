//! From IR functions to Lua text.
