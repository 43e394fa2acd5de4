//! Constants as Lua text.

use crate::error::{Error, Result};
use crate::link::fragment::Table;
use crate::lua::template::Form;
use crate::target::Target;

/// A string in quotes; everything but printable ASCII as three digits.
pub fn string(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for &b in bytes {
        match b {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(b as char);
            }
            b'\n' => text.push_str("\\n"),
            32..=126 => text.push(b as char),
            _ => {
                text.push('\\');
                text.push((b'0' + b / 100) as char);
                text.push((b'0' + b / 10 % 10) as char);
                text.push((b'0' + b % 10) as char);
            }
        }
    }
    text.push('"');
    text
}

/// The text of a file: between long brackets, as it is, where Lua reads the same bytes there.
pub fn text(bytes: &[u8]) -> String {
    let plain = bytes.iter().all(|&c| c == b'\n' || (b' '..=b'~').contains(&c));
    match std::str::from_utf8(bytes) {
        Ok(text) if plain && text.contains('\n') => {
            let mut equals = String::new();
            loop {
                let close = format!("]{equals}]");
                let rest = format!("{text}{close}");
                if rest.find(&close) == Some(text.len()) {
                    return format!("[{equals}[\n{rest}");
                }
                equals.push('=');
            }
        }
        _ => string(bytes),
    }
}

/// How a double is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Float {
    Number(String),
    /// A primitive without arguments whose template gives it.
    Special(&'static str),
}

/// The decimal text of `d.ddd × 10^exponent`.
fn layout(negative: bool, digits: &str, exponent: i32) -> String {
    let mut text = String::new();
    if negative {
        text.push('-');
    }
    let n = digits.len() as i32;
    if (0..17).contains(&exponent) {
        for i in 0..(exponent + 1).max(n) {
            if i == exponent + 1 {
                text.push('.');
            }
            text.push(if i < n { digits.as_bytes()[i as usize] as char } else { '0' });
        }
        if n <= exponent + 1 {
            text.push_str(".0");
        }
    } else if (-5..0).contains(&exponent) {
        text.push_str("0.");
        for _ in 0..(-1 - exponent) {
            text.push('0');
        }
        text.push_str(digits);
    } else {
        text.push_str(&digits[..1]);
        if n > 1 {
            text.push('.');
            text.push_str(&digits[1..]);
        }
        text.push('e');
        text.push_str(&exponent.to_string());
    }
    text
}

/// 17 significant digits, exactly rounded, without trailing zeros, always with a point or an exponent.
pub fn float(bits: [u8; 8]) -> Float {
    let value = f64::from_bits(u64::from_be_bytes(bits));
    if value.is_nan() {
        return Float::Special("%nan");
    }
    if value.is_infinite() {
        return Float::Special(if value < 0.0 { "%neg_infinity" } else { "%infinity" });
    }
    if value == 0.0 {
        return if value.is_sign_negative() { Float::Special("%negative_zero") } else { Float::Number("0.0".into()) };
    }
    let text = format!("{:.16e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    Float::Number(layout(value < 0.0, digits.trim_end_matches('0'), exponent))
}

/// For people: the number, `inf`, `-inf` or `nan`.
pub fn float_text(bits: &[u8; 8]) -> String {
    match float(*bits) {
        Float::Number(text) => text,
        Float::Special("%infinity") => "inf".into(),
        Float::Special("%neg_infinity") => "-inf".into(),
        Float::Special("%nan") => "nan".into(),
        Float::Special(_) => "-0.0".into(),
    }
}

/// As a Lua expression, by the runtime's templates where Lua has no numeral.
pub fn double(table: &Table, bits: &[u8; 8]) -> Result<String> {
    match float(*bits) {
        Float::Number(text) => Ok(text),
        Float::Special(name) => match table.find(name).map(|section| &section.form) {
            Some(Form::Inline(template)) => Ok(template.expand(None, &[])?.text),
            _ => Err(Error::other(format!("the runtime has no template for {name}"))),
        },
    }
}

/// An integer of more than 31 bits as the target has it.
pub fn wide(target: Target, value: i64) -> i64 {
    match target {
        Target::Lua54 => value,
        Target::Portable | Target::Luajit | Target::Luau => i64::from(value as i32),
    }
}
