(* The List module. *)
let show l = print_endline ("[" ^ String.concat "; " (List.map string_of_int l) ^ "]")
let b v = print_endline (string_of_bool v)
let i n = print_endline (string_of_int n)
let fails f = try ignore (f ()); print_endline "no exception" with Failure m -> print_endline ("failure: " ^ m) | Invalid_argument m -> print_endline ("invalid: " ^ m) | Not_found -> print_endline "not found"
let () =
  let l = [ 5; 3; 9; 1; 7 ] and even x = x mod 2 = 0 in
  i (List.length l); i (List.hd l); show (List.tl l); i (List.nth l 2); show (List.rev l); show (List.init 5 (fun i -> i * 2)); show (l @ [ 0 ]); show (List.rev_append l [ 1; 2 ]);
  show (List.concat [ [ 1 ]; []; [ 2; 3 ] ]); show (List.flatten [ [ 1 ]; [ 2 ] ]); show (List.map succ l); show (List.mapi (fun i x -> i * x) l); show (List.rev_map pred l);
  show (List.filter_map (fun x -> if x > 3 then Some (x * 10) else None) l); show (List.concat_map (fun x -> [ x; x ]) l); i (List.fold_left ( - ) 100 l); i (List.fold_right ( - ) l 100);
  List.iter2 (fun a b -> print_int (a * b); print_char ' ') [ 1; 2 ] [ 3; 4 ]; print_newline (); show (List.map2 ( + ) [ 1; 2 ] [ 3; 4 ]); i (List.fold_left2 (fun a b c -> a + (b * c)) 0 [ 1; 2 ] [ 3; 4 ]); i (List.fold_right2 (fun a b c -> a + b - c) [ 1; 2 ] [ 3; 4 ] 0);
  b (List.for_all even l); b (List.exists even l); b (List.mem 9 l); b (List.memq 2 l); b (List.for_all2 ( < ) [ 1 ] [ 2 ]); b (List.exists2 ( > ) [ 1 ] [ 2 ]);
  i (List.find (fun x -> x > 5) l); b (List.find_opt even l = None); show (List.filter even (List.init 10 Fun.id)); show (List.find_all even [ 2; 3 ]);
  let a, c = List.partition (fun x -> x > 4) l in show a; show c; let x, y = List.split [ 1, 2; 3, 4 ] in show x; show y; b (List.combine [ 1 ] [ 2 ] = [ 1, 2 ]);
  i (List.assoc 2 [ 1, 10; 2, 20 ]); b (List.mem_assoc 3 [ 1, 1 ]); show (List.map fst (List.remove_assoc 1 [ 1, 1; 2, 2 ])); b (List.assoc_opt 9 [ 1, 1 ] = None); i (List.assq 1 [ 1, 5 ]);
  show (List.sort compare l); show (List.sort_uniq compare [ 3; 1; 3; 2; 1 ]); show (List.stable_sort (fun a b -> compare (a mod 3) (b mod 3)) [ 1; 2; 3; 4; 5; 6; 7; 8; 9 ]); show (List.merge compare [ 1; 4; 6 ] [ 2; 3; 9 ]); show (List.fast_sort (fun a b -> compare b a) l);
  i (List.compare_lengths l [ 1 ]); i (List.compare_length_with l 5); show (List.cons 1 []); b (List.equal ( = ) l l); i (List.compare compare [ 1; 2 ] [ 1; 3 ]); show (List.of_seq (List.to_seq l)); show (snd (List.fold_left_map (fun a x -> a + x, a * x) 0 l))
let () =
  fails (fun () -> List.hd []); fails (fun () -> List.tl []); fails (fun () -> [ List.nth [ 1 ] 1 ]); fails (fun () -> [ List.nth [ 1 ] (-1) ]); fails (fun () -> List.find (fun _ -> false) [ 1 ]); fails (fun () -> List.assoc 1 []);
  fails (fun () -> List.map2 ( + ) [ 1 ] []); fails (fun () -> List.iter2 (fun _ _ -> ()) [ 1 ] []); fails (fun () -> List.combine [ 1 ] []); fails (fun () -> List.init (-1) Fun.id)
let () =
  let rng = ref 12345 in
  let next () = rng := (!rng * 421 + 1663) mod 7875; !rng in
  let l = List.init 2000 (fun _ -> next ()) in
  let rec sorted = function a :: (b :: _ as t) -> a <= b && sorted t | _ -> true in
  b (sorted (List.sort compare l)); i (List.length (List.sort_uniq compare l)); i (List.fold_left (fun a x -> (a + x) mod 9973) 0 l)
