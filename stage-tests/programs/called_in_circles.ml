(* Functions that call each other in a circle, and a partial application on the level of the call graph that one of them is on: what it
   takes in refers to that one. *)

let table = Array.make 10 3

let rec leave x = if x <= 0 then x else skip 1 (x - 1)

and skip k x =
  let a = table.(x land 7) in
  let b = table.(k land 7) in
  leave (x + a - b - 2)

let apply f = f 5

let () =
  let k = int_of_string "5" in
  print_int (apply (skip k));
  let several = Array.init 3 (fun i -> skip (i + k)) in
  Array.iter (fun step -> print_int (step 4)) several;
  print_int (skip 3 4);
  print_int (skip 3 5);
  print_int (leave 10);
  print_int (leave 11);
  print_newline ()
