//! Loops that become numeric `for` of Lua: those that count by 1, up or down, to a limit that does not change, and end there.
//! `ranges` has marked the test (`%counts`) where the start is known not to be beyond the limit; so the first round is run in
//! both forms. The test and what follows the last round are taken out of the loop, which ends or is left by `break` elsewhere.

use super::flow::{Flow, NONE, entry_and_latch};
use super::structure::{Node, Test};
use crate::ir::program::{Arg, Func, Instr, Term, Var};
use crate::ir::visit::{dests, each_arg, each_term_arg, targets};

/// So deep such loops nest; each takes four slots of the frame.
const DEPTH: usize = 10;

pub struct Counted {
    pub param: Var,
    pub start: Arg,
    pub limit: Arg,
    pub up: bool,
    /// The block that ends with the test.
    pub latch: usize,
    /// What the loop defines and code after it uses.
    pub results: Vec<Var>,
    /// The test's variable, and the one of the next value.
    test: Var,
    next: Var,
}

pub struct Counting {
    /// By header.
    pub loops: Vec<Option<Counted>>,
    /// By variable: how many such loops enclose the one that it counts; NONE: it counts none.
    pub level: Vec<usize>,
    /// How deep such loops nest.
    pub deepest: usize,
    /// Variables that `for` makes unnecessary: the next value and the test.
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

    /// The loop of header `h`, if it counts.
    fn counted(&self, h: usize) -> Option<Counted> {
        let flow = self.flow;
        let (entry, latch) = entry_and_latch(flow, h)?;
        let Term::If(Arg::Var(test), again, _) = &self.func.blocks[latch].term else { return None };
        let (a, b) = self.prim(*test, "%counts")?;
        if again.block as usize != h || self.uses[*test as usize] != 1 {
            return None;
        }
        let params = &self.func.blocks[h].params;
        let number = |arg: &Arg| params.iter().position(|p| *arg == Arg::Var(*p));
        let (k, limit) = match (number(a), number(b)) {
            (Some(k), None) => (k, b),
            (None, Some(k)) => (k, a),
            _ => return None,
        };
        if let Arg::Var(v) = limit {
            let home = self.home[*v as usize];
            if home != NONE && flow.index[home] >= flow.index[h] {
                return None;
            }
        }
        let Arg::Var(next) = again.args[k] else { return None };
        let up = match self.prim(next, "%exact_add")? {
            (Arg::Var(v), Arg::Int(n @ (1 | -1))) if *v == params[k] => *n == 1,
            _ => return None,
        };
        if self.uses[next as usize] != 1 {
            return None;
        }
        let enter = targets(&self.func.blocks[entry].term).find(|t| t.block as usize == h)?;
        let (start, limit) = (enter.args[k], *limit);
        Some(Counted { param: params[k], start, limit, up, latch, results: Vec::new(), test: *test, next })
    }
}

/// The candidates by header; nothing, if there are none.
fn candidates(func: &Func, flow: &Flow) -> Option<Vec<Option<Counted>>> {
    let n = func.names.len();
    let mut search = Search { func, flow, definition: vec![None; n], home: vec![NONE; n], uses: vec![0; n] };
    let mut marked = false;
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
            marked = marked || matches!(instr, Instr::Prim { name, .. } if name == "%counts");
            each_arg(instr, &mut note);
            for v in dests(instr) {
                search.definition[*v as usize] = Some(instr);
                search.home[*v as usize] = b;
            }
        }
        each_term_arg(&block.term, &mut note);
    }
    let headers = |h: usize| if flow.header[h] == h { search.counted(h) } else { None };
    marked.then(|| (0..func.blocks.len()).map(headers).collect())
}

/// The arms of the test at the end of the nodes, which is the last of its kind that leads back.
fn arms(nodes: &[Node], latch: usize) -> Option<(&[Node], &[Node])> {
    match nodes.last() {
        Some(Node::If(b, Test::Branch, yes, no)) if *b == latch => Some((yes, no)),
        Some(Node::If(_, _, yes, no)) => arms(yes, latch).or_else(|| arms(no, latch)),
        _ => None,
    }
}

/// Puts the arm that goes on in the place of the test, and gives the other one.
fn take_arm(nodes: &mut Vec<Node>, latch: usize) -> Option<Vec<Node>> {
    if let Some(Node::If(b, _, yes, no)) = nodes.last_mut() {
        if *b != latch {
            return take_arm(yes, latch).or_else(|| take_arm(no, latch));
        }
        let (yes, no) = (std::mem::take(yes), std::mem::take(no));
        nodes.pop();
        nodes.extend(yes);
        return Some(no);
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

struct Converter<'a> {
    func: &'a Func,
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
        let (param, latch) = (counted.param, counted.latch);
        let ([Node::Edge(..)], exit) = arms(body, latch)? else { return None };
        let ends = usize::from(matches!(exit.last(), Some(Node::Break(None))));
        let func = self.func;
        let Term::If(_, _, target) = &func.blocks[latch].term else { return None };
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

    fn nodes(&mut self, list: Vec<Node>, level: usize) -> Vec<Node> {
        let mut out = Vec::with_capacity(list.len());
        for node in list {
            match node {
                Node::If(b, test, yes, no) => {
                    let yes = self.nodes(yes, level);
                    let no = self.nodes(no, level);
                    out.push(Node::If(b, test, yes, no));
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
                            after = take_arm(&mut body, counted.latch).unwrap_or_default();
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

/// The nodes without the tests of loops that become `for`, and what is known of those.
pub fn run(func: &Func, flow: &Flow, nodes: Vec<Node>) -> (Vec<Node>, Counting) {
    let n = func.names.len();
    let counting = Counting { loops: Vec::new(), level: vec![NONE; n], deepest: 0, implied: vec![false; n] };
    let Some(loops) = candidates(func, flow) else {
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
    let mut converter = Converter { func, users, mark, counting: Counting { loops, ..counting } };
    let nodes = converter.nodes(nodes, 0);
    (nodes, converter.counting)
}
