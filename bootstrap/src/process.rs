//! Child processes with a limit of time and memory, and what they took of both.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// What a stage may take; `None` is no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    pub seconds: Option<u64>,
    pub bytes: Option<u64>,
}

/// How a child process ended.
#[derive(Debug)]
pub struct Outcome {
    /// The exit status, or none if a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub milliseconds: u64,
    /// What it used of the processor, in the program and in the system.
    pub processor: Duration,
    /// The largest resident memory, as the system counted it.
    pub peak_bytes: u64,
}

/// Runs a command to its end with no standard input and both outputs in `log`; `tick` is called some times a
/// second with the time since the start.
pub fn run(mut command: Command, limits: Limits, log: &Path, tick: &mut dyn FnMut(Duration)) -> Result<Outcome> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = File::create(log).map_err(|reason| Error::io("write", log, reason))?;
    let errors = output.try_clone().map_err(|reason| Error::io("write", log, reason))?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    die_with_parent(&mut command);
    let start = Instant::now();
    let child = command.spawn().map_err(|reason| Error::Stage(format!("cannot start {program}: {reason}")))?;
    let pid = i32::try_from(child.id()).map_err(|_| Error::Stage("a process number is too large".into()))?;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(outcome) = wait(pid, start).map_err(|reason| Error::Stage(format!("{program}: {reason}")))? {
            return match limits.bytes {
                Some(limit) if outcome.peak_bytes > limit => Err(over_memory(&program, limit)),
                _ => Ok(outcome),
            };
        }
        let elapsed = start.elapsed();
        if let Some(limit) = limits.seconds.filter(|limit| elapsed >= Duration::from_secs(*limit)) {
            end(pid);
            return Err(Error::Limit(format!("{program} took longer than {limit} s")));
        }
        if let Some(limit) = limits.bytes.filter(|limit| resident_bytes(pid) > *limit) {
            end(pid);
            return Err(over_memory(&program, limit));
        }
        tick(elapsed);
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

fn over_memory(program: &str, limit: u64) -> Error {
    Error::Limit(format!("{program} took more memory than {} MiB", limit >> 20))
}

/// The outcome of a child that has ended, or none while it runs.
fn wait(pid: i32, start: Instant) -> io::Result<Option<Outcome>> {
    let mut status = 0;
    // SAFETY: an all-zero rusage is a valid value of that C structure.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live local variables; pid is our own child, which nobody else waits for.
    let ended = unsafe { libc::wait4(pid, &mut status, libc::WNOHANG, &mut usage) };
    match ended {
        0 => Ok(None),
        -1 => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(None),
            error => Err(error),
        },
        _ => Ok(Some(Outcome {
            code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
            signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
            milliseconds: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            processor: duration(usage.ru_utime) + duration(usage.ru_stime),
            // Linux and the BSDs count in KiB, macOS in bytes.
            peak_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0) * if cfg!(target_os = "macos") { 1 } else { 1024 },
        })),
    }
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0));
    seconds + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
}

/// Kills our child and waits for its end, so that it is gone when the error is reported.
fn end(pid: i32) {
    let mut status = 0;
    // SAFETY: pid is our own child, not yet waited for, so that the number cannot belong to another process.
    unsafe {
        libc::kill(pid, libc::SIGKILL);
        libc::waitpid(pid, &mut status, 0);
    }
}

/// The resident memory of a running process, where `/proc` tells it; 0 elsewhere (then only the end counts).
fn resident_bytes(pid: i32) -> u64 {
    let Ok(text) = std::fs::read_to_string(format!("/proc/{pid}/status")) else { return 0 };
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().split(' ').next()).and_then(|number| number.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// A stage must not outlive the run that started it (and write into the folder of the next one).
fn die_with_parent(command: &mut Command) {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        let parent = std::process::id();
        // SAFETY: prctl and getppid are async-signal-safe, and nothing is allocated.
        unsafe {
            command.pre_exec(move || {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                if u32::try_from(libc::getppid()) != Ok(parent) {
                    return Err(io::Error::from_raw_os_error(libc::ESRCH));
                }
                Ok(())
            });
        }
    }
    let _ = command;
}
