//! Turns OCaml's test suite into a corpus.
//!
//! A test file's header is followed as OCaml's own `ocamltest` does, as far as it makes programs of bytecode. What those do under
//! ocamlrun is recorded if it is what the test asks for, and the same again in other folders and under other names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use regex_lite::Regex;

use super::actions::TestFile;
use super::corpus::{MANIFEST, Run, SKIPPED, Skipped, write_lines};
use super::environment::clean;
use super::header;
use crate::parallel::parallel;
use crate::process::tool;
use crate::toolchain::Toolchain;

/// Raised when an extraction gives another corpus from the same sources than before.
pub const REVISION: u32 = 2;

/// Why a test file has no judged run; of several reasons the last in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    Native,
    Platform,
    CompileOnly,
    Tool,
    Toplevel,
    Expect,
    Error,
    CStubs,
    CompileFailed,
    Unsteady,
    Failed,
}

impl Why {
    fn name(self) -> &'static str {
        match self {
            Why::Native => "native code only",
            Why::Platform => "another platform",
            Why::CompileOnly => "compiled only",
            Why::Tool => "another tool of OCaml",
            Why::Toplevel => "a toplevel session",
            Why::Expect => "an expect test of the toplevel",
            Why::Error => "not understood",
            Why::CStubs => "C stubs",
            Why::CompileFailed => "does not compile outside of OCaml's own tree",
            Why::Unsteady => "too slow, or different from run to run",
            Why::Failed => "fails under ocamlrun here",
        }
    }
}

/// The end of a branch of a test without a judged run.
#[derive(Debug)]
pub struct Skip {
    pub why: Why,
    pub reason: String,
}

impl Skip {
    pub fn new(why: Why, reason: impl Into<String>) -> Skip {
        Skip { why, reason: reason.into() }
    }
}

impl From<anyhow::Error> for Skip {
    fn from(error: anyhow::Error) -> Skip {
        Skip::new(Why::Error, format!("{error:#}"))
    }
}

impl From<std::io::Error> for Skip {
    fn from(error: std::io::Error) -> Skip {
        Skip::new(Why::Error, error.to_string())
    }
}

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

/// A silent program is linked once more with this module last: it must get there. It needs three primitives and no library.
const END_MARKER: &str = r#"external open_descriptor : int -> 'channel = "caml_ml_open_descriptor_out"
external output : 'channel -> string -> int -> int -> unit = "caml_ml_output"
external flush : 'channel -> unit = "caml_ml_flush"
let channel = open_descriptor 1
let () = output channel "end of test\n" 0 12
let () = flush channel
"#;

/// What the end marker prints.
pub const MARKED: &[u8] = b"end of test\n";

/// OCaml's commands and the test suite's own libraries, and the corpus that is made.
pub struct Extractor {
    /// OCaml's sources.
    pub source: PathBuf,
    /// The first number of its version.
    major: u32,
    pub ocamlc: PathBuf,
    pub ocamlrun: PathBuf,
    pub ocamllex: PathBuf,
    pub ocamlyacc: PathBuf,
    /// The folder of OCaml's library.
    pub stdlib: PathBuf,
    /// The last bytes of a bytecode file.
    pub magic: Vec<u8>,
    /// The folder of the test suite's own libraries.
    pub libraries: PathBuf,
    /// Where the corpus is made.
    pub corpus: PathBuf,
}

/// Makes the corpus of the test files whose path matches `only`, unless it is there already.
pub fn extract(source: &Path, toolchain: &Toolchain, only: Option<&Regex>, jobs: usize, folder: &Path) -> Result<()> {
    if folder.join(MANIFEST).exists() {
        return Ok(());
    }
    let partial = folder.with_extension("partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    let extractor = Extractor::new(source, toolchain, &partial)?;
    let root = extractor.source.join("testsuite/tests");
    let mut files = Vec::new();
    find(&root, &mut files).with_context(|| format!("{} is not a whole source tree of OCaml", source.display()))?;
    files
        .retain(|file| only.is_none_or(|only| file.strip_prefix(&root).is_ok_and(|path| only.is_match(&path.to_string_lossy()))));
    files.sort();
    let results = parallel(&files, jobs, |file| extractor.file(file));
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

impl Extractor {
    fn new(source: &Path, toolchain: &Toolchain, partial: &Path) -> Result<Extractor> {
        let command = |name: &str| toolchain.file(name).with_context(|| format!("{name} is not installed"));
        let ocamlc = command("ocamlc")?;
        let configuration = |name: &str| {
            let mut command = Command::new(&ocamlc);
            clean(&mut command);
            command.arg("-config-var").arg(name);
            Ok::<_, anyhow::Error>(String::from_utf8_lossy(&tool(command, source)?.stdout).trim().to_string())
        };
        for folder in ["work", "bc", "expect", "data", "lib"] {
            fs::create_dir_all(partial.join(folder))?;
        }
        let extractor = Extractor {
            source: source.canonicalize()?,
            major: toolchain.major(),
            ocamlrun: command("ocamlrun")?,
            ocamllex: command("ocamllex")?,
            ocamlyacc: command("ocamlyacc")?,
            stdlib: PathBuf::from(configuration("standard_library")?),
            magic: configuration("exec_magic_number")?.into_bytes(),
            libraries: partial.join("lib").canonicalize()?,
            corpus: partial.canonicalize()?,
            ocamlc: ocamlc.clone(),
        };
        extractor.build_libraries()?;
        Ok(extractor)
    }

    /// Compiles the libraries that tests ask for, and the end marker.
    fn build_libraries(&self) -> Result<()> {
        let compile = |arguments: &[&str]| {
            let mut command = Command::new(&self.ocamlc);
            clean(&mut command);
            command.args(["-w", "-a"]).args(arguments);
            tool(command, &self.libraries)
        };
        for file in ["testing.mli", "testing.ml", "lib.mli", "lib.ml"] {
            let source = self.source.join("testsuite/lib").join(file);
            if file == "lib.mli" && !source.exists() {
                continue;
            }
            fs::copy(&source, self.libraries.join(file)).with_context(|| format!("cannot read {}", source.display()))?;
            // That one is for tests without the library.
            let flags: &[&str] = if file.starts_with("lib.") { &["-nopervasives"] } else { &[] };
            compile(&[flags, &["-c", file]].concat())?;
        }
        compile(&["-a", "-linkall", "-o", "testing.cma", "testing.cmo"])?;
        fs::write(self.libraries.join("end_marker.ml"), END_MARKER)?;
        compile(&["-nopervasives", "-c", "end_marker.ml"])?;
        Ok(())
    }

    /// The folder of one of OCaml's libraries: a folder of its own since OCaml 5.
    pub fn library_folder(&self, name: &str) -> PathBuf {
        let own = self.stdlib.join(name);
        if own.is_dir() { own } else { self.stdlib.clone() }
    }

    /// The judged runs of a file, or why it has none. Nothing at all comes of a file that is no test.
    fn file(&self, path: &Path) -> Result<(Vec<Run>, Option<Skipped>)> {
        let source = String::from_utf8_lossy(&fs::read(path)?).into_owned();
        let Some(header) = header::parse(&source) else { return Ok((Vec::new(), None)) };
        let mut test = TestFile::new(self, path)?;
        let name = test.path.clone();
        if UNSTEADY.contains(&name.as_str()) || (self.major < 5 && UNSTEADY_4.contains(&name.as_str())) {
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
}
