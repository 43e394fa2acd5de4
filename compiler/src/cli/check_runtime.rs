//! `check-runtime`: does the runtime provide what programs need?

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use lua_of_ocaml::bytecode::container;
use lua_of_ocaml::link::fragment::{self, Table};
use lua_of_ocaml::link::uses;
use lua_of_ocaml::passes::ssa;
use lua_of_ocaml::target::Target;

use super::failure::Failure;
use super::files;

/// Compare the primitives of bytecode executables with the runtime's
#[derive(clap::Args)]
pub struct Args {
    /// Bytecode executables
    #[arg(required = true)]
    inputs: Vec<String>,
    /// portable, lua54, luajit or luau
    #[arg(long, default_value = "portable")]
    target: Target,
    /// Use the runtime in this folder
    #[arg(long, value_name = "DIR")]
    runtime: Option<String>,
}

/// Prints the primitives that code of the programs calls and no section provides, each with its callers, and how many
/// sections no program calls. The exit status is 1 if anything is missing.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let runtime = files::runtime(args.runtime.as_deref())?;
    let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut unused: BTreeSet<String> = BTreeSet::new();
    for (i, input) in args.inputs.iter().enumerate() {
        let refused = |error| Failure::refused(input, error);
        let bytes = files::read(input)?;
        let image = container::read(&bytes).map_err(refused)?;
        let table = fragment::parse(&runtime, image.version, args.target).map_err(refused)?;
        let program = ssa::run(&image, &Table::default(), false).map_err(refused)?;
        let used = uses::run(&program).primitives;
        let mut called: BTreeSet<String> = BTreeSet::new();
        for (name, users) in used {
            match table.find(name) {
                Some(section) => {
                    called.insert(section.name.clone());
                }
                None => missing.entry(name.into()).or_default().extend(users.iter().map(|user| format!("{input}: {user}"))),
            }
        }
        let idle = table.sections.iter().map(|section| section.name.clone()).filter(|name| !called.contains(name));
        if i == 0 {
            unused = idle.collect();
        } else {
            let idle: BTreeSet<String> = idle.collect();
            unused.retain(|name| idle.contains(name));
        }
    }
    let mut text = format!("Missing: {}\n", missing.len());
    for (name, users) in &missing {
        text.push_str(&format!("  {name}\n"));
        for user in users {
            text.push_str(&format!("    {user}\n"));
        }
    }
    text.push_str(&format!("Unused by these programs: {}\n", unused.len()));
    files::write("-", text.as_bytes())?;
    Ok(ExitCode::from(u8::from(!missing.is_empty())))
}
