//! Expressions of any type: the forms that do not depend on it.

use super::generate::{Generator, Kind, Shape, Variable};
use super::library::Entry;
use super::types::{Binding, Label, Parameter, Ty};

#[derive(Clone, Copy)]
enum Form {
    Leaf,
    Build,
    Library,
    Apply,
    Project,
    If,
    Let,
    Function,
    Match,
    Try,
    Sequence,
    Raise,
    Loop,
    Beta,
    Unpack,
    Exception,
}

/// Forms by weight.
const FORMS: [(usize, Form); 16] = [
    (8, Form::Leaf),
    (20, Form::Build),
    (20, Form::Library),
    (16, Form::Apply),
    (8, Form::Project),
    (6, Form::If),
    (8, Form::Let),
    (6, Form::Function),
    (10, Form::Match),
    (6, Form::Try),
    (6, Form::Sequence),
    (1, Form::Raise),
    (3, Form::Loop),
    (2, Form::Beta),
    (3, Form::Unpack),
    (1, Form::Exception),
];

impl Generator {
    /// An expression, parenthesised unless it is atomic, of forms nested at most `depth` deep.
    pub fn expr(&mut self, ty: &Ty, depth: usize) -> String {
        let start = self.choices.position();
        let text = if depth == 0 || self.budget == 0 { self.leaf(ty) } else { self.form(ty, depth) };
        self.choices.span(start);
        text
    }

    fn form(&mut self, ty: &Ty, depth: usize) -> String {
        self.budget -= 1;
        let inner = depth - 1;
        if ty.is("idx") {
            return self.index(inner);
        }
        match self.choices.weighted(&FORMS) {
            Form::Leaf => self.leaf(ty),
            Form::Build => self.build(ty, inner),
            Form::Library => self.library(ty, inner).unwrap_or_else(|| self.build(ty, inner)),
            Form::Apply => self.application(ty, inner).unwrap_or_else(|| self.build(ty, inner)),
            Form::Project => self.projection(ty, inner).unwrap_or_else(|| self.build(ty, inner)),
            Form::If => {
                let condition = self.expr(&Ty::con("bool"), inner);
                let yes = self.expr(ty, inner);
                format!("(if {condition} then {yes} else {})", self.expr(ty, inner))
            }
            Form::Let => {
                let of = self.used_type(Kind::Any);
                let value = self.expr(&of, inner);
                self.scoped(|generator| {
                    let name = generator.bind("v", &of);
                    format!("(let {name} : {of} = {value} in\n{})", generator.expr(ty, inner))
                })
            }
            Form::Function => self.scoped(|generator| {
                let definition = generator.functions(inner);
                format!("({definition} in\n{})", generator.expr(ty, inner))
            }),
            Form::Match => {
                let of = self.used_type(Kind::Plain);
                let value = self.expr(&of, inner);
                format!("(match ({value} : {of}) with {})", self.arms(&of, ty, inner))
            }
            Form::Try => {
                let value = self.expr(ty, inner);
                format!("(try {value} with {})", self.handlers(ty, inner, ""))
            }
            Form::Sequence => {
                let first = match self.choices.below(3) {
                    0 => format!("say {}", self.choices.below(100)),
                    1 => self.expr(&Ty::con("unit"), inner),
                    _ => self.assignment(inner),
                };
                format!("({first}; {})", self.expr(ty, inner))
            }
            Form::Raise => match self.choices.below(4) {
                0 => format!("(raise {})", self.expr(&Ty::con("exn"), inner)),
                1 => format!("(raise_notrace {})", self.expr(&Ty::con("exn"), inner)),
                2 => format!("(failwith {})", self.expr(&Ty::con("string"), inner)),
                _ => format!("(invalid_arg {})", self.expr(&Ty::con("string"), inner)),
            },
            Form::Loop => self.accumulation(ty, inner),
            Form::Beta => {
                let of = self.used_type(Kind::Any);
                let argument = self.expr(&of, inner);
                format!("({} {argument})", self.lambda(&[Parameter::plain(of)], ty, inner))
            }
            Form::Unpack => self.unpacked(ty, inner).unwrap_or_else(|| self.build(ty, inner)),
            Form::Exception => self.local_exception(ty, inner),
        }
    }

    /// A call of a library's value, whole or partial.
    pub fn library(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        let mut found: Vec<(&Entry, usize, Binding)> = Vec::new();
        for entry in Entry::all().iter().filter(|entry| entry.allowed(self.mode)) {
            if let Some((given, binding)) = entry.gives(ty)
                && binding.iter().all(|(name, bound)| self.fits(bound, kind_of_variable(name)))
            {
                found.push((entry, given, binding));
            }
        }
        if found.is_empty() {
            return None;
        }
        // Most of the time one of just this type: many that give any type raise for want of a value.
        let exact: Vec<usize> = (0..found.len()).filter(|index| !matches!(found[*index].0.result, Ty::Var(_))).collect();
        let generic = exact.is_empty() || self.choices.chance(1, 6);
        let mut index = 0;
        for _ in 0..2 {
            index = if generic { self.choices.below(found.len()) } else { *self.choices.pick(&exact) };
            if !found[index].0.raises || self.choices.chance(1, 4) {
                break;
            }
        }
        let (entry, given, mut binding) = found.swap_remove(index);
        for parameter in &entry.parameters {
            for name in parameter.ty.variables() {
                let kind = kind_of_variable(&name);
                binding.entry(name).or_insert_with(|| self.used_type(kind));
            }
        }
        let mut text = format!("({}", entry.name);
        for Parameter { label, ty } in &entry.parameters[..given] {
            let label = if let Label::Labelled(name) = label { format!("~{name}:") } else { String::new() };
            text += &format!(" {label}{}", self.expr(&ty.apply(&binding), depth));
        }
        text += ")";
        // A result that is a function may come from a reference: calling it can lead back here.
        self.calls += usize::from(matches!(ty, Ty::Fun(..)));
        Some(if entry.result.is("large") { self.wrapped(text) } else { text })
    }

    /// A call of a function in scope, whole, partial, or of more arguments than its definition has.
    fn application(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        let mut found: Vec<(String, Vec<Parameter>)> = Vec::new();
        for Variable { name, ty: of } in &self.scope {
            let Ty::Fun(parameters, result) = of else { continue };
            if **result == *ty {
                found.push((name.clone(), parameters.clone()));
            } else if let Ty::Fun(rest, last) = ty
                && last == result
                && rest.len() < parameters.len()
                && parameters.ends_with(rest)
                && parameters.iter().all(|parameter| parameter.label == Label::None)
            {
                found.push((name.clone(), parameters[..parameters.len() - rest.len()].to_vec()));
            }
        }
        if found.is_empty() {
            return None;
        }
        let (name, parameters) = self.choices.pick(&found).clone();
        self.calls += 1;
        let mut arguments = Vec::new();
        for Parameter { label, ty } in &parameters {
            match label {
                Label::None => arguments.push(self.expr(ty, depth)),
                Label::Labelled(name) => arguments.insert(0, format!("~{name}:{}", self.expr(ty, depth))),
                Label::Optional(name) => match self.choices.below(3) {
                    0 => (),
                    1 => arguments.push(format!("~{name}:{}", self.expr(ty, depth))),
                    _ => arguments.insert(0, format!("?{name}:{}", self.expr(&Ty::of("option", ty.clone()), depth))),
                },
            }
        }
        Some(format!("({name} {})", arguments.join(" ")))
    }

    /// A field of a record, a method's result, or an item of a functor's or module's value.
    fn projection(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        let mut found: Vec<(Ty, String, Vec<Ty>)> = Vec::new();
        for declared in &self.declared {
            let own = Ty::con(&declared.name);
            match &declared.shape {
                Shape::Record(fields) => {
                    let fields = fields.iter().filter(|field| field.ty == *ty);
                    found.extend(fields.map(|field| (own.clone(), format!(".{}", field.name), Vec::new())));
                }
                Shape::Class(class) => {
                    for method in &class.methods {
                        let (parameters, result) = match &method.ty {
                            Ty::Fun(parameters, result) => (parameters.as_slice(), &**result),
                            result => (&[][..], result),
                        };
                        if result == ty {
                            let parameters = parameters.iter().map(|parameter| parameter.ty.clone()).collect();
                            found.push((own.clone(), format!("#{}", method.name), parameters));
                        }
                    }
                }
                _ => (),
            }
        }
        if found.is_empty() {
            return None;
        }
        let (of, member, parameters) = self.choices.pick(&found).clone();
        let value = self.expr(&of, depth);
        let arguments: Vec<String> = parameters.iter().map(|ty| self.expr(ty, depth)).collect();
        self.calls += 1;
        Some(format!("(({value} : {of}){member} {})", arguments.join(" ")))
    }

    /// The arms of a match over `of` with results `ty`.
    pub fn arms(&mut self, of: &Ty, ty: &Ty, depth: usize) -> String {
        let mut arms = String::new();
        for _ in 0..4 {
            if !self.choices.chance(2, 3) {
                break;
            }
            arms += &self.scoped(|generator| {
                let pattern = generator.pattern(of, 3, true);
                let guard = match generator.choices.chance(1, 4) {
                    true => format!(" when {}", generator.boolean(depth.min(2))),
                    false => String::new(),
                };
                format!("\n| {pattern}{guard} -> {}", generator.expr(ty, depth))
            });
        }
        // A few matches may fail.
        if arms.is_empty() || !self.choices.chance(1, 20) {
            arms += &format!("\n| _ -> {}", self.expr(ty, depth));
        }
        if self.choices.chance(1, 10) {
            arms += &self.handlers(ty, depth, "exception ");
        }
        arms
    }

    /// The handlers of a `try`, or of a match with `exception` in front.
    fn handlers(&mut self, ty: &Ty, depth: usize, keyword: &str) -> String {
        let mut arms = String::new();
        while arms.is_empty() || self.choices.chance(1, 3) {
            arms += &self.scoped(|generator| {
                let exceptions = generator.exceptions.clone();
                let all = generator.choices.chance(1, 3);
                let pattern = if all {
                    if generator.choices.chance(1, 2) { generator.bind("e", &Ty::con("exn")) } else { "_".to_string() }
                } else {
                    let exception = generator.choices.pick(&exceptions).clone();
                    generator.constructor_pattern(&exception, 2, true)
                };
                format!("\n| {keyword}{pattern} -> {}", generator.expr(ty, depth))
            });
        }
        arms
    }

    /// Sets a mutable field or an instance variable, or stores to a reference.
    fn assignment(&mut self, depth: usize) -> String {
        let instance = self.instance.clone();
        if !instance.is_empty() && self.choices.chance(1, 2) {
            let variable = self.choices.pick(&instance).clone();
            return format!("{} <- {}", variable.name, self.expr(&variable.ty, depth));
        }
        let mut fields = Vec::new();
        for declared in &self.declared {
            if let Shape::Record(all) = &declared.shape {
                fields.extend(all.iter().filter(|field| field.mutable).map(|field| (declared.name.clone(), field.clone())));
            }
        }
        if !fields.is_empty() && self.choices.chance(1, 2) {
            let (record, field) = self.choices.pick(&fields).clone();
            let value = self.expr(&Ty::con(&record), depth);
            return format!("({value} : {record}).{} <- {}", field.name, self.expr(&field.ty, depth));
        }
        let mut references = self.scope.clone();
        references.retain(|variable| matches!(&variable.ty, Ty::Con(name, _) if name == "ref"));
        match references.is_empty() {
            true => format!("say {}", self.choices.below(100)),
            false => {
                let reference = self.choices.pick(&references).clone();
                let Ty::Con(_, inner) = &reference.ty else { return "()".to_string() };
                format!("{} := {}", reference.name, self.expr(&inner[0], depth))
            }
        }
    }

    /// A value built up in a loop over a local reference.
    fn accumulation(&mut self, ty: &Ty, depth: usize) -> String {
        if !self.fits(ty, Kind::Plain) {
            return self.leaf(ty);
        }
        let start = self.expr(ty, depth);
        let count = self.choices.below(5);
        self.scoped(|generator| {
            let cell = generator.bind("r", &Ty::of("ref", ty.clone()));
            let (index, step) = (generator.bind("i", &Ty::con("int")), generator.expr(ty, depth));
            let (from, direction, to) = if generator.choices.chance(1, 3) { (count, "downto", 0) } else { (0, "to", count) };
            let body = format!("tick (); {cell} := {step}");
            format!("(let {cell} : {ty} ref = ref {start} in for {index} = {from} {direction} {to} do {body} done; !{cell})")
        })
    }

    /// An expression with a module that is unpacked, made by a functor, or opened.
    fn unpacked(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        let signatures: Vec<String> = self
            .declared
            .iter()
            .filter(|declared| matches!(declared.shape, Shape::Signature(_)))
            .map(|declared| declared.name.clone())
            .collect();
        if signatures.is_empty() {
            return None;
        }
        let package = self.choices.pick(&signatures).clone();
        let signature = package.trim_start_matches("(module ").trim_end_matches(')').to_string();
        let module = if self.choices.chance(1, 2) {
            self.module_of(&signature, depth)
        } else {
            format!("(val ({} : {package}))", self.expr(&Ty::con(&package), depth))
        };
        let modules = self.modules.len();
        let text = self.scoped(|generator| {
            let name = generator.fresh("U");
            generator.open_module(&name, &signature);
            format!("(let module {name} = {module} in\n{})", generator.expr(ty, depth))
        });
        self.modules.truncate(modules);
        Some(text)
    }

    fn local_exception(&mut self, ty: &Ty, depth: usize) -> String {
        let (text, exception) = self.exception("X");
        self.exceptions.push(exception);
        let body = self.expr(ty, depth);
        self.exceptions.pop();
        format!("(let {text} in\n{body})")
    }
}

/// The kind that a variable of the library's signatures stands for.
fn kind_of_variable(name: &str) -> Kind {
    match name {
        "k" => Kind::Key,
        "c" => Kind::Data,
        "d" => Kind::Plain,
        _ => Kind::Any,
    }
}
