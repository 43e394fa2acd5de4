//! Debugging events (section DBUG; OCaml's `bytecomp/instruct.mli`, `typing/ident.ml`): for a position in the
//! code the enclosing definition, the source line and the names of variables.
//! A unit's events are marshalled with their typing environments, which are most of it: the stream is walked
//! once, and only what is asked for becomes values.

use crate::bytecode::container::Image;
use crate::bytecode::unmarshal::{Reader, Token};
use crate::error::{Error, Result};
use crate::ir::program::Location;
use crate::parallel;

const SECTION: &str = "DBUG";

/// Fields of OCaml's `debug_event`.
const FIELDS: usize = 11;
const POS: usize = 0;
const MODULE: usize = 1;
const LOC: usize = 2;
const DEFNAME: usize = 4;
const INFO: usize = 5;
const COMPENV: usize = 8;
const STACKSIZE: usize = 9;

#[derive(Clone, Debug)]
struct Event {
    pc: usize,
    /// The number of its unit's blocks, in which all that it has is.
    unit: u32,
    definition: Item,
    /// `Location.t`
    location: Item,
    file: Item,
    line: i32,
    /// Stands at the start of a function, after its GRAB.
    function: bool,
    /// `compilation_env`.
    env: Item,
    stack_size: i32,
}

/// A value of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Value {
    Int(i32),
    /// Where it begins in the section.
    Text(usize),
    /// Where its fields begin among those of its unit; their number stands before them.
    Block(usize),
    /// What no event is asked for, or nothing yet.
    Other,
}

/// A value in one word, as there are millions: an int of 31 bits above a 1, or a place of 30 bits (`Reader::size` refuses longer
/// sections) above the two bits that say of what.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Item(u32);

const TEXT: u32 = 0;
const BLOCK: u32 = 2;

impl Item {
    const NONE: Item = Item(u32::MAX << 2 | BLOCK);
    const OTHER: Item = Item(u32::MAX << 2 | TEXT);

    fn int(value: i32) -> Item {
        Item((value as u32) << 1 | 1)
    }

    /// `kind` is `TEXT` or `BLOCK`.
    fn at(place: usize, kind: u32) -> Item {
        Item((place as u32) << 2 | kind)
    }

    fn value(self) -> Value {
        let place = (self.0 >> 2) as usize;
        match self {
            Item::NONE | Item::OTHER => Value::Other,
            _ if self.0 & 1 == 1 => Value::Int(self.0 as i32 >> 1),
            _ if self.0 & 3 == TEXT => Value::Text(place),
            _ => Value::Block(place),
        }
    }
}

/// The blocks of a unit: of each the number of its fields, then the fields.
#[derive(Clone, Debug, Default)]
struct Blocks(Vec<Item>);

/// What the events of a program say.
#[derive(Clone, Debug, Default)]
pub struct Debug<'a> {
    section: &'a [u8],
    /// Of each unit.
    blocks: Vec<Blocks>,
    /// By ascending pc; a function's event before others of the same pc.
    events: Vec<Event>,
    /// Of each pc, how many events come before it.
    before: Vec<u32>,
}

/// An object that was walked over: where it begins, and what it is if it was loaded.
struct Object {
    start: u32,
    loaded: Item,
}

/// One unit's stream of events.
struct Stream<'a> {
    reader: Reader<'a>,
    objects: Vec<Object>,
    /// How many values were loaded, and the limit of that.
    loaded: usize,
    limit: usize,
}

/// A block being loaded: which of all fields is its next one, and where they end.
struct Frame {
    next: usize,
    end: usize,
    /// Where its next field is, and how many objects begin before that.
    pos: usize,
    before: usize,
    /// Stands inside the block below it, which goes on where this one ends.
    nested: bool,
}

impl Blocks {
    fn fields(&self, item: Item) -> &[Item] {
        match item.value() {
            Value::Block(first) => &self.0[first..first + int(self.0[first - 1]).unwrap_or(0) as usize],
            _ => &[],
        }
    }
}

/// The integer that it is.
fn int(item: Item) -> Option<i32> {
    if let Value::Int(value) = item.value() { Some(value) } else { None }
}

impl Stream<'_> {
    fn add_object(&mut self, start: usize) {
        self.objects.push(Object { start: start as u32, loaded: Item::NONE });
    }

    /// Walks over one value.
    fn skip(&mut self) -> Result<()> {
        let mut pending = 1;
        while pending > 0 {
            let start = self.reader.pos;
            pending -= 1;
            match self.reader.token()? {
                Token::Text(_) | Token::Leaf(_) => self.add_object(start),
                Token::Block(_, size) => {
                    if size > 0 {
                        self.add_object(start);
                    }
                    pending += size;
                    if pending > self.reader.left() {
                        return Err(self.reader.error(start, "block is longer than what is left"));
                    }
                }
                Token::Int(_) | Token::Wide(_) | Token::Shared(_) => (),
            }
        }
        Ok(())
    }

    /// Enters a block of `size` fields.
    fn enter(&mut self, size: usize, what: &str) -> Result<()> {
        let start = self.reader.pos;
        match self.reader.token()? {
            Token::Block(0, fields) if fields == size => {
                self.add_object(start);
                Ok(())
            }
            _ => Err(self.reader.error(start, format!("{what} expected"))),
        }
    }

    /// The object at `at` has become `item`. One that was not walked over is inside a reference to a block
    /// around it.
    fn note(&mut self, at: usize, before: &mut usize, item: Item) -> Result<()> {
        let Some(object) = self.objects.get_mut(*before) else {
            return Err(self.reader.error(at, "reference to an object that is not complete"));
        };
        object.loaded = item;
        *before += 1;
        Ok(())
    }

    /// The value at `pos`, before which `before` objects begin. It was walked over before.
    fn load(&mut self, blocks: &mut Blocks, pos: usize, before: usize) -> Result<Item> {
        let resume = self.reader.pos;
        let mut frames: Vec<Frame> = Vec::new();
        let mut at = pos;
        let mut before = before;
        let mut nested = true;
        let mut root = Item::NONE;
        loop {
            // One value at `at`; `nested` tells that the open block goes on after it.
            self.reader.pos = at;
            if self.loaded > self.limit {
                return Err(self.reader.error(at, "more shared data than debugging events have"));
            }
            let mut size = 0;
            let token = self.reader.token()?;
            self.loaded += usize::from(!matches!(token, Token::Shared(_)));
            let value = match token {
                Token::Int(n) => Item::int(n),
                Token::Wide(_) => Item::OTHER,
                Token::Text(_) => {
                    let text = Item::at(at, TEXT);
                    self.note(at, &mut before, text)?;
                    text
                }
                Token::Leaf(_) => {
                    self.note(at, &mut before, Item::OTHER)?;
                    Item::OTHER
                }
                Token::Block(_, fields) => {
                    size = fields;
                    let block = Item::at(blocks.0.len() + 1, BLOCK);
                    if size > 0 {
                        self.note(at, &mut before, block)?;
                    }
                    blocks.0.push(Item::int(size as i32));
                    blocks.0.resize(blocks.0.len() + size, Item::NONE);
                    block
                }
                Token::Shared(ago) => {
                    if ago == 0 || ago > before {
                        return Err(self.reader.error(at, "reference to an object that does not exist"));
                    }
                    let number = before - ago;
                    let object = &self.objects[number];
                    if object.loaded == Item::NONE {
                        if let (Some(frame), true) = (frames.last_mut(), nested) {
                            frame.pos = self.reader.pos;
                            frame.before = before;
                        }
                        at = object.start as usize;
                        before = number;
                        nested = false;
                        continue;
                    }
                    object.loaded
                }
            };
            match frames.last_mut() {
                None => root = value,
                Some(frame) => {
                    blocks.0[frame.next] = value;
                    frame.next += 1;
                    if nested && size == 0 {
                        frame.pos = self.reader.pos;
                        frame.before = before;
                    }
                }
            }
            if size > 0 {
                let end = blocks.0.len();
                frames.push(Frame { next: end - size, end, pos: self.reader.pos, before, nested });
            }
            while let Some(frame) = frames.last() {
                if frame.next < frame.end {
                    break;
                }
                let (pos, before, nested) = (frame.pos, frame.before, frame.nested);
                frames.pop();
                if let (Some(below), true) = (frames.last_mut(), nested) {
                    below.pos = pos;
                    below.before = before;
                }
            }
            match frames.last() {
                None => break,
                Some(frame) => {
                    at = frame.pos;
                    before = frame.before;
                    nested = true;
                }
            }
        }
        self.reader.pos = resume;
        Ok(root)
    }
}

fn damaged<T>(offset: usize) -> Result<T> {
    Err(Error::at(SECTION, offset, "not a debugging event"))
}

fn int_of(item: Item, offset: usize) -> Result<i32> {
    int(item).map_or_else(|| damaged(offset), Ok)
}

fn field(blocks: &Blocks, item: Item, index: usize, offset: usize) -> Result<Item> {
    blocks.fields(item).get(index).copied().map_or_else(|| damaged(offset), Ok)
}

fn check_string(item: Item, offset: usize) -> Result<()> {
    if matches!(item.value(), Value::Text(_)) { Ok(()) } else { damaged(offset) }
}

/// Reads one event of a unit.
fn read_event(stream: &mut Stream, blocks: &mut Blocks, unit: &Unit, words: usize) -> Result<Event> {
    let start = stream.reader.pos;
    stream.enter(FIELDS, "debugging event")?;
    let mut items = [Item::NONE; FIELDS];
    for (index, item) in items.iter_mut().enumerate() {
        let pos = stream.reader.pos;
        let before = stream.objects.len();
        stream.skip()?;
        if matches!(index, POS | MODULE | LOC | DEFNAME | INFO | COMPENV | STACKSIZE) {
            *item = stream.load(blocks, pos, before)?;
        }
    }
    let position = int_of(items[POS], start)?;
    if position < 0 || position % 4 != 0 || unit.base / 4 + position as usize / 4 > words {
        return Err(Error::at(SECTION, start, "event outside the code"));
    }
    let place = field(blocks, items[LOC], 0, start)?;
    let event = Event {
        pc: unit.base / 4 + position as usize / 4,
        unit: unit.number,
        definition: items[DEFNAME],
        location: items[LOC],
        file: field(blocks, place, 0, start)?,
        line: int_of(field(blocks, place, 1, start)?, start)?,
        function: items[INFO] == Item::int(0),
        env: items[COMPENV],
        stack_size: int_of(items[STACKSIZE], start)?,
    };
    check_string(items[MODULE], start)?;
    check_string(event.definition, start)?;
    check_string(event.file, start)?;
    field(blocks, event.env, 1, start)?;
    Ok(event)
}

/// A unit's part of the section.
struct Unit {
    number: u32,
    /// Where its code begins, in bytes.
    base: usize,
    /// Where its events are, and where they end.
    start: usize,
    stop: usize,
}

/// The units up to the one that is damaged: how many, and for each where its code begins, its events and its directories.
fn units(reader: &mut Reader, units: &mut Vec<Unit>) -> Result<()> {
    for number in 0..reader.size(4)? {
        let base = reader.size(4)?;
        let stop = reader.header()?;
        units.push(Unit { number: number as u32, base, start: reader.pos, stop });
        reader.pos = stop;
        let stop = reader.header()?;
        reader.take(stop - reader.pos)?;
    }
    Ok(())
}

/// Reads a unit's events.
fn read_unit(section: &[u8], unit: &Unit, words: usize) -> Result<(Blocks, Vec<Event>)> {
    let limit = unit.stop - unit.start;
    let mut stream = Stream { reader: Reader::new(section, SECTION), objects: Vec::new(), loaded: 0, limit };
    stream.reader.pos = unit.start;
    let mut blocks = Blocks::default();
    let mut events = Vec::new();
    // More than what the events of ocamlc take for each byte: it is expensive to move lists of this size.
    blocks.0.reserve(limit / 4);
    stream.objects.reserve(limit / 5);
    loop {
        let start = stream.reader.pos;
        match stream.reader.token()? {
            Token::Int(0) => break,
            Token::Block(0, 2) => stream.add_object(start),
            _ => return Err(stream.reader.error(start, "list of debugging events expected")),
        }
        events.push(read_event(&mut stream, &mut blocks, unit, words)?);
    }
    let reader = &stream.reader;
    if reader.pos != unit.stop {
        return Err(reader.error(reader.pos, "marshalled data does not end where its header says"));
    }
    Ok((blocks, events))
}

/// Reads the section.
pub fn run<'a>(image: &Image<'a>) -> Result<Debug<'a>> {
    let section = image.debug;
    let mut debug = Debug { section, ..Debug::default() };
    if section.is_empty() {
        return Ok(debug);
    }
    let mut list = Vec::new();
    let complete = units(&mut Reader::new(section, SECTION), &mut list);
    let read = parallel::map(list.iter(), |unit| read_unit(section, unit, image.code.len()));
    for unit in read {
        let (blocks, mut events) = unit?;
        debug.blocks.push(blocks);
        debug.events.append(&mut events);
    }
    complete?;
    debug.events.sort_by_key(|event| (event.pc, !event.function));
    for (number, event) in debug.events.iter().enumerate() {
        debug.before.resize(event.pc + 1, number as u32);
    }
    Ok(debug)
}

impl Debug<'_> {
    /// The events from `pc` on.
    fn from(&self, pc: usize) -> &[Event] {
        let before = self.before.get(pc).map_or(self.events.len(), |before| *before as usize);
        &self.events[before..]
    }

    /// The first event at `pc`.
    fn find(&self, pc: usize) -> Option<&Event> {
        self.from(pc).first().filter(|event| event.pc == pc)
    }

    fn blocks(&self, event: &Event) -> &Blocks {
        &self.blocks[event.unit as usize]
    }

    fn bytes(&self, item: Item) -> &[u8] {
        let Value::Text(start) = item.value() else { return &[] };
        let mut reader = Reader::new(self.section, SECTION);
        reader.pos = start;
        if let Ok(Token::Text(text)) = reader.token() { text } else { &[] }
    }

    fn text(&self, item: Item) -> String {
        crate::bytecode::sections::printable(self.bytes(item))
    }

    /// The definition whose code begins at `pc` (after a GRAB), such as `List.map` or `Stdlib.(@)`.
    pub fn function_name(&self, pc: usize) -> Option<String> {
        self.find(pc).filter(|event| event.function).map(|event| self.text(event.definition))
    }

    /// File and line of the event at `pc`.
    pub fn line(&self, pc: usize) -> Option<(String, i32)> {
        self.find(pc).map(|event| (self.text(event.file), event.line))
    }

    fn range(&self, event: &Event) -> Option<Location> {
        let blocks = self.blocks(event);
        let [start, end, ..] = blocks.fields(event.location) else { return None };
        let [_, _, bol, from] = blocks.fields(*start) else { return None };
        let [_, line, end_bol, to] = blocks.fields(*end) else { return None };
        let (bol, to) = (int(*bol)?, int(*to)?);
        Some(Location {
            file: self.bytes(event.file).to_vec(),
            definition: self.bytes(event.definition).to_vec(),
            line: event.line,
            start: int(*from)? - bol,
            end: to - bol,
            end_line: int(*line)?,
            end_char: to - int(*end_bol)?,
        })
    }

    /// The range of the source that a backtrace gives for the return address `pc`, as `runtime/backtrace_byt.c` finds it: of
    /// several events there the last, else the first of those one word on, where ocamlc may have moved it past a PUSH.
    pub fn location(&self, pc: usize) -> Option<Location> {
        let at = |pc: usize| {
            let events = self.from(pc).iter().take_while(move |event| event.pc == pc);
            let mut found: Vec<Location> = events.filter_map(|event| self.range(event)).collect();
            found.sort_by_key(|l| (l.line, l.start, l.end));
            found
        };
        at(pc).pop().or_else(|| at(pc + 1).into_iter().next())
    }

    /// Visits the entries of the `Ident.tbl` of an event (its nodes: left, entry, right, height; entries: identifier, value, the one it
    /// shadows): value and name.
    fn entries(&self, event: &Event, visit: &mut dyn FnMut(Item, Item)) {
        let blocks = self.blocks(event);
        let mut todo = vec![blocks.fields(event.env)[0]];
        let mut visits = 0;
        while let Some(item) = todo.pop() {
            visits += 1;
            if visits > blocks.0.len() {
                break;
            }
            match *blocks.fields(item) {
                [left, entry, right, _] => todo.extend([right, entry, left]),
                [name, value, shadowed] => {
                    if let Some(name) = blocks.fields(name).first() {
                        visit(value, *name);
                    }
                    todo.push(shadowed);
                }
                [item] => todo.push(item),
                _ => (),
            }
        }
    }

    /// Variables on the stack at the event at `pc`: what ACC takes, if it is `wanted`, and the name; by ascending place.
    pub fn stack_names(&self, pc: usize, wanted: &dyn Fn(usize) -> bool) -> Vec<(usize, String)> {
        let mut names = Vec::new();
        if let Some(event) = self.find(pc) {
            self.entries(event, &mut |value, name| {
                if let Some(position) = int(value)
                    && position <= event.stack_size
                    && position >= 0
                {
                    let place = (event.stack_size - position) as usize;
                    if wanted(place) {
                        names.push((place, self.text(name)));
                    }
                }
            });
        }
        names.sort();
        names
    }
}
