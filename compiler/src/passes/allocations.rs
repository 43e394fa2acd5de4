//! What allocates, and how much, as ocamlrun does: in the programs that ask for it `ssa` puts an event after each allocation,
//! `%allocated` with its words, header included, and under `Gc.Memprof` `%sampled` with the value too.

use smallvec::smallvec;

use crate::ir::program::{Arg, Args, Block, Func, Instr, Program, Var};
use crate::parallel;

/// What a program wants to know of its allocations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    Nothing,
    /// How many words there are.
    Words,
    /// Samples of the values.
    Values,
}

/// The words of an allocation.
#[derive(Clone, Copy)]
pub enum Size {
    Words(usize),
    /// Those of the value, if it was allocated.
    Value,
    /// A float, if this array is one of floats.
    Element(Var),
}

/// What tells a program how much it allocates, or has functions called at allocations.
const COUNTERS: [&str; 4] =
    ["caml_gc_minor_words", "caml_gc_counters", "caml_final_register", "caml_final_register_called_without_value"];
/// What gives it samples.
const SAMPLER: &str = "caml_memprof_start";

/// Primitives whose result is of a size that is only known when the program runs.
const VALUES: &str = "caml_make_vect caml_array_make caml_make_float_vect caml_floatarray_create caml_array_create_float \
    caml_array_sub caml_array_append caml_array_concat caml_create_bytes caml_ba_create caml_ba_get_1 caml_ba_get_2 \
    caml_ba_get_3 caml_obj_block caml_obj_dup caml_obj_with_tag caml_alloc_dummy caml_format_int \
    caml_format_float caml_hexstring_of_float caml_int32_format caml_int64_format caml_nativeint_format";
/// Those that give an element of any array.
const ELEMENTS: &str = "caml_array_get caml_array_unsafe_get";
/// Those that give a float, and what stands between `caml_` and `_float` in the names of others.
const FLOATS: &str = "caml_float_of_int caml_float_of_string caml_int32_to_float caml_int64_to_float caml_nativeint_to_float \
    caml_int32_float_of_bits caml_int64_float_of_bits caml_floatarray_get caml_floatarray_unsafe_get caml_sys_time \
    caml_gc_minor_words unix_gettimeofday caml_unix_gettimeofday";
const FLOAT_OPERATIONS: &str = "abs acos acosh add asin asinh atan atan2 atanh cbrt ceil copysign cos cosh div erf erfc exp exp2 \
    expm1 floor fma fmod hypot ldexp log log10 log1p log2 mul neg nextafter power round sin sinh sqrt sub tan tanh trunc";
/// What follows on `caml_int32_` and so on in the names of those that give such a value, and others.
const BOXED_OPERATIONS: &str = "add and bits_of_float bswap div mod mul neg of_float of_int of_int32 of_nativeint of_string or \
    shift_left shift_right shift_right_unsigned sub to_int32 to_nativeint xor";
const BOXED: &str =
    "caml_string_get32 caml_string_get64 caml_bytes_get32 caml_bytes_get64 caml_ba_uint8_get32 caml_ba_uint8_get64";

fn is_in(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|n| n == name)
}

/// Of the program that calls these primitives.
pub fn watch<'a>(primitives: impl Iterator<Item = &'a str>) -> Watch {
    let mut watch = Watch::Nothing;
    for name in primitives {
        if name == SAMPLER {
            return Watch::Values;
        }
        if COUNTERS.contains(&name) {
            watch = Watch::Words;
        }
    }
    watch
}

/// What a primitive allocates for its result.
pub fn primitive(name: &str, args: &[Arg]) -> Option<Size> {
    let float = |n: &str| n.strip_suffix("_float").is_some_and(|n| is_in(FLOAT_OPERATIONS, n));
    let after = |prefix: &str| name.strip_prefix(prefix);
    let boxed = after("caml_int32_").or(after("caml_int64_")).or(after("caml_nativeint_"));
    match (name, args.first()) {
        ("caml_gc_counters", _) => Some(Size::Words(10)),
        ("caml_frexp_float", _) => Some(Size::Words(5)),
        ("caml_modf_float", _) => Some(Size::Words(7)),
        (_, Some(Arg::Var(array))) if is_in(ELEMENTS, name) => Some(Size::Element(*array)),
        _ if is_in(VALUES, name) => Some(Size::Value),
        _ if is_in(FLOATS, name) || after("caml_").is_some_and(float) => Some(Size::Words(2)),
        _ if is_in(BOXED, name) || boxed.is_some_and(|n| is_in(BOXED_OPERATIONS, n)) => Some(Size::Words(3)),
        _ => None,
    }
}

fn is_event(instr: &Instr) -> bool {
    let Instr::Prim { name, .. } = instr else { return false };
    matches!(&**name, "%allocated" | "%allocated_value" | "%allocated_element" | "%sampled")
}

/// Takes the events away again where `known_calls` has found that the program never asks for them.
pub fn drop_unwatched(program: &mut Program) {
    let all = |f: &Option<Func>, is: fn(&Instr) -> bool| f.iter().flat_map(|f| &f.blocks).flat_map(|b| &b.body).any(is);
    let watches = |i: &Instr| matches!(i, Instr::Prim { name, .. } if watch([&**name].into_iter()) != Watch::Nothing);
    let found = parallel::map(program.functions.iter(), |f| (all(f, is_event), all(f, watches)));
    if found.iter().any(|(has_events, _)| *has_events) && !found.iter().any(|(_, watches)| *watches) {
        parallel::functions(program, |f| f.blocks.iter_mut().for_each(drop_events));
    }
}

/// Takes the events out of a block, and the places that stand before them.
fn drop_events(block: &mut Block) {
    let events: Vec<bool> = block.body.iter().map(is_event).collect();
    let mut at = 0;
    block.body.retain(|instr| {
        at += 1;
        let is_place = matches!(instr, Instr::Prim { name, .. } if name == "%place");
        let goes = events[at - 1] || (is_place && events.get(at) == Some(&true));
        !goes
    });
}

/// Name and arguments of the event of an allocation.
pub fn event(watch: Watch, v: Arg, size: Size) -> (&'static str, Args) {
    match size {
        Size::Words(n) if watch == Watch::Values => ("%sampled", smallvec![v, Arg::Int(n as i32)]),
        Size::Words(n) => ("%allocated", smallvec![Arg::Int(n as i32)]),
        Size::Value => ("%allocated_value", smallvec![v]),
        Size::Element(array) => ("%allocated_element", smallvec![v, Arg::Var(array)]),
    }
}
