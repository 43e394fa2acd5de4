(* The Array module, on boxed values, ints and floats. *)
let p = print_endline
let show a = p (String.concat " " (Array.to_list (Array.map string_of_int a)))
let showf a = p (String.concat " " (Array.to_list (Array.map string_of_float a)))
let fails f = try ignore (f ()); p "no exception" with Invalid_argument m -> p ("invalid: " ^ m)
let () =
  let a = Array.init 10 (fun i -> i * i) in
  show a; a.(3) <- 99; show a; print_int (Array.length a); print_newline (); show (Array.sub a 2 3); show (Array.append a [| 1; 2 |]); show (Array.concat [ a; [||]; [| 7 |] ]);
  let b = Array.copy a in b.(0) <- -1; show a; show b; Array.blit a 0 a 2 5; show a; Array.blit a 3 a 1 5; show a; Array.fill a 2 3 0; show a;
  show (Array.of_list [ 3; 1; 2 ]); show (Array.make 3 5); print_int (Array.fold_left ( + ) 0 b); print_newline (); print_int (Array.fold_right (fun x y -> x - y) b 0); print_newline ();
  Array.iteri (fun i x -> print_int (i * x); print_char ' ') b; print_newline (); show (Array.mapi (fun i x -> i + x) b); show (Array.map2 ( * ) [| 1; 2 |] [| 3; 4 |]);
  p (string_of_bool (Array.exists (fun x -> x > 80) b)); p (string_of_bool (Array.for_all (fun x -> x >= 0) b)); p (string_of_bool (Array.mem 49 b)); p (string_of_bool (Array.memq 50 b))
let () =
  let a = [| 5; 3; 9; -1; 7; 0; 3; 8; 2; 2 |] in
  Array.sort compare a; show a; Array.sort (fun x y -> compare y x) a; show a;
  let pairs = Array.init 20 (fun i -> (i * 7 mod 5, i)) in
  Array.stable_sort (fun (a, _) (b, _) -> compare a b) pairs; Array.iter (fun (a, b) -> print_string (string_of_int a ^ ":" ^ string_of_int b ^ " ")) pairs; print_newline ();
  let m = Array.make_matrix 3 4 0 in m.(1).(2) <- 5; Array.iter show m; show [||];
  Array.iter print_string [| "a"; "b" |]; print_newline (); show (Array.of_seq (Array.to_seq [| 1; 2; 3 |]))
let () =
  let f = [| 1.5; 2.5; -0.0; nan |] in
  showf f; f.(1) <- 1e10; showf f; showf (Array.map (fun x -> x *. 2.0) f); showf (Array.sub f 1 2); showf (Array.append f f); showf (Array.make 2 0.5); showf (Array.init 3 float_of_int);
  let z = Array.create_float 3 in Array.fill z 0 3 7.0; showf z; showf (Array.concat [ f; z ]); let g = Array.of_list [ 3.0; 1.0; 2.0 ] in Array.sort compare g; showf g;
  let fa = Float.Array.make 3 1.0 in Float.Array.set fa 1 2.0; print_float (Float.Array.get fa 1 +. Float.Array.fold_left ( +. ) 0.0 fa); print_newline ();
  let generic a i = a.(i) in print_float (generic f 0); print_int (generic [| 4 |] 0); print_newline ();
  print_float (Array.fold_left ( +. ) 0.0 (Array.init 1000 (fun i -> float_of_int i /. 8.0))); print_newline ()
let () =
  let a = [| 1; 2; 3 |] and f = [| 1.0 |] in
  fails (fun () -> a.(3)); fails (fun () -> a.(-1)); fails (fun () -> a.(3) <- 0); fails (fun () -> f.(1)); fails (fun () -> f.(1) <- 0.0); fails (fun () -> Array.sub a 2 2);
  fails (fun () -> Array.make (-1) 0); fails (fun () -> Array.blit a 0 a 2 2); fails (fun () -> Array.fill a 0 4 0); fails (fun () -> Array.map2 ( + ) a [||])
let () =
  let invalid f = try ignore (f ()); p "no exception" with Invalid_argument _ -> p "invalid" | Out_of_memory -> p "out of memory" in
  let longest = Sys.max_array_length and floats = Sys.max_floatarray_length in
  invalid (fun () -> Array.make (longest + 1) 0); invalid (fun () -> Array.make (longest + 1) 1.5); invalid (fun () -> Array.make longest 0);
  invalid (fun () -> Float.Array.create (-1)); invalid (fun () -> Float.Array.create (floats + 1)); invalid (fun () -> Float.Array.make (floats + 1) 1.0)
let () =
  let ones = Array.make 2 1.0 and created = Array.create_float 2 and halves = [| 0.5; 1.0 |] in
  Array.fill created 0 2 1.0; halves.(0) <- 1.0;
  p (string_of_bool (ones = created && created = halves)); Printf.printf "%d %d\n" (compare created ones) (compare ones halves)
