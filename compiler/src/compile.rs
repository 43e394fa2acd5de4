//! The pipeline: bytes and options in, bytes or one error out.

use std::str::FromStr;

use crate::bytecode::{container, disassemble};
use crate::error::Result;
use crate::ir::program::{Func, FuncId, Program};
use crate::ir::{ir_text, verify};
use crate::link::{data, fragment, linker, uses};
use crate::lua::lua_text::Text;
use crate::lua::short_names::ShortNames;
use crate::lua::{emit, expressions, groups, guards, lua_text, naming};
use crate::parallel;
use crate::passes::call_graph::CallGraph;
use crate::passes::{
    Effects, Simplify, allocations, bounds, cells, comparisons, dead_code, direct_calls, hoist, identical, inline, known_blocks,
    known_calls, lift, outline, partial, raises, ranges, self_calls, simplify, slots, specialise, split, ssa, unroll,
};
use crate::target::Target;

/// The size in bytes from which on a program is worth to start threads for.
const LARGE: usize = 100_000;

/// What passes ask for beside what they work on.
struct Context<'a> {
    effect_of: Effects<'a>,
    simplify: Simplify<'a>,
    target: Target,
    main: FuncId,
    /// Backtraces have locations.
    has_places: bool,
}

/// What a pass does: with the whole program, or with each function by itself; then it gives whether that is to be simplified.
#[derive(Clone, Copy)]
enum Pass {
    Whole(fn(&mut Program, &Context)),
    /// One that may refuse the program.
    Checked(fn(&mut Program) -> Result<()>),
    Each(fn(&mut Func, &Context) -> bool),
}

/// A pass with its name and the lowest level of optimisation that has it.
type Step = (&'static str, u8, Pass);

/// The passes between SSA and Lua in their order. Those of level 0 make what Lua can hold, and leave out what is never called.
const PASSES: [Step; 20] = [
    ("simplify", 0, Pass::Each(|_, _| true)),
    (
        "known_calls",
        1,
        Pass::Whole(|program, _| {
            known_calls::run(program);
            partial::run(program);
            allocations::drop_unwatched(program);
        }),
    ),
    ("lift", 1, Pass::Whole(|program, _| lift::run(program))),
    ("specialise", 1, Pass::Whole(|program, context| specialise::run(program, context.simplify))),
    ("dead_code", 0, Pass::Whole(|program, context| dead_code::run(context.effect_of, program))),
    ("inline", 1, Pass::Whole(|program, context| inline::run(program, context.simplify))),
    ("known_blocks", 1, Pass::Whole(|program, context| known_blocks::run(program, context.simplify))),
    ("unroll", 1, Pass::Each(|f, context| !context.has_places && unroll::run(f))),
    ("comparisons", 1, Pass::Each(|f, _| comparisons::run(f))),
    ("raises", 1, Pass::Whole(|program, context| raises::run(program, context.effect_of, context.simplify))),
    ("direct_calls", 1, Pass::Whole(|program, context| direct_calls::run(program, context.simplify))),
    ("outline", 0, Pass::Whole(|program, context| outline::run(program, context.simplify))),
    ("self_calls", 1, Pass::Each(|f, context| self_calls::run(f, context.target == Target::Lua54))),
    ("cells", 1, Pass::Each(|f, _| cells::run(f))),
    ("hoist", 1, Pass::Each(|f, context| f.id != context.main && hoist::run(f))),
    ("ranges", 1, Pass::Whole(|program, context| ranges::run(program, context.target, context.simplify))),
    ("bounds", 1, Pass::Each(|f, _| bounds::run(f))),
    ("identical", 1, Pass::Whole(|program, context| identical::run(program, context.simplify))),
    ("split", 0, Pass::Checked(split::run)),
    ("slots", 0, Pass::Whole(|program, _| slots::run(program))),
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

/// How many of these passes are run together: those of each function in a row, up to the one that is asked for. They do all of a
/// function before the next one, which costs less where a function is met in memory first. In debug builds each runs alone, and the program
/// is verified after it.
fn together(passes: &[Step], is_asked: &dyn Fn(&str) -> bool) -> usize {
    let row = passes.iter().take_while(|(_, _, pass)| matches!(pass, Pass::Each(_))).count();
    let asked = passes.iter().take(row).position(|(name, _, _)| is_asked(name) || cfg!(debug_assertions));
    asked.map_or(row, |last| last + 1).max(1)
}

/// Runs passes that belong together, those that the level of optimisation has.
fn run_passes(program: &mut Program, context: &Context, level: u8, passes: &[Step]) -> Result<()> {
    let mut each = Vec::new();
    for (_, _, pass) in passes.iter().filter(|(_, lowest, _)| *lowest <= level) {
        match pass {
            Pass::Whole(pass) => pass(program, context),
            Pass::Checked(pass) => pass(program)?,
            Pass::Each(pass) => each.push(pass),
        }
    }
    if !each.is_empty() {
        parallel::functions(program, |f| {
            for pass in &each {
                if pass(f, context) {
                    (context.simplify)(f);
                }
            }
        });
    }
    Ok(())
}

/// Verifies the program between two passes, in debug builds.
fn check(program: &Program, traps: bool) -> Result<()> {
    if cfg!(debug_assertions) { verify::run(program, traps) } else { Ok(()) }
}

/// Translates an OCaml bytecode executable.
pub fn run(bytes: &[u8], options: &Options) -> Result<Output> {
    if bytes.len() < LARGE { translate(bytes, options) } else { parallel::with_threads(|| translate(bytes, options)) }
}

fn translate(bytes: &[u8], options: &Options) -> Result<Output> {
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
    let simplify = |f: &mut Func| simplify::run(f, &effect_of);
    let context = Context {
        effect_of: &effect_of,
        simplify: &simplify,
        target: options.target,
        main: program.main,
        has_places: !program.places.is_empty(),
    };
    let mut traps = true;
    let mut left = PASSES.as_slice();
    while !left.is_empty() {
        let (passes, after) = left.split_at(together(left, &is_asked));
        run_passes(&mut program, &context, options.level, passes)?;
        traps = traps && passes.iter().all(|(name, _, _)| *name != "outline");
        check(&program, traps)?;
        if passes.iter().any(|(name, _, _)| is_asked(name)) {
            return dump(ir_text::run(&program));
        }
        left = after;
    }
    let short = ShortNames::new(&table, &program.functions);
    let names = (options.style == lua_text::Style::Compact).then_some(&short);
    let emission = expressions::Options { target: options.target, style: options.style };
    let uses = uses::run(&program);
    let graph = CallGraph::of(&program);
    let groups = groups::run(&program, &graph, options.style, linker::links(&uses, &table, groups::CODE)?);
    let guards = guards::run(&program, &graph, &table);
    let emitted = parallel::map(program.functions.iter(), |function| {
        let function = function.as_ref()?;
        let emitted = emit::run(&table, &program, &groups, &guards, function, emission);
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
    parallel::each(program.functions.into_iter(), drop);
    Ok(Output { text, warnings })
}
