//! Programs run through every stage and engine.
