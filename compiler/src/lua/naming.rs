//! What functions and primitives are called where Lua names them.

use super::literal;
use super::lua_text::Style;
use crate::ir::program::Func;

/// `F.List_map`, or `F[12]` in the compact style.
pub fn function_place(style: Style, func: &Func) -> String {
    if style == Style::Compact { format!("F[{}]", func.id) } else { format!("F.{}", func.name) }
}

/// `List_map`, or `F12` in the compact style: the local of its group that a function is, if its name is like none of OCaml's variables
/// and none of the chunk's locals.
pub fn local_name(style: Style, func: &Func) -> Option<String> {
    let apart = func.name.starts_with(|c: char| c.is_ascii_uppercase()) && func.name.contains('_');
    match style {
        Style::Compact => Some(format!("F{}", func.id)),
        Style::Readable | Style::Pretty => apart.then(|| func.name.clone()),
    }
}

/// `P.name`, or `P["%name"]` when it is not an identifier.
pub fn primitive_place(name: &str) -> String {
    let identifier =
        !name.is_empty() && !name.as_bytes()[0].is_ascii_digit() && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    if identifier { format!("P.{name}") } else { format!("P[{}]", literal::string(name.as_bytes())) }
}
