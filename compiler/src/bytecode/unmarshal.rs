//! The arena of unmarshalled values.

/// Index of a node in its arena.
pub type Node = u32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An integer of at most 31 bits.
    Int(i32),
    /// A wider one, in decimal.
    Wide(String),
    Block { tag: u8, fields: Vec<Node> },
    Str(Vec<u8>),
    /// Bits of the double, big-endian.
    Double([u8; 8]),
    DoubleArray(Vec<[u8; 8]>),
    Int32(String),
    Nativeint(String),
    /// Bits, big-endian.
    Int64([u8; 8]),
}

#[derive(Clone, Debug, Default)]
pub struct Arena {
    pub nodes: Vec<Value>,
}
