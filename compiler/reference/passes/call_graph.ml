(* Which functions refer to which. *)

open Program

(* Visits the functions that one refers to, in order, and whether it creates them. *)
let references (f : func) visit =
  let created (id, _) = visit id true in
  let instr = function
    | Apply { callee = Known id; _ } | Try { body = id; _ } -> visit id false
    | Closures { functions; _ } -> Array.iter created functions
    | Prim _ | Apply _ -> ()
  in
  Array.iter
    (fun (block : block) ->
      Array.iter instr block.body;
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
        let functions = Visit.map_array created c.functions in
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
      block.body <- Visit.map_array instr block.body;
      block.term <- term block.term)
    f.blocks

(* Which functions of a program refer to which: of each those that it refers to, in order; one that it creates is its complement. *)
type t = { main : int; references : int array array }

let target reference = if reference < 0 then lnot reference else reference

let of_program (program : Program.t) =
  let noted = ref [||] and count = ref 0 in
  let note id creates =
    noted := Visit.grown !noted !count 0;
    !noted.(!count) <- (if creates then lnot id else id);
    incr count
  in
  let of_function f =
    count := 0;
    Option.iter (fun f -> references f note) f;
    Visit.before !noted !count
  in
  { main = program.main; references = Array.map of_function program.functions }

(* The functions that main reaches, each after those that it refers to, circles apart. *)
let callees_first graph =
  let count = Array.length graph.references in
  let seen = Array.make count false in
  let order = Array.make count graph.main and found = ref 0 in
  let rec visit id =
    if not seen.(id) then begin
      seen.(id) <- true;
      let references = graph.references.(id) in
      for k = Array.length references - 1 downto 0 do
        visit (target references.(k))
      done;
      order.(!found) <- id;
      incr found
    end
  in
  visit graph.main;
  Array.sub order 0 !found

(* The functions that main reaches by levels: those that one refers to, circles apart, are on levels before its own. So what is done
   to the functions of a level depends on earlier levels alone. *)
let levels graph =
  let order = callees_first graph in
  (* Of each function: how many levels it is above, with its own. *)
  let above = Array.make (Array.length graph.references) 0 in
  let height = ref 0 in
  let measure id =
    let level = ref 0 in
    let note reference = level := Int.max !level above.(target reference) in
    Array.iter note graph.references.(id);
    above.(id) <- !level + 1;
    if !level + 1 > !height then height := !level + 1
  in
  Array.iter measure order;
  let levels = Array.make !height [] in
  for i = Array.length order - 1 downto 0 do
    let level = above.(order.(i)) - 1 in
    levels.(level) <- order.(i) :: levels.(level)
  done;
  levels

(* Drops the functions that main does not reach. *)
let drop_unreached program =
  let reached = Array.make (Array.length program.functions) false in
  Array.iter (fun id -> reached.(id) <- true) (callees_first (of_program program));
  Array.iteri (fun id reached -> if not reached then program.functions.(id) <- None) reached
