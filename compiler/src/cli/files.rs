//! Reading and writing files whole; `-` is a standard stream.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use lua_of_ocaml::runtime;

use super::failure::Failure;

pub fn read(path: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let result = if path == "-" {
        io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        fs::read(path).map(|content| bytes = content)
    };
    result.map(|()| bytes).map_err(|error| Failure::io(path, &error))
}

/// Writes a file so that it is there whole or not at all: beside its place first, then renamed.
fn write_atomically(path: &str, bytes: &[u8]) -> io::Result<()> {
    let is_special = fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir());
    if is_special {
        return fs::write(path, bytes);
    }
    let mut number = 0;
    let (temporary, mut file) = loop {
        let name = format!("{path}.tmp{number}");
        match File::create_new(&name) {
            Ok(file) => break (name, file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    };
    let result = file.write_all(bytes).and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // What went wrong with the file matters more than what may go wrong here.
        let _ = fs::remove_file(&temporary);
    }
    result
}

pub fn write(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    let result = if path == "-" {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush())
    } else {
        write_atomically(path, bytes)
    };
    result.map_err(|error| Failure::io(path, &error))
}

/// The files of a runtime: those in `folder`, or the compiler's own.
pub fn runtime(folder: Option<&str>) -> Result<Vec<(String, String)>, Failure> {
    let Some(folder) = folder else { return Ok(runtime::embedded()) };
    let mut files = Vec::new();
    for name in names(folder)? {
        if name.ends_with(".lua") {
            let path = format!("{folder}/{name}");
            let text = String::from_utf8(read(&path)?).map_err(|_| Failure::refused(&path, "not UTF-8"))?;
            files.push((name, text));
        }
    }
    Ok(files)
}

/// Names in a folder, sorted.
fn names(folder: &str) -> Result<Vec<String>, Failure> {
    let failed = |error: io::Error| Failure::io(folder, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The files that `--file PATH[:TARGET]` embeds, sorted; a folder stands for all that it contains.
pub fn embed(specs: &[String]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for spec in specs {
        let (path, target) = match spec.split_once(':') {
            Some((path, target)) => (path, target),
            None => (spec.as_str(), spec.as_str()),
        };
        let target = target.trim_start_matches('/').trim_start_matches("static/").to_string();
        let mut waiting = vec![(path.to_string(), format!("/static/{target}"))];
        while let Some((path, target)) = waiting.pop() {
            if Path::new(&path).is_dir() {
                for name in names(&path)? {
                    waiting.push((format!("{path}/{name}"), format!("{target}/{name}")));
                }
            } else {
                files.push((target, read(&path)?));
            }
        }
    }
    files.sort();
    files.dedup_by(|later, earlier| later.0 == earlier.0);
    Ok(files)
}
