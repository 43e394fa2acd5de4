(* Gc.get gives back what Gc.set was told; Obj.new_block refuses what it cannot make. *)
let () =
  let before = Gc.get () in
  Gc.set { before with Gc.space_overhead = 150; max_overhead = 700 };
  let after = Gc.get () in
  Printf.printf "%d %d %b\n" after.Gc.space_overhead after.Gc.max_overhead
    (after.Gc.minor_heap_size = before.Gc.minor_heap_size);
  Gc.set before;
  Printf.printf "%b\n" ((Gc.get ()).Gc.space_overhead = before.Gc.space_overhead);
  List.iter
    (fun (tag, size) ->
      match Obj.new_block tag size with
      | block -> Printf.printf "%d %d\n" (Obj.tag block) (Obj.size block)
      | exception Invalid_argument text -> print_endline text)
    [ (255, 1); (252, 0); (247, 1); (3, 2); (0, 1) ]
