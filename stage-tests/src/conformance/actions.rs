//! Follows the tree of a test's header: its settings and actions, up to the programs that it runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use regex_lite::Regex;

use super::corpus::{Run, copy_folder};
use super::environment::Variables;
use super::header::{Node, Setting, Statement};
use super::skip::{Skip, Why};
use super::tools::Tools;
use crate::process::run;

/// Longer than any compilation takes.
const COMPILATION: Duration = Duration::from_secs(120);

/// Actions that ask for what is given here, or check what need not be checked.
const HOLDS: [&str; 22] = [
    "pass",
    "hasunix",
    "libunix",
    "hassysthreads",
    "hasstr",
    "not-windows",
    "not-bsd",
    "not-msvc",
    "arch64",
    "arch_amd64",
    "flat-float-array",
    "no-flambda",
    "shared-libraries",
    "has_symlink",
    "no-tsan",
    "not_macos_amd64_tsan",
    "no-afl-instrument",
    "naked_pointers",
    "compare-bytecode-programs",
    "check-ocamlc.byte-output",
    "check-ocamlc.opt-output",
    "dumpenv",
];

/// Actions that end a branch, and why.
const ENDS: [(Why, &[&str]); 4] = [
    (
        Why::Native,
        &[
            "native",
            "native-compiler",
            "native-dynlink",
            "ocamlopt.byte",
            "ocamlopt.opt",
            "setup-ocamlopt.byte-build-env",
            "setup-ocamlopt.opt-build-env",
            "flambda",
            "function_sections",
            "frame_pointers",
            "asmgen",
            "codegen",
            "ocamlnat",
            "toplevel.opt",
            "setup-ocamlnat-build-env",
            "compare-binary-files",
            "check-ocamlopt.byte-output",
            "check-ocamlopt.opt-output",
        ],
    ),
    (
        Why::Platform,
        &[
            "windows",
            "libwin32unix",
            "bsd",
            "macos",
            "arch32",
            "arch_arm",
            "arch_arm64",
            "arch_i386",
            "arch_power",
            "arch_riscv64",
            "arch_s390x",
            "no-flat-float-array",
            "no-shared-libraries",
            "windows-unicode",
            "csharp-compiler",
            "instrumented-runtime",
            "tsan",
            "afl-instrument",
            "naked_pointers_checker",
            "debugger",
            "skip",
        ],
    ),
    (
        Why::Tool,
        &["ocamldoc", "ocamldebug", "ocamlobjinfo", "ocamlmklib", "cc", "setup_ocamldoc_build_env", "setup-ocamldoc-build-env"],
    ),
    (Why::Expect, &["expect", "run-expect"]),
];

/// A test file and what came of it so far.
pub struct TestFile<'a> {
    pub tools: &'a Tools,
    /// Its path below the folder of all tests.
    pub path: String,
    pub file: PathBuf,
    /// The folder it stands in.
    pub folder: PathBuf,
    /// Its name without the ending.
    pub stem: String,
    /// Where it is built.
    pub work: PathBuf,
    pub runs: Vec<Run>,
    pub skips: Vec<Skip>,
    builds: usize,
}

/// Where a walk through the tree has come to.
#[derive(Clone)]
pub struct Branch {
    pub variables: Variables,
    /// The working folder of its actions.
    pub folder: PathBuf,
    build: Option<PathBuf>,
    compiled: Option<Rc<Compiled>>,
    /// A program to be run: what follows may say how it is checked.
    pending: Option<Execution>,
}

/// A program and the command that compiled it.
#[derive(Debug)]
pub struct Compiled {
    pub command: Vec<String>,
    pub folder: PathBuf,
    /// The sources.
    pub files: Vec<String>,
    pub libraries: Vec<String>,
}

/// A program that the test runs.
#[derive(Clone, Debug)]
pub struct Execution {
    pub program: PathBuf,
    pub bytecode: Vec<u8>,
    pub folder: PathBuf,
    /// The script that calls the program, where the test has one.
    pub hook: Option<PathBuf>,
    pub arguments: Vec<String>,
    pub exit_status: i32,
    pub stdin: Option<String>,
    pub compiled: Option<Rc<Compiled>>,
    pub check: Option<Check>,
}

impl Execution {
    pub fn libraries(&self) -> &[String] {
        self.compiled.as_ref().map_or(&[], |compiled| &compiled.libraries)
    }
}

/// What the merged outputs are compared with.
#[derive(Clone, Debug)]
pub struct Check {
    /// The expected text's file; a program that has none prints nothing.
    pub reference: PathBuf,
    /// So many lines of the output come before it.
    pub skip_lines: usize,
}

impl<'a> TestFile<'a> {
    pub fn new(tools: &'a Tools, file: &Path) -> Result<TestFile<'a>> {
        let relative = file.strip_prefix(tools.source.join("testsuite/tests"))?;
        let stem = file.file_stem().context("a test without a name")?.to_string_lossy().into_owned();
        let work = tools.corpus.join("work").join(relative);
        fs::create_dir_all(&work)?;
        Ok(TestFile {
            tools,
            path: relative.to_string_lossy().into_owned(),
            file: file.to_path_buf(),
            folder: file.parent().context("a test without a folder")?.to_path_buf(),
            stem,
            work,
            runs: Vec::new(),
            skips: Vec::new(),
            builds: 0,
        })
    }

    /// Follows the header from its root.
    pub fn follow(&mut self, header: &Node) -> Result<()> {
        let mut branch =
            Branch { variables: self.variables(), folder: self.work.clone(), build: None, compiled: None, pending: None };
        let is_setting = |statement: &&Statement| matches!(statement, Statement::Setting(_));
        let settings = header.statements.iter().take_while(is_setting).count();
        let (settings, statements) = header.statements.split_at(settings);
        for statement in settings {
            if let Statement::Setting(setting) = statement
                && let Err(skip) = self.setting(&mut branch.variables, setting)
            {
                self.skips.push(skip);
                return Ok(());
            }
        }
        let modules = self.all_modules(&branch.variables);
        branch.variables.set("all_modules", modules.join(" "));
        if statements.is_empty() && header.branches.is_empty() {
            let action = Statement::Action { name: "bytecode".to_string(), modifiers: Vec::new() };
            self.walk(branch, &[action], &[]);
        } else {
            self.walk(branch, statements, &header.branches);
        }
        fs::remove_dir_all(&self.work)?;
        Ok(())
    }

    fn variables(&self) -> Variables {
        let mut variables = Variables::default();
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        let mut set = |name: &str, value: String| variables.set(name, value);
        set("test_file", self.file.file_name().unwrap_or_default().to_string_lossy().into_owned());
        set("reference", shown(&self.folder.join(format!("{}.reference", self.stem))));
        set("test_source_directory", shown(&self.folder));
        set("test_build_directory_prefix", shown(&self.work));
        set("ocamlsrcdir", shown(&self.tools.source));
        set("ocamlrun", shown(&self.tools.ocamlrun));
        set("ocamlc_byte", shown(&self.tools.ocamlc));
        let fixed = [
            ("MAKE", "make"),
            ("SORT", "sort"),
            ("cc", "gcc"),
            ("os_type", "Unix"),
            ("arch", "amd64"),
            ("exe", ""),
            ("objext", "o"),
            ("libext", "a"),
            ("asmext", "s"),
            ("sharedobjext", "so"),
        ];
        for (name, value) in fixed {
            set(name, value.to_string());
        }
        variables
    }

    /// The modules of the test, each after its interface.
    fn all_modules(&self, variables: &Variables) -> Vec<String> {
        let mut modules = Vec::new();
        for module in ["plugins", "modules", "test_file"].iter().flat_map(|name| variables.words(name)) {
            if module.ends_with(".ml") && self.folder.join(format!("{module}i")).exists() {
                modules.push(format!("{module}i"));
            }
            modules.push(module);
        }
        modules
    }

    fn walk(&mut self, mut branch: Branch, statements: &[Statement], branches: &[Node]) {
        let result = statements.iter().try_for_each(|statement| self.statement(&mut branch, statement));
        if let Err(skip) = result.and_then(|()| self.run_pending(&mut branch)) {
            self.skips.push(skip);
            return;
        }
        for node in branches {
            self.walk(branch.clone(), &node.statements, &node.branches);
        }
    }

    fn statement(&mut self, branch: &mut Branch, statement: &Statement) -> Result<(), Skip> {
        match statement {
            Statement::Setting(setting) => self.setting(&mut branch.variables, setting),
            Statement::Action { name, modifiers } => {
                for modifier in modifiers {
                    self.include(&mut branch.variables, modifier)?;
                }
                self.action(branch, name)
            }
        }
    }

    fn setting(&self, variables: &mut Variables, setting: &Setting) -> Result<(), Skip> {
        match setting {
            Setting::Include(name) => self.include(variables, name)?,
            Setting::Unset(name) => variables.unset(name),
            Setting::Append { name, value } => variables.append(name, value),
            Setting::Assign { name, value, exported } => {
                variables.set(name, value);
                if *exported {
                    variables.export(name);
                }
            }
        }
        Ok(())
    }

    /// The named groups of settings.
    fn include(&self, variables: &mut Variables, name: &str) -> Result<(), Skip> {
        let mut add = |variable: &str, value: &str| variables.append(variable, &format!(" {value} "));
        let folder = |name: &str| self.tools.library_folder(name).to_string_lossy().into_owned();
        let own = self.tools.libraries.to_string_lossy();
        match name {
            "unix" | "str" | "dynlink" | "runtime_events" => {
                add("directories", &folder(name));
                add("libraries", name);
            }
            "systhreads" => {
                for library in ["unix", "threads"] {
                    add("directories", &folder(library));
                    add("libraries", library);
                }
            }
            "testing" => {
                add("directories", &own);
                add("libraries", "testing");
            }
            "tool-ocaml-lib" => {
                add("directories", &own);
                add("binary_modules", "lib");
            }
            "ocamlcommon" | "ocamlbytecomp" | "ocamlmiddleend" | "ocamloptcomp" | "ocamltoplevel" => {
                add("directories", &folder("compiler-libs"));
                add("libraries", name);
            }
            "config" | "debugger" => add("directories", &folder("compiler-libs")),
            "principal" => add("flags", "-principal"),
            "latex" | "html" | "man" => return Err(Skip::new(Why::Tool, "ocamldoc")),
            _ => return Err(Skip::new(Why::Error, format!("unknown modifier {name}"))),
        }
        Ok(())
    }

    fn action(&mut self, branch: &mut Branch, name: &str) -> Result<(), Skip> {
        if name != "check-program-output" {
            self.run_pending(branch)?;
        }
        if HOLDS.contains(&name) {
            return Ok(());
        }
        if let Some((why, _)) = ENDS.iter().find(|(_, names)| names.contains(&name)) {
            return Err(Skip::new(*why, name));
        }
        match name {
            "setup-ocamlc.byte-build-env" | "setup-ocamlc.opt-build-env" | "setup-simple-build-env" | "setup-build-env" => {
                self.set_up(branch)
            }
            "ocamlc.byte" | "ocamlc.opt" => self.compile(branch),
            "run" => self.run(branch),
            "check-program-output" => self.check(branch),
            "bytecode" => {
                self.set_up(branch)?;
                self.compile(branch)?;
                self.run(branch)?;
                self.check(branch)
            }
            "toplevel" | "setup-ocaml-build-env" | "ocaml" | "check-ocaml-output" => self.toplevel(branch, name),
            "script" => self.script(branch),
            "copy" => copy(branch),
            "cd" => {
                let folder = branch.folder.join(branch.variables.get("cwd"));
                branch.folder = folder.canonicalize()?;
                Ok(())
            }
            "file-exists" if branch.folder.join(branch.variables.get("file")).exists() => Ok(()),
            "file-exists" => Err(Skip::new(Why::Platform, name)),
            "fail" => Err(Skip::new(Why::Failed, name)),
            _ => Err(Skip::new(Why::Error, format!("unknown action {name}"))),
        }
    }

    /// Makes a folder to build in, with the files that the test names.
    fn set_up(&mut self, branch: &mut Branch) -> Result<(), Skip> {
        self.builds += 1;
        let build = self.work.join(format!("b{}", self.builds));
        fs::create_dir_all(&build)?;
        let variables = &mut branch.variables;
        variables.set("test_build_directory", build.to_string_lossy());
        for name in ["all_modules", "readonly_files", "subdirectories"].iter().flat_map(|list| variables.words(list)) {
            copy_any(&self.folder.join(&name), &build.join(&name))?;
        }
        if !variables.is_set("program") {
            variables.set("program", build.join(format!("{}.byte", self.stem)).to_string_lossy());
        }
        branch.folder.clone_from(&build);
        branch.build = Some(build);
        Ok(())
    }

    /// Runs a command of the test in the branch's folder, and gives its exit code and what it says.
    fn command(&self, branch: &Branch, words: &[String], all_variables: bool) -> Result<(i32, String), Skip> {
        let [name, arguments @ ..] = words else { return Err(Skip::new(Why::Error, "an empty command")) };
        let mut command = Command::new(name);
        command.args(arguments).current_dir(&branch.folder);
        if all_variables {
            branch.variables.apply_all(&mut command);
        } else {
            branch.variables.apply(&mut command);
        }
        let outcome = run(command, Vec::new(), COMPILATION)?;
        let text = format!("{}{}", String::from_utf8_lossy(&outcome.stdout), String::from_utf8_lossy(&outcome.stderr));
        Ok((outcome.code, text.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    /// A script may set variables by writing to a file.
    fn script(&mut self, branch: &mut Branch) -> Result<(), Skip> {
        if branch.build.is_none() {
            self.set_up(branch)?;
        }
        let response = self.work.join("response");
        fs::write(&response, "")?;
        branch.variables.set("ocamltest_response", response.to_string_lossy());
        let (code, said) = self.command(branch, &branch.variables.words("script"), true)?;
        if code != 0 {
            // By convention 125 is that of a test that cannot be made here.
            let why = if code == 125 { Why::Platform } else { Why::Error };
            return Err(Skip::new(why, format!("script: status {code}: {said}")));
        }
        let setting = Regex::new(r#"^([A-Za-z0-9_.\-]+)(\+?=)"(.*)"$"#).expect("the expression is right");
        for line in fs::read_to_string(&response)?.lines() {
            if let Some((_, [name, operator, value])) = setting.captures(line.trim()).map(|found| found.extract()) {
                match operator {
                    "=" => branch.variables.set(name, value),
                    _ => branch.variables.append(name, value),
                }
            }
        }
        Ok(())
    }

    fn compile(&mut self, branch: &mut Branch) -> Result<(), Skip> {
        if branch.build.is_none() {
            self.set_up(branch)?;
        }
        let (command, modules) = self.command_of_compiler(branch)?;
        let foreign = [".c", ".o", ".a", ".so", ".cpp", ".f"];
        let custom = ["-custom", "-output-obj", "-output-complete-obj", "-output-complete-exe"];
        if modules.iter().any(|module| foreign.iter().any(|ending| module.ends_with(ending)))
            || command.iter().any(|argument| custom.contains(&argument.as_str()))
        {
            return Err(Skip::new(Why::CStubs, "needs C stubs or a runtime of its own"));
        }
        let wanted = branch.variables.number("ocamlc_byte_exit_status");
        let (code, said) = self.command(branch, &command, false)?;
        if code != wanted {
            return Err(Skip::new(Why::CompileFailed, format!("ocamlc: status {code} instead of {wanted}: {said}")));
        }
        let output = command.iter().position(|argument| argument == "-o").and_then(|at| command.get(at + 1).cloned());
        let program = branch.folder.join(output.unwrap_or_else(|| branch.variables.get("program")));
        if program.is_file() && !command.iter().any(|argument| argument == "-c") {
            let libraries = branch.variables.words("libraries");
            branch.compiled = Some(Rc::new(Compiled { command, folder: branch.folder.clone(), files: modules, libraries }));
        }
        Ok(())
    }

    /// The command that compiles a module or program as the variables say, and its files.
    fn command_of_compiler(&self, branch: &mut Branch) -> Result<(Vec<String>, Vec<String>), Skip> {
        let variables = &mut branch.variables;
        let mut folders = variables.words("directories");
        let mut binary: Vec<String> = variables.words("binary_modules").iter().map(|module| format!("{module}.cmo")).collect();
        let stands = |module: &String| {
            branch.folder.join(module).exists() || folders.iter().any(|folder| branch.folder.join(folder).join(module).exists())
        };
        if !binary.iter().all(stands) {
            // A module of OCaml's compiler: an installed OCaml has it in this library only.
            binary.clear();
            folders.push(self.tools.library_folder("compiler-libs").to_string_lossy().into_owned());
            variables.append("libraries", " ocamlcommon ");
        }
        let mut flags = variables.words("flags");
        flags.extend(variables.words("libraries").iter().map(|library| format!("{library}.cma")));
        flags.extend(variables.words("ocamlc_default_flags"));
        flags.extend(variables.words("ocamlc_flags"));
        let mut command = vec![self.tools.ocamlc.to_string_lossy().into_owned()];
        let (line, module) = (variables.words("commandline"), variables.words("module"));
        if !line.is_empty() {
            command.extend(line.clone());
            return Ok((command, line));
        }
        command.extend(folders.into_iter().flat_map(|folder| ["-I".to_string(), folder]));
        command.extend(flags);
        if !module.is_empty() {
            command.push("-c".to_string());
            command.extend(module.clone());
            return Ok((command, module));
        }
        let mut modules = binary;
        for module in branch.variables.words("all_modules") {
            modules.extend(self.generated(branch, module)?);
        }
        let variables = &branch.variables;
        if variables.get("compile_only") == "true" {
            command.push("-c".to_string());
        } else {
            command.extend(["-o".to_string(), variables.get("program")]);
        }
        command.extend(variables.words("ocaml_filetype_flag"));
        command.extend(modules.clone());
        command.extend(variables.words("last_flags"));
        Ok((command, modules))
    }

    /// The sources that ocamllex and ocamlyacc make of a module's; most are OCaml already.
    fn generated(&self, branch: &Branch, module: String) -> Result<Vec<String>, Skip> {
        let (base, tool, flags, endings): (_, _, _, &[&str]) = if let Some(base) = module.strip_suffix(".mll") {
            (base, &self.tools.ocamllex, "ocamllex_flags", &[".ml"])
        } else if let Some(base) = module.strip_suffix(".mly") {
            (base, &self.tools.ocamlyacc, "ocamlyacc_flags", &[".mli", ".ml"])
        } else {
            return Ok(vec![module]);
        };
        let mut command = vec![tool.to_string_lossy().into_owned()];
        command.extend(branch.variables.words(flags));
        command.push(module.clone());
        match self.command(branch, &command, false)? {
            (0, _) => Ok(endings.iter().map(|ending| format!("{base}{ending}")).collect()),
            (code, said) => Err(Skip::new(Why::CompileFailed, format!("{}: status {code}: {said}", tool.display()))),
        }
    }

    /// Runs the program, once it is known whether its output is checked.
    fn run(&mut self, branch: &mut Branch) -> Result<(), Skip> {
        let variables = &branch.variables;
        let program = branch.folder.join(variables.get("program"));
        if !program.is_file() {
            return Err(Skip::new(Why::Error, "there is no program to be run"));
        }
        let bytecode = fs::read(&program)?;
        if !bytecode.ends_with(&self.tools.magic) {
            return Err(Skip::new(Why::Tool, "the program is not bytecode"));
        }
        let hook = self.folder.join(format!("{}.run", self.stem));
        branch.pending = Some(Execution {
            program,
            bytecode,
            folder: branch.folder.clone(),
            hook: hook.exists().then_some(hook),
            arguments: variables.words("arguments"),
            exit_status: variables.number("exit_status"),
            stdin: Some(variables.get("stdin")).filter(|file| !file.is_empty()),
            compiled: branch.compiled.clone(),
            check: None,
        });
        Ok(())
    }

    fn check(&mut self, branch: &mut Branch) -> Result<(), Skip> {
        if let Some(execution) = &mut branch.pending {
            let skip_lines = usize::try_from(branch.variables.number("skip_header_lines")).unwrap_or(0);
            execution.check = Some(Check { reference: branch.folder.join(branch.variables.get("reference")), skip_lines });
        }
        self.run_pending(branch)
    }

    fn run_pending(&mut self, branch: &mut Branch) -> Result<(), Skip> {
        match branch.pending.take() {
            Some(execution) if execution.hook.is_some() => self.observe_hook(branch, &execution),
            Some(execution) => self.observe(branch, execution),
            None => Ok(()),
        }
    }

    /// A script that is an argument of the toplevel prints what the compiled program does, and is judged as a program. What is
    /// typed into the toplevel is not.
    fn toplevel(&mut self, branch: &mut Branch, name: &str) -> Result<(), Skip> {
        if name == "toplevel" || branch.variables.get("ocaml_script_as_argument") != "true" {
            return Err(Skip::new(Why::Toplevel, name));
        }
        match name {
            "setup-ocaml-build-env" => return self.set_up(branch),
            "check-ocaml-output" => return Ok(()),
            _ => {}
        }
        let text = String::from_utf8_lossy(&fs::read(&self.file)?).into_owned();
        let directive = Regex::new(r#"(?m)^\s*#\s*[a-z_]+\s+("|[a-z])"#).expect("the expression is right");
        if directive.is_match(&text) {
            return Err(Skip::new(Why::Toplevel, "has directives"));
        }
        if branch.build.is_none() {
            self.set_up(branch)?;
        }
        let variables = &mut branch.variables;
        variables.remove("commandline");
        variables.remove("module");
        let build = branch.build.clone().unwrap_or_default();
        variables.set("program", build.join(format!("{}.byte", self.stem)).to_string_lossy());
        variables.set("exit_status", variables.get("ocaml_exit_status"));
        if variables.words("all_modules").is_empty() {
            variables.set("all_modules", variables.get("test_file"));
        }
        self.compile(branch).map_err(|skip| Skip::new(Why::Toplevel, format!("no program: {}", skip.reason)))?;
        self.run(branch)
    }
}

/// Copies a file or folder, if it is there.
fn copy_any(from: &Path, to: &Path) -> Result<(), Skip> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        copy_folder(from, to)?;
    } else if from.exists() {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        fs::copy(from, to)?;
    }
    Ok(())
}

/// The action `copy`: files and folders `src` to `dst`, a folder if it ends with a slash or is one.
fn copy(branch: &Branch) -> Result<(), Skip> {
    let target = branch.variables.get("dst");
    for name in branch.variables.words("src") {
        let (from, mut to) = (branch.folder.join(&name), branch.folder.join(&target));
        if !from.exists() {
            return Err(Skip::new(Why::Error, format!("copy: there is no {name}")));
        }
        if target.ends_with('/') || to.is_dir() {
            to.push(from.file_name().unwrap_or_default());
        }
        copy_any(&from, &to)?;
    }
    Ok(())
}
