(* Executables that `ocamlc -output-complete-exe` makes: the bytecode is data of a C program
   (`link_bytecode_as_c` of OCaml's `bytecomp/bytelink.ml`), which the symbols of the ELF file name. *)

open Sections

(* Kinds of ELF sections. *)
let symbols = 2
let relocations = 4
let no_bits = 8

(* Sizes of the entries of a 64-bit ELF file's tables. *)
let section_entry = 64
let symbol_entry = 24
let relocation_entry = 24

(* A section of the ELF file. *)
type header = { kind : int; address : int; position : int; length : int; link : int }

let fail offset message = Error.fail_at "file" offset message

(* The unsigned little-endian number of `width` bytes at `at`; above 30 bits, the largest of 30 bits. *)
let number file at width =
  if at > String.length file || width > String.length file - at then fail at "ELF file ends too early";
  let value = ref 0 in
  for i = at + width - 1 downto at do
    value := if !value >= 0x40_0000 then 0x3FFF_FFFF else (!value * 256) + Char.code file.[i]
  done;
  !value

let read_headers file =
  if number file 4 2 <> 0x0102 then
    fail 4 "an ELF file that is not 64-bit and little-endian, without bytecode at its end";
  let table = number file 0x28 8 in
  let count = number file 0x3C 2 in
  let headers = ref [] in
  for index = 0 to count - 1 do
    let at = table + (index * section_entry) in
    let kind = number file (at + 4) 4 in
    let address = number file (at + 16) 8 in
    let position = number file (at + 24) 8 in
    let length = number file (at + 32) 8 in
    let link = number file (at + 40) 4 in
    if kind <> no_bits && (position > String.length file || length > String.length file - position) then
      fail at "section of an ELF file is longer than the file";
    headers := { kind; address; position; length; link } :: !headers
  done;
  Array.of_list (List.rev !headers)

(* Where the `size` bytes at an address are in the file. *)
let locate file headers address size =
  let rec search index =
    if index >= Array.length headers then
      fail (String.length file) "address outside the sections of the ELF file"
    else
      let header = headers.(index) in
      let distance = address - header.address in
      let inside = header.address > 0 && distance >= 0 && distance < header.length in
      if inside && header.kind <> no_bits && size <= header.length - distance then header.position + distance
      else search (index + 1)
  in
  search 0

(* The text at `at`, up to a zero byte. *)
let text_at file at =
  let stop = ref at in
  while number file !stop 1 <> 0 do
    stop := !stop + 1
  done;
  String.sub file at (!stop - at)

(* Address and size of a symbol that has a size. *)
let find_symbol file headers name =
  let found = ref None in
  let search table =
    if table.kind = symbols && table.link < Array.length headers then begin
      let strings = headers.(table.link) in
      let index = ref 0 in
      while Option.is_none !found && !index < table.length / symbol_entry do
        let at = table.position + (!index * symbol_entry) in
        let size = number file (at + 16) 8 in
        if size > 0 && String.equal (text_at file (strings.position + number file at 4)) name then
          found := Some (number file (at + 8) 8, size);
        index := !index + 1
      done
    end
  in
  Array.iter (fun table -> if Option.is_none !found then search table) headers;
  match !found with
  | Some place -> place
  | None ->
      fail (String.length file)
        ("an ELF file without bytecode at its end and without the symbol " ^ name)

(* The names of the primitives: an array of pointers, which relocations fill in. *)
let read_primitives file headers =
  let address, size = find_symbol file headers "caml_names_of_builtin_cprim" in
  let offset = locate file headers address size in
  let pointers = Array.make (size / 8) 0 in
  for index = 0 to (size / 8) - 1 do
    pointers.(index) <- number file (offset + (index * 8)) 8
  done;
  let relocate table =
    if table.kind = relocations then
      for index = 0 to (table.length / relocation_entry) - 1 do
        let at = table.position + (index * relocation_entry) in
        let distance = number file at 8 - address in
        if distance >= 0 && distance / 8 < Array.length pointers && distance mod 8 = 0 then
          pointers.(distance / 8) <- number file (at + 16) 8
      done
  in
  Array.iter relocate headers;
  let rec names index found =
    if index >= Array.length pointers || pointers.(index) = 0 then Array.of_list (List.rev found)
    else names (index + 1) (printable (text_at file (locate file headers pointers.(index) 1)) :: found)
  in
  names 0 []

(* The version that the runtime's magic number tells. *)
let find_version file =
  let rec search at =
    if at + 12 > String.length file then
      fail (String.length file) "an ELF file with bytecode, but of no known version of OCaml"
    else
      let version = if file.[at] = 'C' then version_of_magic (String.sub file at 12) else None in
      match version with Some version -> version | None -> search (at + 1)
  in
  search 0

(* The map of globals among pairs of a name and a value. *)
let find_symbols (arena : Unmarshal.arena) root =
  let is_map pair =
    match arena.nodes.(pair) with
    | Unmarshal.Block (_, [| name; _ |]) -> (
        match arena.nodes.(name) with Unmarshal.Str text -> String.equal text "SYMB" | _ -> false)
    | _ -> false
  in
  let value pair = match arena.nodes.(pair) with Unmarshal.Block (_, parts) -> parts.(1) | _ -> pair in
  match arena.nodes.(root) with
  | Unmarshal.Block (_, fields) -> (
      match List.filter is_map (Array.to_list fields) with
      | pair :: _ -> Some (value pair)
      | [] -> None)
  | _ -> None

(* Version and sections of an ELF file that holds bytecode as data of a C program. *)
let run file : parts =
  let headers = read_headers file in
  let find symbol name =
    let address, size = find_symbol file headers symbol in
    { name; offset = locate file headers address size; size }
  in
  let code = find "caml_code" "CODE" in
  let data = find "caml_data" "DATA" in
  let section = find "caml_sections" "SYMB" in
  let bytes = String.sub file section.offset section.size in
  let arena = Unmarshal.new_arena () in
  let root = Unmarshal.read (Unmarshal.reader bytes "caml_sections") arena in
  let symbols = match find_symbols arena root with Some node -> Some (arena, node) | None -> None in
  let primitives = Some (read_primitives file headers) in
  { version = find_version file; sections = [ code; data ]; primitives; symbols }
