//! The intermediate representation.

pub mod program;
