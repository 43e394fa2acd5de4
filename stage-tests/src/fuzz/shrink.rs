//! Makes the stream of a case smaller as long as the case shows its difference.
//!
//! Candidates are tried many at a time, as the cases of one program: most of the time goes to starting processes.

use std::collections::BTreeSet;

use anyhow::Result;

use super::batch::{Variation, case, program};
use super::choices::Choices;
use super::judge::{Judge, Reader};

/// Candidates in one program.
const AT_ONCE: usize = 30;

/// Programs run for one case at most.
const ROUNDS: usize = 150;

/// Which of `streams` show a difference for `reader`.
fn failing(judge: &Judge, variation: Variation, reader: Reader, streams: &[Vec<u32>]) -> Result<BTreeSet<usize>> {
    let differences = judge.differences(&program(streams, variation.mode), variation, &[reader])?;
    let Some(difference) = differences.first() else { return Ok(BTreeSet::new()) };
    let cases: BTreeSet<usize> = difference.cases().into_iter().collect();
    if !cases.is_empty() || streams.len() == 1 {
        return Ok(if cases.is_empty() { BTreeSet::from([0]) } else { cases });
    }
    // Nothing ran, so nothing says which it is.
    let (first, second) = streams.split_at(streams.len() / 2);
    let found = failing(judge, variation, reader, first)?;
    if !found.is_empty() {
        return Ok(found);
    }
    Ok(failing(judge, variation, reader, second)?.into_iter().map(|index| index + first.len()).collect())
}

/// A stream with what orders streams: the length of its text, then the stream itself.
type Sized = (usize, Vec<u32>);

/// The choices of a stream that are made, the size of their case and the spans of its parts.
fn measured(stream: &[u32], variation: Variation) -> (Sized, Vec<(usize, usize)>) {
    let (text, choices) = case(Choices::replay(stream), variation.mode, 0);
    ((text.len(), choices.made().to_vec()), choices.spans().to_vec())
}

/// The smallest stream found; none if the case shows nothing when it is alone.
pub fn run(judge: &Judge, variation: Variation, reader: Reader, stream: &[u32]) -> Result<Option<Vec<u32>>> {
    let (mut best, mut spans) = measured(stream, variation);
    if failing(judge, variation, reader, std::slice::from_ref(&best.1))?.is_empty() {
        return Ok(None);
    }
    let mut rounds = 0;
    let mut progress = true;
    while progress && rounds < ROUNDS {
        progress = false;
        let mut steps = steps(&best.1, &spans).into_iter().peekable();
        while steps.peek().is_some() && rounds < ROUNDS {
            let mut candidates: Vec<Sized> = Vec::new();
            while candidates.len() < AT_ONCE {
                let Some(candidate) = steps.next() else { break };
                let (candidate, _) = measured(&candidate, variation);
                if candidate < best && !candidates.contains(&candidate) {
                    candidates.push(candidate);
                }
            }
            if candidates.is_empty() {
                continue;
            }
            rounds += 1;
            let streams: Vec<Vec<u32>> = candidates.iter().map(|(_, stream)| stream.clone()).collect();
            let found = failing(judge, variation, reader, &streams)?;
            if let Some(found) = found.into_iter().map(|index| &candidates[index]).min() {
                (best, spans) = measured(&found.1, variation);
                progress = true;
                break;
            }
        }
    }
    Ok(Some(best.1))
}

/// The changed streams of one pass, those with the largest change first.
fn steps(stream: &[u32], spans: &[(usize, usize)]) -> Vec<Vec<u32>> {
    let replaced = |start: usize, end: usize, by: &[u32]| [&stream[..start], by, &stream[end..]].concat();
    let mut steps = Vec::new();
    // Parts of the program, outer ones first: left out, made a leaf, or replaced by a part of themselves.
    let mut spans = spans.to_vec();
    spans.sort_by_key(|(start, end)| (start.abs_diff(*end), *start));
    for (start, end) in spans.iter().rev() {
        steps.push(replaced(*start, *end, &[]));
        steps.push(replaced(*start, *end, &[0, 0, 0]));
        let inner = spans.iter().filter(|(inner, last)| start <= inner && last <= end && (inner, last) != (start, end));
        steps.extend(inner.rev().take(6).map(|(inner, last)| replaced(*start, *end, &stream[*inner..*last])));
    }
    for block in [16, 4, 1] {
        for start in (0..stream.len()).step_by(block) {
            let end = (start + block).min(stream.len());
            steps.push(replaced(start, end, &[]));
            steps.push(replaced(start, end, &vec![0; end - start]));
        }
    }
    for (at, choice) in stream.iter().enumerate().filter(|(_, choice)| **choice > 1) {
        steps.push(replaced(at, at + 1, &[choice / 2]));
        steps.push(replaced(at, at + 1, &[choice - 1]));
    }
    steps
}
