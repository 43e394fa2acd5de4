//! What a function reads round after round of a loop from its closure, or from a slot of the top level, it reads once, at its start: both
//! never change. What a block reads again it has already. Main has no part in it, as it is what sets the slots.

use crate::ir::program::{Arg, Func, Instr, Var};
use crate::ir::visit::{each_arg_mut, each_term_arg_mut, targets};

/// How many values a function may hold from its start on.
const MOST: usize = 10;

/// Which blocks lead back to the head of a loop that they are in. (One that ends by leaving runs once.)
fn circling(f: &Func) -> Vec<bool> {
    let mut predecessors: Vec<Vec<usize>> = vec![Vec::new(); f.blocks.len()];
    let mut back = Vec::new();
    for (b, block) in f.blocks.iter().enumerate() {
        for t in targets(&block.term) {
            let to = t.block as usize;
            predecessors[to].push(b);
            if to <= b {
                back.push((b, to));
            }
        }
    }
    let mut circling = vec![false; f.blocks.len()];
    let mut head_of = vec![usize::MAX; f.blocks.len()];
    for (last, head) in back {
        circling[head] = true;
        head_of[head] = head;
        let mut work = vec![last];
        while let Some(b) = work.pop() {
            if b >= head && head_of[b] != head {
                head_of[b] = head;
                circling[b] = true;
                work.extend(&predecessors[b]);
            }
        }
    }
    circling
}

/// The variable among these that has the same value.
fn same(reads: &[(Var, Instr)], instr: &Instr) -> Option<Var> {
    let Instr::Prim { name, args, .. } = instr else { return None };
    let same = |read: &Instr| matches!(read, Instr::Prim { name: n, args: a, .. } if n == name && a == args);
    reads.iter().find(|(_, read)| same(read)).map(|(v, _)| *v)
}

/// Gives whether there was anything.
pub fn run(f: &mut Func) -> bool {
    let mut circling = circling(f);
    if circling[0] {
        circling.fill(false);
    }
    let own = if f.has_closure() { f.params.first().copied() } else { None };
    // What is read at the start, what in the first block, and what in the block so far.
    let mut reads: Vec<(Var, Instr)> = Vec::new();
    let mut entry: Vec<(Var, Instr)> = Vec::new();
    let mut here: Vec<(Var, Instr)> = Vec::new();
    let mut replace: Vec<Option<Var>> = vec![None; f.names.len()];
    for (b, (block, circling)) in f.blocks.iter_mut().zip(circling).enumerate() {
        here.clear();
        block.body.retain(|instr| {
            let Instr::Prim { dest, name, args } = instr else { return true };
            let fixed = match args.first() {
                Some(Arg::Var(base)) => name == "%env" && Some(*base) == own,
                _ => name == "%top",
            };
            if !fixed {
                return true;
            }
            let known = [&reads, &entry, &here].into_iter().find_map(|reads| same(reads, instr));
            let moves = circling && reads.len() < MOST;
            if known.is_none() {
                if moves { &mut reads } else { &mut here }.push((*dest, instr.clone()));
            }
            replace[*dest as usize] = known;
            known.is_none() && !moves
        });
        if b == 0 {
            entry.clone_from(&here);
        }
    }
    if reads.is_empty() && replace.iter().all(Option::is_none) {
        return false;
    }
    let stand_in = |a: &mut Arg| {
        if let Arg::Var(v) = a
            && let Some(first) = replace[*v as usize]
        {
            *v = first;
        }
    };
    for block in &mut f.blocks {
        for instr in &mut block.body {
            each_arg_mut(instr, &mut |a| stand_in(a));
        }
        each_term_arg_mut(&mut block.term, &mut |a| stand_in(a));
    }
    f.blocks[0].body.splice(0..0, reads.into_iter().map(|(_, read)| read));
    true
}
