(* The targets: which engines the output is for. *)

type t = Portable | Lua54 | Luajit

(* The name on the command line and in fragments' `If:` lines. *)
let name = function Portable -> "portable" | Lua54 -> "lua54" | Luajit -> "luajit"

let of_name = function
  | "portable" -> Some Portable
  | "lua54" -> Some Lua54
  | "luajit" -> Some Luajit
  | _ -> None
