//! The passes, in the order in which they run: one a file, `run` is the entry point of each.

use crate::ir::program::Func;
use crate::link::fragment::Effect;

/// The effect of a primitive.
pub type Effects<'a> = &'a (dyn Fn(&str) -> Effect + Sync);

/// Simplifies a function that a pass has changed.
pub type Simplify<'a> = &'a (dyn Fn(&mut Func) + Sync);

pub mod allocations;
pub mod bounds;
pub mod call_graph;
pub mod cells;
pub mod comparisons;
pub mod dead_code;
pub mod direct_calls;
pub mod discover;
pub mod facts;
pub mod fold;
pub mod hoist;
pub mod identical;
pub mod inline;
pub mod intervals;
pub mod known_blocks;
pub mod known_calls;
pub mod lift;
pub mod limits;
pub mod liveness;
pub mod names;
pub mod outline;
pub mod partial;
pub mod raises;
pub mod ranges;
pub mod regions;
pub mod self_calls;
pub mod simplify;
pub mod slots;
pub mod specialise;
pub mod split;
pub mod ssa;
pub mod strings;
pub mod unroll;
