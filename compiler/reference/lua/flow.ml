(* The control flow graph of a function: reverse postorder, dominators, loops.
   Dominators: Cooper, Harvey, Kennedy, "A simple, fast dominance algorithm" (2001). *)

open Program

(* No block. *)
let none = -1

type t = {
  (* The blocks that a block leads to: those of `successors` from the index that is its own in `first` up to that of the next block, in
     the order of its edges. *)
  first : int array;
  successors : int array;
  (* In the same way the blocks that lead to a block, reachable ones only, in the order of their edges. *)
  start : int array;
  predecessors : int array;
  edge : int array;  (* and which of its edges that is *)
  order : int array;  (* reachable blocks in reverse postorder *)
  index : int array;  (* the place of a block in `order` *)
  idom : int array;
  depth : int array;  (* in the tree of dominators *)
  header : int array;  (* the header of the innermost loop that contains the block *)
  outer : int array;  (* of a header: that of the next loop outwards *)
  mutable irreducible : int list;  (* blocks of loops that are entered from outside elsewhere than at a header *)
}

(* How many edges a block has, and where the one of number `k` leads. *)
let edge_count flow b = flow.first.(b + 1) - flow.first.(b)
let successor flow b k = flow.successors.(flow.first.(b) + k)

let has_loops flow = Array.exists (fun header -> header <> none) flow.header

(* Does `a` dominate `b`? *)
let dominates flow a b =
  let b = ref b in
  while flow.depth.(!b) > flow.depth.(a) do
    b := flow.idom.(!b)
  done;
  a = !b

(* Does this hold of all blocks that lead to one? *)
let for_all_predecessors flow block holds =
  let rec from k = k = flow.start.(block + 1) || (holds flow.predecessors.(k) && from (k + 1)) in
  from flow.start.(block)

(* The block that a loop is entered from and the one that leads back, if its header has no others before it. *)
let entry_and_latch flow header =
  let index b = flow.index.(b) in
  let start = flow.start.(header) in
  if flow.start.(header + 1) - start <> 2 then None
  else
    let p = flow.predecessors.(start) and q = flow.predecessors.(start + 1) in
    let entry = if index p < index q then p else q in
    let latch = if entry = p then q else p in
    if index entry < index header && index latch >= index header then Some (entry, latch) else None

(* Reverse postorder from block 0, by an explicit stack. That grows from the left of `order` and what is finished from the right: no
   block is in both. `next` becomes for each block that was met the edge to be followed next; there is none yet. *)
let reverse_postorder first successors next =
  let n = Array.length next in
  let order = Array.make n 0 in
  let height = ref 1 and start = ref n in
  next.(0) <- first.(0);
  while !height > 0 do
    let block = order.(!height - 1) in
    let k = next.(block) in
    if k < first.(block + 1) then begin
      next.(block) <- k + 1;
      let s = successors.(k) in
      if next.(s) = none then begin
        next.(s) <- first.(s);
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
let dominators { order; index; start; predecessors; idom; depth; _ } cyclic =
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
  let changed = ref true in
  while !changed do
    changed := false;
    for i = 1 to Array.length order - 1 do
      let block = order.(i) in
      let found = ref none in
      for k = start.(block) to start.(block + 1) - 1 do
        let p = predecessors.(k) in
        if idom.(p) <> none then found := if !found = none then p else intersect p !found
      done;
      depth.(block) <- depth.(!found) + 1;
      if idom.(block) <> !found then begin
        idom.(block) <- !found;
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

(* Puts the block and those that lead to it into the loop of header `h`. *)
let rec fill flow h block =
  let top = outermost flow block in
  if top <> h && flow.index.(block) >= flow.index.(h) then begin
    let entry = if top = none then block else top in
    if top = none then flow.header.(block) <- h else flow.outer.(top) <- h;
    for k = flow.start.(entry) to flow.start.(entry + 1) - 1 do
      fill flow h flow.predecessors.(k)
    done
  end

(* Natural loops, inner ones first. *)
let loops flow =
  for i = Array.length flow.order - 1 downto 0 do
    let h = flow.order.(i) in
    for k = flow.start.(h) to flow.start.(h + 1) - 1 do
      let b = flow.predecessors.(k) in
      if flow.index.(b) >= i then
        if dominates flow h b then begin
          flow.header.(h) <- h;
          fill flow h b
        end
        else flow.irreducible <- h :: flow.irreducible
    done
  done

let run (blocks : block array) =
  let n = Array.length blocks in
  let first = Array.make (n + 1) 0 in
  Array.iteri (fun b (block : block) -> first.(b + 1) <- first.(b) + Visit.target_count block.term) blocks;
  let successors = Array.make first.(n) 0 in
  let lead b (block : block) =
    for k = first.(b) to first.(b + 1) - 1 do
      successors.(k) <- (Visit.target block.term (k - first.(b))).block
    done
  in
  Array.iteri lead blocks;
  let index = Array.make n none in
  let order = reverse_postorder first successors index in
  Array.iteri (fun i block -> index.(block) <- i) order;
  let start = Array.make (n + 1) 0 in
  let cyclic = ref false in
  let count i block =
    for k = first.(block) to first.(block + 1) - 1 do
      let s = successors.(k) in
      start.(s) <- start.(s) + 1;
      if index.(s) <= i then cyclic := true
    done
  in
  Array.iteri count order;
  (* What becomes each block's start is first the end of its predecessors, which are put in from the last one on. *)
  for block = 1 to n do
    start.(block) <- start.(block) + start.(block - 1)
  done;
  let predecessors = Array.make start.(n) 0 and edge = Array.make start.(n) 0 in
  for i = Array.length order - 1 downto 0 do
    let block = order.(i) in
    for k = first.(block + 1) - 1 downto first.(block) do
      let s = successors.(k) in
      start.(s) <- start.(s) - 1;
      predecessors.(start.(s)) <- block;
      edge.(start.(s)) <- k - first.(block)
    done
  done;
  let header = Array.make n none in
  let flow =
    {
      first;
      successors;
      start;
      predecessors;
      edge;
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
