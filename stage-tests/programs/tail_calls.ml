(* Tail calls that must not grow the stack: self, mutual, unknown, through closures and handlers. *)
let show n = print_int n; print_newline ()
let rec even n = if n = 0 then 1 else odd (n - 1)
and odd n = if n = 0 then 0 else even (n - 1)
let rec loop acc n = if n = 0 then acc else loop ((acc + n) land 0xFFFF) (n - 1)
let rec cps n k = if n = 0 then k 0 else cps (n - 1) (fun r -> k (r + 1))
type self = Self of (self -> int -> int)
let bounce (Self f as self) n = if n = 0 then 0 else f self (n - 1)
let rec many a b c d e f g h i j n = if n = 0 then a - b + c - d + e - f + g - h + i - j else many b c d e f g h i j a (n - 1)
let apply f x = f x
let rec through n = if n = 0 then 42 else apply through (n - 1)
let rec partial a b = if a = 0 then b else let f = partial (a - 1) in f (b + 1)
type state = Start | Middle of int | Stop
let rec machine s n = match s with Start -> machine (Middle 3) (n - 1) | Middle k -> if n <= 0 then machine Stop n else if k = 0 then machine Start (n - 1) else machine (Middle (k - 1)) (n - 1) | Stop -> n
let rec after_try n = let ok = (try if n mod 3 = 0 then raise Exit else 1 with Exit -> 0) in if n = 0 then ok else after_try (n - 1)
let rec in_handler n = try if n > 0 then raise Not_found else 7 with Not_found -> in_handler (n - 1)
let () =
  show (even 1_000_000); show (odd 1_000_001); show (loop 0 1_000_000); show (cps 50_000 (fun r -> r));
  show (bounce (Self bounce) 300_000); show (many 1 2 3 4 5 6 7 8 9 10 100_003); show (through 200_000); show (partial 100_000 0);
  show (machine Start 200_000); show (after_try 50_000); show (in_handler 50_000)
let () =
  let rec a n = if n = 0 then "done" else (if n land 1 = 0 then b else c) (n - 1)
  and b n = if n = 0 then "b" else a (n - 1)
  and c n = if n = 0 then "c" else b (n - 1) in
  print_endline (a 300_000); let rec seq n = n = 0 || (n > 0 && seq (n - 1)) in print_endline (string_of_bool (seq 300_000))
