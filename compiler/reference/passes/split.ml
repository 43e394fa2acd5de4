(* Functions that Lua could not hold are cut into parts: too large, too deeply nested, or with loops that are entered
   elsewhere than at their header; and `main` into the initialisation of each unit. Some blocks become entries of
   functions of kind Part, which take the block's parameters and what lives there; jumps to them become tail calls. *)

open Program
(* Of operations in a function, and in a block. *)
let limit = 8000
let block_limit = 2000

(* Of nested statements; Lua's is 200, expressions included. *)
let depth_limit = 60

let cost instr =
  2
  +
  match instr with
  | Prim (_, _, args) | Apply { args; _ } | Try { args; _ } -> Array.length args
  | Closures { functions; _ } -> Array.fold_left (fun sum (_, captured) -> sum + Array.length captured + 2) 0 functions

let term_cost term =
  match term with
  | Switch (_, ints, tags) -> 2 * (Array.length ints + Array.length tags)
  | Tail { args; _ } | Part (_, args) | Leave (_, args) -> 2 + Array.length args
  | _ -> 2

(* The named unit whose global the instruction sets, else "". *)
let unit_set global_names instr =
  match instr with
  | Prim (_, "%set_global", [| Int slot; _ |]) when slot >= 0 && slot < Array.length global_names -> global_names.(slot)
  | _ -> ""

let is_set global_names instr = not (String.equal (unit_set global_names instr) "")

(* Cuts blocks that are too long, and in `main` those that set a unit's global, after it. *)
let cut func global_names is_main =
  (* how many instructions are before the cut; 0: there is none *)
  let rec part body total before =
    if before = Array.length body then 0
    else
      let instr = body.(before) in
      let before = before + 1 in
      let total = total + cost instr in
      let placed = match instr with Prim (_, "%place", _) -> true | _ -> false in
      let sets = is_main && is_set global_names instr in
      if sets || (total > block_limit && before < Array.length body && not placed) then before
      else part body total before
  in
  let count = Array.length func.blocks in
  let added = ref [] in
  let next = ref count in
  let cut_block (block : block) =
    match part block.body 0 0 with
    | 0 -> None
    | before ->
        let fresh = { params = [||]; body = Visit.after block.body before; term = block.term } in
        block.body <- Visit.before block.body before;
        block.term <- Jump { block = !next; args = [||] };
        incr next;
        added := fresh :: !added;
        Some fresh
  in
  (* new blocks are looked at after all others, in their order *)
  let rec again (blocks : block list) =
    match blocks with
    | [] -> ()
    | _ :: _ -> again (List.filter_map cut_block blocks)
  in
  again (List.filter_map cut_block (Array.to_list func.blocks));
  match !added with [] -> () | _ :: _ -> func.blocks <- Array.append func.blocks (Visit.of_reversed !added)

(* Does control never pass the end of the nodes? *)
let rec terminated (nodes : Structure.node list) =
  match nodes with
  | [] -> false
  | [ (Structure.Finish _ | Structure.Break _) ] -> true
  | [ Structure.If (_, _, yes, no) ] -> terminated yes && terminated no
  | _ :: rest -> terminated rest

(* Blocks that are nested too deeply become entries; what they enclose is looked at again as a part. *)
let rec deep_blocks (nodes : Structure.node list) depth entries =
  match nodes with
  | [] -> ()
  | Structure.Code b :: _ when depth > depth_limit -> entries.(b) <- true
  | node :: rest ->
      (match node with
      | Structure.If (_, _, yes, no) ->
          let yes_ends = terminated yes and no_ends = terminated no in
          deep_blocks yes (if no_ends && not yes_ends then depth else depth + 1) entries;
          deep_blocks no (if yes_ends then depth else depth + 1) entries
      | Structure.Once body | Structure.Loop (_, body) -> deep_blocks body (depth + 1) entries
      | _ -> ());
      deep_blocks rest depth entries

(* Blocks of `main` that follow the setting of a unit's global and lead to every return. *)
let unit_starts func (flow : Flow.t) global_names entries =
  let returns b = match func.blocks.(b).term with Return _ -> true | _ -> false in
  let all = List.filter returns (Array.to_list flow.Flow.order) in
  let sets body =
    let count = Array.length body in
    count > 0 && is_set global_names body.(count - 1)
  in
  Array.iter
    (fun b ->
      match func.blocks.(b).term with
      | Jump t when sets func.blocks.(b).body ->
          let next = t.block in
          let empty = Array.length func.blocks.(next).body = 0 in
          if (not (empty && returns next)) && List.for_all (fun r -> Flow.dominates flow next r) all then
            entries.(next) <- true
      | _ -> ())
    flow.Flow.order

(* Subtrees of the dominator tree that make the function too large. *)
let large_subtrees func (flow : Flow.t) entries =
  let total = Array.make (Array.length func.blocks) 0 in
  let all = ref 0 in
  Array.iter
    (fun b ->
      let block = func.blocks.(b) in
      total.(b) <- Array.fold_left (fun sum instr -> sum + cost instr) (term_cost block.term) block.body;
      all := !all + total.(b))
    flow.Flow.order;
  if !all > limit then
    for i = Array.length flow.Flow.order - 1 downto 1 do
      let b = flow.Flow.order.(i) in
      let parent = flow.Flow.idom.(b) in
      if total.(b) > limit / 2 || total.(parent) + total.(b) > limit then entries.(b) <- true
      else if not entries.(b) then total.(parent) <- total.(parent) + total.(b)
    done

(* Is something gained when the block begins a part? Not when it is all of a part, or only calls one. *)
let worth func b =
  let empty b = Array.length func.blocks.(b).body = 0 in
  let calls = empty b && match func.blocks.(b).term with Part _ -> true | _ -> false in
  let starts =
    match (func.kind, func.blocks.(0).term) with Part_of, Jump t -> empty 0 && t.block = b | _ -> false
  in
  (not calls) && not starts

(* The entry whose function each block belongs to: what is jumped to from another function is an entry. *)
let close (flow : Flow.t) entries =
  let owner = Array.make (Array.length entries) Flow.none in
  let changed = ref true in
  while !changed do
    Array.iter
      (fun b -> owner.(b) <- (if flow.Flow.index.(b) = 0 || entries.(b) then b else owner.(flow.Flow.idom.(b))))
      flow.Flow.order;
    changed := false;
    Array.iter
      (fun b ->
        for k = 0 to Flow.edge_count flow b - 1 do
          let s = Flow.successor flow b k in
          if flow.Flow.index.(s) > 0 && (not entries.(s)) && owner.(s) <> owner.(b) then begin
            entries.(s) <- true;
            changed := true
          end
        done)
      flow.Flow.order
  done;
  owner

(* Variables live at the start of each block, ascending. *)
let live_in func (flow : Flow.t) =
  let uses = ref [] in
  let note arg = match arg with Var v -> uses := v :: !uses | Int _ | Wide _ | Literal _ -> () in
  let before instr steps =
    uses := [];
    Visit.each_arg instr note;
    Registers.new_step !uses (Visit.dests instr) false :: steps
  in
  let all (block : block) =
    uses := [];
    Visit.each_term_arg block.term note;
    Array.fold_right before block.body [ Registers.new_step !uses [||] false ]
  in
  Array.map Visit.of_reversed (Registers.liveness func flow (Array.map all func.blocks))

(* Numbers variables anew for one piece. *)
type renamer = {
  names : string array;
  map : int array;
  mutable touched : int list;
  mutable new_names : string list;  (* last first *)
  mutable count : int;
}

let fresh renamer name =
  let v = renamer.count in
  renamer.new_names <- name :: renamer.new_names;
  renamer.count <- v + 1;
  v

let rename renamer v =
  if renamer.map.(v) >= 0 then renamer.map.(v)
  else begin
    let result = fresh renamer renamer.names.(v) in
    renamer.touched <- v :: renamer.touched;
    renamer.map.(v) <- result;
    result
  end

let vars renamer variables = Visit.map_array (rename renamer) variables
let rename_arg renamer arg = match arg with Var v -> var (rename renamer v) | Int _ | Wide _ | Literal _ -> arg
let args renamer passed = Visit.map_array (rename_arg renamer) passed

let rename_instr renamer instr =
  match instr with
  | Prim (dest, name, passed) ->
      let dest = rename renamer dest in
      Prim (dest, name, args renamer passed)
  | Apply { dest; closure; args = passed; callee } ->
      let dest = rename renamer dest in
      let closure = rename_arg renamer closure in
      Apply { dest; closure; args = args renamer passed; callee }
  | Closures { dests; functions } ->
      let dests = vars renamer dests in
      Closures { dests; functions = Array.map (fun (id, captured) -> (id, args renamer captured)) functions }
  | Try { dests; body; args = passed } ->
      let dests = vars renamer dests in
      Try { dests; body; args = args renamer passed }

let reset renamer =
  List.iter (fun v -> renamer.map.(v) <- -1) renamer.touched;
  let names = Visit.of_reversed renamer.new_names in
  renamer.touched <- [];
  renamer.new_names <- [];
  renamer.count <- 0;
  names

(* Where the pieces of a function are. *)
type pieces = {
  owner : int array;
  place : int array;  (* index of a block in its piece *)
  id : int array;  (* function of an entry *)
  live : int array array;
}

(* The piece that is being made. *)
type piece = {
  home : int;
  size : int;
  mutable extra : block list;  (* blocks for edges to other pieces, last first *)
  mutable extra_count : int;
}

(* The arguments of a jump to an entry of another piece. *)
let entry_args pieces renamer (t : target) =
  let passed = args renamer t.args in
  Array.append passed (Array.map (fun v -> var (rename renamer v)) pieces.live.(t.block))

(* An edge of a branch; to another piece it goes through a block of its own. *)
let target pieces renamer piece (t : target) : target =
  if pieces.owner.(t.block) = piece.home then { block = pieces.place.(t.block); args = args renamer t.args }
  else begin
    let term = Part (pieces.id.(t.block), entry_args pieces renamer t) in
    piece.extra <- { params = [||]; body = [||]; term } :: piece.extra;
    piece.extra_count <- piece.extra_count + 1;
    { block = piece.size + piece.extra_count - 1; args = [||] }
  end

let rename_term pieces renamer piece old =
  let all targets = Array.map (target pieces renamer piece) targets in
  match old with
  | Return a -> Return (rename_arg renamer a)
  | Raise a -> Raise (rename_arg renamer a)
  | Jump t when pieces.owner.(t.block) <> piece.home -> Part (pieces.id.(t.block), entry_args pieces renamer t)
  | Jump t -> Jump (target pieces renamer piece t)
  | If (a, yes, no) ->
      let a = rename_arg renamer a in
      let yes = target pieces renamer piece yes in
      If (a, yes, target pieces renamer piece no)
  | Switch (a, ints, tags) ->
      let a = rename_arg renamer a in
      let ints = all ints in
      Switch (a, ints, all tags)
  | Tail { closure; args = passed; callee } ->
      let closure = rename_arg renamer closure in
      Tail { closure; args = args renamer passed; callee }
  | Part (id, passed) -> Part (id, args renamer passed)
  | Leave (exit, passed) -> Leave (exit, args renamer passed)
  | Pushtrap _ | Poptrap _ | Unreachable -> Unreachable

(* The name of a part: of the unit that it initialises, else of the function. *)
let part_name func (members : int list) global_names is_main =
  let rec first body i =
    if i = Array.length body then ""
    else
      let unit = unit_set global_names body.(i) in
      if String.equal unit "" then first body (i + 1) else unit
  in
  let rec search members =
    match members with
    | [] -> func.name ^ "_part"
    | b :: rest ->
        let unit = first func.blocks.(b).body 0 in
        if String.equal unit "" then search rest else "init_" ^ Names.short_unit unit
  in
  if is_main then search members else func.name ^ "_part"

(* How many operations a function has, how deeply it is nested at most, and whether there are loops. *)
type extent = { total : int; depth : int; loops : bool }

(* A block nests no deeper than its label and its tests, what a jump back leads to than its loop and the label of the next round. *)
let extent func =
  let total = ref 0 and depth = ref 0 and loops = ref false in
  let count_instr instr = total := !total + cost instr in
  Array.iteri
    (fun b (block : block) ->
      Array.iter count_instr block.body;
      let term = block.term in
      total := !total + term_cost term;
      let targets = Visit.target_count term in
      depth := !depth + 2 + targets;
      for k = 0 to targets - 1 do
        if (Visit.target term k).block <= b then begin
          loops := true;
          depth := !depth + 2
        end
      done)
    func.blocks;
  { total = !total; depth = !depth; loops = !loops }

(* The pieces of a function, itself first; nothing when it can stay whole. New ones are numbered from `next`. *)
let split (program : Program.t) taken (func : func) extent next =
  let global_names = program.global_names and is_main = func.id = program.main in
  let is_long = is_main || extent.total > block_limit in
  if is_long then cut func global_names is_main;
  let flow = Flow.run func.blocks in
  let n = Array.length func.blocks in
  let entries = Array.make n false in
  List.iter (fun b -> entries.(b) <- true) flow.Flow.irreducible;
  if is_main then unit_starts func flow global_names entries;
  if is_long then large_subtrees func flow entries;
  (match flow.Flow.irreducible with
  | [] -> if extent.depth > depth_limit then deep_blocks (Structure.run func flow) 0 entries
  | _ :: _ -> ());
  Array.iteri (fun b entry -> entries.(b) <- entry && worth func b) entries;
  if not (Array.exists (fun entry -> entry) entries) then []
  else begin
    let owner = close flow entries in
    let pieces = { owner; place = Array.make n 0; id = Array.make n func.id; live = live_in func flow } in
    let entry = flow.Flow.order.(0) in
    let heads = entry :: List.filter (fun b -> entries.(b)) (Array.to_list flow.Flow.order) in
    List.iteri (fun i b -> if i > 0 then pieces.id.(b) <- next + i - 1) heads;
    let members = Array.make n [] in
    let counts = Array.make n 1 in
    counts.(entry) <- 0;
    Array.iter
      (fun b ->
        let home = owner.(b) in
        pieces.place.(b) <- counts.(home);
        counts.(home) <- counts.(home) + 1;
        members.(home) <- b :: members.(home))
      flow.Flow.order;
    let renamer =
      { names = func.names; map = Array.make (Array.length func.names) (-1); touched = []; new_names = []; count = 0 }
    in
    let make head =
      let first = head = entry in
      let params, header =
        if first then (vars renamer func.params, [])
        else begin
          (* the block's own parameters come from outside under other names *)
          let own = Array.map (fun p -> fresh renamer func.names.(p)) func.blocks.(head).params in
          let term = Jump { block = 1; args = Array.map var own } in
          (Array.append own (vars renamer pieces.live.(head)), [ { params = [||]; body = [||]; term } ])
        end
      in
      let list = List.rev members.(head) in
      let piece = { home = head; size = counts.(head); extra = []; extra_count = 0 } in
      let copied =
        List.map
          (fun b ->
            let block = func.blocks.(b) in
            let params = vars renamer block.params in
            let body = Array.map (rename_instr renamer) block.body in
            let term = rename_term pieces renamer piece block.term in
            ({ params; body; term } : block))
          list
      in
      let blocks = Array.of_list (header @ copied @ List.rev piece.extra) in
      {
        id = pieces.id.(head);
        name = (if first then func.name else Names.unique taken (part_name func list global_names is_main));
        place = func.place;
        kind = (if first then func.kind else Part_of);
        params;
        exits = func.exits;
        blocks;
        names = reset renamer;
      }
    in
    List.map make heads
  end

let run program =
  let taken = Names.taken program in
  let most = (16 * Array.length program.functions) + 10000 in
  let id = ref 0 in
  while !id < Array.length program.functions do
    let next = Array.length program.functions in
    if next > most then Error.fail "a function cannot be split";
    (match program.functions.(!id) with
    | None -> ()
    | Some func -> (
        let extent = extent func in
        (* Nothing of it can be too large, too deep or entered elsewhere than at its header. *)
        let is_small = (not extent.loops) && extent.depth <= depth_limit && extent.total <= block_limit in
        match if is_small && !id <> program.main then [] else split program taken func extent next with
        | [] -> ()
        | first :: rest ->
            program.functions.(!id) <- Some first;
            program.functions <- Array.append program.functions (Array.of_list (List.map (fun f -> Some f) rest))));
    incr id
  done
