(* The library str: every form of regular expression and every function of the module. *)

let show_match name regexp text start =
  Printf.printf "%s at %d of %S:" name start text;
  if Str.string_match regexp text start then begin
    for group = 0 to 9 do
      match Str.matched_group group text with
      | matched -> Printf.printf " %d=%S(%d-%d)" group matched (Str.group_beginning group) (Str.group_end group)
      | exception Not_found -> Printf.printf " %d:none" group
      | exception Invalid_argument _ -> ()
    done;
    Printf.printf " end %d\n" (Str.match_end ())
  end else
    print_endline " no"

let matches source texts =
  let regexp = Str.regexp source in
  List.iter (fun text -> show_match source regexp text 0) texts

let folded source texts =
  let regexp = Str.regexp_case_fold source in
  List.iter (fun text -> show_match (source ^ " (folded)") regexp text 0) texts

let () =
  matches "abc" ["abc"; "abcd"; "ab"; "xabc"; ""];
  matches "a.c" ["abc"; "a\nc"; "a\000c"];
  matches "a*b+c?" ["aaabbbc"; "bb"; "c"; "aab"];
  matches "\\(a\\|b\\)*c" ["ababc"; "c"; "abab"];
  matches "\\(a\\(b\\)?\\)+" ["ab"; "aba"; "aab"];
  matches "[a-c]*[^a-c]" ["abcabcd"; "abc"; "x"];
  matches "[]a-]*" ["]]--aa"; "b"];
  matches "[^]a-]*" ["bcd]"; "-"];
  matches "^foo$" ["foo"; "foo\nbar"; "foobar"];
  matches "\\bfoo\\b" ["foo"; "foo bar"; "foobar"; "foo_"; "foo\233"; ""];
  matches "\\([a-z]+\\) \\1" ["abc abc"; "abc abd"; "abc ab"];
  matches "\\(\\)*x" ["x"; "y"];
  matches "\\(a*\\)*b" ["aaab"; "b"; "aaac"];
  matches "\\(a*\\)+b" ["aaab"; "b"; "aaac"];
  matches "\\(a\\|ab\\)\\(c\\|bcd\\)\\(d*\\)" ["abcd"];
  matches "\\\\\\.\\*\\[" ["\\.*["];
  matches "a\000b" ["a\000b"; "a"];
  matches "[\000-\031]+" ["\000\001\n\031 "];
  matches "\\(x\\)?\\(y\\)?z" ["xz"; "yz"; "z"; "xyz"];
  matches "%-*%+[!-/]*" ["%--%!\"#$%&'()*+,-./0"];
  matches "\\(.\\)\\(.\\)\\(.\\)\\(.\\)\\(.\\)\\(.\\)\\(.\\)\\(.\\)\\(.\\)\\(.\\)\\(.\\)" ["abcdefghijkl"];
  folded "HeLLo [A-Z]+" ["hello WORLD"; "HELLO world"; "help"];
  folded "x\\(yZ\\)*" ["XyZYz"; "xyzyZ"];
  folded "\201t\201" ["\233T\233"; "\201t\201"];
  folded "\\(a\\)B\\1" ["aba"; "AbA"; "Aba"]

let () =
  let letters = Str.regexp "[a-z]+" in
  List.iter
    (fun start ->
      match Str.search_forward letters "12ab34cd!" start with
      | found -> Printf.printf "forward %d: %d %s\n" start found (Str.matched_string "12ab34cd!")
      | exception Not_found -> Printf.printf "forward %d: none\n" start)
    [0; 3; 4; 7; 8; 9];
  List.iter
    (fun start ->
      match Str.search_backward letters "12ab34cd!" start with
      | found -> Printf.printf "backward %d: %d %s\n" start found (Str.matched_string "12ab34cd!")
      | exception Not_found -> Printf.printf "backward %d: none\n" start)
    [9; 8; 5; 2; 1; 0];
  List.iter
    (fun start ->
      try ignore (Str.search_forward letters "ab" start)
      with Invalid_argument message -> Printf.printf "%d: %s\n" start message)
    [-1; 3];
  (try ignore (Str.search_backward letters "ab" 5) with Invalid_argument message -> print_endline message);
  (try ignore (Str.string_match letters "ab" 3) with Invalid_argument message -> print_endline message);
  let empty = Str.regexp "x*" in
  Printf.printf "%d %d\n" (Str.search_forward empty "abc" 1) (Str.search_backward empty "abc" 3)

let () =
  let number = Str.regexp "\\([0-9]+\\)\\.\\([0-9]+\\)e" in
  List.iter
    (fun text -> Printf.printf "partial %S: %b %d\n" text (Str.string_partial_match number text 0) (Str.match_end ()))
    ["12.5e"; "12.5"; "12."; "1"; ""];
  Printf.printf "%b\n" (Str.string_partial_match number "x" 0);
  Printf.printf "%b\n" (Str.string_partial_match (Str.regexp_string "hello") "help" 0);
  Printf.printf "%b\n" (Str.string_partial_match (Str.regexp_string "hello") "hel" 0);
  Printf.printf "%b\n" (Str.string_partial_match (Str.regexp_string_case_fold "HELLO") "hEl" 0);
  Printf.printf "%b\n" (Str.string_partial_match (Str.regexp "\\(ab\\)\\1c") "aba" 0)

let () =
  let vowel = Str.regexp "[aeiou]" in
  print_endline (Str.global_replace vowel "<\\0>" "education");
  print_endline (Str.replace_first vowel "<\\0>" "education");
  print_endline (Str.global_substitute vowel (fun text -> String.uppercase_ascii (Str.matched_string text)) "education");
  print_endline (Str.substitute_first vowel (fun _ -> "!") "education");
  print_endline (Str.global_replace (Str.regexp "\\([a-z]+\\)=\\([0-9]+\\)") "\\2:\\1\\\\\\x" "a=1,bc=22;d=");
  print_endline (Str.global_replace (Str.regexp "x*") "-" "abxxc");
  print_endline (Str.global_replace (Str.regexp "^") "> " "one\ntwo\n\nthree");
  print_endline (Str.global_replace (Str.regexp_string ".*") "!" "a.*b.*");
  print_endline (Str.replace_matched "[\\0]" (ignore (Str.search_forward vowel "xyzoo" 0); "xyzoo"));
  List.iter
    (fun template ->
      try print_endline (Str.global_replace (Str.regexp "\\(a\\)\\|b") template "ab")
      with Failure message -> print_endline message)
    ["\\1"; "\\2"; "x\\"; "\\0\\0"];
  print_endline (Str.quote "a.b*c+d?e[f]g^h$i\\j")

let print_list list = print_endline (String.concat "|" list)

let () =
  let comma = Str.regexp "," and blanks = Str.regexp "[ \t]+" in
  print_list (Str.split comma "a,b,,c,");
  print_list (Str.split comma ",a,b");
  print_list (Str.split comma "");
  print_list (Str.split (Str.regexp "") "abc");
  print_list (Str.split_delim comma ",a,b,,c,");
  print_list (Str.split_delim comma "");
  print_list (Str.bounded_split comma "a,b,c,d" 2);
  print_list (Str.bounded_split_delim comma ",a,b,c,d" 3);
  print_list (Str.split blanks "  hello   big\tworld  ");
  let show = function Str.Text text -> "T:" ^ text | Str.Delim text -> "D:" ^ text in
  print_list (List.map show (Str.full_split (Str.regexp "[(),]") "f(x,y)z"));
  print_list (List.map show (Str.bounded_full_split (Str.regexp "[(),]") "f(x,y)z" 3));
  print_list [Str.string_before "hello" 2; Str.string_after "hello" 2; Str.first_chars "hello" 3; Str.last_chars "hello" 3]

let () =
  List.iter
    (fun source ->
      match Str.regexp source with
      | _ -> Printf.printf "%S is a regular expression\n" source
      | exception Failure message -> Printf.printf "%S: %s\n" source message)
    ["\\("; "a\\)"; "[a"; "[]"; "\\1"; "*"; "+a"; "\\"; "[z-a]"; "\\(\\)"]

let () =
  let text = String.concat "\n" (List.init 400 (fun i -> Printf.sprintf "key%d = value %d" i (i * i))) in
  let line = Str.regexp "^\\([a-z0-9]+\\) *= *\\(.*\\)$" in
  let rec sum at total =
    match Str.search_forward line text at with
    | _ ->
      let size = String.length (Str.matched_group 2 text) in
      sum (Str.match_end ()) (total + size)
    | exception Not_found -> total
  in
  Printf.printf "%d\n" (sum 0 0);
  let long = String.make 20000 'a' in
  Printf.printf "%b\n" (Str.string_match (Str.regexp "\\(a\\|b\\)*c") long 0)
