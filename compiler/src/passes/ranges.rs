//! Ranges of ints: operations that cannot overflow, indices that are not negative, tests that are decided. Values are followed
//! through each function to a fixpoint, sharpened where a test leads to a block; a loop that counts to a limit stays within it.
//!
//! A bound is an int of at most `LIMIT`, or one of two steps beyond: not the greatest int, or any (and so downwards).

use crate::ir::program::{Arg, Block, Func, Instr, Program, Term, Var};
use crate::ir::visit::{dests, each_arg, each_term_arg};
use crate::lua::flow::{self, Flow, NONE, targets};

/// Sums of two such bounds fit the smallest ints of any target.
const LIMIT: i32 = 1_073_741_823;
const BUT_ONE: i32 = LIMIT + 1;
const ANY: i32 = LIMIT + 2;
/// So often a function is walked through before what still grows becomes unbounded, and before it is given up.
const EXACT_ROUNDS: usize = 3;
const ROUNDS: usize = 12;
/// So far up the tree of dominators tests are looked at.
const CLIMB: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    low: i32,
    high: i32,
}

const FULL: Range = Range { low: -ANY, high: ANY };

fn range(low: i32, high: i32) -> Range {
    Range { low: low.min(LIMIT), high: high.max(-LIMIT) }
}

/// The upper bound of a sum, and whether it is one of an int.
fn sum_high(a: i32, b: i32) -> (i32, bool) {
    let (small, great) = (a.min(b), a.max(b));
    if great <= LIMIT {
        let sum = small + great;
        return (if sum > LIMIT { BUT_ONE } else { sum }, true);
    }
    if small < 0 || (small == 0 && great == BUT_ONE) {
        (BUT_ONE, true)
    } else if small == 0 || (small == 1 && great == BUT_ONE) {
        (ANY, true)
    } else {
        (ANY, false)
    }
}

fn sum_low(a: i32, b: i32) -> (i32, bool) {
    let (bound, safe) = sum_high(-a, -b);
    (-bound, safe)
}

/// A sum, and whether it cannot overflow.
fn add(a: Range, b: Range) -> (Range, bool) {
    let ((high, over), (low, under)) = (sum_high(a.high, b.high), sum_low(a.low, b.low));
    if over && under { (range(low, high), true) } else { (FULL, false) }
}

fn subtract(a: Range, b: Range) -> (Range, bool) {
    // The opposite of the least int is none, that of the next one the greatest.
    let (high, over) = match b.low {
        low if low == -ANY => (ANY, a.high < 0),
        low if low == -BUT_ONE => sum_high(a.high, ANY),
        low => sum_high(a.high, -low),
    };
    let (low, under) = sum_low(a.low, -(b.high.min(BUT_ONE)));
    if over && under { (range(low, high), true) } else { (FULL, false) }
}

/// A product, and whether it is one of natural numbers that cannot overflow.
fn multiply(a: Range, b: Range) -> (Range, bool) {
    let size = |r: Range| if r.low < -LIMIT || r.high > LIMIT { ANY } else { r.high.max(-r.low) };
    let (m, n) = (size(a), size(b));
    if m > LIMIT || n > LIMIT || (n > 0 && m > LIMIT / n) {
        (FULL, false)
    } else if a.low >= 0 && b.low >= 0 {
        (Range { low: a.low * b.low, high: m * n }, true)
    } else {
        (Range { low: -(m * n), high: m * n }, false)
    }
}

/// The next number of the form 2^n - 1.
fn mask(n: i32) -> i32 {
    let mut m = 1;
    while m <= n {
        m *= 2;
    }
    m - 1
}

fn power(n: i32) -> i32 {
    1 << n
}

/// What a loop counts with: `next` is its parameter plus or minus 1, and does not go beyond `bound`.
struct Counted {
    next: Var,
    bound: Arg,
    up: bool,
}

/// A test of two values that holds or does not: less (1), less or equal (2), equal (3), not equal (4).
type Fact = (u8, Arg, Arg);

fn test(name: &str, args: &[Arg], holds: bool) -> Option<Fact> {
    let [a, b] = args else { return None };
    let (a, b) = (a.clone(), b.clone());
    match (name, holds) {
        ("%int_lt", true) | ("%int_ge", false) => Some((1, a, b)),
        ("%int_gt", true) | ("%int_le", false) => Some((1, b, a)),
        ("%int_le", true) | ("%int_gt", false) => Some((2, a, b)),
        ("%int_ge", true) | ("%int_lt", false) => Some((2, b, a)),
        ("%int_eq", true) | ("%int_ne", false) => Some((3, a, b)),
        ("%int_ne", true) | ("%int_eq", false) => Some((4, a, b)),
        _ => None,
    }
}

struct Analysis<'a> {
    f: &'a Func,
    flow: Flow,
    /// Block and index of the instruction that defines a variable.
    definition: Vec<Option<(usize, usize)>>,
    /// The block of a variable; none: a parameter of the function.
    home: Vec<usize>,
    /// None: nothing reaches it yet.
    ranges: Vec<Option<Range>>,
    /// What holds in a block because of how it is reached.
    facts: Vec<Option<Fact>>,
    sharp: Vec<Vec<(Var, Range)>>,
    counted: Vec<Counted>,
    /// By variable: the counted loop whose next value it is.
    counter: Vec<Option<usize>>,
}

impl Analysis<'_> {
    fn instr(&self, v: Var) -> Option<(&str, &[Arg])> {
        let (b, i) = self.definition[v as usize]?;
        match &self.f.blocks[b].body[i] {
            Instr::Prim { name, args, .. } => Some((name, args)),
            _ => None,
        }
    }

    /// What the test at the end of `p` says on its way to `b`, which is reached only from there.
    fn fact(&self, p: usize, b: usize) -> Option<Fact> {
        let Term::If(Arg::Var(c), yes, no) = &self.f.blocks[p].term else { return None };
        if yes.block == no.block {
            return None;
        }
        let holds = yes.block as usize == b;
        match self.instr(*c) {
            Some((name, args)) if test(name, args, holds).is_some() => test(name, args, holds),
            _ => Some((if holds { 4 } else { 3 }, Arg::Var(*c), Arg::Int(0))),
        }
    }

    /// Is `x` at most `y` where block `p` leads to `b`?
    fn at_most(&self, x: &Arg, y: &Arg, p: usize, b: usize) -> bool {
        if let (Arg::Int(m), Arg::Int(n)) = (x, y) {
            return m <= n;
        }
        let says = |fact: &Option<Fact>| fact.as_ref().is_some_and(|(kind, a, b)| *kind < 4 && a == x && b == y);
        if says(&self.fact(p, b)) {
            return true;
        }
        let mut at = p;
        for _ in 0..CLIMB {
            if says(&self.facts[at]) {
                return true;
            }
            at = self.flow.idom[at];
        }
        false
    }

    /// Does the loop of header `h` count with its parameter number `k`?
    fn counts(&self, h: usize, k: usize, uses: &[u32]) -> Option<Counted> {
        let param = self.f.blocks[h].params[k];
        let [p, q] = self.flow.predecessors[h].as_slice() else { return None };
        let (entry, latch) = if self.flow.index[*p] < self.flow.index[*q] { (*p, *q) } else { (*q, *p) };
        if self.flow.index[entry] >= self.flow.index[h] || self.flow.index[latch] < self.flow.index[h] {
            return None;
        }
        let passed = |b: usize| targets(&self.f.blocks[b].term).into_iter().find(|t| t.block as usize == h).map(|t| &t.args[k]);
        let (Some(start), Some(Arg::Var(next))) = (passed(entry), passed(latch)) else { return None };
        let up = match self.instr(*next)? {
            ("%int_add", [Arg::Var(v), Arg::Int(1)]) if *v == param => true,
            ("%int_add", [Arg::Var(v), Arg::Int(-1)]) if *v == param => false,
            _ => return None,
        };
        if uses[*next as usize] != 1 {
            return None;
        }
        let (4, a, b) = self.fact(latch, h)? else { return None };
        let limit = if a == Arg::Var(param) {
            b
        } else if b == Arg::Var(param) {
            a
        } else {
            return None;
        };
        if let Arg::Var(v) = limit {
            // The limit is the same in every round.
            let home = self.home[v as usize];
            if home != NONE && self.flow.index[home] >= self.flow.index[h] {
                return None;
            }
        }
        let guarded = if up { self.at_most(start, &limit, entry, h) } else { self.at_most(&limit, start, entry, h) };
        guarded.then_some(Counted { next: *next, bound: limit, up })
    }

    fn of(&self, arg: &Arg, at: usize) -> Option<Range> {
        match arg {
            Arg::Int(n) => Some(Range { low: (*n).clamp(-BUT_ONE, LIMIT), high: (*n).clamp(-LIMIT, BUT_ONE) }),
            Arg::Wide(_) | Arg::Literal(_) => Some(FULL),
            Arg::Var(v) => {
                let mut range = self.ranges[*v as usize]?;
                let mut at = at;
                for _ in 0..CLIMB {
                    for (w, sharp) in &self.sharp[at] {
                        if w == v {
                            range = Range { low: range.low.max(sharp.low), high: range.high.min(sharp.high) };
                        }
                    }
                    at = self.flow.idom[at];
                }
                Some(range)
            }
        }
    }

    /// What block `b`'s fact says of the ranges of its operands.
    fn sharpen(&mut self, b: usize) {
        let Some((kind, x, y)) = &self.facts[b] else { return };
        let at = self.flow.idom[b];
        let (Some(r), Some(s)) = (self.of(x, at), self.of(y, at)) else { return };
        let below = |bound: i32| if bound > LIMIT { BUT_ONE } else { (bound - 1).max(-LIMIT) };
        let (for_x, for_y) = match kind {
            1 => (Range { low: -ANY, high: below(s.high) }, Range { low: -below(-r.low), high: ANY }),
            2 => (Range { low: -ANY, high: s.high }, Range { low: r.low, high: ANY }),
            3 => (s, r),
            _ => {
                let without = |r: Range, s: Range| {
                    let one = s.low == s.high;
                    let low = if one && r.low == s.low { -below(-r.low) } else { -ANY };
                    Range { low, high: if one && r.high == s.high { below(r.high) } else { ANY } }
                };
                (without(r, s), without(s, r))
            }
        };
        let mut list = Vec::new();
        for (arg, range) in [(x, for_x), (y, for_y)] {
            if let Arg::Var(v) = arg {
                list.push((*v, range));
            }
        }
        self.sharp[b] = list;
    }

    /// The result of a primitive on ints, and whether its simpler form will do.
    fn prim(&self, dest: Var, name: &str, args: &[Arg], at: usize) -> Option<(Range, bool)> {
        let unknown = Some((FULL, false));
        match (name, args) {
            ("%string_get" | "%bytes_get" | "caml_string_get" | "caml_bytes_get", _) => {
                Some((Range { low: 0, high: 255 }, false))
            }
            ("%array_length", _) => Some((Range { low: 0, high: LIMIT }, false)),
            ("caml_ml_string_length" | "caml_ml_bytes_length", _) => Some((Range { low: 0, high: BUT_ONE }, false)),
            ("%is_int" | "%bool_not", _) => Some((Range { low: 0, high: 1 }, false)),
            ("%int_add" | "%int_sub" | "%int_mul" | "%int_and" | "%int_or" | "%int_xor" | "%int_div" | "%int_mod", [x, y]) => {
                let (a, b) = (self.of(x, at)?, self.of(y, at)?);
                let natural = a.low >= 0 && b.low >= 0;
                Some(match name {
                    "%int_add" => match self.counter[dest as usize] {
                        Some(c) if self.counted[c].next == dest => {
                            let limit = self.of(&self.counted[c].bound, at)?;
                            let low = if self.counted[c].up { sum_low(a.low, 1).0 } else { limit.low };
                            (range(low, if self.counted[c].up { limit.high } else { sum_high(a.high, -1).0 }), true)
                        }
                        _ => add(a, b),
                    },
                    "%int_sub" => subtract(a, b),
                    "%int_mul" => multiply(a, b),
                    "%int_and" if a.low >= 0 || b.low >= 0 => {
                        let high = if !natural { if a.low >= 0 { a.high } else { b.high } } else { a.high.min(b.high) };
                        (Range { low: 0, high }, matches!(y, Arg::Int(n) if *n >= 0 && *n < LIMIT && mask(*n) == *n))
                    }
                    "%int_or" | "%int_xor" if natural && a.high.max(b.high) <= LIMIT => {
                        (Range { low: 0, high: mask(a.high.max(b.high)) }, false)
                    }
                    "%int_div" if a.low >= 0 && b.low > 0 => (Range { low: 0, high: a.high }, true),
                    "%int_mod" if b.low > 0 => {
                        let most = if b.high > LIMIT { b.high } else { b.high - 1 };
                        if a.low >= 0 { (Range { low: 0, high: most.min(a.high) }, true) } else { (range(-most, most), false) }
                    }
                    _ => (FULL, false),
                })
            }
            ("%int_asr" | "%int_lsr", [x, Arg::Int(n)]) if *n > 0 && *n < 30 => {
                let a = self.of(x, at)?;
                if a.low < 0 {
                    return unknown;
                }
                let high = if a.high > LIMIT { BUT_ONE } else { a.high / power(*n) };
                Some((Range { low: 0, high }, true))
            }
            ("%int_lsl", [x, Arg::Int(n)]) if *n >= 0 && *n < 30 => Some(multiply(self.of(x, at)?, range(power(*n), power(*n)))),
            (_, [x, y]) if test(name, args, true).is_some() => {
                let (a, b) = (self.of(x, at)?, self.of(y, at)?);
                // Surely less, surely not less.
                let less = |a: Range, b: Range| a.high <= LIMIT && b.low >= -LIMIT && a.high < b.low;
                let at_most = |a: Range, b: Range| a.high <= LIMIT && b.low >= -LIMIT && a.high <= b.low;
                let (yes, no) = match name {
                    "%int_lt" => (less(a, b), at_most(b, a)),
                    "%int_le" => (at_most(a, b), less(b, a)),
                    "%int_gt" => (less(b, a), at_most(a, b)),
                    "%int_ge" => (at_most(b, a), less(a, b)),
                    _ => (false, false),
                };
                Some((Range { low: i32::from(yes), high: i32::from(!no) }, false))
            }
            _ => unknown,
        }
    }

    /// One walk; gives whether something grew.
    fn walk(&mut self, round: usize) -> bool {
        let mut changed = false;
        let f = self.f;
        for i in 0..self.flow.order.len() {
            let b = self.flow.order[i];
            self.sharpen(b);
            for (k, p) in f.blocks[b].params.iter().enumerate() {
                let mut new = self.ranges[*p as usize];
                for j in 0..self.flow.predecessors[b].len() {
                    let from = self.flow.predecessors[b][j];
                    for t in targets(&f.blocks[from].term).into_iter().filter(|t| t.block as usize == b) {
                        if let (Some(arg), join) = (self.of(&t.args[k], from), new) {
                            let join = join.unwrap_or(arg);
                            new = Some(Range { low: join.low.min(arg.low), high: join.high.max(arg.high) });
                        }
                    }
                }
                changed = self.grow(*p, new, round) || changed;
            }
            for instr in &f.blocks[b].body {
                match instr {
                    Instr::Prim { dest, name, args } => {
                        let new = self.prim(*dest, name, args, b).map(|(range, _)| range);
                        changed = self.grow(*dest, new, round) || changed;
                    }
                    other => {
                        for v in dests(other) {
                            self.ranges[*v as usize] = Some(FULL);
                        }
                    }
                }
            }
        }
        changed
    }

    fn grow(&mut self, v: Var, new: Option<Range>, round: usize) -> bool {
        let old = self.ranges[v as usize];
        let Some(mut new) = new else { return false };
        if let Some(old) = old {
            new = Range { low: new.low.min(old.low), high: new.high.max(old.high) };
            if round >= EXACT_ROUNDS {
                new.low = if new.low < old.low { -ANY } else { new.low };
                new.high = if new.high > old.high { ANY } else { new.high };
            }
        }
        self.ranges[v as usize] = Some(new);
        old != Some(new)
    }

    /// What stands in the place of an instruction.
    fn simpler(&self, instr: &Instr, at: usize) -> Option<Instr> {
        let Instr::Prim { dest, name, args } = instr else { return None };
        let natural = |arg: &Arg| self.of(arg, at).is_some_and(|range| range.low >= 0);
        let positive = |arg: &Arg| self.of(arg, at).is_some_and(|range| range.low > 0);
        let sure = || self.prim(*dest, name, args, at).is_some_and(|(_, sure)| sure);
        let (name, args) = match (name.as_str(), args.as_slice()) {
            ("%int_add", _) if sure() => ("%exact_add", args.clone()),
            ("%int_sub", _) if sure() => ("%exact_sub", args.clone()),
            ("%int_mul", _) if sure() => ("%exact_mul", args.clone()),
            ("%int_div", _) if sure() => ("%exact_div", args.clone()),
            ("%int_mod", _) if sure() => ("%exact_mod", args.clone()),
            ("%int_div", [_, y]) if positive(y) => ("%positive_div", args.clone()),
            ("%int_mod", [_, y]) if positive(y) => ("%positive_mod", args.clone()),
            ("%int_and", _) if sure() => ("%low_bits", args.clone()),
            ("%int_asr" | "%int_lsr", [x, Arg::Int(n)]) if sure() => {
                ("%exact_shift", vec![x.clone(), Arg::Int(*n), Arg::Int(power(*n))])
            }
            ("%int_lsl", [x, Arg::Int(n)]) if sure() => ("%exact_mul", vec![x.clone(), Arg::Int(power(*n))]),
            ("%int_ult", [x, y]) if natural(x) && natural(y) => ("%int_lt", args.clone()),
            ("%int_uge", [x, y]) if natural(x) && natural(y) => ("%int_ge", args.clone()),
            ("caml_string_get", [_, i]) if natural(i) => ("%string_at", args.clone()),
            ("caml_bytes_get", [_, i]) if natural(i) => ("%bytes_at", args.clone()),
            ("caml_bytes_set", [_, i, _]) if natural(i) => ("%bytes_put", args.clone()),
            ("caml_array_get" | "caml_array_get_addr" | "caml_array_get_float" | "caml_floatarray_get", [_, i]) if natural(i) => {
                ("%array_at", args.clone())
            }
            ("caml_array_set" | "caml_array_set_addr" | "caml_array_set_float" | "caml_floatarray_set", [_, i, _])
                if natural(i) =>
            {
                ("%array_put", args.clone())
            }
            _ => return None,
        };
        Some(Instr::Prim { dest: *dest, name: name.into(), args })
    }
}

fn analyse(f: &Func) -> Option<Analysis<'_>> {
    let count = f.names.len();
    let flow = flow::run(&f.blocks);
    if !flow.irreducible.is_empty() {
        return None;
    }
    let mut definition = vec![None; count];
    let mut home = vec![NONE; count];
    let mut ranges = vec![None; count];
    let mut uses = vec![0; count];
    for p in &f.params {
        ranges[*p as usize] = Some(FULL);
    }
    for (b, block) in f.blocks.iter().enumerate() {
        let mut note = |arg: &Arg| {
            if let Arg::Var(v) = arg {
                uses[*v as usize] += 1;
            }
        };
        for instr in &block.body {
            each_arg(instr, &mut note);
        }
        each_term_arg(&block.term, &mut note);
        for p in &block.params {
            home[*p as usize] = b;
        }
        for (i, instr) in block.body.iter().enumerate() {
            for v in dests(instr) {
                definition[*v as usize] = Some((b, i));
                home[*v as usize] = b;
            }
        }
    }
    let blocks = f.blocks.len();
    let mut analysis = Analysis {
        f,
        flow,
        definition,
        home,
        ranges,
        facts: vec![None; blocks],
        sharp: vec![Vec::new(); blocks],
        counted: Vec::new(),
        counter: vec![None; count],
    };
    for b in 0..blocks {
        if let [p] = analysis.flow.predecessors[b].as_slice() {
            analysis.facts[b] = analysis.fact(*p, b);
        }
    }
    for h in 0..blocks {
        if analysis.flow.header[h] != h {
            continue;
        }
        for k in 0..f.blocks[h].params.len() {
            if let Some(counted) = analysis.counts(h, k, &uses) {
                analysis.counter[counted.next as usize] = Some(analysis.counted.len());
                analysis.counted.push(counted);
            }
        }
    }
    for round in 0..ROUNDS {
        if !analysis.walk(round) {
            return Some(analysis);
        }
    }
    None
}

/// The function with simpler operations; None: nothing changes. Also whether a test was decided.
fn function(f: &Func) -> Option<(Vec<Block>, bool)> {
    let analysis = analyse(f)?;
    let mut blocks = f.blocks.clone();
    let (mut changed, mut decided) = (false, false);
    for &b in &analysis.flow.order {
        for instr in &mut blocks[b].body {
            if let Some(simpler) = analysis.simpler(instr, b) {
                *instr = simpler;
                changed = true;
            }
        }
        if let Term::If(arg @ Arg::Var(_), _, _) = &mut blocks[b].term
            && let Some(range) = analysis.of(arg, b)
            && range.low == range.high
        {
            *arg = Arg::Int(range.low);
            (changed, decided) = (true, true);
        }
    }
    changed.then_some((blocks, decided))
}

/// Simplifies the operations on ints of all functions.
pub fn run(program: &mut Program, simplify: &dyn Fn(&mut Func)) {
    for f in program.functions.iter_mut().flatten() {
        if let Some((blocks, decided)) = function(f) {
            f.blocks = blocks;
            if decided {
                simplify(f);
            }
        }
    }
}
