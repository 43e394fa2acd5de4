//! The control flow graph of a function: reverse postorder, dominators, loops.
//! Dominators: Cooper, Harvey, Kennedy, "A simple, fast dominance algorithm" (2001).

use crate::ir::program::Block;
use crate::ir::visit::targets;

/// No block.
pub const NONE: usize = usize::MAX;

pub struct Flow {
    pub successors: Vec<Vec<usize>>,
    /// Reachable ones only, in the order of their edges.
    pub predecessors: Vec<Vec<usize>>,
    /// Reachable blocks in reverse postorder.
    pub order: Vec<usize>,
    /// The place of a block in `order`.
    pub index: Vec<usize>,
    pub idom: Vec<usize>,
    /// In the tree of dominators.
    pub depth: Vec<usize>,
    /// The header of the innermost loop that contains the block.
    pub header: Vec<usize>,
    /// Of a header: that of the next loop outwards.
    pub outer: Vec<usize>,
    /// Blocks of loops that are entered from outside elsewhere than at a header.
    pub irreducible: Vec<usize>,
}

/// Does `a` dominate `b`?
pub fn dominates(flow: &Flow, a: usize, b: usize) -> bool {
    let mut b = b;
    while flow.depth[b] > flow.depth[a] {
        b = flow.idom[b];
    }
    a == b
}

/// The block that a loop is entered from and the one that leads back, if its header has no others before it.
pub fn entry_and_latch(flow: &Flow, header: usize) -> Option<(usize, usize)> {
    let [p, q] = flow.predecessors[header].as_slice() else { return None };
    let (entry, latch) = if flow.index[*p] < flow.index[*q] { (*p, *q) } else { (*q, *p) };
    (flow.index[entry] < flow.index[header] && flow.index[latch] >= flow.index[header]).then_some((entry, latch))
}

/// Reverse postorder from block 0, by an explicit stack.
fn reverse_postorder(successors: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = vec![false; successors.len()];
    let mut postorder = Vec::new();
    let mut stack = vec![(0, 0)];
    seen[0] = true;
    while let Some((block, next)) = stack.pop() {
        if next < successors[block].len() {
            stack.push((block, next + 1));
            let s = successors[block][next];
            if !seen[s] {
                seen[s] = true;
                stack.push((s, 0));
            }
        } else {
            postorder.push(block);
        }
    }
    postorder.reverse();
    postorder
}

/// `cyclic`: is there an edge to the same block or one before it? Else all is known after one round.
fn dominators(flow: &mut Flow, cyclic: bool) {
    let count = flow.order.len();
    flow.idom[flow.order[0]] = flow.order[0];
    let mut changed = true;
    while changed {
        changed = false;
        for i in 1..count {
            let block = flow.order[i];
            let mut new = NONE;
            for &p in &flow.predecessors[block] {
                if flow.idom[p] == NONE {
                    continue;
                }
                if new == NONE {
                    new = p;
                    continue;
                }
                let mut a = p;
                while a != new {
                    while flow.index[a] > flow.index[new] {
                        a = flow.idom[a];
                    }
                    while flow.index[new] > flow.index[a] {
                        new = flow.idom[new];
                    }
                }
            }
            if flow.idom[block] != new {
                flow.idom[block] = new;
                changed = cyclic;
            }
        }
    }
    for i in 1..count {
        let block = flow.order[i];
        flow.depth[block] = flow.depth[flow.idom[block]] + 1;
    }
}

/// The header of the outermost loop found so far that contains the block.
fn outermost(flow: &Flow, block: usize) -> usize {
    let mut h = flow.header[block];
    while h != NONE && flow.outer[h] != NONE {
        h = flow.outer[h];
    }
    h
}

/// Natural loops, inner ones first.
fn loops(flow: &mut Flow) {
    for i in (0..flow.order.len()).rev() {
        let h = flow.order[i];
        let mut work = Vec::new();
        for k in 0..flow.predecessors[h].len() {
            let p = flow.predecessors[h][k];
            if flow.index[p] >= i {
                if dominates(flow, h, p) {
                    work.push(p);
                } else {
                    flow.irreducible.push(h);
                }
            }
        }
        if work.is_empty() {
            continue;
        }
        flow.header[h] = h;
        while let Some(block) = work.pop() {
            let top = outermost(flow, block);
            if top == h || flow.index[block] < i {
                continue;
            }
            let entry = if top == NONE { block } else { top };
            if top == NONE {
                flow.header[block] = h;
            } else {
                flow.outer[top] = h;
            }
            for k in 0..flow.predecessors[entry].len() {
                work.push(flow.predecessors[entry][k]);
            }
        }
    }
}

pub fn run(blocks: &[Block]) -> Flow {
    let n = blocks.len();
    let mut successors: Vec<Vec<usize>> = Vec::with_capacity(n);
    for block in blocks {
        successors.push(targets(&block.term).map(|t| t.block as usize).collect());
    }
    let order = reverse_postorder(&successors);
    let mut index = vec![NONE; n];
    for (i, block) in order.iter().enumerate() {
        index[*block] = i;
    }
    let mut predecessors = vec![Vec::new(); n];
    let mut cyclic = false;
    for (i, &block) in order.iter().enumerate() {
        for &s in &successors[block] {
            predecessors[s].push(block);
            cyclic = cyclic || index[s] <= i;
        }
    }
    let mut flow = Flow {
        successors,
        predecessors,
        order,
        index,
        idom: vec![NONE; n],
        depth: vec![0; n],
        header: vec![NONE; n],
        outer: vec![NONE; n],
        irreducible: Vec::new(),
    };
    dominators(&mut flow, cyclic);
    if cyclic {
        loops(&mut flow);
    }
    flow
}
