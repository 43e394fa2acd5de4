//! A corpus: programs of OCaml's test suite as bytecode, each with what it needs and what ocamlrun makes of it.
//!
//! A folder with `manifest.jsonl` (a run per line, ordered by name), `skipped.jsonl` (a test file per line that is not judged,
//! and why), and the files that the runs name: `bc/NAME.bc`, `expect/NAME.stdout`, `expect/NAME.stderr`, `data/NAME`.
//! The manifest is written last: a folder that has one is complete.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use lua_of_ocaml::target::Target;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub const MANIFEST: &str = "manifest.jsonl";
pub const SKIPPED: &str = "skipped.jsonl";

/// The classes that need more than one thread, or code loaded at run time, or the runtime's own events. The others are the core.
pub const OUTSIDE_THE_CORE: [&str; 4] = ["threads", "dynlink", "domains", "runtime-events"];

/// One judged run of a program. Paths are relative to the corpus.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// The test file's path with dots, and a number from the second run on.
    pub name: String,
    pub class: String,
    pub bc: PathBuf,
    pub args: Vec<String>,
    /// Its standard input: a file of `data` or of the system.
    pub stdin: Option<PathBuf>,
    pub env: BTreeMap<String, String>,
    /// Variables that must not be set.
    pub unset: Vec<String>,
    /// The folder whose content stands in the working folder.
    pub data: Option<PathBuf>,
    pub exit_code: i32,
    pub expected_stdout: PathBuf,
    pub expected_stderr: PathBuf,
    /// The program is silent and was linked with a last module that prints.
    pub marker: bool,
    /// Its time under ocamlrun.
    pub seconds: f64,
}

impl Run {
    pub fn is_core(&self) -> bool {
        !OUTSIDE_THE_CORE.contains(&self.class.as_str())
    }
}

/// A test file without a judged run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Skipped {
    /// The test file's path.
    pub name: String,
    pub class: String,
    pub reason: String,
}

/// A complete corpus.
#[derive(Debug)]
pub struct Corpus {
    pub folder: PathBuf,
    pub runs: Vec<Run>,
    pub skipped: Vec<Skipped>,
}

impl Corpus {
    pub fn read(folder: &Path) -> Result<Corpus> {
        let runs = read_lines(&folder.join(MANIFEST))?;
        let skipped = read_lines(&folder.join(SKIPPED))?;
        Ok(Corpus { folder: folder.to_path_buf(), runs, skipped })
    }

    /// The content of one of its files.
    pub fn file(&self, path: &Path) -> Result<Vec<u8>> {
        let path = self.folder.join(path);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// How the bytecode of a run is translated: with `-g` if it was linked so, which its table of sections tells.
    pub fn options(&self, run: &Run, target: Target, more: &[String]) -> Result<Vec<String>> {
        let bytecode = self.file(&run.bc)?;
        let table = &bytecode[bytecode.len().saturating_sub(SECTIONS)..];
        let debug = table.windows(4).any(|name| name == b"DBUG");
        let mut options = vec!["--allow-missing".to_string(), "--target".to_string(), target.name().to_string()];
        options.extend(debug.then(|| "-g".to_string()));
        options.extend_from_slice(more);
        Ok(options)
    }
}

/// The end of a bytecode file that surely has the table of sections.
const SECTIONS: usize = 400;

fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let line = |line| serde_json::from_str(line).with_context(|| format!("{} is damaged", path.display()));
    text.lines().map(line).collect()
}

/// Writes a list, a line each.
pub fn write_lines<T: Serialize>(path: &Path, items: &[T]) -> Result<()> {
    let mut text = String::new();
    for item in items {
        text += &serde_json::to_string(item)?;
        text.push('\n');
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Copies what stands in a folder, with the folders in it, to another that exists.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            fs::create_dir_all(&target)?;
            copy_folder(&source, &target)?;
        } else {
            fs::copy(&source, &target).with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    Ok(())
}
