(* What functions and primitives are called where Lua names them. *)

(* `F.List_map`, or `F.aB` if there are short names, as in the compact style. *)
let function_place names (func : Program.func) =
  "F." ^ match names with Some names -> names.Short_names.functions.(func.id) | None -> func.name

(* `List_map`, or `aB`: the local of its group that a function is, if its name is like none of OCaml's variables and none of the
   chunk's locals. *)
let local_name names (func : Program.func) =
  match names with
  | Some names -> Some names.Short_names.functions.(func.id)
  | None ->
      let name = func.name in
      if String.length name > 0 && name.[0] >= 'A' && name.[0] <= 'Z' && String.contains name '_' then Some name else None

(* `P.name`, or `P["%name"]` when it is not an identifier. *)
let primitive_place name =
  if Template.is_identifier name then "P." ^ name else "P[" ^ Literal.string name ^ "]"
