(* Indices that are below the length of what they index: those that count up to it, or down from the last one, and those that a test has
   led there. *)

open Program

(* So far up the tree of dominators tests are looked at. *)
let climb = 16

(* What is known of a function: its tests and loops, of each variable its instruction, and the block whose parameter it is. *)
type t = { f : func; flow : Flow.t; definition : instr array; facts : Facts.fact array; home : int array }

(* The length of a value, or a value, and a constant. *)
type sum = { is_length : bool; base : arg; plus : int }

let run (f : func) flow =
  let definition = Array.make (Array.length f.names) Simplify.no_instr in
  let home = Array.make (Array.length f.names) Flow.none in
  let instr i = match i with Prim (dest, _, _) -> definition.(dest) <- i | _ -> () in
  Array.iteri
    (fun b (block : block) ->
      Array.iter (fun p -> home.(p) <- b) block.params;
      Array.iter instr block.body)
    f.blocks;
  { f; flow; definition; facts = Facts.run f flow definition; home }

let makes_array = function "caml_make_vect" | "caml_array_make" | "caml_uniform_array_make" -> true | _ -> false
let reads_length = function "%array_length" | "caml_ml_string_length" -> true | _ -> false

(* Does the primitive say a length? *)
let says_length name = reads_length name || makes_array name

let defined limits arg = match arg with Var v -> limits.definition.(v) | Int _ | Wide _ | Literal _ -> Simplify.no_instr

(* Constants below are added up, so that no target's ints overflow. *)
let near n = n > -0x100_0000 && n < 0x100_0000

(* The value of `arg`, to which `plus` is added. *)
let rec sum limits arg plus =
  match (arg, defined limits arg) with
  | Int n, _ when near (plus + n) -> { is_length = false; base = Program.int 0; plus = plus + n }
  | _, Prim (_, "%exact_add", [| x; Int n |]) when near (plus + n) -> sum limits x (plus + n)
  | _, Prim (_, "%exact_sub", [| x; Int n |]) when near (plus - n) -> sum limits x (plus - n)
  | _, Prim (_, name, [| value |]) when reads_length name -> length limits value plus
  | _ -> { is_length = false; base = arg; plus }

(* The length of a value, to which `plus` is added. Who makes an array says it. *)
and length limits value plus =
  match defined limits value with
  | Prim (_, name, [| n; _ |]) when makes_array name -> sum limits n plus
  | _ -> { is_length = true; base = value; plus }

let is_below a b = a.is_length = b.is_length && Simplify.same_arg a.base b.base && a.plus < b.plus

(* What block `from` passes for the parameter `v` of block `b`. *)
let passed limits from b v =
  let params = limits.f.blocks.(b).params and term = limits.f.blocks.(from).term in
  let rec number k = if params.(k) = v then k else number (k + 1) in
  let rec edge k =
    let t = Visit.target term k in
    if t.block = b then t.args.(number 0) else edge (k + 1)
  in
  edge 0

(* A loop that counts: its blocks, what its counter starts from, and by how much that goes on. *)
type loop = { header : int; latch : int; start : arg; step : int; wraps : bool }

(* The loop that counts with the variable `v`. *)
let loop_of limits v =
  let header = limits.home.(v) in
  match if header = Flow.none then None else Flow.entry_and_latch limits.flow header with
  | None -> None
  | Some (entry, latch) -> (
      match defined limits (passed limits latch header v) with
      | Prim (_, (("%exact_add" | "%rising_add" | "%int_add") as name), [| Var w; Int step |]) when w = v ->
          Some { header; latch; start = passed limits entry header v; step; wraps = not (String.equal name "%exact_add") }
      | _ -> None)

(* What the loop that counts with `v` does not let it go beyond. *)
let counted limits v =
  match loop_of limits v with
  | Some { start; step; wraps = false; _ } when step < 0 -> Some start
  | Some { header; latch; step = 1; _ } -> (
      match limits.f.blocks.(latch).term with
      | If (test, again, _) when again.block = header -> (
          match defined limits test with
          | Prim (_, "%counts", [| Var w; limit |]) when w = v -> Some limit
          | Prim (_, "%counts", [| limit; Var w |]) when w = v -> Some limit
          | _ -> None)
      | _ -> None)
  | _ -> None

(* Is the value the same in every round of the loop of this header? *)
let is_fixed limits header arg =
  let makes v (block : block) =
    let made = ref (Array.exists (Int.equal v) block.params) in
    Array.iter (fun instr -> Visit.each_dest instr (fun dest -> if dest = v then made := true)) block.body;
    !made
  in
  let rec all_but v b =
    b < 0 || ((not (Flow.dominates limits.flow header b && makes v limits.f.blocks.(b))) && all_but v (b - 1))
  in
  match arg with Var v -> all_but v (Array.length limits.f.blocks - 1) | Int _ | Wide _ | Literal _ -> true

(* Does `x` count up by 1 from a start that is not above `y`, a length to which a constant is added, and is only gone on with where it
   differs from it, as block `at` says? *)
let rises limits x y at =
  match x with
  | Var v -> (
      match loop_of limits v with
      | Some { header; latch; start = Int start; step = 1; _ } ->
          let limit = sum limits y 0 in
          start <= limit.plus && Flow.dominates limits.flow at latch && is_fixed limits header limit.base
      | _ -> false)
  | Int _ | Wide _ | Literal _ -> false

(* Is the index known to be below the length of the value in block `at`? It is not negative. *)
let holds limits value index at =
  let length = length limits value 0 and index = sum limits index 0 in
  (* `x` is `less` below `y` at least *)
  let says x y less =
    let low = sum limits x 0 in
    low.is_length = index.is_length
    && Simplify.same_arg low.base index.base
    && is_below (sum limits y (index.plus - low.plus - less)) length
  in
  let rec told at left =
    left > 0
    && ((match limits.facts.(at) with
        | Facts.Less (x, y) -> says x y 1
        | Facts.At_most (x, y) -> says x y 0
        | Facts.Different (x, y) -> (says x y 1 && rises limits x y at) || (says y x 1 && rises limits y x at)
        | Facts.Equal _ | Facts.Nothing -> false)
       || told limits.flow.Flow.idom.(at) (left - 1))
  in
  is_below index length
  || (match index.base with
     | Var v when not index.is_length -> (
         match counted limits v with Some limit -> is_below (sum limits limit index.plus) length | None -> false)
     | _ -> false)
  || told at climb
