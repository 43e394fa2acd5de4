(* Which values are written where they are used instead of being put into a local: those used once, in the same
   block, if nothing between conflicts with their effect. What waits to be used never conflicts with each other:
   either one expression that changes state, or any number that read it; constant ones may move anywhere. *)

open Program

(* More operands than this are not written inside another expression. *)
let max_operands = 20
let max_depth = 10
let max_size = 24

type t = {
  folded : bool array;  (* is the variable's expression written where it is used? *)
  uses : int array;
  definition : instr option array;  (* the instruction that defines it *)
}

let effect_of table name = if String.equal name "%block" then Fragment.Const else Fragment.effects table name
let allow = List.map (fun arg -> (arg, true))

(* The operands of an instruction, each with whether an expression may stand there. *)
let operands table instr =
  match instr with
  | Prim (_, name, args) -> (
      let section = if String.equal name "%block" then None else Fragment.find table name in
      match section with
      | None -> allow args
      | Some section -> (
          match section.Fragment.form with
          | Template.Call -> allow args
          | Template.Inline t | Template.Test t | Template.Statement t ->
              List.mapi
                (fun i arg ->
                  let fixed =
                    match section.Fragment.fixup with Some f -> i < 9 && f.Template.counts.(i + 1) > 0 | None -> false
                  in
                  let once = i < 9 && t.Template.counts.(i + 1) = 1 && not t.Template.skipped.(i + 1) in
                  (arg, once && not fixed))
                args))
  | Apply { closure; args; known; _ } ->
      let is_known = match known with Some _ -> true | None -> false in
      (closure, is_known) :: allow args
  | Closures { functions; dests } ->
      let single = match dests with [ _ ] -> true | _ -> false in
      List.concat_map (fun (_, captured) -> List.map (fun arg -> (arg, single)) captured) functions
  | Try { args; _ } -> allow args

(* The same for a terminator; what a branch passes on is not evaluated there. *)
let term_operands term =
  match term with
  | Return a | Raise a -> [ (a, true) ]
  | Jump t -> allow t.args
  | If (a, _, _) | Switch (a, _, _) ->
      let here = match term with If _ -> true | _ -> false in
      let passed =
        Array.fold_left (fun rest (t : target) -> List.rev_append (List.map (fun arg -> (arg, false)) t.args) rest) [] (Flow.targets term)
      in
      (a, here) :: List.rev passed
  | Tail { closure; args; known } ->
      let is_known = match known with Some _ -> true | None -> false in
      (closure, is_known) :: allow args
  | Part (_, args) | Leave (_, args) -> allow args
  | Pushtrap _ | Poptrap _ | Unreachable -> []

(* Says where the next instruction stands in the OCaml source. *)
let is_place instr = match instr with Prim (_, "%place", _) -> true | _ -> false

(* The variables that an instruction defines. *)
let dests instr =
  match instr with
  | Prim (dest, _, _) | Apply { dest; _ } -> [ dest ]
  | Closures { dests; _ } | Try { dests; _ } -> dests

(* Can the instruction be an expression, and with what effect? *)
let expression table instr operands =
  let small = operands <= max_operands in
  match instr with
  | Prim (_, name, _) ->
      let statement =
        (not (String.equal name "%block"))
        &&
        match Fragment.find table name with
        | None -> false
        | Some { Fragment.fixup = Some _; _ } | Some { Fragment.form = Template.Statement _; _ } -> true
        | Some _ -> false
      in
      (small && not statement, effect_of table name)
  | Apply _ -> (small, Fragment.Mutator)
  | Closures { dests = [ d ]; functions } ->
      let itself =
        List.exists (fun (_, captured) -> List.exists (fun arg -> match arg with Var v -> v = d | _ -> false) captured) functions
      in
      (small && not itself, Fragment.Const)
  | Closures _ -> (false, Fragment.Const)
  | Try _ -> (false, Fragment.Mutator)

let rank effects = match effects with Fragment.Const -> 0 | Fragment.Mutable -> 1 | Fragment.Mutator -> 2

(* What waits to be folded while a block is read. *)
type waiting = {
  effects : int array;  (* rank of the effect of the whole expression; -1: not waiting *)
  depth : int array;
  size : int array;
  mutable reads : int list;
  mutable change : int;
}

(* Folds what may be folded of the operands; gives depth, size and effect of the whole. *)
let fold forest waiting operands own =
  let depth = ref 0 and size = ref 1 and effects = ref own in
  List.iter
    (fun (arg, allowed) ->
      match arg with
      | Var v ->
          if allowed && waiting.effects.(v) >= 0 then begin
            forest.folded.(v) <- true;
            if waiting.depth.(v) > !depth then depth := waiting.depth.(v);
            size := !size + waiting.size.(v);
            if waiting.effects.(v) > !effects then effects := waiting.effects.(v)
          end;
          waiting.effects.(v) <- -1
      | Int _ | Wide _ | Literal _ -> ())
    operands;
  (!depth + 1, !size, !effects)

(* Nothing that conflicts with `effect` waits any longer. *)
let flush waiting effects =
  if effects = 2 then begin
    List.iter (fun v -> waiting.effects.(v) <- -1) waiting.reads;
    waiting.reads <- []
  end;
  if effects > 0 then begin
    if waiting.change >= 0 then waiting.effects.(waiting.change) <- -1;
    waiting.change <- -1
  end

let run table func (flow : Flow.t) (counting : Counting.t) =
  let n = Array.length func.names in
  let implied = counting.Counting.implied in
  let forest = { folded = Array.copy implied; uses = Array.make n 0; definition = Array.make n None } in
  (* the block of the last use *)
  let user = Array.make n Flow.none in
  let count b (arg, _) =
    match arg with
    | Var v ->
        forest.uses.(v) <- forest.uses.(v) + 1;
        user.(v) <- b
    | Int _ | Wide _ | Literal _ -> ()
  in
  Array.iter
    (fun b ->
      let block = func.blocks.(b) in
      List.iter
        (fun instr ->
          List.iter (fun d -> forest.definition.(d) <- Some instr) (dests instr);
          List.iter (count b) (operands table instr))
        block.body;
      List.iter (count b) (term_operands block.term))
    flow.Flow.order;
  (* Where a `for` starts is read after what else is passed to its first round has been assigned. *)
  let kept = Array.make n false in
  Array.iter
    (function Some { Counting.start = Var v; _ } -> kept.(v) <- true | _ -> ())
    counting.Counting.loops;
  let waiting = { effects = Array.make n (-1); depth = Array.make n 0; size = Array.make n 0; reads = []; change = -1 } in
  Array.iter
    (fun b ->
      let block = func.blocks.(b) in
      flush waiting 2;
      let placed = ref false in
      List.iter
        (fun instr ->
          (* what has a place stays a statement *)
          let statement = !placed in
          placed := is_place instr;
          if not (!placed || List.exists (fun v -> implied.(v)) (dests instr)) then
          let ops = operands table instr in
          let possible, own = expression table instr (List.length ops) in
          let depth, size, effects = fold forest waiting ops (rank own) in
          flush waiting effects;
          match dests instr with
          | [ v ] when possible && (not statement) && depth <= max_depth && size <= max_size ->
              if (not kept.(v)) && forest.uses.(v) = 1 && user.(v) = b then begin
                waiting.effects.(v) <- effects;
                waiting.depth.(v) <- depth;
                waiting.size.(v) <- size;
                if effects = 1 then waiting.reads <- v :: waiting.reads else if effects = 2 then waiting.change <- v
              end
          | _ -> ())
        block.body;
      ignore (fold forest waiting (term_operands block.term) 0))
    flow.Flow.order;
  forest
