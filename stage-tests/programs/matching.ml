(* Pattern matching: guards, or-patterns, ranges, strings, floats, nesting, aliases, arrays, lazy, exhaustive failures. *)
let p = print_endline
let number = function 0 -> "zero" | 1 | 2 | 3 -> "few" | n when n < 0 -> "negative" | 10 -> "ten" | 100 -> "hundred" | n when n mod 2 = 0 -> "even" | _ -> "odd"
let char = function 'a' .. 'z' -> "lower" | 'A' .. 'Z' -> "upper" | '0' .. '9' -> "digit" | ' ' | '\t' | '\n' -> "space" | '_' -> "under" | _ -> "other"
let word = function "let" | "in" -> 1 | "if" -> 2 | "then" -> 3 | "else" -> 4 | "match" -> 5 | "with" -> 6 | "a much longer string that spans several words" -> 7 | "" -> 8 | "\000" -> 9 | s when String.length s > 10 -> 10 | _ -> 11
let float = function 0.0 -> "zero" | 1.0 -> "one" | 2.5 -> "two and a half" | x when x <> x -> "nan" | _ -> "other"
let list = function [] -> "empty" | [ x ] -> "one " ^ string_of_int x | [ 1; 2; 3 ] -> "one two three" | 1 :: 2 :: rest -> "12+" ^ string_of_int (List.length rest) | (_ :: (y :: _ as tail)) -> string_of_int y ^ "/" ^ string_of_int (List.length tail)
let tuple = function (0, _, _) -> "first" | (_, 0, _) -> "second" | (_, _, 0) -> "third" | (a, b, c) when a = b && b = c -> "same" | (a, b, _) | (b, _, a) when a > b -> string_of_int a ^ ">" ^ string_of_int b | _ -> "none"
let array = function [||] -> 0 | [| x |] -> x | [| x; y |] -> x * y | [| 1; _; z; _ |] -> z | a -> Array.length a * 1000
let option = function Some (Some 0) -> "ss0" | Some (Some n) when n > 5 -> "big" | Some (Some _) -> "ss" | Some None -> "sn" | None -> "n"
let rec zip = function [], _ | _, [] -> [] | x :: xs, y :: ys -> (x, y) :: zip (xs, ys)
let lz = function (lazy 1) -> "one" | (lazy n) -> string_of_int n
let () =
  List.iter (fun n -> p (number n)) [ 0; 1; 3; -4; 10; 100; 12; 13 ]; List.iter (fun c -> p (char c)) [ 'q'; 'Q'; '5'; ' '; '_'; '\200'; '`'; '{'; '@' ];
  List.iter (fun s -> print_int (word s); print_char ' ') [ "let"; "in"; "if"; "then"; "else"; "match"; "with"; "a much longer string that spans several words"; ""; "\000"; "0123456789x"; "le"; "lets" ]; print_newline ();
  List.iter (fun x -> p (float x)) [ 0.0; -0.0; 1.0; 2.5; nan; 3.0 ]; List.iter (fun l -> p (list l)) [ []; [ 5 ]; [ 1; 2; 3 ]; [ 1; 2; 4 ]; [ 9; 8; 7 ]; [ 1; 2 ] ];
  List.iter (fun t -> p (tuple t)) [ 0, 1, 2; 1, 0, 2; 1, 2, 0; 3, 3, 3; 5, 4, 3; 1, 2, 3; 2, 2, 1; 4, 5, 4 ]; List.iter (fun a -> print_int (array a); print_char ' ') [ [||]; [| 7 |]; [| 3; 4 |]; [| 1; 2; 3; 4 |]; [| 2; 2; 3; 4 |] ]; print_newline ();
  List.iter (fun o -> p (option o)) [ None; Some None; Some (Some 0); Some (Some 3); Some (Some 9) ]; List.iter (fun (a, b) -> print_string (string_of_int a ^ b)) (zip ([ 1; 2; 3 ], [ "a"; "b" ])); print_newline ();
  p (lz (lazy 1)); p (lz (lazy (1 + 1))); (try ignore (((function 1 -> 2) [@warning "-8"]) (List.length [])) with Match_failure (f, l, _) -> p ("match failure " ^ f ^ " " ^ string_of_int l));
  let[@warning "-8"] (a, b), [ c; d ] = (1, 2), [ 3; 4 ] in print_int (a + b + c + d); print_newline (); let f (x, (y, z)) { contents = w } = x + y + z + w in print_int (f (1, (2, 3)) (ref 4)); print_newline ()
