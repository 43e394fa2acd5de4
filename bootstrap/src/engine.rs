//! What can run a compiler: the Rust library, a Lua engine, or OCaml's own interpreter.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};

/// The hidden sub-command of the Rust compiler.
pub const RUST: &str = "stage-by-rust";

/// The hidden sub-command of the embedded Lua.
pub const MLUA: &str = "stage-by-mlua";

/// The folder in which a compiler finds and embeds the runtime's fragments.
pub const RUNTIME: &str = "/static/runtime/lua";

/// The commands that `--engine all` looks for, besides the embedded engine.
const KNOWN: [&str; 7] = ["lua5.1", "lua5.2", "lua5.3", "lua5.4", "lua5.5", "luajit", LUAU];

/// Luau has files only from its host, and a command of that name from elsewhere has none: this is always our own.
const LUAU: &str = "luau";

/// One engine. Its name stands in manifests and is the name of its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The library `lua_of_ocaml`: stage 1.
    Rust,
    /// Lua 5.4, part of this program.
    Mlua,
    /// A Lua interpreter on the PATH, or a path to one.
    Lua(String),
    /// OCaml's bytecode interpreter: the witness.
    Ocamlrun,
}

impl Engine {
    /// The engine of stages 2, 3, … that a name on the command line means.
    pub fn for_stages(name: &str) -> Engine {
        match name {
            "mlua" => Engine::Mlua,
            _ => Engine::Lua(name.to_string()),
        }
    }

    /// The embedded engine and all known ones on the PATH.
    pub fn all() -> Vec<Engine> {
        let found = KNOWN.into_iter().filter(|name| locate(name).is_some());
        std::iter::once(Engine::Mlua).chain(found.map(|name| Engine::Lua(name.to_string()))).collect()
    }

    /// The known engines that are not here.
    pub fn missing() -> Vec<&'static str> {
        KNOWN.into_iter().filter(|name| locate(name).is_none()).collect()
    }

    pub fn name(&self) -> &str {
        match self {
            Engine::Rust => "rust",
            Engine::Mlua => "mlua",
            Engine::Lua(command) => command,
            Engine::Ocamlrun => "ocamlrun",
        }
    }

    /// The engine's name as a folder's.
    pub fn folder(&self) -> String {
        self.name().replace('/', "_")
    }

    /// What the engine says its version is; an error if there is no such engine.
    pub fn version(&self) -> Result<String> {
        match self {
            Engine::Rust => Ok(format!("lua_of_ocaml {}", env!("CARGO_PKG_VERSION"))),
            Engine::Mlua => {
                let version = mlua::Lua::new().globals().get::<String>("_VERSION");
                version.map_err(|error| Error::Stage(format!("the embedded Lua does not start: {error}")))
            }
            // "Lua 5.4.6  Copyright (C) …", "LuaJIT 2.1.1703358377 -- Copyright …"
            Engine::Lua(name) => {
                Ok(first_line(&lua(name), "-v")?.split("Copyright").next().unwrap_or("").trim_end_matches([' ', '-']).to_string())
            }
            // "The OCaml runtime, version 4.13.1"
            Engine::Ocamlrun => Ok(first_line(Path::new("ocamlrun"), "-version")?
                .rsplit(' ')
                .next()
                .map(|v| format!("OCaml {v}"))
                .unwrap_or_default()),
        }
    }

    /// The command that runs `compiler` on this engine, without the compiler's own arguments.
    pub fn command(&self, compiler: &Path) -> Result<Command> {
        let this = || std::env::current_exe().map_err(|error| Error::Stage(format!("cannot find this program: {error}")));
        Ok(match self {
            Engine::Rust => {
                let mut command = Command::new(this()?);
                command.arg(RUST);
                command
            }
            Engine::Mlua => {
                let mut command = Command::new(this()?);
                command.arg(MLUA).arg(compiler);
                command
            }
            Engine::Lua(name) => {
                let mut command = Command::new(lua(name));
                command.args((name == LUAU).then_some("--host")).arg(compiler);
                command
            }
            Engine::Ocamlrun => {
                let mut command = Command::new("ocamlrun");
                command.arg(compiler);
                command
            }
        })
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The first line that a command prints; Lua 5.1 prints its version on standard error.
fn first_line(command: &Path, flag: &str) -> Result<String> {
    let shown = command.display();
    let output =
        Command::new(command).arg(flag).output().map_err(|reason| Error::Stage(format!("cannot run {shown}: {reason}")))?;
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    let text = String::from_utf8_lossy(&text);
    match text.lines().next() {
        Some(line) if output.status.success() => Ok(line.trim().to_string()),
        _ => Err(Error::Stage(format!("{shown} {flag} does not tell a version"))),
    }
}

/// Where on the PATH a command is.
pub fn find(command: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(command)).find(|file| file.is_file())
}

/// Where a Lua interpreter is: on the PATH, or one that `scripts/runners` built beside this program.
fn locate(name: &str) -> Option<PathBuf> {
    let built = |file: &str| {
        let this = std::env::current_exe().ok()?;
        this.ancestors().map(|folder| folder.join("runners/release").join(file)).find(|file| file.is_file())
    };
    match name {
        "lua5.5" => find(name).or_else(|| built("lua55")),
        LUAU => built(LUAU),
        _ => find(name),
    }
}

/// The file of an interpreter that a name or path means.
fn lua(name: &str) -> PathBuf {
    locate(name).unwrap_or_else(|| PathBuf::from(name))
}
