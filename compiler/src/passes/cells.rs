//! Blocks that do not escape their function become variables: references first of all, and tuples that are taken apart. A block
//! escapes by any use but reading or writing one of its fields. Where several ways meet, a parameter holds the field's value;
//! `simplify` drops those that are not needed.

use smallvec::smallvec;

use crate::ir::program::{Arg, Func, Instr, Target, Term, Var};
use crate::ir::visit::{each_arg, each_arg_mut, each_term_arg, each_term_arg_mut, targets, targets_mut};

/// A block with more fields stays one.
const MAX_FIELDS: usize = 8;

/// The fields of the blocks that do not escape, numbered: of each variable the first number and how many.
struct Cells {
    first: Vec<Option<(usize, usize)>>,
    /// The variable of each number, for its name.
    owner: Vec<Var>,
}

/// The access of an instruction to a field: the block, the field.
fn access(instr: &Instr) -> Option<(Var, usize)> {
    match instr {
        Instr::Prim { name, args, .. } => match (&**name, args.as_slice()) {
            ("%field", [Arg::Var(v), Arg::Int(n)]) | ("%setfield", [Arg::Var(v), Arg::Int(n), _]) => {
                usize::try_from(*n).ok().map(|n| (*v, n))
            }
            ("%offset_ref", [Arg::Var(v), _]) => Some((*v, 0)),
            _ => None,
        },
        _ => None,
    }
}

fn find(f: &Func) -> Cells {
    let mut size: Vec<Option<usize>> = vec![None; f.names.len()];
    for instr in f.blocks.iter().flat_map(|block| &block.body) {
        if let Instr::Prim { dest, name, args } = instr
            && name == "%block"
            && args.len() > 1
            && args.len() <= MAX_FIELDS + 1
        {
            size[*dest as usize] = Some(args.len() - 1);
        }
    }
    let mut escape = |a: &Arg| {
        if let Arg::Var(v) = a {
            size[*v as usize] = None;
        }
    };
    for block in &f.blocks {
        for instr in &block.body {
            match (access(instr), instr) {
                (Some(_), Instr::Prim { args, .. }) => args.iter().skip(1).for_each(&mut escape),
                _ => each_arg(instr, &mut escape),
            }
        }
        each_term_arg(&block.term, &mut escape);
    }
    for instr in f.blocks.iter().flat_map(|block| &block.body) {
        if let Some((v, n)) = access(instr)
            && size[v as usize].is_some_and(|size| n >= size)
        {
            size[v as usize] = None;
        }
    }
    let mut cells = Cells { first: vec![None; f.names.len()], owner: Vec::new() };
    for (v, size) in size.iter().enumerate() {
        if let Some(size) = size {
            cells.first[v] = Some((cells.owner.len(), *size));
            cells.owner.extend(std::iter::repeat_n(v as Var, *size));
        }
    }
    cells
}

impl Cells {
    /// The number of the field that an instruction reads or writes. A variable that was added since is no block of these.
    fn number(&self, instr: &Instr) -> Option<usize> {
        let (v, n) = access(instr)?;
        self.first.get(v as usize)?.map(|(first, _)| first + n)
    }

    /// The numbers of the fields that an instruction creates.
    fn created(&self, instr: &Instr) -> Option<(usize, usize)> {
        match instr {
            Instr::Prim { dest, name, .. } if name == "%block" => self.first[*dest as usize],
            _ => None,
        }
    }
}

/// For each block the fields whose value is needed at its start, ascending.
fn needed(f: &Func, cells: &Cells) -> Vec<Vec<usize>> {
    let mut predecessors: Vec<Vec<usize>> = vec![Vec::new(); f.blocks.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        for t in targets(&block.term) {
            predecessors[t.block as usize].push(b);
        }
    }
    // Of each field: blocks that read it before they write it, blocks that write it.
    let mut readers = vec![Vec::new(); cells.owner.len()];
    let mut writers = vec![Vec::new(); cells.owner.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        for instr in &block.body {
            if let Some((first, size)) = cells.created(instr) {
                (first..first + size).for_each(|n| writers[n].push(b));
            }
            if let Some(n) = cells.number(instr) {
                let reads = matches!(instr, Instr::Prim { name, .. } if name != "%setfield");
                if reads && writers[n].last() != Some(&b) {
                    readers[n].push(b);
                }
                if matches!(instr, Instr::Prim { name, .. } if name != "%field") {
                    writers[n].push(b);
                }
            }
        }
    }
    let mut needed: Vec<Vec<usize>> = vec![Vec::new(); f.blocks.len()];
    let mut written = vec![usize::MAX; f.blocks.len()];
    for (n, mut work) in readers.into_iter().enumerate() {
        for b in &writers[n] {
            written[*b] = n;
        }
        while let Some(b) = work.pop() {
            if needed[b].last() == Some(&n) {
                continue;
            }
            needed[b].push(n);
            work.extend(predecessors[b].iter().copied().filter(|p| written[*p] != n));
        }
    }
    needed
}

/// What a variable that was the result of a read has been replaced by.
fn resolve(replace: &[Option<Arg>], a: &Arg) -> Arg {
    let mut a = *a;
    while let Arg::Var(v) = a
        && let Some(Some(next)) = replace.get(v as usize)
    {
        a = *next;
    }
    a
}

/// Numbers of blocks so that one with a single predecessor comes after it.
fn order(f: &Func) -> Vec<usize> {
    let mut seen = vec![false; f.blocks.len()];
    let mut found = vec![0];
    seen[0] = true;
    let mut next = 0;
    while next < found.len() {
        for t in targets(&f.blocks[found[next]].term) {
            if !std::mem::replace(&mut seen[t.block as usize], true) {
                found.push(t.block as usize);
            }
        }
        next += 1;
    }
    found
}

/// Turns a function's blocks that do not escape into variables; gives whether there were any.
pub fn run(f: &mut Func) -> bool {
    let cells = find(f);
    if cells.owner.is_empty() {
        return false;
    }
    let needed = needed(f, &cells);
    let mut edges = vec![0; f.blocks.len()];
    let mut from = vec![0; f.blocks.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        for t in targets(&block.term) {
            edges[t.block as usize] += 1;
            from[t.block as usize] = b;
        }
    }
    let mut replace: Vec<Option<Arg>> = Vec::new();
    // The values at the end of each block, of those fields that are known there.
    let mut last: Vec<Vec<(usize, Arg)>> = vec![Vec::new(); f.blocks.len()];
    let mut values: Vec<Option<Arg>> = vec![None; cells.owner.len()];
    for b in order(f) {
        let mut touched = needed[b].clone();
        for &n in &needed[b] {
            values[n] = if edges[b] == 1 {
                last[from[b]].iter().find(|(field, _)| *field == n).map(|(_, value)| *value)
            } else {
                let param = f.names.len() as Var;
                f.names.push(f.names[cells.owner[n] as usize]);
                f.blocks[b].params.push(param);
                Some(Arg::Var(param))
            };
        }
        replace.resize(f.names.len(), None);
        let mut body = Vec::new();
        for mut instr in std::mem::take(&mut f.blocks[b].body) {
            each_arg_mut(&mut instr, &mut |a| *a = resolve(&replace, a));
            if let Some((first, _)) = cells.created(&instr) {
                if let Instr::Prim { args, .. } = instr {
                    for (i, value) in args.into_iter().skip(1).enumerate() {
                        values[first + i] = Some(value);
                        touched.push(first + i);
                    }
                }
                continue;
            }
            let Some(n) = cells.number(&instr) else {
                body.push(instr);
                continue;
            };
            touched.push(n);
            let Instr::Prim { dest, name, args } = instr else { continue };
            let old = values[n].unwrap_or(Arg::Int(0));
            match (&*name, args.last()) {
                ("%field", _) => replace[dest as usize] = Some(old),
                ("%setfield", Some(value)) => {
                    values[n] = Some(*value);
                    replace[dest as usize] = Some(Arg::Int(0));
                }
                (_, amount) => {
                    let sum = f.names.len() as Var;
                    f.names.push(f.names[cells.owner[n] as usize]);
                    replace.push(None);
                    let args = smallvec![old, amount.cloned().unwrap_or(Arg::Int(0))];
                    body.push(Instr::Prim { dest: sum, name: "%int_add".into(), args });
                    values[n] = Some(Arg::Var(sum));
                    replace[dest as usize] = Some(Arg::Int(0));
                }
            }
        }
        f.blocks[b].body = body;
        each_term_arg_mut(&mut f.blocks[b].term, &mut |a| *a = resolve(&replace, a));
        // What the blocks after this one need.
        let mut list: Vec<usize> = Vec::new();
        for t in targets(&f.blocks[b].term) {
            list.extend(&needed[t.block as usize]);
        }
        list.sort_unstable();
        list.dedup();
        last[b] = list.into_iter().filter_map(|n| values[n].map(|value| (n, value))).collect();
        for n in touched {
            values[n] = None;
        }
    }
    for b in 0..f.blocks.len() {
        let pass = |t: &mut Target| {
            if edges[t.block as usize] > 1 {
                for n in &needed[t.block as usize] {
                    let value = last[b].iter().find(|(field, _)| field == n);
                    t.args.push(value.map_or(Arg::Int(0), |(_, value)| resolve(&replace, value)));
                }
            }
        };
        let mut term = std::mem::replace(&mut f.blocks[b].term, Term::Unreachable);
        targets_mut(&mut term).for_each(pass);
        f.blocks[b].term = term;
    }
    true
}
