(* The control-flow graph of a function of the bytecode, and which stack slots are live at the start of each block. *)

open Opcode
open Discover

type graph = {
  starts : int array;  (* start of each block, `none` for one that has none in the code *)
  successors : int array array;
  sets_trap : bool array;  (* ends by setting a trap: the second successor is its handler *)
  has_params : bool array;  (* takes parameters for what is live; else it continues with what its only predecessor leaves *)
  live : int array array;  (* for each block, what becomes of the slots at its start, then of the accumulator *)
  lasts : int array;  (* the last instruction of each block *)
}

(* What a block may do first to a slot or the accumulator: nothing, read it, so that it is live at its start, or write it. *)
let untouched = 0
let read = 1
let written = 2

let is_live live slot = live.(slot) = read

(* The block that begins there. *)
let at code l = code.sites.(l).block

(* Blocks that may follow the one whose last instruction is at `pc`, and whether it ends by setting a trap. *)
let successors_of code pc =
  let i = instruction code pc in
  let next = i.next in
  match i.op with
  | Branch l -> ([| at code l |], false)
  | Branchif l | Branchifnot l | Compare (_, _, l) -> ([| at code l; at code next |], false)
  | Switch (ints, tags) -> (Array.map (fun l -> at code l) (Array.append ints tags), false)
  | Pushtrap l -> ([| at code next; at code l |], true)
  | Poptrap -> ([| at code next |], false)
  | op when ends_block op -> ([||], false)
  | _ -> ([| at code next |], false)

(* Notes what is done to a slot or, with the last mark, to the accumulator, unless something was before. *)
let note marks slot what = if marks.(slot) = untouched then marks.(slot) <- what

(* The same of any slot. *)
let touch marks slot what = if slot < Array.length marks - 1 then note marks slot what

(* The same of those from `bottom` on that are below `top`. *)
let touch_all marks bottom top what =
  for slot = bottom to top - 1 do
    touch marks slot what
  done

(* What the block that starts there does first to the slots below its first depth and (last) to the accumulator, and where its last
   instruction is. *)
let marks code start =
  let first = instruction code start in
  let marks = Array.make (first.depth + 1) untouched in
  let rec walk pc i accu =
    let t = traffic i.op in
    let accu = if accu = untouched && (i.push || t.reads_accu) then read else accu in
    let depth = if i.push then i.depth + 1 else i.depth in
    if i.push then touch marks i.depth written;
    if t.reads > 0 then touch_all marks (depth - t.reads) depth read;
    (match i.op with
    | Acc n -> touch marks (depth - 1 - n) read
    | Assign n -> touch marks (depth - 1 - n) written
    | _ -> ());
    if t.pushes > 0 then touch_all marks (depth - t.pops) (depth - t.pops + t.pushes) written;
    let accu = if accu = untouched && t.writes_accu then written else accu in
    if ends_block i.op || code.sites.(i.next).block <> none then begin
      marks.(first.depth) <- accu;
      pc
    end
    else walk i.next code.sites.(i.next) accu
  in
  let last = walk start first untouched in
  (marks, last)

(* Numbers the blocks; the entry gets a block of its own in front when something jumps to it. *)
let number_blocks code f =
  let leaders = Array.of_list f.leaders in
  let size = Array.length leaders in
  let counts = Array.make size 0 in
  Array.iteri (fun i pc -> code.sites.(pc).block <- i) leaders;
  let found =
    Array.map
      (fun pc ->
        let marks, last = marks code pc in
        let successors, sets_trap = successors_of code last in
        Array.iter (fun b -> counts.(b) <- counts.(b) + 1) successors;
        (marks, last, successors, sets_trap))
      leaders
  in
  let start = code.sites.(f.entry).block in
  let shift = if start <> 0 || counts.(start) > 0 then 1 else 0 in
  let count = size + shift in
  let g =
    {
      starts = Array.make count none;
      successors = Array.make count [||];
      sets_trap = Array.make count false;
      has_params = Array.make count false;
      live = Array.make count [| untouched |];
      lasts = Array.make count none;
    }
  in
  if shift > 0 then begin
    g.successors.(0) <- [| start + 1 |];
    counts.(start) <- counts.(start) + 1
  end;
  Array.iteri
    (fun i pc ->
      let site = code.sites.(pc) in
      site.block <- i + shift;
      g.starts.(i + shift) <- pc;
      g.has_params.(i + shift) <- counts.(i) > 1 || site.forced;
      let marks, last, successors, sets_trap = found.(i) in
      g.lasts.(i + shift) <- last;
      g.live.(i + shift) <- marks;
      g.sets_trap.(i + shift) <- sets_trap;
      g.successors.(i + shift) <- (if shift = 0 then successors else Array.map (fun s -> s + shift) successors))
    leaders;
  g

(* Spreads what is live to the blocks before. *)
let liveness g =
  let count = Array.length g.starts in
  let predecessors = Array.make count [] in
  let work = ref [] in
  for n = 0 to count - 1 do
    let successors = g.successors.(n) in
    for i = 0 to Array.length successors - 1 do
      predecessors.(successors.(i)) <- n :: predecessors.(successors.(i))
    done;
    work := n :: !work
  done;
  let queued = Array.make count true in
  let rec spread n = function
    | [] -> ()
    | p :: others ->
      spread_to n p;
      spread n others
  and spread_to n p =
    (* A handler's accumulator is the exception. *)
    let handler = g.sets_trap.(p) && g.successors.(p).(1) = n in
    let live = g.live.(n) and before = g.live.(p) in
    let last = Array.length live - 1 and bottom = Array.length before - 1 in
    let changed = ref false in
    for slot = 0 to (if last < bottom then last else bottom) - 1 do
      if live.(slot) = read && before.(slot) = untouched then begin
        before.(slot) <- read;
        changed := true
      end
    done;
    if (not handler) && live.(last) = read && before.(bottom) = untouched then begin
      before.(bottom) <- read;
      changed := true
    end;
    if !changed && not queued.(p) then begin
      queued.(p) <- true;
      work := p :: !work
    end
  in
  let rec run () =
    match !work with
    | [] -> ()
    | n :: rest ->
      work := rest;
      queued.(n) <- false;
      spread n predecessors.(n);
      run ()
  in
  run ()

(* The blocks of a function, with what is live. *)
let run code f =
  let g = number_blocks code f in
  liveness g;
  g
