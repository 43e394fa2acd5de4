//! The marshal format (OCaml's `runtime/caml/intext.h`, `runtime/intern.c`): bytes to an arena of values.
//! Nothing here recurses on the depth of a value, and nothing is allocated that the bytes left could not fill.

use crate::error::{Error, Result};

/// Index of a node in its arena.
pub type Node = u32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An integer of at most 31 bits.
    Int(i32),
    /// A wider one.
    Wide(i64),
    Block {
        tag: u8,
        fields: Vec<Node>,
    },
    Str(Vec<u8>),
    /// Bits of the double, big-endian.
    Double([u8; 8]),
    DoubleArray(Vec<[u8; 8]>),
    Int32(i32),
    Nativeint(i64),
    /// Bits, big-endian.
    Int64([u8; 8]),
}

#[derive(Clone, Debug, Default)]
pub struct Arena {
    pub nodes: Vec<Value>,
}

/// A position in one section of a file; errors name the section and the offset in it.
pub struct Reader<'a> {
    text: &'a [u8],
    pub pos: usize,
    pub section: &'a str,
}

/// One item of the marshal format: what stands between the boundaries of blocks.
pub enum Token<'a> {
    Int(i32),
    /// Any other integer.
    Wide(i64),
    /// A string.
    Text(&'a [u8]),
    /// A double or custom block.
    Leaf(Box<Value>),
    /// Tag and number of fields, which follow.
    Block(u8, usize),
    /// How many objects ago.
    Shared(usize),
}

/// `Int` where 31 bits hold it.
fn int<'a>(value: i64) -> Token<'a> {
    if (-0x4000_0000..0x4000_0000).contains(&value) { Token::Int(value as i32) } else { Token::Wide(value) }
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a [u8], section: &'a str) -> Self {
        Reader { text, pos: 0, section }
    }

    pub fn error(&self, offset: usize, message: impl Into<String>) -> Error {
        Error::at(self.section, offset, message)
    }

    pub fn left(&self) -> usize {
        self.text.len() - self.pos
    }

    /// The next `count` bytes.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        match self.text.get(self.pos..self.pos + count) {
            Some(bytes) => {
                self.pos += count;
                Ok(bytes)
            }
            None => Err(self.too_short(count)),
        }
    }

    #[cold]
    fn too_short(&self, count: usize) -> Error {
        self.error(self.pos, format!("ends too early: {count} bytes expected, {} left", self.left()))
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.take(N)?.first_chunk() {
            Some(bytes) => Ok(*bytes),
            None => Err(self.too_short(N)),
        }
    }

    #[inline]
    pub fn byte(&mut self) -> Result<u8> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    /// An unsigned big-endian number of `width` bytes that 30 bits hold.
    pub fn size(&mut self, width: usize) -> Result<usize> {
        let start = self.pos;
        let mut value = 0;
        for byte in self.take(width)? {
            if value >= 0x40_0000 {
                return Err(self.error(start, "size out of range"));
            }
            value = value * 256 + usize::from(*byte);
        }
        Ok(value)
    }

    fn int64(&mut self) -> Result<Token<'a>> {
        let start = self.pos;
        let value = i64::from_be_bytes(self.array()?);
        if !(-1 << 62..1 << 62).contains(&value) {
            return Err(self.error(start, "integer of more than 63 bits"));
        }
        Ok(int(value))
    }

    fn string(&mut self, width: usize) -> Result<Token<'a>> {
        let length = self.size(width)?;
        Ok(Token::Text(self.take(length)?))
    }

    fn double(&mut self, little: bool) -> Result<[u8; 8]> {
        let mut bits = self.array()?;
        if little {
            bits.reverse();
        }
        Ok(bits)
    }

    fn double_array(&mut self, width: usize, little: bool) -> Result<Token<'a>> {
        let start = self.pos;
        let length = self.size(width)?;
        if length > self.left() / 8 {
            return Err(self.error(start, format!("array of {length} doubles is longer than what is left")));
        }
        let mut items = Vec::with_capacity(length);
        for _ in 0..length {
            items.push(self.double(little)?);
        }
        Ok(Token::Leaf(Box::new(Value::DoubleArray(items))))
    }

    fn block(&mut self, width: usize) -> Result<Token<'a>> {
        let start = self.pos;
        let header = self.take(width)?;
        let tag = header[width - 1];
        let mut size = 0;
        for byte in &header[..width - 1] {
            if size >= 0x40_0000 {
                return Err(self.error(start, "size out of range"));
            }
            size = size * 256 + usize::from(*byte);
        }
        Ok(Token::Block(tag, size / 4))
    }

    /// `_i`, `_j` and `_n`: int32, int64, nativeint.
    fn custom(&mut self, with_sizes: bool) -> Result<Token<'a>> {
        let start = self.pos;
        let mut name = Vec::new();
        loop {
            let byte = self.byte()?;
            if byte == 0 {
                break;
            }
            name.push(byte);
        }
        if with_sizes {
            self.take(12)?;
        }
        match &name[..] {
            b"_i" => Ok(Token::Leaf(Box::new(Value::Int32(i32::from_be_bytes(self.array()?))))),
            b"_j" => Ok(Token::Leaf(Box::new(Value::Int64(self.array()?)))),
            b"_n" => match self.byte()? {
                1 => Ok(Token::Leaf(Box::new(Value::Nativeint(i32::from_be_bytes(self.array()?).into())))),
                2 => Ok(Token::Leaf(Box::new(Value::Nativeint(i64::from_be_bytes(self.array()?))))),
                _ => Err(self.error(start, "nativeint of unknown size")),
            },
            _ => Err(self.error(start, "custom block that is not an int32, int64 or nativeint")),
        }
    }

    /// The next item. Nearly all are of the few kinds that stand here: whoever walks over millions has them in the loop.
    #[inline(always)]
    pub fn token(&mut self) -> Result<Token<'a>> {
        let start = self.pos;
        let code = self.byte()?;
        match code {
            0x80..=0xFF => Ok(Token::Block(code & 15, usize::from(code >> 4) & 7)),
            0x40..=0x7F => Ok(Token::Int(i32::from(code & 63))),
            0x20..=0x3F => Ok(Token::Text(self.take(usize::from(code & 31))?)),
            0x00 => Ok(Token::Int(i32::from(self.byte()? as i8))),
            0x01 => Ok(Token::Int(i32::from(i16::from_be_bytes(self.array()?)))),
            0x04 => Ok(Token::Shared(usize::from(self.byte()?))),
            0x05 => Ok(Token::Shared(usize::from(u16::from_be_bytes(self.array()?)))),
            _ => self.long(start, code),
        }
    }

    /// An item of another kind, whose code stands at `start`.
    #[inline(never)]
    fn long(&mut self, start: usize, code: u8) -> Result<Token<'a>> {
        match code {
            0x02 => Ok(int(i32::from_be_bytes(self.array()?).into())),
            0x03 => self.int64(),
            0x06 => Ok(Token::Shared(self.size(4)?)),
            0x14 => Ok(Token::Shared(self.size(8)?)),
            0x08 => self.block(4),
            0x13 => self.block(8),
            0x09 => self.string(1),
            0x0A => self.string(4),
            0x15 => self.string(8),
            0x0B => Ok(Token::Leaf(Box::new(Value::Double(self.double(false)?)))),
            0x0C => Ok(Token::Leaf(Box::new(Value::Double(self.double(true)?)))),
            0x0D => self.double_array(1, false),
            0x0E => self.double_array(1, true),
            0x0F => self.double_array(4, false),
            0x07 => self.double_array(4, true),
            0x16 => self.double_array(8, false),
            0x17 => self.double_array(8, true),
            0x10 => Err(self.error(start, "code pointer in marshalled data")),
            0x11 => Err(self.error(start, "infix pointer in marshalled data")),
            0x12 => self.custom(false),
            0x18 => self.custom(true),
            0x19 => self.custom(false),
            _ => Err(self.error(start, format!("unknown code {code} in marshalled data"))),
        }
    }

    /// Reads the header of a marshalled value: where the value ends.
    pub fn header(&mut self) -> Result<usize> {
        let start = self.pos;
        let magic = self.array()?;
        let length = match magic {
            [0x84, 0x95, 0xA6, 0xBE] => {
                let length = self.size(4)?;
                self.take(12)?;
                length
            }
            [0x84, 0x95, 0xA6, 0xBF] => {
                self.take(4)?;
                let length = self.size(8)?;
                self.take(16)?;
                length
            }
            [0x84, 0x95, 0xA6, 0xBD] => return Err(self.error(start, "compressed marshalled data is not supported")),
            _ => return Err(self.error(start, "not marshalled data")),
        };
        if length > self.left() {
            return Err(self.error(start, "marshalled data is longer than what is left"));
        }
        Ok(self.pos + length)
    }
}

/// Reads one marshalled value into `arena`: its root.
pub fn read(reader: &mut Reader, arena: &mut Arena) -> Result<Node> {
    let stop = reader.header()?;
    let root = arena.nodes.len() as Node;
    let mut objects: Vec<Node> = Vec::new();
    // Blocks being filled: node, next field.
    let mut open: Vec<(Node, usize)> = Vec::new();
    // How many values are still to be read.
    let mut pending = 1;
    loop {
        let start = reader.pos;
        let token = reader.token()?;
        pending -= 1;
        let node = arena.nodes.len() as Node;
        let mut size = 0;
        let value = match token {
            Token::Int(value) => {
                arena.nodes.push(Value::Int(value));
                node
            }
            Token::Wide(value) => {
                arena.nodes.push(Value::Wide(value));
                node
            }
            Token::Text(text) => {
                objects.push(node);
                arena.nodes.push(Value::Str(text.to_vec()));
                node
            }
            Token::Leaf(value) => {
                objects.push(node);
                arena.nodes.push(*value);
                node
            }
            Token::Block(tag, fields) => {
                if fields > 0 {
                    objects.push(node);
                }
                size = fields;
                pending += size;
                if pending > reader.left() {
                    return Err(reader.error(start, "block is longer than what is left"));
                }
                arena.nodes.push(Value::Block { tag, fields: vec![0; size] });
                node
            }
            Token::Shared(ago) => {
                if ago == 0 || ago > objects.len() {
                    return Err(reader.error(start, "reference to an object that does not exist"));
                }
                objects[objects.len() - ago]
            }
        };
        if let Some((parent, next)) = open.pop()
            && let Value::Block { fields, .. } = &mut arena.nodes[parent as usize]
        {
            fields[next] = value;
            if next + 1 < fields.len() {
                open.push((parent, next + 1));
            }
        }
        if size > 0 {
            open.push((node, 0));
        }
        if pending == 0 {
            break;
        }
    }
    if reader.pos != stop {
        return Err(reader.error(reader.pos, "marshalled data does not end where its header says"));
    }
    Ok(root)
}
