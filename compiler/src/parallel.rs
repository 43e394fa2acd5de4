//! The same work on many things at once. What comes out does not depend on how many processors there are, nor on which of them
//! does what: each thing is worked on alone, and results stand in the order of the things.

use std::sync::{Mutex, PoisonError};

use crate::ir::program::{Func, Program};

/// How many things a thread takes at a time, unless there are so few that some thread would wait for another at the end.
const BATCH: usize = 16;
/// Of those few, into how many parts they are shared.
const PARTS: usize = 64;
/// Fewer things are done sooner than another thread is woken.
const FEW: usize = 4;
/// Of the stack of a thread: what the first one usually has.
const STACK: usize = 8 << 20;

/// Does `work` with as many threads as there are processors: what it asks of `each` and the others is shared between them.
/// Without this, or if they cannot be had, all is done by the one that is there.
pub fn with_threads<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// How many threads there are beside this one.
fn helpers() -> usize {
    if rayon::current_thread_index().is_none() { 0 } else { rayon::current_num_threads() - 1 }
}

/// Does `work` with each of the things.
pub fn each<T: Send>(things: impl ExactSizeIterator<Item = T> + Send, work: impl Fn(T) + Sync) {
    let helpers = helpers();
    if helpers == 0 || things.len() < FEW {
        return things.for_each(work);
    }
    let batch = (things.len() / PARTS).clamp(1, BATCH);
    let left = Mutex::new(things);
    let take = || -> Vec<T> { left.lock().unwrap_or_else(PoisonError::into_inner).by_ref().take(batch).collect() };
    let run = || {
        for batch in std::iter::repeat_with(take).take_while(|batch| !batch.is_empty()) {
            batch.into_iter().for_each(&work);
        }
    };
    rayon::scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| run());
        }
        run();
    });
}

/// What `work` gives for each of the things, in their order.
pub fn map<T: Send, R: Send>(things: impl ExactSizeIterator<Item = T> + Send, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let mut results: Vec<Option<R>> = std::iter::repeat_with(|| None).take(things.len()).collect();
    each(things.zip(&mut results), |(thing, result)| *result = Some(work(thing)));
    results.into_iter().flatten().collect()
}

/// Does two things that do not depend on each other.
pub fn both<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    if helpers() == 0 { (one(), other()) } else { rayon::join(one, other) }
}

/// Does `work` with each function of a program.
pub fn functions(program: &mut Program, work: impl Fn(&mut Func) + Sync) {
    each(program.functions.iter_mut(), |f| f.iter_mut().for_each(&work));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_order() {
        let check = || {
            for count in [0, 1, FEW, 10_000] {
                let squares: Vec<usize> = map(0..count, |n| n * n);
                assert_eq!(squares, (0..count).map(|n| n * n).collect::<Vec<usize>>());
                assert_eq!(both(|| 1, || 2), (1, 2));
            }
        };
        check();
        with_threads(check);
    }
}
