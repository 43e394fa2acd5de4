//! Declarations: each register is declared at its first assignment if that stands in the block that encloses all its
//! uses, else before the statement in that block that holds them. Variables that never flow into each other share a
//! register but are declared apart when they live in blocks apart, or one in a block after that of the other.

use super::flow::NONE;
use super::registers::Registers;
use super::syntax::{Expr, Stat};
use crate::ir::program::Var;

/// Blocks of statements in the order in which they are met; what is known of each.
struct Scan<'a> {
    registers: &'a Registers,
    parent: Vec<usize>,
    /// Of the statement in the parent that holds the block.
    statement: Vec<usize>,
    depth: Vec<usize>,
    /// By web: the block that encloses all of it, block and statement of its first occurrence.
    home: Vec<usize>,
    first: Vec<(usize, usize)>,
    /// Webs in the order of their first occurrence.
    webs: Vec<usize>,
}

impl Scan<'_> {
    fn enclosing(&self, a: usize, b: usize) -> usize {
        let (mut a, mut b) = (a, b);
        while a != b {
            if self.depth[a] >= self.depth[b] {
                a = self.parent[a];
            } else {
                b = self.parent[b];
            }
        }
        a
    }

    /// The statement of `place` that holds that one of the block.
    fn climb(&self, place: usize, mut block: usize, mut statement: usize) -> usize {
        while block != place {
            statement = self.statement[block];
            block = self.parent[block];
        }
        statement
    }

    fn occurs(&mut self, var: u32, block: usize, statement: usize) {
        let web = self.registers.web[var as usize] as usize;
        if self.home[web] == NONE {
            self.home[web] = block;
            self.first[web] = (block, statement);
            self.webs.push(web);
        } else {
            self.home[web] = self.enclosing(self.home[web], block);
        }
    }

    fn expr(&mut self, e: &Expr, block: usize, statement: usize) {
        for v in &e.vars {
            self.occurs(*v, block, statement);
        }
    }

    fn block(&mut self, stats: &[Stat], parent: usize, statement: usize) {
        let block = self.parent.len();
        self.parent.push(parent);
        self.statement.push(statement);
        self.depth.push(if parent == NONE { 0 } else { self.depth[parent] + 1 });
        for (i, stat) in stats.iter().enumerate() {
            match stat {
                Stat::Assign { dests, value, .. } => {
                    self.expr(value, block, i);
                    for d in dests {
                        self.occurs(d.var, block, i);
                    }
                }
                Stat::Text(e) | Stat::Scratch { value: e, .. } | Stat::Return(e) | Stat::Fail(e) => self.expr(e, block, i),
                Stat::If(e, yes, no) => {
                    self.expr(e, block, i);
                    self.block(yes, block, i);
                    self.block(no, block, i);
                }
                Stat::Loop(e, body) => {
                    self.expr(e, block, i);
                    self.block(body, block, i);
                }
                Stat::Once(body) => self.block(body, block, i),
                Stat::Local(_) | Stat::Place(_) | Stat::Break => {}
            }
        }
    }
}

/// The registers to declare in each block: statement, register.
fn declarations(scan: &Scan) -> Vec<Vec<(usize, usize)>> {
    let count = scan.registers.names.len();
    let mut by_register: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &web in &scan.webs {
        let r = scan.registers.of[web];
        if r != NONE && !scan.registers.is_slot[r] && !scan.registers.is_param[r] && !scan.registers.counts[r] {
            by_register[r].push(web);
        }
    }
    let blocks = scan.parent.len();
    let mut found: Vec<Vec<(usize, usize)>> = vec![Vec::new(); blocks];
    // the register for which a block was marked as home, the first statement that needs it, and the register declared
    let mut home = vec![NONE; blocks];
    let mut starts = vec![0; blocks];
    let mut declared = vec![NONE; blocks];
    for (r, webs) in by_register.iter().enumerate() {
        for &web in webs.iter().rev() {
            let (block, statement) = scan.first[web];
            home[scan.home[web]] = r;
            starts[scan.home[web]] = scan.climb(scan.home[web], block, statement);
        }
        for &web in webs {
            // the outermost home that encloses the first occurrence and needs the register there
            let mut place = scan.home[web];
            let (mut up, mut statement) = scan.first[web];
            while up != NONE {
                if home[up] == r && starts[up] <= statement {
                    place = up;
                }
                statement = scan.statement[up];
                up = scan.parent[up];
            }
            if declared[place] == r {
                continue;
            }
            declared[place] = r;
            let (block, statement) = scan.first[web];
            found[place].push((scan.climb(place, block, statement), r));
        }
    }
    found
}

struct Writer<'a> {
    registers: &'a Registers,
    found: Vec<Vec<(usize, usize)>>,
    next: usize,
}

impl Writer<'_> {
    /// Puts the statement in front of the others, the next of which stands last; two declarations in a row are one where the
    /// second does not need the first, in which Lua does the same. Only the last value of one may be of several results.
    fn join(&self, stat: Stat, others: &mut Vec<Stat>) {
        let register = |v: Var| self.registers.of[v as usize];
        let needs = |next: &Expr, declared: Var| next.vars.iter().any(|&v| register(v) == register(declared));
        match (stat, others.last_mut()) {
            (Stat::Assign { local: true, dests, value }, Some(Stat::Assign { local: true, dests: more, value: next }))
                if dests.len() == 1 && !needs(next, dests[0].var) =>
            {
                more.splice(0..0, dests);
                next.text = format!("{}, {}", value.text, next.text);
                next.vars.extend(value.vars);
            }
            (stat, _) => others.push(stat),
        }
    }

    /// `scratch`: has `T` been declared?
    fn block(&mut self, stats: Vec<Stat>, mut scratch: bool) -> Vec<Stat> {
        let mut list = std::mem::take(&mut self.found[self.next]);
        self.next += 1;
        list.sort();
        let mut out = Vec::with_capacity(stats.len());
        let mut k = 0;
        for (i, stat) in stats.into_iter().enumerate() {
            let mut here = Vec::new();
            while k < list.len() && list[k].0 == i {
                here.push(list[k].1);
                k += 1;
            }
            let stat = self.stat(stat, scratch, &mut here);
            scratch = scratch || matches!(stat, Stat::Scratch { .. });
            if !here.is_empty() {
                out.push(Stat::Local(here.iter().map(|r| self.registers.names[*r].clone()).collect()));
            }
            out.push(stat);
        }
        let mut joined = Vec::with_capacity(out.len());
        while let Some(stat) = out.pop() {
            self.join(stat, &mut joined);
        }
        joined.reverse();
        joined
    }

    /// The statement; what it declares itself is taken from `here`.
    fn stat(&mut self, stat: Stat, scratch: bool, here: &mut Vec<usize>) -> Stat {
        match stat {
            Stat::Assign { dests, value, .. } => {
                let mut local = true;
                for d in &dests {
                    local = local && here.contains(&self.registers.of[d.var as usize]);
                }
                if local {
                    here.retain(|r| !dests.iter().any(|d| self.registers.of[d.var as usize] == *r));
                }
                Stat::Assign { local, dests, value }
            }
            Stat::If(e, yes, no) => {
                let yes = self.block(yes, scratch);
                let no = self.block(no, scratch);
                Stat::If(e, yes, no)
            }
            Stat::Loop(e, body) => Stat::Loop(e, self.block(body, scratch)),
            Stat::Once(body) => Stat::Once(self.block(body, scratch)),
            Stat::Scratch { value, .. } => Stat::Scratch { local: !scratch, value },
            other => other,
        }
    }
}

/// `params`: those of the Lua function.
pub fn run(registers: &Registers, params: &[String], body: Vec<Stat>) -> Vec<Stat> {
    let n = registers.web.len();
    let mut scan = Scan {
        registers,
        parent: Vec::new(),
        statement: Vec::new(),
        depth: Vec::new(),
        home: vec![NONE; n],
        first: vec![(0, 0); n],
        webs: Vec::new(),
    };
    scan.block(&body, NONE, 0);
    let found = declarations(&scan);
    let mut writer = Writer { registers, found, next: 0 };
    let scratch = params.iter().any(|p| p == "T");
    writer.block(body, scratch)
}
