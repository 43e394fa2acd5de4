//! `bootstrap status` and `bootstrap clean`: what is there, and taking it away.

use std::fs;
use std::path::Path;

use crate::engine::{self, Engine};
use crate::error::{Error, Result};
use crate::files;
use crate::manifest::Manifest;
use crate::report;
use crate::seed::Seed;
use crate::stage::OUTPUT;
use crate::workspace;

/// The seed, the engines, and the run in a folder: none, unfinished, at work or complete.
pub fn run(out: &Path, seed: Option<&Path>) -> Result<String> {
    let seed = Seed::load(seed)?;
    let mut text = format!("seed      {} ({} bytes, OCaml {})\n", seed.manifest.blake3, seed.manifest.bytes, seed.manifest.ocaml);
    for engine in Engine::all() {
        text += &format!("engine    {engine}: {}\n", engine.version()?);
    }
    let missing = Engine::missing();
    if !missing.is_empty() {
        text += &format!("missing   {}\n", missing.join(" "));
    }
    text += &match engine::find("ocamlrun") {
        Some(_) => format!("witness   ocamlrun: {}\n", Engine::Ocamlrun.version()?),
        None => "witness   no ocamlrun\n".to_string(),
    };
    let partial = workspace::partial(out);
    if partial.is_dir() {
        let state = if workspace::busy(out) { "at work" } else { "interrupted" };
        text += &format!("{state:9} {}: finished {}\n", partial.display(), finished(&partial).join(" "));
    }
    if out.join("manifest.json").is_file() {
        let manifest = Manifest::read(out)?;
        let age = if manifest.proof.seed == seed.manifest { "of this seed" } else { "of another seed" };
        text += &format!("complete  {} ({age})\n\n{}", out.display(), report::table(&manifest));
    } else {
        text += &format!("no run    {}\n", out.display());
    }
    Ok(text)
}

/// The stages of an unfinished run that are done.
fn finished(partial: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![(partial.to_path_buf(), String::new())];
    while let Some((folder, name)) = folders.pop() {
        if folder.join("record.json").is_file() && folder.join(OUTPUT).is_file() {
            names.push(name.clone());
        }
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir()) {
            let last = entry.file_name().to_string_lossy().into_owned();
            let inner = if name.is_empty() { last } else { format!("{name}/{last}") };
            folders.push((entry.path(), inner));
        }
    }
    names.sort();
    names
}

/// Removes the folder of a run, finished or not; never one that is not a run's, nor one that is at work.
pub fn clean(out: &Path) -> Result<String> {
    workspace::require_ours(out)?;
    if workspace::busy(out) {
        return Err(Error::Io(format!("a run is at work for {}", out.display())));
    }
    files::remove_folder(&workspace::partial(out))?;
    files::remove_folder(out)?;
    Ok(format!("removed   {}\n", out.display()))
}
