//! `bootstrap run`: every stage, and whether they are equal.

use std::path::{Path, PathBuf};

use crate::engine::{Engine, RUNTIME};
use crate::error::{Error, Result};
use crate::files;
use crate::manifest::{FORMAT, Input, Manifest, Proof, Stage, Verdicts};
use crate::process::Limits;
use crate::report::Progress;
use crate::seed::Seed;
use crate::stage::{self, Finished, Plan};
use crate::workspace::Workspace;

/// What to run.
#[derive(Debug)]
pub struct Request {
    /// The last stage; at least 2, or nothing would be compared.
    pub stages: u32,
    /// An engine's name, or `all`.
    pub engine: String,
    pub out: PathBuf,
    pub seed: Option<PathBuf>,
    /// Do not go on from an interrupted run.
    pub no_cache: bool,
    pub witness: bool,
    pub limits: Limits,
}

/// An engine and its version.
type Found = (Engine, String);

/// Runs all stages and publishes their folder, whatever the verdicts are; the caller asks the manifest for them.
pub fn run(request: &Request) -> Result<Manifest> {
    let seed = Seed::load(request.seed.as_deref())?;
    let engines = engines(request)?;
    let progress = Progress::start();
    if request.engine == "all" {
        for name in Engine::missing() {
            progress.say(&format!("not installed: {name}"));
        }
    }
    let workspace = Workspace::open(&request.out, request.no_cache)?;
    let folder = workspace.folder.clone();
    files::write_whole(&folder.join("seed.bc"), &seed.bytes)?;
    let mut derivation = Derivation { folder: &folder, seed: &seed, limits: request.limits, progress, finished: Vec::new() };
    derivation.all(request, &engines)?;
    let stages: Vec<Stage> = derivation.finished.iter().map(|finished| finished.stage.clone()).collect();
    let proof = Proof {
        format: FORMAT,
        bootstrap: env!("CARGO_PKG_VERSION").to_string(),
        options: stage::options(),
        seed: seed.manifest.clone(),
        runtime_blake3: crate::child::runtime_hash(),
        verdicts: Verdicts::of(&stages),
        stages,
    };
    let manifest = Manifest::new(proof, derivation.finished.iter().map(|finished| finished.measured.clone()).collect())?;
    let outputs = manifest.proof.stages.iter().map(|stage| format!("{}/{}", stage.name, stage::OUTPUT));
    let files: Vec<String> = std::iter::once("seed.bc".to_string()).chain(outputs).collect();
    workspace.publish(&files, |folder| manifest.write(folder))?;
    Ok(manifest)
}

/// The engines of the stages, the main one first, each with its version: a missing one is found before any work.
fn engines(request: &Request) -> Result<Vec<Found>> {
    let engines = match request.engine.as_str() {
        "all" => match Engine::all() {
            engines if engines.len() < 2 => {
                return Err(Error::Stage("--engine all found no engine on the PATH to compare with".into()));
            }
            engines => engines,
        },
        name => vec![Engine::for_stages(name)],
    };
    if request.witness && crate::engine::find("ocamlrun").is_none() {
        return Err(Error::Stage("--witness needs ocamlrun, which is not on the PATH".into()));
    }
    engines.into_iter().map(|engine| engine.version().map(|version| (engine, version))).collect()
}

struct Derivation<'a> {
    folder: &'a Path,
    seed: &'a Seed,
    limits: Limits,
    progress: Progress,
    finished: Vec<Finished>,
}

impl Derivation<'_> {
    fn all(&mut self, request: &Request, engines: &[Found]) -> Result<()> {
        let first = self.rust()?;
        for (index, engine) in engines.iter().enumerate() {
            let prefix = if index == 0 { String::new() } else { format!("engines/{}/", engine.0.folder()) };
            let mut previous = first.clone();
            for number in 2..=request.stages {
                previous = self.lua(format!("{prefix}stage{number}"), engine, &previous)?;
            }
        }
        if request.witness {
            self.witness()?;
        }
        Ok(())
    }

    /// Stage 1: the Rust compiler translates the reference.
    fn rust(&mut self) -> Result<Stage> {
        self.finish(Plan {
            name: "stage1".into(),
            engine: Engine::Rust,
            engine_version: Engine::Rust.version()?,
            compiler: None,
            runtime: RUNTIME.into(),
            inputs: vec![self.seed_input(), runtime_input()],
        })
    }

    /// Stage 2, 3, …: the compiler that the stage before made translates the reference.
    fn lua(&mut self, name: String, engine: &Found, compiler: &Stage) -> Result<Stage> {
        self.finish(Plan {
            name,
            engine: engine.0.clone(),
            engine_version: engine.1.clone(),
            compiler: Some(format!("{}/{}", compiler.name, stage::OUTPUT)),
            runtime: RUNTIME.into(),
            inputs: vec![self.seed_input(), Input { name: "compiler".into(), blake3: compiler.blake3.clone() }],
        })
    }

    /// The seed translates itself under OCaml's own interpreter.
    fn witness(&mut self) -> Result<Stage> {
        let runtime = self.folder.join("runtime");
        crate::child::write_runtime(&runtime)?;
        let stage = self.finish(Plan {
            name: "witness".into(),
            engine: Engine::Ocamlrun,
            engine_version: Engine::Ocamlrun.version()?,
            compiler: Some("seed.bc".into()),
            runtime: runtime.to_string_lossy().into_owned(),
            inputs: vec![self.seed_input(), runtime_input()],
        })?;
        files::remove_folder(&runtime)?;
        Ok(stage)
    }

    fn finish(&mut self, plan: Plan) -> Result<Stage> {
        let finished = plan.finish(self.folder, self.limits, &mut self.progress)?;
        let stage = finished.stage.clone();
        self.finished.push(finished);
        Ok(stage)
    }

    fn seed_input(&self) -> Input {
        Input { name: "seed".into(), blake3: self.seed.manifest.blake3.clone() }
    }
}

fn runtime_input() -> Input {
    Input { name: "runtime".into(), blake3: crate::child::runtime_hash() }
}
