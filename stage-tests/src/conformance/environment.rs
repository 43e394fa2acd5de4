//! The variables of a test, and the environment of the processes that it starts.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Variables that change what OCaml's tools do; no process sees those of the caller.
const CLEARED: [&str; 5] = ["OCAMLRUNPARAM", "CAMLRUNPARAM", "OCAMLLIB", "CAMLLIB", "CAML_LD_LIBRARY_PATH"];

/// Makes the environment of a command the same everywhere.
pub fn clean(command: &mut Command) {
    for variable in CLEARED {
        command.env_remove(variable);
    }
    command.env("TERM", "dumb").env("LC_ALL", "C");
}

/// The variables of a branch of a test. A value may name others; it is expanded when it is asked for.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
    /// Those that the program's environment gets.
    exported: BTreeSet<String>,
    /// Those that it must not have.
    unset: BTreeSet<String>,
}

impl Variables {
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_string(), value.into());
    }

    pub fn append(&mut self, name: &str, value: &str) {
        let before = self.get(name);
        self.set(name, before + value);
    }

    pub fn export(&mut self, name: &str) {
        self.exported.insert(name.to_string());
    }

    /// Forgets a variable and keeps it from the program.
    pub fn unset(&mut self, name: &str) {
        self.values.remove(name);
        self.exported.remove(name);
        self.unset.insert(name.to_string());
    }

    pub fn remove(&mut self, name: &str) {
        self.values.remove(name);
    }

    pub fn is_set(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The value with what it names put in; empty where there is none.
    pub fn get(&self, name: &str) -> String {
        self.value(name, &mut Vec::new())
    }

    /// The words of a value.
    pub fn words(&self, name: &str) -> Vec<String> {
        self.get(name).split_whitespace().map(String::from).collect()
    }

    /// A value that is a number; 0 where it is not.
    pub fn number(&self, name: &str) -> i32 {
        self.get(name).trim().parse().unwrap_or(0)
    }

    fn value<'a>(&'a self, name: &'a str, inside: &mut Vec<&'a str>) -> String {
        // A variable that names itself ends there.
        let Some(value) = self.values.get(name).filter(|_| !inside.contains(&name)) else { return String::new() };
        inside.push(name);
        let mut text = String::new();
        let mut rest = value.as_str();
        while let Some(at) = rest.find(['$', '\\']) {
            text += &rest[..at];
            let escaped = rest[at..].starts_with('\\');
            rest = &rest[at + 1..];
            if escaped {
                let length = rest.chars().next().map_or(0, char::len_utf8);
                let (next, after) = rest.split_at(length);
                text += if next == "$" { "" } else { "\\" };
                text += next;
                rest = after;
                continue;
            }
            let enclosed = [("{", '}'), ("(", ')')].iter().find_map(|(open, close)| rest.strip_prefix(open)?.split_once(*close));
            let plain = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (named, after) = enclosed.unwrap_or_else(|| rest.split_at(plain));
            if named.is_empty() && enclosed.is_none() {
                text.push('$');
            } else {
                text += &self.value(named, inside);
            }
            rest = after;
        }
        inside.pop();
        text + rest
    }

    /// What the program's environment has beyond that of everybody.
    pub fn exported(&self) -> BTreeMap<String, String> {
        let mut exported: BTreeMap<String, String> = self.exported.iter().map(|name| (name.clone(), self.get(name))).collect();
        if self.is_set("ocamlrunparam") {
            exported.insert("OCAMLRUNPARAM".to_string(), self.get("ocamlrunparam"));
        }
        exported
    }

    pub fn not_exported(&self) -> Vec<String> {
        self.unset.iter().cloned().collect()
    }

    /// Gives a command the environment of the program.
    pub fn apply(&self, command: &mut Command) {
        clean(command);
        command.envs(self.exported());
        for name in &self.unset {
            command.env_remove(name);
        }
    }

    /// Gives a command all variables too, as scripts and hooks of the test suite want them.
    pub fn apply_all(&self, command: &mut Command) {
        for name in self.values.keys().filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')) {
            command.env(name, self.get(name));
        }
        self.apply(command);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_expanded_when_they_are_asked_for() {
        let mut variables = Variables::default();
        variables.set("a", r"-I ${b} $(b)/x$b.\$b\n $");
        variables.set("b", "one");
        assert_eq!(variables.get("a"), r"-I one one/xone.$b\n $");
        variables.set("b", "$a two");
        assert_eq!(variables.get("b"), r"-I  /x.$b\n $ two");
        assert_eq!(variables.get("c"), "");
    }

    #[test]
    fn appending_keeps_what_was_there() {
        let mut variables = Variables::default();
        variables.append("flags", "-g");
        variables.append("flags", " -w -a");
        assert_eq!(variables.words("flags"), ["-g", "-w", "-a"]);
    }
}
