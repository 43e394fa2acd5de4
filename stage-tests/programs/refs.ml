(* References: aliasing, swapping, references to references, in closures and structures. *)
let p n = print_int n; print_char ' '
let swap a b = let t = !a in a := !b; b := t
let () =
  let a = ref 1 and b = ref 2 in swap a b; p !a; p !b; let c = a in c := 50; p !a; let rr = ref a in !rr := 7; p !a; rr := b; !rr := 8; p !b; p !a; print_newline ();
  p (if a == c then 1 else 0); p (if ref 1 == ref 1 then 1 else 0); p (if ref 1 = ref 1 then 1 else 0); print_newline ();
  let f = ref (fun x -> x) in let g x = !f (x + 1) in p (g 1); f := (fun x -> x * 100); p (g 1); print_newline ();
  let fact = ref (fun _ -> 0) in (fact := fun n -> if n = 0 then 1 else n * !fact (n - 1)); p (!fact 10); print_newline ();
  let l = [ ref 1; ref 2; ref 3 ] in List.iter (fun r -> r := !r * !r) l; List.iter (fun r -> p !r) l; print_newline ();
  let local = let x = ref 0 in for i = 1 to 10 do x := !x + i done; let y = !x in x := 0; y + !x in p local; let x = ref 5 in let g () = x := !x + 1; !x in let s = !x + g () in p s; let s = g () + !x in p s; print_newline ();
  let floats = ref 0.0 in for i = 1 to 10 do floats := !floats +. (1.0 /. float_of_int i) done; print_float !floats; print_newline (); let s = ref "" in for i = 0 to 9 do s := string_of_int i ^ !s done; print_endline !s

(* What a record that stays in its function holds can be a block again, set on one of two ways. *)
type pair = { mutable first : int ref; mutable second : int }
let () =
  let f c x =
    let pair = { first = x; second = 1 } in
    if c then pair.first <- ref 41 else pair.second <- 2;
    !(pair.first) + pair.second
  in
  p (f true (ref 5)); p (f false (ref 5)); print_newline ()
