//! The two compilers.
