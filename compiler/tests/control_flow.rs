//! Random control flow graphs, reducible or not, through `split` and the Lua back end: what the Lua of each engine
//! does is compared with an interpreter of the IR.

#![allow(clippy::needless_range_loop)]

use std::process::Command;

use lua_of_ocaml::bytecode::unmarshal::Arena;
use lua_of_ocaml::ir::program::{Arg, Args, Block, Func, Hint, Instr, Kind, NO_HINT, Program, Target as Edge, Term, Var};
use lua_of_ocaml::link::fragment::{self, Table};
use lua_of_ocaml::lua::lua_text::{self, Style};
use lua_of_ocaml::lua::short_names::ShortNames;
use lua_of_ocaml::lua::{emit, expressions, flow, groups, guards};
use lua_of_ocaml::passes::call_graph::CallGraph;
use lua_of_ocaml::passes::split;
use lua_of_ocaml::target::Target;

const ENGINES: [&str; 5] = ["lua5.1", "lua5.2", "lua5.3", "lua5.4", "luajit"];
const STEPS: usize = 200;
/// What variables may be called.
const HINTS: [&str; 5] = ["", "x", "y", "end", "loop"];

const SECTIONS: &str = "\
--// %int_lt const\n--// Test: %1 < %2\n\
--// %int_ge const\n--// Test: %1 >= %2\n\
--// %int_add const\n--// Inline: %1 + %2\n--// Fixup: if %0 > 9 then %0 = %0 % 10 end\n";

/// Each block reports itself and its parameters and draws the next number, by which it branches.
const HARNESS: &str = "\
local F, P, Type, Error = {}, {}, type, error
local function Deep() end
local seed, count, out
function P.trace(b, x, y)
  count = count + 1
  if count > 200 then Error({}, 0) end
  out[#out + 1] = b .. ':' .. x .. ':' .. y
  seed = (seed * 1103 + 12345) % 65536
  return math.floor(seed / 16) % 8
end
function P.pick(v) if v < 3 then return v else return {v - 3} end end
local function case(s)
  seed, count, out = s, 0, {}
  local ok, r = pcall(F.main, {F.main, 0}, 0)
  print(table.concat(out, ' ') .. ' ' .. (ok and r or Type(r) == 'table' and 'long' or r))
end
";

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

fn table() -> Table {
    fragment::parse(&[("test.lua".into(), SECTIONS.into())], (4, 13), Target::Portable).unwrap()
}

fn prim(dest: Var, name: &'static str, args: Vec<Arg>) -> Instr {
    Instr::Prim { dest, name: name.into(), args: args.into() }
}

/// Block b has the parameters 1 + 5b and 2 + 5b, and defines 3 + 5b (drawn), 4 + 5b (tested), 5 + 5b (a sum).
fn function(random: &mut Random) -> Func {
    let n = 2 + random.below(10);
    let edge = |random: &mut Random| Edge { block: (1 + random.below(n)) as u32, args: Args::new() };
    let mut blocks = Vec::new();
    for b in 0..=n {
        let base = 1 + 5 * b as Var;
        let own: Vec<Var> = if b == 0 { Vec::new() } else { vec![base, base + 1] };
        let mut reported: Vec<Arg> = own.iter().map(|v| Arg::Var(*v)).collect();
        reported.resize(2, Arg::Int(7));
        let mut body = vec![
            prim(base + 4, "%int_add", vec![reported[0], reported[1]]),
            prim(base + 2, "trace", vec![Arg::Int(b as i32), reported[0], Arg::Var(base + 4)]),
        ];
        let drawn = Arg::Var(base + 2);
        let tested = Arg::Var(base + 3);
        let term = match random.below(7) {
            0 if b > 0 => Term::Return(drawn),
            0 | 1 => Term::Jump(edge(random)),
            2 | 3 => {
                body.push(prim(base + 3, "%int_lt", vec![drawn, Arg::Int(4)]));
                Term::If(tested, edge(random), edge(random))
            }
            4 => Term::If(drawn, edge(random), edge(random)),
            5 => Term::Switch(drawn, (0..8).map(|_| edge(random)).collect(), Vec::new()),
            _ => {
                body.push(prim(base + 3, "pick", vec![drawn]));
                let ints = (0..3).map(|_| edge(random)).collect();
                Term::Switch(tested, ints, (0..5).map(|_| edge(random)).collect())
            }
        };
        blocks.push(Block { params: own, body, term });
    }
    let variables = 6 + 5 * n;
    let mut names = vec![NO_HINT; variables];
    for name in &mut names {
        if random.below(3) == 0 {
            *name = 1 + random.below(HINTS.len() - 1) as Hint;
        }
    }
    let flow = flow::run(&blocks);
    let reachable: Vec<bool> = flow.index.iter().map(|i| *i != flow::NONE).collect();
    for b in 0..blocks.len() {
        if !reachable[b] {
            blocks[b].term = Term::Unreachable;
            continue;
        }
        let mut values: Vec<Arg> = vec![Arg::Int(3)];
        for (d, block) in blocks.iter().enumerate() {
            if reachable[d] && flow::dominates(&flow, d, b) {
                values.extend(block.params.iter().map(|v| Arg::Var(*v)));
                values.push(Arg::Var(3 + 5 * d as Var));
                values.push(Arg::Var(5 + 5 * d as Var));
            }
        }
        let mut fill = |edge: &mut Edge| {
            edge.args = (0..2).map(|_| values[random.below(values.len())]).collect();
        };
        match &mut blocks[b].term {
            Term::Jump(t) => fill(t),
            Term::If(_, yes, no) => {
                fill(yes);
                fill(no);
            }
            Term::Switch(_, ints, tags) => ints.iter_mut().chain(tags).for_each(fill),
            _ => {}
        }
    }
    Func { id: 0, name: "main".into(), place: String::new(), kind: Kind::Closure, params: vec![0], exits: 0, blocks, names }
}

fn interpret(func: &Func, seed: u64) -> String {
    let mut values = vec![0u64; func.names.len()];
    let (mut seed, mut out, mut b) = (seed, Vec::new(), 0);
    let value = |values: &[u64], arg: &Arg| match arg {
        Arg::Var(v) => values[*v as usize],
        Arg::Int(n) => *n as u64,
        _ => unreachable!(),
    };
    loop {
        let block = &func.blocks[b];
        for instr in &block.body {
            let Instr::Prim { dest, name, args } = instr else { unreachable!() };
            let a: Vec<u64> = args.iter().map(|arg| value(&values, arg)).collect();
            values[*dest as usize] = match &**name {
                "trace" => {
                    if out.len() == STEPS {
                        return format!("{} long", out.join(" "));
                    }
                    out.push(format!("{}:{}:{}", a[0], a[1], a[2]));
                    seed = (seed * 1103 + 12345) % 65536;
                    seed / 16 % 8
                }
                "%int_add" => {
                    if a[0] + a[1] > 9 {
                        (a[0] + a[1]) % 10
                    } else {
                        a[0] + a[1]
                    }
                }
                "%int_lt" => u64::from(a[0] < a[1]),
                _ => a[0],
            };
        }
        let edge = match &block.term {
            Term::Return(a) => return format!("{} {}", out.join(" "), value(&values, a)),
            Term::Jump(t) => t,
            Term::If(a, yes, no) => {
                if value(&values, a) != 0 {
                    yes
                } else {
                    no
                }
            }
            Term::Switch(a, ints, tags) => {
                let v = value(&values, a) as usize;
                if v < ints.len() { &ints[v] } else { &tags[v - ints.len()] }
            }
            _ => unreachable!(),
        };
        let args: Vec<u64> = edge.args.iter().map(|a| value(&values, a)).collect();
        b = edge.block as usize;
        for (p, v) in func.blocks[b].params.iter().zip(args) {
            values[*p as usize] = v;
        }
    }
}

/// The Lua of a program of one function.
fn lua(func: &Func, style: Style) -> String {
    let mut program = Program {
        functions: vec![Some(func.clone())],
        main: 0,
        data: Arena::default(),
        globals: Vec::new(),
        global_names: Vec::new(),
        hints: HINTS.map(str::to_string).to_vec(),
        lifted: 0,
        places: Vec::new(),
        version: (4, 13),
    };
    split::run(&mut program).unwrap();
    let table = table();
    let options = expressions::Options { target: Target::Portable, style };
    let graph = CallGraph::of(&program);
    let groups = groups::run(&program, &graph, style, false);
    let mut text = String::new();
    for f in program.functions.iter().flatten() {
        text.push_str(
            &lua_text::run(
                style,
                &ShortNames::default(),
                &emit::run(&table, &program, &groups, &guards::run(&program, &graph, &table), f, options).unwrap().0,
            )
            .text,
        );
    }
    text
}

fn compare(seed: u64, count: u64, style: Style) {
    let mut text = HARNESS.to_string();
    let mut expected = String::new();
    for i in 0..count {
        let mut random = Random(seed + i);
        let func = function(&mut random);
        let code = lua(&func, style);
        let main = if style == Style::Compact { "F.main = F[0] " } else { "" };
        text.push_str(&format!("do local function run()\n{code}{main}end run() for s = 1, 3 do case({i} * 7 + s) end end\n"));
        for s in 1..=3 {
            expected.push_str(&interpret(&func, i * 7 + s));
            expected.push('\n');
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.lua");
    std::fs::write(&path, &text).unwrap();
    for engine in ENGINES {
        let Ok(output) = Command::new(engine).arg(&path).output() else { continue };
        let found = String::from_utf8_lossy(&output.stdout);
        for (i, (a, b)) in found.lines().zip(expected.lines()).enumerate() {
            if a != b {
                let func = function(&mut Random(seed + i as u64 / 3));
                panic!("{engine}, case {}:\n{a}\n{b}\n{func:?}\n{}", i / 3, lua(&func, style));
            }
        }
        assert_eq!(found.lines().count(), expected.lines().count(), "{engine}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn random_graphs() {
    compare(1, 400, Style::Readable);
}

#[test]
fn random_graphs_compact() {
    compare(1000, 200, Style::Compact);
}
