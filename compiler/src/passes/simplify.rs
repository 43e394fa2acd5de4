//! Makes functions smaller without looking outside them: block parameters that always get the same value, jumps to
//! blocks that only lead on, blocks with one predecessor, results that nobody uses. Leaves blocks in reverse postorder.

use crate::ir::program::{Arg, Args, Block, BlockId, Func, Instr, Target, Term, Var};
use crate::ir::visit;
use crate::link::fragment::Effect;
use crate::passes::Effects;
use crate::passes::fold;
use crate::passes::regions::{self, Regions};

const NONE: u32 = u32::MAX;
/// How many blocks in a row a jump is led through.
const STEPS: usize = 8;
/// So often all steps are gone through.
const ROUNDS: usize = 3;

/// What a variable has been replaced by, in the end.
fn resolve(replace: &mut [Arg], a: &Arg) -> Arg {
    let mut end = *a;
    while let Arg::Var(v) = end {
        let next = replace[v as usize];
        if next == end {
            break;
        }
        end = next;
    }
    let mut at = *a;
    while let Arg::Var(v) = at {
        let next = replace[v as usize];
        if next == at {
            break;
        }
        replace[v as usize] = end;
        at = next;
    }
    end
}

/// Every variable stands for itself.
fn identity(f: &Func) -> Vec<Arg> {
    (0..f.names.len() as u32).map(Arg::Var).collect()
}

fn substitute(f: &mut Func, replace: &mut [Arg]) {
    for block in &mut f.blocks {
        for i in &mut block.body {
            visit::each_arg_mut(i, &mut |a| *a = resolve(replace, a));
        }
        visit::each_term_arg_mut(&mut block.term, &mut |a| *a = resolve(replace, a));
    }
}

/// Blocks that can be reached, in reverse postorder.
fn reverse_postorder(f: &Func) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = vec![false; f.blocks.len()];
    seen[0] = true;
    let mut stack = vec![(0, visit::targets(&f.blocks[0].term))];
    while let Some((block, targets)) = stack.last_mut() {
        // The last target first: the first one then follows its block.
        match targets.next_back() {
            None => {
                order.push(*block);
                stack.pop();
            }
            Some(t) => {
                let to = t.block as usize;
                if !std::mem::replace(&mut seen[to], true) {
                    stack.push((to, visit::targets(&f.blocks[to].term)));
                }
            }
        }
    }
    order.reverse();
    order
}

/// Drops blocks that cannot be reached and numbers the others in reverse postorder.
fn number_blocks(f: &mut Func) {
    let order = reverse_postorder(f);
    if order.iter().copied().eq(0..f.blocks.len()) {
        return;
    }
    let mut numbers = vec![0; f.blocks.len()];
    for (i, b) in order.iter().enumerate() {
        numbers[*b] = i as BlockId;
    }
    let mut blocks = Vec::with_capacity(order.len());
    for b in order {
        let empty = Block { params: Vec::new(), body: Vec::new(), term: Term::Unreachable };
        let mut block = std::mem::replace(&mut f.blocks[b], empty);
        for t in visit::targets_mut(&mut block.term) {
            t.block = numbers[t.block as usize];
        }
        blocks.push(block);
    }
    f.blocks = blocks;
}

/// Which values are known where: one that a region defines is not known outside of it.
struct Scopes {
    regions: Regions,
    /// The region of each variable's definition; empty: there are no regions.
    of: Vec<usize>,
}

impl Scopes {
    fn find(f: &Func) -> Scopes {
        let regions = Regions::find(f);
        let mut of = Vec::new();
        if !regions.list.is_empty() {
            of = vec![regions::NONE; f.names.len()];
            for (block, region) in f.blocks.iter().zip(&regions.of) {
                for v in block.params.iter().chain(block.body.iter().flat_map(visit::dests)) {
                    of[*v as usize] = *region;
                }
                if let Term::Pushtrap { exn, .. } = block.term {
                    of[exn as usize] = *region;
                }
            }
        }
        Scopes { regions, of }
    }

    /// Whether `value` may stand in place of the parameter `p`.
    fn allow(&self, p: Var, value: &Arg) -> bool {
        match value {
            Arg::Var(v) if !self.of.is_empty() => self.regions.is_within(self.of[p as usize], self.of[*v as usize]),
            _ => true,
        }
    }
}

/// A list for each variable, the last item first; most are empty.
struct Lists {
    /// Of each variable: the number of its last item, or `NONE`.
    last: Vec<u32>,
    /// With the number of the one before it.
    items: Vec<(Arg, u32)>,
}

impl Lists {
    fn new(count: usize) -> Self {
        Lists { last: vec![NONE; count], items: Vec::new() }
    }

    fn add(&mut self, v: Var, item: Arg) {
        let before = std::mem::replace(&mut self.last[v as usize], self.items.len() as u32);
        self.items.push((item, before));
    }

    fn get(&self, v: Var) -> impl Iterator<Item = Arg> {
        let mut at = self.last[v as usize];
        std::iter::from_fn(move || {
            let (item, before) = self.items.get(at as usize)?;
            at = *before;
            Some(*item)
        })
    }
}

fn has_params(f: &Func) -> bool {
    f.blocks.iter().any(|block| !block.params.is_empty())
}

/// Removes parameters that get one and the same value from everywhere.
fn same_params(f: &mut Func) -> bool {
    let mut incoming = Lists::new(f.names.len());
    for block in &f.blocks {
        for t in visit::targets(&block.term) {
            for (p, a) in f.blocks[t.block as usize].params.iter().zip(&t.args) {
                incoming.add(*p, *a);
            }
        }
    }
    let scopes = Scopes::find(f);
    let mut replace = identity(f);
    let (mut changed, mut found) = (false, true);
    // What one is replaced by may be what another one gets: mostly a later one, as blocks are in reverse postorder.
    while std::mem::take(&mut found) {
        for p in f.blocks.iter().flat_map(|block| &block.params) {
            let own = Arg::Var(*p);
            if replace[*p as usize] != own {
                continue;
            }
            let mut value = own;
            let mut same = true;
            for a in incoming.get(*p) {
                let a = resolve(&mut replace, &a);
                if a != own && a != value {
                    same = same && value == own;
                    value = a;
                }
            }
            if same && value != own && scopes.allow(*p, &value) {
                replace[*p as usize] = value;
                found = true;
            }
        }
        changed = changed || found;
    }
    if changed {
        drop_params(f, &|v| replace[v as usize] == Arg::Var(v));
        substitute(f, &mut replace);
    }
    changed
}

/// Keeps the parameters that `keep` says, and what the jumps pass for them.
fn drop_params(f: &mut Func, keep: &dyn Fn(Var) -> bool) {
    let mut kept: Vec<Vec<bool>> = Vec::new();
    for block in &f.blocks {
        kept.push(block.params.iter().map(|v| keep(*v)).collect());
    }
    for block in &mut f.blocks {
        block.params.retain(|v| keep(*v));
        for t in visit::targets_mut(&mut block.term) {
            let mut i = 0;
            t.args.retain(|_| {
                i += 1;
                kept[t.block as usize][i - 1]
            });
        }
    }
}

/// For each block, whether other blocks use its parameters.
fn used_outside(f: &Func) -> Vec<bool> {
    let mut owner = vec![NONE; f.names.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        for v in &block.params {
            owner[*v as usize] = b as u32;
        }
    }
    let mut outside = vec![false; f.blocks.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        let mut note = |a: &Arg| {
            if let Arg::Var(v) = a {
                let of = owner[*v as usize];
                if of != NONE && of != b as u32 {
                    outside[of as usize] = true;
                }
            }
        };
        for i in &block.body {
            visit::each_arg(i, &mut note);
        }
        visit::each_term_arg(&block.term, &mut note);
    }
    outside
}

/// `a` where the parameters of `block` are what a jump passes.
fn passed(block: &Block, args: &[Arg], a: &Arg) -> Arg {
    for (p, value) in block.params.iter().zip(args) {
        if *a == Arg::Var(*p) {
            return *value;
        }
    }
    *a
}

fn passed_target(block: &Block, args: &[Arg], t: &Target) -> Target {
    Target { block: t.block, args: t.args.iter().map(|a| passed(block, args, a)).collect() }
}

/// Where a test of a constant leads.
fn decided(term: &Term, value: &Arg) -> Option<Target> {
    match (term, value) {
        (Term::If(_, yes, no), Arg::Int(n)) => Some(if *n != 0 { yes.clone() } else { no.clone() }),
        (Term::Switch(_, ints, _), Arg::Int(n)) if *n >= 0 => ints.get(*n as usize).cloned(),
        _ => None,
    }
}

/// Where a jump leads through blocks that do nothing else.
fn lead_through(f: &Func, outside: &[bool], t: &Target) -> Option<Target> {
    let mut at = t.clone();
    let mut moved = false;
    for _ in 0..STEPS {
        let b = at.block as usize;
        let block = &f.blocks[b];
        if outside[b] || !block.body.is_empty() {
            break;
        }
        let next = match &block.term {
            Term::Jump(t) => Some(t.clone()),
            Term::If(a, _, _) | Term::Switch(a, _, _) => decided(&block.term, &passed(block, &at.args, a)),
            _ => None,
        };
        match next {
            Some(t) => {
                at = passed_target(block, &at.args, &t);
                moved = true;
            }
            None => break,
        }
    }
    if moved { Some(at) } else { None }
}

/// The end of a block that a jump goes to, when it is nothing but an exit.
fn copied_exit(f: &Func, outside: &[bool], t: &Target) -> Option<Term> {
    let block = &f.blocks[t.block as usize];
    if outside[t.block as usize] || !block.body.is_empty() {
        return None;
    }
    match &block.term {
        Term::Return(a) => Some(Term::Return(passed(block, &t.args, a))),
        Term::Raise(a) => Some(Term::Raise(passed(block, &t.args, a))),
        Term::Leave(exit, list) => Some(Term::Leave(*exit, list.iter().map(|a| passed(block, &t.args, a)).collect())),
        _ => None,
    }
}

/// Leads jumps through empty blocks, decides tests of constants, copies exits.
fn thread(f: &mut Func) -> bool {
    let passes_on = |block: &Block| !block.params.is_empty() && block.body.is_empty();
    let outside = if f.blocks.iter().any(passes_on) { used_outside(f) } else { vec![false; f.blocks.len()] };
    let mut changed = false;
    for b in 0..f.blocks.len() {
        let mut term = std::mem::replace(&mut f.blocks[b].term, Term::Unreachable);
        for t in visit::targets_mut(&mut term) {
            if let Some(to) = lead_through(f, &outside, t) {
                *t = to;
                changed = true;
            }
        }
        let shorter = match &term {
            Term::If(a, yes, no) => {
                if yes == no {
                    Some(Term::Jump(yes.clone()))
                } else {
                    decided(&term, a).map(Term::Jump)
                }
            }
            Term::Switch(a, _, _) => decided(&term, a).map(Term::Jump),
            _ => None,
        };
        if let Some(t) = shorter {
            term = t;
            changed = true;
        }
        let exit = match &term {
            Term::Jump(t) => copied_exit(f, &outside, t),
            _ => None,
        };
        if let Some(t) = exit {
            term = t;
            changed = true;
        }
        f.blocks[b].term = term;
    }
    changed
}

/// Appends to each block the one that it jumps to when nothing else does. All blocks can be reached.
fn merge(f: &mut Func) -> bool {
    let mut predecessors = vec![0; f.blocks.len()];
    predecessors[0] = 1;
    for block in &f.blocks {
        for t in visit::targets(&block.term) {
            predecessors[t.block as usize] += 1;
        }
    }
    let mut replace = Vec::new();
    let mut changed = false;
    for b in 0..f.blocks.len() {
        while let Term::Jump(t) = &f.blocks[b].term
            && predecessors[t.block as usize] == 1
            && t.block as usize != b
            && t.block != 0
        {
            let empty = Block { params: Vec::new(), body: Vec::new(), term: Term::Unreachable };
            let to = t.block as usize;
            let mut next = std::mem::replace(&mut f.blocks[to], empty);
            if !next.params.is_empty() && replace.is_empty() {
                replace = identity(f);
            }
            if let Term::Jump(t) = std::mem::replace(&mut f.blocks[b].term, next.term) {
                for (p, a) in next.params.iter().zip(t.args) {
                    replace[*p as usize] = a;
                }
            }
            f.blocks[b].body.append(&mut next.body);
            changed = true;
        }
    }
    if !replace.is_empty() {
        substitute(f, &mut replace);
    }
    changed
}

/// Puts constants in the place of operations on constants.
fn constants(f: &mut Func) -> bool {
    let mut replace = Vec::new();
    for b in 0..f.blocks.len() {
        for i in 0..f.blocks[b].body.len() {
            if let Instr::Prim { dest, name, args } = &f.blocks[b].body[i]
                && matches!(args.as_slice(), [_, Arg::Int(_)] | [Arg::Int(_), _])
            {
                let known = |a: &Arg| if let Arg::Var(v) = a { *replace.get(*v as usize).unwrap_or(a) } else { *a };
                if let Some(n) = fold::run(name, &args.iter().map(known).collect::<Args>()) {
                    if replace.is_empty() {
                        replace = identity(f);
                    }
                    replace[*dest as usize] = Arg::Int(n);
                }
            }
        }
    }
    let changed = !replace.is_empty();
    if changed {
        for block in &mut f.blocks {
            block.body.retain(|i| !visit::dests(i).iter().any(|v| replace[*v as usize] != Arg::Var(*v)));
        }
        substitute(f, &mut replace);
    }
    changed
}

/// May the instruction be dropped when its result is not used?
fn removable(i: &Instr, effect_of: Effects) -> bool {
    match i {
        Instr::Prim { name, .. } => effect_of(name) != Effect::Mutator,
        Instr::Closures { .. } => true,
        Instr::Apply { .. } | Instr::Try { .. } => false,
    }
}

/// Variables that something needs, and first results of instructions that stay for their effect.
struct Live {
    live: Vec<bool>,
    grew: bool,
}

impl Live {
    fn mark(&mut self, v: Var) {
        self.grew = self.grew || !self.live[v as usize];
        self.live[v as usize] = true;
    }

    fn need(&mut self, a: &Arg) {
        if let Arg::Var(v) = a {
            self.mark(*v);
        }
    }

    fn has(&self, v: Var) -> bool {
        self.live[v as usize]
    }

    fn stays(&self, i: &Instr) -> bool {
        let dests = visit::dests(i);
        dests.is_empty() || dests.iter().any(|v| self.has(*v))
    }
}

/// Drops parameters and instructions that nothing needs. Blocks are in reverse postorder: from the last instruction to the first, a value
/// is met after all that may need it, but for what jumps back pass; then all is looked at again. The effect is asked only of instructions
/// that no later one needs.
fn unused(f: &mut Func, effect_of: Effects) -> bool {
    let mut live = Live { live: vec![false; f.names.len()], grew: false };
    // Has a jump back passed what will be needed if its parameter is?
    let mut is_open = true;
    while std::mem::take(&mut is_open) {
        live.grew = false;
        for (b, block) in f.blocks.iter().enumerate().rev() {
            visit::each_own_arg(&block.term, &mut |a| live.need(a));
            for t in visit::targets(&block.term) {
                for (p, a) in f.blocks[t.block as usize].params.iter().zip(&t.args) {
                    if live.has(*p) {
                        live.need(a);
                    } else if let Arg::Var(v) = a {
                        is_open = is_open || (t.block as usize <= b && !live.has(*v));
                    }
                }
            }
            for i in block.body.iter().rev() {
                let is_needed = live.stays(i);
                if is_needed || !removable(i, effect_of) {
                    if !is_needed {
                        live.mark(visit::dests(i)[0]);
                    }
                    visit::each_arg(i, &mut |a| live.need(a));
                }
            }
        }
        is_open = is_open && live.grew;
    }
    let mut changed = f.blocks.iter().flat_map(|block| &block.params).any(|v| !live.has(*v));
    if changed {
        drop_params(f, &|v| live.has(v));
    }
    for block in &mut f.blocks {
        let count = block.body.len();
        block.body.retain(|i| live.stays(i));
        changed = changed || block.body.len() < count;
    }
    changed
}

/// Simplifies one function.
pub fn run(f: &mut Func, effect_of: Effects) {
    if f.blocks.len() == 1 {
        constants(f);
        unused(f, effect_of);
    } else {
        number_blocks(f);
        // What is passed to parameters has changed since these were compared; variables have been replaced since constants were looked for.
        let (mut moved, mut replaced) = (true, true);
        for round in 0..ROUNDS {
            let same = moved && has_params(f) && same_params(f);
            let folded = (replaced || same) && constants(f);
            let threaded = thread(f);
            if threaded {
                number_blocks(f);
            }
            // After the first round, without other jumps there is nothing more to merge, and nothing becomes unused.
            let led = threaded || round == 0;
            let merged = led && merge(f);
            if merged {
                number_blocks(f);
            }
            let dropped = led && unused(f, effect_of);
            if !(same || folded || threaded || merged || dropped) {
                break;
            }
            moved = threaded || (folded && merged);
            replaced = merged;
        }
    }
}
