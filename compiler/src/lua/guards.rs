//! Which functions begin with the question whether the stack is used up. One that only calls known functions,
//! which ask or are a few levels of such as do not, need not: its callers' depth holds for it.

use crate::ir::program::{Callee, Func, FuncId, Instr, Kind, Program, Term};
use crate::link::fragment::Table;
use crate::passes::call_graph::CallGraph;

/// Levels of functions that do not ask: of at most 250 slots each, and an engine's stack has 20,000 more than are counted.
const LEVELS: u32 = 4;
/// More than any function has.
const MANY: u32 = 1000;

/// The levels of functions that do not ask, below one that is known to end them or not to ask.
struct Guards<'a> {
    program: &'a Program,
    table: &'a Table,
    /// Its place among the functions, each after those that it refers to; so every circle goes up once.
    rank: Vec<usize>,
    /// Of a function that asks: 0.
    levels: Vec<u32>,
}

impl Guards<'_> {
    /// The levels that a call of a known function adds to the callers'.
    fn known(&self, from: FuncId, to: FuncId) -> u32 {
        let (from, to) = (from as usize, to as usize);
        if self.rank[to] >= self.rank[from] { MANY } else { self.levels[to] }
    }

    /// The levels of a function and of what it calls, and whether it calls otherwise than in tail position.
    fn function(&self, id: FuncId, f: &Func) -> (u32, bool) {
        let (mut levels, mut calls) = (0, false);
        for block in &f.blocks {
            for instr in &block.body {
                let below = match instr {
                    Instr::Prim { name, .. } if !self.table.find(name).is_some_and(|s| s.calls) => continue,
                    Instr::Closures { .. } => continue,
                    Instr::Apply { callee: Callee::Known(to), .. } => self.known(id, *to),
                    Instr::Prim { .. } | Instr::Apply { .. } | Instr::Try { .. } => MANY,
                };
                calls = true;
                levels = levels.max(below + 1);
            }
            match &block.term {
                Term::Tail { callee: Callee::Known(to), .. } if *to == id => {}
                Term::Tail { callee: Callee::Known(to), .. } => levels = levels.max(self.known(id, *to)),
                Term::Tail { .. } => levels = levels.max(MANY),
                Term::Part(..) => (levels, calls) = (MANY, true),
                _ => {}
            }
        }
        (levels, calls)
    }
}

/// By function: does it ask, if it calls otherwise than in tail position? Not meant for those that `Try` calls and for parts of
/// others.
pub fn run(program: &Program, graph: &CallGraph, table: &Table) -> Vec<bool> {
    let count = program.functions.len();
    let mut guards = Guards { program, table, rank: vec![count; count], levels: vec![0; count] };
    let mut asks = vec![true; count];
    let order = graph.callees_first();
    for (rank, id) in order.iter().enumerate() {
        guards.rank[*id as usize] = rank;
    }
    for id in order {
        let Some(f) = &guards.program.functions[id as usize] else { continue };
        let (levels, calls) = guards.function(id, f);
        if matches!(f.kind, Kind::Body | Kind::Part) {
            continue;
        }
        asks[id as usize] = calls && levels > LEVELS;
        if !asks[id as usize] {
            guards.levels[id as usize] = levels;
        }
    }
    asks
}
