//! The classes of runs: what a program is about, by its libraries, its folder in the test suite and what it names.

use regex_lite::Regex;

/// Folders that say the class, whatever the program names.
const FOLDERS_FIRST: [(&str, &str); 7] = [
    ("bytecode-instr", r"tool-ocaml$"),
    ("domains", r"parallel|lib-domain|lib-dynlink-domains|memory-model|lf_skiplist"),
    ("effects", r"effect"),
    ("threads", r"lib-threads|lib-systhreads|lib-sync"),
    ("bigarray", r"lib-bigarray|prim-bigstring"),
    ("marshal", r"lib-marshal"),
    ("weak-gc", r"weak-ephe|statmemprof|gc-roots|ephe-c-api|compaction|lib-weak"),
];

/// What programs of any other folder name.
const NAMES: [(&str, &str); 4] = [
    ("weak-gc", r"\bWeak\.|\bEphemeron\.|\bGc\.(finalise|finalise_last|create_alarm|Memprof)|open Ephemeron|open Weak"),
    ("marshal", r"\bMarshal\.|\boutput_value\b|\binput_value\b"),
    ("bigarray", r"\bBigarray\b|caml_ba_|bigstring"),
    ("domains", r"\bDomain\.(spawn|join|DLS|self|cpu_relax|recommended)|open Domain\b"),
];

/// The folders of the programs that name none of these.
const FOLDERS_LAST: [(&str, &str); 10] = [
    ("backtrace", r"backtrace"),
    ("float", r"basic-float|lib-float|float-unboxing|fma$|lib-complex"),
    ("format-printf", r"lib-format|lib-printf|lib-scanf|^formatting|formats-transition|lib-internalformat"),
    ("lexyacc", r"tool-lexyacc|^lexing|lib-lexing"),
    ("stdlib", r"^lib-"),
    ("objects", r"objects"),
    ("typing", r"^typing|^let-syntax|^extension-constructor|^generalized-open|^shapes|^shadow"),
    (
        "basic",
        r"^basic|^array-functions|^exotic|^functors|^letrec|^lazy|^match|^prim-|^int64|^translprim|^raise|^tmc|^syntactic|^local-functions|^unboxed|^warnings",
    ),
    ("misc", r"^misc|^regression|^reproducib"),
    ("runtime", r"^runtime|^callback|^embedded|^c-api|^unwind|^required|^link"),
];

/// The class of a program in a folder of the test suite, by the libraries it is linked with and the text of its sources.
pub fn of(folder: &str, libraries: &[String], text: &str) -> &'static str {
    let has = |names: &[&str]| libraries.iter().any(|library| names.contains(&library.as_str()));
    let code = Regex::new(r"(?s)\(\*.*?\*\)").expect("the expression is right").replace_all(text, " ");
    let names = |pattern: &str| Regex::new(pattern).expect("the expression is right").is_match(&code);
    let first = |table: &[(&'static str, &str)], holds: &dyn Fn(&str) -> bool| {
        table.iter().find(|(_, pattern)| holds(pattern)).map(|(class, _)| *class)
    };
    let is_folder = |pattern: &str| Regex::new(pattern).expect("the expression is right").is_match(folder);
    if has(&["dynlink"]) {
        "dynlink"
    } else if has(&["ocamlcommon", "ocamlbytecomp", "ocamltoplevel", "ocamloptcomp", "ocamlmiddleend"]) {
        "compiler-libs"
    } else if names(r"\bDomain\.(spawn|join)") {
        "domains"
    } else if has(&["threads"]) {
        "threads"
    } else if has(&["runtime_events"]) {
        "runtime-events"
    } else if names(r"\bEffect\b|\bEff\b") {
        "effects"
    } else if has(&["unix"]) {
        "unix"
    } else if has(&["str"]) {
        "str"
    } else {
        first(&FOLDERS_FIRST, &is_folder)
            .or_else(|| first(&NAMES, &names))
            .or_else(|| first(&FOLDERS_LAST, &is_folder))
            .unwrap_or("other")
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn libraries_come_before_folders_and_folders_before_names() {
        let libraries = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(of("lib-unix", &libraries(&["unix", "threads"]), ""), "threads");
        assert_eq!(of("lib-marshal", &[], "Weak.create"), "marshal");
        assert_eq!(of("misc", &[], "Weak.create"), "weak-gc");
        assert_eq!(of("misc", &[], "(* Weak.create *)"), "misc");
        assert_eq!(of("lib-list", &[], "perform (Effect.Deep)"), "effects");
        assert_eq!(of("asmcomp", &[], ""), "other");
    }
}
