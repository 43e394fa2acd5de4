(* Bytecode to SSA: finds the functions and their blocks, executes each block symbolically, and gives a block with
   several predecessors a parameter for each stack slot (and the accumulator) that is live there.
   Stack slots are numbered from the bottom of the function's frame. *)

open Opcode

let none = -1

(* In deeper frames variables get no names: each event lists all of them. *)
let named = 64

(* What a slot holds that belongs to a trap or a return address. *)
let undefined = Program.Var none
let fail pc message = Error.fail_at "CODE" (pc * 4) message

(* `array`, or a longer copy when `count` items fill it. *)
let grown array count filler =
  if count < Array.length array then array
  else begin
    let longer = Array.make ((2 * count) + 8) filler in
    Array.blit array 0 longer 0 count;
    longer
  end

(* What an instruction does to the stack and the accumulator, after its push. *)
type traffic = {
  reads_accu : bool;
  reads : int;  (* how many slots it reads from the top *)
  pops : int;
  pushes : int;
  writes_accu : bool;
}

let traffic op =
  let make reads_accu reads pops pushes writes_accu = { reads_accu; reads; pops; pushes; writes_accu } in
  match op with
  | Nop | Grab _ | Restart | Branch _ | Stop -> make false 0 0 0 false
  | Acc _ | Envacc _ | Offsetclosure _ -> make false 0 0 0 true
  | Getglobal _ | Getglobalfield _ | Const _ -> make false 0 0 0 true
  | Pop n -> make false 0 n 0 false
  | Push_retaddr _ -> make false 0 0 3 false
  | Apply n -> make true n (if n > 3 then n + 3 else n) 0 true
  | Closure (n, _) ->
    let below = if n > 0 then n - 1 else 0 in
    make (n > 0) below below 0 true
  | Closurerec (n, labels) ->
    let below = if n > 0 then n - 1 else 0 in
    make (n > 0) below below (Array.length labels) true
  | Block (_, n) ->
    let below = if n > 0 then n - 1 else 0 in
    make (n > 0) below below 0 true
  | Assign _ | Setglobal _ | Getfield _ -> make true 0 0 0 true
  | Offsetint _ | Offsetref _ | Perform -> make true 0 0 0 true
  | Setfield _ -> make true 1 1 0 true
  | Prim (_, n) | Ccall (n, _) ->
    let below = if n > 0 then n - 1 else 0 in
    make true below below 0 true
  | Getmethod | Getdynmet -> make true 1 0 0 true
  | Getpubmet _ -> make true 0 0 1 true
  | Resume n -> make true n n 0 true
  | Pushtrap _ -> make false 0 0 4 false
  | Poptrap -> make false 0 4 0 false
  | Branchif _ | Branchifnot _ | Compare _ | Switch _ -> make true 0 0 0 false
  | Return _ | Raise -> make true 0 0 0 false
  | Appterm (n, _) | Resumeterm (n, _) -> make true n n 0 false
  | Reperformterm _ -> make true 2 2 0 false

(* Does the instruction end its block? *)
let ends_block = function
  | Branch _ | Branchif _ | Branchifnot _ | Compare _ | Switch _ | Pushtrap _ | Poptrap | Return _ | Appterm _
  | Resumeterm _ | Reperformterm _ | Raise | Stop ->
    true
  | _ -> false

(* The result is 0 or 1. *)
let is_boolean = function
  | "%int_eq" | "%int_ne" | "%int_lt" | "%int_le" | "%int_gt" | "%int_ge" | "%int_ult" | "%int_uge" | "%bool_not"
  | "%is_int" ->
    true
  | _ -> false

type trap = {
  outer : int;  (* the enclosing one *)
  depth : int;  (* of the stack below the trap's own four slots *)
  mutable assigned : int list;  (* slots that are assigned while it is set *)
  mutable boxes : (int * int) list;  (* the cells that keep what the handler must see of those: slot, variable *)
}

let no_trap = { outer = none; depth = 0; assigned = []; boxes = [] }

(* A function found in the code. Offsets are those of OCaml's closure block: function `i` of a recursive
   definition stands at `3 * i`, captured values follow the functions. *)
type func = {
  entry : int;
  arity : int;
  offset : int;  (* its own offset, that of the first captured value, the end *)
  captured : int;
  size : int;
  parent : int;  (* the function that creates it and where *)
  created : int;
  mutable leaders : int list;
  mutable used : int list;  (* offsets it uses, apart from its own *)
  mutable assigns : (int * int) list;  (* the slots' assignments: trap, slot *)
}

let no_func =
  {
    entry = 0;
    arity = 0;
    offset = 0;
    captured = 0;
    size = 0;
    parent = none;
    created = 0;
    leaders = [];
    used = [];
    assigns = [];
  }

(* What is known of each word of the code. *)
type code = {
  image : Container.image;
  instructions : instruction array;  (* that have been reached *)
  owner : int array;  (* function, depth of the stack and innermost trap before it *)
  depths : int array;
  trap_at : int array;
  leader : bool array;
  forced : bool array;  (* a leader whose block takes parameters for what is live, however it is reached *)
  function_at : int array;  (* number of the function that starts here, later of the block *)
  block_at : int array;
  mutable traps : trap array;
  mutable trap_count : int;
  mutable functions : func array;
  mutable function_count : int;
  set_globals : bool array;
  mutable units : (int * int) list;  (* where main sets a global that has a name: address, global *)
}

let instruction code pc =
  if pc >= Array.length code.owner || code.owner.(pc) = none then fail pc "no instruction here";
  code.instructions.(pc)

(* Notes that control comes to `pc` with this stack; gives whether for the first time. *)
let reach code number pc depth trap =
  if code.owner.(pc) = none then begin
    code.owner.(pc) <- number;
    code.depths.(pc) <- depth;
    code.trap_at.(pc) <- trap;
    true
  end
  else begin
    if code.owner.(pc) <> number then fail pc "code of two functions";
    if code.depths.(pc) <> depth || code.trap_at.(pc) <> trap then
      fail pc "stack depth differs between two ways to the same instruction";
    false
  end

(* Makes `pc` the start of a block, and queues it when it is new. *)
let lead code work number pc depth trap =
  if not code.leader.(pc) then begin
    code.leader.(pc) <- true;
    let f = code.functions.(number) in
    f.leaders <- pc :: f.leaders
  end;
  if reach code number pc depth trap then work := pc :: !work

(* A function whose code is at `entry`. *)
let add_function code entry offset captured size parent created =
  if code.function_at.(entry) <> none then fail created "function that is created in two places";
  code.function_at.(entry) <- code.function_count;
  let arity = match (decode code.image entry).op with Grab n -> n + 1 | _ -> 1 in
  let arity = if parent = none then 0 else arity in
  let f = { entry; arity; offset; captured; size; parent; created; leaders = []; used = []; assigns = [] } in
  code.functions <- grown code.functions code.function_count no_func;
  code.functions.(code.function_count) <- f;
  code.function_count <- code.function_count + 1

(* Records that a function uses the closure block at `offset` from itself. *)
let use_offset code number pc offset env =
  let f = code.functions.(number) in
  let at = f.offset + offset in
  if env && (at < f.captured || at >= f.size) then fail pc "captured variable that does not exist";
  if (not env) && (at < 0 || at >= f.captured || at mod 3 <> 0 || f.parent = none) then
    fail pc "function that does not exist in the closure";
  if at <> f.offset then f.used <- at :: f.used

(* The block after one that ends with a test. *)
let lead_next code work number next depth trap =
  if next >= Array.length code.leader then fail next "the code ends here without a return";
  lead code work number next depth trap

(* What one instruction tells of the function; `depth` is that after its push. *)
let step code number pc op depth trap =
  let f = code.functions.(number) in
  let globals = Array.length code.image.globals in
  match op with
  | Acc n -> if n >= depth then fail pc "stack underflow"
  | Assign n ->
    if n >= depth then fail pc "stack underflow";
    if trap <> none then f.assigns <- (trap, depth - 1 - n) :: f.assigns
  | Envacc n -> use_offset code number pc n true
  | Offsetclosure n -> use_offset code number pc n false
  | Closure (vars, label) -> add_function code label 0 2 (2 + vars) number pc
  | Closurerec (vars, labels) ->
    if Array.length labels = 0 then fail pc "closure without functions";
    let captured = (3 * Array.length labels) - 1 in
    Array.iteri (fun i label -> add_function code label (3 * i) captured (captured + vars) number pc) labels
  | Getglobal n | Getglobalfield (n, _) -> if n >= globals then fail pc "global that does not exist"
  | Setglobal n ->
    if n >= globals then fail pc "global that does not exist";
    code.set_globals.(n) <- true;
    let names = code.image.global_names in
    let has_name = n < Array.length names && String.length names.(n) > 0 in
    if has_name && f.parent = none then code.units <- (pc, n) :: code.units
  | Grab _ -> if f.entry <> pc then fail pc "GRAB inside a function"
  | Restart -> fail pc "RESTART inside a function"
  | Ccall (0, _) -> fail pc "call of a primitive without arguments"
  | Apply 0 | Appterm (0, _) -> fail pc "application to nothing"
  | Return _ | Appterm _ | Resumeterm _ | Reperformterm _ | Stop ->
    if trap <> none then fail pc "the function is left with a trap set"
  | _ -> ()

(* Walks over the code of a function: its leaders, depths, traps, and the functions that it creates. *)
let explore code number =
  let f = code.functions.(number) in
  let main = f.parent = none in
  let work = ref [] in
  let size = Array.length code.leader in
  lead code work number f.entry f.arity none;
  let rec walk pc =
    let i = decode code.image pc in
    let next = i.next in
    let trap = code.trap_at.(pc) in
    let depth = code.depths.(pc) + if i.push then 1 else 0 in
    step code number pc i.op depth trap;
    let t = traffic i.op in
    (match i.op with
    | Poptrap -> if trap = none || code.traps.(trap).depth + 4 <> depth then fail pc "no trap to pop"
    | _ ->
      let floor = if trap = none then 0 else code.traps.(trap).depth + 4 in
      if t.reads > depth || floor + t.pops > depth then fail pc "stack underflow");
    let after = depth - t.pops + t.pushes in
    let ends = ends_block i.op in
    let forced =
      match i.op with
      | Branch l ->
        lead code work number l after trap;
        false
      | Branchif l | Branchifnot l | Compare (_, _, l) ->
        lead code work number l after trap;
        lead_next code work number next after trap;
        false
      | Switch (ints, tags) ->
        Array.iter (fun l -> lead code work number l after trap) ints;
        Array.iter (fun l -> lead code work number l after trap) tags;
        false
      | Pushtrap l ->
        lead code work number l depth trap;
        code.forced.(l) <- true;
        let inner = code.trap_count in
        code.traps <- grown code.traps inner no_trap;
        code.traps.(inner) <- { outer = trap; depth; assigned = []; boxes = [] };
        code.trap_count <- inner + 1;
        lead_next code work number next after inner;
        false
      | Poptrap ->
        lead_next code work number next after code.traps.(trap).outer;
        true
      | Setglobal _ -> main && after = 0 && trap = none
      | _ -> false
    in
    code.instructions.(pc) <- i;
    if forced || not ends then begin
      if next >= size then fail pc "the code ends here without a return";
      code.forced.(next) <- code.forced.(next) || forced
    end;
    if not ends then
      if forced || code.owner.(next) <> none then lead code work number next after trap
      else begin
        ignore (reach code number next after trap);
        walk next
      end
  in
  let rec run () =
    match !work with
    | [] -> ()
    | start :: rest ->
      work := rest;
      walk start;
      run ()
  in
  run ()

let by_address (a, _) (b, _) = a - b
let ascending (a : int) b = compare a b

(* Everything that main reaches. *)
let discover (image : Container.image) =
  let size = image.words in
  let code =
    {
      image;
      instructions = Array.make size { push = false; op = Nop; next = 0 };
      owner = Array.make size none;
      depths = Array.make size 0;
      trap_at = Array.make size none;
      leader = Array.make size false;
      forced = Array.make size false;
      function_at = Array.make size none;
      block_at = Array.make size none;
      traps = [||];
      trap_count = 0;
      functions = [||];
      function_count = 0;
      set_globals = Array.make (Array.length image.globals) false;
      units = [];
    }
  in
  if size = 0 then fail 0 "no code";
  add_function code 0 0 0 0 none 0;
  let next = ref 0 in
  while !next < code.function_count do
    explore code !next;
    incr next
  done;
  for n = 0 to code.function_count - 1 do
    let f = code.functions.(n) in
    f.leaders <- List.sort ascending f.leaders;
    f.used <- List.sort_uniq ascending f.used
  done;
  code.units <- List.sort by_address code.units;
  code

(* Symbolic stack and accumulator. *)
type state = { mutable slots : Program.arg array; mutable height : int; mutable accu : Program.arg }

let copy state = { slots = Array.sub state.slots 0 state.height; height = state.height; accu = state.accu }

let push state value =
  state.slots <- grown state.slots state.height undefined;
  state.slots.(state.height) <- value;
  state.height <- state.height + 1

(* A function being built. *)
type builder = {
  code : code;
  ids : int array;  (* function id by number of discovery *)
  debug : Debug_events.t;
  func : func;
  used_offsets : int array;
  starts : int array;  (* start of each block, `none` for those that have none in the code *)
  successors : int array array;
  sets_trap : bool array;  (* ends by setting a trap: the second successor is its handler *)
  has_params : bool array;
  live : bool array array;  (* for each block, the slots that are live at its start, then the accumulator *)
  left : state option array;  (* what the only predecessor of a block leaves *)
  blocks : Program.block array;
  mutable landings : Program.block list;  (* blocks in front of handlers, the last first *)
  mutable block_count : int;
  mutable body : Program.instr list;  (* reversed *)
  mutable names : string array;
  mutable booleans : bool array;
  mutable var_count : int;
}

let fresh b =
  let v = b.var_count in
  b.names <- grown b.names v "";
  b.booleans <- grown b.booleans v false;
  b.var_count <- v + 1;
  v

(* Blocks that may follow the one that starts at `pc`, and whether it ends by setting a trap. *)
let rec successors_of code pc =
  let i = instruction code pc in
  let at l = code.block_at.(l) in
  let next = i.next in
  match i.op with
  | Branch l -> ([| at l |], false)
  | Branchif l | Branchifnot l | Compare (_, _, l) -> ([| at l; at next |], false)
  | Switch (ints, tags) -> (Array.append (Array.map at ints) (Array.map at tags), false)
  | Pushtrap l -> ([| at next; at l |], true)
  | Poptrap -> ([| at next |], false)
  | op when ends_block op -> ([||], false)
  | _ -> if code.leader.(next) then ([| at next |], false) else successors_of code next

(* Numbers the blocks; the entry gets a block of its own in front when something jumps to it. *)
let number_blocks code ids debug f =
  let leaders = Array.of_list f.leaders in
  let size = Array.length leaders in
  let counts = Array.make size 0 in
  Array.iteri (fun i pc -> code.block_at.(pc) <- i) leaders;
  let found =
    Array.map
      (fun pc ->
        let found = successors_of code pc in
        Array.iter (fun b -> counts.(b) <- counts.(b) + 1) (fst found);
        found)
      leaders
  in
  let start = code.block_at.(f.entry) in
  let shift = if start <> 0 || counts.(start) > 0 then 1 else 0 in
  let count = size + shift in
  let b =
    {
      code;
      ids;
      debug;
      func = f;
      used_offsets = Array.of_list f.used;
      starts = Array.make count none;
      successors = Array.make count [||];
      sets_trap = Array.make count false;
      has_params = Array.make count false;
      live = Array.make count [||];
      left = Array.make count None;
      blocks = Array.init count (fun _ -> { Program.params = []; body = []; term = Program.Unreachable });
      landings = [];
      block_count = count;
      body = [];
      names = [||];
      booleans = [||];
      var_count = 0;
    }
  in
  if shift > 0 then begin
    b.successors.(0) <- [| start + 1 |];
    counts.(start) <- counts.(start) + 1
  end;
  Array.iteri
    (fun i pc ->
      code.block_at.(pc) <- i + shift;
      b.starts.(i + shift) <- pc;
      b.has_params.(i + shift) <- counts.(i) > 1 || code.forced.(pc);
      b.sets_trap.(i + shift) <- snd found.(i);
      b.successors.(i + shift) <- Array.map (fun s -> s + shift) (fst found.(i)))
    leaders;
  b

(* What a block does to the slots below its first depth and (last) to the accumulator: 1 reads first, 2 writes first. *)
let marks b block =
  let code = b.code in
  let start = b.starts.(block) in
  if start = none then [| 0 |]
  else begin
    let depth_in = code.depths.(start) in
    let marks = Array.make (depth_in + 1) 0 in
    let touch slot what = if slot < depth_in && marks.(slot) = 0 then marks.(slot) <- what in
    let accu = ref 0 in
    let rec walk pc =
      let i = instruction code pc in
      let depth = code.depths.(pc) in
      let t = traffic i.op in
      if (i.push || t.reads_accu) && !accu = 0 then accu := 1;
      let depth =
        if i.push then begin
          touch depth 2;
          depth + 1
        end
        else depth
      in
      for slot = depth - t.reads to depth - 1 do
        touch slot 1
      done;
      (match i.op with
      | Acc n -> touch (depth - 1 - n) 1
      | Assign n -> touch (depth - 1 - n) 2
      | _ -> ());
      let depth = depth - t.pops in
      for slot = depth to depth + t.pushes - 1 do
        touch slot 2
      done;
      if t.writes_accu && !accu = 0 then accu := 2;
      if not (ends_block i.op || code.leader.(i.next)) then walk i.next
    in
    walk start;
    marks.(depth_in) <- !accu;
    marks
  end

let liveness b =
  let count = Array.length b.starts in
  let predecessors = Array.make count [] in
  let marks =
    Array.init count (fun n ->
        let m = marks b n in
        b.live.(n) <- Array.map (fun x -> x = 1) m;
        Array.iter (fun s -> predecessors.(s) <- n :: predecessors.(s)) b.successors.(n);
        m)
  in
  let work = ref [] in
  for n = 0 to count - 1 do
    work := n :: !work
  done;
  let queued = Array.make count true in
  let spread n p =
    (* A handler's accumulator is the exception. *)
    let handler = b.sets_trap.(p) && b.successors.(p).(1) = n in
    let live = b.live.(n) and before = b.live.(p) and mark = marks.(p) in
    let last = Array.length live - 1 and bottom = Array.length before - 1 in
    let changed = ref false in
    for slot = 0 to (if last < bottom then last else bottom) - 1 do
      if live.(slot) && mark.(slot) = 0 && not before.(slot) then begin
        before.(slot) <- true;
        changed := true
      end
    done;
    if (not handler) && live.(last) && mark.(bottom) = 0 && not before.(bottom) then begin
      before.(bottom) <- true;
      changed := true
    end;
    if !changed && not queued.(p) then begin
      queued.(p) <- true;
      work := p :: !work
    end
  in
  let rec run () =
    match !work with
    | [] -> ()
    | n :: rest ->
      work := rest;
      queued.(n) <- false;
      List.iter (spread n) predecessors.(n);
      run ()
  in
  run ()

let prim b name args =
  let dest = fresh b in
  b.booleans.(dest) <- is_boolean name;
  b.body <- Program.Prim (dest, name, args) :: b.body;
  Program.Var dest

(* A value that the program may read. *)
let defined a pc =
  match a with
  | Program.Var v when v = none -> fail pc "reads a stack slot that has no value"
  | a -> a

(* Takes `n` values from the top of the stack, the top first. *)
let pop state n pc =
  let rec take taken n =
    if n = 0 then List.rev taken
    else begin
      if state.height = 0 then fail pc "stack underflow";
      state.height <- state.height - 1;
      take (defined state.slots.(state.height) pc :: taken) (n - 1)
    end
  in
  take [] n

(* The edge to `block` with this state. *)
let edge b block state pc =
  if b.has_params.(block) then begin
    let live = b.live.(block) in
    let last = Array.length live - 1 in
    let args = ref [] in
    for slot = 0 to last - 1 do
      if live.(slot) then args := defined state.slots.(slot) pc :: !args
    done;
    if live.(last) then args := state.accu :: !args;
    { Program.block; args = List.rev !args }
  end
  else begin
    b.left.(block) <- Some (copy state);
    { Program.block; args = [] }
  end

(* The state at the start of a block. *)
let enter b block =
  match b.left.(block) with
  | Some state ->
    b.left.(block) <- None;
    state
  | None ->
    let live = b.live.(block) in
    let last = Array.length live - 1 in
    let state = { slots = Array.make last undefined; height = last; accu = Program.Int 0 } in
    let params = ref [] in
    for slot = 0 to last - 1 do
      if live.(slot) then begin
        let v = fresh b in
        params := v :: !params;
        state.slots.(slot) <- Program.Var v
      end
    done;
    if live.(last) then begin
      let v = fresh b in
      params := v :: !params;
      state.accu <- Program.Var v
    end;
    b.blocks.(block).params <- List.rev !params;
    state

(* Names the variables that the debug information knows at `pc`. *)
let names_at b pc state =
  let depth = state.height in
  if depth <= named then
    List.iter
      (fun (index, name) ->
        if index < depth then
          match state.slots.(depth - 1 - index) with
          | Program.Var v when v <> none && String.length b.names.(v) = 0 -> b.names.(v) <- Names.variable name
          | _ -> ())
      (Debug_events.stack_names b.debug pc)

(* What stands at this offset of the closure block. *)
let captured b offset =
  let used = b.used_offsets in
  let low = ref 0 and high = ref (Array.length used) in
  while !low < !high do
    let middle = (!low + !high) / 2 in
    if used.(middle) < offset then low := middle + 1 else high := middle
  done;
  prim b "%env" [ Program.Var 0; Program.Int !low ]

(* A global, or its constant. *)
let global b n =
  let image = b.code.image in
  let node = image.globals.(n) in
  let value = if b.code.set_globals.(n) then None else Some image.data.nodes.(node) in
  match value with
  | Some (Unmarshal.Int i) -> Program.Int i
  | Some (Unmarshal.Wide s) -> Program.Wide s
  | Some (Unmarshal.Str s) when String.length s <= 64 -> Program.Literal node
  | Some (Unmarshal.Double _) -> Program.Literal node
  | _ -> prim b "%global" [ Program.Int n ]

(* Creates closures; each gets what its code uses. *)
let closures b vars labels recursive state pc =
  let values =
    if vars > 0 then begin
      let first = state.accu in
      Array.of_list (first :: pop state (vars - 1) pc)
    end
    else [||]
  in
  let dests = Array.map (fun _ -> fresh b) labels in
  let functions =
    Array.map
      (fun label ->
        let number = b.code.function_at.(label) in
        let f = b.code.functions.(number) in
        ( b.ids.(number),
          List.map
            (fun offset ->
              if offset >= f.captured then values.(offset - f.captured) else Program.Var dests.(offset / 3))
            f.used ))
      labels
  in
  state.accu <- Program.Var dests.(0);
  if recursive then Array.iter (fun d -> push state (Program.Var d)) dests;
  b.body <- Program.Closures { dests = Array.to_list dests; functions = Array.to_list functions } :: b.body

(* An instruction that is not the end of a block. *)
let execute b pc op state =
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
            if boxed = slot then ignore (prim b "%setfield" [ Program.Var cell; Program.Int 0; accu ]))
          t.boxes;
        store t.outer
      end
    in
    store b.code.trap_at.(pc);
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
    let dest = fresh b in
    b.body <- Program.Apply { dest; closure = accu; args; known = None } :: b.body;
    state.accu <- Program.Var dest
  | Closure (vars, label) -> closures b vars [| label |] false state pc
  | Closurerec (vars, labels) -> closures b vars labels true state pc
  | Getglobal n -> state.accu <- global b n
  | Getglobalfield (n, field) ->
    let global = global b n in
    state.accu <- prim b "%field" [ global; Program.Int field ]
  | Setglobal n ->
    ignore (prim b "%set_global" [ Program.Int n; accu ]);
    state.accu <- Program.Int 0
  | Block (tag, size) ->
    let args = if size > 0 then accu :: pop state (size - 1) pc else [] in
    state.accu <- prim b "%block" (Program.Int tag :: args)
  | Getfield n -> state.accu <- prim b "%field" [ accu; Program.Int n ]
  | Setfield n ->
    ignore (prim b "%setfield" (accu :: Program.Int n :: pop state 1 pc));
    state.accu <- Program.Int 0
  | Prim (name, n) -> (
    let result = prim b name (accu :: pop state (n - 1) pc) in
    match name with
    | "%array_set" | "%bytes_set" -> state.accu <- Program.Int 0
    | _ -> state.accu <- result)
  | Ccall (n, number) -> state.accu <- prim b b.code.image.primitives.(number) (accu :: pop state (n - 1) pc)
  | Offsetint n -> state.accu <- prim b "%int_add" [ accu; n ]
  | Offsetref n ->
    ignore (prim b "%offset_ref" [ accu; n ]);
    state.accu <- Program.Int 0
  | Getmethod | Getdynmet ->
    let name = match op with Getmethod -> "%get_method" | _ -> "%dynamic_method" in
    let obj = defined state.slots.(state.height - 1) pc in
    state.accu <- prim b name [ accu; obj ]
  | Getpubmet tag ->
    push state accu;
    state.accu <- prim b "%public_method" [ accu; tag ]
  | Perform -> state.accu <- prim b "%perform" [ accu ]
  | Resume n -> state.accu <- prim b "%resume" (accu :: pop state n pc)
  | _ -> ()

(* Sets a trap. A slot that is assigned while it is set and live in the handler is kept in a cell, too, which
   a block in front of the handler reads. *)
let pushtrap b pc handler next state =
  let body = b.code.block_at.(next) in
  let trap = b.code.traps.(b.code.trap_at.(next)) in
  let assigned = List.sort_uniq ascending trap.assigned in
  let boxes = ref [] in
  List.iter
    (fun slot ->
      if b.live.(handler).(slot) then
        match prim b "%block" [ Program.Int 0; defined state.slots.(slot) pc ] with
        | Program.Var v -> boxes := (slot, v) :: !boxes
        | _ -> ())
    assigned;
  let boxes = List.rev !boxes in
  let exn = fresh b in
  let caught = copy state in
  caught.accu <- Program.Var exn;
  let handler =
    match boxes with
    | [] -> edge b handler caught pc
    | _ ->
      let param = fresh b in
      caught.accu <- Program.Var param;
      let body = b.body in
      b.body <- [];
      List.iter
        (fun (slot, cell) -> caught.slots.(slot) <- prim b "%field" [ Program.Var cell; Program.Int 0 ])
        boxes;
      let target = edge b handler caught pc in
      let landing = { Program.params = [ param ]; body = List.rev b.body; term = Program.Jump target } in
      b.body <- body;
      b.landings <- landing :: b.landings;
      b.block_count <- b.block_count + 1;
      { Program.block = b.block_count - 1; args = [ Program.Var exn ] }
  in
  trap.boxes <- boxes;
  for _ = 1 to 4 do
    push state undefined
  done;
  let body = edge b body state pc in
  Program.Pushtrap { exn; body; handler }

(* The instruction that ends a block. *)
let term b pc op next state =
  let accu = state.accu in
  let at l = b.code.block_at.(l) in
  match op with
  | Branch l -> Program.Jump (edge b (at l) state pc)
  | Branchif l | Branchifnot l ->
    let taken = match op with Branchif _ -> true | _ -> false in
    let yes = if taken then l else next and no = if taken then next else l in
    (match accu with
    | Program.Var v when v <> none && b.booleans.(v) -> state.accu <- Program.Int 1
    | _ -> ());
    let yes = edge b (at yes) state pc in
    state.accu <- Program.Int 0;
    let no = edge b (at no) state pc in
    Program.If (accu, yes, no)
  | Compare (name, constant, l) ->
    let test = prim b name [ constant; accu ] in
    let yes = edge b (at l) state pc in
    let no = edge b (at next) state pc in
    Program.If (test, yes, no)
  | Switch (ints, tags) ->
    let ints = Array.map (fun l -> edge b (at l) state pc) ints in
    let tags = Array.map (fun l -> edge b (at l) state pc) tags in
    Program.Switch (accu, ints, tags)
  | Pushtrap l -> pushtrap b pc (at l) next state
  | Poptrap ->
    state.height <- state.height - 4;
    Program.Poptrap (edge b (at next) state pc)
  | Raise -> Program.Raise accu
  | Stop -> Program.Return (Program.Int 0)
  | Appterm (n, _) -> Program.Tail { closure = accu; args = pop state n pc; known = None }
  | Resumeterm (n, _) -> Program.Return (prim b "%resume" (accu :: pop state n pc))
  | Reperformterm _ -> Program.Return (prim b "%reperform" (accu :: pop state 2 pc))
  | _ -> Program.Return accu

(* Executes the block that starts at `pc`. *)
let rec block b pc state =
  let i = instruction b.code pc in
  names_at b pc state;
  if i.push then push state state.accu;
  if ends_block i.op then term b pc i.op i.next state
  else begin
    execute b pc i.op state;
    if b.code.leader.(i.next) then Program.Jump (edge b b.code.block_at.(i.next) state pc)
    else block b i.next state
  end

(* All blocks, a predecessor first. *)
let build b =
  let arity = b.func.arity in
  let self = fresh b in
  let params = Array.init arity (fun _ -> fresh b) in
  let slots = Array.init arity (fun slot -> Program.Var params.(arity - 1 - slot)) in
  let state = { slots; height = arity; accu = Program.Int 0 } in
  if b.starts.(0) = none then
    b.blocks.(0).term <- Program.Jump (edge b b.successors.(0).(0) state b.func.entry)
  else b.left.(0) <- Some state;
  let seen = Array.make (Array.length b.starts) false in
  let work = ref [ 0 ] in
  let rec run () =
    match !work with
    | [] -> ()
    | n :: rest ->
      work := rest;
      if not seen.(n) then begin
        seen.(n) <- true;
        if b.starts.(n) <> none then begin
          let term = block b b.starts.(n) (enter b n) in
          b.blocks.(n).body <- List.rev b.body;
          b.body <- [];
          b.blocks.(n).term <- term
        end;
        let successors = b.successors.(n) in
        for i = Array.length successors - 1 downto 0 do
          if not seen.(successors.(i)) then work := successors.(i) :: !work
        done
      end;
      run ()
  in
  run ();
  self :: Array.to_list params

let func code ids debug number name =
  let f = code.functions.(number) in
  List.iter
    (fun (trap, slot) ->
      let rec climb trap =
        if trap <> none && slot < code.traps.(trap).depth then begin
          let t = code.traps.(trap) in
          t.assigned <- slot :: t.assigned;
          climb t.outer
        end
      in
      climb trap)
    f.assigns;
  let b = number_blocks code ids debug f in
  liveness b;
  let params = build b in
  let blocks = Array.append b.blocks (Array.of_list (List.rev b.landings)) in
  let names = Array.sub b.names 0 b.var_count in
  { Program.id = ids.(number); name; kind = Program.Closure; params; exits = 0; blocks; names }

(* The program in SSA. *)
let run (image : Container.image) =
  let code = discover image in
  let order = Array.init code.function_count (fun n -> n) in
  Array.stable_sort (fun a b -> code.functions.(a).entry - code.functions.(b).entry) order;
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
  let functions = Array.mapi (fun id number -> Some (func code ids debug number names.(id))) order in
  {
    Program.functions;
    main = ids.(0);
    data = image.data;
    globals = image.globals;
    global_names = image.global_names;
    version = image.version;
  }
