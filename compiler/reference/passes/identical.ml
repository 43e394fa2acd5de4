(* What is the same is there once. Blocks of a function that do the same and lead to the same places become one, and so do functions
   of the same code (identical code folding), whose closures differ in nothing but what they capture. Callees come first, so that
   functions that call the same ones are the same themselves; where functions call each other in a circle they stay as they are. *)

open Program

(* Numbers the variables in the order of their definition. Blocks are in reverse postorder: what uses a variable comes after its
   definition. *)
let number_variables (f : func) =
  let hints = f.names in
  let total = Array.length hints in
  (* Of each variable, what stands for it if it gets another number; none: all keep theirs so far. *)
  let renamed = ref [||] in
  let count = ref 0 in
  let define v =
    let n = !count in
    count := n + 1;
    if v = n then v
    else begin
      if Array.length !renamed = 0 then renamed := Array.make total Simplify.itself;
      !renamed.(v) <- var n;
      n
    end
  in
  let moved () = Array.length !renamed > 0 in
  let rename a = match a with Var v when !renamed.(v) != Simplify.itself -> !renamed.(v) | _ -> a in
  let instr i =
    if moved () then Visit.map_all define rename i
    else begin
      (* The first ones that move may be closures that capture each other. *)
      let defined = Visit.map_dests define i in
      if moved () then Visit.map_args rename defined else defined
    end
  in
  f.params <- Visit.map_array define f.params;
  Array.iter
    (fun (b : block) ->
      b.params <- Visit.map_array define b.params;
      b.body <- Visit.map_array instr b.body;
      (match b.term with
      | Pushtrap trap ->
        let exn = define trap.exn in
        if exn <> trap.exn then b.term <- Pushtrap { trap with exn }
      | _ -> ());
      if moved () then b.term <- Visit.map_term_args rename b.term)
    f.blocks;
  if !count < total || moved () then begin
    f.names <- Array.sub hints 0 !count;
    Array.iteri (fun v a -> if a != Simplify.itself then match a with Var n -> f.names.(n) <- hints.(v) | _ -> ()) !renamed
  end

(* The variables that a block defines, from the first one to the one after the last, which are numbered in the order of their
   definition. *)
type own = { start : int; stop : int }

let nothing = { start = 0; stop = 0 }
let has own v = v >= own.start && v < own.stop

(* Of each block. *)
let owns (f : func) =
  let next = ref (Array.length f.params) in
  let count _ = incr next in
  Array.map
    (fun (block : block) ->
      let start = !next in
      Visit.each_defined block count;
      { start; stop = !next })
    f.blocks

(* A number that is the same for blocks that are the same, but for the numbers of their own variables, and for functions that are
   the same, but for their own number. *)
type digest = { mutable sum : int; mutable own : own; id : int }

let add digest n = digest.sum <- ((digest.sum * 31) + (n land 0xffffff)) land 0xffffff
let add_function digest id = add digest (if id = digest.id then 0 else id)

let add_arg digest a =
  match a with
  | Var v -> add digest (if has digest.own v then v - digest.own.start else v)
  | Int n -> add digest n
  | Wide text -> add digest (String.length text)
  | Literal node -> add digest node

let add_instr digest arg instr =
  (match instr with
  | Prim (_, name, _) -> add digest (Fragment.hash name)
  | Apply { callee = Known id; _ } | Try { body = id; _ } -> add_function digest id
  | Apply _ -> add digest 1
  | Closures { functions; _ } -> Array.iter (fun (id, _) -> add_function digest id) functions);
  Visit.each_arg instr arg

let add_block digest arg (block : block) =
  add digest (Array.length block.params);
  for i = 0 to Array.length block.body - 1 do
    add_instr digest arg block.body.(i)
  done;
  Visit.each_own_arg block.term arg;
  for k = 0 to Visit.target_count block.term - 1 do
    let t = Visit.target block.term k in
    add digest t.block;
    Array.iter arg t.args
  done

let is_tail = function Tail _ -> true | _ -> false

(* The block as it is when its own variables begin at `start`. *)
let renumbered (block : block) own start =
  let variable v = if has own v then v - own.start + start else v in
  let arg a = match a with Var v when has own v -> var (variable v) | _ -> a in
  {
    params = Visit.map_array variable block.params;
    body = Visit.map_array (fun instr -> Visit.map_all variable arg instr) block.body;
    term = Visit.map_term_args arg block.term;
  }

(* Of each variable the block that defines it. *)
let owners (f : func) =
  let owner = Array.make (Array.length f.names) Simplify.none in
  Array.iteri (fun b (block : block) -> Visit.each_defined block (fun v -> owner.(v) <- b)) f.blocks;
  owner

(* Leads all jumps to one of the blocks that do the same; gives whether there were any. Blocks are in reverse postorder: from the last to
   the first, the targets of a block, but for those of loops, are settled before it. *)
let merge_blocks (f : func) =
  let count = Array.length f.blocks in
  let owns = owns f in
  let digest = { sum = 0; own = nothing; id = f.id } in
  let arg a = add_arg digest a in
  let one = Array.init count (fun b -> b) in
  let sums = Array.make count 0 in
  (* The blocks of each digest, under its remainder. *)
  let seen = Array.make count [] in
  let changed = ref false in
  let outside = ref [||] in
  (* What defines a value that others use cannot be left out. *)
  let may_go b =
    if Array.length !outside = 0 then outside := Simplify.used_outside f (owners f);
    not !outside.(b)
  in
  let lead t = if one.(t.block) = t.block then t else { t with block = one.(t.block) } in
  for b = count - 1 downto 1 do
    let block = f.blocks.(b) in
    if !changed then block.term <- Visit.map_targets lead block.term;
    (* Without anything to do it is no longer than a jump to it. *)
    let idle = Array.length block.body = 0 && not (is_tail block.term) in
    if not idle then begin
      digest.sum <- 0;
      digest.own <- owns.(b);
      add_block digest arg block;
      sums.(b) <- digest.sum;
      let others = seen.(digest.sum mod count) in
      let same other =
        sums.(other) = digest.sum && may_go b && renumbered block owns.(b) owns.(other).start = f.blocks.(other)
      in
      match List.find_opt same others with
      | Some other ->
          one.(b) <- other;
          changed := true
      | None -> seen.(digest.sum mod count) <- b :: others
    end
  done;
  if !changed then Array.iter (fun (block : block) -> block.term <- Visit.map_targets lead block.term) f.blocks;
  !changed

(* The first block tells most functions of as many blocks and variables apart. *)
let digest_of (f : func) =
  let digest = { sum = Array.length f.params; own = nothing; id = f.id } in
  add digest (Array.length f.blocks);
  add digest (Array.length f.names);
  add_block digest (fun a -> add_arg digest a) f.blocks.(0);
  digest.sum

(* Do the functions have the same code, where each means itself? *)
let same (f : func) (other : func) =
  let renamed = { f with blocks = Array.map (fun (block : block) -> { block with body = block.body }) f.blocks } in
  Call_graph.redirect renamed (fun id -> if id = f.id then other.id else id);
  f.kind = other.kind && f.exits = other.exits && f.params = other.params && renamed.blocks = other.blocks

(* Folds blocks, then functions, of the whole program; `simplify` drops the blocks that are left over. *)
let run program simplify =
  let count = Array.length program.functions in
  let one = Array.init count (fun id -> id) in
  let changed = ref false in
  let stand_in id = one.(id) in
  (* The functions of each digest, with it, under its remainder. *)
  let seen = Array.make count [] in
  Array.iter
    (fun id ->
      match program.functions.(id) with
      | None -> ()
      | Some f -> (
          if !changed then Call_graph.redirect f stand_in;
          number_variables f;
          if Array.length f.blocks > 1 && merge_blocks f then begin
            simplify f;
            number_variables f
          end;
          let sum = digest_of f in
          let others = seen.(sum mod count) in
          match List.find_opt (fun (other, g) -> other = sum && same f g) others with
          | Some (_, (other : func)) ->
              one.(id) <- other.id;
              changed := true
          | None -> seen.(sum mod count) <- (sum, f) :: others))
    (Call_graph.callees_first (Call_graph.of_program program));
  if !changed then Array.iter (function Some f -> Call_graph.redirect f stand_in | None -> ()) program.functions;
  Call_graph.drop_unreached program
