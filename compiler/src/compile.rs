//! The pipeline: bytes and options in, bytes or one error out.
