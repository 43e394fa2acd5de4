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
  definition : instr array;  (* the instruction that defines it, and nothing else *)
}

let each (args : arg array) allowed f =
  for i = 0 to Array.length args - 1 do
    f args.(i) allowed
  done

(* The same for the arguments of a template. *)
let each_placed (t : Template.t) fixup (args : arg array) f =
  for i = 1 to Array.length args do
    let fixed = match fixup with Some fixup -> List.exists (Int.equal i) fixup.Template.order | None -> false in
    f args.(i - 1) (i <= 9 && t.Template.once.(i) && not fixed)
  done

let is_known callee = match callee with Known _ -> true | Any | Exact -> false

(* Calls `f` with each operand of an instruction and whether an expression may stand there. *)
let each_operand table instr f =
  match instr with
  | Prim (_, name, args) -> (
      match if String.equal name "%block" then None else Fragment.find table name with
      | None | Some { Fragment.form = Template.Call; _ } -> each args true f
      | Some { Fragment.form = Template.Inline t | Template.Test t | Template.Statement t; fixup; _ } ->
          each_placed t fixup args f)
  | Apply { closure; args; callee; _ } ->
      f closure (is_known callee);
      each args true f
  | Closures { functions; dests } ->
      let single = Array.length dests = 1 in
      Array.iter (fun (_, captured) -> each captured single f) functions
  | Try { args; _ } -> each args true f

(* The same for a terminator; what a branch passes on is not evaluated there. *)
let each_term_operand term f =
  match term with
  | Return a | Raise a -> f a true
  | Jump t -> each t.args true f
  | If (a, first, second) ->
      f a true;
      each first.args false f;
      each second.args false f
  | Switch (a, _, _) ->
      f a false;
      Visit.each_target term (fun t -> each t.args false f)
  | Tail { closure; args; callee } ->
      f closure (is_known callee);
      each args true f
  | Part (_, args) | Leave (_, args) -> each args true f
  | Pushtrap _ | Poptrap _ | Unreachable -> ()

(* Says where the next instruction stands in the OCaml source. *)
let is_place instr = match instr with Prim (_, "%place", _) -> true | _ -> false

(* The variable that an instruction defines; none: none or several. *)
let single_dest instr =
  match instr with
  | Prim (dest, _, _) | Apply { dest; _ } | Closures { dests = [| dest |]; _ } | Try { dests = [| dest |]; _ } -> dest
  | Closures _ | Try _ -> Flow.none

(* What an instruction does. *)
let instr_effect table instr =
  match instr with
  | Prim (_, name, _) -> Fragment.effects table name
  | Closures _ -> Fragment.Const
  | Apply _ | Try _ -> Fragment.Mutator

(* Can the instruction be an expression? *)
let is_expression table instr =
  match instr with
  | Prim (_, "%block", _) | Apply _ -> true
  | Prim (_, name, _) -> (
      match Fragment.find table name with
      | Some { Fragment.fixup = Some _; _ } | Some { Fragment.form = Template.Statement _; _ } -> false
      | None | Some _ -> true)
  | Closures { dests = [| d |]; functions } ->
      let is_itself arg = match arg with Var v -> v = d | Int _ | Wide _ | Literal _ -> false in
      not (Array.exists (fun (_, captured) -> Array.exists is_itself captured) functions)
  | Closures _ | Try _ -> false

let rank effects = match effects with Fragment.Const -> 0 | Fragment.Mutable -> 1 | Fragment.Mutator -> 2

(* What waits to be folded while a block is read. *)
type waiting = {
  effects : int array;  (* rank of the effect of the whole expression; -1: not waiting *)
  depth : int array;
  size : int array;
  mutable reads : int list;
  mutable change : int;
  (* of the instruction that is looked at, with what is folded into it *)
  mutable operands : int;
  mutable whole_depth : int;
  mutable whole_size : int;
  mutable whole_effects : int;
}

(* Begins to look at an instruction. *)
let start waiting own =
  waiting.operands <- 0;
  waiting.whole_depth <- 1;
  waiting.whole_size <- 1;
  waiting.whole_effects <- own

(* May the instruction be part of another one? *)
let is_small waiting =
  waiting.operands <= max_operands && waiting.whole_depth <= max_depth && waiting.whole_size <= max_size

(* Folds an operand, if that is allowed. *)
let fold forest waiting arg allowed =
  waiting.operands <- waiting.operands + 1;
  match arg with
  | Var v ->
      let effects = waiting.effects.(v) in
      if effects >= 0 then begin
        if allowed then begin
          forest.folded.(v) <- true;
          if waiting.depth.(v) >= waiting.whole_depth then waiting.whole_depth <- waiting.depth.(v) + 1;
          waiting.whole_size <- waiting.whole_size + waiting.size.(v);
          if effects > waiting.whole_effects then waiting.whole_effects <- effects
        end;
        waiting.effects.(v) <- -1
      end
  | Int _ | Wide _ | Literal _ -> ()

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
  let forest = { folded = Counting.implied func counting; uses = Array.make n 0; definition = Array.make n Visit.nothing } in
  (* the block of the last use *)
  let user = Array.make n Flow.none in
  let at = ref Flow.none in
  let count arg =
    match arg with
    | Var v ->
        forest.uses.(v) <- forest.uses.(v) + 1;
        user.(v) <- !at
    | Int _ | Wide _ | Literal _ -> ()
  in
  let note instr =
    let d = single_dest instr in
    if d <> Flow.none then forest.definition.(d) <- instr;
    Visit.each_arg instr count
  in
  Array.iter
    (fun b ->
      let block = func.blocks.(b) in
      at := b;
      Array.iter note block.body;
      Visit.each_term_arg block.term count)
    flow.Flow.order;
  (* Where a `for` starts is read after what else is passed to its first round has been assigned: it is used in no block. *)
  Array.iter
    (function Some { Counting.start = Var v; _ } -> user.(v) <- Flow.none | _ -> ())
    counting.Counting.loops;
  (* Where nothing else is passed to the first round, its limit is read at the end of the block in front, and by no test. *)
  let limits = if counting.deepest = 0 then [||] else Array.make (Array.length func.blocks) (Int 0) in
  Array.iteri
    (fun h counted ->
      match counted with
      | Some { Counting.guard = b; limit = Var v as limit; _ }
        when b <> Flow.none && Array.length func.blocks.(h).params = 1 && forest.uses.(v) = 2 ->
          forest.uses.(v) <- 1;
          user.(v) <- b;
          limits.(b) <- limit
      | _ -> ())
    counting.loops;
  let waiting =
    {
      effects = Array.make n (-1);
      depth = Array.make n 0;
      size = Array.make n 0;
      reads = [];
      change = -1;
      operands = 0;
      whole_depth = 1;
      whole_size = 1;
      whole_effects = 0;
    }
  in
  let fold arg allowed = fold forest waiting arg allowed in
  (* What has a place stays a statement, and what is folded already is not written. *)
  let look instr statement =
    let v = single_dest instr in
    if v = Flow.none || not forest.folded.(v) then begin
      start waiting (rank (instr_effect table instr));
      each_operand table instr fold;
      let effects = waiting.whole_effects in
      flush waiting effects;
      let once = v <> Flow.none && forest.uses.(v) = 1 && user.(v) = !at in
      if once && (not statement) && is_small waiting && is_expression table instr then begin
        waiting.effects.(v) <- effects;
        waiting.depth.(v) <- waiting.whole_depth;
        waiting.size.(v) <- waiting.whole_size;
        if effects = 1 then waiting.reads <- v :: waiting.reads else if effects = 2 then waiting.change <- v
      end
    end
  in
  let rec look_all body i has_place =
    if i < Array.length body then begin
      let instr = body.(i) in
      let placed = is_place instr in
      if not placed then look instr has_place;
      look_all body (i + 1) placed
    end
  in
  Array.iter
    (fun b ->
      let block = func.blocks.(b) in
      at := b;
      flush waiting 2;
      look_all block.body 0 false;
      start waiting 0;
      each_term_operand block.term fold;
      if Array.length limits > 0 then fold limits.(b) true)
    flow.Flow.order;
  forest
