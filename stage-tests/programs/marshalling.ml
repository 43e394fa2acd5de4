(* Marshal: bytes written, and round trips that keep structure, sharing and cycles. *)
let hex s = String.iter (fun c -> Printf.printf "%02x" (Char.code c)) s; print_newline ()
let dump v = hex (Marshal.to_string v [])
let round v = Marshal.from_string (Marshal.to_string v []) 0
type t = Leaf | Node of t * int * t | Tag of string
type r = { mutable self : r option; name : string }
let () =
  dump 0; dump 63; dump 64; dump (-1); dump (-129); dump 40000; dump 1073741823; dump "short"; dump (String.make 40 'l'); dump (String.make 300 'm'); dump (1, 2); dump [ 1; 2; 3 ]; dump (Some [ "a"; "b" ]); dump [| 1; 2; 3 |]; dump [| 1.5; -2.5 |]; dump 1.25; dump (-5L); dump (Node (Leaf, 5, Tag "x")); dump ();
  let v = Node (Node (Leaf, 1, Leaf), 2, Tag "tag") in print_endline (string_of_bool (round v = v)); print_endline (string_of_bool (round [ 1.5; nan; infinity ] |> List.hd = 1.5)); let f = round [| 0.1; 0.2 |] in print_float (f.(0) +. f.(1)); print_newline (); print_endline (string_of_bool (round (1, "two", 3.5, [ 4L ], 'c') = (1, "two", 3.5, [ 4L ], 'c')));
  let shared = ref 5 in let a, b = round (shared, shared) in a := 6; print_int !b; print_newline (); let a, b = Marshal.from_string (Marshal.to_string (shared, shared) [ Marshal.No_sharing ]) 0 in a := 9; print_int !b; print_newline ();
  let r = { self = None; name = "cycle" } in r.self <- Some r; let r' : r = round r in (match r'.self with Some s -> print_endline (s.name ^ string_of_bool (s == r')) | None -> ()); let l = List.init 50000 Fun.id in print_int (List.fold_left (fun a x -> (a + x) mod 10007) 0 (round l)); print_newline ();
  (try ignore (Marshal.to_string (fun x -> x) []) with Invalid_argument m -> print_endline m); (try ignore (Marshal.from_string "short" 0) with Invalid_argument m -> print_endline m); (try ignore (Marshal.from_string (String.make 30 'x') 0) with Failure m -> print_endline m);
  let b = Marshal.to_bytes [ 1; 2 ] [] in print_int (Marshal.total_size b 0); print_newline (); let s = Marshal.to_string 1 [] ^ Marshal.to_string "next" [] in print_endline (Marshal.from_string s (Marshal.total_size (Bytes.of_string s) 0)); let buf = Bytes.create 100 in print_int (Marshal.to_buffer buf 10 50 [ "x" ] []); print_endline (List.hd (Marshal.from_bytes buf 10));
  let name = Filename.temp_file "marshal" ".bin" in let oc = open_out_bin name in Marshal.to_channel oc v []; output_value oc [ "second" ]; close_out oc; let ic = open_in_bin name in print_endline (string_of_bool ((Marshal.from_channel ic : t) = v)); print_endline (List.hd (input_value ic : string list)); (try ignore (input_value ic) with End_of_file -> print_endline "end"); close_in ic; Sys.remove name

(* Without sharing no object is counted in the header. *)
let () = List.iter (fun v -> hex (Marshal.to_string v [ Marshal.No_sharing ])) [ []; [ "a" ]; [ "a"; "b" ] ]
