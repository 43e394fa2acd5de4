//! Exceptions without errors of Lua, where it is known who handles them. A raise in the region of a trap jumps to the handler. A small
//! function that raises, and is known where a region calls it, gets a variant for such calls: instead of raising it keeps the
//! exception in `Thrown` and returns nil, which is no OCaml value, so the caller tests the result. A variant calls variants, too, and passes
//! nil on. A trap in whose region nothing else may raise is not set.
//!
//! A program with places keeps its raises: a backtrace is made where an error is raised.

use smallvec::smallvec;

use crate::ir::program::{Arg, Args, Block, BlockId, Callee, Func, FuncId, Instr, NO_HINT, Program, Target, Term, Var};
use crate::ir::visit;
use crate::link::fragment::Effect;
use crate::parallel;
use crate::passes::call_graph::drop_unreached;
use crate::passes::names;
use crate::passes::regions::{self, NONE, Regions};
use crate::passes::{Effects, Simplify};

/// A function of more instructions has no variant.
const LARGEST: usize = 80;

/// What decides about a function.
#[derive(Clone, Default)]
struct Summary {
    small: bool,
    traps: bool,
    /// It raises, outside of its regions.
    raises: bool,
    /// It does what may raise other than by a raise or a known call.
    risks: bool,
    /// The known functions that it calls outside of its regions, but for itself in tail position, and in them.
    calls: Vec<FuncId>,
    trapped: Vec<FuncId>,
}

/// Is this variable not 0 where the block begins? Looks at the tests that lead to it alone.
fn is_not_zero(f: &Func, block: usize, v: Var) -> bool {
    let mut at = block;
    for _ in 0..4 {
        let mut before = f.blocks.iter().enumerate().flat_map(|(b, from)| visit::targets(&from.term).map(move |t| (b, t)));
        let mut ways = before.by_ref().filter(|(_, t)| t.block as usize == at);
        let (Some((from, _)), None) = (ways.next(), ways.next()) else {
            return false;
        };
        if let Term::If(Arg::Var(test), yes, _) = &f.blocks[from].term {
            let is_yes = yes.block as usize == at;
            let zero = [Arg::Int(0), Arg::Var(v)];
            let tells = |i: &Instr| match i {
                Instr::Prim { dest, name, args } if dest == test => {
                    args.len() == 2
                        && zero.iter().all(|a| args.contains(a))
                        && (name == "%int_ne" && is_yes || name == "%int_eq" && !is_yes)
                }
                _ => false,
            };
            if *test == v && is_yes || f.blocks[from].body.iter().any(tells) {
                return true;
            }
        }
        at = from;
    }
    false
}

/// May the operation raise? `f` and `block` are where it stands.
fn may_raise(f: &Func, block: usize, name: &str, args: &[Arg], effect_of: Effects) -> bool {
    match name {
        "%setfield" | "%set_global" | "%set_top" | "%offset_ref" | "%array_set" | "%throw" | "%thrown" => false,
        "%int_div" | "%int_mod" => match args.get(1) {
            Some(Arg::Int(n)) => *n == 0,
            Some(Arg::Var(v)) => !is_not_zero(f, block, *v),
            _ => true,
        },
        _ => effect_of(name) == Effect::Mutator,
    }
}

fn summary(f: &Func, effect_of: Effects) -> Summary {
    let regions = Regions::find(f);
    let size: usize = f.blocks.iter().map(|block| block.body.len() + 1).sum();
    let small = size <= LARGEST && f.has_closure();
    let mut result = Summary { small, traps: !regions.list.is_empty(), ..Summary::default() };
    for (b, block) in f.blocks.iter().enumerate() {
        let outside = regions.of[b] == NONE;
        for instr in &block.body {
            match instr {
                Instr::Apply { callee: Callee::Known(id), .. } if outside => result.calls.push(*id),
                Instr::Apply { callee: Callee::Known(id), .. } => result.trapped.push(*id),
                Instr::Apply { .. } => result.risks = true,
                Instr::Prim { name, args, .. } => {
                    result.risks = result.risks || small && may_raise(f, b, name, args, effect_of);
                }
                Instr::Closures { .. } | Instr::Try { .. } => {}
            }
        }
        match &block.term {
            Term::Raise(_) => result.raises = result.raises || outside,
            Term::Tail { callee: Callee::Known(id), .. } if *id == f.id => {}
            Term::Tail { callee: Callee::Known(id), .. } => result.calls.push(*id),
            Term::Tail { .. } => result.risks = true,
            _ => {}
        }
    }
    result
}

/// Marks what a list of functions reaches.
fn mark(marked: &mut [bool], mut work: Vec<FuncId>, next: &dyn Fn(FuncId) -> Vec<FuncId>) {
    while let Some(id) = work.pop() {
        if !marked[id as usize] {
            marked[id as usize] = true;
            work.extend(next(id));
        }
    }
}

/// Of each function those that call it, as often as they do.
fn callers(summaries: &[Summary]) -> Vec<Vec<FuncId>> {
    let mut callers: Vec<Vec<FuncId>> = vec![Vec::new(); summaries.len()];
    for (id, summary) in summaries.iter().enumerate() {
        for called in &summary.calls {
            callers[*called as usize].push(id as FuncId);
        }
    }
    callers
}

/// Which functions call for a variant: those that raise, or call such a one, as far as they are small, and a region or another
/// variant calls them.
fn wanted(summaries: &[Summary], callers: &[Vec<FuncId>]) -> Vec<bool> {
    let small = |id: &FuncId| summaries[*id as usize].small;
    let all = 0..summaries.len() as FuncId;
    let mut raising = vec![false; summaries.len()];
    let first = all.clone().filter(|id| small(id) && summaries[*id as usize].raises).collect();
    mark(&mut raising, first, &|id| callers[id as usize].iter().copied().filter(small).collect());
    let is_raising = |id: &FuncId| raising[*id as usize];
    let mut wanted = vec![false; summaries.len()];
    let first = summaries.iter().flat_map(|summary| summary.trapped.iter().copied()).filter(is_raising).collect();
    mark(&mut wanted, first, &|id| summaries[id as usize].calls.iter().copied().filter(is_raising).collect());
    wanted
}

/// Which functions raise nothing when a region or a variant calls them, and are not recursive, so that no stack overflows in them:
/// those that do nothing loud and call only such ones, found from the last ones called on.
fn quiet(summaries: &[Summary], callers: &[Vec<FuncId>], wanted: &[bool]) -> Vec<bool> {
    let by_itself = |id: usize| {
        let summary = &summaries[id];
        summary.small && !summary.traps && !summary.risks && (wanted[id] || !summary.raises)
    };
    let mut quiet = vec![false; summaries.len()];
    let mut left: Vec<usize> = summaries.iter().map(|summary| summary.calls.len()).collect();
    let mut work: Vec<usize> = (0..summaries.len()).filter(|id| left[*id] == 0 && by_itself(*id)).collect();
    while let Some(id) = work.pop() {
        quiet[id] = true;
        for caller in &callers[id] {
            let caller = *caller as usize;
            left[caller] -= 1;
            if left[caller] == 0 && by_itself(caller) {
                work.push(caller);
            }
        }
    }
    quiet
}

/// A function on its way to have its raises replaced.
struct Conversion<'a> {
    f: &'a mut Func,
    regions: Regions,
    /// Of each region the block that takes the exception, and the one for an exception that a variant has kept.
    handlers: Vec<BlockId>,
    kept: Vec<Option<BlockId>>,
    /// Of a variant the block that passes nil on.
    end: Option<BlockId>,
    variants: &'a [Option<FuncId>],
    is_variant: bool,
}

fn prim(dest: Var, name: &'static str, args: Args) -> Instr {
    Instr::Prim { dest, name: name.into(), args }
}

impl Conversion<'_> {
    fn fresh(&mut self) -> Var {
        self.f.names.push(NO_HINT);
        (self.f.names.len() - 1) as Var
    }

    fn add(&mut self, params: Vec<Var>, body: Vec<Instr>, term: Term) -> BlockId {
        self.f.blocks.push(Block { params, body, term });
        (self.f.blocks.len() - 1) as BlockId
    }

    /// Gives each handler a block with the exception as its parameter.
    fn split_handlers(&mut self) {
        for r in 0..self.regions.list.len() {
            let start = self.regions.list[r].start;
            let given = self.fresh();
            let Term::Pushtrap { exn, body, handler } = std::mem::replace(&mut self.f.blocks[start].term, Term::Unreachable)
            else {
                continue;
            };
            let taker = self.add(vec![exn], Vec::new(), Term::Jump(handler));
            let handler = Target { block: taker, args: smallvec![Arg::Var(given)] };
            self.f.blocks[start].term = Term::Pushtrap { exn: given, body, handler };
            self.handlers.push(taker);
        }
    }

    /// The block where a region, or a variant, goes on when a variant has raised.
    fn raised(&mut self, region: usize) -> BlockId {
        let made = if region == NONE { self.end } else { self.kept[region] };
        if let Some(block) = made {
            return block;
        }
        let v = self.fresh();
        if region == NONE {
            let block = self.add(Vec::new(), vec![prim(v, "%none", Args::new())], Term::Return(Arg::Var(v)));
            self.end = Some(block);
            block
        } else {
            let handler = Target { block: self.handlers[region], args: smallvec![Arg::Var(v)] };
            let block = self.add(Vec::new(), vec![prim(v, "%thrown", Args::new())], Term::Poptrap(handler));
            self.kept[region] = Some(block);
            block
        }
    }

    fn block(&mut self, b: usize) {
        let region = self.regions.of[b];
        if region == NONE && !self.is_variant {
            return;
        }
        let mut at = b;
        let mut body = Vec::new();
        for mut instr in std::mem::take(&mut self.f.blocks[b].body) {
            let mut result = None;
            if let Instr::Apply { dest, callee: Callee::Known(id), .. } = &mut instr
                && let Some(variant) = self.variants[*id as usize]
            {
                *id = variant;
                result = Some(*dest);
            }
            body.push(instr);
            if let Some(result) = result {
                let test = self.fresh();
                body.push(prim(test, "%is_true", smallvec![Arg::Var(result)]));
                let term = std::mem::replace(&mut self.f.blocks[at].term, Term::Unreachable);
                let next = self.add(Vec::new(), Vec::new(), term);
                let raised = self.raised(region);
                let target = |block| Target { block, args: Args::new() };
                self.f.blocks[at].body = std::mem::take(&mut body);
                self.f.blocks[at].term = Term::If(Arg::Var(test), target(next), target(raised));
                at = next as usize;
            }
        }
        match std::mem::replace(&mut self.f.blocks[at].term, Term::Unreachable) {
            Term::Raise(a) if region != NONE => {
                self.f.blocks[at].term = Term::Poptrap(Target { block: self.handlers[region], args: smallvec![a] });
            }
            Term::Raise(a) => {
                let (done, nothing) = (self.fresh(), self.fresh());
                body.push(prim(done, "%throw", smallvec![a]));
                body.push(prim(nothing, "%none", Args::new()));
                self.f.blocks[at].term = Term::Return(Arg::Var(nothing));
            }
            Term::Tail { closure, args, callee: Callee::Known(id) } => {
                let callee = Callee::Known(self.variants[id as usize].unwrap_or(id));
                self.f.blocks[at].term = Term::Tail { closure, args, callee };
            }
            term => self.f.blocks[at].term = term,
        }
        self.f.blocks[at].body = body;
    }
}

/// Replaces the raises of a function.
fn convert(f: &mut Func, variants: &[Option<FuncId>], is_variant: bool) {
    let regions = Regions::find(f);
    let kept = vec![None; regions.list.len()];
    let mut conversion = Conversion { f, regions, handlers: Vec::new(), kept, end: None, variants, is_variant };
    conversion.split_handlers();
    for b in 0..conversion.regions.of.len() {
        conversion.block(b);
    }
}

/// Takes away the traps in whose regions nothing is `loud`, the inner ones first.
fn remove_traps(f: &mut Func, loud: &mut dyn FnMut(&Func, usize) -> bool) {
    let mut list = Regions::find(f).list;
    let mut needed = vec![false; list.len()];
    for r in regions::inner_first(&list) {
        let (outer, blocks) = (list[r].outer, std::mem::take(&mut list[r].blocks));
        needed[r] = needed[r] || blocks.iter().any(|b| loud(f, *b));
        if needed[r] {
            if outer != NONE {
                needed[outer] = true;
            }
            continue;
        }
        for b in blocks.iter().chain([&list[r].start]) {
            let term = std::mem::replace(&mut f.blocks[*b].term, Term::Unreachable);
            f.blocks[*b].term = match term {
                Term::Pushtrap { body, .. } if *b == list[r].start => Term::Jump(body),
                Term::Poptrap(t) if *b != list[r].start => Term::Jump(t),
                term => term,
            };
        }
        if outer != NONE {
            list[outer].blocks.extend(blocks);
        }
    }
}

/// Replaces raises in the whole program; `simplify` is for the functions that change.
pub fn run(program: &mut Program, effect_of: Effects, simplify: Simplify) {
    if !program.places.is_empty() {
        return;
    }
    let count = program.functions.len();
    let of = |f: &Option<Func>| f.as_ref().map(|f| summary(f, effect_of)).unwrap_or_default();
    let summaries: Vec<Summary> = parallel::map(program.functions.iter(), of);
    let callers = callers(&summaries);
    let wanted = wanted(&summaries, &callers);
    let quiet = quiet(&summaries, &callers, &wanted);
    let mut taken = names::taken(program);
    let mut variants = vec![None; count];
    // Of each function, variants included, the one whose summary is its own.
    let mut source: Vec<FuncId> = (0..count as FuncId).collect();
    for id in 0..count {
        if let Some(f) = &program.functions[id]
            && wanted[id]
        {
            let number = program.functions.len() as FuncId;
            let variant = Func { id: number, name: names::unique(&mut taken, &format!("{}_caught", f.name)), ..f.clone() };
            variants[id] = Some(number);
            source.push(id as FuncId);
            program.functions.push(Some(variant));
        }
    }
    parallel::functions(program, |f| {
        let id = f.id as usize;
        let traps = summaries[source[id] as usize].traps;
        if !traps && id < count {
            return;
        }
        convert(f, &variants, id >= count);
        if traps {
            remove_traps(f, &mut |f, b| {
                let instr = |i: &Instr| match i {
                    Instr::Apply { callee: Callee::Known(id), .. } => !quiet[source[*id as usize] as usize],
                    Instr::Prim { name, args, .. } => may_raise(f, b, name, args, effect_of),
                    Instr::Closures { .. } => false,
                    Instr::Apply { .. } | Instr::Try { .. } => true,
                };
                f.blocks[b].body.iter().any(instr) || matches!(f.blocks[b].term, Term::Raise(_))
            });
        }
        simplify(f);
    });
    drop_unreached(program);
}
