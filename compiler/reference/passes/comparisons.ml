(* A test of what a comparison of ints returned is a test of the ints: of `compare a b < 0` remains `a < b`. Maps and sorting get their order
   as such a function, which stands in place once it is inlined. `compare a b = 0`, as hash tables have it, is one test for any values. *)

open Program

(* By variable: the ints whose comparison it is. Empty when there is none. *)
let compared (f : func) =
  let compared = ref [||] in
  let note = function
    | Prim (dest, "caml_int_compare", [| a; b |]) ->
        if Array.length !compared = 0 then compared := Array.make (Array.length f.names) None;
        !compared.(dest) <- Some (a, b)
    | _ -> ()
  in
  Array.iter (fun (block : block) -> Array.iter note block.body) f.blocks;
  !compared

(* The operands of a test of two values when one is 0 and the other a comparison. *)
let operands compared = function
  | [| Var v; Int 0 |] -> ( match compared.(v) with Some (a, b) -> Some [| a; b |] | None -> None)
  | [| Int 0; Var v |] -> ( match compared.(v) with Some (a, b) -> Some [| b; a |] | None -> None)
  | _ -> None

(* The test whether a comparison gives 0, or does not; "" where there is none. *)
let equality comparison test =
  match (comparison, test) with
  | "caml_compare", "%int_eq" -> "%compare_eq"
  | "caml_compare", "%int_ne" -> "%compare_ne"
  | "caml_string_compare", "%int_eq" -> "caml_string_equal"
  | "caml_string_compare", "%int_ne" -> "caml_string_notequal"
  | _ -> ""

let is_comparison = function Prim (_, name, _) -> String.length (equality name "%int_eq") > 0 | _ -> false

(* A comparison and the only test of it are one instruction; `nothing`: these two are none. *)
let fused uses first second =
  match (first, second) with
  | Prim (compared, comparison, operands), Prim (dest, test, ([| Var v; Int 0 |] | [| Int 0; Var v |])) -> (
      match equality comparison test with
      | equality when String.length equality > 0 && v = compared && uses.(v) = 1 -> Prim (dest, equality, operands)
      | _ -> Visit.nothing)
  | _ -> Visit.nothing

(* The instructions, from number `k` on, behind those that are done: the last one first. *)
let rec fuse uses body k instrs =
  if k = Array.length body then instrs
  else
    let one = if k + 1 < Array.length body then fused uses body.(k) body.(k + 1) else Visit.nothing in
    if one == Visit.nothing then fuse uses body (k + 1) (body.(k) :: instrs) else fuse uses body (k + 2) (one :: instrs)

(* Whether a comparison has become part of its test. *)
let fuse_all (f : func) =
  let changed = ref false in
  let look uses (block : block) =
    let instrs = fuse uses block.body 0 [] in
    if List.compare_length_with instrs (Array.length block.body) < 0 then begin
      changed := true;
      block.body <- Visit.of_reversed instrs
    end
  in
  if Array.exists (fun (block : block) -> Array.exists is_comparison block.body) f.blocks then
    Array.iter (look (Visit.uses f)) f.blocks;
  !changed

(* Gives whether a test has changed: then the comparison itself may be needed no more. *)
let run (f : func) =
  let compared = compared f in
  let changed = ref (fuse_all f) in
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
    Array.iter (fun (block : block) -> block.body <- Visit.map_array tested block.body) f.blocks;
  !changed
