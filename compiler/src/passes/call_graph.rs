//! Which functions refer to which.

use crate::ir::program::{Callee, Func, FuncId, Instr, Program, Term};
use crate::parallel;

/// Visits the functions that a function refers to, in order, and whether it creates them.
pub fn references(f: &Func, visit: &mut dyn FnMut(FuncId, bool)) {
    for block in &f.blocks {
        for instr in &block.body {
            match instr {
                Instr::Apply { callee: Callee::Known(id), .. } | Instr::Try { body: id, .. } => visit(*id, false),
                Instr::Closures { functions, .. } => functions.iter().for_each(|(id, _)| visit(*id, true)),
                _ => {}
            }
        }
        if let Term::Tail { callee: Callee::Known(id), .. } | Term::Part(id, _) = &block.term {
            visit(*id, false);
        }
    }
}

/// Lets a function refer to others instead of those that it refers to.
pub fn redirect(f: &mut Func, to: &dyn Fn(FuncId) -> FuncId) {
    for block in &mut f.blocks {
        for instr in &mut block.body {
            match instr {
                Instr::Apply { callee: Callee::Known(id), .. } | Instr::Try { body: id, .. } => *id = to(*id),
                Instr::Closures { functions, .. } => functions.iter_mut().for_each(|(id, _)| *id = to(*id)),
                _ => {}
            }
        }
        if let Term::Tail { callee: Callee::Known(id), .. } | Term::Part(id, _) = &mut block.term {
            *id = to(*id);
        }
    }
}

/// Which functions of a program refer to which.
pub struct CallGraph {
    main: FuncId,
    /// Of each function those that it refers to, in order, and whether it creates them.
    pub references: Vec<Vec<(FuncId, bool)>>,
}

impl CallGraph {
    pub fn of(program: &Program) -> Self {
        let references = parallel::map(program.functions.iter(), |f| {
            let mut list = Vec::new();
            f.iter().for_each(|f| references(f, &mut |to, creates| list.push((to, creates))));
            list
        });
        CallGraph { main: program.main, references }
    }

    /// The functions that main reaches, each after those that it refers to, circles apart.
    pub fn callees_first(&self) -> Vec<FuncId> {
        let mut seen = vec![false; self.references.len()];
        let mut order = Vec::new();
        let mut stack = vec![(self.main, false)];
        while let Some((id, done)) = stack.pop() {
            if done {
                order.push(id);
            } else if !std::mem::replace(&mut seen[id as usize], true) {
                stack.push((id, true));
                let callees = self.references[id as usize].iter().map(|(to, _)| *to);
                stack.extend(callees.filter(|to| !seen[*to as usize]).map(|to| (to, false)));
            }
        }
        order
    }

    /// The functions that main reaches by levels: those that one refers to, circles apart, are on levels before its own. So what is
    /// done to the functions of a level depends on earlier levels alone.
    pub fn levels(&self) -> Vec<Vec<FuncId>> {
        let mut levels: Vec<Vec<FuncId>> = Vec::new();
        // Of each function: how many levels it is above, with its own.
        let mut above = vec![0; self.references.len()];
        for id in self.callees_first() {
            let level = self.references[id as usize].iter().map(|(to, _)| above[*to as usize]).max().unwrap_or(0);
            above[id as usize] = level + 1;
            if level == levels.len() {
                levels.push(Vec::new());
            }
            levels[level].push(id);
        }
        levels
    }
}

/// Drops the functions that main does not reach.
pub fn drop_unreached(program: &mut Program) {
    let mut reached = vec![false; program.functions.len()];
    CallGraph::of(program).callees_first().into_iter().for_each(|id| reached[id as usize] = true);
    parallel::each(program.functions.iter_mut().zip(&reached), |(f, reached)| {
        if !reached {
            *f = None;
        }
    });
}
