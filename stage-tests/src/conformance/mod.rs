//! OCaml's own test suite as a score.
//!
//! `source` fetches an OCaml's sources and, where it is not installed, builds it. `extract` turns its test suite into a corpus:
//! `header` reads the comment that says what a test does, `environment` holds its variables, `class` sorts it, and what can be
//! judged as bytecode is run under ocamlrun and recorded. `judge` runs a corpus as Lua on an engine, `twins` compares the two
//! compilers on it, and `score` is the committed result, one file per OCaml in `stage-tests/conformance`.

pub mod corpus;
pub mod judge;
pub mod score;
pub mod table;

use std::path::PathBuf;

use anyhow::{Context, Result};

/// Where everything that is made of an OCaml's test suite is kept.
pub fn cache(version: &str) -> Result<PathBuf> {
    let scratch = crate::scratch();
    Ok(scratch.parent().context("the scratch folder stands in the target folder")?.join("conformance").join(version))
}
