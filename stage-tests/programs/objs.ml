(* Obj: representation of values as the compiler sees them. *)
type t = A | B of int | C of int * int
let i n = print_int n; print_char ' '
let b v = print_string (if v then "yes " else "no ")
let () =
  b (Obj.is_int (Obj.repr 1)); b (Obj.is_block (Obj.repr (1, 2))); i (Obj.size (Obj.repr (1, 2, 3))); i (Obj.tag (Obj.repr (C (1, 2)))); i (Obj.tag (Obj.repr "s")); b (Obj.tag (Obj.repr 1.5) = Obj.double_tag); b (Obj.tag (Obj.repr [| 1.5 |]) = Obj.double_array_tag); i (Obj.obj (Obj.field (Obj.repr (7, 8)) 1)); i (Obj.tag (Obj.repr A)); print_newline ();
  let v = Obj.dup (Obj.repr (1, 2)) in Obj.set_field v 0 (Obj.repr 10); let x, y = (Obj.obj v : int * int) in i x; i y; b (Obj.is_int (Obj.repr A)); let n = Obj.new_block 3 2 in Obj.set_field n 0 (Obj.repr 5); Obj.set_field n 1 (Obj.repr 6); i (Obj.tag n); i (Obj.size n); i (Obj.tag (Obj.repr (fun x -> x + 1))); i (Obj.magic true : int); i (Obj.tag (Obj.repr (object method m = 1 end))); i (Obj.tag (Obj.repr 5L)); print_newline ();
  print_endline (Obj.Extension_constructor.name (Obj.Extension_constructor.of_val Not_found)); let w = Weak.create 3 in let keep = ref 5 in Weak.set w 0 (Some keep); b (Weak.check w 0); b (Weak.check w 1); (match Weak.get w 0 with Some r -> i !r | None -> ()); i (Weak.length w); Weak.set w 0 None; b (Weak.check w 0); i !keep; print_newline ();
  Gc.full_major (); Gc.minor (); Gc.compact (); b ((Gc.get ()).Gc.minor_heap_size > 0); b (Gc.minor_words () >= 0.0); let module W = Weak.Make (struct type t = string let equal = ( = ) let hash = Hashtbl.hash end) in let set = W.create 10 in let s = String.make 3 'w' in W.add set s; b (W.mem set "www"); b (W.mem set "zzz"); print_endline s
