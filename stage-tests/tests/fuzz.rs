//! A share of the differential fuzzing that is the same each time; `scripts/fuzz` runs more.

use std::collections::BTreeMap;

use stage_tests::engine::Engine;
use stage_tests::fuzz::batch::{Variation, program, sections, streams};
use stage_tests::fuzz::judge::Judge;
use stage_tests::target_folder;

/// Its programs are those of no run of `scripts/fuzz` with a small seed.
const SEED: u64 = 0x5eed;

#[test]
fn random_programs_behave_as_under_ocamlrun() {
    let engines = Engine::to_test().into_iter().filter(|(_, installed)| *installed).map(|(engine, _)| engine).collect();
    let judge = Judge::new(engines, &target_folder().join("fuzz/test")).unwrap();
    for batch in 0..6 {
        let variation = Variation::of(batch);
        let program = program(&streams(SEED, batch, 50, variation.mode), variation.mode);
        let differences = judge.differences(&program, variation, &judge.readers(variation)).unwrap();
        let found: Vec<_> = differences.iter().map(|found| (found.reader.name(), found.cases())).collect();
        assert!(found.is_empty(), "scripts/fuzz --seed {SEED} --only {batch} shrinks it: {found:?}");
    }
}

/// The output of a case is told from that of the next, and a stream makes the same case again.
#[test]
fn cases_are_told_apart() {
    let expected = BTreeMap::from([(0, b"#0\n0: 1\n".to_vec()), (12, b"#12\n".to_vec())]);
    assert_eq!(sections(b"start\n#0\n0: 1\n#12\n"), expected);
    let variation = Variation::of(1);
    let made = streams(7, 1, 5, variation.mode);
    assert_eq!(program(&made, variation.mode), program(&streams(7, 1, 5, variation.mode), variation.mode));
}
