//! Bytecode to SSA: finds the functions and their blocks, executes each block symbolically, and gives a block with
//! several predecessors a parameter for each stack slot (and the accumulator) that is live there.
//! Stack slots are numbered from the bottom of the function's frame.

use crate::bytecode::container::Image;
use crate::bytecode::debug_events::{self, Debug};
use crate::bytecode::opcode::{self, Instruction, Op};
use crate::bytecode::unmarshal::Value;
use crate::error::{Error, Result};
use crate::ir::program::{Arg, Block, Func, Instr, Kind, Program, Target, Term, Var};
use crate::passes::names;

const NONE: usize = usize::MAX;
/// In deeper frames variables get no names: each event lists all of them.
const NAMED: usize = 64;
/// What a slot holds that belongs to a trap or a return address.
const UNDEFINED: Arg = Arg::Var(u32::MAX);

fn fail<T>(pc: usize, message: &str) -> Result<T> {
    Err(Error::at("CODE", pc * 4, message))
}

/// What an instruction does to the stack and the accumulator, after its push.
struct Traffic {
    reads_accu: bool,
    /// How many slots it reads from the top.
    reads: usize,
    pops: usize,
    pushes: usize,
    writes_accu: bool,
}

fn traffic(op: &Op) -> Traffic {
    let make = |reads_accu, reads, pops, pushes, writes_accu| Traffic { reads_accu, reads, pops, pushes, writes_accu };
    match op {
        Op::Nop | Op::Grab(_) | Op::Restart | Op::Branch(_) | Op::Stop => make(false, 0, 0, 0, false),
        Op::Acc(_) | Op::Envacc(_) | Op::Offsetclosure(_) => make(false, 0, 0, 0, true),
        Op::Getglobal(_) | Op::Getglobalfield(_, _) | Op::Const(_) => make(false, 0, 0, 0, true),
        Op::Pop(n) => make(false, 0, *n, 0, false),
        Op::PushRetaddr(_) => make(false, 0, 0, 3, false),
        Op::Apply(n) => make(true, *n, if *n > 3 { *n + 3 } else { *n }, 0, true),
        Op::Closure(n, _) => {
            let below = if *n > 0 { *n - 1 } else { 0 };
            make(*n > 0, below, below, 0, true)
        }
        Op::Closurerec(n, labels) => {
            let below = if *n > 0 { *n - 1 } else { 0 };
            make(*n > 0, below, below, labels.len(), true)
        }
        Op::Block(_, n) => {
            let below = if *n > 0 { *n - 1 } else { 0 };
            make(*n > 0, below, below, 0, true)
        }
        Op::Assign(_) | Op::Setglobal(_) | Op::Getfield(_) => make(true, 0, 0, 0, true),
        Op::Offsetint(_) | Op::Offsetref(_) | Op::Perform => make(true, 0, 0, 0, true),
        Op::Setfield(_) => make(true, 1, 1, 0, true),
        Op::Prim(_, n) | Op::Ccall(n, _) => {
            let below = if *n > 0 { *n - 1 } else { 0 };
            make(true, below, below, 0, true)
        }
        Op::Getmethod | Op::Getdynmet => make(true, 1, 0, 0, true),
        Op::Getpubmet(_) => make(true, 0, 0, 1, true),
        Op::Resume(n) => make(true, *n, *n, 0, true),
        Op::Pushtrap(_) => make(false, 0, 0, 4, false),
        Op::Poptrap => make(false, 0, 4, 0, false),
        Op::Branchif(_) | Op::Branchifnot(_) | Op::Compare(_, _, _) | Op::Switch(_, _) => make(true, 0, 0, 0, false),
        Op::Return(_) | Op::Raise => make(true, 0, 0, 0, false),
        Op::Appterm(n, _) | Op::Resumeterm(n, _) => make(true, *n, *n, 0, false),
        Op::Reperformterm(_) => make(true, 2, 2, 0, false),
    }
}

/// Does the instruction end its block?
fn ends_block(op: &Op) -> bool {
    matches!(
        op,
        Op::Branch(_)
            | Op::Branchif(_)
            | Op::Branchifnot(_)
            | Op::Compare(_, _, _)
            | Op::Switch(_, _)
            | Op::Pushtrap(_)
            | Op::Poptrap
            | Op::Return(_)
            | Op::Appterm(_, _)
            | Op::Resumeterm(_, _)
            | Op::Reperformterm(_)
            | Op::Raise
            | Op::Stop
    )
}

/// The result is 0 or 1.
fn is_boolean(name: &str) -> bool {
    matches!(
        name,
        "%int_eq" | "%int_ne" | "%int_lt" | "%int_le" | "%int_gt" | "%int_ge" | "%int_ult" | "%int_uge" | "%bool_not" | "%is_int"
    )
}

struct Trap {
    /// The enclosing one.
    outer: usize,
    /// Of the stack below the trap's own four slots.
    depth: usize,
    /// Slots that are assigned while it is set.
    assigned: Vec<usize>,
    /// The cells that keep what the handler must see of those: slot, variable.
    boxes: Vec<(usize, Var)>,
}

/// A function found in the code. Offsets are those of OCaml's closure block: function `i` of a recursive
/// definition stands at `3 * i`, captured values follow the functions.
struct Function {
    entry: usize,
    arity: usize,
    /// Its own offset, that of the first captured value, the end.
    offset: usize,
    captured: usize,
    size: usize,
    /// The function that creates it and where.
    parent: usize,
    created: usize,
    leaders: Vec<usize>,
    /// Offsets it uses, apart from its own.
    used: Vec<usize>,
    /// The slots' assignments: trap, slot.
    assigns: Vec<(usize, usize)>,
}

/// What is known of each word of the code.
struct Code<'a> {
    image: &'a Image,
    /// Instructions that have been reached.
    instructions: Vec<Option<Instruction>>,
    /// Function, depth of the stack and innermost trap before it.
    owner: Vec<usize>,
    depth: Vec<usize>,
    trap: Vec<usize>,
    leader: Vec<bool>,
    /// A leader whose block takes parameters for what is live, however it is reached.
    forced: Vec<bool>,
    /// Number of the function that starts here, later of the block.
    function_at: Vec<usize>,
    block_at: Vec<usize>,
    traps: Vec<Trap>,
    functions: Vec<Function>,
    set_globals: Vec<bool>,
    /// Where main sets a global that has a name: address, global.
    units: Vec<(usize, usize)>,
}

impl Code<'_> {
    fn instruction(&self, pc: usize) -> Result<&Instruction> {
        match self.instructions.get(pc) {
            Some(Some(i)) => Ok(i),
            _ => fail(pc, "no instruction here"),
        }
    }

    /// Notes that control comes to `pc` with this stack; gives whether for the first time.
    fn reach(&mut self, function: usize, pc: usize, depth: usize, trap: usize) -> Result<bool> {
        if self.owner[pc] == NONE {
            self.owner[pc] = function;
            self.depth[pc] = depth;
            self.trap[pc] = trap;
            return Ok(true);
        }
        if self.owner[pc] != function {
            return fail(pc, "code of two functions");
        }
        if self.depth[pc] != depth || self.trap[pc] != trap {
            return fail(pc, "stack depth differs between two ways to the same instruction");
        }
        Ok(false)
    }

    /// Makes `pc` the start of a block, and queues it when it is new.
    fn lead(&mut self, work: &mut Vec<usize>, function: usize, pc: usize, depth: usize, trap: usize) -> Result<()> {
        if !self.leader[pc] {
            self.leader[pc] = true;
            self.functions[function].leaders.push(pc);
        }
        if self.reach(function, pc, depth, trap)? {
            work.push(pc);
        }
        Ok(())
    }

    /// A function whose code is at `entry`.
    fn add_function(
        &mut self,
        entry: usize,
        offset: usize,
        captured: usize,
        size: usize,
        parent: usize,
        created: usize,
    ) -> Result<()> {
        if self.function_at[entry] != NONE {
            return fail(created, "function that is created in two places");
        }
        self.function_at[entry] = self.functions.len();
        let arity = match opcode::decode(self.image, entry)?.op {
            Op::Grab(n) => n + 1,
            _ => 1,
        };
        self.functions.push(Function {
            entry,
            arity: if parent == NONE { 0 } else { arity },
            offset,
            captured,
            size,
            parent,
            created,
            leaders: Vec::new(),
            used: Vec::new(),
            assigns: Vec::new(),
        });
        Ok(())
    }

    /// Records that `function` uses the closure block at `offset` from itself.
    fn use_offset(&mut self, function: usize, pc: usize, offset: i64, env: bool) -> Result<()> {
        let f = &mut self.functions[function];
        let at = f.offset as i64 + offset;
        if env && (at < f.captured as i64 || at >= f.size as i64) {
            return fail(pc, "captured variable that does not exist");
        }
        if !env && (at < 0 || at >= f.captured as i64 || at % 3 != 0 || f.parent == NONE) {
            return fail(pc, "function that does not exist in the closure");
        }
        if at != f.offset as i64 {
            f.used.push(at as usize);
        }
        Ok(())
    }

    /// Walks over the code of a function: its leaders, depths, traps, and the functions that it creates.
    fn explore(&mut self, function: usize) -> Result<()> {
        let entry = self.functions[function].entry;
        let arity = self.functions[function].arity;
        let main = self.functions[function].parent == NONE;
        let mut work = Vec::new();
        self.lead(&mut work, function, entry, arity, NONE)?;
        while let Some(start) = work.pop() {
            let mut pc = start;
            loop {
                let instruction = opcode::decode(self.image, pc)?;
                let next = instruction.next;
                let trap = self.trap[pc];
                let depth = self.depth[pc] + usize::from(instruction.push);
                self.step(function, pc, &instruction.op, depth, trap)?;
                let t = traffic(&instruction.op);
                if matches!(instruction.op, Op::Poptrap) {
                    if trap == NONE || self.traps[trap].depth + 4 != depth {
                        return fail(pc, "no trap to pop");
                    }
                } else {
                    let floor = if trap == NONE { 0 } else { self.traps[trap].depth + 4 };
                    if t.reads > depth || floor + t.pops > depth {
                        return fail(pc, "stack underflow");
                    }
                }
                let after = depth - t.pops + t.pushes;
                let ends = ends_block(&instruction.op);
                let mut forced = matches!(instruction.op, Op::Poptrap);
                match &instruction.op {
                    Op::Branch(l) => self.lead(&mut work, function, *l, after, trap)?,
                    Op::Branchif(l) | Op::Branchifnot(l) | Op::Compare(_, _, l) => {
                        self.lead(&mut work, function, *l, after, trap)?;
                        self.lead_next(&mut work, function, next, after, trap)?;
                    }
                    Op::Switch(ints, tags) => {
                        for l in ints.iter().chain(tags.iter()) {
                            self.lead(&mut work, function, *l, after, trap)?;
                        }
                    }
                    Op::Pushtrap(l) => {
                        self.lead(&mut work, function, *l, depth, trap)?;
                        self.forced[*l] = true;
                        let inner = self.traps.len();
                        self.traps.push(Trap { outer: trap, depth, assigned: Vec::new(), boxes: Vec::new() });
                        self.lead_next(&mut work, function, next, after, inner)?;
                    }
                    Op::Poptrap => {
                        let outer = self.traps[trap].outer;
                        self.lead_next(&mut work, function, next, after, outer)?;
                    }
                    Op::Setglobal(_) => forced = main && after == 0 && trap == NONE,
                    _ => {}
                }
                self.instructions[pc] = Some(instruction);
                if forced || !ends {
                    if next >= self.leader.len() {
                        return fail(pc, "the code ends here without a return");
                    }
                    self.forced[next] = self.forced[next] || forced;
                }
                if ends {
                    break;
                }
                if forced || self.owner[next] != NONE {
                    self.lead(&mut work, function, next, after, trap)?;
                    break;
                }
                self.reach(function, next, after, trap)?;
                pc = next;
            }
        }
        Ok(())
    }

    /// The block after one that ends with a test.
    fn lead_next(&mut self, work: &mut Vec<usize>, function: usize, next: usize, depth: usize, trap: usize) -> Result<()> {
        if next >= self.leader.len() {
            return fail(next, "the code ends here without a return");
        }
        self.lead(work, function, next, depth, trap)
    }

    /// What one instruction tells of the function; `depth` is that after its push.
    fn step(&mut self, function: usize, pc: usize, op: &Op, depth: usize, trap: usize) -> Result<()> {
        match op {
            Op::Acc(n) if *n >= depth => fail(pc, "stack underflow"),
            Op::Assign(n) => {
                if *n >= depth {
                    return fail(pc, "stack underflow");
                }
                if trap != NONE {
                    self.functions[function].assigns.push((trap, depth - 1 - *n));
                }
                Ok(())
            }
            Op::Envacc(n) => self.use_offset(function, pc, *n as i64, true),
            Op::Offsetclosure(n) => self.use_offset(function, pc, i64::from(*n), false),
            Op::Closure(vars, label) => self.add_function(*label, 0, 2, 2 + *vars, function, pc),
            Op::Closurerec(vars, labels) => {
                if labels.is_empty() {
                    return fail(pc, "closure without functions");
                }
                let captured = 3 * labels.len() - 1;
                for (i, label) in labels.iter().enumerate() {
                    self.add_function(*label, 3 * i, captured, captured + *vars, function, pc)?;
                }
                Ok(())
            }
            Op::Getglobal(n) | Op::Getglobalfield(n, _) if *n >= self.image.globals.len() => {
                fail(pc, "global that does not exist")
            }
            Op::Setglobal(n) => {
                if *n >= self.image.globals.len() {
                    return fail(pc, "global that does not exist");
                }
                self.set_globals[*n] = true;
                let named = self.image.global_names.get(*n).is_some_and(|name| !name.is_empty());
                if named && self.functions[function].parent == NONE {
                    self.units.push((pc, *n));
                }
                Ok(())
            }
            Op::Grab(_) if self.functions[function].entry != pc => fail(pc, "GRAB inside a function"),
            Op::Restart => fail(pc, "RESTART inside a function"),
            Op::Ccall(0, _) => fail(pc, "call of a primitive without arguments"),
            Op::Apply(0) | Op::Appterm(0, _) => fail(pc, "application to nothing"),
            Op::Return(_) | Op::Appterm(_, _) | Op::Resumeterm(_, _) | Op::Reperformterm(_) | Op::Stop if trap != NONE => {
                fail(pc, "the function is left with a trap set")
            }
            _ => Ok(()),
        }
    }
}

/// Everything that main reaches.
fn discover(image: &Image) -> Result<Code<'_>> {
    let size = image.code.len();
    let mut code = Code {
        image,
        instructions: vec![None; size],
        owner: vec![NONE; size],
        depth: vec![0; size],
        trap: vec![NONE; size],
        leader: vec![false; size],
        forced: vec![false; size],
        function_at: vec![NONE; size],
        block_at: vec![NONE; size],
        traps: Vec::new(),
        functions: Vec::new(),
        set_globals: vec![false; image.globals.len()],
        units: Vec::new(),
    };
    if size == 0 {
        return fail(0, "no code");
    }
    code.add_function(0, 0, 0, 0, NONE, 0)?;
    let mut next = 0;
    while next < code.functions.len() {
        code.explore(next)?;
        next += 1;
    }
    for f in &mut code.functions {
        f.leaders.sort_unstable();
        f.used.sort_unstable();
        f.used.dedup();
    }
    code.units.sort_unstable();
    Ok(code)
}

/// Symbolic stack and accumulator.
#[derive(Clone)]
struct State {
    slots: Vec<Arg>,
    accu: Arg,
}

/// A function being built.
struct Builder<'a, 'b> {
    code: &'a mut Code<'b>,
    /// Function id by number of discovery.
    ids: &'a [u32],
    debug: &'a Debug,
    function: usize,
    /// Start of each block, NONE for those that have none in the code.
    starts: Vec<usize>,
    successors: Vec<Vec<usize>>,
    /// Ends by setting a trap: the second successor is its handler.
    sets_trap: Vec<bool>,
    has_params: Vec<bool>,
    /// For each block, the slots that are live at its start, then the accumulator.
    live: Vec<Vec<bool>>,
    /// What the only predecessor of a block leaves.
    left: Vec<Option<State>>,
    blocks: Vec<Block>,
    body: Vec<Instr>,
    names: Vec<String>,
    booleans: Vec<bool>,
}

impl Builder<'_, '_> {
    fn fresh(&mut self) -> Var {
        self.names.push(String::new());
        self.booleans.push(false);
        (self.names.len() - 1) as Var
    }

    fn add_block(&mut self, start: usize) {
        self.starts.push(start);
        self.successors.push(Vec::new());
        self.sets_trap.push(false);
        self.has_params.push(false);
        self.live.push(Vec::new());
        self.left.push(None);
        self.blocks.push(Block { params: Vec::new(), body: Vec::new(), term: Term::Unreachable });
    }

    /// Numbers the blocks; the entry gets a block of its own in front when something jumps to it.
    fn number_blocks(&mut self) -> Result<()> {
        let leaders = self.code.functions[self.function].leaders.clone();
        let entry = self.code.functions[self.function].entry;
        let mut counts = vec![0; leaders.len()];
        for (i, pc) in leaders.iter().enumerate() {
            self.code.block_at[*pc] = i;
        }
        let mut successors = Vec::new();
        for pc in &leaders {
            let list = self.successors_of(*pc)?;
            for b in &list.0 {
                counts[*b] += 1;
            }
            successors.push(list);
        }
        let start = self.code.block_at[entry];
        let shift = usize::from(start != 0 || counts[start] > 0);
        if shift > 0 {
            self.add_block(NONE);
            self.successors[0].push(start + 1);
            counts[start] += 1;
        }
        for (i, pc) in leaders.iter().enumerate() {
            self.add_block(*pc);
            self.code.block_at[*pc] = i + shift;
            self.has_params[i + shift] = counts[i] > 1 || self.code.forced[*pc];
            self.sets_trap[i + shift] = successors[i].1;
            for b in &successors[i].0 {
                self.successors[i + shift].push(*b + shift);
            }
        }
        Ok(())
    }

    /// Blocks that may follow the one that starts at `pc`, and whether it ends by setting a trap.
    fn successors_of(&self, pc: usize) -> Result<(Vec<usize>, bool)> {
        let mut pc = pc;
        loop {
            let i = self.code.instruction(pc)?;
            let at = |l: &usize| self.code.block_at[*l];
            let next = i.next;
            match &i.op {
                Op::Branch(l) => return Ok((vec![at(l)], false)),
                Op::Branchif(l) | Op::Branchifnot(l) | Op::Compare(_, _, l) => return Ok((vec![at(l), at(&next)], false)),
                Op::Switch(ints, tags) => return Ok((ints.iter().chain(tags.iter()).map(at).collect(), false)),
                Op::Pushtrap(l) => return Ok((vec![at(&next), at(l)], true)),
                Op::Poptrap => return Ok((vec![at(&next)], false)),
                op if ends_block(op) => return Ok((Vec::new(), false)),
                _ => {}
            }
            if self.code.leader[next] {
                return Ok((vec![at(&next)], false));
            }
            pc = next;
        }
    }

    /// What a block does to the slots below its first depth and (last) to the accumulator: 1 reads first, 2 writes first.
    fn marks(&self, block: usize) -> Result<Vec<u8>> {
        let mut pc = self.starts[block];
        if pc == NONE {
            return Ok(vec![0]);
        }
        let depth_in = self.code.depth[pc];
        let mut marks = vec![0; depth_in + 1];
        let mut touch = |slot: usize, what: u8| {
            if slot < depth_in && marks[slot] == 0 {
                marks[slot] = what;
            }
        };
        let mut accu = 0;
        loop {
            let i = self.code.instruction(pc)?;
            let mut depth = self.code.depth[pc];
            let t = traffic(&i.op);
            if (i.push || t.reads_accu) && accu == 0 {
                accu = 1;
            }
            if i.push {
                touch(depth, 2);
                depth += 1;
            }
            for slot in depth - t.reads..depth {
                touch(slot, 1);
            }
            match &i.op {
                Op::Acc(n) => touch(depth - 1 - *n, 1),
                Op::Assign(n) => touch(depth - 1 - *n, 2),
                _ => {}
            }
            depth -= t.pops;
            for slot in depth..depth + t.pushes {
                touch(slot, 2);
            }
            if t.writes_accu && accu == 0 {
                accu = 2;
            }
            if ends_block(&i.op) || self.code.leader[i.next] {
                marks[depth_in] = accu;
                return Ok(marks);
            }
            pc = i.next;
        }
    }

    fn liveness(&mut self) -> Result<()> {
        let count = self.starts.len();
        let mut marks = Vec::new();
        let mut predecessors: Vec<Vec<usize>> = vec![Vec::new(); count];
        for b in 0..count {
            let m = self.marks(b)?;
            self.live[b] = m.iter().map(|x| *x == 1).collect();
            marks.push(m);
            for s in &self.successors[b] {
                predecessors[*s].push(b);
            }
        }
        let mut work: Vec<usize> = (0..count).collect();
        let mut queued = vec![true; count];
        while let Some(b) = work.pop() {
            queued[b] = false;
            for p in &predecessors[b] {
                // A handler's accumulator is the exception.
                let handler = self.sets_trap[*p] && self.successors[*p][1] == b;
                let last = self.live[b].len() - 1;
                let bottom = self.live[*p].len() - 1;
                let mut changed = false;
                for slot in 0..last {
                    if slot < bottom && self.live[b][slot] && marks[*p][slot] == 0 && !self.live[*p][slot] {
                        self.live[*p][slot] = true;
                        changed = true;
                    }
                }
                if !handler && self.live[b][last] && marks[*p][bottom] == 0 && !self.live[*p][bottom] {
                    self.live[*p][bottom] = true;
                    changed = true;
                }
                if changed && !queued[*p] {
                    queued[*p] = true;
                    work.push(*p);
                }
            }
        }
        Ok(())
    }

    fn prim(&mut self, name: &str, args: Vec<Arg>) -> Arg {
        let dest = self.fresh();
        self.booleans[dest as usize] = is_boolean(name);
        self.body.push(Instr::Prim { dest, name: name.to_string(), args });
        Arg::Var(dest)
    }

    /// The edge to `block` with this state.
    fn edge(&mut self, block: usize, state: &State, pc: usize) -> Result<Target> {
        let mut args = Vec::new();
        if self.has_params[block] {
            let last = self.live[block].len() - 1;
            for slot in 0..last {
                if self.live[block][slot] {
                    args.push(defined(&state.slots[slot], pc)?);
                }
            }
            if self.live[block][last] {
                args.push(state.accu.clone());
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
        let last = self.live[block].len() - 1;
        let mut state = State { slots: vec![UNDEFINED; last], accu: Arg::Int(0) };
        for slot in 0..last {
            if self.live[block][slot] {
                let v = self.fresh();
                self.blocks[block].params.push(v);
                state.slots[slot] = Arg::Var(v);
            }
        }
        if self.live[block][last] {
            let v = self.fresh();
            self.blocks[block].params.push(v);
            state.accu = Arg::Var(v);
        }
        state
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
        if self.starts[0] == NONE {
            let target = self.edge(self.successors[0][0], &state, entry)?;
            self.blocks[0].term = Term::Jump(target);
        } else {
            self.left[0] = Some(state);
        }
        let count = self.starts.len();
        let mut seen = vec![false; count];
        let mut work = vec![0];
        while let Some(b) = work.pop() {
            if seen[b] {
                continue;
            }
            seen[b] = true;
            if self.starts[b] != NONE {
                let state = self.enter(b);
                let term = self.block(self.starts[b], state)?;
                self.blocks[b].body = std::mem::take(&mut self.body);
                self.blocks[b].term = term;
            }
            for s in self.successors[b].iter().rev() {
                if !seen[*s] {
                    work.push(*s);
                }
            }
        }
        Ok(params)
    }

    /// Names the variables that the debug information knows at `pc`.
    fn names_at(&mut self, pc: usize, state: &State) {
        let depth = state.slots.len();
        if depth > NAMED {
            return;
        }
        for (index, name) in self.debug.stack_names(pc) {
            if index < depth {
                if let Arg::Var(v) = state.slots[depth - 1 - index] {
                    if v != u32::MAX && self.names[v as usize].is_empty() {
                        self.names[v as usize] = names::variable(&name);
                    }
                }
            }
        }
    }

    /// Executes the block that starts at `pc`.
    fn block(&mut self, pc: usize, mut state: State) -> Result<Term> {
        let mut pc = pc;
        loop {
            let Instruction { push, op, next } = self.code.instruction(pc)?.clone();
            self.names_at(pc, &state);
            if push {
                state.slots.push(state.accu.clone());
            }
            if ends_block(&op) {
                return self.term(pc, &op, next, state);
            }
            self.execute(pc, &op, &mut state)?;
            if self.code.leader[next] {
                let target = self.edge(self.code.block_at[next], &state, pc)?;
                return Ok(Term::Jump(target));
            }
            pc = next;
        }
    }

    /// An instruction that is not the end of a block.
    fn execute(&mut self, pc: usize, op: &Op, state: &mut State) -> Result<()> {
        let accu = state.accu.clone();
        match op {
            Op::Acc(n) => state.accu = defined(&state.slots[state.slots.len() - 1 - *n], pc)?,
            Op::Assign(n) => {
                let slot = state.slots.len() - 1 - *n;
                let mut trap = self.code.trap[pc];
                while trap != NONE {
                    let boxed = self.code.traps[trap].boxes.iter().find(|b| b.0 == slot).map(|b| b.1);
                    if let Some(cell) = boxed {
                        self.prim("%setfield", vec![Arg::Var(cell), Arg::Int(0), accu.clone()]);
                    }
                    trap = self.code.traps[trap].outer;
                }
                state.slots[slot] = accu;
                state.accu = Arg::Int(0);
            }
            Op::Pop(n) => state.slots.truncate(state.slots.len() - *n),
            Op::PushRetaddr(_) => state.slots.extend([UNDEFINED, UNDEFINED, UNDEFINED]),
            Op::Const(c) => state.accu = c.clone(),
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
                let dest = self.fresh();
                self.body.push(Instr::Apply { dest, closure: accu, args, known: None });
                state.accu = Arg::Var(dest);
            }
            Op::Closure(vars, label) => self.closures(*vars, std::slice::from_ref(label), false, state, pc)?,
            Op::Closurerec(vars, labels) => self.closures(*vars, labels, true, state, pc)?,
            Op::Getglobal(n) => state.accu = self.global(*n),
            Op::Getglobalfield(n, field) => {
                let global = self.global(*n);
                state.accu = self.prim("%field", vec![global, Arg::Int(*field as i32)]);
            }
            Op::Setglobal(n) => {
                self.prim("%set_global", vec![Arg::Int(*n as i32), accu]);
                state.accu = Arg::Int(0);
            }
            Op::Block(tag, size) => {
                let mut args = vec![Arg::Int(i32::from(*tag))];
                if *size > 0 {
                    args.push(accu);
                    args.append(&mut pop(state, *size - 1, pc)?);
                }
                state.accu = self.prim("%block", args);
            }
            Op::Getfield(n) => state.accu = self.prim("%field", vec![accu, Arg::Int(*n as i32)]),
            Op::Setfield(n) => {
                let mut args = vec![accu, Arg::Int(*n as i32)];
                args.append(&mut pop(state, 1, pc)?);
                self.prim("%setfield", args);
                state.accu = Arg::Int(0);
            }
            Op::Prim(name, n) => {
                let mut args = vec![accu];
                args.append(&mut pop(state, *n - 1, pc)?);
                let result = self.prim(name, args);
                state.accu = if *name == "%array_set" || *name == "%bytes_set" { Arg::Int(0) } else { result };
            }
            Op::Ccall(n, number) => {
                let mut args = vec![accu];
                args.append(&mut pop(state, *n - 1, pc)?);
                let name = self.code.image.primitives[*number].clone();
                state.accu = self.prim(&name, args);
            }
            Op::Offsetint(n) => state.accu = self.prim("%int_add", vec![accu, n.clone()]),
            Op::Offsetref(n) => {
                self.prim("%offset_ref", vec![accu, n.clone()]);
                state.accu = Arg::Int(0);
            }
            Op::Getmethod | Op::Getdynmet => {
                let name = if matches!(op, Op::Getmethod) { "%get_method" } else { "%dynamic_method" };
                let object = defined(&state.slots[state.slots.len() - 1], pc)?;
                state.accu = self.prim(name, vec![accu, object]);
            }
            Op::Getpubmet(tag) => {
                state.slots.push(accu.clone());
                state.accu = self.prim("%public_method", vec![accu, tag.clone()]);
            }
            Op::Perform => state.accu = self.prim("%perform", vec![accu]),
            Op::Resume(n) => {
                let mut args = vec![accu];
                args.append(&mut pop(state, *n, pc)?);
                state.accu = self.prim("%resume", args);
            }
            _ => {}
        }
        Ok(())
    }

    /// What stands at this offset of the closure block.
    fn captured(&mut self, offset: usize) -> Arg {
        let used = &self.code.functions[self.function].used;
        let k = used.partition_point(|o| *o < offset);
        self.prim("%env", vec![Arg::Var(0), Arg::Int(k as i32)])
    }

    /// A global, or its constant.
    fn global(&mut self, n: usize) -> Arg {
        let node = self.code.image.globals[n];
        if !self.code.set_globals[n] {
            match self.code.image.data.nodes.get(node as usize) {
                Some(Value::Int(i)) => return Arg::Int(*i),
                Some(Value::Wide(s)) => return Arg::Wide(s.clone()),
                Some(Value::Str(s)) if s.len() <= 64 => return Arg::Literal(node),
                Some(Value::Double(_)) => return Arg::Literal(node),
                _ => {}
            }
        }
        self.prim("%global", vec![Arg::Int(n as i32)])
    }

    /// Creates closures; each gets what its code uses.
    fn closures(&mut self, vars: usize, labels: &[usize], recursive: bool, state: &mut State, pc: usize) -> Result<()> {
        let mut values = Vec::new();
        if vars > 0 {
            values.push(state.accu.clone());
            values.append(&mut pop(state, vars - 1, pc)?);
        }
        let mut dests = Vec::new();
        for _ in labels {
            dests.push(self.fresh());
        }
        let mut functions = Vec::new();
        for label in labels {
            let number = self.code.function_at[*label];
            let f = &self.code.functions[number];
            let mut list = Vec::new();
            for offset in &f.used {
                if *offset >= f.captured {
                    list.push(values[*offset - f.captured].clone());
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
        self.body.push(Instr::Closures { dests, functions });
        Ok(())
    }

    /// The instruction that ends a block.
    fn term(&mut self, pc: usize, op: &Op, next: usize, mut state: State) -> Result<Term> {
        let accu = state.accu.clone();
        match op {
            Op::Branch(l) => Ok(Term::Jump(self.edge(self.code.block_at[*l], &state, pc)?)),
            Op::Branchif(l) | Op::Branchifnot(l) => {
                let taken = matches!(op, Op::Branchif(_));
                let (yes, no) = if taken { (*l, next) } else { (next, *l) };
                if let Arg::Var(v) = accu {
                    if v != u32::MAX && self.booleans[v as usize] {
                        state.accu = Arg::Int(1);
                    }
                }
                let yes = self.edge(self.code.block_at[yes], &state, pc)?;
                state.accu = Arg::Int(0);
                let no = self.edge(self.code.block_at[no], &state, pc)?;
                Ok(Term::If(accu, yes, no))
            }
            Op::Compare(name, constant, l) => {
                let test = self.prim(name, vec![constant.clone(), accu]);
                let yes = self.edge(self.code.block_at[*l], &state, pc)?;
                let no = self.edge(self.code.block_at[next], &state, pc)?;
                Ok(Term::If(test, yes, no))
            }
            Op::Switch(ints, tags) => {
                let mut targets = [Vec::new(), Vec::new()];
                for (i, labels) in [ints, tags].into_iter().enumerate() {
                    for l in labels {
                        targets[i].push(self.edge(self.code.block_at[*l], &state, pc)?);
                    }
                }
                let [ints, tags] = targets;
                Ok(Term::Switch(accu, ints, tags))
            }
            Op::Pushtrap(l) => self.pushtrap(pc, self.code.block_at[*l], next, state),
            Op::Poptrap => {
                state.slots.truncate(state.slots.len() - 4);
                Ok(Term::Poptrap(self.edge(self.code.block_at[next], &state, pc)?))
            }
            Op::Raise => Ok(Term::Raise(accu)),
            Op::Stop => Ok(Term::Return(Arg::Int(0))),
            Op::Appterm(n, _) => {
                let args = pop(&mut state, *n, pc)?;
                Ok(Term::Tail { closure: accu, args, known: None })
            }
            Op::Resumeterm(n, _) => {
                let mut args = vec![accu];
                args.append(&mut pop(&mut state, *n, pc)?);
                Ok(Term::Return(self.prim("%resume", args)))
            }
            Op::Reperformterm(_) => {
                let mut args = vec![accu];
                args.append(&mut pop(&mut state, 2, pc)?);
                Ok(Term::Return(self.prim("%reperform", args)))
            }
            _ => Ok(Term::Return(accu)),
        }
    }

    /// Sets a trap. A slot that is assigned while it is set and live in the handler is kept in a cell, too, which
    /// a block in front of the handler reads.
    fn pushtrap(&mut self, pc: usize, handler: usize, next: usize, mut state: State) -> Result<Term> {
        let body = self.code.block_at[next];
        let trap = self.code.trap[next];
        let mut boxes: Vec<(usize, Var)> = Vec::new();
        let mut assigned = std::mem::take(&mut self.code.traps[trap].assigned);
        assigned.sort_unstable();
        assigned.dedup();
        for slot in assigned {
            if self.live[handler][slot] {
                let value = defined(&state.slots[slot], pc)?;
                if let Arg::Var(v) = self.prim("%block", vec![Arg::Int(0), value]) {
                    boxes.push((slot, v));
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
                caught.slots[*slot] = self.prim("%field", vec![Arg::Var(*cell), Arg::Int(0)]);
            }
            let target = self.edge(handler, &caught, pc)?;
            let body = std::mem::replace(&mut self.body, body);
            self.blocks.push(Block { params: vec![param], body, term: Term::Jump(target) });
            Target { block: (self.blocks.len() - 1) as u32, args: vec![Arg::Var(exn)] }
        };
        self.code.traps[trap].boxes = boxes;
        state.slots.extend([UNDEFINED, UNDEFINED, UNDEFINED, UNDEFINED]);
        let body = self.edge(body, &state, pc)?;
        Ok(Term::Pushtrap { exn, body, handler })
    }
}

/// A value that the program may read.
fn defined(a: &Arg, pc: usize) -> Result<Arg> {
    if *a == UNDEFINED {
        return fail(pc, "reads a stack slot that has no value");
    }
    Ok(a.clone())
}

/// Takes `n` values from the top of the stack, the top first.
fn pop(state: &mut State, n: usize, pc: usize) -> Result<Vec<Arg>> {
    let mut list = Vec::with_capacity(n);
    for _ in 0..n {
        match state.slots.pop() {
            Some(a) => list.push(defined(&a, pc)?),
            None => return fail(pc, "stack underflow"),
        }
    }
    Ok(list)
}

fn function(code: &mut Code, ids: &[u32], debug: &Debug, number: usize, name: String) -> Result<Func> {
    let assigns = std::mem::take(&mut code.functions[number].assigns);
    for (trap, slot) in assigns {
        let mut trap = trap;
        while trap != NONE && slot < code.traps[trap].depth {
            code.traps[trap].assigned.push(slot);
            trap = code.traps[trap].outer;
        }
    }
    let mut builder = Builder {
        code,
        ids,
        debug,
        function: number,
        starts: Vec::new(),
        successors: Vec::new(),
        sets_trap: Vec::new(),
        has_params: Vec::new(),
        live: Vec::new(),
        left: Vec::new(),
        blocks: Vec::new(),
        body: Vec::new(),
        names: Vec::new(),
        booleans: Vec::new(),
    };
    builder.number_blocks()?;
    builder.liveness()?;
    let params = builder.build()?;
    let (blocks, names) = (builder.blocks, builder.names);
    Ok(Func { id: ids[number], name, kind: Kind::Closure, params, exits: 0, blocks, names })
}

/// The program in SSA.
pub fn run(image: &Image) -> Result<Program> {
    let mut code = discover(image)?;
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
    let debug = debug_events::run(image)?;
    let function_names = names::functions(image, &debug, &sites, &code.units);
    let mut functions = Vec::new();
    for (number, name) in order.iter().zip(function_names) {
        functions.push(Some(function(&mut code, &ids, &debug, *number, name)?));
    }
    Ok(Program {
        functions,
        main: ids[0],
        data: image.data.clone(),
        globals: image.globals.clone(),
        global_names: image.global_names.clone(),
        version: image.version,
    })
}
