//! Patterns. The variables that they bind come into scope.

use super::generate::{Constructor, Generator, Shape};
use super::types::Ty;

impl Generator {
    /// A pattern for values of `ty`; without variables unless `binds`.
    pub fn pattern(&mut self, ty: &Ty, depth: usize, binds: bool) -> String {
        match self.choices.weighted(&[(3, 0), (2, 1), (9, 2), (1, 3), (1, 4)]) {
            1 if binds => self.bind("p", ty),
            2 if depth > 0 => self.structure(ty, depth - 1, binds),
            3 if depth > 0 => {
                let first = self.pattern(ty, depth - 1, false);
                format!("({first} | {})", self.pattern(ty, depth - 1, false))
            }
            4 if depth > 0 && binds => {
                let pattern = self.pattern(ty, depth - 1, true);
                format!("({pattern} as {})", self.bind("p", ty))
            }
            _ => "_".to_string(),
        }
    }

    fn patterns(&mut self, types: &[Ty], depth: usize, binds: bool) -> String {
        let patterns: Vec<String> = types.iter().map(|ty| self.pattern(ty, depth, binds)).collect();
        patterns.join(", ")
    }

    /// A pattern that looks into the value.
    fn structure(&mut self, ty: &Ty, depth: usize, binds: bool) -> String {
        let (name, arguments) = match ty {
            Ty::Tuple(parts) => return format!("({})", self.patterns(parts, depth, binds)),
            Ty::Fun(..) | Ty::Var(_) => return "_".to_string(),
            Ty::Con(name, arguments) => (name.as_str(), arguments),
        };
        match name {
            "list" if self.choices.chance(1, 2) => {
                let head = self.pattern(&arguments[0], depth, binds);
                format!("({head} :: {})", self.pattern(ty, depth, binds))
            }
            "list" | "array" => {
                let count = self.choices.below(4);
                let items: Vec<String> = (0..count).map(|_| self.pattern(&arguments[0], depth, binds)).collect();
                let bar = if name == "array" { "|" } else { "" };
                format!("[{bar}{}{bar}]", items.join("; "))
            }
            "option" if self.choices.chance(3, 4) => format!("(Some {})", self.pattern(&arguments[0], depth, binds)),
            "option" => "None".to_string(),
            "result" if self.choices.chance(3, 4) => format!("(Ok {})", self.pattern(&arguments[0], depth, binds)),
            "result" => format!("(Error {})", self.pattern(&arguments[1], depth, binds)),
            "ref" => format!("{{ contents = {} }}", self.pattern(&arguments[0], depth, binds)),
            "Lazy.t" => {
                self.calls += 1;
                format!("(lazy {})", self.pattern(&arguments[0], depth, binds))
            }
            "tree" => format!("(Node (_, {}, {}))", self.pattern(&arguments[0], depth, binds), self.pattern(ty, depth, binds)),
            "exn" => {
                let exceptions = self.exceptions.clone();
                let exception = self.choices.pick(&exceptions).clone();
                self.constructor_pattern(&exception, depth, binds)
            }
            "char" if self.choices.chance(1, 2) => {
                ["'a' .. 'z'", "'\\000' .. ' '", "'0' .. '9'", "'\\128' .. '\\255'"][self.choices.below(4)].to_string()
            }
            _ => match self.find(name).map(|declared| declared.shape.clone()) {
                Some(Shape::Record(fields)) => {
                    let field = self.choices.pick(&fields).clone();
                    format!("{{ {} = {}; _ }}", field.name, self.pattern(&field.ty, depth, binds))
                }
                Some(Shape::Variant(constructors) | Shape::Tags(constructors)) => {
                    let constructor = self.choices.pick(&constructors).clone();
                    self.constructor_pattern(&constructor, depth, binds)
                }
                Some(Shape::Class(_) | Shape::Signature(_)) => "_".to_string(),
                None => match self.literal(ty) {
                    Some(name) if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name != "true" && name != "false" => {
                        "_".to_string()
                    }
                    Some(literal) => literal,
                    None => "_".to_string(),
                },
            },
        }
    }

    pub fn constructor_pattern(&mut self, constructor: &Constructor, depth: usize, binds: bool) -> String {
        let name = &constructor.name;
        if !constructor.fields.is_empty() {
            let field = self.choices.pick(&constructor.fields).clone();
            return format!("({name} {{ {} = {}; _ }})", field.name, self.pattern(&field.ty, depth, binds));
        }
        match constructor.arguments.as_slice() {
            [] => name.clone(),
            arguments => format!("({name} ({}))", self.patterns(arguments, depth, binds)),
        }
    }
}
