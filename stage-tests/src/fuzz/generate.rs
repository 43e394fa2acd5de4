//! The generator's state: what is in scope, the declared types, which types can be used where; and a whole case.

use super::Mode;
use super::choices::Choices;
use super::types::{Parameter, Ty};

/// What a type must allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Any,
    /// Holds no function: its values may be kept in references.
    Plain,
    /// Can be compared.
    Data,
    /// Can be hashed and marshalled with the same result on every engine.
    Key,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub ty: Ty,
    pub mutable: bool,
}

/// A constructor of a variant, of a polymorphic variant (then with its backquote), or an exception.
#[derive(Clone, Debug)]
pub struct Constructor {
    pub name: String,
    pub arguments: Vec<Ty>,
    /// The arguments as an inline record.
    pub fields: Vec<Field>,
}

/// What a declared type is.
#[derive(Clone, Debug)]
pub enum Shape {
    Record(Vec<Field>),
    Variant(Vec<Constructor>),
    Tags(Vec<Constructor>),
    Class(Class),
    /// A module type, used as the type of first-class modules.
    Signature(Vec<Variable>),
}

#[derive(Clone, Debug)]
pub struct Class {
    pub parent: Option<String>,
    pub parameters: Vec<Ty>,
    /// With those that are inherited.
    pub methods: Vec<Variable>,
}

#[derive(Clone, Debug)]
pub struct Declared {
    pub name: String,
    pub shape: Shape,
    /// The strongest kind that its values have.
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub ty: Ty,
}

/// A functor, from one signature to another.
#[derive(Clone, Debug)]
pub struct Functor {
    pub name: String,
    pub parameter: String,
    pub result: String,
}

pub struct Generator {
    pub choices: Choices,
    pub mode: Mode,
    pub scope: Vec<Variable>,
    /// Instance variables that the method being written may set.
    pub instance: Vec<Variable>,
    pub declared: Vec<Declared>,
    pub exceptions: Vec<Constructor>,
    /// Modules in scope with their signatures.
    pub modules: Vec<(String, String)>,
    pub functors: Vec<Functor>,
    /// How many expressions may still be more than a leaf.
    pub budget: usize,
    /// Counts the calls of functions that are not OCaml's: a function with one uses fuel.
    pub calls: usize,
    next: usize,
}

/// The types without declaration and the strongest kind of each, simplest first.
const BASE: [(&str, Kind); 13] = [
    ("int", Kind::Key),
    ("string", Kind::Key),
    ("bool", Kind::Key),
    ("unit", Kind::Key),
    ("char", Kind::Key),
    ("int64", Kind::Key),
    ("float", Kind::Data),
    ("int32", Kind::Data),
    ("bytes", Kind::Data),
    ("floatarray", Kind::Data),
    ("IS.t", Kind::Data),
    ("SS.t", Kind::Data),
    ("exn", Kind::Plain),
];

/// Type constructors of one argument, with the kind that they limit it to.
const UNARY: [(&str, Kind); 12] = [
    ("list", Kind::Key),
    ("option", Kind::Key),
    ("array", Kind::Key),
    ("ref", Kind::Key),
    ("tree", Kind::Key),
    ("IM.t", Kind::Data),
    ("SM.t", Kind::Data),
    ("Lazy.t", Kind::Plain),
    ("Queue.t", Kind::Plain),
    ("Stack.t", Kind::Plain),
    ("Seq.t", Kind::Any),
    ("list", Kind::Key),
];

impl Generator {
    pub fn new(choices: Choices, mode: Mode) -> Generator {
        let constructor = |name: &str, arguments: &[&str]| Constructor {
            name: name.to_string(),
            arguments: arguments.iter().map(|name| Ty::con(name)).collect(),
            fields: Vec::new(),
        };
        let exceptions = vec![
            constructor("Not_found", &[]),
            constructor("Failure", &["string"]),
            constructor("Exit", &[]),
            constructor("Invalid_argument", &["string"]),
            constructor("Division_by_zero", &[]),
        ];
        Generator {
            choices,
            mode,
            scope: Vec::new(),
            instance: Vec::new(),
            declared: Vec::new(),
            exceptions,
            modules: Vec::new(),
            functors: Vec::new(),
            budget: 0,
            calls: 0,
            next: 0,
        }
    }

    /// A whole case: its marker, its module with declarations, and what it prints.
    pub fn case(&mut self, number: usize) -> String {
        self.budget = 20;
        // Inside a function a module's items are local; otherwise they are globals, which must not raise.
        let local = self.choices.chance(1, 3);
        let mut body = String::new();
        for _ in 0..8 {
            let start = self.choices.position();
            if !self.choices.chance(4, 5) {
                break;
            }
            body += &self.item(!local);
            self.choices.span(start);
        }
        for statement in 0..6 {
            let start = self.choices.position();
            if !self.choices.chance(6, 7) {
                break;
            }
            self.budget += 40;
            body += &self.statement(statement);
            self.choices.span(start);
        }
        if local {
            format!("let () = start {number};\nguard 9 (fun () -> let module Case_{number} = struct\n{body}end in \"\")\n")
        } else {
            format!("let () = start {number}\nmodule Case_{number} = struct\n{body}end\n")
        }
    }

    fn statement(&mut self, number: usize) -> String {
        let ty = self.used_type(Kind::Any);
        let value = self.expr(&ty, 7);
        format!("let () = guard {number} (fun () -> {} ({value} : {ty}))\n", self.shown(&ty))
    }

    /// A name that no other thing of this case has.
    pub fn fresh(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{}", self.next)
    }

    pub fn bind(&mut self, prefix: &str, ty: &Ty) -> String {
        let name = self.fresh(prefix);
        self.scope.push(Variable { name: name.clone(), ty: ty.clone() });
        name
    }

    /// Makes something whose variables nobody sees later.
    pub fn scoped<T>(&mut self, make: impl FnOnce(&mut Generator) -> T) -> T {
        let length = self.scope.len();
        let made = make(self);
        self.scope.truncate(length);
        made
    }

    pub fn find(&self, name: &str) -> Option<&Declared> {
        self.declared.iter().find(|declared| declared.name == name)
    }

    /// Whether values of `ty` have the kind.
    pub fn fits(&self, ty: &Ty, kind: Kind) -> bool {
        match ty {
            _ if kind == Kind::Any => true,
            Ty::Fun(..) | Ty::Var(_) => false,
            Ty::Tuple(parts) => parts.iter().all(|part| self.fits(part, kind)),
            Ty::Con(name, arguments) => {
                let limit = match (name.as_str(), arguments.len()) {
                    // Some engines do not tell an integral float from an int.
                    ("float", 0) if self.mode.wide => Kind::Key,
                    ("nativeint", 0) => Kind::Data,
                    ("result", 2) => Kind::Key,
                    ("table", 2) | ("Buffer.t", 0) => Kind::Plain,
                    (_, count) => {
                        let known: &[(&str, Kind)] = if count == 0 { &BASE } else { &UNARY };
                        let base = known.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind);
                        base.or_else(|| self.find(name).map(|declared| declared.kind)).unwrap_or(Kind::Any)
                    }
                };
                limit >= kind && arguments.iter().all(|argument| self.fits(argument, kind))
            }
        }
    }

    /// The strongest kind that all of `types` have.
    pub fn kind_of<'a>(&self, types: impl Iterator<Item = &'a Ty> + Clone) -> Kind {
        let all = |kind: &Kind| types.clone().all(|ty| self.fits(ty, *kind));
        [Kind::Key, Kind::Data, Kind::Plain].into_iter().find(all).unwrap_or(Kind::Any)
    }

    /// A type, preferably one that something in scope has or that is declared.
    pub fn used_type(&mut self, kind: Kind) -> Ty {
        let mut used: Vec<Ty> = Vec::new();
        if self.choices.chance(1, 2) {
            used.extend(self.scope.iter().map(|variable| match &variable.ty {
                Ty::Fun(_, result) => (**result).clone(),
                ty => ty.clone(),
            }));
            used.extend(self.declared.iter().map(|declared| Ty::con(&declared.name)));
            used.retain(|ty| self.fits(ty, kind));
        }
        if used.is_empty() { self.ty(kind, 2) } else { self.choices.pick(&used).clone() }
    }

    /// Any type of the kind, its parts nested at most `depth` deep.
    pub fn ty(&mut self, kind: Kind, depth: usize) -> Ty {
        let nested = if depth == 0 { 0 } else { 1 };
        match self.choices.weighted(&[(6, 0), (4 * nested, 1), (2 * nested, 2), (2, 3), (2 * nested, 4), (nested, 5)]) {
            1 => {
                let constructors: Vec<_> = UNARY.iter().filter(|(_, limit)| *limit >= kind).map(|(name, _)| *name).collect();
                let name = *self.choices.pick(&constructors);
                // What a reference, an array or a container holds must not lead to a cycle.
                let inner = if ["list", "option", "Lazy.t", "Seq.t"].contains(&name) { kind } else { kind.max(Kind::Plain) };
                let inner = if name == "tree" { inner.max(Kind::Data) } else { inner };
                Ty::of(name, self.ty(inner, depth - 1))
            }
            2 => {
                let count = 2 + self.choices.below(2);
                Ty::Tuple((0..count).map(|_| self.ty(kind, depth - 1)).collect())
            }
            3 => {
                let all = self.declared.iter().filter(|declared| declared.kind >= kind);
                let names: Vec<String> = all.map(|declared| declared.name.clone()).collect();
                if names.is_empty() { Ty::con("int") } else { Ty::con(self.choices.pick::<String>(&names)) }
            }
            4 if kind == Kind::Any => self.function_type(depth - 1),
            5 if kind <= Kind::Plain => {
                Ty::Con("table".to_string(), vec![self.ty(Kind::Key, 1), self.ty(Kind::Plain, depth - 1)])
            }
            4 | 5 => Ty::Con("result".to_string(), vec![self.ty(kind, depth - 1), Ty::con("string")]),
            _ => {
                let mut names = vec!["int", "int", "int", "string"];
                names.extend(BASE.iter().filter(|(_, limit)| *limit >= kind).map(|(name, _)| *name));
                if self.mode.wide && kind <= Kind::Data {
                    names.push("nativeint");
                }
                if kind <= Kind::Plain {
                    names.push("Buffer.t");
                }
                Ty::con(self.choices.pick::<&str>(&names))
            }
        }
    }

    /// The type of a function without labels.
    pub fn function_type(&mut self, depth: usize) -> Ty {
        let count = 1 + self.choices.weighted(&[(8, 0), (5, 1), (2, 2), (1, 4)]);
        let parameters = (0..count).map(|_| Parameter::plain(self.ty(Kind::Any, depth))).collect();
        Ty::fun(parameters, self.ty(Kind::Any, depth))
    }

    /// A function that prints values of `ty` to a string.
    pub fn shown(&self, ty: &Ty) -> String {
        match ty {
            Ty::Fun(..) | Ty::Var(_) => "(fun _ -> \"<fun>\")".to_string(),
            Ty::Con(name, _) if name.starts_with('(') => "(fun _ -> \"<module>\")".to_string(),
            Ty::Con(name, arguments) => {
                let name = name.strip_suffix(".t").unwrap_or(name).to_lowercase();
                let arguments: Vec<String> = arguments.iter().map(|argument| self.shown(argument)).collect();
                if arguments.is_empty() { format!("sh_{name}") } else { format!("(sh_{name} {})", arguments.join(" ")) }
            }
            Ty::Tuple(parts) => {
                let names: Vec<String> = (0..parts.len()).map(|index| format!("x{index}")).collect();
                let shown = parts.iter().zip(&names).map(|(part, name)| format!("{} {name}", self.shown(part)));
                format!("(fun ({}) -> \"(\" ^ {} ^ \")\")", names.join(", "), shown.collect::<Vec<_>>().join(" ^ \", \" ^ "))
            }
        }
    }
}
