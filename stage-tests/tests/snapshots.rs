//! Small programs with what every step makes of them: `snapshots/NAME.md` has a section for the source, the bytecode, the
//! IR after its construction and after the last pass, the Lua and the output. `BLESS=1` writes all sections but the source.
//!
//! Where the text above the source speaks of `-g`, that is an option of the translation.
//! The programs are compiled with `snapshots/base.ml` in place of OCaml's library; its functions are not shown.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Failed, Trial};
use similar::TextDiff;
use stage_tests::compilers::Compiler;
use stage_tests::engine::Engine;
use stage_tests::process::run;
use stage_tests::scratch;
use stage_tests::toolchain::Toolchain;

const LIMIT: Duration = Duration::from_secs(60);

/// The snapshots are those of this version's ocamlc.
const VERSION: &str = "4.13.1";

/// Title of each section, the language of its text, and the stage that is dumped.
const STAGES: [(&str, &str, &str); 4] = [
    ("Bytecode", "text", "bytecode"),
    ("IR: static single assignment", "text", "ssa"),
    ("IR: after the last pass", "text", "split"),
    ("Lua", "lua", "lua"),
];

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    let here = Toolchain::default_one().is_some_and(|toolchain| toolchain.version == VERSION);
    let trials = files.into_iter().map(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || check(&file).map_err(|error| Failed::from(format!("{error:#}")))).with_ignored_flag(!here)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit()
}

fn check(file: &Path) -> Result<()> {
    let committed = std::fs::read_to_string(file)?;
    let (head, rest) = committed.split_once("```ocaml\n").context("no OCaml section")?;
    let (source, _) = rest.split_once("```\n").context("the OCaml section does not end")?;
    let options: &[&str] = if head.contains("`-g`") { &["-g"] } else { &[] };
    let made = format!("{head}```ocaml\n{source}```\n{}", sections(file, source, options)?);
    if made == committed {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, made)?;
        return Ok(());
    }
    let diff = TextDiff::from_lines(&committed, &made);
    bail!("{}", diff.unified_diff().header("committed", "made"))
}

/// All sections after the source.
fn sections(file: &Path, source: &str, options: &[&str]) -> Result<String> {
    let name = file.file_stem().and_then(|name| name.to_str()).context("a snapshot without a name")?;
    let folder = scratch().join("snapshots").join(name);
    let program = folder.join("source").join(format!("{name}.ml"));
    std::fs::create_dir_all(folder.join("source"))?;
    std::fs::write(&program, source)?;
    let base = file.with_file_name("base.ml");
    let (interface, bytecode) = (folder.join("base.cmo"), folder.join("program.bc"));
    let toolchain = Toolchain::default_one().context("no OCaml here")?;
    toolchain.compile(&[base], &folder, &interface, &["-g", "-nopervasives", "-c"])?;
    toolchain.compile(&[program], &folder, &bytecode, &["-g", "-nopervasives", "-open", "Base", "base.cmo"])?;
    let compiler = Compiler::rust()?;
    let mut text = String::new();
    for (title, language, stage) in STAGES {
        let output = folder.join(format!("{stage}.txt"));
        compiler.compile(&bytecode, &output, &[&["--dump", stage], options].concat())?;
        let shown = without_base(&std::fs::read_to_string(output)?);
        text.push_str(&format!("\n## {title}\n\n```{language}\n{}\n```\n", shown.trim_end()));
    }
    let expected = run(toolchain.run(&bytecode), Vec::new(), LIMIT)?;
    let lua = folder.join("program.lua");
    compiler.compile(&bytecode, &lua, options)?;
    for (engine, _) in Engine::to_test().into_iter().filter(|(_, installed)| *installed) {
        let actual = run(engine.command(&lua), Vec::new(), LIMIT)?;
        if actual.stdout != expected.stdout || actual.code != 0 {
            bail!("{} prints something else: {}", engine.name(), String::from_utf8_lossy(&actual.stderr));
        }
    }
    text.push_str(&format!("\n## Output\n\n```text\n{}\n```\n", String::from_utf8_lossy(&expected.stdout).trim_end()));
    Ok(text)
}

/// A dump without the functions of `base.ml`: each begins at a line of its own, and ends where another one or a label does.
fn without_base(text: &str) -> String {
    let mut result = String::new();
    let mut hidden = false;
    for line in text.lines() {
        let named = line.starts_with("function ") || line.starts_with("local ");
        if named || line.starts_with("F.") || line.starts_with('L') {
            hidden = line.starts_with("F.Base_") || (named && (line.contains(" Base.") || line.contains(" Base_")));
        }
        if !hidden {
            result.push_str(line);
            result.push('\n');
        }
    }
    result
}
