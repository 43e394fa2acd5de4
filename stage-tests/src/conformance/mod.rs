//! OCaml's own test suite as a score.
//!
//! `source` fetches an OCaml's sources and, where it is not installed, builds it. `extract` turns its test suite into a corpus:
//! `header` reads the comment that says what a test does, `environment` holds its variables, `class` sorts it, and what can be
//! judged as bytecode is run (`actions`) under ocamlrun and recorded (`observe`), or skipped with its reason. `judge` runs a corpus as Lua on an engine, `twins` compares the two
//! compilers on it, and `score` is the committed result, one file per OCaml in `stage-tests/conformance`.

pub mod actions;
pub mod class;
pub mod corpus;
pub mod environment;
pub mod extract;
pub mod header;
pub mod judge;
pub mod observe;
pub mod score;
pub mod skip;
pub mod source;
pub mod table;
pub mod tools;
pub mod twins;

use std::path::PathBuf;

/// Where everything that is made of an OCaml's test suite is kept.
pub fn cache(version: &str) -> PathBuf {
    crate::target_folder().join("conformance").join(version)
}
