//! Turns the region of each `pushtrap` into a function of its own, which the parent calls by `try`
//! (ARCHITECTURE.md, section 5). Inner regions go first, so that a region is without traps when its turn comes.

use std::collections::BTreeSet;

use smallvec::smallvec;

use crate::ir::program::{Arg, Args, Block, BlockId, Func, FuncId, Instr, Kind, NO_HINT, Program, Target, Term, Var};
use crate::ir::visit;
use crate::parallel;
use crate::passes::regions::{self, NONE, Region, Regions};
use crate::passes::{Simplify, names};

/// The new number of each variable of a region, given when it is first asked for.
struct Renaming {
    new: Vec<Var>,
    given: Vec<Var>,
}

impl Renaming {
    fn var(&mut self, v: Var) -> Var {
        if self.new[v as usize] == u32::MAX {
            self.new[v as usize] = self.given.len() as Var;
            self.given.push(v);
        }
        self.new[v as usize]
    }

    fn arg(&mut self, a: &mut Arg) {
        if let Arg::Var(v) = a {
            *v = self.var(*v);
        }
    }

    /// Ready for the next region.
    fn clear(&mut self) {
        for v in self.given.drain(..) {
            self.new[v as usize] = u32::MAX;
        }
    }
}

/// A block to which a region leaves, and what it is passed: None for what comes from the region's function.
struct Exit {
    block: BlockId,
    passed: Vec<Option<Arg>>,
}

/// Turns each `poptrap` of these blocks into `leave`, and gives the exits. What is the same before and after the region does not
/// pass through its function.
fn leave(f: &mut Func, blocks: &[usize]) -> Vec<Exit> {
    let mut defined: BTreeSet<Var> = BTreeSet::new();
    for b in blocks {
        defined.extend(&f.blocks[*b].params);
        defined.extend(f.blocks[*b].body.iter().flat_map(visit::dests));
    }
    let outside = |a: &Arg| !matches!(a, Arg::Var(v) if defined.contains(v));
    let mut exits: Vec<Exit> = Vec::new();
    for b in blocks {
        let Term::Poptrap(t) = &f.blocks[*b].term else {
            continue;
        };
        match exits.iter_mut().find(|exit| exit.block == t.block) {
            Some(exit) => {
                for (passed, a) in exit.passed.iter_mut().zip(&t.args) {
                    if passed.as_ref() != Some(a) {
                        *passed = None;
                    }
                }
            }
            None => {
                let passed = t.args.iter().map(|a| outside(a).then_some(*a)).collect();
                exits.push(Exit { block: t.block, passed });
            }
        }
    }
    for b in blocks {
        if let Term::Poptrap(t) = &mut f.blocks[*b].term
            && let Some(number) = exits.iter().position(|exit| exit.block == t.block)
        {
            let mut passed = exits[number].passed.iter();
            t.args.retain(|_| passed.next() == Some(&None));
            f.blocks[*b].term = Term::Leave(number as u32, std::mem::take(&mut t.args));
        }
    }
    exits
}

/// Variables that the region uses and does not define, ascending.
fn free_variables(f: &Func, blocks: &[usize], entry: &Target) -> Vec<Var> {
    let mut defined = BTreeSet::new();
    let mut used = BTreeSet::new();
    for a in &entry.args {
        if let Arg::Var(v) = a {
            used.insert(*v);
        }
    }
    for b in blocks {
        let block = &f.blocks[*b];
        let mut note = |a: &Arg| {
            if let Arg::Var(v) = a {
                used.insert(*v);
            }
        };
        for i in &block.body {
            visit::each_arg(i, &mut note);
        }
        visit::each_term_arg(&block.term, &mut note);
        defined.extend(&block.params);
        for i in &block.body {
            defined.extend(visit::dests(i));
        }
    }
    used.difference(&defined).copied().collect()
}

/// Moves the region's blocks into a function; gives it, its arguments in the parent, and its exits.
fn extract(
    f: &mut Func,
    region: &Region,
    body: &Target,
    id: FuncId,
    name: String,
    renaming: &mut Renaming,
) -> (Func, Args, Vec<Exit>) {
    let mut numbers = region.blocks.clone();
    numbers.sort_unstable();
    let exits = leave(f, &numbers);
    let free = free_variables(f, &numbers, body);
    let mut params = Vec::new();
    for v in &free {
        params.push(renaming.var(*v));
    }
    let mut entry = Term::Jump(body.clone());
    for t in visit::targets_mut(&mut entry) {
        for a in &mut t.args {
            renaming.arg(a);
        }
    }
    let mut blocks = vec![Block { params: Vec::new(), body: Vec::new(), term: entry }];
    for b in &numbers {
        let empty = Block { params: Vec::new(), body: Vec::new(), term: Term::Unreachable };
        let mut block = std::mem::replace(&mut f.blocks[*b], empty);
        for v in &mut block.params {
            *v = renaming.var(*v);
        }
        for i in &mut block.body {
            visit::each_arg_mut(i, &mut |a| renaming.arg(a));
            for v in visit::dests_mut(i) {
                *v = renaming.var(*v);
            }
        }
        visit::each_term_arg_mut(&mut block.term, &mut |a| renaming.arg(a));
        blocks.push(block);
    }
    for block in &mut blocks {
        for t in visit::targets_mut(&mut block.term) {
            t.block = numbers.partition_point(|b| *b < t.block as usize) as BlockId + 1;
        }
    }
    let mut names = Vec::new();
    for v in &renaming.given {
        names.push(f.names[*v as usize]);
    }
    renaming.clear();
    let place = f.place.clone();
    let function = Func { id, name, place, kind: Kind::Body, params, exits: exits.len() as u32, blocks, names };
    (function, free.into_iter().map(Arg::Var).collect(), exits)
}

fn fresh(f: &mut Func) -> Var {
    f.names.push(NO_HINT);
    (f.names.len() - 1) as Var
}

/// Adds a block and gives its number.
fn add_block(f: &mut Func, body: Vec<Instr>, term: Term) -> BlockId {
    f.blocks.push(Block { params: Vec::new(), body, term });
    (f.blocks.len() - 1) as BlockId
}

/// Ends the parent's block by the call of the region's function; gives the blocks that were added.
fn call(f: &mut Func, region: &Region, exn: Var, handler: Target, body: FuncId, args: Args, exits: Vec<Exit>) -> Vec<usize> {
    let first = f.blocks.len();
    let selector = usize::from(exits.len() != 1);
    let mut most = 0;
    for exit in &exits {
        most = most.max(exit.passed.iter().filter(|passed| passed.is_none()).count());
    }
    let ok = fresh(f);
    let mut results = Vec::new();
    for _ in 0..(selector + most).max(1) {
        results.push(fresh(f));
    }
    let mut ways: Vec<Target> = Vec::new();
    for exit in exits {
        let mut values = results.iter().skip(selector).map(|v| Arg::Var(*v));
        let args = exit.passed.into_iter().filter_map(|passed| passed.or_else(|| values.next())).collect();
        ways.push(Target { block: exit.block, args });
    }
    let caught = Instr::Prim { dest: exn, name: "%caught".into(), args: smallvec![Arg::Var(results[0])] };
    let caught = add_block(f, vec![caught], Term::Jump(handler));
    let caught = Target { block: caught, args: Args::new() };
    let chosen = Arg::Var(results[0]);
    let normal = if ways.len() == 1 {
        ways.pop()
    } else if ways.is_empty() {
        None
    } else {
        let block = add_block(f, Vec::new(), Term::Switch(chosen, ways, Vec::new()));
        Some(Target { block, args: Args::new() })
    };
    let mut dests = vec![ok];
    dests.extend(&results);
    f.blocks[region.start].body.push(Instr::Try { dests, body, args });
    f.blocks[region.start].term = match normal {
        None => Term::Jump(caught),
        Some(normal) => {
            let test = fresh(f);
            f.blocks[region.start].body.push(Instr::Prim { dest: test, name: "%is_true".into(), args: smallvec![Arg::Var(ok)] });
            Term::If(Arg::Var(test), normal, caught)
        }
    };
    (first..f.blocks.len()).collect()
}

/// Outlines the regions of one function; the new functions are numbered from `next` on.
fn function(f: &mut Func, next: usize, taken: &mut BTreeSet<String>) -> Vec<Func> {
    let mut list = Regions::find(f).list;
    let mut made = Vec::new();
    let mut renaming = Renaming { new: Vec::new(), given: Vec::new() };
    for r in regions::inner_first(&list) {
        renaming.new.resize(f.names.len(), u32::MAX);
        let term = std::mem::replace(&mut f.blocks[list[r].start].term, Term::Unreachable);
        if let Term::Pushtrap { exn, body, handler } = term {
            let id = (next + made.len()) as FuncId;
            let name = names::unique(taken, &format!("{}_try", f.name));
            let (function, args, exits) = extract(f, &list[r], &body, id, name, &mut renaming);
            made.push(function);
            let added = call(f, &list[r], exn, handler, id, args, exits);
            let outer = list[r].outer;
            if outer != NONE {
                list[outer].blocks.extend(added);
            }
        }
    }
    made
}

/// Outlines all regions of a program; `simplify` is for the functions that change or are made.
pub fn run(program: &mut Program, simplify: Simplify) {
    let mut taken = names::taken(program);
    let count = program.functions.len();
    let mut changed = vec![false; count];
    for i in 0..count {
        let next = program.functions.len();
        let Some(f) = &mut program.functions[i] else {
            continue;
        };
        let made = function(f, next, &mut taken);
        changed[i] = !made.is_empty();
        program.functions.extend(made.into_iter().map(Some));
    }
    parallel::functions(program, |f| {
        if changed.get(f.id as usize) != Some(&false) {
            simplify(f);
        }
    });
}
