//! Writes the expected outputs of the test programs (`NAME.out`, `NAME.exit`, `NAME.err`) from OCaml's own tools.
//! With arguments: only those programs.

use std::time::Duration;

use anyhow::Result;
use stage_tests::program::Program;
use stage_tests::scratch;

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for program in Program::all()? {
        if !wanted.is_empty() && !wanted.contains(&program.name) {
            continue;
        }
        let Some(toolchain) = program.toolchain() else {
            println!("{}/{}: skipped, no OCaml for it here", program.folder, program.name);
            continue;
        };
        let folder = scratch().join("bless").join(&program.name);
        let bytecode = folder.join("program.bc");
        program.compile(&toolchain, &folder, &bytecode, &["-g"])?;
        let outcome = program.run(toolchain.run(&bytecode), Duration::from_secs(60))?;
        program.bless(&outcome)?;
        println!("{}/{}: {} bytes, exit code {}", program.folder, program.name, outcome.stdout.len(), outcome.code);
    }
    Ok(())
}
