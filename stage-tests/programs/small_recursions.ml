(* Small functions that call themselves: in two places, in tail position too, with closures, exceptions and floats, and deep. *)

let rec fib n = if n < 2 then n else fib (n - 1) + fib (n - 2)
let rec tak x y z = if y >= x then z else tak (tak (x - 1) y z) (tak (y - 1) z x) (tak (z - 1) x y)
let rec ackermann m n = if m = 0 then n + 1 else if n = 0 then ackermann (m - 1) 1 else ackermann (m - 1) (ackermann m (n - 1))

type tree = Leaf | Node of tree * int * tree

let rec make d = if d = 0 then Leaf else Node (make (d - 1), d, make (d - 1))
let rec sum = function Leaf -> 0 | Node (l, x, r) -> sum l + x + sum r
let rec mirror = function Leaf -> Leaf | Node (l, x, r) -> Node (mirror r, x, mirror l)
let rec length = function [] -> 0 | _ :: rest -> 1 + length rest
let rec map f = function [] -> [] | x :: rest -> let y = f x in y :: map f rest
let rec build n = if n = 0 then [] else n :: build (n - 1)
let rec power x n = if n = 0 then 1. else x *. power x (n - 1)

(* What is said in which order. *)
let rec hanoi n a b c = if n > 0 then begin hanoi (n - 1) a c b; Printf.printf "%s%s " a c; hanoi (n - 1) b a c end

(* Closures that capture what each call has of its own. *)
let rec adders n = if n = 0 then [] else (fun x -> x + n) :: adders (n - 1)

exception Found of int

let rec find p = function [] -> raise Not_found | x :: rest -> if p x then raise (Found x) else 1 + find p rest

(* A local function that captures a variable, and one that is passed on. *)
let count limit =
  let rec go n = if n >= limit then 0 else 1 + go (n + 1) in
  go 0

let rec fix f x = f (fix f) x

let rec is_even n = n = 0 || is_odd (n - 1)
and is_odd n = n <> 0 && is_even (n - 1)

let () =
  Printf.printf "%d %d %d\n" (fib 20) (tak 12 8 4) (ackermann 2 9);
  let t = make 6 in
  Printf.printf "%d %d %b\n" (sum t) (sum (mirror t)) (mirror (mirror t) = t);
  Printf.printf "%d %d\n" (length (build 1_000_000)) (List.fold_left ( + ) 0 (map (fun x -> x * 2) (build 100)));
  Printf.printf "%g\n" (power 2. 10);
  hanoi 3 "a" "b" "c";
  print_newline ();
  List.iter (fun f -> Printf.printf "%d " (f 10)) (adders 5);
  print_newline ();
  (match find (fun x -> x = 3) [ 1; 2; 3 ] with n -> Printf.printf "%d\n" n | exception Found x -> Printf.printf "found %d\n" x);
  (match find (fun x -> x = 4) [ 1; 2; 3 ] with n -> Printf.printf "%d\n" n | exception Not_found -> print_endline "not found");
  Printf.printf "%d\n" (count 300_000);
  Printf.printf "%d\n" (fix (fun self n -> if n = 0 then 1 else n * self (n - 1)) 10);
  Printf.printf "%b %b\n" (is_even 1001) (is_odd 1001)
