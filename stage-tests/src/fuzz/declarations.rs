//! What a case declares: types with their printers, exceptions, classes, signatures, modules, functors, functions, values.

use super::generate::{Class, Constructor, Declared, Field, Functor, Generator, Kind, Shape, Variable};
use super::types::{Label, Parameter, Ty};

impl Generator {
    /// One item of a structure. If `guarded`, values must not raise: what they are otherwise is a leaf.
    pub fn item(&mut self, guarded: bool) -> String {
        self.budget += 15;
        match self.choices.weighted(&[(4, 0), (6, 1), (3, 2), (3, 3), (2, 4), (2, 5), (2, 6), (2, 7), (1, 8)]) {
            1 => self.functions(5) + "\n",
            2 => self.record_type(),
            3 => self.variant(false),
            4 => self.variant(true),
            5 => {
                let (text, exception) = self.exception("E");
                self.exceptions.push(exception);
                text + "\n"
            }
            6 => self.class(),
            7 => self.module(guarded),
            8 => self.mutual_types(),
            _ => {
                let ty = self.used_type(if guarded { Kind::Data } else { Kind::Any });
                let value = self.value(&ty, guarded);
                format!("let {} : {ty} = {value}\n", self.bind("v", &ty))
            }
        }
    }

    fn value(&mut self, ty: &Ty, guarded: bool) -> String {
        if let Ty::Fun(parameters, result) = ty
            && guarded
        {
            return self.lambda(parameters, result, 4);
        }
        let value = self.expr(ty, 4);
        if guarded { format!("(try {value} with _ -> {})", self.scoped_leaf(ty)) } else { value }
    }

    /// The simplest value of a type, without variables and calls, which cannot raise.
    fn scoped_leaf(&mut self, ty: &Ty) -> String {
        let scope = std::mem::take(&mut self.scope);
        let leaf = self.leaf(ty);
        self.scope = scope;
        leaf
    }

    /// `let` or `let rec … and …`: one or more functions, which come into scope.
    pub fn functions(&mut self, depth: usize) -> String {
        let count = 1 + self.choices.weighted(&[(6, 0), (2, 1), (1, 2)]);
        let recursive = count > 1 || self.choices.chance(1, 2);
        let mut functions = Vec::new();
        for _ in 0..count {
            let Ty::Fun(mut parameters, result) = self.function_type(2) else { continue };
            if !matches!(*result, Ty::Fun(..)) && self.choices.chance(1, 4) {
                let label = self.fresh("l");
                let ty = self.ty(Kind::Any, 1);
                let label = if self.choices.chance(1, 2) { Label::Labelled(label) } else { Label::Optional(label) };
                parameters.insert(0, Parameter { label, ty });
            }
            functions.push(Variable { name: self.fresh("f"), ty: Ty::fun(parameters, *result) });
        }
        if recursive {
            self.scope.extend(functions.iter().cloned());
        }
        let mut definitions = Vec::new();
        for function in &functions {
            let Ty::Fun(parameters, result) = &function.ty else { continue };
            definitions.push(self.scoped(|generator| {
                // A definition may have fewer parameters than its type: the others are those of a closure that it gives.
                let labelled = parameters.iter().any(|parameter| parameter.label != Label::None);
                let all = labelled || parameters.len() == 1 || !generator.choices.chance(1, 3);
                let own = if all { parameters.len() } else { 1 + generator.choices.below(parameters.len() - 1) };
                let head = generator.parameters(&parameters[..own]);
                let inner = Ty::fun(parameters[own..].to_vec(), (**result).clone());
                let body = generator.body(&inner, depth, recursive);
                format!("{} {head} : {inner} = {body}", function.name)
            }));
        }
        if !recursive {
            self.scope.extend(functions);
        }
        format!("let {}{}", if recursive { "rec " } else { "" }, definitions.join("\nand "))
    }

    fn fields(&mut self, count: usize) -> Vec<Field> {
        let floats = self.choices.chance(1, 4);
        let field = |generator: &mut Generator| Field {
            name: generator.fresh("m"),
            ty: if floats { Ty::con("float") } else { generator.ty(Kind::Plain, 1) },
            mutable: generator.choices.chance(1, 3),
        };
        (0..count).map(|_| field(self)).collect()
    }

    fn record_type(&mut self) -> String {
        let count = 1 + self.choices.below(4);
        let fields = self.fields(count);
        let name = self.fresh("r");
        let text = format!("type {name} = {}\n{}", fields_text(&fields), self.record_printer(&name, &fields));
        let kind = self.kind_of(fields.iter().map(|field| &field.ty));
        self.declared.push(Declared { name, shape: Shape::Record(fields), kind });
        text
    }

    fn record_printer(&self, name: &str, fields: &[Field]) -> String {
        let shown = fields.iter().map(|field| format!("{} x.{}", self.shown(&field.ty), field.name));
        format!("let sh_{name} x = \"{{\" ^ {} ^ \"}}\"\n", shown.collect::<Vec<_>>().join(" ^ \"; \" ^ "))
    }

    /// A variant, or the same of polymorphic tags.
    fn variant(&mut self, tags: bool) -> String {
        let name = self.fresh("t");
        let (quote, bar) = if tags { ("`", "[ ") } else { ("", "") };
        let mut constructors: Vec<Constructor> = Vec::new();
        let count = 2 + self.choices.below(5);
        for index in 0..count {
            let constructor = self.fresh("C");
            let arity = if index == 0 { 0 } else { self.choices.below(4) };
            let mut constructor =
                Constructor { name: format!("{quote}{constructor}"), arguments: Vec::new(), fields: Vec::new() };
            if arity > 0 && !tags && self.choices.chance(1, 5) {
                constructor.fields = self.fields(arity);
            } else {
                for _ in 0..arity {
                    let own = !tags && self.choices.chance(1, 4);
                    constructor.arguments.push(if own { Ty::con(&name) } else { self.ty(Kind::Plain, 1) });
                }
            }
            constructors.push(constructor);
        }
        let mut text = format!("type {name} = {bar}{}", constructors_text(&constructors));
        text += if tags { " ]\n" } else { "\n" };
        text += &format!("let rec {}\n", self.variant_printer(&name, &constructors));
        let parts = constructors.iter().flat_map(|c| c.arguments.iter().chain(c.fields.iter().map(|field| &field.ty)));
        let own = Ty::con(&name);
        let kind = self.kind_of(parts.filter(|ty| **ty != own));
        let shape = if tags { Shape::Tags(constructors) } else { Shape::Variant(constructors) };
        self.declared.push(Declared { name, shape, kind });
        text
    }

    /// The definition, after `let rec`, of the function that prints a variant.
    fn variant_printer(&self, name: &str, constructors: &[Constructor]) -> String {
        let mut text = format!("sh_{name} (x : {name}) = match x with");
        for constructor in constructors {
            let label = constructor.name.trim_start_matches('`');
            let (types, names): (Vec<&Ty>, Vec<String>) = if constructor.fields.is_empty() {
                (constructor.arguments.iter().collect(), (0..constructor.arguments.len()).map(|n| format!("x{n}")).collect())
            } else {
                let fields = &constructor.fields;
                (fields.iter().map(|field| &field.ty).collect(), fields.iter().map(|field| field.name.clone()).collect())
            };
            let pattern = match (names.is_empty(), constructor.fields.is_empty()) {
                (true, _) => String::new(),
                (_, true) => format!(" ({})", names.join(", ")),
                (_, false) => format!(" {{ {} }}", names.join("; ")),
            };
            let shown = types.iter().zip(&names).map(|(ty, name)| format!(" ^ \" \" ^ {} {name}", self.shown(ty)));
            text += &format!("\n| {}{pattern} -> \"{label}\"{}", constructor.name, shown.collect::<String>());
        }
        text
    }

    /// Two variants that refer to each other.
    fn mutual_types(&mut self) -> String {
        let (first, second) = (self.fresh("t"), self.fresh("t"));
        let mut all = Vec::new();
        for (name, other) in [(&first, &second), (&second, &first)] {
            let constant = Constructor { name: self.fresh("C"), arguments: Vec::new(), fields: Vec::new() };
            let arguments = vec![self.ty(Kind::Key, 1), Ty::con(other)];
            let link = Constructor { name: self.fresh("C"), arguments, fields: Vec::new() };
            all.push((name.clone(), vec![constant, link]));
        }
        let types: Vec<String> = all.iter().map(|(name, both)| format!("{name} = {}", constructors_text(both))).collect();
        let printers: Vec<String> = all.iter().map(|(name, both)| self.variant_printer(name, both)).collect();
        for (name, both) in all {
            self.declared.push(Declared { name, shape: Shape::Variant(both), kind: Kind::Key });
        }
        format!("type {}\nlet rec {}\n", types.join("\nand "), printers.join("\nand "))
    }

    /// The declaration of an exception. Its arguments are printed alike on every engine.
    pub fn exception(&mut self, prefix: &str) -> (String, Constructor) {
        let name = self.fresh(prefix);
        let count = self.choices.below(3);
        let arguments: Vec<Ty> = (0..count).map(|_| self.ty(Kind::Key, 1)).collect();
        let exception = Constructor { name, arguments, fields: Vec::new() };
        (format!("exception {}", constructors_text(std::slice::from_ref(&exception))), exception)
    }

    /// A class, with a method `shown` that its printer calls.
    fn class(&mut self) -> String {
        let name = self.fresh("c");
        let parents: Vec<(String, Class)> = self
            .declared
            .iter()
            .filter_map(|declared| match &declared.shape {
                Shape::Class(class) => Some((declared.name.clone(), class.clone())),
                _ => None,
            })
            .collect();
        let parent =
            if !parents.is_empty() && self.choices.chance(2, 3) { Some(self.choices.pick(&parents).clone()) } else { None };
        let count = self.choices.below(3);
        let parameters: Vec<Ty> = (0..count).map(|_| self.ty(Kind::Plain, 1)).collect();
        let methods = parent.as_ref().map(|(_, class)| class.methods.clone()).unwrap_or_default();
        let class = Class { parent: parent.as_ref().map(|(name, _)| name.clone()), parameters, methods };
        let text = self.scoped(|generator| generator.class_body(&name, class, parent.map(|(_, class)| class)));
        text + &format!("let sh_{name} (o : {name}) = o#shown\n")
    }

    fn class_body(&mut self, name: &str, mut class: Class, parent: Option<Class>) -> String {
        let outer = self.scope.len();
        let head: Vec<String> = class.parameters.iter().map(|ty| format!("({} : {ty})", self.bind("x", ty))).collect();
        let mut text = format!("class {name} {} = object (self)\n", head.join(" "));
        if let (Some(parent_name), Some(parent)) = (&class.parent, &parent) {
            let arguments: Vec<String> = parent.parameters.iter().map(|ty| self.leaf(ty)).collect();
            text += &format!("inherit {parent_name} {} as super\n", arguments.join(" "));
        }
        let count = self.choices.below(3);
        for _ in 0..count {
            let ty = self.ty(Kind::Plain, 1);
            let value = self.leaf(&ty);
            // An instance variable is not in scope in the initial values of others.
            let variable = Variable { name: self.fresh("s"), ty };
            text += &format!("val mutable {} : {} = {value}\n", variable.name, variable.ty);
            self.instance.push(variable);
        }
        self.scope.extend(self.instance.iter().cloned());
        let mut own: Vec<Variable> = Vec::new();
        let inherited = parent.map(|parent| parent.methods).unwrap_or_default();
        for method in &inherited {
            if method.name != "shown" && self.choices.chance(1, 3) {
                own.push(method.clone());
            }
        }
        let count = 1 + self.choices.below(3);
        for _ in 0..count {
            let ty = if self.choices.chance(1, 2) { self.function_type(1) } else { self.ty(Kind::Plain, 1) };
            let method = Variable { name: self.fresh("m"), ty };
            class.methods.push(method.clone());
            own.push(method);
        }
        // Methods are called like functions in scope; late binding may lead anywhere, so each uses fuel.
        let methods = class.methods.clone();
        self.scope.extend(methods.iter().map(|method| Variable { name: format!("self#{}", method.name), ty: method.ty.clone() }));
        self.scope
            .extend(inherited.iter().map(|method| Variable { name: format!("super#{}", method.name), ty: method.ty.clone() }));
        for method in &own {
            text += &self.scoped(|generator| match &method.ty {
                Ty::Fun(parameters, result) => {
                    let head = generator.parameters(parameters);
                    format!("method {} {head} : {result} = {}\n", method.name, generator.body(result, 3, true))
                }
                ty => format!("method {} : {ty} = {}\n", method.name, generator.body(ty, 3, true)),
            });
        }
        let shown: Vec<String> =
            self.instance.iter().map(|variable| format!("{} {} ^ ", self.shown(&variable.ty), variable.name)).collect();
        let above = if inherited.is_empty() { "\"\"" } else { "super#shown" };
        text += &format!("method shown : string = tick (); \"{name}(\" ^ {}{above} ^ \")\"\n", shown.concat());
        if self.choices.chance(1, 4) {
            text += &format!("initializer (tick (); {})\n", self.expr(&Ty::con("unit"), 2));
        }
        self.instance.clear();
        self.scope.truncate(outer);
        if inherited.is_empty() {
            class.methods.push(Variable { name: "shown".to_string(), ty: Ty::con("string") });
        }
        self.declared.push(Declared { name: name.to_string(), shape: Shape::Class(class), kind: Kind::Plain });
        text + "end\n"
    }

    /// A signature with a module, or a module or functor of a signature that is there.
    fn module(&mut self, guarded: bool) -> String {
        let signatures: Vec<String> = self
            .declared
            .iter()
            .filter(|declared| matches!(declared.shape, Shape::Signature(_)))
            .map(|declared| declared.name.trim_start_matches("(module ").trim_end_matches(')').to_string())
            .collect();
        if signatures.is_empty() || self.choices.chance(1, 3) {
            return self.signature(guarded);
        }
        let result = self.choices.pick(&signatures).clone();
        let values = self.values_of(&result);
        if self.choices.chance(1, 3) {
            let (module, made) = self.plain_module(&result, &values, guarded);
            self.open_module(&module, &result);
            return made;
        }
        let (name, parameter) = (self.fresh("F"), self.choices.pick(&signatures).clone());
        let text = self.scoped(|generator| {
            let argument = generator.fresh("A");
            let modules = generator.modules.len();
            generator.open_module(&argument, &parameter);
            let body = generator.structure_of(&values, guarded);
            generator.modules.truncate(modules);
            format!("module {name} ({argument} : {parameter}) : {result} = struct\n{body}end\n")
        });
        self.functors.push(Functor { name, parameter, result: result.clone() });
        let applied = self.fresh("M");
        let module = self.module_of(&result, 2);
        self.open_module(&applied, &result);
        text + &format!("module {applied} = {module}\n")
    }

    fn signature(&mut self, guarded: bool) -> String {
        let name = self.fresh("S");
        let count = 1 + self.choices.below(3);
        let mut values = Vec::new();
        for _ in 0..count {
            let ty = if self.choices.chance(1, 2) { self.function_type(1) } else { self.ty(Kind::Data, 1) };
            values.push(Variable { name: self.fresh("v"), ty });
        }
        let listed: Vec<String> = values.iter().map(|value| format!("val {} : {}", value.name, value.ty)).collect();
        let text = format!("module type {name} = sig {} end\n", listed.join(" "));
        // Its type is known once there is a module to make a value from.
        let (module, made) = self.plain_module(&name, &values, guarded);
        self.declared.push(Declared { name: format!("(module {name})"), shape: Shape::Signature(values), kind: Kind::Any });
        self.open_module(&module, &name);
        text + &made
    }

    /// The name and the text of a module.
    fn plain_module(&mut self, signature: &str, values: &[Variable], guarded: bool) -> (String, String) {
        let name = self.fresh("M");
        let body = self.scoped(|generator| generator.structure_of(values, guarded));
        let text = format!("module {name} : {signature} = struct\n{body}end\n");
        (name, text)
    }

    fn values_of(&self, signature: &str) -> Vec<Variable> {
        match self.find(&format!("(module {signature})")).map(|declared| &declared.shape) {
            Some(Shape::Signature(values)) => values.clone(),
            _ => Vec::new(),
        }
    }

    /// The items that a signature asks for.
    fn structure_of(&mut self, values: &[Variable], guarded: bool) -> String {
        let mut text = String::new();
        for value in values {
            let made = match &value.ty {
                Ty::Fun(parameters, result) if self.choices.chance(3, 4) => self.lambda(parameters, result, 3),
                ty => self.value(ty, guarded),
            };
            text += &format!("let {} : {} = {made}\n", value.name, value.ty);
            self.scope.push(value.clone());
        }
        text
    }

    /// Brings a module and its values into scope.
    pub fn open_module(&mut self, name: &str, signature: &str) {
        self.modules.push((name.to_string(), signature.to_string()));
        let values = self.values_of(signature);
        self.scope.extend(values.into_iter().map(|value| Variable { name: format!("{name}.{}", value.name), ty: value.ty }));
    }

    /// A module expression of a signature: a module in scope or a functor applied.
    pub fn module_of(&mut self, signature: &str, depth: usize) -> String {
        let functors: Vec<Functor> = self.functors.iter().filter(|functor| functor.result == signature).cloned().collect();
        if depth > 0 && !functors.is_empty() && self.choices.chance(1, 2) {
            let functor = self.choices.pick(&functors).clone();
            self.calls += 1;
            return format!("{} ({})", functor.name, self.module_of(&functor.parameter, depth - 1));
        }
        let names: Vec<String> = self.modules.iter().filter(|(_, own)| own == signature).map(|(name, _)| name.clone()).collect();
        self.choices.pick(&names).clone()
    }
}

fn fields_text(fields: &[Field]) -> String {
    let field = |field: &Field| format!("{}{} : {}", if field.mutable { "mutable " } else { "" }, field.name, field.ty);
    format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join("; "))
}

fn constructors_text(constructors: &[Constructor]) -> String {
    let one = |constructor: &Constructor| {
        let name = &constructor.name;
        let types: Vec<String> = constructor.arguments.iter().map(Ty::to_string).collect();
        match (types.is_empty(), constructor.fields.is_empty()) {
            (true, true) => name.clone(),
            (true, false) => format!("{name} of {}", fields_text(&constructor.fields)),
            _ if name.starts_with('`') => format!("{name} of ({})", types.join(" * ")),
            _ => format!("{name} of {}", types.join(" * ")),
        }
    };
    constructors.iter().map(one).collect::<Vec<_>>().join(" | ")
}
