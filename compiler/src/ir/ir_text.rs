//! The text of the IR (ARCHITECTURE.md, section 6).

use crate::bytecode::unmarshal::{Arena, Value};
use crate::ir::program::{Arg, Block, Callee, Func, Instr, Kind, Program, Target, Term};
use crate::lua::literal;

/// A byte string as an OCaml literal.
fn quoted(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for &b in bytes {
        if b == b'"' || b == b'\\' {
            out.push('\\');
            out.push(b as char);
        } else if (32..127).contains(&b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("\\{b:03}"));
        }
    }
    out.push('"');
}

fn arg(out: &mut String, data: &Arena, a: &Arg) {
    match a {
        Arg::Var(v) => {
            out.push('v');
            out.push_str(&v.to_string());
        }
        Arg::Int(n) => out.push_str(&n.to_string()),
        Arg::Wide(n) => out.push_str(&n.value().to_string()),
        Arg::Literal(node) => match data.nodes.get(*node as usize) {
            Some(Value::Str(s)) => quoted(out, s),
            Some(Value::Double(bits)) => out.push_str(&literal::float_text(bits)),
            _ => out.push('?'),
        },
    }
}

/// In parentheses.
fn args(out: &mut String, data: &Arena, list: &[Arg]) {
    out.push('(');
    for (i, a) in list.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        arg(out, data, a);
    }
    out.push(')');
}

fn vars(out: &mut String, list: &[u32]) {
    for (i, v) in list.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        out.push('v');
        out.push_str(&v.to_string());
    }
}

fn target(out: &mut String, data: &Arena, t: &Target) {
    out.push('b');
    out.push_str(&t.block.to_string());
    if !t.args.is_empty() {
        args(out, data, &t.args);
    }
}

fn targets(out: &mut String, data: &Arena, list: &[Target]) {
    out.push('[');
    for (i, t) in list.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        target(out, data, t);
    }
    out.push(']');
}

/// What is called and with what.
fn call(out: &mut String, data: &Arena, closure: &Arg, list: &[Arg], callee: Callee) {
    match callee {
        Callee::Any => {}
        Callee::Exact => out.push_str("exact "),
        Callee::Known(f) => {
            out.push_str("known ");
            out.push_str(&f.to_string());
            out.push(' ');
        }
    }
    arg(out, data, closure);
    out.push(' ');
    args(out, data, list);
}

fn instr(out: &mut String, data: &Arena, i: &Instr) {
    out.push_str("  ");
    match i {
        Instr::Prim { dest, name, args: list } => {
            vars(out, &[*dest]);
            out.push_str(" = ");
            out.push_str(name);
            for a in list {
                out.push(' ');
                arg(out, data, a);
            }
        }
        Instr::Apply { dest, closure, args: list, callee } => {
            vars(out, &[*dest]);
            out.push_str(" = apply ");
            call(out, data, closure, list, *callee);
        }
        Instr::Closures { dests, functions } => {
            vars(out, dests);
            out.push_str(" = closures");
            for (f, captured) in functions {
                out.push(' ');
                out.push_str(&f.to_string());
                out.push(' ');
                args(out, data, captured);
            }
        }
        Instr::Try { dests, body, args: list } => {
            vars(out, dests);
            out.push_str(" = try ");
            out.push_str(&body.to_string());
            out.push(' ');
            args(out, data, list);
        }
    }
    out.push('\n');
}

fn term(out: &mut String, data: &Arena, t: &Term) {
    out.push_str("  ");
    match t {
        Term::Return(a) => {
            out.push_str("return ");
            arg(out, data, a);
        }
        Term::Raise(a) => {
            out.push_str("raise ");
            arg(out, data, a);
        }
        Term::Jump(t) => {
            out.push_str("jump ");
            target(out, data, t);
        }
        Term::If(a, yes, no) => {
            out.push_str("if ");
            arg(out, data, a);
            out.push(' ');
            target(out, data, yes);
            out.push(' ');
            target(out, data, no);
        }
        Term::Switch(a, ints, tags) => {
            out.push_str("switch ");
            arg(out, data, a);
            out.push(' ');
            targets(out, data, ints);
            out.push(' ');
            targets(out, data, tags);
        }
        Term::Tail { closure, args: list, callee } => {
            out.push_str("tail ");
            call(out, data, closure, list, *callee);
        }
        Term::Part(f, list) => {
            out.push_str("part ");
            out.push_str(&f.to_string());
            out.push(' ');
            args(out, data, list);
        }
        Term::Leave(exit, list) => {
            out.push_str("leave ");
            out.push_str(&exit.to_string());
            out.push(' ');
            args(out, data, list);
        }
        Term::Pushtrap { exn, body, handler } => {
            out.push_str("pushtrap ");
            vars(out, &[*exn]);
            out.push(' ');
            target(out, data, body);
            out.push(' ');
            target(out, data, handler);
        }
        Term::Poptrap(t) => {
            out.push_str("poptrap ");
            target(out, data, t);
        }
        Term::Unreachable => out.push_str("unreachable"),
    }
    out.push('\n');
}

fn block(out: &mut String, data: &Arena, id: usize, b: &Block) {
    out.push('b');
    out.push_str(&id.to_string());
    if !b.params.is_empty() {
        out.push('(');
        vars(out, &b.params);
        out.push(')');
    }
    out.push_str(":\n");
    for i in &b.body {
        instr(out, data, i);
    }
    term(out, data, &b.term);
}

/// The text of one function, without the blank line.
pub fn func(out: &mut String, data: &Arena, f: &Func) {
    out.push_str("function ");
    out.push_str(&f.id.to_string());
    out.push(' ');
    out.push_str(&f.name);
    match f.kind {
        Kind::Closure => out.push_str(" closure ("),
        Kind::Direct => out.push_str(" direct ("),
        Kind::Body => out.push_str(" body ("),
        Kind::Part => out.push_str(" part ("),
    }
    vars(out, &f.params);
    out.push_str(")\n");
    for (id, b) in f.blocks.iter().enumerate() {
        block(out, data, id, b);
    }
}

/// The text of a program.
pub fn run(program: &Program) -> String {
    let mut out = String::new();
    for f in program.functions.iter().flatten() {
        func(&mut out, &program.data, f);
        out.push('\n');
    }
    out
}
