//! The benchmarks: 19 programs in OCaml, what they print, and the same work as Lua written by hand.

pub mod compiling;
pub mod contestant;
pub mod measure;
pub mod plot;
pub mod table;

use std::path::{Path, PathBuf};

/// Where the benchmarks stand.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bench")
}
