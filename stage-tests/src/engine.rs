//! The Lua engines on this machine.

use std::path::Path;
use std::process::{Command, Stdio};

use lua_of_ocaml::target::Target;

/// One implementation of Lua, by the name of its command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    Lua51,
    Lua52,
    Lua53,
    Lua54,
    Lua55,
    Luajit,
}

impl Engine {
    pub const ALL: [Engine; 6] = [Engine::Lua51, Engine::Lua52, Engine::Lua53, Engine::Lua54, Engine::Lua55, Engine::Luajit];

    /// The engines that a complete run needs. The others are tested where they are installed.
    pub const REQUIRED: [Engine; 4] = [Engine::Lua51, Engine::Lua53, Engine::Lua54, Engine::Luajit];

    pub fn name(self) -> &'static str {
        match self {
            Engine::Lua51 => "lua5.1",
            Engine::Lua52 => "lua5.2",
            Engine::Lua53 => "lua5.3",
            Engine::Lua54 => "lua5.4",
            Engine::Lua55 => "lua5.5",
            Engine::Luajit => "luajit",
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
        }
    }

    pub fn is_installed(self) -> bool {
        let version =
            Command::new(self.name()).arg("-v").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    }

    /// The command that runs `script`.
    pub fn command(self, script: &Path) -> Command {
        let mut command = Command::new(self.name());
        command.arg(script);
        command
    }

    /// The engines to run tests on, and whether each is installed: all that are required, and others that are here.
    pub fn to_test() -> Vec<(Engine, bool)> {
        let all = Engine::ALL.into_iter().map(|engine| (engine, engine.is_installed()));
        all.filter(|(engine, installed)| *installed || Engine::REQUIRED.contains(engine)).collect()
    }

    /// The quickest engine that is installed.
    pub fn quickest() -> Option<Engine> {
        [Engine::Luajit, Engine::Lua54, Engine::Lua55, Engine::Lua53, Engine::Lua52, Engine::Lua51]
            .into_iter()
            .find(|engine| engine.is_installed())
    }
}
