(* Makes functions smaller without looking outside them: block parameters that always get the same value, jumps to
   blocks that only lead on, blocks with one predecessor, results that nobody uses. Leaves blocks in reverse
   postorder and variables numbered in the order of their definition. *)

open Program

let none = -1

(* How many blocks in a row a jump is led through. *)
let steps = 8

let same_arg a b =
  match (a, b) with
  | Var v, Var w -> v = w
  | Int n, Int m -> n = m
  | Wide s, Wide t -> String.equal s t
  | Literal k, Literal l -> k = l
  | _ -> false

let rec same_args a b =
  match (a, b) with
  | [], [] -> true
  | x :: a, y :: b -> same_arg x y && same_args a b
  | _ -> false

let is_var a v = match a with Var w -> w = v | _ -> false

(* What a variable has been replaced by, in the end. *)
let resolve replace a =
  let rec final a =
    match a with
    | Var v -> if is_var replace.(v) v then a else final replace.(v)
    | _ -> a
  in
  let rec shorten a last =
    match a with
    | Var v ->
      let next = replace.(v) in
      if not (is_var next v) then begin
        replace.(v) <- last;
        shorten next last
      end
    | _ -> ()
  in
  match a with
  | Var v when not (is_var replace.(v) v) ->
    let last = final a in
    shorten a last;
    last
  | _ -> a

(* Every variable stands for itself. *)
let identity (f : func) = Array.init (Array.length f.names) (fun v -> Var v)

let substitute (f : func) replace =
  let arg a = resolve replace a in
  let touched = ref false in
  let test a = match a with Var v when not (is_var replace.(v) v) -> touched := true | _ -> () in
  let instr i =
    touched := false;
    Visit.each_arg i test;
    if !touched then Visit.map_args arg i else i
  in
  Array.iter
    (fun (b : block) ->
      b.body <- List.map instr b.body;
      touched := false;
      Visit.each_term_arg b.term test;
      if !touched then b.term <- Visit.map_term_args arg b.term)
    f.blocks

(* Blocks that can be reached, in reverse postorder. *)
let reverse_postorder (f : func) =
  let seen = Array.make (Array.length f.blocks) false in
  (* The last target first: the first one then follows its block. *)
  let targets b = List.rev (Visit.targets f.blocks.(b).term) in
  let rec run order = function
    | [] -> order
    | (block, []) :: stack -> run (block :: order) stack
    | (block, t :: rest) :: stack ->
      let stack = (block, rest) :: stack in
      if seen.(t.block) then run order stack
      else begin
        seen.(t.block) <- true;
        run order ((t.block, targets t.block) :: stack)
      end
  in
  seen.(0) <- true;
  run [] [ (0, targets 0) ]

(* Drops blocks that cannot be reached and numbers the others in reverse postorder. *)
let number_blocks (f : func) =
  let order = Array.of_list (reverse_postorder f) in
  let numbers = Array.make (Array.length f.blocks) 0 in
  Array.iteri (fun i b -> numbers.(b) <- i) order;
  f.blocks <-
    Array.map
      (fun b ->
        let block = f.blocks.(b) in
        block.term <- Visit.map_targets (fun t -> { t with block = numbers.(t.block) }) block.term;
        block)
      order

(* Keeps the parameters that `keep` says, and what the jumps pass for them. *)
let drop_params (f : func) keep =
  let params = Array.map (fun (b : block) -> b.params) f.blocks in
  let rec pick params args =
    match (params, args) with
    | p :: params, a :: args -> if keep p then a :: pick params args else pick params args
    | _ -> []
  in
  Array.iter
    (fun (b : block) ->
      b.params <- List.filter keep b.params;
      b.term <- Visit.map_targets (fun t -> { t with args = pick params.(t.block) t.args }) b.term)
    f.blocks

(* Calls `f` with each parameter of the target's block and what the jump passes for it. *)
let each_passed (func : func) t f = List.iter2 f func.blocks.(t.block).params t.args

(* Which values are known where: one that a region defines is not known outside of it. Of each variable the region of
   its definition; none: there are no regions. *)
type scopes = { regions : Regions.t; scope : int array }

let find_scopes (f : func) =
  let regions = Regions.find f in
  if Array.length regions.list = 0 then { regions; scope = [||] }
  else begin
    let scope = Array.make (Array.length f.names) Regions.none in
    Array.iteri
      (fun n (b : block) ->
        let define v = scope.(v) <- regions.home.(n) in
        List.iter define b.params;
        List.iter (fun i -> List.iter define (Visit.dests i)) b.body;
        match b.term with Pushtrap { exn; _ } -> define exn | _ -> ())
      f.blocks;
    { regions; scope }
  end

(* Whether a value may stand in place of the parameter `p`. *)
let allows scopes p = function
  | Var v -> Array.length scopes.scope = 0 || Regions.is_within scopes.regions scopes.scope.(p) scopes.scope.(v)
  | _ -> true

(* Removes parameters that get one and the same value from everywhere. *)
let same_params (f : func) =
  let count = Array.length f.names in
  let incoming = Array.make count [] and feeds = Array.make count [] in
  let work = ref [] in
  Array.iter
    (fun (b : block) ->
      List.iter (fun v -> work := v :: !work) b.params;
      List.iter
        (fun t ->
          each_passed f t (fun p a ->
              incoming.(p) <- a :: incoming.(p);
              match a with Var v -> feeds.(v) <- p :: feeds.(v) | _ -> ()))
        (Visit.targets b.term))
    f.blocks;
  let scopes = find_scopes f in
  let replace = identity f in
  let changed = ref false in
  (* The one value among the incoming ones: None when there are several or none. *)
  let rec only p value = function
    | [] -> value
    | a :: rest -> (
      let a = resolve replace a in
      if is_var a p then only p value rest
      else
        match value with
        | None -> only p (Some a) rest
        | Some other -> if same_arg a other then only p value rest else None)
  in
  let rec run () =
    match !work with
    | [] -> ()
    | p :: rest ->
      work := rest;
      if is_var replace.(p) p then begin
        match only p None incoming.(p) with
        | Some value when allows scopes p value ->
          changed := true;
          let fed = feeds.(p) in
          feeds.(p) <- [];
          work := List.rev_append fed !work;
          (match value with Var v -> feeds.(v) <- List.rev_append fed feeds.(v) | _ -> ());
          replace.(p) <- value
        | _ -> ()
      end;
      run ()
  in
  run ();
  if !changed then begin
    drop_params f (fun v -> is_var replace.(v) v);
    substitute f replace
  end;
  !changed

(* For each block, whether other blocks use its parameters. *)
let used_outside (f : func) =
  let owner = Array.make (Array.length f.names) none in
  Array.iteri (fun b (block : block) -> List.iter (fun v -> owner.(v) <- b) block.params) f.blocks;
  let outside = Array.make (Array.length f.blocks) false in
  Array.iteri
    (fun b (block : block) ->
      let note = function
        | Var v ->
          let home = owner.(v) in
          if home <> none && home <> b then outside.(home) <- true
        | _ -> ()
      in
      List.iter (fun i -> Visit.each_arg i note) block.body;
      Visit.each_term_arg block.term note)
    f.blocks;
  outside

(* `a` where the parameters of a block are what a jump passes. *)
let rec passed params args a =
  match (params, args) with
  | p :: params, value :: args -> if is_var a p then value else passed params args a
  | _ -> a

let passed_target params args t = { t with args = List.map (passed params args) t.args }

(* Where a test of a constant leads. *)
let decided term value =
  match (term, value) with
  | If (_, yes, no), Int n -> Some (if n <> 0 then yes else no)
  | Switch (_, ints, _), Int n when n >= 0 && n < Array.length ints -> Some ints.(n)
  | _ -> None

(* Where a jump leads through blocks that do nothing else. *)
let lead_through (f : func) outside t =
  let rec go at moved left =
    let stop () = if moved then Some at else None in
    let b = at.block in
    let block = f.blocks.(b) in
    match block.body with
    | [] when left > 0 && not outside.(b) -> (
      let next =
        match block.term with
        | Jump t -> Some t
        | If (a, _, _) | Switch (a, _, _) -> decided block.term (passed block.params at.args a)
        | _ -> None
      in
      match next with
      | Some t -> go (passed_target block.params at.args t) true (left - 1)
      | None -> stop ())
    | _ -> stop ()
  in
  go t false steps

(* The end of a block that a jump goes to, when it is nothing but an exit. *)
let copied_exit (f : func) outside t =
  let block = f.blocks.(t.block) in
  match (block.body, block.term) with
  | [], _ when outside.(t.block) -> None
  | [], Return a -> Some (Return (passed block.params t.args a))
  | [], Raise a -> Some (Raise (passed block.params t.args a))
  | [], Leave (exit, list) -> Some (Leave (exit, List.map (passed block.params t.args) list))
  | _ -> None

(* Leads jumps through empty blocks, decides tests of constants, copies exits. *)
let thread (f : func) =
  let outside = used_outside f in
  let changed = ref false in
  Array.iter
    (fun (b : block) ->
      let old = b.term in
      b.term <- Unreachable;
      let lead t =
        match lead_through f outside t with
        | Some to_ ->
          changed := true;
          to_
        | None -> t
      in
      let term = Visit.map_targets lead old in
      let shorter =
        match term with
        | If (_, yes, no) when yes.block = no.block && same_args yes.args no.args -> Some (Jump yes)
        | If (a, _, _) | Switch (a, _, _) -> ( match decided term a with Some t -> Some (Jump t) | None -> None)
        | _ -> None
      in
      let replaced term = function
        | Some shorter ->
          changed := true;
          shorter
        | None -> term
      in
      let term = replaced term shorter in
      let exit = match term with Jump t -> copied_exit f outside t | _ -> None in
      b.term <- replaced term exit)
    f.blocks;
  !changed

(* Appends to each block the one that it jumps to when nothing else does. All blocks can be reached. *)
let merge (f : func) =
  let predecessors = Array.make (Array.length f.blocks) 0 in
  predecessors.(0) <- 1;
  Array.iter
    (fun (b : block) ->
      List.iter (fun t -> predecessors.(t.block) <- predecessors.(t.block) + 1) (Visit.targets b.term))
    f.blocks;
  let replace = identity f in
  let changed = ref false in
  Array.iteri
    (fun b (block : block) ->
      (* The bodies that go to the end of the block's, the last first. *)
      let rec follow bodies =
        match block.term with
        | Jump t when predecessors.(t.block) = 1 && t.block <> b && t.block <> 0 ->
          let next = f.blocks.(t.block) in
          List.iter2 (fun p a -> replace.(p) <- a) next.params t.args;
          f.blocks.(t.block) <- { params = []; body = []; term = Unreachable };
          block.term <- next.term;
          changed := true;
          follow (next.body :: bodies)
        | _ -> bodies
      in
      match f.blocks.(b).term with
      | Unreachable -> ()
      | _ -> (
        match follow [] with
        | [] -> ()
        | bodies -> block.body <- List.concat (block.body :: List.rev bodies)))
    f.blocks;
  if !changed then substitute f replace;
  !changed

(* An instruction on its way to be kept or dropped. *)
type item = { instr : instr; mutable kept : bool }

(* Where a variable is defined. *)
type definition = Outside | Param | Result of item

(* May the instruction be dropped when its result is not used? *)
let removable effect_of = function
  | Prim (_, name, _) -> ( match effect_of name with Fragment.Mutator -> false | _ -> true)
  | Closures _ -> true
  | Apply _ | Try _ -> false

(* Drops parameters and instructions that nothing needs. Instructions are looked at from the last to the first, so that the
   effect is asked only of those that no later one needs. *)
let unused (f : func) effect_of =
  let count = Array.length f.names in
  let definitions = Array.make count Outside in
  let incoming = Array.make count [] in
  let live = Array.make count false in
  let work = ref [] in
  let need = function
    | Var v ->
      if not live.(v) then begin
        live.(v) <- true;
        work := v :: !work
      end
    | _ -> ()
  in
  let keep item =
    item.kept <- true;
    Visit.each_arg item.instr need
  in
  let rec run () =
    match !work with
    | [] -> ()
    | v :: rest ->
      work := rest;
      (match definitions.(v) with
      | Outside -> ()
      | Param -> List.iter need incoming.(v)
      | Result item -> if not item.kept then keep item);
      run ()
  in
  (* Of each block, the last first. *)
  let items =
    Array.map
      (fun (b : block) ->
        List.iter (fun v -> definitions.(v) <- Param) b.params;
        let items =
          List.rev_map
            (fun instr ->
              let item = { instr; kept = false } in
              List.iter (fun v -> definitions.(v) <- Result item) (Visit.dests instr);
              item)
            b.body
        in
        List.iter (fun t -> each_passed f t (fun p a -> incoming.(p) <- a :: incoming.(p))) (Visit.targets b.term);
        items)
      f.blocks
  in
  Array.iter (fun (b : block) -> Visit.each_own_arg b.term need) f.blocks;
  run ();
  for n = Array.length f.blocks - 1 downto 0 do
    List.iter
      (fun item ->
        if not (item.kept || removable effect_of item.instr) then begin
          keep item;
          run ()
        end)
      items.(n)
  done;
  let changed = ref false in
  Array.iteri
    (fun n (b : block) ->
      if List.exists (fun v -> not live.(v)) b.params then changed := true;
      if List.exists (fun item -> not item.kept) items.(n) then begin
        changed := true;
        b.body <- List.fold_left (fun body item -> if item.kept then item.instr :: body else body) [] items.(n)
      end)
    f.blocks;
  if !changed then drop_params f (fun v -> live.(v));
  !changed

(* Numbers the variables in the order of their definition. *)
let number_variables (f : func) =
  let numbers = Array.make (Array.length f.names) none in
  let names = Array.make (Array.length f.names) "" in
  let count = ref 0 in
  let define v =
    let number = !count in
    names.(number) <- f.names.(v);
    numbers.(v) <- number;
    incr count;
    number
  in
  f.params <- List.map define f.params;
  Array.iter
    (fun (b : block) ->
      b.params <- List.map define b.params;
      b.body <- List.map (Visit.map_dests define) b.body;
      match b.term with Pushtrap trap -> b.term <- Pushtrap { trap with exn = define trap.exn } | _ -> ())
    f.blocks;
  let rename = function Var v -> Var numbers.(v) | a -> a in
  Array.iter
    (fun (b : block) ->
      b.body <- List.map (Visit.map_args rename) b.body;
      b.term <- Visit.map_term_args rename b.term)
    f.blocks;
  f.names <- Array.sub names 0 !count

(* Simplifies one function. *)
let func f effect_of =
  let rec round left =
    if left > 0 then begin
      let same = same_params f in
      let threaded = thread f in
      number_blocks f;
      let merged = merge f in
      let dropped = unused f effect_of in
      if same || threaded || merged || dropped then round (left - 1)
    end
  in
  if Array.length f.blocks = 1 then ignore (unused f effect_of)
  else begin
    number_blocks f;
    round 3;
    number_blocks f
  end;
  number_variables f

(* Simplifies all functions of a program. *)
let run program effect_of = Array.iter (function Some f -> func f effect_of | None -> ()) program.functions
