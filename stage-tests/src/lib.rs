//! What the tests share: OCaml's tools, the programs and what they print, the compilers, the engines.

pub mod bench;
pub mod compilers;
pub mod conformance;
pub mod debian;
pub mod engine;
pub mod fuzz;
pub mod parallel;
pub mod process;
pub mod program;
pub mod toolchain;

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the workspace").to_path_buf()
}

/// Cargo's folder for what it builds.
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where the tests put what they make.
pub fn scratch() -> PathBuf {
    target_folder().join("stage-tests")
}
