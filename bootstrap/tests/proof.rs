//! The real thing: three stages of the committed seed, on the quickest engine there is.

mod common;

use std::process::Command;

use bootstrap::engine::find;
use common::{Scratch, assert_code};

#[test]
fn the_compiler_derives_itself() {
    let scratch = Scratch::new("copier");
    let engine = if find("luajit").is_some() { "luajit" } else { "mlua" };
    let mut arguments = vec!["run", "--engine", engine, "--json", "--timeout", "900"];
    if find("ocamlrun").is_some() {
        arguments.push("--witness");
    }
    let run = scratch.bootstrap(&arguments);
    assert_code(&run, 0);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["verdicts"]["cross_implementation"], true);
    assert_eq!(json["verdicts"]["fixpoint"], true);
    assert_code(&scratch.bootstrap(&["verify"]), 0);
    assert_code(&scratch.bootstrap(&["ship", "shipped"]), 0);
    let shipped = scratch.path("shipped/compiler.lua");
    let help = Command::new(if engine == "mlua" { "lua5.4" } else { engine }).arg(&shipped).arg("--help").output();
    if let Ok(help) = help {
        assert!(help.status.success(), "{help:?}");
    }
}

#[test]
fn the_seed_is_what_its_sources_say() {
    let scratch = Scratch::new("copier");
    assert_code(&scratch.bootstrap(&["seed"]), 0);
    let version = Command::new("ocamlc").arg("-version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string()).unwrap_or_default();
    let seed = bootstrap::seed::Seed::load(None).unwrap();
    if version == seed.manifest.ocaml {
        assert_code(&scratch.bootstrap(&["seed", "--rebuild"]), 0);
    }
}
