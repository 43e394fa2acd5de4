//! The runtime's files, which the compiler carries with it.

use include_dir::{Dir, include_dir};

static RUNTIME: Dir = include_dir!("$CARGO_MANIFEST_DIR/../runtime/lua");

/// Name and text of each Lua file, sorted by name.
pub fn embedded() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = RUNTIME
        .files()
        .filter_map(|file| {
            let name = file.path().file_name()?.to_str()?;
            let text = file.contents_utf8()?;
            name.ends_with(".lua").then(|| (name.to_string(), text.to_string()))
        })
        .collect();
    files.sort();
    files
}
