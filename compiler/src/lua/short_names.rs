//! Short names for the compact style: of the functions and their variables, of the primitives' fields of `P`, and of the
//! chunk's locals. They follow from which functions and sections there are alone, so that what is written first need not know
//! what comes later. Lower-case letters are variables, upper-case ones the chunk's locals; functions and primitives have
//! a lower-case letter and then capitals and digits, which is never a keyword.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// One of the chunk's locals.
struct Local {
    short: String,
    /// Somebody has asked for it.
    used: AtomicBool,
}

/// The names for one table of sections; the default changes none.
#[derive(Default)]
pub struct ShortNames<'a> {
    table: Option<&'a Table>,
    /// By the number of a function: how many before it are left.
    functions: Vec<usize>,
    locals: BTreeMap<&'a str, Local>,
}

/// The locals that the prelude declares, whose code has values behind the names or another `local`.
pub fn declared(prelude: &str) -> impl Iterator<Item = &str> {
    let declarations = prelude.split("local").skip(1);
    declarations.flat_map(|text| text.split('=').next().unwrap_or_default().split(',')).map(str::trim)
}

impl<'a> ShortNames<'a> {
    /// The last locals of the prelude have the shortest names: the program's own code uses them most.
    pub fn new<T>(table: &'a Table, functions: &[Option<T>]) -> Self {
        let mut left = 0;
        let next = |function: &Option<T>| {
            let number = left;
            left += usize::from(function.is_some());
            number
        };
        let functions = functions.iter().map(next).collect();
        let prelude = table.find("prelude").map_or("", |section| &section.code);
        let mut names: Vec<&str> = declared(prelude).collect();
        names.reverse();
        let mut long = 0;
        let mut short = |name: &str| {
            if name.len() <= 2 {
                return name.to_string();
            }
            let capital = char::from(CAPITALS[long % CAPITALS.len()]);
            long += 1;
            if long <= CAPITALS.len() { capital.to_string() } else { format!("{capital}{}", (long - 1) / CAPITALS.len()) }
        };
        let locals = names.into_iter().map(|name| (name, Local { short: short(name), used: AtomicBool::new(false) })).collect();
        ShortNames { table: Some(table), functions, locals }
    }

    /// The name of one of the chunk's locals, which is used then.
    pub fn local(&self, name: &str) -> Option<&str> {
        let local = self.locals.get(name)?;
        local.used.store(true, Ordering::Relaxed);
        Some(&local.short)
    }

    /// The prelude without the locals of which nothing was used so far. It has what a constructor makes, and its argument, in any case.
    pub fn trimmed(&self, prelude: &str) -> String {
        let mut statements = prelude.split("local");
        let mut out = statements.next().unwrap_or_default().to_string();
        for statement in statements {
            if statement.contains("...") || statement.contains("{}") {
                out.push_str(&format!("local{statement}"));
                continue;
            }
            let (names, values) = statement.split_once('=').unwrap_or((statement, ""));
            let values = values.split(',').map(str::trim).chain(std::iter::repeat(""));
            let used = |name: &str| self.locals.get(name).is_some_and(|local| local.used.load(Ordering::Relaxed));
            let kept: Vec<(&str, &str)> = names.split(',').map(str::trim).zip(values).filter(|(name, _)| used(name)).collect();
            let (names, values): (Vec<&str>, Vec<&str>) = kept.into_iter().unzip();
            match values.first() {
                None => {}
                Some(&"") => out.push_str(&format!("local {}\n", names.join(", "))),
                Some(_) => out.push_str(&format!("local {} = {}\n", names.join(", "), values.join(", "))),
            }
        }
        out
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
            (Some(b'F'), Some(n)) => self.functions.get(n).copied().map(numbered),
            _ => self.local(word).map(str::to_string),
        }
    }

    /// The field of `F` for a function, if the text begins with `[12]`; and how long that is.
    pub fn function(&self, text: &str) -> Option<(String, usize)> {
        self.table?;
        let end = text.starts_with('[').then(|| text.find(']'))??;
        let function = self.functions.get(number(&text[..end])?)?;
        Some((numbered(*function), end + 1))
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
        let prelude = "--// prelude\nlocal P, F = {}, {}\nlocal Error = error\nlocal Try, Deep\n";
        let text = format!("{prelude}--// caml_f\nP.caml_f = 1\n");
        let table = fragment::parse(&[("a.lua".into(), text)], (4, 13), Target::Portable).unwrap();
        let mut functions = vec![Some(()); 938];
        functions[..2].fill(None);
        let names = ShortNames::new(&table, &functions);
        for (text, expected) in [
            ("local v1, v26, v27 = Deep(F12, F[937].v1, v2_1)", "local a,z,_27=E(kA,F.z9.v1,v2_1)"),
            ("Error(P.caml_f, P.caml_g, v3.P.caml_f, \"v1\", 0xF1 .. v1)", "I(P.bA,P.caml_g,c.P.caml_f,\"v1\",0xF1 .. a)"),
            ("P[\"%x\"] = F[v1]", "P[\"%x\"]=F[a]"),
        ] {
            assert_eq!(squeeze(text, &names), expected);
        }
    }
}
