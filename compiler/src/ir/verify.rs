//! Checks of a program between passes, for tests and debug builds: every use is dominated by its definition, jumps
//! pass what blocks take, calls of known functions and of bodies fit, and no trap is left after `outline`.

use crate::bytecode::unmarshal::Value;
use crate::error::{Error, Result};
use crate::ir::program::{Arg, Callee, Func, FuncId, Instr, Kind, Program, Target, Term, Var};
use crate::ir::visit;

const NONE: usize = usize::MAX;

/// A function being checked.
struct Checker<'a> {
    program: &'a Program,
    func: &'a Func,
    /// Blocks that can be reached, in reverse postorder, and the place of each block in it.
    order: Vec<usize>,
    place: Vec<usize>,
    /// Immediate dominators, by block.
    dominators: Vec<usize>,
    /// Block and place in it of each variable's definition; place 0 is that of the parameters.
    definitions: Vec<Option<(usize, usize)>>,
}

impl Checker<'_> {
    fn fail<T>(&self, block: usize, message: &str) -> Result<T> {
        Err(Error::other(format!("function {} ({}), block {block}: {message}", self.func.id, self.func.name)))
    }

    fn check_target(&self, block: usize, t: &Target) -> Result<()> {
        match self.func.blocks.get(t.block as usize) {
            None => self.fail(block, "a jump to no block"),
            Some(_) if t.block == 0 => self.fail(block, "a jump to the entry"),
            Some(to) if to.params.len() != t.args.len() => {
                self.fail(block, &format!("b{} takes {} values, not {}", t.block, to.params.len(), t.args.len()))
            }
            Some(_) => Ok(()),
        }
    }

    /// Checks the jumps and finds the blocks that can be reached.
    fn find_order(&mut self) -> Result<()> {
        let count = self.func.blocks.len();
        if count == 0 || !self.func.blocks[0].params.is_empty() {
            return self.fail(0, "an entry is needed, without parameters");
        }
        let mut seen = vec![false; count];
        let mut stack = vec![(0, 0)];
        seen[0] = true;
        while let Some((block, next)) = stack.pop() {
            match visit::targets(&self.func.blocks[block].term).nth(next) {
                None => self.order.push(block),
                Some(t) => {
                    self.check_target(block, t)?;
                    stack.push((block, next + 1));
                    if !seen[t.block as usize] {
                        seen[t.block as usize] = true;
                        stack.push((t.block as usize, 0));
                    }
                }
            }
        }
        self.order.reverse();
        self.place = vec![NONE; count];
        for (i, b) in self.order.iter().enumerate() {
            self.place[*b] = i;
        }
        Ok(())
    }

    /// Immediate dominators (Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm).
    fn find_dominators(&mut self) {
        let mut predecessors = vec![Vec::new(); self.func.blocks.len()];
        for b in &self.order {
            for t in visit::targets(&self.func.blocks[*b].term) {
                predecessors[t.block as usize].push(*b);
            }
        }
        self.dominators = vec![NONE; self.func.blocks.len()];
        self.dominators[0] = 0;
        let mut changed = true;
        while changed {
            changed = false;
            for b in self.order.iter().skip(1) {
                let mut common = NONE;
                for p in &predecessors[*b] {
                    if self.dominators[*p] != NONE {
                        common = if common == NONE { *p } else { self.meet(common, *p) };
                    }
                }
                if self.dominators[*b] != common {
                    self.dominators[*b] = common;
                    changed = true;
                }
            }
        }
    }

    fn meet(&self, a: usize, b: usize) -> usize {
        let (mut a, mut b) = (a, b);
        while a != b {
            if self.place[a] > self.place[b] {
                a = self.dominators[a];
            } else {
                b = self.dominators[b];
            }
        }
        a
    }

    fn define(&mut self, block: usize, place: usize, v: Var) -> Result<()> {
        match self.definitions.get(v as usize) {
            None => self.fail(block, &format!("v{v} is beyond the function's variables")),
            Some(Some(_)) => self.fail(block, &format!("v{v} is defined twice")),
            Some(None) => {
                self.definitions[v as usize] = Some((block, place));
                Ok(())
            }
        }
    }

    fn find_definitions(&mut self) -> Result<()> {
        let func = self.func;
        for v in &func.params {
            self.define(0, 0, *v)?;
        }
        for b in self.order.clone() {
            for v in &func.blocks[b].params {
                self.define(b, 0, *v)?;
            }
            for (i, instr) in func.blocks[b].body.iter().enumerate() {
                for v in visit::dests(instr) {
                    self.define(b, i + 1, *v)?;
                }
            }
            if let Term::Pushtrap { exn, .. } = func.blocks[b].term {
                self.define(b, func.blocks[b].body.len() + 1, exn)?;
            }
        }
        Ok(())
    }

    /// Checks a use before the instruction at `place`.
    fn check_use(&self, block: usize, place: usize, a: &Arg) -> Result<()> {
        match a {
            Arg::Var(v) => match self.definitions.get(*v as usize) {
                Some(Some((b, p))) if *b == block && *p < place => Ok(()),
                Some(Some((b, _))) if *b != block && self.meet(*b, block) == *b => Ok(()),
                _ => self.fail(block, &format!("v{v} is used where it has no value")),
            },
            Arg::Literal(node) => match self.program.data.nodes.get(*node as usize) {
                Some(Value::Str(_) | Value::Double(_)) => Ok(()),
                _ => self.fail(block, "a literal that is neither string nor float"),
            },
            Arg::Int(_) | Arg::Wide(_) => Ok(()),
        }
    }

    /// A call of a known function, which passes a closure if that takes one.
    fn check_known(&self, block: usize, id: FuncId, closure: &Arg, args: usize) -> Result<()> {
        let direct = matches!(self.program.functions.get(id as usize), Some(Some(f)) if f.kind == Kind::Direct);
        if direct && *closure != Arg::Int(0) {
            return self.fail(block, &format!("function {id} takes no closure"));
        }
        self.check_call(block, id, if direct { Kind::Direct } else { Kind::Closure }, Some(args))
    }

    /// The function with this number, which must be of this kind and take this many arguments besides itself.
    fn check_call(&self, block: usize, id: FuncId, kind: Kind, args: Option<usize>) -> Result<()> {
        match self.program.functions.get(id as usize) {
            Some(Some(f)) if f.kind == kind => {
                let own = usize::from(kind == Kind::Closure);
                match args {
                    Some(n) if n + own != f.params.len() => self.fail(block, &format!("{} does not take {n} arguments", f.name)),
                    _ => Ok(()),
                }
            }
            _ => self.fail(block, &format!("function {id} is missing or of another kind")),
        }
    }

    fn check_instr(&self, block: usize, place: usize, instr: &Instr) -> Result<()> {
        match instr {
            Instr::Prim { .. } => {}
            Instr::Apply { closure, args, callee: Callee::Known(f), .. } => self.check_known(block, *f, closure, args.len())?,
            Instr::Apply { .. } => {}
            Instr::Closures { dests, functions } => {
                if dests.len() != functions.len() {
                    return self.fail(block, "as many results as closures are needed");
                }
                for (f, _) in functions {
                    self.check_call(block, *f, Kind::Closure, None)?;
                }
            }
            Instr::Try { body, args, dests } => {
                self.check_call(block, *body, Kind::Body, Some(args.len()))?;
                if dests.len() < 2 {
                    return self.fail(block, "try without results");
                }
            }
        }
        // Captured values may be the closures themselves.
        let place = if matches!(instr, Instr::Closures { .. }) { place + 1 } else { place };
        let mut result = Ok(());
        visit::each_arg(instr, &mut |a| {
            if result.is_ok() {
                result = self.check_use(block, place, a);
            }
        });
        result
    }

    fn check_term(&self, block: usize, traps: bool) -> Result<()> {
        let b = &self.func.blocks[block];
        let place = b.body.len() + 1;
        let body = self.func.kind == Kind::Body;
        match &b.term {
            Term::Unreachable => return self.fail(block, "a removed block can be reached"),
            Term::Pushtrap { .. } | Term::Poptrap(_) if !traps => return self.fail(block, "a trap after outline"),
            Term::Return(_) | Term::Tail { .. } if body => return self.fail(block, "the body of a try returns"),
            Term::Leave(exit, _) if !body || *exit >= self.func.exits => return self.fail(block, "leaves by no exit"),
            Term::Part(f, args) => self.check_call(block, *f, Kind::Part, Some(args.len()))?,
            Term::Tail { closure, args, callee: Callee::Known(f) } => self.check_known(block, *f, closure, args.len())?,
            _ => {}
        }
        let caught = match &b.term {
            Term::Pushtrap { exn, .. } => Some(*exn),
            _ => None,
        };
        let mut result = Ok(());
        visit::each_term_arg(&b.term, &mut |a| {
            let own = matches!((a, caught), (Arg::Var(v), Some(exn)) if *v == exn);
            if result.is_ok() && !own {
                result = self.check_use(block, place, a);
            }
        });
        result
    }
}

fn function(program: &Program, func: &Func, traps: bool) -> Result<()> {
    let mut checker = Checker {
        program,
        func,
        order: Vec::new(),
        place: Vec::new(),
        dominators: Vec::new(),
        definitions: vec![None; func.names.len()],
    };
    checker.find_order()?;
    checker.find_dominators();
    checker.find_definitions()?;
    for b in &checker.order {
        for (i, instr) in func.blocks[*b].body.iter().enumerate() {
            checker.check_instr(*b, i + 1, instr)?;
        }
        checker.check_term(*b, traps)?;
    }
    Ok(())
}

/// Checks a program; `traps` says whether `pushtrap` and `poptrap` may occur.
pub fn run(program: &Program, traps: bool) -> Result<()> {
    for f in program.functions.iter().flatten() {
        function(program, f, traps)?;
    }
    Ok(())
}
