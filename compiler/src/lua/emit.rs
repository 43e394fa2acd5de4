//! One function of the program as Lua.

use super::counting::{self, Counted, breaks, is_asked, leaves};
use super::expressions::{Emitter, Options, arguments, compound, list};
use super::flow::{self, NONE};
use super::forest;
use super::groups::Groups;
use super::guards::{Guards, TAIL_DEPTH};
use super::locals;
use super::lua_text::Style;
use super::naming::{function_place, local_name};
use super::offsets;
use super::registers::{self, MAX_ARGS};
use super::structure::{self, Node, Test};
use super::syntax::{Dest, Expr, Function, Kind, Stat, constant, terminated};
use super::template::{Form, Template, add, int, operand};
use crate::error::{Error, Result};
use crate::ir::program::{self, Arg, Args, Func, FuncId, Instr, Program, Term, Var};
use crate::ir::visit::{dests, targets};
use crate::link::fragment::Table;

/// The depth at the start of a coroutine, in tens of slots. Above 0 a function goes on in a fresh one.
const START_DEPTH: &str = "-4000";

impl<'a> Emitter<'a> {
    fn dest(&self, v: Var) -> Result<Dest> {
        Ok(Dest { var: v, name: self.name(v)?.clone() })
    }

    fn assign(&self, v: Var, value: Expr) -> Result<Stat> {
        Ok(Stat::Assign { local: false, dests: vec![self.dest(v)?], value })
    }

    /// An expression whose value nobody reads.
    fn drop_value(&self, e: Expr, out: &mut Vec<Stat>) {
        let call = e.kind == Kind::Prefix && e.text.ends_with(')') && !e.text.starts_with('(');
        let applied = e.text.starts_with('(') && e.kind == Kind::Prefix && e.text.contains(")(");
        if call || applied {
            out.push(Stat::Text(e));
        } else {
            out.push(Stat::Text(Expr { text: format!("do local _ = {} end", e.text), ..e }));
        }
    }

    /// A primitive that is a statement of its own.
    fn prim_statement(&mut self, dest: Var, name: &str, args: &[Arg], out: &mut Vec<Stat>) -> Result<()> {
        let used = self.registers.of[dest as usize] != NONE;
        if let ("%place", Some(Arg::Int(place))) = (name, args.first()) {
            out.push(Stat::Place(*place as u32));
            return Ok(());
        }
        if let Some(Form::Statement(t)) = self.template(name) {
            let exprs = self.exprs(args)?;
            out.push(Stat::Text(t.expand(None, &exprs)?));
            if used {
                out.push(self.assign(dest, int(0))?);
            }
            return Ok(());
        }
        let e = self.primitive(name, args, false)?;
        if !used {
            self.drop_value(e, out);
            return Ok(());
        }
        out.push(self.assign(dest, e)?);
        let table: &'a Table = self.table;
        if let Some(fixup) = table.find(name).and_then(|s| s.fixup.as_ref()) {
            let result = self.variable(dest)?;
            let exprs = if Self::takes_arguments(fixup) { self.exprs(args)? } else { Vec::new() };
            out.push(Stat::Text(fixup.expand(Some(&result), &exprs)?));
        }
        Ok(())
    }

    fn takes_arguments(fixup: &Template) -> bool {
        fixup.order.iter().any(|arg| *arg > 0)
    }

    /// Closures that may capture each other: created in order, then patched.
    fn closures(&mut self, results: &[Var], functions: &'a [(FuncId, Args)], out: &mut Vec<Stat>) -> Result<()> {
        for (k, (id, captured)) in functions.iter().enumerate() {
            let e = self.closure(*id, captured, &results[k.min(results.len())..])?;
            let Some(&d) = results.get(k) else { continue };
            if self.registers.of[d as usize] != NONE {
                out.push(self.assign(d, e)?);
            }
        }
        for (k, (_, captured)) in functions.iter().enumerate() {
            let Some(&d) = results.get(k) else { continue };
            if self.registers.of[d as usize] == NONE {
                continue;
            }
            for (i, arg) in captured.iter().enumerate() {
                let Arg::Var(v) = arg else { continue };
                if results[k..].contains(v) {
                    let (f, value) = (self.variable(d)?, self.variable(*v)?);
                    let text = format!("{}[{}] = {}", f.text, i + 3, value.text);
                    out.push(Stat::Text(compound(text, vec![d, *v])));
                }
            }
        }
        Ok(())
    }

    fn instr(&mut self, instr: &'a Instr, out: &mut Vec<Stat>) -> Result<()> {
        match instr {
            Instr::Prim { dest, name, args } => self.prim_statement(*dest, name, args, out),
            Instr::Apply { dest, .. } => {
                let e = self.value(instr)?;
                if self.registers.of[*dest as usize] == NONE {
                    self.drop_value(e, out);
                } else {
                    out.push(self.assign(*dest, e)?);
                }
                Ok(())
            }
            Instr::Closures { dests, functions } => self.closures(dests, functions, out),
            Instr::Try { dests, body, args } => self.try_(dests, *body, args, out),
        }
    }

    /// Results beyond what Lua can assign at once come in the table `T`; the body then leaves with nil and a table.
    fn try_(&mut self, dests: &[Var], body: FuncId, args: &[Arg], out: &mut Vec<Stat>) -> Result<()> {
        let place = self.place(body)?;
        let exprs = self.exprs(args)?;
        let mut vars = Vec::new();
        let text = format!("Try({})", arguments(&[&place, "D"], &exprs, &mut vars));
        let mut list = Vec::new();
        for d in dests {
            list.push(self.dest(*d)?);
        }
        if list.len() <= MAX_ARGS {
            let value = Expr { text, kind: Kind::Prefix, known: None, vars };
            out.push(Stat::Assign { local: false, dests: list, value });
            return Ok(());
        }
        out.push(Stat::Scratch { local: false, value: compound(format!("{{{text}}}"), vars) });
        let several = matches!(self.program.functions.get(body as usize), Some(Some(f)) if f.exits > 1);
        let unpack = if several {
            "if T[3] == nil and T[4] then T = {true, T[2], Unpack(T[4])} end"
        } else {
            "if T[2] == nil and T[3] then T = {true, Unpack(T[3])} end"
        };
        out.push(Stat::Text(constant(unpack.into(), Kind::Compound)));
        for (i, d) in list.into_iter().enumerate() {
            let value = constant(format!("T[{}]", i + 1), Kind::Prefix);
            out.push(Stat::Assign { local: false, dests: vec![d], value });
        }
        Ok(())
    }

    fn is_folded(&self, instr: &Instr) -> bool {
        matches!(dests(instr), [v] if self.forest.folded[*v as usize])
    }

    /// The instructions of a block that are not folded.
    fn code(&mut self, b: usize, out: &mut Vec<Stat>) -> Result<()> {
        let func: &'a Func = self.func;
        for instr in &func.blocks[b].body {
            if !self.is_folded(instr) {
                self.instr(instr, out)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, b: usize, out: &mut Vec<Stat>) -> Result<()> {
        let func: &'a Func = self.func;
        match &func.blocks[b].term {
            Term::Return(arg) => {
                let e = self.result(arg)?;
                out.push(Stat::Return(e));
            }
            Term::Raise(arg) => {
                let e = self.expr(arg)?;
                out.push(Stat::Fail(Expr { text: format!("Error({}, 0)", e.text), ..e }));
            }
            Term::Tail { closure, args, callee } => {
                let depth = self.tail.clone();
                let e = self.apply(closure, args, *callee, &depth)?;
                out.push(Stat::Return(e));
            }
            Term::Part(id, args) => {
                let place = self.place(*id)?;
                let exprs = self.exprs(args)?;
                let mut vars = Vec::new();
                let text = format!("{place}({})", arguments(&[&self.tail], &exprs, &mut vars));
                out.push(Stat::Return(compound(text, vars)));
            }
            Term::Leave(exit, args) => {
                let exprs = self.exprs(args)?;
                let mut vars = Vec::new();
                let selector = exit.to_string();
                let first: &[&str] = if func.exits > 1 || exprs.is_empty() { &[&selector] } else { &[] };
                let text = if exprs.len() < MAX_ARGS {
                    list(first, &exprs, &mut vars)
                } else {
                    let table = format!("{{{}}}", list(&[], &exprs, &mut vars));
                    let mut all = first.to_vec();
                    all.extend_from_slice(&["nil", &table]);
                    list(&all, &[], &mut vars)
                };
                out.push(Stat::Return(compound(text, vars)));
            }
            Term::Unreachable => out.push(Stat::Fail(constant("Error(\"unreachable\")".into(), Kind::Prefix))),
            _ => return Err(Error::other(format!("{}: a trap was not outlined", func.name))),
        }
        Ok(())
    }

    /// The parameters of an edge's target receive its arguments, all at once.
    fn edge(&mut self, b: usize, k: usize, out: &mut Vec<Stat>) -> Result<()> {
        let func: &'a Func = self.func;
        let Some(target) = targets(&func.blocks[b].term).nth(k) else { return Ok(()) };
        let mut dests = Vec::new();
        let mut values: Vec<Expr> = Vec::new();
        for (p, arg) in func.blocks[target.block as usize].params.iter().zip(&target.args) {
            let r = self.registers.of[*p as usize];
            if r != NONE && self.registers.counts[r] {
                continue;
            }
            let mut same = false;
            if let Arg::Var(v) = arg {
                let folded = self.folded(*v).is_some();
                if r == NONE && folded {
                    let e = self.expr(arg)?;
                    self.drop_value(e, out);
                }
                same = !folded && self.registers.of[*v as usize] == r;
            }
            if r != NONE && !same {
                dests.push(self.dest(*p)?);
                values.push(self.expr(arg)?);
            }
        }
        // one after the other, unless one reads what another has written
        let mut clash = false;
        if values.len() > 1 {
            let mut written = vec![false; self.registers.names.len()];
            for (d, e) in dests.iter().zip(&values) {
                for v in &e.vars {
                    clash = clash || written[self.registers.of[*v as usize]];
                }
                written[self.registers.of[d.var as usize]] = true;
            }
        }
        if !clash {
            for (d, e) in dests.into_iter().zip(values) {
                out.push(Stat::Assign { local: false, dests: vec![d], value: e });
            }
            return Ok(());
        }
        let mut vars = Vec::new();
        let text = list(&[], &values, &mut vars);
        if dests.len() <= MAX_ARGS {
            out.push(Stat::Assign { local: false, dests, value: compound(text, vars) });
            return Ok(());
        }
        out.push(Stat::Scratch { local: false, value: compound(format!("{{{text}}}"), vars) });
        for (i, d) in dests.into_iter().enumerate() {
            let value = constant(format!("T[{}]", i + 1), Kind::Prefix);
            out.push(Stat::Assign { local: false, dests: vec![d], value });
        }
        Ok(())
    }

    /// On to where the flag says.
    fn dispatch(flags: &[(usize, bool)], out: &mut Vec<Stat>) {
        let text = |t: String| Stat::Text(constant(t, Kind::Compound));
        let mut last = String::new();
        for (flag, ends) in flags {
            if *ends {
                last.push_str(&format!("{}B == {flag}", if last.is_empty() { "" } else { " or " }));
            }
        }
        let mut then = Vec::new();
        if flags.iter().all(|(_, ends)| *ends) {
            then.push(text("B = nil".into()));
        } else if !last.is_empty() {
            then.push(Stat::If(constant(last, Kind::Compound), vec![text("B = nil".into())], Vec::new()));
        }
        then.push(Stat::Break);
        out.push(Stat::If(constant("B".into(), Kind::Prefix), then, Vec::new()));
    }

    /// The head of the loop of header `h`, if it counts.
    fn counted(&mut self, h: usize) -> Result<Option<Expr>> {
        let Some(Counted { param, start, limit, beyond, step, .. }) = &self.counting.loops[h] else { return Ok(None) };
        let (name, offset) = (self.name(*param)?.clone(), self.offsets[*param as usize]);
        let more = [offset, offset + beyond, 0];
        let known = usize::from(*step == Arg::Int(1));
        let mut bounds = self.exprs(&[*start, *limit, *step][..3 - known])?;
        for (bound, more) in bounds.iter_mut().zip(more).filter(|(_, more)| *more != 0) {
            *bound = add(bound, more);
        }
        let mut vars = Vec::new();
        let text = format!("for {name} = {}", list(&[], &bounds, &mut vars));
        Ok(Some(compound(text, vars)))
    }

    fn nodes(&mut self, nodes: &[Node], out: &mut Vec<Stat>) -> Result<()> {
        for node in nodes {
            match node {
                Node::Code(b) => self.code(*b, out)?,
                Node::Finish(b) => self.finish(*b, out)?,
                Node::Edge(b, k) if !registers::crossed(self.func, &self.counting, &self.forest, &self.registers, *b) => {
                    self.edge(*b, *k, out)?
                }
                Node::Edge(_, 1) => {}
                Node::Edge(b, _) => {
                    let (mut again, mut last) = (Vec::new(), Vec::new());
                    self.edge(*b, 0, &mut again)?;
                    self.edge(*b, 1, &mut last)?;
                    out.push(Stat::If(self.test(*b, Test::Branch, false)?, again, last));
                }
                Node::If(b, test, yes, no) => self.branch(*b, *test, yes, no, out)?,
                Node::ReadTag(b) => {
                    let func: &'a Func = self.func;
                    if let Term::Switch(arg, _, _) = &func.blocks[*b].term {
                        let e = self.expr(arg)?;
                        let value = compound(format!("{}[1]", operand(&e, true)), e.vars);
                        out.push(Stat::Scratch { local: false, value });
                    }
                }
                Node::Once(body) => {
                    let mut inner = Vec::new();
                    self.nodes(body, &mut inner)?;
                    out.push(Stat::Once(inner));
                }
                Node::Loop(h, body) => {
                    let Some(head) = self.counted(*h)? else {
                        self.uncounted(body, out)?;
                        continue;
                    };
                    let mut inner = Vec::new();
                    self.nodes(body, &mut inner)?;
                    out.push(Stat::Loop(head, inner));
                }
                Node::Break(flag) => {
                    if let Some(flag) = flag {
                        self.flag = true;
                        out.push(Stat::Text(constant(format!("B = {flag}"), Kind::Compound)));
                    }
                    out.push(Stat::Break);
                }
                Node::Dispatch(flags) => Self::dispatch(flags, out),
                Node::Label(..) | Node::Jump(_) => return Err(Error::other("a jump was not resolved")),
            }
        }
        Ok(())
    }

    /// A loop that begins with a test of whether to leave it has that as its head; what is done then follows it.
    fn uncounted(&mut self, body: &[Node], out: &mut Vec<Stat>) -> Result<()> {
        if let [Node::Code(header), Node::If(b, test, yes, no), rest @ ..] = body
            && self.func.blocks[*header].body.iter().all(|instr| self.is_folded(instr))
        {
            let negate = leaves(self.func, yes, breaks(no) + breaks(rest));
            if negate || leaves(self.func, no, breaks(yes) + breaks(rest)) {
                let (mut then, mut otherwise) = (Vec::new(), Vec::new());
                self.nodes(yes, &mut then)?;
                self.nodes(no, &mut otherwise)?;
                let (mut leave, mut stay) = if negate { (then, otherwise) } else { (otherwise, then) };
                self.nodes(rest, &mut stay)?;
                let e = self.test(*b, *test, negate)?;
                out.push(Stat::Loop(Expr { text: format!("while {}", e.text), ..e }, stay));
                if matches!(leave.last(), Some(Stat::Break)) {
                    leave.pop();
                }
                out.append(&mut leave);
                return Ok(());
            }
        }
        let mut inner = Vec::new();
        self.nodes(body, &mut inner)?;
        out.push(Stat::Loop(constant("while true".into(), Kind::Compound), inner));
        Ok(())
    }

    /// An arm that does not come back is followed by the other one instead of an `else`.
    fn branch(&mut self, b: usize, test: Test, yes: &[Node], no: &[Node], out: &mut Vec<Stat>) -> Result<()> {
        let (mut then, mut otherwise) = (Vec::new(), Vec::new());
        self.nodes(yes, &mut then)?;
        self.nodes(no, &mut otherwise)?;
        let chain = matches!(otherwise.as_slice(), [Stat::If(..)]);
        // What a loop that may have no round is given, where it is what there is without it, needs no test.
        if is_asked(&self.counting, b, no) && is_given(&otherwise, &then) {
            out.append(&mut otherwise);
        } else if is_asked(&self.counting, b, yes) && is_given(&then, &otherwise) {
            out.append(&mut then);
        } else if then.is_empty() && !otherwise.is_empty() {
            out.push(Stat::If(self.test(b, test, true)?, otherwise, Vec::new()));
        } else if terminated(&then) && !chain {
            out.push(Stat::If(self.test(b, test, false)?, then, Vec::new()));
            out.append(&mut otherwise);
        } else if terminated(&otherwise) {
            out.push(Stat::If(self.test(b, test, true)?, otherwise, Vec::new()));
            out.append(&mut then);
        } else {
            out.push(Stat::If(self.test(b, test, false)?, then, otherwise));
        }
        Ok(())
    }

    /// The statement that a function begins with which goes on elsewhere when the stack is used up. `deep` and `calls`: whether it
    /// makes a call that is no tail call, and any call. Only the first takes room, unless the target counts tail calls.
    fn guard(&self, deep: bool, calls: bool, params: &[String]) -> Result<Option<String>> {
        let closure = self.func.has_closure();
        let place = self.place(self.func.id)?;
        let inner = matches!(self.func.kind, program::Kind::Body | program::Kind::Part);
        let (to, mut passed) = if self.tail != "D" && calls {
            ("P.far", vec!["D", &place])
        } else if deep && self.guards.asks[self.func.id as usize] && !inner {
            ("Deep", vec![place.as_str()])
        } else {
            return Ok(None);
        };
        passed.extend(closure.then_some("C"));
        passed.push(START_DEPTH);
        passed.extend(params.iter().skip(if closure { 2 } else { 1 }).map(String::as_str));
        Ok(Some(format!("if D > 0 then return {to}({}) end", passed.join(", "))))
    }

    /// Parameters in Lua, and the statements before the function's own.
    fn prologue(&self, deep: bool, calls: bool, out: &mut Vec<Stat>) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for p in &self.func.params {
            names.push(self.name(*p)?.clone());
        }
        let closure = self.func.has_closure();
        let rest = if closure { names.split_off(1.min(names.len())) } else { std::mem::take(&mut names) };
        let mut params = names;
        if self.guards.takes[self.func.id as usize] {
            params.push("D".into());
        }
        let table = rest.len() > MAX_ARGS;
        if table {
            params.push("T".into());
        } else {
            params.extend(rest);
        }
        if let Some(text) = self.guard(deep, calls, &params)? {
            out.push(Stat::Text(constant(text, Kind::Compound)));
        }
        if self.registers.slots > 0 {
            out.push(Stat::Text(constant("local S = {}".into(), Kind::Compound)));
        }
        if table {
            let first = if closure { 1 } else { 0 };
            for (i, p) in self.func.params[first..].iter().enumerate() {
                let value = constant(format!("T[{}]", i + 1), Kind::Prefix);
                out.push(self.assign(*p, value)?);
            }
        }
        Ok(params)
    }
}

/// Are the statements these assignments and a loop?
fn is_given(stats: &[Stat], assignments: &[Stat]) -> bool {
    let Some((Stat::Loop(..), given)) = stats.split_last() else { return false };
    let same = |a: &Stat, b: &Stat| match (a, b) {
        (Stat::Assign { dests, value, .. }, Stat::Assign { dests: others, value: other, .. }) => {
            value.text == other.text && dests.iter().map(|d| &d.name).eq(others.iter().map(|d| &d.name))
        }
        _ => false,
    };
    given.len() == assignments.len() && given.iter().zip(assignments).all(|(a, b)| same(a, b))
}

/// How the function is declared, and its field when it is a local, too.
fn declaration(emitter: &Emitter) -> (String, Option<(String, String)>) {
    let place = function_place(emitter.options.style, emitter.func);
    let id = emitter.func.id as usize;
    match local_name(emitter.options.style, emitter.func) {
        Some(name) if emitter.groups.is_local[id] => {
            let local = if emitter.groups.is_declared[id] { "" } else { "local " };
            (format!("{local}function {name}"), emitter.groups.is_field[id].then_some((name, place)))
        }
        _ => (format!("{place} = function"), None),
    }
}

/// The function, and warnings of constants that the target cannot hold.
pub fn run(
    table: &Table,
    program: &Program,
    groups: &Groups,
    guards: &Guards,
    func: &Func,
    options: Options,
) -> Result<(Function, Vec<String>)> {
    let flow = flow::run(&func.blocks);
    let (nodes, counting) = counting::run(func, &flow, structure::run(func, &flow)?);
    let offsets = offsets::run(table, func, &flow, &counting);
    let forest = forest::run(table, func, &flow, &counting);
    let hints = (options.style != Style::Compact).then_some(program.hints.as_slice());
    let registers = registers::run(table, func, &flow, &counting, &forest, hints);
    let (most, deep, calls) = registers::calls(table, func, &flow);
    let depth = format!("D + {}", (registers.locals + most + 8).div_ceil(10));
    let tail = match table.find(TAIL_DEPTH).map(|s| &s.form) {
        Some(Form::Inline(t)) => t.expand(None, &[])?.text,
        _ => "D".to_string(),
    };
    let mut emitter = Emitter {
        table,
        program,
        groups,
        guards,
        func,
        options,
        counting,
        offsets,
        forest,
        registers,
        depth,
        tail,
        flag: false,
        warnings: Vec::new(),
    };
    let mut start = Vec::new();
    let params = emitter.prologue(deep, calls, &mut start)?;
    let mut code = Vec::new();
    emitter.nodes(&nodes, &mut code)?;
    if emitter.flag {
        start.push(Stat::Local(vec!["B".into()]));
    }
    start.append(&mut code);
    let body = locals::run(&emitter.registers, &params, start);
    let comment = if func.place.is_empty() { func.name.clone() } else { func.place.clone() };
    let (head, field) = declaration(&emitter);
    let declares = groups.declares[func.id as usize].iter().map(|id| emitter.place(*id)).collect::<Result<_>>()?;
    Ok((Function { declares, head, field, comment, params, body }, emitter.warnings))
}
