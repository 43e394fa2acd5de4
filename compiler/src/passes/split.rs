//! Functions that Lua could not hold are cut into parts: too large, too deeply nested, or with loops that are entered
//! elsewhere than at their header; and `main` into the initialisation of each unit. Some blocks become entries of
//! functions of kind Part, which take the block's parameters and what lives there; jumps to them become tail calls.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::ir::program::{Arg, Args, Block, Func, FuncId, Hint, Instr, Kind, Program, Target, Term, Var};
use crate::ir::visit::{dests, each_arg, each_term_arg, targets};
use crate::lua::flow::{self, Flow, NONE};
use crate::lua::registers::{Step, liveness};
use crate::lua::structure::{self, Node};
use crate::parallel;
use crate::passes::names::{self, short_unit};

/// Of operations in a function, and in a block.
const LIMIT: usize = 8000;
const BLOCK_LIMIT: usize = 2000;
/// Of nested statements; Lua's is 200, expressions included.
const DEPTH: usize = 60;

fn cost(instr: &Instr) -> usize {
    2 + match instr {
        Instr::Prim { args, .. } | Instr::Apply { args, .. } | Instr::Try { args, .. } => args.len(),
        Instr::Closures { functions, .. } => functions.iter().map(|(_, captured)| captured.len() + 2).sum(),
    }
}

fn term_cost(term: &Term) -> usize {
    match term {
        Term::Switch(_, ints, tags) => 2 * (ints.len() + tags.len()),
        Term::Tail { args, .. } | Term::Part(_, args) | Term::Leave(_, args) => 2 + args.len(),
        _ => 2,
    }
}

/// The named unit whose global the instruction sets.
fn unit_set<'a>(global_names: &'a [String], instr: &Instr) -> Option<&'a String> {
    if let Instr::Prim { name, args, .. } = instr
        && name == "%set_global"
        && let Some(Arg::Int(slot)) = args.first()
    {
        return global_names.get(*slot as usize).filter(|unit| !unit.is_empty());
    }
    None
}

/// Cuts blocks that are too long, and in `main` those that set a unit's global, after it.
fn cut(func: &mut Func, global_names: &[String], is_main: bool) {
    let mut b = 0;
    while b < func.blocks.len() {
        let mut total = 0;
        let mut after = NONE;
        let length = func.blocks[b].body.len();
        for (i, instr) in func.blocks[b].body.iter().enumerate() {
            total += cost(instr);
            let placed = matches!(instr, Instr::Prim { name, .. } if name == "%place");
            let sets = is_main && unit_set(global_names, instr).is_some();
            if sets || (total > BLOCK_LIMIT && i + 1 < length && !placed) {
                after = i + 1;
                break;
            }
        }
        if after != NONE {
            let next = func.blocks.len() as u32;
            let rest = func.blocks[b].body.split_off(after);
            let jump = Term::Jump(Target { block: next, args: Args::new() });
            let term = std::mem::replace(&mut func.blocks[b].term, jump);
            func.blocks.push(Block { params: Vec::new(), body: rest, term });
        }
        b += 1;
    }
}

/// Does control never pass the end of the nodes?
fn terminated(nodes: &[Node]) -> bool {
    match nodes.last() {
        Some(Node::Finish(_) | Node::Break(_)) => true,
        Some(Node::If(_, _, yes, no)) => terminated(yes) && terminated(no),
        _ => false,
    }
}

/// Blocks that are nested too deeply become entries; what they enclose is looked at again as a part.
fn deep_blocks(nodes: &[Node], depth: usize, entries: &mut [bool]) {
    for node in nodes {
        match node {
            Node::Code(b) if depth > DEPTH => {
                entries[*b] = true;
                return;
            }
            Node::If(_, _, yes, no) => {
                let (then, otherwise) = (terminated(yes), terminated(no));
                deep_blocks(yes, if otherwise && !then { depth } else { depth + 1 }, entries);
                deep_blocks(no, if then { depth } else { depth + 1 }, entries);
            }
            Node::Once(body) | Node::Loop(_, body) => deep_blocks(body, depth + 1, entries),
            _ => {}
        }
    }
}

/// Blocks of `main` that follow the setting of a unit's global and lead to every return.
fn unit_starts(func: &Func, flow: &Flow, global_names: &[String], entries: &mut [bool]) {
    let mut all: Vec<usize> = Vec::new();
    for &b in &flow.order {
        if matches!(func.blocks[b].term, Term::Return(_)) {
            all.push(b);
        }
    }
    for &b in &flow.order {
        let sets = func.blocks[b].body.last().is_some_and(|i| unit_set(global_names, i).is_some());
        if let (true, Term::Jump(t)) = (sets, &func.blocks[b].term) {
            let next = t.block as usize;
            let last = func.blocks[next].body.is_empty() && matches!(func.blocks[next].term, Term::Return(_));
            entries[next] = entries[next] || (!last && all.iter().all(|r| flow::dominates(flow, next, *r)));
        }
    }
}

/// Subtrees of the dominator tree that make the function too large.
fn large_subtrees(func: &Func, flow: &Flow, entries: &mut [bool]) {
    let mut total = vec![0; func.blocks.len()];
    let mut all = 0;
    for &b in &flow.order {
        total[b] = term_cost(&func.blocks[b].term);
        for instr in &func.blocks[b].body {
            total[b] += cost(instr);
        }
        all += total[b];
    }
    if all <= LIMIT {
        return;
    }
    for i in (1..flow.order.len()).rev() {
        let b = flow.order[i];
        let parent = flow.idom[b];
        if total[b] > LIMIT / 2 || total[parent] + total[b] > LIMIT {
            entries[b] = true;
        } else if !entries[b] {
            total[parent] += total[b];
        }
    }
}

/// Is something gained when the block begins a part? Not when it is all of a part, or only calls one.
fn worth(func: &Func, b: usize) -> bool {
    let calls = func.blocks[b].body.is_empty() && matches!(func.blocks[b].term, Term::Part(..));
    let starts = match &func.blocks[0].term {
        Term::Jump(t) => func.kind == Kind::Part && func.blocks[0].body.is_empty() && t.block as usize == b,
        _ => false,
    };
    !calls && !starts
}

/// The entry whose function each block belongs to: what is jumped to from another function is an entry.
fn close(flow: &Flow, entries: &mut [bool]) -> Vec<usize> {
    let mut owner = vec![NONE; entries.len()];
    loop {
        for &b in &flow.order {
            owner[b] = if flow.index[b] == 0 || entries[b] { b } else { owner[flow.idom[b]] };
        }
        let mut changed = false;
        for &b in &flow.order {
            for &s in &flow.successors[b] {
                if flow.index[s] > 0 && !entries[s] && owner[s] != owner[b] {
                    entries[s] = true;
                    changed = true;
                }
            }
        }
        if !changed {
            return owner;
        }
    }
}

/// Variables live at the start of each block, ascending.
fn live_in(func: &Func, flow: &Flow) -> Vec<Vec<Var>> {
    let mut all = Vec::new();
    for block in &func.blocks {
        let mut steps = Vec::new();
        for instr in &block.body {
            let mut uses = Vec::new();
            each_arg(instr, &mut |arg| variable(arg, &mut uses));
            steps.push(Step { uses, dests: dests(instr).to_vec(), early: false });
        }
        let mut uses = Vec::new();
        each_term_arg(&block.term, &mut |arg| variable(arg, &mut uses));
        steps.push(Step { uses, dests: Vec::new(), early: false });
        all.push(steps);
    }
    liveness(func, flow, &all).0
}

fn variable(arg: &Arg, uses: &mut Vec<Var>) {
    if let Arg::Var(v) = arg {
        uses.push(*v);
    }
}

/// Numbers variables anew for one piece.
struct Renamer<'a> {
    names: &'a [Hint],
    map: Vec<Option<Var>>,
    touched: Vec<Var>,
    new_names: Vec<Hint>,
}

impl Renamer<'_> {
    fn var(&mut self, v: Var) -> Var {
        let i = v as usize;
        if let Some(new) = self.map[i] {
            return new;
        }
        let new = self.new_names.len() as Var;
        self.new_names.push(self.names[i]);
        self.touched.push(v);
        self.map[i] = Some(new);
        new
    }

    fn vars(&mut self, list: &[Var]) -> Vec<Var> {
        list.iter().map(|v| self.var(*v)).collect()
    }

    fn arg(&mut self, arg: &Arg) -> Arg {
        match arg {
            Arg::Var(v) => Arg::Var(self.var(*v)),
            other => *other,
        }
    }

    fn args(&mut self, list: &[Arg]) -> Args {
        list.iter().map(|a| self.arg(a)).collect()
    }

    fn instr(&mut self, instr: &Instr) -> Instr {
        match instr {
            Instr::Prim { dest, name, args } => Instr::Prim { dest: self.var(*dest), name: name.clone(), args: self.args(args) },
            Instr::Apply { dest, closure, args, callee } => {
                Instr::Apply { dest: self.var(*dest), closure: self.arg(closure), args: self.args(args), callee: *callee }
            }
            Instr::Closures { dests, functions } => Instr::Closures {
                dests: self.vars(dests),
                functions: functions.iter().map(|(id, captured)| (*id, self.args(captured))).collect(),
            },
            Instr::Try { dests, body, args } => Instr::Try { dests: self.vars(dests), body: *body, args: self.args(args) },
        }
    }

    fn reset(&mut self) -> Vec<Hint> {
        for v in self.touched.drain(..) {
            self.map[v as usize] = None;
        }
        std::mem::take(&mut self.new_names)
    }
}

/// Where the pieces of a function are.
struct Pieces {
    owner: Vec<usize>,
    /// Index of a block in its piece.
    place: Vec<usize>,
    /// Function of an entry.
    id: Vec<FuncId>,
    live: Vec<Vec<Var>>,
}

/// The arguments of a jump to an entry of another piece.
fn entry_args(pieces: &Pieces, renamer: &mut Renamer, target: &Target) -> Args {
    let mut args = renamer.args(&target.args);
    for &v in &pieces.live[target.block as usize] {
        args.push(Arg::Var(renamer.var(v)));
    }
    args
}

/// An edge of a branch; to another piece it goes through a block of its own, added to `extra`.
fn target(pieces: &Pieces, renamer: &mut Renamer, home: usize, size: usize, extra: &mut Vec<Block>, t: &Target) -> Target {
    let s = t.block as usize;
    if pieces.owner[s] == home {
        return Target { block: pieces.place[s] as u32, args: renamer.args(&t.args) };
    }
    let term = Term::Part(pieces.id[s], entry_args(pieces, renamer, t));
    extra.push(Block { params: Vec::new(), body: Vec::new(), term });
    Target { block: (size + extra.len() - 1) as u32, args: Args::new() }
}

fn term(pieces: &Pieces, renamer: &mut Renamer, home: usize, size: usize, extra: &mut Vec<Block>, old: &Term) -> Term {
    match old {
        Term::Return(a) => Term::Return(renamer.arg(a)),
        Term::Raise(a) => Term::Raise(renamer.arg(a)),
        Term::Jump(t) if pieces.owner[t.block as usize] != home => {
            Term::Part(pieces.id[t.block as usize], entry_args(pieces, renamer, t))
        }
        Term::Jump(t) => Term::Jump(target(pieces, renamer, home, size, extra, t)),
        Term::If(a, yes, no) => {
            let a = renamer.arg(a);
            let yes = target(pieces, renamer, home, size, extra, yes);
            Term::If(a, yes, target(pieces, renamer, home, size, extra, no))
        }
        Term::Switch(a, ints, tags) => {
            let a = renamer.arg(a);
            let ints = ints.iter().map(|t| target(pieces, renamer, home, size, extra, t)).collect();
            let tags = tags.iter().map(|t| target(pieces, renamer, home, size, extra, t)).collect();
            Term::Switch(a, ints, tags)
        }
        Term::Tail { closure, args, callee } => {
            Term::Tail { closure: renamer.arg(closure), args: renamer.args(args), callee: *callee }
        }
        Term::Part(id, args) => Term::Part(*id, renamer.args(args)),
        Term::Leave(exit, args) => Term::Leave(*exit, renamer.args(args)),
        Term::Pushtrap { .. } | Term::Poptrap(_) | Term::Unreachable => Term::Unreachable,
    }
}

/// The name of a part: of the unit that it initialises, else of the function.
fn part_name(func: &Func, flow: &Flow, pieces: &Pieces, global_names: &[String], entry: usize, is_main: bool) -> String {
    if is_main {
        for &b in &flow.order {
            if pieces.owner[b] == entry {
                for instr in &func.blocks[b].body {
                    if let Some(unit) = unit_set(global_names, instr) {
                        return format!("init_{}", short_unit(unit));
                    }
                }
            }
        }
    }
    format!("{}_part", func.name)
}

/// Cuts the blocks of a function, and marks those that become entries; None: it can stay whole.
fn entries(func: &mut Func, global_names: &[String], is_main: bool) -> Result<Option<Vec<bool>>> {
    cut(func, global_names, is_main);
    let flow = flow::run(&func.blocks);
    let n = func.blocks.len();
    let mut entries = vec![false; n];
    for &b in &flow.irreducible {
        entries[b] = true;
    }
    if is_main {
        unit_starts(func, &flow, global_names, &mut entries);
    }
    large_subtrees(func, &flow, &mut entries);
    if flow.irreducible.is_empty() {
        deep_blocks(&structure::run(func, &flow)?, 0, &mut entries);
    }
    for (b, entry) in entries.iter_mut().enumerate() {
        *entry = *entry && worth(func, b);
    }
    Ok(entries.contains(&true).then_some(entries))
}

/// Can nothing of this be too large, too deep or entered elsewhere than at its header? There are no loops, and a block nests no
/// deeper than its label and its tests.
fn is_small(func: &Func) -> bool {
    let (mut total, mut depth, mut forward) = (0, 0, true);
    for (b, block) in func.blocks.iter().enumerate() {
        total += block.body.iter().map(cost).sum::<usize>() + term_cost(&block.term);
        depth += 2;
        for t in targets(&block.term) {
            depth += 1;
            forward = forward && t.block as usize > b;
        }
    }
    forward && depth <= DEPTH && total <= BLOCK_LIMIT
}

/// The pieces of a function with such entries, itself first. New ones are numbered from `next`.
fn split(
    func: &Func,
    mut entries: Vec<bool>,
    global_names: &[String],
    is_main: bool,
    next: usize,
    taken: &mut BTreeSet<String>,
) -> Vec<Func> {
    let flow = flow::run(&func.blocks);
    let n = func.blocks.len();
    let owner = close(&flow, &mut entries);
    let mut pieces = Pieces { owner, place: vec![0; n], id: vec![func.id; n], live: live_in(func, &flow) };
    let mut heads = vec![flow.order[0]];
    for &b in &flow.order {
        if entries[b] {
            pieces.id[b] = (next + heads.len() - 1) as FuncId;
            heads.push(b);
        }
    }
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); n];
    for &b in &flow.order {
        let home = pieces.owner[b];
        let header = if flow.index[home] == 0 { 0 } else { 1 };
        pieces.place[b] = members[home].len() + header;
        members[home].push(b);
    }
    let names = func.names.clone();
    let mut renamer = Renamer { names: &names, map: vec![None; names.len()], touched: Vec::new(), new_names: Vec::new() };
    let mut result = Vec::new();
    for &head in &heads {
        let first = flow.index[head] == 0;
        let mut params = Vec::new();
        let mut blocks = Vec::new();
        if first {
            params = renamer.vars(&func.params);
        } else {
            // the block's own parameters come from outside under other names
            for &p in &func.blocks[head].params {
                params.push(renamer.new_names.len() as Var);
                renamer.new_names.push(names[p as usize]);
            }
            let args = params.iter().map(|v| Arg::Var(*v)).collect();
            params.extend(renamer.vars(&pieces.live[head]));
            blocks.push(Block { params: Vec::new(), body: Vec::new(), term: Term::Jump(Target { block: 1, args }) });
        }
        let size = members[head].len() + blocks.len();
        let mut extra = Vec::new();
        for &b in &members[head] {
            let block = &func.blocks[b];
            let params = renamer.vars(&block.params);
            let body = block.body.iter().map(|i| renamer.instr(i)).collect();
            let term = term(&pieces, &mut renamer, head, size, &mut extra, &block.term);
            blocks.push(Block { params, body, term });
        }
        blocks.append(&mut extra);
        let name = if first {
            func.name.clone()
        } else {
            names::unique(taken, &part_name(func, &flow, &pieces, global_names, head, is_main))
        };
        result.push(Func {
            id: pieces.id[head],
            name,
            place: func.place.clone(),
            kind: if first { func.kind } else { Kind::Part },
            params,
            exits: func.exits,
            blocks,
            names: renamer.reset(),
        });
    }
    result
}

pub fn run(program: &mut Program) -> Result<()> {
    // The names of all functions, once a part needs one.
    let mut taken = BTreeSet::new();
    let most = 16 * program.functions.len() + 10000;
    let global_names = &program.global_names;
    let mut first = 0;
    while first < program.functions.len() {
        let is_main = |id: usize| id == program.main as usize;
        let found = parallel::map(program.functions[first..].iter_mut(), |func| match func {
            Some(func) if is_main(func.id as usize) || !is_small(func) => entries(func, global_names, is_main(func.id as usize)),
            _ => Ok(None),
        });
        for entries in found {
            let next = program.functions.len();
            if next > most {
                return Err(Error::other("a function cannot be split"));
            }
            if let Some(entries) = entries?
                && let Some(func) = &program.functions[first]
            {
                if taken.is_empty() {
                    taken = names::taken(program);
                }
                let mut pieces = split(func, entries, global_names, is_main(first), next, &mut taken).into_iter();
                program.functions[first] = pieces.next();
                program.functions.extend(pieces.map(Some));
            }
            first += 1;
        }
    }
    Ok(())
}
