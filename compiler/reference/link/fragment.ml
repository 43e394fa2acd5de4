(* The runtime's sections and their headers (ARCHITECTURE.md, section 4): a table from the name of a primitive to the
   section that provides it for one version of the bytecode and one target. *)

(* What calling a primitive may do: nothing outside, read state, change it. *)
type effects = Const | Mutable | Mutator

(* One section of a file of the runtime. *)
type section = {
  name : string;
  (* Where it begins. *)
  file : string;
  line : int;
  effects : effects;
  mutable aliases : string list;
  mutable requires : string list;
  mutable form : Template.form;
  (* The statement that follows an inline form's assignment. *)
  mutable fixup : Template.t option;
  (* It takes the depth as its first argument. *)
  mutable calls : bool;
  (* Its lines without the header, with its regions (`code_of`); none when the templates are all there is. *)
  mutable code : string list;
}

(* The sections for one version and target, in the order of the files. The index has the names and aliases with the
   number of their section, by hash: every instruction of a program is looked up in every pass. *)
type table = {
  mutable sections : section array;
  mutable count : int;
  index : entry list array;
  recent : entry array;  (* those that were looked up last, by the length of the name: who asks often asks again *)
}

(* A name in the index, and what is found under it. *)
and entry = { known : string; number : int option; found : section option }

let buckets = 1024

(* Of the length and a character near the end: names are alike at the start. *)
let hash name =
  let n = String.length name in
  if n < 2 then 0 else ((32 * Char.code (String.unsafe_get name (n - 2))) + n) mod buckets

let no_entry = { known = ""; number = None; found = None }

let rec search name = function
  | [] -> { no_entry with known = name }
  | entry :: rest -> if String.equal entry.known name then entry else search name rest

let lengths = 32

(* Where a name stands among the recent ones. *)
let slot name = String.length name land (lengths - 1)

let entry table name =
  let recent = table.recent.(slot name) in
  if String.equal recent.known name then recent
  else begin
    let found = search name table.index.(hash name) in
    table.recent.(slot name) <- found;
    found
  end

(* Number of the section that provides `name`, as itself or as an alias. *)
let position table name = (entry table name).number

let find table name = (entry table name).found

(* Blocks are made without asking; a name that nothing provides may do anything. *)
let effects table name =
  if String.equal name "%block" then Const
  else match find table name with None -> Mutator | Some section -> section.effects

(* The int that a primitive always is, if its template is nothing but one. *)
let constant table name =
  match find table name with Some { form = Template.Inline template; _ } -> Template.constant template | _ -> None

let fail file line message = Error.fail (file ^ ":" ^ string_of_int line ^ ": " ^ message)

(* The words of a header's value before index `i`, in front of `found`: separated by blanks or commas. The last one, if there is
   one, ends at `last`. *)
let rec words_before value i last found =
  if i > 0 && match value.[i - 1] with ' ' | ',' | '\t' -> false | _ -> true then words_before value (i - 1) last found
  else
    let found = if last > i then String.sub value i (last - i) :: found else found in
    if i = 0 then found else words_before value (i - 1) (i - 1) found

let words value = words_before value (String.length value) (String.length value) []

(* A number of one to three digits. *)
let small_number text =
  let n = String.length text in
  let rec value i result =
    if i = n then Some result
    else match text.[i] with '0' .. '9' -> value (i + 1) ((result * 10) + Char.code text.[i] - 48) | _ -> None
  in
  if n = 0 || n > 3 then None else value 0 0

(* `>= 5.0 and < 5.2`; None: not a condition. *)
let version_holds condition ((major, minor) : int * int) =
  let rec check words holds =
    match words with
    | operator :: number :: rest -> (
        let wanted =
          match String.split_on_char '.' number with
          | [ a; b ] -> ( match (small_number a, small_number b) with Some a, Some b -> Some (a, b) | _ -> None)
          | _ -> None
        in
        match (operator, wanted) with
        | ">=", Some (a, b) -> next rest (holds && (major > a || (major = a && minor >= b)))
        | "<", Some (a, b) -> next rest (holds && (major < a || (major = a && minor < b)))
        | _ -> None)
    | _ -> None
  and next rest holds =
    match rest with [] -> Some holds | "and" :: rest -> check rest holds | _ -> None
  in
  check (words condition) true

let strip_prefix prefix text =
  let n = String.length prefix in
  if String.length text >= n && String.equal (String.sub text 0 n) prefix then Some (String.sub text n (String.length text - n))
  else None

(* The lines as text. *)
let text lines = match lines with [] -> "" | _ :: _ -> String.concat "\n" lines ^ "\n"

(* The code of a section without the regions, `--{ NAME …` to `--}`, that name no section which is linked. *)
let code_of table section is_linked =
  let inside = ref false in
  let kept = ref true in
  let unbalanced () = fail section.file section.line "a region begins in another one, or has no begin or no end" in
  let mark opens names =
    if Bool.equal !inside opens then unbalanced ();
    inside := opens;
    kept := not opens;
    List.iter
      (fun name ->
        match position table name with
        | Some position -> if is_linked position then kept := true
        | None -> fail section.file section.line ("a region of the unknown section '" ^ name ^ "'"))
      (words names);
    false
  in
  let keep line =
    let line = String.trim line in
    match strip_prefix "--{" line with
    | Some names -> mark true names
    | None -> if String.equal line "--}" then mark false "" else !kept
  in
  let lines = List.filter keep section.code in
  if !inside then unbalanced ();
  text lines

let is_blank line =
  let rec check i = i = String.length line || ((line.[i] = ' ' || line.[i] = '\t') && check (i + 1)) in
  check 0

let rec without_blank lines = match lines with line :: rest when is_blank line -> without_blank rest | _ -> lines

(* A section that is being read, and whether its conditions hold so far. *)
type reading = { section : section; mutable wanted : bool; mutable lines : string list }

(* Reads `NAME [effect]`, with which a section begins. *)
let start file line heading =
  let name, effects =
    match words heading with
    | [] -> fail file line "a section needs a name"
    | [ name ] | [ name; "mutator" ] -> (name, Mutator)
    | [ name; "mutable" ] -> (name, Mutable)
    | [ name; "const" ] -> (name, Const)
    | [ _; _ ] -> fail file line "the effect is const, mutable or mutator"
    | _ -> fail file line "a section begins with one name and an effect"
  in
  let section =
    { name; file; line; effects; aliases = []; requires = []; form = Template.Call; fixup = None; calls = false; code = [] }
  in
  { section; wanted = true; lines = [] }

let template file line text =
  try Template.parse text with Error.Error message -> fail file line message

let set_form section line form =
  match section.form with
  | Template.Call -> section.form <- form
  | _ -> fail section.file line "a section has one template"

(* Reads one header line below that. *)
let header reading line key value version target =
  let section = reading.section in
  let file = section.file in
  (* What is packed has the first letter of a key. *)
  match key with
  | "Alias" | "A" -> section.aliases <- section.aliases @ words value
  | "Requires" | "R" -> section.requires <- section.requires @ words value
  | "Version" | "V" -> (
      match version_holds value version with
      | Some holds -> reading.wanted <- reading.wanted && holds
      | None -> fail file line "a version condition is like: >= 5.0 and < 5.2")
  | "If" ->
      let named name =
        match Target.of_name name with Some named -> named | None -> fail file line ("unknown target '" ^ name ^ "'")
      in
      reading.wanted <- reading.wanted && List.exists (Target.takes target) (List.map named (words value))
  | "Inline" | "I" -> set_form section line (Template.Inline (template file line value))
  | "Test" | "T" -> set_form section line (Template.Test (template file line value))
  | "Statement" | "S" -> set_form section line (Template.Statement (template file line value))
  | "Fixup" | "F" -> section.fixup <- Some (template file line value)
  | "Calls" | "C" -> section.calls <- true
  | _ -> fail file line ("unknown header '" ^ key ^ "'")

(* Appends to the sections, whose array grows by doubling. *)
let add table section =
  if table.count = Array.length table.sections then begin
    let sections = Array.make (Int.max 64 (2 * table.count)) section in
    Array.blit table.sections 0 sections 0 table.count;
    table.sections <- sections
  end;
  table.sections.(table.count) <- section;
  table.count <- table.count + 1

(* Enters a finished section into the table. *)
let finish table reading =
  match reading with
  | Some { section; wanted = true; lines } ->
      section.code <- without_blank (List.rev (without_blank lines));
      (match (section.form, section.code) with
      (* The bytecode's own operations may be the compiler's alone. *)
      | Template.Call, [] when not (section.name.[0] = '%') ->
          fail section.file section.line ("section '" ^ section.name ^ "' has neither code nor a template")
      | _ -> ());
      let names = section.name :: section.aliases in
      List.iter
        (fun name ->
          match find table name with
          | None -> ()
          | Some other ->
              fail section.file section.line
                ("'" ^ name ^ "' is provided at " ^ other.file ^ ":" ^ string_of_int other.line ^ " already"))
        names;
      List.iter
        (fun name ->
          let entry = { known = name; number = Some table.count; found = Some section } in
          table.recent.(slot name) <- entry;
          table.index.(hash name) <- entry :: table.index.(hash name))
        names;
      add table section
  | _ -> ()

(* Reads the files (name, text) of a runtime; `files` is sorted by name. *)
let parse files version target =
  let table = { sections = [||]; count = 0; index = Array.make buckets []; recent = Array.make lengths no_entry } in
  List.iter
    (fun (file, text) ->
      let reading = ref None in
      List.iteri
        (fun i line ->
          let number = i + 1 in
          (* No line of Lua begins with what a packed header does. *)
          let packed = strip_prefix "@" line in
          match if Option.is_some packed then packed else strip_prefix "--//" line with
          | None -> (
              match !reading with
              | None -> ()
              | Some reading -> reading.lines <- line :: reading.lines)
          | Some rest -> (
              match (String.index_opt rest ':', !reading) with
              | None, _ ->
                  finish table !reading;
                  reading := Some (start file number rest)
              | Some _, None -> fail file number "a header before the first section"
              | Some _, Some reading when not (List.for_all is_blank reading.lines) ->
                  fail file number "a header after the section's code"
              | Some i, Some reading ->
                  let key = String.trim (String.sub rest 0 i) in
                  let value = String.trim (String.sub rest (i + 1) (String.length rest - i - 1)) in
                  header reading number key value version target))
        (String.split_on_char '\n' text);
      finish table !reading)
    files;
  table
