//! OCaml's own tools: they compile the programs to bytecode and say what they print.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::process::tool;

/// One installation of OCaml.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The folder of its commands; none: they are on the search path.
    bin: Option<PathBuf>,
    /// As `4.13.1`.
    pub version: String,
}

impl Toolchain {
    /// The `ocamlc` of the search path.
    pub fn default_one() -> Option<Toolchain> {
        Toolchain::find(None)
    }

    /// An OCaml 5: that of the search path, or the one in the folder that `OCAML5_BIN` names.
    pub fn five() -> Option<Toolchain> {
        let here = Toolchain::find(None).filter(|toolchain| toolchain.major() >= 5);
        here.or_else(|| Toolchain::find(Some(PathBuf::from(std::env::var_os("OCAML5_BIN")?))))
    }

    /// The OCaml whose commands are in that folder.
    pub fn at(bin: &Path) -> Option<Toolchain> {
        Toolchain::find(Some(bin.to_path_buf()))
    }

    fn find(bin: Option<PathBuf>) -> Option<Toolchain> {
        let mut toolchain = Toolchain { bin, version: String::new() };
        let output = toolchain.command("ocamlc").arg("-version").stdin(Stdio::null()).output().ok()?;
        toolchain.version = String::from_utf8_lossy(&output.stdout).trim().to_string();
        (output.status.success() && !toolchain.version.is_empty()).then_some(toolchain)
    }

    pub fn major(&self) -> u32 {
        self.version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0)
    }

    /// The file of one of the tools.
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        match &self.bin {
            Some(bin) => Some(bin.join(name)).filter(|file| file.is_file()),
            None => on_path(name),
        }
    }

    /// One of the tools. Its stack is large: some programs are a million calls deep.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.as_ref().map_or_else(|| PathBuf::from(name), |bin| bin.join(name)));
        command.env("OCAMLRUNPARAM", "l=256M");
        command
    }

    /// The command that runs a bytecode file.
    pub fn run(&self, bytecode: &Path) -> Command {
        let mut command = self.command("ocamlrun");
        command.arg(bytecode);
        command
    }

    /// Compiles `sources` (`.ml` files, and `.mll` and `.mly` of the same folder, in the order of their dependencies) in
    /// `folder`, where they are copied to unless they are there, and links them to `output`.
    pub fn compile(&self, sources: &[PathBuf], folder: &Path, output: &Path, options: &[&str]) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut modules = Vec::new();
        for source in sources {
            let name = source.file_name().and_then(|name| name.to_str()).context("a source without a name")?;
            let copy = folder.join(name);
            // A file that is copied to itself is empty then.
            if *source != copy {
                std::fs::copy(source, copy).with_context(|| format!("cannot copy {}", source.display()))?;
            }
            if let Some(base) = name.strip_suffix(".mll") {
                let mut command = self.command("ocamllex");
                command.args(["-q", name]);
                tool(command, folder)?;
                modules.push(format!("{base}.ml"));
            } else if let Some(base) = name.strip_suffix(".mly") {
                let mut command = self.command("ocamlyacc");
                command.args(["-q", name]);
                tool(command, folder)?;
                modules.push(format!("{base}.mli"));
                modules.push(format!("{base}.ml"));
            } else {
                modules.push(name.to_string());
            }
        }
        let mut command = self.command("ocamlc");
        command.args(options).args(["-w", "-a", "-o"]).arg(output).args(&modules);
        tool(command, folder)?;
        Ok(())
    }
}

/// A command's file on the search path.
pub fn on_path(command: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(command)).find(|file| file.is_file())
}
