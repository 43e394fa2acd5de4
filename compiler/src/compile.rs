//! The pipeline: bytes and options in, bytes or one error out.

use std::str::FromStr;

use crate::bytecode::{container, disassemble};
use crate::error::Result;
use crate::ir::program::{Arg, Func, Instr, Program};
use crate::ir::{ir_text, verify};
use crate::link::{data, fragment, linker};
use crate::lua::{emit, lua_text};
use crate::passes::{allocations, cells, dead_code, known_calls, outline, ranges, self_calls, simplify, split, ssa};
use crate::target::Target;

/// A stage of the pipeline whose result can be shown instead of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dump {
    Bytecode,
    Ssa,
    Outline,
    Simplify,
    KnownCalls,
    DeadCode,
    SelfCalls,
    Cells,
    Ranges,
    Split,
    Lua,
}

impl Dump {
    /// In the order of the pipeline.
    pub const ALL: [(&str, Dump); 11] = [
        ("bytecode", Dump::Bytecode),
        ("ssa", Dump::Ssa),
        ("outline", Dump::Outline),
        ("simplify", Dump::Simplify),
        ("known_calls", Dump::KnownCalls),
        ("dead_code", Dump::DeadCode),
        ("self_calls", Dump::SelfCalls),
        ("cells", Dump::Cells),
        ("ranges", Dump::Ranges),
        ("split", Dump::Split),
        ("lua", Dump::Lua),
    ];
}

impl FromStr for Dump {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        let names = Dump::ALL.map(|(name, _)| name).join(", ");
        let found = Dump::ALL.into_iter().find(|(n, _)| *n == name);
        found.map(|(_, dump)| dump).ok_or_else(|| format!("no stage '{name}': {names}"))
    }
}

/// What is wanted of a translation.
#[derive(Clone, Debug)]
pub struct Options {
    pub target: Target,
    pub style: lua_text::Style,
    pub dump: Option<Dump>,
    /// Primitives that the runtime does not provide become stubs that raise.
    pub allow_missing: bool,
    /// Backtraces have locations.
    pub debug: bool,
    /// Embedded files: path under `/static/`, content; sorted.
    pub files: Vec<(String, Vec<u8>)>,
    /// The runtime's files: name, text; sorted.
    pub runtime: Vec<(String, String)>,
}

/// A finished translation, or the text of the stage that was asked for.
#[derive(Clone, Debug, Default)]
pub struct Output {
    pub text: String,
    pub warnings: Vec<String>,
}

fn dump(text: String) -> Result<Output> {
    Ok(Output { text, warnings: Vec::new() })
}

/// Which globals the functions read.
fn used_globals(program: &Program) -> Vec<bool> {
    let mut used = vec![false; program.globals.len()];
    for function in program.functions.iter().flatten() {
        for block in &function.blocks {
            for instr in &block.body {
                if let Instr::Prim { name, args, .. } = instr
                    && name == "%global"
                    && let Some(Arg::Int(slot)) = args.first()
                    && let Some(flag) = used.get_mut(*slot as usize)
                {
                    *flag = true;
                }
            }
        }
    }
    used
}

/// Verifies the program between two passes, in debug builds.
fn check(program: &Program, traps: bool) -> Result<()> {
    if cfg!(debug_assertions) { verify::run(program, traps) } else { Ok(()) }
}

/// Translates an OCaml bytecode executable.
pub fn run(bytes: &[u8], options: &Options) -> Result<Output> {
    let image = container::read(bytes)?;
    if options.dump == Some(Dump::Bytecode) {
        return dump(disassemble::run(&image)?);
    }
    let table = fragment::parse(&options.runtime, image.version, options.target)?;
    let effect_of = |name: &str| table.effect(name);
    let mut program = ssa::run(&image, if options.debug { Some(&effect_of) } else { None })?;
    allocations::run(&mut program);
    if options.dump == Some(Dump::Ssa) {
        return dump(ir_text::run(&program));
    }
    check(&program, true)?;
    outline::run(&mut program)?;
    check(&program, false)?;
    if options.dump == Some(Dump::Outline) {
        return dump(ir_text::run(&program));
    }
    simplify::run(&mut program, &effect_of);
    check(&program, false)?;
    if options.dump == Some(Dump::Simplify) {
        return dump(ir_text::run(&program));
    }
    known_calls::run(&mut program);
    check(&program, false)?;
    if options.dump == Some(Dump::KnownCalls) {
        return dump(ir_text::run(&program));
    }
    dead_code::run(&effect_of, &mut program);
    check(&program, false)?;
    if options.dump == Some(Dump::DeadCode) {
        return dump(ir_text::run(&program));
    }
    let simplify = |f: &mut Func| simplify::function(f, &effect_of);
    self_calls::run(&mut program, &simplify);
    check(&program, false)?;
    if options.dump == Some(Dump::SelfCalls) {
        return dump(ir_text::run(&program));
    }
    cells::run(&mut program, &simplify);
    check(&program, false)?;
    if options.dump == Some(Dump::Cells) {
        return dump(ir_text::run(&program));
    }
    ranges::run(&mut program, &simplify);
    check(&program, false)?;
    if options.dump == Some(Dump::Ranges) {
        return dump(ir_text::run(&program));
    }
    split::run(&mut program)?;
    if options.dump == Some(Dump::Split) {
        return dump(ir_text::run(&program));
    }
    let compact = options.style == lua_text::Style::Compact;
    let emission = emit::Options { target: options.target, style: options.style };
    let mut warnings = Vec::new();
    let mut functions = Vec::new();
    for function in program.functions.iter().flatten() {
        let function = emit::run(&table, &program, function, emission, &mut warnings)?;
        functions.push(lua_text::run(options.style, &function));
    }
    if options.dump == Some(Dump::Lua) {
        return dump(functions.iter().map(|function| function.text.as_str()).collect());
    }
    let (data, lossy) = data::emit(&program, &table, options.target, compact, &used_globals(&program))?;
    for decimal in lossy {
        warnings.push(format!("constant data: the integer {decimal} does not fit the target {}", options.target.name()));
    }
    let main = program.functions.get(program.main as usize).and_then(|main| main.as_ref());
    let main = main.map(|main| emit::function_place(emission, main)).unwrap_or_default();
    let parts =
        linker::Parts { target: options.target, compact, functions: &functions, main: &main, data: &data, files: &options.files };
    let text = linker::link(&program, &table, &parts, options.allow_missing)?;
    Ok(Output { text, warnings })
}
