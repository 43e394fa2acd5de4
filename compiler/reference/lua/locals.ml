(* Declarations: each register is declared at its first assignment if that stands in the block that encloses all its
   uses, else before the statement in that block that holds them. Variables that never flow into each other share a
   register but are declared apart when they live in blocks apart. *)

open Syntax

(* A block of statements, in the order in which they are met. *)
type place = {
  number : int;
  parent : place option;
  statement : int;  (* in the parent, which holds the block *)
  depth : int;
  mutable home : int;  (* the register for which it was marked as home *)
  mutable declared : int;  (* and declared *)
  mutable found : (int * int) list;  (* what to declare in it: statement, register *)
}

type scan = {
  registers : Registers.t;
  mutable places : place list;  (* last first *)
  mutable count : int;
  (* by web: the block that encloses all of it, block and statement of its first occurrence *)
  home_of : place option array;
  first : (place * int) option array;
  mutable webs : int list;  (* in the order of their first occurrence, last first *)
}

let rec enclosing a b =
  if a.number = b.number then a
  else if a.depth >= b.depth then match a.parent with Some up -> enclosing up b | None -> a
  else match b.parent with Some up -> enclosing a up | None -> b

let occurs scan var block statement =
  let web = scan.registers.Registers.web.(var) in
  match scan.home_of.(web) with
  | None ->
      scan.home_of.(web) <- Some block;
      scan.first.(web) <- Some (block, statement);
      scan.webs <- web :: scan.webs
  | Some home -> if home.number <> block.number then scan.home_of.(web) <- Some (enclosing home block)

let rec vars scan list block statement =
  match list with
  | [] -> ()
  | v :: rest ->
      occurs scan v block statement;
      vars scan rest block statement

let expr scan e block statement = vars scan e.vars block statement

let rec block scan stats parent statement =
  let depth = match parent with Some up -> up.depth + 1 | None -> 0 in
  let here =
    { number = scan.count; parent; statement; depth; home = Flow.none; declared = Flow.none; found = [] }
  in
  scan.count <- scan.count + 1;
  scan.places <- here :: scan.places;
  List.iteri
    (fun i stat ->
      match stat with
      | Assign { dests; value; _ } ->
          expr scan value here i;
          List.iter (fun d -> occurs scan d.var here i) dests
      | Text e | Return e | Fail e -> expr scan e here i
      | If (e, yes, no) ->
          expr scan e here i;
          block scan yes (Some here) i;
          block scan no (Some here) i
      | Loop (e, body) ->
          expr scan e here i;
          block scan body (Some here) i
      | Once body -> block scan body (Some here) i
      | Local _ | Place _ | Break -> ())
    stats

(* Notes in each block the registers to declare. *)
let declarations scan =
  let registers = scan.registers in
  let by_register = Array.make registers.Registers.count [] in
  List.iter
    (fun web ->
      let r = registers.Registers.of_var.(web) in
      if r <> Flow.none then begin
        let register = registers.Registers.all.(r) in
        if not (register.Registers.is_slot || register.Registers.is_param || register.Registers.counts) then
          by_register.(r) <- web :: by_register.(r)
      end)
    scan.webs;
  Array.iteri
    (fun r webs ->
      List.iter (fun web -> match scan.home_of.(web) with Some place -> place.home <- r | None -> ()) webs;
      List.iter
        (fun web ->
          match (scan.home_of.(web), scan.first.(web)) with
          | Some home, Some (block, statement) ->
              (* the outermost home that encloses this one *)
              let rec outermost best up =
                let best = if up.home = r then up else best in
                match up.parent with Some next -> outermost best next | None -> best
              in
              let place = outermost home home in
              if place.declared <> r then begin
                place.declared <- r;
                let rec climb block statement =
                  if block.number = place.number then statement
                  else match block.parent with Some up -> climb up block.statement | None -> statement
                in
                place.found <- (climb block statement, r) :: place.found
              end
          | _ -> ())
        webs)
    by_register

type writer = {
  names : Registers.t;
  mutable left : place list;  (* blocks not yet written *)
}

(* The statement in front of the others; two declarations in a row are one where the second does not need the first, in which Lua
   does the same. Only the last value of one may be of several results. *)
let join writer stat others =
  let register v = writer.names.Registers.of_var.(v) in
  match (stat, others) with
  | Assign { local = true; dests = [ d ]; value }, Assign { local = true; dests; value = next } :: rest
    when not (List.exists (fun v -> register v = register d.var) next.vars) ->
      let value = { value with text = value.text ^ ", " ^ next.text; vars = value.vars @ next.vars } in
      Assign { local = true; dests = d :: dests; value } :: rest
  | _ -> stat :: others

let compare_found ((s1, r1) : int * int) ((s2, r2) : int * int) = if s1 <> s2 then s1 - s2 else r1 - r2

let rec write writer stats =
  match writer.left with
  | [] -> stats
  | place :: left ->
      writer.left <- left;
      let rec go i stats list =
        match (stats, list) with
        | [], _ -> []
        | stat :: rest, (s, _) :: _ when s = i -> (
            let rec take list here =
              match list with (s, r) :: more when s = i -> take more (r :: here) | _ -> (list, List.rev here)
            in
            let list, here = take list [] in
            let stat, here = declare writer stat here in
            let others = go (i + 1) rest list in
            match here with
            | [] -> join writer stat others
            | _ -> Local (List.map (fun r -> writer.names.Registers.all.(r).Registers.name) here) :: join writer stat others)
        | stat :: rest, _ ->
            let written = write_stat writer stat in
            let others = go (i + 1) rest list in
            if written == stat && others == rest then stats else written :: others
      in
      go 0 stats (List.sort compare_found place.found)

(* The statement, and what of `here` it does not declare itself. *)
and declare writer stat here =
  match stat with
  | Assign { dests; value; _ } ->
      let register d = writer.names.Registers.of_var.(d.var) in
      let local = List.for_all (fun d -> List.exists (Int.equal (register d)) here) dests in
      let here =
        if local then List.filter (fun r -> not (List.exists (fun d -> register d = r) dests)) here else here
      in
      (Assign { local; dests; value }, here)
  | other -> (write_stat writer other, here)

and write_stat writer stat =
  match stat with
  | If (e, yes, no) ->
      let first = write writer yes in
      let second = write writer no in
      if first == yes && second == no then stat else If (e, first, second)
  | Loop (e, body) -> Loop (e, write writer body)
  | Once body -> Once (write writer body)
  | Assign _ | Local _ | Place _ | Text _ | Break | Return _ | Fail _ -> stat

let run registers body =
  let n = Array.length registers.Registers.web in
  let scan =
    { registers; places = []; count = 0; home_of = Array.make n None; first = Array.make n None; webs = [] }
  in
  block scan body None 0;
  declarations scan;
  write { names = registers; left = List.rev scan.places } body
