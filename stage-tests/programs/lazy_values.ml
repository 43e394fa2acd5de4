(* Lazy values: forced once, exceptions kept, recursion detected, streams. *)
let p = print_endline
type 'a stream = Cons of 'a * 'a stream Lazy.t
let rec from n = Cons (n, lazy (from (n + 1)))
let rec take n (Cons (x, t)) = if n = 0 then [] else x :: take (n - 1) (Lazy.force t)
let rec filter f (Cons (x, t)) = if f x then Cons (x, lazy (filter f (Lazy.force t))) else filter f (Lazy.force t)
let rec sieve (Cons (x, t)) = Cons (x, lazy (sieve (filter (fun y -> y mod x <> 0) (Lazy.force t))))
let () =
  let count = ref 0 in let v = lazy (incr count; !count * 10) in
  p (string_of_bool (Lazy.is_val v)); print_int (Lazy.force v + Lazy.force v); print_int !count; print_newline (); p (string_of_bool (Lazy.is_val v));
  let bad = lazy (incr count; failwith "once") in let attempt () = try ignore (Lazy.force bad) with Failure m -> p m in attempt (); attempt (); print_int !count; print_newline ();
  let rec loop = lazy (1 + Lazy.force loop) in (try ignore (Lazy.force loop) with Lazy.Undefined -> p "undefined");
  List.iter (fun n -> print_int n; print_char ' ') (take 15 (sieve (from 2))); print_newline ();
  print_int (Lazy.force (Lazy.from_val 3)); print_int (Lazy.force (Lazy.from_fun (fun () -> 4))); print_int (Lazy.force (lazy 5)); print_newline ();
  let x = lazy "text" in p (Lazy.force x); let f = lazy 2.5 in print_float (Lazy.force f +. Lazy.force f); print_newline (); let nested = lazy (lazy 7) in print_int (Lazy.force (Lazy.force nested)); print_int (Lazy.force (Lazy.map succ (lazy 1))); print_newline ();
  let rec fibs = Cons (0, lazy (Cons (1, lazy (add fibs (tail fibs))))) and add (Cons (a, s)) (Cons (b, t)) = Cons (a + b, lazy (add (Lazy.force s) (Lazy.force t))) and tail (Cons (_, t)) = Lazy.force t in print_int (List.nth (take 30 fibs) 29); print_newline ()
