//! Whole-program removal of what nothing needs: functions, results, parameters of blocks, captured variables,
//! and what units export and no other unit reads.
//!
//! Liveness is marked from the effects of main: a variable's need makes its definition's needs live, across functions
//! too (a captured variable at the place that captures it, a field of a unit's global at the place that makes the block).
//! Every variable is marked once, so the cost is linear. Then everything unmarked is dropped.

use smallvec::smallvec;

use crate::ir::program::{Arg, Args, Block, Callee, Func, FuncId, Instr, Name, Program, Term, Var};
use crate::ir::visit::{dests, each_arg, each_term_arg, targets, targets_mut, uses};
use crate::link::fragment::Effect;
use crate::parallel;
use crate::passes::Effects;

/// Where a variable comes from.
#[derive(Clone, Copy)]
enum Def<'a> {
    None,
    /// Parameter of the function.
    Input(u32),
    /// Parameter of a block.
    Param {
        block: u32,
        index: u32,
    },
    Instr(&'a Instr),
}

/// What is known of a function.
struct Facts<'a> {
    reached: bool,
    defs: Vec<Def<'a>>,
    live: Vec<bool>,
    /// Of each block: what the jumps to it pass.
    jumps: Vec<Vec<&'a [Arg]>>,
    /// Of each captured variable: is it used?
    captured: Vec<bool>,
    /// The closures that known calls pass to it: the calling function, the closure.
    closures: Vec<(FuncId, &'a Arg)>,
    /// Where the function is created: in which function, and what it captures.
    sites: Vec<(FuncId, &'a [Arg])>,
}

/// What a function does with other functions, globals and slots.
#[derive(Default)]
struct Mentions<'a> {
    /// The functions that it creates, and what they capture.
    created: Vec<(FuncId, &'a [Arg])>,
    /// The globals of which more than single fields is read, or that are set to a constant.
    left: Vec<usize>,
    /// The globals that it sets to a variable, and whether it uses that for nothing else.
    sets: Vec<(usize, Var, bool)>,
    /// The slots that it sets.
    tops: Vec<(i32, Var)>,
}

/// What is known of a global.
#[derive(Clone)]
struct Global {
    /// It is set once to a block that only this does, and only its fields are read.
    tracked: bool,
    sets: u32,
    /// Variable of the block, in main.
    block: Var,
    /// Of each field: is it read?
    fields: Vec<bool>,
}

/// A value that `lift` has put in a slot.
#[derive(Clone)]
struct Top {
    /// Variable in main.
    value: Option<Var>,
    read: bool,
}

struct Marking<'a> {
    program: &'a Program,
    effect_of: Effects<'a>,
    facts: Vec<Facts<'a>>,
    globals: Vec<Global>,
    tops: Vec<Top>,
    /// Of each variable of main: the tracked global whose block it is.
    exports: Vec<Option<usize>>,
    work: Vec<(FuncId, Var)>,
    /// Functions whose effects are still to be marked.
    reached: Vec<FuncId>,
}

fn set_def<'a>(defs: &mut [Def<'a>], v: Var, def: Def<'a>) {
    if let Some(place) = defs.get_mut(v as usize) {
        *place = def;
    }
}

fn facts_of(function: Option<&Func>) -> Facts<'_> {
    let mut facts = Facts {
        reached: false,
        defs: Vec::new(),
        live: Vec::new(),
        jumps: Vec::new(),
        captured: Vec::new(),
        closures: Vec::new(),
        sites: Vec::new(),
    };
    let Some(function) = function else {
        return facts;
    };
    facts.defs = vec![Def::None; function.names.len()];
    facts.live = vec![false; function.names.len()];
    facts.jumps = vec![Vec::new(); function.blocks.len()];
    for (index, &param) in (0..).zip(&function.params) {
        set_def(&mut facts.defs, param, Def::Input(index));
    }
    for (b, block) in (0..).zip(&function.blocks) {
        for (index, &param) in (0..).zip(&block.params) {
            set_def(&mut facts.defs, param, Def::Param { block: b, index });
        }
        for instr in &block.body {
            for &dest in dests(instr) {
                set_def(&mut facts.defs, dest, Def::Instr(instr));
            }
        }
        for target in targets(&block.term).filter(|target| !target.args.is_empty()) {
            if let Some(jumps) = facts.jumps.get_mut(target.block as usize) {
                jumps.push(&target.args);
            }
        }
    }
    facts
}

impl<'a> Marking<'a> {
    fn function(&self, id: FuncId) -> Option<&'a Func> {
        self.program.functions.get(id as usize).and_then(|function| function.as_ref())
    }

    /// The instruction that defines a variable.
    fn definition(&self, function: FuncId, v: Var) -> Option<&'a Instr> {
        match self.facts.get(function as usize)?.defs.get(v as usize)? {
            Def::Instr(instr) => Some(instr),
            _ => None,
        }
    }

    /// The global that a variable holds.
    fn global_of(&self, function: FuncId, arg: &Arg) -> Option<usize> {
        let Arg::Var(v) = arg else { return None };
        match self.definition(function, *v) {
            Some(Instr::Prim { name, args, .. }) if name == "%global" => match args.first() {
                Some(Arg::Int(slot)) => Some(*slot as usize),
                _ => None,
            },
            _ => None,
        }
    }

    /// Fields of the block that a tracked global is set to.
    fn block_fields(&self, slot: usize) -> &'a [Arg] {
        let Some(global) = self.globals.get(slot) else {
            return &[];
        };
        match self.definition(self.program.main, global.block) {
            Some(Instr::Prim { name, args, .. }) if name == "%block" => args.get(1..).unwrap_or(&[]),
            _ => &[],
        }
    }

    fn mentions(&self, function: Option<&'a Func>) -> Mentions<'a> {
        let mut found = Mentions::default();
        let Some(function) = function else {
            return found;
        };
        let id = function.id;
        for block in &function.blocks {
            for instr in &block.body {
                match instr {
                    Instr::Prim { name, args, .. } => match (&**name, args.as_slice()) {
                        ("%set_top", [Arg::Int(slot), Arg::Var(v)]) => {
                            found.tops.push((*slot, *v));
                            found.left.extend(self.global_of(id, &args[1]));
                        }
                        ("%set_global", [Arg::Int(slot), Arg::Var(v)]) => found.sets.push((*slot as usize, *v, true)),
                        ("%set_global", [Arg::Int(slot), _]) => found.left.push(*slot as usize),
                        ("%field", [_, Arg::Int(_)]) => {}
                        _ => found.left.extend(args.iter().filter_map(|arg| self.global_of(id, arg))),
                    },
                    _ => each_arg(instr, &mut |arg| found.left.extend(self.global_of(id, arg))),
                }
                if let Instr::Closures { functions, .. } = instr {
                    found.created.extend(functions.iter().map(|(created, captured)| (*created, captured.as_slice())));
                }
            }
            each_term_arg(&block.term, &mut |arg| found.left.extend(self.global_of(id, arg)));
        }
        if !found.sets.is_empty() {
            let uses = uses(function);
            found.sets.iter_mut().for_each(|(_, v, only)| *only = uses.get(*v as usize) == Some(&1));
        }
        found
    }

    /// Finds the sites of functions.
    fn find_sites(&mut self, mentions: &[Mentions<'a>]) {
        for (parent, mentions) in (0..).zip(mentions) {
            for &(created, captured) in &mentions.created {
                if let Some(facts) = self.facts.get_mut(created as usize) {
                    facts.sites.push((parent, captured));
                    facts.captured.resize(captured.len().max(facts.captured.len()), false);
                }
            }
        }
    }

    /// The function whose closure an argument is, as that function itself sees it.
    fn own(&self, function: FuncId, arg: &Arg) -> Option<FuncId> {
        let Arg::Var(v) = arg else { return None };
        let facts = self.facts.get(function as usize)?;
        match facts.defs.get(*v as usize)? {
            Def::Input(0) => Some(function),
            _ => None,
        }
    }

    /// Finds the globals of which single fields can be dropped.
    fn find_globals(&mut self, mentions: &[Mentions]) {
        for (id, mentions) in (0..).zip(mentions) {
            mentions.left.iter().for_each(|slot| self.untrack(*slot));
            for &(slot, v) in &mentions.tops {
                if let Some(top) = self.top(slot) {
                    top.value = Some(v);
                }
            }
            for &(slot, v, only) in &mentions.sets {
                let is_block = matches!(self.definition(id, v), Some(Instr::Prim { name, .. }) if name == "%block");
                let in_main = id == self.program.main;
                if let Some(global) = self.globals.get_mut(slot) {
                    global.sets += 1;
                    global.block = v;
                    global.tracked = global.tracked && is_block && only && in_main;
                }
            }
        }
        for slot in 0..self.globals.len() {
            let count = self.block_fields(slot).len();
            if let Some(global) = self.globals.get_mut(slot) {
                global.tracked = global.tracked && global.sets == 1;
                global.fields = vec![false; if global.tracked { count } else { 0 }];
                if global.tracked
                    && let Some(place) = self.exports.get_mut(global.block as usize)
                {
                    *place = Some(slot);
                }
            }
        }
    }

    fn untrack(&mut self, slot: usize) {
        if let Some(global) = self.globals.get_mut(slot) {
            global.tracked = false;
        }
    }

    /// What is known of a slot.
    fn top(&mut self, slot: i32) -> Option<&mut Top> {
        self.tops.get_mut((slot as usize).wrapping_sub(self.program.globals.len()))
    }

    /// The tracked global that `%set_global` sets.
    fn tracked_set(&self, name: &str, args: &[Arg]) -> Option<&Global> {
        match args.first() {
            Some(Arg::Int(slot)) if name == "%set_global" => self.globals.get(*slot as usize).filter(|global| global.tracked),
            _ => None,
        }
    }

    /// The tracked global whose block this variable is.
    fn tracked_block(&self, function: FuncId, v: Var) -> Option<&Global> {
        if function != self.program.main {
            return None;
        }
        self.exports.get(v as usize).copied().flatten().and_then(|slot| self.globals.get(slot))
    }

    fn mark(&mut self, function: FuncId, arg: &Arg) {
        if let Arg::Var(v) = arg
            && let Some(facts) = self.facts.get_mut(function as usize)
            && let Some(live) = facts.live.get_mut(*v as usize)
            && !*live
        {
            *live = true;
            self.work.push((function, *v));
        }
    }

    fn mark_all(&mut self, function: FuncId, args: &[Arg]) {
        for arg in args {
            self.mark(function, arg);
        }
    }

    fn reach(&mut self, function: FuncId) {
        if let Some(facts) = self.facts.get_mut(function as usize)
            && !facts.reached
        {
            facts.reached = true;
            self.reached.push(function);
        }
    }

    /// Marks what a call needs: the closure only if the called function uses its own.
    fn call(&mut self, id: FuncId, closure: &'a Arg, args: &[Arg], callee: Callee) {
        self.mark_all(id, args);
        let Some(known) = callee.known() else {
            self.mark(id, closure);
            return;
        };
        self.reach(known);
        if self.needs_closure(known) {
            self.mark(id, closure);
        } else if let Some(facts) = self.facts.get_mut(known as usize) {
            facts.closures.push((id, closure));
        }
    }

    /// Does a function use its own closure?
    fn needs_closure(&self, id: FuncId) -> bool {
        let own = self.function(id).and_then(|function| function.params.first());
        own.is_some_and(|own| is_live(self, id, *own))
    }

    /// Marks what a function does whether or not its results are used.
    fn effects(&mut self, id: FuncId) {
        let Some(function) = self.function(id) else {
            return;
        };
        for block in &function.blocks {
            for instr in &block.body {
                match instr {
                    Instr::Prim { name, args, .. } => {
                        if (self.effect_of)(name) == Effect::Mutator
                            && name != "%set_top"
                            && self.tracked_set(name, args).is_none()
                        {
                            self.mark_all(id, args);
                        }
                    }
                    Instr::Apply { closure, args, callee, .. } => self.call(id, closure, args, *callee),
                    Instr::Try { .. } | Instr::Closures { .. } => {}
                }
            }
            match &block.term {
                Term::Return(arg) | Term::Raise(arg) | Term::If(arg, ..) | Term::Switch(arg, ..) => self.mark(id, arg),
                Term::Tail { closure, args, callee } => self.call(id, closure, args, *callee),
                Term::Part(part, args) => {
                    self.mark_all(id, args);
                    self.reach(*part);
                }
                Term::Leave(_, args) => self.mark_all(id, args),
                Term::Jump(_) | Term::Poptrap(_) | Term::Pushtrap { .. } | Term::Unreachable => {}
            }
        }
    }

    /// Marks what the definition of a live variable needs.
    fn needs(&mut self, id: FuncId, v: Var) {
        let Some(def) = self.facts.get(id as usize).and_then(|facts| facts.defs.get(v as usize)).copied() else {
            return;
        };
        match def {
            Def::None => {}
            Def::Input(index) => {
                if index == 0
                    && let Some(facts) = self.facts.get_mut(id as usize)
                {
                    for (caller, closure) in std::mem::take(&mut facts.closures) {
                        self.mark(caller, closure);
                    }
                }
            }
            Def::Param { block, index } => {
                let mut at = 0;
                while let Some(passed) = self.facts[id as usize].jumps[block as usize].get(at) {
                    if let Some(arg) = passed.get(index as usize) {
                        self.mark(id, arg);
                    }
                    at += 1;
                }
            }
            Def::Instr(instr) => self.instr_needs(id, v, instr),
        }
    }

    fn instr_needs(&mut self, id: FuncId, v: Var, instr: &'a Instr) {
        match instr {
            Instr::Prim { name, args, .. } => {
                if name == "%block" && self.tracked_block(id, v).is_some() {
                    return;
                }
                self.mark_all(id, args);
                if let ("%top", Some(Arg::Int(slot))) = (&**name, args.first()) {
                    self.mark_top(*slot);
                }
                if let (Some(base), Some(Arg::Int(index))) = (args.first(), args.get(1)) {
                    let index = *index as usize;
                    if name == "%env" {
                        self.mark_captured(id, base, index);
                    } else if name == "%field"
                        && let Some(slot) = self.global_of(id, base)
                    {
                        self.mark_field(slot, index);
                    }
                }
            }
            Instr::Closures { dests, functions } => {
                for (dest, (created, _)) in dests.iter().zip(functions) {
                    if *dest == v {
                        self.reach(*created);
                    }
                }
            }
            Instr::Apply { .. } | Instr::Try { .. } => {}
        }
    }

    fn mark_captured(&mut self, id: FuncId, base: &Arg, index: usize) {
        let Some(created) = self.own(id, base) else {
            return;
        };
        let Some(facts) = self.facts.get_mut(created as usize) else {
            return;
        };
        if let Some(used) = facts.captured.get_mut(index)
            && !*used
        {
            *used = true;
            self.mark_at_sites(created, index);
        }
    }

    fn mark_top(&mut self, slot: i32) {
        if let Some(top) = self.top(slot)
            && !std::mem::replace(&mut top.read, true)
            && let Some(v) = top.value
        {
            self.mark(self.program.main, &Arg::Var(v));
        }
    }

    fn mark_field(&mut self, slot: usize, index: usize) {
        let Some(global) = self.globals.get_mut(slot) else {
            return;
        };
        if let Some(read) = global.fields.get_mut(index)
            && !*read
        {
            *read = true;
            if let Some(arg) = self.block_fields(slot).get(index) {
                self.mark(self.program.main, arg);
            }
        }
    }

    /// Marks the value that a function captures, wherever that happens.
    fn mark_at_sites(&mut self, id: FuncId, index: usize) {
        let mut at = 0;
        while let Some(&(parent, captured)) = self.facts[id as usize].sites.get(at) {
            if let Some(arg) = captured.get(index) {
                self.mark(parent, arg);
            }
            at += 1;
        }
    }
}

/// What stays of a list.
fn keep<T: Clone, L: FromIterator<T>>(list: &[T], kept: &[bool]) -> L {
    list.iter().enumerate().filter(|(i, _)| kept.get(*i) == Some(&true)).map(|(_, item)| item.clone()).collect()
}

fn is_live(marking: &Marking, id: FuncId, v: Var) -> bool {
    marking.facts.get(id as usize).and_then(|facts| facts.live.get(v as usize)) == Some(&true)
}

/// Which of these variables are live.
fn live_ones(marking: &Marking, id: FuncId, vars: &[Var]) -> Vec<bool> {
    vars.iter().map(|v| is_live(marking, id, *v)).collect()
}

/// What reads the item of number `index`, where only the ones that are used stay.
fn moved(dest: Var, name: &Name, base: &Arg, used: &[bool], index: i32) -> Instr {
    let before = used.iter().take(index as usize).filter(|used| **used).count();
    Instr::Prim { dest, name: name.clone(), args: smallvec![*base, Arg::Int(before as i32)] }
}

/// The instruction without what is dead in it; None: nothing is left.
fn sweep_instr(marking: &Marking, id: FuncId, instr: &Instr) -> Option<Instr> {
    match instr {
        Instr::Prim { dest, name, args } => {
            if let ("%set_top", Some(Arg::Int(slot))) = (&**name, args.first()) {
                let top = marking.tops.get((*slot as usize).wrapping_sub(marking.program.globals.len()));
                return top.is_some_and(|top| top.read).then(|| instr.clone());
            }
            if let Some(global) = marking.tracked_set(name, args) {
                return global.fields.contains(&true).then(|| instr.clone());
            }
            if name == "%block"
                && let Some(global) = marking.tracked_block(id, *dest)
            {
                if !global.fields.contains(&true) {
                    return None;
                }
                let (tag, fields) = args.split_at(1);
                let mut args = Args::from(tag);
                args.extend(keep::<_, Args>(fields, &global.fields));
                return Some(Instr::Prim { dest: *dest, name: name.clone(), args });
            }
            if !is_live(marking, id, *dest) && (marking.effect_of)(name) != Effect::Mutator {
                return None;
            }
            if name == "%env"
                && let (Some(base), Some(Arg::Int(index))) = (args.first(), args.get(1))
                && let Some(created) = marking.own(id, base)
                && let Some(facts) = marking.facts.get(created as usize)
            {
                return Some(moved(*dest, name, base, &facts.captured, *index));
            }
            if name == "%field"
                && let (Some(base), Some(Arg::Int(index))) = (args.first(), args.get(1))
                && let Some(slot) = marking.global_of(id, base)
                && let Some(global) = marking.globals.get(slot).filter(|global| global.tracked)
            {
                return Some(moved(*dest, name, base, &global.fields, *index));
            }
            Some(instr.clone())
        }
        Instr::Apply { dest, closure, args, callee } => {
            let closure = sweep_closure(marking, closure, *callee);
            Some(Instr::Apply { dest: *dest, closure, args: args.clone(), callee: *callee })
        }
        Instr::Closures { dests, functions } => {
            let kept = live_ones(marking, id, dests);
            let mut functions: Vec<(FuncId, Args)> = keep(functions, &kept);
            for (created, captured) in &mut functions {
                if let Some(facts) = marking.facts.get(*created as usize) {
                    *captured = keep(captured, &facts.captured);
                }
            }
            let dests: Vec<Var> = keep(dests, &kept);
            (!dests.is_empty()).then_some(Instr::Closures { dests, functions })
        }
        Instr::Try { .. } => Some(instr.clone()),
    }
}

/// The closure of a call: 0 where the called function does not use it.
fn sweep_closure(marking: &Marking, closure: &Arg, callee: Callee) -> Arg {
    match callee.known() {
        Some(known) if !marking.needs_closure(known) => Arg::Int(0),
        _ => *closure,
    }
}

/// The function without what is dead in it.
fn sweep(marking: &Marking, function: &Func) -> Func {
    let id = function.id;
    let blocks = function.blocks.iter().map(|block| {
        let params = keep(&block.params, &live_ones(marking, id, &block.params));
        let body = block.body.iter().filter_map(|instr| sweep_instr(marking, id, instr)).collect();
        let mut term = block.term.clone();
        if let Term::Tail { closure, callee, .. } = &mut term {
            *closure = sweep_closure(marking, closure, *callee);
        }
        for target in targets_mut(&mut term) {
            if let Some(to) = function.blocks.get(target.block as usize) {
                target.args = keep(&target.args, &live_ones(marking, id, &to.params));
            }
        }
        Block { params, body, term }
    });
    let (name, place) = (function.name.clone(), function.place.clone());
    let (params, names, blocks) = (function.params.clone(), function.names.clone(), blocks.collect());
    Func { id, name, place, kind: function.kind, params, exits: function.exits, blocks, names }
}

/// Removes what main does not need, through all functions.
pub fn run(effect_of: Effects, program: &mut Program) {
    let global = Global { tracked: true, sets: 0, block: 0, fields: Vec::new() };
    let main = program.functions.get(program.main as usize).and_then(|main| main.as_ref());
    let mut marking = Marking {
        program,
        effect_of,
        facts: parallel::map(program.functions.iter(), |function| facts_of(function.as_ref())),
        globals: vec![global; program.globals.len()],
        tops: vec![Top { value: None, read: false }; program.lifted],
        exports: vec![None; main.map_or(0, |main| main.names.len())],
        work: Vec::new(),
        reached: Vec::new(),
    };
    let functions = program.functions.iter();
    let mentions = parallel::map(functions, |function| marking.mentions(function.as_ref()));
    marking.find_sites(&mentions);
    marking.find_globals(&mentions);
    marking.reach(program.main);
    loop {
        if let Some((function, v)) = marking.work.pop() {
            marking.needs(function, v);
        } else if let Some(function) = marking.reached.pop() {
            marking.effects(function);
        } else {
            break;
        }
    }
    let swept = parallel::map(program.functions.iter(), |function| {
        let function = function.as_ref()?;
        let reached = marking.facts.get(function.id as usize).is_some_and(|facts| facts.reached);
        reached.then(|| sweep(&marking, function))
    });
    parallel::each(marking.facts.into_iter(), drop);
    parallel::each(std::mem::replace(&mut program.functions, swept).into_iter(), drop);
}
