//! The one error of the command, and the exit status that each kind of it has.

use std::fmt::Display;
use std::path::Path;

use thiserror::Error;

/// Why a command did not end with status 0.
#[derive(Debug, Error)]
pub enum Error {
    /// An equality that was asked for does not hold.
    #[error("{0}")]
    Differ(String),
    /// The command line asks for something that cannot be done.
    #[error("{0}")]
    Usage(String),
    /// A compiler or an engine failed, or is not there.
    #[error("{0}")]
    Stage(String),
    /// A seed or a manifest is not what its hash says.
    #[error("{0}")]
    Hash(String),
    /// A limit of time or memory was reached.
    #[error("{0}")]
    Limit(String),
    /// A file could not be read or written.
    #[error("{0}")]
    Io(String),
}

impl Error {
    /// The exit status; 0 is kept for "everything that was asked for holds".
    pub fn code(&self) -> u8 {
        match self {
            Error::Differ(_) => 1,
            Error::Usage(_) => 2,
            Error::Stage(_) => 3,
            Error::Hash(_) => 4,
            Error::Limit(_) => 5,
            Error::Io(_) => 6,
        }
    }

    /// What could not be done with which file, and the system's reason.
    pub fn io(action: &str, path: &Path, reason: impl Display) -> Self {
        Error::Io(format!("cannot {action} {}: {reason}", path.display()))
    }
}

pub type Result<T> = std::result::Result<T, Error>;
