//! The runtime's code for the compact style: no comments, only the blanks that Lua needs, short names for locals.
//!
//! A name that is declared as a local anywhere in the code is replaced wherever it stands for a variable, by one that no other
//! name of the code has. So every variable that was another one stays another one, and no scopes have to be known. What it
//! asks of the runtime: a name is not a local in one place of a section and a global in another, but for
//! those of Lua's library, which stay.

use std::collections::{BTreeMap, BTreeSet};

use crate::lua::short_names::ShortNames;

/// Lines are broken at the next blank beyond this length.
const LINE: usize = 120;

/// Keywords, globals and what Lua itself declares: no new names, and not replaced.
const RESERVED: &str = "and break do else elseif end false for function goto if in local nil not or repeat return then true until while \
    arg assert bit bit32 buffer collectgarbage coroutine debug error getfenv getmetatable io ipairs jit load loadfile loadstring math \
    newproxy next os package pairs pcall print rawequal rawget rawlen rawset require select self setfenv setmetatable string table \
    tonumber tostring type unpack utf8 vim warn xpcall";

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

fn is_name(token: &str) -> bool {
    token.as_bytes().first().is_some_and(|&c| is_word(c) && !c.is_ascii_digit())
}

/// The index after the long bracket that begins at `start`; None: no such bracket begins there.
fn long_bracket(code: &str, start: usize) -> Option<usize> {
    let rest = code.get(start..)?.strip_prefix('[')?;
    let level = rest.bytes().take_while(|&c| c == b'=').count();
    if rest.as_bytes().get(level) != Some(&b'[') {
        return None;
    }
    let close = format!("]{}]", "=".repeat(level));
    Some(code.get(start..)?.find(&close).map_or(code.len(), |at| start + at + close.len()))
}

/// The index after the string in quotes that begins at `start`.
fn quoted(bytes: &[u8], start: usize) -> usize {
    let mut i = start + 1;
    while i < bytes.len() && bytes[i] != bytes[start] {
        i += if bytes[i] == b'\\' { 2 } else { 1 };
    }
    (i + 1).min(bytes.len())
}

/// The beginning or the end of a region, on a line of its own; only what is packed has any left (runtime.rs).
fn is_mark(token: &str) -> bool {
    token.starts_with("--")
}

/// Words and numbers, strings, operators, single characters, and marks of regions; no other comments.
fn tokens(code: &str) -> Vec<&str> {
    let bytes = code.as_bytes();
    let while_from = |start: usize, holds: &dyn Fn(u8) -> bool| {
        bytes.iter().skip(start).position(|&c| !holds(c)).map_or(bytes.len(), |length| start + length)
    };
    let mut tokens = Vec::new();
    let mut i = 0;
    while let Some(&c) = bytes.get(i) {
        let next = bytes.get(i + 1).copied().unwrap_or(b' ');
        let end = if c == b'-' && next == b'-' {
            let end = while_from(i, &|c| c != b'\n');
            if !matches!(bytes.get(i + 2), Some(b'{' | b'}')) {
                i = end;
                continue;
            }
            end
        } else if c.is_ascii_whitespace() {
            i += 1;
            continue;
        } else if c == b'"' || c == b'\'' {
            quoted(bytes, i)
        } else if let Some(end) = long_bracket(code, i) {
            end
        } else if c.is_ascii_digit() {
            let end = while_from(i, &|c| is_word(c) || c == b'.');
            let signed = !code[i..end].starts_with("0x") && code[i..end].ends_with('e');
            if signed { while_from(end + 1, &is_word) } else { end }
        } else if is_word(c) {
            while_from(i, &is_word)
        } else if c == b'.' {
            while_from(i, &|c| c == b'.')
        } else {
            i + if b"<>~=".contains(&c) && next == b'=' || b"<>/".contains(&c) && next == c { 2 } else { 1 }
        };
        tokens.push(&code[i..end]);
        i = end;
    }
    tokens
}

struct Variables {
    /// Which of the tokens are names of variables: no keywords, fields, methods, or keys of a constructor.
    names: Vec<bool>,
    /// Whether there is a local outside of functions and blocks.
    scope: bool,
}

fn variables(tokens: &[&str], reserved: &BTreeSet<&str>) -> Variables {
    let at = |i: usize| tokens.get(i).copied().unwrap_or("");
    let mut open: Vec<&str> = Vec::new();
    let mut found = Variables { names: Vec::with_capacity(tokens.len()), scope: false };
    for (i, &token) in tokens.iter().enumerate() {
        let before = if i > 0 { at(i - 1) } else { "" };
        let field = before == "." || before == ":";
        if !field {
            match token {
                "{" | "(" | "[" | "function" | "if" | "do" | "repeat" => open.push(token),
                "}" | ")" | "]" | "end" | "until" => {
                    open.pop();
                }
                _ => {}
            }
        }
        let first = matches!(before, "{" | "," | ";") && open.last() == Some(&"{");
        let key = first && at(i + 1) == "=";
        found.names.push(is_name(token) && !field && !key && !reserved.contains(token));
        found.scope |= open.is_empty() && token == "local";
    }
    found
}

/// The names that `local`, `for` and the parameters of functions declare.
fn declared<'a>(tokens: &[&'a str]) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for (i, &token) in tokens.iter().enumerate() {
        let start = match token {
            "local" if tokens.get(i + 1) == Some(&"function") => i + 2,
            "local" | "for" => i + 1,
            "function" => tokens.iter().skip(i).position(|&t| t == "(").map_or(tokens.len(), |open| i + open + 1),
            _ => continue,
        };
        for pair in tokens.get(start..).unwrap_or(&[]).chunks(2) {
            names.extend(pair.first().copied().filter(|name| is_name(name)));
            if pair.get(1) != Some(&",") {
                break;
            }
        }
    }
    names
}

/// The names that code declares.
#[cfg(test)]
pub fn locals(code: &str) -> Vec<String> {
    declared(&tokens(code)).into_iter().map(String::from).collect()
}

/// a, b, … z, aa, ab, …
fn short(number: usize) -> String {
    let letter = char::from(b'a' + (number % 26) as u8);
    if number < 26 { letter.to_string() } else { format!("{}{letter}", short(number / 26 - 1)) }
}

/// The new names, in the order of the first occurrence. They follow from that order alone: code that was renamed before gets the same.
fn renamed<'a>(tokens: &[&'a str], variables: &Variables, reserved: &BTreeSet<&'a str>) -> BTreeMap<&'a str, String> {
    let declared = declared(tokens);
    let used = || tokens.iter().copied().zip(&variables.names).filter(|(_, variable)| **variable).map(|(token, _)| token);
    let is_local = |token: &str| token.as_bytes()[0].is_ascii_lowercase() && declared.contains(token);
    let mut taken = reserved.clone();
    taken.extend(used().filter(|token| !is_local(token)));
    let mut names = BTreeMap::new();
    let mut number = 0;
    for token in used() {
        if !is_local(token) || names.contains_key(token) {
            continue;
        }
        while taken.contains(short(number).as_str()) {
            number += 1;
        }
        names.insert(token, short(number));
        number += 1;
    }
    names
}

/// The code in lines, each with its end; `short`: the names of what is not its own; `wrap`: between `do` and `end` when it has locals.
pub fn run(code: &str, short: &ShortNames, wrap: bool) -> String {
    let reserved: BTreeSet<&str> = RESERVED.split_ascii_whitespace().collect();
    let mut tokens = tokens(code);
    let mut variables = variables(&tokens, &reserved);
    let names = renamed(&tokens, &variables, &reserved);
    if wrap && variables.scope {
        tokens.insert(0, "do");
        tokens.push("end");
        variables.names.insert(0, false);
    }
    let mut out = String::new();
    let mut line = 0;
    for (i, &token) in tokens.iter().enumerate() {
        let primitive = i > 1 && tokens[i - 1] == "." && tokens[i - 2] == "P";
        let primitive = if primitive { short.primitive(token) } else { None };
        let name = if variables.names.get(i) == Some(&true) {
            names.get(token).map(String::as_str).or_else(|| short.local(token))
        } else {
            primitive.as_deref()
        };
        let text = name.unwrap_or(token);
        let before = out.as_bytes().last().copied().unwrap_or(b'\n');
        let after = text.as_bytes().first().copied().unwrap_or(b'\n');
        if is_mark(text) || i > 0 && is_mark(tokens[i - 1]) {
            out.push('\n');
            line = out.len();
        } else if is_word(before) && is_word(after) || before.is_ascii_digit() && after == b'.' || before == b'-' && after == b'-'
        {
            let long = out.len() - line > LINE;
            out.push(if long { '\n' } else { ' ' });
            line = if long { out.len() } else { line };
        }
        out.push_str(text);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::ShortNames;

    fn run(code: &str, wrap: bool) -> String {
        super::run(code, &ShortNames::default(), wrap)
    }

    #[test]
    fn locals_are_renamed_and_fields_are_not() {
        let code = "-- about\nlocal text, byte = P.text, string.byte -- why\nfunction P.take(channel, text)\n  return { text = channel.text, \
                    n = #text - -1 .. 'a  b' }, byte(text), function(...) local text, n = 1, 2 end\nend\n";
        assert_eq!(
            run(code, true),
            "do local a,b=P.text,string.byte function P.take(c,a)return{text=c.text,n=#a- -1 ..'a  b'},b(a),function(...)local a,d=1,2\n\
             end end end\n"
        );
    }

    #[test]
    fn what_is_no_local_and_what_is_taken_stays() {
        assert_eq!(
            run("local a, value = 1, other\nfor key in next, value do a = key end", false),
            "local a,b=1,other for c in next,b do a=c end\n"
        );
        assert_eq!(run("P.x = [==[ -- local ]] ]==]\nwhile x >= y do end", true), "P.x=[==[ -- local ]] ]==]while x>=y do end\n");
    }
}
