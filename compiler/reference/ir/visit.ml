(* What instructions and terminators use, define and lead to. *)

open Program

let each_arg instr f =
  match instr with
  | Prim (_, _, args) | Try { args; _ } -> List.iter f args
  | Apply { closure; args; _ } ->
    f closure;
    List.iter f args
  | Closures { functions; _ } -> List.iter (fun (_, captured) -> List.iter f captured) functions

(* List.map, quick on short lists; `f` is called from the first to the last. *)
let map_list f = function
  | [] -> []
  | [ a ] -> [ f a ]
  | [ a; b ] ->
    let a = f a in
    [ a; f b ]
  | a :: b :: rest ->
    let a = f a in
    let b = f b in
    a :: b :: List.map f rest

let map_args f = function
  | Prim (dest, name, args) -> Prim (dest, name, map_list f args)
  | Try t -> Try { t with args = map_list f t.args }
  | Apply a -> Apply { a with closure = f a.closure; args = map_list f a.args }
  | Closures c -> Closures { c with functions = List.map (fun (id, captured) -> (id, map_list f captured)) c.functions }

(* The variables that an instruction defines. *)
let dests = function
  | Prim (dest, _, _) | Apply { dest; _ } -> [ dest ]
  | Closures { dests; _ } | Try { dests; _ } -> dests

let map_dests f = function
  | Prim (dest, name, args) -> Prim (f dest, name, args)
  | Apply a -> Apply { a with dest = f a.dest }
  | Closures c -> Closures { c with dests = map_list f c.dests }
  | Try t -> Try { t with dests = map_list f t.dests }

(* Where control may go, in the order of the text. *)
let targets = function
  | Jump t | Poptrap t -> [ t ]
  | If (_, yes, no) -> [ yes; no ]
  | Switch (_, ints, tags) -> Array.to_list ints @ Array.to_list tags
  | Pushtrap { body; handler; _ } -> [ body; handler ]
  | Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable -> []

let map_targets f = function
  | Jump t -> Jump (f t)
  | Poptrap t -> Poptrap (f t)
  | If (a, yes, no) ->
    let yes = f yes in
    If (a, yes, f no)
  | Switch (a, ints, tags) ->
    let ints = Array.map f ints in
    Switch (a, ints, Array.map f tags)
  | Pushtrap { exn; body; handler } ->
    let body = f body in
    Pushtrap { exn; body; handler = f handler }
  | (Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable) as term -> term

(* What the terminator itself uses, without what its targets are given. *)
let each_own_arg term f =
  match term with
  | Return a | Raise a | If (a, _, _) | Switch (a, _, _) -> f a
  | Tail { closure; args; _ } ->
    f closure;
    List.iter f args
  | Part (_, args) | Leave (_, args) -> List.iter f args
  | Jump _ | Pushtrap _ | Poptrap _ | Unreachable -> ()

let map_own_args f = function
  | Return a -> Return (f a)
  | Raise a -> Raise (f a)
  | If (a, yes, no) -> If (f a, yes, no)
  | Switch (a, ints, tags) -> Switch (f a, ints, tags)
  | Tail t ->
    let closure = f t.closure in
    Tail { t with closure; args = map_list f t.args }
  | Part (id, args) -> Part (id, map_list f args)
  | Leave (exit, args) -> Leave (exit, map_list f args)
  | (Jump _ | Pushtrap _ | Poptrap _ | Unreachable) as term -> term

(* What the terminator and its targets use. *)
let each_term_arg term f =
  each_own_arg term f;
  List.iter (fun t -> List.iter f t.args) (targets term)

let map_term_args f term =
  map_targets (fun t -> { t with args = map_list f t.args }) (map_own_args f term)
