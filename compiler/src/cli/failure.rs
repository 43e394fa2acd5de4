//! How a command fails: what went wrong with which file, and the exit code that says so.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// The translation was refused: bad bytecode, or a primitive that the runtime does not provide.
pub const REFUSED: u8 = 4;
/// A file could not be read or written.
pub const IO: u8 = 6;

pub struct Failure {
    code: u8,
    file: String,
    message: String,
}

impl Failure {
    pub fn refused(file: &str, error: impl Display) -> Self {
        Failure { code: REFUSED, file: file.into(), message: error.to_string() }
    }

    pub fn io(file: &str, error: &io::Error) -> Self {
        // The system's words, without Rust's " (os error 2)".
        let text = error.to_string();
        let message = text.split(" (os error").next().unwrap_or("").to_string();
        Failure { code: IO, file: file.into(), message }
    }

    /// The one line on standard error; the result is the exit status.
    pub fn report(&self) -> ExitCode {
        warn(&format!("{}: {}", self.file, self.message));
        ExitCode::from(self.code)
    }
}

/// A line on standard error, if there is still someone to read it.
pub fn warn(message: &str) {
    use io::Write;
    let _ = writeln!(io::stderr(), "lua_of_ocaml: {message}");
}
