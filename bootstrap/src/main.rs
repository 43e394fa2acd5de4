//! The command `bootstrap`: its command line and exit status.

use std::path::PathBuf;
use std::process::ExitCode;

use bootstrap::error::{Error, Result};
use bootstrap::manifest::Manifest;
use bootstrap::process::Limits;
use bootstrap::{child, diff, report, run, seed, ship, status, verify};
use clap::{Args, Parser, Subcommand};

/// Proves lua_of_ocaml by its own bootstrap: two compilers, several stages and engines, one output.
///
/// Exit status: 0 every equality that was asked for holds; 1 stages differ; 2 usage; 3 a stage failed; 4 a seed or
/// manifest is not what its hash says; 5 a limit of time or memory; 6 input or output.
#[derive(Parser)]
#[command(name = "bootstrap", version)]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Derive the compiler stage by stage and compare
    Run(RunArguments),
    /// Say where two outputs differ
    Diff {
        /// A stage (stage1, engines/luajit/stage2, witness), a file or the folder of a run
        a: String,
        b: String,
        #[command(flatten)]
        out: Out,
    },
    /// Check a finished run against its manifest
    Verify {
        /// The folder of the run
        #[arg(default_value = "bootstrap-out")]
        folder: PathBuf,
    },
    /// Say what there is: seed, engines, runs
    Status {
        #[command(flatten)]
        out: Out,
        /// The seed, with its manifest.json beside it [default: the checkout's]
        #[arg(long)]
        seed: Option<PathBuf>,
    },
    /// Remove the folder of a run
    Clean {
        #[command(flatten)]
        out: Out,
    },
    /// Say what the seed is, or rebuild it from its sources and compare
    Seed {
        /// The seed, with its manifest.json beside it [default: the checkout's]
        #[arg(long)]
        seed: Option<PathBuf>,
        /// Build it from compiler/reference with ocamlc (or $OCAMLC) and compare
        #[arg(long)]
        rebuild: bool,
        /// Put what was built in the place of the seed
        #[arg(long, requires = "rebuild")]
        write: bool,
    },
    /// Write the compiler of a proved run, its hashes and a note for users into a new folder
    Ship {
        folder: PathBuf,
        #[command(flatten)]
        out: Out,
    },
}

#[derive(Args)]
struct Out {
    /// The folder of the run
    #[arg(long, value_name = "DIR", default_value = "bootstrap-out")]
    out: PathBuf,
}

#[derive(Args)]
struct RunArguments {
    /// The last stage
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(2..=99))]
    stages: u32,
    /// Who runs stages 2, 3, …: mlua (embedded Lua 5.4), a command such as luajit, or all that are installed
    #[arg(long, value_name = "NAME", default_value = "mlua")]
    engine: String,
    #[command(flatten)]
    out: Out,
    /// The seed, with its manifest.json beside it [default: the checkout's]
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// Do not go on from an interrupted run
    #[arg(long)]
    no_cache: bool,
    /// Derive the compiler with ocamlrun too
    #[arg(long)]
    witness: bool,
    /// End a stage after this many seconds
    #[arg(long, value_name = "S")]
    timeout: Option<u64>,
    /// End a stage that takes more memory
    #[arg(long, value_name = "MiB")]
    memory: Option<u64>,
}

/// The embedded Lua makes millions of small tables, and glibc's allocator was more than half of a stage's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lua_of_ocaml::allocator::keep_freed_memory();
    let words: Option<Vec<String>> = std::env::args_os().skip(1).map(|word| word.into_string().ok()).collect();
    if let Some(code) = words.and_then(|words| child::run(&words)) {
        return code;
    }
    match perform(Arguments::parse().action) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&error);
            ExitCode::from(error.code())
        }
    }
}

fn perform(action: Action) -> Result<()> {
    match action {
        Action::Run(arguments) => start(arguments),
        Action::Diff { a, b, out } => {
            let comparison = diff::run(&out.out, &a, &b)?;
            report::print(&comparison.text)?;
            if comparison.identical { Ok(()) } else { Err(Error::Differ(format!("{a} and {b} differ"))) }
        }
        Action::Verify { folder } => {
            let manifest = verify::run(&folder)?;
            report::print(&format!("{} is what its manifest says\n\n{}", folder.display(), report::table(&manifest)))?;
            manifest.proof.verdicts.require()
        }
        Action::Status { out, seed } => report::print(&status::run(&out.out, seed.as_deref())?),
        Action::Clean { out } => report::print(&status::clean(&out.out)?),
        Action::Seed { seed: path, rebuild, write } => report::print(&seed::run(path.as_deref(), rebuild, write)?),
        Action::Ship { folder, out } => report::print(&ship::run(&out.out, &folder)?),
    }
}

fn start(arguments: RunArguments) -> Result<()> {
    let request = run::Request {
        stages: arguments.stages,
        engine: arguments.engine,
        out: arguments.out.out,
        seed: arguments.seed,
        no_cache: arguments.no_cache,
        witness: arguments.witness,
        limits: Limits { seconds: arguments.timeout, bytes: arguments.memory.map(|mib| mib.saturating_mul(1 << 20)) },
    };
    let manifest: Manifest = run::run(&request)?;
    report::print(&if arguments.json { report::json(&manifest)? } else { report::table(&manifest) })?;
    manifest.proof.verdicts.require()
}
