//! The functions of the program stand in Lua functions of their own, the groups. One that others call directly is a local of its group:
//! they name it as an upvalue (0.86 of the time of a call through a field of `F` on Lua 5.4 and 5.1). All others are fields of `F`.

use super::lua_text::Style;
use super::naming::local_name;
use crate::ir::program::{FuncId, Program};
use crate::passes::call_graph::CallGraph;

/// Functions of a group: Lua has 200 locals.
pub const SIZE: usize = 180;
/// Others that a function names directly: with itself and the chunk's locals 60 upvalues, as
/// Lua 5.1 and LuaJIT have.
pub const NAMED: usize = 13;

/// The section that finds the code of all closures in `F`.
pub const CODE: &str = "program_code";

pub struct Groups {
    /// By function: the others that it names directly.
    pub named: Vec<Vec<FuncId>>,
    /// Its locals that are declared in front of it, because it names them and they follow.
    pub declares: Vec<Vec<FuncId>>,
    /// Is a function a local of its group?
    pub is_local: Vec<bool>,
    /// Is it declared in front of another one?
    pub is_declared: Vec<bool>,
    /// Is a local a field of `F`, too?
    pub is_field: Vec<bool>,
}

/// May the function be a local?
fn may_be_local(program: &Program, style: Style, id: usize) -> bool {
    program.functions[id].as_ref().is_some_and(|f| local_name(style, f).is_some())
}

/// `code`: does the program look for the code of closures in `F`?
pub fn run(program: &Program, graph: &CallGraph, style: Style, code: bool) -> Groups {
    let count = program.functions.len();
    let mut group = vec![0; count];
    let mut live = 0;
    for (id, f) in program.functions.iter().enumerate() {
        group[id] = live / SIZE;
        live += usize::from(f.is_some());
    }
    let mut groups = Groups {
        named: vec![Vec::new(); count],
        declares: vec![Vec::new(); count],
        is_local: vec![false; count],
        is_declared: vec![false; count],
        is_field: vec![false; count],
    };
    // calls come first: what nothing calls directly is no local
    for creations in [false, true] {
        for (id, references) in graph.references.iter().enumerate() {
            for &(other, created) in references {
                let o = other as usize;
                if created != creations {
                    continue;
                }
                groups.is_field[o] = groups.is_field[o] || (code && created);
                if groups.named[id].contains(&other) {
                    continue;
                }
                let local = if created { groups.is_local[o] } else { may_be_local(program, style, o) };
                if local && o == id {
                    groups.is_local[o] = true;
                } else if !local || group[o] != group[id] || groups.named[id].len() == NAMED {
                    groups.is_field[o] = true;
                } else {
                    groups.is_local[o] = true;
                    groups.named[id].push(other);
                }
            }
        }
    }
    for id in 0..count {
        for &other in &groups.named[id] {
            if other as usize > id && !groups.is_declared[other as usize] {
                groups.is_declared[other as usize] = true;
                groups.declares[id].push(other);
            }
        }
    }
    groups
}
