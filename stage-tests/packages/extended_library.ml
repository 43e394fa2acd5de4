(* ExtLib, Gen and Sexplib0: another standard library's lists, strings, enumerations, dynamic arrays and binary channels. *)
open ExtLib

let ints l = "[" ^ String.concat ";" (List.map string_of_int l) ^ "]"

let () =
  print_endline (ints (List.unique [ 3; 1; 3; 2; 1 ]) ^ ints (List.take 2 [ 1; 2; 3 ]) ^ ints (List.drop 2 [ 1; 2; 3 ]) ^ ints (List.sort_uniq compare [ 3; 1; 3 ]));
  Printf.printf "%d %s\n" (List.length (List.init 100_000 Fun.id)) (dump (List.split_nth 2 [ 'a'; 'b'; 'c' ]));
  print_endline (String.join "," (String.nsplit "a--b--c" "--") ^ String.strip "  x " ^ String.replace_chars (function 'a' -> "AA" | c -> String.make 1 c) "banana" ^ String.slice ~first:(-3) "abcdef");
  Printf.printf "%b %b %d %s\n" (String.starts_with "abc" "ab") (String.exists "hello" "ell") (String.find "hello" "lo") (snd (String.replace ~str:"one two" ~sub:"two" ~by:"three"));
  let e = Enum.map (fun x -> x * x) (Enum.init 10 Fun.id) in
  let even, odd = (Enum.filter (fun x -> x mod 2 = 0) (Enum.clone e), Enum.filter (fun x -> x mod 2 = 1) e) in
  print_endline (ints (List.of_enum (Enum.append even odd)) ^ ints (List.of_enum (List.enum [ 1; 2 ])) ^ string_of_int (Enum.fold ( + ) 0 (List.enum [ 1; 2; 3 ])));
  let a = DynArray.create () in
  for i = 1 to 1000 do DynArray.add a (i * 3) done;
  DynArray.delete_range a 10 980; DynArray.insert a 5 (-1);
  print_endline (ints (DynArray.to_list a));
  let out = IO.output_string () in
  IO.write_i32 out (-123456); IO.write_ui16 out 65000; IO.write_string out "text"; IO.write_double out 0.1; IO.write_i64 out 0x1122334455667788L; IO.write_float32 out 1.5;
  let bytes = IO.close_out out in
  Printf.printf "%S\n" bytes;
  let input = IO.input_string bytes in
  let i = IO.read_i32 input in let u = IO.read_ui16 input in let s = IO.read_string input in let d = IO.read_double input in
  Printf.printf "%d %d %s %g %Ld\n" i u s d (IO.read_i64 input);
  let module M = PMap in
  let map = List.fold_left (fun m i -> M.add (i * 7 mod 11) i m) M.empty (List.init 20 Fun.id) in
  M.iter (fun k v -> Printf.printf "%d:%d " k v) map; print_newline ();
  let h = Hashtbl.of_enum (List.enum [ (1, "a"); (2, "b") ]) in
  Printf.printf "%s %s %d\n" (Hashtbl.find_default h 9 "none") (Hashtbl.find h 2) (Hashtbl.length h);
  let list = Dllist.of_list [ 1; 2; 3 ] in
  let node = Dllist.append list 9 in ignore (Dllist.prepend node 8); print_endline (ints (Dllist.to_list list));
  Printf.printf "%s\n" (dump (1, "two", [ 3 ], Some 'c', [| true |]));
  print_endline (ints (Gen.to_list (Gen.take 5 (Gen.filter (fun x -> x mod 3 = 0) (Gen.init Fun.id)))));
  print_endline (ints (List.concat (Gen.to_list (Gen.map (fun l -> l) (Gen.permutations (Gen.of_list [ 1; 2; 3 ]))))));
  print_endline (Gen.to_list (Gen.lines (Gen.of_string "one\ntwo")) |> String.concat "|");
  let open Sexplib0 in
  let sexp = Sexp_conv.(sexp_of_list (sexp_of_pair sexp_of_string sexp_of_float)) [ ("a b", 0.1); ("c\"", nan); ("", 1e100) ] in
  print_endline (Sexp.to_string sexp);
  print_endline (Sexp.to_string_hum ~indent:2 (Sexp.List (List.init 30 (fun i -> Sexp.List [ Sexp.Atom (string_of_int i); sexp ]))));
  match Sexp_conv.int_of_sexp sexp with _ -> () | exception Sexp_conv.Of_sexp_error (Failure message, _) -> print_endline message
