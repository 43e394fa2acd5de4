//! How the commands of this project use their allocator, mimalloc.

/// mimalloc's option `purge_delay`, which libmimalloc-sys has no name for: its place in `mi_option_e` of mimalloc 2.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// What is freed from now on stays with the process, which ends soon: pages that were given back would be cleared again for the next
/// pass, and come back as small ones where the system has given large ones. To be called first in `main`: no other thread may run.
pub fn keep_freed_memory() {
    // SAFETY: it sets a number that mimalloc reads, and no other thread has been started.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, -1) };
}
