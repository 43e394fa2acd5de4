(* Calls with a block that was just built, or with a constant: where a known function first looks at which constructor a parameter is,
   and the block has no other use, what the function does for this constructor stands in the place of the call. (The case of a known
   constructor: Peyton Jones, Santos 1998, section 5.) `cells` makes variables of the block's fields then, and what is called with one of
   them is looked at again, so that a recursion over what was built becomes a sequence: `Printf` writes each part of a text, and no list
   of the parts is made. Not with locations, as frames would be missing in backtraces, nor in functions with traps, as `cells` comes
   after `outline`. *)

open Program

(* The size of what stands in the place of a call, in instructions and tests. *)
let small = 16

(* How deep a block may be taken apart. *)
let rounds = 50

(* By variable, the tags of the blocks that are built here and used once; of others -1. *)
let built (f : func) =
  let uses = Visit.uses f in
  let tags = Array.make (Array.length uses) (-1) in
  let note = function
    | Prim (dest, "%block", args) when uses.(dest) = 1 -> (
        match args.(0) with Int tag -> tags.(dest) <- tag | _ -> ())
    | _ -> ()
  in
  Array.iter (fun (block : block) -> Array.iter note block.body) f.blocks;
  tags

(* The number of the parameter, without the closure, at whose constructor a function looks first, or -1. *)
let examined = function
  | Some { params; blocks; _ } -> (
      match blocks.(0) with
      | { body = [||]; term = Switch (arg, _, tags); _ } when Array.length tags > 0 ->
          let rec position k =
            if k >= Array.length params then -1
            else if Simplify.is_var arg params.(k) then k - 1
            else position (k + 1)
          in
          if Array.exists (fun (block : block) -> Visit.leads_back block.term 0) blocks then -1 else position 1
      | _ -> -1)
  | None -> -1

(* What stands in the place of a call of `callee`, which looks at this argument. *)
let case built callee arg simplify =
  let f = Unroll.copy callee in
  let at targets k =
    if k < 0 || k >= Array.length targets then None
    else begin
      f.blocks.(0).term <- Jump targets.(k);
      simplify f;
      let size = Inline.size f in
      if size.loops || size.instrs > small then None else Some f
    end
  in
  match (f.blocks.(0).term, arg) with
  | Switch (_, ints, _), Int n -> at ints n
  | Switch (_, _, tags), Var v when v < Array.length built -> at tags built.(v)
  | _ -> None

(* Puts cases in the place of calls of `callees`. Gives whether there were any. *)
let round (f : func) callees simplify =
  let built = built f in
  let rec work host (block : block) =
    let body = block.body in
    let rec find i =
      if i < Array.length body then
        match body.(i) with
        | Apply ({ callee = Known id; _ } as call) -> (
            let callee = callees.(id) in
            match Option.bind callee (fun f -> case built f call.args.(examined callee) simplify) with
            | Some case ->
                let passed = Array.append [| call.closure |] call.args in
                work host (Unroll.take_in host case block (Visit.before body i, call.dest, passed, Visit.after body (i + 1)))
            | None -> find (i + 1))
        | _ -> find (i + 1)
    in
    find 0
  in
  let changed = Unroll.run_host f work in
  if changed then begin
    simplify f;
    if Cells.run f then simplify f
  end;
  changed

(* Replaces such calls in all functions, by what the functions that they call are before. *)
let run program simplify =
  let callees = Array.map (fun f -> if examined f < 0 then None else Option.map Unroll.copy f) program.functions in
  let calls = function Apply { callee = Known id; _ } -> Option.is_some callees.(id) | _ -> false in
  let rec repeat left f = if left > 0 && round f callees simplify then repeat (left - 1) f in
  let run_function = function
    | Some f when Array.exists (fun (block : block) -> Array.exists calls block.body) f.blocks && Inline.size f <> Inline.never ->
        repeat rounds f
    | _ -> ()
  in
  if Array.length program.places = 0 then Array.iter run_function program.functions
