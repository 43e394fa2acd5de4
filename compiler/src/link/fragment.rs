//! The runtime's sections and their headers (ARCHITECTURE.md, section 4).

/// What calling a primitive may do: nothing outside, read state, change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    Const,
    Mutable,
    Mutator,
}
