//! What a judged part of a corpus looks like, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::corpus::Run;
use super::judge::Verdict;
use super::score::Score;

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    not_applicable: usize,
    equal_stderr: usize,
    seconds: f64,
}

impl Counts {
    fn add(&mut self, verdict: &Verdict, reason: Option<&str>) {
        match (&verdict.failure, reason) {
            (None, _) => self.passed += 1,
            (Some(_), Some(reason)) if reason.starts_with("not applicable") => self.not_applicable += 1,
            (Some(_), _) => self.failed += 1,
        }
        self.equal_stderr += usize::from(verdict.failure.is_none() && verdict.equal_stderr);
        self.seconds += verdict.seconds;
    }

    fn row(&self, name: &str) -> String {
        let Counts { passed, failed, not_applicable, equal_stderr, seconds } = self;
        format!("{name:<16}{passed:>8}{failed:>8}{not_applicable:>16}{equal_stderr:>14}{seconds:>9.1}\n")
    }
}

/// A row per class, the failures with their reasons, and last the totals.
pub fn text(results: &[(&Run, &Verdict)], score: &Score, place: &str) -> String {
    let mut classes: BTreeMap<&str, Counts> = BTreeMap::new();
    let (mut core, mut all) = (Counts::default(), Counts::default());
    let mut failures = String::new();
    for (run, verdict) in results {
        let reason = score.reason(&run.name, place);
        classes.entry(&run.class).or_default().add(verdict, reason);
        all.add(verdict, reason);
        if run.is_core() {
            core.add(verdict, reason);
        }
        if let Some(failure) = &verdict.failure {
            let _ =
                writeln!(failures, "  {} [{}] {}\n      {failure}", run.name, run.class, reason.unwrap_or("not in the score"));
        }
    }
    let titles = ["class", "passed", "failed", "not applicable", "equal stderr", "seconds"];
    let [class, passed, failed, not_applicable, equal, seconds] = titles;
    let mut text = format!("{class:<16}{passed:>8}{failed:>8}{not_applicable:>16}{equal:>14}{seconds:>9}\n");
    for (class, counts) in &classes {
        text += &counts.row(class);
    }
    if !failures.is_empty() {
        let _ = write!(text, "failures:\n{failures}");
    }
    for (name, counts) in [("core", &core), ("all", &all)] {
        let Counts { passed, failed, not_applicable, .. } = counts;
        let _ = writeln!(text, "{name}: {passed} passed, {failed} failed, {not_applicable} not applicable");
    }
    text
}
