(* Liveness and the choice of a register (a Lua local) for each variable that is not folded. Variables in SSA form are
   coloured greedily in an order in which definitions dominate uses; a block's parameters prefer the registers of their
   arguments. What does not fit into `limit` locals goes to slots of the table `S`. *)

open Program
module Names = Map.Make (String)
module Taken = Set.Make (String)

(* Locals of a function; the rest of Lua's 200 and of its 250 stack slots is for temporaries. *)
let limit = 120

(* Above this many arguments a call passes one table. *)
let max_args = 100

(* Up to here a variable gets a new register for its name's sake. *)
let named = 60

(* Slots of the frame that a numeric `for` takes: three of its own and its variable. *)
let for_slots = 4

let is_keyword name =
  match name with
  | "and" | "break" | "continue" | "do" | "else" | "elseif" | "end" | "false" | "for" | "function" | "global" | "goto"
  | "if" | "in" | "local" | "nil" | "not" | "or" | "repeat" | "return" | "then" | "true" | "until" | "while" | "self" ->
      true
  | _ -> false

(* A register. *)
type register = {
  name : string;
  is_slot : bool;
  mutable is_param : bool;
  mutable counts : bool;  (* the variable of numeric `for`: these declare and assign it *)
  mutable occupied : bool;
}

type t = {
  of_var : int array;  (* the register of each variable; none: it has none *)
  mutable all : register array;
  mutable count : int;
  web : int array;  (* variables that flow into each other in one register, by representative *)
  mutable locals : int;
  mutable slots : int;
}

(* An instruction that is a statement, or the terminator. *)
type step = {
  uses : int list;
  dests : int array;
  early : bool;  (* the results are written before all operands are read *)
  mutable dying : int list;  (* what it uses last, and results that nobody reads *)
}

type chooser = {
  registers : t;
  base : int array;  (* number of the name of each variable *)
  base_names : string array;
  by_base : int list array;  (* latest first *)
  last_suffix : int array;
  mutable taken : Taken.t;
  class_of : int array;  (* union of variables that would best share a register *)
  wanted : int array;  (* and the one they share *)
  next_round : int array;  (* of a variable, the parameter of a loop's header that it is passed to for the next round; or none *)
  mutable counters : (int * int * int) list;  (* the registers of numeric `for`, after their level and the number of their name *)
  kept : int;  (* registers before this one are never free: `C` *)
  short : Short_names.t option;  (* names of the compact style *)
}

let find parent v =
  let root = ref v in
  while parent.(!root) <> !root do
    root := parent.(!root)
  done;
  let v = ref v in
  while parent.(!v) <> !root do
    let next = parent.(!v) in
    parent.(!v) <- !root;
    v := next
  done;
  !root

let union parent a b =
  let a = find parent a and b = find parent b in
  if a < b then parent.(b) <- a else parent.(a) <- b

(* Each variable by itself. *)
let part parent =
  for v = 0 to Array.length parent - 1 do
    parent.(v) <- v
  done

let rec mem (v : int) list = match list with [] -> false | first :: rest -> first = v || mem v rest

(* Is it one of the items from number `i` on? *)
let rec mem_from (v : int) items i = i < Array.length items && (items.(i) = v || mem_from v items (i + 1))

let new_step uses dests early = { uses; dests; early; dying = [] }

(* By block: its steps. *)
let steps table func (flow : Flow.t) (forest : Forest.t) =
  (* The variables whose registers the operands' expressions read. *)
  let found = ref [] in
  let rec leaves arg =
    match arg with
    | Var v -> (
        match forest.Forest.definition.(v) with
        | instr when instr != Visit.nothing && forest.Forest.folded.(v) -> Visit.each_arg instr leaves
        | _ -> found := v :: !found)
    | Int _ | Wide _ | Literal _ -> ()
  in
  let is_used d = forest.Forest.uses.(d) > 0 in
  let result d = if is_used d then [| d |] else [||] in
  let step instr =
    found := [];
    Visit.each_arg instr leaves;
    let uses = !found in
    match instr with
    | Closures { dests = all; functions } ->
        (* the others of a recursive group and the closure itself are patched in, not read *)
        let uses = List.filter (fun v -> not (mem_from v all 0)) uses in
        let early = Array.length all > 1 || Array.length functions > 1 in
        new_step uses (Visit.filter_array is_used all) early
    | Prim (dest, name, _) ->
        let early =
          match Fragment.find table name with
          | Some { Fragment.fixup = Some f; _ } -> List.exists (fun a -> a > 0) f.Template.order
          | _ -> false
        in
        new_step uses (result dest) early
    | Apply { dest; _ } -> new_step uses (result dest) false
    | Try { dests; _ } -> new_step uses dests false
  in
  let rec written body i term =
    if i = Array.length body then begin
      found := [];
      Visit.each_term_arg term leaves;
      match !found with [] -> [] | uses -> [ new_step uses [||] false ]
    end
    else
      let instr = body.(i) in
      let d = Forest.single_dest instr in
      if d <> Flow.none && forest.Forest.folded.(d) then written body (i + 1) term
      else
        let step = step instr in
        step :: written body (i + 1) term
  in
  let all = Array.make (Array.length func.blocks) [] in
  Array.iter (fun b -> all.(b) <- written func.blocks.(b).body 0 func.blocks.(b).term) flow.Flow.order;
  all

(* Does the list, to whose front is added, have it? *)
let is_noted (v : int) list = match list with last :: _ -> last = v | [] -> false

(* Variables live at the start of each block, one variable at a time, upwards from its uses. *)
let liveness func (flow : Flow.t) (all : step list array) =
  let n = Array.length func.names in
  let count = Array.length func.blocks in
  let home = Array.make n Flow.none in
  let used = Array.make n [] in
  let at = ref Flow.none in
  let define v = home.(v) <- !at in
  let use u =
    if home.(u) <> !at && not (is_noted !at used.(u)) then used.(u) <- !at :: used.(u)
  in
  let define_all step = Array.iter define step.dests in
  let use_all step = List.iter use step.uses in
  Array.iter
    (fun b ->
      at := b;
      Array.iter define func.blocks.(b).params;
      List.iter define_all all.(b))
    flow.Flow.order;
  Array.iter
    (fun b ->
      at := b;
      List.iter use_all all.(b))
    flow.Flow.order;
  let live = Array.make count [] in
  let rec enter v b =
    if not (is_noted v live.(b)) then begin
      live.(b) <- v :: live.(b);
      for k = flow.Flow.start.(b) to flow.Flow.start.(b + 1) - 1 do
        let p = flow.Flow.predecessors.(k) in
        if home.(v) <> p then enter v p
      done
    end
  in
  let rec reach v blocks =
    match blocks with
    | [] -> ()
    | b :: rest ->
        enter v b;
        reach v rest
  in
  for v = 0 to n - 1 do
    match used.(v) with [] -> () | blocks -> reach v blocks
  done;
  live

(* v1, v2, …, or short names. *)
let unnamed names n = match names with Some _ -> Short_names.variable n | None -> "v" ^ string_of_int n

(* The name of a hint: "v" when it has none. *)
let base_name hint =
  if (not (Template.is_identifier hint)) || match hint.[0] with 'A' .. 'Z' -> true | _ -> false then "v"
  else if is_keyword hint then hint ^ "_"
  else hint

let add chooser name slot =
  let registers = chooser.registers in
  let r = registers.count in
  let register = { name; is_slot = slot; is_param = false; counts = false; occupied = false } in
  if r = Array.length registers.all then registers.all <- Array.append registers.all (Array.make (r + 8) register);
  registers.all.(r) <- register;
  registers.count <- r + 1;
  r

(* A new name after the base. *)
let rec name chooser base =
  let suffix = chooser.last_suffix.(base) in
  chooser.last_suffix.(base) <- suffix + 1;
  let found =
    if base = 0 then unnamed chooser.short (suffix + 1)
    else if suffix = 0 then chooser.base_names.(base)
    else chooser.base_names.(base) ^ "_" ^ string_of_int suffix
  in
  (* alone those without a hint are all different *)
  if Array.length chooser.base_names = 1 then found
  else if Taken.mem found chooser.taken then name chooser base
  else begin
    chooser.taken <- Taken.add found chooser.taken;
    found
  end

let add_local chooser base =
  let r = add chooser (name chooser base) false in
  chooser.registers.locals <- chooser.registers.locals + 1;
  chooser.by_base.(base) <- r :: chooser.by_base.(base);
  r

let add_slot chooser =
  let registers = chooser.registers in
  registers.slots <- registers.slots + 1;
  add chooser ("S[" ^ string_of_int registers.slots ^ "]") true

(* The variable of a numeric `for` has a register that nothing else has: an assignment to it would be lost. *)
let choose_counter chooser v level =
  let base = chooser.base.(v) in
  let r =
    match List.find_opt (fun (l, b, _) -> l = level && b = base) chooser.counters with
    | Some (_, _, r) -> r
    | None ->
        let r = add chooser (name chooser base) false in
        chooser.registers.all.(r).counts <- true;
        chooser.counters <- (level, base, r) :: chooser.counters;
        r
  in
  chooser.registers.of_var.(v) <- r

let is_free registers r = not registers.all.(r).occupied

(* The last free one of the registers, else `found`. *)
let rec last_free registers list found =
  match list with [] -> found | r :: rest -> last_free registers rest (if is_free registers r then r else found)

(* A free register of any name, from number `r` on; a slot only when there are no more locals. *)
let rec any_free registers r =
  if r = registers.count then Flow.none
  else
    let register = registers.all.(r) in
    if register.occupied || register.counts || (register.is_slot && registers.locals < limit) then any_free registers (r + 1) else r

(* That of the variable, if it has one which is free, else none. *)
let free_register registers v =
  let r = if v = Flow.none then Flow.none else registers.of_var.(v) in
  if r <> Flow.none && is_free registers r && not registers.all.(r).counts then r else Flow.none

(* First it wants the register of what it is in the next round, then `passed`, if that is not none, then the one that its class shares. *)
let choose chooser v passed =
  let registers = chooser.registers in
  let next = free_register registers chooser.next_round.(v) in
  let class_ = find chooser.class_of v in
  let base = chooser.base.(v) in
  let wanted = chooser.wanted.(class_) in
  let r =
    if next <> Flow.none then next
    else if passed <> Flow.none then passed
    else if wanted <> Flow.none && is_free registers wanted then wanted
    else
      (* the oldest free one of its name *)
      let r = last_free registers chooser.by_base.(base) Flow.none in
      let r = if r = Flow.none && registers.locals >= named then any_free registers 0 else r in
      if r <> Flow.none then r else if registers.locals < limit then add_local chooser base else add_slot chooser
  in
  if wanted = Flow.none then chooser.wanted.(class_) <- r;
  registers.of_var.(v) <- r;
  registers.all.(r).occupied <- true

let free chooser v =
  let r = chooser.registers.of_var.(v) in
  if r <> Flow.none && r >= chooser.kept then chooser.registers.all.(r).occupied <- false

(* Frees those of the variables that are, or are not, among the results. *)
let rec free_all chooser dests results list =
  match list with
  | [] -> ()
  | v :: rest ->
      if mem_from v dests 0 = results then free chooser v;
      free_all chooser dests results rest

(* The results from number `i` on that are not marked for the block `b`. *)
let rec unread mark (b : int) dests i =
  if i = Array.length dests then []
  else
    let d = dests.(i) in
    if mark.(d) <> b then d :: unread mark b dests (i + 1) else unread mark b dests (i + 1)

(* Marks what is used, and puts what was not marked before `rest`. *)
let rec last_uses mark (b : int) uses rest =
  match uses with
  | [] -> rest
  | u :: more ->
      let others = last_uses mark b more rest in
      if mark.(u) = b then others
      else begin
        mark.(u) <- b;
        if others == more then uses else u :: others
      end

(* Notes what dies at the steps of the block `b`, from the last one on. *)
let rec note_dying mark b steps =
  match steps with
  | [] -> ()
  | step :: rest ->
      note_dying mark b rest;
      step.dying <- last_uses mark b step.uses (unread mark b step.dests 0)

let choose_all chooser dests =
  for i = 0 to Array.length dests - 1 do
    choose chooser dests.(i) Flow.none
  done

(* A free register of what is passed for parameter number `i` of block `b`: the one that the class shares if it is among them, else the
   oldest; or none. *)
let passed_register chooser func (flow : Flow.t) b i =
  let registers = chooser.registers in
  let wanted = chooser.wanted.(find chooser.class_of func.blocks.(b).params.(i)) in
  let found = ref Flow.none in
  for k = flow.Flow.start.(b) to flow.Flow.start.(b + 1) - 1 do
    let target = Visit.target func.blocks.(flow.Flow.predecessors.(k)).term flow.Flow.edge.(k) in
    match target.args.(i) with
    | Var v ->
        let r = free_register registers v in
        if r <> Flow.none && (r = wanted || !found = Flow.none || (!found <> wanted && r < !found)) then found := r
    | Int _ | Wide _ | Literal _ -> ()
  done;
  !found

(* The parameters of the block `b` that are marked, and the one that its loop counts with. *)
let choose_params chooser func flow counted mark (b : int) =
  let params = func.blocks.(b).params in
  for i = 0 to Array.length params - 1 do
    let p = params.(i) in
    match counted with
    | Some { Counting.param; level; _ } when param = p -> choose_counter chooser p level
    | _ -> if mark.(p) = b then choose chooser p (passed_register chooser func flow b i)
  done

(* The results of the steps, with what dies there. *)
let rec take chooser steps =
  match steps with
  | [] -> ()
  | step :: rest ->
      if step.early then choose_all chooser step.dests;
      free_all chooser step.dests false step.dying;
      if not step.early then choose_all chooser step.dests;
      free_all chooser step.dests true step.dying;
      take chooser rest

let rec occupy registers list =
  match list with
  | [] -> ()
  | v :: rest ->
      let r = registers.of_var.(v) in
      if r <> Flow.none then registers.all.(r).occupied <- true;
      occupy registers rest

let rec mark_all mark (b : int) list =
  match list with
  | [] -> ()
  | v :: rest ->
      mark.(v) <- b;
      mark_all mark b rest

(* Marks what is live at the end of the block `b`. *)
let mark_live mark b live flow =
  for k = 0 to Flow.edge_count flow b - 1 do
    mark_all mark b live.(Flow.successor flow b k)
  done

(* Numbers the hints; 0 is "v". *)
let bases func hints =
  let numbers = ref Names.empty in
  let names = ref [ "v" ] in
  let count = ref 1 in
  let base = Array.make (Array.length func.names) 0 in
  if hints then
    Array.iteri
      (fun v hint ->
        if not (String.equal hint "") then begin
          let name = base_name hint in
          if not (String.equal name "v") then
            base.(v) <-
              (match Names.find_opt name !numbers with
              | Some number -> number
              | None ->
                  let number = !count in
                  numbers := Names.add name number !numbers;
                  names := name :: !names;
                  incr count;
                  number)
        end)
      func.names;
  (base, Visit.of_reversed !names)

(* Parameters get registers in their order; of a closure function the first is `C`, and stays occupied. *)
let parameters chooser func =
  let registers = chooser.registers in
  let many = Array.length func.params > max_args + chooser.kept in
  Array.iteri
    (fun i p ->
      if i = 0 && has_closure func then begin
        let r = add chooser "C" false in
        registers.locals <- registers.locals + 1;
        registers.all.(r).is_param <- true;
        registers.of_var.(p) <- r;
        registers.all.(r).occupied <- true
      end
      else if many then choose chooser p Flow.none
      else begin
        let r = add_local chooser chooser.base.(p) in
        registers.all.(r).is_param <- true;
        registers.of_var.(p) <- r;
        registers.all.(r).occupied <- true
      end)
    func.params

(* Applies `f` to each parameter of a block that gets a variable, the variable, and whether the block comes before. *)
let passed func (flow : Flow.t) f =
  let from = ref 0 in
  let to_target t =
    let params = func.blocks.(t.block).params in
    let back = Array.length params > 0 && flow.Flow.index.(t.block) <= !from in
    for i = 0 to Array.length params - 1 do
      match t.args.(i) with Var v -> f params.(i) v back | Int _ | Wide _ | Literal _ -> ()
    done
  in
  Array.iteri
    (fun i b ->
      from := i;
      Visit.each_target func.blocks.(b).term to_target)
    flow.Flow.order

(* Registers are named after the OCaml variables, unless there are short names. *)
let run table func (flow : Flow.t) (counting : Counting.t) forest names =
  let n = Array.length func.names in
  let all = steps table func flow forest in
  let live = liveness func flow all in
  let base, base_names = bases func (Option.is_none names) in
  let web = Array.make n 0 in
  part web;
  let registers =
    {
      of_var = Array.make n Flow.none;
      all = [||];
      count = 0;
      web;
      locals = counting.Counting.deepest * for_slots;
      slots = 0;
    }
  in
  let chooser =
    {
      registers;
      base;
      by_base = Array.make (Array.length base_names) [];
      last_suffix = Array.make (Array.length base_names) 0;
      base_names;
      taken = Taken.empty;
      class_of = web;
      wanted = Array.make n Flow.none;
      next_round = Array.make n Flow.none;
      counters = [];
      kept = (if has_closure func then 1 else 0);
      short = names;
    }
  in
  passed func flow (fun p v back ->
      if back then chooser.next_round.(v) <- p;
      union chooser.class_of p v);
  parameters chooser func;
  Array.iter
    (fun p ->
      let class_ = find chooser.class_of p in
      let r = registers.of_var.(p) in
      if chooser.wanted.(class_) = Flow.none && r >= chooser.kept then chooser.wanted.(class_) <- r)
    func.params;
  let mark = Array.make n Flow.none in
  Array.iter
    (fun b ->
      for r = chooser.kept to registers.count - 1 do
        registers.all.(r).occupied <- false
      done;
      occupy registers live.(b);
      mark_live mark b live flow;
      note_dying mark b all.(b);
      (* A `for` reads its start after the other parameters have been assigned. *)
      let counted = counting.Counting.loops.(b) in
      let start =
        match counted with
        | Some { Counting.start = Var v; _ } -> registers.of_var.(v)
        | _ -> Flow.none
      in
      let last = start <> Flow.none && not registers.all.(start).occupied in
      if last then registers.all.(start).occupied <- true;
      choose_params chooser func flow counted mark b;
      if last then registers.all.(start).occupied <- false;
      take chooser all.(b))
    flow.Flow.order;
  (* the classes are of no use any more *)
  part web;
  passed func flow (fun p v _ ->
      let r = registers.of_var.(p) in
      if r <> Flow.none && r = registers.of_var.(v) then union web p v);
  for v = 0 to n - 1 do
    if web.(v) <> v then web.(v) <- find web v
  done;
  registers

(* Does block `b` end a `for` and pass on to the next round what is assigned to the register of one of its results? Then the
   results ask for a test for the last round. *)
let crossed func (counting : Counting.t) (forest : Forest.t) registers b =
  match func.blocks.(b).term with
  | If (_, again, _) -> (
      match counting.Counting.loops.(again.block) with
      | Some { Counting.place; results; _ } when place = b ->
          Array.exists2
            (fun p arg ->
              let r = registers.of_var.(p) in
              let same =
                match arg with
                | Var v -> (not forest.Forest.folded.(v)) && registers.of_var.(v) = r
                | Int _ | Wide _ | Literal _ -> false
              in
              r <> Flow.none && (not same) && List.exists (fun v -> registers.of_var.(v) = r) results)
            func.blocks.(again.block).params again.args
      | _ -> false)
  | _ -> false

let takes_depth table name = match Fragment.find table name with Some section -> section.Fragment.calls | None -> false

(* The most arguments of a call in the function, whether it calls otherwise than in tail position, and whether it calls at all. *)
let calls table func (flow : Flow.t) =
  let most = ref 0 and calls = ref false and tails = ref false in
  let count args =
    let n = Array.length args in
    let n = if n > max_args then max_args else n in
    if n > !most then most := n
  in
  let of_instr instr =
    match instr with
    | Prim (_, name, args) ->
        if not (String.equal name "%block") then count args;
        if (not !calls) && takes_depth table name then calls := true
    | Apply { args; _ } | Try { args; _ } ->
        count args;
        calls := true
    | Closures _ -> ()
  in
  Array.iter
    (fun b ->
      let block = func.blocks.(b) in
      Array.iter of_instr block.body;
      match block.term with
      | Tail { args; _ } ->
          count args;
          tails := true
      | Part (_, args) ->
          count args;
          calls := true
      | _ -> ())
    flow.Flow.order;
  (!most, !calls, !calls || !tails)
