(* Puts the Lua file together (ARCHITECTURE.md, section 3): the runtime's sections that are used, each once and
   after those it requires, then functions, constants, embedded files and the start. *)

(* Of the compiler: in the header of every file. *)
let version = "0.1.0"

(* The section of the chunk's locals, which comes first. *)
let prelude = "prelude"

(* What every program needs of the runtime, used or not. *)
let roots = [ prelude; "main" ]

(* The pieces of a linked file that others made. *)
type parts = {
  target : Target.t;
  names : Short_names.t option;  (* of the compact style; None: the output is in another one *)
  functions : Lua_text.text list;  (* each a local of its group, or a field of `F` *)
  main : string;
  data : string;  (* Lua for `K` and `G` *)
  files : (string * string) list;  (* embedded files: path, content; sorted *)
}

(* The primitives that no section provides, as one message: `caml_foo (used by List_map, …)`. *)
let describe_missing program missing =
  let describe name =
    let users = Uses.users program name in
    let rec first n users = match users with user :: rest when n > 0 -> user :: first (n - 1) rest | _ -> [] in
    let more = if List.length users > 3 then ", …" else "" in
    name ^ " (used by " ^ String.concat ", " (first 3 users) ^ more ^ ")"
  in
  "the runtime does not provide " ^ String.concat ", " (List.map describe missing)

(* The sections to link: those that provide `names` and what they require, in order. *)
let order (table : Fragment.table) names =
  let wanted = Bytes.make table.count '\000' in
  List.iter
    (fun name -> match Fragment.position table name with None -> () | Some i -> Bytes.set wanted i '\001')
    names;
  let finished = Bytes.make table.count '\000' in
  let result = ref [] in
  let rec visit position =
    if Bytes.get finished position = '\000' then begin
      Bytes.set finished position '\001';
      let section = table.sections.(position) in
      List.iter
        (fun required ->
          match Fragment.position table required with
          | Some required -> visit required
          | None -> Fragment.fail section.file section.line ("'" ^ required ^ "' is required and not provided"))
        section.requires;
      result := section :: !result
    end
  in
  for position = 0 to table.count - 1 do
    if Bytes.get wanted position <> '\000' then visit position
  done;
  List.rev !result

(* Is the section linked because of one of the program's primitives? *)
let links (uses : Uses.t) table section =
  let linked = order table uses.primitives in
  List.exists (fun (found : Fragment.section) -> String.equal found.name section) linked

(* Adds a section, of whose code this is left. *)
let section out (section : Fragment.section) code names =
  if not (String.equal code "") then begin
    let alias name = Naming.primitive_place name ^ " = " ^ Naming.primitive_place section.name ^ "\n" in
    match names with
    (* There an alias has the section's name. *)
    | Some names -> Buffer.add_string out (Minify.run code names true)
    | None -> Buffer.add_string out ("do\n" ^ code ^ String.concat "" (List.map alias section.aliases) ^ "end\n")
  end

(* The chunk's locals; in the compact style those that all other code uses, which must have been written. *)
let prelude_code table names =
  let code = match Fragment.find table prelude with Some section -> Fragment.text section.Fragment.code | None -> "" in
  match names with
  | Some names -> Minify.run (Short_names.trimmed names code) names false
  | None -> code

(* A stub for a primitive that is missing: OCaml's `Failure` when called. *)
let stub out name names =
  let message = Literal.string (name ^ ": not available") in
  let text = Naming.primitive_place name ^ " = function() return Error({0, G[3], " ^ message ^ "}, 0) end" in
  Lua_text.add out text names;
  Buffer.add_string out "\n"

let newlines text =
  let count = ref 0 in
  String.iter (fun c -> if c = '\n' then incr count) text;
  !count

(* Adds the functions, in groups; gives the lines that belong to places of the program. *)
let functions out texts =
  let lines = ref [] in
  let has_places (f : Lua_text.text) = match f.places with [] -> false | _ :: _ -> true in
  let line = ref (if List.exists has_places texts then newlines (Buffer.contents out) + 1 else 0) in
  List.iteri
    (fun i (f : Lua_text.text) ->
      if i mod Groups.size = 0 then begin
        if i > 0 then Buffer.add_string out "end Group() end\n";
        Buffer.add_string out "do local function Group()\n";
        line := !line + if i > 0 then 2 else 1
      end;
      lines := List.rev_append (List.map (fun (at, place) -> (!line + at, place)) f.places) !lines;
      Buffer.add_string out f.text;
      line := !line + f.lines)
    texts;
  (match texts with [] -> () | _ -> Buffer.add_string out "end Group() end\n");
  List.rev !lines

(* The whole file. `allow_missing`: primitives that no section provides become stubs and not an error. *)
let link program (uses : Uses.t) table (parts : parts) allow_missing =
  let is_provided name = match Fragment.find table name with Some _ -> true | None -> false in
  let present, missing = List.partition is_provided uses.primitives in
  (match missing with
  | _ :: _ when not allow_missing -> Error.fail (describe_missing program missing)
  | _ -> ());
  List.iter
    (fun root -> if not (is_provided root) then Error.fail ("the runtime has no section '" ^ root ^ "'"))
    roots;
  let counted = List.filter is_provided [ Guards.tail_depth ] in
  let out = Buffer.create 1048576 in
  let sections = Buffer.create 262144 in
  let linked = order table (roots @ counted @ uses.applied @ present) in
  let is_linked position = List.memq table.sections.(position) linked in
  List.iter
    (fun (found : Fragment.section) ->
      if not (String.equal found.name prelude) then
        section sections found (Fragment.code_of table found is_linked) parts.names)
    linked;
  List.iter (fun name -> stub sections name parts.names) missing;
  let start = Buffer.create 32 in
  Lua_text.add start ("return P.main(" ^ parts.main ^ ")\n") parts.names;
  Buffer.add_string out
    ("-- Generated by lua_of_ocaml " ^ version ^ " from OCaml bytecode; target " ^ Target.name parts.target ^ ".\n"
    ^ prelude_code table parts.names);
  Buffer.add_buffer out sections;
  let lines = functions out parts.functions in
  Buffer.add_string out parts.data;
  (match lines with [] -> () | _ :: _ -> Buffer.add_string out (Places.run program.places lines));
  (match parts.files with
  | [] -> ()
  | files ->
      Buffer.add_string out "P.files = {\n";
      List.iter
        (fun (path, content) ->
          Buffer.add_string out ("[" ^ Literal.string path ^ "] = " ^ Literal.text content ^ ",\n"))
        files;
      Buffer.add_string out "}\n");
  Buffer.add_buffer out start;
  Buffer.contents out
