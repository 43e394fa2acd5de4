//! Whether the two compilers agree on the bytecode of a corpus: the same bytes, or the same refusal.

use std::fs;
use std::path::Path;

use anyhow::Result;
use lua_of_ocaml::target::Target;

use super::corpus::{Corpus, Run};
use crate::compilers::Compiler;
use crate::parallel::parallel;
use crate::program::first_difference;

/// The runs whose bytecode the Rust compiler and the reference on ocamlrun do not translate alike, and how they differ.
pub fn differences(corpus: &Corpus, runs: &[&Run], target: Target, options: &[String], jobs: usize) -> Result<Vec<String>> {
    let (rust, reference) = (Compiler::rust()?, Compiler::ocamlrun()?);
    let results = parallel(runs, jobs, |run| {
        let options = corpus.options(run, target, options);
        let difference = options.and_then(|options| compare(&corpus.folder.join(&run.bc), [&rust, &reference], &options));
        let difference = difference.unwrap_or_else(|error| Some(format!("{error:#}")));
        if let Some(difference) = &difference {
            eprintln!("  differs: {} {difference}", run.name);
        }
        difference.map(|difference| format!("{}: {difference}", run.name))
    });
    Ok(results.into_iter().flatten().collect())
}

/// What both compilers make of a file: none if it is the same.
fn compare(bytecode: &Path, compilers: [&Compiler; 2], options: &[String]) -> Result<Option<String>> {
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let folder = tempfile::tempdir()?;
    let output = folder.path().join("output.lua");
    let mut made = Vec::new();
    for compiler in compilers {
        let outcome = compiler.attempt(bytecode, &output, &options)?;
        let text = if outcome.code == 0 { fs::read(&output)? } else { outcome.stderr };
        made.push((outcome.code, text));
    }
    let [(code, text), (other_code, other_text)] = made.as_slice() else { return Ok(None) };
    Ok(if code != other_code {
        Some(format!("status {code} and {other_code}: {}", String::from_utf8_lossy(if *code == 0 { other_text } else { text })))
    } else if text != other_text {
        Some(first_difference(text, other_text))
    } else {
        None
    })
}
