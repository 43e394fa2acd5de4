(* Functions that are only ever called directly take no closure (fib: 0.9 of the time on Lua 5.4). Such a one stands in no value, so
   nothing applies it as a closure, and it reads nothing from its own: all it may do with that is to pass it on in such calls. *)

open Program

(* What asks for closures, by function: does anything need its closure, and those whose closures calls pass to it as its own. *)
type needs = { needed : bool array; passed : int list array }

(* What the function does with closures that it is known to have. *)
let note_uses needs (f : func) =
  let held = Array.make (Array.length f.names) None in
  if Array.length f.params > 0 then held.(f.params.(0)) <- Some f.id;
  let note_created = function
    | Closures { dests; functions } -> Array.iter2 (fun dest (id, _) -> held.(dest) <- Some id) dests functions
    | Prim _ | Apply _ | Try _ -> ()
  in
  Array.iter (fun (block : block) -> Array.iter note_created block.body) f.blocks;
  let holds = function Var v -> held.(v) | Int _ | Wide _ | Literal _ -> None in
  let note a = match holds a with Some id -> needs.needed.(id) <- true | None -> () in
  let call id closure args =
    (match holds closure with Some other -> needs.passed.(id) <- other :: needs.passed.(id) | None -> ());
    Array.iter note args
  in
  Array.iter
    (fun (block : block) ->
      Array.iter
        (function
          | Apply { closure; args; callee = Known id; _ } -> call id closure args
          | instr -> Visit.each_arg instr note)
        block.body;
      match block.term with
      | Tail { closure; args; callee = Known id } -> call id closure args
      | term -> Visit.each_term_arg term note)
    f.blocks

(* A function that needs its closure needs all that are passed as such. *)
let propagate needs =
  let rec need id =
    let others = needs.passed.(id) in
    needs.passed.(id) <- [];
    List.iter
      (fun other ->
        if not needs.needed.(other) then begin
          needs.needed.(other) <- true;
          need other
        end)
      others
  in
  Array.iteri (fun id needed -> if needed then need id) (Array.copy needs.needed)

(* Drops what the functions that need no closure are given as such. Gives whether that was a variable. *)
let drop_closures (f : func) needed =
  let dropped = ref false in
  let drop closure id =
    if needed.(id) then closure
    else begin
      (match closure with Var _ -> dropped := true | Int _ | Wide _ | Literal _ -> ());
      Int 0
    end
  in
  let instr = function
    | Apply ({ closure; callee = Known id; _ } as a) as instr ->
      let kept = drop closure id in
      if kept == closure then instr else Apply { a with closure = kept }
    | Closures { dests; functions } as instr ->
      let is_needed (id, _) = needed.(id) in
      if Array.for_all is_needed functions then instr
      else if Array.exists is_needed functions then
        Closures { dests = Simplify.pick is_needed functions dests; functions = Visit.filter_array is_needed functions }
      else Visit.nothing
    | instr -> instr
  in
  Array.iter
    (fun (block : block) ->
      block.body <- Visit.map_instrs instr block.body;
      match block.term with
      | Tail ({ closure; callee = Known id; _ } as t) -> block.term <- Tail { t with closure = drop closure id }
      | _ -> ())
    f.blocks;
  !dropped

(* Makes functions Direct; where that leaves results unused, `simplify` drops them. *)
let run program simplify =
  let count = Array.length program.functions in
  let needs = { needed = Array.make count false; passed = Array.make count [] } in
  needs.needed.(program.main) <- true;
  Array.iter (Option.iter (note_uses needs)) program.functions;
  propagate needs;
  Array.iteri
    (fun id -> function
      | None -> ()
      | Some (f : func) ->
        if drop_closures f needs.needed then simplify f;
        if not needs.needed.(id) then
          program.functions.(id) <- Some { f with kind = Direct; params = Visit.after f.params 1 })
    program.functions
