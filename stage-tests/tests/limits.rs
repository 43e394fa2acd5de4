//! Programs at and beyond the limits of Lua: 200 locals, 60 captured variables, 200 levels of nesting, 250 registers,
//! 65,536 constants, jumps of 32,767 instructions, the C stack of its parser. Each is generated, compiled by ocamlc, and must print on
//! every engine what it prints under ocamlrun.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use libtest_mimic::{Arguments, Failed, Trial};
use stage_tests::compilers::Compiler;
use stage_tests::engine::Engine;
use stage_tests::process::{Outcome, run};
use stage_tests::program::first_difference;
use stage_tests::scratch;
use stage_tests::toolchain::Toolchain;

const LIMIT: Duration = Duration::from_secs(240);

/// The first lines of every program: `opaque` hides a value from the compilers, `show` prints.
const PREFIX: &str = "let opaque x = if Array.length Sys.argv < 0 then raise Exit else x\n\
                      let show n = print_int n; print_newline ()\n";

/// A way of writing a program of any size.
type Generator = fn(usize) -> String;

const CASES: [(&str, Generator, &[usize]); 27] = [
    ("live_values", live_values, &[149, 150, 151, 180, 199, 200, 201, 250, 260, 600]),
    ("live_across_try", live_across_try, &[99, 100, 101, 199, 200, 201, 300]),
    ("captured_variables", captured_variables, &[59, 60, 61, 99, 100, 101, 254, 255, 256]),
    ("mutual_captures", mutual_captures, &[59, 60, 61, 200]),
    ("parameters", parameters, &[8, 9, 99, 100, 101, 126, 249, 250, 251]),
    ("nested_ifs", nested_ifs, &[60, 61, 190, 199, 200, 201, 400]),
    ("nested_loops", nested_loops, &[59, 60, 61, 100, 150, 200]),
    ("counted_loops", counted_loops, &[9, 10, 11, 30]),
    ("nested_tries", nested_tries, &[59, 60, 61, 199, 200, 201]),
    ("nested_functions", nested_functions, &[59, 60, 61, 200]),
    ("nested_calls", nested_calls, &[199, 200, 201, 1000]),
    ("nested_additions", nested_additions, &[149, 199, 200, 201, 600]),
    ("chain_of_ifs", chain_of_ifs, &[1000]),
    ("switch_cases", switch_cases, &[200, 2000]),
    ("list_of_calls", list_of_calls, &[199, 200, 250, 251, 1000]),
    ("array_of_calls", array_of_calls, &[49, 50, 51, 199, 200, 251, 1000]),
    ("concatenations", concatenations, &[200, 1000]),
    ("record_fields", record_fields, &[250, 251, 300]),
    ("statements", statements, &[1000, 9000]),
    ("statements_in_loop", statements_in_loop, &[3000, 9000]),
    ("constant_ints", constant_ints, &[70_000]),
    ("constant_strings", constant_strings, &[65_535, 70_000]),
    ("toplevel_values", toplevel_values, &[2000]),
    ("functions", functions, &[3000]),
    ("string_length", string_length, &[1_000_000]),
    ("nested_data", nested_data, &[199, 200, 201, 2000]),
    ("tail_calls", tail_calls, &[19_000]),
];

/// More tail calls in a row than Luau's stack has frames, which is what the table of differences says of `portable` there.
const TOO_MANY_TAIL_CALLS: usize = 21_000;

fn main() {
    let arguments = Arguments::from_args();
    let engines = Engine::to_test();
    let here = Toolchain::default_one().is_some();
    let mut trials = Vec::new();
    for (name, generate, sizes) in CASES {
        for &size in sizes {
            let case = Arc::new(Case { name: format!("{name}_{size}"), text: generate(size), made: Mutex::new(None) });
            for &(engine, installed) in &engines {
                let case = Arc::clone(&case);
                let title = format!("{name}::{size}::{}", engine.name());
                let trial = Trial::test(title, move || case.runs_on(engine).map_err(|error| Failed::from(format!("{error:#}"))));
                trials.push(trial.with_ignored_flag(!installed || !here));
            }
        }
    }
    let installed = engines.iter().any(|&(engine, installed)| engine == Engine::Luau && installed);
    let trial = Trial::test("tail_calls::beyond::luau", || tail_calls_overflow().map_err(|error| format!("{error:#}").into()));
    trials.push(trial.with_ignored_flag(!installed || !here));
    libtest_mimic::run(&arguments, trials).exit()
}

/// On Luau, which has no tail calls, too many of them are Stack_overflow.
fn tail_calls_overflow() -> Result<()> {
    let case = Case { name: "tail_calls_beyond".into(), text: tail_calls(TOO_MANY_TAIL_CALLS), made: Mutex::new(None) };
    let (lua, expected) = case.make()?;
    if expected.stdout != b"1\n" {
        bail!("ocamlrun prints {:?}", String::from_utf8_lossy(&expected.stdout));
    }
    let actual = run(Engine::Luau.command(&lua), Vec::new(), LIMIT)?;
    if actual.stdout != b"Stack_overflow\n" {
        bail!("it prints {:?}, {:?}", String::from_utf8_lossy(&actual.stdout), String::from_utf8_lossy(&actual.stderr));
    }
    Ok(())
}

/// A generated program and, once it was asked for, its Lua and what it prints under ocamlrun.
struct Case {
    name: String,
    text: String,
    made: Mutex<Option<Result<(PathBuf, Outcome), String>>>,
}

impl Case {
    fn runs_on(&self, engine: Engine) -> Result<()> {
        let (lua, expected) = {
            let mut made = self.made.lock().map_err(|_| anyhow!("another trial of this program panicked"))?;
            made.get_or_insert_with(|| self.make().map_err(|error| format!("{error:#}")))
                .clone()
                .map_err(|error| anyhow!(error))?
        };
        let actual = run(engine.command(&lua), Vec::new(), LIMIT)?;
        if actual.stdout != expected.stdout || actual.code != 0 {
            let said = String::from_utf8_lossy(&actual.stderr).chars().take(500).collect::<String>();
            bail!("{}\nexit code {}, standard error: {said}", first_difference(&expected.stdout, &actual.stdout), actual.code);
        }
        Ok(())
    }

    fn make(&self) -> Result<(PathBuf, Outcome)> {
        let toolchain = Toolchain::default_one().ok_or_else(|| anyhow!("no OCaml here"))?;
        let folder = scratch().join("limits").join(&self.name);
        let source = folder.join("generated").join("program.ml");
        std::fs::create_dir_all(folder.join("generated"))?;
        std::fs::write(&source, format!("{PREFIX}{}", self.text))?;
        let bytecode = folder.join("program.bc");
        toolchain.compile(&[source], &folder, &bytecode, &[])?;
        let expected = run(toolchain.run(&bytecode), Vec::new(), LIMIT)?;
        if expected.code != 0 {
            bail!("ocamlrun ends with {}: {}", expected.code, String::from_utf8_lossy(&expected.stderr));
        }
        let lua = folder.join("program.lua");
        Compiler::rust()?.compile(&bytecode, &lua, &[])?;
        Ok((lua, expected))
    }
}

/// `text(0)`, `text(1)`, …, with `between` between them.
fn each(size: usize, between: &str, text: impl Fn(usize) -> String) -> String {
    (0..size).map(text).collect::<Vec<_>>().join(between)
}

fn live_values(size: usize) -> String {
    let values = each(size, "\n", |i| format!("  let a{i} = opaque (x + {i}) in"));
    let first = each(size, " + ", |i| format!("a{i} * {}", i % 5));
    let second = each(size, " - ", |i| format!("a{i}"));
    format!("let f x =\n{values}\n  show ({first});\n  {second}\nlet () = show (f 3)\n")
}

fn live_across_try(size: usize) -> String {
    let values = each(size, "\n", |i| format!("  let a{i} = opaque (x + {i}) in"));
    let half = each(size / 2, " + ", |i| format!("a{}", i * 2));
    let all = each(size, " + ", |i| format!("a{i}"));
    format!(
        "let f x =\n{values}\n  let r = try if x > 3 then raise Exit; {half} with Exit -> - ({all}) in\n  r + {all}\n\
         let () = show (f 3); show (f 4)\n"
    )
}

fn captured_variables(size: usize) -> String {
    let values = each(size, "\n", |i| format!("  let a{i} = opaque (x + {i}) in"));
    let sum = each(size, " + ", |i| format!("a{i}"));
    format!(
        "let make x =\n{values}\n  fun y -> y + {sum}\nlet () = let f = make 1 and g = make 2 in show (f 10); show (g 20); show (f 30)\n"
    )
}

fn mutual_captures(size: usize) -> String {
    let functions = each(size, "\n  and ", |i| {
        format!("f{i} n = if n <= 0 then k + {i} else f{} (n - 1) + f{} 0", (i + 1) % size, (i * 7 + 3) % size)
    });
    let table = each(size, "; ", |i| format!("f{i}"));
    format!(
        "let make k =\n  let rec {functions} in\n  [ {table} ]\nlet () = List.iter (fun f -> show (f 50)) (make (opaque 5))\n"
    )
}

fn parameters(size: usize) -> String {
    let names = each(size, " ", |i| format!("a{i}"));
    let sum = each(size, " + ", |i| format!("a{i} * {}", i % 9));
    let given = each(size, " ", |i| i.to_string());
    let (few, rest) = (each(3, " ", |i| i.to_string()), each(size - 3, " ", |i| (i + 3).to_string()));
    let turned = each(size, " ", |i| if i == 0 { format!("a{}", size - 1) } else { format!("a{}", i - 1) });
    format!(
        "let f {names} = {sum}\nlet rec turn n {names} = if n = 0 then {sum} else turn (n - 1) {turned}\n\
         let () =\n  show (f {given});\n  show ((opaque f) {given});\n  let g = (opaque f) {few} in\n  show (g {rest});\n  \
         show (turn 10 {given});\n  let make () {names} = fun y -> y + {sum} in\n  show ((opaque make) () {given} 5)\n"
    )
}

fn nested_ifs(size: usize) -> String {
    let mut text = "let f x y =\n  let s = ref 0 in\n".to_string();
    for i in 0..size {
        let _ = writeln!(text, "  if x > {i} then begin s := !s + y;");
    }
    text.push_str("  s := !s * 2\n");
    for i in (0..size).rev() {
        let _ = writeln!(text, "  end else s := !s - {i};");
    }
    let _ = write!(
        text,
        "  !s\nlet () = List.iter (fun n -> show (f n 3)) [ 0; 1; {}; {}; {size}; {} ]\n",
        size / 2,
        size - 1,
        size + 1
    );
    text
}

fn nested_loops(size: usize) -> String {
    let mut text = "let f n =\n  let s = ref 0 in\n".to_string();
    for i in 0..size {
        let _ = writeln!(text, "  for i{i} = 1 to (if n = {i} then 2 else 1) do");
    }
    let _ = writeln!(text, "  s := !s + i0 + i{}", size - 1);
    text.push_str(&"  done;\n".repeat(size));
    let _ = write!(text, "  !s\nlet () = List.iter (fun n -> show (f n)) [ -1; 0; {}; {} ]\n", size / 2, size - 1);
    text
}

/// Each takes slots of the frame, beside more values than it holds and the arguments of a call.
fn counted_loops(size: usize) -> String {
    let names = each(100, " ", |i| format!("a{i}"));
    let sum = each(100, " + ", |i| format!("a{i} * {}", i % 7));
    let values = each(130, "\n", |i| format!("  let b{i} = opaque (n + {i}) in"));
    let given = each(100, " ", |i| if i % 9 == 0 { format!("i{}", i % size) } else { format!("b{i}") });
    let all = each(130, " + ", |i| format!("b{i}"));
    let loops = each(size, "\n", |i| format!("  for i{i} = {i} to opaque {} do", if i % 5 == 4 { i + 1 } else { i }));
    format!(
        "let g {names} = {sum}\nlet f n =\n{values}\n  let s = ref 0 in\n{loops}\n    s := !s + (opaque g) {given}\n  {};\n  \
         !s + {all}\nlet () = show (f 3)\n",
        "done ".repeat(size)
    )
}

fn nested_tries(size: usize) -> String {
    let mut text = "exception Stop of int\nlet f x =\n".to_string();
    for i in 0..size {
        let _ = writeln!(text, "  try if opaque x = {i} then raise (Stop {i}) else");
    }
    text.push_str("  -1\n");
    for i in (0..size).rev() {
        let _ = writeln!(text, "  with Stop n when n < {i} -> n + {i}");
    }
    let _ = write!(
        text,
        "let () = for x = -1 to {size} do show (try f x with Stop n -> - n * 1000) done\n\
         let () = show (try f (opaque {}) with Stop n -> n)\n",
        size / 2
    );
    text
}

fn nested_functions(size: usize) -> String {
    let mut text = "let f a =\n".to_string();
    for i in 0..size {
        let _ = writeln!(text, "  let g{i} x{i} =");
    }
    let sum = each(size, " + ", |i| format!("x{i}"));
    let _ = writeln!(text, "  a + {sum}");
    for i in (0..size).rev() {
        let _ = writeln!(text, "  in g{i} (opaque {i})");
    }
    text.push_str("let () = show (f 1)\n");
    text
}

fn nested_calls(size: usize) -> String {
    format!("let f x = x + 1\nlet () = show ({}0{})\n", "f (opaque (".repeat(size), "))".repeat(size))
}

fn nested_additions(size: usize) -> String {
    format!("let f x = {}x{}\nlet () = show (f 1)\n", "(opaque x + ".repeat(size), ")".repeat(size))
}

fn chain_of_ifs(size: usize) -> String {
    let arms = each(size, "\n  else ", |i| format!("if x = {} then {i}", i * 3));
    format!(
        "let f x =\n  {arms}\n  else -1\nlet () = List.iter (fun n -> show (f n)) [ 0; 3; 4; {}; {} ]\n",
        size * 3 - 3,
        size * 3
    )
}

fn switch_cases(size: usize) -> String {
    let arms = each(size, "\n", |i| format!("  | {i} -> opaque {}", i * 7 % 1009));
    format!(
        "let f = function\n{arms}\n  | _ -> -1\nlet () = let s = ref 0 in for i = -5 to {size} do s := (!s * 3 + f i) land 0xFFFFF done; show !s\n"
    )
}

fn list_of_calls(size: usize) -> String {
    format!(
        "let () = show (List.fold_left (fun a x -> (a * 3 + x) land 0xFFFF) 0 [ {} ])\n",
        each(size, "; ", |i| format!("opaque {i}"))
    )
}

fn array_of_calls(size: usize) -> String {
    format!(
        "let () = show (Array.fold_left (fun a x -> (a * 3 + x) land 0xFFFF) 0 [| {} |])\n",
        each(size, "; ", |i| format!("opaque {i}"))
    )
}

fn concatenations(size: usize) -> String {
    format!("let () = print_endline ({})\n", each(size, " ^ ", |i| format!("string_of_int (opaque {i})")))
}

fn record_fields(size: usize) -> String {
    let fields = each(size, "; ", |i| format!("mutable f{i} : int"));
    let values = each(size, "; ", |i| format!("f{i} = x + {i}"));
    let sum = each(size, " + ", |i| format!("r.f{i}"));
    format!(
        "type t = {{ {fields} }}\nlet make x = {{ {values} }}\nlet sum r = {sum}\n\
         let () = let r = make 5 in show (sum r); let s = {{ r with f0 = 100; f{last} = 1000 }} in s.f1 <- 7; show (sum s); show (sum r)\n",
        last = size - 1
    )
}

fn statements(size: usize) -> String {
    format!(
        "let s = ref 0\nlet add n = s := (!s * 3 + n) land 0xFFFFF\nlet () =\n{};\n  show !s\n",
        each(size, ";\n", |i| format!("  add {i}"))
    )
}

fn statements_in_loop(size: usize) -> String {
    let lines = each(size, ";\n", |i| format!("    if !s land {} = 0 then add {i} else s := !s + {}", 1 << (i % 12), i % 11));
    format!(
        "let s = ref 0\nlet add n = s := (!s * 3 + n) land 0xFFFFF\nlet () =\n  while !s < 1000000 do\n    s := !s + 1;\n{lines};\n    s := !s + 300000\n  done;\n  show !s\n"
    )
}

fn constant_ints(size: usize) -> String {
    let lines = each(size / 1000, "", |i| {
        format!("let () = add [| {} |]\n", each(1000, "; ", |j| ((i * 1000 + j) * 13 + 100_000).to_string()))
    });
    format!("let s = ref 0\nlet add = Array.iter (fun n -> s := (!s * 3 + n) land 0xFFFFF)\n{lines}let () = show !s\n")
}

fn constant_strings(size: usize) -> String {
    // In pieces: ocamlc itself is recursive on the length of a list.
    let lists = each(size.div_ceil(1000), "", |i| {
        let items = each(1000.min(size - i * 1000), "; ", |j| format!("\"text {}\"", i * 1000 + j));
        format!("let () = add [ {items} ]\n")
    });
    format!(
        "let s = ref 0\nlet add = List.iter (fun t -> s := (!s * 3 + String.length t + Char.code t.[5]) land 0xFFFFF)\n\
         {lists}let () = show !s\n"
    )
}

fn toplevel_values(size: usize) -> String {
    let values = each(size, "\n", |i| {
        if i == 0 { "let v0 = opaque 1".to_string() } else { format!("let v{i} = (v{} * 3 + v{}) land 0xFFFF", i - 1, i / 2) }
    });
    format!("{values}\nlet sum = {}\nlet () = show sum; show v{}\n", each(size, " + ", |i| format!("v{i}")), size - 1)
}

fn functions(size: usize) -> String {
    let list = each(size, "\n", |i| {
        if i == 0 { "let f0 x = opaque x".to_string() } else { format!("let f{i} x = f{} (x + {}) land 0xFFFFF", i / 3, i % 17) }
    });
    format!("{list}\nlet () = show ({})\n", each(size, " + ", |i| format!("f{i} 1")))
}

fn string_length(size: usize) -> String {
    let text: String = (0..size).map(|i| char::from(b'a' + (i * i % 23) as u8)).collect();
    format!(
        "let text = \"{text}\"\nlet () = let s = ref 0 in String.iter (fun c -> s := (!s * 3 + Char.code c) land 0xFFFFF) text; show !s\n"
    )
}

fn nested_data(size: usize) -> String {
    let data = format!("{}Leaf{}", "Node (1, ".repeat(size), ")".repeat(size));
    format!(
        "type t = Leaf | Node of int * t\nlet data = {data}\nlet rec sum = function Leaf -> 0 | Node (n, t) -> n + sum t\nlet () = show (sum data)\n"
    )
}

/// Two functions that call each other in tail position, which no pass makes a loop of: neither is known.
fn tail_calls(size: usize) -> String {
    format!(
        "let even = ref succ and odd = ref succ\n\
         let () = even := (fun n -> if n = 0 then 1 else !odd (n - 1)); odd := (fun n -> if n = 0 then 0 else !even (n - 1))\n\
         let () = match !even (opaque {size}) with n -> show n | exception Stack_overflow -> print_endline \"Stack_overflow\"\n"
    )
}
