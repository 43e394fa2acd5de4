//! One derivation of the compiler: run it, or take what an interrupted run has finished.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::engine::{Engine, RUNTIME};
use crate::error::{Error, Result};
use crate::files;
use crate::manifest::{Input, Measured, Stage};
use crate::process::{self, Limits};
use crate::report::Progress;

/// The name of every stage's output in its folder.
pub const OUTPUT: &str = "compiler.lua";

/// A derivation to make.
pub struct Plan {
    /// `stage2`, `engines/luajit/stage2`, `witness`.
    pub name: String,
    pub engine: Engine,
    pub engine_version: String,
    /// The compiler that runs: none for the Rust library, else a file of the run's folder (or the seed itself).
    pub compiler: Option<String>,
    /// The folder of the runtime's files, as this compiler sees it.
    pub runtime: String,
    pub inputs: Vec<Input>,
}

/// A derivation that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    pub stage: Stage,
    pub measured: Measured,
}

/// What stands beside a finished stage's output, so that a later run can go on from it.
#[derive(Serialize, Deserialize)]
struct Record {
    /// Everything the output depends on.
    key: String,
    stage: Stage,
    measured: Measured,
}

impl Plan {
    /// Makes the derivation in the folder of the run, or resumes it.
    pub fn finish(&self, folder: &Path, limits: Limits, progress: &mut Progress) -> Result<Finished> {
        let place = folder.join(&self.name);
        let key = self.key()?;
        if let Some(finished) = resume(&place, &key) {
            progress.done(&finished.stage, &finished.measured);
            return Ok(finished);
        }
        files::remove_folder(&place)?;
        files::create_folder(&place)?;
        let finished = self.derive(folder, &place, limits, progress)?;
        let record = Record { key, stage: finished.stage.clone(), measured: finished.measured.clone() };
        files::write_whole(&place.join("record.json"), files::to_json(&record)?.as_bytes())?;
        progress.done(&finished.stage, &finished.measured);
        Ok(finished)
    }

    /// Everything the output depends on, as one hash. The engines that are part of this program stand for its bytes.
    fn key(&self) -> Result<String> {
        let program = match self.engine {
            Engine::Rust | Engine::Mlua => {
                let path = std::env::current_exe().map_err(|reason| Error::Io(format!("cannot find this program: {reason}")))?;
                files::hash(&files::read(&path)?)
            }
            Engine::Lua(_) | Engine::Ocamlrun => String::new(),
        };
        let facts = (&self.name, self.engine.name(), &self.engine_version, &self.inputs, options(), program);
        Ok(files::hash(files::to_json(&facts)?.as_bytes()))
    }

    fn derive(&self, folder: &Path, place: &Path, limits: Limits, progress: &mut Progress) -> Result<Finished> {
        let output = place.join("compiler.lua.unfinished");
        let log = place.join("log");
        let compiler = self.compiler.as_ref().map(|name| folder.join(name));
        let mut command = self.engine.command(compiler.as_deref().unwrap_or(Path::new("")))?;
        self.arguments(&mut command, folder, &output);
        progress.begin(&self.name, self.engine.name());
        let outcome = process::run(command, limits, &log, &mut |elapsed| progress.tick(elapsed))?;
        if outcome.code != Some(0) {
            return Err(self.failure(&outcome, &log));
        }
        let bytes = fs::read(&output).map_err(|_| Error::Stage(format!("{} ended well but wrote nothing", self.title())))?;
        files::rename(&output, &place.join(OUTPUT))?;
        fs::remove_file(&log).map_err(|reason| Error::io("remove", &log, reason))?;
        let stage = Stage {
            name: self.name.clone(),
            engine: self.engine.name().to_string(),
            engine_version: self.engine_version.clone(),
            inputs: self.inputs.clone(),
            blake3: files::hash(&bytes),
            bytes: bytes.len() as u64,
        };
        let measured = Measured {
            name: self.name.clone(),
            milliseconds: outcome.milliseconds,
            peak_bytes: outcome.peak_bytes,
            resumed: false,
        };
        Ok(Finished { stage, measured })
    }

    fn arguments(&self, command: &mut Command, folder: &Path, output: &Path) {
        command.arg("compile").arg(folder.join("seed.bc")).arg("-o").arg(output).arg("--compact");
        if self.engine == Engine::Ocamlrun {
            command.arg("--runtime").arg(&self.runtime);
        }
        command.arg("--file").arg(format!("{}:{RUNTIME}", self.runtime));
    }

    fn title(&self) -> String {
        format!("{} on {}", self.name, self.engine)
    }

    /// The error of a stage that did not end well, with the end of what it printed.
    fn failure(&self, outcome: &process::Outcome, log: &Path) -> Error {
        let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n  ");
        let how = match (outcome.code, outcome.signal) {
            (Some(code), _) => format!("ended with status {code}"),
            (None, Some(signal)) => format!("was ended by signal {signal}"),
            (None, None) => "did not end".to_string(),
        };
        let message = format!("{} {how}{}{tail}", self.title(), if tail.is_empty() { "" } else { ":\n  " });
        // The compilers end with 6 when they cannot read or write.
        if outcome.code == Some(6) { Error::Io(message) } else { Error::Stage(message) }
    }
}

/// The compiler's arguments as a manifest states them: the same for all stages.
pub fn options() -> Vec<String> {
    ["--target", "portable", "--compact", "--file", "RUNTIME:/static/runtime/lua"].map(str::to_string).to_vec()
}

/// A stage that an interrupted run finished from the same inputs, if its output is still what it was.
fn resume(place: &Path, key: &str) -> Option<Finished> {
    let record: Record = serde_json::from_slice(&fs::read(place.join("record.json")).ok()?).ok()?;
    let bytes = fs::read(place.join(OUTPUT)).ok()?;
    (record.key == key && files::hash(&bytes) == record.stage.blake3)
        .then_some(Finished { stage: record.stage, measured: Measured { resumed: true, ..record.measured } })
}
