(* What tests say of two values in the blocks that they lead to. *)

open Program

(* What a test says; nothing. *)
type fact = Less of arg * arg | At_most of arg * arg | Equal of arg * arg | Different of arg * arg | Nothing

let of_test name args holds =
  match args with
  | [| a; b |] -> (
      match (name, holds) with
      | "%int_lt", true | "%int_ge", false -> Less (a, b)
      | "%int_gt", true | "%int_le", false -> Less (b, a)
      | "%int_le", true | "%int_gt", false -> At_most (a, b)
      | "%int_ge", true | "%int_lt", false -> At_most (b, a)
      | "%int_eq", true | "%int_ne", false -> Equal (a, b)
      | "%int_ne", true | "%int_eq", false -> Different (a, b)
      | _ -> Nothing)
  | _ -> Nothing

(* What the test at the end of `p` says on its way to `b`, which is reached only from there; `definition`: of each variable its
   instruction. *)
let on_edge (f : func) definition p b =
  match f.blocks.(p).term with
  | If (Var c, yes, no) when yes.block <> no.block -> (
      let holds = yes.block = b in
      match match definition.(c) with Prim (_, name, args) -> of_test name args holds | _ -> Nothing with
      | Nothing -> if holds then Different (Var c, Int 0) else Equal (Var c, Int 0)
      | told -> told)
  | _ -> Nothing

(* What holds in each block because of how it is reached. What leads to a loop holds in it. *)
let run (f : func) flow definition =
  let loops = Flow.has_loops flow in
  let fact b =
    let entry = ref Flow.none and entries = ref 0 in
    for k = flow.Flow.start.(b) to flow.Flow.start.(b + 1) - 1 do
      let p = flow.Flow.predecessors.(k) in
      if not (loops && Flow.dominates flow b p) then begin
        entry := p;
        incr entries
      end
    done;
    if !entries = 1 then on_edge f definition !entry b else Nothing
  in
  Array.init (Array.length f.blocks) fact
