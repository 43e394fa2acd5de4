(* Makes functions smaller without looking outside them: block parameters that always get the same value, jumps to
   blocks that only lead on, blocks with one predecessor, results that nobody uses. Leaves blocks in reverse
   postorder. *)

open Program

let none = -1

(* How many blocks in a row a jump is led through. *)
let steps = 8

let same_arg a b =
  match (a, b) with
  | Var v, Var w -> v = w
  | Int n, Int m -> n = m
  | Wide s, Wide t -> String.equal s t
  | Literal k, Literal l -> k = l
  | _ -> false

let same_args a b =
  let rec from i = i = Array.length a || (same_arg a.(i) b.(i) && from (i + 1)) in
  a == b || (Array.length a = Array.length b && from 0)

let is_var a v = match a with Var w -> w = v | _ -> false

(* The variable has not been replaced. *)
let itself = Var none

(* What a variable has been replaced by, in the end. *)
let rec final replace a =
  match a with
  | Var v ->
    let next = replace.(v) in
    if next == itself then a else final replace next
  | _ -> a

(* Lets each variable on the way there be replaced by `last` at once. *)
let rec shorten replace a last =
  match a with
  | Var v ->
    let next = replace.(v) in
    if next != itself then begin
      replace.(v) <- last;
      shorten replace next last
    end
  | _ -> ()

let resolve replace a =
  match a with
  | Var v when replace.(v) != itself ->
    let last = final replace a in
    shorten replace a last;
    last
  | _ -> a

let substitute (f : func) replace =
  let arg a = resolve replace a in
  let instr i = Visit.map_args arg i in
  Array.iter
    (fun (b : block) ->
      b.body <- Visit.map_array instr b.body;
      b.term <- Visit.map_term_args arg b.term)
    f.blocks

(* Blocks that can be reached, in reverse postorder. *)
let reverse_postorder (f : func) =
  let count = Array.length f.blocks in
  (* Of each block that was met: how many targets are to be followed. The last one goes first: the first one then follows its
     block. *)
  let left = Array.make count none in
  (* The blocks on the way, then room, then those that are finished. *)
  let order = Array.make count 0 in
  let height = ref 1 and start = ref count in
  let meet b place =
    left.(b) <- Visit.target_count f.blocks.(b).term;
    order.(place) <- b
  in
  meet 0 0;
  while !height > 0 do
    let b = order.(!height - 1) in
    let k = left.(b) - 1 in
    if k < 0 then begin
      decr height;
      decr start;
      order.(!start) <- b
    end
    else begin
      left.(b) <- k;
      let next = (Visit.target f.blocks.(b).term k).block in
      if left.(next) = none then begin
        meet next !height;
        incr height
      end
    end
  done;
  if !start = 0 then order else Array.sub order !start (count - !start)

(* Keeps these blocks, in this order. *)
let keep_blocks (f : func) order =
  let numbers = Array.make (Array.length f.blocks) none in
  let moved = ref (Array.length order < Array.length f.blocks) in
  for i = 0 to Array.length order - 1 do
    numbers.(order.(i)) <- i;
    if order.(i) <> i then moved := true
  done;
  if !moved then begin
    let renumber t =
      let block = numbers.(t.block) in
      if block = t.block then t else { t with block }
    in
    f.blocks <-
      Array.map
        (fun b ->
          let block = f.blocks.(b) in
          block.term <- Visit.map_targets renumber block.term;
          block)
        order
  end

(* Drops blocks that cannot be reached and numbers the others in reverse postorder. *)
let number_blocks (f : func) = keep_blocks f (reverse_postorder f)

(* What stands, of an array beside another (or itself), beside those that `keep` says; the same array if all stay. *)
let pick keep params array =
  let kept = ref array and count = ref 0 in
  for i = 0 to Array.length params - 1 do
    if keep params.(i) then begin
      if !kept != array then !kept.(!count) <- array.(i);
      incr count
    end
    else if !kept == array then kept := Array.copy array
  done;
  if !count < Array.length array then Visit.before !kept !count else array

(* Keeps the parameters that `keep` says, and what the jumps pass for them. *)
let drop_params (f : func) keep =
  let passed t =
    let kept = pick keep f.blocks.(t.block).params t.args in
    if kept == t.args then t else { t with args = kept }
  in
  Array.iter (fun (b : block) -> b.term <- Visit.map_targets passed b.term) f.blocks;
  Array.iter (fun (b : block) -> b.params <- pick keep b.params b.params) f.blocks

(* Which values are known where: one that a region defines is not known outside of it. Of each variable the region of
   its definition; none: there are no regions. *)
type scopes = { regions : Regions.t; scope : int array }

let find_scopes (f : func) =
  let regions = Regions.find f in
  if Array.length regions.list = 0 then { regions; scope = [||] }
  else begin
    let scope = Array.make (Array.length f.names) Regions.none in
    Array.iteri
      (fun n (b : block) ->
        let define v = scope.(v) <- regions.home.(n) in
        Visit.each_defined b define;
        match b.term with Pushtrap { exn; _ } -> define exn | _ -> ())
      f.blocks;
    { regions; scope }
  end

(* Whether a value may stand in place of the parameter `p`. *)
let allows scopes p = function
  | Var v -> Array.length scopes.scope = 0 || Regions.is_within scopes.regions scopes.scope.(p) scopes.scope.(v)
  | _ -> true

(* The one value, which may be known already, that these jumps pass for the parameter `p` of number `k`; `itself` when there are
   several or none. *)
let rec only replace p k value = function
  | [] -> value
  | t :: rest ->
    let a = resolve replace t.args.(k) in
    if is_var a p then only replace p k value rest
    else if value == itself then only replace p k a rest
    else if same_arg a value then only replace p k value rest
    else itself

let has_params (f : func) = Array.exists (fun (b : block) -> Array.length b.params > 0) f.blocks

(* Removes parameters that get one and the same value from everywhere. *)
let same_params (f : func) =
  (* Of each block the jumps that pass something to it. *)
  let incoming = Array.make (Array.length f.blocks) [] in
  let note t = if Array.length t.args > 0 then incoming.(t.block) <- t :: incoming.(t.block) in
  Array.iter (fun (b : block) -> Visit.each_target b.term note) f.blocks;
  let scopes = find_scopes f in
  let replace = Array.make (Array.length f.names) itself in
  let found = ref false in
  let look jumps k p =
    if replace.(p) == itself then begin
      let value = only replace p k itself jumps in
      if value != itself && allows scopes p value then begin
        replace.(p) <- value;
        found := true
      end
    end
  in
  (* What one is replaced by may be what another one gets: mostly a later one, as blocks are in reverse postorder. *)
  let rec run changed =
    found := false;
    for b = 0 to Array.length f.blocks - 1 do
      let params = f.blocks.(b).params in
      for k = 0 to Array.length params - 1 do
        look incoming.(b) k params.(k)
      done
    done;
    if !found then run true else changed
  in
  let changed = run false in
  if changed then begin
    drop_params f (fun v -> replace.(v) == itself);
    substitute f replace
  end;
  changed

let own owner b params = Array.iter (fun v -> owner.(v) <- b) params

(* Of each parameter of a block that block; none: the variable is no such parameter. *)
let owners_of_params (f : func) =
  let owner = Array.make (Array.length f.names) none in
  Array.iteri (fun b (block : block) -> own owner b block.params) f.blocks;
  owner

(* For each block, whether other blocks use variables that it owns. *)
let used_outside (f : func) owner =
  let here = ref none in
  let outside = Array.make (Array.length f.blocks) false in
  let note = function
    | Var v ->
      let home = owner.(v) in
      if home <> none && home <> !here then outside.(home) <- true
    | _ -> ()
  in
  let instr i = Visit.each_arg i note in
  Array.iteri
    (fun b (block : block) ->
      here := b;
      Array.iter instr block.body;
      Visit.each_term_arg block.term note)
    f.blocks;
  outside

(* `a` where the parameters of a block are what a jump passes. *)
let passed params args a =
  match a with
  | Var v ->
    let rec from i = if i = Array.length params then a else if params.(i) = v then args.(i) else from (i + 1) in
    from 0
  | _ -> a

let passed_target params args t = { t with args = Visit.map_array (passed params args) t.args }

(* Where a test of a constant leads. *)
let decided term value =
  match (term, value) with
  | If (_, yes, no), Int n -> Some (if n <> 0 then yes else no)
  | Switch (_, ints, _), Int n when n >= 0 && n < Array.length ints -> Some ints.(n)
  | _ -> None

(* Where a jump leads through at most `left` blocks that do nothing else; itself when there is none. *)
let rec lead_through (f : func) outside left t =
  let block = f.blocks.(t.block) in
  if Array.length block.body = 0 && left > 0 && not outside.(t.block) then
    match block.term with
    | Jump next -> lead_on f outside left block t next
    | If (a, _, _) | Switch (a, _, _) -> (
      match decided block.term (passed block.params t.args a) with
      | Some next -> lead_on f outside left block t next
      | None -> t)
    | _ -> t
  else t

and lead_on f outside left block t next = lead_through f outside (left - 1) (passed_target block.params t.args next)

(* The end of a block that a jump goes to, when it is nothing but an exit. *)
let copied_exit (f : func) outside t =
  let block = f.blocks.(t.block) in
  match block.term with
  | _ when Array.length block.body > 0 || outside.(t.block) -> None
  | Return a -> Some (Return (passed block.params t.args a))
  | Raise a -> Some (Raise (passed block.params t.args a))
  | Leave (exit, args) -> Some (Leave (exit, Visit.map_array (passed block.params t.args) args))
  | _ -> None

(* The terminator that stands for this one if both ways are the same or the test is of a constant. *)
let shorter term =
  match term with
  | If (_, yes, no) when yes.block = no.block && same_args yes.args no.args -> Jump yes
  | If (a, _, _) | Switch (a, _, _) -> ( match decided term a with Some t -> Jump t | None -> term)
  | _ -> term

(* Leads jumps through empty blocks, decides tests of constants, copies exits. *)
let thread (f : func) =
  (* Other blocks may use the parameters of one that leads to them. *)
  let passes_on (b : block) = Array.length b.params > 0 && Array.length b.body = 0 && Visit.target_count b.term > 0 in
  let outside =
    if Array.exists passes_on f.blocks then used_outside f (owners_of_params f)
    else Array.make (Array.length f.blocks) false
  in
  let changed = ref false in
  let lead t =
    let last = lead_through f outside steps t in
    if last != t then changed := true;
    last
  in
  for b = 0 to Array.length f.blocks - 1 do
    let block = f.blocks.(b) in
    let old = block.term in
    block.term <- Unreachable;
    let led = Visit.map_targets lead old in
    let term = shorter led in
    if term != led then changed := true;
    let exit = match term with Jump t -> copied_exit f outside t | _ -> None in
    match exit with
    | Some exit ->
      changed := true;
      block.term <- exit
    | None -> block.term <- term
  done;
  !changed

(* Appends to each block the one that it jumps to when nothing else does, and keeps those that are left in this order: all that can be
   reached, in reverse postorder. *)
let merge (f : func) order =
  let predecessors = Array.make (Array.length f.blocks) 0 in
  predecessors.(order.(0)) <- 1;
  let note t = predecessors.(t.block) <- predecessors.(t.block) + 1 in
  for i = 0 to Array.length order - 1 do
    Visit.each_target f.blocks.(order.(i)).term note
  done;
  let replace = ref [||] in
  let pass p a =
    if Array.length !replace = 0 then replace := Array.make (Array.length f.names) itself;
    !replace.(p) <- a
  in
  (* The bodies that go to the end of the block's, the last first. *)
  let rec follow (block : block) bodies =
    match block.term with
    | Jump t when predecessors.(t.block) = 1 ->
      let next = f.blocks.(t.block) in
      Array.iter2 pass next.params t.args;
      predecessors.(t.block) <- 0;
      block.term <- next.term;
      follow block (next.body :: bodies)
    | _ -> bodies
  in
  let left = ref 0 in
  for i = 0 to Array.length order - 1 do
    let b = order.(i) in
    if predecessors.(b) > 0 then begin
      let block = f.blocks.(b) in
      order.(!left) <- b;
      incr left;
      match follow block [] with
      | [] -> ()
      | bodies -> block.body <- Array.concat (block.body :: List.rev bodies)
    end
  done;
  let changed = !left < Array.length order in
  keep_blocks f (if changed then Array.sub order 0 !left else order);
  if Array.length !replace > 0 then substitute f !replace;
  changed

(* May the instruction be dropped when its result is not used? *)
let removable effect_of = function
  | Prim (_, name, _) -> ( match effect_of name with Fragment.Mutator -> false | _ -> true)
  | Closures _ -> true
  | Apply _ | Try _ -> false

(* Of a variable that no instruction defines. *)
let no_instr = Visit.nothing

(* The variable that stands for the instruction: its first result. *)
let first_dest = function
  | Prim (dest, _, _) | Apply { dest; _ } -> dest
  | Closures { dests; _ } | Try { dests; _ } -> if Array.length dests > 0 then dests.(0) else none

(* What something needs, and first results of instructions that stay for their effect. *)
type needs = {
  live : bool array;
  mutable grew : bool;  (* in this round *)
  mutable is_open : bool;  (* a jump back has passed what will be needed if its parameter is *)
}

let mark needs v =
  needs.live.(v) <- true;
  needs.grew <- true

let need needs a = match a with Var v when not needs.live.(v) -> mark needs v | _ -> ()

(* Needs what a jump passes to parameters that are needed. *)
let need_passed needs params args is_back =
  for k = 0 to Array.length args - 1 do
    if needs.live.(params.(k)) then need needs args.(k)
    else match args.(k) with Var v when is_back && not needs.live.(v) -> needs.is_open <- true | _ -> ()
  done

(* Is one of its results needed, if it has any? *)
let stays needs instr =
  match instr with
  | Prim (dest, _, _) | Apply { dest; _ } -> needs.live.(dest)
  | Closures { dests; _ } | Try { dests; _ } -> Array.length dests = 0 || Array.exists (fun v -> needs.live.(v)) dests

(* Finds what something needs, for which it calls `note`; gives whether there are instructions that nothing needs. Blocks are in reverse
   postorder: from the last instruction to the first, a value is met after all that may need it, but for what jumps back pass; then all is
   looked at again. The effect is asked only of instructions that no later one needs. *)
let rec find_needs (f : func) effect_of needs note =
  needs.grew <- false;
  needs.is_open <- false;
  let found = ref false in
  for b = Array.length f.blocks - 1 downto 0 do
    let { body; term; _ } = f.blocks.(b) in
    Visit.each_own_arg term note;
    for k = 0 to Visit.target_count term - 1 do
      let { block; args } = Visit.target term k in
      need_passed needs f.blocks.(block).params args (block <= b)
    done;
    for i = Array.length body - 1 downto 0 do
      let instr = body.(i) in
      let is_needed = stays needs instr in
      if is_needed || not (removable effect_of instr) then begin
        if not is_needed then mark needs (first_dest instr);
        match instr with
        | Prim (_, _, args) ->
          for k = 0 to Array.length args - 1 do
            need needs args.(k)
          done
        | _ -> Visit.each_arg instr note
      end
      else found := true
    done
  done;
  if needs.grew && needs.is_open then find_needs f effect_of needs note else !found

(* Drops parameters and instructions that nothing needs. *)
let unused (f : func) effect_of =
  let needs = { live = Array.make (Array.length f.names) false; grew = false; is_open = false } in
  let dead = find_needs f effect_of needs (need needs) in
  let is_live v = needs.live.(v) in
  let dead_params = Array.exists (fun (b : block) -> not (Array.for_all is_live b.params)) f.blocks in
  if dead_params then drop_params f is_live;
  if dead then Array.iter (fun (b : block) -> b.body <- Visit.filter_array (stays needs) b.body) f.blocks;
  dead_params || dead

(* Is the instruction an operation on constants that can be done? *)
let folds = function Prim (_, name, [| Int a; Int b |]) -> Option.is_some (Fold.run name a b) | _ -> false

(* Puts constants in the place of operations on constants; gives whether there are any. *)
let constants (f : func) =
  Array.exists (fun (b : block) -> Array.exists folds b.body) f.blocks
  &&
  let replace = Array.make (Array.length f.names) itself in
  let known a = match a with Var v when replace.(v) != itself -> replace.(v) | _ -> a in
  let fold dest name a b =
    match Fold.run name a b with
    | Some n ->
        replace.(dest) <- int n;
        false
    | None -> true
  in
  let stays = function
    | Prim (dest, name, [| Int a; b |]) -> ( match known b with Int b -> fold dest name a b | _ -> true)
    | Prim (dest, name, [| a; Int b |]) -> ( match known a with Int a -> fold dest name a b | _ -> true)
    | _ -> true
  in
  Array.iter (fun (b : block) -> b.body <- Visit.filter_array stays b.body) f.blocks;
  substitute f replace;
  true

(* So often all steps are gone through. *)
let rounds = 3

(* Simplifies one function. `moved`: what is passed to parameters has changed since these were compared; `replaced`: variables have been
   replaced since constants were looked for. *)
let run f effect_of =
  let rec round left moved replaced =
    if left > 0 then begin
      let same = moved && has_params f && same_params f in
      let folded = (replaced || same) && constants f in
      let threaded = thread f in
      (* After the first round, without other jumps there is nothing more to merge, and nothing becomes unused. *)
      let led = threaded || left = rounds in
      let merged = led && merge f (if threaded then reverse_postorder f else Array.init (Array.length f.blocks) Fun.id) in
      let dropped = led && unused f effect_of in
      (* What comes before threading has nothing more to do when nothing has changed since. *)
      if threaded || merged || dropped then round (left - 1) (threaded || (folded && merged)) merged
    end
  in
  if Array.length f.blocks = 1 then begin
    ignore (constants f);
    ignore (unused f effect_of)
  end
  else begin
    number_blocks f;
    round rounds true true
  end
