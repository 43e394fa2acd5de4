(* A small function that calls itself takes itself in once, so that it makes half as many calls and goes half as deep: in an interpreter a
   call costs more than what such a function does. Not with locations, as frames would be missing in backtraces. *)

open Program

(* The size of such a function, in instructions and tests. *)
let small = 10

(* Is it a call, not in tail position, of function `own`? *)
let is_own_call own = function Apply { callee = Known id; _ } -> id = own | _ -> false

(* What stands before the first such call from number `k` on, the call and what follows it. *)
let rec split_at_call own body k =
  if k = Array.length body then None
  else
    match body.(k) with
    | Apply ({ callee = Known id; _ } as call) when id = own ->
        Some (Visit.before body k, call.dest, Array.append [| call.closure |] call.args, Visit.after body (k + 1))
    | _ -> split_at_call own body (k + 1)

(* A function with blocks of its own, which may change. *)
let copy (f : func) = { f with blocks = Array.map (fun (block : block) -> { block with body = block.body }) f.blocks }

(* A function that takes others in. *)
type host = {
  (* The blocks that are added, the last ones first, and how many there are in all. *)
  mutable added : block list;
  mutable block_count : int;
  (* Hints of the variables, the last ones first, and how many there are. *)
  mutable hints : string array list;
  mutable variables : int;
}

let add_block host block =
  host.added <- block :: host.added;
  host.block_count <- host.block_count + 1

(* New variables with these hints; gives the first. *)
let add_variables host hints =
  let first = host.variables in
  host.hints <- hints :: host.hints;
  host.variables <- first + Array.length hints;
  first

(* Puts the body of `callee` in the place of a call, which has these arguments, its closure first; what follows the call stands in a
   new block, which it gives. *)
let take_in host (callee : func) (block : block) (before, dest, passed, rest) =
  let next = host.block_count in
  let first = next + 1 in
  let follows = { params = [| dest |]; body = rest; term = block.term } in
  block.body <- before;
  block.term <- Jump { block = first; args = passed };
  add_block host follows;
  let variable = add_variables host callee.names in
  let renamed v = variable + v in
  let rename = function Var v -> var (variable + v) | a -> a in
  let leave arg = Jump { block = next; args = [| arg |] } in
  Array.iteri
    (fun k (block : block) ->
      let params = Array.map renamed (if k = 0 then callee.params else block.params) in
      let body = Array.map (fun instr -> Visit.map_all renamed rename instr) block.body in
      match Visit.map_targets (fun t -> { t with block = first + t.block }) (Visit.map_term_args rename block.term) with
      | Return arg -> add_block host { params; body; term = leave arg }
      | Tail { closure; args; callee } ->
          let dest = add_variables host [| "" |] in
          let body = Array.append body [| Apply { dest; closure; args; callee } |] in
          add_block host { params; body; term = leave (var dest) }
      | term -> add_block host { params; body; term })
    callee.blocks;
  follows

(* Lets `work` put callees in the places of calls, block by block. Gives whether there were any. *)
let run_host (f : func) work =
  let count = Array.length f.blocks in
  let host = { added = []; block_count = count; hints = [ f.names ]; variables = Array.length f.names } in
  Array.iter (work host) f.blocks;
  f.names <- Array.concat (List.rev host.hints);
  f.blocks <- Array.append f.blocks (Visit.of_reversed host.added);
  host.block_count > count

(* Gives whether the function took itself in. *)
let run (f : func) =
  let calls = Array.exists (fun (block : block) -> Array.exists (is_own_call f.id) block.body) f.blocks in
  calls
  &&
  let size = Inline.size f in
  (not size.loops) && size.instrs <= small
  &&
  let callee = copy f in
  let rec work host (block : block) =
    match split_at_call f.id block.body 0 with
    | None -> ()
    | Some split -> work host (take_in host callee block split)
  in
  run_host f work
