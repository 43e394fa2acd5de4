//! Running a program: its input, its limit of time, what it prints and its exit code.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What a finished process left: both streams and its exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub code: i32,
}

/// Runs `command` with `input` on its standard input. It is killed, and that is an error, after `limit`.
pub fn run(mut command: Command, input: Vec<u8>, limit: Duration) -> Result<Outcome> {
    let shown = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {shown}"))?;
    let mut stdin = child.stdin.take().context("no standard input")?;
    let mut stdout = child.stdout.take().context("no standard output")?;
    let mut stderr = child.stderr.take().context("no standard error")?;
    // Each stream has its thread: a full pipe must not stop the process.
    let writer = std::thread::spawn(move || {
        // A program may end without reading its input.
        let _ = stdin.write_all(&input);
    });
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).map(|_| bytes)
    });
    let errors = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).map(|_| bytes)
    });
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("{shown} still runs after {} s", limit.as_secs());
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    writer.join().expect("the writer does not panic");
    Ok(Outcome {
        stdout: reader.join().expect("the reader does not panic")?,
        stderr: errors.join().expect("the reader does not panic")?,
        code: status.code().unwrap_or(-1),
    })
}

/// Runs a tool in `folder`; anything but success is an error that shows what the tool said.
pub fn tool(mut command: Command, folder: &Path) -> Result<Outcome> {
    command.current_dir(folder);
    let shown = format!("{command:?}");
    let outcome = run(command, Vec::new(), Duration::from_secs(300))?;
    if outcome.code != 0 {
        bail!("{shown} in {} ends with {}:\n{}", folder.display(), outcome.code, String::from_utf8_lossy(&outcome.stderr));
    }
    Ok(outcome)
}
