//! Liveness and the choice of a register (a Lua local) for each variable that is not folded. Variables in SSA form are
//! coloured greedily in an order in which definitions dominate uses; a block's parameters prefer the registers of their
//! arguments. What does not fit into `LIMIT` locals goes to slots of the table `S`.

use std::collections::{BTreeMap, BTreeSet};

use super::counting::{Counted, Counting};
use super::flow::{Flow, NONE};
use super::forest::Forest;
use crate::ir::program::{Arg, Func, Instr, NO_HINT, Term, Var};
use crate::ir::visit::{dests, each_arg, each_term_arg, targets};
use crate::link::fragment::Table;

/// Locals of a function; the rest of Lua's 200 and of its 250 stack slots is for temporaries.
pub const LIMIT: usize = 120;
/// Above this many arguments a call passes one table.
pub const MAX_ARGS: usize = 100;
/// Up to here a variable gets a new register for its name's sake.
const NAMED: usize = 60;
/// Slots of the frame that a numeric `for` takes: three of its own and its variable.
const FOR_SLOTS: usize = 4;

const KEYWORDS: [&str; 25] = [
    "and", "break", "continue", "do", "else", "elseif", "end", "false", "for", "function", "global", "goto", "if", "in", "local",
    "nil", "not", "or", "repeat", "return", "then", "true", "until", "while", "self",
];

pub struct Registers {
    /// The register of each variable; NONE: it has none.
    pub of: Vec<usize>,
    /// By register.
    pub names: Vec<String>,
    pub is_slot: Vec<bool>,
    /// Registers that are parameters.
    pub is_param: Vec<bool>,
    /// Registers that are the variables of numeric `for`: these declare and assign them.
    pub counts: Vec<bool>,
    /// Variables that flow into each other in one register, by representative.
    pub web: Vec<Var>,
    pub locals: usize,
    pub slots: usize,
}

/// An instruction that is a statement, or the terminator.
pub struct Step {
    pub uses: Vec<Var>,
    pub dests: Vec<Var>,
    /// The results are written before all operands are read.
    pub early: bool,
}

struct Chooser {
    registers: Registers,
    occupied: Vec<bool>,
    /// Number of the name of each variable.
    base: Vec<usize>,
    base_names: Vec<String>,
    by_base: Vec<Vec<usize>>,
    last_suffix: Vec<u32>,
    taken: BTreeSet<String>,
    /// Union of variables that would best share a register, and the one they share.
    class: Vec<Var>,
    wanted: Vec<usize>,
    /// Of a variable, the parameter of a loop's header that it is passed to for the next round.
    next_round: Vec<Option<Var>>,
    /// The registers of numeric `for`, each with its level and the number of its name.
    counters: Vec<(usize, usize, usize)>,
    /// Registers before this one are never free: `C`.
    kept: usize,
}

fn find(parent: &mut [Var], v: Var) -> Var {
    let mut root = v;
    while parent[root as usize] != root {
        root = parent[root as usize];
    }
    let mut v = v;
    while parent[v as usize] != root {
        let next = parent[v as usize];
        parent[v as usize] = root;
        v = next;
    }
    root
}

fn union(parent: &mut [Var], a: Var, b: Var) {
    let (a, b) = (find(parent, a), find(parent, b));
    if a < b {
        parent[b as usize] = a;
    } else {
        parent[a as usize] = b;
    }
}

/// The variables whose registers an operand's expression reads.
fn leaves(func: &Func, forest: &Forest, arg: &Arg, out: &mut Vec<Var>) {
    let Arg::Var(v) = arg else { return };
    match forest.definition[*v as usize] {
        Some((b, i)) if forest.folded[*v as usize] => {
            each_arg(&func.blocks[b].body[i], &mut |operand| leaves(func, forest, operand, out));
        }
        _ => out.push(*v),
    }
}

fn steps(table: &Table, func: &Func, forest: &Forest, b: usize) -> Vec<Step> {
    let block = &func.blocks[b];
    let mut list = Vec::new();
    for instr in &block.body {
        let results = dests(instr);
        if matches!(results, [v] if forest.folded[*v as usize]) {
            continue;
        }
        let mut step = Step { uses: Vec::new(), dests: Vec::new(), early: false };
        each_arg(instr, &mut |operand| leaves(func, forest, operand, &mut step.uses));
        for &d in results {
            if forest.uses[d as usize] > 0 || matches!(instr, Instr::Try { .. }) {
                step.dests.push(d);
            }
        }
        step.early = match instr {
            Instr::Closures { dests, .. } => dests.len() > 1,
            Instr::Prim { name, .. } => {
                table.find(name).is_some_and(|s| s.fixup.as_ref().is_some_and(|f| f.order.iter().any(|a| *a > 0)))
            }
            _ => false,
        };
        if let Instr::Closures { dests, functions } = instr {
            // the others of a recursive group and the closure itself are patched in, not read
            step.uses.retain(|v| !dests.contains(v));
            step.early = step.early || functions.len() > 1;
        }
        list.push(step);
    }
    let mut last = Step { uses: Vec::new(), dests: Vec::new(), early: false };
    each_term_arg(&block.term, &mut |operand| leaves(func, forest, operand, &mut last.uses));
    list.push(last);
    list
}

/// Variables live at the start and at the end of each block, one variable at a time, upwards from its uses.
pub fn liveness(func: &Func, flow: &Flow, all: &[Vec<Step>]) -> (Vec<Vec<Var>>, Vec<Vec<Var>>) {
    let n = func.names.len();
    let count = func.blocks.len();
    let mut home = vec![NONE; n];
    let mut used: Vec<Vec<usize>> = vec![Vec::new(); n];
    for &b in &flow.order {
        for p in &func.blocks[b].params {
            home[*p as usize] = b;
        }
        for step in &all[b] {
            for d in &step.dests {
                home[*d as usize] = b;
            }
        }
    }
    for &b in &flow.order {
        for step in &all[b] {
            for u in &step.uses {
                let list = &mut used[*u as usize];
                if home[*u as usize] != b && list.last() != Some(&b) {
                    list.push(b);
                }
            }
        }
    }
    let mut live_in: Vec<Vec<Var>> = vec![Vec::new(); count];
    let mut live_out: Vec<Vec<Var>> = vec![Vec::new(); count];
    let mut in_mark = vec![NONE; count];
    let mut out_mark = vec![NONE; count];
    for v in 0..n {
        let mut work = std::mem::take(&mut used[v]);
        while let Some(b) = work.pop() {
            if in_mark[b] == v {
                continue;
            }
            in_mark[b] = v;
            live_in[b].push(v as Var);
            for &p in &flow.predecessors[b] {
                if out_mark[p] != v {
                    out_mark[p] = v;
                    live_out[p].push(v as Var);
                    if home[v] != p {
                        work.push(p);
                    }
                }
            }
        }
    }
    (live_in, live_out)
}

fn is_identifier(name: &str) -> bool {
    let bytes = name.as_bytes();
    !bytes.is_empty()
        && (bytes[0].is_ascii_lowercase() || bytes[0] == b'_')
        && bytes.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_')
}

/// The name of a hint: "v" when it has none.
fn base_name(hint: &str) -> String {
    if !is_identifier(hint) {
        "v".into()
    } else if KEYWORDS.contains(&hint) {
        format!("{hint}_")
    } else {
        hint.into()
    }
}

impl Chooser {
    fn add(&mut self, name: String) -> usize {
        let r = self.registers.names.len();
        self.registers.names.push(name);
        self.registers.is_slot.push(false);
        self.registers.is_param.push(false);
        self.registers.counts.push(false);
        self.occupied.push(false);
        r
    }

    /// A new name after the base.
    fn name(&mut self, base: usize) -> String {
        loop {
            let suffix = self.last_suffix[base];
            self.last_suffix[base] += 1;
            let name = if base == 0 {
                format!("v{}", suffix + 1)
            } else if suffix == 0 {
                self.base_names[base].clone()
            } else {
                format!("{}_{}", self.base_names[base], suffix)
            };
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }

    fn add_local(&mut self, base: usize) -> usize {
        let name = self.name(base);
        let r = self.add(name);
        self.registers.locals += 1;
        self.by_base[base].push(r);
        r
    }

    fn add_slot(&mut self) -> usize {
        self.registers.slots += 1;
        let r = self.add(format!("S[{}]", self.registers.slots));
        self.registers.is_slot[r] = true;
        r
    }

    /// The variable of a numeric `for` has a register that nothing else has: an assignment to it would be lost.
    fn choose_counter(&mut self, v: Var, level: usize) {
        let base = self.base[v as usize];
        let found = self.counters.iter().find(|(l, b, _)| (*l, *b) == (level, base)).map(|(_, _, r)| *r);
        let r = found.unwrap_or_else(|| {
            let name = self.name(base);
            let r = self.add(name);
            self.registers.counts[r] = true;
            self.counters.push((level, base, r));
            r
        });
        self.registers.of[v as usize] = r;
    }

    /// That of the variable, if it has one which is free.
    fn free_register(&self, v: Var) -> Option<usize> {
        let r = self.registers.of[v as usize];
        (r != NONE && !self.occupied[r] && !self.registers.counts[r]).then_some(r)
    }

    /// A free register of what is passed for a parameter: the one that its class shares if it is among them, else the oldest.
    fn passed_register(&mut self, p: Var, passed: impl Iterator<Item = Var>) -> Option<usize> {
        let class = find(&mut self.class, p) as usize;
        let wanted = self.wanted[class];
        passed.filter_map(|v| self.free_register(v)).min_by_key(|&r| (r != wanted, r))
    }

    /// First it wants the register of what it is in the next round, then `passed`, then the one that its class shares.
    fn choose(&mut self, v: Var, passed: Option<usize>) {
        let class = find(&mut self.class, v) as usize;
        let base = self.base[v as usize];
        let next = self.next_round[v as usize].and_then(|p| self.free_register(p));
        let mut r = next.or(passed).unwrap_or(self.wanted[class]);
        if r == NONE || self.occupied[r] {
            r = NONE;
            for &candidate in &self.by_base[base] {
                if !self.occupied[candidate] {
                    r = candidate;
                    break;
                }
            }
        }
        if r == NONE && self.registers.locals >= NAMED {
            for candidate in 0..self.occupied.len() {
                let usable = !self.occupied[candidate] && !self.registers.counts[candidate];
                if usable && (!self.registers.is_slot[candidate] || self.registers.locals >= LIMIT) {
                    r = candidate;
                    break;
                }
            }
        }
        if r == NONE {
            r = if self.registers.locals < LIMIT { self.add_local(base) } else { self.add_slot() };
        }
        if self.wanted[class] == NONE {
            self.wanted[class] = r;
        }
        self.registers.of[v as usize] = r;
        self.occupied[r] = true;
    }

    fn free(&mut self, v: Var) {
        let r = self.registers.of[v as usize];
        if r != NONE && r >= self.kept {
            self.occupied[r] = false;
        }
    }
}

/// Numbers the names that the variables have in the program; 0 is "v".
fn bases(func: &Func, hints: Option<&[String]>) -> (Vec<usize>, Vec<String>) {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = vec!["v".to_string()];
    let mut base = vec![0; func.names.len()];
    if let Some(hints) = hints {
        for (v, hint) in func.names.iter().enumerate().filter(|(_, hint)| **hint != NO_HINT) {
            let name = base_name(&hints[*hint as usize]);
            if name == "v" {
                continue;
            }
            base[v] = match numbers.get(&name) {
                Some(number) => *number,
                None => {
                    numbers.insert(name.clone(), names.len());
                    names.push(name);
                    names.len() - 1
                }
            };
        }
    }
    (base, names)
}

/// Parameters get registers in their order; of a closure function the first is `C`, and stays occupied.
fn parameters(chooser: &mut Chooser, func: &Func) {
    for (i, p) in func.params.iter().enumerate() {
        if i == 0 && func.has_closure() {
            let r = chooser.add("C".into());
            chooser.registers.locals += 1;
            chooser.registers.is_param[r] = true;
            chooser.registers.of[*p as usize] = r;
            chooser.occupied[r] = true;
        } else if func.params.len() - chooser.kept > MAX_ARGS {
            chooser.choose(*p, None);
        } else {
            let r = chooser.add_local(chooser.base[*p as usize]);
            chooser.registers.is_param[r] = true;
            chooser.registers.of[*p as usize] = r;
            chooser.occupied[r] = true;
        }
    }
}

/// `hints`: the names of the OCaml variables, if registers are to be called so.
pub fn run(table: &Table, func: &Func, flow: &Flow, counting: &Counting, forest: &Forest, hints: Option<&[String]>) -> Registers {
    let n = func.names.len();
    let mut all: Vec<Vec<Step>> = Vec::new();
    for b in 0..func.blocks.len() {
        all.push(if flow.index[b] == NONE { Vec::new() } else { steps(table, func, forest, b) });
    }
    let (live_in, live_out) = liveness(func, flow, &all);
    let (base, base_names) = bases(func, hints);
    let identity: Vec<Var> = (0..n as Var).collect();
    let mut chooser = Chooser {
        registers: Registers {
            of: vec![NONE; n],
            names: Vec::new(),
            is_slot: Vec::new(),
            is_param: Vec::new(),
            counts: Vec::new(),
            web: identity.clone(),
            locals: counting.deepest * FOR_SLOTS,
            slots: 0,
        },
        occupied: Vec::new(),
        base,
        by_base: vec![Vec::new(); base_names.len()],
        last_suffix: vec![0; base_names.len()],
        base_names,
        taken: BTreeSet::new(),
        class: identity,
        wanted: vec![NONE; n],
        next_round: vec![None; n],
        counters: Vec::new(),
        kept: usize::from(func.has_closure()),
    };
    for &b in &flow.order {
        for t in targets(&func.blocks[b].term) {
            for (p, arg) in func.blocks[t.block as usize].params.iter().zip(&t.args) {
                if let Arg::Var(v) = arg {
                    if flow.index[t.block as usize] <= flow.index[b] {
                        chooser.next_round[*v as usize] = Some(*p);
                    }
                    union(&mut chooser.class, *p, *v);
                }
            }
        }
    }
    parameters(&mut chooser, func);
    for &p in &func.params {
        let class = find(&mut chooser.class, p) as usize;
        let r = chooser.registers.of[p as usize];
        if chooser.wanted[class] == NONE && r >= chooser.kept {
            chooser.wanted[class] = r;
        }
    }
    let mut mark = vec![NONE; n];
    for &b in &flow.order {
        for r in chooser.kept..chooser.occupied.len() {
            chooser.occupied[r] = false;
        }
        for &v in &live_in[b] {
            let r = chooser.registers.of[v as usize];
            if r != NONE {
                chooser.occupied[r] = true;
            }
        }
        for &v in &live_out[b] {
            mark[v as usize] = b;
        }
        // backwards: what each step uses last, which results nobody reads
        let mut dying: Vec<Vec<Var>> = Vec::new();
        for step in all[b].iter().rev() {
            let mut list = Vec::new();
            for d in &step.dests {
                if mark[*d as usize] != b {
                    list.push(*d);
                }
            }
            for u in &step.uses {
                if mark[*u as usize] != b {
                    mark[*u as usize] = b;
                    list.push(*u);
                }
            }
            dying.push(list);
        }
        // A `for` reads its start after the other parameters have been assigned.
        let start = match &counting.loops[b] {
            Some(Counted { start: Arg::Var(v), .. }) => chooser.registers.of[*v as usize],
            _ => NONE,
        };
        let last = start != NONE && !chooser.occupied[start];
        if last {
            chooser.occupied[start] = true;
        }
        for (i, &p) in func.blocks[b].params.iter().enumerate() {
            if counting.level[p as usize] != NONE {
                chooser.choose_counter(p, counting.level[p as usize]);
            } else if mark[p as usize] == b {
                let targets = flow.predecessors[b].iter().flat_map(|&from| targets(&func.blocks[from].term));
                let passed = targets.filter(|t| t.block as usize == b).filter_map(|t| match t.args[i] {
                    Arg::Var(v) => Some(v),
                    _ => None,
                });
                let passed = chooser.passed_register(p, passed);
                chooser.choose(p, passed);
            }
        }
        if last {
            chooser.occupied[start] = false;
        }
        for (i, step) in all[b].iter().enumerate() {
            let over = &dying[all[b].len() - 1 - i];
            if step.early {
                for &d in &step.dests {
                    chooser.choose(d, None);
                }
            }
            for &v in over {
                if !step.dests.contains(&v) {
                    chooser.free(v);
                }
            }
            if !step.early {
                for &d in &step.dests {
                    chooser.choose(d, None);
                }
            }
            for &v in over {
                if step.dests.contains(&v) {
                    chooser.free(v);
                }
            }
        }
    }
    for &b in &flow.order {
        for t in targets(&func.blocks[b].term) {
            for (p, arg) in func.blocks[t.block as usize].params.iter().zip(&t.args) {
                if let Arg::Var(v) = arg {
                    let r = chooser.registers.of[*p as usize];
                    if r != NONE && r == chooser.registers.of[*v as usize] {
                        union(&mut chooser.registers.web, *p, *v);
                    }
                }
            }
        }
    }
    for v in 0..n as Var {
        let root = find(&mut chooser.registers.web, v);
        chooser.registers.web[v as usize] = root;
    }
    chooser.registers
}

/// Does block `b` end a `for` and pass on to the next round what is assigned to the register of one of its results? Then the
/// results ask for a test for the last round.
pub fn crossed(func: &Func, counting: &Counting, forest: &Forest, registers: &Registers, b: usize) -> bool {
    let Term::If(_, again, _) = &func.blocks[b].term else { return false };
    let Some(counted) = counting.loops[again.block as usize].as_ref().filter(|c| c.place == b) else { return false };
    let of = &registers.of;
    let params = &func.blocks[again.block as usize].params;
    params.iter().zip(&again.args).any(|(p, arg)| {
        let r = of[*p as usize];
        let same = matches!(arg, Arg::Var(v) if !forest.folded[*v as usize] && of[*v as usize] == r);
        r != NONE && !same && counted.results.iter().any(|v| of[*v as usize] == r)
    })
}

/// The most arguments of a call in the function, whether it calls otherwise than in tail position, and whether it calls at all.
pub fn calls(table: &Table, func: &Func, flow: &Flow) -> (usize, bool, bool) {
    let (mut most, mut calls, mut tails) = (0, false, false);
    for &b in &flow.order {
        let block = &func.blocks[b];
        for instr in &block.body {
            match instr {
                Instr::Prim { name, args, .. } => {
                    most = most.max(if name == "%block" { 0 } else { args.len().min(MAX_ARGS) });
                    calls = calls || table.find(name).is_some_and(|s| s.calls);
                }
                Instr::Apply { args, .. } => {
                    most = most.max(args.len().min(MAX_ARGS));
                    calls = true;
                }
                Instr::Try { args, .. } => {
                    most = most.max(args.len().min(MAX_ARGS));
                    calls = true;
                }
                Instr::Closures { .. } => {}
            }
        }
        match &block.term {
            Term::Tail { args, .. } => {
                most = most.max(args.len().min(MAX_ARGS));
                tails = true;
            }
            Term::Part(_, args) => {
                most = most.max(args.len().min(MAX_ARGS));
                calls = true;
            }
            _ => {}
        }
    }
    (most, calls, calls || tails)
}
