(* The control flow graph of a function: reverse postorder, dominators, loops.
   Dominators: Cooper, Harvey, Kennedy, "A simple, fast dominance algorithm" (2001). *)

open Program

(* No block. *)
let none = -1

type t = {
  successors : int array array;
  predecessors : int list array;  (* reachable ones only, in the order of their edges *)
  order : int array;  (* reachable blocks in reverse postorder *)
  index : int array;  (* the place of a block in `order` *)
  idom : int array;
  depth : int array;  (* in the tree of dominators *)
  header : int array;  (* the header of the innermost loop that contains the block *)
  outer : int array;  (* of a header: that of the next loop outwards *)
  mutable irreducible : int list;  (* blocks of loops that are entered from outside elsewhere than at a header *)
}

let block (t : target) = t.block

(* The blocks where the terminator may go, in the order of its edges. *)
let targets term =
  match term with
  | Jump t | Poptrap t -> [| t.block |]
  | If (_, first, second) | Pushtrap { body = first; handler = second; _ } -> [| first.block; second.block |]
  | Switch (_, ints, tags) -> Array.append (Array.map block ints) (Array.map block tags)
  | Return _ | Raise _ | Tail _ | Part _ | Leave _ | Unreachable -> [||]

(* Does `a` dominate `b`? *)
let dominates flow a b =
  let b = ref b in
  while flow.depth.(!b) > flow.depth.(a) do
    b := flow.idom.(!b)
  done;
  a = !b

(* The block that a loop is entered from and the one that leads back, if its header has no others before it. *)
let entry_and_latch flow header =
  let index b = flow.index.(b) in
  match flow.predecessors.(header) with
  | [ p; q ] ->
      let entry, latch = if index p < index q then (p, q) else (q, p) in
      if index entry < index header && index latch >= index header then Some (entry, latch) else None
  | _ -> None

(* Reverse postorder from block 0, by an explicit stack. That grows from the left of `order` and what is finished from the right: no
   block is in both. `next` becomes for each block that was met the edge to be followed next; there is none yet. *)
let reverse_postorder successors next =
  let n = Array.length successors in
  let order = Array.make n 0 in
  let height = ref 1 and start = ref n in
  next.(0) <- 0;
  while !height > 0 do
    let block = order.(!height - 1) in
    let k = next.(block) and edges = successors.(block) in
    if k < Array.length edges then begin
      next.(block) <- k + 1;
      let s = edges.(k) in
      if next.(s) = none then begin
        next.(s) <- 0;
        order.(!height) <- s;
        incr height
      end
    end
    else begin
      decr height;
      decr start;
      order.(!start) <- block
    end
  done;
  if !start = 0 then order else Array.sub order !start (n - !start)

(* `cyclic`: is there an edge to the same block or one before it? Else all is known after one round. *)
let dominators { order; index; predecessors; idom; depth; _ } cyclic =
  idom.(order.(0)) <- order.(0);
  let intersect a b =
    let a = ref a and b = ref b in
    while !a <> !b do
      while index.(!a) > index.(!b) do
        a := idom.(!a)
      done;
      while index.(!b) > index.(!a) do
        b := idom.(!b)
      done
    done;
    !b
  in
  let rec join found preds =
    match preds with
    | [] -> found
    | p :: rest ->
        if idom.(p) = none then join found rest
        else if found = none then join p rest
        else join (intersect p found) rest
  in
  let changed = ref true in
  while !changed do
    changed := false;
    for i = 1 to Array.length order - 1 do
      let block = order.(i) in
      let found = match predecessors.(block) with [ p ] -> p | preds -> join none preds in
      depth.(block) <- depth.(found) + 1;
      if idom.(block) <> found then begin
        idom.(block) <- found;
        changed := cyclic
      end
    done
  done

(* The header of the outermost loop found so far that contains the block. *)
let outermost flow block =
  let h = ref flow.header.(block) in
  while !h <> none && flow.outer.(!h) <> none do
    h := flow.outer.(!h)
  done;
  !h

(* Puts into the loop of header `h` the blocks that lead to those of `work`. *)
let rec fill flow h work =
  match work with
  | [] -> ()
  | block :: rest ->
      let top = outermost flow block in
      if top = h || flow.index.(block) < flow.index.(h) then fill flow h rest
      else begin
        let entry = if top = none then block else top in
        if top = none then flow.header.(block) <- h else flow.outer.(top) <- h;
        fill flow h (List.rev_append flow.predecessors.(entry) rest)
      end

(* Those of the blocks from which a loop of header `h` goes on. *)
let rec latches flow h blocks =
  match blocks with
  | [] -> []
  | b :: rest when flow.index.(b) < flow.index.(h) -> latches flow h rest
  | b :: rest when dominates flow h b -> b :: latches flow h rest
  | _ :: rest ->
      flow.irreducible <- h :: flow.irreducible;
      latches flow h rest

(* Natural loops, inner ones first. *)
let loops flow =
  for i = Array.length flow.order - 1 downto 0 do
    let h = flow.order.(i) in
    match latches flow h flow.predecessors.(h) with
    | [] -> ()
    | sources ->
        flow.header.(h) <- h;
        fill flow h sources
  done;
  flow.irreducible <- List.rev flow.irreducible

let run (blocks : block array) =
  let n = Array.length blocks in
  let successors = Array.map (fun (block : block) -> targets block.term) blocks in
  let index = Array.make n none in
  let order = reverse_postorder successors index in
  Array.iteri (fun i block -> index.(block) <- i) order;
  let predecessors = Array.make n [] in
  let cyclic = ref false in
  for i = Array.length order - 1 downto 0 do
    let block = order.(i) in
    let edges = successors.(block) in
    for k = Array.length edges - 1 downto 0 do
      let s = edges.(k) in
      predecessors.(s) <- block :: predecessors.(s);
      if index.(s) <= i then cyclic := true
    done
  done;
  let header = Array.make n none in
  let flow =
    {
      successors;
      predecessors;
      order;
      index;
      idom = Array.make n none;
      depth = Array.make n 0;
      header;
      (* without loops nothing is written into either *)
      outer = (if !cyclic then Array.make n none else header);
      irreducible = [];
    }
  in
  dominators flow !cyclic;
  if !cyclic then loops flow;
  flow
