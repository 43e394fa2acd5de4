//! Puts the Lua file together (ARCHITECTURE.md, section 3): the runtime's sections that are used, each once and
//! after those it requires, then functions, constants, embedded files and the start.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::ir::program::Program;
use crate::link::fragment::{Section, Table};
use crate::link::uses::Uses;
use crate::link::{minify, places};
use crate::lua::groups;
use crate::lua::guards::TAIL_DEPTH;
use crate::lua::literal;
use crate::lua::lua_text::{Text, squeeze};
use crate::lua::naming::primitive_place;
use crate::lua::short_names::ShortNames;
use crate::target::Target;

/// The section of the chunk's locals, which comes first.
const PRELUDE: &str = "prelude";
/// What every program needs of the runtime, used or not.
const ROOTS: [&str; 2] = [PRELUDE, "main"];

/// The pieces of a linked file that others made.
pub struct Parts<'a> {
    pub target: Target,
    /// Of the compact style; None: the output is in another one.
    pub names: Option<&'a ShortNames<'a>>,
    /// Each a local of its group, or a field of `F`.
    pub functions: &'a [Text],
    pub main: &'a str,
    /// Lua for `K` and `G`.
    pub data: &'a str,
    /// Embedded files: path below `/static/`, content; sorted.
    pub files: &'a [(String, Vec<u8>)],
}

/// The primitives that no section provides, as one message: `caml_foo (used by List_map, …)`.
pub fn describe_missing(missing: &[(&str, &[&str])]) -> String {
    let mut text = String::from("the runtime does not provide ");
    for (i, (name, users)) in missing.iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        text.push_str(name);
        text.push_str(" (used by ");
        text.push_str(&users.iter().take(3).copied().collect::<Vec<_>>().join(", "));
        if users.len() > 3 {
            text.push_str(", …");
        }
        text.push(')');
    }
    text
}

/// Numbers of the sections to link: those that provide `names` and what they require, in order.
fn order(table: &Table, names: &[&str]) -> Result<Vec<usize>> {
    let mut wanted = BTreeSet::new();
    for name in names {
        wanted.extend(table.position(name));
    }
    let mut done = vec![0u8; table.sections.len()];
    let mut result = Vec::new();
    // Depth first with an explicit stack of (section, next requirement); 1: open, 2: finished.
    for root in wanted {
        let mut stack = vec![(root, 0usize)];
        while let Some((position, next)) = stack.pop() {
            let (Some(section), Some(state)) = (table.sections.get(position), done.get_mut(position)) else {
                continue;
            };
            if *state == 2 || (*state == 1 && next == 0) {
                continue;
            }
            *state = 1;
            let Some(required) = section.requires.get(next) else {
                *state = 2;
                result.push(position);
                continue;
            };
            stack.push((position, next + 1));
            match table.position(required) {
                Some(required) => stack.push((required, 0)),
                None => {
                    let message = format!("{}:{}: '{required}' is required and not provided", section.file, section.line);
                    return Err(Error::other(message));
                }
            }
        }
    }
    Ok(result)
}

/// Is the section linked because of one of the program's primitives?
pub fn links(uses: &Uses, table: &Table, section: &str) -> Result<bool> {
    let used: Vec<&str> = uses.primitives.keys().copied().collect();
    let linked = order(table, &used)?;
    Ok(table.position(section).is_some_and(|position| linked.contains(&position)))
}

/// Adds a section, of whose code this is left.
fn section(out: &mut String, section: &Section, mut code: String, names: Option<&ShortNames>) {
    if code.is_empty() {
        return;
    }
    // In the compact style they have the section's name.
    for alias in section.aliases.iter().filter(|_| names.is_none()) {
        code.push_str(&format!("{} = {}\n", primitive_place(alias), primitive_place(&section.name)));
    }
    if let Some(names) = names {
        out.push_str(&minify::run(&code, names, true));
    } else {
        out.push_str(&format!("do\n{code}end\n"));
    }
}

/// The chunk's locals; in the compact style those that all other code uses, which must have been written.
fn prelude(table: &Table, names: Option<&ShortNames>) -> String {
    let code = table.find(PRELUDE).map_or("", |section| &section.code);
    names.map_or_else(|| code.to_string(), |names| minify::run(&names.trimmed(code), names, false))
}

/// Code in the style of the output.
fn squeezed(text: &str, names: Option<&ShortNames>) -> String {
    names.map_or_else(|| text.to_string(), |names| squeeze(text, names))
}

/// A stub for a primitive that is missing: OCaml's `Failure` when called.
fn stub(out: &mut String, name: &str, names: Option<&ShortNames>) {
    let message = literal::string(format!("{name}: not available").as_bytes());
    let text = format!("{} = function() return Error({{0, G[3], {message}}}, 0) end", primitive_place(name));
    out.push_str(&squeezed(&text, names));
    out.push('\n');
}

/// The whole file. `allow_missing`: primitives that no section provides become stubs and not an error.
pub fn link(program: &Program, uses: &Uses, table: &Table, parts: &Parts, allow_missing: bool) -> Result<String> {
    let mut missing: Vec<(&str, &[&str])> = Vec::new();
    let mut names: Vec<&str> = ROOTS.to_vec();
    names.extend(table.find(TAIL_DEPTH).map(|_| TAIL_DEPTH));
    names.extend(uses.applied.iter().map(String::as_str));
    for (name, users) in &uses.primitives {
        if table.find(name).is_some() {
            names.push(name);
        } else {
            missing.push((name, users));
        }
    }
    if !missing.is_empty() && !allow_missing {
        return Err(Error::other(describe_missing(&missing)));
    }
    for root in ROOTS {
        if table.find(root).is_none() {
            return Err(Error::other(format!("the runtime has no section '{root}'")));
        }
    }
    let mut out = format!(
        "-- Generated by lua_of_ocaml {} from OCaml bytecode; target {}.\n",
        env!("CARGO_PKG_VERSION"),
        parts.target.name()
    );
    let mut sections = String::new();
    let linked = order(table, &names)?;
    let is_linked = |position| linked.contains(&position);
    for found in linked.iter().filter_map(|position| table.sections.get(*position)) {
        if found.name != PRELUDE {
            section(&mut sections, found, table.code_of(found, &is_linked)?, parts.names);
        }
    }
    for (name, _) in &missing {
        stub(&mut sections, name, parts.names);
    }
    let start = squeezed(&format!("return P.main({})", parts.main), parts.names);
    out.push_str(&prelude(table, parts.names));
    out.push_str(&sections);
    let mut lines = Vec::new();
    let mut line = out.bytes().filter(|c| *c == b'\n').count() + 1;
    for group in parts.functions.chunks(groups::SIZE) {
        out.push_str("do local function Group()\n");
        line += 1;
        for function in group {
            out.push_str(&function.text);
            lines.extend(function.places.iter().map(|(at, place)| (line + at, *place)));
            line += function.lines;
        }
        out.push_str("end Group() end\n");
        line += 1;
    }
    out.push_str(parts.data);
    if !lines.is_empty() {
        out.push_str(&places::run(&program.places, &lines));
    }
    if !parts.files.is_empty() {
        out.push_str("P.files = {\n");
        for (path, content) in parts.files {
            out.push('[');
            out.push_str(&literal::string(path.as_bytes()));
            out.push_str("] = ");
            out.push_str(&literal::text(content));
            out.push_str(",\n");
        }
        out.push_str("}\n");
    }
    out.push_str(&start);
    out.push('\n');
    Ok(out)
}
