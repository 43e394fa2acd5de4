//! What a run is: its seed, its stages, their hashes and the verdicts; and beside it, what it took.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files;
use crate::seed::SeedManifest;

/// The number of this layout; a manifest of another one is refused.
pub const FORMAT: u32 = 1;

/// `manifest.json` and `manifest.bin`. Two runs that derive the same things have equal `proof`s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The BLAKE3 hash of `proof` as bincode writes it.
    pub proof_blake3: String,
    pub proof: Proof,
    /// Outside the hash: times and memory are different in every run.
    pub measured: Vec<Measured>,
}

/// The part of a manifest that is hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    pub format: u32,
    pub bootstrap: String,
    /// The compiler's arguments in every stage, but for the paths of input and output.
    pub options: Vec<String>,
    pub seed: SeedManifest,
    /// The hash over all files of the runtime that stage 1 embeds.
    pub runtime_blake3: String,
    pub stages: Vec<Stage>,
    pub verdicts: Verdicts,
}

/// One derivation of the compiler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// `stage1`, `engines/luajit/stage2`, `witness`: also the folder of its output.
    pub name: String,
    pub engine: String,
    pub engine_version: String,
    /// What the derivation depends on, by name and hash.
    pub inputs: Vec<Input>,
    pub blake3: String,
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub name: String,
    pub blake3: String,
}

/// What one derivation took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    pub name: String,
    pub milliseconds: u64,
    pub peak_bytes: u64,
    /// The stage was finished by an earlier, interrupted run.
    pub resumed: bool,
}

impl Measured {
    pub fn seconds(&self) -> f64 {
        self.milliseconds as f64 / 1000.0
    }
}

/// Which equalities hold; none where the run did not ask.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdicts {
    /// Stage 1 (by the Rust compiler) = stage 2 (by the reference).
    pub cross_implementation: Option<bool>,
    /// Stage 2 = stage 3 = … = stage N.
    pub fixpoint: Option<bool>,
    /// Every stage on every engine = stage 1.
    pub engines: Option<bool>,
    /// The seed under OCaml's own interpreter gives stage 1.
    pub witness: Option<bool>,
}

impl Verdicts {
    /// The verdicts that follow from the hashes of stages.
    pub fn of(stages: &[Stage]) -> Verdicts {
        let hash = |name: &str| stages.iter().find(|stage| stage.name == name).map(|stage| stage.blake3.as_str());
        let first = hash("stage1");
        let later: Vec<&str> = (2..).map_while(|number| hash(&format!("stage{number}"))).collect();
        let engines: Vec<&Stage> = stages.iter().filter(|stage| stage.name.starts_with("engines/")).collect();
        Verdicts {
            cross_implementation: later.first().map(|second| first == Some(second)),
            fixpoint: (later.len() >= 2).then(|| later.windows(2).all(|pair| pair.first() == pair.last())),
            engines: (!engines.is_empty()).then(|| {
                engines.iter().map(|stage| stage.blake3.as_str()).chain(later.iter().copied()).all(|hash| first == Some(hash))
            }),
            witness: hash("witness").map(|witness| first == Some(witness)),
        }
    }

    /// Name, equality and verdict, in the order of reports.
    pub fn rows(&self) -> [(&'static str, &'static str, Option<bool>); 4] {
        [
            ("cross-implementation", "stage 1 = stage 2", self.cross_implementation),
            ("fixpoint", "stage 2 = stage 3", self.fixpoint),
            ("engines", "all stages of all engines", self.engines),
            ("witness", "ocamlrun = stage 1", self.witness),
        ]
    }

    /// An error that names the verdicts that do not hold.
    pub fn require(&self) -> Result<()> {
        let failed: Vec<&str> = self.rows().into_iter().filter(|row| row.2 == Some(false)).map(|row| row.0).collect();
        if failed.is_empty() { Ok(()) } else { Err(Error::Differ(format!("does not hold: {}", failed.join(", ")))) }
    }
}

impl Proof {
    /// The hash of the whole proof.
    pub fn hash(&self) -> Result<String> {
        Ok(files::hash(&to_binary(self)?))
    }
}

impl Manifest {
    pub fn new(proof: Proof, measured: Vec<Measured>) -> Result<Manifest> {
        Ok(Manifest { proof_blake3: proof.hash()?, proof, measured })
    }

    /// Writes both forms into the folder of a run.
    pub fn write(&self, folder: &Path) -> Result<()> {
        files::write_whole(&folder.join("manifest.bin"), &to_binary(self)?)?;
        files::write_whole(&folder.join("manifest.json"), files::to_json(self)?.as_bytes())
    }

    /// Reads both forms from the folder of a run. They have to say the same, and the proof to have its hash.
    pub fn read(folder: &Path) -> Result<Manifest> {
        let json = folder.join("manifest.json");
        let binary = folder.join("manifest.bin");
        let bad =
            |path: &Path, reason: &dyn std::fmt::Display| Error::Hash(format!("{} is not a manifest: {reason}", path.display()));
        let manifest: Manifest = serde_json::from_slice(&files::read(&json)?).map_err(|error| bad(&json, &error))?;
        let bytes = files::read(&binary)?;
        let (twin, length): (Manifest, usize) =
            bincode::serde::decode_from_slice(&bytes, configuration()).map_err(|error| bad(&binary, &error))?;
        if length != bytes.len() {
            return Err(bad(&binary, &"there are bytes after its end"));
        }
        if manifest.proof.format != FORMAT {
            return Err(bad(&json, &format!("its format is {}, not {FORMAT}", manifest.proof.format)));
        }
        if manifest != twin {
            return Err(Error::Hash(format!("{} and {} do not say the same", json.display(), binary.display())));
        }
        if manifest.proof.hash()? != manifest.proof_blake3 {
            return Err(Error::Hash(format!("{} does not have the hash it states", json.display())));
        }
        Ok(manifest)
    }

    /// The seconds and the peak of memory that a stage took.
    pub fn cost(&self, name: &str) -> (f64, u64) {
        let measured = self.measured.iter().find(|measured| measured.name == name);
        measured.map_or((0.0, 0), |measured| (measured.seconds(), measured.peak_bytes))
    }
}

/// Bincode with fixed sizes, and a bound so that a damaged length cannot ask for all memory.
fn configuration() -> impl bincode::config::Config {
    bincode::config::standard().with_fixed_int_encoding().with_limit::<{ 16 << 20 }>()
}

fn to_binary(value: &impl Serialize) -> Result<Vec<u8>> {
    bincode::serde::encode_to_vec(value, configuration()).map_err(|error| Error::Io(format!("cannot encode a manifest: {error}")))
}
