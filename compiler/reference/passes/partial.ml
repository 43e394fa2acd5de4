(* Partial applications of known functions are closures of functions of their own, one for each function and number of arguments: it
   captures the function's closure and the arguments, takes the other parameters and calls the function (which `inline` puts in
   its place when it is small). So the runtime looks at no arity, and whoever is given the closure in the same function knows what it calls. *)

open Program

(* Makes closures of the partial applications that `known_calls` has marked. *)
let run program =
  let taken = Names.taken program in
  (* The functions that are made, the last first, and how many there are in all. *)
  let made = ref [] and count = ref (Array.length program.functions) in
  (* Of a function that is applied, those for numbers of arguments. *)
  let ids = Array.make !count [] in
  (* The function for what is applied to so many arguments; variable `i + 1` is what that calls its parameter number `i`. *)
  let make (f : func) args =
    let id = !count and arity = Array.length f.params in
    let read i = Prim (i + 1, "%env", [| Var 0; Int i |]) in
    let passed = Array.init (arity - 1) (fun i -> var (i + 2)) in
    let term = Tail { closure = Var 1; args = passed; callee = Known f.id } in
    let func =
      {
        f with
        id;
        name = Names.unique taken (f.name ^ "_partial");
        params = Array.init (arity - args) (fun i -> if i = 0 then 0 else args + 1 + i);
        blocks = [| { params = [||]; body = Array.init (args + 1) read; term } |];
        names = Array.init (arity + 1) (fun i -> if i = 0 then "" else f.names.(f.params.(i - 1)));
      }
    in
    made := Some func :: !made;
    incr count;
    ids.(f.id) <- (args, id) :: ids.(f.id);
    id
  in
  (* The instruction that makes the closure, if a call is a partial application. *)
  let closure dest closure args callee =
    let called = match callee with Known id -> program.functions.(id) | Any | Exact -> None in
    match called with
    | Some f when Array.length f.params > Array.length args + 1 ->
        let given = Array.length args in
        let id = match List.assoc_opt given ids.(f.id) with Some id -> id | None -> make f given in
        Some (Closures { dests = [| dest |]; functions = [| (id, Array.append [| closure |] args) |] })
    | _ -> None
  in
  let instr = function
    | Apply a as i -> Option.value (closure a.dest a.closure a.args a.callee) ~default:i
    | i -> i
  in
  let look (f : func) =
    let look_at (block : block) =
      block.body <- Visit.map_array instr block.body;
      match block.term with
      | Tail t -> (
          let dest = Array.length f.names in
          match closure dest t.closure t.args t.callee with
          | Some instr ->
              block.body <- Array.append block.body [| instr |];
              block.term <- Return (var dest);
              f.names <- Array.append f.names [| "" |]
          | None -> ())
      | _ -> ()
    in
    Array.iter look_at f.blocks
  in
  Array.iter (function Some f -> look f | None -> ()) program.functions;
  program.functions <- Array.append program.functions (Visit.of_reversed !made)
