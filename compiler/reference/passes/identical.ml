(* What is the same is there once. Blocks of a function that do the same and lead to the same places become one, and so do functions
   of the same code (identical code folding), whose closures differ in nothing but what they capture. Callees come first, so that
   functions that call the same ones are the same themselves; where functions call each other in a circle they stay as they are. *)

open Program

(* The variables that a block defines, from the first one to the one after the last, where they are numbered in the order of their
   definition. *)
type own = { start : int; stop : int }

let has own v = v >= own.start && v < own.stop

let nothing = { start = 0; stop = 0 }

let own_of (block : block) =
  let start = ref 0 and count = ref 0 in
  let define v =
    if !count = 0 then start := v;
    incr count
  in
  List.iter define block.params;
  List.iter (fun instr -> Visit.each_dest instr define) block.body;
  { start = !start; stop = !start + !count }

(* A number that is the same for blocks that are the same, but for the numbers of their own variables, and for functions that are
   the same, but for their own number. *)
type digest = { mutable sum : int; own : own; id : int }

let add digest n = digest.sum <- ((digest.sum * 31) + (n land 0xffffff)) land 0xffffff

let add_function digest id = add digest (if id = digest.id then 0 else id)

let add_arg digest a =
  match a with
  | Var v -> add digest (if has digest.own v then v - digest.own.start else v)
  | Int n -> add digest n
  | Wide text -> add digest (String.length text)
  | Literal node -> add digest node

let add_block digest (block : block) =
  let arg a = add_arg digest a in
  let instr i =
    (match i with
    | Prim (_, name, _) -> add digest (Fragment.hash name)
    | Apply { known = Some id; _ } | Try { body = id; _ } -> add_function digest id
    | Apply _ -> add digest 1
    | Closures { functions; _ } -> List.iter (fun (id, _) -> add_function digest id) functions);
    Visit.each_arg i arg
  in
  add digest (List.length block.params);
  List.iter instr block.body;
  Visit.each_own_arg block.term arg;
  Visit.each_target block.term (fun t ->
      add digest t.block;
      List.iter arg t.args)

let digest_of_block (f : func) block own =
  let digest = { sum = 0; own; id = f.id } in
  add_block digest block;
  digest.sum

let digest_of_function (f : func) =
  let digest = { sum = List.length f.params; own = nothing; id = f.id } in
  Array.iter (add_block digest) f.blocks;
  digest.sum

(* The block as it is when its own variables begin at `start`. *)
let renumbered (block : block) own start =
  let variable v = if has own v then v - own.start + start else v in
  let arg a = match a with Var v when has own v -> Var (variable v) | _ -> a in
  {
    params = List.map variable block.params;
    body = List.map (fun instr -> Visit.map_dests variable (Visit.map_args arg instr)) block.body;
    term = Visit.map_term_args arg block.term;
  }

(* What was found with a digest is under its number. *)
module Digests = Map.Make (Int)

let alike seen sum = match Digests.find_opt sum !seen with Some list -> list | None -> []

let is_tail = function Tail _ -> true | _ -> false

(* Which blocks define what others use: they cannot be left out. *)
let used_outside (f : func) =
  let home = Array.make (Array.length f.names) Simplify.none in
  let at = ref 0 in
  let define v = home.(v) <- !at in
  Array.iteri
    (fun b (block : block) ->
      at := b;
      List.iter define block.params;
      List.iter (fun instr -> Visit.each_dest instr define) block.body)
    f.blocks;
  let outside = Array.make (Array.length f.blocks) false in
  let note a =
    match a with Var v when home.(v) <> Simplify.none && home.(v) <> !at -> outside.(home.(v)) <- true | _ -> ()
  in
  Array.iteri
    (fun b (block : block) ->
      at := b;
      List.iter (fun instr -> Visit.each_arg instr note) block.body;
      Visit.each_term_arg block.term note)
    f.blocks;
  outside

(* Leads all jumps to one of the blocks that do the same. Blocks are in reverse postorder: from the last to the first, the targets of
   a block, but for those of loops, are settled before it. *)
let merge_blocks (f : func) =
  let one = Array.init (Array.length f.blocks) (fun b -> b) in
  let seen = ref Digests.empty in
  let changed = ref false in
  let outside = if Array.length f.blocks > 1 then used_outside f else [||] in
  let lead t = if one.(t.block) = t.block then t else { t with block = one.(t.block) } in
  for b = Array.length f.blocks - 1 downto 1 do
    let block = f.blocks.(b) in
    if !changed then block.term <- Visit.map_targets lead block.term;
    (* Without anything to do it is no longer than a jump to it. *)
    let idle = match block.body with [] -> not (is_tail block.term) | _ :: _ -> false in
    if not idle then begin
      let own = own_of block in
      let sum = digest_of_block f block own in
      let others = alike seen sum in
      let same (other, start) = (not outside.(b)) && renumbered block own start = f.blocks.(other) in
      match List.find_opt same others with
      | Some (other, _) ->
          one.(b) <- other;
          changed := true
      | None -> seen := Digests.add sum ((b, own.start) :: others) !seen
    end
  done;
  if !changed then Array.iter (fun (block : block) -> block.term <- Visit.map_targets lead block.term) f.blocks;
  !changed

(* Do the functions have the same code, where each means itself? *)
let same (f : func) (other : func) =
  let itself id = if id = f.id then other.id else id in
  f.kind = other.kind && f.exits = other.exits && f.params = other.params
  && Array.length f.blocks = Array.length other.blocks
  && List.for_all2
       (fun block other -> Call_graph.redirected block itself = other)
       (Array.to_list f.blocks) (Array.to_list other.blocks)

(* Folds blocks, then functions, of the whole program; `simplify` drops the blocks that are left over. *)
let run program simplify =
  let one = Array.init (Array.length program.functions) (fun id -> id) in
  let folded = ref false in
  let stand_in id = one.(id) in
  let redirect (f : func) = f.blocks <- Array.map (fun block -> Call_graph.redirected block stand_in) f.blocks in
  let seen = ref Digests.empty in
  List.iter
    (fun id ->
      match program.functions.(id) with
      | None -> ()
      | Some f -> (
          if !folded then redirect f;
          Simplify.number_variables f;
          if merge_blocks f then simplify f;
          let sum = digest_of_function f in
          let others = alike seen sum in
          match List.find_opt (same f) others with
          | Some (other : func) ->
              one.(id) <- other.id;
              folded := true
          | None -> seen := Digests.add sum (f :: others) !seen))
    (Call_graph.callees_first program);
  if !folded then Array.iter (function Some f -> redirect f | None -> ()) program.functions;
  Call_graph.drop_unreached program
