(* Accesses to arrays and strings that need no check: of those to the same one by the same index only the first is checked, for where it
   has been, the others come after it, and neither has another length by then; and none whose index is below the length. *)

open Program

(* So far up the tree of dominators checks are looked for. *)
let climb = 16

(* The access without a check that stands for one with; "": it is none. *)
let unchecked = function
  | "caml_array_get" | "caml_array_get_addr" | "caml_array_get_float" | "caml_floatarray_get" | "%array_at" -> "%array_get"
  | "caml_array_set" | "caml_array_set_addr" | "caml_array_set_float" | "caml_floatarray_set" | "%array_put" -> "%array_set"
  | "caml_string_get" | "%string_at" -> "%string_get"
  | _ -> ""

(* Is the index of the access not negative? *)
let is_natural = function "%array_at" | "%array_put" | "%string_at" -> true | _ -> false

(* How many accesses there are, and how many of them may be below a length that the function knows. *)
let accesses (f : func) =
  let count = ref 0 and natural = ref 0 and lengths = ref false in
  let note = function
    | Prim (_, name, _) ->
        if String.length (unchecked name) > 0 then begin
          incr count;
          if is_natural name then incr natural
        end
        else if Limits.says_length name then lengths := true
    | _ -> ()
  in
  Array.iter (fun (block : block) -> Array.iter note block.body) f.blocks;
  (!count, if !lengths then !natural else 0)

(* Takes the checks away; there is nothing to simplify then. *)
let run (f : func) =
  let count, natural = accesses f in
  if count > 1 || natural > 0 then begin
    let flow = Flow.run f.blocks in
    let limits = if natural > 0 then Some (Limits.run f flow) else None in
    let is_below name value index at =
      match limits with Some limits -> is_natural name && Limits.holds limits value index at | None -> false
    in
    (* What each block has checked: the values and the indices. *)
    let checked = Array.make (Array.length f.blocks) [] in
    let rec is_among value index = function
      | (v, i) :: rest -> (Simplify.same_arg v value && Simplify.same_arg i index) || is_among value index rest
      | [] -> false
    in
    let rec is_checked at left value index =
      left > 0
      && (is_among value index checked.(at) || is_checked flow.Flow.idom.(at) (left - 1) value index)
    in
    let here = ref 0 in
    let without instr =
      match instr with
      | Prim (dest, name, args) when String.length (unchecked name) > 0 && Array.length args > 1 ->
          let value = args.(0) and index = args.(1) in
          if is_checked !here climb value index || is_below name value index !here then
            Prim (dest, unchecked name, args)
          else begin
            checked.(!here) <- (value, index) :: checked.(!here);
            instr
          end
      | _ -> instr
    in
    Array.iter
      (fun b ->
        here := b;
        f.blocks.(b).body <- Visit.map_array without f.blocks.(b).body)
      flow.Flow.order
  end;
  false
