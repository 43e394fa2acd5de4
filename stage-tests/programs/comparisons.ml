(* Structural comparison and equality on everything; physical equality where it is defined. *)
type t = A | B of int | C of string * float | D of t list
let b v = print_string (if v then "1" else "0")
let nl = print_newline
let table name vs = print_string (name ^ " "); List.iter (fun x -> List.iter (fun y -> print_string (match compare x y with 0 -> "=" | n when n < 0 -> "<" | _ -> ">"); b (x = y); b (x < y); b (x <= y)) vs; print_char ' ') vs; nl ()
let () =
  table "ints" [ 0; 1; -1; 1073741823; -1073741824 ]; table "floats" [ 0.0; -0.0; 1.0; nan; infinity; neg_infinity ]; table "strings" [ ""; "a"; "b"; "ab"; "a\000"; "\255" ]; table "chars" [ 'a'; 'b'; '\000' ]; table "bools" [ true; false ]; table "lists" [ []; [ 1 ]; [ 1; 2 ]; [ 2 ]; [ 0; 5 ] ]; table "arrays" [ [||]; [| 1 |]; [| 1; 2 |]; [| 2 |]; [| 0; 5 |] ]; table "float arrays" [ [||]; [| 1.0 |]; [| nan |]; [| 0.5; 2.0 |] ];
  table "options" [ None; Some None; Some (Some 1); Some (Some 0) ]; table "variants" [ A; B 1; B 2; C ("a", 1.0); C ("a", nan); D []; D [ A; B 0 ] ]; table "tuples" [ 1, "a"; 1, "b"; 0, "z" ]; table "int32" [ 0l; 1l; -1l; Int32.max_int ]; table "int64" [ 0L; 1L; -1L; Int64.max_int; Int64.min_int; 4294967296L ]; table "bytes" [ Bytes.of_string "a"; Bytes.of_string "ab"; Bytes.empty ]; table "refs" [ ref 1; ref 2 ]; table "units" [ () ]; table "polymorphic" [ `A; `B; `C ]; table "exceptions" [ Not_found ];
  let fails f = try ignore (f ()); print_endline "no exception" with Invalid_argument m -> print_endline m in fails (fun () -> compare succ pred); fails (fun () -> succ = pred); fails (fun () -> compare (1, succ) (1, succ)); b (try compare (1, succ) (2, succ) < 0 with Invalid_argument _ -> false); nl ();
  b (min 1 2 = 1); b (max "a" "b" = "b"); b (min [ 2 ] [ 1; 3 ] = [ 1; 3 ]); let l = [ 1; 2 ] in b (l == l); b (l == [ 1; 2 ]); b (l != l); b (A == A); b (None == None); nl (); let rec long n acc = if n = 0 then acc else long (n - 1) (n :: acc) in b (long 100000 [] = long 100000 []); b (compare (long 100000 []) (long 99999 []) > 0); let rec deep n acc = if n = 0 then acc else deep (n - 1) (D [ acc ]) in b (deep 10000 A = deep 10000 A); b (deep 10000 A = deep 10000 (B 1)); nl ()

(* Constants of two places are not the same. *)
let () =
  let zero = 0. and minus = -0. and text = "text" and other = "text" in
  Printf.printf "%b %b %b %b\n" (zero == minus) (zero != minus) (text == other) (text == text)

(* Tests of what a comparison of ints returned, either way round, and its result as such. *)
let () =
  let ints = [ min_int; -1; 0; 1; max_int ] in
  List.iter
    (fun (x : int) ->
      List.iter
        (fun y ->
          let c = compare x y in
          List.iter b [ c = 0; c <> 0; c < 0; c <= 0; c > 0; c >= 0; 0 = c; 0 <> c; 0 < c; 0 <= c; 0 > c; 0 >= c ];
          b (compare x y = 1);
          Printf.printf " %d " c)
        ints;
      nl ())
    ints
