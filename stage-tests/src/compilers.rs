//! The two compilers: the Rust command, and the reference on ocamlrun and as Lua (stage 1).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use crate::engine::Engine;
use crate::process::{Outcome, run, tool};
use crate::toolchain::Toolchain;
use crate::{root, scratch, target_folder};

/// Longer than any translation takes.
const LIMIT: Duration = Duration::from_secs(900);

/// A compiler that can be run.
#[derive(Clone, Debug)]
pub enum Compiler {
    /// The Rust command.
    Rust(PathBuf),
    /// The reference's bytecode on ocamlrun.
    Ocamlrun(Toolchain, PathBuf),
    /// The reference as Lua, on an engine.
    Stage1(Engine, PathBuf),
}

impl Compiler {
    /// The Rust command, built from the sources as they are.
    pub fn rust() -> Result<Compiler> {
        static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        once(&BUILT, || {
            let mut command = Command::new(env!("CARGO"));
            command.args(["build", "--release", "--quiet", "--locked", "-p", "lua_of_ocaml"]);
            tool(command, &root())?;
            Ok(target_folder().join("release/lua_of_ocaml"))
        })
        .map(Compiler::Rust)
    }

    /// The reference on ocamlrun, built from the sources as they are.
    pub fn ocamlrun() -> Result<Compiler> {
        let toolchain = Toolchain::default_one().context("no ocamlc here")?;
        Ok(Compiler::Ocamlrun(toolchain, reference()?))
    }

    /// The reference as Lua, on the quickest engine.
    pub fn stage1() -> Result<Compiler> {
        Compiler::stage1_on(Engine::quickest().context("no Lua here")?)
    }

    /// The reference as Lua, made by the Rust command, on an engine.
    pub fn stage1_on(engine: Engine) -> Result<Compiler> {
        static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let script = once(&MADE, || {
            let output = scratch().join("stage1/compiler.lua");
            let runtime = format!("{}:/static/runtime/lua", root().join("runtime/lua").display());
            Compiler::rust()?.compile(&reference()?, &output, &["--compact", "--file", &runtime])?;
            Ok(output)
        })?;
        Ok(Compiler::Stage1(engine, script))
    }

    /// Translates `input`. What the compiler says when it refuses is the error.
    pub fn compile(&self, input: &Path, output: &Path, options: &[&str]) -> Result<()> {
        let outcome = self.attempt(input, output, options)?;
        if outcome.code != 0 {
            bail!("{} ends with {}: {}", self.name(), outcome.code, String::from_utf8_lossy(&outcome.stderr));
        }
        Ok(())
    }

    /// Lets the compiler translate `input` or refuse it.
    pub fn attempt(&self, input: &Path, output: &Path, options: &[&str]) -> Result<Outcome> {
        std::fs::create_dir_all(output.parent().context("an output without a folder")?)?;
        run(self.command(input, output, options), Vec::new(), LIMIT)
    }

    /// The command that translates `input`.
    pub fn command(&self, input: &Path, output: &Path, options: &[&str]) -> Command {
        let mut command = match self {
            Compiler::Rust(path) => Command::new(path),
            Compiler::Ocamlrun(toolchain, path) => toolchain.run(path),
            Compiler::Stage1(engine, script) => engine.command(script),
        };
        command.arg("compile").arg(input).arg("-o").arg(output).args(options);
        if let Compiler::Ocamlrun(..) = self {
            command.arg("--runtime").arg(root().join("runtime/lua"));
        }
        command
    }

    pub fn name(&self) -> String {
        match self {
            Compiler::Rust(_) => "the Rust compiler".to_string(),
            Compiler::Ocamlrun(..) => "the reference on ocamlrun".to_string(),
            Compiler::Stage1(engine, _) => format!("stage 1 on {}", engine.name()),
        }
    }
}

/// The reference's bytecode, built from the sources as they are.
pub fn reference() -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    once(&BUILT, || {
        let folder = scratch().join("reference");
        let mut command = Command::new(root().join("scripts/build-reference"));
        command.arg(&folder);
        tool(command, &root())?;
        Ok(folder.join("reference.bc"))
    })
}

/// Runs `make` once in this process; everyone gets its result.
fn once(cell: &OnceLock<Result<PathBuf, String>>, make: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
    cell.get_or_init(|| make().map_err(|error| format!("{error:#}"))).clone().map_err(|error| anyhow!(error))
}
