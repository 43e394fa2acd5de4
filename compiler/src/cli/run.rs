//! `run`: translate and run at once, in the Lua that this command carries.

use std::process::ExitCode;

use lua_of_ocaml::compile::Options;
use lua_of_ocaml::lua::lua_text::Style;
use mlua::Lua;

use super::compile::{Shared, translate};
use super::failure::{self, Failure};
use super::files;

/// Translate a bytecode executable and run it in the embedded Lua 5.4
#[derive(clap::Args)]
pub struct Args {
    /// Bytecode executable; - is standard input
    input: String,
    #[command(flatten)]
    shared: Shared,
    /// The program's arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Runs a Lua program; it ends the process itself if it calls `os.exit`.
fn execute(text: &str, input: &str, args: &[String]) -> mlua::Result<()> {
    // SAFETY: the program is given all of Lua's library, as the command `lua` would do.
    let lua = unsafe { Lua::unsafe_new() };
    let table = lua.create_table()?;
    table.set(0, input)?;
    for (i, arg) in args.iter().enumerate() {
        table.set(i + 1, arg.as_str())?;
    }
    lua.globals().set("arg", table)?;
    lua.load(text).set_name(format!("@{input}")).exec()
}

pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let options = Options {
        target: args.shared.target,
        style: Style::Readable,
        level: args.shared.level,
        dump: None,
        allow_missing: false,
        debug: args.shared.debug,
        files: Vec::new(),
        runtime: files::runtime(None)?,
    };
    let output = translate(&args.input, &options)?;
    match execute(&output.text, &args.input, &args.args) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            failure::warn(&format!("{}: {error}", args.input));
            Ok(ExitCode::from(1))
        }
    }
}
