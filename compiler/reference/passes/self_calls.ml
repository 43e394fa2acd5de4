(* A function that calls itself in tail position becomes a loop: its parameters are those of a block. Lua's tail calls are proper, but
   a loop is two to three times as fast, and Luau has none. A function that calls itself elsewhere too keeps its calls where LuaJIT may
   run it: that compiles a recursion, but not one with a loop inside (tak: 2.6 times the time; interp: 1.1). *)

open Program

let is_own (f : func) = function Var v -> Array.length f.params > 0 && v = f.params.(0) | _ -> false

(* Does the function use its own closure, other than to call itself? *)
let uses_itself (f : func) =
  let found = ref false in
  let note a = if is_own f a then found := true in
  Array.iter
    (fun (block : block) ->
      Array.iter
        (function
          | Apply { args; callee = Known id; _ } when id = f.id -> Array.iter note args
          | instr -> Visit.each_arg instr note)
        block.body;
      match block.term with
      | Tail { args; callee = Known id; _ } when id = f.id -> Array.iter note args
      | term -> Visit.each_term_arg term note)
    f.blocks;
  !found

(* Does the function call itself in a place other than the tail? *)
let is_recursive (f : func) =
  let own = function Apply { callee = Known id; _ } -> id = f.id | _ -> false in
  Array.exists (fun (block : block) -> Array.exists own block.body) f.blocks

(* A tail call of the function by itself, with the same closure unless that does not matter. *)
let is_loop (f : func) any = function
  | Tail { closure; callee = Known id; _ } -> id = f.id && (any || is_own f closure)
  | _ -> false

let make_loop (f : func) any =
  (* In the body fresh variables stand for the parameters. *)
  let count = Array.length f.names in
  let rest = if has_closure f then Visit.after f.params 1 else f.params in
  let params = Array.mapi (fun i _ -> count + i) rest in
  f.names <- Array.append f.names (Array.map (fun p -> f.names.(p)) rest);
  let replace = Array.make (Array.length f.names) Simplify.itself in
  Array.iter2 (fun p fresh -> replace.(p) <- var fresh) rest params;
  Simplify.substitute f replace;
  let start = Array.length f.blocks in
  let lead t = if t.block = 0 then { t with block = start + 1 } else t in
  Array.iter
    (fun (block : block) ->
      block.term <-
        (match block.term with
        | Tail { args; _ } as term when is_loop f any term -> Jump { block = start; args }
        | term -> Visit.map_targets lead term))
    f.blocks;
  let passed = Array.map var rest in
  let first = f.blocks.(0) in
  f.blocks.(0) <- { params = [||]; body = [||]; term = Jump { block = start; args = passed } };
  f.blocks <-
    Array.append f.blocks [| { params; body = [||]; term = Jump { block = start + 1; args = [||] } }; first |]

(* Gives whether it became a loop; `always`: even if it calls itself elsewhere, too. *)
let run (f : func) always =
  let loops any = Array.exists (fun (block : block) -> is_loop f any block.term) f.blocks in
  loops true && (always || not (is_recursive f))
  &&
  let any = (not (has_closure f)) || not (uses_itself f) in
  loops any
  && begin
       make_loop f any;
       true
     end
