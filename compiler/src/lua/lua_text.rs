//! Printing: readable (the default), pretty (with comments) and compact.

use super::short_names::ShortNames;
use super::syntax::{Dest, Expr, Function, Stat};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Readable,
    Pretty,
    Compact,
}

/// Compact lines are broken between two statements beyond this length, where there would be a blank.
const LINE: usize = 120;

/// A function's text, its number of lines, and those that belong to places of the program, from 0.
pub struct Text {
    pub text: String,
    pub lines: usize,
    pub places: Vec<(usize, u32)>,
}

struct Printer<'a> {
    style: Style,
    names: &'a ShortNames<'a>,
    text: String,
    indent: usize,
    /// Where the line begins.
    line: usize,
    /// How many lines end in `text`.
    lines: usize,
    /// The place of the next statement that may raise.
    place: Option<u32>,
    places: Vec<(usize, u32)>,
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c == b'.'
}

/// The index after the word that begins at `start`.
fn word_end(bytes: &[u8], start: usize) -> usize {
    bytes.iter().skip(start).position(|&c| !c.is_ascii_alphanumeric() && c != b'_').map_or(bytes.len(), |n| start + n)
}

/// Adds the word that stands at `start`, by its short name, and gives the index after it.
fn add_word(out: &mut String, text: &str, start: usize, names: &ShortNames) -> usize {
    let end = word_end(text.as_bytes(), start);
    let word = &text[start..end];
    let before = |back: usize| out.len().checked_sub(back).map_or(b' ', |at| out.as_bytes()[at]);
    let field = before(1) == b'.' && before(2) != b'.';
    let primitive = field && before(2) == b'P' && !is_word(before(3));
    if word == "F"
        && !field
        && let Some((name, length)) = names.function(&text[end..])
    {
        out.push_str(&format!("F.{name}"));
        return end + length;
    }
    let short = if primitive {
        names.primitive(word)
    } else if field || before(1) == b':' {
        None
    } else {
        names.word(word)
    };
    out.push_str(short.as_deref().unwrap_or(word));
    end
}

/// With short names and without the blanks that Lua does not need; strings stay.
pub fn squeeze(text: &str, names: &ShortNames) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let start = i;
        let c = bytes[i];
        if c.is_ascii_alphabetic() || c == b'_' {
            i = add_word(&mut out, text, i, names);
            continue;
        }
        if c.is_ascii_digit() {
            i = word_end(bytes, i);
        } else if c == b'"' {
            i += 1;
            while i < bytes.len() && bytes[i] != b'"' {
                i += if bytes[i] == b'\\' { 2 } else { 1 };
            }
            i = (i + 1).min(bytes.len());
        } else if c == b' ' {
            i += 1;
            let before = out.as_bytes().last().copied().unwrap_or(b'(');
            let after = bytes.get(i).copied().unwrap_or(b')');
            if !((is_word(before) && is_word(after)) || (before == b'-' && after == b'-')) {
                continue;
            }
        } else {
            i += 1;
        }
        out.push_str(&text[start..i]);
    }
    out
}

fn assignment(local: bool, dests: &[Dest], value: &Expr) -> String {
    let mut text = String::from(if local { "local " } else { "" });
    for (i, d) in dests.iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        text.push_str(&d.name);
    }
    text.push_str(" = ");
    text.push_str(&value.text);
    text
}

impl Printer<'_> {
    /// One line, or in the compact style one more piece of it.
    fn line(&mut self, line: &str) {
        if self.style != Style::Compact {
            for _ in 0..self.indent {
                self.text.push(' ');
            }
            self.text.push_str(line);
            self.end_line();
            return;
        }
        let line = squeeze(line, self.names);
        let before = self.text.as_bytes().last().copied().unwrap_or(b'\n');
        let after = line.as_bytes().first().copied().unwrap_or(b'\n');
        if is_word(before) && is_word(after) {
            if self.text.len() - self.line > LINE {
                self.end_line();
            } else {
                self.text.push(' ');
            }
        }
        self.text.push_str(&line);
    }

    fn end_line(&mut self) {
        self.text.push('\n');
        self.line = self.text.len();
        self.lines += 1;
    }

    /// A statement that may raise, on a line of its own if it has a place.
    fn placed(&mut self, line: &str) {
        let Some(place) = self.place.take() else { return self.line(line) };
        if self.text.len() > self.line {
            self.end_line();
        }
        self.places.push((self.lines, place));
        self.line(line);
        if self.text.len() > self.line {
            self.end_line();
        }
    }

    /// A statement that begins with a parenthesis would be read as a call of what stands before it.
    fn separate(&mut self, text: &str, first: bool) {
        if !first && text.starts_with('(') {
            if self.text.ends_with('\n') {
                self.text.pop();
                self.text.push_str(";\n");
                self.line = self.text.len();
            } else {
                self.text.push(';');
            }
        }
    }

    fn block(&mut self, stats: &[Stat]) {
        self.indent += 1;
        self.stats(stats);
        self.indent -= 1;
    }

    fn stats(&mut self, stats: &[Stat]) {
        let mut first = true;
        for stat in stats {
            match stat {
                Stat::Assign { local, dests, value } => self.placed(&assignment(*local, dests, value)),
                Stat::Local(names) => self.line(&format!("local {}", names.join(", "))),
                Stat::Scratch { local, value } => {
                    let declared = if *local { "local " } else { "" };
                    self.placed(&format!("{declared}T = {}", value.text));
                }
                Stat::Place(place) => {
                    self.place = Some(*place);
                    continue;
                }
                Stat::Text(e) | Stat::Fail(e) => {
                    self.separate(&e.text, first);
                    self.placed(&e.text);
                }
                Stat::Return(e) => self.line(&format!("return {}", e.text)),
                Stat::Break => self.line("break"),
                Stat::If(e, yes, no) => self.branches(e, yes, no),
                Stat::Loop(e, body) => {
                    self.line(&format!("{} do", e.text));
                    self.block(body);
                    self.line("end");
                }
                Stat::Once(body) => {
                    self.line("repeat");
                    self.block(body);
                    self.line("until true");
                }
            }
            first = false;
        }
    }

    fn branches(&mut self, e: &Expr, yes: &[Stat], no: &[Stat]) {
        self.line(&format!("if {} then", e.text));
        self.block(yes);
        let mut rest = no;
        while let [Stat::If(e, yes, no)] = rest {
            self.line(&format!("elseif {} then", e.text));
            self.block(yes);
            rest = no;
        }
        if !rest.is_empty() {
            self.line("else");
            self.block(rest);
        }
        self.line("end");
    }
}

/// `names`: those of the compact style.
pub fn run(style: Style, names: &ShortNames, function: &Function) -> Text {
    let mut printer =
        Printer { style, names, text: String::new(), indent: 0, line: 0, lines: 0, place: None, places: Vec::new() };
    if !function.declares.is_empty() {
        printer.line(&format!("local {}", function.declares.join(", ")));
    }
    if style == Style::Pretty {
        printer.line(&format!("-- {}", function.comment));
    }
    printer.line(&format!("{}({})", function.head, function.params.join(", ")));
    printer.block(&function.body);
    printer.line("end");
    if let Some((name, field)) = &function.field {
        printer.line(&format!("{field} = {name}"));
    }
    if style == Style::Compact {
        printer.end_line();
    }
    Text { text: printer.text, lines: printer.lines, places: printer.places }
}
