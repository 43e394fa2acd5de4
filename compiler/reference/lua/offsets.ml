(* Counters of numeric `for` that are used as indices only, all with the same offset, count positions of Lua: `for i = 2, n + 1` with
   `a[i]` instead of `for i = 0, n - 1` with `a[i + 2]`. A sum of the counter and a constant is the same work in both forms. *)

open Program

(* Nothing known so far. *)
let unknown = -1

(* What is 0 stays so. *)
let join known plus = if known = unknown || known = plus then plus else 0

(* What a template adds to an argument wherever it has it; 0, if that differs. *)
let plus (template : Template.t) argument =
  List.fold_left
    (fun known piece ->
      match piece with Template.Hole { arg; plus; _ } when arg = argument -> join known plus | _ -> known)
    unknown template.pieces

(* Puts in the offsets of counters, in a function with loops that count. *)
let find table (func : func) (flow : Flow.t) (counting : Counting.t) offsets =
  let each_counted f = Array.iter (function Some counted -> f counted | None -> ()) counting.loops in
  each_counted (fun counted -> offsets.(counted.Counting.param) <- unknown);
  let note plus arg =
    match arg with
    | Var v -> offsets.(v) <- join offsets.(v) (Int.max plus 0)
    | Int _ | Wide _ | Literal _ -> ()
  in
  let implied = Counting.implied func counting in
  let instr = function
    (* What counts and tests is not written. *)
    | Prim (dest, _, _) when implied.(dest) -> ()
    | Prim (_, ("%exact_add" | "%exact_sub"), [| Var _; Int _ |]) | Prim (_, "%exact_add", [| Int _; Var _ |]) -> ()
    | Prim (_, name, args) ->
        let plus =
          match Fragment.find table name with
          | Some { Fragment.form = Template.Inline t | Template.Statement t; fixup = None; _ } -> plus t
          | _ -> fun _ -> 0
        in
        Array.iteri (fun i arg -> note (plus (i + 1)) arg) args
    | instr -> Visit.each_arg instr (note 0)
  in
  Array.iter
    (fun b ->
      Array.iter instr func.blocks.(b).body;
      Visit.each_term_arg func.blocks.(b).term (note 0))
    flow.Flow.order;
  (* The limit and the step of a loop are written, although what tests and counts is not. *)
  each_counted (fun counted ->
      note 0 counted.Counting.limit;
      note 0 counted.Counting.step);
  each_counted (fun counted ->
      let param = counted.Counting.param in
      offsets.(param) <- Int.max offsets.(param) 0)

(* By variable: how much more than its value its register holds. *)
let run table (func : func) flow (counting : Counting.t) =
  let offsets = Array.make (Array.length func.names) 0 in
  if counting.deepest > 0 then find table func flow counting offsets;
  offsets
