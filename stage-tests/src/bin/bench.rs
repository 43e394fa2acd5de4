//! Measures the benchmarks: `scripts/bench`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use stage_tests::bench::{contestant, measure, plot, table};

/// Runs every benchmark on every contestant, several times in turn, checks what it prints, and shows the ratio of the medians of
/// processor time to ocamlrun's.
#[derive(Parser)]
struct Options {
    /// Only these benchmarks (all that are named so)
    names: Vec<String>,
    /// Only contestants with one of these texts in the name, such as luajit or portable
    #[arg(long, value_delimiter = ',')]
    on: Vec<String>,
    /// How often each is run
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Write the ratios to this file, to compare with later
    #[arg(long)]
    write: Option<PathBuf>,
    /// Draw the ratios into this SVG file
    #[arg(long)]
    plot: Option<PathBuf>,
    /// Show the change against the ratios of this file, too
    #[arg(long)]
    baseline: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let wanted = |list: &[String], name: &str| list.is_empty() || list.iter().any(|text| name.contains(text.as_str()));
    let contestants = contestant::all()?.into_iter().filter(|c| c.is_reference() || wanted(&options.on, &c.name())).collect();
    let names =
        measure::benchmarks()?.into_iter().filter(|name| options.names.is_empty() || options.names.contains(name)).collect();
    let result = measure::run(names, contestants, options.rounds)?;
    print!("{}", table::text(&result));
    if let Some(path) = options.baseline {
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        print!("\n{}", table::changes(&result, &serde_json::from_str(&text)?));
    }
    let write =
        |path: &PathBuf, text: String| std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()));
    if let Some(path) = options.write {
        write(&path, table::json(&result)?)?;
    }
    if let Some(path) = options.plot {
        write(&path, plot::svg(&result))?;
    }
    Ok(())
}
