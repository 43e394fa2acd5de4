//! `bootstrap verify`: is the folder of a finished run what its manifest says, and what follows from it?

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;
use crate::manifest::{Manifest, Verdicts};
use crate::seed;
use crate::stage::OUTPUT;

/// Checks every file's hash, every stage's inputs and every verdict; returns the manifest if all is as stated. A
/// verdict that is stated and does not hold is for the caller.
pub fn run(folder: &Path) -> Result<Manifest> {
    let manifest = Manifest::read(folder)?;
    let proof = &manifest.proof;
    let path = folder.join("seed.bc");
    seed::check(&path, &files::read(&path)?, &proof.seed)?;
    let mut expected: BTreeSet<PathBuf> = ["seed.bc", "manifest.json", "manifest.bin"].map(|name| folder.join(name)).into();
    for stage in &proof.stages {
        let path = folder.join(&stage.name).join(OUTPUT);
        let bytes = files::read(&path)?;
        let found = files::hash(&bytes);
        if found != stage.blake3 || bytes.len() as u64 != stage.bytes {
            return Err(Error::Hash(format!("{} has the hash {found}, the manifest says {}", path.display(), stage.blake3)));
        }
        if !expected.insert(path) {
            return Err(Error::Hash(format!("the manifest names {} twice", stage.name)));
        }
    }
    check_inputs(&manifest)?;
    if let Some(path) = all_files(folder)?.into_iter().find(|path| !expected.contains(path)) {
        return Err(Error::Hash(format!("{} is not in the manifest", path.display())));
    }
    let verdicts = Verdicts::of(&proof.stages);
    if verdicts != proof.verdicts {
        return Err(Error::Hash("the manifest's verdicts do not follow from its hashes".into()));
    }
    if verdicts.cross_implementation.is_none() {
        return Err(Error::Hash("the manifest has no stages that were compared".into()));
    }
    Ok(manifest)
}

/// Every stage names the seed of this run, and the compiler that the stage before it made.
fn check_inputs(manifest: &Manifest) -> Result<()> {
    let proof = &manifest.proof;
    for stage in &proof.stages {
        let input = |name: &str| stage.inputs.iter().find(|input| input.name == name).map(|input| input.blake3.as_str());
        let wrong = |name: &str| Err(Error::Hash(format!("the manifest's {} has a wrong input: {name}", stage.name)));
        if input("seed") != Some(&proof.seed.blake3) {
            return wrong("seed");
        }
        let before = previous(&stage.name);
        let wanted = proof.stages.iter().find(|stage| Some(&stage.name) == before.as_ref()).map(|stage| stage.blake3.as_str());
        if input("compiler") != wanted || (before.is_some() && wanted.is_none()) {
            return wrong("compiler");
        }
        if before.is_none() && input("runtime") != Some(&proof.runtime_blake3) {
            return wrong("runtime");
        }
    }
    Ok(())
}

/// The stage whose output makes this one: `engines/luajit/stage3` has `engines/luajit/stage2`, which has `stage1`.
fn previous(name: &str) -> Option<String> {
    let (prefix, number) = name.rsplit_once("stage")?;
    match number.parse::<u32>().ok()? {
        1 => None,
        2 => Some("stage1".to_string()),
        number => Some(format!("{prefix}stage{}", number - 1)),
    }
}

fn all_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|reason| Error::io("read", &folder, reason))?;
        for entry in entries {
            let path = entry.map_err(|reason| Error::io("read", &folder, reason))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}
