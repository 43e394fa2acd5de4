//! Differential fuzzing: random well-typed OCaml programs, under ocamlrun and as Lua on every engine.
//!
//! A case is a module that prints; a program holds many. `generate` and the files beside it make a case from a stream of choices,
//! `batch` puts cases together, `judge` runs them everywhere, `shrink` makes the stream of a case that shows a difference smaller.
//! Cases end, because functions and loops use fuel, and print the same everywhere but for faults: they avoid what the manual names
//! as different. Ints are of two modes: of 63 bits for the target that has them, and brought back to 32 bits for all targets.

pub mod batch;
pub mod choices;
mod declarations;
mod expressions;
mod formats;
mod generate;
pub mod judge;
mod library;
mod numbers;
mod patterns;
pub mod shrink;
mod types;
mod values;

/// What the programs of a batch have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Ints have 63 bits: for the target `lua54` only.
    pub wide: bool,
    /// Bounds are checked: not compiled with `-unsafe`.
    pub checked: bool,
}
