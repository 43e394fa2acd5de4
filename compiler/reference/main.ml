(* The command line. It has the options of the Rust compiler's `compile`, and its exit codes: 2 usage, 4 the translation is
   refused, 6 a file cannot be read or written. *)

let usage =
  "usage: compile INPUT [-o OUTPUT] [--target portable|lua54|luajit|luau] [--pretty|--compact] [-O LEVEL] [--dump STAGE] [-g] \
   [--file PATH[:TARGET]] [--allow-missing] [--runtime DIR]"

(* What ends the program: its exit code, and a line for people. *)
exception Failed of int * string

(* The words of a system error, without the path that they begin with. *)
let words path message =
  let prefix = path ^ ": " in
  let n = String.length prefix in
  if String.length message > n && String.equal (String.sub message 0 n) prefix then
    String.sub message n (String.length message - n)
  else message

let io_failed path message = raise (Failed (6, path ^ ": " ^ words path message))

(* What is left of a channel; a file in one piece, which as Lua takes no copy. *)
let read_all channel =
  let size = match in_channel_length channel with size when size > 4096 -> size | _ -> 4096 | exception Sys_error _ -> 4096 in
  let content = Buffer.create size in
  let chunk = Bytes.create size in
  let rec loop () =
    let n = input channel chunk 0 size in
    if n > 0 then begin
      Buffer.add_subbytes content chunk 0 n;
      loop ()
    end
  in
  loop ();
  Buffer.contents content

(* A file's content; `-` is standard input. *)
let read path =
  try
    if String.equal path "-" then begin
      set_binary_mode_in stdin true;
      read_all stdin
    end
    else begin
      let channel = open_in_bin path in
      match read_all channel with
      | content ->
          close_in channel;
          content
      | exception error ->
          close_in_noerr channel;
          raise error
    end
  with Sys_error message -> io_failed path message

let starts_with text prefix =
  String.length text >= String.length prefix && String.equal (String.sub text 0 (String.length prefix)) prefix

let write_to flags path text =
  let channel = open_out_gen flags 0o666 path in
  match
    output_string channel text;
    close_out channel
  with
  | () -> ()
  | exception error ->
      close_out_noerr channel;
      raise error

(* Writes a file so that it is there whole or not at all: beside its place first, then renamed. *)
let write_atomically path text =
  if starts_with path "/dev/" then write_to [ Open_wronly; Open_binary ] path text
  else begin
    let rec free n =
      let name = path ^ ".tmp" ^ string_of_int n in
      if Sys.file_exists name then free (n + 1) else name
    in
    let temporary = free 0 in
    try
      write_to [ Open_wronly; Open_creat; Open_excl; Open_binary ] temporary text;
      Sys.rename temporary path
    with Sys_error message ->
      (try Sys.remove temporary with Sys_error _ -> ());
      raise (Sys_error (words temporary message))
  end

(* Writes a file; `-` is standard output. *)
let write path text =
  try
    if String.equal path "-" then begin
      set_binary_mode_out stdout true;
      output_string stdout text;
      flush stdout
    end
    else write_atomically path text
  with Sys_error message -> io_failed path message

(* Names in a folder, sorted. *)
let names folder =
  match Sys.readdir folder with
  | names -> List.sort String.compare (Array.to_list names)
  | exception Sys_error message -> io_failed folder message

let ends_with text suffix =
  let n = String.length text and m = String.length suffix in
  n >= m && String.equal (String.sub text (n - m) m) suffix

(* The runtime: in the linked compiler's own files, or in the checkout that holds this program. *)
let default_runtime () =
  if Sys.file_exists "/static/runtime/lua/prelude.lua" then "/static/runtime/lua"
  else begin
    let program = Sys.argv.(0) in
    let folder = match String.rindex_opt program '/' with None -> "." | Some i -> String.sub program 0 i in
    folder ^ "/../../runtime/lua"
  end

let runtime folder =
  let lua = List.filter (fun name -> ends_with name ".lua") (names folder) in
  List.map (fun name -> (name, read (folder ^ "/" ^ name))) lua

(* The text without each `prefix` at its start. *)
let rec trim_prefix text prefix =
  if starts_with text prefix then
    trim_prefix (String.sub text (String.length prefix) (String.length text - String.length prefix)) prefix
  else text

(* The files that `--file PATH[:TARGET]` embeds, sorted; a folder stands for all that it contains. *)
let embed specs =
  let files = ref [] in
  let rec add path target =
    if Sys.file_exists path && Sys.is_directory path then
      List.iter (fun name -> add (path ^ "/" ^ name) (target ^ "/" ^ name)) (names path)
    else files := (target, read path) :: !files
  in
  List.iter
    (fun spec ->
      let path, target =
        match String.index_opt spec ':' with
        | None -> (spec, spec)
        | Some i -> (String.sub spec 0 i, String.sub spec (i + 1) (String.length spec - i - 1))
      in
      add path ("/static/" ^ trim_prefix (trim_prefix target "/") "static/"))
    specs;
  let compare ((a, x) : string * string) ((b, y) : string * string) =
    let order = String.compare a b in
    if order <> 0 then order else String.compare x y
  in
  let rec unique = function
    | (a, x) :: (b, _) :: rest when String.equal a b -> unique ((a, x) :: rest)
    | file :: rest -> file :: unique rest
    | [] -> []
  in
  unique (List.sort compare !files)

(* What the command line says. *)
type arguments = {
  mutable input : string option;
  mutable output : string option;
  mutable target : Target.t;
  mutable style : Lua_text.style;
  mutable level : int;
  mutable dump : string option;
  mutable specs : string list;
  mutable allow_missing : bool;
  mutable debug : bool;
  mutable folder : string option;
}

let misused message = raise (Failed (2, message ^ "\n" ^ usage))

let rec parse (arguments : arguments) = function
  | [] -> ()
  | "-o" :: path :: rest ->
      arguments.output <- Some path;
      parse arguments rest
  | "--target" :: name :: rest ->
      (match Target.of_name name with
      | Some target -> arguments.target <- target
      | None -> misused ("unknown target '" ^ name ^ "'"));
      parse arguments rest
  | "--pretty" :: rest -> (
      match arguments.style with
      | Lua_text.Compact -> misused "--pretty and --compact exclude each other"
      | _ ->
          arguments.style <- Lua_text.Pretty;
          parse arguments rest)
  | "--compact" :: rest -> (
      match arguments.style with
      | Lua_text.Pretty -> misused "--pretty and --compact exclude each other"
      | _ ->
          arguments.style <- Lua_text.Compact;
          parse arguments rest)
  | "--dump" :: name :: rest ->
      if List.exists (String.equal name) Compile.stages then arguments.dump <- Some name
      else misused ("no stage '" ^ name ^ "': " ^ String.concat ", " Compile.stages);
      parse arguments rest
  | (("-O0" | "-O1" | "-O2") as word) :: rest ->
      arguments.level <- Char.code word.[2] - Char.code '0';
      parse arguments rest
  | "-O" :: level :: rest -> parse arguments (("-O" ^ level) :: rest)
  | "--file" :: spec :: rest ->
      arguments.specs <- spec :: arguments.specs;
      parse arguments rest
  | "--allow-missing" :: rest ->
      arguments.allow_missing <- true;
      parse arguments rest
  | "-g" :: rest ->
      arguments.debug <- true;
      parse arguments rest
  | "--runtime" :: folder :: rest ->
      arguments.folder <- Some folder;
      parse arguments rest
  | word :: rest -> (
      if String.length word > 1 && word.[0] = '-' then misused ("unexpected '" ^ word ^ "'");
      match arguments.input with
      | None ->
          arguments.input <- Some word;
          parse arguments rest
      | Some _ -> misused ("unexpected '" ^ word ^ "'"))

(* The input's name with `.lua` in place of its extension. *)
let default_output input =
  let start = match String.rindex_opt input '/' with None -> 0 | Some i -> i + 1 in
  match String.rindex_opt input '.' with
  | _ when String.equal input "-" -> "-"
  | Some dot when dot > start -> String.sub input 0 dot ^ ".lua"
  | _ -> input ^ ".lua"

let compile words =
  let arguments =
    {
      input = None;
      output = None;
      target = Target.Portable;
      style = Lua_text.Readable;
      level = 1;
      dump = None;
      specs = [];
      allow_missing = false;
      debug = false;
      folder = None;
    }
  in
  parse arguments words;
  let input = match arguments.input with Some input -> input | None -> misused "no input" in
  let folder = match arguments.folder with Some folder -> folder | None -> default_runtime () in
  let options : Compile.options =
    {
      target = arguments.target;
      style = arguments.style;
      level = arguments.level;
      dump = arguments.dump;
      allow_missing = arguments.allow_missing;
      debug = arguments.debug;
      files = embed (List.rev arguments.specs);
      runtime = runtime folder;
    }
  in
  let bytes = read input in
  let output =
    try Compile.run bytes options with Error.Error message -> raise (Failed (4, input ^ ": " ^ message))
  in
  List.iter (fun warning -> prerr_endline ("lua_of_ocaml: " ^ input ^ ": warning: " ^ warning)) output.warnings;
  let place =
    match (arguments.output, arguments.dump) with
    | Some path, _ -> path
    | None, Some _ -> "-"
    | None, None -> default_output input
  in
  write place output.text

let () =
  try
    match Array.to_list Sys.argv with
    | _ :: "compile" :: words -> compile words
    | [ _; "--version" ] -> print_endline ("lua_of_ocaml " ^ Linker.version)
    | _ -> misused "what is to be done?"
  with Failed (code, message) ->
    prerr_endline ("lua_of_ocaml: " ^ message);
    exit code
