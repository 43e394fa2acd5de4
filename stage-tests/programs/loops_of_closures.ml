(* Loops of the library that are given a closure where they are called: its variables are those of the caller. *)

let count_true a =
  let c = ref 0 in
  Array.iter (fun b -> if b then incr c) a;
  !c

let sum l =
  let s = ref 0 in
  List.iter (fun x -> s := !s + x) l;
  !s

let indexed a = Array.iteri (fun i x -> Printf.printf "%d:%d " i x) a

(* The closure is kept by somebody else, too. *)
let kept = ref []

let keep l =
  let n = ref 0 in
  let f x = n := !n + x; !n in
  kept := f :: !kept;
  List.iter (fun x -> ignore (f x)) l;
  fun () -> !n

(* A closure that raises, in a loop within a trap. *)
let first p l =
  let found = ref None in
  match List.iter (fun x -> if p x then begin found := Some x; raise Exit end) l with
  | () -> None
  | exception Exit -> !found

let exists a x =
  try
    Array.iter (fun y -> if x = y then raise Exit) a;
    false
  with Exit -> true

(* Loops within loops, each closure captures what the outer one changes. *)
let pairs l m =
  let seen = Buffer.create 16 in
  let n = ref 0 in
  List.iter (fun x -> List.iter (fun y -> incr n; Buffer.add_string seen (string_of_int (x * y + !n)); Buffer.add_char seen ' ') m) l;
  Buffer.contents seen

(* Each round makes closures of its own variables. *)
let rounds l =
  let fs = ref [] in
  List.iter (fun x -> let y = ref x in fs := (fun () -> incr y; !y) :: !fs) l;
  List.map (fun f -> f () + f ()) !fs

(* A loop of the program itself, which is not given the same closure in each round. *)
let rec twice f n = if n = 0 then f 0 else twice (fun x -> f (f x)) (n - 1)

let rec each f n = if n > 0 then begin f n; each f (n - 1) end

let folds l = List.fold_left (fun (a, b) x -> (a + x, b * x)) (0, 1) l

let () =
  Printf.printf "%d\n" (count_true [| true; false; true; true |]);
  Printf.printf "%d %d\n" (sum [ 1; 2; 3 ]) (sum []);
  indexed [| 5; 6 |];
  print_newline ();
  let now = keep [ 1; 2; 3 ] in
  Printf.printf "%d %d %d\n" (now ()) (List.fold_left (fun acc f -> acc + f 10) 0 !kept) (now ());
  (match first (fun x -> x > 2) [ 1; 2; 3; 4 ] with Some x -> Printf.printf "%d\n" x | None -> print_endline "none");
  (match first (fun x -> x > 9) [ 1; 2; 3; 4 ] with Some x -> Printf.printf "%d\n" x | None -> print_endline "none");
  Printf.printf "%b %b\n" (exists [| 1; 2 |] 2) (exists [| 1; 2 |] 3);
  print_endline (pairs [ 1; 2; 3 ] [ 4; 5 ]);
  List.iter (Printf.printf "%d ") (rounds [ 1; 10; 100 ]);
  print_newline ();
  Printf.printf "%d\n" (twice (fun x -> x + 1) 10);
  each (fun n -> Printf.printf "%d " n) 5;
  print_newline ();
  let a, b = folds [ 1; 2; 3; 4 ] in
  Printf.printf "%d %d\n" a b;
  String.iter (fun c -> Printf.printf "%d " (Char.code c)) "abc";
  print_newline ()
