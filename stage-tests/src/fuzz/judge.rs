//! Runs a program under ocamlrun and, translated, on every engine.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use lua_of_ocaml::compile::{self, Options};
use lua_of_ocaml::runtime;
use lua_of_ocaml::target::Target;

use super::batch::{PRELUDE, Variation, sections};
use crate::compilers::Compiler;
use crate::engine::Engine;
use crate::process::{run, tool};
use crate::toolchain::Toolchain;

/// The longest that a program may run. Each takes a small part of a second.
const LIMIT: Duration = Duration::from_secs(60);

/// Who reads a program: the translation for a target, run on an engine; or the other compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Engine(Engine, Target),
    Reference,
}

impl Reader {
    pub fn name(self) -> String {
        match self {
            Reader::Engine(engine, target) => format!("{} ({})", engine.name(), target.name()),
            Reader::Reference => "the reference".to_string(),
        }
    }
}

/// A reader whose output is not the expected one.
#[derive(Clone, Debug)]
pub struct Difference {
    pub reader: Reader,
    pub expected: Vec<u8>,
    pub actual: Vec<u8>,
    /// Whether it ran to its end.
    pub ended: bool,
}

impl Difference {
    /// The cases that it shows: all that differ, or the one at which the run broke off. None: it cannot be told.
    pub fn cases(&self) -> Vec<usize> {
        let (expected, actual) = (sections(&self.expected), sections(&self.actual));
        let mut differ = expected.into_iter().filter(|(number, text)| actual.get(number) != Some(text));
        let first = differ.next().filter(|_| !actual.is_empty()).map(|(number, _)| number);
        let rest = if self.ended && first.is_some() { differ.map(|(number, _)| number).collect() } else { Vec::new() };
        first.into_iter().chain(rest).collect()
    }
}

pub struct Judge {
    toolchain: Toolchain,
    five: Option<Toolchain>,
    engines: Vec<Engine>,
    folder: PathBuf,
    runtime: Vec<(String, String)>,
}

impl Judge {
    /// Works in `folder`. With an OCaml 5 where one is here.
    pub fn new(engines: Vec<Engine>, folder: &Path) -> Result<Judge> {
        let toolchain = Toolchain::default_one().context("no ocamlc here")?;
        let five = Toolchain::five();
        std::fs::create_dir_all(folder)?;
        Ok(Judge { toolchain, five, engines, folder: folder.to_path_buf(), runtime: runtime::embedded() })
    }

    /// All readers of a variation's programs.
    pub fn readers(&self, variation: Variation) -> Vec<Reader> {
        let mut readers = Vec::new();
        for engine in &self.engines {
            let mut targets = vec![Target::Portable, engine.target()];
            targets.dedup();
            targets.retain(|target| !variation.mode.wide || *target == Target::Lua54);
            readers.extend(targets.into_iter().map(|target| Reader::Engine(*engine, target)));
        }
        if variation.twins {
            readers.push(Reader::Reference);
        }
        readers
    }

    fn toolchain(&self, variation: Variation) -> &Toolchain {
        self.five.as_ref().filter(|_| variation.five).unwrap_or(&self.toolchain)
    }

    /// The bytecode of a program; none if ocamlc itself breaks down (4.13.1 does on some matches). A program that it refuses is a
    /// fault of the generator, and an error.
    pub fn bytecode(&self, program: &str, variation: Variation) -> Result<Option<PathBuf>> {
        let toolchain = self.toolchain(variation);
        let options = variation.ocamlc_options();
        let folder = self.folder.join(format!("{}{}", toolchain.version, options.concat()));
        let ocamlc = |arguments: &[&str]| {
            let mut command = toolchain.command("ocamlc");
            command.args(["-w", "-a"]).args(&options).args(arguments);
            tool(command, &folder)
        };
        let written = std::fs::read_to_string(folder.join("prelude.ml")).unwrap_or_default();
        if written != PRELUDE || !folder.join("prelude.cmo").exists() {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join("prelude.ml"), PRELUDE)?;
            ocamlc(&["-c", "prelude.ml"])?;
        }
        std::fs::write(folder.join("batch.ml"), program)?;
        match ocamlc(&["prelude.cmo", "batch.ml", "-o", "batch.bc"]) {
            Err(error) if error.to_string().contains("Fatal error: ") => Ok(None),
            made => made.map(|_| Some(folder.join("batch.bc"))),
        }
    }

    /// Runs `program` and gives the readers, of those named, that differ from ocamlrun.
    pub fn differences(&self, program: &str, variation: Variation, readers: &[Reader]) -> Result<Vec<Difference>> {
        let Some(bytecode) = self.bytecode(program, variation)? else { return Ok(Vec::new()) };
        let expected = run(self.toolchain(variation).run(&bytecode), Vec::new(), LIMIT)?;
        let expected = text(expected.stdout, expected.code, &expected.stderr);
        let image = std::fs::read(&bytecode)?;
        let mut differences = Vec::new();
        let mut translated: Vec<(Target, Result<PathBuf, String>)> = Vec::new();
        for reader in readers {
            let target = if let Reader::Engine(_, target) = reader { *target } else { Target::Lua54 };
            if !translated.iter().any(|(other, _)| *other == target) {
                let lua = bytecode.with_extension(format!("{}.lua", target.name()));
                translated.push((target, self.translate(&image, variation, target, &lua)));
            }
            let lua = translated.iter().find(|(other, _)| *other == target).map(|(_, lua)| lua.clone());
            let lua = lua.context("it was translated above")?;
            let outcome = match (reader, lua) {
                (_, Err(message)) => Err(message),
                (Reader::Engine(engine, _), Ok(lua)) => match run(engine.hosted_command(&lua), Vec::new(), LIMIT) {
                    Ok(outcome) => Ok((text(outcome.stdout, outcome.code, &outcome.stderr), outcome.code == 0)),
                    Err(error) => Err(format!("{error:#}")),
                },
                (Reader::Reference, Ok(lua)) => {
                    differences.extend(self.twin(&bytecode, &lua, variation, target)?);
                    continue;
                }
            };
            let (actual, ended) = outcome.unwrap_or_else(|message| (message.into_bytes(), false));
            if actual != expected {
                differences.push(Difference { reader: *reader, expected: expected.clone(), actual, ended });
            }
        }
        Ok(differences)
    }

    /// Translates in this process. A panic is a message as any other.
    fn translate(&self, image: &[u8], variation: Variation, target: Target, lua: &Path) -> Result<PathBuf, String> {
        let options = Options {
            target,
            style: variation.style,
            debug: variation.locations,
            level: variation.level,
            dump: None,
            allow_missing: false,
            files: Vec::new(),
            runtime: self.runtime.clone(),
        };
        let translated = catch_unwind(AssertUnwindSafe(|| compile::run(image, &options)));
        let output = translated.map_err(|_| "the compiler panicked".to_string())?.map_err(|error| error.to_string())?;
        std::fs::write(lua, output.text).map_err(|error| error.to_string())?;
        Ok(lua.to_path_buf())
    }

    /// What the reference writes, if it is not what is in `lua`.
    fn twin(&self, bytecode: &Path, lua: &Path, variation: Variation, target: Target) -> Result<Option<Difference>> {
        let output = bytecode.with_extension("reference.lua");
        let options = [vec!["--target", target.name()], variation.compile_options()].concat();
        let made = Compiler::ocamlrun()?.compile(bytecode, &output, &options);
        let expected = std::fs::read(lua)?;
        let actual = match made {
            Ok(()) => std::fs::read(&output)?,
            Err(error) => format!("{error:#}").into_bytes(),
        };
        let differs = actual != expected;
        Ok(differs.then_some(Difference { reader: Reader::Reference, expected, actual, ended: false }))
    }
}

/// What a run printed, and how it ended if not well.
fn text(mut stdout: Vec<u8>, code: i32, stderr: &[u8]) -> Vec<u8> {
    if code != 0 {
        stdout.extend(format!("\nexit code {code}: ").into_bytes());
        stdout.extend(stderr);
    }
    stdout
}
