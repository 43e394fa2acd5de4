(* Hashtbl, and the values of the hash function. *)
let p = print_endline
let sorted h = List.sort compare (Hashtbl.fold (fun k v l -> (k, v) :: l) h [])
let show h = p (String.concat " " (List.map (fun (k, v) -> k ^ "=" ^ string_of_int v) (sorted h)))
module H = Hashtbl.Make (struct type t = int let equal a b = a mod 100 = b mod 100 let hash n = n mod 100 end)
let () =
  let h = Hashtbl.create 1 in List.iteri (fun i k -> Hashtbl.add h k i) [ "a"; "b"; "c"; "a"; "d" ]; show h; print_int (Hashtbl.find h "a"); Hashtbl.remove h "a"; print_int (Hashtbl.find h "a"); print_int (Hashtbl.length h); print_newline ();
  Hashtbl.replace h "b" 100; show h; p (String.concat "," (List.map string_of_int (Hashtbl.find_all h "b"))); p (string_of_bool (Hashtbl.mem h "zz")); p (string_of_bool (Hashtbl.find_opt h "zz" = None)); (try ignore (Hashtbl.find h "zz") with Not_found -> p "not found");
  Hashtbl.filter_map_inplace (fun _ v -> if v > 2 then Some (v * 2) else None) h; show h; let c = Hashtbl.copy h in Hashtbl.reset h; print_int (Hashtbl.length h); print_int (Hashtbl.length c); print_newline ();
  let n = Hashtbl.create 16 in for i = 1 to 3000 do Hashtbl.replace n (i * i mod 4001) i done; print_int (Hashtbl.length n); print_char ' '; print_int (Hashtbl.fold (fun k v a -> (a + (k * v)) mod 65521) n 0); print_newline (); print_int (Hashtbl.stats n).Hashtbl.num_buckets; print_newline ();
  let order = Hashtbl.create 8 in List.iter (fun s -> Hashtbl.add order s ()) [ "x"; "yy"; "zzz"; "w"; "vvvv" ]; Hashtbl.iter (fun k () -> print_string (k ^ " ")) order; print_newline ();
  let m = H.create 10 in H.replace m 5 "five"; H.replace m 105 "hundred and five"; p (H.find m 1005); print_int (H.length m); print_newline ()
let () =
  let h v = print_int (Hashtbl.hash v); print_char ' ' in
  List.iter h [ 0; 1; -1; 42; 1073741823; -1073741824 ]; print_newline (); List.iter h [ ""; "a"; "ab"; "abc"; "abcd"; "hello world"; String.make 300 'x'; "\000\255" ]; print_newline ();
  List.iter h [ 0.5; -0.1; 1.5; -2.25; infinity; nan; 1e300 ]; print_newline (); h (1, 2); h [ 1; 2; 3 ]; h (Some "x"); h None; h [| 1.0; 2.5 |]; h ("a", 3, [ "b" ]); h true; h 'c'; h (ref 5); h (Bytes.of_string "abc"); print_newline ();
  h 5L; h (-1234567890123L); print_newline (); print_int (Hashtbl.hash_param 2 3 [ 1; 2; 3; 4 ]); print_char ' '; print_int (Hashtbl.seeded_hash 17 "seed"); print_char ' '; h `Poly; h (`Arg 3); h (List.init 50 Fun.id); h [ [ [ [ "deep" ] ] ] ]; print_newline ()
