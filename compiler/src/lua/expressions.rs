//! Values of one function as expressions of Lua: operands, primitives, calls, tests.

use super::counting::Counting;
use super::flow::NONE;
use super::forest::Forest;
use super::groups::Groups;
use super::guards::Guards;
use super::literal;
use super::lua_text::Style;
use super::naming::{function_place, local_name, primitive_place};
use super::operators::{opposite, raw, raw_test, signs_zero, takes_raw};
use super::registers::{MAX_ARGS, Registers};
use super::structure::Test;
use super::syntax::{Expr, Kind, constant};
use super::template::{Form, add, int, operand};
use crate::bytecode::unmarshal::Value;
use crate::error::{Error, Result};
use crate::ir::program::{self, Arg, Callee, Func, FuncId, Instr, Program, Term, Var};
use crate::link::fragment::Table;
use crate::target::Target;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub target: Target,
    pub style: Style,
}

/// What is known of a function while it is written.
pub struct Emitter<'a> {
    pub table: &'a Table,
    pub program: &'a Program,
    pub groups: &'a Groups,
    pub guards: &'a Guards,
    pub func: &'a Func,
    pub options: Options,
    pub counting: Counting,
    pub offsets: Vec<i32>,
    pub forest: Forest,
    pub registers: Registers,
    /// The depth that a call passes, as text, and that of a tail call: `D`, unless tail calls take room on the target.
    pub depth: String,
    pub tail: String,
    /// Is `B` used?
    pub flag: bool,
    pub warnings: Vec<String>,
}

pub fn compound(text: String, vars: Vec<Var>) -> Expr {
    Expr { text, kind: Kind::Compound, known: None, vars }
}

/// The expressions between commas, after `first`.
pub fn list(first: &[&str], exprs: &[Expr], vars: &mut Vec<Var>) -> String {
    let mut text = String::new();
    for (i, f) in first.iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        text.push_str(f);
    }
    for e in exprs {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&e.text);
        vars.extend_from_slice(&e.vars);
    }
    text
}

/// The same, in one table when they are more than a call passes.
pub fn arguments(first: &[&str], exprs: &[Expr], vars: &mut Vec<Var>) -> String {
    if exprs.len() <= MAX_ARGS {
        return list(first, exprs, vars);
    }
    let inner = list(&[], exprs, vars);
    let table = format!("{{{inner}}}");
    let mut all: Vec<&str> = first.to_vec();
    all.push(&table);
    list(&all, &[], vars)
}

impl Emitter<'_> {
    pub fn name(&self, v: Var) -> Result<&String> {
        let r = self.registers.of.get(v as usize).copied().unwrap_or(NONE);
        let found = self.registers.names.get(r);
        found.ok_or_else(|| Error::other(format!("{}: variable v{v} has no register", self.func.name)))
    }

    pub fn variable(&self, v: Var) -> Result<Expr> {
        let register = Expr { text: self.name(v)?.clone(), kind: Kind::Prefix, known: None, vars: vec![v] };
        let offset = self.offsets[v as usize];
        Ok(if offset == 0 { register } else { add(&register, -offset) })
    }

    pub fn place(&self, id: FuncId) -> Result<String> {
        match self.program.functions.get(id as usize) {
            Some(Some(f)) => {
                let own = self.func.id;
                let named =
                    if id == own { self.groups.is_local[id as usize] } else { self.groups.named[own as usize].contains(&id) };
                let local = if named { local_name(self.options.style, f) } else { None };
                Ok(local.unwrap_or_else(|| function_place(self.options.style, f)))
            }
            _ => Err(Error::other(format!("{}: function {id} was removed", self.func.name))),
        }
    }

    /// Does the function take no closure?
    pub fn is_direct(&self, id: FuncId) -> bool {
        matches!(self.program.functions.get(id as usize), Some(Some(f)) if f.kind == program::Kind::Direct)
    }

    pub fn arity(&self, id: FuncId) -> usize {
        match self.program.functions.get(id as usize) {
            Some(Some(f)) => f.params.len().saturating_sub(1),
            _ => 0,
        }
    }

    pub fn wide(&mut self, value: i64) -> Expr {
        let held = literal::wide(self.options.target, value);
        if held != value {
            let name = &self.func.name;
            self.warnings.push(format!("{name}: the integer {value} does not fit and becomes {held}"));
        }
        constant(held.to_string(), if held < 0 { Kind::Compound } else { Kind::Atom })
    }

    /// An operand: a constant, a register, or the expression that is folded here.
    pub fn expr(&mut self, arg: &Arg) -> Result<Expr> {
        match arg {
            Arg::Int(n) => Ok(int(*n)),
            Arg::Wide(n) => Ok(self.wide(n.value())),
            Arg::Literal(node) => match self.program.data.nodes.get(*node as usize) {
                Some(Value::Str(bytes)) => Ok(constant(literal::string(bytes), Kind::Atom)),
                Some(Value::Double(bits)) => Ok(constant(literal::double(self.table, bits)?, Kind::Compound)),
                _ => Err(Error::other(format!("{}: data node {node} is not a literal", self.func.name))),
            },
            Arg::Var(v) => match self.folded(*v) {
                Some(instr) => self.value(instr),
                None => self.variable(*v),
            },
        }
    }

    pub fn exprs(&mut self, args: &[Arg]) -> Result<Vec<Expr>> {
        let mut out = Vec::with_capacity(args.len());
        for arg in args {
            out.push(self.expr(arg)?);
        }
        Ok(out)
    }
}

impl<'a> Emitter<'a> {
    /// The instruction of a folded variable.
    pub fn folded(&self, v: Var) -> Option<&'a Instr> {
        let func: &'a Func = self.func;
        match self.forest.definition[v as usize] {
            Some((b, i)) if self.forest.folded[v as usize] => func.blocks[b].body.get(i),
            _ => None,
        }
    }

    /// The form of a primitive; None: a call.
    pub fn template(&self, name: &str) -> Option<&'a Form> {
        let table: &'a Table = self.table;
        table.find(name).map(|s| &s.form).filter(|f| !matches!(f, Form::Call))
    }

    /// The operands of a primitive: what it wraps itself is not wrapped before.
    pub fn operands(&mut self, name: &str, args: &[Arg]) -> Result<Vec<Expr>> {
        let mut out = Vec::with_capacity(args.len());
        for (i, arg) in args.iter().enumerate() {
            match if takes_raw(name, i) { self.unwrapped(arg) } else { None } {
                Some((raw, args)) => out.push(self.primitive(raw, args, false)?),
                None => out.push(self.expr(arg)?),
            }
        }
        // Lua 5.1 would compute it and take its own -0.0 for the constant 0: it must not see a constant
        if self.options.target == Target::Portable && signs_zero(name) && out.iter().all(|e| e.vars.is_empty()) {
            out[0] = compound(format!("{} - 0 / Huge", operand(&out[0], false)), Vec::new());
        }
        Ok(out)
    }

    /// The operation, without its wrap, whose result an operand is.
    pub fn unwrapped(&self, arg: &Arg) -> Option<(&'static str, &'a [Arg])> {
        let Arg::Var(v) = arg else { return None };
        let Instr::Prim { name, args, .. } = self.folded(*v)? else { return None };
        let raw = raw(name)?;
        self.template(raw).map(|_| (raw, args.as_slice()))
    }

    /// An instruction with one result as an expression; of type boolean, if it has such a form and `test` is set.
    pub fn primitive(&mut self, name: &str, args: &[Arg], test: bool) -> Result<Expr> {
        let name = raw_test(name).filter(|_| args.iter().any(|arg| self.unwrapped(arg).is_some())).unwrap_or(name);
        let exprs = self.operands(name, args)?;
        let mut vars = Vec::new();
        if name == "%block" {
            return Ok(match args {
                [Arg::Int(0)] => constant("Empty".to_string(), Kind::Prefix),
                _ => compound(format!("{{{}}}", list(&[], &exprs, &mut vars)), vars),
            });
        }
        match self.template(name) {
            Some(Form::Inline(t)) => t.expand(None, &exprs),
            Some(Form::Test(t)) => {
                let e = t.expand(None, &exprs)?;
                if test { Ok(e) } else { Ok(compound(format!("{} and 1 or 0", operand(&e, false)), e.vars)) }
            }
            _ => Ok(self.primitive_call(name, &exprs, &self.depth)),
        }
    }

    /// A call of a primitive, with the depth `depth` where it takes one.
    pub fn primitive_call(&self, name: &str, exprs: &[Expr], depth: &str) -> Expr {
        let calls = self.table.find(name).is_some_and(|s| s.calls);
        let first: &[&str] = if calls { &[depth] } else { &[] };
        let mut vars = Vec::new();
        let text = format!("{}({})", primitive_place(name), list(first, exprs, &mut vars));
        Expr { text, kind: Kind::Prefix, known: None, vars }
    }

    /// What the function returns: there a call is a tail call.
    pub fn result(&mut self, arg: &Arg) -> Result<Expr> {
        let folded = if let Arg::Var(v) = arg { self.folded(*v) } else { None };
        match folded {
            Some(Instr::Prim { name, args, .. }) if self.template(name).is_none() && name != "%block" => {
                let exprs = self.exprs(args)?;
                Ok(self.primitive_call(name, &exprs, &self.tail))
            }
            _ => self.expr(arg),
        }
    }

    /// A call of a closure, with the depth `depth`.
    pub fn apply(&mut self, closure: &Arg, args: &[Arg], callee: Callee, depth: &str) -> Result<Expr> {
        let f = self.expr(closure)?;
        let exprs = self.exprs(args)?;
        let mut vars = f.vars.clone();
        let n = args.len();
        let text = match callee {
            Callee::Known(id) => {
                let place = self.place(id)?;
                let first = [&f.text, depth];
                let first = &first[usize::from(self.is_direct(id))..if self.guards.takes[id as usize] { 2 } else { 1 }];
                format!("{place}({})", arguments(first, &exprs, &mut vars))
            }
            Callee::Exact => {
                let f = operand(&f, true);
                format!("{f}[1]({})", arguments(&[&f, depth], &exprs, &mut vars))
            }
            Callee::Any if n <= 8 => {
                let f = operand(&f, true);
                let inner = list(&[&f, depth], &exprs, &mut vars);
                format!("({f}[2] == {n} and {f}[1] or A{n})({inner})")
            }
            Callee::Any => {
                let count = n.to_string();
                format!("A({})", arguments(&[&f.text, depth, &count], &exprs, &mut vars))
            }
        };
        Ok(Expr { text, kind: Kind::Prefix, known: None, vars })
    }

    /// `{code, arity, captured…}`; what is not created yet is 0.
    pub fn closure(&mut self, id: FuncId, captured: &[Arg], later: &[Var]) -> Result<Expr> {
        let mut exprs = vec![constant(self.place(id)?, Kind::Prefix), int(self.arity(id) as i32)];
        for arg in captured {
            match arg {
                Arg::Var(v) if later.contains(v) => exprs.push(int(0)),
                _ => exprs.push(self.expr(arg)?),
            }
        }
        let mut vars = Vec::new();
        Ok(compound(format!("{{{}}}", list(&[], &exprs, &mut vars)), vars))
    }

    /// An instruction with one result, as an expression.
    pub fn value(&mut self, instr: &'a Instr) -> Result<Expr> {
        match instr {
            Instr::Prim { name, args, .. } => self.primitive(name, args, false),
            Instr::Apply { closure, args, callee, .. } => {
                let depth = self.depth.clone();
                self.apply(closure, args, *callee, &depth)
            }
            Instr::Closures { functions, .. } => match functions.first() {
                Some((id, captured)) => self.closure(*id, captured, &[]),
                None => Err(Error::other("closures without functions")),
            },
            Instr::Try { .. } => Err(Error::other("a try inside an expression")),
        }
    }

    /// What an `if` tests, or its opposite.
    pub fn condition(&mut self, arg: &Arg, negate: bool) -> Result<Expr> {
        if let Arg::Var(v) = arg
            && let Some(Instr::Prim { name, args, .. }) = self.folded(*v)
            && let Some(Form::Test(_)) = self.template(name)
        {
            if !negate {
                return self.primitive(name, args, true);
            }
            if let Some(other) = opposite(name)
                && let Some(Form::Test(_)) = self.template(other)
            {
                return self.primitive(other, args, true);
            }
            let e = self.primitive(name, args, true)?;
            return Ok(compound(format!("not {}", operand(&e, false)), e.vars));
        }
        let e = self.expr(arg)?;
        let sign = if negate { "==" } else { "~=" };
        Ok(compound(format!("{} {sign} 0", operand(&e, false)), e.vars))
    }

    pub fn test(&mut self, b: usize, test: Test, negate: bool) -> Result<Expr> {
        let func: &'a Func = self.func;
        let (Term::If(arg, _, _) | Term::Switch(arg, _, _)) = &func.blocks[b].term else {
            return Err(Error::other("a test without a branch"));
        };
        if test == Test::Branch {
            return self.condition(arg, negate);
        }
        let e = self.expr(arg)?;
        let scrutinee = operand(&e, true);
        let equal = if negate { "~=" } else { "==" };
        let less = if negate { ">=" } else { "<" };
        let tag = |read: bool| if read { "T".to_string() } else { format!("{scrutinee}[1]") };
        let text = match test {
            Test::IntEqual(n) => format!("{scrutinee} {equal} {n}"),
            Test::IntLess(n) => format!("{scrutinee} {less} {n}"),
            Test::TagEqual(n, read) => format!("{} {equal} {n}", tag(read)),
            Test::TagLess(n, read) => format!("{} {less} {n}", tag(read)),
            Test::Immediate | Test::Branch => format!("Type({}) {equal} \"number\"", e.text),
        };
        Ok(compound(text, e.vars))
    }
}
