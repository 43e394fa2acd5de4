//! The one error of the compiler: bytecode or options that it cannot translate.

use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error("{section} at byte {offset}: {message}")]
    At { section: String, offset: usize, message: String },
    #[error("{0}")]
    Other(String),
}

impl Error {
    pub fn at(section: &str, offset: usize, message: impl Into<String>) -> Self {
        Error::At { section: section.into(), offset, message: message.into() }
    }
    pub fn other(message: impl Into<String>) -> Self {
        Error::Other(message.into())
    }
}

pub type Result<T> = std::result::Result<T, Error>;
