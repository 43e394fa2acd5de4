(* Calls of functions that are known at compile time, and variables that always hold one constant, in the whole program.

   Each variable gets a fact: nothing arrives there, always this constant, closures of this one function, or of functions of this one
   number of parameters, blocks made by this one instruction, or unknown. Facts flow from definitions to uses, into functions with the
   arguments of their known calls and back with the results, through captured variables, through the fields of blocks, and through the
   units' globals, which are set once to a block that never changes. What reaches a place that is not followed (a primitive, an
   exception, a call of an unknown function) escapes: a function may then be called with anything, a block may be changed. A fact changes
   at most three times, and then its uses alone are looked at again, so the cost is linear; the order does not matter to the result. *)

open Program

(* What is known of a value: no value has been seen; a constant; a closure of this function; a closure of a
   function of so many parameters, its own closure among them; a block made by an instruction. *)
type fact = Nothing | Constant of arg | Function of int | Arity of int | Made of site | Unknown

(* An instruction that makes blocks. *)
and site = {
  fields : fact array;
  (* It makes what a unit exports, which nobody changes. *)
  exported : bool;
  mutable escaped_block : bool;
  mutable field_readers : use list;
}

(* An instruction or a terminator of a function. *)
and use = Instr of int * instr | Term of int * term

let user = function Instr (id, _) | Term (id, _) -> id

(* What is known of a function. *)
type state = {
  (* It may run. *)
  mutable entered : bool;
  (* It may be called from anywhere. *)
  mutable escaped : bool;
  mutable facts : fact array;
  (* Of each variable, where it is used. *)
  mutable users : use list array;
  mutable result : fact;
  mutable captured : fact array;
  (* Known calls, and reads of captured variables. *)
  mutable callers : use list;
  mutable readers : use list;
}

(* A unit's global. *)
type global = { mutable sets : int; mutable value : fact; mutable global_readers : use list }

type analysis = {
  program : Program.t;
  (* Of each function, how many parameters it has. *)
  arity : int array;
  (* Calls of known functions with more or fewer arguments than they take are divided: there are no places. *)
  divides : bool;
  states : state array;
  unit_globals : global array;
  (* Of each variable of main: is it a block that a global is set to? *)
  exports : Bytes.t;
  (* What to look at again, functions to look at for the first time, values that escape. *)
  mutable work : use list list;
  mutable fresh : func list;
  mutable escapes : fact list;
}

let same_fact a b =
  match (a, b) with
  | Nothing, Nothing | Unknown, Unknown -> true
  | Constant a, Constant b -> Simplify.same_arg a b
  | Function f, Function g -> f = g
  | Arity n, Arity m -> n = m
  | Made a, Made b -> a == b
  | _ -> false

let iter_functions program visit = Array.iter (function None -> () | Some (f : func) -> visit f) program.functions

let start program =
  let variables = match program.functions.(program.main) with Some f -> Array.length f.names | None -> 0 in
  let exports = Bytes.make variables '\000' in
  let unit_globals = Array.map (fun _ -> { sets = 0; value = Nothing; global_readers = [] }) program.globals in
  let set = ref [] in
  let visit id = function
    | Prim (_, "%set_global", [| Int slot; value |]) -> (
        unit_globals.(slot).sets <- unit_globals.(slot).sets + 1;
        match value with Var v when id = program.main -> set := (slot, v) :: !set | _ -> ())
    | _ -> ()
  in
  iter_functions program (fun f ->
      let visit instr = visit f.id instr in
      Array.iter (fun (block : block) -> Array.iter visit block.body) f.blocks);
  List.iter (fun (slot, v) -> if unit_globals.(slot).sets = 1 then Bytes.set exports v '\001') !set;
  Array.iter (fun global -> if global.sets <> 1 then global.value <- Unknown) unit_globals;
  let state _ =
    {
      entered = false;
      escaped = false;
      facts = [||];
      users = [||];
      result = Nothing;
      captured = [||];
      callers = [];
      readers = [];
    }
  in
  let arity = Array.map (function Some (f : func) -> Array.length f.params | None -> 0) program.functions in
  let divides = Array.length program.places = 0 in
  let states = Array.map state program.functions in
  { program; arity; divides; states; unit_globals; exports; work = []; fresh = []; escapes = [] }

let fact facts arg = match arg with Var v -> facts.(v) | constant -> Constant constant
let fact_of an id arg = fact an.states.(id).facts arg

(* The value may be anywhere. *)
let escape an fact = match fact with Function _ | Made _ -> an.escapes <- fact :: an.escapes | _ -> ()

let escape_all an id args =
  for i = 0 to Array.length args - 1 do
    escape an (fact_of an id args.(i))
  done

let again an uses = match uses with [] -> () | _ :: _ -> an.work <- uses :: an.work

(* The number of parameters of the functions whose closures a value is; 0: unknown. *)
let arity an = function Function id -> an.arity.(id) | Arity n -> n | _ -> 0

(* What two facts are together, `old` itself where the other adds nothing; a value that is not followed any further escapes. *)
let meet an old fact =
  if fact == Nothing then old
  else if old == Nothing then fact
  else if old == Unknown then begin
    escape an fact;
    old
  end
  else if same_fact old fact then old
  else begin
    escape an old;
    escape an fact;
    match arity an old with n when n > 0 && n = arity an fact -> Arity n | _ -> Unknown
  end

(* A fact flows to a variable. *)
let flow an id v fact =
  let state = an.states.(id) in
  let old = state.facts.(v) in
  let met = meet an old fact in
  if met != old then begin
    state.facts.(v) <- met;
    again an state.users.(v)
  end

(* Facts of arguments flow to the parameters from number `first` on. *)
let flow_all an from args into params first =
  for i = 0 to Int.min (Array.length args) (Array.length params - first) - 1 do
    flow an into params.(first + i) (fact_of an from args.(i))
  done

(* A function may run. *)
let enter an id =
  match an.program.functions.(id) with
  | Some f when not an.states.(id).entered ->
      let state = an.states.(id) in
      let count = Array.length f.names in
      state.entered <- true;
      state.facts <- Array.make count Nothing;
      state.users <- Array.make count [];
      if Array.length f.params > 0 then state.facts.(f.params.(0)) <- Function id;
      an.fresh <- f :: an.fresh
  | _ -> ()

let unknown_call an id called args =
  match called with
  | Nothing -> Nothing
  | _ ->
      escape an called;
      escape_all an id args;
      (* A partial application takes the other arguments. *)
      let missing = arity an called - Array.length args in
      if missing > 1 then Arity missing else Unknown

(* What a call gives. Of a function that takes fewer arguments, unless there are places, that is what is called with the others. *)
let rec call an use called args =
  match called with
  | Function id -> (
      let taken = an.arity.(id) - 1 and given = Array.length args in
      match an.program.functions.(id) with
      | Some { params; _ } when taken = given || (an.divides && taken >= 0 && taken < given) ->
          enter an id;
          flow_all an (user use) args id params 1;
          let state = an.states.(id) in
          state.callers <- use :: state.callers;
          if taken = given then state.result else call an use state.result (Visit.after args taken)
      | _ -> unknown_call an (user use) called args)
  | _ -> unknown_call an (user use) called args

let give_result an id fact =
  let state = an.states.(id) in
  if state.escaped then escape an fact;
  let met = meet an state.result fact in
  if met != state.result then begin
    state.result <- met;
    let callers = state.callers in
    state.callers <- [];
    again an callers
  end

(* A fact flows to a field of a block. *)
let set_field an site index fact =
  if index < 0 || index >= Array.length site.fields then escape an fact
  else begin
    let old = site.fields.(index) in
    if site.escaped_block then escape an fact;
    let met = meet an old fact in
    if met != old then begin
      site.fields.(index) <- met;
      let readers = site.field_readers in
      site.field_readers <- [];
      again an readers
    end
  end

let field use site index =
  if site.escaped_block && not site.exported then Unknown
  else begin
    site.field_readers <- use :: site.field_readers;
    if index >= 0 && index < Array.length site.fields then site.fields.(index) else Unknown
  end

(* What is known of a primitive's result. *)
let prim an use dest name args =
  let id = user use in
  match (name, args) with
  | "%env", [| base; Int index |] -> (
      match fact_of an id base with
      | Function created ->
          let state = an.states.(created) in
          state.readers <- use :: state.readers;
          if index < Array.length state.captured then state.captured.(index) else Nothing
      | Nothing -> Nothing
      | _ -> Unknown)
  | "%global", [| Int slot |] ->
      let global = an.unit_globals.(slot) in
      global.global_readers <- use :: global.global_readers;
      global.value
  | "%field", [| base; Int index |] -> (
      match fact_of an id base with Made site -> field use site index | Nothing -> Nothing | _ -> Unknown)
  | "%setfield", [| base; Int index; value |] ->
      let fact = fact_of an id value in
      (match fact_of an id base with Made site -> set_field an site index fact | _ -> escape an fact);
      Unknown
  | "%set_global", [| Int slot; value |] ->
      let global = an.unit_globals.(slot) in
      let met = meet an global.value (fact_of an id value) in
      if met != global.value then begin
        global.value <- met;
        let readers = global.global_readers in
        global.global_readers <- [];
        again an readers
      end;
      Unknown
  (* They look at the value's size and lifetime. *)
  | ("%sampled" | "%allocated_value"), _ -> Unknown
  | "%block", _ ->
      let count = Array.length args - 1 in
      let site =
        match an.states.(id).facts.(dest) with
        | Made site -> site
        | _ ->
            let exported = id = an.program.main && Bytes.get an.exports dest = '\001' in
            { fields = Array.make count Nothing; exported; escaped_block = false; field_readers = [] }
      in
      for index = 0 to count - 1 do
        set_field an site index (fact_of an id args.(index + 1))
      done;
      Made site
  | _ ->
      escape_all an id args;
      Unknown

let capture an id created captured =
  let state = an.states.(created) in
  let count = Array.length captured in
  if Array.length state.captured < count then state.captured <- Array.make count Nothing;
  Array.iteri
    (fun index arg ->
      let old = state.captured.(index) in
      let met = meet an old (fact_of an id arg) in
      if met != old then begin
        state.captured.(index) <- met;
        let readers = state.readers in
        state.readers <- [];
        again an readers
      end)
    captured

let instr an use instr =
  let id = user use in
  match instr with
  | Prim (dest, name, args) -> flow an id dest (prim an use dest name args)
  | Apply { dest; closure; args; _ } -> flow an id dest (call an use (fact_of an id closure) args)
  | Closures { dests; functions } ->
      Array.iter2 (fun dest (created, _) -> flow an id dest (Function created)) dests functions;
      Array.iter (fun (created, captured) -> capture an id created captured) functions
  | Try _ -> ()

let term an use term =
  let id = user use in
  (match term with
  | Return arg -> give_result an id (fact_of an id arg)
  | Tail { closure; args; _ } -> give_result an id (call an use (fact_of an id closure) args)
  | Pushtrap { exn; _ } -> flow an id exn Unknown
  | Raise arg -> escape an (fact_of an id arg)
  | Part (_, args) | Leave (_, args) -> escape_all an id args
  | Jump _ | If _ | Switch _ | Poptrap _ | Unreachable -> ());
  match an.program.functions.(id) with
  | Some f ->
      for k = 0 to Visit.target_count term - 1 do
        let t = Visit.target term k in
        flow_all an id t.args id f.blocks.(t.block).params 0
      done
  | None -> ()

let look an use = match use with Instr (_, i) -> instr an use i | Term (_, t) -> term an use t

(* Looks at a function for the first time, and notes where its variables are used: those who are looked at later need not be told, nor
   those who use what stays unknown. *)
let look_through an (f : func) =
  let { facts; users; _ } = an.states.(f.id) in
  let use = ref (Term (f.id, Unreachable)) in
  let note arg =
    match arg with
    | Var v -> (
        match (facts.(v), users.(v)) with
        | Unknown, _ -> ()
        | _, last :: _ when last == !use -> ()
        | _, others -> users.(v) <- !use :: others)
    | _ -> ()
  in
  let instr i =
    use := Instr (f.id, i);
    Visit.each_arg i note;
    look an !use
  in
  Array.iter
    (fun (block : block) ->
      Array.iter instr block.body;
      use := Term (f.id, block.term);
      Visit.each_term_arg block.term note;
      look an !use)
    f.blocks

(* The value is known to code that is not followed. *)
let let_go an fact =
  match fact with
  | Function id when not an.states.(id).escaped ->
      enter an id;
      let state = an.states.(id) in
      state.escaped <- true;
      (match an.program.functions.(id) with
      | Some { params; _ } ->
          for i = 1 to Array.length params - 1 do
            flow an id params.(i) Unknown
          done
      | None -> ());
      escape an state.result
  | Made site when not site.escaped_block ->
      site.escaped_block <- true;
      Array.iter (fun field -> escape an field) site.fields;
      let readers = site.field_readers in
      site.field_readers <- [];
      again an readers
  | _ -> ()

let rec settle an =
  match an with
  | { escapes = fact :: rest; _ } ->
      an.escapes <- rest;
      let_go an fact;
      settle an
  | { work = uses :: rest; _ } ->
      an.work <- rest;
      List.iter (fun use -> look an use) uses;
      settle an
  | { fresh = f :: rest; _ } ->
      an.fresh <- rest;
      look_through an f;
      settle an
  | _ -> ()

(* What is known of the function that is called. *)
let callee an called args =
  match called with
  | Function id when an.divides || an.arity.(id) = Array.length args + 1 -> Known id
  | Arity n when n = Array.length args + 1 -> Exact
  | _ -> Any

(* Puts a constant in the place of a variable that always holds it. A closure that nobody calls may be any value. *)
let replace facts entered arg =
  match arg with
  | Var v -> (
      match facts.(v) with
      | Constant constant -> constant
      | Function id when not entered.(id) -> Int 0
      | _ -> arg)
  | _ -> arg

(* The instruction as it is rewritten, without the functions that never run. *)
let rewritten an facts entered replace instr =
  match Visit.map_args replace instr with
  | Apply a as instr -> (
      match callee an (fact facts a.closure) a.args with Any -> instr | callee -> Apply { a with callee })
  | Closures { dests; functions } as instr ->
      let runs (id, _) = entered.(id) in
      if Array.for_all runs functions then instr
      else if Array.exists runs functions then
        Closures { dests = Simplify.pick runs functions dests; functions = Visit.filter_array runs functions }
      else Visit.nothing
  | instr -> instr

let rewritten_term an facts replace term =
  match Visit.map_term_args replace term with
  | Tail t as term -> (
      match callee an (fact facts t.closure) t.args with Any -> term | callee -> Tail { t with callee })
  | term -> term

(* The function that is called with more arguments than it takes; -1: none. *)
let overfed an callee args = match callee with Known id when an.arity.(id) <= Array.length args -> id | _ -> -1

(* Divides a call with more arguments than the known function takes: what comes before it, the last first, with the calls whose results
   are new variables; then what is called last, with what, and what is known of it. *)
let rec divide an (f : func) before closure args callee_before =
  match overfed an callee_before args with
  | -1 -> (before, closure, args, callee_before)
  | id ->
      let taken = an.arity.(id) - 1 in
      let dest = Array.length f.names in
      f.names <- Array.append f.names [| "" |];
      let call = Apply { dest; closure; args = Visit.before args taken; callee = callee_before } in
      let others = Visit.after args taken in
      divide an f (call :: before) (var dest) others (callee an an.states.(id).result others)

let is_overfed an = function Apply { args; callee; _ } -> overfed an callee args >= 0 | _ -> false

let divide_calls an f (block : block) =
  if Array.exists (is_overfed an) block.body then begin
    let divided before = function
      | Apply a ->
          let before, closure, args, callee = divide an f before a.closure a.args a.callee in
          Apply { dest = a.dest; closure; args; callee } :: before
      | instr -> instr :: before
    in
    block.body <- Visit.of_reversed (Array.fold_left divided [] block.body)
  end;
  match block.term with
  | Tail t when overfed an t.callee t.args >= 0 ->
      let before, closure, args, callee = divide an f [] t.closure t.args t.callee in
      block.body <- Array.append block.body (Visit.of_reversed before);
      block.term <- Tail { closure; args; callee }
  | _ -> ()

(* Marks calls of known functions, with fewer arguments than they take too, and calls of functions that take as many arguments as
   there are; divides calls with more arguments than the known function takes; puts constants in the place of variables that always
   hold them, and removes functions that never run. *)
let run program =
  let an = start program in
  enter an program.main;
  settle an;
  let entered = Array.map (fun state -> state.entered) an.states in
  iter_functions program (fun f ->
      let facts = an.states.(f.id).facts in
      if entered.(f.id) then begin
        let replace arg = replace facts entered arg in
        let rewritten instr = rewritten an facts entered replace instr in
        Array.iter
          (fun (block : block) ->
            block.body <- Visit.map_instrs rewritten block.body;
            block.term <- rewritten_term an facts replace block.term;
            divide_calls an f block)
          f.blocks
      end);
  program.functions <- Array.mapi (fun id f -> if entered.(id) then f else None) program.functions
