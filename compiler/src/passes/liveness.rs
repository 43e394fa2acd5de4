//! The control-flow graph of a function of the bytecode, and which stack slots are live at the start of each block.

use crate::bytecode::opcode::Op;
use crate::error::Result;
use crate::passes::discover::{Code, NONE, traffic};

#[derive(Default)]
pub struct Graph {
    /// Start of each block, NONE for one that has none in the code.
    pub starts: Vec<usize>,
    pub successors: Vec<Vec<usize>>,
    /// Ends by setting a trap: the second successor is its handler.
    pub sets_trap: Vec<bool>,
    /// Takes parameters for what is live; else it continues with what its only predecessor leaves.
    pub has_params: Vec<bool>,
    /// For each block, the slots that are live at its start, then the accumulator.
    pub live: Vec<Vec<bool>>,
    /// How many blocks stand before those of the function's leaders.
    shift: usize,
}

/// Leaders that may follow the one at `pc`, and whether it ends by setting a trap.
fn successors_of(code: &Code, pc: usize) -> Result<(Vec<usize>, bool)> {
    let mut pc = pc;
    loop {
        let i = code.instruction(pc)?;
        let at = |l: &usize| code.leader_at[*l] as usize;
        let next = i.next;
        match &i.op {
            Op::Branch(l) => return Ok((vec![at(l)], false)),
            Op::Branchif(l) | Op::Branchifnot(l) | Op::Compare(_, _, l) => return Ok((vec![at(l), at(&next)], false)),
            Op::Switch(ints, tags) => return Ok((ints.iter().chain(tags.iter()).map(at).collect(), false)),
            Op::Pushtrap(l) => return Ok((vec![at(&next), at(l)], true)),
            Op::Poptrap => return Ok((vec![at(&next)], false)),
            op if traffic(op).ends => return Ok((Vec::new(), false)),
            _ => {}
        }
        if code.leader[next] {
            return Ok((vec![at(&next)], false));
        }
        pc = next;
    }
}

impl Graph {
    fn add_block(&mut self, start: usize) {
        self.starts.push(start);
        self.successors.push(Vec::new());
        self.sets_trap.push(false);
        self.has_params.push(false);
        self.live.push(Vec::new());
    }

    /// The block that starts at `pc`.
    pub fn block_at(&self, code: &Code, pc: usize) -> usize {
        code.leader_at[pc] as usize + self.shift
    }

    /// Numbers the blocks; the entry gets a block of its own in front when something jumps to it.
    fn number_blocks(&mut self, code: &Code, function: usize) -> Result<()> {
        let leaders = &code.functions[function].leaders;
        let entry = code.functions[function].entry;
        let mut counts = vec![0; leaders.len()];
        let mut successors = Vec::new();
        for pc in leaders {
            let list = successors_of(code, *pc)?;
            for b in &list.0 {
                counts[*b] += 1;
            }
            successors.push(list);
        }
        let start = code.leader_at[entry] as usize;
        let shift = usize::from(start != 0 || counts[start] > 0);
        self.shift = shift;
        if shift > 0 {
            self.add_block(NONE);
            self.successors[0].push(start + 1);
            counts[start] += 1;
        }
        for (i, pc) in leaders.iter().enumerate() {
            self.add_block(*pc);
            self.has_params[i + shift] = counts[i] > 1 || code.forced[*pc];
            self.sets_trap[i + shift] = successors[i].1;
            for b in &successors[i].0 {
                self.successors[i + shift].push(*b + shift);
            }
        }
        Ok(())
    }

    /// What a block does to the slots below its first depth and (last) to the accumulator: 1 reads first, 2 writes first.
    fn marks(&self, code: &Code, block: usize) -> Result<Vec<u8>> {
        let mut pc = self.starts[block];
        if pc == NONE {
            return Ok(vec![0]);
        }
        let depth_in = code.depth(pc);
        let mut marks = vec![0; depth_in + 1];
        let mut touch = |slot: usize, what: u8| {
            if slot < depth_in && marks[slot] == 0 {
                marks[slot] = what;
            }
        };
        let mut accu = 0;
        loop {
            let i = code.instruction(pc)?;
            let mut depth = code.depth(pc);
            let t = traffic(&i.op);
            if (i.push || t.reads_accu) && accu == 0 {
                accu = 1;
            }
            if i.push {
                touch(depth, 2);
                depth += 1;
            }
            for slot in depth - t.reads..depth {
                touch(slot, 1);
            }
            match &i.op {
                Op::Acc(n) => touch(depth - 1 - *n, 1),
                Op::Assign(n) => touch(depth - 1 - *n, 2),
                _ => {}
            }
            depth -= t.pops;
            for slot in depth..depth + t.pushes {
                touch(slot, 2);
            }
            if t.writes_accu && accu == 0 {
                accu = 2;
            }
            if t.ends || code.leader[i.next] {
                marks[depth_in] = accu;
                return Ok(marks);
            }
            pc = i.next;
        }
    }

    fn liveness(&mut self, code: &Code) -> Result<()> {
        let count = self.starts.len();
        let mut marks = Vec::new();
        let mut predecessors: Vec<Vec<usize>> = vec![Vec::new(); count];
        for b in 0..count {
            let m = self.marks(code, b)?;
            self.live[b] = m.iter().map(|x| *x == 1).collect();
            marks.push(m);
            for s in &self.successors[b] {
                predecessors[*s].push(b);
            }
        }
        let mut work: Vec<usize> = (0..count).collect();
        let mut queued = vec![true; count];
        while let Some(b) = work.pop() {
            queued[b] = false;
            for p in &predecessors[b] {
                // A handler's accumulator is the exception.
                let handler = self.sets_trap[*p] && self.successors[*p][1] == b;
                let last = self.live[b].len() - 1;
                let bottom = self.live[*p].len() - 1;
                let mut changed = false;
                for (slot, mark) in marks[*p].iter().enumerate().take(last.min(bottom)) {
                    if self.live[b][slot] && *mark == 0 && !self.live[*p][slot] {
                        self.live[*p][slot] = true;
                        changed = true;
                    }
                }
                if !handler && self.live[b][last] && marks[*p][bottom] == 0 && !self.live[*p][bottom] {
                    self.live[*p][bottom] = true;
                    changed = true;
                }
                if changed && !queued[*p] {
                    queued[*p] = true;
                    work.push(*p);
                }
            }
        }
        Ok(())
    }
}

/// The blocks of a function, with what is live.
pub fn run(code: &Code, function: usize) -> Result<Graph> {
    let mut graph = Graph::default();
    graph.number_blocks(code, function)?;
    graph.liveness(code)?;
    Ok(graph)
}
