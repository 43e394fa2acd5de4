(* Turns the region of each `pushtrap` into a function of its own, which the parent calls by `try`
   (compiler/ARCHITECTURE.md, section 5). Inner regions go first, so that a region is without traps when its turn comes. *)

open Program

let none = -1

(* A function whose blocks are being moved out: blocks and variables are added to it. *)
type parent = {
  mutable blocks : block array;
  mutable block_count : int;
  mutable names : string array;
  mutable var_count : int;
}

let empty () = { params = [||]; body = [||]; term = Unreachable }

(* The new number of each variable of a region, given when it is first asked for. *)
type renaming = {
  mutable numbers : int array;
  mutable given : int array;
  mutable given_count : int;
}

let rename_var renaming v =
  if renaming.numbers.(v) = none then begin
    renaming.numbers.(v) <- renaming.given_count;
    renaming.given <- Visit.grown renaming.given renaming.given_count 0;
    renaming.given.(renaming.given_count) <- v;
    renaming.given_count <- renaming.given_count + 1
  end;
  renaming.numbers.(v)

let rename_arg renaming = function Var v -> var (rename_var renaming v) | a -> a

(* Ready for the next region. *)
let clear renaming =
  for i = 0 to renaming.given_count - 1 do
    renaming.numbers.(renaming.given.(i)) <- none
  done;
  renaming.given_count <- 0

module Ints = Set.Make (struct
  type t = int

  let compare (a : int) b = compare a b
end)

(* A block to which a region leaves, and what it is passed: None for what comes from the region's function. *)
type exit_ = { to_ : int; mutable passed : arg option array }

let is_own = function None -> true | Some _ -> false

(* Turns each `poptrap` of these blocks into `leave`, and gives the exits. What is the same before and after the region does
   not pass through its function. *)
let leave parent members =
  let defined = ref Ints.empty in
  let define v = defined := Ints.add v !defined in
  List.iter (fun b -> Visit.each_defined parent.blocks.(b) define) members;
  let outside = function Var v when Ints.mem v !defined -> None | a -> Some a in
  let exits = ref [] in
  let note b =
    match parent.blocks.(b).term with
    | Poptrap t -> (
      let same passed a = match passed with Some other when Simplify.same_arg other a -> passed | _ -> None in
      match List.find_opt (fun exit_ -> exit_.to_ = t.block) !exits with
      | Some exit_ -> exit_.passed <- Array.map2 same exit_.passed t.args
      | None -> exits := { to_ = t.block; passed = Array.map outside t.args } :: !exits)
    | _ -> ()
  in
  List.iter note members;
  let exits = List.rev !exits in
  let rec number n block = function
    | exit_ :: rest -> if exit_.to_ = block then (n, exit_.passed) else number (n + 1) block rest
    | [] -> (n, [||])
  in
  List.iter
    (fun b ->
      match parent.blocks.(b).term with
      | Poptrap t ->
        let n, passed = number 0 t.block exits in
        parent.blocks.(b).term <- Leave (n, Simplify.pick is_own passed t.args)
      | _ -> ())
    members;
  exits

(* Variables that the region uses and does not define, ascending. *)
let free_variables parent members (entry : target) =
  let defined = ref Ints.empty and used = ref Ints.empty in
  let note = function Var v -> used := Ints.add v !used | _ -> () in
  let define v = defined := Ints.add v !defined in
  Array.iter note entry.args;
  List.iter
    (fun b ->
      let block = parent.blocks.(b) in
      Visit.each_defined block define;
      Array.iter (fun i -> Visit.each_arg i note) block.body;
      Visit.each_term_arg block.term note)
    members;
  Array.of_list (List.filter (fun v -> not (Ints.mem v !defined)) (Ints.elements !used))

(* Moves the region's blocks into a function; gives it, its arguments in the parent, and its exits. *)
let extract parent (region : Regions.region) (body : target) id name place renaming =
  let members = List.sort (fun (a : int) b -> compare a b) region.members in
  let exits = leave parent members in
  let free = free_variables parent members body in
  let renamed = rename_var renaming and arg = rename_arg renaming in
  let params = Array.map renamed free in
  let entry = { params = [||]; body = [||]; term = Visit.map_term_args arg (Jump body) } in
  let numbers = Array.of_list members in
  (* The new number of a block of the region. *)
  let number block =
    let low = ref 0 and high = ref (Array.length numbers) in
    while !low < !high do
      let middle = (!low + !high) / 2 in
      if numbers.(middle) < block then low := middle + 1 else high := middle
    done;
    !low + 1
  in
  let move b =
    let block = parent.blocks.(b) in
    parent.blocks.(b) <- empty ();
    let params = Visit.map_array renamed block.params in
    let body = Visit.map_array (fun instr -> Visit.map_all renamed arg instr) block.body in
    let term = Visit.map_term_args arg block.term in
    { params; body; term }
  in
  let moved = List.map move members in
  let blocks = Array.of_list (entry :: moved) in
  Array.iter (fun b -> b.term <- Visit.map_targets (fun t -> { t with block = number t.block }) b.term) blocks;
  let names = Array.init renaming.given_count (fun i -> parent.names.(renaming.given.(i))) in
  clear renaming;
  let func = { id; name; place; kind = Body; params; exits = List.length exits; blocks; names } in
  (func, Array.map var free, exits)

let fresh parent =
  parent.names <- Visit.grown parent.names parent.var_count "";
  parent.var_count <- parent.var_count + 1;
  parent.var_count - 1

(* Adds a block and gives its number. *)
let add_block parent body term =
  parent.blocks <- Visit.grown parent.blocks parent.block_count (empty ());
  parent.blocks.(parent.block_count) <- { params = [||]; body; term };
  parent.block_count <- parent.block_count + 1;
  parent.block_count - 1

(* What an exit is passed, with the values that come from the region's function: the variables from number `start` on. *)
let fill passed variables start =
  let next = ref (start - 1) in
  let value = function
    | Some a -> a
    | None ->
      incr next;
      var variables.(!next)
  in
  Array.map value passed

(* Ends the parent's block by the call of the region's function; gives the blocks that were added. *)
let call parent (region : Regions.region) exn handler body args exits =
  let before = parent.block_count in
  let single = match exits with [ _ ] -> true | _ -> false in
  let count passed = Array.fold_left (fun n value -> if is_own value then n + 1 else n) 0 passed in
  let most = List.fold_left (fun most exit_ -> Int.max most (count exit_.passed)) 0 exits in
  let wanted = if single then most else 1 + most in
  (* Whether it ended without an exception, then its results. *)
  let dests = Array.init (if wanted > 1 then 1 + wanted else 2) (fun _ -> fresh parent) in
  let chosen = var dests.(1) in
  let ways = List.map (fun exit_ -> { block = exit_.to_; args = fill exit_.passed dests (if single then 1 else 2) }) exits in
  let caught = add_block parent [| Prim (exn, "%caught", [| chosen |]) |] (Jump handler) in
  let caught = { block = caught; args = [||] } in
  let normal =
    match ways with
    | [] -> None
    | [ way ] -> Some way
    | _ -> Some { block = add_block parent [||] (Switch (chosen, Array.of_list ways, [||])); args = [||] }
  in
  let start = parent.blocks.(region.start) in
  let call = Try { dests; body; args } in
  (match normal with
  | None ->
    start.body <- Array.append start.body [| call |];
    start.term <- Jump caught
  | Some normal ->
    let test = fresh parent in
    start.body <- Array.append start.body [| call; Prim (test, "%is_true", [| Var dests.(0) |]) |];
    start.term <- If (Var test, normal, caught));
  List.init (parent.block_count - before) (fun i -> before + i)

(* Outlines the regions of one function; the new functions are numbered from `next` on. *)
let func (f : func) next taken =
  let list = (Regions.find f).list in
  let made = ref [] and made_count = ref 0 in
  let renaming = { numbers = [||]; given = [||]; given_count = 0 } in
  let parent =
    { blocks = f.blocks; block_count = Array.length f.blocks; names = f.names; var_count = Array.length f.names }
  in
  List.iter
    (fun r ->
      let region = list.(r) in
      renaming.numbers <- (if Array.length renaming.numbers < parent.var_count then
                             Array.append renaming.numbers
                               (Array.make ((2 * parent.var_count) - Array.length renaming.numbers) none)
                           else renaming.numbers);
      match parent.blocks.(region.start).term with
      | Pushtrap { exn; body; handler } ->
        let id = next + !made_count in
        let func, args, exits = extract parent region body id (Names.unique taken (f.name ^ "_try")) f.place renaming in
        made := Some func :: !made;
        incr made_count;
        let added = call parent region exn handler id args exits in
        if region.outer <> Regions.none then list.(region.outer).members <- List.rev_append added list.(region.outer).members
      | _ -> ())
    (Regions.inner_first list);
  f.blocks <- Array.sub parent.blocks 0 parent.block_count;
  f.names <- Array.sub parent.names 0 parent.var_count;
  List.rev !made

(* Outlines all regions of a program; `simplify` is for the functions that change or are made. *)
let run program simplify =
  let taken = Names.taken program in
  let next = ref (Array.length program.functions) in
  let made = ref [] in
  Array.iter
    (function
      | Some f ->
        let added = func f !next taken in
        (match added with [] -> () | _ -> simplify f);
        List.iter (function Some f -> simplify f | None -> ()) added;
        next := !next + List.length added;
        made := List.rev_append added !made
      | None -> ())
    program.functions;
  program.functions <- Array.append program.functions (Visit.of_reversed !made)
