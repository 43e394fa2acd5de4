(* Finds the functions in the bytecode, starting from main, and of each its blocks, and depth of the stack and traps at
   every instruction. *)

open Opcode

(* No function, trap or block. *)
let none = -1

let fail pc message = Error.fail_at "CODE" (pc * 4) message

(* An ascending list that has `n`, too. *)
let rec insert (n : int) list =
  match list with
  | first :: rest when first < n ->
    let others = insert n rest in
    if others == rest then list else first :: others
  | first :: _ when first = n -> list
  | _ -> n :: list

(* What an instruction does to the stack and the accumulator, after its push. *)
type traffic = {
  reads_accu : bool;
  reads : int;  (* how many slots it reads from the top *)
  pops : int;
  pushes : int;
  writes_accu : bool;
  ends : bool;  (* the block, too *)
}

let none_at_all = { reads_accu = false; reads = 0; pops = 0; pushes = 0; writes_accu = false; ends = false }
let leads = { none_at_all with ends = true }
let tests = { leads with reads_accu = true }
let writes = { none_at_all with writes_accu = true }
let changes = { writes with reads_accu = true }

(* Drops `n` slots; takes `n` slots, and gives a result. *)
let drops = Program.shared 5 (fun n -> { none_at_all with pops = n })
let takes = Program.shared 5 (fun n -> { changes with reads = n; pops = n })

(* A value of `n` parts, the first of which is the accumulator. *)
let gathers n = if n > 0 then takes (n - 1) else writes

let traffic op =
  match op with
  | Nop | Grab _ | Restart -> none_at_all
  | Branch _ | Stop -> leads
  | Acc _ | Envacc _ | Offsetclosure _ | Getglobal _ | Getglobalfield _ | Const _ -> writes
  | Pop n -> drops n
  | Push_retaddr _ -> { none_at_all with pushes = 3 }
  | Apply n -> if n > 3 then { changes with reads = n; pops = n + 3 } else takes n
  | Closure (n, _) -> gathers n
  | Closurerec (n, labels) -> { (gathers n) with pushes = Array.length labels }
  | Block (_, n) -> gathers n
  | Assign _ | Setglobal _ | Getfield _ | Getfloatfield _ | Offsetint _ | Offsetref _ | Perform -> changes
  | Setfield _ -> takes 1
  | Prim (_, n) | Ccall (n, _) -> takes (n - 1)
  | Getmethod | Getdynmet -> { changes with reads = 1 }
  | Getpubmet _ -> { changes with pushes = 1 }
  | Resume n -> takes n
  | Pushtrap _ -> { leads with pushes = 4 }
  | Poptrap -> { leads with pops = 4 }
  | Branchif _ | Branchifnot _ | Compare _ | Switch _ | Return _ | Raise _ -> tests
  | Appterm (n, _) | Resumeterm (n, _) -> { tests with reads = n; pops = n }
  | Reperformterm _ -> { tests with reads = 2; pops = 2 }

let sets_global = function Setglobal _ -> true | _ -> false

type trap = {
  outer : int;  (* the enclosing one *)
  depth : int;  (* of the stack below the trap's own four slots *)
  mutable assigned : int list;  (* slots that are assigned while it is set, ascending *)
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
  mutable leaders : int list;  (* ascending *)
  mutable used : int list;  (* offsets it uses, apart from its own; ascending *)
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

(* The instructions that are reached, by the word where they begin. *)
type instructions = {
  op : op array;
  next : int array;  (* where the next one starts; its complement if the instruction begins with a push of accu *)
}

let no_instructions = { op = [||]; next = [||] }

(* Does the instruction at `pc` begin with a push of accu, and where does the next one start? *)
let pushes instructions pc = instructions.next.(pc) < 0

let following instructions pc =
  let next = instructions.next.(pc) in
  if next < 0 then lnot next else next

(* How each instruction is reached, by the word where it begins: its function (none: it is not), depth of the stack and innermost trap
   before it. *)
type reached = { owner : int array; depth : int array; trap : int array }

let none_reached = { owner = [||]; depth = [||]; trap = [||] }

(* The start of a block. *)
type leader = {
  depth : int;  (* of the stack, and the innermost trap, before it *)
  trap : int;
  mutable forced : bool;  (* the block takes parameters for what is live, however it is reached *)
  mutable block : int;  (* the number of the block, once these are numbered *)
}

let no_leader = { depth = 0; trap = none; forced = false; block = none }

(* A return address that is pushed before the arguments of a call, while they are computed. *)
type pending = { pushed_at : int; address : int; within : int  (* the innermost trap *) }

(* What is known of the code. *)
type code = {
  image : Container.image;
  operands : operands;
  mutable instructions : instructions;
  mutable reached : reached;  (* while functions are discovered *)
  mutable leaders : leader array;  (* by word *)
  mutable function_at : int array;  (* number of the function that starts at a word *)
  mutable traps : trap array;
  mutable trap_count : int;
  mutable functions : func array;
  mutable function_count : int;
  set_globals : bool array;
  called : bool array;  (* the primitives *)
  mutable pending : pending list;
  mutable units : (int * int) list;  (* where main sets a global that has a name: address, global *)
}

(* Notes that control comes to `pc` with this stack; gives whether for the first time. *)
let reach code number pc depth trap =
  let { owner; depth = depths; trap = traps } = code.reached in
  if owner.(pc) = none then begin
    owner.(pc) <- number;
    depths.(pc) <- depth;
    traps.(pc) <- trap;
    true
  end
  else begin
    if owner.(pc) <> number then fail pc "code of two functions";
    if depths.(pc) <> depth || traps.(pc) <> trap then fail pc "stack depth differs between two ways to the same instruction";
    false
  end

(* Makes `pc` the start of a block, and queues it when it is new. *)
let lead code work number pc depth trap =
  if reach code number pc depth trap then work := pc :: !work;
  if code.leaders.(pc) == no_leader then code.leaders.(pc) <- { no_leader with depth; trap }

(* A function whose code is at `entry`. *)
let add_function code entry offset captured size parent created =
  if code.function_at.(entry) <> none then fail created "function that is created in two places";
  code.function_at.(entry) <- code.function_count;
  let arity = match decode code.operands entry with Grab n -> n + 1 | _ -> 1 in
  let arity = if parent = none then 0 else arity in
  let f = { entry; arity; offset; captured; size; parent; created; leaders = []; used = []; assigns = [] } in
  code.functions <- Visit.grown code.functions code.function_count no_func;
  code.functions.(code.function_count) <- f;
  code.function_count <- code.function_count + 1

(* Records that a function uses the closure block at `offset` from itself. *)
let use_offset f pc offset env =
  let at = f.offset + offset in
  if env && (at < f.captured || at >= f.size) then fail pc "captured variable that does not exist";
  if (not env) && (at < 0 || at >= f.captured || at mod 3 <> 0 || f.parent = none) then
    fail pc "function that does not exist in the closure";
  if at <> f.offset then f.used <- insert at f.used

(* The block after one that ends with a test. *)
let lead_next code work number next depth trap =
  if next >= code.image.words then fail next "the code ends here without a return";
  lead code work number next depth trap

let check_global code pc n = if n >= Array.length code.image.globals then fail pc "global that does not exist"

(* What one instruction tells of the function `f`; `depth` is that after its push. *)
let step code f number pc op depth trap =
  match op with
  | Acc n -> if n >= depth then fail pc "stack underflow"
  | Assign n ->
    if n >= depth then fail pc "stack underflow";
    if trap <> none then f.assigns <- (trap, depth - 1 - n) :: f.assigns
  | Push_retaddr address -> code.pending <- { pushed_at = pc; address; within = trap } :: code.pending
  | Envacc n -> use_offset f pc n true
  | Offsetclosure n -> use_offset f pc n false
  | Closure (vars, label) -> add_function code label 0 2 (2 + vars) number pc
  | Closurerec (vars, labels) ->
    if Array.length labels = 0 then fail pc "closure without functions";
    let captured = (3 * Array.length labels) - 1 in
    Array.iteri (fun i label -> add_function code label (3 * i) captured (captured + vars) number pc) labels
  | Getglobal n | Getglobalfield (n, _) -> check_global code pc n
  | Setglobal n ->
    check_global code pc n;
    code.set_globals.(n) <- true;
    let names = code.image.global_names in
    let has_name = n < Array.length names && String.length names.(n) > 0 in
    if has_name && f.parent = none then code.units <- (pc, n) :: code.units
  | Grab _ -> if f.entry <> pc then fail pc "GRAB inside a function"
  | Restart -> fail pc "RESTART inside a function"
  | Ccall (count, primitive) ->
    if count = 0 then fail pc "call of a primitive without arguments";
    code.called.(primitive) <- true
  | Apply 0 | Appterm (0, _) -> fail pc "application to nothing"
  | Return _ | Appterm _ | Resumeterm _ | Reperformterm _ | Stop ->
    if trap <> none then fail pc "the function is left with a trap set"
  | _ -> ()

(* What an instruction takes must be slots of its own function, above those of the innermost trap. *)
let check_slots code pc op traffic depth trap =
  match op with
  | Poptrap -> if trap = none || code.traps.(trap).depth + 4 <> depth then fail pc "no trap to pop"
  | _ ->
    let floor = if trap = none then 0 else code.traps.(trap).depth + 4 in
    if traffic.reads > depth || floor + traffic.pops > depth then fail pc "stack underflow"

(* Walks over the code of a function: its instructions, leaders, depths, traps, and the functions that it creates. *)
let explore code number =
  let f = code.functions.(number) in
  let main = f.parent = none in
  let work = ref [] in
  lead code work number f.entry f.arity none;
  let rec walk pc before trap =
    let op = decode code.operands pc in
    let push = code.operands.push and next = code.operands.next in
    code.instructions.op.(pc) <- op;
    code.instructions.next.(pc) <- (if push then lnot next else next);
    let depth = if push then before + 1 else before in
    step code f number pc op depth trap;
    let t = traffic op in
    if t.reads > 0 || t.pops > 0 then check_slots code pc op t depth trap;
    let after = depth - t.pops + t.pushes in
    let forced =
      match op with
      | _ when not t.ends -> main && after = 0 && trap = none && sets_global op
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
        code.leaders.(l).forced <- true;
        let inner = code.trap_count in
        code.traps <- Visit.grown code.traps inner no_trap;
        code.traps.(inner) <- { outer = trap; depth; assigned = []; boxes = [] };
        code.trap_count <- inner + 1;
        lead_next code work number next after inner;
        false
      | Poptrap ->
        lead_next code work number next after code.traps.(trap).outer;
        true
      | _ -> false
    in
    if forced || not t.ends then begin
      if next >= code.image.words then fail pc "the code ends here without a return";
      if not (t.ends || forced) && code.reached.owner.(next) = none then begin
        ignore (reach code number next after trap);
        walk next after trap
      end
      else begin
        if not t.ends then lead code work number next after trap;
        if forced then code.leaders.(next).forced <- true
      end
    end
  in
  let rec run () =
    match !work with
    | [] -> ()
    | start :: rest ->
      work := rest;
      let { depth; trap; _ } = code.leaders.(start) in
      walk start depth trap;
      run ()
  in
  run ()

let by_address (a, _) (b, _) = a - b

(* Everything that main reaches. *)
let run (image : Container.image) =
  let size = image.words in
  let code =
    {
      image;
      operands = operands image;
      instructions = { op = Array.make size Nop; next = Array.make size 0 };
      reached = { owner = Array.make size none; depth = Array.make size 0; trap = Array.make size none };
      leaders = Array.make size no_leader;
      function_at = Array.make size none;
      traps = [||];
      trap_count = 0;
      functions = [||];
      function_count = 0;
      set_globals = Array.make (Array.length image.globals) false;
      called = Array.make (Array.length image.primitives) false;
      pending = [];
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
  for pc = size - 1 downto 0 do
    if code.leaders.(pc) != no_leader then begin
      let f = code.functions.(code.reached.owner.(pc)) in
      f.leaders <- pc :: f.leaders
    end
  done;
  code.reached <- none_reached;
  code.units <- List.sort by_address code.units;
  code

(* Lets the memory go. As Lua a function holds its variables as long as it runs, and those of what is inlined in it. *)
let release code =
  code.instructions <- no_instructions;
  code.leaders <- [||];
  code.function_at <- [||];
  code.functions <- [||]
