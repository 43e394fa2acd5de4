(* What a function reads round after round of a loop from its closure, or from a slot of the top level, it reads once, at its start: both
   never change. What a block reads again it has already. Main has no part in it, as it is what sets the slots. *)

open Program

(* How many values a function may hold from its start on. *)
let most = 10

(* Which blocks lead back to the head of a loop that they are in. (One that ends by leaving runs once.) *)
let circling (f : func) =
  let count = Array.length f.blocks in
  let back = ref [] and here = ref 0 in
  let note t = if t.block <= !here then back := (!here, t.block) :: !back in
  Array.iteri
    (fun b (block : block) ->
      here := b;
      Visit.each_target block.term note)
    f.blocks;
  match !back with
  | [] -> [||]
  | back ->
      let predecessors = Array.make count [] in
      let lead t = predecessors.(t.block) <- !here :: predecessors.(t.block) in
      Array.iteri
        (fun b (block : block) ->
          here := b;
          Visit.each_target block.term lead)
        f.blocks;
      let circling = Array.make count false in
      let head_of = Array.make count Simplify.none in
      let rec walk head = function
        | [] -> ()
        | b :: work when b >= head && head_of.(b) <> head ->
            head_of.(b) <- head;
            circling.(b) <- true;
            walk head (List.rev_append predecessors.(b) work)
        | _ :: work -> walk head work
      in
      List.iter
        (fun (last, head) ->
          circling.(head) <- true;
          head_of.(head) <- head;
          walk head [ last ])
        back;
      circling

(* What is read at the start of a function, what in its first block, and what in the block so far: the last one first. *)
type reads = { mutable first : instr list; mutable count : int; mutable entry : instr list; mutable here : instr list }

(* The variable among these that has the same value; `none`: there is none. *)
let rec same reads name args =
  match reads with
  | [] -> Simplify.none
  | Prim (v, other, others) :: _ when String.equal other name && Simplify.same_args others args -> v
  | _ :: rest -> same rest name args

(* The same among these lists. *)
let rec known lists name args =
  match lists with
  | [] -> Simplify.none
  | reads :: rest -> ( match same reads name args with v when v <> Simplify.none -> v | _ -> known rest name args)

(* Never changes while the function runs. *)
let is_fixed (f : func) name args =
  match (name, args) with
  | "%top", _ -> true
  | "%env", [| Var base; _ |] -> has_closure f && base = f.params.(0)
  | _ -> false

(* Gives whether there was anything. *)
let run (f : func) =
  let circling = circling f in
  let moves b = Array.length circling > 0 && circling.(b) && not circling.(0) in
  let reads = { first = []; count = 0; entry = []; here = [] } in
  let replace = ref [||] in
  let moving = ref false in
  let stays instr =
    match instr with
    | Prim (dest, name, args) when is_fixed f name args -> (
        let known = known [ reads.first; reads.entry; reads.here ] name args in
        if known <> Simplify.none then begin
          if Array.length !replace = 0 then replace := Array.make (Array.length f.names) Simplify.itself;
          !replace.(dest) <- var known;
          false
        end
        else if !moving && reads.count < most then begin
          reads.first <- instr :: reads.first;
          reads.count <- reads.count + 1;
          false
        end
        else begin
          reads.here <- instr :: reads.here;
          true
        end)
    | _ -> true
  in
  Array.iteri
    (fun b (block : block) ->
      reads.here <- [];
      moving := moves b;
      block.body <- Visit.filter_array stays block.body;
      if b = 0 then reads.entry <- reads.here)
    f.blocks;
  if Array.length !replace > 0 then Simplify.substitute f !replace;
  if reads.count > 0 then f.blocks.(0).body <- Array.append (Visit.of_reversed reads.first) f.blocks.(0).body;
  reads.count > 0 || Array.length !replace > 0
