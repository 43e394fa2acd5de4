//! Ranges of ints: operations that cannot overflow, indices that are not negative, tests that are decided. Values are followed
//! through each function to a fixpoint, sharpened where a test leads to a block and where an index has been checked; a loop that counts to
//! a limit stays within it, and one that counts by 1 gets nowhere near the greatest int of 63 bits in a lifetime. Parameters of functions
//! whose callers are all known and were looked at before are what these pass.

use smallvec::smallvec;

use crate::ir::program::{Arg, Callee, Func, FuncId, Instr, Program, Term, Var};
use crate::ir::visit::{dests, each_arg, each_term_arg, targets};
use crate::lua::flow::{self, Flow, NONE, dominates, entry_and_latch};
use crate::parallel;
use crate::passes::Simplify;
use crate::passes::call_graph::CallGraph;
use crate::passes::facts::{self, Fact};
use crate::passes::intervals::{Ints, Range, SIZE, join, mask, power};
use crate::target::Target;

/// So often a function is walked through before what still grows becomes unbounded, and before it is given up.
const EXACT_ROUNDS: usize = 3;
const ROUNDS: usize = 12;
/// So far up the tree of dominators tests are looked at.
const CLIMB: usize = 16;
/// So many ranges are noted in a block.
const INDICES: usize = 16;

/// What keeps a counter from an overflow.
enum Guard {
    /// It does not go beyond this.
    Bound(Arg),
    /// The time that this would take, from this value at the end of this block on.
    Time(Arg, usize),
}

/// What a loop counts with: `next` is its parameter plus or minus 1.
struct Counted {
    next: Var,
    up: bool,
    guard: Guard,
    /// The variable of the test at the end of a loop that counts to a bound, where it leads back.
    test: Option<Var>,
}

/// Is it 2^n - 1?
fn is_mask(n: i32) -> bool {
    (0..0x3fff_ffff).contains(&n) && n & (n + 1) == 0
}

fn is_array_get(name: &str) -> bool {
    matches!(name, "caml_array_get" | "caml_array_get_addr" | "caml_array_get_float" | "caml_floatarray_get")
}

fn is_array_set(name: &str) -> bool {
    matches!(name, "caml_array_set" | "caml_array_set_addr" | "caml_array_set_float" | "caml_floatarray_set")
}

struct Analysis<'a> {
    ints: Ints,
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
    /// What that and the indices checked so far say of ranges.
    sharp: Vec<Vec<(Var, Range)>>,
    counted: Vec<Counted>,
    /// By variable: the counted loop whose next value it is.
    counter: Vec<Option<usize>>,
    /// By variable: is it the test of such a loop?
    counts: Vec<bool>,
    /// By variable: do only its low bits count?
    masked: Vec<bool>,
}

impl Analysis<'_> {
    fn instr(&self, v: Var) -> Option<(&str, &[Arg])> {
        facts::prim(self.f, &self.definition, v)
    }

    /// Is `x` at most `y` where block `p` leads to `b`?
    fn at_most(&self, x: &Arg, y: &Arg, p: usize, b: usize) -> bool {
        if let (Arg::Int(m), Arg::Int(n)) = (x, y) {
            return m <= n;
        }
        let says = |fact: &Option<Fact>| match fact {
            Some(Fact::Less(a, b) | Fact::AtMost(a, b) | Fact::Equal(a, b)) => a == x && b == y,
            Some(Fact::Different(..)) | None => false,
        };
        if says(&facts::on_edge(self.f, &self.definition, p, b)) {
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
        let (entry, latch) = entry_and_latch(&self.flow, h)?;
        let passed = |b: usize| targets(&self.f.blocks[b].term).find(|t| t.block as usize == h).map(|t| &t.args[k]);
        let (Some(start), Some(Arg::Var(next))) = (passed(entry), passed(latch)) else { return None };
        let up = match self.instr(*next)? {
            ("%int_add", [Arg::Var(v), Arg::Int(1)]) if *v == param => true,
            ("%int_add", [Arg::Var(v), Arg::Int(-1)]) if *v == param => false,
            _ => return None,
        };
        let bound = if uses[*next as usize] == 1 { self.bound(h, param, entry, latch, start, up) } else { None };
        let test = match &self.f.blocks[latch].term {
            Term::If(Arg::Var(c), yes, _) if bound.is_some() && yes.block as usize == h && uses[*c as usize] == 1 => Some(*c),
            _ => None,
        };
        let guard = bound.map(Guard::Bound).or(self.ints.count.map(|_| Guard::Time(*start, entry)));
        guard.map(|guard| Counted { next: *next, up, guard, test })
    }

    /// What the counter of a loop does not go beyond.
    fn bound(&self, h: usize, param: Var, entry: usize, latch: usize, start: &Arg, up: bool) -> Option<Arg> {
        let Fact::Different(a, b) = facts::on_edge(self.f, &self.definition, latch, h)? else { return None };
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
        guarded.then_some(limit)
    }

    /// The next value of a counter.
    fn counted(&self, counted: &Counted, a: Range, at: usize) -> Option<(Range, bool)> {
        let (ints, one) = (self.ints, self.ints.constant(if counted.up { 1 } else { -1 }));
        let (low, high) = match &counted.guard {
            Guard::Bound(bound) => {
                let bound = self.of(bound, at)?;
                (bound.low, bound.high)
            }
            Guard::Time(start, entry) => {
                let start = self.of(start, *entry)?;
                let most = ints.count.filter(|_| start.low >= -f64::from(i32::MAX) && start.high <= f64::from(i32::MAX));
                let Some(most) = most else { return Some(ints.add(a, one)) };
                (-most, most)
            }
        };
        let low = if counted.up { ints.sum_low(a.low, 1.0).0 } else { low };
        let high = if counted.up { high } else { ints.sum_high(a.high, -1.0).0 };
        Some((ints.range(low, high), true))
    }

    fn of(&self, arg: &Arg, at: usize) -> Option<Range> {
        match arg {
            Arg::Int(n) => Some(self.ints.constant(*n)),
            Arg::Wide(_) | Arg::Literal(_) => Some(self.ints.full()),
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
        self.sharp[b].clear();
        let Some(fact) = &self.facts[b] else { return };
        let (Fact::Less(x, y) | Fact::AtMost(x, y) | Fact::Equal(x, y) | Fact::Different(x, y)) = fact;
        let at = self.flow.idom[b];
        let (Some(r), Some(s)) = (self.of(x, at), self.of(y, at)) else { return };
        let any = self.ints.any;
        let below = |bound: f64| self.ints.below(bound);
        let (for_x, for_y) = match fact {
            Fact::Less(..) => (Range { low: -any, high: below(s.high) }, Range { low: -below(-r.low), high: any }),
            Fact::AtMost(..) => (Range { low: -any, high: s.high }, Range { low: r.low, high: any }),
            Fact::Equal(..) => (s, r),
            Fact::Different(..) => {
                let without = |r: Range, s: Range| {
                    let one = s.low == s.high;
                    let low = if one && r.low == s.low { -below(-r.low) } else { -any };
                    Range { low, high: if one && r.high == s.high { below(r.high) } else { any } }
                };
                (without(r, s), without(s, r))
            }
        };
        for (arg, range) in [(x, for_x), (y, for_y)] {
            if let Arg::Var(v) = arg {
                self.sharp[b].push((*v, range));
            }
        }
    }

    /// What holds in block `b` behind an instruction: an index that was checked is one.
    fn learn(&mut self, instr: &Instr, b: usize) {
        let Instr::Prim { name, args, .. } = instr else { return };
        let high = if is_array_get(name) || is_array_set(name) {
            SIZE
        } else if matches!(&**name, "caml_string_get" | "caml_bytes_get" | "caml_bytes_set") {
            self.ints.string
        } else {
            return;
        };
        if let Some(index @ Arg::Var(v)) = args.get(1)
            && self.sharp[b].len() < INDICES
            && self.of(index, b).is_some_and(|range| range.low < 0.0 || range.high > high)
        {
            self.sharp[b].push((*v, Range { low: 0.0, high }));
        }
    }

    /// The result of a primitive on ints, and whether its simpler form will do.
    fn prim(&self, dest: Var, name: &str, args: &[Arg], at: usize) -> Option<(Range, bool)> {
        let ints = self.ints;
        let unknown = Some((ints.full(), false));
        let natural_to = |high: f64| Some((Range { low: 0.0, high }, false));
        match (name, args) {
            ("%string_get" | "%bytes_get" | "caml_string_get" | "caml_bytes_get", _) => natural_to(255.0),
            ("%array_length", _) => natural_to(SIZE),
            ("caml_ml_string_length" | "caml_ml_bytes_length", _) => natural_to(ints.string),
            ("%is_int" | "%bool_not", _) => natural_to(1.0),
            ("%int_add" | "%int_sub" | "%int_mul" | "%int_and" | "%int_or" | "%int_xor" | "%int_div" | "%int_mod", [x, y]) => {
                let (a, b) = (self.of(x, at)?, self.of(y, at)?);
                let natural = a.low >= 0.0 && b.low >= 0.0;
                Some(match name {
                    "%int_add" => match self.counter[dest as usize] {
                        Some(c) => self.counted(&self.counted[c], a, at)?,
                        None => ints.add(a, b),
                    },
                    "%int_sub" => ints.subtract(a, b),
                    "%int_mul" => ints.multiply(a, b),
                    "%int_and" if a.low >= 0.0 || b.low >= 0.0 => {
                        let high = if !natural { if a.low >= 0.0 { a.high } else { b.high } } else { a.high.min(b.high) };
                        (Range { low: 0.0, high }, matches!(y, Arg::Int(n) if is_mask(*n)))
                    }
                    "%int_or" | "%int_xor" if natural && a.high.max(b.high) <= ints.limit => {
                        (Range { low: 0.0, high: mask(a.high.max(b.high)) }, false)
                    }
                    "%int_div" if a.low >= 0.0 && b.low > 0.0 => (Range { low: 0.0, high: a.high }, true),
                    "%int_mod" if b.low > 0.0 => {
                        let most = if b.high > ints.limit { b.high } else { b.high - 1.0 };
                        let natural = a.low >= 0.0;
                        if natural {
                            (Range { low: 0.0, high: most.min(a.high) }, true)
                        } else {
                            (ints.range(-most, most), false)
                        }
                    }
                    _ => (ints.full(), false),
                })
            }
            ("%int_asr" | "%int_lsr", [x, Arg::Int(n)]) if *n > 0 && *n < 30 => {
                let a = self.of(x, at)?;
                if a.low < 0.0 {
                    return if name == "%int_lsr" { natural_to(ints.shifted(*n)) } else { unknown };
                }
                let high = if a.high > ints.limit { ints.but_one } else { (a.high / power(*n)).floor() };
                Some((Range { low: 0.0, high }, true))
            }
            ("%int_lsl", [x, Arg::Int(n)]) if *n >= 0 && *n < 30 => {
                Some(ints.multiply(self.of(x, at)?, Range { low: power(*n), high: power(*n) }))
            }
            ("%int_lt" | "%int_le" | "%int_gt" | "%int_ge" | "%int_eq" | "%int_ne", [x, y]) => {
                let (a, b) = (self.of(x, at)?, self.of(y, at)?);
                // Surely less, surely not less.
                let (less, at_most) = (|a, b| ints.less(a, b), |a, b| ints.at_most(a, b));
                let (yes, no) = match name {
                    "%int_lt" => (less(a, b), at_most(b, a)),
                    "%int_le" => (at_most(a, b), less(b, a)),
                    "%int_gt" => (less(b, a), at_most(a, b)),
                    "%int_ge" => (at_most(b, a), less(a, b)),
                    _ => (false, false),
                };
                let bit = |set: bool| if set { 1.0 } else { 0.0 };
                Some((Range { low: bit(yes), high: bit(!no) }, false))
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
                    // What leads to the block holds of what is passed on that way.
                    let asks = self.facts[b].is_some() && !dominates(&self.flow, b, from);
                    let at = if asks { b } else { from };
                    for t in targets(&f.blocks[from].term).filter(|t| t.block as usize == b) {
                        if let Some(arg) = self.of(&t.args[k], at) {
                            new = Some(new.map_or(arg, |new| join(new, arg)));
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
                            self.ranges[*v as usize] = Some(self.ints.full());
                        }
                    }
                }
                self.learn(instr, b);
            }
        }
        changed
    }

    fn grow(&mut self, v: Var, new: Option<Range>, round: usize) -> bool {
        let old = self.ranges[v as usize];
        let Some(mut new) = new else { return false };
        if let Some(old) = old {
            new = join(new, old);
            if round >= EXACT_ROUNDS {
                new.low = if new.low < old.low { -self.ints.any } else { new.low };
                new.high = if new.high > old.high { self.ints.any } else { new.high };
            }
        }
        self.ranges[v as usize] = Some(new);
        old != Some(new)
    }

    /// The ranges of what a call passes.
    fn passed(&self, args: &[Arg], at: usize) -> Vec<Range> {
        args.iter().map(|arg| self.of(arg, at).unwrap_or(self.ints.full())).collect()
    }

    /// What stands in the place of an instruction.
    fn simpler(&self, instr: &Instr, at: usize) -> Option<Instr> {
        let Instr::Prim { dest, name, args } = instr else { return None };
        let natural = |arg: &Arg| self.of(arg, at).is_some_and(|range| range.low >= 0.0);
        let negative = |arg: &Arg| self.of(arg, at).is_some_and(|range| range.high < 0.0);
        let positive = |arg: &Arg| self.of(arg, at).is_some_and(|range| range.low > 0.0);
        let byte = |arg: &Arg| self.of(arg, at).is_some_and(|range| range.low >= 0.0 && range.high <= 255.0);
        // Unsigned, an int of 32 bits has a form of its own.
        let halves = self.ints.bits == 32;
        // Of 32 bits, what overflows is exact still where an operand is small, and a mask takes the same bits of it.
        let masked = halves && self.masked[*dest as usize];
        let small = |arg: &Arg| matches!(arg, Arg::Int(n) if *n > 0 && *n < 1 << 20);
        let sure = || self.prim(*dest, name, args, at).is_some_and(|(_, sure)| sure);
        let (name, args) = match (&**name, args.as_slice()) {
            ("%int_add", _) if masked || sure() => ("%exact_add", args.clone()),
            ("%int_add", [x, y]) if halves && (natural(x) || natural(y)) => ("%rising_add", args.clone()),
            ("%int_add", [x, y]) if halves && (negative(x) || negative(y)) => ("%falling_add", args.clone()),
            ("%int_ne", _) if self.counts[*dest as usize] => ("%counts", args.clone()),
            ("%int_sub", _) if masked || sure() => ("%exact_sub", args.clone()),
            ("%int_sub", [x, y]) if halves && (natural(x) || negative(y)) => ("%rising_sub", args.clone()),
            ("%int_sub", [x, y]) if halves && (negative(x) || natural(y)) => ("%falling_sub", args.clone()),
            ("%int_mul", [x, y]) if masked && (small(x) || small(y)) || sure() => ("%exact_mul", args.clone()),
            ("%int_div", _) if sure() => ("%exact_div", args.clone()),
            ("%int_mod", _) if sure() => ("%exact_mod", args.clone()),
            ("%int_div", [_, y]) if positive(y) => ("%positive_div", args.clone()),
            ("%int_mod", [_, y]) if positive(y) => ("%positive_mod", args.clone()),
            ("%int_xor", [x, Arg::Int(-1)]) => ("%exact_sub", smallvec![Arg::Int(-1), *x]),
            ("%int_and", _) if sure() => ("%low_bits", args.clone()),
            ("%int_asr" | "%int_lsr", [x, Arg::Int(n)]) if sure() => {
                ("%exact_shift", smallvec![*x, Arg::Int(*n), Arg::Int(1 << n)])
            }
            ("%int_lsr", [x, Arg::Int(n)]) if *n > 0 && *n < 30 => {
                ("%natural_lsr", smallvec![*x, Arg::Int(*n), Arg::Int(1 << n)])
            }
            ("%int_asr", [x, Arg::Int(n)]) if *n > 0 && *n < 30 => {
                ("%signed_shift", smallvec![*x, Arg::Int(*n), Arg::Int(1 << n)])
            }
            ("%int_lsl", [x, Arg::Int(n)]) if masked && *n > 0 && *n < 20 || sure() => {
                ("%exact_mul", smallvec![*x, Arg::Int(1 << n)])
            }
            ("%int_lsl", [x, Arg::Int(n)]) if halves && *n > 0 && *n < 20 => {
                ("%wide_shift", smallvec![*x, Arg::Int(*n), Arg::Int(1 << n)])
            }
            ("%int_ult", [x, y]) if natural(x) && natural(y) => ("%int_lt", args.clone()),
            ("%int_uge", [x, y]) if natural(x) && natural(y) => ("%int_ge", args.clone()),
            ("%int_ult", [x, _]) if halves && natural(x) => ("%ult_right", args.clone()),
            ("%int_ult", [_, y]) if halves && natural(y) => ("%ult_left", args.clone()),
            ("%int_uge", [x, _]) if halves && natural(x) => ("%uge_right", args.clone()),
            ("%int_uge", [_, y]) if halves && natural(y) => ("%uge_left", args.clone()),
            ("caml_string_get", [_, i]) if natural(i) => ("%string_at", args.clone()),
            ("caml_bytes_get", [_, i]) if natural(i) => ("%bytes_at", args.clone()),
            ("caml_bytes_set", [_, i, c]) if natural(i) && byte(c) => ("%bytes_put_byte", args.clone()),
            ("caml_bytes_set", [_, i, _]) if natural(i) => ("%bytes_put", args.clone()),
            ("%string_sub", [_, _, n]) if natural(n) => ("%string_part", args.clone()),
            ("%bytes_sub_string", [_, _, n]) if natural(n) => ("%bytes_part", args.clone()),
            ("%bytes_set", [_, _, c]) if byte(c) => ("%bytes_set_byte", args.clone()),
            ("caml_make_vect" | "caml_array_make", [_, v]) if natural(v) || negative(v) => {
                ("caml_uniform_array_make", args.clone())
            }
            (name, [_, i]) if is_array_get(name) && natural(i) => ("%array_at", args.clone()),
            (name, [_, i, _]) if is_array_set(name) && natural(i) => ("%array_put", args.clone()),
            _ => return None,
        };
        Some(Instr::Prim { dest: *dest, name: name.into(), args })
    }
}

/// `params`: the ranges of the function's parameters.
fn analyse<'a>(f: &'a Func, ints: Ints, params: &[Range]) -> Option<Analysis<'a>> {
    let count = f.names.len();
    let flow = flow::run(&f.blocks);
    if !flow.irreducible.is_empty() {
        return None;
    }
    let mut definition = vec![None; count];
    let mut home = vec![NONE; count];
    let mut ranges = vec![None; count];
    let mut uses = vec![0; count];
    let mut masked = vec![false; count];
    for (p, range) in f.params.iter().zip(params) {
        ranges[*p as usize] = Some(*range);
    }
    for (b, block) in f.blocks.iter().enumerate() {
        let mut note = |arg: &Arg| {
            if let Arg::Var(v) = arg {
                uses[*v as usize] += 1;
            }
        };
        for instr in &block.body {
            each_arg(instr, &mut note);
            if let Instr::Prim { name, args, .. } = instr
                && name == "%int_and"
                && let [Arg::Var(v), Arg::Int(n)] = args[..]
                && is_mask(n)
            {
                masked[v as usize] = true;
            }
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
    let facts = facts::run(f, &flow, &definition);
    let mut analysis = Analysis {
        ints,
        f,
        flow,
        definition,
        home,
        ranges,
        facts,
        sharp: vec![Vec::new(); blocks],
        counted: Vec::new(),
        counter: vec![None; count],
        counts: vec![false; count],
        masked: masked.into_iter().zip(&uses).map(|(masked, uses)| masked && *uses == 1).collect(),
    };
    for h in 0..blocks {
        if analysis.flow.header[h] != h {
            continue;
        }
        for k in 0..f.blocks[h].params.len() {
            if let Some(counted) = analysis.counts(h, k, &uses) {
                analysis.counter[counted.next as usize] = Some(analysis.counted.len());
                if let Some(test) = counted.test {
                    analysis.counts[test as usize] = true;
                }
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

/// What callers pass to functions that only known calls reach.
struct Arguments {
    /// How many calls of each function have not been looked at; more than there are: it is called from elsewhere, too.
    left: Vec<usize>,
    /// The ranges of what is passed, without the closure. None: nothing is yet.
    passed: Vec<Option<Vec<Range>>>,
}

impl Arguments {
    fn new(program: &Program, graph: &CallGraph) -> Arguments {
        let count = program.functions.len();
        let mut left = vec![0; count];
        left[program.main as usize] = 1;
        // A closure may be called by whoever gets it.
        graph.references.iter().flatten().for_each(|(id, _)| left[*id as usize] += 1);
        Arguments { left, passed: vec![None; count] }
    }

    /// The ranges of a function's parameters.
    fn of(&self, f: &Func, ints: Ints) -> Vec<Range> {
        let mut ranges = vec![ints.full(); f.params.len()];
        if self.left[f.id as usize] == 0
            && let Some(passed) = &self.passed[f.id as usize]
        {
            let closure = usize::from(f.has_closure());
            ranges[closure..].copy_from_slice(passed);
        }
        ranges
    }

    /// A call passes these.
    fn pass(&mut self, id: FuncId, ranges: Vec<Range>) {
        self.left[id as usize] -= 1;
        let passed = &mut self.passed[id as usize];
        *passed = Some(match passed.take() {
            Some(old) => old.into_iter().zip(ranges).map(|(a, b)| join(a, b)).collect(),
            None => ranges,
        });
    }
}

/// Calls, and the ranges of what they pass.
type Calls = Vec<(FuncId, Vec<Range>)>;

/// What changes in a function: simpler operations in the place of others, by block and place, and decided tests, by block.
#[derive(Default)]
struct Changes {
    operations: Vec<(usize, usize, Instr)>,
    tests: Vec<(usize, Arg)>,
}

/// The calls of a function, and what changes in it. What has been learned of an index holds behind the instruction that checks it.
fn rewritten(analysis: &mut Analysis) -> (Calls, Changes) {
    let mut calls = Vec::new();
    let mut changes = Changes::default();
    for i in 0..analysis.flow.order.len() {
        let b = analysis.flow.order[i];
        analysis.sharpen(b);
        for (k, instr) in analysis.f.blocks[b].body.iter().enumerate() {
            if let Instr::Apply { callee: Callee::Known(id), args, .. } | Instr::Try { body: id, args, .. } = instr {
                calls.push((*id, analysis.passed(args, b)));
            }
            if let Some(simpler) = analysis.simpler(instr, b) {
                changes.operations.push((b, k, simpler));
            }
            analysis.learn(instr, b);
        }
        match &analysis.f.blocks[b].term {
            Term::Tail { callee: Callee::Known(id), args, .. } => calls.push((*id, analysis.passed(args, b))),
            Term::If(arg @ Arg::Var(_), _, _) => {
                if let Some(range) = analysis.of(arg, b)
                    && range.low == range.high
                    && range.low.abs() <= f64::from(i32::MAX >> 1)
                {
                    changes.tests.push((b, Arg::Int(range.low as i32)));
                }
            }
            _ => {}
        }
    }
    (calls, changes)
}

/// Simplifies the operations on ints of all functions, those of callers first.
pub fn run(program: &mut Program, target: Target, simplify: Simplify) {
    let ints = Ints::of(target);
    let graph = CallGraph::of(program);
    let mut arguments = Arguments::new(program, &graph);
    for level in graph.levels().into_iter().rev() {
        let functions: Vec<Func> = level.iter().filter_map(|id| program.functions[*id as usize].take()).collect();
        let looked_at = parallel::map(functions.into_iter(), |mut f| {
            let Some(mut analysis) = analyse(&f, ints, &arguments.of(&f, ints)) else { return (f, Vec::new()) };
            let (calls, Changes { operations, tests }) = rewritten(&mut analysis);
            for (b, k, simpler) in operations {
                f.blocks[b].body[k] = simpler;
            }
            let decided = !tests.is_empty();
            for (b, value) in tests {
                if let Term::If(arg, _, _) = &mut f.blocks[b].term {
                    *arg = value;
                }
            }
            if decided {
                simplify(&mut f);
            }
            (f, calls)
        });
        for (f, calls) in looked_at {
            calls.into_iter().for_each(|(id, ranges)| arguments.pass(id, ranges));
            let id = f.id as usize;
            program.functions[id] = Some(f);
        }
    }
}
