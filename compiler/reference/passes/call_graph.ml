(* Which functions refer to which. *)

open Program

(* Visits the functions that a function refers to, in order, and whether it creates them. *)
let references (f : func) visit =
  Array.iter
    (fun (block : block) ->
      List.iter
        (function
          | Apply { known = Some id; _ } | Try { body = id; _ } -> visit id false
          | Closures { functions; _ } -> List.iter (fun (id, _) -> visit id true) functions
          | _ -> ())
        block.body;
      match block.term with Tail { known = Some id; _ } | Part (id, _) -> visit id false | _ -> ())
    f.blocks

(* The block where others stand in for the functions that it refers to. *)
let redirected (block : block) stand_in =
  let instr i =
    match i with
    | Apply ({ known = Some id; _ } as a) -> if stand_in id = id then i else Apply { a with known = Some (stand_in id) }
    | Try t -> if stand_in t.body = t.body then i else Try { t with body = stand_in t.body }
    | Closures c -> Closures { c with functions = List.map (fun (id, captured) -> (stand_in id, captured)) c.functions }
    | Prim _ | Apply _ -> i
  in
  let term =
    match block.term with
    | Tail ({ known = Some id; _ } as t) -> if stand_in id = id then block.term else Tail { t with known = Some (stand_in id) }
    | Part (id, args) -> Part (stand_in id, args)
    | term -> term
  in
  { block with body = Visit.map_list instr block.body; term }

(* The functions that main reaches, each after those that it refers to, circles apart. *)
let callees_first program =
  let seen = Array.make (Array.length program.functions) false in
  let rec run order = function
    | [] -> List.rev order
    | (id, true) :: stack -> run (id :: order) stack
    | (id, false) :: stack -> (
        match program.functions.(id) with
        | Some f when not seen.(id) ->
            seen.(id) <- true;
            let stack = ref ((id, true) :: stack) in
            references f (fun next _ -> if not seen.(next) then stack := (next, false) :: !stack);
            run order !stack
        | _ -> run order stack)
  in
  run [] [ (program.main, false) ]

(* Drops the functions that main does not reach. *)
let drop_unreached program =
  let reached = Array.make (Array.length program.functions) false in
  List.iter (fun id -> reached.(id) <- true) (callees_first program);
  Array.iteri (fun id reached -> if not reached then program.functions.(id) <- None) reached
