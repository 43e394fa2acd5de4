//! Finds the functions in the bytecode, starting from main, and of each its blocks, and depth of the stack and traps at
//! every instruction.

use crate::bytecode::container::Image;
use crate::bytecode::opcode::{self, Instruction, Op};
use crate::error::{Error, Result};

/// No function, trap or block. Numbers of 32 bits hold whatever is known of the code.
pub const NONE: usize = u32::MAX as usize;

pub fn fail<T>(pc: usize, message: &str) -> Result<T> {
    Err(Error::at("CODE", pc * 4, message))
}

/// What an instruction does to the stack and the accumulator, after its push.
pub struct Traffic {
    pub reads_accu: bool,
    /// How many slots it reads from the top.
    pub reads: usize,
    pub pops: usize,
    pub pushes: usize,
    pub writes_accu: bool,
    /// Ends the block, too.
    pub ends: bool,
}

pub fn traffic(op: &Op) -> Traffic {
    let make =
        |reads_accu, reads, pops, pushes, writes_accu| Traffic { reads_accu, reads, pops, pushes, writes_accu, ends: false };
    let ends = |reads_accu, reads, pops, pushes| Traffic { ends: true, ..make(reads_accu, reads, pops, pushes, false) };
    match op {
        Op::Nop | Op::Grab(_) | Op::Restart => make(false, 0, 0, 0, false),
        Op::Branch(_) | Op::Stop => ends(false, 0, 0, 0),
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
        Op::Assign(_) | Op::Setglobal(_) | Op::Getfield(_) | Op::Getfloatfield(_) => make(true, 0, 0, 0, true),
        Op::Offsetint(_) | Op::Offsetref(_) | Op::Perform => make(true, 0, 0, 0, true),
        Op::Setfield(_) => make(true, 1, 1, 0, true),
        Op::Prim(_, n) | Op::Ccall(n, _) => {
            let below = if *n > 0 { *n - 1 } else { 0 };
            make(true, below, below, 0, true)
        }
        Op::Getmethod | Op::Getdynmet => make(true, 1, 0, 0, true),
        Op::Getpubmet(_) => make(true, 0, 0, 1, true),
        Op::Resume(n) => make(true, *n, *n, 0, true),
        Op::Pushtrap(_) => ends(false, 0, 0, 4),
        Op::Poptrap => ends(false, 0, 4, 0),
        Op::Branchif(_) | Op::Branchifnot(_) | Op::Compare(_, _, _) | Op::Switch(_, _) => ends(true, 0, 0, 0),
        Op::Return(_) | Op::Raise(_) => ends(true, 0, 0, 0),
        Op::Appterm(n, _) | Op::Resumeterm(n, _) => ends(true, *n, *n, 0),
        Op::Reperformterm(_) => ends(true, 2, 2, 0),
    }
}

pub struct Trap {
    /// The enclosing one.
    pub outer: usize,
    /// Of the stack below the trap's own four slots.
    pub depth: usize,
    /// Slots that are assigned while it is set.
    pub assigned: Vec<usize>,
}

/// A function found in the code. Offsets are those of OCaml's closure block: function `i` of a recursive
/// definition stands at `3 * i`, captured values follow the functions.
pub struct Function {
    pub entry: usize,
    pub arity: usize,
    /// Its own offset, that of the first captured value, the end.
    pub offset: usize,
    pub captured: usize,
    pub size: usize,
    /// The function that creates it and where.
    pub parent: usize,
    pub created: usize,
    pub leaders: Vec<usize>,
    /// Offsets it uses, apart from its own.
    pub used: Vec<usize>,
}

/// Function, depth of the stack and innermost trap before an instruction that has been reached.
#[derive(Clone, Copy, PartialEq)]
struct Reached {
    owner: u32,
    depth: u32,
    trap: u32,
}

/// What is known of each word of the code.
pub struct Code<'a> {
    pub image: &'a Image<'a>,
    reached: Vec<Reached>,
    pub leader: Vec<bool>,
    /// A leader whose block takes parameters for what is live, however it is reached.
    pub forced: Vec<bool>,
    /// Number of the function that starts here, and among the function's leaders of the one here.
    pub function_at: Vec<u32>,
    pub leader_at: Vec<u32>,
    pub traps: Vec<Trap>,
    pub functions: Vec<Function>,
    pub set_globals: Vec<bool>,
    /// Where main sets a global that has a name: address, global.
    pub units: Vec<(usize, usize)>,
}

impl Code<'_> {
    fn is_reached(&self, pc: usize) -> bool {
        self.reached.get(pc).is_some_and(|reached| reached.owner as usize != NONE)
    }

    pub fn depth(&self, pc: usize) -> usize {
        self.reached[pc].depth as usize
    }

    pub fn trap(&self, pc: usize) -> usize {
        self.reached[pc].trap as usize
    }

    /// To decode one again takes less time than to fetch it from a memory that has them all.
    pub fn instruction(&self, pc: usize) -> Result<Instruction> {
        if self.is_reached(pc) { opcode::decode(self.image, pc) } else { fail(pc, "no instruction here") }
    }

    /// All that have been reached, and where they stand.
    pub fn instructions(&self) -> impl Iterator<Item = (usize, Instruction)> {
        let reached = (0..self.reached.len()).filter(|pc| self.is_reached(*pc));
        reached.filter_map(|pc| Some((pc, opcode::decode(self.image, pc).ok()?)))
    }

    /// Notes that control comes to `pc` with this stack; gives whether for the first time.
    fn reach(&mut self, function: usize, pc: usize, depth: usize, trap: usize) -> Result<bool> {
        let reached = Reached { owner: function as u32, depth: depth as u32, trap: trap as u32 };
        if !self.is_reached(pc) {
            self.reached[pc] = reached;
            return Ok(true);
        }
        if self.reached[pc].owner != reached.owner {
            return fail(pc, "code of two functions");
        }
        if self.reached[pc] != reached {
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
        if self.function_at[entry] as usize != NONE {
            return fail(created, "function that is created in two places");
        }
        self.function_at[entry] = self.functions.len() as u32;
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
                let slot = depth - 1 - *n;
                let mut trap = trap;
                while trap != NONE && slot < self.traps[trap].depth {
                    self.traps[trap].assigned.push(slot);
                    trap = self.traps[trap].outer;
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
                let trap = self.trap(pc);
                let depth = self.depth(pc) + usize::from(instruction.push);
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
                        self.traps.push(Trap { outer: trap, depth, assigned: Vec::new() });
                        self.lead_next(&mut work, function, next, after, inner)?;
                    }
                    Op::Poptrap => {
                        let outer = self.traps[trap].outer;
                        self.lead_next(&mut work, function, next, after, outer)?;
                    }
                    Op::Setglobal(_) => forced = main && after == 0 && trap == NONE,
                    _ => {}
                }
                if forced || !t.ends {
                    if next >= self.leader.len() {
                        return fail(pc, "the code ends here without a return");
                    }
                    self.forced[next] = self.forced[next] || forced;
                }
                if t.ends {
                    break;
                }
                if forced || self.is_reached(next) {
                    self.lead(&mut work, function, next, after, trap)?;
                    break;
                }
                self.reach(function, next, after, trap)?;
                pc = next;
            }
        }
        Ok(())
    }
}

/// Everything that main reaches.
pub fn run<'a>(image: &'a Image) -> Result<Code<'a>> {
    let size = image.code.len();
    let mut code = Code {
        image,
        reached: vec![Reached { owner: NONE as u32, depth: 0, trap: NONE as u32 }; size],
        leader: vec![false; size],
        forced: vec![false; size],
        function_at: vec![NONE as u32; size],
        leader_at: vec![NONE as u32; size],
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
        for (i, pc) in f.leaders.iter().enumerate() {
            code.leader_at[*pc] = i as u32;
        }
        f.used.sort_unstable();
        f.used.dedup();
    }
    for trap in &mut code.traps {
        trap.assigned.sort_unstable();
        trap.assigned.dedup();
    }
    code.units.sort_unstable();
    Ok(code)
}
