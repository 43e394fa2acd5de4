(* The control-flow graph of a function of the bytecode, and which stack slots are live at the start of each block. *)

open Opcode
open Discover

type graph = {
  starts : int array;  (* start of each block, `none` for one that has none in the code *)
  lasts : int array;  (* where its last instruction begins *)
  successors : int array array;
  sets_trap : bool array;  (* ends by setting a trap: the second successor is its handler *)
  has_params : bool array;  (* takes parameters for what is live; else it continues with what its only predecessor leaves *)
  live : int array array;  (* for each block, what becomes of the slots at its start, then of the accumulator *)
}

(* What a block may do first to a slot or the accumulator: nothing, read it, so that it is live at its start, or write it. *)
let untouched = 0
let read = 1
let written = 2

let is_live live slot = live.(slot) = read

(* The block that begins there. *)
let at code l = code.leaders.(l).block

(* Blocks that may follow the one that ends with the instruction at `last`. *)
let successors_of code last =
  let next = following code.instructions last in
  match code.instructions.op.(last) with
  | Branch l -> [| at code l |]
  | Branchif l | Branchifnot l | Compare (_, _, l) -> [| at code l; at code next |]
  | Switch (ints, tags) -> Array.map (fun l -> at code l) (Array.append ints tags)
  | Pushtrap l -> [| at code next; at code l |]
  | Poptrap -> [| at code next |]
  | op when (traffic op).ends -> [||]
  | _ -> [| at code next |]

(* Notes what is done to a slot or, with the last mark, to the accumulator, unless something was before. *)
let note marks slot what = if marks.(slot) = untouched then marks.(slot) <- what

(* The same of any slot. *)
let touch marks slot what = if slot < Array.length marks - 1 then note marks slot what

(* The same of those from `bottom` on that are below `top`. *)
let touch_all marks bottom top what =
  for slot = bottom to top - 1 do
    touch marks slot what
  done

(* Marks what the block that goes on at `pc` does first to the slots below its first depth and (last) to the accumulator; `before`: the
   depth at `pc`. Gives where its last instruction begins. *)
let rec mark_block code marks pc before accu =
  let op = code.instructions.op.(pc) and push = pushes code.instructions pc and next = following code.instructions pc in
  let t = traffic op in
  let accu = if accu = untouched && (push || t.reads_accu) then read else accu in
  let depth = if push then before + 1 else before in
  if push then touch marks before written;
  if t.reads > 0 then touch_all marks (depth - t.reads) depth read;
  (match op with
  | Acc n -> touch marks (depth - 1 - n) read
  | Assign n -> touch marks (depth - 1 - n) written
  | _ -> ());
  let below = depth - t.pops in
  if t.pushes > 0 then touch_all marks below (below + t.pushes) written;
  let accu = if accu = untouched && t.writes_accu then written else accu in
  if t.ends || code.leaders.(next) != no_leader then begin
    marks.(Array.length marks - 1) <- accu;
    pc
  end
  else mark_block code marks next (below + t.pushes) accu

(* Numbers the blocks; the entry gets a block of its own in front when something jumps to it. *)
let number_blocks code (f : func) =
  let starts = Array.of_list f.leaders in
  let size = Array.length starts in
  let leaders = Array.map (fun pc -> code.leaders.(pc)) starts in
  let number shift = Array.iteri (fun i leader -> leader.block <- i + shift) leaders in
  number 0;
  let has_params = Array.map (fun leader -> leader.forced) leaders in
  let lasts = Array.make size none in
  let live_at i { depth; _ } =
    let marks = Array.make (depth + 1) untouched in
    lasts.(i) <- mark_block code marks starts.(i) depth untouched;
    marks
  in
  let live = Array.mapi live_at leaders in
  let successors = Array.map (fun last -> successors_of code last) lasts in
  let sets_trap = Array.map (fun last -> match code.instructions.op.(last) with Pushtrap _ -> true | _ -> false) lasts in
  let counts = Array.make size 0 in
  let count b =
    counts.(b) <- counts.(b) + 1;
    if counts.(b) > 1 then has_params.(b) <- true
  in
  Array.iter (fun successors -> Array.iter count successors) successors;
  let start = at code f.entry in
  if start = 0 && counts.(start) = 0 then { starts; lasts; successors; sets_trap; has_params; live }
  else begin
    count start;
    number 1;
    let after first rest = Array.append [| first |] rest in
    {
      starts = after none starts;
      lasts = after none lasts;
      successors = after [| start + 1 |] (Array.map (Array.map succ) successors);
      sets_trap = after false sets_trap;
      has_params = after false has_params;
      live = after [| untouched |] live;
    }
  end

(* What is live here is so there, too, where nothing is done to it first; gives whether this is new. *)
let spread live here before there =
  let is_new = live.(here) = read && before.(there) = untouched in
  if is_new then before.(there) <- read;
  is_new

(* Spreads what is live to the blocks before. Without a jump back all is known after one round. *)
let rec liveness g =
  let changed = ref false and back = ref false in
  for n = Array.length g.starts - 1 downto 0 do
    let before = g.live.(n) and successors = g.successors.(n) in
    let bottom = Array.length before - 1 in
    for i = 0 to Array.length successors - 1 do
      let s = successors.(i) in
      if s <= n then back := true;
      let live = g.live.(s) in
      let last = Array.length live - 1 in
      for slot = 0 to (if last < bottom then last else bottom) - 1 do
        if spread live slot before slot then changed := true
      done;
      (* A handler's accumulator is the exception. *)
      let is_handler = g.sets_trap.(n) && successors.(1) = s in
      if (not is_handler) && spread live last before bottom then changed := true
    done
  done;
  if !changed && !back then liveness g

(* The blocks of a function, with what is live. *)
let run code f =
  let g = number_blocks code f in
  liveness g;
  g
