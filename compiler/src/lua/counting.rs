//! Loops that become numeric `for` of Lua: those that count, up or down, to a limit that does not change, and end there. Those of
//! OCaml's `for` test behind a round: `ranges` has marked the test (`%counts`) where the start is known not to be beyond the limit; so
//! the first round is run in both forms, and where nothing else depends on it, the test in front of the loop is left out, as Lua makes it.
//! Others test before a round, as Lua does. The test and what follows the last round are taken out of the loop, which ends or is left by
//! `break` elsewhere.

use super::flow::{Flow, NONE, entry_and_latch};
use super::operators::opposite;
use super::structure::{Node, Test, in_loop};
use crate::ir::program::{Arg, Func, Instr, Term, Var};
use crate::ir::visit::{dests, each_arg, each_term_arg, targets};

/// So deep such loops nest; each takes four slots of the frame.
const DEPTH: usize = 10;

pub struct Counted {
    pub param: Var,
    pub start: Arg,
    pub limit: Arg,
    /// What the last value is beyond the limit at most.
    pub beyond: i32,
    pub step: Arg,
    /// The block that ends with the test, whether that is before a round, and whether the loop goes on where it holds.
    pub place: usize,
    at_head: bool,
    goes_on: bool,
    /// What the loop defines and code after it uses.
    pub results: Vec<Var>,
    /// The test's variable, and the one of the next value.
    test: Var,
    next: Var,
    /// The block that ends with the test in front of the loop, if that is left out.
    pub guard: Option<usize>,
    /// The one that ends with it, if what is assigned on its ways says whether it is to be left out.
    asked: Option<usize>,
}

pub struct Counting {
    /// By header.
    pub loops: Vec<Option<Counted>>,
    /// By variable: how many such loops enclose the one that it counts; NONE: it counts none.
    pub level: Vec<usize>,
    /// How deep such loops nest.
    pub deepest: usize,
    /// Variables that `for` makes unnecessary: the next value and the tests.
    pub implied: Vec<bool>,
}

struct Search<'a> {
    func: &'a Func,
    flow: &'a Flow,
    definition: Vec<Option<&'a Instr>>,
    home: Vec<usize>,
    uses: Vec<u32>,
}

impl Search<'_> {
    fn prim(&self, v: Var, wanted: &str) -> Option<(&Arg, &Arg)> {
        match self.definition[v as usize]? {
            Instr::Prim { name, args, .. } if name == wanted => match args.as_slice() {
                [a, b] => Some((a, b)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Is it the same in all rounds of the loop of header `h`?
    fn is_fixed(&self, arg: &Arg, h: usize) -> bool {
        let Arg::Var(v) = arg else { return true };
        let home = self.home[*v as usize];
        home == NONE || self.flow.index[home] < self.flow.index[h]
    }

    /// Is it above 0: a constant, or what begins above 0 and rises?
    fn is_positive(&self, arg: &Arg) -> bool {
        let Arg::Var(v) = arg else { return matches!(arg, Arg::Int(n) if *n > 0) };
        let home = self.home[*v as usize];
        let Some(block) = self.func.blocks.get(home) else { return false };
        let Some(k) = block.params.iter().position(|p| p == v) else { return false };
        let rises = |arg: &Arg| match arg {
            Arg::Int(n) => *n > 0,
            Arg::Var(next) => {
                matches!(self.prim(*next, "%exact_add"), Some((Arg::Var(w), Arg::Int(n))) if w == v && *n >= 0)
            }
            _ => false,
        };
        let edges = self.flow.predecessors[home].iter().flat_map(|p| targets(&self.func.blocks[*p].term));
        home != self.flow.order[0] && edges.filter(|t| t.block as usize == home).all(|t| rises(&t.args[k]))
    }

    /// The loop of header `h`, if it counts.
    fn counted(&self, h: usize) -> Option<Counted> {
        let flow = self.flow;
        let (entry, latch) = entry_and_latch(flow, h)?;
        let (again, at_head) = match &self.func.blocks[latch].term {
            Term::If(_, again, _) if again.block as usize == h => (again, false),
            Term::Jump(again) if self.func.blocks[h].body.len() == 1 => (again, true),
            _ => return None,
        };
        let place = if at_head { h } else { latch };
        let Term::If(Arg::Var(test), yes, _) = &self.func.blocks[place].term else { return None };
        let Some(Instr::Prim { name, args, .. }) = self.definition[*test as usize] else { return None };
        let params = &self.func.blocks[h].params;
        let number = |arg: &Arg| params.iter().position(|p| *arg == Arg::Var(*p));
        let [a, b] = args.as_slice() else { return None };
        let (k, limit, first) = match (number(a), number(b)) {
            (Some(k), None) => (k, *b, true),
            (None, Some(k)) => (k, *a, false),
            _ => return None,
        };
        let Arg::Var(next) = again.args[k] else { return None };
        let (counter, step) = self.prim(next, "%exact_add")?;
        if *counter != Arg::Var(params[k]) || self.uses[next as usize] != 1 || self.uses[*test as usize] != 1 {
            return None;
        }
        let goes_on = !at_head || in_loop(flow, yes.block as usize, h);
        let up = !matches!(step, Arg::Int(n) if *n < 0);
        let beyond = if !at_head {
            (name == "%counts" && matches!(step, Arg::Int(1 | -1))).then_some(0)?
        } else {
            let name: &str = if goes_on { name } else { opposite(name)? };
            match (name, first) {
                ("%int_le", true) | ("%int_ge", false) if up => 0,
                ("%int_lt", true) | ("%int_gt", false) if up => -1,
                ("%int_ge", true) | ("%int_le", false) if !up => 0,
                ("%int_gt", true) | ("%int_lt", false) if !up => 1,
                _ => return None,
            }
        };
        if !self.is_fixed(&limit, h) || !self.is_fixed(step, h) || (up && !self.is_positive(step)) {
            return None;
        }
        let enter = targets(&self.func.blocks[entry].term).find(|t| t.block as usize == h)?;
        let (param, start, step) = (params[k], enter.args[k], *step);
        let (results, test, guard, asked) = (Vec::new(), *test, None, None);
        Some(Counted { param, start, limit, beyond, step, place, at_head, goes_on, results, test, next, guard, asked })
    }
}

/// The candidates by header, and what is known of the variables; nothing, if there are no loops.
fn candidates<'a>(func: &'a Func, flow: &'a Flow) -> Option<(Vec<Option<Counted>>, Search<'a>)> {
    if flow.header.iter().all(|header| *header == NONE) {
        return None;
    }
    let n = func.names.len();
    let mut search = Search { func, flow, definition: vec![None; n], home: vec![NONE; n], uses: vec![0; n] };
    for &b in &flow.order {
        let block = &func.blocks[b];
        for p in &block.params {
            search.home[*p as usize] = b;
        }
        let uses = &mut search.uses;
        let mut note = |arg: &Arg| {
            if let Arg::Var(v) = arg {
                uses[*v as usize] += 1;
            }
        };
        for instr in &block.body {
            each_arg(instr, &mut note);
            for v in dests(instr) {
                search.definition[*v as usize] = Some(instr);
                search.home[*v as usize] = b;
            }
        }
        each_term_arg(&block.term, &mut note);
    }
    let headers = |h: usize| if flow.header[h] == h { search.counted(h) } else { None };
    let loops = (0..func.blocks.len()).map(headers).collect();
    Some((loops, search))
}

/// The arms of the test at the end of the nodes, which is the last of its kind that leads back.
fn arms(nodes: &[Node], place: usize) -> Option<(&[Node], &[Node])> {
    match nodes.last() {
        Some(Node::If(b, Test::Branch, yes, no)) if *b == place => Some((yes, no)),
        Some(Node::If(_, _, yes, no)) => arms(yes, place).or_else(|| arms(no, place)),
        _ => None,
    }
}

/// Puts the arm that goes on in the place of the test, and gives the other one.
fn take_arm(nodes: &mut Vec<Node>, place: usize, goes_on: bool) -> Option<Vec<Node>> {
    if let Some(Node::If(b, _, yes, no)) = nodes.last_mut() {
        if *b != place {
            return take_arm(yes, place, goes_on).or_else(|| take_arm(no, place, goes_on));
        }
        let (yes, no) = (std::mem::take(yes), std::mem::take(no));
        let (stay, leave) = if goes_on { (yes, no) } else { (no, yes) };
        nodes.pop();
        nodes.extend(stay);
        return Some(leave);
    }
    None
}

/// How often the nodes leave the construct that encloses them.
pub fn breaks(nodes: &[Node]) -> usize {
    nodes.iter().fold(0, |count, node| match node {
        Node::Break(_) | Node::Dispatch(_) => count + 1,
        Node::If(_, _, yes, no) => count + breaks(yes) + breaks(no),
        _ => count,
    })
}

/// Do the nodes leave the loop that they begin, and do nothing after it where others leave it, too?
pub fn leaves(func: &Func, nodes: &[Node], others: usize) -> bool {
    match nodes {
        [Node::Edge(b, k), Node::Break(None)] if others > 0 => {
            targets(&func.blocks[*b].term).nth(*k).is_some_and(|target| target.args.is_empty())
        }
        [.., Node::Break(_)] => others == 0 && breaks(nodes) == 1,
        [.., Node::Finish(_)] => others == 0 && breaks(nodes) == 0,
        _ => false,
    }
}

struct Converter<'a> {
    func: &'a Func,
    search: Search<'a>,
    /// By variable: the blocks that use it.
    users: Vec<Vec<usize>>,
    /// By block: the header of the loop for which it was met last.
    mark: Vec<usize>,
    counting: Counting,
}

impl Converter<'_> {
    fn mark_blocks(&mut self, nodes: &[Node], h: usize, met: &mut Vec<usize>) {
        for node in nodes {
            match node {
                Node::Code(b) => {
                    self.mark[*b] = h;
                    met.push(*b);
                }
                Node::If(_, _, yes, no) => {
                    self.mark_blocks(yes, h, met);
                    self.mark_blocks(no, h, met);
                }
                Node::Once(body) | Node::Loop(_, body) => self.mark_blocks(body, h, met),
                _ => {}
            }
        }
    }

    /// The results of the loop if it can be a `for`. What stands behind the test is then run once, after it; a `break` from
    /// elsewhere in the loop would run it, too. And the variable is known in the loop only.
    fn results(&mut self, h: usize, body: &[Node]) -> Option<Vec<Var>> {
        let counted = self.counting.loops[h].as_ref()?;
        let (param, place) = (counted.param, counted.place);
        if counted.at_head {
            return self.is_tested(h, body).then(Vec::new);
        }
        let ([Node::Edge(..)], exit) = arms(body, place)? else { return None };
        let ends = usize::from(matches!(exit.last(), Some(Node::Break(None))));
        let func = self.func;
        let Term::If(_, _, target) = &func.blocks[place].term else { return None };
        let alone = breaks(body) == ends;
        let idle = ends == 1 && exit.len() == 2 && target.args.is_empty();
        if breaks(exit) != ends || !(alone || idle) {
            return None;
        }
        let mut met = Vec::new();
        self.mark_blocks(body, h, &mut met);
        self.mark_blocks(exit, NONE, &mut Vec::new());
        let mut results = Vec::new();
        for b in met.into_iter().filter(|b| self.mark[*b] == h) {
            let block = &func.blocks[b];
            for &v in block.params.iter().chain(block.body.iter().flat_map(dests)) {
                let after = self.users[v as usize].iter().any(|b| self.mark[*b] != h);
                if after || target.args.contains(&Arg::Var(v)) {
                    results.push(v);
                }
            }
        }
        (!results.contains(&param)).then_some(results)
    }

    /// Can the loop that tests before a round be a `for`? Its variable is known in the loop only.
    fn is_tested(&mut self, h: usize, body: &[Node]) -> bool {
        let ([Node::Code(_), Node::If(..)], Some((yes, no))) = (body, arms(body, h)) else { return false };
        let Some(Counted { param, goes_on, .. }) = self.counting.loops[h] else { return false };
        let (stay, leave) = if goes_on { (yes, no) } else { (no, yes) };
        if !leaves(self.func, leave, breaks(stay)) || matches!(leave.last(), Some(Node::Break(Some(_)))) {
            return false;
        }
        self.mark_blocks(body, h, &mut Vec::new());
        self.mark_blocks(leave, NONE, &mut Vec::new());
        let exit = targets(&self.func.blocks[h].term).nth(usize::from(goes_on));
        exit.is_some_and(|target| !target.args.contains(&Arg::Var(param)))
            && self.users[param as usize].iter().all(|b| self.mark[*b] == h)
    }

    /// Does the test say whether there is a first round? It holds for the loop to be run, or does not.
    fn is_first_test(&self, test: Var, holds: bool, counted: &Counted) -> bool {
        let Some(Instr::Prim { name, args, .. }) = self.search.definition[test as usize] else { return false };
        let [a, b] = args.as_slice() else { return false };
        let (start, limit) = (&counted.start, &counted.limit);
        let (low, high) = if counted.step == Arg::Int(1) { (start, limit) } else { (limit, start) };
        let fits = match if holds { Some(&**name) } else { opposite(name) } {
            Some("%int_le") => a == low && b == high,
            Some("%int_ge") => a == high && b == low,
            _ => false,
        };
        fits && !counted.at_head && self.search.uses[test as usize] == 1
    }

    /// The header of the loop of which the test at the end of block `b` decides whether it has a first round, and the test; `alone`: about
    /// nothing else.
    fn decided(&self, b: usize, arm: &[Node], holds: bool, alone: bool) -> Option<(usize, Var)> {
        let mut nodes = arm.iter().filter(|node| !self.is_idle(node));
        let (Some(Node::Edge(..)), Some(Node::Loop(h, _))) = (nodes.next(), nodes.next()) else { return None };
        if alone && nodes.next().is_some() {
            return None;
        }
        let Term::If(Arg::Var(test), _, _) = self.func.blocks[b].term else { return None };
        let counted = self.counting.loops[*h].as_ref()?;
        self.is_first_test(test, holds, counted).then_some((*h, test))
    }

    /// Is the loop all that the test at the end of block `b` decides about, and runs as often without it?
    fn leaves_out(&mut self, b: usize, arm: &[Node], holds: bool) -> bool {
        let Some((h, test)) = self.decided(b, arm, holds, true) else { return false };
        if let Some(counted) = &mut self.counting.loops[h] {
            counted.guard = Some(b);
            self.counting.implied[test as usize] = true;
        }
        true
    }

    /// Notes the loop that runs as often without the test at the end of block `b`.
    fn note_asked(&mut self, b: usize, arm: &[Node], holds: bool) {
        if let Some((h, _)) = self.decided(b, arm, holds, false)
            && let Some(counted) = &mut self.counting.loops[h]
        {
            counted.asked = Some(b);
        }
    }

    /// Is it an edge that passes nothing?
    fn is_idle(&self, node: &Node) -> bool {
        matches!(node, Node::Edge(b, k)
            if targets(&self.func.blocks[*b].term).nth(*k).is_some_and(|target| target.args.is_empty()))
    }

    fn nodes(&mut self, list: Vec<Node>, level: usize) -> Vec<Node> {
        let mut out = Vec::with_capacity(list.len());
        for node in list {
            match node {
                Node::If(b, test, yes, no) => {
                    let yes = self.nodes(yes, level);
                    let no = self.nodes(no, level);
                    let (runs, not) = (yes.iter().all(|node| self.is_idle(node)), no.iter().all(|node| self.is_idle(node)));
                    if not && self.leaves_out(b, &yes, true) {
                        out.extend(yes);
                    } else if runs && self.leaves_out(b, &no, false) {
                        out.extend(no);
                    } else {
                        self.note_asked(b, &yes, true);
                        self.note_asked(b, &no, false);
                        out.push(Node::If(b, test, yes, no));
                    }
                }
                Node::Once(body) => out.push(Node::Once(self.nodes(body, level))),
                Node::Loop(h, mut body) => {
                    let results = if level < DEPTH { self.results(h, &body) } else { None };
                    let mut inner = level;
                    let mut after = Vec::new();
                    match (&mut self.counting.loops[h], results) {
                        (Some(counted), Some(results)) => {
                            counted.results = results;
                            inner += 1;
                            after = take_arm(&mut body, counted.place, counted.goes_on).unwrap_or_default();
                            if matches!(after.last(), Some(Node::Break(None))) {
                                after.pop();
                            }
                            self.counting.level[counted.param as usize] = level;
                            self.counting.implied[counted.test as usize] = true;
                            self.counting.implied[counted.next as usize] = true;
                            self.counting.deepest = self.counting.deepest.max(inner);
                        }
                        _ => self.counting.loops[h] = None,
                    }
                    let body = self.nodes(body, inner);
                    out.push(Node::Loop(h, body));
                    out.extend(self.nodes(after, level));
                }
                other => out.push(other),
            }
        }
        out
    }
}

/// Does this arm of the test at the end of block `b` run as often without it?
pub fn is_asked(counting: &Counting, b: usize, arm: &[Node]) -> bool {
    let asked = |h: usize| counting.loops[h].as_ref().and_then(|counted| counted.asked);
    arm.iter().any(|node| matches!(node, Node::Loop(h, _) if asked(*h) == Some(b)))
}

/// The nodes without the tests of loops that become `for`, and what is known of those.
pub fn run(func: &Func, flow: &Flow, nodes: Vec<Node>) -> (Vec<Node>, Counting) {
    let n = func.names.len();
    let counting = Counting { loops: Vec::new(), level: vec![NONE; n], deepest: 0, implied: vec![false; n] };
    let Some((loops, search)) = candidates(func, flow) else {
        let loops = func.blocks.iter().map(|_| None).collect();
        return (nodes, Counting { loops, ..counting });
    };
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); n];
    for &b in &flow.order {
        let block = &func.blocks[b];
        let mut note = |arg: &Arg| {
            if let Arg::Var(v) = arg
                && users[*v as usize].last() != Some(&b)
            {
                users[*v as usize].push(b);
            }
        };
        for instr in &block.body {
            each_arg(instr, &mut note);
        }
        each_term_arg(&block.term, &mut note);
    }
    let mark = vec![NONE; func.blocks.len()];
    let mut converter = Converter { func, search, users, mark, counting: Counting { loops, ..counting } };
    let nodes = converter.nodes(nodes, 0);
    (nodes, converter.counting)
}
