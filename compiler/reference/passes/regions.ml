(* Which blocks run while which trap is set, and which in loops. Until `outline`, a value that is defined in a region leaves it by the
   arguments of its `poptrap` only. *)

open Program

(* No region. *)
let none = -1

(* The blocks that run while a trap is set (and no inner one). *)
type region = {
  outer : int;
  depth : int;
  start : int;  (* the block that sets the trap *)
  mutable members : int list;
}

(* The regions of a function, in the order in which they are reached; of each block its region, or `none`. *)
type t = { list : region array; home : int array }

let no_region = { outer = none; depth = 0; start = 0; members = [] }

let count_trap n (block : block) = match block.term with Pushtrap _ -> n + 1 | _ -> n

(* Finds the regions of a function that sets so many traps; enters into `home` what is in them. *)
let find_among (f : func) traps home =
  let list = Array.make traps no_region in
  let count = ref 0 in
  let seen = Array.make (Array.length f.blocks) false in
  let rec run = function
    | [] -> ()
    | (b, _) :: work when seen.(b) -> run work
    | (b, region) :: work -> (
      seen.(b) <- true;
      home.(b) <- region;
      if region <> none then list.(region).members <- b :: list.(region).members;
      match f.blocks.(b).term with
      | Pushtrap { body; handler; _ } ->
        let depth = if region = none then 0 else list.(region).depth + 1 in
        let inner = !count in
        list.(inner) <- { outer = region; depth; start = b; members = [] };
        incr count;
        run ((body.block, inner) :: (handler.block, region) :: work)
      | Poptrap t -> run ((t.block, if region = none then none else list.(region).outer) :: work)
      | term -> run (List.fold_right (fun t work -> (t.block, region) :: work) (Visit.targets term) work))
  in
  run [ (0, none) ];
  { list = Array.sub list 0 !count; home }

(* The regions of a function. *)
let find (f : func) =
  let traps = Array.fold_left count_trap 0 f.blocks and home = Array.make (Array.length f.blocks) none in
  if traps = 0 then { list = [||]; home } else find_among f traps home

(* Whether a region is in another one, or the same. *)
let rec is_within regions inner outer =
  inner = outer || (inner <> none && is_within regions regions.list.(inner).outer outer)

(* The numbers of the regions, those of inner ones first. *)
let inner_first list =
  List.sort (fun a b -> list.(b).depth - list.(a).depth) (List.init (Array.length list) (fun r -> r))

(* Which blocks are in loops. Blocks are in reverse postorder, so a loop is within what a jump back spans. *)
let looping (f : func) =
  let within = Array.make (Array.length f.blocks) false in
  let here = ref 0 in
  let fill t = if t.block <= !here then Array.fill within t.block (!here - t.block + 1) true in
  Array.iteri
    (fun b (block : block) ->
      here := b;
      Visit.each_target block.term fill)
    f.blocks;
  within
