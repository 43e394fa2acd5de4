//! The test programs: an OCaml file each, with what it prints under ocamlrun beside it.
//!
//! `NAME.ml` is the program; `NAME_parser.mly` and `NAME_lexer.mll` belong to it where they exist. `NAME.args` holds its
//! arguments, one a line, `NAME.in` its standard input and `NAME.env` variables of its environment, `VARIABLE=VALUE`;
//! `NAME.libs` names the libraries that it links (`str`, `unix`, …), and `NAME.options` has options for its translation.
//! `NAME.out` is what it must print, `NAME.exit` its exit code where that is not 0, and `NAME.err` what it then says on
//! standard error. `scripts/bless-programs` writes the last three.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::{Outcome, run};
use crate::toolchain::Toolchain;

/// The folders of programs: for every OCaml, for OCaml 4 only, for OCaml 5 only.
pub const FOLDERS: [&str; 3] = ["programs", "programs-4", "programs-5"];

/// A program, its input and what is expected of it.
#[derive(Clone, Debug)]
pub struct Program {
    pub name: String,
    /// The folder it stands in, one of `FOLDERS`.
    pub folder: &'static str,
    path: PathBuf,
}

impl Program {
    /// All programs, ordered by folder and name.
    pub fn all() -> Result<Vec<Program>> {
        let mut programs = Vec::new();
        for folder in FOLDERS {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            for entry in std::fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))? {
                let file = entry?.path();
                if file.extension().is_some_and(|extension| extension == "ml") {
                    let name = file.file_stem().and_then(|name| name.to_str()).context("a program without a name")?.to_string();
                    programs.push(Program { name, folder, path: file.with_extension("") });
                }
            }
        }
        programs.sort_by(|a, b| (a.folder, &a.name).cmp(&(b.folder, &b.name)));
        Ok(programs)
    }

    /// The OCaml that this program is for, if it is here.
    pub fn toolchain(&self) -> Option<Toolchain> {
        match self.folder {
            "programs-4" => Toolchain::default_one().filter(|toolchain| toolchain.major() == 4),
            "programs-5" => Toolchain::five(),
            _ => Toolchain::default_one(),
        }
    }

    /// Its source files, in the order of their dependencies.
    pub fn sources(&self) -> Vec<PathBuf> {
        let companions = ["_parser.mly", "_lexer.mll"].map(|end| self.sibling(end));
        companions.into_iter().filter(|file| file.exists()).chain([self.sibling(".ml")]).collect()
    }

    /// Compiles it in `folder` with `options` and links it, with its libraries, to `output`.
    pub fn compile(&self, toolchain: &Toolchain, folder: &Path, output: &Path, options: &[&str]) -> Result<()> {
        let libraries = std::fs::read_to_string(self.sibling(".libs")).unwrap_or_default();
        let mut options: Vec<String> = options.iter().map(|option| option.to_string()).collect();
        for library in libraries.split_whitespace() {
            // OCaml 5 keeps each in a folder of its own.
            options.extend(["-I".to_string(), format!("+{library}"), format!("{library}.cma")]);
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        toolchain.compile(&self.sources(), folder, output, &options)
    }

    /// Options of `compile` without which it would not do what is expected.
    pub fn options(&self) -> Vec<String> {
        let options = std::fs::read_to_string(self.sibling(".options")).unwrap_or_default();
        options.split_whitespace().map(String::from).collect()
    }

    fn sibling(&self, end: &str) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(end);
        path.into()
    }

    /// Runs the program as `command` starts it, with its arguments and input.
    pub fn run(&self, mut command: Command, limit: Duration) -> Result<Outcome> {
        let arguments = std::fs::read_to_string(self.sibling(".args")).unwrap_or_default();
        command.args(arguments.split_terminator('\n'));
        let environment = std::fs::read_to_string(self.sibling(".env")).unwrap_or_default();
        command.envs(environment.lines().filter_map(|line| line.split_once('=')));
        run(command, std::fs::read(self.sibling(".in")).unwrap_or_default(), limit)
    }

    /// Compares what a run printed with what is expected.
    pub fn check(&self, outcome: &Outcome) -> Result<()> {
        let code = match std::fs::read_to_string(self.sibling(".exit")) {
            Ok(text) => text.trim().parse().context("NAME.exit holds a number")?,
            Err(_) => 0,
        };
        let stdout = std::fs::read(self.sibling(".out")).with_context(|| format!("{} has no .out file", self.name))?;
        let said = String::from_utf8_lossy(&outcome.stderr);
        if outcome.stdout != stdout {
            bail!("{}\nexit code {}, standard error:\n{said}", first_difference(&stdout, &outcome.stdout), outcome.code);
        }
        if outcome.code != code {
            bail!("exit code {} instead of {code}, standard error:\n{said}", outcome.code);
        }
        match std::fs::read(self.sibling(".err")) {
            Ok(stderr) if stderr != outcome.stderr => bail!("standard error: {}", first_difference(&stderr, &outcome.stderr)),
            _ => Ok(()),
        }
    }

    /// Writes what a run printed as what is expected.
    pub fn bless(&self, outcome: &Outcome) -> Result<()> {
        std::fs::write(self.sibling(".out"), &outcome.stdout)?;
        if outcome.code != 0 {
            std::fs::write(self.sibling(".exit"), format!("{}\n", outcome.code))?;
            std::fs::write(self.sibling(".err"), &outcome.stderr)?;
        }
        Ok(())
    }
}

/// Where two texts part, for people: the line's number and the line of both, cut to a window.
pub fn first_difference(expected: &[u8], actual: &[u8]) -> String {
    let at = expected.iter().zip(actual).take_while(|(a, b)| a == b).count();
    let line = 1 + expected[..at].iter().filter(|byte| **byte == b'\n').count();
    let start =
        expected[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1).max(at.saturating_sub(60));
    let window = |text: &[u8]| {
        let rest = &text[start.min(text.len())..];
        let end = rest.iter().skip(at - start).position(|byte| *byte == b'\n').map_or(rest.len(), |newline| newline + at - start);
        String::from_utf8_lossy(&rest[..end.min(at - start + 100)]).into_owned()
    };
    format!("line {line}, byte {at}:\n  expected: {}\n  actual:   {}", window(expected), window(actual))
}
