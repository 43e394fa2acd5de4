//! `inspect`: what is in a bytecode executable.

use std::process::ExitCode;

use lua_of_ocaml::bytecode::inspect;

use super::failure::Failure;
use super::files;

/// Print a bytecode executable's sections, primitives, globals and code
#[derive(clap::Args)]
pub struct Args {
    /// Bytecode executable; - is standard input
    input: String,
}

pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let text = inspect::run(&files::read(&args.input)?).map_err(|error| Failure::refused(&args.input, error))?;
    files::write("-", text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
