(* A million frames of recursion that is not a tail call. *)
let rec count n = if n = 0 then 0 else 1 + count (n - 1)
let rec up n = if n = 0 then 0 else down (n - 1) + 1
and down n = if n = 0 then 0 else up (n - 1) - 1
type self = Self of (self -> int -> int)
let unknown (Self f as self) n = if n = 0 then 0 else 1 + f self (n - 1)
type tree = Leaf | Node of tree * int * tree
let rec spine n = if n = 0 then Leaf else Node (spine (n - 1), n, Leaf)
let rec height = function Leaf -> 0 | Node (l, _, r) -> 1 + max (height l) (height r)
let show n = print_int n; print_newline ()
let () =
  show (count 1_000_000); show (up 1_000_001); show (unknown (Self unknown) 300_000); show (height (spine 200_000));
  show (count 1_000_000)
