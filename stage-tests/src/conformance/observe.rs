//! Runs a test's program under ocamlrun and records what it does, if that is what the test asks for and the same each time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::actions::{Branch, Execution, TestFile};
use super::class;
use super::corpus::{Run, copy_folder};
use super::skip::{Skip, Why};
use super::tools::MARKED;
use crate::process::{Input, Outcome, limit_processor_time, run};

/// How many seconds of the processor a program may take under ocamlrun.
const PROCESSOR_LIMIT: u64 = 60;

/// The longest that it may take with what it sleeps and waits.
const LIMIT: Duration = Duration::from_secs(600);

/// What a program is run with, and what is kept of it.
struct Subject<'a> {
    branch: &'a Branch,
    execution: &'a Execution,
    /// The files that it may read.
    data: &'a Path,
    arguments: Vec<String>,
    /// The program under its own name, and elsewhere under another.
    copies: [PathBuf; 2],
}

impl TestFile<'_> {
    /// A program that the test runs itself.
    pub fn observe(&mut self, branch: &Branch, mut execution: Execution) -> Result<(), Skip> {
        let scratch = tempfile::tempdir()?;
        let data = scratch.path().join("data");
        collect_data(&execution, &data)?;
        let arguments = relative(&execution.arguments, &execution.folder);
        let copies = copies(&execution, scratch.path())?;
        let merged = {
            let subject =
                Subject { branch, execution: &execution, data: &data, arguments: arguments.clone(), copies: copies.clone() };
            let (outcome, _) = self.run_once(&subject, &subject.copies[0], true)?;
            if outcome.code != execution.exit_status {
                let said = String::from_utf8_lossy(&outcome.stdout).into_owned();
                let reason = format!("ocamlrun: status {} instead of {}: {said}", outcome.code, execution.exit_status);
                return Err(Skip::new(Why::Failed, reason));
            }
            check(&execution, &outcome.stdout)?;
            outcome
        };
        let mut marker = false;
        if merged.stdout.is_empty() && merged.code == 0 {
            let original = execution.bytecode.clone();
            if let Some(marked) = self.with_marker(&execution, scratch.path())? {
                execution.bytecode = marked;
                write_copies(&execution, &copies)?;
                let subject =
                    Subject { branch, execution: &execution, data: &data, arguments: arguments.clone(), copies: copies.clone() };
                let (outcome, _) = self.run_once(&subject, &subject.copies[0], true)?;
                marker = outcome.code == 0 && outcome.stdout == MARKED;
            }
            if !marker {
                execution.bytecode = original;
                write_copies(&execution, &copies)?;
            }
        }
        self.record(&Subject { branch, execution: &execution, data: &data, arguments, copies }, marker)
    }

    /// A test that has a script call its program: each call becomes a run. The program is a wrapper that notes its arguments.
    pub fn observe_hook(&mut self, branch: &Branch, execution: &Execution) -> Result<(), Skip> {
        let calls = self.work.join("calls");
        fs::create_dir_all(&calls)?;
        let wrapper = self.work.join("wrapper.sh");
        let text = format!(
            "n=$(ls '{calls}' | wc -l)\nfor a in \"$@\"; do printf '%s\\n' \"$a\"; done > '{calls}'/$n\nexec '{}' '{}' \"$@\"\n",
            self.tools.ocamlrun.display(),
            execution.program.display(),
            calls = calls.display(),
        );
        fs::write(&wrapper, format!("#!/bin/sh\n{text}"))?;
        let mut executable = fs::metadata(&wrapper)?.permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut executable, 0o755);
        fs::set_permissions(&wrapper, executable)?;

        let (output, response) = (self.work.join("hook.output"), self.work.join("response"));
        fs::write(&response, "")?;
        let mut variables = branch.variables.clone();
        for (name, file) in [("program", &wrapper), ("output", &output), ("ocamltest_response", &response)] {
            variables.set(name, file.to_string_lossy());
        }
        let mut command = Command::new("sh");
        command.args(execution.hook.as_ref()).current_dir(&branch.folder);
        variables.apply_all(&mut command);
        let outcome = run(command, Vec::new(), LIMIT)?;
        if outcome.code != 0 {
            let said = String::from_utf8_lossy(&outcome.stderr).into_owned();
            return Err(Skip::new(Why::Failed, format!("hook: status {}: {said}", outcome.code)));
        }
        check(execution, &fs::read(&output).unwrap_or_default())?;
        for number in 0..fs::read_dir(&calls)?.count() {
            let scratch = tempfile::tempdir()?;
            let data = scratch.path().join("data");
            collect_data(execution, &data)?;
            let text = fs::read_to_string(calls.join(number.to_string()))?;
            let arguments = text.split_terminator('\n').map(String::from).collect();
            let copies = copies(execution, scratch.path())?;
            self.record(&Subject { branch, execution, data: &data, arguments, copies }, false)?;
        }
        Ok(())
    }

    /// Runs a copy of the program in a folder of its own: what it does, and its time. `merged`: both outputs are one.
    fn run_once(&self, subject: &Subject, copy: &Path, merged: bool) -> Result<(Outcome, f64), Skip> {
        let scratch = tempfile::tempdir()?;
        copy_folder(subject.data, scratch.path())?;
        let mut command = if merged {
            let mut shell = Command::new("sh");
            shell.args(["-c", "exec \"$@\" 2>&1", "sh"]).arg(&self.tools.ocamlrun);
            shell
        } else {
            Command::new(&self.tools.ocamlrun)
        };
        command.arg(copy).args(&subject.arguments).current_dir(scratch.path());
        subject.branch.variables.apply(&mut command);
        let stdin = subject.execution.stdin.as_deref().map_or_else(|| PathBuf::from("/dev/null"), |file| subject.data.join(file));
        let stdin = File::open(&stdin).with_context(|| format!("cannot read {}", stdin.display()))?;
        limit_processor_time(&mut command, PROCESSOR_LIMIT);
        let start = Instant::now();
        let outcome =
            run(command, Input::File(stdin), LIMIT).map_err(|error| Skip::new(Why::Failed, error.root_cause().to_string()))?;
        Ok((outcome, start.elapsed().as_secs_f64()))
    }

    /// The program linked once more with the end marker as its last module.
    fn with_marker(&self, execution: &Execution, scratch: &Path) -> Result<Option<Vec<u8>>, Skip> {
        let Some(compiled) = &execution.compiled else { return Ok(None) };
        let Some(at) = compiled.command.iter().position(|argument| argument == "-o") else { return Ok(None) };
        if compiled.libraries.iter().any(|library| library == "dynlink") {
            return Ok(None);
        }
        let output = scratch.join("marked");
        let mut arguments = compiled.command.clone();
        arguments[at + 1] = output.to_string_lossy().into_owned();
        let mut command = Command::new(&arguments[0]);
        let library = &self.tools.libraries;
        command.args(&arguments[1..]).arg("-I").arg(library).arg(library.join("end_marker.cmo")).current_dir(&compiled.folder);
        super::environment::clean(&mut command);
        let outcome = run(command, Vec::new(), LIMIT)?;
        if outcome.code != 0 || !output.exists() {
            return Ok(None);
        }
        let bytecode = fs::read(&output)?;
        Ok(bytecode.ends_with(&self.tools.magic).then_some(bytecode))
    }

    /// Runs the program in several folders and under two names, and keeps what it does if it is always the same.
    fn record(&mut self, subject: &Subject, marker: bool) -> Result<(), Skip> {
        let [own, other] = &subject.copies;
        let (merged, first_seconds) = self.run_once(subject, own, true)?;
        let (outcome, seconds) = self.run_once(subject, own, false)?;
        let again = [self.run_once(subject, other, false)?.0, self.run_once(subject, own, false)?.0];
        let differs = |what: &str| Skip::new(Why::Unsteady, format!("two runs differ in their {what}"));
        for another in &again {
            if another.code != outcome.code {
                return Err(differs("status"));
            }
            if another.stdout != outcome.stdout || another.stderr != outcome.stderr {
                return Err(differs("output"));
            }
        }
        if self.run_once(subject, other, true)?.0.stdout != merged.stdout {
            return Err(differs("output"));
        }
        if outcome.code > 128 {
            return Err(Skip::new(Why::Failed, "a signal ends it"));
        }
        let number = if self.runs.is_empty() { String::new() } else { format!("-{}", self.runs.len() + 1) };
        let base = self.path.rsplit_once('.').map_or(self.path.as_str(), |(base, _)| base);
        let name = base.replace('/', ".") + &number;
        let class = class::of(self.path.split('/').next().unwrap_or(""), subject.execution.libraries(), &self.text(subject)?);
        let corpus = &self.tools.corpus;
        let write = |path: String, content: &[u8]| fs::write(corpus.join(&path), content).map(|()| PathBuf::from(path));
        let has_data = fs::read_dir(subject.data)?.next().is_some();
        let data = has_data.then(|| PathBuf::from(format!("data/{name}")));
        if let Some(folder) = &data {
            fs::create_dir_all(corpus.join(folder))?;
            copy_folder(subject.data, &corpus.join(folder))?;
        }
        let run = Run {
            class: class.to_string(),
            bc: write(format!("bc/{name}.bc"), &subject.execution.bytecode)?,
            args: subject.arguments.clone(),
            stdin: subject.execution.stdin.as_ref().map(PathBuf::from),
            env: subject.branch.variables.exported(),
            unset: subject.branch.variables.not_exported(),
            data,
            exit_code: outcome.code,
            expected_stdout: write(format!("expect/{name}.stdout"), &outcome.stdout)?,
            expected_stderr: write(format!("expect/{name}.stderr"), &outcome.stderr)?,
            marker,
            seconds: (seconds.min(first_seconds) * 1000.0).round() / 1000.0,
            name,
        };
        self.runs.push(run);
        Ok(())
    }

    /// The text of the program's sources, or of the test file where there are none.
    fn text(&self, subject: &Subject) -> Result<String, Skip> {
        let mut text = String::new();
        for file in subject.execution.compiled.iter().flat_map(|compiled| &compiled.files) {
            let path = subject.execution.folder.join(file);
            if path.is_file() && [".ml", ".mll", ".mly"].iter().any(|ending| file.ends_with(ending)) {
                text += &String::from_utf8_lossy(&fs::read(path)?);
                text.push('\n');
            }
        }
        if text.is_empty() {
            text = String::from_utf8_lossy(&fs::read(&self.file)?).into_owned();
        }
        Ok(text)
    }
}

/// Compares the merged outputs with what the test expects, if it says so.
fn check(execution: &Execution, output: &[u8]) -> Result<(), Skip> {
    let Some(check) = &execution.check else { return Ok(()) };
    let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let expected = lines(&fs::read(&check.reference).unwrap_or_default());
    let actual = lines(output);
    let rest = actual.splitn(check.skip_lines + 1, '\n').last().unwrap_or_default();
    if rest == expected { Ok(()) } else { Err(Skip::new(Why::Failed, "ocamlrun: another output than the test expects")) }
}

/// Arguments that name files of the build by their whole path name them relatively.
fn relative(arguments: &[String], folder: &Path) -> Vec<String> {
    let relative = |argument: &String| Path::new(argument).strip_prefix(folder).map(|path| path.to_string_lossy().into_owned());
    arguments.iter().map(|argument| relative(argument).unwrap_or_else(|_| argument.clone())).collect()
}

/// The program under its own name, and in another folder under another one.
fn copies(execution: &Execution, scratch: &Path) -> Result<[PathBuf; 2], Skip> {
    let elsewhere = scratch.join("another/folder");
    let copies = [scratch.join("own").join(execution.program.file_name().unwrap_or_default()), elsewhere.join("renamed.bc")];
    fs::create_dir_all(scratch.join("own"))?;
    fs::create_dir_all(elsewhere)?;
    write_copies(execution, &copies)?;
    Ok(copies)
}

fn write_copies(execution: &Execution, copies: &[PathBuf; 2]) -> Result<(), Skip> {
    copies.iter().try_for_each(|copy| fs::write(copy, &execution.bytecode)).map_err(Skip::from)
}

/// Copies what the program may read to `target`: what stands in its folder and is not a product of the compilation.
fn collect_data(execution: &Execution, target: &Path) -> Result<(), Skip> {
    let needed = ["dynlink", "ocamlcommon", "ocamltoplevel"];
    let keeps_objects = execution.libraries().iter().any(|library| needed.contains(&library.as_str()));
    copy_data(&execution.folder, target, &|file| {
        let ending = file.extension().unwrap_or_default().to_string_lossy();
        let made = ["output", "cmt", "cmti", "annot"].contains(&&*ending);
        let object = ["cmi", "cmo", "cmx", "cma", "o", "a"].contains(&&*ending);
        file != execution.program && !made && (keeps_objects || !object)
    })
}

fn copy_data(from: &Path, to: &Path, keeps: &dyn Fn(&Path) -> bool) -> Result<(), Skip> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_data(&path, &target, keeps)?;
        } else if keeps(&path) {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
