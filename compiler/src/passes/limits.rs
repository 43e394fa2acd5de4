//! Indices that are below the length of what they index: those that count up to it, or down from the last one, and those that a test has
//! led there.

use crate::ir::program::{Arg, Block, Func, Instr, Term, Var};
use crate::ir::visit::{dests, targets};
use crate::lua::flow::{Flow, NONE, dominates, entry_and_latch};
use crate::passes::facts::{self, Fact};

/// So far up the tree of dominators tests are looked at.
const CLIMB: usize = 16;

/// Constants below are added up, so that no target's ints overflow.
const NEAR: i32 = 0x100_0000;

/// What is known of a function.
pub struct Limits<'a> {
    f: &'a Func,
    flow: &'a Flow,
    /// Block and index of the instruction that defines a variable.
    definition: Vec<Option<(usize, usize)>>,
    facts: Vec<Option<Fact>>,
    /// The block whose parameter a variable is.
    home: Vec<usize>,
}

/// The length of a value, or a value, and a constant.
struct Sum {
    is_length: bool,
    base: Arg,
    plus: i32,
}

/// A loop that counts.
struct Loop<'a> {
    header: usize,
    latch: usize,
    start: &'a Arg,
    step: i32,
    wraps: bool,
}

impl Sum {
    fn has_base_of(&self, other: &Sum) -> bool {
        self.is_length == other.is_length && self.base == other.base
    }

    fn is_below(&self, other: &Sum) -> bool {
        self.has_base_of(other) && self.plus < other.plus
    }
}

fn makes_array(name: &str) -> bool {
    matches!(name, "caml_make_vect" | "caml_array_make" | "caml_uniform_array_make")
}

fn reads_length(name: &str) -> bool {
    matches!(name, "%array_length" | "caml_ml_string_length")
}

/// Does the primitive say a length?
pub fn says_length(name: &str) -> bool {
    reads_length(name) || makes_array(name)
}

fn near(n: i32) -> bool {
    n > -NEAR && n < NEAR
}

pub fn run<'a>(f: &'a Func, flow: &'a Flow) -> Limits<'a> {
    let mut definition = vec![None; f.names.len()];
    let mut home = vec![NONE; f.names.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        for p in &block.params {
            home[*p as usize] = b;
        }
        for (i, instr) in block.body.iter().enumerate() {
            if let Instr::Prim { dest, .. } = instr {
                definition[*dest as usize] = Some((b, i));
            }
        }
    }
    let facts = facts::run(f, flow, &definition);
    Limits { f, flow, definition, facts, home }
}

impl Limits<'_> {
    fn defined(&self, arg: &Arg) -> Option<(&str, &[Arg])> {
        match arg {
            Arg::Var(v) => facts::prim(self.f, &self.definition, *v),
            Arg::Int(_) | Arg::Wide(_) | Arg::Literal(_) => None,
        }
    }

    /// The value of `arg`, to which `plus` is added.
    fn sum(&self, arg: &Arg, plus: i32) -> Sum {
        match (arg, self.defined(arg)) {
            (Arg::Int(n), _) if near(plus + n) => Sum { is_length: false, base: Arg::Int(0), plus: plus + n },
            (_, Some(("%exact_add", [x, Arg::Int(n)]))) if near(plus + n) => self.sum(x, plus + n),
            (_, Some(("%exact_sub", [x, Arg::Int(n)]))) if near(plus - n) => self.sum(x, plus - n),
            (_, Some((name, [value]))) if reads_length(name) => self.length(value, plus),
            _ => Sum { is_length: false, base: *arg, plus },
        }
    }

    /// The length of a value, to which `plus` is added. Who makes an array says it.
    fn length(&self, value: &Arg, plus: i32) -> Sum {
        match self.defined(value) {
            Some((name, [n, _])) if makes_array(name) => self.sum(n, plus),
            _ => Sum { is_length: true, base: *value, plus },
        }
    }

    /// What block `from` passes for the parameter `v` of block `b`.
    fn passed(&self, from: usize, b: usize, v: Var) -> Option<&Arg> {
        let k = self.f.blocks[b].params.iter().position(|p| *p == v)?;
        targets(&self.f.blocks[from].term).find(|t| t.block as usize == b).map(|t| &t.args[k])
    }

    /// The loop that counts with the variable `v`.
    fn loop_of(&self, v: Var) -> Option<Loop<'_>> {
        let header = self.home[v as usize];
        let (entry, latch) = if header == NONE { None } else { entry_and_latch(self.flow, header) }?;
        match self.defined(self.passed(latch, header, v)?)? {
            (name @ ("%exact_add" | "%rising_add" | "%int_add"), [Arg::Var(w), Arg::Int(step)]) if *w == v => {
                let start = self.passed(entry, header, v)?;
                Some(Loop { header, latch, start, step: *step, wraps: name != "%exact_add" })
            }
            _ => None,
        }
    }

    /// What the loop that counts with `v` does not let it go beyond.
    fn counted(&self, v: Var) -> Option<&Arg> {
        let Loop { header, latch, start, step, wraps } = self.loop_of(v)?;
        match &self.f.blocks[latch].term {
            _ if step < 0 && !wraps => Some(start),
            Term::If(test, again, _) if step == 1 && again.block as usize == header => match self.defined(test)? {
                ("%counts", [Arg::Var(w), limit]) if *w == v => Some(limit),
                ("%counts", [limit, Arg::Var(w)]) if *w == v => Some(limit),
                _ => None,
            },
            _ => None,
        }
    }

    /// Is the value the same in every round of the loop of this header?
    fn is_fixed(&self, header: usize, arg: &Arg) -> bool {
        let Arg::Var(v) = arg else { return true };
        let makes = |block: &Block| block.params.contains(v) || block.body.iter().any(|instr| dests(instr).contains(v));
        !self.f.blocks.iter().enumerate().any(|(b, block)| dominates(self.flow, header, b) && makes(block))
    }

    /// Does `x` count up by 1 from a start that is not above `y`, a length to which a constant is added, and is only gone on with where
    /// it differs from it, as block `at` says?
    fn rises(&self, x: &Arg, y: &Arg, at: usize) -> bool {
        let Arg::Var(v) = x else { return false };
        let Some(Loop { header, latch, start: Arg::Int(start), step: 1, .. }) = self.loop_of(*v) else { return false };
        let limit = self.sum(y, 0);
        *start <= limit.plus && dominates(self.flow, at, latch) && self.is_fixed(header, &limit.base)
    }

    /// Is the index known to be below the length of the value in block `at`? It is not negative.
    pub fn holds(&self, value: &Arg, index: &Arg, at: usize) -> bool {
        let (length, index) = (self.length(value, 0), self.sum(index, 0));
        // `x` is `less` below `y` at least
        let says = |x: &Arg, y: &Arg, less: i32| {
            let low = self.sum(x, 0);
            low.has_base_of(&index) && self.sum(y, index.plus - low.plus - less).is_below(&length)
        };
        let mut above = std::iter::successors(Some(at), |at| Some(self.flow.idom[*at])).take(CLIMB);
        let counted = match index.base {
            Arg::Var(v) if !index.is_length => self.counted(v),
            _ => None,
        };
        index.is_below(&length)
            || counted.is_some_and(|limit| self.sum(limit, index.plus).is_below(&length))
            || above.any(|at| match &self.facts[at] {
                Some(Fact::Less(x, y)) => says(x, y, 1),
                Some(Fact::AtMost(x, y)) => says(x, y, 0),
                Some(Fact::Different(x, y)) => says(x, y, 1) && self.rises(x, y, at) || says(y, x, 1) && self.rises(y, x, at),
                Some(Fact::Equal(..)) | None => false,
            })
    }
}
