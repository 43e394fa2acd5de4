(* What functions and primitives are called where Lua names them. *)

(* `F.List_map`, or `F[12]` in the compact style. *)
let function_place style (func : Program.func) =
  if Lua_text.is_compact style then "F[" ^ string_of_int func.id ^ "]" else "F." ^ func.name

(* `List_map`, or `F12` in the compact style: the local of its group that a function is, if its name is like none of OCaml's variables
   and none of the chunk's locals. *)
let local_name style (func : Program.func) =
  if Lua_text.is_compact style then Some ("F" ^ string_of_int func.id)
  else
    let name = func.name in
    if String.length name > 0 && name.[0] >= 'A' && name.[0] <= 'Z' && String.contains name '_' then Some name else None

(* `P.name`, or `P["%name"]` when it is not an identifier. *)
let primitive_place name =
  let n = String.length name in
  let rec words i = i = n || (Template.is_word name.[i] && words (i + 1)) in
  if n > 0 && (not (Template.is_digit name.[0])) && words 0 then "P." ^ name else "P[" ^ Literal.string name ^ "]"
