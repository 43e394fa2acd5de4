//! `bootstrap diff`: are two outputs the same bytes, and if not, where do they part, and in which function?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lua_of_ocaml::bytecode::container;
use lua_of_ocaml::link::fragment::Table;
use lua_of_ocaml::passes::ssa;
use similar::{Algorithm, ChangeTag, TextDiff};

use crate::error::{Error, Result};
use crate::files;
use crate::manifest::Manifest;
use crate::stage::OUTPUT;

/// Lines before the first difference that are shown, and lines after it that are looked at.
const BEFORE: usize = 3;
const AFTER: usize = 60;
/// Lines of the difference that are shown.
const SHOWN: usize = 24;
/// Columns of a long line that are shown.
const WIDTH: usize = 140;

/// What is to be printed, and whether all that was compared is identical.
#[derive(Debug)]
pub struct Comparison {
    pub text: String,
    pub identical: bool,
}

/// Compares two files, two stages of the run in `out`, or two runs (every output of both).
pub fn run(out: &Path, a: &str, b: &str) -> Result<Comparison> {
    let (one, other) = (resolve(out, a)?, resolve(out, b)?);
    if !one.is_dir() || !other.is_dir() {
        let names = names(&[out.to_path_buf(), crate::workspace::partial(out)]);
        return Ok(compare(&names, a, &files::read(&file_of(&one))?, b, &files::read(&file_of(&other))?));
    }
    let stages_of_one = stages(&one)?;
    if stages_of_one != stages(&other)? {
        return Err(Error::Differ(format!("{a} and {b} do not have the same stages")));
    }
    let names = names(std::slice::from_ref(&one));
    let mut all = Comparison { text: String::new(), identical: true };
    for stage in stages_of_one {
        let place = |folder: &Path| folder.join(&stage).join(OUTPUT);
        let label = |side: &str| format!("{side}/{stage}");
        let comparison = compare(&names, &label(a), &files::read(&place(&one))?, &label(b), &files::read(&place(&other))?);
        all.identical &= comparison.identical;
        all.text += &format!("{stage}: {}", comparison.text);
    }
    Ok(all)
}

/// Names of the program's functions by number.
pub type Names = BTreeMap<String, String>;

/// The names that the compiler gives the functions of the seed that a run translated: their units at least. Without a
/// seed, or with one that cannot be read, there are none; numbers have to do.
fn names(runs: &[PathBuf]) -> Names {
    let Some(seed) = runs.iter().find_map(|run| std::fs::read(run.join("seed.bc")).ok()) else { return Names::new() };
    let program = container::read(&seed).and_then(|image| ssa::run(&image, &Table::default(), false));
    let functions = program.map(|program| program.functions).unwrap_or_default();
    functions.into_iter().flatten().map(|function| (format!("F[{}]", function.id), function.name)).collect()
}

/// A path as it stands, or the output of a stage of the run in `out`, finished or not.
fn resolve(out: &Path, name: &str) -> Result<PathBuf> {
    let partial = crate::workspace::partial(out);
    let places = [PathBuf::from(name), out.join(name).join(OUTPUT), partial.join(name).join(OUTPUT)];
    let found = places.into_iter().find(|path| path.exists());
    found.ok_or_else(|| Error::Usage(format!("{name} is neither a file, nor a run, nor a stage of {}", out.display())))
}

/// The file that a path means when it is compared with a file: itself, or the stage in that folder.
fn file_of(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(OUTPUT) } else { path.to_path_buf() }
}

/// The names of a run's stages; of the folder of one stage, the folder itself.
fn stages(folder: &Path) -> Result<Vec<String>> {
    if folder.join(OUTPUT).is_file() {
        return Ok(vec![String::new()]);
    }
    let manifest = Manifest::read(folder)?;
    Ok(manifest.proof.stages.into_iter().map(|stage| stage.name).collect())
}

/// Compares two texts.
pub fn compare(names: &Names, a_name: &str, a: &[u8], b_name: &str, b: &[u8]) -> Comparison {
    if a == b {
        return Comparison { text: format!("identical, {} bytes, blake3 {}\n", a.len(), files::hash(a)), identical: true };
    }
    let offset = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let line = a.iter().take(offset).filter(|byte| **byte == b'\n').count();
    let line_start = a.iter().take(offset).rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    let column = offset - line_start;
    let mut text = format!("differ at byte {offset} (line {}, column {})\n", line + 1, column + 1);
    text += &format!("  {a_name}: {} bytes, blake3 {}\n", a.len(), files::hash(a));
    text += &format!("  {b_name}: {} bytes, blake3 {}\n", b.len(), files::hash(b));
    for (name, side) in [(a_name, a), (b_name, b)] {
        if let Some((function, line)) = function_around(side, offset) {
            let called = names.get(&function).map(|called| format!(" ({called})")).unwrap_or_default();
            text += &format!("  {name}: in {function}{called}, which begins on line {line}\n");
        }
    }
    text += &hunk(a_name, a, b_name, b, line, column);
    Comparison { text, identical: false }
}

/// The definition `F.name = function` or `F[number] = function` in which an offset lies, and the line it begins on.
fn function_around(text: &[u8], offset: usize) -> Option<(String, usize)> {
    const WORD: &[u8] = b"function";
    let mut end = text.len().min(offset + WORD.len());
    loop {
        let start = text.get(..end)?.windows(WORD.len()).rposition(|window| window == WORD)?;
        if let Some(name) = defined_name(text.get(..start)?) {
            let line = text.iter().take(start).filter(|byte| **byte == b'\n').count() + 1;
            return Some((name, line));
        }
        end = start + WORD.len() - 1;
    }
}

/// The `F.name` or `F[number]` at the end of a text that goes on with `=` and `function`.
fn defined_name(before: &[u8]) -> Option<String> {
    let line = before.rsplit(|byte| *byte == b'\n').next()?;
    let text = String::from_utf8_lossy(line);
    let target = text.trim_end().strip_suffix('=')?.trim_end();
    let name = target.rsplit([' ', ';', '\t', ')']).next()?;
    (name.starts_with("F.") || name.starts_with("F[")).then(|| name.to_string())
}

/// The lines around the first difference, as a unified diff.
fn hunk(a_name: &str, a: &[u8], b_name: &str, b: &[u8], line: usize, column: usize) -> String {
    let first = line.saturating_sub(BEFORE);
    let (old, new) = (window(a, first), window(b, first));
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&old, &new);
    let mut text = format!("--- {a_name}\n+++ {b_name}\n@@ line {} @@\n", first + 1);
    // In the line where the texts part, the place is shown; other lines are shown from their beginning.
    for (index, change) in diff.iter_all_changes().take(SHOWN).enumerate() {
        let sign = match change.tag() {
            ChangeTag::Equal => ' ',
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
        };
        let here = [change.old_index(), change.new_index()].contains(&Some(line - first));
        let from = if here && index >= line - first { column.saturating_sub(WIDTH / 2) } else { 0 };
        text += &format!("{sign}{}\n", cut(change.value(), from));
    }
    text
}

/// The lines of a text from number `first` on, as many as are looked at.
fn window(text: &[u8], first: usize) -> Vec<String> {
    let lines = text.split(|byte| *byte == b'\n').skip(first).take(BEFORE + AFTER);
    lines.map(|line| line.escape_ascii().to_string().replace("\\\"", "\"").replace("\\'", "'").replace("\\\\", "\\")).collect()
}

/// At most `WIDTH` columns of a line from a column on, with `…` where something is left out.
fn cut(line: &str, from: usize) -> String {
    let from = if line.len() <= WIDTH { 0 } else { from };
    let middle: String = line.chars().skip(from).take(WIDTH).collect();
    let start = if from > 0 { "…" } else { "" };
    let end = if line.len() > from + middle.len() { "…" } else { "" };
    format!("{start}{middle}{end}")
}
