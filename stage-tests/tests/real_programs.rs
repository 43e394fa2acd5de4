//! Programs and libraries of other people, run as Lua and under ocamlrun: both must print and write the same.
//!
//! - `libraries::NAME::ENGINE`: `packages/NAME.ml` uses libraries of Debian's packages. `NAME.debs` lists the packages, `NAME.libs` what
//!   is linked (below `/usr/lib/ocaml`, in this order), and `NAME.in` is the standard input.
//! - `tools::NAME::ENGINE`: OCaml's own tools, at work on OCaml's own sources.
//!
//! All are for the OCaml of these packages. A package that cannot be fetched is a failure.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use libtest_mimic::{Arguments, Failed, Trial};
use lua_of_ocaml::target::Target;
use stage_tests::compilers::Compiler;
use stage_tests::engine::Engine;
use stage_tests::process::{Outcome, run, tool};
use stage_tests::program::first_difference;
use stage_tests::toolchain::Toolchain;
use stage_tests::{debian, scratch};

const LIMIT: Duration = Duration::from_secs(240);

/// The OCaml that the packages are built with.
const VERSION: &str = "4.13.1";

/// Has OCaml's sources.
const SOURCES: &str = "ocaml-source";

const ENGINES: [Engine; 3] = [Engine::Lua51, Engine::Lua54, Engine::Luajit];

/// A tool's name, and the work that is checked: given the tool as Lua and a folder.
type Tool = (&'static str, fn(&dyn Fn() -> Command, &Path, Engine) -> Result<()>);

const TOOLS: [Tool; 4] = [("ocamllex", ocamllex), ("ocamldep", ocamldep), ("ocamlobjinfo", ocamlobjinfo), ("ocamlc", ocamlc)];

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    let here = Toolchain::default_one().is_some_and(|toolchain| toolchain.version == VERSION);
    let mut trials = Vec::new();
    for source in sources()? {
        let user = Arc::new(User { source, made: OnceLock::new() });
        for engine in ENGINES {
            let user = Arc::clone(&user);
            let name = format!("libraries::{}::{}", user.name(), engine.name());
            let trial = Trial::test(name, move || user.runs_on(engine).map_err(failed));
            trials.push(trial.with_ignored_flag(!here || !engine.is_installed()));
        }
    }
    for tool in TOOLS {
        for engine in ENGINES {
            let trial =
                Trial::test(format!("tools::{}::{}", tool.0, engine.name()), move || works_on(tool, engine).map_err(failed));
            trials.push(trial.with_ignored_flag(!here || !engine.is_installed()));
        }
    }
    libtest_mimic::run(&arguments, trials).exit()
}

/// The programs that use libraries.
fn sources() -> Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packages");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "ml"));
    files.sort();
    Ok(files)
}

/// Where all packages that any test needs are unpacked.
fn packages() -> Result<PathBuf> {
    static UNPACKED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let unpack = || {
        let mut names = vec![SOURCES.to_string()];
        for source in sources()? {
            let text = std::fs::read_to_string(source.with_extension("debs"))?;
            names.extend(text.split_whitespace().map(String::from));
        }
        names.sort();
        names.dedup();
        debian::unpack(&names)
    };
    UNPACKED.get_or_init(|| unpack().map_err(|error| format!("{error:#}"))).clone().map_err(|error| anyhow!(error))
}

/// A program that uses libraries; its bytecode and what it prints, once they are made.
struct User {
    source: PathBuf,
    made: OnceLock<Result<(PathBuf, Outcome), String>>,
}

impl User {
    fn name(&self) -> String {
        self.source.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn folder(&self) -> PathBuf {
        scratch().join("packages").join(self.name())
    }

    fn run(&self, command: Command) -> Result<Outcome> {
        run(command, std::fs::read(self.source.with_extension("in")).unwrap_or_default(), LIMIT)
    }

    fn make(&self) -> Result<(PathBuf, Outcome)> {
        let toolchain = Toolchain::default_one().context("no OCaml here")?;
        let folder = packages()?.join("usr/lib/ocaml");
        let mut options = vec!["-g".to_string()];
        for library in std::fs::read_to_string(self.source.with_extension("libs"))?.split_whitespace() {
            let file = folder.join(library);
            let folder = file.parent().context("a library without a folder")?;
            options.extend(["-I".to_string(), folder.display().to_string(), file.display().to_string()]);
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let bytecode = self.folder().join("program.bc");
        toolchain.compile(std::slice::from_ref(&self.source), &self.folder().join("build"), &bytecode, &options)?;
        let expected = self.run(toolchain.run(&bytecode))?;
        if expected.code != 0 {
            bail!("under ocamlrun it ends with {}: {}", expected.code, String::from_utf8_lossy(&expected.stderr));
        }
        Ok((bytecode, expected))
    }

    fn runs_on(&self, engine: Engine) -> Result<()> {
        let made = self.made.get_or_init(|| self.make().map_err(|error| format!("{error:#}")));
        let (bytecode, expected) = made.as_ref().map_err(|error| anyhow!(error.clone()))?;
        let target = engine.target().name();
        let lua = self.folder().join(format!("{}.lua", engine.name()));
        Compiler::rust()?.compile(bytecode, &lua, &["--target", target])?;
        let actual = self.run(engine.command(&lua))?;
        if actual.stdout != expected.stdout {
            let said = String::from_utf8_lossy(&actual.stderr);
            bail!("{}\nexit code {}, standard error:\n{said}", first_difference(&expected.stdout, &actual.stdout), actual.code);
        }
        if actual != *expected {
            bail!("exit code {} with standard error:\n{}", actual.code, String::from_utf8_lossy(&actual.stderr));
        }
        Ok(())
    }
}

/// One of OCaml's tools, as Lua on `engine`.
fn works_on((name, work): Tool, engine: Engine) -> Result<()> {
    let folder = scratch().join("real").join(name).join(engine.name());
    std::fs::create_dir_all(&folder)?;
    let path = std::env::var_os("PATH").context("no PATH")?;
    let file = format!("{name}.byte");
    let file =
        std::env::split_paths(&path).map(|folder| folder.join(&file)).find(|file| file.is_file()).context("not on PATH")?;
    let lua = folder.join("tool.lua");
    Compiler::rust()?.compile(&file, &lua, &["--allow-missing", "--target", engine.target().name()])?;
    work(&|| engine.command(&lua), &folder, engine)
}

/// The folder of OCaml's sources.
fn ocaml() -> Result<PathBuf> {
    static UNPACKED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let unpack = || {
        // An archive of patches and of the archive that OCaml's authors made.
        let root = packages()?;
        let script = format!(
            "tar -xf usr/src/ocaml-source-{VERSION}.tar && mkdir -p ocaml &&
             tar -xzf ocaml-{VERSION}/ocaml_{VERSION}.orig.tar.gz -C ocaml --strip-components=1"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script]);
        tool(command, &root)?;
        Ok(root.join("ocaml"))
    };
    UNPACKED.get_or_init(|| unpack().map_err(|error: anyhow::Error| format!("{error:#}"))).clone().map_err(|error| anyhow!(error))
}

/// Runs the tool as it is installed and as Lua with the same arguments in `folder`: both must say the same.
fn same_words(name: &str, as_lua: &dyn Fn() -> Command, arguments: &[String], folder: &Path) -> Result<()> {
    let said = |mut command: Command| {
        command.args(arguments);
        tool(command, folder)
    };
    let (expected, actual) = (said(Command::new(name))?, said(as_lua())?);
    if expected != actual {
        bail!("{}", first_difference(&expected.stdout, &actual.stdout));
    }
    Ok(())
}

/// The lexers of OCaml's compiler and of ocamllex itself become the same OCaml, byte for byte.
fn ocamllex(as_lua: &dyn Fn() -> Command, folder: &Path, _: Engine) -> Result<()> {
    for source in ["parsing/lexer.mll", "lex/lexer.mll"] {
        let source = ocaml()?.join(source);
        // In two folders, as the file's name is in what is written.
        let write = |mut command: Command, place: &str| {
            let place = folder.join(place);
            std::fs::create_dir_all(&place)?;
            command.arg("-q").arg(&source).args(["-o", "lexer.ml"]);
            tool(command, &place)?;
            anyhow::Ok(std::fs::read(place.join("lexer.ml"))?)
        };
        let (expected, actual) = (write(Command::new("ocamllex"), "installed")?, write(as_lua(), "lua")?);
        if expected != actual {
            bail!("{}", first_difference(&expected, &actual));
        }
    }
    Ok(())
}

/// The dependencies of files of OCaml's library.
fn ocamldep(as_lua: &dyn Fn() -> Command, _: &Path, _: Engine) -> Result<()> {
    let files = ["arg", "buffer", "filename", "format", "hashtbl", "map", "printf", "scanf", "stdlib"];
    let files: Vec<String> = files.iter().flat_map(|file| [format!("{file}.mli"), format!("{file}.ml")]).collect();
    same_words("ocamldep", as_lua, &files, &ocaml()?.join("stdlib"))
}

/// What is in two libraries and in an interface.
fn ocamlobjinfo(as_lua: &dyn Fn() -> Command, folder: &Path, _: Engine) -> Result<()> {
    let mut place = Command::new("ocamlc");
    place.arg("-where");
    let place = String::from_utf8(tool(place, folder)?.stdout)?;
    let files = ["stdlib.cma", "unix.cma", "stdlib__Hashtbl.cmi"].map(|file| format!("{}/{file}", place.trim()));
    same_words("ocamlobjinfo", as_lua, &files, folder)
}

/// ocamlc compiles programs of OCaml's test suite, which then do under ocamlrun what is expected of them. Where integral floats are
/// told from ints, they use Hashtbl and Random, too, with constants of all kinds, and ocamllex is compiled.
fn ocamlc(as_lua: &dyn Fn() -> Command, folder: &Path, engine: Engine) -> Result<()> {
    let mut programs = vec!["misc/boyer", "misc/bdd"];
    if engine.target() == Target::Lua54 {
        programs.extend(["lib-hashtbl/hfun", "lib-hashtbl/htbl"]);
        compiled_ocamllex(as_lua, &folder.join("lex"))?;
    }
    for program in programs {
        let source = ocaml()?.join("testsuite/tests").join(program);
        let copy = format!("{}.ml", program.replace('/', "_"));
        std::fs::copy(source.with_extension("ml"), folder.join(&copy))?;
        let mut compile = as_lua();
        compile.args(["-g", "-w", "-a", "-o", "made.bc", &copy]);
        tool(compile, folder)?;
        let mut made = Command::new("ocamlrun");
        made.arg("made.bc");
        let (expected, actual) = (std::fs::read(source.with_extension("reference"))?, tool(made, folder)?.stdout);
        if expected != actual {
            bail!("{}", first_difference(&expected, &actual));
        }
    }
    Ok(())
}

/// ocamllex, compiled by ocamlc as Lua, does what the installed one does.
fn compiled_ocamllex(as_lua: &dyn Fn() -> Command, folder: &Path) -> Result<()> {
    let source = ocaml()?.join("lex");
    std::fs::create_dir_all(folder)?;
    let mut prepare = Command::new("sh");
    prepare.args(["-c", "cp \"$1\"/*.ml* . && ocamllex -q lexer.mll && ocamlyacc parser.mly", "sh"]).arg(&source);
    tool(prepare, folder)?;
    let mut compile = as_lua();
    compile.args(["-w", "-a", "-o", "made.bc"]);
    let units = ["cset", "syntax", "parser", "lexer", "table", "lexgen", "compact", "common", "output", "outputbis"];
    compile.args(units.iter().flat_map(|unit| [format!("{unit}.mli"), format!("{unit}.ml")])).arg("main.ml");
    tool(compile, folder)?;
    let made = || {
        let mut command = Command::new("ocamlrun");
        command.arg(folder.join("made.bc"));
        command
    };
    ocamllex(&made, folder, Engine::Lua54)
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}
