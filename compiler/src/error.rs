//! The one error of the compiler: bytecode or options that it cannot translate.

use thiserror::Error;

/// It is small: what reads a file byte by byte gives a byte or an error each time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error("{} at byte {}: {}", .0.section, .0.offset, .0.message)]
    At(Box<Place>),
    #[error("{0}")]
    Other(Box<str>),
}

/// What is wrong where in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub section: String,
    pub offset: usize,
    pub message: String,
}

impl Error {
    pub fn at(section: &str, offset: usize, message: impl Into<String>) -> Self {
        Error::At(Box::new(Place { section: section.into(), offset, message: message.into() }))
    }
    pub fn other(message: impl Into<String>) -> Self {
        Error::Other(message.into().into())
    }
}

pub type Result<T> = std::result::Result<T, Error>;
