//! The values that generated programs may call, from `stage-tests/fuzz/library.mli`.

use std::sync::OnceLock;

use super::Mode;
use super::types::{Binding, Parameter, Ty};

/// A value of OCaml's library or of the prelude.
pub struct Entry {
    pub name: &'static str,
    pub parameters: Vec<Parameter>,
    pub result: Ty,
    /// It gives ints, or has types, that 32 bits do not hold.
    pub wide: bool,
    /// It stays without its check of bounds under `-unsafe`.
    pub bounds: bool,
    /// Most arguments make it raise.
    pub raises: bool,
}

impl Entry {
    /// All entries, in the order of the file.
    pub fn all() -> &'static [Entry] {
        static ALL: OnceLock<Vec<Entry>> = OnceLock::new();
        ALL.get_or_init(|| include_str!("../../fuzz/library.mli").lines().filter_map(Entry::read).collect())
    }

    fn read(line: &'static str) -> Option<Entry> {
        let line = line.strip_prefix("val ")?;
        // Operators stand in parentheses with spaces, but none begins or ends with `*` and a space.
        let (line, comment) = line.rsplit_once(" (* ").unwrap_or((line, ""));
        let (name, ty) = line.split_once(" : ").expect("a line of library.mli is NAME : TYPE");
        let (parameters, result) = match Ty::parse(ty) {
            Ty::Fun(parameters, result) => (parameters, *result),
            ty => (Vec::new(), ty),
        };
        let is = |word| comment.contains(word);
        Some(Entry { name, parameters, result, wide: is("63"), bounds: is("bounds"), raises: is("raises") })
    }

    /// Whether programs of `mode` may use it.
    pub fn allowed(&self, mode: Mode) -> bool {
        (mode.wide || !self.wide) && (mode.checked || !self.bounds)
    }

    /// How many arguments it needs to give a `wanted`, and what its variables then are.
    pub fn gives(&self, wanted: &Ty) -> Option<(usize, Binding)> {
        let result = if self.result.is("large") { Ty::con("int") } else { self.result.clone() };
        let mut binding = Binding::new();
        if result.matches(wanted, &mut binding) {
            return Some((self.parameters.len(), binding));
        }
        let Ty::Fun(parameters, _) = wanted else { return None };
        let given = self.parameters.len().checked_sub(parameters.len())?;
        let mut binding = Binding::new();
        let rest = Ty::fun(self.parameters[given..].to_vec(), result);
        (!self.result.is("large") && rest.matches(wanted, &mut binding)).then_some((given, binding))
    }
}
