(* Loops that become numeric `for` of Lua: those that count by 1, up or down, to a limit that does not change, and end there.
   `ranges` has marked the test (`%counts`) where the start is known not to be beyond the limit; so the first round is run in
   both forms. The test and what follows the last round are taken out of the loop, which ends or is left by `break` elsewhere. *)

open Program

(* So deep such loops nest; each takes four slots of the frame. *)
let depth = 10

type counted = {
  param : int;
  start : arg;
  limit : arg;
  up : bool;
  latch : int;  (* the block that ends with the test *)
  mutable results : int list;  (* what the loop defines and code after it uses *)
  (* the test's variable, and the one of the next value *)
  test : int;
  next : int;
}

type t = {
  loops : counted option array;  (* by header *)
  level : int array;  (* by variable: how many such loops enclose the one that it counts; none: it counts none *)
  mutable deepest : int;  (* how deep such loops nest *)
  implied : bool array;  (* variables that `for` makes unnecessary: the next value and the test *)
}

type search = {
  func : func;
  flow : Flow.t;
  definition : instr option array;
  home : int array;
  uses : int array;
}

let is_var arg v = match arg with Var w -> w = v | Int _ | Wide _ | Literal _ -> false

let prim search v wanted =
  match search.definition.(v) with
  | Some (Prim (_, name, [ a; b ])) when String.equal name wanted -> Some (a, b)
  | _ -> None

(* The number of the parameter that is the argument. *)
let number params arg =
  let rec go k = function [] -> None | p :: rest -> if is_var arg p then Some k else go (k + 1) rest in
  go 0 params

(* The loop of header `h`, if it counts. *)
let counted search h =
  let flow = search.flow in
  let params = search.func.blocks.(h).params in
  match Flow.entry_and_latch flow h with
  | None -> None
  | Some (entry, latch) -> (
      match search.func.blocks.(latch).term with
      | If (Var test, again, _) when again.block = h && search.uses.(test) = 1 -> (
          let found =
            match prim search test "%counts" with
            | None -> None
            | Some (a, b) -> (
                match (number params a, number params b) with
                | Some k, None -> Some (k, b)
                | None, Some k -> Some (k, a)
                | _ -> None)
          in
          let same limit =
            match limit with
            | Var v ->
                let home = search.home.(v) in
                home = Flow.none || flow.Flow.index.(home) < flow.Flow.index.(h)
            | Int _ | Wide _ | Literal _ -> true
          in
          match found with
          | Some (k, limit) when same limit -> (
              let param = List.nth params k in
              let enter = List.find_opt (fun (t : target) -> t.block = h) (Visit.targets search.func.blocks.(entry).term) in
              match (List.nth again.args k, enter) with
              | Var next, Some enter when search.uses.(next) = 1 -> (
                  match prim search next "%exact_add" with
                  | Some (v, Int ((1 | -1) as n)) when is_var v param ->
                      Some { param; start = List.nth enter.args k; limit; up = n = 1; latch; results = []; test; next }
                  | _ -> None)
              | _ -> None)
          | _ -> None)
      | _ -> None)

let is_mark instr = match instr with Prim (_, "%counts", _) -> true | _ -> false

(* The candidates by header. *)
let candidates func (flow : Flow.t) =
  let n = Array.length func.names in
  let search =
    { func; flow; definition = Array.make n None; home = Array.make n Flow.none; uses = Array.make n 0 }
  in
  let note = function Var v -> search.uses.(v) <- search.uses.(v) + 1 | Int _ | Wide _ | Literal _ -> () in
  Array.iter
    (fun b ->
      let block = func.blocks.(b) in
      List.iter (fun p -> search.home.(p) <- b) block.params;
      List.iter
        (fun instr ->
          Visit.each_arg instr note;
          Visit.each_dest instr (fun v ->
              search.definition.(v) <- Some instr;
              search.home.(v) <- b))
        block.body;
      Visit.each_term_arg block.term note)
    flow.Flow.order;
  Array.mapi (fun h _ -> if flow.Flow.header.(h) = h then counted search h else None) func.blocks

(* The arms of the test at the end of the nodes, which is the last of its kind that leads back. *)
let rec arms nodes latch =
  match nodes with
  | [] -> None
  | [ Structure.If (b, Structure.Branch, yes, no) ] when b = latch -> Some (yes, no)
  | [ Structure.If (_, _, yes, no) ] -> ( match arms yes latch with None -> arms no latch | found -> found)
  | _ :: rest -> arms rest latch

(* Puts the arm that goes on in the place of the test, and gives the other one. *)
let rec take_arm nodes latch =
  match nodes with
  | [] -> None
  | [ Structure.If (b, _, yes, no) ] when b = latch -> Some (yes, no)
  | [ Structure.If (b, test, yes, no) ] -> (
      match take_arm yes latch with
      | Some (yes, exit) -> Some ([ Structure.If (b, test, yes, no) ], exit)
      | None -> (
          match take_arm no latch with
          | Some (no, exit) -> Some ([ Structure.If (b, test, yes, no) ], exit)
          | None -> None))
  | node :: rest -> ( match take_arm rest latch with Some (rest, exit) -> Some (node :: rest, exit) | None -> None)

(* How often the nodes leave the construct that encloses them. *)
let rec breaks nodes =
  List.fold_left
    (fun count node ->
      match node with
      | Structure.Break _ | Structure.Dispatch _ -> count + 1
      | Structure.If (_, _, yes, no) -> count + breaks yes + breaks no
      | _ -> count)
    0 nodes

(* The nodes without a `break` at their end, and whether there was one. *)
let rec without_break nodes =
  match nodes with
  | [] -> ([], false)
  | [ Structure.Break None ] -> ([], true)
  | node :: rest ->
      let rest, ends = without_break rest in
      (node :: rest, ends)

type converter = {
  code : func;
  users : int list array;  (* by variable: the blocks that use it *)
  mark : int array;  (* by block: the header of the loop for which it was met last *)
  counting : t;
}

(* Gives the blocks, too, before `met`. *)
let rec mark_blocks converter nodes h met =
  List.fold_left
    (fun met node ->
      match node with
      | Structure.Code b ->
          converter.mark.(b) <- h;
          b :: met
      | Structure.If (_, _, yes, no) -> mark_blocks converter no h (mark_blocks converter yes h met)
      | Structure.Once body | Structure.Loop (_, body) -> mark_blocks converter body h met
      | _ -> met)
    met nodes

(* The results of the loop if it can be a `for`. What stands behind the test is then run once, after it; a `break` from
   elsewhere in the loop would run it, too. And the variable is known in the loop only. *)
let results converter h body { param; latch; _ } =
  match (arms body latch, converter.code.blocks.(latch).term) with
  | Some ([ Structure.Edge _ ], exit), If (_, _, target) ->
      let after, ends = without_break exit in
      let own = if ends then 1 else 0 in
      let alone = breaks body = own in
      let idle = ends && (match (after, target.args) with [ _ ], [] -> true | _ -> false) in
      if breaks exit <> own || not (alone || idle) then None
      else begin
        let met = mark_blocks converter body h [] in
        ignore (mark_blocks converter exit Flow.none []);
        let outside b = converter.mark.(b) <> h in
        let is_result v =
          List.exists outside converter.users.(v) || List.exists (fun arg -> is_var arg v) target.args
        in
        let of_block found b =
          if outside b then found
          else
            let block = converter.code.blocks.(b) in
            let defined = block.params @ List.concat_map Visit.dests block.body in
            List.rev_append (List.filter is_result defined) found
        in
        let found = List.fold_left of_block [] met in
        if List.exists (Int.equal param) found then None else Some found
      end
  | _ -> None

let rec convert converter list level =
  List.concat_map
    (fun node ->
      match node with
      | Structure.If (b, test, yes, no) ->
          let yes = convert converter yes level in
          let no = convert converter no level in
          [ Structure.If (b, test, yes, no) ]
      | Structure.Once body -> [ Structure.Once (convert converter body level) ]
      | Structure.Loop (h, body) -> (
          let counting = converter.counting in
          let taken =
            match counting.loops.(h) with
            | Some counted when level < depth -> (
                match (results converter h body counted, take_arm body counted.latch) with
                | Some results, Some (body, exit) ->
                    counted.results <- results;
                    Some (counted, body, exit)
                | _ -> None)
            | _ -> None
          in
          match taken with
          | Some (counted, body, exit) ->
              counting.level.(counted.param) <- level;
              counting.implied.(counted.test) <- true;
              counting.implied.(counted.next) <- true;
              counting.deepest <- (if counting.deepest > level then counting.deepest else level + 1);
              let body = convert converter body (level + 1) in
              Structure.Loop (h, body) :: convert converter (fst (without_break exit)) level
          | None ->
              counting.loops.(h) <- None;
              [ Structure.Loop (h, convert converter body level) ])
      | other -> [ other ])
    list

(* The nodes without the tests of loops that become `for`, and what is known of those. *)
let run func (flow : Flow.t) nodes =
  let n = Array.length func.names in
  let counting loops = { loops; level = Array.make n Flow.none; deepest = 0; implied = Array.make n false } in
  if not (Array.exists (fun (block : block) -> List.exists is_mark block.body) func.blocks) then
    (nodes, counting (Array.make (Array.length func.blocks) None))
  else begin
      let users = Array.make n [] in
      Array.iter
        (fun b ->
          let block = func.blocks.(b) in
          let note arg =
            match arg with
            | Var v -> ( match users.(v) with last :: _ when last = b -> () | list -> users.(v) <- b :: list)
            | Int _ | Wide _ | Literal _ -> ()
          in
          List.iter (fun instr -> Visit.each_arg instr note) block.body;
          Visit.each_term_arg block.term note)
        flow.Flow.order;
      let mark = Array.make (Array.length func.blocks) Flow.none in
      let converter = { code = func; users; mark; counting = counting (candidates func flow) } in
      let nodes = convert converter nodes 0 in
      (nodes, converter.counting)
  end
