//! Copies of known functions for constants of the program's data, as formats are: `Printf.sprintf "%d %s"` becomes what it does for this
//! format, and the functions that would look into any are not needed.
//!
//! A known call with a block of the data, or with a constant constructor, where the function, or what it passes it on to, looks into
//! that, gets a copy in which the parameter is what it is known to be. What is tested of a constant is decided then, the copy's calls
//! get copies again, and so do the closures that it creates: these know all the constants that they capture. (Polyvariant
//! specialisation of partial evaluation: Jones, Gomard, Sestoft 1993, chapter 4.) Data end, and recursion over them does; other
//! recursion by the depth of copies made for copies. A function that reads what it has captured is copied only where it is created, and
//! only if no call knows it, since the copy's closure is not its own. Not with locations, where a name is a frame's.

use std::collections::{BTreeMap, BTreeSet};

use crate::bytecode::unmarshal::{Node, Value};
use crate::ir::program::{Arg, Block, Callee, Func, FuncId, Instr, Program, Target, Term, Var};
use crate::ir::visit::{each_arg_mut, each_term_arg_mut, targets};
use crate::parallel;
use crate::passes::call_graph::references;
use crate::passes::{Simplify, inline, names, ssa};

/// How deep copies are made for copies.
const DEPTH: u32 = 100;
/// The size of all copies together, in instructions and tests: this much, or as much as the program has.
const GROWTH: usize = 2000;
/// Copies up to this size are welcome, larger ones if they are smaller than what they are of.
const SMALL: usize = 6;
/// The tags from this one on are not those of constructors.
const NO_CONSTRUCTOR: u8 = 246;

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    Int(i32),
    /// A block of the data.
    Data(Node),
    /// A string or float of the data, short enough to stand where it is used.
    Literal(Node),
    /// A closure of this function.
    Function(FuncId),
}

/// What is done with a parameter or a captured variable, or with a field of it, here or where it is passed on to: bits.
type Uses = u8;

/// It is looked at which constructor it is.
const TESTED: Uses = 1;
const CAPTURED: Uses = 2;

/// Is it worth a copy to know this?
fn is_worth(uses: Uses, fact: Fact) -> bool {
    matches!(fact, Fact::Int(_) | Fact::Data(_)) && uses & TESTED != 0
}

/// Does it help a copy to know this?
fn helps(uses: Uses, fact: Fact) -> bool {
    match fact {
        Fact::Int(_) => uses & (TESTED | CAPTURED) != 0,
        Fact::Literal(_) => uses & CAPTURED != 0,
        Fact::Data(_) | Fact::Function(_) => true,
    }
}

/// What is asked of a function of the program as it comes. Its slots are its parameters, its closure first, and what it has captured.
struct Shape {
    params: usize,
    size: usize,
    uses: Vec<Uses>,
    /// A call knows it.
    is_known: bool,
}

impl Shape {
    /// Does it read what it has captured?
    fn reads_own(&self) -> bool {
        self.uses.len() > self.params
    }
}

/// What is known of the slots of a function.
type Known = Vec<(usize, Fact)>;

/// What a function is a copy of, and for what.
#[derive(Clone)]
struct Copy {
    of: FuncId,
    known: Known,
    depth: u32,
}

/// A value that is passed on: the slot of a function that it is, the function and the slot that it becomes.
struct Pass {
    from: FuncId,
    slot: usize,
    to: FuncId,
    becomes: usize,
}

/// The variable to which an instruction reads what the function has captured, and its slot.
fn captured(f: &Func, instr: &Instr) -> Option<(Var, usize)> {
    match instr {
        Instr::Prim { dest, name, args } if name == "%env" => match args.as_slice() {
            [Arg::Var(base), Arg::Int(k)] if f.params.first() == Some(base) => Some((*dest, f.params.len() + *k as usize)),
            _ => None,
        },
        _ => None,
    }
}

/// What a function does with its slots itself. What it passes on goes to `passes`.
fn own_uses(program: &Program, f: &Func, passes: &mut Vec<Pass>) -> Vec<Uses> {
    let mut slots = vec![None; f.names.len()];
    f.params.iter().zip(0..).for_each(|(param, slot)| slots[*param as usize] = Some(slot));
    for instr in f.blocks.iter().flat_map(|block| &block.body) {
        if let Some((v, slot)) = captured(f, instr) {
            slots[v as usize] = Some(slot);
        } else if let Instr::Prim { dest, name, args } = instr
            && let ("%field", [Arg::Var(base), _]) = (&**name, args.as_slice())
        {
            slots[*dest as usize] = slots[*base as usize];
        }
    }
    let mut uses = vec![0; slots.iter().flatten().max().map_or(0, |last| last + 1)];
    let slot = |arg: &Arg| if let Arg::Var(v) = arg { slots[*v as usize] } else { None };
    let mut note = |arg: &Arg, used: Uses| {
        if let Some(slot) = slot(arg) {
            uses[slot] |= used;
        }
    };
    let mut pass = |args: &[Arg], to: FuncId, first: usize| {
        for (arg, becomes) in args.iter().zip(first..) {
            passes.extend(slot(arg).map(|slot| Pass { from: f.id, slot, to, becomes }));
        }
    };
    for block in &f.blocks {
        for instr in &block.body {
            match instr {
                Instr::Prim { name, args, .. } if name == "%is_int" => note(&args[0], TESTED),
                Instr::Apply { args, callee: Callee::Known(to), .. } => pass(args, *to, 1),
                Instr::Closures { functions, .. } => {
                    for (to, captured) in functions {
                        captured.iter().for_each(|arg| note(arg, CAPTURED));
                        pass(captured, *to, program.functions[*to as usize].as_ref().map_or(0, |f| f.params.len()));
                    }
                }
                _ => {}
            }
        }
        match &block.term {
            Term::Switch(arg, ..) => note(arg, TESTED),
            Term::Tail { args, callee: Callee::Known(to), .. } => pass(args, *to, 1),
            _ => {}
        }
    }
    uses
}

/// What is asked of a function by itself.
#[derive(Default)]
struct Own {
    params: usize,
    size: usize,
    uses: Vec<Uses>,
    passes: Vec<Pass>,
    /// The functions that it refers to without creating them.
    known: Vec<FuncId>,
    /// The globals that it sets.
    set: Vec<usize>,
}

fn own(program: &Program, f: &Func) -> Own {
    let mut own = Own { params: f.params.len(), size: inline::size(f).map_or(0, |size| size.instrs), ..Own::default() };
    own.uses = own_uses(program, f, &mut own.passes);
    references(f, &mut |id, creates| own.known.extend((!creates).then_some(id)));
    for instr in f.blocks.iter().flat_map(|block| &block.body) {
        if let Instr::Prim { name, args, .. } = instr
            && let ("%set_global", Some(Arg::Int(slot))) = (&**name, args.first())
        {
            own.set.push(*slot as usize);
        }
    }
    own
}

/// The shapes of all functions: what is passed on flows back until nothing changes. And of each global whether the program sets it.
fn shapes(program: &Program) -> (Vec<Shape>, Vec<bool>) {
    let mut passes = Vec::new();
    let mut shapes = Vec::new();
    let mut known = vec![false; program.functions.len()];
    let mut set = vec![false; program.globals.len()];
    let owns = parallel::map(program.functions.iter(), |f| f.as_ref().map(|f| own(program, f)).unwrap_or_default());
    for mut own in owns {
        passes.append(&mut own.passes);
        own.known.into_iter().for_each(|id| known[id as usize] = true);
        own.set.into_iter().for_each(|slot| set[slot] = true);
        shapes.push(Shape { params: own.params, size: own.size, uses: own.uses, is_known: false });
    }
    shapes.iter_mut().zip(known).for_each(|(shape, is_known)| shape.is_known = is_known);
    passes.sort_by_key(|pass| (pass.to, pass.becomes));
    let mut work: Vec<(FuncId, usize)> = passes.iter().map(|pass| (pass.to, pass.becomes)).collect();
    while let Some((to, becomes)) = work.pop() {
        let used = shapes[to as usize].uses.get(becomes).copied().unwrap_or(0);
        let first = passes.partition_point(|pass| (pass.to, pass.becomes) < (to, becomes));
        for pass in passes[first..].iter().take_while(|pass| (pass.to, pass.becomes) == (to, becomes)) {
            let uses = &mut shapes[pass.from as usize].uses[pass.slot];
            if used & !*uses != 0 {
                *uses |= used;
                work.push((pass.from, pass.slot));
            }
        }
    }
    (shapes, set)
}

/// Does a function call itself, by its closure or as a known one?
fn calls_itself(f: &Func) -> bool {
    let is_own = |closure: &Arg, callee: &Callee| {
        *callee == Callee::Known(f.id) || f.params.first().is_some_and(|own| *closure == Arg::Var(*own))
    };
    f.blocks.iter().any(|block| {
        let calls = |instr: &Instr| matches!(instr, Instr::Apply { closure, callee, .. } if is_own(closure, callee));
        block.body.iter().any(calls) || matches!(&block.term, Term::Tail { closure, callee, .. } if is_own(closure, callee))
    })
}

/// What is known of the variables of a function, and the constants that stand for some.
struct Facts {
    facts: Vec<Option<Fact>>,
    constants: Vec<Option<Arg>>,
}

impl Facts {
    fn resolve(&self, arg: &mut Arg) {
        if let Arg::Var(v) = arg
            && let Some(constant) = self.constants[*v as usize]
        {
            *arg = constant;
        }
    }

    fn of(&self, arg: &Arg) -> Option<Fact> {
        match arg {
            Arg::Var(v) => self.facts[*v as usize],
            Arg::Int(n) => Some(Fact::Int(*n)),
            Arg::Literal(node) => Some(Fact::Literal(*node)),
            Arg::Wide(_) => None,
        }
    }

    /// Gives whether the variable is a constant.
    fn set(&mut self, v: Var, fact: Fact) -> bool {
        let constant = match fact {
            Fact::Int(n) => Some(Arg::Int(n)),
            Fact::Literal(node) => Some(Arg::Literal(node)),
            Fact::Data(_) | Fact::Function(_) => None,
        };
        (self.facts[v as usize], self.constants[v as usize]) = (Some(fact), constant);
        constant.is_some()
    }
}

struct Specialiser<'a> {
    program: &'a mut Program,
    simplify: Simplify<'a>,
    /// Of the functions that the program came with.
    shapes: Vec<Shape>,
    /// Of all functions; those that are no copies are their own.
    copies: Vec<Copy>,
    made: BTreeMap<(FuncId, Known), FuncId>,
    taken: BTreeSet<String>,
    /// Of each global: does the program set it?
    set: Vec<bool>,
    /// What main has set slots to so far.
    tops: BTreeMap<i32, Fact>,
    /// The size of all copies, with those that are not wanted, and the greatest that it may be before another is made.
    growth: usize,
    most: usize,
}

impl<'a> Specialiser<'a> {
    fn new(program: &'a mut Program, simplify: Simplify<'a>) -> Self {
        let (shapes, set) = shapes(program);
        let copy = |of| Copy { of, known: Vec::new(), depth: 0 };
        Specialiser {
            copies: (0..shapes.len() as FuncId).map(copy).collect(),
            made: BTreeMap::new(),
            taken: names::taken(program),
            set,
            tops: BTreeMap::new(),
            growth: 0,
            most: shapes.iter().map(|shape| shape.size).sum::<usize>().max(GROWTH),
            shapes,
            program,
            simplify,
        }
    }

    /// What is known of a value of the data.
    fn data(&self, node: Node) -> Option<Fact> {
        match &self.program.data.nodes[node as usize] {
            Value::Int(n) => Some(Fact::Int(*n)),
            Value::Block { tag, .. } if *tag < NO_CONSTRUCTOR => Some(Fact::Data(node)),
            Value::Str(text) if text.len() <= ssa::SHORT => Some(Fact::Literal(node)),
            Value::Double(_) => Some(Fact::Literal(node)),
            _ => None,
        }
    }

    /// What a primitive gives, where that is known.
    fn prim(&self, facts: &Facts, name: &str, args: &[Arg]) -> Option<Fact> {
        match (name, args) {
            ("%global", [Arg::Int(slot)]) if !self.set[*slot as usize] => self.data(self.program.globals[*slot as usize]),
            ("%top", [Arg::Int(slot)]) => self.tops.get(slot).copied(),
            ("%is_int", [base]) => Some(Fact::Int(i32::from(matches!(facts.of(base)?, Fact::Int(_))))),
            ("%field", [base, Arg::Int(k)]) => match self.block(facts.of(base)?) {
                Some((_, fields)) => self.data(*fields.get(*k as usize)?),
                None => None,
            },
            _ => None,
        }
    }

    /// The tag and the fields of what is a block of the data.
    fn block(&self, fact: Fact) -> Option<(u8, &[Node])> {
        match fact {
            Fact::Data(node) => match &self.program.data.nodes[node as usize] {
                Value::Block { tag, fields } => Some((*tag, fields)),
                _ => None,
            },
            Fact::Int(_) | Fact::Literal(_) | Fact::Function(_) => None,
        }
    }

    /// Where a test leads, if it is of a constant.
    fn decided(&self, facts: &Facts, term: &Term) -> Option<Target> {
        match term {
            Term::If(arg, yes, no) => Some(if facts.of(arg)? == Fact::Int(0) { no.clone() } else { yes.clone() }),
            Term::Switch(arg, ints, tags) => match facts.of(arg)? {
                Fact::Int(n) => ints.get(n as usize).cloned(),
                fact => tags.get(usize::from(self.block(fact)?.0)).cloned(),
            },
            _ => None,
        }
    }

    /// What a function wants to know of what is passed to its slots from number `first` on; nothing, if that is not worth a copy.
    fn wanted(&self, of: FuncId, first: usize, facts: &Facts, args: &[Arg]) -> Known {
        let uses = &self.shapes[of as usize].uses;
        let slots = args.iter().zip(first..).filter_map(|(arg, slot)| Some((slot, facts.of(arg)?)));
        let known: Known = slots.filter(|(slot, fact)| uses.get(*slot).is_some_and(|uses| helps(*uses, *fact))).collect();
        if known.iter().any(|(slot, fact)| is_worth(uses[*slot], *fact)) { known } else { Vec::new() }
    }

    /// The copy of a function for what is known; itself, if the copy is not wanted. One whose closure is created anyway may have any size,
    /// so may one for data, as what it calls gets copies, too.
    fn copy(&mut self, of: FuncId, known: Known, depth: u32, any_size: bool) -> FuncId {
        let any_size = any_size || known.iter().any(|(_, fact)| matches!(fact, Fact::Data(_)));
        let key = (of, known);
        if let Some(made) = self.made.get(&key) {
            return *made;
        }
        if self.shapes[of as usize].size == 0 {
            return of;
        }
        debug_assert!(self.program.functions[of as usize].is_some(), "the function that is looked at calls itself");
        let id = self.copies.len() as FuncId;
        let copy = Copy { of, known: key.1.clone(), depth };
        let made = self.program.functions[of as usize].clone().and_then(|mut f| {
            f.id = id;
            self.look(&mut f, &copy, false);
            (self.simplify)(&mut f);
            let size = inline::size(&f)?.instrs;
            self.growth += size;
            (any_size || size <= SMALL || size < self.shapes[of as usize].size).then_some(f)
        });
        let made = match made {
            Some(mut f) => {
                f.name = names::unique(&mut self.taken, &f.name);
                self.copies.push(copy);
                self.program.functions.push(Some(f));
                id
            }
            None => of,
        };
        self.made.insert(key, made);
        made
    }

    /// May there be a copy for a copy of this depth?
    fn is_open(&self, depth: u32) -> bool {
        depth < DEPTH && self.growth < self.most
    }

    /// What a call is of: a copy, where that knows more.
    fn callee(&mut self, facts: &Facts, depth: u32, closure: &Arg, args: &[Arg], callee: Callee) -> Callee {
        // The closure says more: the original may have been looked at before it was copied, and the closure may be a copy's.
        let id = match (facts.of(closure), callee) {
            (Some(Fact::Function(id)), _) | (_, Callee::Known(id)) => id,
            _ => return callee,
        };
        let of = self.copies[id as usize].of;
        let shape = &self.shapes[of as usize];
        if shape.params != args.len() + 1 {
            return callee;
        }
        let known = self.wanted(of, 1, facts, args);
        if known.is_empty() || shape.reads_own() || !self.is_open(depth) {
            return Callee::Known(id);
        }
        Callee::Known(self.copy(of, known, depth + 1, false))
    }

    /// The function whose closure a copy creates: a copy, if that wants to know what it captures. What is created anyway knows it all.
    fn created(&mut self, facts: &Facts, depth: u32, of: FuncId, captured: &[Arg]) -> FuncId {
        let shape = &self.shapes[of as usize];
        if depth == 0 || shape.is_known || !self.is_open(depth) || self.wanted(of, shape.params, facts, captured).is_empty() {
            return of;
        }
        let known = (shape.params..).zip(captured).filter_map(|(slot, arg)| facts.of(arg).map(|fact| (slot, fact))).collect();
        self.copy(of, known, depth + 1, true)
    }

    /// Puts constants where they are known and decides what is tested of them, then, if this is wanted, makes copies for the calls. Gives
    /// whether the function has to be simplified.
    fn look(&mut self, f: &mut Func, copy: &Copy, for_calls: bool) -> bool {
        let Copy { of, known, depth } = copy;
        let mut facts = Facts { facts: vec![None; f.names.len()], constants: vec![None; f.names.len()] };
        // A copy that may read what it has captured is the function of its closures, another one is not.
        let own = (0, Fact::Function(if self.shapes[*of as usize].reads_own() { f.id } else { *of }));
        for (slot, fact) in known.iter().chain([&own]) {
            if let Some(param) = f.params.get(*slot) {
                facts.set(*param, *fact);
            }
        }
        let mut changed = false;
        let mut reached = vec![false; f.blocks.len()];
        reached[0] = true;
        for b in 0..f.blocks.len() {
            if !reached[b] {
                f.blocks[b] = Block { params: Vec::new(), body: Vec::new(), term: Term::Unreachable };
                continue;
            }
            let mut body = Vec::with_capacity(f.blocks[b].body.len());
            for mut instr in std::mem::take(&mut f.blocks[b].body) {
                each_arg_mut(&mut instr, &mut |arg| facts.resolve(arg));
                let captured = captured(f, &instr);
                match &mut instr {
                    Instr::Prim { dest, name, args } => {
                        let fact = match captured {
                            Some((_, slot)) => known.iter().find(|(at, _)| *at == slot).map(|(_, fact)| *fact),
                            None => self.prim(&facts, name, args),
                        };
                        if fact.is_some_and(|fact| facts.set(*dest, fact)) {
                            changed = true;
                            continue;
                        }
                        if let ("%set_top", [Arg::Int(slot), value]) = (&**name, args.as_slice()) {
                            self.tops.extend(facts.of(value).map(|fact| (*slot, fact)));
                        }
                    }
                    Instr::Apply { closure, args, callee, .. } if for_calls => {
                        *callee = self.callee(&facts, *depth, closure, args, *callee);
                    }
                    Instr::Closures { dests, functions } => {
                        if let [(id, captured)] = functions.as_mut_slice()
                            && for_calls
                        {
                            *id = self.created(&facts, *depth, *id, captured);
                        }
                        for (dest, (id, _)) in dests.iter().zip(functions) {
                            facts.set(*dest, Fact::Function(*id));
                        }
                    }
                    Instr::Apply { .. } | Instr::Try { .. } => {}
                }
                body.push(instr);
            }
            let block = &mut f.blocks[b];
            block.body = body;
            each_term_arg_mut(&mut block.term, &mut |arg| facts.resolve(arg));
            if let Some(target) = self.decided(&facts, &block.term) {
                block.term = Term::Jump(target);
                changed = true;
            }
            if let Term::Tail { closure, args, callee } = &mut block.term
                && for_calls
            {
                *callee = self.callee(&facts, *depth, closure, args, *callee);
            }
            targets(&block.term).for_each(|target| reached[target.block as usize] = true);
        }
        changed
    }
}

/// Makes copies for the constants in the whole program.
pub fn run(program: &mut Program, simplify: Simplify) {
    if !program.places.is_empty() {
        return;
    }
    let mut specialiser = Specialiser::new(program, simplify);
    // Main comes first, and copies after all that the program has.
    let mut id = 0;
    while let Some(copy) = specialiser.copies.get(id).cloned() {
        if let Some(mut f) = specialiser.program.functions[id].take() {
            // What it asks of itself is of what it was before.
            specialiser.program.functions[id] = calls_itself(&f).then(|| f.clone());
            if specialiser.look(&mut f, &copy, true) {
                simplify(&mut f);
            }
            specialiser.program.functions[id] = Some(f);
        }
        id += 1;
    }
}
