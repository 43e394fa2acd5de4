//! Runs OCaml's own test suite as Lua and compares the result with the committed score.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;
use lua_of_ocaml::target::Target;
use regex_lite::Regex;
use stage_tests::compilers::Compiler;
use stage_tests::conformance::corpus::{Corpus, MANIFEST, Run};
use stage_tests::conformance::judge::{Judge, Verdict};
use stage_tests::conformance::score::{Changes, Score};
use stage_tests::conformance::{cache, extract, source, table, twins};
use stage_tests::engine::Engine;
use stage_tests::toolchain::Toolchain;

/// OCaml's own test suite, run as Lua: what passes, what fails, and how that compares with the committed score.
///
/// The exit status is 0 when the score is met, 1 when it is not (a run fails that is not listed, or passes and is listed), and
/// 2 when something could not be done.
#[derive(Parser)]
#[command(name = "conformance")]
struct Arguments {
    /// The OCaml whose test suite it is.
    #[arg(long, default_value = "4.13.1")]
    ocaml: String,
    /// The compiler's target.
    #[arg(long, default_value = "lua54")]
    target: Target,
    /// The engine that runs the Lua.
    #[arg(long, default_value = "lua5.4", value_parser = Engine::named)]
    engine: Engine,
    /// The folder of that OCaml's commands, which are built if they are neither here nor installed.
    #[arg(long)]
    bin: Option<PathBuf>,
    /// The folder of its sources, which are downloaded otherwise.
    #[arg(long)]
    source: Option<PathBuf>,
    /// A corpus that was extracted before, instead of both.
    #[arg(long, conflicts_with_all = ["bin", "source"])]
    corpus: Option<PathBuf>,
    /// Only runs whose name matches this regular expression.
    #[arg(long)]
    only: Option<Regex>,
    /// Only runs of these classes.
    #[arg(long, value_delimiter = ',')]
    class: Vec<String>,
    /// Only runs that the score lists as failing.
    #[arg(long)]
    failing: bool,
    /// Only a part of the runs, the same each time: a fraction, or `fast` for those that take at most 0.1 s under ocamlrun.
    #[arg(long)]
    share: Option<Share>,
    /// How many seconds of the processor a run may take; under ocamlrun it took at most 60.
    #[arg(long, default_value_t = 120)]
    limit: u64,
    /// How many runs at a time.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Compare what the two compilers write for each bytecode instead of running it.
    #[arg(long, conflicts_with = "update")]
    twins: bool,
    /// Take the result over into the score.
    #[arg(long)]
    update: bool,
    /// With --update: also failures that are not listed yet.
    #[arg(long)]
    allow_lower: bool,
    /// More options for the compiler.
    #[arg(last = true)]
    options: Vec<String>,
}

/// A part of the runs.
#[derive(Clone, Copy)]
enum Share {
    Fraction(f64),
    Fast,
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        match text.parse() {
            _ if text == "fast" => Ok(Share::Fast),
            Ok(fraction) if (0.0..=1.0).contains(&fraction) => Ok(Share::Fraction(fraction)),
            _ => Err("neither a fraction between 0 and 1 nor 'fast'".to_string()),
        }
    }
}

impl Share {
    fn contains(self, run: &Run) -> bool {
        match self {
            Share::Fast => run.seconds <= 0.1,
            Share::Fraction(fraction) => {
                // The name's FNV-1a hash: spread evenly, and the same on every machine.
                let hash =
                    run.name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
                f64::from(hash) < fraction * f64::from(u32::MAX)
            }
        }
    }
}

impl Arguments {
    fn selects(&self, run: &Run, score: &Score, place: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.is_match(&run.name))
            && (self.class.is_empty() || self.class.contains(&run.class))
            && (!self.failing || score.reason(&run.name, place).is_some())
            && self.share.is_none_or(|share| share.contains(run))
    }
}

fn main() -> ExitCode {
    match conformance(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn conformance(arguments: &Arguments) -> Result<bool> {
    if !arguments.engine.is_installed() {
        bail!("{} is not installed", arguments.engine.name());
    }
    let cache = cache(&arguments.ocaml);
    let corpus = corpus(arguments, &cache)?;
    let place = format!("{}/{}", arguments.target.name(), arguments.engine.name());
    let score = Score::read(&arguments.ocaml)?;
    let runs: Vec<&Run> = corpus.runs.iter().filter(|run| arguments.selects(run, &score, &place)).collect();
    if arguments.twins {
        return compare_twins(arguments, &corpus, &runs);
    }
    let judge = Judge {
        corpus: &corpus,
        compiler: Compiler::rust()?,
        target: arguments.target,
        engine: arguments.engine,
        options: arguments.options.clone(),
        limit: arguments.limit,
        folder: cache.join("failing").join(arguments.target.name()).join(arguments.engine.name()),
    };
    println!("OCaml {}, {place}: {} runs of {}", arguments.ocaml, runs.len(), corpus.runs.len());
    let verdicts = judge.all(&runs, arguments.jobs, |run, verdict| {
        if let Some(failure) = &verdict.failure {
            eprintln!("  fails: {} [{}] {failure}", run.name, run.class);
        }
    });
    let results: Vec<(&Run, &Verdict)> = runs.into_iter().zip(&verdicts).collect();
    print!("{}", table::text(&results, &score, &place));
    println!("The Lua of the runs that fail is in {}", judge.folder.display());
    settle(arguments, score, &place, &results, &corpus)
}

/// Lists where the two compilers differ; whether they do nowhere.
fn compare_twins(arguments: &Arguments, corpus: &Corpus, runs: &[&Run]) -> Result<bool> {
    let differences = twins::differences(corpus, runs, arguments.target, &arguments.options, arguments.jobs)?;
    for difference in &differences {
        println!("{difference}");
    }
    println!("twins: {} agree, {} differ", runs.len() - differences.len(), differences.len());
    Ok(differences.is_empty())
}

/// The corpus, extracted if it is not there yet.
fn corpus(arguments: &Arguments, cache: &Path) -> Result<Corpus> {
    if let Some(folder) = &arguments.corpus {
        return Corpus::read(folder);
    }
    let version = &arguments.ocaml;
    let folder = cache.join(format!("corpus-{}", extract::REVISION));
    if !folder.join(MANIFEST).exists() {
        let source = arguments.source.clone().map_or_else(|| source::sources(version, cache), Ok)?;
        let toolchain = match &arguments.bin {
            Some(bin) => Toolchain::at(bin).with_context(|| format!("no OCaml in {}", bin.display()))?,
            None => source::toolchain(version, &source, cache)?,
        };
        if toolchain.version != *version {
            bail!("the OCaml is {} and not {version}", toolchain.version);
        }
        println!("extracting the test suite of OCaml {version}, which takes some minutes");
        extract::extract(&source, &toolchain, None, arguments.jobs, &folder)?;
    }
    Corpus::read(&folder)
}

/// Compares with the score, or updates it; whether the score is met.
fn settle(arguments: &Arguments, mut score: Score, place: &str, results: &[(&Run, &Verdict)], corpus: &Corpus) -> Result<bool> {
    let results: Vec<(&Run, bool)> = results.iter().map(|(run, verdict)| (*run, verdict.failure.is_none())).collect();
    let known = score.has(place);
    let Changes { lowered, risen } = score.compare(place, &results);
    if arguments.update {
        if known && !lowered.is_empty() && !arguments.allow_lower {
            bail!("the score would be lowered (--allow-lower does it): {}", lowered.join(" "));
        }
        score.update(place, &results, corpus)?;
        score.write().context("the score stays as it was")?;
        println!("{}: {} fail newly, {} no longer", Score::path(&arguments.ocaml).display(), lowered.len(), risen.len());
        let unexplained = score.unexplained();
        if !unexplained.is_empty() {
            println!("Write the reasons of these there: {}", unexplained.join(", "));
        }
        return Ok(unexplained.is_empty());
    }
    if !known {
        println!("{place} is not scored yet: --update does it.");
        return Ok(true);
    }
    for run in &lowered {
        println!("{run} fails and is not listed in the score.");
    }
    for run in &risen {
        println!("{run} passes and is listed as failing: run again with --update.");
    }
    Ok(lowered.is_empty() && risen.is_empty())
}
