(* What main defines once stands in a slot for all functions, next to the units' globals, instead of being captured by them: functions
   of the top level then capture nothing, need no closures, and are called directly (lambda lifting where the arguments never differ).
   A value that main captures for others stays until the program ends. So nothing is lifted in programs that can tell: by weak
   pointers, finalisers or samples of the heap, or by the code and the environment of closures that they marshal. *)

open Program

(* Is it a primitive by which a program can tell? *)
let tell = function
  | "caml_output_value" | "caml_output_value_to_bytes" | "caml_output_value_to_string" | "caml_output_value_to_buffer"
  | "caml_final_register" | "caml_final_register_called_without_value" | "caml_weak_create" | "caml_ephe_create"
  | "caml_memprof_start" | "caml_obj_reachable_words" ->
      true
  | _ -> false

let each_function program visit = Array.iter (function Some (f : func) -> visit f | None -> ()) program.functions
let each_instr (f : func) visit = Array.iter (fun (block : block) -> Array.iter visit block.body) f.blocks

let tells program =
  let tells_block (block : block) = Array.exists (function Prim (_, name, _) -> tell name | _ -> false) block.body in
  Array.exists (function Some (f : func) -> Array.exists tells_block f.blocks | None -> false) program.functions

let none = -1

(* What is known of a function: the variables of main that its closure and what it captures always are; `none`: not known. *)
type known = { own : int; captured : int array }

let unknown = { own = none; captured = [||] }

(* The variable of main that captured variable `k` is. *)
let origin known k = if k < Array.length known.captured then known.captured.(k) else none

(* The captured variable that an instruction reads. *)
let read (f : func) = function
  | Prim (_, "%env", [| Var base; Int k |]) when Array.length f.params > 0 && f.params.(0) = base -> k
  | _ -> none

(* By variable of the function: the variable of main that it always is. Of main: those that are defined once, outside of loops. *)
let origins (f : func) is_main known =
  let origins = Array.make (Array.length f.names) none in
  if is_main then begin
    let looping = Regions.looping f in
    let define v = origins.(v) <- v in
    Array.iteri
      (fun b (block : block) ->
        if not looping.(b) then Visit.each_defined block define)
      f.blocks
  end
  else begin
    if Array.length f.params > 0 then origins.(f.params.(0)) <- known.own;
    each_instr f (fun instr ->
        match (read f instr, instr) with
        | k, Prim (dest, _, _) when k <> none -> origins.(dest) <- origin known k
        | _ -> ())
  end;
  origins

(* Of each function, from main on those that it creates. A function that several instructions create is not known. *)
let find program =
  let count = Array.length program.functions in
  let sites = Array.make count 0 and creates = Array.make count false in
  each_function program (fun f ->
      each_instr f (function
        | Closures { functions; _ } ->
            creates.(f.id) <- true;
            Array.iter (fun (id, _) -> sites.(id) <- sites.(id) + 1) functions
        | _ -> ()));
  let known = Array.make count unknown in
  let rec visit = function
    | [] -> ()
    | id :: work -> (
        match program.functions.(id) with
        | Some f when creates.(id) ->
            let origins = origins f (id = program.main) known.(id) in
            let work = ref work in
            let create dest (created, captured) =
              if sites.(created) = 1 then begin
                let origin = function Var v -> origins.(v) | _ -> none in
                known.(created) <- { own = origins.(dest); captured = Array.map origin captured };
                work := created :: !work
              end
            in
            each_instr f (function Closures { dests; functions } -> Array.iter2 create dests functions | _ -> ());
            visit !work
        | _ -> visit work)
  in
  visit (List.filter (fun id -> sites.(id) <> 1) (List.init count (fun id -> id)));
  known

(* Where variables of main are found: the primitive that reads them, and its operand; none: `none`. *)
type places = { reads : string array; slots : int array }

(* The globals that variables of main are: none is set twice, so a global that main has read stays the same. *)
let globals program variables =
  let sets = Array.make (Array.length program.globals) 0 in
  let places = { reads = Array.make variables ""; slots = Array.make variables none } in
  each_function program (fun f ->
      each_instr f (function
        | Prim (_, "%set_global", [| Int n; _ |]) -> sets.(n) <- sets.(n) + 1
        | Prim (dest, "%global", [| Int n |]) when f.id = program.main ->
            places.reads.(dest) <- "%global";
            places.slots.(dest) <- n
        | _ -> ()));
  Array.iteri (fun v n -> if n <> none && sets.(n) > 1 then places.slots.(v) <- none) places.slots;
  places

(* How many of the captured variables before this one are lifted. *)
let lifted_before known k =
  let count = ref 0 in
  for i = 0 to Int.min k (Array.length known.captured) - 1 do
    if known.captured.(i) <> none then incr count
  done;
  !count

(* Reads what is lifted from its place, and captures the rest. *)
let rewrite (f : func) (known : known array) places =
  let own = known.(f.id) in
  let stays v = v = none in
  let capture ((created, captured) as creation) =
    match known.(created).captured with
    | [||] -> creation
    | origins -> (created, Simplify.pick stays origins captured)
  in
  let instr i =
    match (i, read f i) with
    | Closures c, _ -> Closures { c with functions = Array.map capture c.functions }
    | Prim (dest, name, args), k when k <> none -> (
        match origin own k with
        | v when v <> none -> Prim (dest, places.reads.(v), [| Int places.slots.(v) |])
        | _ -> Prim (dest, name, [| args.(0); Int (k - lifted_before own k) |]))
    | _ -> i
  in
  Array.iter (fun (block : block) -> block.body <- Visit.map_array instr block.body) f.blocks

(* Sets the slots where main defines their values. *)
let set (main : func) places =
  let next = ref (Array.length main.names) in
  let body = ref [] in
  let define v =
    if String.equal places.reads.(v) "%top" then begin
      body := Prim (!next, "%set_top", [| Int places.slots.(v); var v |]) :: !body;
      incr next
    end
  in
  Array.iter
    (fun (block : block) ->
      body := [];
      Array.iter define block.params;
      Array.iter
        (fun instr ->
          body := instr :: !body;
          Visit.each_dest instr define)
        block.body;
      block.body <- Visit.of_reversed !body)
    main.blocks;
  main.names <- Array.append main.names (Array.make (!next - Array.length main.names) "")

(* Lifts what functions read. *)
let run program =
  match program.functions.(program.main) with
  | Some main when not (tells program) ->
      let variables = Array.length main.names in
      let known = find program in
      let is_read = Array.make variables false in
      each_function program (fun f ->
          each_instr f (fun instr ->
              match read f instr with
              | k when k <> none && origin known.(f.id) k <> none -> is_read.(origin known.(f.id) k) <- true
              | _ -> ()));
      let places = globals program variables in
      Array.iteri
        (fun v is_read ->
          if is_read && places.slots.(v) = none then begin
            places.reads.(v) <- "%top";
            places.slots.(v) <- Array.length program.globals + program.lifted;
            program.lifted <- program.lifted + 1
          end)
        is_read;
      each_function program (fun f -> rewrite f known places);
      set main places
  | _ -> ()
