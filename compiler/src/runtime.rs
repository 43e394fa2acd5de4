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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fragment::{self, Section};
    use crate::lua::groups;
    use crate::target::Target;

    /// Every header is right, names are unique, and what a section requires is there.
    #[test]
    fn is_complete_for_every_version_and_target() {
        for version in [(4, 13), (4, 14), (5, 0), (5, 1), (5, 2), (5, 3), (5, 4)] {
            for target in Target::ALL {
                let table = fragment::parse(&embedded(), version, target).unwrap();
                for section in &table.sections {
                    for required in &section.requires {
                        let Section { file, line, .. } = section;
                        assert!(table.find(required).is_some(), "{file}:{line}: '{required}' for {version:?} {}", target.name());
                    }
                }
            }
        }
    }

    /// All of the chunk's locals, a function of a group and the others that it names are upvalues that Lua 5.1 has.
    #[test]
    fn leaves_upvalues_to_the_functions() {
        let files = embedded();
        let (_, prelude) = files.iter().find(|(name, _)| name == "prelude.lua").unwrap();
        let declared = prelude.lines().filter_map(|line| line.strip_prefix("local "));
        let names = declared.flat_map(|line| line.split('=').next().unwrap_or_default().split(','));
        assert!(names.count() + groups::NAMED < 60);
    }
}
