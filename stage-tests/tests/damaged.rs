//! Damaged bytecode: both compilers refuse it with the same words and exit code, or both translate it to the same text; and what a
//! file may lack.

use std::fs;
use std::path::Path;
use std::time::Duration;

use stage_tests::compilers::Compiler;
use stage_tests::engine::Engine;
use stage_tests::fuzz::choices::Choices;
use stage_tests::parallel::parallel;
use stage_tests::process::run;
use stage_tests::scratch;
use stage_tests::toolchain::Toolchain;

/// Functions, exceptions, matching, constants and a loop: some of everything that a file has, and debugging events.
const PROGRAM: &str = "exception Found of int\n\
     type shape = Point | Circle of float | Named of string * shape\n\
     let rec area = function Point -> 0. | Circle r -> 3.14 *. r *. r | Named (_, s) -> area s\n\
     let find p a = try Array.iter (fun x -> if p x then raise (Found x)) a; -1 with Found x -> x\n\
     let () =\n\
     \x20 for i = 1 to 3 do print_int (find (fun x -> x mod 7 = i) [| 5; 9; 8; 12 |]); print_char ' ' done;\n\
     \x20 print_float (area (Named (\"ring\", Circle 2.))); print_newline ()\n";

const ROUNDS: u64 = 120;

/// The file with some bytes replaced, from the places where the sections of the program itself begin, or cut off.
fn damage(file: &[u8], round: u64) -> Vec<u8> {
    let mut choices = Choices::random(0xDA3A6E + round);
    let mut damaged = file.to_vec();
    let from = if round.is_multiple_of(2) { 0 } else { file.len() / 3 * 2 };
    for _ in 0..=[0, 0, 2, 9][choices.below(4)] {
        damaged[from + choices.below(file.len() - from)] = choices.below(256) as u8;
    }
    if round.is_multiple_of(10) {
        damaged.truncate(choices.below(file.len()));
    }
    damaged
}

/// A bytecode file without one of its sections. The table of those at its end has eight bytes for each, their number and the magic
/// number follow.
fn without(file: &[u8], name: &[u8; 4]) -> Vec<u8> {
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let count = number(file.len() - 16);
    let table = file.len() - 16 - 8 * count;
    let entries: Vec<&[u8]> = file[table..table + 8 * count].chunks(8).collect();
    let sizes = (0..count).map(|i| number(table + 8 * i + 4));
    let mut at = table - sizes.clone().sum::<usize>();
    let mut kept = file[..at].to_vec();
    for (entry, size) in entries.iter().zip(sizes) {
        if !entry.starts_with(name) {
            kept.extend_from_slice(&file[at..at + size]);
        }
        at += size;
    }
    let entries: Vec<&[u8]> = entries.into_iter().filter(|entry| !entry.starts_with(name)).collect();
    assert_eq!(entries.len() + 1, count);
    entries.iter().for_each(|entry| kept.extend_from_slice(entry));
    kept.extend_from_slice(&(entries.len() as u32).to_be_bytes());
    kept.extend_from_slice(&file[file.len() - 12..]);
    kept
}

/// What a compiler makes of the file: exit code, what it says, what it writes.
fn made(compiler: &Compiler, input: &Path, options: &[&str]) -> (i32, String, Option<Vec<u8>>) {
    let output = input.with_extension("lua");
    let outcome = compiler.attempt(input, &output, options).unwrap();
    let text = fs::read(&output).ok();
    let _ = fs::remove_file(&output);
    (outcome.code, String::from_utf8_lossy(&outcome.stderr).into_owned(), text)
}

#[test]
fn both_compilers_say_the_same_of_damaged_files() {
    let toolchain = Toolchain::default_one().expect("ocamlc is needed");
    let folder = scratch().join("damaged");
    fs::create_dir_all(&folder).unwrap();
    let source = folder.join("program.ml");
    fs::write(&source, PROGRAM).unwrap();
    let whole = folder.join("program.bc");
    toolchain.compile(&[source], &folder, &whole, &["-g"]).unwrap();
    let file = fs::read(&whole).unwrap();
    let compilers = [Compiler::rust().unwrap(), Compiler::ocamlrun().unwrap()];
    let rounds: Vec<u64> = (0..ROUNDS).collect();
    let refused = parallel(&rounds, 2, |round| {
        let input = folder.join(format!("{round}.bc"));
        fs::write(&input, damage(&file, *round)).unwrap();
        let options: &[&str] = if round.is_multiple_of(3) { &[] } else { &["-g"] };
        let [rust, reference] = compilers.each_ref().map(|compiler| made(compiler, &input, options));
        assert_eq!(rust, reference, "{}", input.display());
        fs::remove_file(&input).unwrap();
        rust.0 != 0
    });
    let refused = refused.iter().filter(|refused| **refused).count();
    assert!(refused > 20 && refused < rounds.len(), "{refused} of {} files refused: the damage tests nothing", rounds.len());
}

/// Which globals are units is told by the map of them in the section SYMB, but a program does not need it to run.
#[test]
fn the_map_of_globals_may_be_missing() {
    let limit = Duration::from_secs(60);
    let toolchain = Toolchain::default_one().expect("ocamlc is needed");
    let folder = scratch().join("without_symbols");
    fs::create_dir_all(&folder).unwrap();
    let (source, whole, bytecode) = (folder.join("program.ml"), folder.join("whole.bc"), folder.join("program.bc"));
    fs::write(&source, PROGRAM).unwrap();
    toolchain.compile(&[source], &folder, &whole, &[]).unwrap();
    fs::write(&bytecode, without(&fs::read(&whole).unwrap(), b"SYMB")).unwrap();
    let [rust, reference] = [Compiler::rust(), Compiler::ocamlrun()].map(|compiler| made(&compiler.unwrap(), &bytecode, &[]));
    assert_eq!(rust, reference);
    let lua = folder.join("program.lua");
    fs::write(&lua, rust.2.unwrap()).unwrap();
    let expected = run(toolchain.run(&whole), Vec::new(), limit).unwrap();
    let (engine, _) = Engine::to_test().into_iter().find(|(_, installed)| *installed).expect("an engine is needed");
    let actual = run(engine.command(&lua), Vec::new(), limit).unwrap();
    assert_eq!((actual.code, actual.stdout), (0, expected.stdout));
}

/// A program may declare a primitive with more or fewer arguments than it has.
const DECLARED: &str = "external get1 : int array -> int = \"caml_array_get\"\n\
     external get3 : int array -> int -> int -> int = \"caml_array_get\"\n\
     let both a i = get3 a i 0 + a.(i) + get3 a i 1\n\
     let () = print_int (both [| 1; 2 |] (Sys.opaque_identity 1) + get1 [| 1 |])\n";

#[test]
fn primitives_that_are_declared_otherwise_are_refused() {
    let toolchain = Toolchain::default_one().expect("ocamlc is needed");
    let folder = scratch().join("declared");
    fs::create_dir_all(&folder).unwrap();
    let (source, bytecode) = (folder.join("program.ml"), folder.join("program.bc"));
    fs::write(&source, DECLARED).unwrap();
    toolchain.compile(&[source], &folder, &bytecode, &[]).unwrap();
    let [rust, reference] = [Compiler::rust(), Compiler::ocamlrun()].map(|compiler| made(&compiler.unwrap(), &bytecode, &[]));
    assert_eq!(rust, reference);
    assert_eq!((rust.0, rust.2), (4, None));
}
