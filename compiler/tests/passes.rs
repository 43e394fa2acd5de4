//! The passes, step by step: the text of the IR of a program made by OCaml 4.13 and 5.3, and what becomes of damaged
//! code. Whatever is not refused is well-formed at each step.

use lua_of_ocaml::bytecode::container::{self, Image};
use lua_of_ocaml::error::Result;
use lua_of_ocaml::ir::program::Program;
use lua_of_ocaml::ir::{ir_text, verify};
use lua_of_ocaml::link::fragment::{Effect, Table};
use lua_of_ocaml::passes::{dead_code, known_calls, outline, partial, simplify, ssa};

const CONTROL_4: &[u8] = include_bytes!("fixtures/control-4.13.bc");
const CONTROL_5: &[u8] = include_bytes!("fixtures/control-5.3.bc");

/// The effects of the operations that occur in the fixtures.
fn effect_of(name: &str) -> Effect {
    match name {
        "%setfield" | "%set_global" | "%array_set" | "%bytes_set" | "%offset_ref" | "%perform" | "%resume" => Effect::Mutator,
        "%field" => Effect::Mutable,
        _ if name.starts_with('%') => Effect::Const,
        _ => Effect::Mutator,
    }
}

/// Everything that is done to a program, verified after each step; `step` sees it then.
fn passes(image: &Image, step: &mut dyn FnMut(&str, &Program)) -> Result<()> {
    let mut program = ssa::run(image, &Table::default(), false)?;
    let mut check = |name: &str, program: &Program, traps: bool| {
        if let Err(error) = verify::run(program, traps) {
            panic!("after {name}: {error}\n{}", ir_text::run(program));
        }
        step(name, program);
    };
    check("ssa", &program, true);
    program.functions.iter_mut().flatten().for_each(|f| simplify::run(f, &effect_of));
    check("simplify", &program, true);
    known_calls::run(&mut program);
    partial::run(&mut program);
    check("known_calls", &program, true);
    dead_code::run(&effect_of, &mut program);
    check("dead_code", &program, true);
    outline::run(&mut program, &|f| simplify::run(f, &effect_of));
    check("outline", &program, false);
    Ok(())
}

/// Compares the dumps with those in the fixtures; `BLESS=1` writes them.
fn compare(file: &[u8], version: &str) {
    let image = container::read(file).unwrap();
    let bless = std::env::var_os("BLESS").is_some();
    passes(&image, &mut |name, program| {
        if matches!(name, "ssa" | "simplify") {
            let path = format!("{}/tests/fixtures/control-{version}.{name}", env!("CARGO_MANIFEST_DIR"));
            let text = ir_text::run(program);
            if bless {
                std::fs::write(&path, &text).unwrap();
            }
            let expected = std::fs::read_to_string(&path).unwrap();
            let diff = similar::TextDiff::from_lines(&expected, &text);
            assert!(expected == text, "{path}\n{}", diff.unified_diff());
        }
    })
    .unwrap();
}

#[test]
fn dumps() {
    compare(CONTROL_4, "4.13");
    compare(CONTROL_5, "5.3");
}

/// A small generator, the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % limit
    }
}

#[test]
fn damaged_code() {
    let mut numbers = Numbers(1);
    let (mut accepted, mut refused) = (0, 0);
    for file in [CONTROL_4, CONTROL_5] {
        let image = container::read(file).unwrap();
        for _ in 0..1500 {
            let mut damaged = image.clone();
            for _ in 0..=numbers.below(2) {
                let at = numbers.below(damaged.code.len());
                damaged.code[at] = match numbers.below(4) {
                    0 => numbers.below(153) as i32,
                    1 => numbers.below(8) as i32,
                    2 => damaged.code[at].wrapping_add(numbers.below(5) as i32 - 2),
                    _ => damaged.code[numbers.below(image.code.len())],
                };
            }
            match passes(&damaged, &mut |_, _| {}) {
                Ok(()) => accepted += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(accepted > 300 && refused > 300, "{accepted} accepted, {refused} refused");
}
