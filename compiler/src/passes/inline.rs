//! Small known functions stand where they are called. Functions are visited level by level after those that they refer to, so that what is
//! inlined has already taken in what is smaller still; where functions call each other in a circle the lowest one keeps its calls. Closures
//! that are created in the same function are known, too: their calls, and what they captured; so a loop that is given one, such as
//! `Array.iter`, is worth to be taken in. With locations nothing is inlined: a frame would be missing in backtraces. Main takes in only
//! what its loops call: the rest runs once, and main would keep its values alive.

use smallvec::smallvec;

use crate::ir::program::{Arg, Args, Block, Callee, Func, FuncId, Instr, NO_HINT, Program, Target, Term, Var};
use crate::ir::visit::{dests_mut, each_arg_mut, each_term_arg_mut, targets, targets_mut};
use crate::parallel;
use crate::passes::Simplify;
use crate::passes::call_graph::{CallGraph, drop_unreached, references};
use crate::passes::regions::looping;
use crate::passes::{self_calls, strings};

/// The size of the functions that are copied, in instructions and tests.
const SMALL: usize = 6;
/// The size of those whose result becomes a string: `strings` then makes it without bytes.
const STRING: usize = 16;
/// The size of those that are a single block without calls, where a loop calls them.
const LEAF: usize = 16;
/// The size of loops that are given a closure, and that of closures which are created in one place only.
const LOOP: usize = 12;
const CREATED: usize = 30;
/// The size of those to which a function only passes on what it captured and is given, as those of `partial` do.
const PASSED: usize = 14;
/// The size of those that are called in one place only (with a loop: as `CREATED`), and of all that a function may take in.
const ONCE: usize = 60;
const GROWTH: usize = 600;

/// How many instructions and tests, whether there are loops, and whether it is a single block without calls.
#[derive(Clone, Copy)]
pub struct Size {
    pub instrs: usize,
    pub loops: bool,
    leaf: bool,
}

/// None: the function is not to be copied, whatever its size.
pub fn size(f: &Func) -> Option<Size> {
    let mut size = Size { instrs: 0, loops: false, leaf: f.blocks.len() == 1 };
    for (b, block) in f.blocks.iter().enumerate() {
        let tests = match &block.term {
            Term::Pushtrap { .. } => return None,
            Term::If(..) | Term::Tail { .. } | Term::Raise(_) => 1,
            Term::Switch(_, ints, tags) => ints.len() + tags.len(),
            _ => 0,
        };
        size.instrs += block.body.len() + tests;
        size.loops = size.loops || targets(&block.term).any(|t| t.block as usize <= b);
        size.leaf = size.leaf
            && matches!(block.term, Term::Return(_))
            && !block.body.iter().any(|instr| matches!(instr, Instr::Apply { .. }));
    }
    if f.params.len() > 100 { None } else { Some(size) }
}

/// Does the function refer to itself?
fn is_recursive(f: &Func) -> bool {
    let mut found = false;
    references(f, &mut |id, _| found = found || id == f.id);
    found
}

/// What a variable has been replaced by.
fn resolve(replace: &[Option<Arg>], a: &mut Arg) {
    while let Arg::Var(v) = a
        && let Some(next) = &replace[*v as usize]
    {
        *a = *next;
    }
}

/// Does the next instruction make a string of this result?
fn becomes_string(result: Var, next: Option<&Instr>) -> bool {
    matches!(next, Some(Instr::Prim { name, args, .. }) if name == "caml_string_of_bytes" && args.first() == Some(&Arg::Var(result)))
}

/// Do these instructions only read what the function captured?
fn passes_on(body: &[Instr]) -> bool {
    !body.is_empty() && body.iter().all(|instr| matches!(instr, Instr::Prim { name, .. } if name == "%env"))
}

/// Is there a call whose result becomes a string?
fn calls_for_string(f: &Func) -> bool {
    let is_call = |pair: &[Instr]| match pair {
        [Instr::Apply { dest, callee: Callee::Known(_), .. }, next] => becomes_string(*dest, Some(next)),
        _ => false,
    };
    f.blocks.iter().any(|block| block.body.windows(2).any(is_call))
}

/// A function that takes others in.
struct Host<'a> {
    f: &'a mut Func,
    program: &'a Program,
    /// Of each function, how many parameters it has, how large it is if it can be inlined, how large it may be where it is called or
    /// created in one place only.
    arity: &'a [usize],
    sizes: &'a [Option<Size>],
    once: &'a [usize],
    replace: Vec<Option<Arg>>,
    /// Of each variable, the closure it is: the function, what it captured.
    closures: Vec<Option<(FuncId, Args)>>,
    /// Of each block that the function had, whether it is in a loop.
    looping: Vec<bool>,
    /// Is it main?
    is_main: bool,
    calls_itself: bool,
    /// How much the function has taken in.
    growth: usize,
    changed: bool,
    /// Blocks to look at.
    work: Vec<usize>,
}

impl Host<'_> {
    /// Notes the closures that an instruction creates.
    fn note(&mut self, instr: &Instr) {
        if let Instr::Closures { dests, functions } = instr {
            for (dest, created) in dests.iter().zip(functions) {
                self.closures[*dest as usize] = Some(created.clone());
            }
        }
    }

    fn closure(&self, a: &Arg) -> Option<&(FuncId, Args)> {
        match a {
            Arg::Var(v) => self.closures[*v as usize].as_ref(),
            _ => None,
        }
    }

    /// The captured variable that an instruction reads, of a closure that was created here.
    fn captured(&self, args: &[Arg]) -> Option<Arg> {
        match args {
            [base, Arg::Int(index)] => self.closure(base).and_then(|(_, captured)| captured.get(*index as usize)).cloned(),
            _ => None,
        }
    }

    /// What is known of the function that a call is of, now that the host is.
    fn callee(&self, closure: &Arg, args: &[Arg], callee: Callee) -> Callee {
        match (callee, self.closure(closure)) {
            (Callee::Known(_), _) | (_, None) => callee,
            (_, Some((id, _))) if self.arity[*id as usize] == args.len() + 1 => Callee::Known(*id),
            _ => callee,
        }
    }

    /// A call of a closure that takes fewer arguments than there are: the call with as many as it takes, to a new variable, and what is left
    /// for what that gives.
    fn divide(&mut self, closure: &mut Arg, args: &mut Args, callee: Callee) -> Option<Instr> {
        let (id, _) = self.closure(closure).filter(|_| callee == Callee::Any)?;
        let takes = self.arity[*id as usize] - 1;
        if takes >= args.len() {
            return None;
        }
        let others = args.drain(takes..).collect();
        let callee = Callee::Known(*id);
        let dest = self.f.names.len() as Var;
        self.f.names.push(NO_HINT);
        self.grow();
        let call = Instr::Apply { dest, closure: *closure, args: std::mem::replace(args, others), callee };
        *closure = Arg::Var(dest);
        Some(call)
    }

    /// The function to be put in the place of a call in a block, if it is of at most this size or called only there.
    fn inlined(&mut self, b: usize, callee: Callee, closure: &Arg, args: &[Arg], most: usize) -> Option<Func> {
        let id = callee.known()?;
        let size = self.sizes[id as usize]?;
        let looping = self.looping.get(b).copied();
        let small = if size.leaf && looping == Some(true) { LEAF } else { most };
        let once = self.once[id as usize];
        let is_created = |arg| self.closure(arg).is_some();
        let most = if size.loops {
            // LuaJIT compiles a recursion, but not one with a loop in it.
            let most = if !self.calls_itself && (!self.is_main || is_created(closure)) { once.min(CREATED) } else { 0 };
            if args.iter().any(is_created) { most.max(LOOP) } else { most }
        } else {
            small.max(once)
        };
        if self.is_main && looping == Some(false) || size.instrs > most || self.growth + size.instrs > GROWTH {
            return None;
        }
        self.growth += size.instrs;
        self.changed = true;
        self.program.functions[id as usize].clone()
    }

    /// Room for what is known of new variables.
    fn grow(&mut self) {
        self.replace.resize(self.f.names.len(), None);
        self.closures.resize(self.f.names.len(), None);
    }

    /// The callee's blocks, its variables and blocks numbered for this function.
    fn copy(&mut self, mut callee: Func, closure: Arg, args: Args) -> Vec<Block> {
        let (vars, blocks) = (self.f.names.len() as Var, self.f.blocks.len() as u32);
        self.f.names.append(&mut callee.names);
        self.grow();
        for (param, arg) in callee.params.iter().zip(std::iter::once(closure).chain(args)) {
            self.replace[(vars + param) as usize] = Some(arg);
        }
        let rename = |a: &mut Arg| {
            if let Arg::Var(v) = a {
                *v += vars;
            }
        };
        for block in &mut callee.blocks {
            block.params.iter_mut().for_each(|v| *v += vars);
            for instr in &mut block.body {
                dests_mut(instr).iter_mut().for_each(|v| *v += vars);
                each_arg_mut(instr, &mut |a| rename(a));
            }
            each_term_arg_mut(&mut block.term, &mut |a| rename(a));
            targets_mut(&mut block.term).for_each(|t| t.block += blocks);
        }
        callee.blocks
    }

    /// Adds a callee's blocks and gives the jump to them. Results go to the block `next`, if the call is not in tail position.
    fn add(&mut self, blocks: Vec<Block>, next: Option<usize>) -> Term {
        let first = self.f.blocks.len();
        self.work.extend((first..first + blocks.len()).rev());
        for mut block in blocks {
            if let Some(next) = next {
                let leave = |arg: Arg| Term::Jump(Target { block: next as u32, args: smallvec![arg] });
                block.term = match block.term {
                    Term::Return(arg) => leave(arg),
                    Term::Tail { closure, args, callee } => {
                        let dest = self.f.names.len() as Var;
                        self.f.names.push(NO_HINT);
                        self.grow();
                        block.body.push(Instr::Apply { dest, closure, args, callee });
                        leave(Arg::Var(dest))
                    }
                    term => term,
                };
            }
            self.f.blocks.push(block);
        }
        Term::Jump(Target { block: first as u32, args: Args::new() })
    }

    /// Inlines what a block calls. What follows a call stands in a block of its own then, unless the callee is a single block.
    fn block(&mut self, b: usize) {
        let mut rest = std::mem::take(&mut self.f.blocks[b].body);
        rest.reverse();
        let mut body = Vec::new();
        let mut term = loop {
            while let Some(mut instr) = rest.pop() {
                each_arg_mut(&mut instr, &mut |a| resolve(&self.replace, a));
                self.note(&instr);
                match &mut instr {
                    Instr::Prim { dest, name, args } if name == "%env" => {
                        if let Some(value) = self.captured(args) {
                            self.replace[*dest as usize] = Some(value);
                            self.changed = true;
                            continue;
                        }
                    }
                    Instr::Apply { dest, closure, args, callee } => {
                        if let Some(call) = self.divide(closure, args, *callee) {
                            rest.push(instr);
                            rest.push(call);
                            continue;
                        }
                        *callee = self.callee(closure, args, *callee);
                        let most = if becomes_string(*dest, rest.last()) { STRING } else { SMALL };
                        if let Some(inlined) = self.inlined(b, *callee, closure, args, most) {
                            if let [Block { term: Term::Return(_), .. }] = inlined.blocks.as_slice() {
                                for copied in self.copy(inlined, *closure, std::mem::take(args)) {
                                    if let Term::Return(result) = copied.term {
                                        self.replace[*dest as usize] = Some(result);
                                    }
                                    rest.extend(copied.body.into_iter().rev());
                                }
                                continue;
                            }
                            rest.reverse();
                            let next = self.f.blocks.len();
                            let term = std::mem::replace(&mut self.f.blocks[b].term, Term::Unreachable);
                            self.f.blocks.push(Block { params: vec![*dest], body: rest, term });
                            self.work.push(next);
                            let blocks = self.copy(inlined, *closure, std::mem::take(args));
                            self.f.blocks[b].term = self.add(blocks, Some(next));
                            self.f.blocks[b].body = body;
                            return;
                        }
                    }
                    _ => {}
                }
                body.push(instr);
            }
            let mut term = std::mem::replace(&mut self.f.blocks[b].term, Term::Unreachable);
            each_term_arg_mut(&mut term, &mut |a| resolve(&self.replace, a));
            let Term::Tail { closure, args, callee } = &mut term else { break term };
            let Some(call) = self.divide(closure, args, *callee) else { break term };
            rest.push(call);
            self.f.blocks[b].term = term;
        };
        self.f.blocks[b].body = body;
        if let Term::Tail { closure, args, callee } = &mut term {
            *callee = self.callee(closure, args, *callee);
            let most = if self.f.blocks.len() == 1 && passes_on(&self.f.blocks[b].body) { PASSED } else { SMALL };
            if let Some(inlined) = self.inlined(b, *callee, closure, args, most) {
                let blocks = self.copy(inlined, *closure, std::mem::take(args));
                term = self.add(blocks, None);
            }
        }
        self.f.blocks[b].term = term;
    }

    fn run(&mut self) {
        self.grow();
        self.work = (0..self.f.blocks.len()).rev().collect();
        while let Some(b) = self.work.pop() {
            self.block(b);
        }
        if self.changed {
            for block in &mut self.f.blocks {
                block.body.iter_mut().for_each(|instr| each_arg_mut(instr, &mut |a| resolve(&self.replace, a)));
                each_term_arg_mut(&mut block.term, &mut |a| resolve(&self.replace, a));
            }
        }
    }
}

/// Inlines in all functions; those that change are simplified, and what nobody refers to any more is dropped.
pub fn run(program: &mut Program, simplify: Simplify) {
    if !program.places.is_empty() {
        return;
    }
    let count = program.functions.len();
    let (mut calls, mut created) = (vec![0; count], vec![0; count]);
    let graph = CallGraph::of(program);
    for (user, references) in graph.references.iter().enumerate() {
        for (id, creates) in references.iter().filter(|(id, _)| *id as usize != user) {
            let counted = if *creates { &mut created } else { &mut calls };
            counted[*id as usize] += 1;
        }
    }
    let arity: Vec<usize> = program.functions.iter().map(|f| f.as_ref().map_or(0, |f| f.params.len())).collect();
    // By others than itself. The one call of a closure may stand in the loop that it is given to.
    let once = |(calls, created): (&usize, &usize)| match (calls, created) {
        (1, 0) => ONCE,
        (0 | 1, 1) => CREATED,
        _ => 0,
    };
    let once: Vec<usize> = calls.iter().zip(&created).map(once).collect();
    let mut sizes = vec![None; count];
    for level in graph.levels() {
        let functions: Vec<Func> = level.iter().filter_map(|id| program.functions[*id as usize].take()).collect();
        let inlined = parallel::map(functions.into_iter(), |mut f| {
            let inline = |f: &mut Func| {
                let (looping, is_main, calls_itself) = (looping(f), f.id == program.main, self_calls::is_recursive(f));
                let mut host = Host {
                    f,
                    program,
                    arity: &arity,
                    sizes: &sizes,
                    once: &once,
                    replace: Vec::new(),
                    closures: Vec::new(),
                    looping,
                    is_main,
                    calls_itself,
                    growth: 0,
                    changed: false,
                    work: Vec::new(),
                };
                host.run();
                if host.changed {
                    simplify(host.f);
                }
            };
            inline(&mut f);
            // What makes the string may itself have been inlined.
            if calls_for_string(&f) {
                inline(&mut f);
            }
            if strings::run(&mut f) | self_calls::run(&mut f, false) {
                simplify(&mut f);
            }
            let size = if is_recursive(&f) { None } else { size(&f) };
            (f, size)
        });
        for (f, size) in inlined {
            let id = f.id as usize;
            sizes[id] = size;
            program.functions[id] = Some(f);
        }
    }
    drop_unreached(program);
}
