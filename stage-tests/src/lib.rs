//! What the tests share: OCaml's tools, the programs and what they print, the compilers, the engines.

pub mod compilers;
pub mod conformance;
pub mod engine;
pub mod process;
pub mod program;
pub mod toolchain;

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the workspace").to_path_buf()
}

/// Where the tests put what they make: `target/stage-tests`, or below `CARGO_TARGET_DIR`.
pub fn scratch() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("stage-tests")
}
