//! What it costs to translate: time, memory and the size of the output, for programs from hello world to ocamlc.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use bootstrap::process::{Limits, Outcome, run as run_child};
use lua_of_ocaml::bytecode::container;

use super::measure::median;
use crate::compilers::Compiler;
use crate::engine::Engine;
use crate::scratch;
use crate::toolchain::{Toolchain, on_path};

/// A run that takes longer is an error.
const SECONDS: u64 = 300;

/// The smallest programs: one that prints a string, one that uses Printf.
const HELLO: [(&str, &str); 2] = [
    ("hello", "let () = print_endline \"Hello, world!\"\n"),
    ("hello_printf", "let () = Printf.printf \"Hello, %s! %d\\n\" \"world\" 42\n"),
];

/// What one program costs one compiler: medians of processor time and peak memory.
pub struct Cost {
    pub program: String,
    pub compiler: String,
    /// Words of bytecode.
    pub words: usize,
    pub seconds: f64,
    pub megabytes: f64,
    /// Of the output as it is by default.
    pub bytes: u64,
    pub compact_bytes: u64,
}

/// The programs: hello world in two forms, the reference compiler, and OCaml's own tools, as far as they are installed.
fn programs() -> Result<Vec<(String, PathBuf)>> {
    let toolchain = Toolchain::default_one().context("no ocamlc here")?;
    let folder = scratch().join("bench-compile");
    let mut list = Vec::new();
    for (name, text) in HELLO {
        let source = folder.join(format!("{name}.ml"));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(&source, text)?;
        let bytecode = folder.join(format!("{name}.bc"));
        toolchain.compile(&[source], &folder.join("build"), &bytecode, &[])?;
        list.push((name.to_string(), bytecode));
    }
    if let Compiler::Ocamlrun(_, reference) = Compiler::ocamlrun()? {
        list.push(("reference".into(), reference));
    }
    for tool in ["ocamllex.byte", "ocamlc.byte"] {
        list.extend(on_path(tool).map(|path| (tool.to_string(), path)));
    }
    Ok(list)
}

/// One translation, with what it took.
fn once(compiler: &Compiler, input: &Path, output: &Path, options: &[&str], log: &Path) -> Result<Outcome> {
    let command: Command = compiler.command(input, output, options);
    let outcome = run_child(command, Limits { seconds: Some(SECONDS), bytes: None }, log, &mut |_| {})?;
    if outcome.code != Some(0) {
        bail!("{} on {}: {}", compiler.name(), input.display(), String::from_utf8_lossy(&std::fs::read(log)?));
    }
    Ok(outcome)
}

/// Translates each program `rounds` times with the Rust compiler, and the first of them with the compiler as Lua on `engines`.
pub fn run(rounds: usize, engines: &[Engine]) -> Result<Vec<Cost>> {
    let rust = Compiler::rust()?;
    let mut pairs = Vec::new();
    let programs = programs()?;
    for (name, bytecode) in &programs {
        pairs.push((rust.clone(), name, bytecode));
    }
    for engine in engines {
        let lua = Compiler::stage1_on(*engine)?;
        pairs.extend(programs.iter().take(HELLO.len() + 1).map(|(name, bytecode)| (lua.clone(), name, bytecode)));
    }
    let folder = scratch().join("bench-compile");
    let mut samples = vec![(Vec::new(), Vec::new()); pairs.len()];
    for _ in 0..rounds {
        for ((compiler, _, bytecode), (times, peaks)) in pairs.iter().zip(&mut samples) {
            let outcome = once(compiler, bytecode, &folder.join("output.lua"), &["--allow-missing"], &folder.join("log"))?;
            times.push(outcome.processor.as_secs_f64());
            peaks.push(outcome.peak_bytes as f64 / 1e6);
        }
    }
    let mut costs = Vec::new();
    for ((compiler, name, bytecode), (times, peaks)) in pairs.into_iter().zip(samples) {
        let size = |options: &[&str]| {
            let output = folder.join("output.lua");
            rust.compile(bytecode, &output, options)?;
            anyhow::Ok(std::fs::metadata(&output)?.len())
        };
        costs.push(Cost {
            program: name.clone(),
            compiler: compiler.name(),
            words: container::read(&std::fs::read(bytecode)?)?.code.len(),
            seconds: median(times).unwrap_or_default(),
            megabytes: median(peaks).unwrap_or_default(),
            bytes: size(&["--allow-missing"])?,
            compact_bytes: size(&["--allow-missing", "--compact"])?,
        });
    }
    Ok(costs)
}

/// A line for each program and compiler.
pub fn text(costs: &[Cost]) -> String {
    let mut text = format!(
        "{:14} {:16} {:>9} {:>9} {:>8} {:>9} {:>10} {:>10}\n",
        "", "compiler", "words", "seconds", "us/word", "MB", "bytes", "compact"
    );
    for cost in costs {
        text.push_str(&format!(
            "{:14} {:16} {:>9} {:>9.3} {:>8.2} {:>9.1} {:>10} {:>10}\n",
            cost.program,
            cost.compiler,
            cost.words,
            cost.seconds,
            cost.seconds * 1e6 / cost.words as f64,
            cost.megabytes,
            cost.bytes,
            cost.compact_bytes
        ));
    }
    text
}
