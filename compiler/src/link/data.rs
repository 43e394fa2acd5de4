//! The program's constants as Lua: `G[n+1]` for its globals, `K[i]` for what they share. A node that is used
//! twice, or that stands too deep or is too big to be written where it is used, goes to `K` first, children before parents.

use std::collections::BTreeMap;

use crate::bytecode::unmarshal::{Node, Value};
use crate::error::{Error, Result};
use crate::ir::program::Program;
use crate::link::fragment::Table;
use crate::lua::literal;
use crate::lua::lua_text::squeeze;
use crate::lua::short_names::ShortNames;
use crate::lua::syntax::{self, Expr, Kind};
use crate::lua::template::Form;
use crate::target::Target;

/// Constructors nest no deeper: Lua's parser has a limit of 200 levels, LuaJIT's constructors of about 197.
const MAX_DEPTH: u32 = 32;
/// Items of one constructor, and about those of one Lua function: engines limit the constants of a function to 65,536.
const MAX_ITEMS: u32 = 4000;
/// Strings of this length that occur so often are shared in the compact style.
const LONG: usize = 8;
const OFTEN: u32 = 3;
/// OCaml's start-up defines this many exceptions.
pub const PREDEFINED: usize = 12;
/// The one of them that nothing in the runtime raises: Sys_blocked_io.
const BLOCKED: usize = 9;
/// The one integer of 64 bits without a numeral: Lua reads it as the negation of a float.
const LOWEST: i64 = i64::MIN;

/// What is known of a node; `uses` counts the places that mention it.
#[derive(Clone, Copy, Default)]
struct Info {
    uses: u32,
    state: State,
    /// Of the constructor as far as it is written in place.
    depth: u32,
    items: u32,
    /// Its number in `K`; 0: none.
    shared: u32,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    New,
    Open,
    Done,
}

struct Data<'a> {
    program: &'a Program,
    table: &'a Table,
    target: Target,
    /// Of the compact style; None: the output is in another one.
    names: Option<&'a ShortNames<'a>>,
    info: Vec<Info>,
    /// Nodes of `K`, in order.
    shared: Vec<Node>,
    /// Integers that the target cannot hold.
    lossy: Vec<i64>,
}

/// A table in Lua: it has an identity and is written once; of the one without fields the runtime has it.
fn is_table(value: &Value) -> bool {
    if let Value::Block { tag: 0, fields } = value {
        return !fields.is_empty();
    }
    matches!(value, Value::Block { .. } | Value::DoubleArray(_) | Value::Int32(_) | Value::Nativeint(_) | Value::Int64(_))
}

impl Data<'_> {
    fn value(&self, node: Node) -> Result<&Value> {
        self.program.data.nodes.get(node as usize).ok_or_else(|| Error::other("data: no such node"))
    }

    fn info(&mut self, node: Node) -> Result<&mut Info> {
        self.info.get_mut(node as usize).ok_or_else(|| Error::other("data: no such node"))
    }

    fn children(&self, node: Node) -> Result<&[Node]> {
        match self.value(node)? {
            Value::Block { fields, .. } => Ok(fields),
            _ => Ok(&[]),
        }
    }

    fn share(&mut self, node: Node) -> Result<()> {
        self.shared.push(node);
        let number = self.shared.len() as u32;
        self.info(node)?.shared = number;
        Ok(())
    }

    /// Counts uses from `root` and finds cycles; an explicit stack holds (node, next child).
    fn count(&mut self, root: Node) -> Result<()> {
        let info = self.info(root)?;
        info.uses += 1;
        if info.state != State::New {
            return Ok(());
        }
        info.state = State::Open;
        let mut stack = vec![(root, 0usize)];
        while let Some((node, next)) = stack.pop() {
            let Some(&child) = self.children(node)?.get(next) else {
                self.info(node)?.state = State::Done;
                continue;
            };
            stack.push((node, next + 1));
            let info = self.info(child)?;
            info.uses += 1;
            match info.state {
                State::New => {
                    info.state = State::Open;
                    stack.push((child, 0));
                }
                State::Open => return Err(Error::other("data: a constant contains itself")),
                State::Done => {}
            }
        }
        Ok(())
    }

    /// Lets strings that occur often stand in `K` once, as the places of assertions have them; after `count`.
    fn share_strings(&mut self) -> Result<()> {
        let program = self.program;
        let mut alike: BTreeMap<&[u8], (u32, Vec<Node>)> = BTreeMap::new();
        for (node, (value, info)) in program.data.nodes.iter().zip(&self.info).enumerate() {
            if let Value::Str(text) = value
                && text.len() >= LONG
                && info.uses > 0
            {
                let (uses, nodes) = alike.entry(text).or_default();
                *uses += info.uses;
                nodes.push(node as Node);
            }
        }
        for (_, nodes) in alike.into_values().filter(|(uses, _)| *uses >= OFTEN) {
            self.share(nodes[0])?;
            let number = self.info(nodes[0])?.shared;
            for node in nodes {
                self.info(node)?.shared = number;
            }
        }
        Ok(())
    }

    /// Decides which nodes below `root` go to `K`; after `count` of all roots, which leaves every node `Done`.
    fn place(&mut self, root: Node) -> Result<()> {
        if self.info(root)?.state == State::New {
            return Ok(());
        }
        self.info(root)?.state = State::New;
        let mut stack = vec![(root, 0usize)];
        while let Some((node, next)) = stack.pop() {
            if let Some(&child) = self.children(node)?.get(next) {
                stack.push((node, next + 1));
                let info = self.info(child)?;
                if info.state != State::New {
                    info.state = State::New;
                    stack.push((child, 0));
                }
                continue;
            }
            self.measure(node)?;
            let info = *self.info(node)?;
            if is_table(self.value(node)?) && info.shared == 0 && (info.uses > 1 || info.depth >= MAX_DEPTH) {
                self.share(node)?;
            }
        }
        Ok(())
    }

    /// Depth and items of a node whose children are placed; a child that would make a chunk too long is shared.
    fn measure(&mut self, node: Node) -> Result<()> {
        let mut depth = 0;
        let mut items = 1;
        let mut chunk = 0;
        let fields = self.children(node)?.to_vec();
        for (i, &child) in fields.iter().enumerate() {
            if (i as u32).is_multiple_of(MAX_ITEMS) {
                chunk = 0;
            }
            let mut info = *self.info(child)?;
            if info.shared == 0 && is_table(self.value(child)?) && chunk + info.items > MAX_ITEMS {
                self.share(child)?;
                info = *self.info(child)?;
            }
            if info.shared == 0 {
                depth = depth.max(info.depth);
                chunk += info.items;
                items += info.items;
            } else {
                chunk += 1;
                items += 1;
            }
        }
        if let Value::DoubleArray(doubles) = self.value(node)? {
            items += doubles.len() as u32;
        }
        let info = self.info(node)?;
        info.depth = depth + 1;
        info.items = items;
        Ok(())
    }

    fn wide(&mut self, out: &mut String, value: i64) {
        if self.target == Target::Lua54 && value == LOWEST {
            out.push_str("math.mininteger");
            return;
        }
        let held = literal::wide(self.target, value);
        if held != value && self.lossy.last() != Some(&value) {
            self.lossy.push(value);
        }
        out.push_str(&held.to_string());
    }

    /// Code in the style of the output.
    fn squeezed(&self, text: String) -> String {
        self.names.map_or_else(|| text.clone(), |names| squeeze(&text, names))
    }

    /// What the template of a primitive gives.
    fn template(&self, out: &mut String, name: &str, args: &[Expr]) -> Result<()> {
        match self.table.find(name).map(|section| &section.form) {
            Some(Form::Inline(template)) => out.push_str(&self.squeezed(template.expand(None, args)?.text)),
            _ => return Err(Error::other(format!("the runtime has no template for '{name}'"))),
        }
        Ok(())
    }

    /// By halves: an integer of 64 bits is more than most engines have.
    fn int64(&self, out: &mut String, bits: [u8; 8]) -> Result<()> {
        let [a, b, c, d, e, f, g, h] = bits;
        let half = |n: i32| syntax::constant(n.to_string(), if n < 0 { Kind::Compound } else { Kind::Atom });
        let halves = [half(i32::from_be_bytes([a, b, c, d])), half(i32::from_be_bytes([e, f, g, h]))];
        self.template(out, "%int64_literal", &halves)
    }

    fn comma(&self, out: &mut String) {
        out.push_str(if self.names.is_some() { "," } else { ", " });
    }

    /// An int32 or nativeint, which has the name of its kind.
    fn named(&mut self, out: &mut String, value: i64, name: &str) {
        out.push_str("{255");
        self.comma(out);
        self.wide(out, value);
        self.comma(out);
        out.push_str(&format!("\"{name}\"}}"));
    }

    /// Writes a node where it is used. The nesting is at most `MAX_DEPTH`.
    fn item(&mut self, out: &mut String, node: Node) -> Result<()> {
        let shared = self.info(node)?.shared;
        if shared != 0 {
            out.push_str(&format!("K[{shared}]"));
            return Ok(());
        }
        self.constructor(out, node)
    }

    /// Writes a node itself: at most `MAX_ITEMS` of its fields.
    fn constructor(&mut self, out: &mut String, node: Node) -> Result<()> {
        let program = self.program;
        let Some(value) = program.data.nodes.get(node as usize) else { return Err(Error::other("data: no such node")) };
        match value {
            Value::Int(n) => out.push_str(&n.to_string()),
            Value::Wide(n) => self.wide(out, *n),
            Value::Int32(n) => self.named(out, i64::from(*n), "_i"),
            Value::Nativeint(n) => self.named(out, *n, "_n"),
            Value::Str(bytes) => out.push_str(&literal::string(bytes)),
            Value::Double(bits) => out.push_str(&self.squeezed(literal::double(self.table, bits)?)),
            Value::Int64(bits) => self.int64(out, *bits)?,
            Value::Block { tag: 0, fields } if fields.is_empty() => out.push_str(&self.squeezed("Empty".to_string())),
            Value::Block { tag, fields } => {
                out.push_str(&format!("{{{tag}"));
                for &field in fields.iter().take(MAX_ITEMS as usize) {
                    self.comma(out);
                    self.item(out, field)?;
                }
                out.push('}');
            }
            Value::DoubleArray(doubles) => {
                out.push_str("{254");
                for bits in doubles.iter().take(MAX_ITEMS as usize) {
                    self.comma(out);
                    out.push_str(&self.squeezed(literal::double(self.table, bits)?));
                }
                out.push('}');
            }
        }
        Ok(())
    }
}

/// The text being written: statements in Lua functions of about `MAX_ITEMS` items.
struct Groups {
    text: String,
    compact: bool,
    items: u32,
}

impl Groups {
    /// Makes room for a statement.
    fn start(&mut self, items: u32) {
        if self.items != 0 && self.items + items > MAX_ITEMS {
            self.finish();
        }
        if self.items == 0 {
            self.text.push_str(if self.compact { "do local function Group()\n" } else { "do\n local function Group()\n" });
        }
        self.items += items.max(1);
        if !self.compact {
            self.text.push_str("  ");
        }
    }

    fn finish(&mut self) {
        if self.items != 0 {
            self.text.push_str(if self.compact { "end Group()end\n" } else { " end\n Group()\nend\n" });
            self.items = 0;
        }
    }
}

/// `name = …` and, for a node of many fields, the assignments that follow it.
fn define(data: &mut Data, groups: &mut Groups, name: &str, node: Node, in_place: bool) -> Result<()> {
    let equals = if data.names.is_some() { "=" } else { " = " };
    groups.start(data.info(node)?.items.min(MAX_ITEMS));
    groups.text.push_str(name);
    groups.text.push_str(equals);
    if in_place {
        data.constructor(&mut groups.text, node)?;
    } else {
        data.item(&mut groups.text, node)?;
    }
    groups.text.push('\n');
    if !in_place && data.info(node)?.shared != 0 {
        return Ok(());
    }
    let length = match data.value(node)? {
        Value::Block { fields, .. } => fields.len(),
        Value::DoubleArray(doubles) => doubles.len(),
        _ => 0,
    };
    for i in MAX_ITEMS as usize..length {
        let child = match data.value(node)? {
            Value::Block { fields, .. } => fields.get(i).copied(),
            _ => None,
        };
        let items = match child {
            Some(child) => data.info(child)?.items,
            None => 1,
        };
        groups.start(items);
        groups.text.push_str(&format!("{name}[{}]{equals}", i + 2));
        match (child, data.program.data.nodes.get(node as usize)) {
            (Some(child), _) => data.item(&mut groups.text, child)?,
            (None, Some(Value::DoubleArray(doubles))) => {
                if let Some(bits) = doubles.get(i) {
                    groups.text.push_str(&data.squeezed(literal::double(data.table, bits)?));
                }
            }
            _ => {}
        }
        groups.text.push('\n');
    }
    Ok(())
}

/// Lua for `K` and for the globals that `used` marks, and the integers that do not fit the target.
pub fn emit(
    program: &Program,
    table: &Table,
    target: Target,
    names: Option<&ShortNames>,
    used: &[bool],
) -> Result<(String, Vec<i64>)> {
    let mut data = Data {
        program,
        table,
        target,
        names,
        info: vec![Info::default(); program.data.nodes.len()],
        shared: Vec::new(),
        lossy: Vec::new(),
    };
    let mut roots = Vec::new();
    for (slot, &node) in program.globals.iter().enumerate() {
        let wanted = slot < PREDEFINED && slot != BLOCKED || used.get(slot).copied().unwrap_or(false);
        if wanted && !matches!(data.value(node)?, Value::Int(0)) {
            roots.push((slot, node));
        }
    }
    for &(_, root) in &roots {
        data.count(root)?;
    }
    if names.is_some() {
        data.share_strings()?;
    }
    for &(_, root) in &roots {
        data.place(root)?;
    }
    let mut groups = Groups { text: String::new(), compact: names.is_some(), items: 0 };
    for i in 0..data.shared.len() {
        if let Some(&node) = data.shared.get(i) {
            define(&mut data, &mut groups, &format!("K[{}]", i + 1), node, true)?;
        }
    }
    for (slot, root) in roots {
        define(&mut data, &mut groups, &format!("G[{}]", slot + 1), root, false)?;
    }
    groups.finish();
    Ok((groups.text, data.lossy))
}
