(* Copies of known functions for constants of the program's data, as formats are: `Printf.sprintf "%d %s"` becomes what it does for this
   format, and the functions that would look into any are not needed.

   A known call with a block of the data, or with a constant constructor, where the function, or what it passes it on to, looks into
   that, gets a copy in which the parameter is what it is known to be. What is tested of a constant is
   decided then, the copy's calls get copies again, and so do the closures that it creates: these know all the constants that they
   capture. (Polyvariant specialisation of partial evaluation: Jones, Gomard, Sestoft 1993, chapter 4.) Data end, and recursion over
   them does; other recursion by the depth of copies made for copies. A function that reads what it has captured is copied only where it
   is created, and only if no call knows it, since the copy's closure is not its own. Not with locations, where a name is a frame's. *)

open Program

(* How deep copies are made for copies. *)
let most_depth = 100

(* The size of all copies together, in instructions and tests: this much, or as much as the program has. *)
let most_growth = 2000

(* Copies up to this size are welcome, larger ones if they are smaller than what they are of. *)
let small = 6

(* The tags from this one on are not those of constructors. *)
let no_constructor = 246

(* What is known of a value: nothing; an integer, or a string or float of the data, short enough to stand where it is used; a block of
   the data; a closure of this function. *)
type fact = Unknown | Constant of arg | Data of { node : int; tag : int; fields : int array } | Function of int

(* What is done with a parameter or a captured variable, or with a field of it, here or where it is passed on to: bits. These two are
   in all: to know blocks of the data, and functions, helps in any case. *)
let any = 1
let always = any + 2

(* It is looked at which constructor it is. *)
let tested = 4
let captured = 8

(* These say of a function's closure that a call knows the function, and that it reads what it has captured. *)
let is_known = 16
let reads_own = 32

(* It helps a copy to know this of a value with which any of these is done; it is worth a copy if it is tested. *)
let helps = function
  | Unknown -> 0
  | Constant (Int _) -> tested lor captured
  | Constant _ -> captured
  | Data _ -> any lor tested
  | Function _ -> 2

(* What is done with a parameter of a function, or with what it has captured, and what is passed to it. *)
type slot = { mutable uses : int; mutable passed : slot list }

(* The slot of any other value: there is nothing to note. *)
let none = { uses = -1; passed = [] }

(* A function, and what is asked of the one that it is a copy of, as that comes. Those that are no copies are their own. *)
type copy = {
  origin : int;
  params : int;
  (* Of its parameters, its closure first, then of what it has captured. *)
  slots : slot array;
  size : int;
  (* What is known of what it is passed, or of what it has captured, if it reads that. *)
  known : fact array;
  depth : int;
  func : func option;
}

(* Does a bit say this of the function's closure? *)
let has copy bit = copy.slots.(0).uses land bit <> 0

(* Notes what is done with a slot, and so with what is passed to it. *)
let rec note used slot =
  let both = slot.uses lor used in
  if both > slot.uses then begin
    slot.uses <- both;
    List.iter (fun passed -> note used passed) slot.passed
  end

(* The slots of all functions; notes the globals that are set. Blocks are in reverse postorder: what a variable is comes before what is done with it. *)
let find_slots program params is_set =
  let slots = Array.map (fun _ -> [||]) params in
  let slot_of id k =
    let own = Visit.grown slots.(id) k none in
    slots.(id) <- own;
    if own.(k) == none then own.(k) <- { uses = always; passed = [] };
    own.(k)
  in
  let visit (f : func) =
    let values = Array.make (Array.length f.names) none in
    Array.iteri (fun k param -> values.(param) <- slot_of f.id k) f.params;
    let value = function Var v -> values.(v) | _ -> none in
    (* Notes what is passed to the slots of a function from number `first` on: by a call, if nothing else is done with it here. *)
    let pass used id first args =
      for i = 0 to Array.length args - 1 do
        let slot = slot_of id (first + i) and own = value args.(i) in
        if used = any then note is_known (slot_of id 0);
        if own != none then slot.passed <- own :: slot.passed;
        note (used lor slot.uses) own
      done
    in
    let look_at instr =
      match instr with
      | Prim (_, "%is_int", [| arg |]) -> note tested (value arg)
      | Prim (dest, "%field", [| arg; _ |]) -> values.(dest) <- value arg
      | Prim (_, "%set_global", [| Int n; _ |]) -> is_set.(n) <- true
      | Prim (dest, _, _) ->
          let k = Lift.read f instr in
          if k <> Lift.none then begin
            values.(dest) <- slot_of f.id (params.(f.id) + k);
            note reads_own (slot_of f.id 0)
          end
      | Apply { args; callee = Known id; _ } -> pass any id 1 args
      | Closures { functions; _ } -> Array.iter (fun (id, args) -> pass captured id params.(id) args) functions
      | Apply _ | Try _ -> ()
    in
    Array.iter
      (fun (block : block) ->
        Array.iter look_at block.body;
        match block.term with
        | Switch (arg, _, _) -> note tested (value arg)
        | Tail { args; callee = Known id; _ } -> pass any id 1 args
        | _ -> ())
      f.blocks
  in
  Lift.each_function program visit;
  slots

module Copies = Map.Make (struct
  type t = int * fact array

  let compare = compare
end)

type specialiser = {
  program : Program.t;
  simplify : func -> unit;
  (* Of all functions, and how many there are. *)
  mutable copies : copy array;
  mutable count : int;
  mutable made : int Copies.t;
  taken : Names.count list array;
  (* Of each global: does the program set it? *)
  is_set : bool array;
  (* What main has set slots to so far. *)
  tops : fact array;
  (* The size of all copies that may still be made, with those that are not wanted. *)
  mutable left : int;
}

let fact facts = function Var v -> facts.(v) | Wide _ -> Unknown | constant -> Constant constant

(* What is known of a value of the data. *)
let data s node =
  match s.program.data.nodes.(node) with
  | Unmarshal.Int n -> Constant (Int n)
  | Block (tag, fields) when tag < no_constructor -> Data { node; tag; fields }
  | Str text when String.length text <= Ssa.short -> Constant (Literal node)
  | Double _ -> Constant (Literal node)
  | _ -> Unknown

(* What a primitive gives, where that is known. *)
let prim s facts name args =
  if Array.length args = 0 then Unknown
  else
    match args.(0) with
    | Int n -> (
        match (name, args) with
        | "%global", _ when not s.is_set.(n) -> data s s.program.globals.(n)
        | "%top", _ -> s.tops.(n)
        | "%set_top", [| _; value |] ->
            s.tops.(n) <- fact facts value;
            Unknown
        | "%is_int", _ -> Constant (Int 1)
        | _ -> Unknown)
    | base -> (
        match (name, fact facts base, args) with
        | _, Unknown, _ -> Unknown
        | "%is_int", _, _ -> Constant (Int 0)
        | "%field", Data { fields; _ }, [| _; Int k |] when k >= 0 && k < Array.length fields -> data s fields.(k)
        | _ -> Unknown)

(* Where a test leads, if it is of a constant. *)
let decided facts term =
  match term with
  | If (arg, yes, no) -> (
      match fact facts arg with Unknown -> term | Constant (Int 0) -> Jump no | _ -> Jump yes)
  | Switch (arg, _, tags) -> (
      match fact facts arg with
      | Data { tag; _ } when tag < Array.length tags -> Jump tags.(tag)
      | _ -> Simplify.shorter term)
  | _ -> term

(* The copy of a function for what is known of what is passed to its slots from number `first` on; itself, if that is not worth a copy,
   there may be none for a copy of this depth, or the copy is not wanted. One whose closure is created anyway knows all, not just what
   helps it, and may have any size; so may one for data, as what it calls gets copies, too. *)
let rec copy s depth id first facts args =
  let ({ origin; slots; _ } as copied) = s.copies.(id) in
  let helped = ref 0 in
  let want i arg =
    let fact = fact facts arg in
    let uses = slots.(first + i).uses land helps fact in
    helped := !helped lor uses;
    if first > 1 || uses <> 0 then fact else Unknown
  in
  let known = Array.mapi want args in
  if !helped land tested = 0 || depth >= most_depth || s.left <= 0 then id
  else if copied.size = 0 then origin
  else
    let key = (origin, known) in
    match (Copies.find_opt key s.made, s.copies.(origin).func) with
    | Some made, _ -> made
    | None, None -> origin
    | None, Some f ->
        let id = s.count in
        let f = { f with id } in
        let copy = { copied with known; depth = depth + 1; func = Some f } in
        ignore (look s f copy false);
        s.simplify f;
        let size = (Inline.size f).instrs in
        if size < max_int then s.left <- s.left - size;
        let made =
          if size < max_int && (size <= small || size < copy.size || first > 1 || !helped land any <> 0) then begin
            f.name <- Names.unique s.taken f.name;
            let copies = Visit.grown s.copies id copy in
            copies.(id) <- copy;
            s.copies <- copies;
            s.count <- id + 1;
            id
          end
          else origin
        in
        s.made <- Copies.add key made s.made;
        made

(* What a call is of: a copy, where that knows more. *)
and callee s facts depth closure args callee =
  (* The closure says more: the original may have been looked at before it was copied, and the closure may be a copy's. *)
  match match (fact facts closure, callee) with (Function _ as own), _ -> own | _, Known id -> Function id | own, _ -> own with
  | Function id when s.copies.(id).params = Array.length args + 1 ->
      Known (if has s.copies.(id) reads_own then id else copy s depth id 1 facts args)
  | _ -> callee

(* Puts constants where they are known and decides what is tested of them, then, if this is wanted, makes copies for the calls. Gives
   whether the function has to be simplified. *)
and look s (f : func) ({ origin; known; depth; _ } as own) for_calls =
  let facts = Array.make (Array.length f.names) Unknown in
  let changed = ref false in
  let reached = Array.make (Array.length f.blocks) false in
  reached.(0) <- true;
  let reach t = reached.(t.block) <- true in
  (* A copy that may read what it has captured is the function of its closures, another one is not. *)
  Inline.replace_all facts f.params (if has own reads_own then [| Function f.id |] else Array.append [| Function origin |] known);
  let arg a = match a with Var v -> ( match facts.(v) with Constant constant -> constant | _ -> a) | _ -> a in
  let instr i =
    match Visit.map_args arg i with
    | Prim (dest, name, args) as i -> (
        let k = Lift.read f i in
        let fact =
          if k = Lift.none then prim s facts name args else if k < Array.length known then known.(k) else Unknown
        in
        facts.(dest) <- fact;
        match fact with
        | Constant _ ->
            changed := true;
            Visit.nothing
        | _ -> i)
    | Apply a when for_calls -> Apply { a with callee = callee s facts depth a.closure a.args a.callee }
    | Closures { dests; functions } ->
        (* What a copy creates is a copy, if that wants to know what it captures. *)
        let functions =
          match functions with
          | [| (id, captured) |] when for_calls && depth > 0 && not (has s.copies.(id) is_known) ->
              [| (copy s depth id s.copies.(id).params facts captured, captured) |]
          | _ -> functions
        in
        Array.iter2 (fun dest (id, _) -> facts.(dest) <- Function id) dests functions;
        Closures { dests; functions }
    | i -> i
  in
  let block b (block : block) =
    if reached.(b) then begin
      let body = Visit.map_instrs instr block.body in
      let term = Visit.map_term_args arg block.term in
      let next = decided facts term in
      if next != term then changed := true;
      let term =
        match next with
        | Tail t when for_calls -> Tail { t with callee = callee s facts depth t.closure t.args t.callee }
        | _ -> next
      in
      Visit.each_target term reach;
      { block with body; term }
    end
    else Outline.empty ()
  in
  f.blocks <- Array.mapi block f.blocks;
  !changed

(* Makes copies for the constants in the whole program. *)
let run program simplify =
  if Array.length program.places = 0 then begin
    let params = Array.map (function Some (f : func) -> Array.length f.params | None -> 0) program.functions in
    let is_set = Array.map (fun _ -> false) program.globals in
    let slots = find_slots program params is_set in
    let left = ref 0 in
    let original origin func =
      let size = match func with Some f -> (Inline.size f).instrs | None -> 0 in
      let size = if size < max_int then size else 0 in
      left := !left + size;
      { origin; params = params.(origin); slots = slots.(origin); size; known = [||]; depth = 0; func }
    in
    let copies = Array.mapi original program.functions in
    let s =
      {
        program;
        simplify;
        copies;
        count = Array.length copies;
        made = Copies.empty;
        taken = Names.taken program;
        is_set;
        tops = Array.make (Array.length program.globals + program.lifted) Unknown;
        left = Int.max most_growth !left;
      }
    in
    (* Main comes first, and copies after all that the program has. *)
    let id = ref 0 in
    while !id < s.count do
      let copy = s.copies.(!id) in
      Option.iter (fun f -> if look s f copy true then simplify f) copy.func;
      incr id
    done;
    program.functions <- Array.init s.count (fun id -> s.copies.(id).func)
  end
