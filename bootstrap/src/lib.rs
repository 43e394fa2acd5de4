//! Proves `lua_of_ocaml` by its own bootstrap. See `BOOTSTRAP.md`.

pub mod child;
pub mod diff;
pub mod engine;
pub mod error;
pub mod files;
pub mod manifest;
pub mod process;
pub mod report;
pub mod run;
pub mod seed;
pub mod ship;
pub mod stage;
pub mod status;
pub mod verify;
pub mod workspace;
