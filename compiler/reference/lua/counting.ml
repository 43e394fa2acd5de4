(* Loops that become numeric `for` of Lua: those that count, up or down, to a limit that does not change, and end there. Those of
   OCaml's `for` test behind a round: `ranges` has marked the test (`%counts`) where the start is known not to be beyond the limit; so
   the first round is run in both forms, and where nothing else depends on it, the test in front of the loop is left out, as Lua makes it.
   Others test before a round, as Lua does. The test and what follows the last round are taken out of the loop, which ends or is left by
   `break` elsewhere. *)

open Program

(* So deep such loops nest; each takes four slots of the frame. *)
let depth = 10

(* A loop that may count: its header, the block before it, what leads back, the block that ends with the test, and whether that is
   before a round. *)
type shape = { header : int; entry : int; again : target; place : int; at_head : bool }

type counted = {
  param : int;
  start : arg;
  limit : arg;
  beyond : int;  (* what the last value is beyond the limit at most *)
  step : arg;
  (* the block that ends with the test, whether that is before a round, and whether the loop goes on where it holds *)
  place : int;
  at_head : bool;
  goes_on : bool;
  mutable level : int;  (* how many such loops enclose it *)
  mutable results : int list;  (* what the loop defines and code after it uses *)
  (* the test's variable, and the one of the next value *)
  test : int;
  next : int;
  mutable guard : int;  (* the block that ends with the test in front of the loop, if that is left out *)
  mutable asked : int;  (* the one that ends with it, if what is assigned on its ways says whether it is to be left out *)
}

type t = {
  loops : counted option array;  (* by header *)
  mutable deepest : int;  (* how deep such loops nest *)
}

type search = {
  func : func;
  flow : Flow.t;
  definition : instr array;
  home : int array;
  uses : int array;
}

let is_var arg v = match arg with Var w -> w = v | Int _ | Wide _ | Literal _ -> false

let prim search v wanted =
  match search.definition.(v) with
  | Prim (_, name, [| a; b |]) when String.equal name wanted -> Some (a, b)
  | _ -> None

(* The number of the parameter that is the argument. *)
let number params arg =
  let rec go k = if k = Array.length params then None else if is_var arg params.(k) then Some k else go (k + 1) in
  go 0

(* Is it the same in all rounds of the loop of header `h`? *)
let is_fixed search h = function
  | Var v ->
      let home = search.home.(v) and index = search.flow.Flow.index in
      home = Flow.none || index.(home) < index.(h)
  | Int _ | Wide _ | Literal _ -> true

(* What block `p` passes to parameter number `k` of block `b`. *)
let passed search p b k =
  List.filter_map
    (fun (t : target) -> if t.block = b then Some t.args.(k) else None)
    (Visit.targets search.func.blocks.(p).term)

(* Is it above 0: a constant, or what begins above 0 and rises? *)
let is_positive search = function
  | Int n -> n > 0
  | Wide _ | Literal _ -> false
  | Var v -> (
      let home = search.home.(v) in
      let rises = function
        | Int n -> n > 0
        | Var next -> (
            match prim search next "%exact_add" with Some (w, Int n) -> is_var w v && n >= 0 | _ -> false)
        | Wide _ | Literal _ -> false
      in
      home <> Flow.none
      && home <> search.flow.Flow.order.(0)
      &&
      match number search.func.blocks.(home).params (Var v) with
      | Some k -> Flow.for_all_predecessors search.flow home (fun p -> List.for_all rises (passed search p home k))
      | None -> false)

(* What the last value of a loop that tests before a round is beyond the limit at most, if it goes on where the test holds;
   `first`: the counter is the first operand. *)
let beyond name first up =
  match (name, first, up) with
  | "%int_le", true, true | "%int_ge", false, true | "%int_ge", true, false | "%int_le", false, false -> Some 0
  | "%int_lt", true, true | "%int_gt", false, true -> Some (-1)
  | "%int_gt", true, false | "%int_lt", false, false -> Some 1
  | _ -> None

(* The loop, if it counts. *)
let counter search ({ header = h; entry; again; place; at_head } : shape) =
  let blocks = search.func.blocks in
  let params = blocks.(h).params in
  match blocks.(place).term with
  | If (Var test, yes, _) when search.uses.(test) = 1 -> (
      let found =
        match search.definition.(test) with
        | Prim (_, name, [| a; b |]) -> (
            match (number params a, number params b) with
            | Some k, None -> Some (name, k, b, true)
            | None, Some k -> Some (name, k, a, false)
            | _ -> None)
        | _ -> None
      in
      match found with
      | None -> None
      | Some (name, k, limit, first) -> (
          let param = params.(k) in
          let goes_on = (not at_head) || Structure.in_loop search.flow yes.block h in
          match again.args.(k) with
          | Var next when search.uses.(next) = 1 -> (
              match prim search next "%exact_add" with
              | Some (v, step) when is_var v param -> (
                  let up = match step with Int n -> n >= 0 | _ -> true in
                  let beyond =
                    if at_head then
                      Option.bind (if goes_on then Some name else Operators.opposite name) (fun name -> beyond name first up)
                    else match step with Int (1 | -1) when String.equal name "%counts" -> Some 0 | _ -> None
                  in
                  match beyond with
                  | Some beyond
                    when is_fixed search h limit && is_fixed search h step && ((not up) || is_positive search step) ->
                      let start = List.hd (passed search entry h k) in
                      let level = 0 and results = [] and guard = Flow.none and asked = Flow.none in
                      Some { param; start; limit; beyond; step; place; at_head; goes_on; level; results; test; next; guard; asked }
                  | _ -> None)
              | _ -> None)
          | _ -> None))
  | _ -> None

(* The block `h` in front of the others if it is the header of a loop that may count. *)
let add_shape func (flow : Flow.t) others h =
  match if flow.Flow.header.(h) = h then Flow.entry_and_latch flow h else None with
  | None -> others
  | Some (entry, latch) -> (
      match (func.blocks.(latch).term, func.blocks.(h).body) with
      | If (_, again, _), _ when again.block = h -> { header = h; entry; again; place = latch; at_head = false } :: others
      | Jump again, [| _ |] -> { header = h; entry; again; place = h; at_head = true } :: others
      | _ -> others)

(* Finds the candidates among the loops; gives how often each variable is used, and what defines it. *)
let find func (flow : Flow.t) shapes loops =
  let n = Array.length func.names in
  let search =
    { func; flow; definition = Array.make n Visit.nothing; home = Array.make n Flow.none; uses = Array.make n 0 }
  in
  let note = function Var v -> search.uses.(v) <- search.uses.(v) + 1 | Int _ | Wide _ | Literal _ -> () in
  let at = ref Flow.none and defining = ref Visit.nothing in
  let define v =
    search.definition.(v) <- !defining;
    search.home.(v) <- !at
  in
  let look instr =
    Visit.each_arg instr note;
    defining := instr;
    Visit.each_dest instr define
  in
  Array.iter
    (fun b ->
      let block = func.blocks.(b) in
      at := b;
      defining := Visit.nothing;
      Array.iter define block.params;
      Array.iter look block.body;
      Visit.each_term_arg block.term note)
    flow.Flow.order;
  List.iter (fun shape -> loops.(shape.header) <- counter search shape) shapes;
  (search.uses, search.definition)

(* The arms of the test at the end of the nodes, which is the last of its kind that leads back. *)
let rec arms nodes place =
  match nodes with
  | [] -> None
  | [ Structure.If (b, Structure.Branch, yes, no) ] when b = place -> Some (yes, no)
  | [ Structure.If (_, _, yes, no) ] -> ( match arms yes place with None -> arms no place | found -> found)
  | _ :: rest -> arms rest place

(* Puts the arm that goes on in the place of the test, and gives the other one. *)
let rec take_arm nodes place goes_on =
  match nodes with
  | [] -> None
  | [ Structure.If (b, _, yes, no) ] when b = place -> Some (if goes_on then (yes, no) else (no, yes))
  | [ Structure.If (b, test, yes, no) ] -> (
      match take_arm yes place goes_on with
      | Some (yes, exit) -> Some ([ Structure.If (b, test, yes, no) ], exit)
      | None -> (
          match take_arm no place goes_on with
          | Some (no, exit) -> Some ([ Structure.If (b, test, yes, no) ], exit)
          | None -> None))
  | node :: rest -> (
      match take_arm rest place goes_on with Some (rest, exit) -> Some (node :: rest, exit) | None -> None)

(* How often the nodes leave the construct that encloses them. *)
let rec breaks nodes =
  List.fold_left
    (fun count node ->
      match node with
      | Structure.Break _ | Structure.Dispatch _ -> count + 1
      | Structure.If (_, _, yes, no) -> count + breaks yes + breaks no
      | _ -> count)
    0 nodes

(* Do the nodes leave the loop that they begin, and do nothing after it where others leave it, too? *)
let leaves nodes others =
  let others = breaks others in
  match nodes with
  | [ Structure.Break None ] when others > 0 -> true
  | _ -> (
      others = 0
      &&
      match List.rev nodes with
      | Structure.Break _ :: _ -> breaks nodes = 1
      | Structure.Finish _ :: _ -> breaks nodes = 0
      | _ -> false)

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
  definition : instr array;
  elsewhere : int array;  (* by variable: how often it is used, outside the loop that is looked at *)
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

(* Adds `n` for each use in the blocks that are marked for the loop of header `h`. *)
let add_uses converter blocks h n =
  let { elsewhere; _ } = converter in
  let note arg = match arg with Var v -> elsewhere.(v) <- elsewhere.(v) + n | Int _ | Wide _ | Literal _ -> () in
  let note_all instr = Visit.each_arg instr note in
  let add b =
    if converter.mark.(b) = h then begin
      Array.iter note_all converter.code.blocks.(b).body;
      Visit.each_term_arg converter.code.blocks.(b).term note
    end
  in
  List.iter add blocks

(* What `f` gives while the uses in the loop of header `h`, without its exit, do not count; it takes the blocks with those of the exit. *)
let outside converter h body exit f =
  let blocks = mark_blocks converter body h [] in
  ignore (mark_blocks converter exit Flow.none []);
  add_uses converter blocks h (-1);
  let result = f blocks in
  add_uses converter blocks h 1;
  result

(* Can the loop that tests before a round be a `for`? Its variable is known in the loop only. *)
let is_tested converter h body { param; goes_on; _ } =
  match body with
  | [ Structure.Code _; Structure.If (b, Structure.Branch, yes, no) ] when b = h ->
      let stay, leave = if goes_on then (yes, no) else (no, yes) in
      leaves leave stay
      && (match List.rev leave with Structure.Break (Some _) :: _ -> false | _ -> true)
      &&
      let exit = Visit.target converter.code.blocks.(h).term (if goes_on then 1 else 0) in
      (not (Array.exists (fun arg -> is_var arg param) exit.args))
      && outside converter h body leave (fun _ -> converter.elsewhere.(param) = 0)
  | _ -> false

(* The results of the loop if it can be a `for`. What stands behind the test is then run once, after it; a `break` from
   elsewhere in the loop would run it, too. And the variable is known in the loop only. *)
let results converter h body ({ param; place; _ } as counted) =
  match (arms body place, converter.code.blocks.(place).term) with
  | _ when counted.at_head -> if is_tested converter h body counted then Some [] else None
  | Some ([ Structure.Edge _ ], exit), If (_, _, target) ->
      let after, ends = without_break exit in
      let own = if ends then 1 else 0 in
      let alone = breaks body = own in
      let idle = ends && (match after with [] -> true | _ :: _ -> false) in
      if breaks exit <> own || not (alone || idle) then None
      else begin
        let is_result v = converter.elsewhere.(v) > 0 || Array.exists (fun arg -> is_var arg v) target.args in
        let found = ref [] in
        let note v = if is_result v then found := v :: !found in
        let look b = if converter.mark.(b) = h then Visit.each_defined converter.code.blocks.(b) note in
        outside converter h body exit (List.iter look);
        if List.exists (Int.equal param) !found then None else Some !found
      end
  | _ -> None

(* Does the test say whether there is a first round? It holds for the loop to be run, or does not. *)
let is_first_test converter test holds { start; limit; step; at_head; _ } =
  (not at_head)
  && converter.elsewhere.(test) = 1
  &&
  match converter.definition.(test) with
  | Prim (_, name, [| a; b |]) -> (
      let low, high = match step with Int 1 -> (start, limit) | _ -> (limit, start) in
      match if holds then Some name else Operators.opposite name with
      | Some "%int_le" -> Simplify.same_arg a low && Simplify.same_arg b high
      | Some "%int_ge" -> Simplify.same_arg a high && Simplify.same_arg b low
      | _ -> false)
  | _ -> false

(* The loop of header `h` if the test at the end of block `b` decides whether it has a first round. *)
let decided converter b h holds =
  match (converter.counting.loops.(h), converter.code.blocks.(b).term) with
  | (Some counted as loop), If (Var test, _, _) when is_first_test converter test holds counted -> loop
  | _ -> None

(* Is the loop all that the test at the end of block `b` decides about, and runs as often without it? *)
let leaves_out converter b arm holds =
  match arm with
  | [ Structure.Edge _; Structure.Loop (h, _) ] -> (
      match decided converter b h holds with
      | Some counted ->
          counted.guard <- b;
          true
      | None -> false)
  | _ -> false

(* Notes the loop that runs as often without the test at the end of block `b`. *)
let note_asked converter b arm holds =
  match arm with
  | Structure.Edge _ :: Structure.Loop (h, _) :: _ ->
      Option.iter (fun counted -> counted.asked <- b) (decided converter b h holds)
  | _ -> ()

(* Does this arm of the test at the end of block `b` run as often without it? *)
let is_asked counting b arm =
  let asked h = match counting.loops.(h) with Some { asked; _ } -> asked | None -> Flow.none in
  List.exists (function Structure.Loop (h, _) -> asked h = b | _ -> false) arm

let rec convert converter nodes level =
  match nodes with
  | [] -> []
  | Structure.If (b, test, yes, no) :: rest -> (
      let yes = convert converter yes level in
      let no = convert converter no level in
      let rest = convert converter rest level in
      match (yes, no) with
      | _, [] when leaves_out converter b yes true -> yes @ rest
      | [], _ when leaves_out converter b no false -> no @ rest
      | _ ->
          note_asked converter b yes true;
          note_asked converter b no false;
          Structure.If (b, test, yes, no) :: rest)
  | Structure.Once body :: rest ->
      let body = convert converter body level in
      Structure.Once body :: convert converter rest level
  | Structure.Loop (h, body) :: rest -> (
      let counting = converter.counting in
      let taken =
        match counting.loops.(h) with
        | Some counted when level < depth -> (
            match (results converter h body counted, take_arm body counted.place counted.goes_on) with
            | Some results, Some (body, exit) ->
                counted.results <- results;
                Some (counted, body, exit)
            | _ -> None)
        | _ -> None
      in
      match taken with
      | Some (counted, body, exit) ->
          counted.level <- level;
          counting.deepest <- (if counting.deepest > level then counting.deepest else level + 1);
          let body = convert converter body (level + 1) in
          Structure.Loop (h, body) :: convert converter (fst (without_break exit) @ rest) level
      | None ->
          counting.loops.(h) <- None;
          let body = convert converter body level in
          Structure.Loop (h, body) :: convert converter rest level)
  | node :: rest -> node :: convert converter rest level

(* The nodes without the tests of loops that become `for`, and what is known of those. *)
let run func (flow : Flow.t) nodes =
  let blocks = Array.length func.blocks in
  let counting = { loops = Array.make blocks None; deepest = 0 } in
  let shapes = Array.fold_left (add_shape func flow) [] flow.Flow.order in
  let elsewhere, definition = match shapes with [] -> ([||], [||]) | _ :: _ -> find func flow shapes counting.loops in
  let counts shape = Option.is_some counting.loops.(shape.header) in
  if not (List.exists counts shapes) then (nodes, counting)
  else
    let converter = { code = func; definition; elsewhere; mark = Array.make blocks Flow.none; counting } in
    let nodes = convert converter nodes 0 in
    (nodes, counting)

(* By variable: does `for` make it unnecessary, as the next value or a test? *)
let implied func counting =
  let implied = Array.make (Array.length func.names) false in
  Array.iter
    (function
      | Some { test; next; guard; _ } -> (
          implied.(test) <- true;
          implied.(next) <- true;
          match if guard = Flow.none then Unreachable else func.blocks.(guard).term with
          | If (Var first, _, _) -> implied.(first) <- true
          | _ -> ())
      | None -> ())
    counting.loops;
  implied
