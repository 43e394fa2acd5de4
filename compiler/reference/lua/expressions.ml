(* Values of one function as expressions of Lua: operands, primitives, calls, tests. *)

open Program
open Syntax

let max_args = Registers.max_args

type options = { target : Target.t; names : Short_names.t option  (* of the compact style *) }

type emitter = {
  table : Fragment.table;
  program : Program.t;
  groups : Groups.t;
  guards : Guards.t;
  func : Program.func;
  options : options;
  counting : Counting.t;
  offsets : int array;
  forest : Forest.t;
  registers : Registers.t;
  variables : expr array;  (* by variable, once it has been asked for; else `unmet` *)
  (* The depth that a call passes, as text, and that of a tail call: `D`, unless tail calls take room on the target. *)
  depth : string;
  tail : string;
  comma : string;  (* between the items of a list *)
  (* The statements so far of the blocks that are being written, and how many. *)
  mutable stats : stat array;
  mutable count : int;
  mutable flag : bool;  (* is `B` used? *)
  warnings : string list ref;  (* last first *)
}

let compound text vars = { text; kind = Compound; known = Nothing; vars }
let add_vars vars e = Template.with_vars e vars
let all_vars exprs vars = Array.fold_left add_vars vars exprs

(* What `f` gives for the items from number `i` on. *)
let rec map_from f items i =
  if i = Array.length items then []
  else
    let first = f items.(i) in
    first :: map_from f items (i + 1)

(* The expressions from number `i` on, each after a comma. What is joined one by one: of more the text is made at once. *)
let rec follow comma text exprs i =
  if i = Array.length exprs then text else follow comma (text ^ comma ^ exprs.(i).text) exprs (i + 1)

(* The expressions between commas. *)
let list emitter exprs =
  match Array.length exprs with
  | 0 -> ""
  | n when n > max_args -> String.concat emitter.comma (List.map (fun e -> e.text) (Array.to_list exprs))
  | _ -> follow emitter.comma exprs.(0).text exprs 1

(* The same after `first`, if that is not empty; in one table when they are more than a call passes. *)
let arguments emitter first exprs =
  let many = Array.length exprs > max_args in
  if String.length first > 0 && not many then follow emitter.comma first exprs 0
  else
    let passed = if many then "{" ^ list emitter exprs ^ "}" else list emitter exprs in
    if String.length first = 0 then passed else first ^ emitter.comma ^ passed

let register emitter v = emitter.registers.Registers.of_var.(v)

let name emitter v =
  let r = register emitter v in
  if r = Flow.none then Error.fail (emitter.func.name ^ ": variable v" ^ string_of_int v ^ " has no register")
  else emitter.registers.Registers.all.(r).Registers.name

let unmet = constant "" Prefix

let variable emitter v =
  if emitter.variables.(v) == unmet then begin
    let register = { text = name emitter v; kind = Prefix; known = Nothing; vars = [ v ] } in
    emitter.variables.(v) <- (match emitter.offsets.(v) with 0 -> register | offset -> Template.add register (-offset))
  end;
  emitter.variables.(v)

let func_of emitter id =
  if id < Array.length emitter.program.functions then emitter.program.functions.(id) else None

let place emitter id =
  match func_of emitter id with
  | Some f -> (
      let own = emitter.func.id and groups = emitter.groups and names = emitter.options.names in
      let named =
        if Int.equal id own then groups.Groups.is_local.(id) else Registers.mem id groups.Groups.named.(own)
      in
      match if named then Naming.local_name names f else None with
      | Some local -> local
      | None -> Naming.function_place names f)
  | None -> Error.fail (emitter.func.name ^ ": function " ^ string_of_int id ^ " was removed")

(* Does the function take no closure? *)
let is_direct emitter id =
  match func_of emitter id with
  | Some { kind = Direct; _ } -> true
  | Some { kind = Closure | Body | Part_of; _ } | None -> false

let arity emitter id = match func_of emitter id with Some f -> Array.length f.params - 1 | None -> 0

let wide emitter decimal =
  let text = Literal.wide emitter.options.target decimal in
  if not (String.equal text decimal) then
    emitter.warnings :=
      (emitter.func.name ^ ": the integer " ^ decimal ^ " does not fit and becomes " ^ text) :: !(emitter.warnings);
  constant text (if Char.equal text.[0] '-' then Compound else Atom)

(* The instruction of a folded variable, else none. *)
let folded emitter v = if emitter.forest.Forest.folded.(v) then emitter.forest.Forest.definition.(v) else Visit.nothing
let folded_arg emitter arg = match arg with Var v -> folded emitter v | Int _ | Wide _ | Literal _ -> Visit.nothing

(* The form of a primitive. *)
let template emitter name =
  match Fragment.find emitter.table name with None -> Template.Call | Some section -> section.Fragment.form

let is_call emitter name = match template emitter name with Template.Call -> true | _ -> false

(* An operand: a constant, a register, or the expression that is folded here. *)
let rec expr emitter arg =
  match arg with
  | Int n -> Template.int n
  | Wide decimal -> wide emitter decimal
  | Literal node -> (
      match emitter.program.data.Unmarshal.nodes.(node) with
      | Unmarshal.Str bytes -> constant (Literal.string bytes) Atom
      | Unmarshal.Double bits -> constant (Literal.double emitter.table bits) Compound
      | _ -> Error.fail (emitter.func.name ^ ": data node " ^ string_of_int node ^ " is not a literal"))
  | Var v ->
      let instr = folded emitter v in
      if instr == Visit.nothing then variable emitter v else value emitter instr

and exprs emitter args =
  let exprs = Array.make (Array.length args) unmet in
  for i = 0 to Array.length args - 1 do
    exprs.(i) <- expr emitter args.(i)
  done;
  exprs

(* The operands of a primitive. *)
and operands emitter name args =
  let operands = Array.make (Array.length args) unmet in
  for i = 0 to Array.length args - 1 do
    operands.(i) <- operand emitter name i args.(i)
  done;
  let known e = match e.vars with [] -> true | _ -> false in
  (* Lua 5.1 would compute it and take its own -0.0 for the constant 0: it must not see a constant *)
  if emitter.options.target = Target.Portable && Operators.signs_zero name && Array.for_all known operands then
    operands.(0) <- compound (Template.operand operands.(0) false ^ " - 0 / Huge") [];
  operands

(* One of them: what the primitive wraps itself is not wrapped before. *)
and operand emitter name i arg =
  match arg with
  | Var v -> (
      let instr = folded emitter v in
      if instr == Visit.nothing then variable emitter v
      else
        match unwrapped emitter instr with
        | Some (raw, args) when Operators.takes_raw name i -> primitive emitter raw args false
        | _ -> value emitter instr)
  | Int _ | Wide _ | Literal _ -> expr emitter arg

(* The operation of a folded instruction without its wrap. *)
and unwrapped emitter instr =
  match instr with
  | Prim (_, name, args) -> (
      match Operators.raw name with
      | Some raw when not (is_call emitter raw) -> Some (raw, args)
      | _ -> None)
  | _ -> None

(* An instruction with one result as an expression; of type boolean, if it has such a form and `test` is set. *)
and primitive emitter name args test =
  let name =
    match Operators.raw_test name with
    | Some raw when Array.exists (fun arg -> Option.is_some (unwrapped emitter (folded_arg emitter arg))) args -> raw
    | _ -> name
  in
  let exprs = operands emitter name args in
  if String.equal name "%block" then
    match args with
    | [| Int 0 |] -> constant "Empty" Prefix
    | _ -> compound ("{" ^ list emitter exprs ^ "}") (all_vars exprs [])
  else
    match template emitter name with
    | Template.Inline t -> Template.expand t None exprs
    | Template.Test t ->
        let e = Template.expand t None exprs in
        if test then e else compound (Template.operand e false ^ " and 1 or 0") e.vars
    | _ -> primitive_call emitter name exprs emitter.depth

(* A call of a primitive, with the depth `depth` where it takes one. *)
and primitive_call emitter name exprs depth =
  let passed =
    match list emitter exprs with
    | passed when not (Registers.takes_depth emitter.table name) -> passed
    | "" -> depth
    | passed -> depth ^ emitter.comma ^ passed
  in
  let text = Naming.primitive_place name ^ "(" ^ passed ^ ")" in
  { text; kind = Prefix; known = Nothing; vars = all_vars exprs [] }

(* A call of a closure, with the depth `depth`. *)
and apply emitter closure args callee depth =
  let f = expr emitter closure in
  let exprs = exprs emitter args in
  let n = Array.length args in
  let text =
    match callee with
    | Known id ->
        let first =
          if not (is_direct emitter id) then f.text ^ emitter.comma ^ depth
          else if emitter.guards.takes.(id) then depth
          else ""
        in
        place emitter id ^ "(" ^ arguments emitter first exprs ^ ")"
    | Exact ->
        let f = Template.operand f true in
        f ^ "[1](" ^ arguments emitter (f ^ emitter.comma ^ depth) exprs ^ ")"
    | Any when n <= 8 ->
        let f = Template.operand f true in
        let count = string_of_int n in
        let arguments = follow emitter.comma (f ^ emitter.comma ^ depth) exprs 0 in
        "(" ^ f ^ "[2] == " ^ count ^ " and " ^ f ^ "[1] or A" ^ count ^ ")(" ^ arguments ^ ")"
    | Any -> "A(" ^ arguments emitter (f.text ^ ", " ^ depth ^ ", " ^ string_of_int n) exprs ^ ")"
  in
  { text; kind = Prefix; known = Nothing; vars = all_vars exprs f.vars }

(* `{code, arity, captured…}`; what is not created yet, `later` from number `k` on, is 0. *)
and closure emitter id captured later k =
  let capture arg =
    match arg with
    | Var v when Registers.mem_from v later k -> Template.int 0
    | _ -> expr emitter arg
  in
  let exprs = Array.append [| constant (place emitter id) Prefix; Template.int (arity emitter id) |] (Array.map capture captured) in
  compound ("{" ^ list emitter exprs ^ "}") (all_vars exprs [])

(* An instruction with one result, as an expression. *)
and value emitter instr =
  match instr with
  | Prim (_, name, args) -> primitive emitter name args false
  | Apply { closure; args; callee; _ } -> apply emitter closure args callee emitter.depth
  | Closures { functions = [| (id, captured) |]; _ } -> closure emitter id captured [||] 0
  | Closures _ -> Error.fail "several closures inside an expression"
  | Try _ -> Error.fail "a try inside an expression"

(* What the function returns: there a call is a tail call. *)
let result emitter arg =
  match folded_arg emitter arg with
  | Prim (_, name, args) as instr when instr != Visit.nothing && is_call emitter name && not (String.equal name "%block") ->
      primitive_call emitter name (exprs emitter args) emitter.tail
  | _ -> expr emitter arg

(* A comparison of what is tested. *)
let compared emitter (e : expr) left sign right =
  compound (left ^ Short_names.infix emitter.options.names sign ^ right) e.vars

(* What an `if` tests, or its opposite. *)
let condition emitter arg negate =
  let is_test name = match template emitter name with Template.Test _ -> true | _ -> false in
  match folded_arg emitter arg with
  | Prim (_, name, args) when is_test name -> (
      if not negate then primitive emitter name args true
      else
        match Operators.opposite name with
        | Some other when is_test other -> primitive emitter other args true
        | _ ->
            let e = primitive emitter name args true in
            compound ("not " ^ Template.operand e false) e.vars)
  | _ ->
      let e = expr emitter arg in
      compared emitter e (Template.operand e false) (if negate then "==" else "~=") "0"

(* What tests a scrutinee otherwise than as a condition. *)
let switch_test emitter (e : expr) test negate =
  let scrutinee = Template.operand e true in
  let equal = if negate then "~=" else "==" in
  let less = if negate then ">=" else "<" in
  let tag read = if read then "T" else scrutinee ^ "[1]" in
  match test with
  | Structure.Int_equal n -> compared emitter e scrutinee equal (string_of_int n)
  | Structure.Int_less n -> compared emitter e scrutinee less (string_of_int n)
  | Structure.Tag_equal (n, read) -> compared emitter e (tag read) equal (string_of_int n)
  | Structure.Tag_less (n, read) -> compared emitter e (tag read) less (string_of_int n)
  | Structure.Immediate -> compared emitter e ("Type(" ^ e.text ^ ")") equal "\"number\""
  | Structure.Branch -> Error.fail "a condition of a switch"

let test emitter b test negate =
  match (emitter.func.blocks.(b).term, test) with
  | (Program.If (arg, _, _) | Program.Switch (arg, _, _)), Structure.Branch -> condition emitter arg negate
  | (Program.If (arg, _, _) | Program.Switch (arg, _, _)), _ -> switch_test emitter (expr emitter arg) test negate
  | _ -> Error.fail "a test without a branch"
