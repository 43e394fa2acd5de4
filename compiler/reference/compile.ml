(* The pipeline: bytes and options in, text or one error out. *)

(* What passes ask for beside what they work on. *)
type context = {
  effects : string -> Fragment.effects;  (* of primitives *)
  simplify : Program.func -> unit;  (* what a function needs that has changed *)
  target : Target.t;
  main : int;
  has_places : bool;  (* backtraces have locations *)
}

(* What a pass does: with the whole program, or with each function by itself; then it gives whether that is to be simplified. *)
type pass = Whole of (context -> Program.t -> unit) | Each of (context -> Program.func -> bool)

(* The passes between SSA and Lua in their order: name, the lowest level of optimisation that has it, and what it does. Those of level 0
   make what Lua can hold, and leave out what is never called. *)
let passes =
  [
    ("simplify", 0, Each (fun _ _ -> true));
    ( "known_calls",
      1,
      Whole
        (fun _ program ->
          Known_calls.run program;
          Partial.run program;
          Allocations.drop_unwatched program) );
    ("lift", 1, Whole (fun _ program -> Lift.run program));
    ("specialise", 1, Whole (fun context program -> Specialise.run program context.simplify));
    ("dead_code", 0, Whole (fun context program -> Dead_code.run context.effects program));
    ("inline", 1, Whole (fun context program -> Inline.run program context.simplify));
    ("known_blocks", 1, Whole (fun context program -> Known_blocks.run program context.simplify));
    ("unroll", 1, Each (fun context f -> (not context.has_places) && Unroll.run f));
    ("comparisons", 1, Each (fun _ f -> Comparisons.run f));
    ("raises", 1, Whole (fun context program -> Raises.run program context.effects context.simplify));
    ("direct_calls", 1, Whole (fun context program -> Direct_calls.run program context.simplify));
    ("outline", 0, Whole (fun context program -> Outline.run program context.simplify));
    ("self_calls", 1, Each (fun context f -> Self_calls.run f (context.target = Target.Lua54)));
    ("cells", 1, Each (fun _ f -> Cells.run f));
    ("hoist", 1, Each (fun context f -> f.id <> context.main && Hoist.run f));
    ("ranges", 1, Whole (fun context program -> Ranges.run program context.target context.simplify));
    ("bounds", 1, Each (fun _ f -> Bounds.run f));
    ("identical", 1, Whole (fun context program -> Identical.run program context.simplify));
    ("split", 0, Whole (fun _ program -> Split.run program));
    ("slots", 0, Whole (fun _ program -> Slots.run program));
  ]

(* The stages of the pipeline whose result can be shown instead of the output, in their order. *)
let stages = [ "bytecode"; "ssa" ] @ List.map (fun (name, _, _) -> name) passes @ [ "lua" ]

(* What is wanted of a translation. *)
type options = {
  target : Target.t;
  style : Lua_text.style;
  (* Level of optimisation, 0 to 2. *)
  level : int;
  dump : string option;
  (* Primitives that the runtime does not provide become stubs that raise. *)
  allow_missing : bool;
  (* Backtraces have locations. *)
  debug : bool;
  (* Embedded files: path, content; sorted. *)
  files : (string * string) list;
  (* The runtime's files: name, text; sorted. *)
  runtime : (string * string) list;
}

(* A finished translation, or the text of the stage that was asked for. *)
type output = { text : string; warnings : string list }

(* The stage that was asked for is reached. *)
exception Dumped of string

(* Runs the passes. Those of each function that follow one another do all of a function before the next one, which costs less where
   a function is met in memory first. `reached` is told each pass that is done; `is_asked`: after this one all functions have to be. *)
let run_passes context (program : Program.t) level is_asked reached =
  let apply (_, lowest, pass) f =
    match pass with Each pass when lowest <= level && pass context f -> context.simplify f | _ -> ()
  in
  let rec together = function
    | ((name, _, Each _) as pass) :: rest ->
        let others, rest = if is_asked name then ([], rest) else together rest in
        (pass :: others, rest)
    | rest -> ([], rest)
  in
  let rec run = function
    | [] -> ()
    | (name, lowest, Whole pass) :: rest ->
        if lowest <= level then pass context program;
        reached name;
        run rest
    | passes ->
        let each, rest = together passes in
        Array.iter (Option.iter (fun f -> List.iter (fun pass -> apply pass f) each)) program.functions;
        List.iter (fun (name, _, _) -> reached name) each;
        run rest
  in
  run passes

let translate bytes options =
  let is_asked dump = match options.dump with Some asked -> String.equal asked dump | None -> false in
  let image = Container.read bytes in
  if is_asked "bytecode" then raise (Dumped (Disassemble.run image));
  let table = Fragment.parse options.runtime image.version options.target in
  let effects name = Fragment.effects table name in
  let program = Ssa.run image table options.debug in
  let reached dump = if is_asked dump then raise (Dumped (Ir_text.run program)) in
  reached "ssa";
  let simplify f = Simplify.run f effects in
  let has_places = Array.length program.places > 0 in
  let context = { effects; simplify; target = options.target; main = program.main; has_places } in
  run_passes context program options.level is_asked reached;
  let names =
    match options.style with Lua_text.Compact -> Some (Short_names.create table program.functions) | _ -> None
  in
  let emission : Expressions.options = { target = options.target; names } in
  let uses = Uses.run program in
  let graph = Call_graph.of_program program in
  let groups = Groups.run program graph names (Linker.links uses table Groups.code) in
  let guards = Guards.run program graph table in
  let warnings = ref [] in
  let functions = ref [] in
  Array.iter
    (function
      | None -> ()
      | Some f -> functions := Lua_text.run options.style names (Emit.run table program groups guards f emission warnings) :: !functions)
    program.functions;
  let functions = List.rev !functions in
  if is_asked "lua" then raise (Dumped (String.concat "" (List.map (fun (f : Lua_text.text) -> f.text) functions)));
  let data, lossy = Data.emit program table options.target names uses.globals in
  List.iter
    (fun decimal ->
      warnings :=
        ("constant data: the integer " ^ decimal ^ " does not fit the target " ^ Target.name options.target) :: !warnings)
    lossy;
  let main = match program.functions.(program.main) with Some f -> Naming.function_place names f | None -> "" in
  let parts : Linker.parts = { target = options.target; names; functions; main; data; files = options.files } in
  let text = Linker.link program uses table parts options.allow_missing in
  { text; warnings = List.rev !warnings }

(* Translates an OCaml bytecode executable. *)
let run bytes options = try translate bytes options with Dumped text -> { text; warnings = [] }
