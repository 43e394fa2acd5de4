(* Closures: captured variables, shared references, counters, composition, closures in data. *)
let i n = print_int n; print_char ' '
let counter () = let n = ref 0 in (fun () -> incr n; !n), (fun () -> n := 0)
let compose f g x = f (g x)
let rec iterate n f = if n = 0 then Fun.id else compose f (iterate (n - 1) f)
let make_adders () = Array.init 5 (fun k -> fun x -> x + (k * 10))
let curry f a b = f (a, b)
let uncurry f (a, b) = f a b
let flip f a b = f b a
let () =
  let next, reset = counter () in
  let other, _ = counter () in
  i (next ()); i (next ()); i (other ()); reset (); i (next ()); print_newline ();
  i (iterate 10 (fun x -> x * 2) 1); i (compose succ (fun x -> x * x) 5); Array.iter (fun f -> i (f 1)) (make_adders ()); print_newline ();
  let fs = ref [] in for k = 1 to 5 do fs := (fun () -> k * k) :: !fs done; List.iter (fun f -> i (f ())) !fs; print_newline ();
  i (curry (fun (a, b) -> a - b) 9 4); i (uncurry ( - ) (9, 4)); i (flip ( - ) 9 4); print_newline ();
  let a = 1 and b = 2 and c = 3 and d = 4 and e = 5 in
  let f x = let g y = let h z = a + b + c + d + e + x + y + z in h in g in i (f 10 20 30); print_newline ();
  let rec fact = function 0 -> 1 | n -> n * fact (n - 1) and table = [| (fun () -> fact 5); (fun () -> fact 10) |] in Array.iter (fun f -> i (f ())) table; print_newline ();
  let rec even n = n = 0 || odd (n - 1) and odd n = n <> 0 && even (n - 1) in let captured = 7 in
  let rec walk n = if n = 0 then captured else step (n - 1) and step n = if n = 0 then - captured else walk (n - 1) in
  print_string (string_of_bool (even 10) ^ string_of_bool (odd 10)); i (walk 10); i (walk 11); print_newline ()
let memo f = let table = ref [] in fun x -> try List.assoc x !table with Not_found -> let y = f x in table := (x, y) :: !table; y
let () =
  let calls = ref 0 in let square = memo (fun x -> incr calls; x * x) in
  i (square 4); i (square 4); i (square 5); i !calls; print_newline ();
  let church n f x = let rec go n = if n = 0 then x else f (go (n - 1)) in go n in
  let plus m n f x = m f (n f x) in let times m n f = m (n f) in
  i (plus (church 3) (church 4) succ 0); i (times (church 3) (church 4) succ 0); print_newline ();
  let rec y f x = f (y f) x in i (y (fun self n -> if n < 2 then n else self (n - 1) + self (n - 2)) 15); print_newline ()
