//! Bytecode to SSA: executes each block symbolically, and gives a block with several predecessors a parameter for each
//! stack slot (and the accumulator) that is live there. Stack slots are numbered from the bottom of the function's frame.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;
use smallvec::smallvec;

use crate::bytecode::container::Image;
use crate::bytecode::debug_events::{self, Debug};
use crate::bytecode::opcode::{Instruction, Op};
use crate::bytecode::unmarshal::Value;
use crate::error::Result;
use crate::ir::program::{
    Arg, Args, Block, Callee, Func, Hint, Instr, Kind, NO_HINT, Name, Place, PlaceKind, Program, Target, Term, Var, Wide,
};
use crate::link::fragment::{Effect, Table};
use crate::parallel;
use crate::passes::allocations::{self, Size, Watch};
use crate::passes::discover::{self, Code, NONE, fail, traffic};
use crate::passes::liveness::{self, Graph};
use crate::passes::names;

/// In deeper frames variables get no names: each event lists all of them.
const NAMED: usize = 64;
/// Strings of the data up to this length stand where they are used.
pub const SHORT: usize = 64;
/// What a slot holds that belongs to a trap or a return address.
const UNDEFINED: Arg = Arg::Var(u32::MAX);

/// The result is 0 or 1.
fn is_boolean(name: &str) -> bool {
    matches!(
        name,
        "%int_eq" | "%int_ne" | "%int_lt" | "%int_le" | "%int_gt" | "%int_ge" | "%int_ult" | "%int_uge" | "%bool_not" | "%is_int"
    )
}

/// Symbolic stack and accumulator.
#[derive(Clone)]
struct State {
    slots: Vec<Arg>,
    accu: Arg,
}

/// A value that the program may read.
fn defined(a: &Arg, pc: usize) -> Result<Arg> {
    if *a == UNDEFINED {
        return fail(pc, "reads a stack slot that has no value");
    }
    Ok(*a)
}

/// Takes `n` values from the top of the stack, the top first.
fn pop(state: &mut State, n: usize, pc: usize) -> Result<Args> {
    let mut list = Args::with_capacity(n);
    for _ in 0..n {
        match state.slots.pop() {
            Some(a) => list.push(defined(&a, pc)?),
            None => return fail(pc, "stack underflow"),
        }
    }
    Ok(list)
}

/// What backtraces need: the return addresses that wait.
struct Places {
    pending: Vec<Pending>,
    /// The innermost of them at each instruction.
    pending_at: Vec<usize>,
}

/// A return address that is pushed before the arguments of a call, while they are computed.
struct Pending {
    address: usize,
    trap: usize,
    outer: usize,
}

/// Return addresses that are pushed at each instruction. Code stands in the order in which ocamlc makes it: that of the
/// arguments is between PUSH_RETADDR and the address.
fn places(code: &Code) -> Places {
    let mut pending: Vec<Pending> = Vec::new();
    let mut pending_at = vec![NONE; code.leader.len()];
    let mut inner = NONE;
    for (pc, instruction) in code.instructions() {
        while inner != NONE && pending[inner].address <= pc {
            inner = pending[inner].outer;
        }
        pending_at[pc] = inner;
        if let Op::PushRetaddr(address) = instruction.op {
            pending.push(Pending { address, trap: code.trap(pc), outer: inner });
            inner = pending.len() - 1;
        }
    }
    Places { pending, pending_at }
}

/// A function being built.
struct Builder<'a, 'b> {
    code: &'a Code<'b>,
    /// Function id by number of discovery.
    ids: &'a [u32],
    debug: &'a Debug<'b>,
    /// The primitives: what their effects are, and which are constants.
    table: &'a Table,
    places: Option<&'a Places>,
    watch: Watch,
    function: usize,
    graph: Graph,
    /// What the only predecessor of a block leaves.
    left: Vec<Option<State>>,
    blocks: Vec<Block>,
    body: Vec<Instr>,
    hints: &'a Hints,
    names: Vec<Hint>,
    booleans: Vec<bool>,
    /// The cells that keep what a handler must see of the slots that are assigned in its region: by trap and slot.
    boxes: BTreeMap<(usize, usize), Var>,
    /// Its places so far.
    found: Vec<Place>,
}

impl Builder<'_, '_> {
    fn fresh(&mut self) -> Var {
        self.names.push(NO_HINT);
        self.booleans.push(false);
        (self.names.len() - 1) as Var
    }

    fn prim(&mut self, name: impl Into<Name>, args: Args) -> Arg {
        let dest = self.fresh();
        let name = name.into();
        self.booleans[dest as usize] = is_boolean(&name);
        self.body.push(Instr::Prim { dest, name, args });
        Arg::Var(dest)
    }

    /// The instruction at `pc` stands at a place of its own, for which ocamlrun finds `address` on the stack.
    fn place(&mut self, kind: PlaceKind, pc: usize, address: usize) {
        let Some(places) = self.places else { return };
        let mut locations = vec![self.debug.location(address)];
        let mut pending = places.pending_at[pc];
        while pending != NONE && places.pending[pending].trap == self.code.trap(pc) {
            let other = &places.pending[pending];
            if other.address != address {
                locations.push(self.debug.location(other.address));
            }
            pending = other.outer;
        }
        let number = self.found.len() as i32;
        self.found.push(Place { kind, locations });
        self.prim("%place", smallvec![Arg::Int(number)]);
    }

    /// A primitive that may raise.
    fn raising(&mut self, name: impl Into<Name>, args: Args, pc: usize, address: usize) -> Arg {
        let name = name.into();
        // What changes nothing does not raise.
        if self.places.is_some() && self.table.effect(&name) == Effect::Mutator {
            self.place(PlaceKind::Call, pc, address);
        }
        self.prim(name, args)
    }

    /// The event of an allocation, if the program watches them: ocamlrun finds `address` on the stack then.
    fn allocated(&mut self, v: &Arg, size: Size, pc: usize, address: usize) {
        if self.watch == Watch::Values {
            self.place(PlaceKind::Call, pc, address);
        }
        if self.watch != Watch::Nothing {
            let (name, args) = allocations::event(self.watch, *v, size);
            self.prim(name, args);
        }
    }

    /// A variable that is read for nothing, `ignore (Sys.opaque_identity x)`, keeps its value until there, where that can be seen.
    fn keep(&mut self, op: &Op, accu: &Arg) {
        let overwritten = matches!(op, Op::Acc(_) | Op::Envacc(_) | Op::Offsetclosure(_) | Op::Const(_) | Op::Getglobal(_));
        if overwritten && self.watch != Watch::Nothing && matches!(accu, Arg::Var(_)) {
            self.prim("%keep", smallvec![*accu]);
        }
    }

    fn block_at(&self, pc: usize) -> usize {
        self.graph.block_at(self.code, pc)
    }

    /// The edge to `block` with this state.
    fn edge(&mut self, block: usize, state: &State, pc: usize) -> Result<Target> {
        let mut args = Args::new();
        if self.graph.has_params[block] {
            let last = self.graph.live[block].len() - 1;
            for slot in 0..last {
                if self.graph.live[block][slot] {
                    args.push(defined(&state.slots[slot], pc)?);
                }
            }
            if self.graph.live[block][last] {
                args.push(state.accu);
            }
        } else {
            self.left[block] = Some(state.clone());
        }
        Ok(Target { block: block as u32, args })
    }

    /// The state at the start of a block.
    fn enter(&mut self, block: usize) -> State {
        if let Some(state) = self.left[block].take() {
            return state;
        }
        let last = self.graph.live[block].len() - 1;
        let mut state = State { slots: vec![UNDEFINED; last], accu: Arg::Int(0) };
        for slot in 0..last {
            if self.graph.live[block][slot] {
                let v = self.fresh();
                self.blocks[block].params.push(v);
                state.slots[slot] = Arg::Var(v);
            }
        }
        if self.graph.live[block][last] {
            let v = self.fresh();
            self.blocks[block].params.push(v);
            state.accu = Arg::Var(v);
        }
        state
    }

    /// Names the variables that the debug information knows at `pc`.
    fn names_at(&mut self, pc: usize, state: &State) {
        let depth = state.slots.len();
        if depth > NAMED {
            return;
        }
        let unnamed = |names: &[Hint], index: usize| match state.slots.get(depth.wrapping_sub(1 + index)) {
            Some(Arg::Var(v)) => names.get(*v as usize).filter(|name| **name == NO_HINT).map(|_| *v as usize),
            _ => None,
        };
        for (index, name) in self.debug.stack_names(pc, &|index| unnamed(&self.names, index).is_some()) {
            if let Some(v) = unnamed(&self.names, index) {
                self.names[v] = self.hints.number(names::variable(&name));
            }
        }
    }

    /// What stands at this offset of the closure block.
    fn captured(&mut self, offset: usize) -> Arg {
        let used = &self.code.functions[self.function].used;
        let k = used.partition_point(|o| *o < offset);
        self.prim("%env", smallvec![Arg::Var(0), Arg::Int(k as i32)])
    }

    /// A global, or its constant.
    fn global(&mut self, n: usize) -> Arg {
        let node = self.code.image.globals[n];
        if !self.code.set_globals[n] {
            match self.code.image.data.nodes.get(node as usize) {
                Some(Value::Int(i)) => return Arg::Int(*i),
                Some(Value::Wide(i)) => return Arg::Wide(Wide(*i)),
                Some(Value::Str(s)) if s.len() <= SHORT => return Arg::Literal(node),
                Some(Value::Double(_)) => return Arg::Literal(node),
                _ => {}
            }
        }
        self.prim("%global", smallvec![Arg::Int(n as i32)])
    }

    /// Creates closures; each gets what its code uses.
    fn closures(
        &mut self,
        vars: usize,
        labels: &[usize],
        recursive: bool,
        state: &mut State,
        pc: usize,
        next: usize,
    ) -> Result<()> {
        let mut values = Args::new();
        if vars > 0 {
            values.push(state.accu);
            values.append(&mut pop(state, vars - 1, pc)?);
        }
        let mut dests = Vec::new();
        for _ in labels {
            dests.push(self.fresh());
        }
        let mut functions = Vec::new();
        for label in labels {
            let number = self.code.function_at[*label] as usize;
            let f = &self.code.functions[number];
            let mut list = Args::new();
            for offset in &f.used {
                if *offset >= f.captured {
                    list.push(values[*offset - f.captured]);
                } else {
                    list.push(Arg::Var(dests[*offset / 3]));
                }
            }
            functions.push((self.ids[number], list));
        }
        state.accu = Arg::Var(dests[0]);
        if recursive {
            for d in &dests {
                state.slots.push(Arg::Var(*d));
            }
        }
        let first = Arg::Var(dests[0]);
        self.body.push(Instr::Closures { dests, functions });
        self.allocated(&first, Size::Words(3 * labels.len() + vars), pc, next - labels.len());
        Ok(())
    }

    /// An instruction that is not the end of a block.
    fn execute(&mut self, pc: usize, op: &Op, next: usize, state: &mut State) -> Result<()> {
        let accu = state.accu;
        match op {
            Op::Acc(n) => state.accu = defined(&state.slots[state.slots.len() - 1 - *n], pc)?,
            Op::Assign(n) => {
                let slot = state.slots.len() - 1 - *n;
                let mut trap = self.code.trap(pc);
                while trap != NONE {
                    if let Some(cell) = self.boxes.get(&(trap, slot)) {
                        self.prim("%setfield", smallvec![Arg::Var(*cell), Arg::Int(0), accu]);
                    }
                    trap = self.code.traps[trap].outer;
                }
                state.slots[slot] = accu;
                state.accu = Arg::Int(0);
            }
            Op::Pop(n) => state.slots.truncate(state.slots.len() - *n),
            Op::PushRetaddr(_) => state.slots.extend([UNDEFINED, UNDEFINED, UNDEFINED]),
            Op::Const(c) => state.accu = *c,
            Op::Envacc(n) => {
                let at = self.code.functions[self.function].offset + *n;
                state.accu = self.captured(at);
            }
            Op::Offsetclosure(n) => {
                let offset = self.code.functions[self.function].offset;
                let at = (offset as i64 + i64::from(*n)) as usize;
                state.accu = if at == offset { Arg::Var(0) } else { self.captured(at) };
            }
            Op::Apply(n) => {
                let args = pop(state, *n, pc)?;
                if *n > 3 {
                    state.slots.truncate(state.slots.len() - 3);
                }
                self.place(PlaceKind::Call, pc, next);
                let dest = self.fresh();
                self.body.push(Instr::Apply { dest, closure: accu, args, callee: Callee::Any });
                state.accu = Arg::Var(dest);
            }
            Op::Closure(vars, label) => self.closures(*vars, std::slice::from_ref(label), false, state, pc, next)?,
            Op::Closurerec(vars, labels) => self.closures(*vars, labels, true, state, pc, next)?,
            Op::Getglobal(n) => state.accu = self.global(*n),
            Op::Getglobalfield(n, field) => {
                let global = self.global(*n);
                state.accu = self.prim("%field", smallvec![global, Arg::Int(*field as i32)]);
            }
            Op::Setglobal(n) => {
                self.prim("%set_global", smallvec![Arg::Int(*n as i32), accu]);
                state.accu = Arg::Int(0);
            }
            Op::Block(tag, size) => {
                let mut args = smallvec![Arg::Int(i32::from(*tag))];
                if *size > 0 {
                    args.push(accu);
                    args.append(&mut pop(state, *size - 1, pc)?);
                }
                state.accu = self.prim("%block", args);
                if *size > 0 {
                    self.allocated(&state.accu, Size::Words(*size + 1), pc, next);
                }
            }
            Op::Getfield(n) => state.accu = self.prim("%field", smallvec![accu, Arg::Int(*n as i32)]),
            Op::Getfloatfield(n) => {
                state.accu = self.prim("%field", smallvec![accu, Arg::Int(*n as i32)]);
                self.allocated(&state.accu, Size::Words(2), pc, next);
            }
            Op::Setfield(n) => {
                let mut args = smallvec![accu, Arg::Int(*n as i32)];
                args.append(&mut pop(state, 1, pc)?);
                self.prim("%setfield", args);
                state.accu = Arg::Int(0);
            }
            Op::Prim(name, n) => {
                let mut args = smallvec![accu];
                args.append(&mut pop(state, *n - 1, pc)?);
                let result = match (*name, args.as_slice()) {
                    ("%int_div" | "%int_mod", _) => self.raising(*name, args, pc, next + 1),
                    // Constants of two places are two values, although Lua does not tell them apart.
                    ("%int_eq", [Arg::Literal(a), Arg::Literal(b)]) => Arg::Int(i32::from(a == b)),
                    ("%int_ne", [Arg::Literal(a), Arg::Literal(b)]) => Arg::Int(i32::from(a != b)),
                    _ => self.prim(*name, args),
                };
                state.accu = if *name == "%array_set" || *name == "%bytes_set" { Arg::Int(0) } else { result };
            }
            Op::Ccall(n, number) => {
                let mut args = smallvec![accu];
                args.append(&mut pop(state, *n - 1, pc)?);
                let name = self.code.image.primitives[*number].clone();
                if let Some(n) = self.table.constant(&name) {
                    state.accu = Arg::Int(n);
                    return Ok(());
                }
                let size = allocations::primitive(&name, &args);
                // C_CALLN leaves the word before on the stack.
                let address = if *n > 5 { next - 1 } else { next };
                state.accu = self.raising(name, args, pc, address);
                if let Some(size) = size {
                    self.allocated(&state.accu, size, pc, address);
                }
            }
            Op::Offsetint(n) => state.accu = self.prim("%int_add", smallvec![accu, *n]),
            Op::Offsetref(n) => {
                self.prim("%offset_ref", smallvec![accu, *n]);
                state.accu = Arg::Int(0);
            }
            Op::Getmethod | Op::Getdynmet => {
                let name = if matches!(op, Op::Getmethod) { "%get_method" } else { "%dynamic_method" };
                let object = defined(&state.slots[state.slots.len() - 1], pc)?;
                state.accu = self.prim(name, smallvec![accu, object]);
            }
            Op::Getpubmet(tag) => {
                state.slots.push(accu);
                state.accu = self.prim("%public_method", smallvec![accu, *tag]);
            }
            Op::Perform => state.accu = self.raising("%perform", smallvec![accu], pc, next),
            Op::Resume(n) => {
                let mut args = smallvec![accu];
                args.append(&mut pop(state, *n, pc)?);
                state.accu = self.raising("%resume", args, pc, next);
            }
            _ => {}
        }
        Ok(())
    }

    /// Sets a trap. A slot that is assigned while it is set and live in the handler is kept in a cell, too, which
    /// a block in front of the handler reads.
    fn pushtrap(&mut self, pc: usize, handler: usize, next: usize, mut state: State) -> Result<Term> {
        let body = self.block_at(next);
        let trap = self.code.trap(next);
        let mut boxes: Vec<(usize, Var)> = Vec::new();
        for slot in &self.code.traps[trap].assigned {
            if self.graph.live[handler][*slot] {
                let value = defined(&state.slots[*slot], pc)?;
                if let Arg::Var(v) = self.prim("%block", smallvec![Arg::Int(0), value]) {
                    boxes.push((*slot, v));
                }
            }
        }
        let exn = self.fresh();
        let mut caught = state.clone();
        caught.accu = Arg::Var(exn);
        let handler = if boxes.is_empty() {
            self.edge(handler, &caught, pc)?
        } else {
            let param = self.fresh();
            caught.accu = Arg::Var(param);
            let body = std::mem::take(&mut self.body);
            for (slot, cell) in &boxes {
                caught.slots[*slot] = self.prim("%field", smallvec![Arg::Var(*cell), Arg::Int(0)]);
            }
            let target = self.edge(handler, &caught, pc)?;
            let body = std::mem::replace(&mut self.body, body);
            self.blocks.push(Block { params: vec![param], body, term: Term::Jump(target) });
            Target { block: (self.blocks.len() - 1) as u32, args: smallvec![Arg::Var(exn)] }
        };
        self.boxes.extend(boxes.into_iter().map(|(slot, v)| ((trap, slot), v)));
        state.slots.extend([UNDEFINED, UNDEFINED, UNDEFINED, UNDEFINED]);
        let body = self.edge(body, &state, pc)?;
        Ok(Term::Pushtrap { exn, body, handler })
    }

    /// The instruction that ends a block.
    fn term(&mut self, pc: usize, op: &Op, next: usize, mut state: State) -> Result<Term> {
        let accu = state.accu;
        match op {
            Op::Branch(l) => Ok(Term::Jump(self.edge(self.block_at(*l), &state, pc)?)),
            Op::Branchif(l) | Op::Branchifnot(l) => {
                let taken = matches!(op, Op::Branchif(_));
                let (yes, no) = if taken { (*l, next) } else { (next, *l) };
                if let Arg::Var(v) = accu
                    && v != u32::MAX
                    && self.booleans[v as usize]
                {
                    state.accu = Arg::Int(1);
                }
                let yes = self.edge(self.block_at(yes), &state, pc)?;
                state.accu = Arg::Int(0);
                let no = self.edge(self.block_at(no), &state, pc)?;
                Ok(Term::If(accu, yes, no))
            }
            Op::Compare(name, constant, l) => {
                let test = self.prim(*name, smallvec![*constant, accu]);
                let yes = self.edge(self.block_at(*l), &state, pc)?;
                let no = self.edge(self.block_at(next), &state, pc)?;
                Ok(Term::If(test, yes, no))
            }
            Op::Switch(ints, tags) => {
                let mut targets = [Vec::new(), Vec::new()];
                for (i, labels) in [ints, tags].into_iter().enumerate() {
                    for l in labels {
                        targets[i].push(self.edge(self.block_at(*l), &state, pc)?);
                    }
                }
                let [ints, tags] = targets;
                Ok(Term::Switch(accu, ints, tags))
            }
            Op::Pushtrap(l) => self.pushtrap(pc, self.block_at(*l), next, state),
            Op::Poptrap => {
                state.slots.truncate(state.slots.len() - 4);
                Ok(Term::Poptrap(self.edge(self.block_at(next), &state, pc)?))
            }
            Op::Raise(kind) => {
                self.place(*kind, pc, pc);
                Ok(Term::Raise(accu))
            }
            Op::Stop => Ok(Term::Return(Arg::Int(0))),
            Op::Appterm(n, _) => {
                let args = pop(&mut state, *n, pc)?;
                Ok(Term::Tail { closure: accu, args, callee: Callee::Any })
            }
            Op::Resumeterm(n, _) => {
                let mut args = smallvec![accu];
                args.append(&mut pop(&mut state, *n, pc)?);
                Ok(Term::Return(self.prim("%resume", args)))
            }
            Op::Reperformterm(_) => {
                let mut args = smallvec![accu];
                args.append(&mut pop(&mut state, 2, pc)?);
                Ok(Term::Return(self.prim("%reperform", args)))
            }
            _ => Ok(Term::Return(accu)),
        }
    }

    /// Executes the block that starts at `pc`.
    fn block(&mut self, pc: usize, mut state: State) -> Result<Term> {
        let mut pc = pc;
        let mut read = false;
        loop {
            let Instruction { push, op, next } = self.code.instruction(pc)?;
            self.names_at(pc, &state);
            if push {
                state.slots.push(state.accu);
            } else if read {
                self.keep(&op, &state.accu);
            }
            if traffic(&op).ends {
                return self.term(pc, &op, next, state);
            }
            read = matches!(op, Op::Acc(_) | Op::Envacc(_)) || read && !push && matches!(op, Op::Getfield(_));
            self.execute(pc, &op, next, &mut state)?;
            if self.code.leader[next] {
                let target = self.edge(self.block_at(next), &state, pc)?;
                return Ok(Term::Jump(target));
            }
            pc = next;
        }
    }

    /// All blocks, a predecessor first.
    fn build(&mut self) -> Result<Vec<Var>> {
        let (entry, arity) = (self.code.functions[self.function].entry, self.code.functions[self.function].arity);
        let mut params = vec![self.fresh()];
        let mut state = State { slots: vec![UNDEFINED; arity], accu: Arg::Int(0) };
        for i in 0..arity {
            let v = self.fresh();
            params.push(v);
            state.slots[arity - 1 - i] = Arg::Var(v);
        }
        if self.graph.starts[0] == NONE {
            let target = self.edge(self.graph.successors[0][0], &state, entry)?;
            self.blocks[0].term = Term::Jump(target);
        } else {
            self.left[0] = Some(state);
        }
        let count = self.graph.starts.len();
        let mut seen = vec![false; count];
        let mut work = vec![0];
        while let Some(b) = work.pop() {
            if seen[b] {
                continue;
            }
            seen[b] = true;
            if self.graph.starts[b] != NONE {
                let state = self.enter(b);
                let term = self.block(self.graph.starts[b], state)?;
                self.blocks[b].body = std::mem::take(&mut self.body);
                self.blocks[b].term = term;
            }
            for s in self.graph.successors[b].iter().rev() {
                if !seen[*s] {
                    work.push(*s);
                }
            }
        }
        Ok(params)
    }
}

/// The names of variables, each with its number. Functions that are built at the same time share them, so the numbers say nothing else.
#[derive(Default)]
struct Hints(Mutex<FxHashMap<String, Hint>>);

impl Hints {
    fn number(&self, name: String) -> Hint {
        if name.is_empty() {
            return NO_HINT;
        }
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = numbers.len() as Hint + 1;
        *numbers.entry(name).or_insert(next)
    }

    /// The names in the order of their numbers.
    fn list(self) -> Vec<String> {
        let numbers = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut list = vec![String::new(); numbers.len() + 1];
        numbers.into_iter().for_each(|(name, number)| list[number as usize] = name);
        list
    }
}

/// What all functions are built from.
struct Source<'a, 'b> {
    code: Code<'b>,
    ids: Vec<u32>,
    debug: Debug<'b>,
    table: &'a Table,
    places: Option<Places>,
    watch: Watch,
    hints: Hints,
}

/// A function and its places.
fn function(source: &Source, number: usize, name: String, place: String) -> Result<(Func, Vec<Place>)> {
    let Source { code, ids, debug, table, places, watch, hints } = source;
    let graph = liveness::run(code, number)?;
    let count = graph.starts.len();
    let mut builder = Builder {
        code,
        ids,
        debug,
        table,
        places: places.as_ref(),
        watch: *watch,
        function: number,
        graph,
        left: vec![None; count],
        blocks: vec![Block { params: Vec::new(), body: Vec::new(), term: Term::Unreachable }; count],
        body: Vec::new(),
        hints,
        names: Vec::new(),
        booleans: Vec::new(),
        boxes: BTreeMap::new(),
        found: Vec::new(),
    };
    let params = builder.build()?;
    let (blocks, names) = (builder.blocks, builder.names);
    Ok((Func { id: ids[number], name, place, kind: Kind::Closure, params, exits: 0, blocks, names }, builder.found))
}

/// Numbers the places of a function on from those of the functions before it.
fn number_places(f: &mut Func, before: usize) {
    for instr in f.blocks.iter_mut().flat_map(|block| &mut block.body) {
        if let Instr::Prim { name, args, .. } = instr
            && name == "%place"
            && let [Arg::Int(number)] = args.as_mut_slice()
        {
            *number += before as i32;
        }
    }
}

/// The program in SSA, with what `table` says of its primitives; with `%place` instructions if backtraces are wanted.
pub fn run(image: &Image, table: &Table, backtraces: bool) -> Result<Program> {
    let (debug, code) = parallel::both(|| debug_events::run(image), || discover::run(image));
    let code = code?;
    let mut order: Vec<usize> = (0..code.functions.len()).collect();
    order.sort_unstable_by_key(|n| code.functions[*n].entry);
    let mut ids = vec![0; order.len()];
    for (id, number) in order.iter().enumerate() {
        ids[*number] = id as u32;
    }
    let mut sites = Vec::new();
    for number in &order {
        let f = &code.functions[*number];
        let parent = if f.parent == NONE { None } else { Some(ids[f.parent]) };
        let start = if f.arity > 1 { f.entry + 2 } else { f.entry };
        sites.push(names::Site { start, parent, created: f.created });
    }
    let debug = debug?;
    let function_names = names::functions(image, &debug, &sites, &code.units);
    let main = ids[0];
    let places = backtraces.then(|| places(&code));
    let called = code.instructions().filter_map(|(_, i)| match i.op {
        Op::Ccall(_, number) => Some(image.primitives[number].as_str()),
        _ => None,
    });
    let watch = allocations::watch(called);
    let source = Source { code, ids, debug, table, places, watch, hints: Hints::default() };
    let named = order.iter().zip(&sites).zip(function_names);
    let built =
        parallel::map(named, |((number, site), name)| function(&source, *number, name, names::place(&source.debug, site.start)));
    let (mut functions, mut places) = (Vec::new(), Vec::new());
    for built in built {
        let (mut function, mut found) = built?;
        if !found.is_empty() {
            number_places(&mut function, places.len());
            places.append(&mut found);
        }
        functions.push(Some(function));
    }
    Ok(Program {
        functions,
        main,
        data: image.data.clone(),
        globals: image.globals.clone(),
        global_names: image.global_names.clone(),
        hints: source.hints.list(),
        lifted: 0,
        places,
        version: image.version,
    })
}
