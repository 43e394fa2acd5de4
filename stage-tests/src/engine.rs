//! The Lua engines on this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lua_of_ocaml::target::Target;

use crate::target_folder;

/// One implementation of Lua, by the name of its command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    Lua51,
    Lua52,
    Lua53,
    Lua54,
    Lua55,
    Luajit,
    Luau,
}

impl Engine {
    /// The engines that a complete run needs.
    pub const ALL: [Engine; 7] =
        [Engine::Lua51, Engine::Lua52, Engine::Lua53, Engine::Lua54, Engine::Lua55, Engine::Luajit, Engine::Luau];

    pub fn name(self) -> &'static str {
        match self {
            Engine::Lua51 => "lua5.1",
            Engine::Lua52 => "lua5.2",
            Engine::Lua53 => "lua5.3",
            Engine::Lua54 => "lua5.4",
            Engine::Lua55 => "lua5.5",
            Engine::Luajit => "luajit",
            Engine::Luau => "luau",
        }
    }

    /// The command's file: two engines are built by `scripts/runners`.
    fn program(self) -> PathBuf {
        let runners = target_folder().join("runners/release");
        match self {
            Engine::Lua55 => runners.join("lua55"),
            Engine::Luau => runners.join("luau"),
            _ => PathBuf::from(self.name()),
        }
    }

    /// The engine of that name.
    pub fn named(name: &str) -> Result<Engine, String> {
        Engine::ALL.into_iter().find(|engine| engine.name() == name).ok_or_else(|| format!("unknown engine '{name}'"))
    }

    /// The target that is for this engine in particular.
    pub fn target(self) -> Target {
        match self {
            Engine::Lua51 | Engine::Lua52 => Target::Portable,
            Engine::Lua53 | Engine::Lua54 | Engine::Lua55 => Target::Lua54,
            Engine::Luajit => Target::Luajit,
            Engine::Luau => Target::Luau,
        }
    }

    pub fn is_installed(self) -> bool {
        let version =
            Command::new(self.program()).arg("-v").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    }

    /// The command that runs `script`.
    pub fn command(self, script: &Path) -> Command {
        let mut command = Command::new(self.program());
        command.arg(script);
        command
    }

    /// The same where the script is given files, its standard streams and an exit code: only Luau has none of itself.
    pub fn hosted_command(self, script: &Path) -> Command {
        let mut command = Command::new(self.program());
        command.args((self == Engine::Luau).then_some("--host")).arg(script);
        command
    }

    /// The engines to run tests on, and whether each is installed.
    pub fn to_test() -> Vec<(Engine, bool)> {
        Engine::ALL.into_iter().map(|engine| (engine, engine.is_installed())).collect()
    }

    /// The quickest engine that is installed.
    pub fn quickest() -> Option<Engine> {
        [Engine::Luajit, Engine::Lua54, Engine::Lua55, Engine::Lua53, Engine::Lua52, Engine::Lua51]
            .into_iter()
            .find(|engine| engine.is_installed())
    }
}
