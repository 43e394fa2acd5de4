(* What instructions and terminators use, define and lead to. What a map leaves as it is stays the same value: most passes change
   little, and where the compiler runs as Lua it is the making of new values that takes its time. *)

open Program

let each array f =
  for i = 0 to Array.length array - 1 do
    f array.(i)
  done

(* Most instructions have one or two arguments: as Lua the call of `each` takes longer than what it does. *)
let each_arg instr f =
  match instr with
  | Prim (_, _, args) ->
    for i = 0 to Array.length args - 1 do
      f args.(i)
    done
  | Try { args; _ } -> each args f
  | Apply { closure; args; _ } ->
    f closure;
    each args f
  | Closures { functions; _ } -> each functions (fun (_, captured) -> each captured f)

(* The first `n` items, and those from the one of number `n` on. *)
let before array n = if n = 0 then [||] else Array.sub array 0 n
let after array n = if n = Array.length array then [||] else Array.sub array n (Array.length array - n)

let longer array count filler =
  let longer = Array.make ((2 * count) + 8) filler in
  Array.blit array 0 longer 0 (Array.length array);
  longer

(* `array`, or a longer copy when it has no item of number `count`. *)
let grown array count filler = if count < Array.length array then array else longer array count filler

(* What was gathered from the last to the first. *)
let of_reversed = function
  | [] -> [||]
  | last :: rest ->
    let array = Array.make (1 + List.length rest) last in
    let rec fill i = function
      | [] -> ()
      | item :: rest ->
        array.(i) <- item;
        fill (i - 1) rest
    in
    fill (List.length rest - 1) rest;
    array

(* Array.map; what `f` leaves as it is stays the same array. *)
let map_array f array =
  let mapped = ref array in
  for i = 0 to Array.length array - 1 do
    let old = array.(i) in
    let item = f old in
    if item != old then begin
      if !mapped == array then mapped := Array.copy array;
      !mapped.(i) <- item
    end
  done;
  !mapped

(* An instruction that is none: a map gives it for what goes. *)
let nothing = Prim (-1, "", [||])

(* The instructions, without those that go. *)
let map_instrs f instrs =
  let mapped = ref instrs and count = ref 0 in
  for i = 0 to Array.length instrs - 1 do
    let instr = instrs.(i) in
    let b = f instr in
    if b != instr && !mapped == instrs then mapped := Array.copy instrs;
    if b != nothing then begin
      if !mapped != instrs then !mapped.(!count) <- b;
      incr count
    end
  done;
  if !count < Array.length instrs then before !mapped !count else !mapped

(* The items that `keep` says; the same array if all stay. *)
let filter_array keep array =
  let kept = ref array and count = ref 0 in
  for i = 0 to Array.length array - 1 do
    let item = array.(i) in
    if keep item then begin
      if !kept != array then !kept.(!count) <- item;
      incr count
    end
    else if !kept == array then kept := Array.copy array
  done;
  if !count < Array.length array then before !kept !count else array

let map_args f instr =
  match instr with
  | Prim (dest, name, args) ->
    let mapped = map_array f args in
    if mapped == args then instr else Prim (dest, name, mapped)
  | Try t ->
    let args = map_array f t.args in
    if args == t.args then instr else Try { t with args }
  | Apply a ->
    let closure = f a.closure in
    let args = map_array f a.args in
    if closure == a.closure && args == a.args then instr else Apply { a with closure; args }
  | Closures { dests; functions = [| (id, captured) |] } ->
    let mapped = map_array f captured in
    if mapped == captured then instr else Closures { dests; functions = [| (id, mapped) |] }
  | Closures c ->
    let created ((id, captured) as creation) =
      let mapped = map_array f captured in
      if mapped == captured then creation else (id, mapped)
    in
    let functions = map_array created c.functions in
    if functions == c.functions then instr else Closures { c with functions }

(* The variables that an instruction defines. *)
let dests = function
  | Prim (dest, _, _) | Apply { dest; _ } -> [| dest |]
  | Closures { dests; _ } | Try { dests; _ } -> dests

let each_dest instr f =
  match instr with
  | Prim (dest, _, _) | Apply { dest; _ } -> f dest
  | Closures { dests; _ } | Try { dests; _ } -> each dests f

(* What a block defines, but for the exception of a trap. *)
let each_defined (block : block) f =
  each block.params f;
  Array.iter (fun instr -> each_dest instr f) block.body

let map_dests f instr =
  match instr with
  | Prim (dest, name, args) ->
    let mapped = f dest in
    if mapped = dest then instr else Prim (mapped, name, args)
  | Apply a ->
    let dest = f a.dest in
    if dest = a.dest then instr else Apply { a with dest }
  | Closures c ->
    let dests = map_array f c.dests in
    if dests == c.dests then instr else Closures { c with dests }
  | Try t ->
    let dests = map_array f t.dests in
    if dests == t.dests then instr else Try { t with dests }

(* Both the variables that an instruction defines and, after them, what it uses: closures may capture each other. *)
let map_all dest arg instr =
  match instr with
  | Prim (old, name, args) ->
    let renamed = dest old in
    let mapped = map_array arg args in
    if renamed = old && mapped == args then instr else Prim (renamed, name, mapped)
  | _ -> map_args arg (map_dests dest instr)

(* How many targets a terminator has, and the one of number `k`, in the order of the text. *)
let target_count = function
  | Jump _ | Poptrap _ -> 1
  | If _ | Pushtrap _ -> 2
  | Switch (_, ints, tags) -> Array.length ints + Array.length tags
  | Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable -> 0

let target term k =
  match term with
  | Jump t | Poptrap t -> t
  | If (_, first, second) | Pushtrap { body = first; handler = second; _ } -> if k = 0 then first else second
  | Switch (_, ints, tags) -> if k < Array.length ints then ints.(k) else tags.(k - Array.length ints)
  | Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable -> invalid_arg "Visit.target"

(* Does it lead to block `b` or one before it? *)
let leads_back term (b : int) =
  match term with
  | Jump t | Poptrap t -> t.block <= b
  | If (_, first, second) | Pushtrap { body = first; handler = second; _ } -> first.block <= b || second.block <= b
  | Switch (_, ints, tags) ->
    let is_back t = t.block <= b in
    Array.exists is_back ints || Array.exists is_back tags
  | Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable -> false

let each_target term f =
  match term with
  | Jump t | Poptrap t -> f t
  | If (_, first, second) | Pushtrap { body = first; handler = second; _ } ->
    f first;
    f second
  | Switch (_, ints, tags) ->
    Array.iter f ints;
    Array.iter f tags
  | Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable -> ()

(* Where control may go, in the order of the text. *)
let targets term = List.init (target_count term) (target term)

let map_targets f term =
  match term with
  | Jump t ->
    let mapped = f t in
    if mapped == t then term else Jump mapped
  | Poptrap t ->
    let mapped = f t in
    if mapped == t then term else Poptrap mapped
  | If (a, yes, no) ->
    let first = f yes in
    let second = f no in
    if first == yes && second == no then term else If (a, first, second)
  | Switch (a, ints, tags) ->
    let ints = Array.map f ints in
    Switch (a, ints, Array.map f tags)
  | Pushtrap { exn; body; handler } ->
    let first = f body in
    let second = f handler in
    if first == body && second == handler then term else Pushtrap { exn; body = first; handler = second }
  | Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable -> term

(* What the terminator itself uses, without what its targets are given. *)
let each_own_arg term f =
  match term with
  | Return a | Raise a | If (a, _, _) | Switch (a, _, _) -> f a
  | Tail { closure; args; _ } ->
    f closure;
    each args f
  | Part (_, args) | Leave (_, args) -> each args f
  | Jump _ | Pushtrap _ | Poptrap _ | Unreachable -> ()

let map_own_args f term =
  match term with
  | Return a ->
    let mapped = f a in
    if mapped == a then term else Return mapped
  | Raise a ->
    let mapped = f a in
    if mapped == a then term else Raise mapped
  | If (a, yes, no) ->
    let mapped = f a in
    if mapped == a then term else If (mapped, yes, no)
  | Switch (a, ints, tags) ->
    let mapped = f a in
    if mapped == a then term else Switch (mapped, ints, tags)
  | Tail t ->
    let closure = f t.closure in
    let args = map_array f t.args in
    if closure == t.closure && args == t.args then term else Tail { t with closure; args }
  | Part (id, args) ->
    let mapped = map_array f args in
    if mapped == args then term else Part (id, mapped)
  | Leave (exit, args) ->
    let mapped = map_array f args in
    if mapped == args then term else Leave (exit, mapped)
  | Jump _ | Pushtrap _ | Poptrap _ | Unreachable -> term

(* What the terminator and its targets use. *)
let each_term_arg term f =
  match term with
  | Jump t | Poptrap t -> each t.args f
  | If (a, first, second) ->
    f a;
    each first.args f;
    each second.args f
  | Switch _ | Pushtrap _ ->
    each_own_arg term f;
    each_target term (fun t -> each t.args f)
  | Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable -> each_own_arg term f

let map_passed f t =
  let args = map_array f t.args in
  if args == t.args then t else { t with args }

let map_term_args f term =
  match map_own_args f term with
  | Jump t as term ->
    let mapped = map_passed f t in
    if mapped == t then term else Jump mapped
  | If (a, yes, no) as term ->
    let first = map_passed f yes in
    let second = map_passed f no in
    if first == yes && second == no then term else If (a, first, second)
  | (Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable) as term -> term
  | term -> map_targets (fun t -> map_passed f t) term

(* How often a function uses each of its variables. *)
let uses (f : func) =
  let uses = Array.make (Array.length f.names) 0 in
  let count = function Var v -> uses.(v) <- uses.(v) + 1 | _ -> () in
  let count_all instr = each_arg instr count in
  Array.iter
    (fun (block : block) ->
      Array.iter count_all block.body;
      each_term_arg block.term count)
    f.blocks;
  uses
