//! The same work on many things at once. What comes out does not depend on how many processors there are, nor on which of them
//! does what: each thing is worked on alone, and results stand in the order of the things.

use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::ir::program::{Func, Program};

/// Less work than that of so many functions is done sooner than it pays to start a thread, for which hello world would take 1.2
/// times as long.
const LITTLE: usize = 1000;
/// How many things a thread takes at a time, unless there are so few that some thread would wait for another at the end.
const BATCH: usize = 16;
/// Of those few, into how many parts they are shared.
const PARTS: usize = 64;
/// Of the stack of a thread: what the first one usually has.
const STACK: usize = 8 << 20;

/// Does `work` with each of the things. `weight` is how much it is together: that of so many functions.
pub fn each<T: Send>(weight: usize, things: impl ExactSizeIterator<Item = T> + Send, work: impl Fn(T) + Sync) {
    let helpers = if weight < LITTLE { 0 } else { thread::available_parallelism().map_or(0, |n| n.get() - 1) };
    let batch = (things.len() / PARTS).clamp(1, BATCH);
    let left = Mutex::new(things);
    let take = || -> Vec<T> { left.lock().unwrap_or_else(PoisonError::into_inner).by_ref().take(batch).collect() };
    let run = || {
        for batch in std::iter::repeat_with(take).take_while(|batch| !batch.is_empty()) {
            batch.into_iter().for_each(&work);
        }
    };
    thread::scope(|scope| {
        for _ in 0..helpers {
            // Without a helper the others do its work.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        }
        run();
    });
}

/// What `work` gives for each of the things, in their order.
pub fn map<T: Send, R: Send>(
    weight: usize,
    things: impl ExactSizeIterator<Item = T> + Send,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let mut results: Vec<Option<R>> = std::iter::repeat_with(|| None).take(things.len()).collect();
    each(weight, things.zip(&mut results), |(thing, result)| *result = Some(work(thing)));
    results.into_iter().flatten().collect()
}

/// Does two things that do not depend on each other.
pub fn both<A: Send, B>(weight: usize, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    if weight < LITTLE {
        return (one(), other());
    }
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        let one = one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (one, other)
    })
}

/// Does `work` with each function of a program.
pub fn functions(program: &mut Program, work: impl Fn(&mut Func) + Sync) {
    each(program.functions.len(), program.functions.iter_mut(), |f| f.iter_mut().for_each(&work));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_order() {
        for count in [0, 1, LITTLE, 10 * LITTLE] {
            let squares: Vec<usize> = map(count, 0..count, |n| n * n);
            assert_eq!(squares, (0..count).map(|n| n * n).collect::<Vec<usize>>());
            assert_eq!(both(count, || 1, || 2), (1, 2));
        }
    }
}
