(* The pipeline: bytes and options in, text or one error out. *)

(* The passes between SSA and Lua in their order: name, the lowest level of optimisation that has it, and what it does with the
   effects of primitives, the target and the program. Those of level 0 make what Lua can hold, and leave out what is never called. *)
let passes =
  [
    ("simplify", 0, fun effects _ program -> Simplify.run program effects);
    ( "known_calls",
      1,
      fun _ _ program ->
        Known_calls.run program;
        Partial.run program;
        Allocations.drop_unwatched program );
    ("lift", 1, fun _ _ program -> Lift.run program);
    ("specialise", 1, fun effects _ program -> Specialise.run program (fun f -> Simplify.func f effects));
    ("dead_code", 0, fun effects _ program -> Dead_code.run effects program);
    ("inline", 1, fun effects _ program -> Inline.run program (fun f -> Simplify.func f effects));
    ("known_blocks", 1, fun effects _ program -> Known_blocks.run program (fun f -> Simplify.func f effects));
    ("unroll", 1, fun effects _ program -> Unroll.run program (fun f -> Simplify.func f effects));
    ("comparisons", 1, fun effects _ program -> Comparisons.run program (fun f -> Simplify.func f effects));
    ("raises", 1, fun effects _ program -> Raises.run program effects (fun f -> Simplify.func f effects));
    ("direct_calls", 1, fun effects _ program -> Direct_calls.run program (fun f -> Simplify.func f effects));
    ("outline", 0, fun effects _ program -> Outline.run program (fun f -> Simplify.func f effects));
    ( "self_calls",
      1,
      fun effects target program ->
        Self_calls.run program (target = Target.Lua54) (fun f -> Simplify.func f effects) );
    ("cells", 1, fun effects _ program -> Cells.run program (fun f -> Simplify.func f effects));
    ("hoist", 1, fun effects _ program -> Hoist.run program (fun f -> Simplify.func f effects));
    ("ranges", 1, fun effects target program -> Ranges.run program target (fun f -> Simplify.func f effects));
    ("bounds", 1, fun _ _ program -> Bounds.run program);
    ("identical", 1, fun effects _ program -> Identical.run program (fun f -> Simplify.func f effects));
    ("split", 0, fun _ _ program -> Split.run program);
    ("slots", 0, fun _ _ program -> Slots.run program);
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

let translate bytes options =
  let is_asked dump = match options.dump with Some asked -> String.equal asked dump | None -> false in
  let image = Container.read bytes in
  if is_asked "bytecode" then raise (Dumped (Disassemble.run image));
  let table = Fragment.parse options.runtime image.version options.target in
  let effects name = Fragment.effects table name in
  let program = Ssa.run image table options.debug in
  let reached dump = if is_asked dump then raise (Dumped (Ir_text.run program)) in
  reached "ssa";
  List.iter
    (fun (name, level, pass) ->
      if level <= options.level then pass effects options.target program;
      reached name)
    passes;
  let names =
    match options.style with Lua_text.Compact -> Some (Short_names.create table program.functions) | _ -> None
  in
  let emission : Expressions.options = { target = options.target; names } in
  let uses = Uses.run program in
  let graph = Call_graph.of_program program in
  let groups = Groups.run program graph names (Linker.links uses table Groups.code) in
  let asks = Guards.run program graph table in
  let warnings = ref [] in
  let functions = ref [] in
  Array.iter
    (function
      | None -> ()
      | Some f -> functions := Lua_text.run options.style names (Emit.run table program groups asks f emission warnings) :: !functions)
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
