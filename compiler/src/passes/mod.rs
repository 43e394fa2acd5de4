//! The passes, in the order in which they run: one a file, `run` is the entry point of each.

pub mod names;
pub mod outline;
pub mod ssa;
