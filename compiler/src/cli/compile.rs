//! `compile`: bytecode to Lua.

use std::process::ExitCode;

use lua_of_ocaml::compile::{self, Options, Output, Stage};
use lua_of_ocaml::lua::lua_text::Style;
use lua_of_ocaml::target::Target;

use super::failure::{self, Failure};
use super::files;

/// The options of whatever translates
#[derive(clap::Args)]
pub struct Shared {
    /// portable, lua54, luajit or luau
    #[arg(long, default_value = "portable")]
    pub target: Target,
    /// Level of optimisation: 0 makes what Lua can hold, 1 what is fast; 2 has no passes of its own yet
    #[arg(short = 'O', value_name = "LEVEL", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub level: u8,
    /// Backtraces with locations; the bytecode must be compiled and linked with -g, too
    #[arg(short = 'g')]
    pub debug: bool,
}

/// Translate a bytecode executable to Lua
#[derive(clap::Args)]
pub struct Args {
    /// Bytecode executable; - is standard input
    input: String,
    /// Lua file; - is standard output [default: the input with .lua]
    #[arg(short)]
    output: Option<String>,
    #[command(flatten)]
    shared: Shared,
    /// With comments that name places in the OCaml source
    #[arg(long, conflicts_with = "compact")]
    pretty: bool,
    /// As small as possible
    #[arg(long)]
    compact: bool,
    /// Print what a stage makes: bytecode, ssa, the name of a pass or lua; a wrong one lists them
    #[arg(long, value_name = "STAGE")]
    dump: Option<Stage>,
    /// Embed a file or folder; the program sees it under /static/
    #[arg(long = "file", value_name = "PATH[:TARGET]")]
    files: Vec<String>,
    /// Primitives that the runtime does not provide raise when called
    #[arg(long)]
    allow_missing: bool,
    /// Use the runtime in this folder
    #[arg(long, value_name = "DIR")]
    runtime: Option<String>,
}

/// The input's name with `.lua` in place of its extension.
fn default_output(input: &str) -> String {
    if input == "-" {
        return input.into();
    }
    let start = input.rfind('/').map_or(0, |i| i + 1);
    match input.get(start..).and_then(|name| name.rfind('.')) {
        Some(dot) if dot > 0 => format!("{}.lua", input.get(..start + dot).unwrap_or(input)),
        _ => format!("{input}.lua"),
    }
}

/// Translates a file with its warnings on standard error.
pub fn translate(input: &str, options: &Options) -> Result<Output, Failure> {
    let bytes = files::read(input)?;
    let output = compile::run(&bytes, options).map_err(|error| Failure::refused(input, error))?;
    for warning in &output.warnings {
        failure::warn(&format!("{input}: warning: {warning}"));
    }
    Ok(output)
}

pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let style = match (args.pretty, args.compact) {
        (true, _) => Style::Pretty,
        (false, true) => Style::Compact,
        (false, false) => Style::Readable,
    };
    let options = Options {
        target: args.shared.target,
        style,
        level: args.shared.level,
        dump: args.dump,
        allow_missing: args.allow_missing,
        debug: args.shared.debug,
        files: files::embed(&args.files)?,
        runtime: files::runtime(args.runtime.as_deref())?,
    };
    let output = translate(&args.input, &options)?;
    let place = match (&args.output, args.dump) {
        (Some(output), _) => output.clone(),
        (None, Some(_)) => "-".into(),
        (None, None) => default_output(&args.input),
    };
    files::write(&place, output.text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
