//! A share of OCaml's own test suite against the committed score.
//!
//! - `share::TARGET::ENGINE`: what the score lists as failing fails, and nothing else.
//! - `reasons::VERSION`: every failure of a score has a reason.
//!
//! The sources are downloaded; without them these tests fail.

use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::{Result, anyhow, bail};
use libtest_mimic::{Arguments, Trial};
use lua_of_ocaml::target::Target;
use regex_lite::Regex;
use stage_tests::compilers::Compiler;
use stage_tests::conformance::corpus::{Corpus, Run};
use stage_tests::conformance::judge::Judge;
use stage_tests::conformance::score::Score;
use stage_tests::conformance::{cache, extract, source};
use stage_tests::engine::Engine;

/// The OCaml that Debian has.
const VERSION: &str = "4.13.1";

/// The test files of the share, as regular expressions of their paths: of most classes, and none that takes a second.
const SHARE: [&str; 6] = [
    "^(array-functions|basic|basic-modules|basic-more|exotic-syntax|functors|lazy|letrec-check|prim-revapply|str|tool-lexyacc)/",
    "^backtrace/(backtrace|inline|methods|names|pr2195|raw)",
    "^lib-(array|bigarray|bytes|float|format|int64|marshal|printf|queue|scanf|seq|stack|str|string|uchar)/",
    "^(misc|regression)/[a-m]",
    "^tool-ocaml/t[0-9]*[05]0",
    "^typing-(gadts|objects)/",
];

/// What the share is judged on.
const PLACES: [(Target, Engine); 3] =
    [(Target::Lua54, Engine::Lua54), (Target::Portable, Engine::Lua51), (Target::Portable, Engine::Luajit)];

/// Much more than the slowest of the share takes.
const LIMIT: u64 = 60;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (target, engine) in PLACES {
        let name = format!("share::{}::{}", target.name(), engine.name());
        trials.push(Trial::test(name, move || share(target, engine).map_err(|error| format!("{error:#}").into())));
    }
    for version in ["4.13.1", "5.3.0"] {
        let test = move || reasons(version).map_err(|error| format!("{error:#}").into());
        trials.push(Trial::test(format!("reasons::{version}"), test));
    }
    libtest_mimic::run(&arguments, trials).exit()
}

/// The share's corpus, extracted once.
fn corpus() -> Result<Corpus> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let extracted = FOLDER.get_or_init(|| {
        let extracted = || {
            let cache = cache(VERSION);
            let sources = source::sources(VERSION, &cache)?;
            let toolchain = source::toolchain(VERSION, &sources, &cache)?;
            let folder = cache.join(format!("share-{}", extract::REVISION));
            let jobs = std::thread::available_parallelism().map_or(1, usize::from);
            extract::extract(&sources, &toolchain, Some(&Regex::new(&SHARE.join("|"))?), jobs, &folder)?;
            Ok(folder)
        };
        extracted().map_err(|error: anyhow::Error| format!("{error:#}"))
    });
    Corpus::read(extracted.as_ref().map_err(|error| anyhow!("{error}"))?)
}

fn share(target: Target, engine: Engine) -> Result<()> {
    let corpus = corpus()?;
    let folder = cache(VERSION).join("share-failing").join(target.name()).join(engine.name());
    let judge = Judge { corpus: &corpus, compiler: Compiler::rust()?, target, engine, options: Vec::new(), limit: LIMIT, folder };
    let runs: Vec<&Run> = corpus.runs.iter().collect();
    let verdicts = judge.all(&runs, 1, |_, _| ());
    let results: Vec<(&Run, bool)> =
        runs.into_iter().zip(&verdicts).map(|(run, verdict)| (run, verdict.failure.is_none())).collect();
    let changes = Score::read(VERSION)?.compare(&format!("{}/{}", target.name(), engine.name()), &results);
    let symptom = |name: &String| {
        let verdict = corpus.runs.iter().zip(&verdicts).find(|(run, _)| run.name == *name);
        format!(
            "{name}: {}",
            verdict.and_then(|(_, verdict)| verdict.failure.as_deref()).unwrap_or("passes, and is listed as failing")
        )
    };
    let lines: Vec<String> = changes.lowered.iter().chain(&changes.risen).map(symptom).collect();
    if !lines.is_empty() {
        bail!("not as in the score (scripts/conformance --update keeps it):\n{}", lines.join("\n"));
    }
    Ok(())
}

fn reasons(version: &str) -> Result<()> {
    let unexplained = Score::read(version)?.unexplained();
    if !unexplained.is_empty() {
        bail!("{} lacks the reasons of {}", Score::path(version).display(), unexplained.join(", "));
    }
    Ok(())
}
