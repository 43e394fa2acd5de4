//! Structured control flow without goto: Norman Ramsey, "Beyond Relooper" (ICFP 2022). The tree of dominators gives the
//! nesting. A block that is jumped to from several places follows a label, that is, the code that may jump to it; only
//! where a jump is not a fall-through does the label become `repeat … until true` and the jump `break`. A block outside a
//! loop that only the loop leads to follows the loop. Where a `break` must leave several constructs, the flag `B` says
//! where to, and is tested after each of them; a short block is written where it is jumped to instead.

use super::flow::{Flow, NONE};
use crate::error::{Error, Result};
use crate::ir::program::{Func, Instr, Target, Term};
use crate::ir::visit::targets;

/// What an `if` tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// The condition of the terminator.
    Branch,
    /// The scrutinee of a switch: equal to, less than, not a block.
    IntEqual(i32),
    IntLess(i32),
    Immediate,
    /// Its tag, or the tag in the variable `T`.
    TagEqual(i32, bool),
    TagLess(i32, bool),
}

#[derive(Debug)]
pub enum Node {
    /// The instructions of a block.
    Code(usize),
    /// A terminator that leaves the function.
    Finish(usize),
    /// What edge `k` of a block passes on.
    Edge(usize, usize),
    If(usize, Test, Vec<Node>, Vec<Node>),
    /// `T` = the tag of the scrutinee.
    ReadTag(usize),
    /// Code that may jump to what follows, the block.
    Label(usize, Vec<Node>),
    /// `while true do`, of a header.
    Loop(usize, Vec<Node>),
    /// To a position: a block, or number of blocks + header for the next iteration.
    Jump(usize),
    /// After `resolve`: `repeat … until true`.
    Once(Vec<Node>),
    /// After `resolve`: `break`, with the flag set to where to when that is not the innermost construct.
    Break(Option<usize>),
    /// After `resolve`: leave further; flags, each with whether this is the last construct to be left.
    Dispatch(Vec<(usize, bool)>),
}

/// The tests that find the edge of a switch.
#[derive(Debug)]
enum Decision {
    Edge(usize),
    ReadTag(Box<Decision>),
    If(Test, Box<Decision>, Box<Decision>),
}

/// Values lo … hi lead to an edge.
#[derive(Clone, Copy)]
struct Range {
    low: i32,
    edge: usize,
    single: bool,
}

/// Edges with the same target are one.
fn ranges(list: &[Target], first: usize, all: &[&Target]) -> Vec<Range> {
    let mut found: Vec<Range> = Vec::new();
    for (i, target) in list.iter().enumerate() {
        let edge = all[..first + i].iter().position(|other| *other == target).unwrap_or(first + i);
        match found.last_mut() {
            Some(last) if last.edge == edge => last.single = false,
            _ => found.push(Range { low: i as i32, edge, single: true }),
        }
    }
    found
}

/// Binary decisions over ranges; a lone value is tested by equality.
fn decide(found: &[Range], tag: Option<bool>) -> Decision {
    let equal = |n| match tag {
        None => Test::IntEqual(n),
        Some(read) => Test::TagEqual(n, read),
    };
    let less = |n| match tag {
        None => Test::IntLess(n),
        Some(read) => Test::TagLess(n, read),
    };
    let branch = |test, yes: Decision, no: Decision| Decision::If(test, Box::new(yes), Box::new(no));
    let n = found.len();
    if n == 1 {
        return Decision::Edge(found[0].edge);
    }
    if n == 2 && found[0].single {
        return branch(equal(found[0].low), Decision::Edge(found[0].edge), Decision::Edge(found[1].edge));
    }
    if n == 2 && found[1].single {
        return branch(equal(found[1].low), Decision::Edge(found[1].edge), Decision::Edge(found[0].edge));
    }
    if n == 3 && found[1].single && found[0].edge == found[2].edge {
        return branch(equal(found[1].low), Decision::Edge(found[1].edge), Decision::Edge(found[0].edge));
    }
    let middle = n / 2;
    branch(less(found[middle].low), decide(&found[..middle], tag), decide(&found[middle..], tag))
}

/// Immediates first: by equality when they are few.
fn decide_switch(term: &Term) -> Option<Decision> {
    let Term::Switch(_, ints, tags) = term else { return None };
    let all: Vec<&Target> = targets(term).collect();
    let int_ranges = ranges(ints, 0, &all);
    let tag_ranges = ranges(tags, ints.len(), &all);
    let tag_tree = |read: bool| decide(&tag_ranges, Some(read));
    if tags.is_empty() {
        return if ints.is_empty() { None } else { Some(decide(&int_ranges, None)) };
    }
    let on_tags = if tag_ranges.len() > 2 { Decision::ReadTag(Box::new(tag_tree(true))) } else { tag_tree(false) };
    if ints.is_empty() {
        return Some(on_tags);
    }
    if let ([int], [tag]) = (int_ranges.as_slice(), tag_ranges.as_slice())
        && int.edge == tag.edge
    {
        return Some(Decision::Edge(int.edge));
    }
    if ints.len() > 3 || (int_ranges.len() == 1 && ints.len() > 1) {
        return Some(Decision::If(Test::Immediate, Box::new(decide(&int_ranges, None)), Box::new(on_tags)));
    }
    let mut decision = on_tags;
    for i in (0..ints.len()).rev() {
        let mut edge = i;
        for range in &int_ranges {
            if range.low <= i as i32 {
                edge = range.edge;
            }
        }
        decision = Decision::If(Test::IntEqual(i as i32), Box::new(Decision::Edge(edge)), Box::new(decision));
    }
    Some(decision)
}

/// The edges at the leaves, in order, with repetition.
fn leaf_edges(decision: &Decision, out: &mut Vec<usize>) {
    match decision {
        Decision::Edge(k) => out.push(*k),
        Decision::ReadTag(d) => leaf_edges(d, out),
        Decision::If(_, yes, no) => {
            leaf_edges(yes, out);
            leaf_edges(no, out);
        }
    }
}

struct Builder<'a> {
    func: &'a Func,
    flow: &'a Flow,
    decisions: Vec<Option<Decision>>,
    /// Follows a label.
    labelled: Vec<bool>,
    /// Labelled blocks whose code stands beside a block's: within its loop, after its loop.
    inside: Vec<Vec<usize>>,
    outside: Vec<Vec<usize>>,
}

/// Edges of a block as they are written: a switch may write one several times.
fn written_edges(builder: &Builder, b: usize) -> Vec<usize> {
    let mut list = Vec::new();
    match &builder.decisions[b] {
        Some(decision) => leaf_edges(decision, &mut list),
        None => list.extend(0..builder.flow.successors[b].len()),
    }
    list
}

/// Is block `b` in the loop of header `h`?
pub fn in_loop(flow: &Flow, b: usize, h: usize) -> bool {
    let mut loop_ = flow.header[b];
    while loop_ != NONE && loop_ != h {
        loop_ = flow.outer[loop_];
    }
    loop_ == h
}

/// Which blocks follow labels, and where.
fn place(builder: &mut Builder) {
    let flow = builder.flow;
    let n = flow.successors.len();
    let mut forward = vec![0; n];
    // the least depth to which the code of a block's dominator subtree jumps
    let mut lowest = vec![usize::MAX; n];
    for &b in flow.order.iter().rev() {
        for k in written_edges(builder, b) {
            let s = flow.successors[b][k];
            if flow.index[s] > flow.index[b] {
                forward[s] += 1;
            }
            let depth = if s == 0 { 0 } else { flow.depth[flow.idom[s]] };
            lowest[b] = lowest[b].min(depth);
        }
        let p = flow.idom[b];
        lowest[p] = lowest[p].min(lowest[b]);
    }
    for &b in &flow.order {
        if flow.index[b] == 0 {
            continue;
        }
        let parent = flow.idom[b];
        let mut exited = NONE;
        let mut loop_ = flow.header[parent];
        while loop_ != NONE && !in_loop(flow, b, loop_) {
            exited = loop_;
            loop_ = flow.outer[loop_];
        }
        let closed = lowest[b] == usize::MAX || lowest[b] >= flow.depth[b];
        if exited != NONE && !(closed && forward[b] == 1) {
            builder.labelled[b] = true;
            builder.outside[exited].push(b);
        } else if forward[b] > 1 {
            builder.labelled[b] = true;
            builder.inside[parent].push(b);
        }
    }
}

fn tree(builder: &Builder, x: usize, out: &mut Vec<Node>) {
    let mut core = vec![Node::Code(x)];
    match &builder.decisions[x] {
        Some(decision) => branches(builder, x, decision, &mut core),
        None => match &builder.func.blocks[x].term {
            Term::Jump(_) => edge(builder, x, 0, &mut core),
            Term::If(..) => {
                let (mut yes, mut no) = (Vec::new(), Vec::new());
                edge(builder, x, 0, &mut yes);
                edge(builder, x, 1, &mut no);
                core.push(Node::If(x, Test::Branch, yes, no));
            }
            _ => core.push(Node::Finish(x)),
        },
    }
    if builder.flow.header[x] == x {
        let mut body = Vec::new();
        wrap(builder, core, &builder.inside[x], &mut body);
        wrap(builder, vec![Node::Loop(x, body)], &builder.outside[x], out);
    } else {
        wrap(builder, core, &builder.inside[x], out);
    }
}

/// The core in the labels of its followers, each followed by its code.
fn wrap(builder: &Builder, core: Vec<Node>, followers: &[usize], out: &mut Vec<Node>) {
    let mut core = core;
    for (i, &y) in followers.iter().enumerate() {
        let label = Node::Label(y, core);
        if i + 1 == followers.len() {
            out.push(label);
            tree(builder, y, out);
            return;
        }
        core = vec![label];
        tree(builder, y, &mut core);
    }
    out.append(&mut core);
}

fn branches(builder: &Builder, x: usize, decision: &Decision, out: &mut Vec<Node>) {
    match decision {
        Decision::Edge(k) => edge(builder, x, *k, out),
        Decision::ReadTag(d) => {
            out.push(Node::ReadTag(x));
            branches(builder, x, d, out);
        }
        Decision::If(test, a, b) => {
            let (mut yes, mut no) = (Vec::new(), Vec::new());
            branches(builder, x, a, &mut yes);
            branches(builder, x, b, &mut no);
            out.push(Node::If(x, *test, yes, no));
        }
    }
}

fn edge(builder: &Builder, x: usize, k: usize, out: &mut Vec<Node>) {
    let flow = builder.flow;
    let t = flow.successors[x][k];
    out.push(Node::Edge(x, k));
    if flow.index[t] <= flow.index[x] {
        out.push(Node::Jump(flow.successors.len() + t));
    } else if builder.labelled[t] {
        out.push(Node::Jump(t));
    } else {
        tree(builder, t, out);
    }
}

/// Which labels jumps need to break out of. `stack`: the position after each construct that encloses the nodes, and
/// whether it is a loop; `end`: the position that the end of the nodes falls through to.
fn plan(nodes: &[Node], end: usize, blocks: usize, stack: &mut Vec<(usize, bool)>, needed: &mut [bool]) {
    for node in nodes {
        match node {
            Node::If(_, _, yes, no) => {
                plan(yes, end, blocks, stack, needed);
                plan(no, end, blocks, stack, needed);
            }
            Node::Label(y, body) => {
                stack.push((*y, false));
                plan(body, *y, blocks, stack, needed);
                stack.pop();
            }
            Node::Loop(h, body) => {
                stack.push((end, true));
                stack.push((blocks + h, false));
                plan(body, blocks + h, blocks, stack, needed);
                stack.pop();
                stack.pop();
            }
            Node::Jump(position) if *position != end => {
                if let Some((_, false)) = stack.iter().rfind(|(after, _)| after == position) {
                    needed[*position] = true;
                }
            }
            _ => {}
        }
    }
}

/// So much a block may do that is written where it is jumped to.
const SHORT: usize = 4;

/// Does the block soon leave the function, or jump to what follows a label that is needed in any case?
fn is_short(builder: &Builder, needed: &[bool], b: usize) -> bool {
    let block = &builder.func.blocks[b];
    let leaves = match &block.term {
        Term::Jump(t) => {
            let (t, index) = (t.block as usize, &builder.flow.index);
            needed[t] && index[t] > index[b]
        }
        term => targets(term).next().is_none(),
    };
    leaves && block.body.len() <= SHORT && block.body.iter().all(|instr| matches!(instr, Instr::Prim { .. }))
}

/// Does control come to the end of the nodes, which is `end`, otherwise than out of a construct?
fn falls(nodes: &[Node], end: usize) -> bool {
    match nodes.last() {
        Some(Node::If(_, _, yes, no)) => falls(yes, end) || falls(no, end),
        Some(Node::Jump(position)) => *position == end,
        _ => false,
    }
}

/// The nodes with the blocks that are copied where they are jumped to, and not behind their labels unless what stands before falls
/// through to them. `copied`: those blocks; `end`: the position that the end of the nodes falls through to.
fn spread(builder: &Builder, copied: &[bool], nodes: Vec<Node>, end: usize) -> Vec<Node> {
    let mut out = Vec::new();
    for node in nodes {
        match node {
            Node::If(b, test, yes, no) => {
                let yes = spread(builder, copied, yes, end);
                let no = spread(builder, copied, no, end);
                out.push(Node::If(b, test, yes, no));
            }
            Node::Label(y, body) => {
                let body = spread(builder, copied, body, y);
                let goes_on = !copied[y] || falls(&body, y);
                out.push(Node::Label(y, body));
                if !goes_on {
                    break;
                }
            }
            Node::Loop(h, body) => out.push(Node::Loop(h, spread(builder, copied, body, copied.len() + h))),
            Node::Jump(y) if y != end && copied.get(y) == Some(&true) => {
                out.push(Node::Code(y));
                if let Term::Jump(_) = builder.func.blocks[y].term {
                    let mut on = Vec::new();
                    edge(builder, y, 0, &mut on);
                    out.append(&mut spread(builder, copied, on, end));
                } else {
                    out.push(Node::Finish(y));
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// A construct that `break` leaves.
struct Construct {
    after: usize,
    /// Positions that jumps from within it lead to, beyond it.
    pending: Vec<usize>,
}

struct Resolver {
    blocks: usize,
    needed: Vec<bool>,
    stack: Vec<Construct>,
    /// Number of each position that is reached by the flag; 0: none yet.
    flags: Vec<usize>,
    count: usize,
}

impl Resolver {
    /// A `break` towards the position: is it the innermost construct's?
    fn leave(&mut self, position: usize) -> Result<bool> {
        if self.stack.iter().all(|c| c.after != position) {
            return Err(Error::other("the control flow of a function cannot be structured"));
        }
        let Some(top) = self.stack.last_mut() else { return Ok(true) };
        if top.after == position {
            return Ok(true);
        }
        if !top.pending.contains(&position) {
            top.pending.push(position);
        }
        Ok(false)
    }

    fn flag(&mut self, position: usize) -> usize {
        if self.flags[position] == 0 {
            self.count += 1;
            self.flags[position] = self.count;
        }
        self.flags[position]
    }

    fn enter(&mut self, after: usize) {
        self.stack.push(Construct { after, pending: Vec::new() });
    }

    /// After a construct: on to where its jumps lead.
    fn exit(&mut self, out: &mut Vec<Node>) -> Result<()> {
        let pending = self.stack.pop().map_or(Vec::new(), |c| c.pending);
        let mut list = Vec::new();
        for position in pending {
            let last = self.leave(position)?;
            list.push((self.flag(position), last));
        }
        if !list.is_empty() {
            out.push(Node::Dispatch(list));
        }
        Ok(())
    }

    fn resolve(&mut self, nodes: Vec<Node>, end: usize, out: &mut Vec<Node>) -> Result<()> {
        for node in nodes {
            match node {
                Node::If(b, test, yes, no) => {
                    let (mut then, mut otherwise) = (Vec::new(), Vec::new());
                    self.resolve(yes, end, &mut then)?;
                    self.resolve(no, end, &mut otherwise)?;
                    out.push(Node::If(b, test, then, otherwise));
                }
                Node::Label(y, body) if self.needed[y] => {
                    let mut inner = Vec::new();
                    self.enter(y);
                    self.resolve(body, y, &mut inner)?;
                    out.push(Node::Once(inner));
                    self.exit(out)?;
                }
                Node::Label(y, body) => self.resolve(body, y, out)?,
                Node::Loop(h, body) => {
                    let next = self.blocks + h;
                    let mut inner = Vec::new();
                    self.enter(end);
                    if self.needed[next] {
                        let mut once = Vec::new();
                        self.enter(next);
                        self.resolve(body, next, &mut once)?;
                        inner.push(Node::Once(once));
                        self.exit(&mut inner)?;
                    } else {
                        self.resolve(body, next, &mut inner)?;
                    }
                    out.push(Node::Loop(h, inner));
                    self.exit(out)?;
                }
                Node::Jump(position) => {
                    if position != end {
                        let flag = if self.leave(position)? { None } else { Some(self.flag(position)) };
                        out.push(Node::Break(flag));
                    }
                }
                other => out.push(other),
            }
        }
        Ok(())
    }
}

pub fn run(func: &Func, flow: &Flow) -> Result<Vec<Node>> {
    let n = func.blocks.len();
    if !flow.irreducible.is_empty() {
        return Err(Error::other("the control flow of a function is irreducible"));
    }
    let mut builder = Builder {
        func,
        flow,
        decisions: func.blocks.iter().map(|b| decide_switch(&b.term)).collect(),
        labelled: vec![false; n],
        inside: vec![Vec::new(); n],
        outside: vec![Vec::new(); n],
    };
    place(&mut builder);
    let mut nodes = Vec::new();
    tree(&builder, flow.order[0], &mut nodes);
    let end = 2 * n;
    let mut needed = vec![false; 2 * n];
    plan(&nodes, end, n, &mut Vec::new(), &mut needed);
    let copied: Vec<bool> = (0..n).map(|b| needed[b] && is_short(&builder, &needed, b)).collect();
    if copied.contains(&true) {
        nodes = spread(&builder, &copied, nodes, end);
        needed.fill(false);
        plan(&nodes, end, n, &mut Vec::new(), &mut needed);
    }
    let mut resolver = Resolver { blocks: n, needed, stack: Vec::new(), flags: vec![0; 2 * n + 1], count: 0 };
    let mut out = Vec::new();
    resolver.resolve(nodes, end, &mut out)?;
    Ok(out)
}
