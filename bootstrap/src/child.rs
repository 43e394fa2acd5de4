//! The engines that are part of this program. They run in a child process of it, by hidden sub-commands, so that a
//! stage's time and memory are its own, and nothing it does can take the run with it.

use std::path::Path;
use std::process::ExitCode;

use lua_of_ocaml::compile::{self, Options};
use lua_of_ocaml::lua::lua_text::Style;
use lua_of_ocaml::runtime::{embedded, packed};
use lua_of_ocaml::target::Target;
use mlua::state::{GcGenParams, GcMode};

use crate::engine::{MLUA, RUNTIME, RUST};
use crate::error::{Error, Result};
use crate::files;
use crate::report;

/// Runs a hidden sub-command, if the command line has one.
pub fn run(arguments: &[String]) -> Option<ExitCode> {
    let (name, rest) = arguments.split_first()?;
    let result = match name.as_str() {
        RUST => rust(rest),
        MLUA => lua(rest),
        _ => return None,
    };
    Some(match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&error);
            ExitCode::from(error.code())
        }
    })
}

/// `compile SEED -o OUT …`: the options are the fixed ones of every stage.
fn rust(arguments: &[String]) -> Result<()> {
    let [_, seed, _, output, ..] = arguments else {
        return Err(Error::Usage("expected: compile SEED -o OUT".into()));
    };
    let text = compile(&files::read(Path::new(seed))?)?;
    files::write_whole(Path::new(output), &text)
}

/// Runs a Lua file as `lua FILE ARGUMENTS` does.
fn lua(arguments: &[String]) -> Result<()> {
    let Some((script, rest)) = arguments.split_first() else {
        return Err(Error::Usage("expected: FILE ARGUMENTS".into()));
    };
    let failed = |error: mlua::Error| Error::Stage(format!("{script}: {error}"));
    // SAFETY: a compiler's output is trusted like any program that is run: it may use all of Lua's libraries.
    let lua = unsafe { mlua::Lua::unsafe_new() };
    // most of what a compiler makes dies young (0.8 of the time, and of the memory)
    lua.gc_set_mode(GcMode::Generational(GcGenParams::default()));
    let table = lua.create_table().map_err(failed)?;
    table.set(0, script.as_str()).map_err(failed)?;
    for (index, argument) in rest.iter().enumerate() {
        table.set(index + 1, argument.as_str()).map_err(failed)?;
    }
    lua.globals().set("arg", table).map_err(failed)?;
    let code = files::read(Path::new(script))?;
    let values: mlua::Variadic<String> = rest.iter().cloned().collect();
    lua.load(code).set_name(format!("@{script}")).call::<()>(values).map_err(failed)
}

/// The Rust compiler on the seed, with the options of every stage.
fn compile(seed: &[u8]) -> Result<Vec<u8>> {
    let options = Options {
        target: Target::Portable,
        style: Style::Compact,
        level: 1,
        dump: None,
        allow_missing: false,
        debug: false,
        files: packed().into_iter().map(|(name, text)| (format!("{RUNTIME}/{name}"), text.into_bytes())).collect(),
        runtime: embedded(),
    };
    let output = compile::run(seed, &options).map_err(|error| Error::Stage(format!("the seed is not translated: {error}")))?;
    Ok(output.text.into_bytes())
}

/// The hash over the runtime's files: over each one's name, a zero byte, and the hash of its text.
pub fn runtime_hash() -> String {
    let mut all = Vec::new();
    for (name, text) in embedded() {
        all.extend_from_slice(format!("{name}\0{}\n", files::hash(text.as_bytes())).as_bytes());
    }
    files::hash(&all)
}

/// Writes the runtime's files into a folder, packed.
pub fn write_runtime(folder: &Path) -> Result<()> {
    files::create_folder(folder)?;
    packed().into_iter().try_for_each(|(name, text)| files::write_whole(&folder.join(name), text.as_bytes()))
}
