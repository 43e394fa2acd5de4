//! Turns OCaml's test suite into a corpus.
//!
//! A test file's header is followed as OCaml's own `ocamltest` does, as far as it makes programs of bytecode. What those do under
//! ocamlrun is recorded if it is what the test asks for, and the same again in other folders and under other names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use regex_lite::Regex;

use super::actions::TestFile;
use super::corpus::{MANIFEST, Run, SKIPPED, Skipped, write_lines};
use super::header;
use super::skip::{Skip, Why};
use super::tools::Tools;
use crate::parallel::parallel;
use crate::toolchain::Toolchain;

/// Raised when an extraction gives another corpus from the same sources than before.
pub const REVISION: u32 = 2;

/// Test files that time decides about: they would be judged on one machine and not on another.
const UNSTEADY: [&str; 9] = [
    "lazy/lazy5.ml",
    "lazy/lazy7.ml",
    "lib-threads/swapchan.ml",
    "lib-threads/tls.ml",
    "memory-model/forbidden.ml",
    "memory-model/publish.ml",
    "parallel/fib_threads.ml",
    "parallel/mctest.ml",
    "parallel/pingpong.ml",
];

/// The same, for OCaml 4 only: ten to twenty seconds and more there.
const UNSTEADY_4: [&str; 1] = ["regression/pr9853/compaction_corner_case.ml"];

/// Makes the corpus of the test files whose path matches `only`, unless it is there already.
pub fn extract(source: &Path, toolchain: &Toolchain, only: Option<&Regex>, jobs: usize, folder: &Path) -> Result<()> {
    if folder.join(MANIFEST).exists() {
        return Ok(());
    }
    let partial = folder.with_extension("partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    let tools = Tools::new(source, toolchain, &partial)?;
    let root = tools.source.join("testsuite/tests");
    let mut files = Vec::new();
    find(&root, &mut files).with_context(|| format!("{} is not a whole source tree of OCaml", source.display()))?;
    files
        .retain(|file| only.is_none_or(|only| file.strip_prefix(&root).is_ok_and(|path| only.is_match(&path.to_string_lossy()))));
    files.sort();
    let results = parallel(&files, jobs, |path| file(&tools, path));
    let (mut runs, mut skipped): (Vec<Run>, Vec<Skipped>) = (Vec::new(), Vec::new());
    for result in results {
        let (judged, not_judged) = result?;
        runs.extend(judged);
        skipped.extend(not_judged);
    }
    runs.sort_by(|a, b| a.name.cmp(&b.name));
    let names: BTreeSet<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    if names.len() != runs.len() {
        bail!("two runs have the same name");
    }
    fs::remove_dir_all(partial.join("work"))?;
    write_lines(&partial.join(SKIPPED), &skipped)?;
    write_lines(&partial.join(MANIFEST), &runs)?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::rename(&partial, folder).with_context(|| format!("cannot write {}", folder.display()))
}

/// Adds the files below a folder that may be tests.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(['.', '_']) {
            continue;
        }
        let endings = ["ml", "mli", "mll", "mly", "cmm", "c", "txt"];
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| endings.iter().any(|ending| extension == *ending)) {
            files.push(path);
        }
    }
    Ok(())
}

/// The judged runs of a file, or why it has none. Nothing at all comes of a file that is no test.
fn file(tools: &Tools, path: &Path) -> Result<(Vec<Run>, Option<Skipped>)> {
    let source = String::from_utf8_lossy(&fs::read(path)?).into_owned();
    let Some(header) = header::parse(&source) else { return Ok((Vec::new(), None)) };
    let mut test = TestFile::new(tools, path)?;
    let name = test.path.clone();
    if UNSTEADY.contains(&name.as_str()) || (tools.major < 5 && UNSTEADY_4.contains(&name.as_str())) {
        test.skips.push(Skip::new(Why::Unsteady, "known to be"));
    } else {
        match header {
            Ok(node) => test.follow(&node)?,
            Err(error) => test.skips.push(Skip::new(Why::Error, format!("header: {error:#}"))),
        }
    }
    if test.runs.is_empty() && test.skips.is_empty() {
        test.skips.push(Skip::new(Why::CompileOnly, "no program is run"));
    }
    let worst = test.skips.iter().rev().max_by_key(|skip| skip.why).filter(|_| test.runs.is_empty());
    let skipped = worst.map(|skip| Skipped { name, class: skip.why.name().to_string(), reason: skip.reason.clone() });
    Ok((test.runs, skipped))
}
