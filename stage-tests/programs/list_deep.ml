(* Lists of 100,000 elements through functions that are not tail recursive. *)
let n = 100_000
let rec build i = if i = n then [] else i :: build (i + 1)
let rec sum = function [] -> 0 | x :: t -> (x + sum t) mod 1_000_003
let () =
  let l = build 0 in
  print_int (List.length l); print_newline ();
  print_int (sum l); print_newline ();
  print_int (sum (List.map (fun x -> x * 3) l)); print_newline ();
  print_int (List.fold_right (fun x a -> (a * 2 + x) mod 1009) l 0); print_newline ();
  print_int (sum (l @ l)); print_newline ();
  print_int (List.length (List.concat_map (fun x -> [ x ]) l)); print_newline ();
  print_endline (string_of_bool (List.map succ l = List.map (fun x -> x + 1) l));
  print_int (compare l (List.map Fun.id l)); print_newline ();
  print_int (List.length (snd (List.split (List.combine l l)))); print_newline ()
