//! The arithmetic of ranges of ints. A bound is a whole number of at most `limit`, or one of two steps beyond: not the greatest int, or any
//! (and so downwards). Bounds are floats, as the compiler itself may run where ints have 32 bits: beyond 2^53 they are rounded, so
//! `limit` leaves room, and nothing is decided by comparing such bounds.

use crate::target::Target;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub low: f64,
    pub high: f64,
}

/// What the ints of a target can hold.
#[derive(Clone, Copy, Debug)]
pub struct Ints {
    /// Sums of two such bounds are ints.
    pub limit: f64,
    pub but_one: f64,
    pub any: f64,
    /// Bounds up to this one are exact.
    pub exact: f64,
    /// What steps of 1 reach within months, if that is less than `limit`.
    pub count: Option<f64>,
    /// The length of the longest string.
    pub string: f64,
    pub bits: i32,
}

/// The size of the largest block, in words of which one is the header. A string of 32-bit words is that long, without its last byte.
pub const SIZE: f64 = 268_435_456.0;

impl Ints {
    pub fn of(target: Target) -> Ints {
        match target {
            Target::Lua54 => {
                let limit = power(60);
                let (exact, count, string) = (power(53), Some(power(52)), power(47));
                Ints { limit, but_one: 2.0 * limit, any: 4.0 * limit, exact, count, string, bits: 63 }
            }
            Target::Portable | Target::Luajit | Target::Luau => {
                let limit = power(30) - 1.0;
                let string = 4.0 * (SIZE - 1.0) - 1.0;
                Ints { limit, but_one: limit + 1.0, any: limit + 2.0, exact: limit, count: None, string, bits: 32 }
            }
        }
    }

    pub fn full(self) -> Range {
        Range { low: -self.any, high: self.any }
    }

    pub fn range(self, low: f64, high: f64) -> Range {
        Range { low: low.min(self.limit), high: high.max(-self.limit) }
    }

    pub fn constant(self, n: i32) -> Range {
        let n = f64::from(n);
        Range { low: n.clamp(-self.but_one, self.limit), high: n.clamp(-self.limit, self.but_one) }
    }

    /// The upper bound of a sum, and whether it is one of an int.
    pub fn sum_high(self, a: f64, b: f64) -> (f64, bool) {
        let (small, great) = (a.min(b), a.max(b));
        if great <= self.limit {
            let sum = small + great;
            return (if sum > self.limit { self.but_one } else { sum }, true);
        }
        if small < 0.0 || (small == 0.0 && great == self.but_one) {
            (self.but_one, true)
        } else if small == 0.0 || (small == 1.0 && great == self.but_one) {
            (self.any, true)
        } else {
            (self.any, false)
        }
    }

    pub fn sum_low(self, a: f64, b: f64) -> (f64, bool) {
        let (bound, safe) = self.sum_high(-a, -b);
        (-bound, safe)
    }

    /// The greatest number less than a bound.
    pub fn below(self, bound: f64) -> f64 {
        if bound > self.limit { self.but_one } else { (bound - 1.0).max(-self.limit) }
    }

    /// A sum, and whether it cannot overflow.
    pub fn add(self, a: Range, b: Range) -> (Range, bool) {
        let ((high, over), (low, under)) = (self.sum_high(a.high, b.high), self.sum_low(a.low, b.low));
        if over && under { (self.range(low, high), true) } else { (self.full(), false) }
    }

    pub fn subtract(self, a: Range, b: Range) -> (Range, bool) {
        // The opposite of the least int is none, that of the next one the greatest.
        let (high, over) = match b.low {
            low if low == -self.any => (self.any, a.high < 0.0),
            low if low == -self.but_one => self.sum_high(a.high, self.any),
            low => self.sum_high(a.high, -low),
        };
        let (low, under) = self.sum_low(a.low, -(b.high.min(self.but_one)));
        if over && under { (self.range(low, high), true) } else { (self.full(), false) }
    }

    /// A product, and whether it is one of natural numbers that cannot overflow.
    pub fn multiply(self, a: Range, b: Range) -> (Range, bool) {
        let size = |r: Range| if r.low < -self.limit || r.high > self.limit { self.any } else { r.high.max(-r.low) };
        let (m, n) = (size(a), size(b));
        if m > self.limit || n > self.limit || m * n > self.limit {
            (self.full(), false)
        } else if a.low >= 0.0 && b.low >= 0.0 {
            (Range { low: a.low * b.low, high: m * n }, true)
        } else {
            (Range { low: -(m * n), high: m * n }, false)
        }
    }

    /// The greatest result of a logical shift to the right, which is the greatest int after one by 1.
    pub fn shifted(self, n: i32) -> f64 {
        if n == 1 { self.any } else { (power(self.bits - n) - 1.0).min(self.but_one) }
    }

    /// Is all of `a` less than all of `b`?
    pub fn less(self, a: Range, b: Range) -> bool {
        a.high <= self.exact && b.low >= -self.exact && a.high < b.low
    }

    pub fn at_most(self, a: Range, b: Range) -> bool {
        a.high <= self.exact && b.low >= -self.exact && a.high <= b.low
    }
}

pub fn join(a: Range, b: Range) -> Range {
    Range { low: a.low.min(b.low), high: a.high.max(b.high) }
}

/// 2 to the `n`.
pub fn power(n: i32) -> f64 {
    (0..n).fold(1.0, |power, _| 2.0 * power)
}

/// The next number of the form 2^n - 1.
pub fn mask(n: f64) -> f64 {
    let mut m = 1.0;
    while m <= n {
        m *= 2.0;
    }
    m - 1.0
}
