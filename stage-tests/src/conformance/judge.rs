//! Judges runs of a corpus: the bytecode is translated, runs on an engine, and is compared with what ocamlrun did.
//!
//! A run passes when its exit status and its standard output are those of ocamlrun; where that prints nothing on standard output,
//! standard error counts too. Whether standard error agrees is noted for all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use lua_of_ocaml::target::Target;

use super::corpus::{Corpus, Run, copy_folder};
use super::environment::clean;
use crate::compilers::Compiler;
use crate::engine::Engine;
use crate::parallel::parallel;
use crate::process::{Input, OUT_OF_TIME, limit_processor_time, run};

/// A run may take so many times its limit where it sleeps or the machine is busy.
const WAITING: u64 = 10;

/// What runs are judged with.
pub struct Judge<'a> {
    pub corpus: &'a Corpus,
    pub compiler: Compiler,
    pub target: Target,
    pub engine: Engine,
    /// More options of the compiler.
    pub options: Vec<String>,
    /// How many seconds of the processor a run may take.
    pub limit: u64,
    /// Where the Lua of the runs that fail stays.
    pub folder: PathBuf,
}

/// The result of one run.
#[derive(Debug)]
pub struct Verdict {
    /// What was wrong, in a line; none: it passes.
    pub failure: Option<String>,
    pub equal_stderr: bool,
    pub seconds: f64,
}

impl Judge<'_> {
    /// Judges runs, as many at a time as `jobs`; `done` hears of each.
    pub fn all(&self, runs: &[&Run], jobs: usize, done: impl Fn(&Run, &Verdict) + Sync) -> Vec<Verdict> {
        parallel(runs, jobs, |run| {
            let verdict = self.one(run);
            done(run, &verdict);
            verdict
        })
    }

    pub fn one(&self, entry: &Run) -> Verdict {
        let start = Instant::now();
        let lua = self.folder.join(format!("{}.lua", entry.name));
        let (failure, equal_stderr) = match self.compare(entry, &lua) {
            Ok((failure, equal_stderr)) => (failure, equal_stderr),
            Err(error) => (Some(error.root_cause().to_string()), false),
        };
        if failure.is_none() {
            let _ = fs::remove_file(&lua);
        }
        Verdict { failure, equal_stderr, seconds: start.elapsed().as_secs_f64() }
    }

    /// What is wrong with a run, and whether standard error is equal.
    fn compare(&self, entry: &Run, lua: &Path) -> Result<(Option<String>, bool)> {
        let options = self.corpus.options(entry, self.target, &self.options)?;
        let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
        let bytecode = self.corpus.folder.join(&entry.bc);
        let mut translation = self.compiler.attempt(&bytecode, lua, &options)?;
        if translation.code == 0 && !options.contains(&"-g") && records_backtraces(lua)? {
            options.push("-g");
            translation = self.compiler.attempt(&bytecode, lua, &options)?;
        }
        if translation.code != 0 {
            return Ok((Some(format!("translation: {}", said(&translation.stderr))), false));
        }
        let scratch = tempfile::tempdir()?;
        let mut command = prepare(self.corpus, entry, self.engine.hosted_command(lua), scratch.path())?;
        limit_processor_time(&mut command, self.limit);
        let outcome = run(command, input(entry, scratch.path())?, Duration::from_secs(WAITING * self.limit))?;
        let stderr = self.corpus.file(&entry.expected_stderr)?;
        let stdout = self.corpus.file(&entry.expected_stdout)?;
        let equal_stderr = outcome.stderr == stderr;
        let failure = if outcome.code == OUT_OF_TIME {
            Some(format!("takes more than {} s", self.limit))
        } else if outcome.code != entry.exit_code {
            Some(format!("status {} instead of {}: {}", outcome.code, entry.exit_code, said(&outcome.stderr)))
        } else if outcome.stdout != stdout {
            Some(difference("standard output", &stdout, &outcome.stdout))
        } else if stdout.is_empty() && !equal_stderr {
            Some(difference("standard error", &stderr, &outcome.stderr))
        } else {
            None
        };
        Ok((failure, equal_stderr))
    }
}

/// Does the program ask for backtraces itself?
fn records_backtraces(lua: &Path) -> Result<bool> {
    Ok(String::from_utf8_lossy(&fs::read(lua)?).contains("P.caml_record_backtrace("))
}

/// Completes the command of a run: its arguments, variables and working folder, which gets the files that the run needs.
pub fn prepare(corpus: &Corpus, entry: &Run, mut command: Command, scratch: &Path) -> Result<Command> {
    if let Some(data) = &entry.data {
        copy_folder(&corpus.folder.join(data), scratch)?;
    }
    clean(&mut command);
    command.envs(&entry.env);
    for variable in &entry.unset {
        command.env_remove(variable);
    }
    command.args(&entry.args).current_dir(scratch);
    Ok(command)
}

/// The standard input of a run.
pub fn input(entry: &Run, scratch: &Path) -> Result<Input> {
    let path = entry.stdin.as_ref().map_or_else(|| PathBuf::from("/dev/null"), |file| scratch.join(file));
    let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Input::File(file))
}

/// The line that says most of what a process wrote on standard error.
fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let telling = ["panicked", "error", "exception", "not found", "memory", "fail"];
    let first = lines.clone().find(|line| telling.iter().any(|word| line.to_lowercase().contains(word)));
    cut(first.or_else(|| lines.next_back()).unwrap_or("nothing on standard error"), 200)
}

/// Where two outputs part, in a line.
fn difference(what: &str, expected: &[u8], actual: &[u8]) -> String {
    if actual.is_empty() {
        return format!("{what} is empty instead of {} bytes", expected.len());
    }
    let lines = |text: &[u8]| String::from_utf8_lossy(text).split('\n').map(String::from).collect::<Vec<_>>();
    let (expected, actual) = (lines(expected), lines(actual));
    for (index, (a, b)) in expected.iter().zip(&actual).enumerate() {
        if a != b {
            return format!("{what}, line {}: {:?} instead of {:?}", index + 1, cut(b, 60), cut(a, 60));
        }
    }
    format!("{what} has {} lines instead of {}", actual.len() - 1, expected.len() - 1)
}

fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length { text.to_string() } else { text.chars().take(length).collect::<String>() + "…" }
}
