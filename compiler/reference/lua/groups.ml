(* The functions of the program stand in Lua functions of their own, the groups. One that others call directly is a local of its group:
   they name it as an upvalue (0.86 of the time of a call through a field of `F` on Lua 5.4 and 5.1). All others are fields of `F`. *)

open Program

(* Functions of a group: Lua has 200 locals. *)
let size = 180

(* Others that a function names directly: with itself and the chunk's locals 60 upvalues, as Lua 5.1 and
   LuaJIT have. *)
let max_named = 13

(* The section that finds the code of all closures in `F`. *)
let code = "program_code"

type t = {
  named : int list array;  (* by function: the others that it names directly, last first *)
  declares : int list array;  (* its locals that are declared in front of it, because it names them and they follow; last first *)
  is_local : bool array;
  is_declared : bool array;  (* in front of another one *)
  is_field : bool array;  (* a local that is a field of `F`, too *)
}

(* May the function be a local? *)
let may_be_local program names id =
  match program.functions.(id) with
  | Some f -> ( match Naming.local_name names f with Some _ -> true | None -> false)
  | None -> false

(* `code`: does the program look for the code of closures in `F`? *)
let run program (graph : Call_graph.t) names code =
  let count = Array.length program.functions in
  let group = Array.make count 0 in
  let live = ref 0 in
  Array.iteri
    (fun id f ->
      group.(id) <- !live / size;
      match f with Some _ -> incr live | None -> ())
    program.functions;
  let groups =
    {
      named = Array.make count [];
      declares = Array.make count [];
      is_local = Array.make count false;
      is_declared = Array.make count false;
      is_field = Array.make count false;
    }
  in
  let mention creations id reference =
    let created = reference < 0 and other = Call_graph.target reference in
    if Bool.equal created creations then begin
      if code && created then groups.is_field.(other) <- true;
      if not (Registers.mem other groups.named.(id)) then begin
        let local = if created then groups.is_local.(other) else may_be_local program names other in
        if local && Int.equal other id then groups.is_local.(other) <- true
        else if (not local) || group.(other) <> group.(id) || List.length groups.named.(id) = max_named then
          groups.is_field.(other) <- true
        else begin
          groups.is_local.(other) <- true;
          groups.named.(id) <- other :: groups.named.(id)
        end
      end
    end
  in
  (* calls come first: what nothing calls directly is no local *)
  List.iter
    (fun creations -> Array.iteri (fun id references -> Array.iter (mention creations id) references) graph.references)
    [ false; true ];
  let declare id other =
    if other > id && not groups.is_declared.(other) then begin
      groups.is_declared.(other) <- true;
      groups.declares.(id) <- other :: groups.declares.(id)
    end
  in
  Array.iteri (fun id named -> List.iter (declare id) (List.rev named)) groups.named;
  groups
