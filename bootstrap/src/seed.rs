//! The seed: the reference compiler as OCaml bytecode, and its committed manifest.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files;

/// `manifest.json` beside a seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedManifest {
    pub blake3: String,
    pub bytes: u64,
    /// The bytecode's magic number.
    pub magic: String,
    /// The OCaml version whose compiler built it.
    pub ocaml: String,
    pub sections: Vec<Section>,
}

/// A section of the bytecode, in the order of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    pub name: String,
    pub bytes: u64,
    pub blake3: String,
}

/// A seed whose bytes are what its manifest says.
#[derive(Debug)]
pub struct Seed {
    pub path: PathBuf,
    pub manifest: SeedManifest,
    pub bytes: Vec<u8>,
}

impl Seed {
    /// Reads a seed (the checkout's if none is named) and checks it against its manifest.
    pub fn load(path: Option<&Path>) -> Result<Seed> {
        let path = match path {
            Some(path) => path.to_path_buf(),
            None => checkout()?.join("bootstrap/seed/reference.bc"),
        };
        let bytes = files::read(&path)?;
        let place = files::parent(&path).join("manifest.json");
        let text = files::read(&place)?;
        let manifest: SeedManifest = serde_json::from_slice(&text)
            .map_err(|error| Error::Hash(format!("{} is not a seed's manifest: {error}", place.display())))?;
        check(&path, &bytes, &manifest)?;
        Ok(Seed { path, manifest, bytes })
    }
}

/// Compares bytes with what a manifest says of them.
pub fn check(path: &Path, bytes: &[u8], manifest: &SeedManifest) -> Result<()> {
    let found = files::hash(bytes);
    if found != manifest.blake3 {
        return Err(Error::Hash(format!("{} has the hash {found}, its manifest says {}", path.display(), manifest.blake3)));
    }
    if describe(bytes, &manifest.ocaml)? != *manifest {
        return Err(Error::Hash(format!("the sections of {} are not what its manifest says", path.display())));
    }
    Ok(())
}

/// The manifest of a bytecode executable. Its end is a table of sections (name, length), their number and the
/// magic number; the sections stand before it (OCaml's runtime/startup_byt.c, `caml_read_section_descriptors`).
pub fn describe(bytes: &[u8], ocaml: &str) -> Result<SeedManifest> {
    let damaged = || Error::Hash("the seed is not an OCaml bytecode executable".to_string());
    let (rest, magic) = bytes.split_last_chunk::<12>().ok_or_else(damaged)?;
    let (rest, count) = rest.split_last_chunk::<4>().ok_or_else(damaged)?;
    let magic = std::str::from_utf8(magic).map_err(|_| damaged())?;
    if !magic.starts_with("Caml1999X") {
        return Err(damaged());
    }
    let table_bytes = (u32::from_be_bytes(*count) as usize).checked_mul(8).ok_or_else(damaged)?;
    let (mut body, table) =
        rest.len().checked_sub(table_bytes).and_then(|start| rest.split_at_checked(start)).ok_or_else(damaged)?;
    let mut sections = Vec::new();
    for entry in table.chunks_exact(8).rev() {
        let (name, length) = entry.split_first_chunk::<4>().ok_or_else(damaged)?;
        let length = u32::from_be_bytes(length.try_into().map_err(|_| damaged())?) as usize;
        let (before, content) =
            body.len().checked_sub(length).and_then(|start| body.split_at_checked(start)).ok_or_else(damaged)?;
        body = before;
        sections.push(Section {
            name: String::from_utf8_lossy(name).into_owned(),
            bytes: content.len() as u64,
            blake3: files::hash(content),
        });
    }
    sections.reverse();
    Ok(SeedManifest {
        blake3: files::hash(bytes),
        bytes: bytes.len() as u64,
        magic: magic.to_string(),
        ocaml: ocaml.to_string(),
        sections,
    })
}

/// The root of the checkout: the one this program was built in, or else the one the current folder is in.
pub fn checkout() -> Result<PathBuf> {
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf);
    let here = std::env::current_dir().unwrap_or_default();
    let above = here.ancestors().map(Path::to_path_buf);
    built_in.into_iter().chain(above).find(|root| root.join("compiler/reference/modules.txt").is_file()).ok_or_else(|| {
        Error::Io("neither this folder nor one above it is a checkout of lua_of_ocaml; name a seed with --seed FILE".into())
    })
}

/// `bootstrap seed`: says what the seed is; with `rebuild`, builds it again from `compiler/reference` and compares;
/// with `write` too, puts the new one in its place. Returns what to print.
pub fn run(path: Option<&Path>, rebuild: bool, write: bool) -> Result<String> {
    if !rebuild {
        let seed = Seed::load(path)?;
        return Ok(description(&seed.path, &seed.manifest));
    }
    let root = checkout()?;
    let place = path.map_or_else(|| root.join("bootstrap/seed/reference.bc"), Path::to_path_buf);
    let built = build(&root)?;
    if write {
        let manifest = describe(&built, &compiler_version()?)?;
        files::create_folder(&files::parent(&place))?;
        files::write_whole(&place, &built)?;
        files::write_whole(&files::parent(&place).join("manifest.json"), files::to_json(&manifest)?.as_bytes())?;
        return Ok(description(&place, &manifest));
    }
    let seed = Seed::load(Some(&place))?;
    if built == seed.bytes {
        return Ok(format!("rebuilt   {} from compiler/reference: identical, {}\n", place.display(), seed.manifest.blake3));
    }
    let rebuilt = describe(&built, &seed.manifest.ocaml)?;
    let names: Vec<&str> = rebuilt
        .sections
        .iter()
        .filter(|section| !seed.manifest.sections.contains(section))
        .map(|section| section.name.as_str())
        .collect();
    Err(Error::Differ(format!(
        "compiler/reference, built with OCaml {}, gives another seed than {} (built with {}): {} bytes for {}, other sections: {}",
        compiler_version()?,
        place.display(),
        seed.manifest.ocaml,
        built.len(),
        seed.bytes.len(),
        names.join(" ")
    )))
}

fn description(path: &Path, manifest: &SeedManifest) -> String {
    let mut text = format!(
        "seed      {}\nblake3    {}\nbytes     {}\nbuilt by  OCaml {} ({})\n",
        path.display(),
        manifest.blake3,
        manifest.bytes,
        manifest.ocaml,
        manifest.magic
    );
    for section in &manifest.sections {
        text += &format!("  {:4} {:>8}  {}\n", section.name, section.bytes, section.blake3);
    }
    text
}

/// The OCaml compiler that builds the seed: `OCAMLC`, or `ocamlc`.
fn ocamlc() -> String {
    std::env::var("OCAMLC").unwrap_or_else(|_| "ocamlc".to_string())
}

fn compiler_version() -> Result<String> {
    let ocamlc = ocamlc();
    let output = Command::new(&ocamlc).arg("-version").output();
    let output = output.map_err(|reason| Error::Stage(format!("cannot run {ocamlc}: {reason}")))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Builds the reference with `scripts/build-reference` into a temporary folder.
fn build(root: &Path) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().map_err(|reason| Error::Io(format!("cannot make a temporary folder: {reason}")))?;
    let script = root.join("scripts/build-reference");
    let output = Command::new(&script).arg(folder.path()).output();
    let output = output.map_err(|reason| Error::Stage(format!("cannot run {}: {reason}", script.display())))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(Error::Stage(format!("{} failed: {}", script.display(), errors.trim())));
    }
    files::read(&folder.path().join("reference.bc"))
}
