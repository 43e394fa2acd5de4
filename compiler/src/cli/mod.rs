//! The command line: files, terminal and engine around the pure pipeline.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod check_runtime;
mod compile;
mod failure;
mod files;
mod inspect;
mod run;

/// Translates OCaml bytecode to one self-contained Lua file.
#[derive(Parser)]
#[command(name = "lua_of_ocaml", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Compile(compile::Args),
    Run(run::Args),
    Inspect(inspect::Args),
    CheckRuntime(check_runtime::Args),
}

/// Parses the arguments, does what they say, and reports a failure in one line.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Compile(args) => compile::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::CheckRuntime(args) => check_runtime::run(&args),
    };
    result.unwrap_or_else(|failure| failure.report())
}
