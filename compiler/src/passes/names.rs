//! Names of functions and variables, from the debug information where there is any.

use std::collections::{BTreeMap, BTreeSet};

use crate::bytecode::container::Image;
use crate::bytecode::debug_events::Debug;
use crate::ir::program::Program;

/// Where a function stands, which one creates it and where.
pub struct Site {
    /// After its GRAB.
    pub start: usize,
    pub parent: Option<u32>,
    pub created: usize,
}

/// `text` as a part of a Lua name: letters, digits and `_`; operators give `_`.
fn sanitise(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b == b'_' {
            out.push(b as char);
        } else if b != b'(' && b != b')' {
            out.push('_');
        }
    }
    out
}

/// The hint for an OCaml variable: begins with a lower-case letter, or is empty.
pub fn variable(name: &str) -> String {
    let mut out = String::new();
    for b in name.bytes() {
        if out.is_empty() && b.is_ascii_alphabetic() {
            out.push(b.to_ascii_lowercase() as char);
        } else if !out.is_empty() && (b.is_ascii_alphanumeric() || b == b'_') {
            out.push(b as char);
        } else if !out.is_empty() && b == b'\'' {
            out.push('_');
        }
    }
    out
}

/// The unit `Stdlib__List` is called `List`.
pub fn short_unit(name: &str) -> String {
    let mut start = 0;
    let bytes = name.as_bytes();
    for i in 2..bytes.len() {
        if bytes[i - 1] == b'_' && bytes[i - 2] == b'_' && bytes[i] != b'_' {
            start = i;
        }
    }
    sanitise(&name[start..])
}

/// A definition without its unit: `Stdlib__List.map.(fun)` gives `map_fun`, operators `op`.
fn definition(name: &str) -> String {
    match name.find('.') {
        Some(i) => {
            let text = sanitise(&name[i + 1..]);
            if text.bytes().all(|b| b == b'_') { "op".to_string() } else { text }
        }
        None => String::new(),
    }
}

/// The file without its folder, "" for those that OCaml makes up.
fn base_name(file: &str) -> &str {
    let base = match file.rfind(['/', '\\']) {
        Some(i) => &file[i + 1..],
        None => file,
    };
    if base == "_none_" { "" } else { base }
}

/// Where the function whose code begins at `start` (after its GRAB) stands in the OCaml source: `List.map, list.ml:92`.
pub fn place(debug: &Debug, start: usize) -> String {
    let name = match debug.function_name(start) {
        Some(name) => match name.find('.') {
            Some(i) => format!("{}{}", short_unit(&name[..i]), &name[i..]),
            None => name,
        },
        None => return String::new(),
    };
    match debug.line(start) {
        Some((file, line)) if line > 0 && !base_name(&file).is_empty() => format!("{name}, {}:{line}", base_name(&file)),
        _ => name,
    }
}

/// A name for each function (in the order of their ids), unique in the program.
pub fn functions(image: &Image, debug: &Debug, sites: &[Site], units: &[(usize, usize)]) -> Vec<String> {
    let mut unit_of: Vec<String> = Vec::new();
    let mut names = Vec::new();
    let mut unnamed: BTreeMap<String, u32> = BTreeMap::new();
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    for site in sites {
        unit_of.push(match site.parent {
            Some(0) => {
                let i = units.partition_point(|u| u.0 < site.created);
                match units.get(i) {
                    Some(u) => short_unit(&image.global_names[u.1]),
                    None => "Main".to_string(),
                }
            }
            _ => String::new(),
        });
    }
    for (id, site) in sites.iter().enumerate() {
        let mut chain = Vec::new();
        let mut at = id;
        while unit_of[at].is_empty() {
            chain.push(at);
            match sites[at].parent {
                Some(p) => at = p as usize,
                None => break,
            }
        }
        let unit = unit_of[at].clone();
        for i in chain {
            unit_of[i] = unit.clone();
        }
        let known = match debug.function_name(site.start) {
            Some(name) => definition(&name),
            None => String::new(),
        };
        let base = if site.parent.is_none() {
            "main".to_string()
        } else if known.is_empty() {
            let n = unnamed.entry(unit.clone()).or_insert(0);
            *n += 1;
            format!("{unit}_f{n}")
        } else {
            format!("{unit}_{known}")
        };
        let mut name = base.clone();
        while taken.contains_key(&name) {
            let n = taken.entry(base.clone()).or_insert(1);
            *n += 1;
            name = format!("{base}_{n}");
        }
        taken.insert(name.clone(), 1);
        names.push(name);
    }
    names
}

/// The names that functions have.
pub fn taken(program: &Program) -> BTreeSet<String> {
    program.functions.iter().flatten().map(|f| f.name.clone()).collect()
}

/// `base`, or the first of `base_2`, `base_3` … that is free; it is taken then.
pub fn unique(taken: &mut BTreeSet<String>, base: &str) -> String {
    let mut name = base.to_string();
    let mut n = 1;
    while !taken.insert(name.clone()) {
        n += 1;
        name = format!("{base}_{n}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_not_shown() {
        for (file, base) in
            [("list.ml", "list.ml"), ("/a/b/list.ml", "list.ml"), ("a\\list.ml", "list.ml"), ("_none_", ""), ("a/", "")]
        {
            assert_eq!(base_name(file), base);
        }
    }
}
