(* Calls of functions that are known at compile time, and captured or exported values that are constants.

   Every function has, as a rule, one place that creates it, so what is known there of a captured value is known inside.
   A unit's global is set once to a block of what the unit exports, which is immutable. Other blocks that main makes
   (modules inside a unit, but references too) are looked through unless they escape: a first walk finds those that do,
   a second one rewrites. Functions are visited from main, those that create others first, and their blocks in order,
   definitions before uses. *)

open Program

(* What is known of a value: a closure of this function; a block that main makes, by number; a constant. *)
type fact = Unknown | Function of int | Block of int | Constant of arg

type walk = {
  (* Parameters of each function without its closure; -1: not a closure function. *)
  arity : int array;
  (* How many places create the function or run it as the body of a try. *)
  sites : int array;
  (* How many places set the global. *)
  sets : int array;
  (* Of each function what is known of what it captures or, for a body, of its parameters. *)
  inputs : fact array array;
  mutable facts_of_globals : fact array;
  (* Fields of the blocks that main makes. *)
  mutable blocks : fact array array;
  mutable count : int;
  (* By number of block: a global is set to it; it can be changed by who knows whom. *)
  mutable exported : Bytes.t;
  mutable escaped : Bytes.t;
  (* The second walk. *)
  mutable rewrite : bool;
  main : int;
  (* Functions to visit: the next ones, and those after them in reverse. *)
  mutable front : int list;
  mutable back : int list;
}

let no = '\000'
let yes = '\001'

let count_sites program walk =
  let instr = function
    | Closures { functions; _ } ->
        List.iter (fun (created, _) -> walk.sites.(created) <- walk.sites.(created) + 1) functions
    | Try { body; _ } -> walk.sites.(body) <- walk.sites.(body) + 1
    | Prim (_, "%set_global", Int slot :: _) when slot >= 0 && slot < Array.length walk.sets ->
        walk.sets.(slot) <- walk.sets.(slot) + 1
    | _ -> ()
  in
  Array.iter
    (function
      | None -> ()
      | Some (f : func) -> Array.iter (fun (block : Program.block) -> List.iter instr block.body) f.blocks)
    program.functions

let fact facts arg = match arg with Var v -> facts.(v) | constant -> Constant constant

let escape walk facts arg =
  match fact facts arg with Block block -> Bytes.set walk.escaped block yes | _ -> ()

let escape_all walk facts args = List.iter (fun arg -> escape walk facts arg) args

(* Whether the fields of a block are what they were when it was made. *)
let is_stable walk block = Bytes.get walk.exported block = yes || Bytes.get walk.escaped block = no

(* What flows into a function at the place that creates it. *)
let enter walk f facts args =
  if walk.sites.(f) = 1 then walk.inputs.(f) <- Array.of_list (List.map (fun arg -> fact facts arg) args)
  else escape_all walk facts args;
  walk.back <- f :: walk.back

let known walk facts closure args =
  match fact facts closure with
  | Function f when walk.arity.(f) = List.length args -> Some f
  | _ -> None

let nth facts index = if index >= 0 && index < Array.length facts then facts.(index) else Unknown

(* Number of a new block. *)
let add_block walk fields =
  let n = Array.length walk.blocks in
  if walk.count = n then begin
    let blocks = Array.make (max 64 (2 * n)) [||] in
    Array.blit walk.blocks 0 blocks 0 n;
    walk.blocks <- blocks;
    let grow flags =
      let grown = Bytes.make (Array.length blocks) no in
      Bytes.blit flags 0 grown 0 (Bytes.length flags);
      grown
    in
    walk.exported <- grow walk.exported;
    walk.escaped <- grow walk.escaped
  end;
  walk.blocks.(walk.count) <- fields;
  walk.count <- walk.count + 1;
  walk.count - 1

(* What is known of a primitive's result. *)
let prim walk facts f name args =
  match (name, args) with
  | "%env", [ base; Int index ] -> (
      match fact facts base with Function created -> nth walk.inputs.(created) index | _ -> Unknown)
  | "%global", [ Int slot ] -> nth walk.facts_of_globals slot
  | "%field", [ base; Int index ] -> (
      match fact facts base with
      | Block block when is_stable walk block -> nth walk.blocks.(block) index
      | _ -> Unknown)
  | "%set_global", [ Int slot; value ] ->
      (match fact facts value with
      | Block block when slot >= 0 && slot < Array.length walk.sets && walk.sets.(slot) = 1 ->
          Bytes.set walk.exported block yes;
          walk.facts_of_globals.(slot) <- Block block
      | _ -> escape walk facts value);
      Unknown
  | "%block", _ :: fields when f = walk.main ->
      Block (add_block walk (Array.of_list (List.map (fun field -> fact facts field) fields)))
  | _ ->
      escape_all walk facts args;
      Unknown

let replace facts arg =
  match arg with
  | Var v -> ( match facts.(v) with Constant constant -> constant | _ -> arg)
  | _ -> arg

(* The instruction as it is rewritten; `facts` then knows its results. *)
let instr walk facts f instr =
  match if walk.rewrite then Visit.map_args (replace facts) instr else instr with
  | Prim (dest, name, args) as instr ->
      facts.(dest) <- prim walk facts f name args;
      instr
  | Apply { dest; closure; args; _ } ->
      let known = known walk facts closure args in
      escape walk facts closure;
      escape_all walk facts args;
      Apply { dest; closure; args; known }
  | Closures { dests; functions } as instr ->
      List.iter2 (fun dest (created, _) -> facts.(dest) <- Function created) dests functions;
      List.iter (fun (created, captured) -> enter walk created facts captured) functions;
      instr
  | Try { body; args; _ } as instr ->
      enter walk body facts args;
      instr

let term walk facts term =
  let term =
    if walk.rewrite then Visit.map_term_args (replace facts) term
    else begin
      Visit.each_term_arg term (fun arg -> escape walk facts arg);
      term
    end
  in
  match term with
  | Tail { closure; args; _ } -> Tail { closure; args; known = known walk facts closure args }
  | term -> term

(* One walk over the program. *)
let walk_program walk program =
  walk.count <- 0;
  walk.front <- [ walk.main ];
  let visited = Bytes.make (Array.length program.functions) no in
  let visit id =
    match program.functions.(id) with
    | Some f when Bytes.get visited id = no ->
        Bytes.set visited id yes;
        let facts = Array.make (Array.length f.names) Unknown in
        (match (f.kind, f.params) with
        | Closure, own :: _ -> facts.(own) <- Function id
        | Closure, [] -> ()
        | (Body | Part_of), params -> List.iteri (fun i param -> facts.(param) <- nth walk.inputs.(id) i) params);
        Array.iter
          (fun (block : Program.block) ->
            block.body <- List.map (fun i -> instr walk facts id i) block.body;
            block.term <- term walk facts block.term)
          f.blocks
    | _ -> ()
  in
  let rec loop () =
    match walk.front with
    | id :: rest ->
        walk.front <- rest;
        visit id;
        loop ()
    | [] ->
        walk.front <- List.rev walk.back;
        walk.back <- [];
        (match walk.front with [] -> () | _ -> loop ())
  in
  loop ()

(* What stands in a block that escapes does, too. *)
let spread walk =
  let work = ref [] in
  for block = 0 to walk.count - 1 do
    if Bytes.get walk.escaped block = yes then work := block :: !work
  done;
  let rec loop () =
    match !work with
    | [] -> ()
    | block :: rest ->
        work := rest;
        Array.iter
          (function
            | Block inner when Bytes.get walk.escaped inner = no ->
                Bytes.set walk.escaped inner yes;
                work := inner :: !work
            | _ -> ())
          walk.blocks.(block);
        loop ()
  in
  loop ()

(* Marks calls of known functions and puts constants in the place of variables that always hold them. *)
let run program =
  let arity = function
    | Some ({ kind = Closure; params; _ } : func) -> List.length params - 1
    | _ -> -1
  in
  let count = Array.length program.functions in
  let unknown () = Array.make (Array.length program.globals) Unknown in
  let walk =
    {
      arity = Array.map arity program.functions;
      sites = Array.make count 0;
      sets = Array.make (Array.length program.globals) 0;
      inputs = Array.make count [||];
      facts_of_globals = unknown ();
      blocks = [||];
      count = 0;
      exported = Bytes.empty;
      escaped = Bytes.empty;
      rewrite = false;
      main = program.main;
      front = [];
      back = [];
    }
  in
  count_sites program walk;
  walk_program walk program;
  spread walk;
  walk.rewrite <- true;
  walk.facts_of_globals <- unknown ();
  walk_program walk program
