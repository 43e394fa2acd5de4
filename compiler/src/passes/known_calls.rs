//! Calls of functions that are known at compile time, and variables that always hold one constant, in the whole program.
//!
//! Each variable gets a fact: nothing arrives there, always this constant, closures of this one function, or of functions of this
//! one number of parameters, blocks made by this one instruction, or unknown. Facts flow from definitions to uses, into functions
//! with the arguments of their known calls and back with the results, through captured variables, through the fields of blocks, and
//! through the units' globals, which are set once to a block that never changes. What reaches a place that is not followed (a
//! primitive, an exception, a call of an unknown function) escapes: a function may then be called with anything, a block may be
//! changed. A fact changes at most three times, and then its uses alone are looked at again, so the cost is linear; the order does
//! not matter to the result. A use that the first look at its function has not come to is not looked at before.

use crate::ir::program::{Arg, Args, Callee, Func, FuncId, Hint, Instr, NO_HINT, Program, Target, Term, Var};
use crate::ir::visit::{each_arg, each_arg_mut, each_own_arg, each_term_arg, each_term_arg_mut, targets};
use crate::parallel;

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    /// No value has been seen.
    Nothing,
    Constant(Arg),
    /// A closure of this function.
    Function(FuncId),
    /// A closure of a function of so many parameters, its own closure among them.
    Arity(u32),
    /// A block made by the instruction of this site.
    Block(u32),
    Unknown,
}

/// An instruction: function, block, place in the block; the terminator stands after the last one.
type Place = (FuncId, u32, u32);

/// Where the variables of a function are used: block, place. Those of a variable stand together in the list, up to its end.
#[derive(Clone, Default)]
struct Users {
    ends: Vec<u32>,
    list: Vec<(u32, u32)>,
}

impl Users {
    fn of(f: &Func) -> Users {
        let mut uses: Vec<(Var, (u32, u32))> = Vec::new();
        let mut ends = vec![0; f.names.len()];
        for (b, block) in f.blocks.iter().enumerate() {
            let mut note = |arg: &Arg, at: usize| {
                if let Arg::Var(v) = arg {
                    ends[*v as usize] += 1;
                    uses.push((*v, (b as u32, at as u32)));
                }
            };
            for (at, instr) in block.body.iter().enumerate() {
                each_arg(instr, &mut |arg| note(arg, at));
            }
            each_term_arg(&block.term, &mut |arg| note(arg, block.body.len()));
        }
        // Until its uses stand in the list, the end of each is where the next one of them goes.
        let mut total = 0;
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        let mut list = vec![(0, 0); uses.len()];
        for (v, place) in uses {
            list[ends[v as usize] as usize] = place;
            ends[v as usize] += 1;
        }
        Users { ends, list }
    }

    fn get(&self, v: Var) -> &[(u32, u32)] {
        let v = v as usize;
        let start = if v == 0 { 0 } else { self.ends[v - 1] };
        &self.list[start as usize..self.ends[v] as usize]
    }
}

/// A global that is set: which one, to what.
type Set = (usize, Arg);

/// Where a function sets globals.
fn sets(f: &Func) -> Vec<Set> {
    let set = |instr: &Instr| match instr {
        Instr::Prim { name, args, .. } if name == "%set_global" => match args.as_slice() {
            [Arg::Int(slot), value] => Some((*slot as usize, *value)),
            _ => None,
        },
        _ => None,
    };
    f.blocks.iter().flat_map(|block| &block.body).filter_map(set).collect()
}

/// What is known of a function.
#[derive(Clone, Default)]
struct State {
    /// It may run.
    entered: bool,
    /// It may be called from anywhere.
    escaped: bool,
    /// Block and place that the first look at it comes to next.
    next: (u32, u32),
    facts: Vec<Fact>,
    result: Option<Fact>,
    captured: Vec<Fact>,
    /// Known calls, and reads of captured variables.
    callers: Vec<Place>,
    readers: Vec<Place>,
}

/// An instruction that makes blocks.
struct Site {
    fields: Vec<Fact>,
    /// It makes what a unit exports, which nobody changes.
    exported: bool,
    escaped: bool,
    readers: Vec<Place>,
}

/// A unit's global.
#[derive(Clone)]
struct Global {
    sets: u32,
    fact: Fact,
    readers: Vec<Place>,
}

struct Analysis<'a> {
    program: &'a Program,
    /// By function.
    users: &'a [Users],
    arity: &'a [u32],
    /// Calls of known functions with more or fewer arguments than they take are divided: there are no places.
    divides: bool,
    states: Vec<State>,
    sites: Vec<Site>,
    globals: Vec<Global>,
    /// Of each variable of main: is it a block that a global is set to?
    exports: Vec<bool>,
    /// Instructions to look at again, functions to look at for the first time, values that escape.
    work: Vec<Place>,
    fresh: Vec<FuncId>,
    escapes: Vec<Fact>,
}

fn fact_of(facts: &[Fact], arg: &Arg) -> Fact {
    match arg {
        Arg::Var(v) => facts[*v as usize],
        constant => Fact::Constant(*constant),
    }
}

impl<'a> Analysis<'a> {
    fn new(program: &'a Program, users: &'a [Users], sets: &[Vec<Set>], arity: &'a [u32]) -> Self {
        let main = program.functions[program.main as usize].as_ref();
        let mut exports = vec![false; main.map_or(0, |main| main.names.len())];
        let global = Global { sets: 0, fact: Fact::Nothing, readers: Vec::new() };
        let mut globals = vec![global; program.globals.len()];
        let mut set: Vec<(usize, Var)> = Vec::new();
        for (function, sets) in (0..).zip(sets) {
            for (slot, value) in sets {
                globals[*slot].sets += 1;
                if let Arg::Var(v) = value
                    && function == program.main
                {
                    set.push((*slot, *v));
                }
            }
        }
        for (slot, v) in set {
            exports[v as usize] = globals[slot].sets == 1;
        }
        for global in &mut globals {
            if global.sets != 1 {
                global.fact = Fact::Unknown;
            }
        }
        let states = vec![State::default(); program.functions.len()];
        let (work, fresh, escapes) = (Vec::new(), Vec::new(), Vec::new());
        let divides = program.places.is_empty();
        Analysis { program, users, arity, divides, states, sites: Vec::new(), globals, exports, work, fresh, escapes }
    }

    fn fact(&self, function: FuncId, arg: &Arg) -> Fact {
        fact_of(&self.states[function as usize].facts, arg)
    }

    /// The value may be anywhere.
    fn escape(&mut self, fact: Fact) {
        if matches!(fact, Fact::Function(_) | Fact::Block(_)) {
            self.escapes.push(fact);
        }
    }

    fn escape_all(&mut self, function: FuncId, args: &[Arg]) {
        for arg in args {
            let fact = self.fact(function, arg);
            self.escape(fact);
        }
    }

    fn arity(&self, fact: Fact) -> Option<u32> {
        match fact {
            Fact::Function(id) => Some(self.arity[id as usize]),
            Fact::Arity(n) => Some(n),
            _ => None,
        }
    }

    /// What two facts are together; a value that is not followed any further escapes.
    fn meet(&mut self, old: Fact, fact: Fact) -> Fact {
        match (old, fact) {
            (Fact::Nothing, fact) | (fact, Fact::Nothing) => return fact,
            (old, fact) if old == fact => return old,
            _ => {}
        }
        self.escape(old);
        self.escape(fact);
        match (self.arity(old), self.arity(fact)) {
            (Some(n), Some(m)) if n == m => Fact::Arity(n),
            _ => Fact::Unknown,
        }
    }

    /// A fact flows to a variable.
    fn flow(&mut self, function: FuncId, v: Var, fact: Fact) {
        let old = self.states[function as usize].facts[v as usize];
        let new = self.meet(old, fact);
        if new != old {
            let state = &mut self.states[function as usize];
            state.facts[v as usize] = new;
            let seen = self.users[function as usize].get(v).iter().filter(|place| **place < state.next);
            self.work.extend(seen.map(|(block, at)| (function, *block, *at)));
        }
    }

    fn flow_all(&mut self, from: FuncId, args: &[Arg], to: FuncId, params: &[Var]) {
        for (param, arg) in params.iter().zip(args) {
            let fact = self.fact(from, arg);
            self.flow(to, *param, fact);
        }
    }

    /// A function may run.
    fn enter(&mut self, id: FuncId) {
        let Some(function) = &self.program.functions[id as usize] else { return };
        let state = &mut self.states[id as usize];
        if state.entered {
            return;
        }
        state.entered = true;
        state.facts = vec![Fact::Nothing; function.names.len()];
        if let Some(own) = function.params.first() {
            state.facts[*own as usize] = Fact::Function(id);
        }
        self.fresh.push(id);
    }

    /// What a call gives. Of a function that takes fewer arguments, unless there are places, that is what is called with the others.
    fn call(&mut self, place: Place, called: Fact, args: &[Arg]) -> Fact {
        if let Fact::Function(id) = called
            && let Some(function) = &self.program.functions[id as usize]
            && (function.params.len() == args.len() + 1 || self.divides && function.params.len() <= args.len())
        {
            let (passed, others) = args.split_at(function.params.len() - 1);
            self.enter(id);
            self.flow_all(place.0, passed, id, &function.params[1..]);
            let state = &mut self.states[id as usize];
            state.callers.push(place);
            let result = state.result.unwrap_or(Fact::Nothing);
            return if others.is_empty() { result } else { self.call(place, result, others) };
        }
        if called == Fact::Nothing {
            return called;
        }
        self.escape(called);
        self.escape_all(place.0, args);
        let given = args.len() as u32;
        match self.arity(called) {
            // A partial application takes the other arguments.
            Some(arity) if arity > given + 1 => Fact::Arity(arity - given),
            _ => Fact::Unknown,
        }
    }

    fn give_result(&mut self, id: FuncId, fact: Fact) {
        if self.states[id as usize].escaped {
            self.escape(fact);
        }
        let old = self.states[id as usize].result.unwrap_or(Fact::Nothing);
        let new = self.meet(old, fact);
        if new != old {
            let state = &mut self.states[id as usize];
            state.result = Some(new);
            self.work.append(&mut state.callers);
        }
    }

    /// A fact flows to a field of a block.
    fn set_field(&mut self, site: u32, index: usize, fact: Fact) {
        let site = site as usize;
        let Some(old) = self.sites[site].fields.get(index).copied() else {
            self.escape(fact);
            return;
        };
        if self.sites[site].escaped {
            self.escape(fact);
        }
        let new = self.meet(old, fact);
        if new != old {
            let site = &mut self.sites[site];
            site.fields[index] = new;
            self.work.append(&mut site.readers);
        }
    }

    fn field(&mut self, place: Place, site: u32, index: i32) -> Fact {
        let site = &mut self.sites[site as usize];
        if site.escaped && !site.exported {
            return Fact::Unknown;
        }
        site.readers.push(place);
        site.fields.get(index as usize).copied().unwrap_or(Fact::Unknown)
    }

    /// What is known of a primitive's result.
    fn prim(&mut self, place: Place, dest: Var, name: &str, args: &[Arg]) -> Fact {
        let id = place.0;
        match (name, args) {
            ("%env", [base, Arg::Int(index)]) => match self.fact(id, base) {
                Fact::Function(created) => {
                    let state = &mut self.states[created as usize];
                    state.readers.push(place);
                    state.captured.get(*index as usize).copied().unwrap_or(Fact::Nothing)
                }
                Fact::Nothing => Fact::Nothing,
                _ => Fact::Unknown,
            },
            ("%global", [Arg::Int(slot)]) => {
                let global = &mut self.globals[*slot as usize];
                global.readers.push(place);
                global.fact
            }
            ("%field", [base, Arg::Int(index)]) => match self.fact(id, base) {
                Fact::Block(site) => self.field(place, site, *index),
                Fact::Nothing => Fact::Nothing,
                _ => Fact::Unknown,
            },
            ("%setfield", [base, Arg::Int(index), value]) => {
                let fact = self.fact(id, value);
                match self.fact(id, base) {
                    Fact::Block(site) => self.set_field(site, *index as usize, fact),
                    _ => self.escape(fact),
                }
                Fact::Unknown
            }
            ("%set_global", [Arg::Int(slot), value]) => {
                let fact = self.fact(id, value);
                let old = self.globals[*slot as usize].fact;
                let new = self.meet(old, fact);
                if new != old {
                    let global = &mut self.globals[*slot as usize];
                    global.fact = new;
                    self.work.append(&mut global.readers);
                }
                Fact::Unknown
            }
            // They look at the value's size and lifetime.
            ("%sampled" | "%allocated_value", _) => Fact::Unknown,
            ("%block", [_, fields @ ..]) => {
                let site = match self.states[id as usize].facts[dest as usize] {
                    Fact::Block(site) => site,
                    _ => {
                        let exported = id == self.program.main && self.exports[dest as usize];
                        let fields = vec![Fact::Nothing; fields.len()];
                        self.sites.push(Site { fields, exported, escaped: false, readers: Vec::new() });
                        self.sites.len() as u32 - 1
                    }
                };
                for (index, field) in fields.iter().enumerate() {
                    let fact = self.fact(id, field);
                    self.set_field(site, index, fact);
                }
                Fact::Block(site)
            }
            _ => {
                self.escape_all(id, args);
                Fact::Unknown
            }
        }
    }

    fn instr(&mut self, place: Place, instr: &Instr) {
        let id = place.0;
        match instr {
            Instr::Prim { dest, name, args } => {
                let fact = self.prim(place, *dest, name, args);
                self.flow(id, *dest, fact);
            }
            Instr::Apply { dest, closure, args, .. } => {
                let called = self.fact(id, closure);
                let fact = self.call(place, called, args);
                self.flow(id, *dest, fact);
            }
            Instr::Closures { dests, functions } => {
                for (dest, (created, _)) in dests.iter().zip(functions) {
                    self.flow(id, *dest, Fact::Function(*created));
                }
                for (created, captured) in functions {
                    self.states[*created as usize].captured.resize(captured.len(), Fact::Nothing);
                    for (index, arg) in captured.iter().enumerate() {
                        let fact = self.fact(id, arg);
                        let old = self.states[*created as usize].captured[index];
                        let new = self.meet(old, fact);
                        if new != old {
                            let state = &mut self.states[*created as usize];
                            state.captured[index] = new;
                            self.work.append(&mut state.readers);
                        }
                    }
                }
            }
            Instr::Try { .. } => {}
        }
    }

    fn jump(&mut self, id: FuncId, target: &Target) {
        if let Some(function) = &self.program.functions[id as usize] {
            self.flow_all(id, &target.args, id, &function.blocks[target.block as usize].params);
        }
    }

    fn term(&mut self, place: Place, term: &Term) {
        let id = place.0;
        match term {
            Term::Return(arg) => {
                let fact = self.fact(id, arg);
                self.give_result(id, fact);
            }
            Term::Tail { closure, args, .. } => {
                let called = self.fact(id, closure);
                let fact = self.call(place, called, args);
                self.give_result(id, fact);
            }
            Term::If(..) | Term::Switch(..) => {}
            Term::Pushtrap { exn, .. } => self.flow(id, *exn, Fact::Unknown),
            _ => each_own_arg(term, &mut |arg| {
                let fact = self.fact(id, arg);
                self.escape(fact);
            }),
        }
        for target in targets(term) {
            self.jump(id, target);
        }
    }

    fn look(&mut self, place: Place) {
        let (id, block, at) = place;
        let program = self.program;
        let Some(function) = &program.functions[id as usize] else { return };
        let block = &function.blocks[block as usize];
        match block.body.get(at as usize) {
            Some(instr) => self.instr(place, instr),
            None => self.term(place, &block.term),
        }
    }

    /// The value is known to code that is not followed.
    fn let_go(&mut self, fact: Fact) {
        match fact {
            Fact::Function(id) if !self.states[id as usize].escaped => {
                self.enter(id);
                self.states[id as usize].escaped = true;
                if let Some(function) = &self.program.functions[id as usize] {
                    for param in function.params.iter().skip(1) {
                        self.flow(id, *param, Fact::Unknown);
                    }
                }
                if let Some(result) = self.states[id as usize].result {
                    self.escape(result);
                }
            }
            Fact::Block(site) if !self.sites[site as usize].escaped => {
                let site = &mut self.sites[site as usize];
                site.escaped = true;
                self.work.append(&mut site.readers);
                for field in site.fields.clone() {
                    self.escape(field);
                }
            }
            _ => {}
        }
    }

    fn run(&mut self) {
        self.enter(self.program.main);
        loop {
            if let Some(fact) = self.escapes.pop() {
                self.let_go(fact);
            } else if let Some(place) = self.work.pop() {
                self.look(place);
            } else if let Some(id) = self.fresh.pop() {
                let Some(function) = &self.program.functions[id as usize] else { continue };
                for (block, body) in (0..).zip(&function.blocks) {
                    for at in 0..=body.body.len() as u32 {
                        self.states[id as usize].next = (block, at + 1);
                        self.look((id, block, at));
                    }
                }
                self.states[id as usize].next = (function.blocks.len() as u32, 0);
            } else {
                break;
            }
        }
    }
}

/// What the rewriting of the functions asks for: by function, and whether calls are divided.
struct Found<'a> {
    arity: &'a [u32],
    entered: Vec<bool>,
    results: Vec<Fact>,
    divides: bool,
}

impl Found<'_> {
    /// What is known of the function that is called.
    fn callee(&self, called: Fact, args: usize) -> Callee {
        match called {
            Fact::Function(id) if self.divides || self.arity[id as usize] as usize == args + 1 => Callee::Known(id),
            Fact::Arity(n) if n as usize == args + 1 => Callee::Exact,
            _ => Callee::Any,
        }
    }

    /// Divides a call with more arguments than the known function takes: the calls that come before it go to `body`, and their results
    /// to new variables.
    fn divide(&self, names: &mut Vec<Hint>, body: &mut Vec<Instr>, closure: &mut Arg, args: &mut Args, callee: &mut Callee) {
        while let Callee::Known(id) = *callee
            && self.arity[id as usize] as usize <= args.len()
        {
            let others = args.drain(self.arity[id as usize] as usize - 1..).collect();
            let dest = names.len() as Var;
            names.push(NO_HINT);
            body.push(Instr::Apply { dest, closure: *closure, args: std::mem::replace(args, others), callee: *callee });
            *closure = Arg::Var(dest);
            *callee = self.callee(self.results[id as usize], args.len());
        }
    }
}

/// Puts a constant in the place of a variable that always holds it. A closure that nobody calls may be any value.
fn replace(facts: &[Fact], entered: &[bool], arg: &mut Arg) {
    if let Arg::Var(v) = arg {
        match &facts[*v as usize] {
            Fact::Constant(constant) => *arg = *constant,
            Fact::Function(id) if !entered[*id as usize] => *arg = Arg::Int(0),
            _ => {}
        }
    }
}

/// Takes away the functions that never run. Gives whether the instruction still creates any.
fn creates(instr: &mut Instr, entered: &[bool]) -> bool {
    let Instr::Closures { dests, functions } = instr else { return true };
    let kept: Vec<bool> = functions.iter().map(|(id, _)| entered[*id as usize]).collect();
    let mut kept_dests = kept.iter();
    dests.retain(|_| kept_dests.next() == Some(&true));
    functions.retain(|(id, _)| entered[*id as usize]);
    !functions.is_empty()
}

/// Marks calls of known functions, with fewer arguments than they take too, and calls of functions that take as many arguments as there
/// are; divides calls with more arguments than the known function takes; puts constants in the place of variables that always hold
/// them, and removes functions that never run.
pub fn run(program: &mut Program) {
    let look = |f: &Option<Func>| f.as_ref().map(|f| (Users::of(f), sets(f))).unwrap_or_default();
    let (users, sets): (Vec<Users>, Vec<Vec<Set>>) = parallel::map(program.functions.iter(), look).into_iter().unzip();
    let arity: Vec<u32> = program.functions.iter().map(|f| f.as_ref().map_or(0, |f| f.params.len() as u32)).collect();
    let mut analysis = Analysis::new(program, &users, &sets, &arity);
    analysis.run();
    let (states, divides) = (analysis.states, analysis.divides);
    let entered: Vec<bool> = states.iter().map(|state| state.entered).collect();
    let results = states.iter().map(|state| state.result.unwrap_or(Fact::Nothing)).collect();
    let found = Found { arity: &arity, entered, results, divides };
    parallel::each(program.functions.iter_mut().zip(&states), |(place, state)| {
        let Some(function) = place else { return };
        if !state.entered {
            *place = None;
            return;
        }
        let facts = &state.facts;
        for block in &mut function.blocks {
            let mut body = Vec::with_capacity(block.body.len());
            for mut instr in std::mem::take(&mut block.body) {
                if creates(&mut instr, &found.entered) {
                    each_arg_mut(&mut instr, &mut |arg| replace(facts, &found.entered, arg));
                    if let Instr::Apply { closure, args, callee, .. } = &mut instr {
                        *callee = found.callee(fact_of(facts, closure), args.len());
                        found.divide(&mut function.names, &mut body, closure, args, callee);
                    }
                    body.push(instr);
                }
            }
            each_term_arg_mut(&mut block.term, &mut |arg| replace(facts, &found.entered, arg));
            if let Term::Tail { closure, args, callee } = &mut block.term {
                *callee = found.callee(fact_of(facts, closure), args.len());
                found.divide(&mut function.names, &mut body, closure, args, callee);
            }
            block.body = body;
        }
    });
    parallel::each(users.into_iter().zip(states), drop);
}
