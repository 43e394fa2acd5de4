//! Programs of many cases, how they are compiled, and the parts of what they print.

use std::collections::BTreeMap;

use lua_of_ocaml::lua::lua_text::Style;

use super::Mode;
use super::choices::{Choices, seed_of};
use super::generate::Generator;

/// How a batch is compiled, by OCaml and by us.
#[derive(Clone, Copy, Debug)]
pub struct Variation {
    pub mode: Mode,
    /// With OCaml's debugging information.
    pub debug: bool,
    pub style: Style,
    /// Level of optimisation.
    pub level: u8,
    /// With the locations for backtraces.
    pub locations: bool,
    /// With an OCaml 5 if there is one.
    pub five: bool,
    /// The reference must write the same Lua.
    pub twins: bool,
}

impl Variation {
    /// The variation of the batch of a number: all combinations take turns.
    pub fn of(batch: u64) -> Variation {
        let styles = [Style::Readable, Style::Compact, Style::Pretty];
        Variation {
            mode: Mode { wide: batch % 2 == 1, checked: batch % 5 != 4 },
            debug: batch % 3 != 2,
            style: styles[(batch / 2 % 3) as usize],
            level: [1, 0, 1, 2][((batch / 16 + batch) % 4) as usize],
            locations: batch % 7 > 4,
            five: batch % 4 >= 2,
            twins: batch % 16 == 3,
        }
    }

    /// The options of ocamlc.
    pub fn ocamlc_options(self) -> Vec<&'static str> {
        let mut options = Vec::new();
        options.extend(self.debug.then_some("-g"));
        options.extend((!self.mode.checked).then_some("-unsafe"));
        options
    }

    /// The options of our compilers.
    pub fn compile_options(self) -> Vec<&'static str> {
        let mut options = match self.style {
            Style::Readable => vec![],
            Style::Compact => vec!["--compact"],
            Style::Pretty => vec!["--pretty"],
        };
        options.extend(self.locations.then_some("-g"));
        options.push(["-O0", "-O1", "-O2"][usize::from(self.level)]);
        options
    }
}

/// What every program opens.
pub const PRELUDE: &str = include_str!("../../fuzz/prelude.ml");

/// The case that `choices` make, and the choices that were made.
pub fn case(choices: Choices, mode: Mode, number: usize) -> (String, Choices) {
    let mut generator = Generator::new(choices, mode);
    let text = generator.case(number);
    (text, generator.choices)
}

/// The streams of the cases of a batch.
pub fn streams(seed: u64, batch: u64, count: u64, mode: Mode) -> Vec<Vec<u32>> {
    let choices = |index| Choices::random(seed_of(seed_of(seed, batch), index));
    (0..count).map(|index| case(choices(index), mode, 0).1.made().to_vec()).collect()
}

/// The program of the cases that `streams` make, numbered from 0.
pub fn program<'a>(streams: impl IntoIterator<Item = &'a Vec<u32>>, mode: Mode) -> String {
    let cases = streams.into_iter().enumerate();
    let cases = cases.map(|(number, stream)| case(Choices::replay(stream), mode, number).0);
    format!("open Prelude\n{}", cases.collect::<String>())
}

/// What each case printed.
pub fn sections(output: &[u8]) -> BTreeMap<usize, Vec<u8>> {
    let mut sections = BTreeMap::new();
    let mut current: Option<usize> = None;
    for line in output.split_inclusive(|byte| *byte == b'\n') {
        let marker = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix('#')?.trim().parse().ok());
        if marker.is_some() {
            current = marker;
        }
        if let Some(number) = current {
            sections.entry(number).or_insert_with(Vec::new).extend_from_slice(line);
        }
    }
    sections
}
