//! Templates, literals and printing of the Lua back end.

use std::process::Command;

use lua_of_ocaml::compile::{self, Options};
use lua_of_ocaml::lua::literal;
use lua_of_ocaml::lua::lua_text::{self, Style};
use lua_of_ocaml::lua::short_names::ShortNames;
use lua_of_ocaml::lua::syntax::{Dest, Expr, Function, Kind, Stat, constant};
use lua_of_ocaml::lua::template::{Template, int};
use lua_of_ocaml::runtime;
use lua_of_ocaml::target::Target;

fn expand(template: &str, args: &[Expr]) -> String {
    let result = constant("r".into(), Kind::Prefix);
    Template::parse(template).unwrap().expand(Some(&result), args).unwrap().text
}

fn name(text: &str) -> Expr {
    constant(text.into(), Kind::Prefix)
}

fn sum() -> Expr {
    constant("a + b".into(), Kind::Compound)
}

#[test]
fn operands_get_parentheses_where_they_need_them() {
    assert_eq!(expand("%1 * %2", &[name("x"), sum()]), "x * (a + b)");
    assert_eq!(expand("F(%1, %2)", &[name("x"), sum()]), "F(x, a + b)");
    assert_eq!(expand("%1[%{2+2}]", &[name("x"), int(3)]), "x[5]");
    assert_eq!(expand("%1[%{2+2}]", &[sum(), sum()]), "(a + b)[(a + b) + 2]");
    assert_eq!(expand("%1[1]", &[int(5)]), "(5)[1]");
    assert_eq!(expand("%1 + %2", &[name("x"), int(-3)]), "x - 3");
    assert_eq!(expand("%1 - %2", &[name("x"), int(-3)]), "x + 3");
    assert_eq!(expand("%1 - %2", &[int(-3), name("x")]), "(-3) - x");
    assert_eq!(expand("%1[2] = %2", &[name("x"), sum()]), "x[2] = a + b");
    assert_eq!(expand("%1 == %2", &[name("x"), sum()]), "x == (a + b)");
    assert_eq!(expand("if %0 > 9 then %0 = %0 % 10 end", &[]), "if r > 9 then r = r % 10 end");
    assert_eq!(expand("%1", &[sum()]), "a + b");
}

#[test]
fn templates_know_what_they_are() {
    let kind = |text: &str| Template::parse(text).unwrap().kind;
    assert_eq!(kind("G[%{1+1}]"), Kind::Prefix);
    assert_eq!(kind("%1[2].x(%2)"), Kind::Prefix);
    assert_eq!(kind("(%1 or 2)[3]"), Kind::Prefix);
    assert_eq!(kind("%1 + %2"), Kind::Compound);
    assert_eq!(kind("0"), Kind::Atom);
    assert_eq!(kind("(%1)(%2) + x"), Kind::Compound);
    assert!(Template::parse("%1 and %2").unwrap().lazy[2]);
    assert!(!Template::parse("%1 and %2").unwrap().lazy[1]);
    assert_eq!(Template::parse("F(%2, %1, %2)").unwrap().order, [2, 1]);
}

#[test]
fn constants_of_sums_are_added_up() {
    let sum = |template: &str, args: &[Expr]| Template::parse(template).unwrap().expand(None, args).unwrap();
    let last = sum("#%1 - 1", &[name("a")]);
    assert_eq!((last.text.as_str(), last.kind), ("#a - 1", Kind::Compound));
    assert_eq!(expand("%1 - %2", &[last.clone(), int(1)]), "#a - 2");
    assert_eq!(expand("%1[%{2+2}]", &[name("a"), last.clone()]), "a[#a + 1]");
    assert_eq!(expand("%1[%{2+1}]", &[name("a"), last.clone()]), "a[#a]");
    assert_eq!(expand("%2 + %1", &[last, int(5)]), "#a + 4");
    assert_eq!(expand("%1[%{2+2}]", &[name("a"), sum("%1 + %2", &[name("i"), int(-1)])]), "a[i + 1]");
    assert_eq!(expand("%1 + 1", &[int(4)]), "5");
    // What is added up stays an int of 32 bits, and what may overflow is written.
    assert_eq!(expand("%1 + %2", &[sum("%1 + %2", &[name("i"), int(1 << 20)]), int(1)]), "(i + 1048576) + 1");
    assert_eq!(expand("%1 + %2", &[name("x"), name("y")]), "x + y");
}

#[test]
fn bad_templates_are_refused() {
    for text in ["%", "%x", "%{1}", "%{1*2}", "%{1+2", "a %"] {
        assert!(Template::parse(text).is_err(), "{text}");
    }
    assert!(Template::parse("%2").unwrap().expand(None, &[int(1)]).is_err());
}

#[test]
fn floats() {
    let text = |x: f64| literal::float_text(&x.to_be_bytes());
    for (x, expected) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (-1.5, "-1.5"),
        (100.0, "100.0"),
        (0.25, "0.25"),
        (0.00015, "0.00014999999999999999"),
        (1e-7, "9.9999999999999995e-8"),
        (1e16, "10000000000000000.0"),
        (1e17, "1e17"),
        (1.0 + 1.0 / 131_072.0, "1.0000076293945312"),
        (1.0 + 3.0 / 131_072.0, "1.0000228881835938"),
        (5e-324, "4.9406564584124654e-324"),
        (f64::MAX, "1.7976931348623157e308"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
        (f64::NAN, "nan"),
    ] {
        assert_eq!(text(x), expected);
    }
}

#[test]
fn wide_integers() {
    for (integer, expected) in [
        (2147483647, 2147483647),
        (2147483648, -2147483648),
        (-2147483648, -2147483648),
        (4294967295, -1),
        (4294967296, 0),
        (4611686018427387903, -1),
        (-4611686018427387904, 0),
    ] {
        assert_eq!(literal::wide(Target::Portable, integer), expected);
        assert_eq!(literal::wide(Target::Lua54, integer), integer);
    }
}

#[test]
fn strings() {
    assert_eq!(literal::string(b"a\"\\\n\0\xff 7"), "\"a\\\"\\\\\\n\\000\\255 7\"");
}

#[test]
fn blanks_go_only_where_lua_can_do_without() {
    for (text, expected) in [
        ("local x = a + b", "local x=a+b"),
        ("x = a - -b", "x=a- -b"),
        ("if x == \"a  b\" then y = {1, 2} end", "if x==\"a  b\"then y={1,2}end"),
        ("x = 1 .. y", "x=1 .. y"),
        ("s = \"\\\" \" .. t", "s=\"\\\" \".. t"),
        ("return (a)(b)", "return(a)(b)"),
    ] {
        assert_eq!(lua_text::squeeze(text, &ShortNames::default()), expected);
    }
}

fn call(text: &str) -> Stat {
    Stat::Text(constant(text.into(), Kind::Prefix))
}

/// A statement that begins with a parenthesis, in every place where it would be taken for a call.
fn function() -> Function {
    let assign = |text: &str| Stat::Assign { local: true, dests: vec![Dest { var: 0, name: "x".into() }], value: name(text) };
    let chain = Stat::If(
        name("x == 1"),
        vec![call("(f)(1)")],
        vec![Stat::If(name("x == 2"), vec![call("(f)(2)"), call("(f)(3)")], vec![call("(f)(4)")])],
    );
    let body = vec![
        call("(f)(0)"),
        assign("f"),
        call("(x)(5)"),
        Stat::Once(vec![call("(f)(6)"), Stat::Break]),
        call("(f)(7)"),
        chain,
        call("(f)(8)"),
        Stat::Return(name("x")),
    ];
    let (declares, field) = (vec!["b".into()], Some(("a".into(), "F.a".into())));
    Function { declares, head: "local function a".into(), field, comment: "a".into(), params: vec!["f".into()], body }
}

#[test]
fn every_style_loads_on_every_engine() {
    for style in [Style::Readable, Style::Pretty, Style::Compact] {
        let text = lua_text::run(style, &ShortNames::default(), &function()).text;
        let program = format!("local F = {{}} local n = 0\n{text}\nF.a(function(i) n = n * 10 + i end)\nprint(n)\n");
        for engine in ["lua5.1", "lua5.2", "lua5.3", "lua5.4", "luajit"] {
            let Ok(output) = Command::new(engine).arg("-e").arg(&program).output() else { continue };
            let found = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(found.trim(), "56748", "{engine} {style:?}\n{text}\n{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// Each function of the fixture after its comment, or after nothing.
fn functions(file: &[u8], style: Style) -> Vec<String> {
    let runtime = runtime::embedded();
    let options = Options {
        target: Target::Portable,
        style,
        level: 0,
        dump: None,
        allow_missing: false,
        debug: false,
        files: Vec::new(),
        runtime,
    };
    let text = compile::run(file, &options).unwrap().text;
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (before, line) in lines.iter().zip(&lines[1..]) {
        let head = line.trim_start_matches("local ").trim_start_matches("function ");
        let field = head.starts_with("F.Tiny_") && line.contains(" = function(");
        if field || (head.starts_with("Tiny_") && line.contains("function ")) {
            let comment = if before.starts_with("--") { before } else { "" };
            found.push(format!("{comment} {}", head.split([' ', '(', ',']).next().unwrap()));
        }
    }
    found
}

#[test]
fn the_pretty_style_says_where_a_function_comes_from() {
    for file in [&include_bytes!("fixtures/tiny-4.13.bc")[..], include_bytes!("fixtures/tiny-5.3.bc")] {
        let expected = [
            "-- Tiny.even, tiny.ml:17 F.Tiny_even",
            "-- Tiny.odd, tiny.ml:18 F.Tiny_odd",
            "-- Tiny.attempt, tiny.ml:31 F.Tiny_attempt",
            "-- Tiny.measure.(fun), tiny.ml:29 F.Tiny_measure_fun",
            "-- Tiny.measure, tiny.ml:21 F.Tiny_measure",
            "-- Tiny.attempt, tiny.ml:31 Tiny_attempt_try",
        ];
        assert_eq!(functions(file, Style::Pretty), expected);
        let names: Vec<String> = expected.iter().map(|line| format!(" {}", line.split(' ').next_back().unwrap())).collect();
        assert_eq!(functions(file, Style::Readable), names);
    }
}
