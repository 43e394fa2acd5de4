//! `bootstrap ship`: the proved compiler as one folder to give to others.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::files;
use crate::manifest::Manifest;
use crate::stage::OUTPUT;
use crate::verify;

/// Verifies the run in `out`, and writes its compiler, hashes, manifest and a note for users into the new `folder`.
pub fn run(out: &Path, folder: &Path) -> Result<String> {
    let manifest = verify::run(out)?;
    let verdicts = &manifest.proof.verdicts;
    verdicts.require()?;
    if verdicts.fixpoint.is_none() {
        return Err(Error::Usage("only a run of three stages or more is shipped".into()));
    }
    if folder.exists() {
        return Err(Error::Io(format!("{} is already there; it is left alone", folder.display())));
    }
    let parent = files::parent(folder);
    files::create_folder(&parent)?;
    let work = tempfile::Builder::new().prefix(".ship-").tempdir_in(&parent);
    let work = work.map_err(|reason| Error::io("write into", &parent, reason))?;
    let compiler = files::read(&out.join("stage1").join(OUTPUT))?;
    let json = files::to_json(&manifest)?;
    let readme = readme(&manifest);
    let contents: [(&str, &[u8]); 3] =
        [("README.md", readme.as_bytes()), (OUTPUT, &compiler), ("manifest.json", json.as_bytes())];
    let mut hashes = String::new();
    for (name, bytes) in contents {
        files::write_whole(&work.path().join(name), bytes)?;
        hashes += &format!("blake3 {}  {name}\nsha256 {:x}  {name}\n", files::hash(bytes), Sha256::digest(bytes));
    }
    files::write_whole(&work.path().join("HASHES"), hashes.as_bytes())?;
    files::open_folder(work.path())?;
    files::rename(work.path(), folder)?;
    // The temporary folder has its own name no longer: nothing is left to remove.
    let _ = work.keep();
    Ok(format!("shipped   {} ({OUTPUT}, {} bytes)\n", folder.display(), compiler.len()))
}

fn readme(manifest: &Manifest) -> String {
    let stages: Vec<String> = manifest
        .proof
        .stages
        .iter()
        .map(|stage| format!("| {} | {} | `{}` |", stage.name, stage.engine_version, stage.blake3))
        .collect();
    format!(
        "# lua_of_ocaml {version}

`compiler.lua` translates OCaml bytecode to one self-contained Lua file. It is itself OCaml, translated by itself.

    ocamlc hello.ml -o hello.bc
    lua compiler.lua compile hello.bc -o hello.lua
    lua hello.lua

It runs on Lua 5.1 to 5.4 and LuaJIT, from the same bytes (`luajit compiler.lua …` is the quickest), reads the
bytecode of OCaml 4.13 and later, and needs nothing else. Without arguments it says its usage.

## What it was made from

Every one of these derivations gave this file, byte for byte:

| derivation | engine | BLAKE3 |
|---|---|---|
{stages}

The seed, the reference compiler as bytecode of OCaml {ocaml}, has the BLAKE3 hash
`{seed}`. `manifest.json` has all inputs; `HASHES` has
the hashes of these files. To derive the file yourself, run `bootstrap run` in the source tree and compare.

## Licence

MIT or Apache-2.0, at your choice.
",
        version = manifest.proof.bootstrap,
        stages = stages.join("\n"),
        ocaml = manifest.proof.seed.ocaml,
        seed = manifest.proof.seed.blake3,
    )
}
