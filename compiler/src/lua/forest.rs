//! Which values are written where they are used instead of being put into a local: those used once, in the same
//! block, if nothing between conflicts with their effect. What waits to be used never conflicts with each other:
//! either one expression that changes state, or any number that read it; constant ones may move anywhere.

use super::counting::Counting;
use super::flow::Flow;
use super::template::Form;
use crate::ir::program::{Arg, Func, Instr, Term, Var};
use crate::ir::visit::{dests, each_arg, each_term_arg, targets};
use crate::link::fragment::{Effect, Table};

/// More operands than this are not written inside another expression.
const MAX_OPERANDS: usize = 20;
const MAX_DEPTH: u32 = 10;
const MAX_SIZE: u32 = 24;

pub struct Forest {
    /// Is the variable's expression written where it is used?
    pub folded: Vec<bool>,
    pub uses: Vec<u32>,
    /// Block and index of the instruction that defines it.
    pub definition: Vec<Option<(usize, usize)>>,
}

pub fn effect_of(table: &Table, name: &str) -> Effect {
    if name == "%block" { Effect::Const } else { table.effect(name) }
}

/// The operands of an instruction, each with whether an expression may stand there.
pub fn operands<'a>(table: &Table, instr: &'a Instr) -> Vec<(&'a Arg, bool)> {
    let mut list = Vec::new();
    match instr {
        Instr::Prim { name, args, .. } => {
            let section = if name == "%block" { None } else { table.find(name) };
            for (i, arg) in args.iter().enumerate() {
                let allowed = match section {
                    None => true,
                    Some(section) => match &section.form {
                        Form::Call => true,
                        Form::Inline(t) | Form::Test(t) | Form::Statement(t) => {
                            let fixed = section.fixup.as_ref().is_some_and(|f| i < 9 && f.counts[i + 1] > 0);
                            i < 9 && t.counts[i + 1] == 1 && !t.lazy[i + 1] && !fixed
                        }
                    },
                };
                list.push((arg, allowed));
            }
        }
        Instr::Apply { closure, args, callee, .. } => {
            list.push((closure, callee.known().is_some()));
            for arg in args {
                list.push((arg, true));
            }
        }
        Instr::Closures { functions, dests } => {
            for (_, captured) in functions {
                for arg in captured {
                    list.push((arg, dests.len() == 1));
                }
            }
        }
        Instr::Try { args, .. } => {
            for arg in args {
                list.push((arg, true));
            }
        }
    }
    list
}

/// The same for a terminator; what a branch passes on is not evaluated there.
pub fn term_operands(term: &Term) -> Vec<(&Arg, bool)> {
    let mut list = Vec::new();
    match term {
        Term::Return(a) | Term::Raise(a) => list.push((a, true)),
        Term::Jump(t) => {
            for arg in &t.args {
                list.push((arg, true));
            }
        }
        Term::If(a, _, _) | Term::Switch(a, _, _) => {
            list.push((a, matches!(term, Term::If(..))));
            for t in targets(term) {
                for arg in &t.args {
                    list.push((arg, false));
                }
            }
        }
        Term::Tail { closure, args, callee } => {
            list.push((closure, callee.known().is_some()));
            for arg in args {
                list.push((arg, true));
            }
        }
        Term::Part(_, args) | Term::Leave(_, args) => {
            for arg in args {
                list.push((arg, true));
            }
        }
        Term::Pushtrap { .. } | Term::Poptrap(_) | Term::Unreachable => {}
    }
    list
}

/// Says where the next instruction stands in the OCaml source.
fn is_place(instr: &Instr) -> bool {
    matches!(instr, Instr::Prim { name, .. } if name == "%place")
}

/// Can the instruction be an expression, and with what effect?
fn expression(table: &Table, instr: &Instr, operands: usize) -> (bool, Effect) {
    let small = operands <= MAX_OPERANDS;
    match instr {
        Instr::Prim { name, .. } => {
            let statement =
                name != "%block" && table.find(name).is_some_and(|s| s.fixup.is_some() || matches!(s.form, Form::Statement(_)));
            (small && !statement, effect_of(table, name))
        }
        Instr::Apply { .. } => (small, Effect::Mutator),
        Instr::Closures { dests, functions } => {
            let mut itself = false;
            for (_, captured) in functions {
                for arg in captured {
                    if let (Arg::Var(v), Some(d)) = (arg, dests.first()) {
                        itself = itself || v == d;
                    }
                }
            }
            (small && dests.len() == 1 && !itself, Effect::Const)
        }
        Instr::Try { .. } => (false, Effect::Mutator),
    }
}

/// What waits to be folded while a block is read.
struct Waiting {
    /// Effect of the whole expression; None: not waiting.
    effect: Vec<Option<Effect>>,
    depth: Vec<u32>,
    size: Vec<u32>,
    reads: Vec<Var>,
    change: Option<Var>,
}

/// Folds what may be folded of the operands; gives depth, size and effect of the whole.
fn fold(forest: &mut Forest, waiting: &mut Waiting, operands: &[(&Arg, bool)], own: Effect) -> (u32, u32, Effect) {
    let (mut depth, mut size, mut effect) = (0, 1, own);
    for (arg, allowed) in operands {
        let Arg::Var(v) = arg else { continue };
        let i = *v as usize;
        if let (true, Some(e)) = (*allowed, waiting.effect[i]) {
            forest.folded[i] = true;
            depth = depth.max(waiting.depth[i]);
            size += waiting.size[i];
            effect = effect.max(e);
        }
        waiting.effect[i] = None;
    }
    (depth + 1, size, effect)
}

/// Nothing that conflicts with `effect` waits any longer.
fn flush(waiting: &mut Waiting, effect: Effect) {
    if effect == Effect::Mutator {
        for k in 0..waiting.reads.len() {
            waiting.effect[waiting.reads[k] as usize] = None;
        }
        waiting.reads.clear();
    }
    if effect != Effect::Const {
        if let Some(v) = waiting.change {
            waiting.effect[v as usize] = None;
        }
        waiting.change = None;
    }
}

pub fn run(table: &Table, func: &Func, flow: &Flow, counting: &Counting) -> Forest {
    let n = func.names.len();
    let mut forest = Forest { folded: counting.implied.clone(), uses: vec![0; n], definition: vec![None; n] };
    // the block of the last use
    let mut user = vec![usize::MAX; n];
    for &b in &flow.order {
        let block = &func.blocks[b];
        let mut note = |arg: &Arg| {
            if let Arg::Var(v) = arg {
                forest.uses[*v as usize] += 1;
                user[*v as usize] = b;
            }
        };
        for (i, instr) in block.body.iter().enumerate() {
            for d in dests(instr) {
                forest.definition[*d as usize] = Some((b, i));
            }
            each_arg(instr, &mut note);
        }
        each_term_arg(&block.term, &mut note);
    }
    // Where a `for` starts is read after what else is passed to its first round has been assigned.
    let mut kept = vec![false; n];
    for counted in counting.loops.iter().flatten() {
        if let Arg::Var(v) = counted.start {
            kept[v as usize] = true;
        }
    }
    // Where nothing else is passed to the first round, its limit is read at the end of the block in front, and by no test.
    let mut limits = vec![None; func.blocks.len()];
    for (h, counted) in counting.loops.iter().enumerate() {
        let Some((Some(b), Arg::Var(v))) = counted.as_ref().map(|counted| (counted.guard, counted.limit)) else { continue };
        if func.blocks[h].params.len() == 1 && forest.uses[v as usize] == 2 {
            forest.uses[v as usize] = 1;
            user[v as usize] = b;
            limits[b] = Some(Arg::Var(v));
        }
    }
    let mut waiting = Waiting { effect: vec![None; n], depth: vec![0; n], size: vec![0; n], reads: Vec::new(), change: None };
    for &b in &flow.order {
        let block = &func.blocks[b];
        flush(&mut waiting, Effect::Mutator);
        let mut placed = false;
        for instr in &block.body {
            // what has a place stays a statement
            let statement = placed;
            placed = is_place(instr);
            if placed || dests(instr).iter().any(|v| counting.implied[*v as usize]) {
                continue;
            }
            let ops = operands(table, instr);
            let (possible, own) = expression(table, instr, ops.len());
            let (depth, size, effect) = fold(&mut forest, &mut waiting, &ops, own);
            flush(&mut waiting, effect);
            let &[v] = dests(instr) else { continue };
            if !possible || statement || depth > MAX_DEPTH || size > MAX_SIZE {
                continue;
            }
            if !kept[v as usize] && forest.uses[v as usize] == 1 && user[v as usize] == b {
                waiting.effect[v as usize] = Some(effect);
                waiting.depth[v as usize] = depth;
                waiting.size[v as usize] = size;
                match effect {
                    Effect::Const => {}
                    Effect::Mutable => waiting.reads.push(v),
                    Effect::Mutator => waiting.change = Some(v),
                }
            }
        }
        let mut ops = term_operands(&block.term);
        ops.extend(limits[b].iter().map(|limit| (limit, true)));
        fold(&mut forest, &mut waiting, &ops, Effect::Const);
    }
    forest
}
