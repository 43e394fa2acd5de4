//! The lines of the Lua file from which an exception may come, as data for `runtime/lua/backtrace.lua`: one string of letters
//! and numbers, because nothing of it is read unless a backtrace is asked for.
//!
//! Each line begins with the kind of its place (`c` call, `r` raise, `a` raise again, `n` raise without a backtrace) and how
//! many lines after the one before it stands (nothing: 1); `p` begins one more frame that ocamlrun has there. If the location
//! is known there follow file `f` and definition `d` (numbers of names) and `l`, how many lines of the source further, where they
//! change; the first character `s`, the number of characters `e`; and when it ends on a later line `m`, how many lines later, and
//! `x`, the character there.

use std::collections::BTreeMap;

use crate::ir::program::{Place, PlaceKind};
use crate::lua::literal;

/// Names by number, from 1, each once.
#[derive(Default)]
struct Names<'a> {
    numbers: BTreeMap<&'a [u8], usize>,
    list: Vec<&'a [u8]>,
}

impl<'a> Names<'a> {
    fn number(&mut self, name: &'a [u8]) -> usize {
        let next = self.list.len() + 1;
        let number = *self.numbers.entry(name).or_insert(next);
        if number == next {
            self.list.push(name);
        }
        number
    }
}

fn letter(kind: PlaceKind) -> char {
    match kind {
        PlaceKind::Call => 'c',
        PlaceKind::Raise => 'r',
        PlaceKind::Reraise => 'a',
        PlaceKind::Notrace => 'n',
    }
}

/// `lines`: line of the Lua file and number of its place, ascending.
pub fn run(places: &[Place], lines: &[(usize, u32)]) -> String {
    let mut names = Names::default();
    let mut text = String::new();
    let (mut at, mut file, mut definition, mut line) = (0, 0, 0, 0);
    for (number, place) in lines {
        let Some(place) = places.get(*place as usize) else { continue };
        text.push(letter(place.kind));
        if number - at != 1 {
            text.push_str(&(number - at).to_string());
        }
        at = *number;
        for (i, location) in place.locations.iter().enumerate() {
            if i > 0 {
                text.push('p');
            }
            let Some(location) = location else { continue };
            let (f, d) = (names.number(&location.file), names.number(&location.definition));
            if f != file {
                text.push_str(&format!("f{f}"));
            }
            if d != definition {
                text.push_str(&format!("d{d}"));
            }
            if location.line != line {
                text.push_str(&format!("l{}", location.line - line));
            }
            (file, definition, line) = (f, d, location.line);
            text.push_str(&format!("s{}e{}", location.start, location.end - location.start));
            if location.end_line != location.line {
                text.push_str(&format!("m{}x{}", location.end_line - location.line, location.end_char));
            }
        }
    }
    let names: Vec<String> = names.list.into_iter().map(literal::string).collect();
    format!("P.place_names = {{{}}}\nP.place_lines = \"{text}\"\n", names.join(",\n"))
}
