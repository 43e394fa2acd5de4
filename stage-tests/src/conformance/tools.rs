//! What an extraction works with: OCaml's commands and the libraries of its test suite.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::environment::clean;
use crate::process::tool;
use crate::toolchain::Toolchain;

/// A silent program is linked once more with this module last: it must get there. It needs three primitives and no library.
const END_MARKER: &str = r#"external open_descriptor : int -> 'channel = "caml_ml_open_descriptor_out"
external output : 'channel -> string -> int -> int -> unit = "caml_ml_output"
external flush : 'channel -> unit = "caml_ml_flush"
let channel = open_descriptor 1
let () = output channel "end of test\n" 0 12
let () = flush channel
"#;

/// What the end marker prints.
pub const MARKED: &[u8] = b"end of test\n";

/// OCaml's commands and the test suite's own libraries, and the corpus that is made.
pub struct Tools {
    /// OCaml's sources.
    pub source: PathBuf,
    /// The first number of its version.
    pub major: u32,
    pub ocamlc: PathBuf,
    pub ocamlrun: PathBuf,
    pub ocamllex: PathBuf,
    pub ocamlyacc: PathBuf,
    /// The folder of OCaml's library.
    pub stdlib: PathBuf,
    /// The last bytes of a bytecode file.
    pub magic: Vec<u8>,
    /// The folder of the test suite's own libraries.
    pub libraries: PathBuf,
    /// Where the corpus is made.
    pub corpus: PathBuf,
}

impl Tools {
    /// Takes the commands of `toolchain`, and compiles the libraries for a corpus in the folder `partial`.
    pub fn new(source: &Path, toolchain: &Toolchain, partial: &Path) -> Result<Tools> {
        let command = |name: &str| toolchain.file(name).with_context(|| format!("{name} is not installed"));
        let ocamlc = command("ocamlc")?;
        let configuration = |name: &str| {
            let mut command = Command::new(&ocamlc);
            clean(&mut command);
            command.arg("-config-var").arg(name);
            Ok::<_, anyhow::Error>(String::from_utf8_lossy(&tool(command, source)?.stdout).trim().to_string())
        };
        for folder in ["work", "bc", "expect", "data", "lib"] {
            fs::create_dir_all(partial.join(folder))?;
        }
        let tools = Tools {
            source: source.canonicalize()?,
            major: toolchain.major(),
            ocamlrun: command("ocamlrun")?,
            ocamllex: command("ocamllex")?,
            ocamlyacc: command("ocamlyacc")?,
            stdlib: PathBuf::from(configuration("standard_library")?),
            magic: configuration("exec_magic_number")?.into_bytes(),
            libraries: partial.join("lib").canonicalize()?,
            corpus: partial.canonicalize()?,
            ocamlc: ocamlc.clone(),
        };
        tools.build_libraries()?;
        Ok(tools)
    }

    /// Compiles the libraries that tests ask for, and the end marker.
    fn build_libraries(&self) -> Result<()> {
        let compile = |arguments: &[&str]| {
            let mut command = Command::new(&self.ocamlc);
            clean(&mut command);
            command.args(["-w", "-a"]).args(arguments);
            tool(command, &self.libraries)
        };
        for file in ["testing.mli", "testing.ml", "lib.mli", "lib.ml"] {
            let source = self.source.join("testsuite/lib").join(file);
            if file == "lib.mli" && !source.exists() {
                continue;
            }
            fs::copy(&source, self.libraries.join(file)).with_context(|| format!("cannot read {}", source.display()))?;
            // That one is for tests without the library.
            let flags: &[&str] = if file.starts_with("lib.") { &["-nopervasives"] } else { &[] };
            compile(&[flags, &["-c", file]].concat())?;
        }
        compile(&["-a", "-linkall", "-o", "testing.cma", "testing.cmo"])?;
        fs::write(self.libraries.join("end_marker.ml"), END_MARKER)?;
        compile(&["-nopervasives", "-c", "end_marker.ml"])?;
        Ok(())
    }

    /// The folder of one of OCaml's libraries: a folder of its own since OCaml 5.
    pub fn library_folder(&self, name: &str) -> PathBuf {
        let own = self.stdlib.join(name);
        if own.is_dir() { own } else { self.stdlib.clone() }
    }
}
