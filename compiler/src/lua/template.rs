//! The templates of the runtime's sections (ARCHITECTURE.md, section 4): parsing and expansion.

use super::syntax::{Expr, Kind, Known};
use crate::error::{self, Error};
use crate::ir::program::Var;

#[derive(Clone, Debug)]
pub enum Piece {
    Text(String),
    /// Argument (0: the result), what is added to it, whether it stands between delimiters, whether it is indexed or called.
    Hole {
        arg: usize,
        plus: i32,
        bare: bool,
        prefix: bool,
    },
}

#[derive(Clone, Debug)]
pub struct Template {
    pub pieces: Vec<Piece>,
    /// How often each of %0 … %9 occurs.
    pub counts: [u32; 10],
    /// Occurs only after an `and` or `or`, which may leave it unevaluated.
    pub lazy: [bool; 10],
    /// The arguments in the order of their first occurrence.
    pub order: Vec<usize>,
    /// Of the pieces.
    pub kind: Kind,
    /// What is added at the end, which `pieces` do not have.
    pub plus: i32,
}

/// How a primitive is written.
#[derive(Clone, Debug)]
pub enum Form {
    Inline(Template),
    Test(Template),
    Statement(Template),
    Call,
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn bad(text: &str) -> String {
    format!("bad template '{text}'")
}

/// Reads `%1` or `%{1+2}` at `start`: argument, constant, index after it.
fn hole(text: &str, chars: &[char], start: usize) -> Result<(usize, i32, usize), String> {
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let value = |c: char| c as i32 - '0' as i32;
    if is_digit(at(start + 1)) {
        return Ok((value(at(start + 1)) as usize, 0, start + 2));
    }
    let sign = at(start + 3);
    if at(start + 1) != '{' || !is_digit(at(start + 2)) || (sign != '+' && sign != '-') || !is_digit(at(start + 4)) {
        return Err(bad(text));
    }
    let mut i = start + 4;
    let mut plus = 0;
    while is_digit(at(i)) && plus < 1000 {
        plus = plus * 10 + value(at(i));
        i += 1;
    }
    if at(i) != '}' {
        return Err(bad(text));
    }
    Ok((value(at(start + 2)) as usize, if sign == '-' { -plus } else { plus }, i + 1))
}

/// The index after the bracket that closes the one at `start`; the length when none does.
fn closing(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut i = start;
    while i < chars.len() {
        match chars[i] {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            _ => {}
        }
        i += 1;
    }
    chars.len()
}

/// A name, placeholder or parenthesis followed only by indices and calls is atomic; its length is an operand like a number.
fn shape(chars: &[char]) -> Kind {
    if let Some(('#', rest)) = chars.split_first().map(|(first, rest)| (*first, rest)) {
        return if shape(rest) == Kind::Prefix { Kind::Atom } else { Kind::Compound };
    }
    let n = chars.len();
    let mut i = 0;
    if n > 0 && chars.iter().all(|c| is_digit(*c)) {
        return Kind::Atom;
    }
    if n > 0 && chars[0] == '(' {
        i = closing(chars, 0);
    } else if n > 0 && chars[0] == '%' {
        i = if n > 1 && chars[1] == '{' { closing(chars, 1) } else { 2 };
    } else if n > 0 && is_word(chars[0]) && !is_digit(chars[0]) {
        while i < n && is_word(chars[i]) {
            i += 1;
        }
    } else {
        return Kind::Compound;
    }
    while i < n {
        if chars[i] == '(' || chars[i] == '[' {
            i = closing(chars, i);
        } else if chars[i] == '.' && i + 1 < n && is_word(chars[i + 1]) {
            i += 1;
            while i < n && is_word(chars[i]) {
                i += 1;
            }
        } else {
            return Kind::Compound;
        }
    }
    Kind::Prefix
}

/// The text as an operand; `prefix` when it is indexed or called.
pub fn operand(e: &Expr, prefix: bool) -> String {
    let plain = match e.kind {
        Kind::Prefix => true,
        Kind::Atom => !prefix,
        Kind::Compound => false,
    };
    if plain { e.text.clone() } else { format!("({})", e.text) }
}

/// The integer constant.
pub fn int(n: i32) -> Expr {
    let kind = if n < 0 { Kind::Compound } else { Kind::Atom };
    Expr { text: n.to_string(), kind, known: Some(Known::Int(n)), vars: Vec::new() }
}

/// Constants below are added to others.
const FAR: i32 = 0x10_0000;

/// The operand `base` and `n`, which is left out when it is 0.
fn sum(base: String, kind: Kind, n: i32, vars: Vec<Var>) -> Expr {
    if n == 0 {
        return Expr { text: base, kind, known: None, vars };
    }
    let text = if n < 0 { format!("{base} - {}", -n) } else { format!("{base} + {n}") };
    let known = (n > -FAR && n < FAR).then_some(Known::Sum { base: base.len(), kind, plus: n });
    Expr { text, kind: Kind::Compound, known, vars }
}

/// `e + n`, folded when `e` is a constant or adds one.
pub fn add(e: &Expr, n: i32) -> Expr {
    match e.known {
        Some(Known::Int(value)) => int(value + n),
        Some(Known::Sum { base, kind, plus }) => sum(e.text[..base].to_string(), kind, plus + n, e.vars.clone()),
        None => {
            let kind = if e.kind == Kind::Compound { Kind::Prefix } else { e.kind };
            sum(operand(e, false), kind, n, e.vars.clone())
        }
    }
}

/// The text of a sum without the constant at its end, and that.
fn ending(text: &str) -> (&str, i32) {
    let base = text.trim_end_matches(is_digit);
    let digits = &text[base.len()..];
    let sign = if base.ends_with(" + ") { 1 } else { -1 };
    match base.strip_suffix(" + ").or_else(|| base.strip_suffix(" - ")) {
        Some(base) if (1..4).contains(&digits.len()) && shape(&base.chars().collect::<Vec<_>>()) != Kind::Compound => {
            (base, sign * digits.parse::<i32>().expect("at most three digits"))
        }
        _ => (text, 0),
    }
}

impl Template {
    /// The integer of at most nine digits that is all of it.
    pub fn constant(&self) -> Option<i32> {
        match self.pieces.as_slice() {
            [Piece::Text(text)] if text.len() <= 9 && text.chars().all(is_digit) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn parse(text: &str) -> Result<Template, String> {
        let (text, plus) = ending(text.trim());
        let chars: Vec<char> = text.chars().collect();
        let n = chars.len();
        let kind = shape(&chars);
        let mut template = Template { pieces: Vec::new(), counts: [0; 10], lazy: [false; 10], order: Vec::new(), kind, plus };
        let mut pending = String::new();
        let mut lazy = false;
        let mut i = 0;
        while i < n {
            if chars[i] != '%' {
                pending.push(chars[i]);
                if pending.ends_with(" and ") || pending.ends_with(" or ") {
                    lazy = true;
                }
                i += 1;
                continue;
            }
            if i + 1 < n && chars[i + 1] == ' ' {
                // the operator
                pending.push('%');
                i += 1;
                continue;
            }
            let (arg, plus, after) = hole(text, &chars, i)?;
            let mut before = i;
            while before > 0 && chars[before - 1] == ' ' {
                before -= 1;
            }
            let mut next = after;
            while next < n && chars[next] == ' ' {
                next += 1;
            }
            let assigned = before > 1 && chars[before - 1] == '=' && !"=~<>".contains(chars[before - 2]) && next == n;
            let opens = before == 0 || "(,[{".contains(chars[before - 1]);
            let closes = next == n || "),]}".contains(chars[next]);
            let prefix =
                after < n && "[(.:".contains(chars[after]) && !(chars[after] == '.' && after + 1 < n && chars[after + 1] == '.');
            if !pending.is_empty() {
                template.pieces.push(Piece::Text(std::mem::take(&mut pending)));
            }
            template.pieces.push(Piece::Hole { arg, plus, bare: assigned || (opens && closes), prefix });
            if template.counts[arg] == 0 {
                template.order.push(arg);
                template.lazy[arg] = lazy;
            }
            template.counts[arg] += 1;
            i = after;
        }
        if !pending.is_empty() {
            template.pieces.push(Piece::Text(pending));
        }
        Ok(template)
    }

    /// The text with `args` in it; `result` is `%0`.
    pub fn expand(&self, result: Option<&Expr>, args: &[Expr]) -> error::Result<Expr> {
        let argument = |arg: usize| -> error::Result<&Expr> {
            let found = if arg == 0 { result } else { args.get(arg - 1) };
            found.ok_or_else(|| Error::other(format!("a template names %{arg}, which the primitive does not have")))
        };
        let e = match self.pieces.as_slice() {
            [Piece::Hole { arg, plus: 0, .. }] => argument(*arg)?.clone(),
            [Piece::Hole { arg: first, plus: 0, .. }, Piece::Text(sign), Piece::Hole { arg: second, plus: 0, .. }]
                if sign == " + " || sign == " - " =>
            {
                let (a, b) = (argument(*first)?, argument(*second)?);
                match (a.known, b.known) {
                    (None | Some(Known::Sum { .. }), Some(Known::Int(n))) => add(a, if sign == " + " { n } else { -n }),
                    (Some(Known::Int(n)), None | Some(Known::Sum { .. })) if sign == " + " => add(b, n),
                    _ => self.fill(argument)?,
                }
            }
            _ => self.fill(argument)?,
        };
        Ok(if self.plus == 0 { e } else { add(&e, self.plus) })
    }

    /// The pieces one after the other.
    fn fill<'a>(&self, argument: impl Fn(usize) -> error::Result<&'a Expr>) -> error::Result<Expr> {
        let mut text = String::new();
        let mut vars = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(t) => text.push_str(t),
                Piece::Hole { arg, plus, bare, prefix } => {
                    let found = argument(*arg)?;
                    let e = if *plus == 0 { found.clone() } else { add(found, *plus) };
                    vars.extend_from_slice(&e.vars);
                    if let (Some(Known::Int(value)), true) = (e.known, text.ends_with(" + "))
                        && value < 0
                    {
                        text.truncate(text.len() - 2);
                        text.push_str(&format!("- {}", -i64::from(value)));
                    } else if *bare {
                        text.push_str(&e.text);
                    } else {
                        text.push_str(&operand(&e, *prefix));
                    }
                }
            }
        }
        Ok(Expr { text, kind: self.kind, known: None, vars })
    }
}
