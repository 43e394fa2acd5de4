//! The targets: which engines the output is for.

use std::str::FromStr;

/// `portable` runs on every engine; the others use what their engines have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Portable,
    Lua54,
    Luajit,
}

impl Target {
    pub const ALL: [Target; 3] = [Target::Portable, Target::Lua54, Target::Luajit];

    /// The name on the command line and in fragments' `If:` lines.
    pub fn name(self) -> &'static str {
        match self {
            Target::Portable => "portable",
            Target::Lua54 => "lua54",
            Target::Luajit => "luajit",
        }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Target::ALL.into_iter().find(|t| t.name() == name).ok_or_else(|| format!("unknown target '{name}'"))
    }
}
