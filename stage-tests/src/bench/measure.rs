//! Runs the benchmarks and takes their times.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use bootstrap::process::{Limits, run as run_child};

use super::contestant::Contestant;
use super::folder;
use crate::toolchain::Toolchain;
use crate::{root, scratch};

/// A run that takes longer is an error.
const SECONDS: u64 = 300;

/// The medians of processor time in seconds, by benchmark and contestant.
pub struct Measured {
    pub benchmarks: Vec<String>,
    pub contestants: Vec<String>,
    /// None: it failed.
    pub seconds: Vec<Vec<Option<f64>>>,
}

/// The names of the benchmarks, sorted.
pub fn benchmarks() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "ml") {
            names.push(path.file_stem().and_then(|name| name.to_str()).context("a benchmark without a name")?.to_string());
        }
    }
    names.sort();
    Ok(names)
}

fn copy(command: &Command) -> Command {
    let mut again = Command::new(command.get_program());
    again.args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            again.env(name, value);
        }
    }
    again
}

/// One run, in seconds of the processor.
fn once(command: Command, log: &Path, expected: &[u8]) -> Result<f64> {
    let limits = Limits { seconds: Some(SECONDS), bytes: None };
    let outcome = run_child(command, limits, log, &mut |_| {})?;
    let printed = std::fs::read(log)?;
    if outcome.code != Some(0) || printed != expected {
        bail!("exit code {:?}, printed: {}", outcome.code, String::from_utf8_lossy(&printed[..printed.len().min(300)]));
    }
    Ok(outcome.processor.as_secs_f64())
}

/// The median; none of nothing.
pub fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

/// Runs each benchmark on each contestant `rounds` times: all contestants in turn, so that what else the machine does falls on all.
pub fn run(benchmarks: Vec<String>, contestants: Vec<Contestant>, rounds: usize) -> Result<Measured> {
    let toolchain = Toolchain::default_one().context("no ocamlc here")?;
    let mut seconds = Vec::new();
    for benchmark in &benchmarks {
        let work = scratch().join("bench").join(benchmark);
        let source = folder().join(format!("{benchmark}.ml"));
        toolchain.compile(&[source], &work, &work.join("program.bc"), &["-g"])?;
        let expected = std::fs::read(folder().join(format!("{benchmark}.out")))?;
        let mut commands = Vec::new();
        for contestant in &contestants {
            commands.push(contestant.build(benchmark, &work)?);
        }
        let mut times = vec![Vec::new(); contestants.len()];
        let mut failed = vec![false; contestants.len()];
        for _ in 0..rounds {
            for (i, command) in commands.iter().enumerate() {
                if failed[i] {
                    continue;
                }
                match once(copy(command), &work.join("output"), &expected) {
                    Ok(time) => times[i].push(time),
                    Err(error) => {
                        failed[i] = true;
                        eprintln!("{benchmark} on {}: {error:#}", contestants[i].name());
                    }
                }
            }
        }
        seconds.push(times.into_iter().zip(failed).map(|(times, failed)| if failed { None } else { median(times) }).collect());
        eprintln!("{benchmark} in {}", work.strip_prefix(root()).unwrap_or(&work).display());
    }
    Ok(Measured { benchmarks, contestants: contestants.iter().map(Contestant::name).collect(), seconds })
}
