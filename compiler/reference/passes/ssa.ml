(* Bytecode to SSA: executes each block symbolically, and gives a block with several predecessors a parameter for each
   stack slot (and the accumulator) that is live there. Stack slots are numbered from the bottom of the function's frame. *)

open Opcode
open Discover

(* In deeper frames variables get no names: each event lists all of them. *)
let named = 64

(* Strings of the data up to this length stand where they are used. *)
let short = 64

(* So much a block may push before its stack takes more memory; few push more. *)
let headroom = 8

(* What a slot holds that belongs to a trap or a return address. *)
let undefined = Program.Var none
(* The result is 0 or 1. *)
let is_boolean = function
  | "%int_eq" | "%int_ne" | "%int_lt" | "%int_le" | "%int_gt" | "%int_ge" | "%int_ult" | "%int_uge" | "%bool_not"
  | "%is_int" ->
    true
  | _ -> false

(* Symbolic stack and accumulator. *)
type state = { mutable slots : Program.arg array; mutable height : int; mutable accu : Program.arg }

let no_state = { slots = [||]; height = 0; accu = undefined }

let copy state = { slots = Array.sub state.slots 0 state.height; height = state.height; accu = state.accu }

let push state value =
  if state.height >= Array.length state.slots then state.slots <- Visit.grown state.slots state.height undefined;
  state.slots.(state.height) <- value;
  state.height <- state.height + 1

(* What backtraces need: the places found so far, the last one first. *)
type places = {
  mutable count : int;
  mutable list : Program.place list;
  pending_at : pending list array;  (* return addresses at each instruction, the inner first *)
}

(* Return addresses that are pushed at each instruction. Code stands in the order in which ocamlc makes it: that of the
   arguments is between PUSH_RETADDR and the address. *)
let places (code : code) =
  let pending_at = Array.make code.image.words [] in
  let rec open_at pc = function
    | { address; _ } :: outer when address <= pc -> open_at pc outer
    | pending -> pending
  in
  let left = ref (List.sort (fun a b -> a.pushed_at - b.pushed_at) code.pending) in
  let pending = ref [] in
  for pc = 0 to code.image.words - 1 do
    pending := open_at pc !pending;
    pending_at.(pc) <- !pending;
    match !left with
    | first :: rest when first.pushed_at = pc ->
      pending := first :: !pending;
      left := rest
    | _ -> ()
  done;
  { count = 0; list = []; pending_at }

(* Of one function after the other: by variable, its name, and the primitive that gives it; the instructions of the block. *)
type room = {
  mutable names : string array;
  mutable givers : string array;
  mutable instrs : Program.instr array;
  mutable instr_count : int;
}

(* A function being built. *)
type builder = {
  code : code;
  ids : int array;  (* function id by number of discovery *)
  debug : Debug_events.t;
  table : Fragment.table;  (* the primitives: what their effects are, and which are constants *)
  places : places option;
  watch : Allocations.watch;
  func : func;
  used_offsets : int array;
  graph : Liveness.graph;
  left : state array;  (* what the only predecessor of a block leaves, until the block is entered *)
  blocks : Program.block array;
  mutable landings : Program.block list;  (* blocks in front of handlers, the last first *)
  mutable block_count : int;
  room : room;
  mutable var_count : int;
  mutable trap : int;  (* the innermost one in the block *)
}

let fresh b =
  let v = b.var_count and room = b.room in
  if v >= Array.length room.names then begin
    room.names <- Visit.grown room.names v "";
    room.givers <- Visit.grown room.givers v ""
  end;
  room.names.(v) <- "";
  room.givers.(v) <- "";
  b.var_count <- v + 1;
  v

let add b instr =
  let room = b.room in
  let n = room.instr_count in
  room.instrs <- Visit.grown room.instrs n Visit.nothing;
  room.instrs.(n) <- instr;
  room.instr_count <- n + 1

(* The instructions from number `first` on, which the block then has no longer. *)
let take b first =
  let room = b.room in
  let count = room.instr_count - first in
  room.instr_count <- first;
  Array.sub room.instrs first count

let prim b name args =
  let dest = fresh b in
  b.room.givers.(dest) <- name;
  add b (Program.Prim (dest, name, args));
  Program.var dest

(* The instruction at `pc` stands at a place of its own, for which ocamlrun finds `address` on the stack. *)
let place b kind pc address =
  match b.places with
  | None -> ()
  | Some places ->
    let number = places.count in
    places.count <- number + 1;
    let rec others = function
      | other :: outer when other.within = b.trap ->
        if other.address = address then others outer
        else Debug_events.location b.debug other.address :: others outer
      | _ -> []
    in
    let locations = Debug_events.location b.debug address :: others places.pending_at.(pc) in
    places.list <- { Program.kind; locations } :: places.list;
    ignore (prim b "%place" [| Program.Int number |])

(* A primitive that may raise. *)
let raising b name args pc address =
  (match b.places with
  | Some _ -> (
    (* What changes nothing does not raise. *)
    match Fragment.effects b.table name with
    | Fragment.Mutator -> place b Program.Call pc address
    | Fragment.Const | Fragment.Mutable -> ())
  | None -> ());
  prim b name args

(* The event of an allocation, if the program watches them: ocamlrun finds `address` on the stack then. *)
let allocated b v size pc address =
  let event () =
    let name, args = Allocations.event b.watch v size in
    ignore (prim b name args)
  in
  match b.watch with
  | Allocations.Nothing -> ()
  | Allocations.Words -> event ()
  | Allocations.Values ->
    place b Program.Call pc address;
    event ()

(* A value that the program may read. *)
let defined a pc =
  match a with
  | Program.Var v when v = none -> fail pc "reads a stack slot that has no value"
  | a -> a

(* Takes `n` values from the top of the stack, the top first, behind as many places for others, where `first` stands. *)
let pop_behind places first state n pc =
  let height = state.height in
  if n > height then fail pc "stack underflow";
  let values = Array.make (places + n) first in
  for i = 0 to n - 1 do
    values.(places + i) <- defined state.slots.(height - 1 - i) pc
  done;
  state.height <- height - n;
  values

let pop state n pc = pop_behind 0 undefined state n pc

(* A variable that is read for nothing, `ignore (Sys.opaque_identity x)`, keeps its value until there, where that can be seen. *)
let keep b op accu =
  match (op, accu, b.watch) with
  | _, _, Allocations.Nothing -> ()
  | (Opcode.Acc _ | Envacc _ | Offsetclosure _ | Const _ | Getglobal _), Program.Var _, _ -> ignore (prim b "%keep" [| accu |])
  | _ -> ()

(* The block that begins there. *)
let at b l = Liveness.at b.code l

(* How many slots are live, the accumulator among them. *)
let live_count live =
  let count = ref 0 in
  for slot = 0 to Array.length live - 1 do
    if Liveness.is_live live slot then incr count
  done;
  !count

(* The edge to `block` with this state, which nothing else needs. *)
let last_edge b block state pc =
  if b.graph.has_params.(block) then begin
    let live = b.graph.live.(block) in
    (* The accumulator, if it is live, is the last one. *)
    let args = Array.make (live_count live) state.accu in
    let next = ref 0 in
    for slot = 0 to Array.length live - 2 do
      if Liveness.is_live live slot then begin
        args.(!next) <- defined state.slots.(slot) pc;
        incr next
      end
    done;
    { Program.block; args }
  end
  else begin
    b.left.(block) <- state;
    { Program.block; args = [||] }
  end

(* The same with a state that is needed again. *)
let edge b block state pc = last_edge b block (if b.graph.has_params.(block) then state else copy state) pc

(* The state at the start of a block. *)
let enter b block =
  let left = b.left.(block) in
  if left != no_state then begin
    b.left.(block) <- no_state;
    left
  end
  else begin
    let live = b.graph.live.(block) in
    let last = Array.length live - 1 in
    let state = { slots = Array.make (last + headroom) undefined; height = last; accu = Program.Int 0 } in
    let params = Array.make (live_count live) none in
    let next = ref 0 in
    for slot = 0 to last do
      if Liveness.is_live live slot then begin
        let param = fresh b in
        params.(!next) <- param;
        incr next;
        if slot < last then state.slots.(slot) <- Program.var param else state.accu <- Program.var param
      end
    done;
    b.blocks.(block).params <- params;
    state
  end

(* Names the variables that the debug information knows at `pc`. *)
let names_at b pc state =
  let depth = state.height in
  if depth <= named then
    match Debug_events.stack_names b.debug pc with
    | [] -> ()
    | names ->
      List.iter
        (fun (index, name) ->
          if index < depth then
            match state.slots.(depth - 1 - index) with
            | Program.Var v when v <> none && String.length b.room.names.(v) = 0 ->
              b.room.names.(v) <- Names.variable name
            | _ -> ())
        names

(* What stands at this offset of the closure block. *)
let captured b offset =
  let used = b.used_offsets in
  let low = ref 0 and high = ref (Array.length used) in
  while !low < !high do
    let middle = (!low + !high) / 2 in
    if used.(middle) < offset then low := middle + 1 else high := middle
  done;
  prim b "%env" [| Program.Var 0; Program.int !low |]

(* A global, or its constant. *)
let global b n =
  let image = b.code.image in
  let node = image.globals.(n) in
  let value = if b.code.set_globals.(n) then None else Some image.data.nodes.(node) in
  match value with
  | Some (Unmarshal.Int i) -> Program.int i
  | Some (Unmarshal.Wide s) -> Program.Wide s
  | Some (Unmarshal.Str s) when String.length s <= short -> Program.Literal node
  | Some (Unmarshal.Double _) -> Program.Literal node
  | _ -> prim b "%global" [| Program.int n |]

(* Creates closures; each gets what its code uses. *)
let closures b vars labels recursive state pc next =
  let values = if vars > 0 then pop_behind 1 state.accu state (vars - 1) pc else [||] in
  let dests = Array.map (fun _ -> fresh b) labels in
  let functions =
    Array.map
      (fun label ->
        let number = b.code.function_at.(label) in
        let f = b.code.functions.(number) in
        ( b.ids.(number),
          Array.map
            (fun offset ->
              if offset >= f.captured then values.(offset - f.captured) else Program.var dests.(offset / 3))
            (Array.of_list f.used) ))
      labels
  in
  state.accu <- Program.var dests.(0);
  if recursive then Array.iter (fun d -> push state (Program.var d)) dests;
  add b (Program.Closures { dests; functions });
  let count = Array.length labels in
  allocated b (Program.var dests.(0)) (Allocations.Fixed ((3 * count) + vars)) pc (next - count)

(* An instruction that is not the end of a block. *)
let execute b pc op next state =
  let accu = state.accu in
  match op with
  | Acc n -> state.accu <- defined state.slots.(state.height - 1 - n) pc
  | Assign n ->
    let slot = state.height - 1 - n in
    let rec store trap =
      if trap <> none then begin
        let t = b.code.traps.(trap) in
        List.iter
          (fun (boxed, cell) ->
            if boxed = slot then ignore (prim b "%setfield" [| Program.var cell; Program.Int 0; accu |]))
          t.boxes;
        store t.outer
      end
    in
    store b.trap;
    state.slots.(slot) <- accu;
    state.accu <- Program.Int 0
  | Pop n -> state.height <- state.height - n
  | Push_retaddr _ ->
    push state undefined;
    push state undefined;
    push state undefined
  | Const c -> state.accu <- c
  | Envacc n -> state.accu <- captured b (b.func.offset + n)
  | Offsetclosure n -> state.accu <- (if n = 0 then Program.Var 0 else captured b (b.func.offset + n))
  | Apply n ->
    let args = pop state n pc in
    if n > 3 then state.height <- state.height - 3;
    place b Program.Call pc next;
    let dest = fresh b in
    add b (Program.Apply { dest; closure = accu; args; callee = Any });
    state.accu <- Program.var dest
  | Closure (vars, label) -> closures b vars [| label |] false state pc next
  | Closurerec (vars, labels) -> closures b vars labels true state pc next
  | Getglobal n -> state.accu <- global b n
  | Getglobalfield (n, field) ->
    let global = global b n in
    state.accu <- prim b "%field" [| global; Program.int field |]
  | Setglobal n ->
    ignore (prim b "%set_global" [| Program.int n; accu |]);
    state.accu <- Program.Int 0
  | Block (tag, size) ->
    let args = if size > 0 then pop_behind 2 accu state (size - 1) pc else [| accu |] in
    args.(0) <- Program.int tag;
    state.accu <- prim b "%block" args;
    if size > 0 then allocated b state.accu (Allocations.Fixed (size + 1)) pc next
  | Getfield n -> state.accu <- prim b "%field" [| accu; Program.int n |]
  | Getfloatfield n ->
    state.accu <- prim b "%field" [| accu; Program.int n |];
    allocated b state.accu (Allocations.Fixed 2) pc next
  | Setfield n ->
    let args = pop_behind 2 accu state 1 pc in
    args.(1) <- Program.int n;
    ignore (prim b "%setfield" args);
    state.accu <- Program.Int 0
  | Prim (name, n) -> (
    let args = pop_behind 1 accu state (n - 1) pc in
    let result =
      match (name, args) with
      | ("%int_div" | "%int_mod"), _ -> raising b name args pc (next + 1)
      (* Constants of two places are two values, although Lua does not tell them apart. *)
      | "%int_eq", [| Program.Literal x; Program.Literal y |] -> Program.Int (if x = y then 1 else 0)
      | "%int_ne", [| Program.Literal x; Program.Literal y |] -> Program.Int (if x = y then 0 else 1)
      | _ -> prim b name args
    in
    match name with
    | "%array_set" | "%bytes_set" -> state.accu <- Program.Int 0
    | _ -> state.accu <- result)
  | Ccall (n, number) -> (
    let args = pop_behind 1 accu state (n - 1) pc in
    let name = b.code.image.primitives.(number) in
    match Fragment.constant b.table name with
    | Some n -> state.accu <- Program.int n
    | None -> (
      (* C_CALLN leaves the word before on the stack *)
      let address = if n > 5 then next - 1 else next in
      state.accu <- raising b name args pc address;
      match b.watch with
      | Allocations.Nothing -> ()
      | Allocations.Words | Allocations.Values -> (
        match Allocations.primitive name args with
        | Some size -> allocated b state.accu size pc address
        | None -> ())))
  | Offsetint n -> state.accu <- prim b "%int_add" [| accu; n |]
  | Offsetref n ->
    ignore (prim b "%offset_ref" [| accu; n |]);
    state.accu <- Program.Int 0
  | Getmethod | Getdynmet ->
    let name = match op with Getmethod -> "%get_method" | _ -> "%dynamic_method" in
    let obj = defined state.slots.(state.height - 1) pc in
    state.accu <- prim b name [| accu; obj |]
  | Getpubmet tag ->
    push state accu;
    state.accu <- prim b "%public_method" [| accu; tag |]
  | Perform -> state.accu <- raising b "%perform" [| accu |] pc next
  | Resume n ->
    let args = pop_behind 1 accu state n pc in
    state.accu <- raising b "%resume" args pc next
  | _ -> ()

(* Sets a trap. A slot that is assigned while it is set and live in the handler is kept in a cell, too, which
   a block in front of the handler reads. *)
let pushtrap b pc handler next state =
  let body = at b next in
  let trap = b.code.traps.(b.code.leaders.(next).trap) in
  let boxes = ref [] in
  List.iter
    (fun slot ->
      if Liveness.is_live b.graph.live.(handler) slot then
        match prim b "%block" [| Program.Int 0; defined state.slots.(slot) pc |] with
        | Program.Var v -> boxes := (slot, v) :: !boxes
        | _ -> ())
    trap.assigned;
  let boxes = List.rev !boxes in
  let exn = fresh b in
  let caught = copy state in
  caught.accu <- Program.var exn;
  let handler =
    match boxes with
    | [] -> last_edge b handler caught pc
    | _ ->
      let param = fresh b in
      caught.accu <- Program.var param;
      let first = b.room.instr_count in
      List.iter
        (fun (slot, cell) -> caught.slots.(slot) <- prim b "%field" [| Program.var cell; Program.Int 0 |])
        boxes;
      let target = last_edge b handler caught pc in
      let landing = { Program.params = [| param |]; body = take b first; term = Program.Jump target } in
      b.landings <- landing :: b.landings;
      b.block_count <- b.block_count + 1;
      { Program.block = b.block_count - 1; args = [| Program.var exn |] }
  in
  trap.boxes <- boxes;
  for _ = 1 to 4 do
    push state undefined
  done;
  let body = last_edge b body state pc in
  Program.Pushtrap { exn; body; handler }

(* The instruction that ends a block. *)
let term b pc op next state =
  let accu = state.accu in
  match op with
  | Branch l -> Program.Jump (last_edge b (at b l) state pc)
  | Branchif l | Branchifnot l ->
    let taken = match op with Branchif _ -> true | _ -> false in
    let yes = if taken then l else next and no = if taken then next else l in
    (match accu with
    | Program.Var v when v <> none && is_boolean b.room.givers.(v) -> state.accu <- Program.Int 1
    | _ -> ());
    let yes = edge b (at b yes) state pc in
    state.accu <- Program.Int 0;
    let no = last_edge b (at b no) state pc in
    Program.If (accu, yes, no)
  | Compare (name, constant, l) ->
    let test = prim b name [| constant; accu |] in
    let yes = edge b (at b l) state pc in
    let no = last_edge b (at b next) state pc in
    Program.If (test, yes, no)
  | Switch (ints, tags) ->
    let ints = Array.map (fun l -> edge b (at b l) state pc) ints in
    let tags = Array.map (fun l -> edge b (at b l) state pc) tags in
    Program.Switch (accu, ints, tags)
  | Pushtrap l -> pushtrap b pc (at b l) next state
  | Poptrap ->
    state.height <- state.height - 4;
    Program.Poptrap (last_edge b (at b next) state pc)
  | Raise kind ->
    place b kind pc pc;
    Program.Raise accu
  | Stop -> Program.Return (Program.Int 0)
  | Appterm (n, _) -> Program.Tail { closure = accu; args = pop state n pc; callee = Any }
  | Resumeterm (n, _) -> Program.Return (prim b "%resume" (pop_behind 1 accu state n pc))
  | Reperformterm _ -> Program.Return (prim b "%reperform" (pop_behind 1 accu state 2 pc))
  | _ -> Program.Return accu

(* Executes what is left of a block, from `pc` to its last instruction at `last`; `read`: the one before has only read what is in the
   accumulator. *)
let rec block b pc last state read =
  let instructions = b.code.instructions in
  let op = instructions.op.(pc) and pushes = pushes instructions pc and next = following instructions pc in
  if Array.length b.debug.events > 0 then names_at b pc state;
  if pushes then push state state.accu else if read then keep b op state.accu;
  if pc = last && (traffic op).ends then term b pc op next state
  else begin
    execute b pc op next state;
    if pc = last then Program.Jump (last_edge b (at b next) state pc)
    else
      let read = match op with Acc _ | Envacc _ -> true | Getfield _ -> read && not pushes | _ -> false in
      block b next last state read
  end

(* All blocks, a predecessor first. *)
let build b =
  let arity = b.func.arity in
  (* The function itself comes first. *)
  let params = Array.init (arity + 1) (fun _ -> fresh b) in
  let slots = Array.init arity (fun slot -> Program.var params.(arity - slot)) in
  let state = { slots; height = arity; accu = Program.Int 0 } in
  if b.graph.starts.(0) = none then
    b.blocks.(0).term <- Program.Jump (last_edge b b.graph.successors.(0).(0) state b.func.entry)
  else b.left.(0) <- state;
  let seen = Array.make (Array.length b.graph.starts) false in
  let work = ref [ 0 ] in
  let rec run () =
    match !work with
    | [] -> ()
    | n :: rest ->
      work := rest;
      if not seen.(n) then begin
        seen.(n) <- true;
        let start = b.graph.starts.(n) in
        if start <> none then begin
          b.trap <- b.code.leaders.(start).trap;
          let term = block b start b.graph.lasts.(n) (enter b n) false in
          b.blocks.(n).body <- take b 0;
          b.blocks.(n).term <- term
        end;
        let successors = b.graph.successors.(n) in
        for i = Array.length successors - 1 downto 0 do
          if not seen.(successors.(i)) then work := successors.(i) :: !work
        done
      end;
      run ()
  in
  run ();
  params

let func code ids debug table places watch room number name place =
  let f = code.functions.(number) in
  List.iter
    (fun (trap, slot) ->
      let rec climb trap =
        if trap <> none && slot < code.traps.(trap).depth then begin
          let t = code.traps.(trap) in
          t.assigned <- insert slot t.assigned;
          climb t.outer
        end
      in
      climb trap)
    f.assigns;
  let graph = Liveness.run code f in
  let count = Array.length graph.starts in
  let b =
    {
      code;
      ids;
      debug;
      table;
      places;
      watch;
      func = f;
      used_offsets = Array.of_list f.used;
      graph;
      left = Array.make count no_state;
      blocks = Array.init count (fun _ -> { Program.params = [||]; body = [||]; term = Program.Unreachable });
      landings = [];
      block_count = count;
      room;
      var_count = 0;
      trap = none;
    }
  in
  let params = build b in
  let blocks = Array.append b.blocks (Visit.of_reversed b.landings) in
  let names = Array.sub room.names 0 b.var_count in
  { Program.id = ids.(number); name; place; kind = Program.Closure; params; exits = 0; blocks; names }

(* The program in SSA, with what `table` says of its primitives; with `%place` instructions if backtraces are wanted. *)
let run (image : Container.image) table backtraces =
  let code = Discover.run image in
  let by_entry a b = code.functions.(a).entry - code.functions.(b).entry in
  let order = Array.of_list (List.sort by_entry (List.init code.function_count (fun n -> n))) in
  let ids = Array.make code.function_count 0 in
  Array.iteri (fun id number -> ids.(number) <- id) order;
  let sites =
    Array.map
      (fun number ->
        let f = code.functions.(number) in
        let parent = if f.parent = none then none else ids.(f.parent) in
        let start = if f.arity > 1 then f.entry + 2 else f.entry in
        { Names.start; parent; created = f.created })
      order
  in
  let debug = Debug_events.run image in
  let names = Names.functions image debug sites (Array.of_list code.units) in
  let places = if backtraces then Some (places code) else None in
  let is_called number _ = code.called.(number) in
  let watch = Allocations.watch (List.filteri is_called (Array.to_list image.primitives)) in
  let room = { names = [||]; givers = [||]; instrs = [||]; instr_count = 0 } in
  let functions =
    Array.mapi
      (fun id number ->
        let place = Names.place debug sites.(id).Names.start in
        Some (func code ids debug table places watch room number names.(id) place))
      order
  in
  release code;
  {
    Program.functions;
    main = ids.(0);
    data = image.data;
    globals = image.globals;
    global_names = image.global_names;
    lifted = 0;
    places = (match places with Some places -> Visit.of_reversed places.list | None -> [||]);
    version = image.version;
  }
