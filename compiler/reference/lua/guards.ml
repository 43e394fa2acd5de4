(* Which functions begin with the question whether the stack is used up. One that only calls known functions,
   which ask or are a few levels of such as do not, need not: its callers' depth holds for it. *)

open Program

(* Levels of functions that do not ask: of at most 250 slots each, and an engine's stack has 20,000 more than are counted. *)
let max_levels = 4

(* More than any function has. *)
let many = 1000

type guards = {
  table : Fragment.table;
  rank : int array;  (* its place among the functions, each after those that it refers to; so every circle goes up once *)
  levels : int array;  (* of functions that do not ask; of one that asks: 0 *)
}

(* The levels that a call of a known function adds to the callers'. *)
let known guards from callee = if guards.rank.(callee) >= guards.rank.(from) then many else guards.levels.(callee)

(* The levels of a function and of what it calls, and whether it calls otherwise than in tail position. *)
let func guards id (f : func) =
  let levels = ref 0 and calls = ref false in
  let raise_to n = if n > !levels then levels := n in
  let call below =
    calls := true;
    raise_to (below + 1)
  in
  let of_instr = function
    | Prim (_, name, _) -> if !levels <= many && Registers.takes_depth guards.table name then call many
    | Closures _ -> ()
    | Apply { callee = Known callee; _ } -> call (known guards id callee)
    | Apply _ | Try _ -> call many
  in
  Array.iter
    (fun (block : block) ->
      Array.iter of_instr block.body;
      match block.term with
      | Tail { callee = Known callee; _ } -> if not (Int.equal callee id) then raise_to (known guards id callee)
      | Tail _ -> raise_to many
      | Part _ -> call many
      | _ -> ())
    f.blocks;
  (!levels, !calls)

(* By function: does it ask, if it calls otherwise than in tail position? Not meant for those that `Try` calls and for parts of
   others. *)
let run (program : Program.t) graph table =
  let count = Array.length program.functions in
  let guards = { table; rank = Array.make count count; levels = Array.make count 0 } in
  let asks = Array.make count true in
  let order = Call_graph.callees_first graph in
  Array.iteri (fun rank id -> guards.rank.(id) <- rank) order;
  Array.iter
    (fun id ->
      match program.functions.(id) with
      | Some ({ kind = Closure | Direct; _ } as f) ->
          let levels, calls = func guards id f in
          asks.(id) <- calls && levels > max_levels;
          if not asks.(id) then guards.levels.(id) <- levels
      | _ -> ())
    order;
  asks
