//! The runtime is part of the compiler: a change of it is a change of the crate.

fn main() {
    println!("cargo:rerun-if-changed=../runtime/lua");
}
