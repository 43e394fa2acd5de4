//! Which functions begin with the question whether the stack is used up. One that only calls known functions,
//! which ask or are a few levels of such as do not, need not: its callers' depth holds for it. And which take the depth: one that is
//! always called directly, does not ask and passes it to nobody does not.

use crate::ir::program::{Callee, Func, FuncId, Instr, Kind, Program, Term};
use crate::link::fragment::Table;
use crate::passes::call_graph::CallGraph;

/// Levels of functions that do not ask: of at most 250 slots each, and an engine's stack has 20,000 more than are counted.
const LEVELS: u32 = 4;
/// More than any function has.
const MANY: u32 = 1000;

/// The section whose template is the depth that a tail call passes, where tail calls take room.
pub const TAIL_DEPTH: &str = "%tail_depth";

/// By function: does it ask, if it calls otherwise than in tail position? Not meant for those that `Try` calls and for parts of
/// others. Does it take the depth?
pub struct Guards {
    pub asks: Vec<bool>,
    pub takes: Vec<bool>,
}

/// The levels of functions that do not ask, below one that is known to end them or not to ask.
struct Search<'a> {
    table: &'a Table,
    /// Tail calls take room on the target.
    counts_tails: bool,
    /// Its place among the functions, each after those that it refers to; so every circle goes up once.
    rank: Vec<usize>,
    /// Of a function that asks: 0.
    levels: Vec<u32>,
    found: Guards,
}

/// The levels of a function and of what it calls, whether it calls otherwise than in tail position, and whether it passes the depth.
#[derive(Default)]
struct Use {
    levels: u32,
    calls: bool,
    passes: bool,
}

impl Search<'_> {
    /// The levels that a call of a known function adds to the callers'.
    fn known(&self, from: FuncId, to: FuncId, found: &mut Use) -> u32 {
        let (from, to) = (from as usize, to as usize);
        if self.rank[to] >= self.rank[from] {
            return MANY;
        }
        found.passes |= self.found.takes[to];
        self.levels[to]
    }

    fn function(&self, id: FuncId, f: &Func) -> Use {
        let mut found = Use::default();
        for block in &f.blocks {
            for instr in &block.body {
                let below = match instr {
                    Instr::Prim { name, .. } if !self.table.find(name).is_some_and(|s| s.calls) => continue,
                    Instr::Closures { .. } => continue,
                    Instr::Apply { callee: Callee::Known(to), .. } => self.known(id, *to, &mut found),
                    Instr::Prim { .. } | Instr::Apply { .. } | Instr::Try { .. } => MANY,
                };
                found.calls = true;
                self.lead(below, 1, &mut found);
            }
            match &block.term {
                Term::Tail { callee: Callee::Known(to), .. } if *to == id => found.passes |= self.counts_tails,
                Term::Tail { callee: Callee::Known(to), .. } => {
                    let below = self.known(id, *to, &mut found);
                    self.lead(below, 0, &mut found);
                }
                Term::Tail { .. } => self.lead(MANY, 0, &mut found),
                Term::Part(..) => {
                    found.calls = true;
                    self.lead(MANY, 1, &mut found);
                }
                _ => {}
            }
        }
        found
    }

    /// A call adds the levels of what is called to the callers', and one if it is no tail call.
    fn lead(&self, below: u32, more: u32, found: &mut Use) {
        found.passes |= self.counts_tails || below == MANY;
        found.levels = found.levels.max(below + more);
    }
}

pub fn run(program: &Program, graph: &CallGraph, table: &Table) -> Guards {
    let count = program.functions.len();
    let found = Guards { asks: vec![true; count], takes: vec![true; count] };
    let counts_tails = table.find(TAIL_DEPTH).is_some();
    let mut search = Search { table, counts_tails, rank: vec![count; count], levels: vec![0; count], found };
    let order = graph.callees_first();
    for (rank, id) in order.iter().enumerate() {
        search.rank[*id as usize] = rank;
    }
    for id in order {
        let Some(f) = &program.functions[id as usize] else { continue };
        if matches!(f.kind, Kind::Body | Kind::Part) {
            continue;
        }
        let Use { levels, calls, passes } = search.function(id, f);
        let asks = calls && levels > LEVELS;
        search.found.asks[id as usize] = asks;
        search.found.takes[id as usize] = asks || passes || f.has_closure();
        if !asks {
            search.levels[id as usize] = levels;
        }
    }
    search.found
}
