(* Numbers the globals and the lifted values that are left without gaps, behind the predefined exceptions: a table of Lua is an array as far as
   it is full, and its elements are found several times as fast as what stands elsewhere in it. *)

open Program

(* OCaml's start-up defines this many exceptions. *)
let predefined = 12

let is_access = function "%global" | "%set_global" | "%top" | "%set_top" -> true | _ -> false

let each_function program visit = Array.iter (function Some (f : func) -> visit f | None -> ()) program.functions

(* Gives all slots their last numbers; globals that nothing mentions are gone. *)
let run program =
  let globals = Array.length program.globals in
  let kept = Array.init (globals + program.lifted) (fun slot -> slot < predefined) in
  let note = function
    | Prim (_, name, ([| Int slot |] | [| Int slot; _ |])) when is_access name -> kept.(slot) <- true
    | _ -> ()
  in
  each_function program (fun f -> Array.iter (fun (block : block) -> Array.iter note block.body) f.blocks);
  let next = ref 0 in
  let number kept =
    if kept then incr next;
    !next - 1
  in
  let numbers = Array.map number kept in
  let instr i =
    match i with
    | Prim (dest, name, (([| Int slot |] | [| Int slot; _ |]) as args)) when is_access name && numbers.(slot) <> slot ->
        let args = Array.copy args in
        args.(0) <- Int numbers.(slot);
        Prim (dest, name, args)
    | _ -> i
  in
  each_function program (fun f ->
      Array.iter (fun (block : block) -> block.body <- Visit.map_array instr block.body) f.blocks);
  let left = ref [] in
  for slot = globals - 1 downto 0 do
    if kept.(slot) then left := slot :: !left
  done;
  let left = Array.of_list !left in
  program.lifted <- !next - Array.length left;
  program.globals <- Array.map (fun slot -> program.globals.(slot)) left;
  program.global_names <- Array.map (fun slot -> program.global_names.(slot)) left
