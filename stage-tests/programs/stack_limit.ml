(* The limit of the stack that OCAMLRUNPARAM sets: 1000 k words. *)

let rec depth n = if n <= 0 then 0 else 1 + depth (n - 1)
let rec nested n = if n <= 0 then 0 else try 1 + nested (n - 1) with Not_found -> 0

let report f n = match f n with
  | n -> Printf.printf "%d\n" n
  | exception Stack_overflow -> print_endline "Stack_overflow"

let () =
  report depth 50000;
  report nested 5000;
  report depth 3000000;
  report depth 50000
