(* Conditions: short circuit, nesting, values of comparisons, order of evaluation. *)
let t s v = print_string s; v
let b v = print_endline (if v then " true" else " false")
let classify x y = if x < 0 then (if y < 0 then "sw" else if y = 0 then "w" else "nw") else if x = 0 then (if y < 0 then "s" else if y = 0 then "c" else "n") else if y < 0 then "se" else if y = 0 then "e" else "ne"
let () =
  b (t "a" true && t "b" false && t "c" true); b (t "a" false || t "b" true || t "c" true); b (not (t "a" true) || t "b" false); b ((t "a" true || t "b" true) && t "c" true); b (t "a" false && t "b" true || t "c" true);
  for x = -1 to 1 do for y = -1 to 1 do print_string (classify x y ^ " ") done done; print_newline ();
  let v = (if t "x" true then t "y" 1 else t "z" 2) + t "w" 3 in print_int v; print_newline ();
  let a = ref 0 in let f () = incr a; !a in
  let tuple = (f (), f (), f ()) in let x, y, z = tuple in print_int x; print_int y; print_int z; print_newline ();
  let l = [ f (); f (); f () ] in List.iter print_int l; print_newline (); print_int (f () - (f () * 10)); print_newline (); let r = { contents = f () } in print_int (!r + f ()); print_newline ();
  let lt = 1 < 2 and ge = "a" >= "b" in b (lt && not ge); b ((1 < 2) = (3 < 4)); b (lt > ge); print_int (compare true false); print_newline ();
  let order x y z = ignore x; ignore y; ignore z in order (t "1" ()) (t "2" ()) (t "3" ()); print_newline (); let g = (t "f" (fun _ _ -> t "body" ())) in (g (t "p" ())) (t "q" ()); print_newline ()
