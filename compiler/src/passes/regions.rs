//! Which blocks run while which trap is set, and which in loops. Until `outline`, a value that is defined in a region leaves it by the
//! arguments of its `poptrap` only.

use crate::ir::program::{Func, Term};
use crate::ir::visit;

/// No region.
pub const NONE: usize = usize::MAX;

/// The blocks that run while a trap is set (and no inner one).
pub struct Region {
    pub outer: usize,
    pub depth: usize,
    /// The block that sets the trap.
    pub start: usize,
    pub blocks: Vec<usize>,
}

/// The regions of a function.
pub struct Regions {
    /// In the order in which they are reached.
    pub list: Vec<Region>,
    /// Of each block: its region, or `NONE`.
    pub of: Vec<usize>,
}

impl Regions {
    /// Finds the regions of a function.
    pub fn find(f: &Func) -> Regions {
        let mut list: Vec<Region> = Vec::new();
        let mut of = vec![NONE; f.blocks.len()];
        if !f.blocks.iter().any(|block| matches!(block.term, Term::Pushtrap { .. })) {
            return Regions { list, of };
        }
        let mut seen = vec![false; f.blocks.len()];
        let mut work = vec![(0, NONE)];
        while let Some((b, region)) = work.pop() {
            if seen[b] {
                continue;
            }
            seen[b] = true;
            of[b] = region;
            if region != NONE {
                list[region].blocks.push(b);
            }
            match &f.blocks[b].term {
                Term::Pushtrap { body, handler, .. } => {
                    let depth = if region == NONE { 0 } else { list[region].depth + 1 };
                    list.push(Region { outer: region, depth, start: b, blocks: Vec::new() });
                    work.push((handler.block as usize, region));
                    work.push((body.block as usize, list.len() - 1));
                }
                Term::Poptrap(t) => {
                    let outer = if region == NONE { NONE } else { list[region].outer };
                    work.push((t.block as usize, outer));
                }
                term => {
                    for t in visit::targets(term).rev() {
                        work.push((t.block as usize, region));
                    }
                }
            }
        }
        Regions { list, of }
    }

    /// Whether a region is in another one, or the same.
    pub fn is_within(&self, mut inner: usize, outer: usize) -> bool {
        while inner != outer && inner != NONE {
            inner = self.list[inner].outer;
        }
        inner == outer
    }
}

/// The numbers of the regions, those of inner ones first.
pub fn inner_first(list: &[Region]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by_key(|&r| usize::MAX - list[r].depth);
    order
}

/// Which blocks are in loops. Blocks are in reverse postorder, so a loop is within what a jump back spans.
pub fn looping(f: &Func) -> Vec<bool> {
    let mut within = vec![false; f.blocks.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        for t in visit::targets(&block.term) {
            if t.block as usize <= b {
                within[t.block as usize..=b].fill(true);
            }
        }
    }
    within
}
