//! Debugging events (section DBUG; OCaml's `bytecomp/instruct.mli`, `typing/ident.ml`): for a position in the
//! code the enclosing definition, the source line and the names of variables.
//! A unit's events are marshalled with their typing environments, which are most of it: the stream is walked
//! once, and only what is asked for becomes values.

use crate::bytecode::container::Image;
use crate::bytecode::unmarshal::{Node, Reader, Token};
use crate::error::{Error, Result};
use crate::ir::program::Location;

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
    unit: Node,
    definition: Node,
    /// `Location.t`
    location: Node,
    file: Node,
    line: i32,
    /// Stands at the start of a function, after its GRAB.
    function: bool,
    /// `compilation_env`.
    env: Node,
    stack_size: i32,
}

/// A value of an event. There are millions: strings stay where they are, and the fields of all blocks are in one list.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Int(i32),
    /// Where in the section, how long.
    Str(u32, u32),
    /// Tag, its first field, how many.
    Block(u8, u32, u32),
    /// What no event is asked for.
    Other,
}

#[derive(Clone, Debug, Default)]
struct Items {
    nodes: Vec<Item>,
    fields: Vec<Node>,
}

/// What the events of a program say.
#[derive(Clone, Debug, Default)]
pub struct Debug<'a> {
    section: &'a [u8],
    items: Items,
    /// By ascending pc; a function's event before others of the same pc.
    events: Vec<Event>,
    /// Of each pc, how many events come before it.
    before: Vec<u32>,
}

/// An object that was walked over: where it begins, and its node plus one if it was loaded.
struct Object {
    start: u32,
    loaded: Node,
}

/// One unit's stream of events.
struct Stream<'a> {
    reader: Reader<'a>,
    objects: Vec<Object>,
    /// Limit of nodes.
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

impl Items {
    fn fields(&self, node: Node) -> &[Node] {
        match self.nodes[node as usize] {
            Item::Block(_, first, size) => &self.fields[first as usize..(first + size) as usize],
            _ => &[],
        }
    }

    fn int(&self, node: Node) -> Option<i32> {
        match self.nodes[node as usize] {
            Item::Int(value) => Some(value),
            _ => None,
        }
    }
}

impl Stream<'_> {
    fn add_object(&mut self, start: usize) {
        self.objects.push(Object { start: start as u32, loaded: 0 });
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

    /// The object at `at` has become `node`. One that was not walked over is inside a reference to a block
    /// around it.
    fn note(&mut self, at: usize, before: &mut usize, node: Node) -> Result<()> {
        let Some(object) = self.objects.get_mut(*before) else {
            return Err(self.reader.error(at, "reference to an object that is not complete"));
        };
        object.loaded = node + 1;
        *before += 1;
        Ok(())
    }

    /// The value at `pos`, before which `before` objects begin, as a node. It was walked over before.
    fn load(&mut self, items: &mut Items, pos: usize, before: usize) -> Result<Node> {
        let resume = self.reader.pos;
        let mut frames: Vec<Frame> = Vec::new();
        let mut at = pos;
        let mut before = before;
        let mut nested = true;
        let mut root = 0;
        loop {
            // One value at `at`; `nested` tells that the open block goes on after it.
            self.reader.pos = at;
            let node = items.nodes.len() as Node;
            if items.nodes.len() > self.limit {
                return Err(self.reader.error(at, "more shared data than debugging events have"));
            }
            let mut size = 0;
            let value = match self.reader.token()? {
                Token::Int(n) => {
                    items.nodes.push(Item::Int(n));
                    node
                }
                Token::Wide(_) => {
                    items.nodes.push(Item::Other);
                    node
                }
                Token::Text(text) => {
                    items.nodes.push(Item::Str((self.reader.pos - text.len()) as u32, text.len() as u32));
                    self.note(at, &mut before, node)?;
                    node
                }
                Token::Leaf(_) => {
                    items.nodes.push(Item::Other);
                    self.note(at, &mut before, node)?;
                    node
                }
                Token::Block(tag, fields) => {
                    size = fields;
                    if size > 0 {
                        self.note(at, &mut before, node)?;
                    }
                    let first = items.fields.len();
                    items.nodes.push(Item::Block(tag, first as u32, size as u32));
                    items.fields.resize(first + size, 0);
                    node
                }
                Token::Shared(ago) => {
                    if ago == 0 || ago > before {
                        return Err(self.reader.error(at, "reference to an object that does not exist"));
                    }
                    let number = before - ago;
                    let object = &self.objects[number];
                    if object.loaded == 0 {
                        if let (Some(frame), true) = (frames.last_mut(), nested) {
                            frame.pos = self.reader.pos;
                            frame.before = before;
                        }
                        at = object.start as usize;
                        before = number;
                        nested = false;
                        continue;
                    }
                    object.loaded - 1
                }
            };
            match frames.last_mut() {
                None => root = value,
                Some(frame) => {
                    items.fields[frame.next] = value;
                    frame.next += 1;
                    if nested && size == 0 {
                        frame.pos = self.reader.pos;
                        frame.before = before;
                    }
                }
            }
            if size > 0 {
                let end = items.fields.len();
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

fn int_of(items: &Items, node: Node, offset: usize) -> Result<i32> {
    items.int(node).map_or_else(|| damaged(offset), Ok)
}

fn field(items: &Items, node: Node, index: usize, offset: usize) -> Result<Node> {
    items.fields(node).get(index).copied().map_or_else(|| damaged(offset), Ok)
}

fn check_string(items: &Items, node: Node, offset: usize) -> Result<()> {
    match items.nodes[node as usize] {
        Item::Str(..) => Ok(()),
        _ => damaged(offset),
    }
}

/// Reads one event; `base` is where its unit's code begins, in bytes.
fn read_event(stream: &mut Stream, items: &mut Items, base: usize, words: usize) -> Result<Event> {
    let start = stream.reader.pos;
    stream.enter(FIELDS, "debugging event")?;
    let mut nodes = [0; FIELDS];
    for (index, node) in nodes.iter_mut().enumerate() {
        let pos = stream.reader.pos;
        let before = stream.objects.len();
        stream.skip()?;
        if matches!(index, POS | MODULE | LOC | DEFNAME | INFO | COMPENV | STACKSIZE) {
            *node = stream.load(items, pos, before)?;
        }
    }
    let position = int_of(items, nodes[POS], start)?;
    if position < 0 || position % 4 != 0 || base / 4 + position as usize / 4 > words {
        return Err(Error::at(SECTION, start, "event outside the code"));
    }
    let place = field(items, nodes[LOC], 0, start)?;
    let event = Event {
        pc: base / 4 + position as usize / 4,
        unit: nodes[MODULE],
        definition: nodes[DEFNAME],
        location: nodes[LOC],
        file: field(items, place, 0, start)?,
        line: int_of(items, field(items, place, 1, start)?, start)?,
        function: items.nodes[nodes[INFO] as usize] == Item::Int(0),
        env: nodes[COMPENV],
        stack_size: int_of(items, nodes[STACKSIZE], start)?,
    };
    check_string(items, event.unit, start)?;
    check_string(items, event.definition, start)?;
    check_string(items, event.file, start)?;
    field(items, event.env, 1, start)?;
    Ok(event)
}

/// Reads the section: how many units, and for each where its code begins, its events and its directories.
pub fn run<'a>(image: &Image<'a>) -> Result<Debug<'a>> {
    let mut debug = Debug { section: image.debug, ..Debug::default() };
    if image.debug.is_empty() {
        return Ok(debug);
    }
    let limit = image.debug.len();
    // A little more than what the events of ocamlc take for each byte: it is expensive to move lists of this size.
    debug.items.nodes.reserve(limit / 6);
    debug.items.fields.reserve(limit / 6);
    debug.events.reserve(limit / 150);
    let mut stream = Stream { reader: Reader::new(image.debug, SECTION), objects: Vec::new(), limit };
    let units = stream.reader.size(4)?;
    for _ in 0..units {
        let base = stream.reader.size(4)?;
        let stop = stream.reader.header()?;
        stream.objects.clear();
        loop {
            let start = stream.reader.pos;
            match stream.reader.token()? {
                Token::Int(0) => break,
                Token::Block(0, 2) => stream.add_object(start),
                _ => return Err(stream.reader.error(start, "list of debugging events expected")),
            }
            let event = read_event(&mut stream, &mut debug.items, base, image.code.len())?;
            debug.events.push(event);
        }
        let reader = &mut stream.reader;
        if reader.pos != stop {
            return Err(reader.error(reader.pos, "marshalled data does not end where its header says"));
        }
        let stop = reader.header()?;
        reader.take(stop - reader.pos)?;
    }
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

    fn bytes(&self, node: Node) -> &[u8] {
        match self.items.nodes[node as usize] {
            Item::Str(start, length) => &self.section[start as usize..(start + length) as usize],
            _ => &[],
        }
    }

    fn text(&self, node: Node) -> String {
        crate::bytecode::sections::printable(self.bytes(node))
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
        let [start, end, ..] = self.items.fields(event.location) else { return None };
        let [_, _, bol, from] = self.items.fields(*start) else { return None };
        let [_, line, end_bol, to] = self.items.fields(*end) else { return None };
        let (bol, to) = (self.items.int(*bol)?, self.items.int(*to)?);
        Some(Location {
            file: self.bytes(event.file).to_vec(),
            definition: self.bytes(event.definition).to_vec(),
            line: event.line,
            start: self.items.int(*from)? - bol,
            end: to - bol,
            end_line: self.items.int(*line)?,
            end_char: to - self.items.int(*end_bol)?,
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

    /// Visits the entries of an `Ident.tbl` (nodes: left, entry, right, height; entries: identifier, value, the one it shadows):
    /// value and name.
    fn entries(&self, table: Node, visit: &mut dyn FnMut(Node, Node)) {
        let mut todo = vec![table];
        let mut visits = 0;
        while let Some(node) = todo.pop() {
            visits += 1;
            if visits > self.items.nodes.len() {
                break;
            }
            match *self.items.fields(node) {
                [left, entry, right, _] => todo.extend([right, entry, left]),
                [name, value, shadowed] => {
                    if let Some(name) = self.items.fields(name).first() {
                        visit(value, *name);
                    }
                    todo.push(shadowed);
                }
                [node] => todo.push(node),
                _ => (),
            }
        }
    }

    /// Variables on the stack at the event at `pc`: what ACC takes, if it is `wanted`, and the name; by ascending place.
    pub fn stack_names(&self, pc: usize, wanted: &dyn Fn(usize) -> bool) -> Vec<(usize, String)> {
        let mut names = Vec::new();
        if let Some(event) = self.find(pc) {
            self.entries(self.items.fields(event.env)[0], &mut |value, name| {
                if let Some(position) = self.items.int(value)
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
