//! The command `lua_of_ocaml`.

use std::process::ExitCode;

mod cli;

/// Passes make and drop millions of small lists.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// mimalloc's option `purge_delay`, which libmimalloc-sys has no name for: its place in `mi_option_e` of mimalloc 2.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

fn main() -> ExitCode {
    // What is freed stays with the process, which ends soon: pages that were given back would be cleared again for the next pass.
    // SAFETY: no other thread has been started.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, -1) };
    cli::main()
}
