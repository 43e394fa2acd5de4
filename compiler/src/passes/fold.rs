//! Operations on constant ints. Only what comes out the same on every target is done: operands and results of 31 bits.

use crate::ir::program::Arg;

/// Factors up to this one have a product of 31 bits.
const FACTOR: i64 = 32767;

/// What a primitive gives for these operands; None: that is not known here.
pub fn run(name: &str, args: &[Arg]) -> Option<i32> {
    let [Arg::Int(a), Arg::Int(b)] = args else { return None };
    let (a, b) = (i64::from(*a), i64::from(*b));
    let natural = a >= 0 && b >= 0;
    let result = match name {
        "%int_add" => a + b,
        "%int_sub" => a - b,
        "%int_mul" if a.abs() <= FACTOR && b.abs() <= FACTOR => a * b,
        "%int_div" if b != 0 => a / b,
        "%int_mod" if b != 0 => a % b,
        "%int_and" => a & b,
        "%int_or" => a | b,
        "%int_xor" => a ^ b,
        "%int_asr" if (0..30).contains(&b) => a >> b,
        "%int_lsr" if natural && b < 30 => a >> b,
        "%int_eq" => i64::from(a == b),
        "%int_ne" => i64::from(a != b),
        "%int_lt" => i64::from(a < b),
        "%int_le" => i64::from(a <= b),
        "%int_gt" => i64::from(a > b),
        "%int_ge" => i64::from(a >= b),
        "%int_ult" if natural => i64::from(a < b),
        "%int_uge" if natural => i64::from(a >= b),
        _ => return None,
    };
    let fits = (-(1 << 30)..1 << 30).contains(&result);
    fits.then_some(result as i32)
}
