//! The runtime's own tests: each file of `fragments/` runs on every engine and target after the sections that its
//! `--// Requires:` lines name and the files of `fragments/shared/` that its `--// Shares:` lines name. A write to a
//! global that does not exist is an error. `compact`: the sections as that style writes them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Failed, Trial};
use lua_of_ocaml::link::fragment::{Section, Table, parse};
use lua_of_ocaml::link::minify;
use lua_of_ocaml::lua::short_names::ShortNames;
use lua_of_ocaml::runtime;
use lua_of_ocaml::target::Target;
use stage_tests::engine::Engine;
use stage_tests::process::run;
use stage_tests::scratch;

const LIMIT: Duration = Duration::from_secs(240);

/// The sections are those for this version of OCaml.
const VERSION: (u32, u32) = (5, 3);

const GUARD: &str = "setmetatable(_G, {__newindex = function(_, name) error('write to the global ' .. tostring(name), 2) end})\n";

/// The predefined exceptions, which the data of a program brings (bytecomp/symtable.ml).
const EXCEPTIONS: &str = r#"
for i, name in ipairs {"Out_of_memory", "Sys_error", "Failure", "Invalid_argument", "End_of_file", "Division_by_zero",
  "Not_found", "Match_failure", "Stack_overflow", "Sys_blocked_io", "Assert_failure", "Undefined_recursive_module"} do
  G[i] = {248, name, -i}
end
"#;

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fragments");
    let mut tests: Vec<PathBuf> = std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    tests.retain(|path| path.is_file());
    tests.sort();
    let mut trials = Vec::new();
    for test in tests {
        let name = test.file_stem().and_then(|name| name.to_str()).context("a test without a name")?.to_string();
        for (engine, installed) in Engine::to_test() {
            for target in Target::ALL {
                if target != Target::Portable && target != engine.target() {
                    continue;
                }
                for compact in [false, true] {
                    let style = if compact { "compact" } else { target.name() };
                    if compact && target != Target::Portable {
                        continue;
                    }
                    let (test, title) = (test.clone(), format!("{name}::{style}::{}", engine.name()));
                    let script = scratch().join("fragments").join(format!("{name}.{style}.{}.lua", engine.name()));
                    let trial = move || one(&test, &script, target, engine, compact).map_err(|e| Failed::from(format!("{e:#}")));
                    trials.push(Trial::test(title, trial).with_ignored_flag(!installed));
                }
            }
        }
    }
    let installed = Engine::to_test().into_iter().any(|(engine, installed)| engine == Engine::Luajit && installed);
    let trial = || same_bytecode().map_err(|error| Failed::from(format!("{error:#}")));
    trials.push(Trial::test("sections::compact::luajit", trial).with_ignored_flag(!installed));
    libtest_mimic::run(&arguments, trials).exit()
}

/// What the compact style makes of a section is the same bytecode: LuaJIT's, which without debugging information has neither
/// lines nor names of locals.
fn same_bytecode() -> Result<()> {
    let mut linked = String::from(
        "local function same(name, a, b)\n  a, b = assert(loadstring(a)), assert(loadstring(b))\n  \
         assert(string.dump(a, true) == string.dump(b, true), name)\nend\n",
    );
    for target in [Target::Portable, Target::Luajit] {
        let table = parse(&runtime::embedded(), VERSION, target)?;
        for (section, regions) in table.sections.iter().flat_map(|section| [(section, false), (section, true)]) {
            let code = table.code_of(section, &|_| regions)?;
            let short = minify::run(&code, &ShortNames::default(), true);
            linked.push_str(&format!("same({:?}, [====[\n{code}]====], [====[\n{short}]====])\n", section.name));
        }
    }
    let script = scratch().join("fragments").join("sections.lua");
    std::fs::create_dir_all(script.parent().context("a script without a folder")?)?;
    std::fs::write(&script, linked)?;
    let outcome = run(Engine::Luajit.hosted_command(&script), Vec::new(), LIMIT)?;
    if outcome.code != 0 {
        bail!("{}", String::from_utf8_lossy(&outcome.stderr));
    }
    Ok(())
}

fn one(test: &Path, script: &Path, target: Target, engine: Engine, compact: bool) -> Result<()> {
    let text = std::fs::read_to_string(test)?;
    let table = parse(&runtime::embedded(), VERSION, target)?;
    // Luau's sandbox guards its globals itself.
    let mut linked = if engine == Engine::Luau { String::new() } else { GUARD.to_string() };
    let mut order = Vec::new();
    let required = text.lines().filter_map(|line| line.strip_prefix("--// Requires:")).flat_map(|names| names.split(','));
    for name in ["prelude", "main"].into_iter().chain(required.map(str::trim)) {
        add(&table, name, &mut order)?;
    }
    for &position in &order {
        let section = &table.sections[position];
        let code = table.code_of(section, &|position| order.contains(&position))?;
        write(section, &code, compact, &mut linked);
    }
    linked.push_str(EXCEPTIONS);
    for name in text.lines().filter_map(|line| line.strip_prefix("--// Shares:")) {
        linked.push_str(&std::fs::read_to_string(test.with_file_name("shared").join(name.trim()).with_extension("lua"))?);
    }
    linked.push_str(&text);
    std::fs::create_dir_all(script.parent().context("a script without a folder")?)?;
    std::fs::write(script, linked)?;
    let outcome = run(engine.hosted_command(script), Vec::new(), LIMIT)?;
    let said = String::from_utf8_lossy(&outcome.stderr).into_owned();
    if outcome.code != 0 || outcome.stdout.windows(6).any(|window| window == b"not ok") {
        bail!("exit code {}\n{}{said}", outcome.code, String::from_utf8_lossy(&outcome.stdout));
    }
    Ok(())
}

/// The section and, before it, those it requires.
fn add(table: &Table, name: &str, order: &mut Vec<usize>) -> Result<()> {
    let position = table.position(name).with_context(|| format!("no section provides {name}"))?;
    if order.contains(&position) {
        return Ok(());
    }
    for required in &table.sections[position].requires {
        add(table, required, order)?;
    }
    order.push(position);
    Ok(())
}

fn write(section: &Section, code: &str, compact: bool, linked: &mut String) {
    let prelude = section.name == "prelude";
    let code = if compact { minify::run(code, &ShortNames::default(), !prelude) } else { code.to_string() };
    if prelude {
        linked.push_str(&code);
    } else if !code.is_empty() {
        linked.push_str(&format!("do\n{code}\n"));
        for alias in &section.aliases {
            linked.push_str(&format!("P[\"{alias}\"] = P[\"{}\"]\n", section.name));
        }
        linked.push_str("end\n");
    }
}
