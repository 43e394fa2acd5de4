//! The real thing: three stages of the committed seed, on the quickest engine there is.

mod common;

use std::fs;
use std::process::Command;

use bootstrap::engine::find;
use common::{Scratch, assert_code};
use lua_of_ocaml::compile::{self, Options};
use lua_of_ocaml::lua::lua_text::Style;
use lua_of_ocaml::target::Target;

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
    // What is shipped works where it stands, and as the Rust compiler does.
    let fixture = scratch.seed();
    let interpreter = if engine == "mlua" { "lua5.4" } else { engine };
    let mut command = Command::new(interpreter);
    command.arg(scratch.path("shipped/compiler.lua")).args([
        "compile",
        &fixture,
        "-o",
        &scratch.named("fixture.lua"),
        "--compact",
    ]);
    if let Ok(output) = command.output() {
        assert!(output.status.success(), "{output:?}");
        let options = Options {
            target: Target::Portable,
            style: Style::Compact,
            level: 1,
            dump: None,
            allow_missing: false,
            debug: false,
            files: Vec::new(),
            runtime: lua_of_ocaml::runtime::embedded(),
        };
        let twin = compile::run(&fs::read(&fixture).unwrap(), &options).unwrap();
        assert!(fs::read_to_string(scratch.path("fixture.lua")).unwrap() == twin.text);
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
