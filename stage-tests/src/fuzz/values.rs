//! Values in their simplest form, and values built from parts: literals, constructors, records, functions, objects, modules.

use super::generate::{Constructor, Field, Generator, Shape};
use super::types::{Label, Parameter, Ty};

const STRINGS: [&str; 16] = [
    "\"\"",
    "\"a\"",
    "\"hello\"",
    "\"42\"",
    "\"-7\"",
    "\"0x1F\"",
    "\"3.25\"",
    "\"a,b,,c\"",
    "\" trim me\\n\"",
    "\"\\000\\001z\"",
    "\"\\\"quoted\\\\ \\255\\128\"",
    "\"Zebra\"",
    "\"true\"",
    "{|raw \\n|}",
    "\"h\\195\\169llo\"",
    "\"a somewhat longer string, with 47 characters...\"",
];

const FLOATS: [&str; 24] = [
    "0.",
    "1.",
    "(-1.5)",
    "0.1",
    "0.5",
    "2.",
    "(-0.)",
    "3.14159",
    "1e10",
    "1e300",
    "1e-300",
    "4.9e-324",
    "9007199254740993.",
    "infinity",
    "neg_infinity",
    "nan",
    "max_float",
    "epsilon_float",
    "2147483648.",
    "4294967296.5",
    "(-2147483649.)",
    "0x1.8p-3",
    "123456789.125",
    "1e22",
];

const CHARS: [&str; 10] = ["'a'", "'b'", "'Z'", "'0'", "' '", "'\\n'", "'\\000'", "'\\255'", "'\\''", "'\\\\'"];

const INT32S: [&str; 8] = ["0l", "1l", "(-1l)", "7l", "0x7fffffffl", "(-0x80000000l)", "65537l", "(-12345l)"];

const INT64S: [&str; 12] = [
    "0L",
    "1L",
    "(-1L)",
    "10L",
    "0x7fffffffffffffffL",
    "(-0x8000000000000000L)",
    "0x100000000L",
    "0xffffffffL",
    "(-4294967297L)",
    "0x123456789abcdefL",
    "1000000007L",
    "9007199254740993L",
];

const NATIVEINTS: [&str; 6] = ["0n", "1n", "(-1n)", "0x7fffffffffffffffn", "(-0x8000000000000000n)", "123456789n"];

impl Generator {
    /// A variable of the type, or its simplest value.
    pub fn leaf(&mut self, ty: &Ty) -> String {
        let variables: Vec<String> = self.scope.iter().filter(|v| v.ty == *ty).map(|v| v.name.clone()).collect();
        if !variables.is_empty() && self.choices.chance(3, 4) {
            // The latest are the most interesting.
            let index = variables.len() - 1 - self.choices.below(variables.len().min(6));
            self.calls += usize::from(matches!(ty, Ty::Fun(..)));
            return variables[index].clone();
        }
        self.literal(ty).unwrap_or_else(|| self.simplest(ty))
    }

    /// A literal of a type that has literals.
    pub fn literal(&mut self, ty: &Ty) -> Option<String> {
        let Ty::Con(name, _) = ty else { return None };
        let all: &[&str] = match name.as_str() {
            "unit" => &["()"],
            "bool" => &["false", "true"],
            "char" => &CHARS,
            "string" => &STRINGS,
            "float" => &FLOATS,
            "int32" => &INT32S,
            "int64" => &INT64S,
            "nativeint" => &NATIVEINTS,
            "int" => return Some(self.int_literal()),
            "idx" => return Some(["0", "1", "2", "3", "4", "5", "9", "(-1)"][self.choices.below(8)].to_string()),
            _ => return None,
        };
        Some(self.choices.pick(all).to_string())
    }

    fn simplest(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Var(_) => "(assert false)".to_string(),
            Ty::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.leaf(part)).collect();
                format!("({})", parts.join(", "))
            }
            Ty::Fun(parameters, result) => self.lambda(parameters, result, 0),
            Ty::Con(name, arguments) => match name.as_str() {
                "list" | "array" => {
                    let items: Vec<String> = (0..self.choices.below(3)).map(|_| self.leaf(&arguments[0])).collect();
                    let bar = if name == "array" { "|" } else { "" };
                    format!("([{bar}{}{bar}] : {ty})", items.join("; "))
                }
                "option" if self.choices.chance(1, 2) => format!("(Some {})", self.leaf(&arguments[0])),
                "option" => format!("(None : {ty})"),
                "IM.t" | "SM.t" | "table" | "Queue.t" | "Stack.t" | "tree" | "IS.t" | "SS.t" if self.choices.chance(1, 2) => {
                    let name = name.trim_end_matches(".t");
                    let items: Vec<Ty> = match (name, arguments.as_slice()) {
                        ("IM", [item]) => vec![Ty::con("int"), item.clone()],
                        ("SM", [item]) => vec![Ty::con("string"), item.clone()],
                        ("IS", _) => vec![Ty::con("int")],
                        ("SS", _) => vec![Ty::con("string")],
                        _ => arguments.clone(),
                    };
                    let item = if items.len() == 1 { items[0].clone() } else { Ty::Tuple(items) };
                    let items = self.leaf(&Ty::of("list", item));
                    format!("({}_of {items})", name.to_lowercase())
                }
                "tree" => format!("(Leaf : {ty})"),
                "ref" => format!("(ref {})", self.leaf(&arguments[0])),
                "result" => format!("(Error \"e\" : {ty})"),
                "Lazy.t" => format!("(lazy {})", self.leaf(&arguments[0])),
                "Seq.t" => format!("(Seq.empty : {ty})"),
                "IM.t" | "SM.t" | "IS.t" | "SS.t" => format!("({}.empty : {ty})", name.trim_end_matches(".t")),
                "table" => format!("(Hashtbl.create 1 : {ty})"),
                "Queue.t" | "Stack.t" => format!("({}.create () : {ty})", name.trim_end_matches(".t")),
                "Buffer.t" => "(Buffer.create 1)".to_string(),
                "bytes" => format!("(Bytes.of_string {})", self.leaf(&Ty::con("string"))),
                "floatarray" => "(floats_of [0.; 1.5; 2.5])".to_string(),
                "fpclass" => "FP_normal".to_string(),
                _ => self.declared_value(ty, 0),
            },
        }
    }

    /// A value made of parts; none for the types whose values only functions make.
    pub fn build(&mut self, ty: &Ty, depth: usize) -> String {
        match ty {
            Ty::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.expr(part, depth)).collect();
                format!("({})", parts.join(", "))
            }
            Ty::Fun(parameters, result) => self.lambda(parameters, result, depth),
            Ty::Con(name, arguments) => match name.as_str() {
                "int" => self.int(depth),
                "bool" => self.boolean(depth),
                "string" if self.choices.chance(1, 2) => self.formatted(depth),
                "list" | "array" => {
                    let count = self.choices.below(5);
                    let items: Vec<String> = (0..count).map(|_| self.expr(&arguments[0], depth)).collect();
                    let bar = if name == "array" { "|" } else { "" };
                    format!("([{bar}{}{bar}] : {ty})", items.join("; "))
                }
                "option" => format!("(Some {})", self.expr(&arguments[0], depth)),
                "ref" => format!("(ref {})", self.expr(&arguments[0], depth)),
                "result" => format!("(Ok {} : {ty})", self.expr(&arguments[0], depth)),
                "Lazy.t" => {
                    let calls = self.calls;
                    let value = self.expr(&arguments[0], depth);
                    if self.calls > calls { format!("(lazy (tick (); {value}))") } else { format!("(lazy {value})") }
                }
                "exn" => {
                    let exceptions = self.exceptions.clone();
                    let exception = self.choices.pick(&exceptions).clone();
                    self.construction(&exception, ty, depth)
                }
                _ if self.literal(ty).is_some() => self.leaf(ty),
                _ if self.find(name).is_some() => self.declared_value(ty, depth),
                _ => self.library(ty, depth).unwrap_or_else(|| self.leaf(ty)),
            },
            Ty::Var(_) => self.leaf(ty),
        }
    }

    /// A value of a declared type or an exception, its parts `depth` deep (0: leaves).
    fn declared_value(&mut self, ty: &Ty, depth: usize) -> String {
        let Ty::Con(name, _) = ty else { return "(assert false)".to_string() };
        let Some(declared) = self.find(name).cloned() else { return "Not_found".to_string() };
        match &declared.shape {
            Shape::Record(fields) => {
                if depth > 0 && self.choices.chance(1, 4) {
                    let field = self.choices.pick(fields).clone();
                    let (base, value) = (self.expr(ty, depth - 1), self.expr(&field.ty, depth - 1));
                    return format!("{{ ({base}) with {} = {value} }}", field.name);
                }
                self.record(fields, depth)
            }
            Shape::Variant(constructors) | Shape::Tags(constructors) => {
                // The first constructor is constant: it ends recursion.
                let constructor = if depth == 0 { constructors[0].clone() } else { self.choices.pick(constructors).clone() };
                self.construction(&constructor, ty, depth)
            }
            Shape::Class(class) => {
                let arguments: Vec<String> = class.parameters.iter().map(|ty| self.part(ty, depth)).collect();
                self.calls += 1;
                format!("(new {name} {})", arguments.join(" "))
            }
            Shape::Signature(_) => {
                let signature = name.trim_start_matches("(module ").trim_end_matches(')').to_string();
                let module = self.module_of(&signature, depth);
                format!("(module {module} : {signature})")
            }
        }
    }

    fn part(&mut self, ty: &Ty, depth: usize) -> String {
        if depth == 0 { self.leaf(ty) } else { self.expr(ty, depth - 1) }
    }

    /// A record or an inline record: fields in any order, which is the order of evaluation.
    fn record(&mut self, fields: &[Field], depth: usize) -> String {
        let mut parts: Vec<String> = fields.iter().map(|f| format!("{} = {}", f.name, self.part(&f.ty, depth))).collect();
        if self.choices.chance(1, 3) {
            parts.reverse();
        }
        format!("{{ {} }}", parts.join("; "))
    }

    /// A constructor with its arguments. Of a recursive type, all but one argument are leaves: values stay linear in their making.
    fn construction(&mut self, constructor: &Constructor, ty: &Ty, depth: usize) -> String {
        let name = &constructor.name;
        if !constructor.fields.is_empty() {
            return format!("({name} {} : {ty})", self.record(&constructor.fields, depth));
        }
        let mut own = 0;
        let mut parts = Vec::new();
        for argument in &constructor.arguments {
            own += usize::from(argument == ty);
            parts.push(if argument == ty && own > 1 { self.declared_value(ty, 0) } else { self.part(argument, depth) });
        }
        match parts.as_slice() {
            [] => format!("({name} : {ty})"),
            _ => format!("({name} ({}) : {ty})", parts.join(", ")),
        }
    }

    /// `fun … -> …`, in one piece or in several; a body that calls functions uses fuel.
    pub fn lambda(&mut self, parameters: &[Parameter], result: &Ty, depth: usize) -> String {
        self.scoped(|generator| {
            if let [Parameter { label: Label::None, ty }] = parameters
                && depth > 1
                && generator.choices.chance(1, 3)
            {
                let calls = generator.calls;
                let arms = generator.arms(ty, result, depth);
                let wrapped = if generator.calls > calls { "tick (); " } else { "" };
                return format!("(fun (y : {ty}) -> {wrapped}(match y with {arms}))");
            }
            let split = if depth > 0 && parameters.len() > 1 { generator.choices.below(parameters.len()) } else { 0 };
            let (first, second) = if split > 0 { parameters.split_at(split) } else { (parameters, &[][..]) };
            let head = generator.parameters(first);
            let inner = Ty::fun(second.to_vec(), result.clone());
            let body = generator.body(&inner, depth, false);
            format!("(fun {head} -> {body})")
        })
    }

    /// The parameters of a function as patterns; they come into scope.
    pub fn parameters(&mut self, parameters: &[Parameter]) -> String {
        let mut patterns = Vec::new();
        for Parameter { label, ty } in parameters {
            patterns.push(match label {
                Label::None => match ty {
                    Ty::Tuple(parts) if self.choices.chance(1, 2) => {
                        let names: Vec<String> = parts.iter().map(|part| self.bind("x", part)).collect();
                        format!("(({}) : {ty})", names.join(", "))
                    }
                    _ => format!("({} : {ty})", self.bind("x", ty)),
                },
                Label::Labelled(name) => format!("~{name}:({} : {ty})", self.bind("x", ty)),
                Label::Optional(name) if self.choices.chance(1, 2) => {
                    let variable = self.bind("x", &Ty::of("option", ty.clone()));
                    format!("?{name}:({variable} : {ty} option)")
                }
                Label::Optional(name) => {
                    let default = self.leaf(ty);
                    format!("?{name}:({} = ({default} : {ty}))", self.bind("x", ty))
                }
            });
        }
        patterns.join(" ")
    }

    /// The body of a function.
    pub fn body(&mut self, result: &Ty, depth: usize, recursive: bool) -> String {
        let calls = self.calls;
        let body = if depth == 0 { self.leaf(result) } else { self.expr(result, depth - 1) };
        if recursive || self.calls > calls { format!("tick (); {body}") } else { body }
    }
}
