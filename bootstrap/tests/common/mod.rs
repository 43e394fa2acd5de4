//! A scratch folder with a seed, and the command in it.

// Each file of tests uses its part of this.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A finished command.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A temporary folder with a fixture as its seed.
pub struct Scratch {
    folder: tempfile::TempDir,
    seed: PathBuf,
}

impl Scratch {
    pub fn new(fixture: &str) -> Scratch {
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed").join(format!("{fixture}.bc"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{fixture}.bc"));
        let bytes = fs::read(source).unwrap();
        fs::create_dir(folder.path().join("seed")).unwrap();
        fs::write(&seed, &bytes).unwrap();
        let manifest = bootstrap::seed::describe(&bytes, "4.13.1").unwrap();
        fs::write(folder.path().join("seed/manifest.json"), bootstrap::files::to_json(&manifest).unwrap()).unwrap();
        Scratch { folder, seed }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn named(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_string()
    }

    pub fn out(&self) -> String {
        self.named("out")
    }

    pub fn seed(&self) -> String {
        self.seed.to_str().unwrap().to_string()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootstrap"));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    pub fn bootstrap(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// `bootstrap run` of this folder's seed into `out`.
    pub fn run(&self, arguments: &[&str]) -> Run {
        let (seed, out) = (self.seed(), self.out());
        let mut all = vec!["run", "--seed", &seed, "--out", &out];
        all.extend_from_slice(arguments);
        self.bootstrap(&all)
    }
}

pub fn assert_code(run: &Run, code: i32) {
    assert_eq!(run.code, Some(code), "{run:?}");
}
