//! Translated programs inside a program in Lua, which calls their chunk with a table.
//!
//! - `host::ENGINE::NAME`: what the program writes, reads and ends with goes through that table (`embedding/host.lua`).
//! - `leak::ENGINE`: the compiler, loaded once, translates a thousand times and holds its memory (`embedding/leak.lua`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Failed, Trial};
use stage_tests::compilers::Compiler;
use stage_tests::engine::Engine;
use stage_tests::process::run;
use stage_tests::program::Program;
use stage_tests::scratch;
use stage_tests::toolchain::Toolchain;

const LIMIT: Duration = Duration::from_secs(1200);

/// Programs with arguments and input, with an exit code, and with an exception that nothing catches.
const PROGRAMS: [&str; 4] = ["hello", "stdin_lines", "exit_code", "uncaught_failure"];

/// A program without OCaml's library, so that a thousand translations take a minute.
const SMALL: &str = "external register : string -> 'a -> unit = \"caml_register_named_value\"\n\
                     let rec map f = function [] -> [] | x :: rest -> let y = f x in y :: map f rest\n\
                     let () = register \"pairs\" (map (fun x -> (x, x)) [ 1; 2; 3 ])\n";

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    let here = Toolchain::default_one().is_some();
    let mut trials = Vec::new();
    for program in Program::all()?.into_iter().filter(|program| PROGRAMS.contains(&program.name.as_str())) {
        for (engine, installed) in Engine::to_test() {
            let program = program.clone();
            let name = format!("host::{}::{}", engine.name(), program.name);
            let trial = Trial::test(name, move || hosted(&program, engine).map_err(failed));
            trials.push(trial.with_ignored_flag(!installed || !here));
        }
    }
    for engine in [Engine::Lua54, Engine::Luajit] {
        let trial = Trial::test(format!("leak::{}", engine.name()), move || leak(engine).map_err(failed));
        trials.push(trial.with_ignored_flag(!engine.is_installed() || !here));
    }
    libtest_mimic::run(&arguments, trials).exit()
}

fn hosted(program: &Program, engine: Engine) -> Result<()> {
    let toolchain = program.toolchain().context("no OCaml for it here")?;
    let folder = scratch().join("embedding").join(engine.name()).join(&program.name);
    let (bytecode, lua) = (folder.join("program.bc"), folder.join("program.lua"));
    toolchain.compile(&program.sources(), &folder, &bytecode, &["-g"])?;
    Compiler::rust()?.compile(&bytecode, &lua, &[])?;
    let mut command = engine.hosted_command(&script("host.lua"));
    command.arg(&lua);
    program.check(&program.run(command, LIMIT)?)
}

fn leak(engine: Engine) -> Result<()> {
    let toolchain = Toolchain::default_one().context("no OCaml here")?;
    let folder = scratch().join("embedding").join(engine.name()).join("leak");
    let source = folder.join("source").join("small.ml");
    std::fs::create_dir_all(folder.join("source"))?;
    std::fs::write(&source, SMALL)?;
    let (bytecode, expected, actual) = (folder.join("small.bc"), folder.join("rust.lua"), folder.join("embedded.lua"));
    toolchain.compile(&[source], &folder, &bytecode, &["-nopervasives", "-without-runtime", "-noautolink"])?;
    Compiler::rust()?.compile(&bytecode, &expected, &[])?;
    let Compiler::Stage1(_, compiler) = Compiler::stage1()? else { bail!("stage 1 is no Lua file") };
    let mut command = engine.command(&script("leak.lua"));
    command.arg(compiler).arg(&bytecode).arg(&actual);
    let outcome = run(command, Vec::new(), LIMIT)?;
    let (stdout, stderr) = (String::from_utf8(outcome.stdout)?, String::from_utf8_lossy(&outcome.stderr));
    let levels = stdout.lines().map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let [early, middle, late] = levels[..] else { bail!("exit code {}: {stderr}", outcome.code) };
    // LuaJIT still adds compiled code for a while.
    let level = early + early / 20;
    if middle > level || late > level {
        bail!("{early} KB after 100 translations, {middle} after 500, {late} after 1,000");
    }
    if std::fs::read(&actual)? != std::fs::read(&expected)? {
        bail!("the embedded compiler writes something else");
    }
    Ok(())
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("embedding").join(name)
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}
