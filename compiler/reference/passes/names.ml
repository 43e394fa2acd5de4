(* Names of functions and variables, from the debug information where there is any. *)

(* Where a function stands (after its GRAB), which one creates it (-1: none) and where. *)
type site = { start : int; parent : int; created : int }

let is_letter c = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
let is_alphanumeric c = is_letter c || (c >= '0' && c <= '9')

(* `text` as a part of a Lua name: letters, digits and `_`; operators give `_`. *)
let sanitise text =
  let out = Buffer.create 32 in
  String.iter
    (fun c ->
      if is_alphanumeric c || c = '_' then Buffer.add_char out c
      else if c <> '(' && c <> ')' then Buffer.add_char out '_')
    text;
  Buffer.contents out

(* The hint for an OCaml variable: begins with a lower-case letter, or is empty. *)
let variable name =
  let out = Buffer.create 16 in
  String.iter
    (fun c ->
      let first = Buffer.length out = 0 in
      if first && is_letter c then Buffer.add_char out (Char.lowercase_ascii c)
      else if (not first) && (is_alphanumeric c || c = '_') then Buffer.add_char out c
      else if (not first) && c = '\'' then Buffer.add_char out '_')
    name;
  Buffer.contents out

let from text start = String.sub text start (String.length text - start)

(* The unit `Stdlib__List` is called `List`. *)
let short_unit name =
  let start = ref 0 in
  for i = 2 to String.length name - 1 do
    if name.[i - 1] = '_' && name.[i - 2] = '_' && name.[i] <> '_' then start := i
  done;
  sanitise (from name !start)

(* A definition without its unit: `Stdlib__List.map.(fun)` gives `map_fun`, operators `op`. *)
let definition name =
  match String.index_opt name '.' with
  | Some i ->
    let text = sanitise (from name (i + 1)) in
    let plain = ref false in
    String.iter (fun c -> if c <> '_' then plain := true) text;
    if !plain then text else "op"
  | None -> ""

(* The file without its folder, "" for those that OCaml makes up. *)
let base_name file =
  let start = ref 0 in
  String.iteri (fun i c -> if c = '/' || c = '\\' then start := i + 1) file;
  let base = from file !start in
  if String.equal base "_none_" then "" else base

(* Where the function whose code begins at `start` (after its GRAB) stands in the OCaml source: `List.map, list.ml:92`. *)
let place debug start =
  match Debug_events.function_name debug start with
  | None -> ""
  | Some name -> (
    let name =
      match String.index_opt name '.' with
      | Some i -> short_unit (String.sub name 0 i) ^ from name i
      | None -> name
    in
    match Debug_events.line debug start with
    | Some (file, line) when line > 0 && String.length (base_name file) > 0 ->
      name ^ ", " ^ base_name file ^ ":" ^ string_of_int line
    | _ -> name)

(* How often a name was given; found by `Fragment.hash`. *)
type count = { key : string; mutable times : int }

let rec search counts key hash = function
  | count :: _ when String.equal count.key key -> count
  | _ :: rest -> search counts key hash rest
  | [] ->
    let count = { key; times = 0 } in
    counts.(hash) <- count :: counts.(hash);
    count

let count_of counts key =
  let hash = Fragment.hash key in
  search counts key hash counts.(hash)

let no_names () = Array.make Fragment.buckets []

(* `base`, or the first of `base_2`, `base_3` … that is free; it is taken then. *)
let unique taken base =
  let name = ref base in
  while (count_of taken !name).times > 0 do
    let count = count_of taken base in
    count.times <- count.times + 1;
    name := base ^ "_" ^ string_of_int count.times
  done;
  (count_of taken !name).times <- 1;
  !name

(* The names that functions have. *)
let taken (program : Program.t) =
  let taken = no_names () in
  Array.iter (function Some (f : Program.func) -> (count_of taken f.name).times <- 1 | None -> ()) program.functions;
  taken

(* A name for each function (in the order of their ids), unique in the program. *)
let functions (image : Container.image) debug sites units =
  let count = Array.length sites in
  let unit_of = Array.make count "" in
  let names = Array.make count "" in
  let unnamed = no_names () and taken = no_names () in
  for id = 0 to count - 1 do
    if sites.(id).parent = 0 then begin
      let low = ref 0 and high = ref (Array.length units) in
      while !low < !high do
        let middle = (!low + !high) / 2 in
        if fst units.(middle) < sites.(id).created then low := middle + 1 else high := middle
      done;
      unit_of.(id) <-
        (if !low < Array.length units then short_unit image.global_names.(snd units.(!low)) else "Main")
    end
  done;
  for id = 0 to count - 1 do
    let site = sites.(id) in
    let rec climb chain at =
      if String.length unit_of.(at) > 0 then (chain, unit_of.(at))
      else if sites.(at).parent < 0 then (at :: chain, "")
      else climb (at :: chain) sites.(at).parent
    in
    let chain, unit_name = climb [] id in
    List.iter (fun i -> unit_of.(i) <- unit_name) chain;
    let known = match Debug_events.function_name debug site.start with Some name -> definition name | None -> "" in
    let base =
      if site.parent < 0 then "main"
      else if String.length known = 0 then begin
        let count = count_of unnamed unit_name in
        count.times <- count.times + 1;
        unit_name ^ "_f" ^ string_of_int count.times
      end
      else unit_name ^ "_" ^ known
    in
    names.(id) <- unique taken base
  done;
  names
