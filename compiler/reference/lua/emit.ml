(* One function of the program as Lua. *)

open Program
open Syntax
open Expressions

(* The depth at the start of a coroutine. Above 0 a function goes on in a fresh one. *)
let start_depth = "-4000"

let add emitter stat =
  emitter.stats <- Visit.grown emitter.stats emitter.count stat;
  emitter.stats.(emitter.count) <- stat;
  emitter.count <- emitter.count + 1

let rec add_all emitter stats =
  match stats with
  | [] -> ()
  | stat :: rest ->
      add emitter stat;
      add_all emitter rest

(* The statements from number `first` on, which are those of a block. *)
let take emitter first =
  let taken = ref [] in
  for i = emitter.count - 1 downto first do
    taken := emitter.stats.(i) :: !taken
  done;
  emitter.count <- first;
  !taken

let dest emitter v = { var = v; name = name emitter v }
let assign emitter v value = Assign { local = false; dests = [ dest emitter v ]; value }

(* An expression whose value nobody reads. *)
let drop_value emitter e =
  let n = String.length e.text in
  let starts = n > 0 && Char.equal e.text.[0] '(' in
  let prefix = match e.kind with Prefix -> true | Atom | Compound -> false in
  let rec applied i = i + 1 < n && ((Char.equal e.text.[i] ')' && Char.equal e.text.[i + 1] '(') || applied (i + 1)) in
  let call = prefix && n > 0 && Char.equal e.text.[n - 1] ')' && not starts in
  add emitter (Text (if call || (starts && prefix && applied 0) then e else { e with text = "do local _ = " ^ e.text ^ " end" }))

(* A primitive that is a statement of its own. *)
let prim_statement emitter dest name args =
  let used = register emitter dest <> Flow.none in
  match (name, args, Fragment.find emitter.table name) with
  | "%place", [| Int place |], _ -> add emitter (Place place)
  | _, _, Some { Fragment.form = Template.Statement t; _ } ->
      add emitter (Text (Template.expand t None (exprs emitter args)));
      if used then add emitter (assign emitter dest (Template.int 0))
  | _, _, section -> (
      let e = primitive emitter name args false in
      if not used then drop_value emitter e
      else begin
        add emitter (assign emitter dest e);
        match section with
        | Some { Fragment.fixup = Some fixup; _ } ->
            let takes = List.exists (fun arg -> arg > 0) fixup.Template.order in
            let result = variable emitter dest in
            let values = if takes then exprs emitter args else [||] in
            add emitter (Text (Template.expand fixup (Some result) values))
        | _ -> ()
      end)

(* Closures that may capture each other: created in order, then patched. *)
let closures emitter results functions =
  let create k (id, captured) =
    let d = results.(k) in
    let e = closure emitter id captured results k in
    if register emitter d <> Flow.none then add emitter (assign emitter d e)
  in
  let patch k (_, captured) =
    let d = results.(k) in
    if register emitter d <> Flow.none then
      Array.iteri
        (fun i arg ->
          match arg with
          | Var v when Registers.mem_from v results k ->
              let text = name emitter d ^ "[" ^ string_of_int (i + 3) ^ "] = " ^ name emitter v in
              add emitter (Text (compound text [ d; v ]))
          | _ -> ())
        captured
  in
  Array.iteri create functions;
  Array.iteri patch functions

(* Assigns what the table `T` holds. *)
let take_all emitter dests =
  let take i d =
    add emitter (Assign { local = false; dests = [ d ]; value = constant ("T[" ^ string_of_int (i + 1) ^ "]") Prefix })
  in
  List.iteri take dests

(* Results beyond what Lua can assign at once come in the table `T`; the body then leaves with nil and a table. *)
let try_ emitter dests body args =
  let exprs = exprs emitter args in
  let text = "Try(" ^ arguments emitter (place emitter body ^ ", D") exprs ^ ")" in
  let vars = all_vars exprs [] in
  let list = map_from (dest emitter) dests 0 in
  if Array.length dests <= max_args then
    add emitter (Assign { local = false; dests = list; value = { text; kind = Prefix; known = Nothing; vars } })
  else begin
    let several = match func_of emitter body with Some f -> f.exits > 1 | None -> false in
    let unpack =
      if several then "if T[3] == nil and T[4] then T = {true, T[2], Unpack(T[4])} end"
      else "if T[2] == nil and T[3] then T = {true, Unpack(T[3])} end"
    in
    add emitter (Scratch { local = false; value = compound ("{" ^ text ^ "}") vars });
    add emitter (Text (constant unpack Compound));
    take_all emitter list
  end

let instr emitter instr =
  match instr with
  | Prim (dest, name, args) -> prim_statement emitter dest name args
  | Apply { dest; _ } ->
      let e = value emitter instr in
      if register emitter dest = Flow.none then drop_value emitter e else add emitter (assign emitter dest e)
  | Closures { dests; functions } -> closures emitter dests functions
  | Try { dests; body; args } -> try_ emitter dests body args

let is_folded emitter instr =
  let d = Forest.single_dest instr in
  d <> Flow.none && emitter.forest.Forest.folded.(d)

(* The instructions that are not folded. *)
let code emitter body =
  for i = 0 to Array.length body - 1 do
    if not (is_folded emitter body.(i)) then instr emitter body.(i)
  done

let finish emitter b =
  match emitter.func.blocks.(b).term with
  | Program.Return arg -> Return (result emitter arg)
  | Program.Raise arg ->
      let e = expr emitter arg in
      Fail { e with text = "Error(" ^ e.text ^ ", 0)" }
  | Tail { closure; args; callee } -> Return (apply emitter closure args callee emitter.tail)
  | Part (id, args) ->
      let exprs = exprs emitter args in
      let text = place emitter id ^ "(" ^ arguments emitter emitter.tail exprs ^ ")" in
      Return (compound text (all_vars exprs []))
  | Leave (exit, args) ->
      let exprs = exprs emitter args in
      let alone = Array.length exprs = 0 in
      let values = list emitter exprs in
      let values = if Array.length exprs < max_args then values else "nil, {" ^ values ^ "}" in
      let text =
        if alone then string_of_int exit
        else if emitter.func.exits > 1 then string_of_int exit ^ emitter.comma ^ values
        else values
      in
      Return (compound text (all_vars exprs []))
  | Unreachable -> Fail (constant "Error(\"unreachable\")" Prefix)
  | _ -> Error.fail (emitter.func.name ^ ": a trap was not outlined")

(* Is the argument what the register holds already? *)
let is_in emitter (r : int) arg =
  match arg with
  | Var v -> folded emitter v == Visit.nothing && register emitter v = r
  | Int _ | Wide _ | Literal _ -> false

(* What the parameters from number `i` on are to receive; what only takes effect is added. *)
let rec moves emitter params args i =
  if i = Array.length params then []
  else
    let p = params.(i) and arg = args.(i) in
    let r = register emitter p in
    if r = Flow.none then begin
      if folded_arg emitter arg != Visit.nothing then drop_value emitter (expr emitter arg);
      moves emitter params args (i + 1)
    end
    else if emitter.registers.Registers.all.(r).Registers.counts || is_in emitter r arg then moves emitter params args (i + 1)
    else
      let move = assign emitter p (expr emitter arg) in
      move :: moves emitter params args (i + 1)

(* Does one of the assignments read what another has written before it? *)
let rec clash emitter written moves =
  match moves with
  | Assign { dests; value; _ } :: rest ->
      List.exists (fun v -> Registers.mem (register emitter v) written) value.vars
      || clash emitter (List.fold_left (fun written (d : dest) -> register emitter d.var :: written) written dests) rest
  | _ -> false

(* The parameters of an edge's target receive its arguments, all at once. *)
let edge emitter b k =
  let target = Visit.target emitter.func.blocks.(b).term k in
  match moves emitter emitter.func.blocks.(target.block).Program.params target.args 0 with
  | [] -> ()
  | [ move ] -> add emitter move
  | moves when not (clash emitter [] moves) -> add_all emitter moves
  | moves ->
      let part move (dests, values) =
        match move with Assign { dests = [ d ]; value; _ } -> (d :: dests, value :: values) | _ -> (dests, values)
      in
      let dests, values = List.fold_right part moves ([], []) in
      let values = Array.of_list values in
      let text = list emitter values and vars = all_vars values [] in
      if List.compare_length_with dests max_args <= 0 then
        add emitter (Assign { local = false; dests; value = compound text vars })
      else begin
        add emitter (Scratch { local = false; value = compound ("{" ^ text ^ "}") vars });
        take_all emitter dests
      end

(* What is done on an edge, as a block. *)
let edge_block emitter b k =
  let first = emitter.count in
  edge emitter b k;
  take emitter first

(* On to where the flag says. *)
let dispatch flags =
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
  If (constant "B" Prefix, reset @ [ Break ], [])

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
      let bounds = match step with Int 1 -> [| start; limit |] | step -> [| start; limit; expr emitter step |] in
      Some (compound ("for " ^ name emitter param ^ " = " ^ list emitter bounds) (all_vars bounds []))

let add_if emitter b t negate yes no = add emitter (If (test emitter b t negate, yes, no))

(* Are the statements these assignments and a loop? *)
let rec is_given stats assignments =
  let same_dest (a : dest) (b : dest) = String.equal a.name b.name in
  match (stats, assignments) with
  | Assign a :: stats, Assign b :: assignments ->
      List.equal same_dest a.dests b.dests
      && String.equal a.value.text b.value.text
      && is_given stats assignments
  | [ Loop _ ], [] -> true
  | _ -> false

(* The nodes as a block. *)
let rec block emitter list =
  let first = emitter.count in
  nodes emitter list;
  take emitter first

and nodes emitter list =
  match list with
  | [] -> ()
  | n :: rest ->
      node emitter n;
      nodes emitter rest

and node emitter n =
  match n with
  | Structure.Code b -> code emitter emitter.func.blocks.(b).Program.body
  | Structure.Finish b -> add emitter (finish emitter b)
  | Structure.Edge (b, k) ->
      if not (Registers.crossed emitter.func emitter.counting emitter.forest emitter.registers b) then edge emitter b k
      else if k = 0 then begin
        let no = edge_block emitter b 1 in
        let yes = edge_block emitter b 0 in
        add_if emitter b Structure.Branch false yes no
      end
  | Structure.If (b, test, yes, no) -> branch emitter b test yes no
  | Structure.Read_tag b -> (
      match emitter.func.blocks.(b).term with
      | Program.Switch (arg, _, _) ->
          let e = expr emitter arg in
          add emitter (Scratch { local = false; value = compound (Template.operand e true ^ "[1]") e.vars })
      | _ -> ())
  | Structure.Once body -> add emitter (Once (block emitter body))
  | Structure.Loop (h, body) -> (
      match counted emitter h with
      | Some head -> add emitter (Loop (head, block emitter body))
      | None -> uncounted emitter body)
  | Structure.Break None -> add emitter Break
  | Structure.Break (Some flag) ->
      emitter.flag <- true;
      add emitter (Text (constant ("B = " ^ string_of_int flag) Compound));
      add emitter Break
  | Structure.Dispatch flags -> add emitter (dispatch flags)
  | Structure.Label _ | Structure.Jump _ -> Error.fail "a jump was not resolved"

(* A loop that begins with a test of whether to leave it has that as its head; what is done then follows it. *)
and uncounted emitter body =
  match body with
  | Structure.Code header :: Structure.If (b, t, yes, no) :: rest
    when Array.for_all (is_folded emitter) emitter.func.blocks.(header).body
         && (Counting.leaves yes (no @ rest) || Counting.leaves no (yes @ rest)) ->
      let negate = Counting.leaves yes (no @ rest) in
      let thens = block emitter yes in
      let otherwise = block emitter no in
      let leave, stay = if negate then (thens, otherwise) else (otherwise, thens) in
      let stay = stay @ block emitter rest in
      let e = test emitter b t negate in
      add emitter (Loop ({ e with text = "while " ^ e.text }, stay));
      List.iter (function Break -> () | stat -> add emitter stat) leave
  | _ -> add emitter (Loop (constant "while true" Compound, block emitter body))

(* An arm that does not come back is followed by the other one instead of an `else`. What a loop that may have no round is given, where
   it is what there is without it, needs no test. *)
and branch emitter b t yes no =
  let thens = block emitter yes in
  let otherwise = block emitter no in
  match (thens, otherwise) with
  | _ when Counting.is_asked emitter.counting b no && is_given otherwise thens -> add_all emitter otherwise
  | _ when Counting.is_asked emitter.counting b yes && is_given thens otherwise -> add_all emitter thens
  | [], _ :: _ -> add_if emitter b t true otherwise []
  | _, [ If _ ] -> add_if emitter b t false thens otherwise
  | _ ->
      if terminated thens then begin
        add_if emitter b t false thens [];
        add_all emitter otherwise
      end
      else if terminated otherwise then begin
        add_if emitter b t true otherwise [];
        add_all emitter thens
      end
      else add_if emitter b t false thens otherwise

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
  else if deep && emitter.guards.asks.(emitter.func.id) && not inner then guard "Deep" [ place ]
  else None

(* Adds the statements before the function's own; gives its parameters in Lua. *)
let prologue emitter deep calls =
  let params = emitter.func.params in
  let first = if has_closure emitter.func then 1 else 0 in
  let many = Array.length params - first > max_args in
  let rest = if many then [ "T" ] else map_from (name emitter) params first in
  let text t = add emitter (Text (constant t Compound)) in
  Option.iter text (guard emitter deep calls rest);
  if emitter.registers.Registers.slots > 0 then text "local S = {}";
  if many then take_all emitter (map_from (dest emitter) params first);
  let rest = if emitter.guards.takes.(emitter.func.id) then "D" :: rest else rest in
  if first > 0 then name emitter params.(0) :: rest else rest

(* How the function is declared, and its field when it is a local, too. *)
let declaration emitter =
  let place = Naming.function_place emitter.options.names emitter.func and id = emitter.func.id in
  match Naming.local_name emitter.options.names emitter.func with
  | Some name when emitter.groups.Groups.is_local.(id) ->
      let local = if emitter.groups.Groups.is_declared.(id) then "" else "local " in
      (local ^ "function " ^ name, if emitter.groups.Groups.is_field.(id) then Some (name, place) else None)
  | _ -> (place ^ " = function", None)

(* The Lua function; `warnings`: what does not fit, last first. *)
let run table program groups guards (func : Program.func) options warnings =
  let flow = Flow.run func.blocks in
  let list, counting = Counting.run func flow (Structure.run func flow) in
  let offsets = Offsets.run table func flow counting in
  let forest = Forest.run table func flow counting in
  let registers = Registers.run table func flow counting forest options.names in
  let most, deep, calls = Registers.calls table func flow in
  let depth = "D" ^ Short_names.infix options.names "+" ^ string_of_int ((registers.Registers.locals + most + 17) / 10) in
  let tail =
    match Fragment.find table Guards.tail_depth with
    | Some { Fragment.form = Template.Inline t; _ } -> (Template.expand t None [||]).text
    | _ -> "D"
  in
  let emitter =
    { table; program; groups; guards; func; options; counting; offsets; forest; registers;
      variables = Array.make (Array.length func.names) unmet; depth; tail; comma = Short_names.comma options.names;
      stats = [||]; count = 0; flag = false; warnings }
  in
  let params = prologue emitter deep calls in
  let start = take emitter 0 in
  let code = block emitter list in
  let code = if emitter.flag then Local [ "B" ] :: code else code in
  let body = Locals.run registers emitter.comma params (start @ code) in
  let comment = if String.length func.place = 0 then func.name else func.place in
  let head, field = declaration emitter in
  let declares = List.rev_map (place emitter) groups.Groups.declares.(func.id) in
  { declares; head; field; comment; params; body }
