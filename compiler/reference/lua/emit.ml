(* One function of the program as Lua. *)

open Program
open Syntax
open Expressions

(* The section whose template is the depth that a tail call passes, where tail calls take room. *)
let tail_depth = "%tail_depth"

(* The depth at the start of a coroutine. Above 0 a function goes on in a fresh one. *)
let start_depth = "-4000"

let dest emitter v = { var = v; name = name emitter v }
let assign emitter v value = Assign { local = false; dests = [ dest emitter v ]; value }

(* An expression whose value nobody reads. *)
let drop_value e out =
  let n = String.length e.text in
  let starts = n > 0 && Char.equal e.text.[0] '(' in
  let prefix = match e.kind with Prefix -> true | Atom | Compound -> false in
  let rec applied i = i + 1 < n && ((Char.equal e.text.[i] ')' && Char.equal e.text.[i + 1] '(') || applied (i + 1)) in
  let call = prefix && n > 0 && Char.equal e.text.[n - 1] ')' && not starts in
  if call || (starts && prefix && applied 0) then Text e :: out
  else Text { e with text = "do local _ = " ^ e.text ^ " end" } :: out

(* A primitive that is a statement of its own. *)
let prim_statement emitter dest name args out =
  let used = register emitter dest <> Flow.none in
  match (name, args, Fragment.find emitter.table name) with
  | "%place", [| Int place |], _ -> Place place :: out
  | _, _, Some { Fragment.form = Template.Statement t; _ } ->
      let out = Text (Template.expand t None (exprs emitter args)) :: out in
      if used then assign emitter dest (Template.int 0) :: out else out
  | _, _, section -> (
      let e = primitive emitter name args false in
      if not used then drop_value e out
      else
        let out = assign emitter dest e :: out in
        match section with
        | Some { Fragment.fixup = Some fixup; _ } ->
            let takes = List.exists (fun arg -> arg > 0) fixup.Template.order in
            let result = variable emitter dest in
            let values = if takes then exprs emitter args else [] in
            Text (Template.expand fixup (Some result) values) :: out
        | _ -> out)

(* Closures that may capture each other: created in order, then patched. *)
let closures emitter results functions out =
  let out = ref out in
  let create k (id, captured) =
    let d = results.(k) in
    let e = closure emitter id captured results k in
    if register emitter d <> Flow.none then out := assign emitter d e :: !out
  in
  let patch k (_, captured) =
    let d = results.(k) in
    if register emitter d <> Flow.none then
      Array.iteri
        (fun i arg ->
          match arg with
          | Var v when Registers.mem_from v results k ->
              let text = name emitter d ^ "[" ^ string_of_int (i + 3) ^ "] = " ^ name emitter v in
              out := Text (compound text [ d; v ]) :: !out
          | _ -> ())
        captured
  in
  Array.iteri create functions;
  Array.iteri patch functions;
  !out

(* Assigns what the table `T` holds. *)
let take_all dests out =
  let take (i, out) d =
    (i + 1, Assign { local = false; dests = [ d ]; value = constant ("T[" ^ string_of_int i ^ "]") Prefix } :: out)
  in
  snd (List.fold_left take (1, out) dests)

(* Results beyond what Lua can assign at once come in the table `T`; the body then leaves with nil and a table. *)
let try_ emitter dests body args out =
  let exprs = exprs emitter args in
  let text = "Try(" ^ arguments emitter (place emitter body ^ ", D") exprs ^ ")" in
  let vars = all_vars exprs [] in
  let list = map_from (dest emitter) dests 0 in
  if Array.length dests <= max_args then
    Assign { local = false; dests = list; value = { text; kind = Prefix; known = Nothing; vars } } :: out
  else begin
    emitter.scratch <- true;
    let several = match func_of emitter body with Some f -> f.exits > 1 | None -> false in
    let unpack =
      if several then "if T[3] == nil and T[4] then T = {true, T[2], Unpack(T[4])} end"
      else "if T[2] == nil and T[3] then T = {true, Unpack(T[3])} end"
    in
    take_all list (Text (constant unpack Compound) :: Text (compound ("T = {" ^ text ^ "}") vars) :: out)
  end

let instr emitter instr out =
  match instr with
  | Prim (dest, name, args) -> prim_statement emitter dest name args out
  | Apply { dest; _ } ->
      let e = value emitter instr in
      if register emitter dest = Flow.none then drop_value e out else assign emitter dest e :: out
  | Closures { dests; functions } -> closures emitter dests functions out
  | Try { dests; body; args } -> try_ emitter dests body args out

let is_folded emitter instr =
  let d = Forest.single_dest instr in
  d <> Flow.none && emitter.forest.Forest.folded.(d)

(* The instructions that are not folded, from number `i` on. *)
let rec code emitter body i out =
  if i = Array.length body then out
  else
    let next = body.(i) in
    code emitter body (i + 1) (if is_folded emitter next then out else instr emitter next out)

let finish emitter b out =
  match emitter.func.blocks.(b).term with
  | Program.Return arg -> Return (result emitter arg) :: out
  | Program.Raise arg ->
      let e = expr emitter arg in
      Fail { e with text = "Error(" ^ e.text ^ ", 0)" } :: out
  | Tail { closure; args; callee } -> Return (apply emitter closure args callee emitter.tail) :: out
  | Part (id, args) ->
      let exprs = exprs emitter args in
      let text = place emitter id ^ "(" ^ arguments emitter emitter.tail exprs ^ ")" in
      Return (compound text (all_vars exprs [])) :: out
  | Leave (exit, args) ->
      let exprs = exprs emitter args in
      let alone = match exprs with [] -> true | _ :: _ -> false in
      let values = list emitter exprs in
      let values = if List.compare_length_with exprs max_args < 0 then values else "nil, {" ^ values ^ "}" in
      let text =
        if alone then string_of_int exit
        else if emitter.func.exits > 1 then string_of_int exit ^ emitter.comma ^ values
        else values
      in
      Return (compound text (all_vars exprs [])) :: out
  | Unreachable -> Fail (constant "Error(\"unreachable\")" Prefix) :: out
  | _ -> Error.fail (emitter.func.name ^ ": a trap was not outlined")

(* Is the argument what the register holds already? *)
let is_in emitter (r : int) arg =
  match arg with
  | Var v -> folded emitter v == Visit.nothing && register emitter v = r
  | Int _ | Wide _ | Literal _ -> false

(* What the parameters from number `i` on are to receive, the last one first, and `out` with what only takes effect. *)
let rec moves emitter params args i found out =
  if i = Array.length params then (found, out)
  else
    let p = params.(i) and arg = args.(i) in
    let r = register emitter p in
    if r = Flow.none then
      let out = if folded_arg emitter arg == Visit.nothing then out else drop_value (expr emitter arg) out in
      moves emitter params args (i + 1) found out
    else if emitter.registers.Registers.all.(r).Registers.counts || is_in emitter r arg then
      moves emitter params args (i + 1) found out
    else moves emitter params args (i + 1) (assign emitter p (expr emitter arg) :: found) out

(* Does one of the assignments read what another has written before it? *)
let rec clash emitter written moves =
  match moves with
  | Assign { dests; value; _ } :: rest ->
      List.exists (fun v -> Registers.mem (register emitter v) written) value.vars
      || clash emitter (List.fold_left (fun written (d : dest) -> register emitter d.var :: written) written dests) rest
  | _ -> false

(* The parameters of an edge's target receive its arguments, all at once. *)
let edge emitter b k out =
  let target = Visit.target emitter.func.blocks.(b).term k in
  let moves, out = moves emitter emitter.func.blocks.(target.block).Program.params target.args 0 [] out in
  match moves with
  | [] -> out
  | [ move ] -> move :: out
  | _ when not (clash emitter [] (List.rev moves)) -> moves @ out
  | _ ->
      let part (dests, values) move =
        match move with Assign { dests = [ d ]; value; _ } -> (d :: dests, value :: values) | _ -> (dests, values)
      in
      let dests, values = List.fold_left part ([], []) moves in
      let text = list emitter values and vars = all_vars values [] in
      if List.compare_length_with dests max_args <= 0 then
        Assign { local = false; dests; value = compound text vars } :: out
      else begin
        emitter.scratch <- true;
        take_all dests (Text (compound ("T = {" ^ text ^ "}") vars) :: out)
      end

(* On to where the flag says. *)
let dispatch flags out =
  let text t = Text (constant t Compound) in
  let last =
    List.filter_map (fun (flag, ends) -> if ends then Some ("B == " ^ string_of_int flag) else None) flags
  in
  let reset =
    if List.for_all (fun (_, ends) -> ends) flags then [ text "B = nil" ]
    else
      match last with
      | [] -> []
      | _ :: _ -> [ If (constant (String.concat " or " last) Compound, [ text "B = nil" ], []) ]
  in
  If (constant "B" Prefix, reset @ [ Break ], []) :: out

(* What stands between `for` and `do`, if the loop of header `h` counts. *)
let counted emitter h =
  match emitter.counting.Counting.loops.(h) with
  | None -> None
  | Some { Counting.param; start; limit; beyond; step; _ } ->
      let offset = emitter.offsets.(param) in
      let bound arg more =
        let e = expr emitter arg in
        if more = 0 then e else Template.add e more
      in
      let start = bound start offset in
      let limit = bound limit (offset + beyond) in
      let bounds = match step with Int 1 -> [ start; limit ] | step -> [ start; limit; expr emitter step ] in
      Some (compound ("for " ^ name emitter param ^ " = " ^ list emitter bounds) (all_vars bounds []))

(* `out` is in reverse. *)
let rec nodes emitter list out = match list with [] -> out | n :: rest -> nodes emitter rest (node emitter n out)

and node emitter n out =
  match n with
  | Structure.Code b -> code emitter emitter.func.blocks.(b).Program.body 0 out
  | Structure.Finish b -> finish emitter b out
  | Structure.Edge (b, k) ->
      if not (Registers.crossed emitter.func emitter.counting emitter.forest emitter.registers b) then edge emitter b k out
      else if k = 1 then out
      else If (test emitter b Structure.Branch false, List.rev (edge emitter b 0 []), List.rev (edge emitter b 1 [])) :: out
  | Structure.If (b, test, yes, no) -> branch emitter b test yes no out
  | Structure.Read_tag b -> (
      emitter.scratch <- true;
      match emitter.func.blocks.(b).term with
      | Program.Switch (arg, _, _) ->
          let e = expr emitter arg in
          Text (compound ("T = " ^ Template.operand e true ^ "[1]") e.vars) :: out
      | _ -> out)
  | Structure.Once body -> Once (List.rev (nodes emitter body [])) :: out
  | Structure.Loop (h, body) -> (
      match counted emitter h with
      | Some head -> Loop (head, List.rev (nodes emitter body [])) :: out
      | None -> uncounted emitter body out)
  | Structure.Break None -> Break :: out
  | Structure.Break (Some flag) ->
      emitter.flag <- true;
      Break :: Text (constant ("B = " ^ string_of_int flag) Compound) :: out
  | Structure.Dispatch flags -> dispatch flags out
  | Structure.Label _ | Structure.Jump _ -> Error.fail "a jump was not resolved"

(* A loop that begins with a test of whether to leave it has that as its head; what is done then follows it. *)
and uncounted emitter body out =
  match body with
  | Structure.Code header :: Structure.If (b, t, yes, no) :: rest
    when Array.for_all (is_folded emitter) emitter.func.blocks.(header).body
         && (Counting.leaves yes (no @ rest) || Counting.leaves no (yes @ rest)) ->
      let negate = Counting.leaves yes (no @ rest) in
      let thens = nodes emitter yes [] in
      let otherwise = nodes emitter no [] in
      let leave, stay = if negate then (thens, otherwise) else (otherwise, thens) in
      let stay = List.rev (nodes emitter rest stay) in
      let e = test emitter b t negate in
      let leave = match leave with Break :: leave -> leave | leave -> leave in
      leave @ (Loop ({ e with text = "while " ^ e.text }, stay) :: out)
  | _ -> Loop (constant "while true" Compound, List.rev (nodes emitter body [])) :: out

(* An arm that does not come back is followed by the other one instead of an `else`. *)
and branch emitter b t yes no out =
  let thens = List.rev (nodes emitter yes []) in
  let otherwise = List.rev (nodes emitter no []) in
  match (thens, otherwise) with
  | [], _ :: _ -> If (test emitter b t true, otherwise, []) :: out
  | _, [ If _ ] -> If (test emitter b t false, thens, otherwise) :: out
  | _ ->
      if terminated thens then List.rev_append otherwise (If (test emitter b t false, thens, []) :: out)
      else if terminated otherwise then List.rev_append thens (If (test emitter b t true, otherwise, []) :: out)
      else If (test emitter b t false, thens, otherwise) :: out

(* The statement that a function begins with which goes on elsewhere when the stack is used up. `deep` and `calls`: whether it
   makes a call that is no tail call, and any call. Only the first takes room, unless the target counts tail calls. *)
let guard emitter deep calls rest =
  let inner = match emitter.func.kind with Closure | Direct -> false | Body | Part_of -> true in
  let place = place emitter emitter.func.id in
  let guard target passed =
    let passed = passed @ if has_closure emitter.func then "C" :: start_depth :: rest else start_depth :: rest in
    Some ("if D > 0 then return " ^ target ^ "(" ^ String.concat emitter.comma passed ^ ") end")
  in
  if (not (String.equal emitter.tail "D")) && calls then guard "P.far" [ "D"; place ]
  else if deep && emitter.asks && not inner then guard "Deep" [ place ]
  else None

(* Parameters in Lua, and the statements before the function's own, in reverse. *)
let prologue emitter deep calls =
  let params = emitter.func.params in
  let first = if has_closure emitter.func then 1 else 0 in
  let many = Array.length params - first > max_args in
  let rest = if many then [ "T" ] else map_from (name emitter) params first in
  let out = match guard emitter deep calls rest with Some text -> [ Text (constant text Compound) ] | None -> [] in
  let out = if emitter.registers.Registers.slots > 0 then Text (constant "local S = {}" Compound) :: out else out in
  let out = if many then take_all (map_from (dest emitter) params first) out else out in
  let rest = "D" :: rest in
  ((if first > 0 then name emitter params.(0) :: rest else rest), out)

(* How the function is declared, and its field when it is a local, too. *)
let declaration emitter =
  let place = Naming.function_place emitter.options.names emitter.func and id = emitter.func.id in
  match Naming.local_name emitter.options.names emitter.func with
  | Some name when emitter.groups.Groups.is_local.(id) ->
      let local = if emitter.groups.Groups.is_declared.(id) then "" else "local " in
      (local ^ "function " ^ name, if emitter.groups.Groups.is_field.(id) then Some (name, place) else None)
  | _ -> (place ^ " = function", None)

(* The Lua function; `warnings`: what does not fit, last first. *)
let run table program groups asks (func : Program.func) options warnings =
  let flow = Flow.run func.blocks in
  let list, counting = Counting.run func flow (Structure.run func flow) in
  let offsets = Offsets.run table func flow counting in
  let forest = Forest.run table func flow counting in
  let registers = Registers.run table func flow counting forest options.names in
  let most, deep, calls = Registers.calls table func flow in
  let depth = "D" ^ Short_names.infix options.names "+" ^ string_of_int ((registers.Registers.locals + most + 17) / 10) in
  let tail =
    match Fragment.find table tail_depth with
    | Some { Fragment.form = Template.Inline t; _ } -> (Template.expand t None []).text
    | _ -> "D"
  in
  let emitter =
    { table; program; groups; asks = asks.(func.id); func; options; counting; offsets; forest; registers; depth; tail;
      comma = Short_names.comma options.names; flag = false; scratch = false; warnings }
  in
  let params, start = prologue emitter deep calls in
  let code = nodes emitter list [] in
  let start = if emitter.flag then Local [ "B" ] :: start else start in
  let start = if emitter.scratch then Local [ "T" ] :: start else start in
  let body = Locals.run registers emitter.comma (List.rev_append start (List.rev code)) in
  let comment = if String.length func.place = 0 then func.name else func.place in
  let head, field = declaration emitter in
  let declares = List.rev_map (place emitter) groups.Groups.declares.(func.id) in
  { declares; head; field; comment; params; body }
