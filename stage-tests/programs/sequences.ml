(* Seq: lazy sequences, and conversions of the containers to and from them. *)
let show s = print_endline (String.concat " " (List.map string_of_int (List.of_seq s)))
let rec nat n () = Seq.Cons (n, nat (n + 1))
let rec take n s () = if n = 0 then Seq.Nil else match s () with Seq.Nil -> Seq.Nil | Seq.Cons (x, r) -> Seq.Cons (x, take (n - 1) r)
let () =
  show (take 5 (nat 3)); show (Seq.map (fun x -> x * x) (take 5 (nat 1))); show (take 5 (Seq.filter (fun x -> x mod 3 = 0) (nat 1))); show (Seq.filter_map (fun x -> if x > 2 then Some (-x) else None) (take 5 (nat 0))); show (Seq.flat_map (fun x -> List.to_seq [ x; x * 10 ]) (take 3 (nat 1)));
  show (Seq.append (List.to_seq [ 1 ]) (Seq.return 2)); show (Seq.cons 0 (take 2 (nat 5))); show Seq.empty; show (Seq.unfold (fun n -> if n > 100 then None else Some (n, n * 2)) 1); print_int (Seq.fold_left ( + ) 0 (take 100 (nat 1))); print_newline (); Seq.iter print_int (take 4 (nat 6)); print_newline (); show (Seq.concat (List.to_seq [ List.to_seq [ 1; 2 ]; Seq.empty; Seq.return 3 ]));
  show (Array.to_seq [| 4; 5; 6 |]); show (Seq.map Char.code (String.to_seq "abc")); print_endline (String.of_seq (Seq.map Char.uppercase_ascii (String.to_seq "hello"))); Seq.iter (fun (i, c) -> print_int i; print_char c) (String.to_seqi "xyz"); print_newline ();
  let module M = Map.Make (Int) in let m = M.of_seq (Seq.map (fun x -> (x, x * 2)) (take 5 (nat 0))) in show (Seq.map snd (M.to_seq_from 2 m)); let module S = Set.Make (Int) in show (S.to_seq (S.of_seq (List.to_seq [ 3; 1; 2; 3 ]))); show (S.to_rev_seq (S.of_list [ 1; 2; 3 ]));
  let h = Hashtbl.of_seq (List.to_seq [ 1, "a"; 2, "b" ]) in print_endline (Hashtbl.find h 2); let b = Buffer.of_seq (String.to_seq "buffer") in Buffer.add_seq b (String.to_seq "!"); print_endline (Buffer.contents b); let q = Queue.of_seq (take 3 (nat 0)) in show (Queue.to_seq q); show (Stack.to_seq (Stack.of_seq (take 3 (nat 0))));
  print_endline (Bytes.to_string (Bytes.of_seq (String.to_seq "bytes"))); let evaluated = ref 0 in let s = Seq.map (fun x -> incr evaluated; x) (take 10 (nat 0)) in (match s () with Seq.Cons (x, _) -> print_int x | Seq.Nil -> ()); print_int !evaluated; print_newline ()
