(* Blocks that do not escape their function become variables: references first of all, and tuples that are taken apart. A block
   escapes by any use but reading or writing one of its fields. Where several ways meet, a parameter holds the field's value;
   `simplify` drops those that are not needed. *)

open Program

(* A block with more fields stays one. *)
let max_fields = 8

(* The fields of the blocks that do not escape, numbered. *)
type cells = {
  (* Of each variable the first number, -1 for none, and how many. *)
  first : int array;
  size : int array;
  (* The variable of each number, for its name. *)
  owner : int array;
}

(* The block whose field an instruction reads or writes, -1 for none, and the field. *)
let accessed = function
  | Prim (_, "%field", [| Var v; Int n |]) | Prim (_, "%setfield", [| Var v; Int n; _ |]) when n >= 0 -> v
  | Prim (_, "%offset_ref", [| Var v; _ |]) -> v
  | _ -> -1

let field = function Prim (_, "%field", [| _; Int n |]) | Prim (_, "%setfield", [| _; Int n; _ |]) -> n | _ -> 0

let each_instr (f : func) visit = Array.iter (fun (block : block) -> Array.iter visit block.body) f.blocks

let find (f : func) =
  let count = Array.length f.names in
  (* Their sizes, and how many have not been seen to escape. *)
  let found = ref [||] and left = ref 0 in
  each_instr f (function
    | Prim (dest, "%block", args) ->
        let n = Array.length args - 1 in
        if n > 0 && n <= max_fields then begin
          if Array.length !found = 0 then found := Array.make count 0;
          !found.(dest) <- n;
          incr left
        end
    | _ -> ());
  let size = !found in
  let escape = function
    | Var v when size.(v) > 0 ->
        size.(v) <- 0;
        decr left
    | _ -> ()
  in
  Array.iter
    (fun (block : block) ->
      if !left > 0 then begin
        Array.iter
          (fun instr ->
            match instr with
            | Prim (_, _, args) when accessed instr >= 0 ->
                for k = 1 to Array.length args - 1 do
                  escape args.(k)
                done
            | _ -> Visit.each_arg instr escape)
          block.body;
        Visit.each_term_arg block.term escape
      end)
    f.blocks;
  if !left = 0 then { first = [||]; size; owner = [||] }
  else begin
    each_instr f (fun instr ->
        let v = accessed instr in
        if v >= 0 && field instr >= size.(v) then size.(v) <- 0);
    let first = Array.make count (-1) in
    let owner = ref [] and total = ref 0 in
    Array.iteri
      (fun v n ->
        if n > 0 then begin
          first.(v) <- !total;
          total := !total + n;
          for _ = 1 to n do
            owner := v :: !owner
          done
        end)
      size;
    { first; size; owner = Visit.of_reversed !owner }
  end

(* The number of the field that an instruction reads or writes; -1: none. A variable that was added since is no block of these. *)
let number cells instr =
  let v = accessed instr in
  if v >= 0 && v < Array.length cells.first && cells.first.(v) >= 0 then cells.first.(v) + field instr else -1

(* The variable whose fields an instruction creates; -1: none. *)
let created cells = function Prim (dest, "%block", _) when cells.first.(dest) >= 0 -> dest | _ -> -1

let is_last (b : int) = function c :: _ -> c = b | [] -> false

(* For each block the fields whose value is needed at its start, ascending. *)
let needed (f : func) cells =
  let blocks = Array.length f.blocks in
  let predecessors = Array.make blocks [] in
  Array.iteri
    (fun b (block : block) ->
      List.iter (fun t -> predecessors.(t.block) <- b :: predecessors.(t.block)) (Visit.targets block.term))
    f.blocks;
  (* Of each field: blocks that read it before they write it, blocks that write it. *)
  let readers = Array.make (Array.length cells.owner) [] and writers = Array.make (Array.length cells.owner) [] in
  let write n b = if not (is_last b writers.(n)) then writers.(n) <- b :: writers.(n) in
  Array.iteri
    (fun b (block : block) ->
      Array.iter
        (fun instr ->
          let v = created cells instr in
          if v >= 0 then
            for n = cells.first.(v) to cells.first.(v) + cells.size.(v) - 1 do
              write n b
            done;
          let n = number cells instr in
          if n >= 0 then
            match instr with
            | Prim (_, name, _) ->
                if name <> "%setfield" && not (is_last b writers.(n)) then readers.(n) <- b :: readers.(n);
                if name <> "%field" then write n b
            | _ -> ())
        block.body)
    f.blocks;
  let needed = Array.make blocks [] in
  let written = Array.make blocks (-1) in
  Array.iteri
    (fun n readers ->
      List.iter (fun b -> written.(b) <- n) writers.(n);
      let rec run = function
        | [] -> ()
        | b :: work ->
            if is_last n needed.(b) then run work
            else begin
              needed.(b) <- n :: needed.(b);
              run (List.fold_left (fun work p -> if written.(p) = n then work else p :: work) work predecessors.(b))
            end
      in
      run readers)
    readers;
  Array.map List.rev needed

(* Numbers of blocks so that one with a single predecessor comes after it. *)
let order (f : func) =
  let blocks = Array.length f.blocks in
  let seen = Array.make blocks false in
  let found = Array.make blocks 0 in
  let count = ref 1 and next = ref 0 in
  seen.(0) <- true;
  while !next < !count do
    List.iter
      (fun t ->
        if not seen.(t.block) then begin
          seen.(t.block) <- true;
          found.(!count) <- t.block;
          incr count
        end)
      (Visit.targets f.blocks.(found.(!next)).term);
    incr next
  done;
  Array.sub found 0 !count

let rec value_of (n : int) = function [] -> Int 0 | (field, value) :: rest -> if field = n then value else value_of n rest

let replace_cells (f : func) cells =
  let needed = needed f cells in
  let blocks = Array.length f.blocks in
  let edges = Array.make blocks 0 and from = Array.make blocks 0 in
  Array.iteri
    (fun b (block : block) ->
      List.iter
        (fun t ->
          edges.(t.block) <- edges.(t.block) + 1;
          from.(t.block) <- b)
        (Visit.targets block.term))
    f.blocks;
  let count = ref (Array.length f.names) in
  let names = ref [] in
  let fresh n =
    let v = !count in
    names := f.names.(cells.owner.(n)) :: !names;
    incr count;
    v
  in
  (* Reads have been replaced by what was read. *)
  let replace = Array.make (Array.length f.names) None in
  let rec resolve a =
    match a with
    | Var v when v < Array.length replace -> ( match replace.(v) with Some next -> resolve next | None -> a)
    | _ -> a
  in
  (* The values at the end of each block, of those fields that later ones need. *)
  let last = Array.make blocks [] in
  let values = Array.make (Array.length cells.owner) (Int 0) in
  Array.iter
    (fun b ->
      let block = f.blocks.(b) in
      let params =
        List.filter_map
          (fun n ->
            if edges.(b) = 1 then begin
              values.(n) <- value_of n last.(from.(b));
              None
            end
            else begin
              let param = fresh n in
              values.(n) <- var param;
              Some param
            end)
          needed.(b)
      in
      (match params with [] -> () | _ -> block.params <- Array.append block.params (Array.of_list params));
      let body =
        Array.fold_left
          (fun body instr ->
            let instr = Visit.map_args resolve instr in
            let v = created cells instr in
            if v >= 0 then begin
              (match instr with
              | Prim (_, _, args) -> Array.blit args 1 values cells.first.(v) (Array.length args - 1)
              | _ -> ());
              body
            end
            else
              let n = number cells instr in
              match instr with
              | Prim (dest, "%field", _) when n >= 0 ->
                  replace.(dest) <- Some values.(n);
                  body
              | Prim (dest, "%setfield", [| _; _; value |]) when n >= 0 ->
                  values.(n) <- value;
                  replace.(dest) <- Some (Int 0);
                  body
              | Prim (dest, _, [| _; amount |]) when n >= 0 ->
                  let sum = fresh n in
                  let instr = Prim (sum, "%int_add", [| values.(n); amount |]) in
                  values.(n) <- var sum;
                  replace.(dest) <- Some (Int 0);
                  instr :: body
              | _ -> instr :: body)
          [] block.body
      in
      block.body <- Visit.of_reversed body;
      block.term <- Visit.map_term_args resolve block.term;
      let later = List.concat_map (fun t -> needed.(t.block)) (Visit.targets block.term) in
      let once = List.fold_left (fun list n -> Discover.insert n list) [] later in
      last.(b) <- List.map (fun n -> (n, values.(n))) once)
    (order f);
  Array.iteri
    (fun b (block : block) ->
      let pass t =
        match needed.(t.block) with
        | _ :: _ as fields when edges.(t.block) > 1 ->
            let passed = List.map (fun n -> resolve (value_of n last.(b))) fields in
            { t with args = Array.append t.args (Array.of_list passed) }
        | _ -> t
      in
      block.term <- Visit.map_targets pass block.term)
    f.blocks;
  f.names <- Array.append f.names (Visit.of_reversed !names)

(* Turns a function's blocks that do not escape into variables; gives whether there were any. *)
let run f =
  let cells = find f in
  let found = Array.length cells.owner > 0 in
  if found then replace_cells f cells;
  found
