//! What people and programs see of a run.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::files;
use crate::manifest::{Manifest, Measured, Stage, Verdicts};

/// Writes to standard output; a reader that has gone away is not an error of ours to shout about.
pub fn print(text: &str) -> Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(reason) if reason.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Io(format!("cannot write to standard output: {reason}")))
        }
        _ => Ok(()),
    }
}

/// A line for each stage on standard error: a running clock on a terminal, plain lines elsewhere.
pub struct Progress {
    terminal: bool,
    current: String,
    shown_tenths: Option<u128>,
}

impl Progress {
    /// Finds out whether somebody watches.
    pub fn start() -> Progress {
        Progress { terminal: io::stderr().is_terminal(), current: String::new(), shown_tenths: None }
    }

    pub fn begin(&mut self, name: &str, engine: &str) {
        self.current = format!("{name} on {engine}");
        self.shown_tenths = None;
        if !self.terminal {
            note(&format!("{} …\n", self.current));
        }
    }

    pub fn tick(&mut self, elapsed: Duration) {
        let tenths = elapsed.as_millis() / 100;
        if self.terminal && self.shown_tenths != Some(tenths) {
            self.shown_tenths = Some(tenths);
            note(&format!("\r\x1b[K{}  {}.{} s", self.current, tenths / 10, tenths % 10));
        }
    }

    pub fn done(&mut self, stage: &Stage, measured: &Measured) {
        let how = if measured.resumed { "kept from the interrupted run".into() } else { format!("{:.1} s", measured.seconds()) };
        let start = if self.terminal { "\r\x1b[K" } else { "" };
        note(&format!("{start}{} on {}: {} bytes, {how}\n", stage.name, stage.engine, stage.bytes));
    }

    /// A line that stays.
    pub fn say(&self, text: &str) {
        note(&format!("{text}\n"));
    }
}

/// The one line of an error.
pub fn complain(error: &Error) {
    note(&format!("bootstrap: {error}\n"));
}

/// Writes to standard error, where nothing can be done about a failure.
fn note(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The table of stages and the verdicts.
pub fn table(manifest: &Manifest) -> String {
    let stages = &manifest.proof.stages;
    let wide = |least: usize, text: fn(&Stage) -> &str| stages.iter().map(|s| text(s).len()).fold(least, usize::max);
    let name = wide(5, |stage| &stage.name);
    let engine = wide(6, |stage| &stage.engine_version);
    let mut text =
        format!("{:name$}  {:engine$}  {:>9}  {:>8}  {:>7}  blake3\n", "stage", "engine", "bytes", "seconds", "peak MB");
    for stage in stages {
        let (seconds, peak) = manifest.cost(&stage.name);
        text += &format!(
            "{:name$}  {:engine$}  {:>9}  {seconds:>8.1}  {:>7}  {}\n",
            stage.name,
            stage.engine_version,
            stage.bytes,
            peak / 1_000_000,
            stage.blake3
        );
    }
    text + "\n" + &verdicts(&manifest.proof.verdicts)
}

/// One line for each verdict.
pub fn verdicts(verdicts: &Verdicts) -> String {
    let mut text = String::new();
    for (name, equality, verdict) in verdicts.rows() {
        let word = match verdict {
            Some(true) => "holds",
            Some(false) => "DOES NOT HOLD",
            None => "not asked",
        };
        text += &format!("{:21} {equality:26} {word}\n", format!("{name}:"));
    }
    text
}

/// `--json`.
#[derive(Serialize)]
struct Json<'a> {
    stages: Vec<JsonStage<'a>>,
    verdicts: &'a Verdicts,
}

#[derive(Serialize)]
struct JsonStage<'a> {
    name: &'a str,
    engine: &'a str,
    blake3: &'a str,
    bytes: u64,
    seconds: f64,
    peak_bytes: u64,
}

/// One JSON object.
pub fn json(manifest: &Manifest) -> Result<String> {
    let stages = manifest.proof.stages.iter().map(|stage| {
        let (seconds, peak_bytes) = manifest.cost(&stage.name);
        JsonStage { name: &stage.name, engine: &stage.engine, blake3: &stage.blake3, bytes: stage.bytes, seconds, peak_bytes }
    });
    files::to_json(&Json { stages: stages.collect(), verdicts: &manifest.proof.verdicts })
}
