//! Differential fuzzing: see `stage_tests::fuzz`. `scripts/fuzz --help` lists the options.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Parser;
use stage_tests::engine::Engine;
use stage_tests::fuzz::batch::{PRELUDE, Variation, program, streams};
use stage_tests::fuzz::judge::{Difference, Judge};
use stage_tests::fuzz::shrink;
use stage_tests::program::first_difference;
use stage_tests::target_folder;

/// Random OCaml programs under ocamlrun and on every engine. A difference is shrunk and written to target/fuzz.
#[derive(Parser)]
struct Arguments {
    /// How many cases.
    #[arg(long, default_value_t = 1000)]
    count: u64,
    /// The same seed makes the same cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these engines, separated by commas; otherwise all that are installed.
    #[arg(long, value_delimiter = ',', value_parser = Engine::named)]
    engines: Vec<Engine>,
    /// Cases in one program.
    #[arg(long, default_value_t = 50)]
    batch: u64,
    /// Only the batch of this number.
    #[arg(long)]
    only: Option<u64>,
    /// Stop after so many differences.
    #[arg(long, default_value_t = 5)]
    findings: usize,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let folder = target_folder().join("fuzz");
    // Runs of different seeds do not meet.
    let judge = Judge::new(engines(&arguments.engines)?, &folder.join(format!("seed-{}", arguments.seed)))?;
    let start = Instant::now();
    let batches = match arguments.only {
        Some(batch) => batch..batch + 1,
        None => 0..arguments.count.div_ceil(arguments.batch),
    };
    let (mut cases, mut findings) = (0, 0);
    for batch in batches {
        let count = if arguments.only.is_some() { arguments.batch } else { arguments.batch.min(arguments.count - cases) };
        findings += run_batch(&judge, &arguments, batch, count, &folder)?;
        cases += count;
        if findings >= arguments.findings {
            break;
        }
        if batch % 20 == 19 {
            println!("{cases} cases, {:.0} s", start.elapsed().as_secs_f64());
        }
    }
    println!("{cases} cases, {findings} differences, {:.0} s", start.elapsed().as_secs_f64());
    Ok(if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn engines(wanted: &[Engine]) -> Result<Vec<Engine>> {
    let installed = Engine::to_test().into_iter().filter(|(_, installed)| *installed).map(|(engine, _)| engine);
    let engines: Vec<Engine> = installed.filter(|engine| wanted.is_empty() || wanted.contains(engine)).collect();
    if engines.is_empty() {
        bail!("no such engine is installed");
    }
    Ok(engines)
}

/// Runs one batch; differences are shrunk and written. How many there were, each case counted once.
fn run_batch(judge: &Judge, arguments: &Arguments, batch: u64, count: u64, folder: &Path) -> Result<usize> {
    let variation = Variation::of(batch);
    let mut streams = streams(arguments.seed, batch, count, variation.mode);
    if judge.bytecode(&program(&streams, variation.mode), variation)?.is_none() {
        let mut accepted = Vec::new();
        for stream in streams {
            if judge.bytecode(&program([&stream], variation.mode), variation)?.is_some() {
                accepted.push(stream);
            }
        }
        streams = accepted;
    }
    let differences = judge.differences(&program(&streams, variation.mode), variation, &judge.readers(variation))?;
    let mut seen = Vec::new();
    for difference in differences {
        let cases = difference.cases();
        let shown = cases.first().copied();
        if seen.contains(&shown) {
            continue;
        }
        seen.push(shown);
        let name = format!("seed-{}-batch-{batch}-{}", arguments.seed, seen.len());
        println!("{name}: {} differs in {} cases: {cases:?}", difference.reader.name(), cases.len());
        // A case, or the first half, quarter… of the cases, that shows it alone.
        let candidates: Vec<usize> = shown.map_or_else(|| (0..streams.len()).collect(), |number| vec![number]);
        let mut found = None;
        for candidate in candidates {
            found = shrink::run(judge, variation, difference.reader, &streams[candidate])?;
            if found.is_some() {
                break;
            }
        }
        let whole = found.is_none();
        let text = found.map_or_else(|| program(&streams, variation.mode), |stream| program([&stream], variation.mode));
        let shrunk = judge.differences(&text, variation, &[difference.reader])?.into_iter().next().unwrap_or(difference);
        let place = write(&folder.join(name), &text, &shrunk, variation, arguments, batch)?;
        if whole {
            println!("  only the whole batch shows it");
        } else {
            println!("{}", text.trim_end());
        }
        println!("{}\n  in {}", first_difference(&shrunk.expected, &shrunk.actual), place.display());
    }
    Ok(seen.len())
}

/// Writes a difference for people: the program, both outputs, and how to see it again.
fn write(
    folder: &Path,
    text: &str,
    difference: &Difference,
    variation: Variation,
    arguments: &Arguments,
    batch: u64,
) -> Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("prelude.ml"), PRELUDE)?;
    std::fs::write(folder.join("batch.ml"), text)?;
    std::fs::write(folder.join("expected.txt"), &difference.expected)?;
    std::fs::write(folder.join("actual.txt"), &difference.actual)?;
    let notes = format!(
        "scripts/fuzz --seed {} --batch {} --only {batch}\nreader: {}\nocamlc {}{}\nlua_of_ocaml compile {}\n",
        arguments.seed,
        arguments.batch,
        difference.reader.name(),
        variation.ocamlc_options().join(" "),
        if variation.five { " (OCaml 5 if it is there)" } else { "" },
        variation.compile_options().join(" "),
    );
    std::fs::write(folder.join("how.txt"), notes)?;
    Ok(folder.to_path_buf())
}
