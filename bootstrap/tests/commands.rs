//! The command, with small seeds that stand for a compiler (`fixtures/*.ml`, built by `ocamlc -without-runtime`).

mod common;

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{Scratch, assert_code};

#[test]
fn equal_stages_end_with_0_and_a_manifest() {
    let scratch = Scratch::new("copier");
    let run = scratch.run(&["--stages", "4", "--json"]);
    assert_code(&run, 0);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let stages = json["stages"].as_array().unwrap();
    assert_eq!(
        stages.iter().map(|stage| stage["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["stage1", "stage2", "stage3", "stage4"]
    );
    for stage in stages {
        assert_eq!(stage["blake3"], stages[0]["blake3"]);
        assert_eq!(stage["blake3"].as_str().unwrap().len(), 64);
        assert!(stage["seconds"].is_f64() && stage["bytes"].as_u64().unwrap() > 0 && stage["peak_bytes"].as_u64().unwrap() > 0);
    }
    let verdicts = &json["verdicts"];
    assert_eq!((&verdicts["cross_implementation"], &verdicts["fixpoint"]), (&true.into(), &true.into()));
    assert!(verdicts["engines"].is_null() && verdicts["witness"].is_null());
    let verified = scratch.bootstrap(&["verify", &scratch.out()]);
    assert_code(&verified, 0);
    assert!(verified.stdout.contains("fixpoint:"), "{}", verified.stdout);
    let first = fs::read_to_string(scratch.path("out/manifest.json")).unwrap();
    assert_code(&scratch.run(&["--stages", "4"]), 0);
    let second = fs::read_to_string(scratch.path("out/manifest.json")).unwrap();
    let proof = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["proof"].clone();
    assert_eq!(proof(&first), proof(&second));
    assert!(!scratch.path("out.partial").exists() && !scratch.path("out.complete").exists());
}

#[test]
fn every_engine_is_compared() {
    let scratch = Scratch::new("copier");
    let run = scratch.run(&["--engine", "all", "--stages", "2", "--json"]);
    let engines = bootstrap::engine::Engine::all().len();
    if engines < 2 {
        return assert_code(&run, 3);
    }
    assert_code(&run, 0);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["verdicts"]["engines"], true);
    assert!(json["verdicts"]["fixpoint"].is_null());
    assert_eq!(json["stages"].as_array().unwrap().len(), 1 + engines);
    assert_code(&scratch.bootstrap(&["verify", &scratch.out()]), 0);
}

#[test]
fn different_stages_end_with_1_and_the_place() {
    let scratch = Scratch::new("other");
    let run = scratch.run(&["--stages", "2"]);
    assert_code(&run, 1);
    assert!(run.stdout.contains("DOES NOT HOLD") && run.stderr.contains("cross-implementation"), "{}{}", run.stdout, run.stderr);
    let diff = scratch.bootstrap(&["diff", "stage1", "stage2", "--out", &scratch.out()]);
    assert_code(&diff, 1);
    assert!(diff.stdout.starts_with("differ at byte 0 (line 1, column 1)"), "{}", diff.stdout);
    assert_code(&scratch.bootstrap(&["diff", "stage2", "stage2", "--out", &scratch.out()]), 0);
    assert_code(&scratch.bootstrap(&["verify", &scratch.out()]), 1);
    assert_code(&scratch.bootstrap(&["ship", &scratch.named("shipped"), "--out", &scratch.out()]), 1);
    assert!(!scratch.path("shipped").exists());
}

#[test]
fn a_witness_that_disagrees_ends_with_1() {
    let scratch = Scratch::new("copier");
    let run = scratch.run(&["--stages", "2", "--witness", "--json"]);
    if bootstrap::engine::find("ocamlrun").is_none() {
        assert_code(&run, 3);
        return assert!(run.stderr.contains("ocamlrun"));
    }
    assert_code(&run, 1);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&json["verdicts"]["witness"], &json["verdicts"]["cross_implementation"]), (&false.into(), &true.into()));
}

#[test]
fn an_altered_byte_is_found() {
    let scratch = Scratch::new("copier");
    assert_code(&scratch.run(&[]), 0);
    let stage = scratch.path("out/stage2/compiler.lua");
    let mut bytes = fs::read(&stage).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&stage, &bytes).unwrap();
    let diff = scratch.bootstrap(&["diff", "stage1", "stage2", "--out", &scratch.out()]);
    assert_code(&diff, 1);
    assert!(diff.stdout.contains(&format!("differ at byte {middle} (line ")), "{}", diff.stdout);
    assert_code(&scratch.bootstrap(&["verify", &scratch.out()]), 4);
    assert_code(&scratch.bootstrap(&["ship", &scratch.named("shipped"), "--out", &scratch.out()]), 4);
}

#[test]
fn an_altered_manifest_is_found() {
    let scratch = Scratch::new("copier");
    assert_code(&scratch.run(&[]), 0);
    let verify = || scratch.bootstrap(&["verify", &scratch.out()]);
    let json = scratch.path("out/manifest.json");
    let text = fs::read_to_string(&json).unwrap();
    fs::write(&json, text.replace("\"fixpoint\": true", "\"fixpoint\": false")).unwrap();
    assert_code(&verify(), 4);
    fs::write(&json, "{}").unwrap();
    assert_code(&verify(), 4);
    fs::write(&json, &text).unwrap();
    assert_code(&verify(), 0);
    let binary = scratch.path("out/manifest.bin");
    let bytes = fs::read(&binary).unwrap();
    for place in (0..bytes.len()).step_by(97) {
        let mut altered = bytes.clone();
        altered[place] ^= 0x40;
        fs::write(&binary, &altered).unwrap();
        assert_code(&verify(), 4);
    }
    fs::write(&binary, bytes.get(..bytes.len() / 2).unwrap()).unwrap();
    assert_code(&verify(), 4);
    fs::write(&binary, &bytes).unwrap();
    fs::write(scratch.path("out/stage1/more"), "x").unwrap();
    assert_code(&verify(), 4);
}

#[test]
fn a_wrong_seed_ends_with_4() {
    let scratch = Scratch::new("copier");
    let seed = scratch.path("seed/copier.bc");
    let bytes = fs::read(&seed).unwrap();
    let mut altered = bytes.clone();
    altered[100] ^= 1;
    fs::write(&seed, altered).unwrap();
    let run = scratch.run(&[]);
    assert_code(&run, 4);
    assert!(run.stderr.contains("has the hash"), "{}", run.stderr);
    assert!(!scratch.path("out").exists() && !scratch.path("out.partial").exists());
    fs::write(&seed, bytes).unwrap();
    let manifest = scratch.path("seed/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"CODE\"", "\"CODA\"")).unwrap();
    assert_code(&scratch.run(&[]), 4);
}

#[test]
fn what_cannot_be_done_has_its_status() {
    let scratch = Scratch::new("copier");
    fs::write(scratch.path("file"), "x").unwrap();
    let below_file = scratch.named("file/out");
    assert_code(&scratch.bootstrap(&["run", "--seed", &scratch.seed(), "--out", &below_file]), 6);
    assert_code(&scratch.run(&["--stages", "1"]), 2);
    assert_code(&scratch.run(&["--colour", "blue"]), 2);
    let missing = scratch.run(&["--engine", "lua-of-nobody"]);
    assert_code(&missing, 3);
    assert!(missing.stderr.contains("lua-of-nobody"), "{}", missing.stderr);
    assert_code(&scratch.bootstrap(&["run", "--seed", &scratch.named("no-seed.bc")]), 6);
    assert_code(&scratch.bootstrap(&["diff", "stage1", "stage9", "--out", &scratch.out()]), 2);
    assert_code(&scratch.bootstrap(&["verify", &scratch.named("nothing")]), 6);
}

#[test]
fn foreign_folders_are_left_alone() {
    let scratch = Scratch::new("copier");
    fs::create_dir(scratch.path("out")).unwrap();
    fs::write(scratch.path("out/letter"), "mine").unwrap();
    assert_code(&scratch.run(&[]), 6);
    assert_code(&scratch.bootstrap(&["clean", "--out", &scratch.out()]), 6);
    assert_eq!(fs::read_to_string(scratch.path("out/letter")).unwrap(), "mine");
}

#[test]
fn limits_end_with_5() {
    let scratch = Scratch::new("endless");
    let start = Instant::now();
    let run = scratch.run(&["--timeout", "1"]);
    assert_code(&run, 5);
    assert!(start.elapsed() < Duration::from_secs(20));
    let run = scratch.run(&["--memory", "1"]);
    assert_code(&run, 5);
    assert!(!scratch.path("out").exists());
}

#[test]
fn a_killed_run_leaves_nothing_and_goes_on() {
    let scratch = Scratch::new("endless");
    let mut child =
        scratch.command(&["run", "--seed", &scratch.seed(), "--out", &scratch.out()]).stderr(Stdio::null()).spawn().unwrap();
    let record = scratch.path("out.partial/stage1/record.json");
    let start = Instant::now();
    while !record.exists() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = scratch.run(&[]);
    assert_code(&second, 6);
    assert!(second.stderr.contains("another run"), "{}", second.stderr);
    let status = scratch.bootstrap(&["status", "--out", &scratch.out(), "--seed", &scratch.seed()]);
    assert!(status.stdout.contains("at work"), "{}", status.stdout);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!scratch.path("out").exists());
    let status = scratch.bootstrap(&["status", "--out", &scratch.out(), "--seed", &scratch.seed()]);
    assert!(status.stdout.contains("finished stage1"), "{}", status.stdout);
    let again = scratch.run(&["--timeout", "1"]);
    assert_code(&again, 5);
    assert!(
        again.stderr.contains("stage1 on rust") && again.stderr.contains("kept from the interrupted run"),
        "{}",
        again.stderr
    );
    let fresh = scratch.run(&["--timeout", "1", "--no-cache"]);
    assert!(!fresh.stderr.contains("kept from"), "{}", fresh.stderr);
    assert_code(&scratch.bootstrap(&["clean", "--out", &scratch.out()]), 0);
    assert!(!scratch.path("out.partial").exists());
}

#[test]
fn a_kill_at_any_time_leaves_an_old_or_a_new_run() {
    let scratch = Scratch::new("copier");
    assert_code(&scratch.run(&[]), 0);
    for step in 0..24 {
        let arguments = ["run", "--seed", &scratch.seed(), "--out", &scratch.out(), "--stages", "2"];
        let mut child = scratch.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(step * 5));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_code(&scratch.bootstrap(&["verify", &scratch.out()]), 0);
    }
    assert_code(&scratch.run(&[]), 0);
    assert!(!scratch.path("out.partial").exists() && !scratch.path("out.complete").exists());
}

#[test]
fn a_shipped_folder_has_the_hashes_of_its_files() {
    let scratch = Scratch::new("copier");
    assert_code(&scratch.run(&[]), 0);
    assert_code(&scratch.bootstrap(&["ship", &scratch.named("shipped"), "--out", &scratch.out()]), 0);
    let hashes = fs::read_to_string(scratch.path("shipped/HASHES")).unwrap();
    for name in ["README.md", "compiler.lua", "manifest.json"] {
        let hash = bootstrap::files::hash(&fs::read(scratch.path("shipped").join(name)).unwrap());
        assert!(hashes.contains(&format!("blake3 {hash}  {name}\n")), "{hashes}");
    }
    assert_code(&scratch.bootstrap(&["ship", &scratch.named("shipped"), "--out", &scratch.out()]), 6);
}

#[test]
fn output_that_nobody_takes_is_an_error_of_output() {
    let scratch = Scratch::new("copier");
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else { return };
    let status = scratch.command(&["seed", "--seed", &scratch.seed()]).stdout(full).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(6));
}
