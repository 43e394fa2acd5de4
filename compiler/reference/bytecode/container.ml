(* The sections of a bytecode executable: a table at the end of the file (OCaml's `runtime/caml/exec.h`),
   whatever stands before it (`#!`, a launcher, a runtime). What `-output-complete-exe` makes is left to `Elf`. *)

open Sections

let trailer_size = 16

type image = {
  version : int * int;  (* of the OCaml that made it: 4, 13 *)
  sections : section list;
  code : string;  (* words of 32 bits, little-endian *)
  words : int;  (* how many *)
  data : Unmarshal.arena;
  globals : int array;  (* node of each global's initial value *)
  global_names : string array;  (* unit of each global, "" for constants and predefined exceptions *)
  primitives : string array;
  debug : string;  (* the section DBUG, empty when there is none *)
}

(* The table of sections. *)
let table file : parts =
  let trailer = String.length file - trailer_size in
  let magic = String.sub file (trailer + 4) 12 in
  let version =
    match version_of_magic magic with Some version -> version | None -> unknown_magic (trailer + 4) magic
  in
  let reader = Unmarshal.reader file "file" in
  reader.pos <- trailer;
  let count = Unmarshal.size reader 4 in
  if count > trailer / 8 then
    Error.fail_at "file" trailer ("table of " ^ string_of_int count ^ " sections is longer than the file");
  let first = trailer - (8 * count) in
  let sections = ref [] in
  let total = ref 0 in
  reader.pos <- first;
  for _ = 1 to count do
    let at = reader.pos in
    let name = printable (Unmarshal.take_string reader 4) in
    let size = Unmarshal.size reader 4 in
    total := !total + size;
    if !total > first then Error.fail_at "file" at ("section " ^ name ^ " is longer than the file");
    sections := (name, size) :: !sections
  done;
  let offset = ref (first - !total) in
  let place (name, size) =
    let section = { name; offset = !offset; size } in
    offset := !offset + size;
    section
  in
  { version; sections = List.map place (List.rev !sections); primitives = None; symbols = None }

(* Version and sections of a file. *)
let parts file =
  let length = String.length file in
  if length >= trailer_size && starts_with (String.sub file (length - 12) 12) "Caml1999" then table file
  else if starts_with file "\x7fELF" then Elf.run file
  else if length >= 12 && starts_with file "Caml1999" then unknown_magic 0 (String.sub file 0 12)
  else Error.fail_at "file" length "not OCaml bytecode: no magic number Caml1999X at the end"

(* A section's bytes. *)
let rec find file (sections : section list) name =
  match sections with
  | [] -> None
  | section :: rest ->
      if String.equal section.name name then Some (String.sub file section.offset section.size)
      else find file rest name

let required file sections name =
  match find file sections name with
  | Some bytes -> bytes
  | None -> Error.fail_at "file" (String.length file) ("no section " ^ name)

let words bytes =
  let length = String.length bytes in
  if length = 0 || length mod 4 <> 0 then
    Error.fail_at "CODE" length "not a whole number of instruction words";
  length / 4

(* Names, each ended by a zero byte; OCaml's own compiler lets no primitive's name begin with a percent sign, as those of our
   operations do. *)
let names bytes =
  let names = ref [] in
  let start = ref 0 in
  for at = 0 to String.length bytes - 1 do
    if bytes.[at] = '\000' then begin
      if bytes.[!start] = '%' then Error.fail_at "PRIM" !start "name of an operation of the compiler";
      names := printable (String.sub bytes !start (at - !start)) :: !names;
      start := at + 1
    end
  done;
  if !start <> String.length bytes then Error.fail_at "PRIM" !start "name without an end";
  Array.of_list (List.rev !names)

let block (arena : Unmarshal.arena) node size =
  match arena.nodes.(node) with
  | Unmarshal.Block (_, fields) when Array.length fields = size -> fields
  | _ -> Error.fail_at "SYMB" 0 "not a map of global identifiers"

(* The unit that a key of the map stands for, "" for a predefined exception.
   Keys are identifiers (OCaml's `Ident.t`), from 5.2 on `Symtable.Global.t`. *)
let unit_name (arena : Unmarshal.arena) key (major, minor) =
  let refuse () = Error.fail_at "SYMB" 0 "key of the map is not an identifier" in
  match arena.nodes.(key) with
  | Unmarshal.Block (tag, fields) when Array.length fields > 0 -> (
      let predefined = if major > 5 || (major = 5 && minor >= 2) then 1 else 3 in
      match arena.nodes.(fields.(0)) with
      | Unmarshal.Str name -> if tag = predefined then "" else printable name
      | _ -> refuse ())
  | _ -> refuse ()

(* Fills in the names that the map of globals has (`Symtable.GlobalMap`: a count and a balanced tree). *)
let name_globals (arena : Unmarshal.arena) root version slots =
  let map = block arena root 2 in
  let todo = ref [ map.(1) ] in
  let visits = ref 0 in
  let rec loop () =
    match !todo with
    | [] -> ()
    | node :: rest ->
        todo := rest;
        (match arena.nodes.(node) with
        | Unmarshal.Int 0 -> ()
        | _ ->
            visits := !visits + 1;
            if !visits > arena.count then Error.fail_at "SYMB" 0 "map of global identifiers is not a tree";
            let tree = block arena node 5 in
            let slot =
              match arena.nodes.(tree.(2)) with
              | Unmarshal.Int slot when slot >= 0 && slot < Array.length slots -> slot
              | _ -> Error.fail_at "SYMB" 0 "identifier of a global that does not exist"
            in
            slots.(slot) <- unit_name arena tree.(1) version;
            todo := tree.(3) :: tree.(0) :: !todo);
        loop ()
  in
  loop ()

(* Reads a bytecode executable. *)
let read file =
  let parts = parts file in
  let sections = parts.sections in
  let code = required file sections "CODE" in
  let words = words code in
  let data_bytes = required file sections "DATA" in
  let data = Unmarshal.new_arena () in
  let root = Unmarshal.read (Unmarshal.reader data_bytes "DATA") data in
  let globals =
    match data.nodes.(root) with
    | Unmarshal.Block (0, fields) -> fields
    | _ -> Error.fail_at "DATA" 0 "not an array of globals"
  in
  let primitives =
    match parts.primitives with Some list -> list | None -> names (required file sections "PRIM")
  in
  let global_names = Array.make (Array.length globals) "" in
  (match (parts.symbols, find file sections "SYMB") with
  | Some (arena, node), _ -> name_globals arena node parts.version global_names
  | None, Some bytes ->
      let arena = Unmarshal.new_arena () in
      let node = Unmarshal.read (Unmarshal.reader bytes "SYMB") arena in
      name_globals arena node parts.version global_names
  | None, None -> ());
  let debug = match find file sections "DBUG" with Some bytes -> bytes | None -> "" in
  { version = parts.version; sections; code; words; data; globals; global_names; primitives; debug }
