//! Every program through both compilers and every engine.
//!
//! - `expected::NAME`: ocamlrun still prints what is committed.
//! - `run::ENGINE::NAME`: the Lua made by the Rust compiler prints the same and ends with the same exit code.
//! - `host::luau::NAME`: that for the programs that need more of Luau's host than `print`, with a host that has it.
//! - `target::ENGINE::NAME`: the same for the engine's own target, in compact style and, but for programs with options of their own,
//!   without debugging information.
//! - `levels::NAME`: the same on two engines, at the levels of optimisation that are not the default.
//! - `twins::NAME`: the reference, on ocamlrun and as Lua, writes the same bytes as the Rust compiler, in every style, level and target.
//! - `tools::NAME`: the same for OCaml's own tools, as far as they are installed.
//!
//! What needs an engine or an OCaml that is not here is reported as ignored.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use libtest_mimic::{Arguments, Failed, Trial};
use stage_tests::compilers::Compiler;
use stage_tests::engine::Engine;
use stage_tests::program::{Program, first_difference};
use stage_tests::scratch;
use stage_tests::toolchain::{Toolchain, on_path};

/// The longest that a program may run; the slowest takes a fifth of it.
const LIMIT: Duration = Duration::from_secs(240);

/// The programs that Luau's own command cannot show, as it has nothing but `print`, and what they need. They are run with a
/// host that gives files, streams and an exit code.
const NEEDS_HOST: [(&str, &str); 14] = [
    ("backtrace_uncaught", "the environment and an exit code"),
    ("backtraces", "an exit code"),
    ("channels", "files"),
    ("exit_code", "an exit code"),
    ("marshalling", "files"),
    ("library_5", "files"),
    ("printexcs", "a standard error apart from the output"),
    ("printf_conversions", "a standard error apart from the output"),
    ("stack_limit", "the environment"),
    ("stdin_lines", "an input"),
    ("systems", "the environment and files"),
    ("threads_cooperative", "a standard error apart from the output"),
    ("uncaught", "an exit code"),
    ("uncaught_failure", "an exit code"),
];

/// The programs that are not run on Luau as `portable`: they make more tail calls to other functions in a row than its stack
/// holds, 20,000. The target `luau` is for them.
const NEEDS_TAIL_CALLS: [&str; 2] = ["tail_calls", "tail_calls_long"];

/// The programs that do not apply to Luau: its host gives no shell to start commands and list folders, its collector does not
/// say what it has freed.
const NOT_ON_LUAU: [&str; 3] = ["files", "finalisers", "unixes"];

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    let engines = Engine::to_test();
    for program in Program::all()? {
        let case = Arc::new(Case::new(program));
        trials.push(case.trial("expected".to_string(), false, Case::expected));
        for (engine, installed) in &engines {
            let engine = *engine;
            if engine == Engine::Luau && NOT_ON_LUAU.contains(&case.program.name.as_str()) {
                continue;
            }
            let kind = if engine == Engine::Luau && case.needs_host() { "host" } else { "run" };
            if engine != Engine::Luau || !NEEDS_TAIL_CALLS.contains(&case.program.name.as_str()) {
                trials.push(case.trial(format!("{kind}::{}", engine.name()), !installed, move |case| case.runs_on(engine)));
            }
            trials
                .push(case.trial(format!("target::{}", engine.name()), !installed, move |case| case.runs_as_its_target(engine)));
        }
        let installed = |wanted| engines.iter().any(|(engine, installed)| *engine == wanted && *installed);
        let both = installed(Engine::Lua54) && installed(Engine::Luajit);
        trials.push(case.trial("levels".to_string(), !both, Case::levels));
        trials.push(case.trial("twins".to_string(), Engine::quickest().is_none(), Case::twins));
    }
    for tool in ["ocamlobjinfo.byte", "ocamllex.byte", "ocamldep.byte", "ocamlc.byte"] {
        let file = on_path(tool);
        let ignored = file.is_none();
        let trial = move || twins_of_tool(&file.context("not here")?, tool).map_err(failed);
        trials.push(Trial::test(format!("tools::{tool}"), trial).with_ignored_flag(ignored));
    }
    libtest_mimic::run(&arguments, trials).exit()
}

/// A program and what its trials made of it so far.
struct Case {
    program: Program,
    toolchain: Option<Toolchain>,
    made: Mutex<BTreeMap<PathBuf, Result<(), String>>>,
}

impl Case {
    fn new(program: Program) -> Case {
        let toolchain = program.toolchain();
        Case { program, toolchain, made: Mutex::new(BTreeMap::new()) }
    }

    /// A trial of this case, ignored where it cannot be run.
    fn trial(self: &Arc<Case>, kind: String, ignored: bool, test: impl FnOnce(&Case) -> Result<()> + Send + 'static) -> Trial {
        let case = Arc::clone(self);
        let name = format!("{kind}::{}::{}", self.program.folder, self.program.name);
        Trial::test(name, move || test(&case).map_err(failed)).with_ignored_flag(ignored || self.toolchain.is_none())
    }

    fn toolchain(&self) -> Result<&Toolchain> {
        self.toolchain.as_ref().context("no OCaml for it here")
    }

    /// The file `name` of this program's folder: `make` writes it for the first trial that asks, the others wait for it.
    fn file(&self, name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let file = scratch().join(self.program.folder).join(&self.program.name).join(name);
        let mut made = self.made.lock().map_err(|_| anyhow!("another trial of this program panicked"))?;
        let result = made.entry(file.clone()).or_insert_with(|| make(&file).map_err(|error| format!("{error:#}")));
        result.clone().map(|()| file).map_err(|error| anyhow!(error))
    }

    fn bytecode(&self, debug: bool) -> Result<PathBuf> {
        let (name, options): (_, &[&str]) = if debug { ("program.bc", &["-g"]) } else { ("stripped.bc", &[]) };
        self.file(name, |output| {
            let folder = output.with_extension("build");
            self.program.compile(self.toolchain()?, &folder, output, options)
        })
    }

    fn expected(&self) -> Result<()> {
        self.program.check(&self.program.run(self.toolchain()?.run(&self.bytecode(true)?), LIMIT)?)
    }

    fn needs_host(&self) -> bool {
        NEEDS_HOST.iter().any(|(name, _)| *name == self.program.name)
    }

    fn command(&self, engine: Engine, lua: &Path) -> Command {
        if self.needs_host() { engine.hosted_command(lua) } else { engine.command(lua) }
    }

    fn runs_on(&self, engine: Engine) -> Result<()> {
        let bytecode = self.bytecode(true)?;
        let options = self.program.options();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let lua = self.file("program.lua", |output| Compiler::rust()?.compile(&bytecode, output, &options))?;
        self.program.check(&self.program.run(self.command(engine, &lua), LIMIT)?)
    }

    fn runs_as_its_target(&self, engine: Engine) -> Result<()> {
        let own = self.program.options();
        let bytecode = self.bytecode(!own.is_empty())?;
        let target = engine.target().name();
        let mut options = vec!["--compact", "--target", target];
        options.extend(own.iter().map(String::as_str));
        let lua = self.file(&format!("{target}.lua"), |output| Compiler::rust()?.compile(&bytecode, output, &options))?;
        self.program.check(&self.program.run(self.command(engine, &lua), LIMIT)?)
    }

    fn levels(&self) -> Result<()> {
        let bytecode = self.bytecode(true)?;
        let own = self.program.options();
        for (engine, level) in [(Engine::Lua54, "-O0"), (Engine::Luajit, "-O2")] {
            let mut options = vec!["--target", engine.target().name(), level];
            options.extend(own.iter().map(String::as_str));
            let lua = self.file(&format!("level{level}.lua"), |output| Compiler::rust()?.compile(&bytecode, output, &options))?;
            let outcome = self.program.run(self.command(engine, &lua), LIMIT)?;
            self.program.check(&outcome).with_context(|| format!("{} at {level}", engine.name()))?;
        }
        Ok(())
    }

    fn twins(&self) -> Result<()> {
        let (debug, stripped) = (self.bytecode(true)?, self.bytecode(false)?);
        let folder = debug.with_extension("twins");
        let reference = [Compiler::ocamlrun()?];
        same_output(&debug, &folder, &reference, &["--target", "lua54", "--pretty", "-O0"])?;
        same_output(&stripped, &folder, &reference, &["--target", "luajit", "--compact", "-O2"])?;
        same_output(&debug, &folder, &reference, &["--target", "luau", "--compact", "-g"])?;
        same_output(&stripped, &folder, &[Compiler::ocamlrun()?, Compiler::stage1()?], &[])
    }
}

/// The tool's bytecode translated by both compilers. The large ones are left out as Lua: the bootstrap has one as large.
fn twins_of_tool(file: &Path, tool: &str) -> Result<()> {
    let mut others = vec![Compiler::ocamlrun()?];
    if tool == "ocamllex.byte" {
        others.push(Compiler::stage1()?);
    }
    same_output(file, &scratch().join("tools").join(tool), &others, &["--allow-missing"])
}

/// Translates `bytecode` with the Rust compiler and with `others`: all must write the same.
fn same_output(bytecode: &Path, folder: &Path, others: &[Compiler], options: &[&str]) -> Result<()> {
    let first = folder.join("rust.lua");
    Compiler::rust()?.compile(bytecode, &first, options)?;
    let expected = std::fs::read(&first)?;
    for other in others {
        let second = folder.join("other.lua");
        other.compile(bytecode, &second, options)?;
        let actual = std::fs::read(&second)?;
        if actual != expected {
            bail!("{} differs ({options:?}): {}", other.name(), first_difference(&expected, &actual));
        }
    }
    Ok(())
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}
