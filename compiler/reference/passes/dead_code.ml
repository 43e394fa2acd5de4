(* Whole-program removal of what nothing needs: functions, results, parameters of blocks, captured variables,
   and what units export and no other unit reads.

   Liveness is marked from the effects of main: a variable's need makes its definition's needs live, across functions
   too (a captured variable at the place that captures it, a field of a unit's global at the place that makes the
   block). Every variable is marked once, so the cost is linear. Then everything unmarked is dropped. *)

open Program

(* Where a function is created: the other function, and what is captured. *)
type site = { parent : int; passed : arg array }

(* What is known of a function. *)
type facts = {
  mutable reached : bool;
  (* Does it read or set globals? *)
  has_globals : bool;
  (* Its first parameter; -1: it has none. *)
  self : int;
  (* Of each variable, the instruction that defines it, or `Visit.nothing`; and the block that it is a parameter of, or -1. *)
  definition : instr array;
  home : int array;
  live : Bytes.t;
  (* Of each block: what jumps pass to it. *)
  jumps : arg array list array;
  (* Of each captured variable: is it used? *)
  mutable captured : Bytes.t;
  (* The closures that known calls pass to it: the calling function, the closure. *)
  mutable closures : (int * arg) list;
  mutable sites : site list;
}

(* What is known of a global. *)
type global = {
  (* It is set once to a block that only this does, and only its fields are read. *)
  mutable tracked : bool;
  mutable sets : int;
  (* Variable of the block, in main. *)
  mutable block : int;
  (* Of each field: is it read? *)
  mutable fields : Bytes.t;
}

(* A value that `lift` has put in a slot. *)
type top = {
  (* A variable in main, or a constant. *)
  mutable value : arg;
  mutable read : bool;
}

type marking = {
  program : Program.t;
  effect_of : string -> Fragment.effects;
  facts : facts array;
  globals : global array;
  tops : top array;
  (* Of each variable of main: the tracked global whose block it is; -1: none. *)
  exports : int array;
  (* Variables whose definitions are still to be looked at, the functions that these are of, and how many there are. *)
  mutable variables : int array;
  mutable owners : int array;
  mutable count : int;
  (* Functions whose effects are still to be marked. *)
  mutable reached_functions : int list;
}

let no = '\000'
let yes = '\001'

let facts_of = function
  | None ->
      {
        reached = false;
        has_globals = false;
        self = -1;
        definition = [||];
        home = [||];
        live = Bytes.empty;
        jumps = [||];
        captured = Bytes.empty;
        closures = [];
        sites = [];
      }
  | Some (f : func) ->
      let definition = Array.make (Array.length f.names) Visit.nothing and home = Array.make (Array.length f.names) (-1) in
      let jumps = Array.make (Array.length f.blocks) [] in
      let here = ref (-1) and defining = ref Visit.nothing in
      let enter param = home.(param) <- !here in
      let define dest = definition.(dest) <- !defining in
      let has_globals = ref false in
      let instr i =
        defining := i;
        (match i with Prim (_, ("%global" | "%set_global"), _) -> has_globals := true | _ -> ());
        Visit.each_dest i define
      in
      let jump (target : target) =
        match target.args with [||] -> () | args -> jumps.(target.block) <- args :: jumps.(target.block)
      in
      Array.iteri
        (fun b (block : Program.block) ->
          here := b;
          Array.iter enter block.params;
          Array.iter instr block.body;
          Visit.each_target block.term jump)
        f.blocks;
      let live = Bytes.make (Array.length f.names) no in
      let self = if Array.length f.params > 0 then f.params.(0) else -1 in
      {
        reached = false;
        has_globals = !has_globals;
        self;
        definition;
        home;
        live;
        jumps;
        captured = Bytes.empty;
        closures = [];
        sites = [];
      }

(* The global that a variable holds; -1: none. *)
let global_of marking f arg =
  match arg with
  | Var v -> (
      match marking.facts.(f).definition.(v) with
      | Prim (_, "%global", [| Int slot |]) when slot >= 0 && slot < Array.length marking.globals -> slot
      | _ -> -1)
  | _ -> -1

let iter_functions program visit = Array.iter (function None -> () | Some (f : func) -> visit f) program.functions

let iter_instrs (f : func) visit = Array.iter (fun (block : Program.block) -> Array.iter visit block.body) f.blocks

(* The function whose closure an argument is, as that function itself sees it; -1: none. *)
let own marking f arg =
  match arg with
  | Var v when v = marking.facts.(f).self -> f
  | _ -> -1

(* Finds the sites of functions. *)
let find_sites marking =
  iter_functions marking.program (fun f ->
      iter_instrs f (function
        | Closures { functions; _ } ->
            Array.iter
              (fun (created, passed) ->
                let facts = marking.facts.(created) in
                facts.sites <- { parent = f.id; passed } :: facts.sites;
                if Array.length passed > Bytes.length facts.captured then
                  facts.captured <- Bytes.make (Array.length passed) no)
              functions
        | _ -> ()))

let untrack marking slot = if slot >= 0 && slot < Array.length marking.globals then marking.globals.(slot).tracked <- false

(* What makes the block that a tracked global is set to: its tag, then its fields. *)
let block_args marking slot =
  match marking.facts.(marking.program.main).definition.(marking.globals.(slot).block) with
  | Prim (_, "%block", args) -> args
  | _ -> [||]

(* What is known of a slot. *)
let top marking slot = marking.tops.(slot - Array.length marking.globals)

(* Looks at what a function does with globals. Only main may set a tracked one. *)
let look_at_globals marking (f : func) =
  let is_main = f.id = marking.program.main in
  let uses = if is_main then Visit.uses f else [||] in
  let leaves arg = untrack marking (global_of marking f.id arg) in
  let sets = ref [] in
  let visit = function
    | Prim (_, name, args) -> (
        match (name, args) with
        | "%set_top", [| Int slot; value |] ->
            (top marking slot).value <- value;
            leaves value
        | "%set_global", [| Int slot; Var v |] -> sets := (slot, v) :: !sets
        | "%set_global", [| Int slot; _ |] -> untrack marking slot
        | "%field", [| _; Int _ |] -> ()
        | _ -> Array.iter leaves args)
    | instr -> Visit.each_arg instr leaves
  in
  iter_instrs f visit;
  Array.iter (fun (block : Program.block) -> Visit.each_term_arg block.term leaves) f.blocks;
  List.iter
    (fun (slot, v) ->
      if slot >= 0 && slot < Array.length marking.globals then begin
        let global = marking.globals.(slot) in
        let is_block = match marking.facts.(f.id).definition.(v) with Prim (_, "%block", _) -> true | _ -> false in
        global.sets <- global.sets + 1;
        global.block <- v;
        global.tracked <- global.tracked && is_block && is_main && uses.(v) = 1
      end)
    (List.rev !sets)

(* Finds the globals of which single fields can be dropped. *)
let find_globals marking =
  iter_functions marking.program (fun f ->
      if marking.facts.(f.id).has_globals || f.id = marking.program.main then look_at_globals marking f);
  Array.iteri
    (fun slot global ->
      global.tracked <- global.tracked && global.sets = 1;
      if global.tracked then begin
        global.fields <- Bytes.make (Array.length (block_args marking slot) - 1) no;
        marking.exports.(global.block) <- slot
      end)
    marking.globals

(* The tracked global that `%set_global` sets. *)
let tracked_set marking name args =
  match (name, args) with
  | "%set_global", [| Int slot; _ |] when slot >= 0 && slot < Array.length marking.globals && marking.globals.(slot).tracked
    ->
      Some marking.globals.(slot)
  | _ -> None

(* The tracked global whose block this variable is. *)
let tracked_block marking f v =
  if f = marking.program.main && marking.exports.(v) >= 0 then Some marking.globals.(marking.exports.(v)) else None

let mark marking f arg =
  match arg with
  | Var v ->
      let live = marking.facts.(f).live in
      if Bytes.get live v = no then begin
        Bytes.set live v yes;
        let n = marking.count in
        marking.variables <- Visit.grown marking.variables n 0;
        marking.owners <- Visit.grown marking.owners n 0;
        marking.variables.(n) <- v;
        marking.owners.(n) <- f;
        marking.count <- n + 1
      end
  | _ -> ()

let mark_all marking f args =
  for i = 0 to Array.length args - 1 do
    mark marking f args.(i)
  done

let reach marking f =
  let facts = marking.facts.(f) in
  if not facts.reached then begin
    facts.reached <- true;
    marking.reached_functions <- f :: marking.reached_functions
  end

let is_live marking id v = Bytes.get marking.facts.(id).live v = yes

(* Does a function use its own closure? *)
let needs_closure marking id =
  let self = marking.facts.(id).self in
  self >= 0 && is_live marking id self

(* Marks what a call needs: the closure only if the called function uses its own. *)
let mark_call marking id closure args callee =
  mark_all marking id args;
  match callee with
  | Any | Exact -> mark marking id closure
  | Known known ->
      reach marking known;
      if needs_closure marking known then mark marking id closure
      else
        let facts = marking.facts.(known) in
        facts.closures <- (id, closure) :: facts.closures

let is_mutator marking name = match marking.effect_of name with Fragment.Mutator -> true | _ -> false

(* Marks what a function does whether or not its results are used. *)
let effects marking id =
  let instr = function
    | Prim (_, "%set_top", _) -> ()
    | Prim (_, name, args) -> (
        match tracked_set marking name args with
        | None when is_mutator marking name -> mark_all marking id args
        | _ -> ())
    | Apply { closure; args; callee; _ } -> mark_call marking id closure args callee
    | Try _ | Closures _ -> ()
  in
  let term = function
    | Return arg | Raise arg | If (arg, _, _) | Switch (arg, _, _) -> mark marking id arg
    | Tail { closure; args; callee } -> mark_call marking id closure args callee
    | Part (part, args) ->
        mark_all marking id args;
        reach marking part
    | Leave (_, args) -> mark_all marking id args
    | Jump _ | Poptrap _ | Pushtrap _ | Unreachable -> ()
  in
  match marking.program.functions.(id) with
  | None -> ()
  | Some f ->
      iter_instrs f instr;
      Array.iter (fun (block : Program.block) -> term block.term) f.blocks

(* Marks the value that a function captures, wherever that happens. *)
let mark_at_sites marking id index =
  List.iter
    (fun { parent; passed } -> if index < Array.length passed then mark marking parent passed.(index))
    marking.facts.(id).sites

let mark_captured marking id base index =
  let created = own marking id base in
  if created >= 0 then begin
    let captured = marking.facts.(created).captured in
    if index >= 0 && index < Bytes.length captured && Bytes.get captured index = no then begin
      Bytes.set captured index yes;
      mark_at_sites marking created index
    end
  end

let mark_field marking slot index =
  let fields = marking.globals.(slot).fields in
  if index >= 0 && index < Bytes.length fields && Bytes.get fields index = no then begin
    Bytes.set fields index yes;
    mark marking marking.program.main (block_args marking slot).(index + 1)
  end

let mark_top marking slot =
  let top = top marking slot in
  if not top.read then begin
    top.read <- true;
    mark marking marking.program.main top.value
  end

let instr_needs marking id v = function
  | Prim (_, name, args) -> (
      match if String.equal name "%block" then tracked_block marking id v else None with
      | Some _ -> ()
      | None -> (
          mark_all marking id args;
          match (name, args) with
          | "%top", [| Int slot |] -> mark_top marking slot
          | "%env", [| base; Int index |] -> mark_captured marking id base index
          | "%field", [| base; Int index |] ->
              let slot = global_of marking id base in
              if slot >= 0 then mark_field marking slot index
          | _ -> ()))
  | Closures { dests; functions } ->
      Array.iter2 (fun dest (created, _) -> if Int.equal dest v then reach marking created) dests functions
  | Apply _ | Try _ -> ()

(* Marks what jumps pass for the parameter `v` of the block. *)
let mark_passed marking (f : func) v block =
  let rec number params k = if params.(k) = v then k else number params (k + 1) in
  let k = number f.blocks.(block).params 0 in
  List.iter (fun args -> mark marking f.id args.(k)) marking.facts.(f.id).jumps.(block)

(* Marks what the definition of a live variable needs. *)
let needs marking id v =
  let facts = marking.facts.(id) in
  match (facts.definition.(v), marking.program.functions.(id)) with
  | instr, _ when instr != Visit.nothing -> instr_needs marking id v instr
  | _, Some f when facts.home.(v) >= 0 -> mark_passed marking f v facts.home.(v)
  | _ ->
      if v = facts.self then begin
        List.iter (fun (caller, closure) -> mark marking caller closure) facts.closures;
        facts.closures <- []
      end

(* What stays of an array: the items before number `first`, and of the others, numbered from there, those that are kept. *)
let keep array first kept =
  let next = ref (-first) in
  let stays _ =
    let i = !next in
    next := i + 1;
    i < 0 || (i < Bytes.length kept && Bytes.get kept i = yes)
  in
  Visit.filter_array stays array

(* What reads the item of number `index`, where only the ones that are used stay. *)
let moved dest name base used index =
  let before = ref 0 in
  for i = 0 to Int.min index (Bytes.length used) - 1 do
    if Bytes.get used i = yes then incr before
  done;
  Prim (dest, name, [| base; int !before |])

let sweep_prim marking id instr dest name args =
  match tracked_set marking name args with
  | None when String.equal name "%set_top" -> (
      match args with [| Int slot; _ |] when (top marking slot).read -> instr | _ -> Visit.nothing)
  | Some global -> if Bytes.contains global.fields yes then instr else Visit.nothing
  | None -> (
      match if String.equal name "%block" then tracked_block marking id dest else None with
      | Some { fields; _ } when not (Bytes.contains fields yes) -> Visit.nothing
      | Some { fields; _ } -> Prim (dest, name, keep args 1 fields)
      | None -> (
          if (not (is_live marking id dest)) && not (is_mutator marking name) then Visit.nothing
          else
            match (name, args) with
            | "%env", [| base; Int index |] when own marking id base >= 0 ->
                moved dest name base marking.facts.(own marking id base).captured index
            | "%field", [| base; Int index |] -> (
                match global_of marking id base with
                | slot when slot >= 0 && marking.globals.(slot).tracked ->
                    moved dest name base marking.globals.(slot).fields index
                | _ -> instr)
            | _ -> instr))

(* The closure of a call: 0 where the called function does not use it. *)
let sweep_closure marking closure callee =
  match callee with Known known when not (needs_closure marking known) -> Int 0 | _ -> closure

(* The instruction without what is dead in it. *)
let sweep_instr marking id instr =
  match instr with
  | Prim (dest, name, args) -> sweep_prim marking id instr dest name args
  | Apply a ->
      let closure = sweep_closure marking a.closure a.callee in
      if closure == a.closure then instr else Apply { a with closure }
  | Closures { dests; functions } -> (
      let is_live v = is_live marking id v in
      let functions =
        Array.map
          (fun (created, captured) -> (created, keep captured 0 marking.facts.(created).captured))
          (Simplify.pick is_live dests functions)
      in
      match Visit.filter_array is_live dests with [||] -> Visit.nothing | dests -> Closures { dests; functions })
  | Try _ -> instr

(* Drops what is dead in the function. *)
let sweep marking (f : func) =
  Simplify.drop_params f (fun v -> is_live marking f.id v);
  let instr i = sweep_instr marking f.id i in
  Array.iter
    (fun (block : Program.block) ->
      block.body <- Visit.map_instrs instr block.body;
      match block.term with
      | Tail t ->
          let closure = sweep_closure marking t.closure t.callee in
          if closure != t.closure then block.term <- Tail { t with closure }
      | _ -> ())
    f.blocks

(* Removes what main does not need, through all functions. *)
let run effect_of program =
  let variables = match program.functions.(program.main) with Some f -> Array.length f.names | None -> 0 in
  let marking =
    {
      program;
      effect_of;
      facts = Array.map facts_of program.functions;
      globals = Array.map (fun _ -> { tracked = true; sets = 0; block = 0; fields = Bytes.empty }) program.globals;
      tops = Array.init program.lifted (fun _ -> { value = Int 0; read = false });
      exports = Array.make variables (-1);
      variables = [||];
      owners = [||];
      count = 0;
      reached_functions = [];
    }
  in
  find_sites marking;
  find_globals marking;
  reach marking program.main;
  let rec loop () =
    match marking.reached_functions with
    | _ when marking.count > 0 ->
        let n = marking.count - 1 in
        marking.count <- n;
        needs marking marking.owners.(n) marking.variables.(n);
        loop ()
    | f :: rest ->
        marking.reached_functions <- rest;
        effects marking f;
        loop ()
    | [] -> ()
  in
  loop ();
  let is_reached id = marking.facts.(id).reached in
  iter_functions program (fun f -> if is_reached f.id then sweep marking f);
  program.functions <- Array.mapi (fun id f -> if is_reached id then f else None) program.functions
