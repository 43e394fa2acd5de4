(* Short names for the compact style: of the functions and their variables, of the primitives' fields of `P`, and of the
   chunk's locals. They follow from which functions and sections there are alone, so that what is written first need not know
   what comes later. Lower-case letters are variables, upper-case ones the chunk's locals; functions and primitives have
   a lower-case letter and then capitals and digits, which is never a keyword. *)

(* Free for the chunk's locals: no section and no function has such a name. *)
let capitals = "EHIJLMNOQRUVWXYZ"
let marks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
let letters = Array.init 26 (fun n -> String.make 1 (Char.chr (97 + n)))
let letter n = letters.(n mod 26)

let rec tail n =
  let count = String.length marks in
  let mark = String.sub marks (n mod count) 1 in
  if n < count then mark else tail ((n / count) - 1) ^ mark

(* aA, bA, … zA, aB, … *)
let numbered n = letter n ^ tail (n / 26)

(* a, b, … z, _27, _28, … *)
let variable n = if n <= 26 then letter (n - 1) else "_" ^ string_of_int n

(* Between the items of a list, and a sign between its operands: the compact style has no blanks there. *)
let comma names = match names with Some _ -> "," | None -> ", "
let infix names sign = match names with Some _ -> sign | None -> " " ^ sign ^ " "

(* One of the chunk's locals. `used`: somebody has asked for it. *)
type local = { name : string; short : string; mutable used : bool }

(* The names for one table of sections. *)
type t = {
  table : Fragment.table;
  functions : string array;  (* by the number of a function *)
  primitives : string array;  (* by the number of a section *)
  locals : local list array;  (* by `key` *)
}

(* Under which a name is looked up. *)
let key name = Char.code name.[0] land 31

(* The locals that the prelude declares, whose code has values behind the names or another `local`; the last one first. *)
let declared prelude =
  let n = String.length prelude in
  let rec next i = if i >= n || Literal.is_at prelude i "local" then i else next (i + 1) in
  let rec go i names =
    if i >= n then names
    else begin
      let first = i + String.length "local" in
      let last = next first in
      let text = String.sub prelude first (last - first) in
      let text = match String.index_opt text '=' with Some i -> String.sub text 0 i | None -> text in
      go last (List.rev_append (List.map String.trim (String.split_on_char ',' text)) names)
    end
  in
  go (next 0) []

(* The last locals of the prelude have the shortest names: the program's own code uses them most. *)
let create table functions =
  let left = ref 0 in
  let next = function
    | None -> ""
    | Some _ ->
        incr left;
        numbered (!left - 1)
  in
  let prelude = match Fragment.find table "prelude" with Some section -> Fragment.text section.Fragment.code | None -> "" in
  let count = String.length capitals in
  let locals = Array.make 32 [] in
  let add i name =
    let is_long = String.length name > 2 in
    let capital = String.sub capitals (i mod count) 1 in
    let short = if not is_long then name else if i < count then capital else capital ^ string_of_int (i / count) in
    locals.(key name) <- { name; short; used = false } :: locals.(key name);
    if is_long then i + 1 else i
  in
  ignore (List.fold_left add 0 (declared prelude));
  { table; functions = Array.map next functions; primitives = Array.init table.Fragment.count numbered; locals }

let rec among locals name =
  match locals with
  | [] -> None
  | local :: rest -> if String.equal local.name name then Some local else among rest name

let find names name = among names.locals.(key name) name

(* The name of one of the chunk's locals, which is used then, or what it was. *)
let local names name =
  match find names name with
  | Some local ->
      local.used <- true;
      local.short
  | None -> name

(* The parts between the places where `word` stands. *)
let split_at text word =
  let n = String.length text in
  let rec go start i parts =
    if i >= n then List.rev (String.sub text start (n - start) :: parts)
    else if Literal.is_at text i word then
      let next = i + String.length word in
      go next next (String.sub text start (i - start) :: parts)
    else go start (i + 1) parts
  in
  go 0 0 []

(* The prelude without the locals of which nothing was used so far. It has what a constructor makes, and its argument, in any case. *)
let trimmed names prelude =
  let trim_all text = List.map String.trim (String.split_on_char ',' text) in
  let is_used name = match find names name with Some local -> local.used | None -> false in
  let statement text =
    let has word = List.compare_length_with (split_at text word) 1 > 0 in
    if has "..." || has "{}" then "local" ^ text
    else
      match String.split_on_char '=' text with
      | [ declared; values ] -> (
          match List.filter (fun (name, _) -> is_used name) (List.combine (trim_all declared) (trim_all values)) with
          | [] -> ""
          | kept ->
              let declared, values = List.split kept in
              "local " ^ String.concat ", " declared ^ " = " ^ String.concat ", " values ^ "\n")
      | _ -> (
          match List.filter is_used (trim_all text) with
          | [] -> ""
          | kept -> "local " ^ String.concat ", " kept ^ "\n")
  in
  match split_at prelude "local" with
  | [] -> ""
  | first :: statements -> String.concat "" (first :: List.map statement statements)

(* The field of `P` for a primitive, or what it was. *)
let primitive names name = match Fragment.position names.table name with Some i -> names.primitives.(i) | None -> name
