(* A test of what a comparison of ints returned is a test of the ints: of `compare a b < 0` remains `a < b`. Maps and sorting get their order
   as such a function, which stands in place once it is inlined. *)

open Program

(* By variable: the ints whose comparison it is. Empty when there is none. *)
let compared (f : func) =
  let compared = ref [||] in
  let note = function
    | Prim (dest, "caml_int_compare", [ a; b ]) ->
        if Array.length !compared = 0 then compared := Array.make (Array.length f.names) None;
        !compared.(dest) <- Some (a, b)
    | _ -> ()
  in
  Array.iter (fun (block : block) -> List.iter note block.body) f.blocks;
  !compared

(* The operands of a test of two values when one is 0 and the other a comparison. *)
let operands compared = function
  | [ Var v; Int 0 ] -> ( match compared.(v) with Some (a, b) -> Some [ a; b ] | None -> None)
  | [ Int 0; Var v ] -> ( match compared.(v) with Some (a, b) -> Some [ b; a ] | None -> None)
  | _ -> None

(* Whether a test has changed. *)
let func (f : func) =
  let compared = compared f in
  let changed = ref false in
  let tested instr =
    match instr with
    | Prim (dest, (("%int_eq" | "%int_ne" | "%int_lt" | "%int_le" | "%int_gt" | "%int_ge") as name), args) -> (
        match operands compared args with
        | Some operands ->
            changed := true;
            Prim (dest, name, operands)
        | None -> instr)
    | _ -> instr
  in
  if Array.length compared > 0 then
    Array.iter (fun (block : block) -> block.body <- List.map tested block.body) f.blocks;
  !changed

(* Does so in all functions; those that change are simplified, as the comparison itself may be needed no more. *)
let run program simplify = Array.iter (function Some f -> if func f then simplify f | None -> ()) program.functions
