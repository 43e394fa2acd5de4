(* Declarations: each register is declared at its first assignment if that stands in the block that encloses all its
   uses, else before the statement in that block that holds them. Variables that never flow into each other share a
   register but are declared apart when they live in blocks apart, or one in a block after that of the other. *)

open Syntax

(* A block of statements that is not empty, in the order in which they are met. *)
type place = {
  number : int;
  parent : place option;
  statement : int;  (* in the parent, which holds the block *)
  depth : int;
  mutable home : int;  (* the register for which it was marked as home, and the first statement that needs it *)
  mutable starts : int;
  mutable declared : int;  (* and declared *)
  mutable found : (int * int) list;  (* what to declare in it: statement, register *)
}

(* Variables that flow into each other: where they occur first, and the block that encloses all of them. *)
type web = { block : place; statement : int; mutable home : place }

type scan = {
  registers : Registers.t;
  mutable places : place array;  (* and room for more *)
  mutable count : int;
  webs : web array;  (* by representative *)
  by_register : web list array;  (* those of a register that is to be declared, the last one first *)
}

let nowhere =
  { number = -1; parent = None; statement = 0; depth = 0; home = Flow.none; starts = 0; declared = Flow.none; found = [] }

let unmet = { block = nowhere; statement = 0; home = nowhere }

let rec enclosing a b =
  if a.number = b.number then a
  else if a.depth >= b.depth then match a.parent with Some up -> enclosing up b | None -> a
  else match b.parent with Some up -> enclosing a up | None -> b

(* Is the register a local that is declared by a statement? *)
let is_declared registers r =
  r <> Flow.none
  &&
  let register = registers.Registers.all.(r) in
  not (register.Registers.is_slot || register.Registers.is_param || register.Registers.counts)

let occurs scan var block statement =
  let representative = scan.registers.Registers.web.(var) in
  let web = scan.webs.(representative) in
  if web == unmet then begin
    let web = { block; statement; home = block } in
    scan.webs.(representative) <- web;
    let r = scan.registers.Registers.of_var.(representative) in
    if is_declared scan.registers r then scan.by_register.(r) <- web :: scan.by_register.(r)
  end
  else if web.home.number <> block.number then web.home <- enclosing web.home block

let rec vars scan list block statement =
  match list with
  | [] -> ()
  | v :: rest ->
      occurs scan v block statement;
      vars scan rest block statement

let rec dests scan (list : dest list) block statement =
  match list with
  | [] -> ()
  | d :: rest ->
      occurs scan d.var block statement;
      dests scan rest block statement

let rec block scan stats parent statement depth =
  match stats with
  | [] -> ()
  | _ :: _ ->
      let here =
        { number = scan.count; parent; statement; depth; home = Flow.none; starts = 0; declared = Flow.none; found = [] }
      in
      scan.places <- Visit.grown scan.places scan.count here;
      scan.places.(scan.count) <- here;
      scan.count <- scan.count + 1;
      statements scan stats here (Some here) 0

(* The statements of the block `here`, from number `i`. *)
and statements scan stats here parent i =
  match stats with
  | [] -> ()
  | stat :: rest ->
      (match stat with
      | Assign { dests = assigned; value; _ } ->
          vars scan value.vars here i;
          dests scan assigned here i
      | Text e | Scratch { value = e; _ } | Return e | Fail e -> vars scan e.vars here i
      | If (e, yes, no) ->
          vars scan e.vars here i;
          block scan yes parent i (here.depth + 1);
          block scan no parent i (here.depth + 1)
      | Loop (e, body) ->
          vars scan e.vars here i;
          block scan body parent i (here.depth + 1)
      | Once body -> block scan body parent i (here.depth + 1)
      | Local _ | Place _ | Break -> ());
      statements scan rest here parent (i + 1)

(* The statement of `place` that holds that one of the block. *)
let rec climb place block statement =
  if block.number = place.number then statement
  else match block.parent with Some up -> climb place up block.statement | None -> statement

(* The outermost home of the register `r` that encloses the statement of the block and needs it there, or `best`. *)
let rec outermost (r : int) best (block : place) (statement : int) =
  let best = if block.home = r && block.starts <= statement then block else best in
  match block.parent with Some up -> outermost r best up block.statement | None -> best

(* Notes where to declare the register: in each of the outermost homes, at its first web. *)
let rec declare_webs r webs =
  match webs with
  | [] -> ()
  | web :: earlier ->
      declare_webs r earlier;
      let place = outermost r web.home web.block web.statement in
      if place.declared <> r then begin
        place.declared <- r;
        place.found <- (climb place web.block web.statement, r) :: place.found
      end

(* Notes in each block the registers to declare. *)
let declarations scan =
  Array.iteri
    (fun r webs ->
      List.iter
        (fun web ->
          web.home.home <- r;
          web.home.starts <- climb web.home web.block web.statement)
        webs;
      declare_webs r webs)
    scan.by_register

type writer = {
  names : Registers.t;
  comma : string;
  places : place array;
  mutable written : int;  (* how many of them *)
}

(* The statement in front of the others; two declarations in a row are one where the second does not need the first, in which Lua
   does the same. Only the last value of one may be of several results. *)
let join writer stat others =
  let register v = writer.names.Registers.of_var.(v) in
  match (stat, others) with
  | Assign { local = true; dests = [ d ]; value }, Assign { local = true; dests; value = next } :: rest
    when not (List.exists (fun v -> register v = register d.var) next.vars) ->
      let value = { value with text = value.text ^ writer.comma ^ next.text; vars = value.vars @ next.vars } in
      Assign { local = true; dests = d :: dests; value } :: rest
  | _ -> stat :: others

let is_scratch = function Scratch _ -> true | _ -> false

let compare_found ((s1, r1) : int * int) ((s2, r2) : int * int) = if s1 <> s2 then s1 - s2 else r1 - r2

(* The registers to declare at statement `i`, which the list begins with, in front of `here`, in reverse. *)
let rec declared_at (i : int) list here =
  match list with (s, r) :: rest when s = i -> declared_at i rest (r :: here) | _ -> (list, here)

(* `scratch`: has `T` been declared? *)
let rec write writer scratch stats =
  match stats with
  | [] -> stats
  | _ :: _ ->
      let place = writer.places.(writer.written) in
      writer.written <- writer.written + 1;
      let found = match place.found with ([] | [ _ ]) as found -> found | found -> List.sort compare_found found in
      write_from writer scratch 0 stats found

(* The statements from number `i`; `list`: where to declare which registers. *)
and write_from writer scratch i stats list =
  match (stats, list) with
  | [], _ -> []
  | stat :: rest, (s, _) :: _ when s = i -> (
      let list, here = declared_at i list [] in
      let written, here = declare writer scratch stat (List.rev here) in
      let others = write_from writer (scratch || is_scratch stat) (i + 1) rest list in
      match here with
      | [] -> join writer written others
      | _ -> Local (List.map (fun r -> writer.names.Registers.all.(r).Registers.name) here) :: join writer written others)
  | stat :: rest, _ ->
      let written = write_stat writer scratch stat in
      let others = write_from writer (scratch || is_scratch stat) (i + 1) rest list in
      if written == stat && others == rest then stats else written :: others

(* The statement, and what of `here` it does not declare itself. *)
and declare writer scratch stat here =
  match stat with
  | Assign { dests; value; _ } ->
      let written = List.map (fun d -> writer.names.Registers.of_var.(d.var)) dests in
      let local = List.for_all (fun r -> Registers.mem r here) written in
      let here = if local then List.filter (fun r -> not (Registers.mem r written)) here else here in
      (Assign { local; dests; value }, here)
  | other -> (write_stat writer scratch other, here)

and write_stat writer scratch stat =
  match stat with
  | Scratch { value; _ } -> if scratch then stat else Scratch { local = true; value }
  | If (e, yes, no) ->
      let first = write writer scratch yes in
      let second = write writer scratch no in
      if first == yes && second == no then stat else If (e, first, second)
  | Loop (e, body) ->
      let written = write writer scratch body in
      if written == body then stat else Loop (e, written)
  | Once body ->
      let written = write writer scratch body in
      if written == body then stat else Once written
  | Assign _ | Local _ | Place _ | Text _ | Break | Return _ | Fail _ -> stat

(* `params`: those of the Lua function. *)
let run registers comma params body =
  let webs = Array.make (Array.length registers.Registers.web) unmet in
  let scan = { registers; places = [||]; count = 0; webs; by_register = Array.make registers.Registers.count [] } in
  block scan body None 0 0;
  declarations scan;
  write { names = registers; comma; places = scan.places; written = 0 } (List.mem "T" params) body
