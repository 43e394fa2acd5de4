//! Short names for the compact style: of the functions and their variables, of the primitives' fields of `P`, and of the
//! chunk's locals. They follow from the numbers of functions and sections alone, so that what is written first need not know
//! what comes later. Lower-case letters are variables, upper-case ones the chunk's locals; functions and primitives have
//! a lower-case letter and then capitals and digits, which is never a keyword.

use std::collections::BTreeMap;

use crate::link::fragment::Table;

/// Free for the chunk's locals: no section and no function has such a name.
pub const CAPITALS: &[u8] = b"EHIJLMNOQRUVWXYZ";
const MARKS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

fn letter(n: usize) -> char {
    char::from(b'a' + (n % 26) as u8)
}

fn tail(n: usize) -> String {
    let mark = char::from(MARKS[n % MARKS.len()]);
    if n < MARKS.len() { mark.to_string() } else { format!("{}{mark}", tail(n / MARKS.len() - 1)) }
}

/// aA, bA, … zA, aB, …
fn numbered(n: usize) -> String {
    format!("{}{}", letter(n), tail(n / 26))
}

/// The number of `v12` or `F12`, if the word is like that.
fn number(word: &str) -> Option<usize> {
    let digits = word.get(1..)?;
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The names for one table of sections; the default changes none.
#[derive(Default)]
pub struct ShortNames<'a> {
    table: Option<&'a Table>,
    locals: BTreeMap<&'a str, String>,
}

/// The locals that the prelude declares, whose code has values behind the names or another `local`.
pub fn declared(prelude: &str) -> impl Iterator<Item = &str> {
    let declarations = prelude.split("local").skip(1);
    declarations.flat_map(|text| text.split('=').next().unwrap_or_default().split(',')).map(str::trim)
}

impl<'a> ShortNames<'a> {
    /// The last locals of the prelude have the shortest names: the program's own code uses them most.
    pub fn new(table: &'a Table) -> Self {
        let prelude = table.find("prelude").map_or("", |section| &section.code);
        let mut long: Vec<&str> = declared(prelude).filter(|name| name.len() > 2).collect();
        long.reverse();
        let short = |i: usize| {
            let capital = char::from(CAPITALS[i % CAPITALS.len()]);
            if i < CAPITALS.len() { capital.to_string() } else { format!("{capital}{}", i / CAPITALS.len()) }
        };
        ShortNames { table: Some(table), locals: long.into_iter().enumerate().map(|(i, name)| (name, short(i))).collect() }
    }

    /// The name of one of the chunk's locals.
    pub fn local(&self, name: &str) -> Option<&str> {
        self.locals.get(name).map(String::as_str)
    }

    /// The field of `P` for a primitive.
    pub fn primitive(&self, name: &str) -> Option<String> {
        self.table.and_then(|table| table.position(name)).map(numbered)
    }

    /// What stands in a function's code: a variable, a function that is a local, one of the chunk's locals.
    pub fn word(&self, word: &str) -> Option<String> {
        self.table?;
        match (word.as_bytes().first(), number(word)) {
            (Some(b'v'), Some(n)) if n >= 1 => Some(if n <= 26 { letter(n - 1).to_string() } else { format!("_{n}") }),
            (Some(b'F'), Some(n)) => Some(numbered(n)),
            _ => self.local(word).map(str::to_string),
        }
    }

    /// The field of `F` for a function, if the text begins with `[12]`; and how long that is.
    pub fn function(&self, text: &str) -> Option<(String, usize)> {
        self.table?;
        let end = text.starts_with('[').then(|| text.find(']'))??;
        Some((numbered(number(&text[..end])?), end + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fragment;
    use crate::lua::lua_text::squeeze;
    use crate::target::Target;

    #[test]
    fn all_but_fields_strings_and_sectionless_names_are_short() {
        let prelude = "--// Provides: prelude\nlocal P, F = {}, {}\nlocal Error = error\nlocal Try, Deep\n";
        let text = format!("{prelude}--// Provides: caml_f\nP.caml_f = 1\n");
        let table = fragment::parse(&[("a.lua".into(), text)], (4, 13), Target::Portable).unwrap();
        let names = ShortNames::new(&table);
        for (text, expected) in [
            ("local v1, v26, v27 = Deep(F12, F[937].v1, v2_1)", "local a,z,_27=E(mA,F.bAA.v1,v2_1)"),
            ("Error(P.caml_f, P.caml_g, v3.P.caml_f, \"v1\", 0xF1 .. v1)", "I(P.bA,P.caml_g,c.P.caml_f,\"v1\",0xF1 .. a)"),
            ("P[\"%x\"] = F[v1]", "P[\"%x\"]=F[a]"),
        ] {
            assert_eq!(squeeze(text, &names), expected);
        }
    }
}
