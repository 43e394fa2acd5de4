//! What runs a benchmark: OCaml's own tools, the translation on an engine, Lua written by hand, js_of_ocaml.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use lua_of_ocaml::target::Target;

use super::folder;
use crate::compilers::Compiler;
use crate::engine::Engine;
use crate::process::tool;
use crate::toolchain::Toolchain;

/// The engines that are measured.
const ENGINES: [Engine; 3] = [Engine::Luajit, Engine::Lua54, Engine::Lua51];

/// One way to run the benchmarks.
#[derive(Clone, Debug)]
pub enum Contestant {
    Ocamlrun(Toolchain),
    Ocamlopt(Toolchain),
    /// js_of_ocaml's translation on node.
    JsOfOcaml,
    /// The translation by this project.
    Translated(Compiler, Engine, Target),
    /// Lua written by hand.
    Hand(Engine),
}

fn is_command(name: &str) -> bool {
    let status = Command::new(name).arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// All that are installed; ocamlrun, to which the others are compared, is the first.
pub fn all() -> Result<Vec<Contestant>> {
    let toolchain = Toolchain::default_one().context("no ocamlc here")?;
    let compiler = Compiler::rust()?;
    let mut list = vec![Contestant::Ocamlrun(toolchain.clone())];
    if is_command("ocamlopt") {
        list.push(Contestant::Ocamlopt(toolchain));
    }
    if is_command("js_of_ocaml") && is_command("node") {
        list.push(Contestant::JsOfOcaml);
    }
    for engine in ENGINES.into_iter().filter(|engine| engine.is_installed()) {
        list.push(Contestant::Translated(compiler.clone(), engine, Target::Portable));
        if engine.target() != Target::Portable {
            list.push(Contestant::Translated(compiler.clone(), engine, engine.target()));
        }
        list.push(Contestant::Hand(engine));
    }
    Ok(list)
}

impl Contestant {
    pub fn name(&self) -> String {
        match self {
            Contestant::Ocamlrun(_) => "ocamlrun".into(),
            Contestant::Ocamlopt(_) => "ocamlopt".into(),
            Contestant::JsOfOcaml => "js_of_ocaml".into(),
            Contestant::Translated(_, engine, target) => format!("{}/{}", engine.name(), target.name()),
            Contestant::Hand(engine) => format!("{}/hand", engine.name()),
        }
    }

    /// Is this what the others are compared to?
    pub fn is_reference(&self) -> bool {
        matches!(self, Contestant::Ocamlrun(_))
    }

    /// Builds a benchmark in the folder `work`, which holds its bytecode, and gives the command that runs it.
    pub fn build(&self, benchmark: &str, work: &Path) -> Result<Command> {
        let bytecode = work.join("program.bc");
        match self {
            Contestant::Ocamlrun(toolchain) => Ok(toolchain.run(&bytecode)),
            Contestant::Ocamlopt(toolchain) => {
                let mut command = toolchain.command("ocamlopt");
                command.args(["-w", "-a", "-o", "native"]).arg(format!("{benchmark}.ml"));
                tool(command, work)?;
                Ok(Command::new(work.join("native")))
            }
            Contestant::JsOfOcaml => {
                let mut command = Command::new("js_of_ocaml");
                command.args(["--opt", "3", "-o", "program.js"]).arg(&bytecode);
                tool(command, work)?;
                let mut node = Command::new("node");
                node.arg("--stack-size=60000").arg(work.join("program.js"));
                Ok(node)
            }
            Contestant::Translated(compiler, engine, target) => {
                let script = work.join(format!("{}.lua", target.name()));
                compiler.compile(&bytecode, &script, &["--target", target.name()])?;
                Ok(engine.command(&script))
            }
            Contestant::Hand(engine) => Ok(engine.command(&folder().join("lua").join(format!("{benchmark}.lua")))),
        }
    }
}
