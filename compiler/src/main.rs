//! The command `lua_of_ocaml`.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::main()
}
