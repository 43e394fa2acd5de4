//! Where two texts part, and how it is shown.

use bootstrap::diff::{Names, compare};

#[test]
fn equal_texts_are_identical() {
    let comparison = compare(&Names::new(), "a", b"return 1\n", "b", b"return 1\n");
    assert!(comparison.identical);
    assert!(comparison.text.starts_with("identical, 9 bytes, blake3 "));
}

#[test]
fn the_function_and_the_lines_are_named() {
    let a = b"F.first=function(C,D)\nreturn 1\nend\nF.second=function(C,D)\nlocal x=2\nreturn x\nend\n";
    let b = b"F.first=function(C,D)\nreturn 1\nend\nF.second=function(C,D)\nlocal x=3\nreturn x\nend\n";
    let comparison = compare(&Names::new(), "a", a, "b", b);
    assert!(!comparison.identical);
    let text = comparison.text;
    assert!(text.starts_with("differ at byte 66 (line 5, column 9)\n"), "{text}");
    assert!(text.contains("a: in F.second, which begins on line 4\n"), "{text}");
    assert!(text.contains("\n-local x=2\n+local x=3\n return x\n"), "{text}");
}

#[test]
fn numbered_functions_are_named_too() {
    let text = compare(&Names::new(), "a", b"x F[12]=function() y=1", "b", b"x F[12]=function() y=2").text;
    assert!(text.contains("in F[12],"), "{text}");
    let names = Names::from([("F[12]".to_string(), "List_f3".to_string())]);
    let text = compare(&names, "a", b"x F[12]=function() y=1", "b", b"x F[12]=function() y=2").text;
    assert!(text.contains("in F[12] (List_f3),"), "{text}");
}

#[test]
fn a_prefix_differs_at_its_end() {
    let text = compare(&Names::new(), "a", b"return 1\n", "b", b"return 1\nx").text;
    assert!(text.starts_with("differ at byte 9 (line 2, column 1)\n"), "{text}");
    assert!(!compare(&Names::new(), "a", b"", "b", b"x").identical);
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let a = format!("{}one{}", "a".repeat(1000), "z".repeat(1000));
    let b = format!("{}two{}", "a".repeat(1000), "z".repeat(1000));
    let text = compare(&Names::new(), "a", a.as_bytes(), "b", b.as_bytes()).text;
    assert!(text.lines().all(|line| line.len() < 200), "{text}");
    assert!(text.contains("aone") && text.contains("atwo"), "{text}");
}

#[test]
fn bytes_that_are_not_text_are_escaped() {
    let text = compare(&Names::new(), "a", b"\xff\x00", "b", b"\xff\x01").text;
    assert!(text.contains("-\\xff\\x00"), "{text}");
}
