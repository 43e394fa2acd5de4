//! Ints and conditions.
//!
//! In programs for 32 bits every result that may be larger is brought back by `w`, except inside sums and products that `w` then
//! brings back as a whole, and where bounds show that it fits.

use super::generate::{Generator, Kind};
use super::types::Ty;

const INTS: [i64; 24] = [
    0,
    1,
    2,
    -1,
    3,
    10,
    7,
    -7,
    31,
    32,
    255,
    256,
    -128,
    1000,
    46341,
    65535,
    65536,
    1_000_000,
    0x3fff_ffff,
    0x4000_0000,
    -0x4000_0000,
    0x7fff_ffff,
    -0x8000_0000,
    -0x7fff_ffff,
];

const WIDE_INTS: [i64; 12] = [
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    -0x8000_0001,
    (1 << 53) - 1,
    1 << 53,
    (1 << 53) + 1,
    1 << 61,
    (1 << 62) - 1,
    -(1 << 62),
    0x123_4567_89ab_cdef,
    -0x123_4567_89ab_cdef,
];

/// Larger bounds than this are not followed.
const BOUND: i64 = 1 << 30;

fn literal(value: i64) -> String {
    if value < 0 { format!("({value})") } else { value.to_string() }
}

impl Generator {
    pub fn int_literal(&mut self) -> String {
        if self.mode.wide && self.choices.chance(1, 3) {
            return literal(*self.choices.pick(&WIDE_INTS));
        }
        literal(*self.choices.pick(&INTS))
    }

    fn any_int(&mut self, depth: usize) -> String {
        self.expr(&Ty::con("int"), depth)
    }

    /// `text` brought back to 32 bits where that may be needed.
    pub fn wrapped(&self, text: String) -> String {
        if self.mode.wide { text } else { format!("(w {text})") }
    }

    pub fn int(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf(&Ty::con("int"));
        }
        match self.choices.weighted(&[(2, 0), (6, 1), (4, 2), (2, 3), (2, 4), (1, 5), (1, 6)]) {
            1 => {
                let sum = self.ring(depth);
                self.wrapped(sum)
            }
            2 => self.bounded(depth).0,
            3 => {
                let (a, mut b) = (self.any_int(depth - 1), self.any_int(depth - 1));
                if self.choices.chance(2, 3) {
                    b = format!("({b} lor 1)");
                }
                if self.choices.chance(1, 2) { format!("({a} mod {b})") } else { self.wrapped(format!("({a} / {b})")) }
            }
            4 => self.shift(depth),
            5 => format!("(int_of_float (number (mod_float {} 1e6)))", self.expr(&Ty::con("float"), depth - 1)),
            6 => {
                // A loop whose counter is a local reference.
                let counter = self.bind("n", &Ty::of("ref", Ty::con("int")));
                let condition = self.boolean(depth - 1);
                let step = self.expr(&Ty::con("unit"), depth - 1);
                self.scope.retain(|variable| variable.name != counter);
                format!(
                    "(let {counter} = ref 0 in while tick (); !{counter} < 5 && {condition} do incr {counter}; {step} done; !{counter})"
                )
            }
            _ => self.leaf(&Ty::con("int")),
        }
    }

    /// Operations that commute with taking the low bits of the result.
    fn ring(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf(&Ty::con("int"));
        }
        let operator = *self.choices.pick(&["", "+", "-", "*", "land", "lor", "lxor", "lsl", "neg", "lnot"]);
        match operator {
            "" => self.any_int(depth - 1),
            "neg" => format!("(- {})", self.ring(depth - 1)),
            "lnot" => format!("(lnot {})", self.ring(depth - 1)),
            "lsl" => format!("({} lsl {})", self.ring(depth - 1), self.choices.below(if self.mode.wide { 63 } else { 32 })),
            _ => {
                let a = self.ring(depth - 1);
                format!("({a} {operator} {})", self.ring(depth - 1))
            }
        }
    }

    fn shift(&mut self, depth: usize) -> String {
        let a = self.any_int(depth - 1);
        let by = if self.choices.chance(1, 3) {
            format!("({} land 31)", self.any_int(depth - 1))
        } else {
            self.choices.below(if self.mode.wide { 63 } else { 32 }).to_string()
        };
        match self.choices.below(3) {
            0 => format!("({a} asr {by})"),
            1 if self.mode.wide => format!("({a} lsr {by})"),
            1 => format!("(lsr32 {a} {by})"),
            _ => self.wrapped(format!("({a} lsl {by})")),
        }
    }

    /// An int without `w`, and what it lies between.
    fn bounded(&mut self, depth: usize) -> (String, i64, i64) {
        let depth = depth.saturating_sub(1);
        let choice = if depth == 0 { 0 } else { self.choices.below(8) };
        match choice {
            1 => {
                let mask = *self.choices.pick(&[7, 255, 1, 0xffff, 0x3ff, 12]);
                (format!("({} land {mask})", self.any_int(depth)), 0, mask)
            }
            2 => (format!("(Char.code {})", self.expr(&Ty::con("char"), depth)), 0, 255),
            3 => (format!("(min 999 (String.length {}))", self.expr(&Ty::con("string"), depth)), 0, 999),
            4 => {
                let (a, low, high) = self.bounded(depth);
                let by = 1 + self.choices.below(12) as i64;
                match self.choices.below(4) {
                    0 => (format!("({a} / {by})"), low / by, high / by),
                    1 => (format!("({a} mod {by})"), low.max(-by).min(0), high.min(by).max(0)),
                    2 => (format!("({a} asr {by})"), low >> by, high >> by),
                    _ if low >= 0 => (format!("({a} lsr {by})"), low >> by, high >> by),
                    _ => (a, low, high),
                }
            }
            5 | 6 => {
                let ((a, low, high), (b, other_low, other_high)) = (self.bounded(depth), self.bounded(depth));
                let corners = [low * other_low, low * other_high, high * other_low, high * other_high];
                let (operator, low, high) = match self.choices.below(3) {
                    0 => ("+", low + other_low, high + other_high),
                    1 => ("-", low - other_high, high - other_low),
                    _ => ("*", corners.into_iter().min().unwrap_or(0), corners.into_iter().max().unwrap_or(0)),
                };
                if low < -BOUND || high > BOUND {
                    (b, other_low, other_high)
                } else {
                    (format!("({a} {operator} {b})"), low, high)
                }
            }
            7 => {
                let condition = self.boolean(depth);
                let ((a, low, high), (b, other_low, other_high)) = (self.bounded(depth), self.bounded(depth));
                (format!("(if {condition} then {a} else {b})"), low.min(other_low), high.max(other_high))
            }
            _ => {
                let value = *self.choices.pick(&[0, 1, 2, 3, 5, 10, -1, -8, 100, 4096]);
                (literal(value), value, value)
            }
        }
    }

    /// An int that is good as an index or a length.
    pub fn index(&mut self, depth: usize) -> String {
        if depth == 0 || self.choices.chance(2, 3) {
            return self.leaf(&Ty::con("idx"));
        }
        format!("({} land 7)", self.any_int(depth - 1))
    }

    pub fn boolean(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf(&Ty::con("bool"));
        }
        match self.choices.below(5) {
            1 => {
                let operator = *self.choices.pick(&["=", "<", "<=", ">", ">=", "<>", "==", "!="]);
                let a = self.any_int(depth - 1);
                format!("({a} {operator} {})", self.any_int(depth - 1))
            }
            2 => {
                let operator = *self.choices.pick(&["&&", "||"]);
                let a = self.boolean(depth - 1);
                format!("({a} {operator} {})", self.boolean(depth - 1))
            }
            3 => format!("(not {})", self.boolean(depth - 1)),
            4 => {
                let ty = self.used_type(Kind::Data);
                let operator = *self.choices.pick(&["=", "<", "<=", ">", ">=", "<>"]);
                let a = self.expr(&ty, depth - 1);
                format!("({a} {operator} {})", self.expr(&ty, depth - 1))
            }
            _ => self.leaf(&Ty::con("bool")),
        }
    }
}
