//! The runtime's sections and their headers (ARCHITECTURE.md, section 4): a table from the name of a primitive to the
//! section that provides it for one version of the bytecode and one target.

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::lua::template::{Form, Template};
use crate::target::Target;

/// What calling a primitive may do: nothing outside, read state, change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    Const,
    Mutable,
    Mutator,
}

/// One section of a file of the runtime.
#[derive(Clone, Debug)]
pub struct Section {
    pub name: String,
    /// Where it begins.
    pub file: String,
    pub line: usize,
    pub effect: Effect,
    pub aliases: Vec<String>,
    pub requires: Vec<String>,
    pub form: Form,
    /// The statement that follows an inline form's assignment.
    pub fixup: Option<Template>,
    /// It takes the depth as its first argument.
    pub calls: bool,
    /// Without the header, with its regions (`code_of`); "" when the templates are all there is.
    pub code: String,
}

/// The sections for one version and target, in the order of the files.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub sections: Vec<Section>,
    index: FxHashMap<String, usize>,
}

impl Table {
    /// Number of the section that provides `name`, as itself or as an alias.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    pub fn find(&self, name: &str) -> Option<&Section> {
        self.position(name).and_then(|i| self.sections.get(i))
    }

    /// The code of a section without the regions, `--{ NAME …` to `--}`, that name no section which is linked.
    pub fn code_of(&self, section: &Section, is_linked: &dyn Fn(usize) -> bool) -> Result<String> {
        let unbalanced = || fail(&section.file, section.line, "a region begins in another one, or has no begin or no end");
        let (mut code, mut inside, mut kept) = (String::new(), false, true);
        for line in section.code.lines() {
            let mark = line.trim();
            let names = mark.strip_prefix("--{");
            if names.is_none() && mark != "--}" {
                if kept {
                    code.push_str(line);
                    code.push('\n');
                }
                continue;
            }
            if inside == names.is_some() {
                return unbalanced();
            }
            inside = names.is_some();
            kept = !inside;
            for name in words(names.unwrap_or_default()) {
                match self.position(&name) {
                    Some(position) => kept |= is_linked(position),
                    None => return fail(&section.file, section.line, &format!("a region of the unknown section '{name}'")),
                }
            }
        }
        if inside { unbalanced() } else { Ok(code) }
    }

    /// Blocks are made without asking; a name that nothing provides may do anything.
    pub fn effect(&self, name: &str) -> Effect {
        if name == "%block" {
            return Effect::Const;
        }
        self.find(name).map_or(Effect::Mutator, |s| s.effect)
    }

    /// The int that a primitive always is, if its template is nothing but one.
    pub fn constant(&self, name: &str) -> Option<i32> {
        match &self.find(name)?.form {
            Form::Inline(template) => template.constant(),
            _ => None,
        }
    }
}

fn fail<T>(file: &str, line: usize, message: &str) -> Result<T> {
    Err(Error::other(format!("{file}:{line}: {message}")))
}

/// The words of a header's value: separated by blanks or commas.
fn words(value: &str) -> Vec<String> {
    value.split([' ', ',', '\t']).filter(|w| !w.is_empty()).map(String::from).collect()
}

/// `>= 5.0 and < 5.2`; None: not a condition.
fn version_holds(condition: &str, version: (u32, u32)) -> Option<bool> {
    let mut holds = true;
    let words = words(condition);
    let mut i = 0;
    loop {
        let (Some(operator), Some(number)) = (words.get(i), words.get(i + 1)) else {
            return None;
        };
        let (major, minor) = number.split_once('.')?;
        let wanted = (small_number(major)?, small_number(minor)?);
        match operator.as_str() {
            ">=" => holds = holds && version >= wanted,
            "<" => holds = holds && version < wanted,
            _ => return None,
        }
        match words.get(i + 2) {
            None => return Some(holds),
            Some(word) if word == "and" => i += 3,
            Some(_) => return None,
        }
    }
}

/// A number of one to three digits.
fn small_number(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 3 || !text.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Without blank lines at either end, and with one newline at the end of what is left.
fn trim_code(lines: &[&str]) -> String {
    let is_blank = |line: &&str| line.bytes().all(|c| c == b' ' || c == b'\t');
    let Some(first) = lines.iter().position(|l| !is_blank(l)) else {
        return String::new();
    };
    let last = lines.iter().rposition(|l| !is_blank(l)).unwrap_or(first);
    let mut code = String::new();
    for line in lines.iter().take(last + 1).skip(first) {
        code.push_str(line);
        code.push('\n');
    }
    code
}

/// A section that is being read, and whether its conditions hold so far.
struct Reading<'a> {
    section: Section,
    wanted: bool,
    lines: Vec<&'a str>,
}

/// Reads `NAME [effect]`, with which a section begins.
fn begin<'a>(file: &str, line: usize, heading: &str) -> Result<Reading<'a>> {
    let words = words(heading);
    let effect = match words.get(1).map(String::as_str) {
        None | Some("mutator") => Effect::Mutator,
        Some("mutable") => Effect::Mutable,
        Some("const") => Effect::Const,
        Some(_) => return fail(file, line, "the effect is const, mutable or mutator"),
    };
    let Some(name) = words.first() else {
        return fail(file, line, "a section needs a name");
    };
    if words.len() > 2 {
        return fail(file, line, "a section begins with one name and an effect");
    }
    let section = Section {
        name: name.clone(),
        file: file.into(),
        line,
        effect,
        aliases: Vec::new(),
        requires: Vec::new(),
        form: Form::Call,
        fixup: None,
        calls: false,
        code: String::new(),
    };
    Ok(Reading { section, wanted: true, lines: Vec::new() })
}

fn template(file: &str, line: usize, text: &str) -> Result<Template> {
    match Template::parse(text) {
        Ok(template) => Ok(template),
        Err(error) => fail(file, line, &error.to_string()),
    }
}

fn set_form(section: &mut Section, line: usize, form: Form) -> Result<()> {
    if !matches!(section.form, Form::Call) {
        return fail(&section.file, line, "a section has one template");
    }
    section.form = form;
    Ok(())
}

/// Reads one header line below that.
fn header(reading: &mut Reading, line: usize, key: &str, value: &str, version: (u32, u32), target: Target) -> Result<()> {
    let file = reading.section.file.clone();
    let section = &mut reading.section;
    // What is packed has the first letter of a key.
    match key {
        "Alias" | "A" => section.aliases.extend(words(value)),
        "Requires" | "R" => section.requires.extend(words(value)),
        "Version" | "V" => match version_holds(value, version) {
            Some(holds) => reading.wanted = reading.wanted && holds,
            None => return fail(&file, line, "a version condition is like: >= 5.0 and < 5.2"),
        },
        "If" => {
            let mut taken = false;
            for name in &words(value) {
                match name.parse::<Target>() {
                    Ok(named) => taken = taken || target.takes(named),
                    Err(message) => return fail(&file, line, &message),
                }
            }
            reading.wanted = reading.wanted && taken;
        }
        "Inline" | "I" => set_form(section, line, Form::Inline(template(&file, line, value)?))?,
        "Test" | "T" => set_form(section, line, Form::Test(template(&file, line, value)?))?,
        "Statement" | "S" => set_form(section, line, Form::Statement(template(&file, line, value)?))?,
        "Fixup" | "F" => section.fixup = Some(template(&file, line, value)?),
        "Calls" | "C" => section.calls = true,
        _ => return fail(&file, line, &format!("unknown header '{key}'")),
    }
    Ok(())
}

/// Enters a finished section into the table.
fn finish(table: &mut Table, reading: Option<Reading>) -> Result<()> {
    let Some(Reading { mut section, wanted, lines }) = reading else {
        return Ok(());
    };
    if !wanted {
        return Ok(());
    }
    section.code = trim_code(&lines);
    // The bytecode's own operations may be the compiler's alone.
    if section.code.is_empty() && matches!(section.form, Form::Call) && !section.name.starts_with('%') {
        return fail(&section.file, section.line, &format!("section '{}' has neither code nor a template", section.name));
    }
    let position = table.sections.len();
    let mut names = vec![section.name.clone()];
    names.extend(section.aliases.iter().cloned());
    for name in names {
        if let Some(other) = table.find(&name) {
            let message = format!("'{name}' is provided at {}:{} already", other.file, other.line);
            return fail(&section.file, section.line, &message);
        }
        table.index.insert(name, position);
    }
    table.sections.push(section);
    Ok(())
}

/// Reads the files (name, text) of a runtime; `files` is sorted by name.
pub fn parse(files: &[(String, String)], version: (u32, u32), target: Target) -> Result<Table> {
    let mut table = Table::default();
    for (file, text) in files {
        let mut reading: Option<Reading> = None;
        for (i, line) in text.split('\n').enumerate() {
            let number = i + 1;
            // No line of Lua begins with what a packed header does.
            let Some(rest) = line.strip_prefix("--//").or_else(|| line.strip_prefix('@')) else {
                if let Some(reading) = &mut reading {
                    reading.lines.push(line);
                }
                continue;
            };
            let Some((key, value)) = rest.split_once(':') else {
                finish(&mut table, reading.take())?;
                reading = Some(begin(file, number, rest)?);
                continue;
            };
            match &mut reading {
                None => return fail(file, number, "a header before the first section"),
                Some(reading) if !trim_code(&reading.lines).is_empty() => {
                    return fail(file, number, "a header after the section's code");
                }
                Some(reading) => header(reading, number, key.trim(), value.trim(), version, target)?,
            }
        }
        finish(&mut table, reading)?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, version: (u32, u32), target: Target) -> Result<Table> {
        parse(&[("a.lua".into(), text.into())], version, target)
    }

    #[test]
    fn conditions_choose_the_section() {
        let text = "-- about\n--// a const\n--// Version: >= 5.0 and < 5.3\n--// Alias: b c\nP.a = 1\n\n\
                    --// a\n--// Version: < 5.0\n--// Requires: x, y\nP.a = 2\n";
        let new = read(text, (5, 2), Target::Portable).unwrap();
        assert_eq!(new.find("c").unwrap().code, "P.a = 1\n");
        assert_eq!(new.find("b").unwrap().effect, Effect::Const);
        let old = read(text, (4, 13), Target::Portable).unwrap();
        assert_eq!(old.find("a").unwrap().requires, ["x", "y"]);
        assert_eq!(old.find("a").unwrap().effect, Effect::Mutator);
        assert!(read(text, (5, 3), Target::Portable).unwrap().find("a").is_none());
    }

    #[test]
    fn regions_are_kept_with_what_they_name() {
        let code = |code: &str, linked: usize| {
            let text = format!("--// a\n{code}\n--// b\nP.b = 1\n--// c\n--// Alias: d\nP.c = 1\n");
            let table = read(&text, (5, 0), Target::Portable)?;
            table.code_of(&table.sections[0], &|position| position == linked)
        };
        let text = "f(\n  --{ b, d\n  1,\n  --}\n--{ b\n  2,\n--}\n  3)";
        assert_eq!(code(text, 0).unwrap(), "f(\n  3)\n");
        assert_eq!(code(text, 1).unwrap(), "f(\n  1,\n  2,\n  3)\n");
        assert_eq!(code(text, 2).unwrap(), "f(\n  1,\n  3)\n");
        let error = |text: &str| code(text, 0).unwrap_err().to_string();
        assert_eq!(error("--{ x\ny\n--}"), "a.lua:1: a region of the unknown section 'x'");
        for text in ["--{ b\nx", "x\n--}", "--{ b\n--{ c\n--}\n--}"] {
            assert_eq!(error(text), "a.lua:1: a region begins in another one, or has no begin or no end");
        }
    }

    #[test]
    fn errors_name_file_and_line() {
        let error = |text: &str| read(text, (5, 0), Target::Portable).unwrap_err().to_string();
        assert_eq!(error("--// a\n--// Foo: b\nx"), "a.lua:2: unknown header 'Foo'");
        assert_eq!(error("--// a\nx\n--// a\ny"), "a.lua:3: 'a' is provided at a.lua:1 already");
        assert_eq!(error("--// a\n"), "a.lua:1: section 'a' has neither code nor a template");
        assert_eq!(error("--// a\n--// If: jvm\nx"), "a.lua:2: unknown target 'jvm'");
    }
}
