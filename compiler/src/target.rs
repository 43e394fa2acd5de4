//! The targets: which engines the output is for.

use std::str::FromStr;

/// `portable` runs on every engine; the others use what their engines have, or (`luau`) make up for what they lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Portable,
    Lua54,
    Luajit,
    Luau,
}

impl Target {
    pub const ALL: [Target; 4] = [Target::Portable, Target::Lua54, Target::Luajit, Target::Luau];

    /// The name on the command line and in fragments' `If:` lines.
    pub fn name(self) -> &'static str {
        match self {
            Target::Portable => "portable",
            Target::Lua54 => "lua54",
            Target::Luajit => "luajit",
            Target::Luau => "luau",
        }
    }

    /// Whether sections of the runtime for `other` are for this target: Luau takes what is portable.
    pub fn takes(self, other: Target) -> bool {
        self == other || (self == Target::Luau && other == Target::Portable)
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Target::ALL.into_iter().find(|t| t.name() == name).ok_or_else(|| format!("unknown target '{name}'"))
    }
}
