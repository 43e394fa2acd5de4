(* Control flow around try: values out of it, loops in it, mutable variables seen by handlers, early returns. *)
exception Return of int
let p n = print_int n; print_char ' '
let opaque x = if Array.length Sys.argv < 0 then raise Exit else x
let several a = let x, y, z = try let v = opaque a in if v > 2 then raise (Return v); (v, v + 1, v + 2) with Return n -> (n * 10, 0, -1) in p x; p y; p z
let assigned n = let a = ref 0 and b = ref 100 in (try for i = 1 to n do a := i; if i = 5 then raise Exit; b := !b - i done; a := -1 with Exit -> b := !b + 1000); p !a; p !b
let nested n = let a = ref 1 in (try a := 2; (try a := 3; if n = 1 then raise Exit; if n = 2 then raise Not_found; a := 4 with Exit -> a := !a * 10); a := !a + 5; if n = 3 then raise Not_found; a := !a + 100 with Not_found -> a := - !a); p !a
let in_loop l = let rec go acc = function [] -> acc | x :: t -> (match (try Some (10 / x) with Division_by_zero -> None) with Some v -> go (acc + v) t | None -> go (acc - 1) t) in p (go 0 l)
let early l = try List.iter (fun x -> if x > 3 then raise (Return x)) l; -1 with Return n -> n
let tail n = try opaque n + 1 with Exit -> 0
let value_or d f = try f () with _ -> d
let switch n = match (try if n = 0 then raise Exit else n with Exit -> 50) with 1 -> "one" | 2 -> "two" | 50 -> "fifty" | _ -> "more"
let both f g = try f () with Exit -> (try g () with Not_found -> 3)
let while_try () = let n = ref 0 and stop = ref false in while not !stop do try incr n; if !n > 5 then raise Exit; if !n mod 2 = 0 then raise Not_found; p !n with Exit -> stop := true | Not_found -> p (- !n) done
let deep_result n = let r = try try try if n > 0 then raise (Return n) else 0 with Not_found -> 1 with Exit -> 2 with Return k -> k * 7 in r + 1
let captured () = let k = ref 5 in let f () = k := !k + 1; if !k > 7 then raise Exit; !k in try let a = f () in let b = f () in p (a + b); p (f ()) with Exit -> p !k
let () =
  several 1; several 5; assigned 3; assigned 10; print_newline (); List.iter nested [ 0; 1; 2; 3 ]; in_loop [ 1; 0; 5; 0; 2 ]; print_newline ();
  p (early [ 1; 2; 7; 8 ]); p (early [ 1 ]); p (tail 4); p (value_or 9 (fun () -> failwith "x")); p (value_or 9 (fun () -> 8)); print_newline ();
  List.iter (fun n -> print_endline (switch n)) [ 0; 1; 2; 3 ]; p (both (fun () -> 1) (fun () -> 2)); p (both (fun () -> raise Exit) (fun () -> 2)); p (both (fun () -> raise Exit) (fun () -> raise Not_found)); print_newline ();
  while_try (); p (deep_result 0); p (deep_result 3); captured (); print_newline ();
  let x = ref 0 in (try (try x := 1; raise Exit with Not_found -> x := 2) with Exit -> x := !x + 10); p !x; p (try (try raise Exit with e -> x := 99; raise e) with Exit -> !x); print_newline ()
