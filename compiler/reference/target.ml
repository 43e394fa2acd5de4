(* The targets: which engines the output is for. *)

type t = Portable | Lua54 | Luajit | Luau

(* The name on the command line and in fragments' `If:` lines. *)
let name = function Portable -> "portable" | Lua54 -> "lua54" | Luajit -> "luajit" | Luau -> "luau"

let of_name = function
  | "portable" -> Some Portable
  | "lua54" -> Some Lua54
  | "luajit" -> Some Luajit
  | "luau" -> Some Luau
  | _ -> None

(* Whether sections of the runtime for `other` are for this target: Luau takes what is portable. *)
let takes target other = target = other || (target = Luau && other = Portable)
