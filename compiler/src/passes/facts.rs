//! What tests say of two values in the blocks that they lead to.

use crate::ir::program::{Arg, Func, Instr, Term, Var};
use crate::lua::flow::{Flow, dominates};

/// What a test says.
#[derive(Clone, Copy)]
pub enum Fact {
    Less(Arg, Arg),
    AtMost(Arg, Arg),
    Equal(Arg, Arg),
    Different(Arg, Arg),
}

/// Of each variable block and index of the instruction that defines it.
pub type Definitions = [Option<(usize, usize)>];

/// The primitive that a variable is the result of, and its arguments.
pub fn prim<'a>(f: &'a Func, definitions: &Definitions, v: Var) -> Option<(&'a str, &'a [Arg])> {
    let (b, i) = definitions[v as usize]?;
    match &f.blocks[b].body[i] {
        Instr::Prim { name, args, .. } => Some((name, args)),
        _ => None,
    }
}

fn of_test(name: &str, args: &[Arg], holds: bool) -> Option<Fact> {
    let [a, b] = *args else { return None };
    match (name, holds) {
        ("%int_lt", true) | ("%int_ge", false) => Some(Fact::Less(a, b)),
        ("%int_gt", true) | ("%int_le", false) => Some(Fact::Less(b, a)),
        ("%int_le", true) | ("%int_gt", false) => Some(Fact::AtMost(a, b)),
        ("%int_ge", true) | ("%int_lt", false) => Some(Fact::AtMost(b, a)),
        ("%int_eq", true) | ("%int_ne", false) => Some(Fact::Equal(a, b)),
        ("%int_ne", true) | ("%int_eq", false) => Some(Fact::Different(a, b)),
        _ => None,
    }
}

/// What the test at the end of `p` says on its way to `b`, which is reached only from there.
pub fn on_edge(f: &Func, definitions: &Definitions, p: usize, b: usize) -> Option<Fact> {
    let Term::If(test @ Arg::Var(c), yes, no) = &f.blocks[p].term else { return None };
    if yes.block == no.block {
        return None;
    }
    let holds = yes.block as usize == b;
    let told = prim(f, definitions, *c).and_then(|(name, args)| of_test(name, args, holds));
    told.or(Some(if holds { Fact::Different(*test, Arg::Int(0)) } else { Fact::Equal(*test, Arg::Int(0)) }))
}

/// What holds in each block because of how it is reached. What leads to a loop holds in it.
pub fn run(f: &Func, flow: &Flow, definitions: &Definitions) -> Vec<Option<Fact>> {
    let fact = |b: usize| {
        let mut before = flow.predecessors[b].iter().filter(|p| !dominates(flow, b, **p));
        match (before.next(), before.next()) {
            (Some(p), None) => on_edge(f, definitions, *p, b),
            _ => None,
        }
    };
    (0..f.blocks.len()).map(fact).collect()
}
