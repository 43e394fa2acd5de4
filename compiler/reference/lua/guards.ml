(* Which functions begin with the question whether the stack is used up. One that only calls known functions,
   which ask or are a few levels of such as do not, need not: its callers' depth holds for it. And which take the depth: one that is
   always called directly, does not ask and passes it to nobody does not. *)

open Program

(* Levels of functions that do not ask: of at most 250 slots each, and an engine's stack has 20,000 more than are counted. *)
let max_levels = 4

(* More than any function has. *)
let many = 1000

(* The section whose template is the depth that a tail call passes, where tail calls take room. *)
let tail_depth = "%tail_depth"

(* By function: does it ask, if it calls otherwise than in tail position? Not meant for those that `Try` calls and for parts of others.
   Does it take the depth? *)
type t = { asks : bool array; takes : bool array }

type guards = {
  table : Fragment.table;
  counts_tails : bool;  (* tail calls take room on the target *)
  rank : int array;  (* its place among the functions, each after those that it refers to; so every circle goes up once *)
  levels : int array;  (* of functions that do not ask; of one that asks: 0 *)
  found : t;
}

(* Does the function come first? It is in no circle with the other one then. *)
let is_before guards callee from = guards.rank.(callee) < guards.rank.(from)

(* The levels of a function and of what it calls; whether it calls otherwise than in tail position, and whether it passes the depth. *)
let func guards id (f : func) =
  let levels = ref 0 and calls = ref false and passes = ref false in
  (* A call adds the levels of what is called to the callers', and one if it is no tail call. *)
  let leads below more =
    if guards.counts_tails || below = many then passes := true;
    if below + more > !levels then levels := below + more
  in
  let known callee more =
    if is_before guards callee id then begin
      if guards.found.takes.(callee) then passes := true;
      leads guards.levels.(callee) more
    end
    else leads many more
  in
  let of_instr instr =
    let is_call =
      match instr with
      | Prim (_, name, _) -> !levels <= many && Registers.takes_depth guards.table name
      | Closures _ -> false
      | Apply _ | Try _ -> true
    in
    if is_call then begin
      calls := true;
      match instr with Apply { callee = Known callee; _ } -> known callee 1 | _ -> leads many 1
    end
  in
  Array.iter
    (fun (block : block) ->
      Array.iter of_instr block.body;
      match block.term with
      | Tail { callee = Known callee; _ } when Int.equal callee id -> if guards.counts_tails then passes := true
      | Tail { callee = Known callee; _ } -> known callee 0
      | Tail _ -> leads many 0
      | Part _ ->
          calls := true;
          leads many 1
      | _ -> ())
    f.blocks;
  (!levels, !calls, !passes)

let run (program : Program.t) graph table =
  let count = Array.length program.functions in
  let found = { asks = Array.make count true; takes = Array.make count true } in
  let counts_tails = Option.is_some (Fragment.find table tail_depth) in
  let guards = { table; counts_tails; rank = Array.make count count; levels = Array.make count 0; found } in
  let order = Call_graph.callees_first graph in
  Array.iteri (fun rank id -> guards.rank.(id) <- rank) order;
  Array.iter
    (fun id ->
      match program.functions.(id) with
      | Some ({ kind = Closure | Direct; _ } as f) ->
          let levels, calls, passes = func guards id f in
          let asks = calls && levels > max_levels in
          found.asks.(id) <- asks;
          found.takes.(id) <- asks || passes || has_closure f;
          if not asks then guards.levels.(id) <- levels
      | _ -> ())
    order;
  found
