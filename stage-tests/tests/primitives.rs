//! Every primitive that OCaml's interpreter and its libraries name, and what the runtime does with it. `primitives/VERSION.txt` has
//! a section for each library and a line for each name:
//!
//! - `present`: it does what it does under ocamlrun, as far as the manual's table of differences does not say otherwise;
//! - `absent, raises`: the runtime has it, and a call raises OCaml's exception for what cannot be done;
//! - `absent`: a program that calls it is refused, or with `--allow-missing` raises a `Failure` with its name;
//! - `not applicable: REASON`: absent, and no program of bytecode calls it, or what it asks about does not exist here.
//!
//! The names are OCaml's own where that version is installed. `BLESS=1` writes the files; the reasons are written by hand.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Failed, Trial};
use lua_of_ocaml::link::fragment::{self, Table};
use lua_of_ocaml::runtime;
use lua_of_ocaml::target::Target;
use similar::TextDiff;
use stage_tests::process::tool;
use stage_tests::root;
use stage_tests::toolchain::Toolchain;

/// Versions with a file, and the libraries whose primitives are in it after the interpreter's own.
const VERSIONS: [(&str, (u32, u32), &[&str]); 2] = [
    ("4.13.1", (4, 13), &["unix", "str", "threads", "dynlink"]),
    ("5.3.0", (5, 3), &["unix", "str", "threads", "dynlink", "runtime_events"]),
];

/// The sections of the runtime that do nothing but raise, beside those that require `UNSUPPORTED`.
const REFUSING: [&str; 5] =
    ["caml_dynlink_close_lib", "caml_dynlink_open_lib", "caml_get_global_data", "caml_get_section_table", "caml_realloc_global"];

/// What makes the functions of unix that are not there.
const UNSUPPORTED: &str = "unix_unsupported";

const NOT_APPLICABLE: &str = "not applicable: ";

fn main() {
    let arguments = Arguments::from_args();
    let trials = VERSIONS.map(|(version, number, libraries)| {
        Trial::test(version, move || check(version, number, libraries).map_err(|error| Failed::from(format!("{error:#}"))))
    });
    libtest_mimic::run(&arguments, trials.into()).exit()
}

fn check(version: &str, number: (u32, u32), libraries: &[&str]) -> Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("primitives").join(format!("{version}.txt"));
    let committed = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let toolchain = [Toolchain::default_one(), Toolchain::five()].into_iter().flatten().find(|one| one.version == version);
    let names = toolchain.map_or_else(|| Ok(names_of(&committed)), |toolchain| names_in(&toolchain, libraries))?;
    let tables = Target::ALL.iter().map(|target| fragment::parse(&runtime::embedded(), number, *target));
    let tables: Vec<Table> = tables.collect::<Result<_, _>>().map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut made = String::new();
    for (library, names) in names {
        made.push_str(&format!("[{library}]\n"));
        for name in names {
            made.push_str(&format!("{name} {}\n", state(&name, &tables, &committed)?));
        }
    }
    if made == committed {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, made)?;
        return Ok(());
    }
    bail!("{}", TextDiff::from_lines(&committed, &made).unified_diff().header("committed", "made"))
}

/// What the runtime does with a primitive, for every target the same.
fn state(name: &str, tables: &[Table], committed: &str) -> Result<String> {
    let sections: Vec<_> = tables.iter().map(|table| table.find(name)).collect();
    if sections.iter().any(|section| section.is_some() != sections[0].is_some()) {
        bail!("{name} is there for some targets only");
    }
    Ok(match sections[0] {
        Some(section) if REFUSING.contains(&section.name.as_str()) || section.requires.iter().any(|name| name == UNSUPPORTED) => {
            "absent, raises".to_string()
        }
        Some(_) => "present".to_string(),
        None => {
            let mut said = committed.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            said.rfind(|state| state.starts_with(NOT_APPLICABLE)).unwrap_or("absent").to_string()
        }
    })
}

/// The libraries and names of a committed file.
fn names_of(committed: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut libraries = Vec::new();
    for line in committed.lines() {
        if let Some(library) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            libraries.push((library.to_string(), BTreeSet::new()));
        } else if let (Some((_, names)), Some((name, _))) = (libraries.last_mut(), line.split_once(' ')) {
            names.insert(name.to_string());
        }
    }
    libraries
}

/// The primitives of an installed OCaml: those of `ocamlrun -p`, and what the libraries' objects declare beside them.
fn names_in(toolchain: &Toolchain, libraries: &[&str]) -> Result<Vec<(String, BTreeSet<String>)>> {
    let says = |name: &str, arguments: &[&str]| -> Result<String> {
        let mut command = toolchain.command(name);
        command.args(arguments);
        Ok(String::from_utf8_lossy(&tool(command, &root())?.stdout).into_owned())
    };
    let own: BTreeSet<String> = says("ocamlrun", &["-p"])?.split_whitespace().map(String::from).collect();
    let folder = says("ocamlc", &["-where"])?;
    let mut found = vec![("interpreter".to_string(), own.clone())];
    for library in libraries {
        let folder = Path::new(folder.trim());
        let places = [folder.join(library).join(format!("{library}.cma")), folder.join(format!("{library}.cma"))];
        let file = places.iter().find(|file| file.exists()).with_context(|| format!("no {library}.cma"))?;
        let listed = says("ocamlobjinfo", &[&file.to_string_lossy()])?;
        let mut names = BTreeSet::new();
        let mut declared = false;
        for line in listed.lines() {
            if !line.starts_with(['\t', ' ']) {
                declared = line.starts_with("Primitives declared");
            } else if declared && !own.contains(line.trim()) {
                names.insert(line.trim().to_string());
            }
        }
        found.push((library.to_string(), names));
    }
    Ok(found)
}
