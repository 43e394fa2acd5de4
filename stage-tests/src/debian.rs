//! Debian's packages: fetched when a test asks for them, unpacked below the target folder, never installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::tool;
use crate::scratch;

/// Fetches the packages that are not there yet and unpacks all into one folder, which is the result. It stands for `/`.
pub fn unpack(packages: &[String]) -> Result<PathBuf> {
    let archives = scratch().join("debian/archives");
    let root = scratch().join("debian/root");
    std::fs::create_dir_all(&archives)?;
    std::fs::create_dir_all(&root)?;
    let missing: Vec<&String> = packages.iter().filter(|package| !matches!(archive(&archives, package), Ok(Some(_)))).collect();
    if !missing.is_empty() {
        fetch(&archives, &missing)?;
    }
    for package in packages {
        let file = archive(&archives, package)?.with_context(|| format!("apt-get has not fetched {package}"))?;
        let mark = root.join(file.file_name().context("an archive without a name")?).with_extension("unpacked");
        if !mark.exists() {
            let mut command = Command::new("dpkg-deb");
            command.arg("-x").arg(&file).arg(&root);
            tool(command, &archives)?;
            std::fs::write(mark, "")?;
        }
    }
    Ok(root)
}

/// The file that holds a package.
fn archive(archives: &Path, package: &str) -> Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(archives)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".deb") && name.split('_').next() == Some(package) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// `apt-get download`; where that fails the lists may be old or absent, and it is tried again with new ones.
fn fetch(archives: &Path, packages: &[&String]) -> Result<()> {
    let download = || {
        let mut command = Command::new("apt-get");
        command.arg("download").args(packages);
        tool(command, archives)
    };
    let Err(first) = download() else { return Ok(()) };
    let mut update = Command::new("apt-get");
    update.arg("update");
    // Without the right to write the lists, the error that counts is the first.
    if tool(update, archives).is_err() {
        bail!("{first:#}");
    }
    download().map(|_| ())
}
