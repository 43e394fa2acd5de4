(* Debugging events (section DBUG; OCaml's `bytecomp/instruct.mli`, `typing/ident.ml`): for a position in the
   code the enclosing definition, the source line and the names of variables.
   A unit's events are marshalled with their typing environments, which are most of it: the stream is walked
   once, and only what is asked for becomes values. *)

let section = "DBUG"

(* Fields of OCaml's `debug_event`. *)
let fields_of_event = 11
let pos = 0
let modul = 1
let loc = 2
let defname = 4
let info = 5
let compenv = 8
let stacksize = 9

type event = {
  pc : int;
  unit : int;
  definition : int;
  location : int;  (* `Location.t` *)
  file : int;
  line : int;
  is_function : bool;  (* stands at the start of a function, after its GRAB *)
  env : int;  (* `compilation_env` *)
  stack_size : int;
}

type t = {
  arena : Unmarshal.arena;
  events : event array;  (* by ascending pc; a function's event before others of the same pc *)
}

(* One unit's stream of events. *)
type stream = {
  reader : Unmarshal.reader;
  mutable objects : int array;  (* where each object begins *)
  mutable loaded : int array;  (* the node of each object that was loaded, plus one *)
  mutable known : int;  (* how many objects *)
  limit : int;  (* of nodes, with those of the units before *)
}

(* A block being loaded. *)
type frame = {
  fields : int array;
  mutable next : int;
  (* Where its next field is, and how many objects begin before that. *)
  mutable at : int;
  mutable before : int;
  nested : bool;  (* stands inside the block below it, which goes on where this one ends *)
}

let add_object stream start =
  if stream.known = Array.length stream.objects then begin
    stream.objects <- Array.append stream.objects (Array.make stream.known 0);
    stream.loaded <- Array.append stream.loaded (Array.make stream.known 0)
  end;
  stream.objects.(stream.known) <- start;
  stream.known <- stream.known + 1

(* Walks over one value. *)
let skip stream =
  let reader = stream.reader in
  let pending = ref 1 in
  while !pending > 0 do
    let start = reader.pos in
    pending := !pending - 1;
    match Unmarshal.token reader with
    | Unmarshal.Leaf _ -> add_object stream start
    | Unmarshal.Fields (_, size) ->
        if size > 0 then add_object stream start;
        pending := !pending + size;
        if !pending > Unmarshal.left reader then
          Unmarshal.error reader start "block is longer than what is left"
    | Unmarshal.Immediate _ | Unmarshal.Shared _ -> ()
  done

(* Enters a block of `size` fields. *)
let enter stream size what =
  let start = stream.reader.pos in
  match Unmarshal.token stream.reader with
  | Unmarshal.Fields (0, fields) when fields = size -> add_object stream start
  | _ -> Unmarshal.error stream.reader start (what ^ " expected")

(* The object at `at` has become `node`. One that was not walked over is inside a reference to a block
   around it. *)
let note stream at before node =
  if !before >= stream.known then
    Unmarshal.error stream.reader at "reference to an object that is not complete";
  stream.loaded.(!before) <- node + 1;
  before := !before + 1

(* The value at `at`, before which `before` objects begin, in the arena. It was walked over before. *)
let load stream (arena : Unmarshal.arena) at before =
  let reader = stream.reader in
  let resume = reader.pos in
  let frames = ref [] in
  let at = ref at in
  let before = ref before in
  let nested = ref true in
  let root = ref (-1) in
  (* Gives a value to the open block. *)
  let store value size =
    match !frames with
    | [] -> root := value
    | frame :: _ ->
        frame.fields.(frame.next) <- value;
        frame.next <- frame.next + 1;
        if !nested && size = 0 then begin
          frame.at <- reader.pos;
          frame.before <- !before
        end
  in
  (* Closes blocks that are full. *)
  let rec close () =
    match !frames with
    | frame :: rest when frame.next = Array.length frame.fields ->
        frames := rest;
        (match rest with
        | below :: _ when frame.nested ->
            below.at <- frame.at;
            below.before <- frame.before
        | _ -> ());
        close ()
    | _ -> ()
  in
  let finished = ref false in
  while not !finished do
    (* One value at `at`; `nested` tells that the open block goes on after it. *)
    reader.pos <- !at;
    let node = arena.count in
    if node > stream.limit then
      Unmarshal.error reader !at "more shared data than debugging events have";
    let jumps =
      match Unmarshal.token reader with
      | Unmarshal.Immediate value ->
          Unmarshal.add arena value;
          store node 0;
          false
      | Unmarshal.Leaf value ->
          Unmarshal.add arena value;
          note stream !at before node;
          store node 0;
          false
      | Unmarshal.Fields (tag, size) ->
          if size > 0 then note stream !at before node;
          let fields = Array.make size 0 in
          Unmarshal.add arena (Unmarshal.Block (tag, fields));
          store node size;
          if size > 0 then
            frames := { fields; next = 0; at = reader.pos; before = !before; nested = !nested } :: !frames;
          false
      | Unmarshal.Shared ago ->
          if ago = 0 || ago > !before then
            Unmarshal.error reader !at "reference to an object that does not exist";
          let target = !before - ago in
          if stream.loaded.(target) = 0 then begin
            (match !frames with
            | frame :: _ when !nested ->
                frame.at <- reader.pos;
                frame.before <- !before
            | _ -> ());
            at := stream.objects.(target);
            before := target;
            nested := false;
            true
          end
          else begin
            store (stream.loaded.(target) - 1) 0;
            false
          end
    in
    if not jumps then begin
      close ();
      match !frames with
      | [] -> finished := true
      | frame :: _ ->
          at := frame.at;
          before := frame.before;
          nested := true
    end
  done;
  reader.pos <- resume;
  !root

let damaged offset = Error.fail_at section offset "not a debugging event"

let int_of (arena : Unmarshal.arena) node offset =
  match arena.nodes.(node) with Unmarshal.Int value -> value | _ -> damaged offset

let field (arena : Unmarshal.arena) node index offset =
  match arena.nodes.(node) with
  | Unmarshal.Block (_, fields) when index < Array.length fields -> fields.(index)
  | _ -> damaged offset

let check_string (arena : Unmarshal.arena) node offset =
  match arena.nodes.(node) with Unmarshal.Str _ -> () | _ -> damaged offset

(* Reads one event; `base` is where its unit's code begins, in bytes. *)
let read_event stream (arena : Unmarshal.arena) base words =
  let start = stream.reader.pos in
  enter stream fields_of_event "debugging event";
  let nodes = Array.make fields_of_event 0 in
  for index = 0 to fields_of_event - 1 do
    let at = stream.reader.pos in
    let before = stream.known in
    skip stream;
    if
      index = pos || index = modul || index = loc || index = defname || index = info || index = compenv
      || index = stacksize
    then nodes.(index) <- load stream arena at before
  done;
  let position = int_of arena nodes.(pos) start in
  if position < 0 || position mod 4 <> 0 || (base / 4) + (position / 4) > words then
    Error.fail_at section start "event outside the code";
  let place = field arena nodes.(loc) 0 start in
  let event =
    {
      pc = (base / 4) + (position / 4);
      unit = nodes.(modul);
      definition = nodes.(defname);
      location = nodes.(loc);
      file = field arena place 0 start;
      line = int_of arena (field arena place 1 start) start;
      is_function = (match arena.nodes.(nodes.(info)) with Unmarshal.Int 0 -> true | _ -> false);
      env = nodes.(compenv);
      stack_size = int_of arena nodes.(stacksize) start;
    }
  in
  check_string arena event.unit start;
  check_string arena event.definition start;
  check_string arena event.file start;
  ignore (field arena event.env 1 start);
  event

(* A function's event before others of the same pc. *)
let compare_events a b =
  if a.pc <> b.pc then a.pc - b.pc
  else (if a.is_function then 0 else 1) - if b.is_function then 0 else 1

(* Reads the section: how many units, and for each where its code begins, its events and its directories. *)
let run (image : Container.image) =
  let arena = Unmarshal.new_arena () in
  let events = ref [] in
  let reader = Unmarshal.reader image.debug section in
  let units = if String.length image.debug = 0 then 0 else Unmarshal.size reader 4 in
  for _ = 1 to units do
    let base = Unmarshal.size reader 4 in
    let stop = Unmarshal.header reader in
    let limit = arena.count + stop - reader.pos in
    let stream = { reader; objects = Array.make 1024 0; loaded = Array.make 1024 0; known = 0; limit } in
    let more = ref true in
    while !more do
      let start = reader.pos in
      match Unmarshal.token reader with
      | Unmarshal.Immediate (Unmarshal.Int 0) -> more := false
      | Unmarshal.Fields (0, 2) ->
          add_object stream start;
          events := read_event stream arena base image.words :: !events
      | _ -> Unmarshal.error reader start "list of debugging events expected"
    done;
    if reader.pos <> stop then
      Unmarshal.error reader reader.pos "marshalled data does not end where its header says";
    let stop = Unmarshal.header reader in
    ignore (Unmarshal.take reader (stop - reader.pos))
  done;
  let sorted = List.stable_sort compare_events (List.rev !events) in
  { arena; events = Array.of_list sorted }

(* Where the events from `pc` on begin. *)
let from debug pc =
  let low = ref 0 in
  let high = ref (Array.length debug.events) in
  while !low < !high do
    let middle = (!low + !high) / 2 in
    if debug.events.(middle).pc < pc then low := middle + 1 else high := middle
  done;
  !low

(* The first event at `pc`; a program may have none at all. *)
let find debug pc =
  let count = Array.length debug.events in
  let low = if count = 0 then 0 else from debug pc in
  if low < count && debug.events.(low).pc = pc then Some debug.events.(low) else None

let text debug node =
  match debug.arena.nodes.(node) with Unmarshal.Str bytes -> Sections.printable bytes | _ -> ""

(* The definition whose code begins at `pc` (after a GRAB), such as `List.map` or `Stdlib.(@)`. *)
let function_name debug pc =
  match find debug pc with
  | Some event when event.is_function -> Some (text debug event.definition)
  | _ -> None

(* File and line of the event at `pc`. *)
let line debug pc =
  match find debug pc with Some event -> Some (text debug event.file, event.line) | None -> None

(* The module whose event is at `pc`. *)
let unit debug pc = match find debug pc with Some event -> Some (text debug event.unit) | None -> None

let fields debug node =
  match debug.arena.nodes.(node) with Unmarshal.Block (_, fields) -> fields | _ -> [||]

let int debug node = match debug.arena.nodes.(node) with Unmarshal.Int value -> Some value | _ -> None

let range debug event =
  match fields debug event.location with
  | [||] | [| _ |] -> None
  | parts -> (
      match (fields debug parts.(0), fields debug parts.(1)) with
      | [| _; _; bol; from |], [| _; line; end_bol; last |] -> (
          match (int debug bol, int debug from, int debug line, int debug end_bol, int debug last) with
          | Some bol, Some from, Some end_line, Some end_bol, Some last ->
              let bytes node = match debug.arena.nodes.(node) with Unmarshal.Str bytes -> bytes | _ -> "" in
              Some
                {
                  Program.file = bytes event.file;
                  definition = bytes event.definition;
                  line = event.line;
                  start = from - bol;
                  stop = last - bol;
                  end_line;
                  end_char = last - end_bol;
                }
          | _ -> None)
      | _ -> None)

let compare_locations (a : Program.location) (b : Program.location) =
  if a.line <> b.line then a.line - b.line else if a.start <> b.start then a.start - b.start else a.stop - b.stop

(* The range of the source that a backtrace gives for the return address `pc`, as `runtime/backtrace_byt.c` finds it: of
   several events there the last, else the first of those one word on, where ocamlc may have moved it past a PUSH. *)
let location debug pc =
  let at pc =
    let rec found i list =
      if i < Array.length debug.events && debug.events.(i).pc = pc then
        found (i + 1) (match range debug debug.events.(i) with Some l -> l :: list | None -> list)
      else List.rev list
    in
    List.stable_sort compare_locations (found (from debug pc) [])
  in
  match List.rev (at pc) with
  | last :: _ -> Some last
  | [] -> ( match at (pc + 1) with first :: _ -> Some first | [] -> None)

(* The entries of an `Ident.tbl` (nodes: left, entry, right, height; entries: identifier, value,
   the one it shadows): value and name. *)
let entries debug table =
  let rec loop found visits todo =
    match todo with
    | [] -> List.rev found
    | _ when visits >= debug.arena.count -> List.rev found
    | node :: todo -> (
        let parts = fields debug node in
        let visits = visits + 1 in
        match Array.length parts with
        | 4 -> loop found visits (parts.(0) :: parts.(1) :: parts.(2) :: todo)
        | 3 ->
            let identifier = fields debug parts.(0) in
            let found =
              if Array.length identifier > 0 then (parts.(1), text debug identifier.(0)) :: found else found
            in
            loop found visits (parts.(2) :: todo)
        | 1 -> loop found visits (parts.(0) :: todo)
        | _ -> loop found visits todo)
  in
  loop [] 0 [ table ]

let compare_names (a, name_a) (b, name_b) = if a <> b then a - b else String.compare name_a name_b

(* Variables on the stack at the event at `pc`: what ACC takes, and the name; by ascending place. *)
let stack_names debug pc =
  match find debug pc with
  | None -> []
  | Some event ->
      let place (value, name) =
        match int debug value with
        | Some position when position <= event.stack_size && position >= 0 ->
            [ (event.stack_size - position, name) ]
        | _ -> []
      in
      let table = (fields debug event.env).(0) in
      List.sort compare_names (List.concat (List.map place (entries debug table)))
