(* Small known functions stand where they are called. Functions are visited level by level after those that they refer to, so that what is
   inlined has already taken in what is smaller still; where functions call each other in a circle the lowest one keeps its calls. Closures
   that are created in the same function are known, too: their calls, and what they captured; so a loop that is given one, such as
   `Array.iter`, is worth to be taken in. With locations nothing is inlined: a frame would be missing in backtraces. Main takes in only
   what its loops call: the rest runs once, and main would keep its values alive. *)

open Program

(* The size of the functions that are copied, in instructions and tests. *)
let small = 6

(* The size of those whose result becomes a string: `strings` then makes it without bytes. *)
let string = 16

(* The size of those that are a single block without calls, where a loop calls them. *)
let leaf = 16

(* The size of loops that are given a closure, and that of closures which are created in one place only. *)
let loop = 12
let created = 30

(* The size of those to which a function only passes on what it captured and is given, as those of `partial` do. *)
let passed = 14

(* The size of those that are called in one place only (with a loop: as `created`), and of all that a function may take in. *)
let once = 60
let max_growth = 600

(* How many instructions and tests, whether there are loops, and whether it is a single block without calls. *)
type size = { instrs : int; loops : bool; is_leaf : bool }

(* A function that is not to be copied has this size. *)
let never = { instrs = max_int; loops = false; is_leaf = false }

let is_call = function Apply _ -> true | _ -> false

let size (f : func) =
  let refused = ref (Array.length f.params > 100) in
  let instrs = ref 0 and loops = ref false in
  for b = 0 to Array.length f.blocks - 1 do
    let { body; term; _ } = f.blocks.(b) in
    let tests =
      match term with
      | Pushtrap _ ->
          refused := true;
          0
      | If _ | Tail _ | Raise _ -> 1
      | Switch (_, ints, tags) -> Array.length ints + Array.length tags
      | _ -> 0
    in
    instrs := !instrs + Array.length body + tests;
    if Visit.leads_back term b then loops := true
  done;
  let is_leaf =
    match f.blocks with [| { body; term = Return _; _ } |] -> not (Array.exists is_call body) | _ -> false
  in
  if !refused then never else { instrs = !instrs; loops = !loops; is_leaf }

(* Does the function refer to itself? *)
let is_recursive (f : func) =
  let found = ref false in
  Call_graph.references f (fun id _ -> if id = f.id then found := true);
  !found

(* A function that takes others in. *)
type host = {
  program : Program.t;
  (* Of each function, how many parameters it has, how large it is if it can be inlined, how large it may be where it is called or
     created in one place only. *)
  arity : int array;
  sizes : size array;
  most_once : int array;
  mutable blocks : block array;
  mutable block_count : int;
  (* Hints of the variables, the last ones first, and how many there are. *)
  mutable hints : string array list;
  mutable variables : int;
  (* What a variable has been replaced by; `Simplify.itself`, or beyond the end: nothing. *)
  mutable replace : arg array;
  (* Of each variable, the closure it is: the function, what it captured. Beyond the end: none. *)
  mutable closures : (int * arg array) option array;
  (* Of each block that the function had, whether it is in a loop. *)
  looping : bool array;
  is_main : bool;
  calls_itself : bool;
  (* How much the function has taken in. *)
  mutable growth : int;
  mutable changed : bool;
  (* Blocks to look at that were added. *)
  mutable work : int list;
  (* What there is so far of the block that is looked at. *)
  mutable body : instr array;
  mutable count : int;
}

(* What a variable has been replaced by. *)
let rec resolve host a =
  match a with
  | Var v when v < Array.length host.replace -> (
      match host.replace.(v) with next when next == Simplify.itself -> a | next -> resolve host next)
  | _ -> a

let replace host v arg =
  host.replace <- Visit.grown host.replace v Simplify.itself;
  host.replace.(v) <- arg

(* Notes the closures that an instruction creates. *)
let note host = function
  | Closures { dests; functions } ->
      let create dest created =
        host.closures <- Visit.grown host.closures dest None;
        host.closures.(dest) <- Some created
      in
      Array.iter2 create dests functions
  | _ -> ()

let closure host = function Var v when v < Array.length host.closures -> host.closures.(v) | _ -> None

(* The captured variable that an instruction reads, of a closure that was created here. *)
let captured host = function
  | [| base; Int index |] -> (
      match closure host base with
      | Some (_, captured) when index < Array.length captured -> Some captured.(index)
      | _ -> None)
  | _ -> None

(* What is known of the function that a call is of, now that the host is. *)
let callee_of host called args callee =
  match (callee, closure host called) with
  | (Any | Exact), Some (id, _) when host.arity.(id) = Array.length args + 1 -> Known id
  | _ -> callee

(* The function to be put in the place of a call in a block, if it is of at most this size or called only there. *)
let inlined host b called args most = function
  | Any | Exact -> None
  | Known id ->
      let { instrs; loops; is_leaf } = host.sizes.(id) in
      let is_old = b < Array.length host.looping in
      let looping = is_old && host.looping.(b) in
      let most = if is_leaf && looping then leaf else most in
      let once = host.most_once.(id) and is_created arg = Option.is_some (closure host arg) in
      let most =
        if loops then
          (* LuaJIT compiles a recursion, but not one with a loop in it. *)
          let most = if (not host.calls_itself) && ((not host.is_main) || is_created called) then Int.min created once else 0 in
          if Array.exists is_created args then Int.max loop most else most
        else Int.max most once
      in
      if (not (host.is_main && is_old && not looping)) && instrs <= most && host.growth + instrs <= max_growth then begin
        host.growth <- host.growth + instrs;
        host.changed <- true;
        host.program.functions.(id)
      end
      else None

(* New variables with these hints; gives the first. *)
let add_variables host hints =
  let first = host.variables in
  host.hints <- hints :: host.hints;
  host.variables <- first + Array.length hints;
  first

(* A call of a closure that takes fewer arguments than there are: the call with as many as it takes, to a new variable, that, and what is
   left for what that gives. *)
let divide host closed args callee =
  match (callee, closure host closed) with
  | Any, Some (id, _) when host.arity.(id) <= Array.length args ->
      let dest = add_variables host [| "" |] in
      let takes = host.arity.(id) - 1 in
      Some (Apply { dest; closure = closed; args = Visit.before args takes; callee = Known id }, var dest, Visit.after args takes)
  | _ -> None

(* A new block; gives its number. *)
let add_block host block =
  let number = host.block_count in
  if number = Array.length host.blocks then begin
    let blocks = Array.make (2 * number) block in
    Array.blit host.blocks 0 blocks 0 number;
    host.blocks <- blocks
  end;
  host.blocks.(number) <- block;
  host.block_count <- number + 1;
  number

let replace_all replace params args =
  for k = 0 to Int.min (Array.length params) (Array.length args) - 1 do
    replace.(params.(k)) <- args.(k)
  done

(* The callee's blocks, its variables and blocks numbered for this function. *)
let copy host (callee : func) called args =
  let first = add_variables host callee.names and blocks = host.block_count in
  (* What stands for each of its variables, once it is used. *)
  let replace = Array.make (Array.length callee.names) Simplify.itself in
  replace_all replace callee.params (Array.append [| called |] args);
  let rename a =
    match a with
    | Var v ->
        if replace.(v) == Simplify.itself then replace.(v) <- var (first + v);
        replace.(v)
    | _ -> a
  in
  let renamed v = first + v in
  Array.map
    (fun (block : block) ->
      let body = Array.map (fun instr -> Visit.map_all renamed rename instr) block.body in
      let term = Visit.map_targets (fun t -> { t with block = blocks + t.block }) (Visit.map_term_args rename block.term) in
      { params = Array.map renamed block.params; body; term })
    callee.blocks

(* Adds a callee's blocks and gives the jump to them. Results go to the block `next`, if the call is not in tail position. *)
let add host copied next =
  let first = host.block_count in
  let leave next arg = Jump { block = next; args = [| arg |] } in
  for i = Array.length copied - 1 downto 0 do
    host.work <- (first + i) :: host.work
  done;
  Array.iter
    (fun (block : block) ->
      (match (next, block.term) with
      | Some next, Return arg -> block.term <- leave next arg
      | Some next, Tail { closure; args; callee } ->
          let dest = add_variables host [| "" |] in
          block.body <- Array.append block.body [| Apply { dest; closure; args; callee } |];
          block.term <- leave next (var dest)
      | _ -> ());
      ignore (add_block host block))
    copied;
  Jump { block = first; args = [||] }

(* Does the instruction that follows make a string of the result? *)
let becomes_string result = function
  | Prim (_, "caml_string_of_bytes", [| bytes |]) -> Simplify.is_var bytes result
  | _ -> false

(* Is there a call whose result becomes a string? *)
let calls_for_string (f : func) =
  let makes_string instr next = match instr with Apply { dest; callee = Known _; _ } -> becomes_string dest next | _ -> false in
  let rec has body k = k < Array.length body && (makes_string body.(k - 1) body.(k) || has body (k + 1)) in
  Array.exists (fun (block : block) -> has block.body 1) f.blocks

(* Do these instructions only read what the function captured? *)
let passes_on body = Array.length body > 0 && Array.for_all (function Prim (_, "%env", _) -> true | _ -> false) body

(* May the instruction be another one when nothing has been inlined so far? *)
let is_concerned = function Prim (_, "%env", _) | Apply _ | Closures _ -> true | _ -> false

let keep host instr =
  host.body <- Visit.grown host.body host.count instr;
  host.body.(host.count) <- instr;
  host.count <- host.count + 1

(* Inlines what the end of a block calls. *)
let rec look_at_end host resolve b (block : block) =
  let term = if host.changed then Visit.map_term_args resolve block.term else block.term in
  block.term <- term;
  match term with
  | Tail t -> (
      match divide host t.closure t.args t.callee with
      | Some (call, closure, args) ->
          block.term <- Tail { t with closure; args };
          host.count <- 0;
          Array.iter (keep host) block.body;
          look_on host resolve b block true [ call ] (Array.length block.body)
      | None -> (
          let callee = callee_of host t.closure t.args t.callee in
          let most = if host.block_count = 1 && passes_on block.body then passed else small in
          match inlined host b t.closure t.args most callee with
          | Some inlined -> block.term <- add host (copy host inlined t.closure t.args) None
          | None -> if callee != t.callee then block.term <- Tail { t with callee }))
  | _ -> ()

(* Inlines what the rest of a block calls: `rest`, which has come in, and the block's own instructions from number `at` on. `learned`: a
   call before it has become known. What follows a call stands in a block of its own then,
   unless the callee is a single block. *)
and look_on host resolve b (block : block) learned rest at =
  match rest with
  | [] when at = Array.length block.body ->
      if host.changed || learned then block.body <- Visit.before host.body host.count;
      look_at_end host resolve b block
  | _ -> (
      let instr, rest, at = match rest with instr :: rest -> (instr, rest, at) | [] -> (block.body.(at), rest, at + 1) in
      let instr = if host.changed then Visit.map_args resolve instr else instr in
      note host instr;
      match instr with
      | Prim (dest, "%env", args) -> (
          match captured host args with
          | Some value ->
              replace host dest value;
              host.changed <- true
          | None -> keep host instr);
          look_on host resolve b block learned rest at
      | Apply a -> (
          let callee = callee_of host a.closure a.args a.callee in
          let next =
            match rest with
            | next :: _ -> next
            | [] -> if at < Array.length block.body then block.body.(at) else Visit.nothing
          in
          match inlined host b a.closure a.args (if becomes_string a.dest next then string else small) callee with
          | None when callee != a.callee ->
              keep host (Apply { a with callee });
              look_on host resolve b block true rest at
          | None -> (
              match divide host a.closure a.args callee with
              | Some (call, closure, args) ->
                  look_on host resolve b block true (call :: Apply { a with closure; args } :: rest) at
              | None ->
                  keep host instr;
                  look_on host resolve b block learned rest at)
          | Some ({ blocks = [| { term = Return _; _ } |]; _ } as callee) -> (
              match copy host callee a.closure a.args with
              | [| { body = copied; term = Return result; _ } |] ->
                  replace host a.dest result;
                  let rest = Array.fold_right (fun instr rest -> instr :: rest) copied rest in
                  look_on host resolve b block learned rest at
              | _ -> ())
          | Some callee ->
              let rest = Array.append (Array.of_list rest) (Visit.after block.body at) in
              let next = add_block host { params = [| a.dest |]; body = rest; term = block.term } in
              host.work <- next :: host.work;
              block.term <- add host (copy host callee a.closure a.args) (Some next);
              block.body <- Visit.before host.body host.count)
      | instr ->
          keep host instr;
          look_on host resolve b block learned rest at)

(* Looks at a block, and at those that are added then. *)
let rec look_at host resolve b =
  let block = host.blocks.(b) in
  host.count <- 0;
  if host.changed || Array.exists is_concerned block.body then look_on host resolve b block false [] 0
  else look_at_end host resolve b block;
  match host.work with
  | [] -> ()
  | added :: rest ->
      host.work <- rest;
      look_at host resolve added

(* Inlines in a function; gives whether that changed it. *)
let run_function program arity sizes most_once (f : func) =
  let host =
    {
      program;
      arity;
      sizes;
      most_once;
      blocks = f.blocks;
      block_count = Array.length f.blocks;
      hints = [ f.names ];
      variables = Array.length f.names;
      replace = [||];
      closures = [||];
      looping = Regions.looping f;
      is_main = f.id = program.main;
      calls_itself = Self_calls.is_recursive f;
      growth = 0;
      changed = false;
      work = [];
      body = [||];
      count = 0;
    }
  in
  let resolve a = resolve host a in
  for b = 0 to Array.length f.blocks - 1 do
    look_at host resolve b
  done;
  if host.variables > Array.length f.names then f.names <- Array.concat (List.rev host.hints);
  if host.changed then begin
    f.blocks <- Array.sub host.blocks 0 host.block_count;
    let instr i = Visit.map_args resolve i in
    Array.iter
      (fun (block : block) ->
        block.body <- Visit.map_array instr block.body;
        block.term <- Visit.map_term_args resolve block.term)
      f.blocks
  end;
  host.changed

(* Inlines in all functions; those that change are simplified, and what nobody refers to any more is dropped. *)
let run program simplify =
  if Array.length program.places = 0 then begin
    let count = Array.length program.functions in
    let calls = Array.make count 0 and creations = Array.make count 0 in
    let graph = Call_graph.of_program program in
    let note user reference =
      let id = Call_graph.target reference in
      if id <> user then begin
        let counted = if reference < 0 then creations else calls in
        counted.(id) <- counted.(id) + 1
      end
    in
    Array.iteri (fun user references -> Array.iter (fun reference -> note user reference) references) graph.references;
    let arity = Array.map (function Some (f : func) -> Array.length f.params | None -> 0) program.functions in
    (* By others than itself. The one call of a closure may stand in the loop that it is given to. *)
    let most_once =
      Array.map2
        (fun calls creations ->
          match (calls, creations) with 1, 0 -> once | (0 | 1), 1 -> created | _ -> 0)
        calls creations
    in
    let sizes = Array.make count never in
    let each_function level visit =
      List.iter (fun id -> match program.functions.(id) with None -> () | Some f -> visit f) level
    in
    Array.iter
      (fun level ->
        each_function level (fun f ->
            let inline () = if run_function program arity sizes most_once f then simplify f in
            inline ();
            (* What makes the string may itself have been inlined. *)
            if calls_for_string f then inline ();
            let strings = Strings.run f in
            let loops = Self_calls.run f false in
            if strings || loops then simplify f);
        (* The functions of a level do not take in one another: what one has taken in may refer to another in a circle. *)
        each_function level (fun f -> sizes.(f.id) <- (if is_recursive f then never else size f)))
      (Call_graph.levels graph);
    Call_graph.drop_unreached program
  end
