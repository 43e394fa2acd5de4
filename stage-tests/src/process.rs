//! Running a program: its input, its limit of time, what it prints and its exit code.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

/// What a finished process left: both streams and its exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub code: i32,
}

/// What a process reads on its standard input: bytes through a pipe, or a file (`/dev/null` too).
pub enum Input {
    Bytes(Vec<u8>),
    File(File),
}

impl From<Vec<u8>> for Input {
    fn from(bytes: Vec<u8>) -> Input {
        Input::Bytes(bytes)
    }
}

/// Runs `command` with `input` on its standard input. It is killed, and that is an error, after `limit`. What it started and
/// left running is killed in either case: nothing else could close the pipes.
pub fn run(mut command: Command, input: impl Into<Input>, limit: Duration) -> Result<Outcome> {
    let shown = format!("{command:?}");
    let (stdin, bytes) = match input.into() {
        Input::Bytes(bytes) => (Stdio::piped(), bytes),
        Input::File(file) => (file.into(), Vec::new()),
    };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().with_context(|| format!("cannot start {shown}"))?;
    let stdin = child.stdin.take();
    let mut stdout = child.stdout.take().context("no standard output")?;
    let mut stderr = child.stderr.take().context("no standard error")?;
    // Each stream has its thread: a full pipe must not stop the process.
    let writer = std::thread::spawn(move || {
        // A program may end without reading its input.
        let _ = stdin.map(|mut pipe| pipe.write_all(&bytes));
    });
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).map(|_| bytes)
    });
    let errors = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).map(|_| bytes)
    });
    let group = -i32::try_from(child.id()).context("a process number is too large")?;
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if start.elapsed() > limit {
            break None;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    // SAFETY: a signal to the group of our own child; where nothing of it is left, the call fails and does nothing.
    unsafe { libc::kill(group, libc::SIGKILL) };
    let Some(status) = status else {
        child.wait()?;
        return Err(anyhow!("still runs after {} s", limit.as_secs()).context(shown));
    };
    writer.join().expect("the writer does not panic");
    Ok(Outcome {
        stdout: reader.join().expect("the reader does not panic")?,
        stderr: errors.join().expect("the reader does not panic")?,
        // As a shell shows the end by a signal.
        code: status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1),
    })
}

/// Lets a command take so many seconds of the processor, however many others want it. The signal that ends it then is `OUT_OF_TIME`
/// as an exit code.
pub fn limit_processor_time(command: &mut Command, seconds: u64) {
    let limit = libc::rlimit { rlim_cur: seconds, rlim_max: seconds + 1 };
    // SAFETY: setrlimit is async-signal-safe, and nothing is allocated.
    unsafe {
        command.pre_exec(move || match libc::setrlimit(libc::RLIMIT_CPU, &limit) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
}

/// The exit code of a command that took more than its time of the processor.
pub const OUT_OF_TIME: i32 = 128 + libc::SIGXCPU;

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
