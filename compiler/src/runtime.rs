//! The runtime's files, which the compiler carries with it.

use include_dir::{Dir, include_dir};

use crate::link::minify;
use crate::lua::short_names::ShortNames;

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

/// A header with the first letter of its key, but for `If`, and without the blanks that nobody needs.
fn packed_header(header: &str) -> String {
    match header.split_once(':') {
        Some((key @ ("Alias" | "Requires"), names)) => format!("{key:.1}:{}", names.trim().replace(", ", ",")),
        Some(("If", targets)) => format!("If:{}", targets.trim()),
        Some((key, value)) => format!("{key:.1}:{}", value.trim()),
        None => header.to_string(),
    }
}

/// The same for who only reads it: the headers, and the code of each section as the compact style has it.
pub fn packed() -> Vec<(String, String)> {
    let names = ShortNames::default();
    let pack = |text: String| {
        let (mut packed, mut code) = (String::new(), String::new());
        for line in text.lines() {
            if let Some(header) = line.strip_prefix("--// ") {
                packed.push_str(&minify::run(&std::mem::take(&mut code), &names, false));
                packed.push_str(&format!("@{}\n", packed_header(header)));
            } else {
                code.push_str(&format!("{line}\n"));
            }
        }
        packed.push_str(&minify::run(&code, &names, false));
        packed
    };
    embedded().into_iter().map(|(name, text)| (name, pack(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fragment::{self, Section};
    use crate::lua::groups;
    use crate::lua::short_names;
    use crate::target::Target;

    /// Every header is right, names are unique, and what a section requires or has regions for is there.
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
                    table.code_of(section, &|_| true).unwrap();
                }
            }
        }
    }

    /// The compact style makes the same of both.
    #[test]
    fn packed_is_the_same_code() {
        for target in Target::ALL {
            let [whole, packed] = [embedded(), packed()].map(|files| fragment::parse(&files, (5, 3), target).unwrap());
            let (short, same) = (ShortNames::new::<()>(&whole, &[]), ShortNames::new::<()>(&packed, &[]));
            assert_eq!(whole.sections.len(), packed.sections.len());
            for (a, b) in whole.sections.iter().zip(&packed.sections) {
                for linked in [false, true] {
                    let [code, packed] = [(&whole, a), (&packed, b)].map(|(table, s)| table.code_of(s, &|_| linked).unwrap());
                    assert_eq!(minify::run(&code, &short, true), minify::run(&packed, &same, true), "{}", a.name);
                }
            }
        }
    }

    /// The short names of the chunk's locals are nothing else, in no section.
    #[test]
    fn short_names_of_locals_are_free() {
        for target in Target::ALL {
            for section in &fragment::parse(&embedded(), (5, 3), target).unwrap().sections {
                for name in minify::locals(&section.code) {
                    let capital = short_names::CAPITALS.contains(&name.as_bytes()[0]);
                    let short = capital && name.bytes().skip(1).all(|c| c.is_ascii_digit());
                    assert!(!short, "{name} in {}", section.name);
                }
            }
        }
    }

    /// All of the chunk's locals, a function of a group and the others that it names are upvalues that Lua 5.1 has.
    #[test]
    fn leaves_upvalues_to_the_functions() {
        let table = fragment::parse(&embedded(), (5, 3), Target::Portable).unwrap();
        let prelude = &table.find("prelude").unwrap().code;
        let names = short_names::declared(prelude).count();
        assert!(names > 20 && names + groups::NAMED < 60);
    }
}
