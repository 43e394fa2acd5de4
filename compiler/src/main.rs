//! The command `lua_of_ocaml`.

use std::process::ExitCode;

mod cli;

/// Passes make and drop millions of small lists.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lua_of_ocaml::allocator::keep_freed_memory();
    cli::main()
}
