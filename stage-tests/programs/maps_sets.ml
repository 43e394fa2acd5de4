(* Map and Set over several key types. *)
module SM = Map.Make (String)
module IM = Map.Make (Int)
module IS = Set.Make (Int)
module PS = Set.Make (struct type t = int * string let compare = compare end)
let p = print_endline
let showm m = p (String.concat " " (List.map (fun (k, v) -> k ^ "=" ^ string_of_int v) (SM.bindings m)))
let shows s = p (String.concat " " (List.map string_of_int (IS.elements s)))
let () =
  let m = List.fold_left (fun m (k, v) -> SM.add k v m) SM.empty [ "one", 1; "two", 2; "three", 3; "four", 4; "one", 11 ] in
  showm m; showm (SM.remove "two" m); print_int (SM.find "three" m); print_int (SM.cardinal m); p (string_of_bool (SM.mem "five" m)); p (string_of_bool (SM.find_opt "zz" m = None)); showm (SM.map (fun x -> x * 2) m); showm (SM.mapi (fun k v -> v + String.length k) m); showm (SM.filter (fun _ v -> v > 2) m);
  showm (SM.update "one" (function None -> None | Some v -> Some (v + 1)) m); showm (SM.update "new" (fun _ -> Some 0) m); showm (SM.union (fun _ a b -> Some (a + b)) m (SM.singleton "two" 100)); showm (SM.merge (fun _ a b -> match a, b with Some a, None -> Some a | _, b -> b) m (SM.singleton "zero" 0));
  let l, v, r = SM.split "one" m in showm l; p (string_of_bool (v = Some 11)); showm r; p (fst (SM.min_binding m) ^ fst (SM.max_binding m) ^ fst (SM.choose m)); print_int (SM.fold (fun _ v a -> a + v) m 0); let a, b = SM.partition (fun _ v -> v mod 2 = 0) m in showm a; showm b; p (string_of_bool (SM.equal ( = ) m m)); print_int (SM.compare compare m (SM.add "a" 0 m)); print_newline ();
  (try ignore (SM.find "none" m) with Not_found -> p "not found"); p (string_of_bool (SM.for_all (fun _ v -> v > 0) m && SM.exists (fun k _ -> k = "four") m)); showm (SM.of_seq (List.to_seq [ "s", 1 ])); p (string_of_bool (SM.find_first_opt (fun k -> k > "p") m = Some ("three", 3)))
let () =
  let a = IS.of_list [ 5; 1; 9; 3; 7; 1 ] and b = IS.of_list [ 3; 4; 5; 6 ] in
  shows a; shows (IS.union a b); shows (IS.inter a b); shows (IS.diff a b); p (string_of_bool (IS.subset (IS.inter a b) a)); p (string_of_bool (IS.disjoint a b)); print_int (IS.min_elt a); print_int (IS.max_elt a); print_int (IS.cardinal a); print_newline (); shows (IS.map (fun x -> x / 2) a); shows (IS.filter (fun x -> x > 4) a); shows (IS.remove 9 a);
  let l, found, r = IS.split 5 a in shows l; p (string_of_bool found); shows r; print_int (IS.fold ( + ) a 0); print_newline (); p (string_of_bool (IS.equal a (IS.add 1 a) && IS.add 1 a == a)); print_int (compare (IS.compare a b) 0); print_newline (); p (string_of_bool (PS.mem (1, "b") (PS.of_list [ 1, "a"; 1, "b" ])))
let () =
  let m = ref IM.empty in for i = 0 to 4999 do let k = i * 7919 mod 5003 in m := IM.add k i !m done; for i = 0 to 4999 do if i mod 3 = 0 then m := IM.remove i !m done;
  print_int (IM.cardinal !m); print_char ' '; print_int (IM.fold (fun k v a -> (a + (k * 31) + v) mod 1000003) !m 0); print_newline ()
