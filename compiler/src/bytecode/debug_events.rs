//! Debugging events (section DBUG; OCaml's `bytecomp/instruct.mli`, `typing/ident.ml`): for a position in the
//! code the enclosing definition, the source line and the names of variables.
//! A unit's events are marshalled with their typing environments, which are most of it: the stream is walked
//! once, and only what is asked for becomes values.

use crate::bytecode::container::Image;
use crate::bytecode::unmarshal::{Arena, Node, Reader, Token, Value};
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

#[derive(Clone, Debug, Default)]
pub struct Debug {
    arena: Arena,
    /// By ascending pc; a function's event before others of the same pc.
    events: Vec<Event>,
}

/// One unit's stream of events.
struct Stream<'a> {
    reader: Reader<'a>,
    /// Where each object begins.
    objects: Vec<usize>,
    /// The node of each object that was loaded, plus one.
    loaded: Vec<Node>,
    /// Limit of nodes.
    limit: usize,
}

/// A block being loaded.
struct Frame {
    node: Node,
    next: usize,
    /// Where its next field is, and how many objects begin before that.
    pos: usize,
    before: usize,
    /// Stands inside the block below it, which goes on where this one ends.
    nested: bool,
}

impl<'a> Stream<'a> {
    fn add_object(&mut self, start: usize) {
        self.objects.push(start);
        self.loaded.push(0);
    }

    /// Walks over one value.
    fn skip(&mut self) -> Result<()> {
        let mut pending = 1;
        while pending > 0 {
            let start = self.reader.pos;
            pending -= 1;
            match self.reader.token()? {
                Token::Leaf(_) => self.add_object(start),
                Token::Block(_, size) => {
                    if size > 0 {
                        self.add_object(start);
                    }
                    pending += size;
                    if pending > self.reader.left() {
                        return Err(self.reader.error(start, "block is longer than what is left"));
                    }
                }
                Token::Immediate(_) | Token::Shared(_) => (),
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
        if *before >= self.loaded.len() {
            return Err(self.reader.error(at, "reference to an object that is not complete"));
        }
        self.loaded[*before] = node + 1;
        *before += 1;
        Ok(())
    }

    /// The value at `pos`, before which `before` objects begin, in the arena. It was walked over before.
    fn load(&mut self, arena: &mut Arena, pos: usize, before: usize) -> Result<Node> {
        let resume = self.reader.pos;
        let mut frames: Vec<Frame> = Vec::new();
        let mut at = pos;
        let mut before = before;
        let mut nested = true;
        let mut root = 0;
        loop {
            // One value at `at`; `nested` tells that the open block goes on after it.
            self.reader.pos = at;
            let node = arena.nodes.len() as Node;
            if arena.nodes.len() > self.limit {
                return Err(self.reader.error(at, "more shared data than debugging events have"));
            }
            let mut size = 0;
            let value = match self.reader.token()? {
                Token::Immediate(value) => {
                    arena.nodes.push(value);
                    node
                }
                Token::Leaf(value) => {
                    arena.nodes.push(value);
                    self.note(at, &mut before, node)?;
                    node
                }
                Token::Block(tag, fields) => {
                    size = fields;
                    if size > 0 {
                        self.note(at, &mut before, node)?;
                    }
                    arena.nodes.push(Value::Block { tag, fields: vec![0; size] });
                    node
                }
                Token::Shared(ago) => {
                    if ago == 0 || ago > before {
                        return Err(self.reader.error(at, "reference to an object that does not exist"));
                    }
                    let object = before - ago;
                    if self.loaded[object] == 0 {
                        if let (Some(frame), true) = (frames.last_mut(), nested) {
                            frame.pos = self.reader.pos;
                            frame.before = before;
                        }
                        at = self.objects[object];
                        before = object;
                        nested = false;
                        continue;
                    }
                    self.loaded[object] - 1
                }
            };
            match frames.last_mut() {
                None => root = value,
                Some(frame) => {
                    if let Value::Block { fields, .. } = &mut arena.nodes[frame.node as usize] {
                        fields[frame.next] = value;
                    }
                    frame.next += 1;
                    if nested && size == 0 {
                        frame.pos = self.reader.pos;
                        frame.before = before;
                    }
                }
            }
            if size > 0 {
                frames.push(Frame { node, next: 0, pos: self.reader.pos, before, nested });
            }
            while let Some(frame) = frames.last() {
                let full = match &arena.nodes[frame.node as usize] {
                    Value::Block { fields, .. } => frame.next == fields.len(),
                    _ => true,
                };
                if !full {
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

fn int_of(arena: &Arena, node: Node, offset: usize) -> Result<i32> {
    match &arena.nodes[node as usize] {
        Value::Int(value) => Ok(*value),
        _ => damaged(offset),
    }
}

fn field(arena: &Arena, node: Node, index: usize, offset: usize) -> Result<Node> {
    match &arena.nodes[node as usize] {
        Value::Block { fields, .. } if index < fields.len() => Ok(fields[index]),
        _ => damaged(offset),
    }
}

fn check_string(arena: &Arena, node: Node, offset: usize) -> Result<()> {
    match &arena.nodes[node as usize] {
        Value::Str(_) => Ok(()),
        _ => damaged(offset),
    }
}

/// Reads one event; `base` is where its unit's code begins, in bytes.
fn read_event(stream: &mut Stream, arena: &mut Arena, base: usize, words: usize) -> Result<Event> {
    let start = stream.reader.pos;
    stream.enter(FIELDS, "debugging event")?;
    let mut nodes = [0; FIELDS];
    for (index, node) in nodes.iter_mut().enumerate() {
        let pos = stream.reader.pos;
        let before = stream.objects.len();
        stream.skip()?;
        if matches!(index, POS | MODULE | LOC | DEFNAME | INFO | COMPENV | STACKSIZE) {
            *node = stream.load(arena, pos, before)?;
        }
    }
    let position = int_of(arena, nodes[POS], start)?;
    if position < 0 || position % 4 != 0 || base / 4 + position as usize / 4 > words {
        return Err(Error::at(SECTION, start, "event outside the code"));
    }
    let place = field(arena, nodes[LOC], 0, start)?;
    let event = Event {
        pc: base / 4 + position as usize / 4,
        unit: nodes[MODULE],
        definition: nodes[DEFNAME],
        location: nodes[LOC],
        file: field(arena, place, 0, start)?,
        line: int_of(arena, field(arena, place, 1, start)?, start)?,
        function: arena.nodes[nodes[INFO] as usize] == Value::Int(0),
        env: nodes[COMPENV],
        stack_size: int_of(arena, nodes[STACKSIZE], start)?,
    };
    check_string(arena, event.unit, start)?;
    check_string(arena, event.definition, start)?;
    check_string(arena, event.file, start)?;
    field(arena, event.env, 1, start)?;
    Ok(event)
}

/// Reads the section: how many units, and for each where its code begins, its events and its directories.
pub fn run(image: &Image) -> Result<Debug> {
    let mut debug = Debug::default();
    if image.debug.is_empty() {
        return Ok(debug);
    }
    let mut reader = Reader::new(&image.debug, SECTION);
    let limit = image.debug.len();
    let units = reader.size(4)?;
    for _ in 0..units {
        let base = reader.size(4)?;
        let stop = reader.header()?;
        let mut stream = Stream { reader, objects: Vec::new(), loaded: Vec::new(), limit };
        loop {
            let start = stream.reader.pos;
            match stream.reader.token()? {
                Token::Immediate(Value::Int(0)) => break,
                Token::Block(0, 2) => stream.add_object(start),
                _ => return Err(stream.reader.error(start, "list of debugging events expected")),
            }
            let event = read_event(&mut stream, &mut debug.arena, base, image.code.len())?;
            debug.events.push(event);
        }
        reader = stream.reader;
        if reader.pos != stop {
            return Err(reader.error(reader.pos, "marshalled data does not end where its header says"));
        }
        let stop = reader.header()?;
        reader.take(stop - reader.pos)?;
    }
    debug.events.sort_by_key(|event| (event.pc, !event.function));
    Ok(debug)
}

impl Debug {
    /// The events from `pc` on.
    fn from(&self, pc: usize) -> &[Event] {
        let (mut low, mut high) = (0, self.events.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.events[middle].pc < pc {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        &self.events[low..]
    }

    /// The first event at `pc`.
    fn find(&self, pc: usize) -> Option<&Event> {
        self.from(pc).first().filter(|event| event.pc == pc)
    }

    fn text(&self, node: Node) -> String {
        match &self.arena.nodes[node as usize] {
            Value::Str(bytes) => crate::bytecode::sections::printable(bytes),
            _ => String::new(),
        }
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
        let [start, end, ..] = self.fields(event.location) else { return None };
        let [_, _, bol, from] = self.fields(*start) else { return None };
        let [_, line, end_bol, to] = self.fields(*end) else { return None };
        let (bol, to) = (self.int(*bol)?, self.int(*to)?);
        let bytes = |node: Node| match &self.arena.nodes[node as usize] {
            Value::Str(bytes) => bytes.clone(),
            _ => Vec::new(),
        };
        Some(Location {
            file: bytes(event.file),
            definition: bytes(event.definition),
            line: event.line,
            start: self.int(*from)? - bol,
            end: to - bol,
            end_line: self.int(*line)?,
            end_char: to - self.int(*end_bol)?,
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

    /// The module whose event is at `pc`.
    pub fn unit(&self, pc: usize) -> Option<String> {
        self.find(pc).map(|event| self.text(event.unit))
    }

    fn fields(&self, node: Node) -> &[Node] {
        match &self.arena.nodes[node as usize] {
            Value::Block { fields, .. } => fields,
            _ => &[],
        }
    }

    fn int(&self, node: Node) -> Option<i32> {
        match &self.arena.nodes[node as usize] {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The entries of an `Ident.tbl` (nodes: left, entry, right, height; entries: identifier, value,
    /// the one it shadows): value and name.
    fn entries(&self, table: Node) -> Vec<(Node, String)> {
        let mut found = Vec::new();
        let mut todo = vec![table];
        let mut visits = 0;
        while let Some(node) = todo.pop() {
            visits += 1;
            if visits > self.arena.nodes.len() {
                break;
            }
            let fields = self.fields(node);
            match fields.len() {
                4 => {
                    todo.push(fields[2]);
                    todo.push(fields[1]);
                    todo.push(fields[0]);
                }
                3 => {
                    if let Some(name) = self.fields(fields[0]).first() {
                        found.push((fields[1], self.text(*name)));
                    }
                    todo.push(fields[2]);
                }
                1 => todo.push(fields[0]),
                _ => (),
            }
        }
        found
    }

    /// Variables on the stack at the event at `pc`: what ACC takes, and the name; by ascending place.
    pub fn stack_names(&self, pc: usize) -> Vec<(usize, String)> {
        let mut names = Vec::new();
        if let Some(event) = self.find(pc) {
            for (value, name) in self.entries(self.fields(event.env)[0]) {
                if let Some(position) = self.int(value)
                    && position <= event.stack_size
                    && position >= 0
                {
                    names.push(((event.stack_size - position) as usize, name));
                }
            }
        }
        names.sort();
        names
    }

    /// Variables of the closure at the event at `pc`: what ENVACC takes, and the name; by ascending place.
    /// Before OCaml 5 the environment has a table of places, later one of places and functions from the
    /// start of the closures' block, and the place of the current function.
    pub fn env_names(&self, pc: usize) -> Vec<(usize, String)> {
        let mut names = Vec::new();
        if let Some(event) = self.find(pc) {
            let env = self.fields(event.env);
            let old = env.len() == 3;
            let closure = self.fields(env[1]);
            let (table, origin) = match (old, closure) {
                (true, _) => (env[1], 0),
                (false, [entries, place]) => (*entries, self.int(*place).unwrap_or(0)),
                (false, _) => return names,
            };
            for (value, name) in self.entries(table) {
                let place = match self.fields(value) {
                    _ if old => self.int(value),
                    [place] if self.is_variable(value) => self.int(*place),
                    _ => None,
                };
                if let Some(place) = place
                    && origin >= 0
                    && place > origin
                {
                    names.push(((place - origin) as usize, name));
                }
            }
        }
        names.sort();
        names
    }

    /// `Free_variable` of `closure_entry`, not `Function`.
    fn is_variable(&self, node: Node) -> bool {
        matches!(&self.arena.nodes[node as usize], Value::Block { tag: 0, .. })
    }
}
