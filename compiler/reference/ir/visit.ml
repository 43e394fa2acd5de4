(* What instructions and terminators use, define and lead to. What a map leaves as it is stays the same value: most passes change
   little, and where the compiler runs as Lua it is the making of new values that takes its time. *)

open Program

let each_arg instr f =
  match instr with
  | Prim (_, _, args) | Try { args; _ } -> List.iter f args
  | Apply { closure; args; _ } ->
    f closure;
    List.iter f args
  | Closures { functions; _ } -> List.iter (fun (_, captured) -> List.iter f captured) functions

(* List.map from the first to the last; the rest of the list that `f` leaves as it is stays the same one. *)
let rec map_list f list =
  match list with
  | [] -> list
  | a :: rest ->
    let mapped = f a in
    let others = map_list f rest in
    if mapped == a && others == rest then list else mapped :: others

(* List.filter likewise. *)
let rec filter_list f list =
  match list with
  | [] -> list
  | a :: rest ->
    let stays = f a in
    let others = filter_list f rest in
    if not stays then others else if others == rest then list else a :: others

(* An instruction that is none: a map gives it for what goes. *)
let nothing = Prim (-1, "", [])

(* The instructions, without those that go. *)
let rec map_instrs f list =
  match list with
  | [] -> list
  | instr :: rest ->
    let mapped = f instr in
    let others = map_instrs f rest in
    if mapped == nothing then others else if mapped == instr && others == rest then list else mapped :: others

let map_args f instr =
  match instr with
  | Prim (dest, name, args) ->
    let mapped = map_list f args in
    if mapped == args then instr else Prim (dest, name, mapped)
  | Try t ->
    let args = map_list f t.args in
    if args == t.args then instr else Try { t with args }
  | Apply a ->
    let closure = f a.closure in
    let args = map_list f a.args in
    if closure == a.closure && args == a.args then instr else Apply { a with closure; args }
  | Closures c ->
    let created ((id, captured) as creation) =
      let mapped = map_list f captured in
      if mapped == captured then creation else (id, mapped)
    in
    let functions = map_list created c.functions in
    if functions == c.functions then instr else Closures { c with functions }

(* The variables that an instruction defines. *)
let dests = function
  | Prim (dest, _, _) | Apply { dest; _ } -> [ dest ]
  | Closures { dests; _ } | Try { dests; _ } -> dests

let each_dest instr f =
  match instr with
  | Prim (dest, _, _) | Apply { dest; _ } -> f dest
  | Closures { dests; _ } | Try { dests; _ } -> List.iter f dests

(* What a block defines, but for the exception of a trap. *)
let each_defined (block : block) f =
  List.iter f block.params;
  List.iter (fun instr -> each_dest instr f) block.body

let map_dests f instr =
  match instr with
  | Prim (dest, name, args) ->
    let mapped = f dest in
    if mapped = dest then instr else Prim (mapped, name, args)
  | Apply a ->
    let dest = f a.dest in
    if dest = a.dest then instr else Apply { a with dest }
  | Closures c ->
    let dests = map_list f c.dests in
    if dests == c.dests then instr else Closures { c with dests }
  | Try t ->
    let dests = map_list f t.dests in
    if dests == t.dests then instr else Try { t with dests }

(* Both the variables that an instruction defines and, after them, what it uses: closures may capture each other. *)
let map_all dest arg instr =
  match instr with
  | Prim (old, name, args) ->
    let renamed = dest old in
    let mapped = map_list arg args in
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
    List.iter f args
  | Part (_, args) | Leave (_, args) -> List.iter f args
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
    let args = map_list f t.args in
    if closure == t.closure && args == t.args then term else Tail { t with closure; args }
  | Part (id, args) ->
    let mapped = map_list f args in
    if mapped == args then term else Part (id, mapped)
  | Leave (exit, args) ->
    let mapped = map_list f args in
    if mapped == args then term else Leave (exit, mapped)
  | Jump _ | Pushtrap _ | Poptrap _ | Unreachable -> term

(* What the terminator and its targets use. *)
let each_term_arg term f =
  match term with
  | Jump t | Poptrap t -> List.iter f t.args
  | If (a, first, second) ->
    f a;
    List.iter f first.args;
    List.iter f second.args
  | Switch _ | Pushtrap _ ->
    each_own_arg term f;
    each_target term (fun t -> List.iter f t.args)
  | Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable -> each_own_arg term f

let map_passed f t =
  let args = map_list f t.args in
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
      List.iter count_all block.body;
      each_term_arg block.term count)
    f.blocks;
  uses
