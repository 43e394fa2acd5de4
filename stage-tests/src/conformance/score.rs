//! The committed score of an OCaml's test suite, `stage-tests/conformance/VERSION.md`.
//!
//! It lists every run that fails, where, and why; what passes follows from that. The tool keeps the rows and the counts, the reasons
//! are written by people. A score may only rise: a failure that is not listed is an error, and so is a listed one that passes,
//! unless it is listed as one that varies.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::corpus::{Corpus, Run};

/// How a reason begins, and what it says.
pub const KINDS: [(&str, &str); 6] = [
    ("difference", "the manual names this difference from ocamlrun"),
    ("not provided", "the runtime lacks it and says so"),
    ("limit", "right, but not within the time or memory of a run"),
    ("not applicable", "the engine cannot do it by nature"),
    ("fault", "wrong, and to be mended"),
    (VARIES, "passes at one time and fails at another, by when the collector runs or how fast the machine is; counts as failing"),
];

/// The kind of a run that may pass although it is listed as failing.
const VARIES: &str = "varies";

/// Stands where somebody has to write a reason.
const UNEXPLAINED: &str = "?";

/// The rows and counts of one OCaml.
#[derive(Debug, Default)]
pub struct Score {
    version: String,
    /// How many runs each class has, and whether it is of the core.
    classes: BTreeMap<String, (usize, bool)>,
    /// How many test files are not judged, by their reason's class.
    skipped: BTreeMap<String, usize>,
    /// What is scored: `TARGET/ENGINE`.
    places: BTreeSet<String>,
    /// The reason of each failure, by run and place.
    failures: BTreeMap<(String, String), String>,
    /// The class of each run that fails.
    class_of: BTreeMap<String, String>,
}

/// What judging showed against a score.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Runs that fail and are not listed.
    pub lowered: Vec<String>,
    /// Runs that are listed and pass.
    pub risen: Vec<String>,
}

/// Does a reason say that the run passes at one time and fails at another?
fn varies(reason: &str) -> bool {
    reason.split_once(": ").is_some_and(|(kind, _)| kind == VARIES)
}

impl Score {
    /// Where the score of a version stands.
    pub fn path(version: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance").join(format!("{version}.md"))
    }

    /// The committed score of a version; an empty one where there is none yet.
    pub fn read(version: &str) -> Result<Score> {
        let path = Score::path(version);
        if !path.exists() {
            return Ok(Score { version: version.to_string(), ..Score::default() });
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Score::parse(version, &text).with_context(|| format!("{} is damaged", path.display()))
    }

    pub fn write(&self) -> Result<()> {
        let path = Score::path(&self.version);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(&path, self.text()).with_context(|| format!("cannot write {}", path.display()))
    }

    pub fn has(&self, place: &str) -> bool {
        self.places.contains(place)
    }

    /// Why a run fails at a place, if it is listed.
    pub fn reason(&self, run: &str, place: &str) -> Option<&str> {
        self.failures.get(&(run.to_string(), place.to_string())).map(String::as_str)
    }

    /// The runs whose reason is not written, or begins with none of the kinds.
    pub fn unexplained(&self) -> Vec<String> {
        let explained = |reason: &str| KINDS.iter().any(|(kind, _)| reason.starts_with(&format!("{kind}: ")));
        let rows = self.failures.iter().filter(|(_, reason)| !explained(reason));
        rows.map(|((run, place), _)| format!("{run} ({place})")).collect()
    }

    /// Compares what was judged (a run, and whether it passes) with what is listed.
    pub fn compare(&self, place: &str, results: &[(&Run, bool)]) -> Changes {
        let mut changes = Changes::default();
        for (run, passes) in results {
            match (self.reason(&run.name, place), passes) {
                (None, false) => changes.lowered.push(run.name.clone()),
                (Some(reason), true) if !varies(reason) => changes.risen.push(run.name.clone()),
                _ => {}
            }
        }
        changes
    }

    /// Takes over what was judged; the corpus must be the whole one. Runs that were not judged stay as they are.
    pub fn update(&mut self, place: &str, results: &[(&Run, bool)], corpus: &Corpus) -> Result<()> {
        if !self.has(place) && results.len() != corpus.runs.len() {
            bail!("{place} is not scored yet: all runs have to be judged first");
        }
        self.places.insert(place.to_string());
        self.classes.clear();
        for run in &corpus.runs {
            self.classes.entry(run.class.clone()).or_insert((0, run.is_core())).0 += 1;
        }
        self.skipped.clear();
        for file in &corpus.skipped {
            *self.skipped.entry(file.class.clone()).or_default() += 1;
        }
        for (run, passes) in results {
            let key = (run.name.clone(), place.to_string());
            if *passes {
                if self.failures.get(&key).is_none_or(|reason| !varies(reason)) {
                    self.failures.remove(&key);
                }
            } else {
                self.failures.entry(key).or_insert_with(|| UNEXPLAINED.to_string());
            }
        }
        let classes: BTreeMap<&str, &str> = corpus.runs.iter().map(|run| (run.name.as_str(), run.class.as_str())).collect();
        self.failures.retain(|(run, _), _| classes.contains_key(run.as_str()));
        let failing = self.failures.keys().filter_map(|(run, _)| Some((run.clone(), (*classes.get(run.as_str())?).to_string())));
        self.class_of = failing.collect();
        Ok(())
    }

    /// How many runs of the classes that are asked for pass at a place.
    fn passing(&self, place: &str, asked: impl Fn(&str) -> bool) -> usize {
        let runs: usize = self.classes.iter().filter(|(class, _)| asked(class)).map(|(_, (runs, _))| runs).sum();
        let failing = self.failures.keys().filter(|(run, at)| at == place && self.class_of.get(run).is_some_and(|c| asked(c)));
        runs - failing.count().min(runs)
    }

    fn text(&self) -> String {
        let mut text = format!(
            "# OCaml {}'s test suite\n\n\
             `scripts/conformance --ocaml {} --target TARGET --engine ENGINE --update` keeps the numbers and the rows; the reasons are\n\
             written by people. A run passes when its exit status and standard output are those of ocamlrun.\n\n",
            self.version, self.version
        );
        let row = |name: &str, asked: &dyn Fn(&str) -> bool| {
            let runs: usize = self.classes.iter().filter(|(class, _)| asked(class)).map(|(_, (runs, _))| runs).sum();
            let passing: String = self.places.iter().map(|place| format!(" {} |", self.passing(place, asked))).collect();
            format!("| {name} | {runs} |{passing}\n")
        };
        let core = |class: &str| self.classes.get(class).is_some_and(|(_, core)| *core);
        let mut table = String::from("| class | runs |");
        for place in &self.places {
            let _ = write!(table, " {place} |");
        }
        let _ = write!(table, "\n|---|--:|{}\n", "--:|".repeat(self.places.len()));
        for wanted in [true, false] {
            for class in self.classes.keys().filter(|class| core(class) == wanted) {
                table += &row(class, &|other| other == class);
            }
            table += &if wanted { row("**core**", &core) } else { row("**all**", &|_| true) };
        }
        text += &table;
        text += "\n## Runs that fail\n\n";
        for (kind, meaning) in KINDS {
            let _ = writeln!(text, "- {kind}: {meaning}");
        }
        text += "\n| run | class | where | reason |\n|---|---|---|---|\n";
        let mut rows: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for ((run, place), reason) in &self.failures {
            rows.entry((run, reason)).or_default().push(place);
        }
        for ((run, reason), places) in rows {
            let class = self.class_of.get(run).map_or("", String::as_str);
            let _ = writeln!(text, "| {run} | {class} | {} | {reason} |", places.join(" "));
        }
        text += "\n## Not judged\n\n| test files | why |\n|--:|---|\n";
        for (class, files) in &self.skipped {
            let _ = writeln!(text, "| {files} | {class} |");
        }
        text
    }

    fn parse(version: &str, text: &str) -> Result<Score> {
        let mut score = Score { version: version.to_string(), ..Score::default() };
        let mut table = "";
        for line in text.lines() {
            let Some(inner) = line.strip_prefix("| ").and_then(|rest| rest.strip_suffix(" |")) else { continue };
            let cells: Vec<&str> = inner.split(" | ").collect();
            match (cells.as_slice(), table) {
                (["class", "runs", places @ ..], _) => {
                    score.places = places.iter().map(ToString::to_string).collect();
                    table = "classes";
                }
                (["run", ..], _) => table = "failures",
                (["test files", ..], _) => table = "skipped",
                ([name, ..], "classes") if name.starts_with("**") => {}
                ([class, runs, ..], "classes") => {
                    let core = !super::corpus::OUTSIDE_THE_CORE.contains(class);
                    score.classes.insert((*class).to_string(), (runs.parse()?, core));
                }
                ([run, class, places, reason], "failures") => {
                    score.class_of.insert((*run).to_string(), (*class).to_string());
                    for place in places.split(' ') {
                        score.failures.insert(((*run).to_string(), place.to_string()), (*reason).to_string());
                    }
                }
                ([files, class], "skipped") => {
                    score.skipped.insert((*class).to_string(), files.parse()?);
                }
                _ => bail!("what is this row: {line}"),
            }
        }
        Ok(score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
| class | runs | lua54/lua5.4 |\n\
|---|--:|--:|\n\
| basic | 3 | 1 |\n\
| run | class | where | reason |\n\
|---|---|---|---|\n\
| fails | basic | lua54/lua5.4 | fault: wrong |\n\
| moody | basic | lua54/lua5.4 | varies: dead keys |\n";

    fn run(name: &str) -> Run {
        let entry = serde_json::json!({
            "name": name, "class": "basic", "bc": "", "args": [], "stdin": null, "env": {}, "unset": [], "data": null,
            "exit_code": 0, "expected_stdout": "", "expected_stderr": "", "marker": false, "seconds": 0.0
        });
        serde_json::from_value(entry).expect("a run of a manifest")
    }

    /// A run that varies is no change, and stays a failure; others are changes in both directions.
    #[test]
    fn changes() -> Result<()> {
        let place = "lua54/lua5.4";
        let (fails, moody, whole) = (run("fails"), run("moody"), run("whole"));
        let mut score = Score::parse("0", TEXT)?;
        let compare =
            |results: [bool; 3]| score.compare(place, &[(&fails, results[0]), (&moody, results[1]), (&whole, results[2])]);
        assert_eq!(compare([false, false, true]), Changes::default());
        assert_eq!(compare([false, true, true]), Changes::default());
        assert_eq!(
            compare([true, true, false]),
            Changes { lowered: vec!["whole".to_string()], risen: vec!["fails".to_string()] }
        );
        let corpus = Corpus { folder: PathBuf::new(), runs: vec![run("fails"), run("moody"), run("whole")], skipped: Vec::new() };
        score.update(place, &[(&fails, true), (&moody, true), (&whole, true)], &corpus)?;
        assert_eq!(score.passing(place, |_| true), 2);
        assert_eq!(score.reason("moody", place), Some("varies: dead keys"));
        Ok(())
    }
}
