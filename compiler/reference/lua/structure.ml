(* Structured control flow without goto: Norman Ramsey, "Beyond Relooper" (ICFP 2022). The tree of dominators gives the
   nesting. A block that is jumped to from several places follows a label, that is, the code that may jump to it; only
   where a jump is not a fall-through does the label become `repeat … until true` and the jump `break`. A block outside a
   loop that only the loop leads to follows the loop. Where a `break` must leave several constructs, the flag `B` says
   where to, and is tested after each of them; a short block is written where it is jumped to instead. *)

open Program

(* What an `if` tests. *)
type test =
  | Branch  (* the condition of the terminator *)
  (* the scrutinee of a switch: equal to, less than, not a block *)
  | Int_equal of int
  | Int_less of int
  | Immediate
  (* its tag, or the tag in the variable `T` *)
  | Tag_equal of int * bool
  | Tag_less of int * bool

type node =
  | Code of int  (* the instructions of a block *)
  | Finish of int  (* a terminator that leaves the function *)
  | Edge of int * int  (* what edge k of a block passes on, if that is anything *)
  | If of int * test * node list * node list
  | Read_tag of int  (* T = the tag of the scrutinee *)
  | Label of int * node list  (* code that may jump to what follows, the block *)
  | Loop of int * node list  (* while true do, of a header *)
  | Jump of int  (* to a position: a block, or number of blocks + header for the next iteration *)
  | Once of node list  (* after `resolve`: repeat … until true *)
  | Break of int option
      (* after `resolve`: break, with the flag set to where to when that is not the innermost construct *)
  | Dispatch of (int * bool) list
      (* after `resolve`: leave further; flags, each with whether this is the last construct to be left *)

let code = Program.shared 256 (fun b -> Code b)
let finish = Program.shared 256 (fun b -> Finish b)

(* The tests that find the edge of a switch. *)
type decision =
  | To of int
  | Tagged of decision
  | Choice of test * decision * decision

(* Values from `low` lead to an edge. *)
type range = { low : int; edge : int; single : bool }

let same_arg a b =
  match (a, b) with
  | Var a, Var b -> a = b
  | Int a, Int b -> a = b
  | Wide a, Wide b -> String.equal a b
  | Literal a, Literal b -> a = b
  | _ -> false

let same_target (a : target) (b : target) =
  a.block = b.block && Array.length a.args = Array.length b.args && Array.for_all2 same_arg a.args b.args

(* Edges with the same target are one. *)
let ranges (list : target array) first (all : target array) =
  let found = ref [] in
  Array.iteri
    (fun i target ->
      let rec search k = if k = first + i || same_target all.(k) target then k else search (k + 1) in
      let edge = search 0 in
      match !found with
      | last :: rest when last.edge = edge -> found := { last with single = false } :: rest
      | _ -> found := { low = i; edge; single = true } :: !found)
    list;
  Visit.of_reversed !found

(* Binary decisions over ranges; a lone value is tested by equality. *)
let rec decide found first last tag =
  let equal n = match tag with None -> Int_equal n | Some read -> Tag_equal (n, read) in
  let less n = match tag with None -> Int_less n | Some read -> Tag_less (n, read) in
  let n = last - first in
  let at i = found.(first + i) in
  if n = 1 then To (at 0).edge
  else if n = 2 && (at 0).single then Choice (equal (at 0).low, To (at 0).edge, To (at 1).edge)
  else if n = 2 && (at 1).single then Choice (equal (at 1).low, To (at 1).edge, To (at 0).edge)
  else if n = 3 && (at 1).single && (at 0).edge = (at 2).edge then
    Choice (equal (at 1).low, To (at 1).edge, To (at 0).edge)
  else begin
    let middle = n / 2 in
    Choice (less (at middle).low, decide found first (first + middle) tag, decide found (first + middle) last tag)
  end

(* Immediates first: by equality when they are few. *)
let decide_switch term =
  match term with
  | Switch (_, ints, tags) when Array.length ints + Array.length tags > 0 ->
      let all = Array.append ints tags in
      let int_count = Array.length ints in
      let int_ranges = ranges ints 0 all in
      let tag_ranges = ranges tags int_count all in
      let on_ints () = decide int_ranges 0 (Array.length int_ranges) None in
      let tag_tree read = decide tag_ranges 0 (Array.length tag_ranges) (Some read) in
      if Array.length tags = 0 then Some (on_ints ())
      else begin
        let on_tags = if Array.length tag_ranges > 2 then Tagged (tag_tree true) else tag_tree false in
        if int_count = 0 then Some on_tags
        else if
          Array.length int_ranges = 1 && Array.length tag_ranges = 1 && int_ranges.(0).edge = tag_ranges.(0).edge
        then Some (To int_ranges.(0).edge)
        else if int_count > 3 || (Array.length int_ranges = 1 && int_count > 1) then
          Some (Choice (Immediate, on_ints (), on_tags))
        else begin
          let decision = ref on_tags in
          for i = int_count - 1 downto 0 do
            let edge = ref i in
            Array.iter (fun range -> if range.low <= i then edge := range.edge) int_ranges;
            decision := Choice (Int_equal i, To !edge, !decision)
          done;
          Some !decision
        end
      end
  | _ -> None

(* The edges at the leaves, in order, with repetition, before `rest`. *)
let rec leaf_edges decision rest =
  match decision with
  | To k -> k :: rest
  | Tagged d -> leaf_edges d rest
  | Choice (_, yes, no) -> leaf_edges yes (leaf_edges no rest)

type builder = {
  func : func;
  flow : Flow.t;
  decisions : decision option array;
  labelled : bool array;  (* follows a label *)
  (* labelled blocks whose code stands beside a block's, the last one first: within its loop, after its loop *)
  inside : int list array;
  outside : int list array;
  mutable plain : bool;  (* has no label and no jump been made? *)
}

(* Applies `f` to a block and each of its edges as they are written: a switch may write one several times. *)
let each_edge builder b f =
  match builder.decisions.(b) with
  | Some decision -> List.iter (f b) (leaf_edges decision [])
  | None ->
      for k = 0 to Flow.edge_count builder.flow b - 1 do
        f b k
      done

(* Is block `b` in the loop of header `h`? *)
let in_loop (flow : Flow.t) b h =
  let loop = ref flow.Flow.header.(b) in
  while !loop <> Flow.none && !loop <> h do
    loop := flow.Flow.outer.(!loop)
  done;
  !loop = h

(* Which blocks follow labels, and where. *)
let place builder =
  let flow = builder.flow in
  let n = Array.length flow.Flow.index in
  let forward = Array.make n 0 in
  (* the least depth to which the code of a block's dominator subtree jumps *)
  let nowhere = n + 1 in
  let lowest = Array.make n nowhere in
  let lower b depth = if depth < lowest.(b) then lowest.(b) <- depth in
  let look b k =
    let s = Flow.successor flow b k in
    if flow.Flow.index.(s) > flow.Flow.index.(b) then forward.(s) <- forward.(s) + 1;
    lower b (if s = 0 then 0 else flow.Flow.depth.(flow.Flow.idom.(s)))
  in
  for i = Array.length flow.Flow.order - 1 downto 0 do
    let b = flow.Flow.order.(i) in
    each_edge builder b look;
    lower flow.Flow.idom.(b) lowest.(b)
  done;
  Array.iter
    (fun b ->
      if flow.Flow.index.(b) > 0 then begin
        let parent = flow.Flow.idom.(b) in
        let exited = ref Flow.none in
        let loop = ref flow.Flow.header.(parent) in
        while !loop <> Flow.none && not (in_loop flow b !loop) do
          exited := !loop;
          loop := flow.Flow.outer.(!loop)
        done;
        let closed = lowest.(b) = nowhere || lowest.(b) >= flow.Flow.depth.(b) in
        if !exited <> Flow.none && not (closed && forward.(b) = 1) then begin
          builder.labelled.(b) <- true;
          builder.outside.(!exited) <- b :: builder.outside.(!exited)
        end
        else if forward.(b) > 1 then begin
          builder.labelled.(b) <- true;
          builder.inside.(parent) <- b :: builder.inside.(parent)
        end
      end)
    flow.Flow.order

(* The position of the next round of the loop with header `h`. *)
let next_round (flow : Flow.t) h = Array.length flow.Flow.index + h

(* The nodes of a block and what it dominates. `end_`: the position that their end falls through to. *)
let rec tree builder x end_ =
  if builder.flow.Flow.header.(x) = x then wrap builder x true builder.outside.(x) end_
  else wrap builder x false builder.inside.(x) end_

(* The block, or the loop that it begins, in the labels of its followers, each followed by its code. *)
and wrap builder x is_loop followers end_ =
  match followers with
  | y :: earlier ->
      builder.plain <- false;
      Label (y, wrap builder x is_loop earlier y) :: tree builder y end_
  | [] when is_loop -> [ Loop (x, wrap builder x false builder.inside.(x) (next_round builder.flow x)) ]
  | [] ->
      code x
      ::
      (match (builder.decisions.(x), builder.func.blocks.(x).term) with
      | Some decision, _ -> branches builder x decision end_
      | None, Program.Jump _ -> edge builder x 0 end_
      | None, Program.If _ -> [ If (x, Branch, edge builder x 0 end_, edge builder x 1 end_) ]
      | None, _ -> [ finish x ])

and branches builder x decision end_ =
  match decision with
  | To k -> edge builder x k end_
  | Tagged d -> Read_tag x :: branches builder x d end_
  | Choice (test, a, b) -> [ If (x, test, branches builder x a end_, branches builder x b end_) ]

and edge builder x k end_ =
  let flow = builder.flow in
  let t = Flow.successor flow x k in
  let next =
    if flow.Flow.index.(t) <= flow.Flow.index.(x) then jump builder (next_round flow t) end_
    else if builder.labelled.(t) then jump builder t end_
    else tree builder t end_
  in
  if Array.length (Visit.target builder.func.blocks.(x).term k).args = 0 then next else Edge (x, k) :: next

and jump builder position end_ =
  if position = end_ then []
  else begin
    builder.plain <- false;
    [ Jump position ]
  end

(* A jump to the position needs its label, unless that is where a loop ends. *)
let rec need (position : int) stack needed =
  match stack with
  | [] -> ()
  | (after, is_loop) :: rest ->
      if after <> position then need position rest needed else if not is_loop then needed.(position) <- true

(* Which labels jumps need to break out of. `stack`: the position after each construct that encloses the nodes, and
   whether it is a loop; `end_`: the position that the end of the nodes falls through to. *)
let rec plan flow nodes end_ stack needed =
  match nodes with
  | [] -> ()
  | node :: rest ->
      (match node with
      | If (_, _, yes, no) ->
          plan flow yes end_ stack needed;
          plan flow no end_ stack needed
      | Label (y, body) -> plan flow body y ((y, false) :: stack) needed
      | Loop (h, body) ->
          let next = next_round flow h in
          plan flow body next ((next, false) :: (end_, true) :: stack) needed
      | Jump position -> need position stack needed
      | _ -> ());
      plan flow rest end_ stack needed

(* So much a block may do that is written where it is jumped to. *)
let short = 4

(* Does the block soon leave the function, or jump to what follows a label that is needed in any case? *)
let is_short builder needed b =
  let block = builder.func.blocks.(b) and index = builder.flow.Flow.index in
  let is_simple = function Prim _ -> true | Apply _ | Closures _ | Try _ -> false in
  Array.length block.body <= short
  && Array.for_all is_simple block.body
  &&
  match block.term with
  | Jump t -> needed.(t.block) && index.(t.block) > index.(b)
  | term -> Visit.target_count term = 0

(* Does control come to the end of the nodes otherwise than by a jump? *)
let rec falls nodes =
  match nodes with
  | [] -> true
  | [ If (_, _, yes, no) ] -> falls yes || falls no
  | [ node ] -> ( match node with Finish _ | Jump _ | Loop _ | Label _ -> false | _ -> true)
  | _ :: rest -> falls rest

(* The nodes with the blocks that are copied where they are jumped to, and not behind their labels unless what stands before falls through
   to them. `copied`: those blocks; `end_`: the position that the end of the nodes falls through to. *)
let rec spread builder copied nodes end_ =
  match nodes with
  | [] -> []
  | If (b, test, yes, no) :: rest ->
      let first = spread builder copied yes end_ in
      let second = spread builder copied no end_ in
      If (b, test, first, second) :: spread builder copied rest end_
  | Label (y, body) :: rest ->
      let body = spread builder copied body y in
      Label (y, body) :: (if copied.(y) && not (falls body) then [] else spread builder copied rest end_)
  | Loop (h, body) :: rest ->
      let body = spread builder copied body (next_round builder.flow h) in
      Loop (h, body) :: spread builder copied rest end_
  | Jump y :: _ when y < Array.length copied && copied.(y) -> (
      code y
      ::
      (match builder.func.blocks.(y).term with
      | Program.Jump _ -> spread builder copied (edge builder y 0 end_) end_
      | _ -> [ finish y ]))
  | node :: rest -> node :: spread builder copied rest end_

(* A construct that `break` leaves. *)
type construct = {
  after : int;
  mutable pending : int list;  (* positions that jumps from within it lead to, beyond it; last first *)
}

type resolver = {
  graph : Flow.t;
  needed : bool array;
  mutable stack : construct list;
  flags : int array;  (* number of each position that is reached by the flag; 0: none yet *)
  mutable count : int;
}

(* A `break` towards the position: is it the innermost construct's? *)
let leave resolver position =
  if not (List.exists (fun c -> c.after = position) resolver.stack) then
    Error.fail "the control flow of a function cannot be structured";
  match resolver.stack with
  | [] -> true
  | top :: _ ->
      if top.after = position then true
      else begin
        if not (List.exists (Int.equal position) top.pending) then top.pending <- position :: top.pending;
        false
      end

let flag resolver position =
  if resolver.flags.(position) = 0 then begin
    resolver.count <- resolver.count + 1;
    resolver.flags.(position) <- resolver.count
  end;
  resolver.flags.(position)

let enter resolver after = resolver.stack <- { after; pending = [] } :: resolver.stack

(* Leaves a construct: where its jumps lead. *)
let exit resolver =
  match resolver.stack with
  | [] -> []
  | top :: rest -> (
      resolver.stack <- rest;
      match top.pending with
      | [] -> []
      | pending ->
          let one position =
            let last = leave resolver position in
            (flag resolver position, last)
          in
          List.map one (List.rev pending))

(* The construct, what follows when it is left by a jump, and the rest. *)
let followed construct flags rest =
  construct :: (match flags with [] -> rest | _ :: _ -> Dispatch flags :: rest)

(* What follows nodes: nothing, or what a label that no jump needs stands in front of, which falls through to a position. *)
type following =
  | Nothing
  | Then of node list * int * following

let rec resolve resolver nodes end_ following =
  match nodes with
  | [] -> (
      match following with
      | Nothing -> []
      | Then (nodes, end_, following) -> resolve resolver nodes end_ following)
  | If (b, test, yes, no) :: rest ->
      let first = resolve resolver yes end_ Nothing in
      let second = resolve resolver no end_ Nothing in
      let others = resolve resolver rest end_ following in
      if first == yes && second == no && others == rest then nodes else If (b, test, first, second) :: others
  | Label (y, body) :: rest when resolver.needed.(y) ->
      enter resolver y;
      let body = resolve resolver body y Nothing in
      let flags = exit resolver in
      followed (Once body) flags (resolve resolver rest end_ following)
  | Label (y, body) :: rest -> resolve resolver body y (Then (rest, end_, following))
  | Loop (h, body) :: rest ->
      let next = next_round resolver.graph h in
      enter resolver end_;
      let body =
        if resolver.needed.(next) then begin
          enter resolver next;
          let once = resolve resolver body next Nothing in
          followed (Once once) (exit resolver) []
        end
        else resolve resolver body next Nothing
      in
      let flags = exit resolver in
      followed (Loop (h, body)) flags (resolve resolver rest end_ following)
  | Jump position :: rest ->
      let innermost = leave resolver position in
      let flag = if innermost then None else Some (flag resolver position) in
      Break flag :: resolve resolver rest end_ following
  | node :: rest ->
      let others = resolve resolver rest end_ following in
      if others == rest then nodes else node :: others

let run (func : func) (flow : Flow.t) =
  let n = Array.length func.blocks in
  (match flow.Flow.irreducible with
  | [] -> ()
  | _ :: _ -> Error.fail "the control flow of a function is irreducible");
  let builder =
    {
      func;
      flow;
      decisions = Array.map (fun (b : block) -> decide_switch b.term) func.blocks;
      labelled = Array.make n false;
      inside = Array.make n [];
      outside = Array.make n [];
      plain = true;
    }
  in
  place builder;
  let end_ = 2 * n in
  let nodes = tree builder flow.Flow.order.(0) end_ in
  if builder.plain then nodes
  else begin
    let planned nodes =
      let needed = Array.make (2 * n) false in
      plan flow nodes end_ [] needed;
      needed
    in
    let needed = planned nodes in
    let copied = Array.init n (fun b -> needed.(b) && is_short builder needed b) in
    let copies = Array.exists (fun copied -> copied) copied in
    let nodes = if copies then spread builder copied nodes end_ else nodes in
    let needed = if copies then planned nodes else needed in
    let resolver = { graph = flow; needed; stack = []; flags = Array.make ((2 * n) + 1) 0; count = 0 } in
    resolve resolver nodes end_ Nothing
  end
