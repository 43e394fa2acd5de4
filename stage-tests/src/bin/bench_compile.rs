//! Measures the compilers: `scripts/bench-compile`.

use anyhow::Result;
use clap::Parser;
use stage_tests::bench::compiling;
use stage_tests::engine::Engine;

/// Shows what it takes to translate programs from hello world to ocamlc, by the Rust compiler and by the compiler as Lua:
/// processor time and peak memory (medians), and how large the output is
#[derive(Parser)]
struct Options {
    /// How often each is translated
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// The engines of the compiler as Lua
    #[arg(long, value_delimiter = ',', default_value = "luajit,lua5.4", value_parser = Engine::named)]
    on: Vec<Engine>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    print!("{}", compiling::text(&compiling::run(options.rounds, &options.on)?));
    Ok(())
}
