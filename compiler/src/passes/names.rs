//! Names of functions and variables, from the debug information where there is any.

use std::collections::BTreeMap;

use crate::bytecode::container::Image;
use crate::error::Result;

/// What the debug information says, by address.
pub struct Hints {
    /// Addresses with events, ascending.
    pcs: Vec<usize>,
    /// For each, the names of stack slots.
    slots: Vec<Vec<(usize, String)>>,
    /// The definition that each function's code is, by entry.
    functions: BTreeMap<usize, String>,
}

impl Hints {
    /// The names of stack slots before the instruction at `pc`.
    pub fn at(&self, pc: usize) -> &[(usize, String)] {
        match self.pcs.binary_search(&pc) {
            Ok(i) => &self.slots[i],
            Err(_) => &[],
        }
    }
}

/// Where a function stands, which one creates it and where.
pub struct Site {
    pub entry: usize,
    pub parent: Option<u32>,
    pub created: usize,
}

pub fn hints(_image: &Image) -> Result<Hints> {
    Ok(Hints { pcs: Vec::new(), slots: Vec::new(), functions: BTreeMap::new() })
}

/// `text` with everything that a Lua name cannot have replaced by `_`.
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

/// The unit `Stdlib__List` is called `List`.
fn short_unit(name: &str) -> String {
    let mut start = 0;
    let bytes = name.as_bytes();
    for i in 2..bytes.len() {
        if bytes[i - 1] == b'_' && bytes[i - 2] == b'_' && bytes[i] != b'_' {
            start = i;
        }
    }
    sanitise(&name[start..])
}

/// The last part of a definition's name, without the unit: `Stdlib__List.map.(fun)` gives `map_fun`.
fn definition(name: &str) -> String {
    match name.find('.') {
        Some(i) => sanitise(&name[i + 1..]),
        None => String::new(),
    }
}

/// A name for each function (in the order of their ids), unique in the program.
pub fn functions(image: &Image, hints: &Hints, sites: &[Site], units: &[(usize, usize)]) -> Vec<String> {
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
        let known = match hints.functions.get(&site.entry) {
            Some(name) => definition(name),
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
