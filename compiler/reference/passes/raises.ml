(* Exceptions without errors of Lua, where it is known who handles them. A raise in the region of a trap jumps to the
   handler. A small function that raises, and is known where a region calls it, gets a variant for such calls: instead of
   raising it keeps the exception in `Thrown` and returns nil, which is no OCaml value, so the caller tests the result. A
   variant calls variants, too, and passes nil on. A trap in whose region nothing else may raise is not set.

   A program with places keeps its raises: a backtrace is made where an error is raised. *)

open Program

(* A function of more instructions has no variant. *)
let largest = 80

(* What decides about a function. *)
type summary = {
  small : bool;
  traps : bool;
  (* It raises, outside of its regions. *)
  raises : bool;
  (* It does what may raise other than by a raise or a known call. *)
  risks : bool;
  (* The known functions that it calls outside of its regions, but for itself in tail position, and in them. *)
  calls : int list;
  trapped : int list;
}

let no_summary = { small = false; traps = false; raises = false; risks = false; calls = []; trapped = [] }

(* Is this variable not 0 where the block begins? Looks at the tests that lead to it alone. *)
let is_not_zero (f : func) block v =
  let ways_to at =
    let ways = ref [] in
    Array.iter
      (fun (from : block) -> List.iter (fun t -> if t.block = at then ways := from :: !ways) (Visit.targets from.term))
      f.blocks;
    !ways
  in
  let tells test is_yes = function
    | Prim (dest, ("%int_ne" | "%int_eq" as name), ([| Int 0; Var w |] | [| Var w; Int 0 |])) ->
      dest = test && w = v && is_yes = String.equal name "%int_ne"
    | _ -> false
  in
  let rec look at left =
    left > 0
    &&
    match ways_to at with
    | [ from ] ->
      let found =
        match from.term with
        | If (Var test, yes, _) ->
          let is_yes = yes.block = at in
          (test = v && is_yes) || Array.exists (tells test is_yes) from.body
        | _ -> false
      in
      found || look_before from left
    | _ -> false
  and look_before from left =
    let n = ref (-1) in
    Array.iteri (fun b block -> if block == from then n := b) f.blocks;
    look !n (left - 1)
  in
  look block 4

(* May the operation raise? `f` and `block` are where it stands. *)
let may_raise f block name args effect_of =
  match name with
  | "%setfield" | "%set_global" | "%set_top" | "%offset_ref" | "%array_set" | "%throw" | "%thrown" -> false
  | "%int_div" | "%int_mod" -> (
    match args with
    | [| _; Int n |] -> n = 0
    | [| _; Var v |] -> not (is_not_zero f block v)
    | _ -> true)
  | _ -> ( match effect_of name with Fragment.Mutator -> true | _ -> false)

let summary effect_of (f : func) =
  let regions = Regions.find f in
  let size = Array.fold_left (fun size (block : block) -> size + Array.length block.body + 1) 0 f.blocks in
  let small = size <= largest && has_closure f in
  let raises = ref false and risks = ref false and calls = ref [] and trapped = ref [] in
  let here = ref 0 and outside = ref true in
  let look = function
    | Apply { callee = Known id; _ } -> if !outside then calls := id :: !calls else trapped := id :: !trapped
    | Apply { callee = Any | Exact; _ } -> risks := true
    | Prim (_, name, args) -> if small && not !risks then risks := may_raise f !here name args effect_of
    | Closures _ | Try _ -> ()
  in
  Array.iteri
    (fun b (block : block) ->
      here := b;
      outside := regions.home.(b) = Regions.none;
      Array.iter look block.body;
      match block.term with
      | Raise _ -> if !outside then raises := true
      | Tail { callee = Known id; _ } -> if id <> f.id then calls := id :: !calls
      | Tail { callee = Any | Exact; _ } -> risks := true
      | _ -> ())
    f.blocks;
  {
    small;
    traps = Array.length regions.list > 0;
    raises = !raises;
    risks = !risks;
    calls = !calls;
    trapped = !trapped;
  }

(* Marks what a list of functions reaches. *)
let rec mark marked next = function
  | [] -> ()
  | id :: work when marked.(id) -> mark marked next work
  | id :: work ->
    marked.(id) <- true;
    mark marked next (List.rev_append (next id) work)

(* Of each function those that call it, as often as they do. *)
let find_callers summaries =
  let callers = Array.make (Array.length summaries) [] in
  Array.iteri (fun id summary -> List.iter (fun called -> callers.(called) <- id :: callers.(called)) summary.calls) summaries;
  callers

(* Which functions call for a variant: those that raise, or call such a one, as far as they are small, and a region or
   another variant calls them. *)
let find_wanted summaries callers =
  let count = Array.length summaries in
  let small id = summaries.(id).small in
  let raising = Array.make count false in
  let first = ref [] in
  Array.iteri (fun id summary -> if summary.small && summary.raises then first := id :: !first) summaries;
  mark raising (fun id -> List.filter small callers.(id)) !first;
  let is_raising id = raising.(id) in
  let wanted = Array.make count false in
  Array.iter
    (fun summary -> mark wanted (fun id -> List.filter is_raising summaries.(id).calls) (List.filter is_raising summary.trapped))
    summaries;
  wanted

(* Which functions raise nothing when a region or a variant calls them, and are not recursive, so that no stack overflows in
   them: those that do nothing loud and call only such ones, found from the last ones called on. *)
let find_quiet summaries callers wanted =
  let by_itself id =
    let summary = summaries.(id) in
    summary.small && (not summary.traps) && (not summary.risks) && (wanted.(id) || not summary.raises)
  in
  let quiet = Array.make (Array.length summaries) false in
  let left = Array.map (fun summary -> List.length summary.calls) summaries in
  let rec run = function
    | [] -> ()
    | id :: work ->
      quiet.(id) <- true;
      run (List.fold_left called work callers.(id))
  and called work caller =
    left.(caller) <- left.(caller) - 1;
    if left.(caller) = 0 && by_itself caller then caller :: work else work
  in
  let first = ref [] in
  Array.iteri (fun id left -> if left = 0 && by_itself id then first := id :: !first) left;
  run !first;
  quiet

(* A function on its way to have its raises replaced. *)
type conversion = {
  f : func;
  regions : Regions.t;
  (* Of each region the block that takes the exception, and the one for an exception that a variant has kept; -1: none. *)
  handlers : int array;
  kept : int array;
  (* Of a variant the block that passes nil on; -1: none. *)
  mutable end_ : int;
  variants : int array;
  is_variant : bool;
  (* What is added: the last one first. *)
  mutable added : block list;
  mutable block_count : int;
  mutable var_count : int;
}

let fresh c =
  c.var_count <- c.var_count + 1;
  c.var_count - 1

let add c params body term =
  c.added <- { params; body; term } :: c.added;
  c.block_count <- c.block_count + 1;
  c.block_count - 1

(* Gives each handler a block with the exception as its parameter. *)
let split_handlers c =
  Array.iteri
    (fun r (region : Regions.region) ->
      let block = c.f.blocks.(region.start) in
      match block.term with
      | Pushtrap { exn; body; handler } ->
        let given = fresh c in
        let taker = add c [| exn |] [||] (Jump handler) in
        block.term <- Pushtrap { exn = given; body; handler = { block = taker; args = [| Var given |] } };
        c.handlers.(r) <- taker
      | _ -> ())
    c.regions.list

(* The block where a region, or a variant, goes on when a variant has raised. *)
let raised c region =
  let made = if region = Regions.none then c.end_ else c.kept.(region) in
  if made >= 0 then made
  else begin
    let v = fresh c in
    if region = Regions.none then c.end_ <- add c [||] [| Prim (v, "%none", [||]) |] (Return (var v))
    else begin
      let handler = { block = c.handlers.(region); args = [| Var v |] } in
      c.kept.(region) <- add c [||] [| Prim (v, "%thrown", [||]) |] (Poptrap handler)
    end;
    c.block_count - 1
  end

let convert_block c (block : block) region =
  (* `at` is the block that is being filled, and `body` what it has, the last first. *)
  let at = ref block and body = ref [] in
  let rest = block.body in
  let split result =
    let test = fresh c in
    let next = { params = [||]; body = [||]; term = !at.term } in
    c.added <- next :: c.added;
    c.block_count <- c.block_count + 1;
    let next_number = c.block_count - 1 in
    let raised = raised c region in
    !at.body <- Visit.of_reversed (Prim (test, "%is_true", [| Var result |]) :: !body);
    !at.term <- If (Var test, { block = next_number; args = [||] }, { block = raised; args = [||] });
    at := next;
    body := []
  in
  Array.iter
    (function
      | Apply ({ callee = Known id; _ } as a) when c.variants.(id) >= 0 ->
        body := Apply { a with callee = Known c.variants.(id) } :: !body;
        split a.dest
      | instr -> body := instr :: !body)
    rest;
  (match !at.term with
  | Raise a when region <> Regions.none ->
    !at.term <- Poptrap { block = c.handlers.(region); args = [| a |] }
  | Raise a ->
    let done_ = fresh c in
    let nothing = fresh c in
    body := Prim (nothing, "%none", [||]) :: Prim (done_, "%throw", [| a |]) :: !body;
    !at.term <- Return (var nothing)
  | Tail ({ callee = Known id; _ } as t) when c.variants.(id) >= 0 ->
    !at.term <- Tail { t with callee = Known c.variants.(id) }
  | _ -> ());
  !at.body <- Visit.of_reversed !body

(* Replaces the raises of a function. *)
let convert (f : func) variants is_variant =
  let regions = Regions.find f in
  let count = Array.length regions.list in
  let c =
    {
      f;
      regions;
      handlers = Array.make count (-1);
      kept = Array.make count (-1);
      end_ = -1;
      variants;
      is_variant;
      added = [];
      block_count = Array.length f.blocks;
      var_count = Array.length f.names;
    }
  in
  split_handlers c;
  Array.iteri
    (fun b block ->
      let region = regions.home.(b) in
      if region <> Regions.none || c.is_variant then convert_block c block region)
    f.blocks;
  f.blocks <- Array.append f.blocks (Visit.of_reversed c.added);
  f.names <- Array.append f.names (Array.make (c.var_count - Array.length f.names) "")

(* Takes away the traps in whose regions nothing is `loud`, the inner ones first. *)
let remove_traps (f : func) loud =
  let list = (Regions.find f).list in
  let needed = Array.make (Array.length list) false in
  List.iter
    (fun r ->
      let region = list.(r) in
      if needed.(r) || List.exists (fun b -> loud f b) region.members then begin
        if region.outer <> Regions.none then needed.(region.outer) <- true
      end
      else begin
        let start = f.blocks.(region.start) in
        (match start.term with Pushtrap { body; _ } -> start.term <- Jump body | _ -> ());
        List.iter
          (fun b ->
            let block = f.blocks.(b) in
            match block.term with Poptrap t -> block.term <- Jump t | _ -> ())
          region.members;
        if region.outer <> Regions.none then
          list.(region.outer).members <- List.rev_append region.members list.(region.outer).members
      end)
    (Regions.inner_first list)

(* A copy that has its own blocks. *)
let copy (f : func) id name =
  { f with id; name; blocks = Array.map (fun (block : block) -> { block with params = block.params }) f.blocks }

(* Replaces raises in the whole program; `simplify` is for the functions that change. *)
let replace program effect_of simplify =
  let count = Array.length program.functions in
  let summaries = Array.map (function Some f -> summary effect_of f | None -> no_summary) program.functions in
  let callers = find_callers summaries in
  let wanted = find_wanted summaries callers in
  let quiet = find_quiet summaries callers wanted in
  let taken = Names.taken program in
  let variants = Array.make count (-1) in
  (* The variants, the last first. *)
  let made = ref [] and made_count = ref 0 in
  Array.iteri
    (fun id f ->
      match f with
      | Some (f : func) when wanted.(id) ->
        let number = count + !made_count in
        variants.(id) <- number;
        made := (id, Some (copy f number (Names.unique taken (f.name ^ "_caught")))) :: !made;
        incr made_count
      | _ -> ())
    program.functions;
  let made = Visit.of_reversed !made in
  program.functions <- Array.append program.functions (Array.map snd made);
  (* Of a function, variants included, the one whose summary is its own. *)
  let source id = if id < count then id else fst made.(id - count) in
  let loud (f : func) b =
    let block = f.blocks.(b) in
    let instr = function
      | Apply { callee = Known id; _ } -> not quiet.(source id)
      | Prim (_, name, args) -> may_raise f b name args effect_of
      | Closures _ -> false
      | Apply _ | Try _ -> true
    in
    Array.exists instr block.body || match block.term with Raise _ -> true | _ -> false
  in
  Array.iteri
    (fun id f ->
      match f with
      | Some (f : func) ->
        let traps = summaries.(source id).traps in
        if traps || id >= count then begin
          convert f variants (id >= count);
          if traps then remove_traps f loud;
          simplify f
        end
      | None -> ())
    program.functions;
  Call_graph.drop_unreached program

(* Replaces raises in the whole program, unless it has places. *)
let run program effect_of simplify =
  if Array.length program.places = 0 then replace program effect_of simplify
