(* What a file holds before it is understood: the OCaml version and where the sections are. *)

(* Magic numbers of executables (OCaml's `build-aux/ocaml_version.m4`) and the OCaml that writes them. *)
let magic_numbers =
  [
    ("Caml1999X030", (4, 13));
    ("Caml1999X031", (4, 14));
    ("Caml1999X032", (5, 0));
    ("Caml1999X033", (5, 1));
    ("Caml1999X034", (5, 2));
    ("Caml1999X035", (5, 3));
    ("Caml1999X036", (5, 4));
  ]

(* Where a section is in the file. *)
type section = { name : string; offset : int; size : int }

type parts = {
  version : int * int;  (* of the OCaml that made it: 4, 13 *)
  sections : section list;
  primitives : string array option;  (* names that no section has *)
  symbols : (Unmarshal.arena * int) option;  (* the map of globals inside other marshalled data *)
}

(* A name for messages and dumps: printable ASCII, the rest as `?`. *)
let printable bytes = String.map (fun c -> if c >= ' ' && c < '\127' then c else '?') bytes

let starts_with text prefix =
  String.length text >= String.length prefix && String.equal (String.sub text 0 (String.length prefix)) prefix

(* The OCaml version a magic number stands for. *)
let version_of_magic magic =
  let rec find = function
    | [] -> None
    | (known, version) :: rest -> if String.equal magic known then Some version else find rest
  in
  find magic_numbers

(* Refuses the magic number of 12 bytes at `offset`. *)
let unknown_magic offset magic =
  let text = printable magic in
  let message =
    if starts_with text "Caml1999X" then
      "magic number " ^ text ^ " is unknown: OCaml 4.13 to 5.4 write Caml1999X030 to Caml1999X036"
    else "magic number " ^ text ^ ": an object file or library, not an executable; link it with ocamlc"
  in
  Error.fail_at "file" offset message
