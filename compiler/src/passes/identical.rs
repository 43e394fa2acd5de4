//! What is the same is there once. Blocks of a function that do the same and lead to the same places become one, and so do functions
//! of the same code (identical code folding), whose closures differ in nothing but what they capture. Callees come first, so that
//! functions that call the same ones are the same themselves; where functions call each other in a circle they stay as they are.

use rustc_hash::FxHashMap;

use crate::ir::program::{Arg, Block, Callee, Func, FuncId, Instr, Program, Target, Term, Var};
use crate::ir::visit::{
    dests, dests_mut, each_arg, each_arg_mut, each_own_arg, each_term_arg, each_term_arg_mut, targets, targets_mut,
};
use crate::parallel;
use crate::passes::Simplify;
use crate::passes::call_graph::{CallGraph, drop_unreached, redirect};

/// Numbers the variables in the order of their definition.
fn number_variables(f: &mut Func) {
    let mut numbers = vec![0; f.names.len()];
    let mut names = Vec::with_capacity(f.names.len());
    let mut moved = false;
    let mut define = |v: &mut Var| {
        let new = names.len() as Var;
        names.push(f.names[*v as usize]);
        numbers[*v as usize] = new;
        moved = moved || *v != new;
        *v = new;
    };
    f.params.iter_mut().for_each(&mut define);
    for block in &mut f.blocks {
        block.params.iter_mut().for_each(&mut define);
        for i in &mut block.body {
            dests_mut(i).iter_mut().for_each(&mut define);
        }
        if let Term::Pushtrap { exn, .. } = &mut block.term {
            define(exn);
        }
    }
    f.names = names;
    if !moved {
        return;
    }
    let rename = |a: &mut Arg| {
        if let Arg::Var(v) = a {
            *v = numbers[*v as usize];
        }
    };
    for block in &mut f.blocks {
        for i in &mut block.body {
            each_arg_mut(i, &mut |a| rename(a));
        }
        each_term_arg_mut(&mut block.term, &mut |a| rename(a));
    }
}

/// The variables that a block defines, from the first one to the one after the last, which are numbered in the order of their
/// definition.
#[derive(Clone, Copy)]
struct Own {
    start: Var,
    end: Var,
}

impl Own {
    fn of(block: &Block) -> Own {
        let defined = block.params.iter().chain(block.body.iter().flat_map(dests));
        let start = defined.clone().next().copied().unwrap_or(0);
        Own { start, end: start + defined.count() as Var }
    }

    fn has(self, v: Var) -> bool {
        (self.start..self.end).contains(&v)
    }
}

/// A number that is the same for blocks that are the same, but for the numbers of their own variables, and for functions that are
/// the same, but for their own number.
struct Digest {
    sum: u32,
    own: Own,
    function: FuncId,
}

impl Digest {
    fn add(&mut self, n: usize) {
        self.sum = self.sum.wrapping_mul(31).wrapping_add(n as u32);
    }

    fn function(&mut self, id: FuncId) {
        self.add(if id == self.function { 0 } else { id as usize });
    }

    fn arg(&mut self, a: &Arg) {
        match a {
            Arg::Var(v) if self.own.has(*v) => self.add((v - self.own.start) as usize),
            Arg::Var(v) => self.add(*v as usize),
            Arg::Int(n) => self.add(*n as usize),
            Arg::Wide(n) => self.add(n.value() as usize),
            Arg::Literal(node) => self.add(*node as usize),
        }
    }

    fn block(&mut self, block: &Block) {
        self.add(block.params.len());
        for instr in &block.body {
            match instr {
                Instr::Prim { name, .. } => name.bytes().for_each(|c| self.add(c as usize)),
                Instr::Apply { callee: Callee::Known(id), .. } | Instr::Try { body: id, .. } => self.function(*id),
                Instr::Apply { .. } => self.add(1),
                Instr::Closures { functions, .. } => functions.iter().for_each(|(id, _)| self.function(*id)),
            }
            each_arg(instr, &mut |a| self.arg(a));
        }
        each_own_arg(&block.term, &mut |a| self.arg(a));
        for t in targets(&block.term) {
            self.add(t.block as usize);
            t.args.iter().for_each(|a| self.arg(a));
        }
    }
}

/// The block as it is when its own variables begin at `start`.
fn renumbered(block: &Block, own: Own, start: Var) -> Block {
    let mut block = block.clone();
    let own = |v: &mut Var| {
        if own.has(*v) {
            *v = *v - own.start + start;
        }
    };
    let arg = |a: &mut Arg| {
        if let Arg::Var(v) = a {
            own(v);
        }
    };
    block.params.iter_mut().for_each(own);
    for instr in &mut block.body {
        dests_mut(instr).iter_mut().for_each(own);
        each_arg_mut(instr, &mut |a| arg(a));
    }
    each_term_arg_mut(&mut block.term, &mut |a| arg(a));
    block
}

/// Which blocks define what others use: they cannot be left out.
fn used_outside(f: &Func) -> Vec<bool> {
    let mut home = vec![usize::MAX; f.names.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        block.params.iter().chain(block.body.iter().flat_map(dests)).for_each(|v| home[*v as usize] = b);
    }
    let mut outside = vec![false; f.blocks.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        let mut note = |a: &Arg| {
            if let Arg::Var(v) = a
                && let Some(outside) = outside.get_mut(home[*v as usize])
            {
                *outside |= home[*v as usize] != b;
            }
        };
        block.body.iter().for_each(|instr| each_arg(instr, &mut note));
        each_term_arg(&block.term, &mut note);
    }
    outside
}

/// Leads all jumps to one of the blocks that do the same. Blocks are in reverse postorder: from the last to the first, the targets of
/// a block, but for those of loops, are settled before it.
fn merge_blocks(f: &mut Func) -> bool {
    let mut one: Vec<u32> = (0..f.blocks.len() as u32).collect();
    let mut seen: FxHashMap<u32, Vec<(usize, Var)>> = FxHashMap::default();
    let mut changed = false;
    let mut outside: Option<Vec<bool>> = None;
    let lead = |t: &mut Target, one: &[u32]| t.block = one[t.block as usize];
    for b in (1..f.blocks.len()).rev() {
        if changed {
            targets_mut(&mut f.blocks[b].term).for_each(|t| lead(t, &one));
        }
        let block = &f.blocks[b];
        // Without anything to do it is no longer than a jump to it.
        if block.body.is_empty() && !matches!(block.term, Term::Tail { .. }) {
            continue;
        }
        let own = Own::of(block);
        let mut digest = Digest { sum: 0, own, function: f.id };
        digest.block(block);
        let alike = seen.entry(digest.sum).or_default();
        let mut may_go = || !outside.get_or_insert_with(|| used_outside(f))[b];
        match alike.iter().rev().find(|(other, start)| may_go() && renumbered(block, own, *start) == f.blocks[*other]) {
            Some((other, _)) => {
                one[b] = *other as u32;
                changed = true;
            }
            None => alike.push((b, own.start)),
        }
    }
    if changed {
        for block in &mut f.blocks {
            targets_mut(&mut block.term).for_each(|t| lead(t, &one));
        }
    }
    changed
}

fn digest(f: &Func) -> u32 {
    let mut digest = Digest { sum: f.params.len() as u32, own: Own { start: 0, end: 0 }, function: f.id };
    f.blocks.iter().for_each(|block| digest.block(block));
    digest.sum
}

/// Do the functions have the same code, where each means itself?
fn same(f: &Func, other: &Func) -> bool {
    let mut renamed = f.clone();
    redirect(&mut renamed, &|id| if id == f.id { other.id } else { id });
    renamed.kind == other.kind && renamed.exits == other.exits && renamed.params == other.params && renamed.blocks == other.blocks
}

/// Folds blocks, then functions, of the whole program; `simplify` drops the blocks that are left over. Of functions that are the same
/// the first one stays, in the order in which callees come first; while levels are worked on, the first one found stands for it.
pub fn run(program: &mut Program, simplify: Simplify) {
    let mut one: Vec<FuncId> = (0..program.functions.len() as u32).collect();
    let mut stays = one.clone();
    let mut rank = vec![0; program.functions.len()];
    let graph = CallGraph::of(program);
    for (place, id) in graph.callees_first().into_iter().enumerate() {
        rank[id as usize] = place;
    }
    let mut seen: FxHashMap<u32, Vec<FuncId>> = FxHashMap::default();
    for level in graph.levels() {
        let functions: Vec<Func> = level.iter().filter_map(|id| program.functions[*id as usize].take()).collect();
        let folded = parallel::map(functions.into_iter(), |mut f| {
            redirect(&mut f, &|id| one[id as usize]);
            number_variables(&mut f);
            if merge_blocks(&mut f) {
                simplify(&mut f);
                number_variables(&mut f);
            }
            (digest(&f), f)
        });
        for (sum, f) in folded {
            let id = f.id as usize;
            let alike = seen.entry(sum).or_default();
            let is_same = |other: &&FuncId| program.functions[**other as usize].as_ref().is_some_and(|other| same(&f, other));
            match alike.iter().rev().find(is_same) {
                Some(other) => {
                    one[id] = *other;
                    let stays = &mut stays[*other as usize];
                    if rank[id] < rank[*stays as usize] {
                        *stays = f.id;
                    }
                }
                None => alike.push(f.id),
            }
            program.functions[id] = Some(f);
        }
    }
    parallel::functions(program, |f| redirect(f, &|id| stays[one[id as usize] as usize]));
    drop_unreached(program);
}
