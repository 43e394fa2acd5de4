(* There is one block of tag 0 without fields: `[||]`, however it is made, is physically equal to itself. *)
let opaque = Sys.opaque_identity
let empty : int array = [||]
let constants = [| (1, [||]); (2, [| 3 |]); (4, [||]) |]

module type EMPTY = sig end

let is what value = Printf.printf "%s %b\n" what (Obj.repr value == Obj.repr empty)

let () =
  is "literal" (opaque [||]);
  is "make" (Array.make (opaque 0) 1);
  is "make of floats" (Array.make (opaque 0) 1.5);
  is "create_float" (Array.create_float (opaque 0));
  is "floatarray" (Float.Array.create (opaque 0));
  is "init" (Array.init (opaque 0) succ);
  is "sub" (Array.sub [| 1; 2 |] (opaque 1) 0);
  is "append" (Array.append empty (opaque [||]));
  is "concat of nothing" (Array.concat []);
  is "concat" (Array.concat [ empty; [||] ]);
  is "of_list" (Array.of_list []);
  is "map" (Array.map succ (opaque empty));
  is "copy" (Array.copy (opaque empty));
  is "in a constant" (snd (opaque constants).(2));
  is "not empty" (opaque [| 0 |]);
  is "module" (opaque (module struct end : EMPTY));
  is "dup" (Obj.dup (Obj.repr empty));
  is "with_tag" (Obj.with_tag 0 (Obj.repr empty));
  is "new_block" (Obj.new_block 0 0);
  is "new_block of another tag" (Obj.new_block 3 0);
  is "read" (Marshal.from_string (Marshal.to_string [| 7 |] []) 0 : int array);
  is "read empty" (Marshal.from_string (Marshal.to_string empty []) 0 : int array);
  Printf.printf "tags %d %d\n" (Obj.tag (Obj.new_block 3 0)) (Obj.tag (Obj.repr empty));
  Printf.printf "marshalled twice %S\n" (String.sub (Marshal.to_string (empty, empty) []) 20 3);
  (match Gc.finalise ignore empty with () -> print_endline "finalised" | exception Invalid_argument s -> print_endline s);
  let weak = Weak.create 1 in
  Weak.set weak 0 (Some empty);
  Gc.full_major ();
  Printf.printf "weak %b\n" (Weak.check weak 0);
  (* One does not become longer with another. *)
  let grown = Array.append (opaque empty) [| 1 |] in
  Printf.printf "lengths %d %d %d\n" (Array.length grown) (Array.length empty) (Array.length [||])
