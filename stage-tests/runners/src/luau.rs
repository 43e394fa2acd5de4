//! `luau [--host] FILE ARGUMENTS`: runs a file as Luau's own command does. The script is sandboxed and runs on a thread; it
//! finds its arguments in `...`, has `print` for its output, and an error ends the process with 1.
//!
//! With `--host` the script finds what other hosts of Luau add, under the names of Lua's library: `io.open` and the standard
//! streams, `os.exit`, `os.getenv`, `os.remove`, `os.rename`, `os.tmpname`, and `arg`. `luau -v` prints a version.

mod host;

use std::process::ExitCode;

use mlua::thread::ThreadStatus;
use mlua::{Lua, Variadic};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (hosted, words) = match words.split_first() {
        Some((flag, rest)) if flag == "--host" => (true, rest),
        _ => (false, &words[..]),
    };
    let lua = Lua::new();
    match words.split_first() {
        Some((flag, [])) if flag == "-v" => {
            println!("{}", lua.globals().get::<String>("_VERSION").unwrap_or_default());
            ExitCode::SUCCESS
        }
        Some((script, arguments)) => match run(&lua, hosted, script, arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("luau: {error}");
                ExitCode::FAILURE
            }
        },
        None => {
            eprintln!("usage: luau [--host] FILE [ARGUMENTS]");
            ExitCode::from(2)
        }
    }
}

fn run(lua: &Lua, hosted: bool, script: &str, arguments: &[String]) -> mlua::Result<()> {
    let code = std::fs::read(script).map_err(mlua::Error::external)?;
    if hosted {
        host::install(lua, script, arguments)?;
    }
    // Luau's command has these two; mlua's sandbox would leave the counting alone.
    let collect = |lua: &Lua, option: Option<String>| match option.as_deref() {
        None | Some("collect") => lua.gc_collect().map(|()| 0.0),
        Some("count") => Ok(lua.used_memory() as f64 / 1024.0),
        Some(_) => Err(mlua::Error::runtime("collectgarbage must be called with 'count' or 'collect'")),
    };
    lua.globals().set("collectgarbage", lua.create_function(collect)?)?;
    lua.sandbox(true)?;
    let chunk = lua.load(code).set_name(format!("@{script}")).into_function()?;
    let thread = lua.create_thread(chunk)?;
    thread.sandbox()?;
    let values: Variadic<String> = arguments.iter().cloned().collect();
    thread.resume::<Variadic<mlua::Value>>(values)?;
    match thread.status() {
        ThreadStatus::Resumable => Err(mlua::Error::runtime("the script yields")),
        _ => Ok(()),
    }
}
