(* Which functions refer to which. *)

open Program

(* Visits the functions that instructions refer to, in order, and whether they create them. *)
let rec instr_references visit = function
  | [] -> ()
  | instr :: rest ->
      (match instr with
      | Apply { callee = Known id; _ } | Try { body = id; _ } -> visit id false
      | Closures { functions; _ } -> List.iter (fun (id, _) -> visit id true) functions
      | _ -> ());
      instr_references visit rest

(* The same of a function. *)
let references (f : func) visit =
  Array.iter
    (fun (block : block) ->
      instr_references visit block.body;
      match block.term with Tail { callee = Known id; _ } | Part (id, _) -> visit id false | _ -> ())
    f.blocks

(* Lets a function refer to others instead of those that it refers to. *)
let redirect (f : func) stand_in =
  let created ((id, captured) as creation) = if stand_in id = id then creation else (stand_in id, captured) in
  let instr i =
    match i with
    | Apply ({ callee = Known id; _ } as a) -> if stand_in id = id then i else Apply { a with callee = Known (stand_in id) }
    | Try t -> if stand_in t.body = t.body then i else Try { t with body = stand_in t.body }
    | Closures c ->
        let functions = Visit.map_list created c.functions in
        if functions == c.functions then i else Closures { c with functions }
    | Prim _ | Apply _ -> i
  in
  let term term =
    match term with
    | Tail ({ callee = Known id; _ } as t) -> if stand_in id = id then term else Tail { t with callee = Known (stand_in id) }
    | Part (id, args) -> if stand_in id = id then term else Part (stand_in id, args)
    | _ -> term
  in
  Array.iter
    (fun (block : block) ->
      block.body <- Visit.map_list instr block.body;
      block.term <- term block.term)
    f.blocks

(* The functions that main reaches, each after those that it refers to, circles apart. *)
let callees_first program =
  let seen = Array.make (Array.length program.functions) false in
  (* On the stack are functions, and below what it refers to a function that is finished then, as its complement. *)
  let stack = ref [ program.main ] in
  let push next _ = if not seen.(next) then stack := next :: !stack in
  let rec run order =
    match !stack with
    | [] -> List.rev order
    | id :: rest -> (
        stack := rest;
        if id < 0 then run (lnot id :: order)
        else
          match program.functions.(id) with
          | Some f when not seen.(id) ->
              seen.(id) <- true;
              stack := lnot id :: rest;
              references f push;
              run order
          | _ -> run order)
  in
  run []

(* The functions that main reaches by levels: those that one refers to, circles apart, are on levels before its own. So what is done
   to the functions of a level depends on earlier levels alone. *)
let levels program =
  let order = callees_first program in
  (* Of each function: how many levels it is above, with its own. *)
  let above = Array.make (Array.length program.functions) 0 in
  let height = ref 0 in
  let measure id =
    let level = ref 0 in
    Option.iter
      (fun f -> references f (fun target _ -> if above.(target) > !level then level := above.(target)))
      program.functions.(id);
    above.(id) <- !level + 1;
    if !level + 1 > !height then height := !level + 1
  in
  List.iter measure order;
  let levels = Array.make !height [] in
  List.iter (fun id -> levels.(above.(id) - 1) <- id :: levels.(above.(id) - 1)) (List.rev order);
  levels

(* Drops the functions that main does not reach. *)
let drop_unreached program =
  let reached = Array.make (Array.length program.functions) false in
  List.iter (fun id -> reached.(id) <- true) (callees_first program);
  Array.iteri (fun id reached -> if not reached then program.functions.(id) <- None) reached
