//! The pipeline: bytes and options in, bytes or one error out.

use std::str::FromStr;

use crate::bytecode::{container, disassemble};
use crate::error::Result;
use crate::ir::program::Program;
use crate::ir::{ir_text, verify};
use crate::link::{data, fragment, linker, uses};
use crate::lua::lua_text::Text;
use crate::lua::short_names::ShortNames;
use crate::lua::{emit, expressions, groups, guards, lua_text, naming};
use crate::parallel;
use crate::passes::call_graph::CallGraph;
use crate::passes::{
    Effects, allocations, bounds, cells, comparisons, dead_code, direct_calls, hoist, identical, inline, known_blocks,
    known_calls, lift, outline, partial, raises, ranges, self_calls, simplify, slots, specialise, split, ssa, unroll,
};
use crate::target::Target;

/// A pass over the whole program, with the effects of primitives, for a target.
type Pass = fn(&mut Program, Effects, Target) -> Result<()>;

/// The passes between SSA and Lua in their order: name, the lowest level of optimisation that has it, and what it does. Those
/// of level 0 make what Lua can hold, and leave out what is never called.
const PASSES: [(&str, u8, Pass); 20] = [
    ("simplify", 0, |program, effect_of, _| {
        simplify::run(program, effect_of);
        Ok(())
    }),
    ("known_calls", 1, |program, _, _| {
        known_calls::run(program);
        partial::run(program);
        allocations::drop_unwatched(program);
        Ok(())
    }),
    ("lift", 1, |program, _, _| {
        lift::run(program);
        Ok(())
    }),
    ("specialise", 1, |program, effect_of, _| {
        specialise::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("dead_code", 0, |program, effect_of, _| {
        dead_code::run(effect_of, program);
        Ok(())
    }),
    ("inline", 1, |program, effect_of, _| {
        inline::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("known_blocks", 1, |program, effect_of, _| {
        known_blocks::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("unroll", 1, |program, effect_of, _| {
        unroll::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("comparisons", 1, |program, effect_of, _| {
        comparisons::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("raises", 1, |program, effect_of, _| {
        raises::run(program, effect_of, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("direct_calls", 1, |program, effect_of, _| {
        direct_calls::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("outline", 0, |program, effect_of, _| {
        outline::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("self_calls", 1, |program, effect_of, target| {
        self_calls::run(program, target == Target::Lua54, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("cells", 1, |program, effect_of, _| {
        cells::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("hoist", 1, |program, effect_of, _| {
        hoist::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("ranges", 1, |program, effect_of, target| {
        ranges::run(program, target, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("bounds", 1, |program, _, _| {
        bounds::run(program);
        Ok(())
    }),
    ("identical", 1, |program, effect_of, _| {
        identical::run(program, &|f| simplify::function(f, effect_of));
        Ok(())
    }),
    ("split", 0, |program, _, _| split::run(program)),
    ("slots", 0, |program, _, _| {
        slots::run(program);
        Ok(())
    }),
];

/// A stage of the pipeline whose result can be shown instead of the output: a pass by its name, or what comes before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage(&'static str);

impl Stage {
    /// In the order of the pipeline.
    pub fn all() -> impl Iterator<Item = Stage> {
        let passes = PASSES.iter().map(|(name, _, _)| *name);
        ["bytecode", "ssa"].into_iter().chain(passes).chain(["lua"]).map(Stage)
    }

    pub fn name(self) -> &'static str {
        self.0
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        let names: Vec<&str> = Stage::all().map(Stage::name).collect();
        Stage::all().find(|stage| stage.0 == name).ok_or_else(|| format!("no stage '{name}': {}", names.join(", ")))
    }
}

/// What is wanted of a translation.
#[derive(Clone, Debug)]
pub struct Options {
    pub target: Target,
    pub style: lua_text::Style,
    /// Level of optimisation, 0 to 2.
    pub level: u8,
    pub dump: Option<Stage>,
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

/// Verifies the program between two passes, in debug builds.
fn check(program: &Program, traps: bool) -> Result<()> {
    if cfg!(debug_assertions) { verify::run(program, traps) } else { Ok(()) }
}

/// Translates an OCaml bytecode executable.
pub fn run(bytes: &[u8], options: &Options) -> Result<Output> {
    let is_asked = |name: &str| options.dump.is_some_and(|stage| stage.name() == name);
    let image = container::read(bytes)?;
    if is_asked("bytecode") {
        return dump(disassemble::run(&image)?);
    }
    let table = fragment::parse(&options.runtime, image.version, options.target)?;
    let effect_of = |name: &str| table.effect(name);
    let mut program = ssa::run(&image, &table, options.debug)?;
    check(&program, true)?;
    if is_asked("ssa") {
        return dump(ir_text::run(&program));
    }
    let mut traps = true;
    for (name, level, pass) in PASSES {
        if level <= options.level {
            pass(&mut program, &effect_of, options.target)?;
            traps = traps && name != "outline";
            check(&program, traps)?;
        }
        if is_asked(name) {
            return dump(ir_text::run(&program));
        }
    }
    let short = ShortNames::new(&table, &program.functions);
    let names = (options.style == lua_text::Style::Compact).then_some(&short);
    let emission = expressions::Options { target: options.target, style: options.style };
    let uses = uses::run(&program);
    let graph = CallGraph::of(&program);
    let groups = groups::run(&program, &graph, options.style, linker::links(&uses, &table, groups::CODE)?);
    let asks = guards::run(&program, &graph, &table);
    let emitted = parallel::map(program.functions.len(), program.functions.iter(), |function| {
        let function = function.as_ref()?;
        let emitted = emit::run(&table, &program, &groups, &asks, function, emission);
        Some(emitted.map(|(function, warnings)| (lua_text::run(options.style, &short, &function), warnings)))
    });
    let emitted: Vec<(Text, Vec<String>)> = emitted.into_iter().flatten().collect::<Result<_>>()?;
    let (functions, warnings): (Vec<Text>, Vec<Vec<String>>) = emitted.into_iter().unzip();
    let mut warnings = warnings.concat();
    if is_asked("lua") {
        return dump(functions.iter().map(|function| function.text.as_str()).collect());
    }
    let (data, lossy) = data::emit(&program, &table, options.target, names, &uses.globals)?;
    for integer in lossy {
        warnings.push(format!("constant data: the integer {integer} does not fit the target {}", options.target.name()));
    }
    let main = program.functions.get(program.main as usize).and_then(|main| main.as_ref());
    let main = main.map(|main| naming::function_place(options.style, main)).unwrap_or_default();
    let parts =
        linker::Parts { target: options.target, names, functions: &functions, main: &main, data: &data, files: &options.files };
    let text = linker::link(&program, &uses, &table, &parts, options.allow_missing)?;
    parallel::each(program.functions.len(), program.functions.into_iter(), drop);
    Ok(Output { text, warnings })
}
