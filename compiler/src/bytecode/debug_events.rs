//! Debugging events (section DBUG; OCaml's `bytecomp/instruct.mli`, `typing/ident.ml`): for a position in the
//! code the enclosing definition, the source line and the names of variables.
//! A unit's events are marshalled with their typing environments, which are most of it: the stream is walked
//! once, and only what is asked for becomes values.

use crate::bytecode::container::Image;
use crate::bytecode::unmarshal::{Node, Reader, Token};
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
/// Bytes of the section that take as long as a function takes a pass.
const BYTES: usize = 200;

#[derive(Clone, Debug)]
struct Event {
    pc: usize,
    /// The number of its unit's items, in which all the nodes are.
    unit: u32,
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

/// A value of an event. There are millions: strings stay where they are, and the fields of a unit's blocks are in one list.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Int(i32),
    /// Where it begins in the section.
    Str(u32),
    /// Where it begins among the fields: their number, then the fields.
    Block(u32),
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
    /// Of each unit.
    items: Vec<Items>,
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
            Item::Block(start) => {
                let first = start as usize + 1;
                &self.fields[first..first + self.fields[start as usize] as usize]
            }
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
                Token::Text(_) => {
                    items.nodes.push(Item::Str(at as u32));
                    self.note(at, &mut before, node)?;
                    node
                }
                Token::Leaf(_) => {
                    items.nodes.push(Item::Other);
                    self.note(at, &mut before, node)?;
                    node
                }
                Token::Block(_, fields) => {
                    size = fields;
                    if size > 0 {
                        self.note(at, &mut before, node)?;
                    }
                    items.nodes.push(Item::Block(items.fields.len() as u32));
                    items.fields.push(size as u32);
                    items.fields.resize(items.fields.len() + size, 0);
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
        Item::Str(_) => Ok(()),
        _ => damaged(offset),
    }
}

/// Reads one event of a unit.
fn read_event(stream: &mut Stream, items: &mut Items, unit: &Unit, words: usize) -> Result<Event> {
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
    if position < 0 || position % 4 != 0 || unit.base / 4 + position as usize / 4 > words {
        return Err(Error::at(SECTION, start, "event outside the code"));
    }
    let place = field(items, nodes[LOC], 0, start)?;
    let event = Event {
        pc: unit.base / 4 + position as usize / 4,
        unit: unit.number,
        definition: nodes[DEFNAME],
        location: nodes[LOC],
        file: field(items, place, 0, start)?,
        line: int_of(items, field(items, place, 1, start)?, start)?,
        function: items.nodes[nodes[INFO] as usize] == Item::Int(0),
        env: nodes[COMPENV],
        stack_size: int_of(items, nodes[STACKSIZE], start)?,
    };
    check_string(items, nodes[MODULE], start)?;
    check_string(items, event.definition, start)?;
    check_string(items, event.file, start)?;
    field(items, event.env, 1, start)?;
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
fn read_unit(section: &[u8], unit: &Unit, words: usize) -> Result<(Items, Vec<Event>)> {
    let limit = unit.stop - unit.start;
    let mut stream = Stream { reader: Reader::new(section, SECTION), objects: Vec::new(), limit };
    stream.reader.pos = unit.start;
    let mut items = Items::default();
    let mut events = Vec::new();
    // More than what the events of ocamlc take for each byte: it is expensive to move lists of this size.
    items.nodes.reserve(limit / 4);
    items.fields.reserve(limit / 3);
    loop {
        let start = stream.reader.pos;
        match stream.reader.token()? {
            Token::Int(0) => break,
            Token::Block(0, 2) => stream.add_object(start),
            _ => return Err(stream.reader.error(start, "list of debugging events expected")),
        }
        events.push(read_event(&mut stream, &mut items, unit, words)?);
    }
    let reader = &stream.reader;
    if reader.pos != unit.stop {
        return Err(reader.error(reader.pos, "marshalled data does not end where its header says"));
    }
    Ok((items, events))
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
    let read = parallel::map(section.len() / BYTES, list.iter(), |unit| read_unit(section, unit, image.code.len()));
    for unit in read {
        let (items, mut events) = unit?;
        debug.items.push(items);
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

    fn items(&self, event: &Event) -> &Items {
        &self.items[event.unit as usize]
    }

    fn bytes(&self, event: &Event, node: Node) -> &[u8] {
        let Item::Str(start) = self.items(event).nodes[node as usize] else { return &[] };
        let mut reader = Reader::new(self.section, SECTION);
        reader.pos = start as usize;
        if let Ok(Token::Text(text)) = reader.token() { text } else { &[] }
    }

    fn text(&self, event: &Event, node: Node) -> String {
        crate::bytecode::sections::printable(self.bytes(event, node))
    }

    /// The definition whose code begins at `pc` (after a GRAB), such as `List.map` or `Stdlib.(@)`.
    pub fn function_name(&self, pc: usize) -> Option<String> {
        self.find(pc).filter(|event| event.function).map(|event| self.text(event, event.definition))
    }

    /// File and line of the event at `pc`.
    pub fn line(&self, pc: usize) -> Option<(String, i32)> {
        self.find(pc).map(|event| (self.text(event, event.file), event.line))
    }

    fn range(&self, event: &Event) -> Option<Location> {
        let items = self.items(event);
        let [start, end, ..] = items.fields(event.location) else { return None };
        let [_, _, bol, from] = items.fields(*start) else { return None };
        let [_, line, end_bol, to] = items.fields(*end) else { return None };
        let (bol, to) = (items.int(*bol)?, items.int(*to)?);
        Some(Location {
            file: self.bytes(event, event.file).to_vec(),
            definition: self.bytes(event, event.definition).to_vec(),
            line: event.line,
            start: items.int(*from)? - bol,
            end: to - bol,
            end_line: items.int(*line)?,
            end_char: to - items.int(*end_bol)?,
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

    /// Visits the entries of the `Ident.tbl` of an event (nodes: left, entry, right, height; entries: identifier, value, the one it
    /// shadows): value and name.
    fn entries(&self, event: &Event, visit: &mut dyn FnMut(Node, Node)) {
        let items = self.items(event);
        let mut todo = vec![items.fields(event.env)[0]];
        let mut visits = 0;
        while let Some(node) = todo.pop() {
            visits += 1;
            if visits > items.nodes.len() {
                break;
            }
            match *items.fields(node) {
                [left, entry, right, _] => todo.extend([right, entry, left]),
                [name, value, shadowed] => {
                    if let Some(name) = items.fields(name).first() {
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
            let items = self.items(event);
            self.entries(event, &mut |value, name| {
                if let Some(position) = items.int(value)
                    && position <= event.stack_size
                    && position >= 0
                {
                    let place = (event.stack_size - position) as usize;
                    if wanted(place) {
                        names.push((place, self.text(event, name)));
                    }
                }
            });
        }
        names.sort();
        names
    }
}
