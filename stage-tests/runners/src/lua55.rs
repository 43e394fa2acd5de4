//! `lua55 FILE ARGUMENTS`, as the stand-alone interpreter runs a file, and `lua55 -v`.

use std::process::ExitCode;

use mlua::{Lua, Variadic};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // SAFETY: the script is given all of Lua's library, as the command `lua` would do.
    let lua = unsafe { Lua::unsafe_new() };
    match words.split_first() {
        Some((flag, [])) if flag == "-v" => {
            println!(
                "{} Copyright (C) Lua.org, PUC-Rio",
                lua.globals().get::<String>("_RELEASE").unwrap_or("Lua 5.5".to_string())
            );
            ExitCode::SUCCESS
        }
        Some((script, arguments)) => match run(&lua, script, arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("lua55: {error}");
                ExitCode::FAILURE
            }
        },
        None => {
            eprintln!("usage: lua55 FILE [ARGUMENTS]");
            ExitCode::from(2)
        }
    }
}

fn run(lua: &Lua, script: &str, arguments: &[String]) -> mlua::Result<()> {
    let code = std::fs::read(script).map_err(mlua::Error::external)?;
    let table = lua.create_table()?;
    table.set(0, script)?;
    for (index, argument) in arguments.iter().enumerate() {
        table.set(index + 1, argument.as_str())?;
    }
    lua.globals().set("arg", table)?;
    let values: Variadic<String> = arguments.iter().cloned().collect();
    lua.load(code).set_name(format!("@{script}")).call::<()>(values)
}
