//! OCaml's types, as far as generated programs have them: read from signatures, matched, printed.

use std::collections::BTreeMap;
use std::fmt;

/// A type. `Fun` never ends in another `Fun`: OCaml does not tell `a -> (b -> c)` from `a -> b -> c`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ty {
    /// A constructor with its arguments: `int`, `'a list`, `(module S)`.
    Con(String, Vec<Ty>),
    Tuple(Vec<Ty>),
    Fun(Vec<Parameter>, Box<Ty>),
    /// A variable of a signature, without its quote.
    Var(String),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parameter {
    pub label: Label,
    pub ty: Ty,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    None,
    Labelled(String),
    Optional(String),
}

/// What the variables of a signature stand for.
pub type Binding = BTreeMap<String, Ty>;

impl Ty {
    /// The type `name` without arguments.
    pub fn con(name: &str) -> Ty {
        Ty::Con(name.to_string(), Vec::new())
    }

    /// The type `argument name`.
    pub fn of(name: &str, argument: Ty) -> Ty {
        Ty::Con(name.to_string(), vec![argument])
    }

    pub fn is(&self, name: &str) -> bool {
        matches!(self, Ty::Con(con, arguments) if con == name && arguments.is_empty())
    }

    /// The type of functions from `parameters` to `result`.
    pub fn fun(mut parameters: Vec<Parameter>, result: Ty) -> Ty {
        match result {
            _ if parameters.is_empty() => result,
            Ty::Fun(more, result) => {
                parameters.extend(more);
                Ty::Fun(parameters, result)
            }
            _ => Ty::Fun(parameters, Box::new(result)),
        }
    }

    /// Reads a type as OCaml writes it.
    pub fn parse(text: &str) -> Ty {
        let mut parser = Parser { tokens: tokens(text), at: 0 };
        let ty = parser.arrow();
        assert!(parser.at == parser.tokens.len(), "a type and more: {text}");
        ty
    }

    /// Binds this type's variables so that it becomes `other`. False when it cannot; the binding is then of no use.
    pub fn matches(&self, other: &Ty, binding: &mut Binding) -> bool {
        match (self, other) {
            (Ty::Var(name), _) => match binding.get(name) {
                Some(bound) => bound == other,
                None => {
                    binding.insert(name.clone(), other.clone());
                    true
                }
            },
            (Ty::Con(name, arguments), Ty::Con(other_name, others)) => {
                name == other_name && matches_all(arguments, others, binding)
            }
            (Ty::Tuple(parts), Ty::Tuple(others)) => matches_all(parts, others, binding),
            (Ty::Fun(parameters, result), Ty::Fun(others, other_result)) => {
                let same = |(a, b): (&Parameter, &Parameter)| a.label == b.label && a.ty.matches(&b.ty, binding);
                parameters.len() == others.len()
                    && parameters.iter().zip(others).all(same)
                    && result.matches(other_result, binding)
            }
            _ => false,
        }
    }

    /// This type with its variables replaced.
    pub fn apply(&self, binding: &Binding) -> Ty {
        let all = |types: &[Ty]| types.iter().map(|ty| ty.apply(binding)).collect();
        match self {
            Ty::Var(name) => binding.get(name).cloned().unwrap_or_else(|| self.clone()),
            Ty::Con(name, arguments) => Ty::Con(name.clone(), all(arguments)),
            Ty::Tuple(parts) => Ty::Tuple(all(parts)),
            Ty::Fun(parameters, result) => {
                let applied = parameters.iter().map(|p| Parameter { label: p.label.clone(), ty: p.ty.apply(binding) });
                Ty::fun(applied.collect(), result.apply(binding))
            }
        }
    }

    /// The names of the variables, each once, in order.
    pub fn variables(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.walk(&mut |ty| {
            if let Ty::Var(name) = ty
                && !names.contains(name)
            {
                names.push(name.clone());
            }
        });
        names
    }

    fn walk(&self, visit: &mut dyn FnMut(&Ty)) {
        visit(self);
        match self {
            Ty::Var(_) => (),
            Ty::Con(_, parts) | Ty::Tuple(parts) => parts.iter().for_each(|part| part.walk(visit)),
            Ty::Fun(parameters, result) => {
                parameters.iter().for_each(|parameter| parameter.ty.walk(visit));
                result.walk(visit);
            }
        }
    }
}

fn matches_all(types: &[Ty], others: &[Ty], binding: &mut Binding) -> bool {
    types.len() == others.len() && types.iter().zip(others).all(|(ty, other)| ty.matches(other, binding))
}

impl Parameter {
    pub fn plain(ty: Ty) -> Parameter {
        Parameter { label: Label::None, ty }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let separated = |types: &[Ty], by: &str| types.iter().map(Ty::to_string).collect::<Vec<_>>().join(by);
        match self {
            Ty::Var(name) => write!(out, "'{name}"),
            Ty::Con(name, arguments) => match arguments.as_slice() {
                [] => write!(out, "{name}"),
                [argument] => write!(out, "{argument} {name}"),
                _ => write!(out, "({}) {name}", separated(arguments, ", ")),
            },
            Ty::Tuple(parts) => write!(out, "({})", separated(parts, " * ")),
            Ty::Fun(parameters, result) => {
                write!(out, "(")?;
                for Parameter { label, ty } in parameters {
                    match label {
                        Label::None => write!(out, "{ty} -> ")?,
                        Label::Labelled(name) => write!(out, "{name}:{ty} -> ")?,
                        Label::Optional(name) => write!(out, "?{name}:{ty} -> ")?,
                    }
                }
                write!(out, "{result})")
            }
        }
    }
}

/// Words (with their dots), variables with their quote, arrows and single characters.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '\'';
        let length = match first {
            '-' => 2,
            _ if word(first) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        tokens.push(rest[..length].to_string());
        rest = rest[length..].trim_start();
    }
    tokens
}

/// Recursive descent over the tokens. It reads this crate's own signatures, so a mistake in one is a panic.
struct Parser {
    tokens: Vec<String>,
    at: usize,
}

impl Parser {
    fn peek(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", String::as_str)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek(0) == token;
        self.at += usize::from(found);
        found
    }

    fn arrow(&mut self) -> Ty {
        let label = if self.peek(0) == "?" {
            self.at += 3;
            Label::Optional(self.tokens[self.at - 2].clone())
        } else if self.peek(1) == ":" {
            self.at += 2;
            Label::Labelled(self.tokens[self.at - 2].clone())
        } else {
            Label::None
        };
        let ty = self.tuple();
        if self.take("->") { Ty::fun(vec![Parameter { label, ty }], self.arrow()) } else { ty }
    }

    fn tuple(&mut self) -> Ty {
        let mut parts = vec![self.postfix()];
        while self.take("*") {
            parts.push(self.postfix());
        }
        if parts.len() == 1 { parts.remove(0) } else { Ty::Tuple(parts) }
    }

    fn postfix(&mut self) -> Ty {
        let mut arguments = Vec::new();
        if self.take("(") {
            arguments.push(self.arrow());
            while self.take(",") {
                arguments.push(self.arrow());
            }
            assert!(self.take(")"), "a parenthesis that is not closed: {:?}", self.tokens);
        } else {
            arguments.push(self.word());
        }
        while self.peek(0).starts_with(|c: char| c.is_ascii_alphabetic()) {
            let Ty::Con(name, _) = self.word() else { panic!("a constructor is expected: {:?}", self.tokens) };
            arguments = vec![Ty::Con(name, arguments)];
        }
        assert!(arguments.len() == 1, "arguments without a constructor: {:?}", self.tokens);
        arguments.remove(0)
    }

    fn word(&mut self) -> Ty {
        self.at += 1;
        let word = &self.tokens[self.at - 1];
        word.strip_prefix('\'').map_or_else(|| Ty::con(word), |variable| Ty::Var(variable.to_string()))
    }
}
