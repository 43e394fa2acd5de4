(* Ranges of ints: operations that cannot overflow, indices that are not negative, tests that are decided. Values are followed
   through each function to a fixpoint, sharpened where a test leads to a block and where an index has been checked; a loop that counts to
   a limit stays within it, and one that counts by 1 gets nowhere near the greatest int of 63 bits in a lifetime. Parameters of functions
   whose callers are all known and were looked at before are what these pass. *)

open Program
open Intervals
open Facts

(* So often a function is walked through before what still grows becomes unbounded, and before it is given up. *)
let exact_rounds = 3
let rounds = 12

(* So far up the tree of dominators tests are looked at. *)
let climb = 16

(* So many ranges are noted in a block. *)
let indices = 16

(* What keeps a counter from an overflow. *)
type guard =
  | Bound of arg  (* it does not go beyond this *)
  | Time of arg * int  (* the time that this would take, from this value at the end of this block on *)

(* What a loop counts with: `next` is its parameter plus or minus 1. *)
type counted = {
  next : int;
  up : bool;
  guard : guard;
  test : int;  (* the variable of the test at the end of a loop that counts to a bound, where it leads back; or none *)
}

(* The range of an operand is not known yet. *)
let not_yet = { range = nowhere; sure = false }
let among low high sure = { range = { low; high }; sure }
let truth = among 0. 1. false
let byte = among 0. 255. false

(* Is it 2^n - 1? *)
let is_mask n = n >= 0 && n < 0x3fff_ffff && n land (n + 1) = 0

let is_array_get = function
  | "caml_array_get" | "caml_array_get_addr" | "caml_array_get_float" | "caml_floatarray_get" -> true
  | _ -> false

let is_array_set = function
  | "caml_array_set" | "caml_array_set_addr" | "caml_array_set_float" | "caml_floatarray_set" -> true
  | _ -> false

(* What is said of ranges of variables, the last one first. *)
type sharp = End | Within of int * range * sharp

type analysis = {
  ints : ints;
  f : func;
  flow : Flow.t;
  (* What defines a variable. *)
  definition : instr array;
  (* The block of a variable; none: a parameter of the function. *)
  home : int array;
  (* Of a variable; `nowhere`: nothing reaches it yet. *)
  ranges : range array;
  (* What holds in a block because of how it is reached. *)
  facts : fact array;
  (* What that and the indices checked so far say, and of each variable whether anything has been said of it. *)
  sharp : sharp array;
  told : bool array;
  mutable counters : counted list;
  masked : bool array;  (* by variable: do only its low bits count? *)
}

(* Is `x` at most `y` where block `p` leads to `b`? *)
let at_most analysis x y p b =
  match (x, y) with
  | Int m, Int n -> m <= n
  | _ ->
      let says = function
        | Less (a, b) | At_most (a, b) | Equal (a, b) -> Simplify.same_arg a x && Simplify.same_arg b y
        | _ -> false
      in
      let rec search at left =
        left > 0 && (says analysis.facts.(at) || search analysis.flow.Flow.idom.(at) (left - 1))
      in
      says (Facts.on_edge analysis.f analysis.definition p b) || search p climb

(* What the counter `param` of a loop does not go beyond. *)
let bound analysis h param entry latch start up =
  let index b = analysis.flow.Flow.index.(b) in
  let bound =
    match Facts.on_edge analysis.f analysis.definition latch h with
    | Different (a, b) ->
        if Simplify.is_var a param then Some b else if Simplify.is_var b param then Some a else None
    | _ -> None
  in
  match bound with
  | None -> None
  | Some bound ->
      (* The limit is the same in every round. *)
      let same =
        match bound with
        | Var v ->
            let home = analysis.home.(v) in
            home = Flow.none || index home < index h
        | _ -> true
      in
      let guarded = if up then at_most analysis start bound entry h else at_most analysis bound start entry h in
      if same && guarded then Some bound else None

(* Does the loop of header `h` count with its parameter number `k`? *)
let counts analysis uses h k param =
  match Flow.entry_and_latch analysis.flow h with
  | None -> None
  | Some (entry, latch) -> (
      let passed b =
        let term = analysis.f.blocks.(b).term in
        let rec search at =
          if at = Visit.target_count term then None
          else
            let t = Visit.target term at in
            if t.block = h then Some t.args.(k) else search (at + 1)
        in
        search 0
      in
      match (passed entry, passed latch) with
      | Some start, Some (Var next) -> (
          match analysis.definition.(next) with
          | Prim (_, "%int_add", [| Var v; Int ((1 | -1) as step) |]) when v = param -> (
              let up = step = 1 in
              match if uses.(next) = 1 then bound analysis h param entry latch start up else None with
              | Some bound ->
                  let test =
                    match analysis.f.blocks.(latch).term with
                    | If (Var c, yes, _) when yes.block = h && uses.(c) = 1 -> c
                    | _ -> Simplify.none
                  in
                  Some { next; up; guard = Bound bound; test }
              | None -> (
                  match analysis.ints.count with
                  | Some _ -> Some { next; up; guard = Time (start, entry); test = Simplify.none }
                  | None -> None))
          | _ -> None)
      | _ -> None)

(* The range of `v` within those that a block's fact gives. *)
let rec meet (v : int) range = function
  | End -> range
  | Within (w, sharp, rest) ->
      if w <> v || includes sharp range then meet v range rest
      else if includes range sharp then meet v sharp rest
      else meet v { low = greatest range.low sharp.low; high = least range.high sharp.high } rest

(* The same for block `at` and those above it. *)
let rec sharpened analysis v range at left =
  if left = 0 then range
  else
    let range = meet v range analysis.sharp.(at) in
    let above = analysis.flow.Flow.idom.(at) in
    if above = at then range else sharpened analysis v range above (left - 1)

let range_of analysis arg at =
  match arg with
  | Int n -> analysis.ints.constant n
  | Wide _ | Literal _ -> analysis.ints.unknown.range
  | Var v ->
      let range = analysis.ranges.(v) in
      if analysis.told.(v) && is_known range then sharpened analysis v range at climb else range

(* The next value of a counter whose range is `a`. *)
let counted_range analysis { up; guard; _ } a at =
  let ints = analysis.ints in
  let within low high =
    let low = if up then fst (sum_low ints a.low 1.) else low in
    { range = range ints low (if up then high else fst (sum_high ints a.high (-1.))); sure = true }
  in
  match guard with
  | Bound bound ->
      let bound = range_of analysis bound at in
      if is_known bound then within bound.low bound.high else not_yet
  | Time (start, entry) -> (
      let start = range_of analysis start entry in
      match ints.count with
      | _ when not (is_known start) -> not_yet
      | Some most when start.low >= -2147483647. && start.high <= 2147483647. -> within (-.most) most
      | _ -> add ints a (ints.constant (if up then 1 else -1)))

(* Notes what is said of the range of `arg`, and what else is said. *)
let tell analysis arg range others =
  match arg with
  | Var v ->
      analysis.told.(v) <- true;
      Within (v, range, others)
  | _ -> others

(* The range `r` of what differs from a value of the range `s`. *)
let without ints r s =
  let one = s.low = s.high in
  let low = if one && r.low = s.low then -.below ints (-.r.low) else -.ints.any in
  { low; high = (if one && r.high = s.high then below ints r.high else ints.any) }

(* What block `b`'s fact says of the ranges of its operands. *)
let sharpen analysis b =
  analysis.sharp.(b) <- End;
  match analysis.facts.(b) with
  | Nothing -> ()
  | (Less (x, y) | At_most (x, y) | Equal (x, y) | Different (x, y)) as fact ->
      let at = analysis.flow.Flow.idom.(b) in
      let r = range_of analysis x at in
      let s = range_of analysis y at in
      if is_known r && is_known s then begin
        let ints = analysis.ints in
        let any = ints.any in
        let for_x, for_y =
          match fact with
          | Less _ -> ({ low = -.any; high = below ints s.high }, { low = -.below ints (-.r.low); high = any })
          | At_most _ -> ({ low = -.any; high = s.high }, { low = r.low; high = any })
          | Equal _ -> (s, r)
          | Different _ | Nothing -> (without ints r s, without ints s r)
        in
        analysis.sharp.(b) <- tell analysis x for_x (tell analysis y for_y End)
      end

(* Are there at least so many? *)
let rec reaches sharp count = count = 0 || match sharp with End -> false | Within (_, _, rest) -> reaches rest (count - 1)

(* What holds in block `b` behind an instruction: an index that was checked is one. *)
let learn analysis b instr =
  match instr with
  | Prim (_, name, args) when Array.length args > 1 -> (
      let high =
        match name with
        | "caml_string_get" | "caml_bytes_get" | "caml_bytes_set" -> analysis.ints.string
        | _ -> if is_array_get name || is_array_set name then size else -1.
      in
      match args.(1) with
      | Var _ as index when high > 0. && not (reaches analysis.sharp.(b) indices) ->
          let range = range_of analysis index b in
          if is_known range && (range.low < 0. || range.high > high) then
            analysis.sharp.(b) <- tell analysis index { low = 0.; high } analysis.sharp.(b)
      | _ -> ())
  | _ -> ()

(* The result of a primitive on two ints. *)
let binary analysis dest name y a b at =
  let ints = analysis.ints in
  let natural = a.low >= 0. && b.low >= 0. in
  match name with
  | "%int_add" -> (
      match List.find_opt (fun counted -> counted.next = dest) analysis.counters with
      | None -> add ints a b
      | Some counted -> counted_range analysis counted a at)
  | "%int_sub" -> subtract ints a b
  | "%int_mul" -> multiply ints a b
  | "%int_and" when a.low >= 0. || b.low >= 0. ->
      let high =
        if natural then least a.high b.high else if a.low >= 0. then a.high else b.high
      in
      among 0. high (match y with Int n -> is_mask n | _ -> false)
  | ("%int_or" | "%int_xor") when natural && greatest a.high b.high <= ints.limit ->
      among 0. (mask (greatest a.high b.high)) false
  | "%int_div" when a.low >= 0. && b.low > 0. -> among 0. a.high true
  | "%int_mod" when b.low > 0. ->
      let most = if b.high > ints.limit then b.high else b.high -. 1. in
      if a.low >= 0. then among 0. (least most a.high) true
      else { range = range ints (-.most) most; sure = false }
  | "%int_lt" | "%int_le" | "%int_gt" | "%int_ge" ->
      let less = less ints and at_most = Intervals.at_most ints in
      let yes, no =
        match name with
        | "%int_lt" -> (less a b, at_most b a)
        | "%int_le" -> (at_most a b, less b a)
        | "%int_gt" -> (less b a, at_most a b)
        | _ -> (at_most b a, less a b)
      in
      among (if yes then 1. else 0.) (if no then 0. else 1.) false
  | "%int_eq" | "%int_ne" -> truth
  | _ -> analysis.ints.unknown

(* The result of a shift of `a`. *)
let shift analysis name a n =
  let ints = analysis.ints in
  match name with
  | "%int_lsl" -> multiply ints a { low = power n; high = power n }
  | _ when a.low >= 0. -> among 0. (if a.high > ints.limit then ints.but_one else floor (a.high /. power n)) true
  | "%int_lsr" -> among 0. (shifted ints n) false
  | _ -> analysis.ints.unknown

(* The result of a primitive on ints. *)
let prim analysis dest name args at =
  match (name, args) with
  | ("%string_get" | "%bytes_get" | "caml_string_get" | "caml_bytes_get"), _ -> byte
  | "%array_length", _ -> among 0. size false
  | ("caml_ml_string_length" | "caml_ml_bytes_length"), _ -> among 0. analysis.ints.string false
  | ("%is_int" | "%bool_not"), _ -> truth
  | ( ( "%int_add" | "%int_sub" | "%int_mul" | "%int_and" | "%int_or" | "%int_xor" | "%int_div" | "%int_mod" | "%int_lt" | "%int_le"
      | "%int_gt" | "%int_ge" | "%int_eq" | "%int_ne" ),
      [| x; y |] ) ->
      let a = range_of analysis x at in
      let b = range_of analysis y at in
      if is_known a && is_known b then binary analysis dest name y a b at else not_yet
  | ("%int_asr" | "%int_lsr" | "%int_lsl"), [| x; Int n |] when n < 30 && (n > 0 || (n = 0 && name = "%int_lsl")) ->
      let a = range_of analysis x at in
      if is_known a then shift analysis name a n else not_yet
  | _ -> analysis.ints.unknown

(* Lets the range of `v` take in another one; gives whether it grew. *)
let grow analysis v found round =
  let old = analysis.ranges.(v) in
  let lower = found.low < old.low and higher = found.high > old.high in
  if lower || higher then
    analysis.ranges.(v) <-
      (if not (is_known old) then found
       else if round < exact_rounds then join old found
       else
         let any = analysis.ints.any in
         { low = (if lower then -.any else old.low); high = (if higher then any else old.high) });
  lower || higher

(* `found` and the ranges of what jumps pass for parameter number `k` of block `b`. *)
let passed analysis b k found =
  let flow = analysis.flow in
  let asks = match analysis.facts.(b) with Nothing -> false | _ -> true in
  let all = ref found in
  for i = flow.Flow.start.(b) to flow.Flow.start.(b + 1) - 1 do
    let from = flow.Flow.predecessors.(i) in
    let target = Visit.target analysis.f.blocks.(from).term flow.Flow.edge.(i) in
    (* what leads to the block holds of what is passed on that way *)
    let at = if asks && not (Flow.dominates flow b from) then b else from in
    let range = range_of analysis target.args.(k) at in
    all := join !all range
  done;
  !all

(* One walk; gives whether something grew. *)
let walk analysis round =
  let f = analysis.f in
  let changed = ref false in
  let at = ref Flow.none in
  let anything v = analysis.ranges.(v) <- analysis.ints.unknown.range in
  let instr = function
    | Prim (dest, name, args) ->
        let { range; _ } = prim analysis dest name args !at in
        if grow analysis dest range round then changed := true
    | other -> Visit.each_dest other anything
  in
  let instr i =
    instr i;
    learn analysis !at i
  in
  let param k p =
    let found = passed analysis !at k analysis.ranges.(p) in
    if grow analysis p found round then changed := true
  in
  Array.iter
    (fun b ->
      sharpen analysis b;
      at := b;
      Array.iteri param f.blocks.(b).params;
      Array.iter instr f.blocks.(b).body)
    analysis.flow.Flow.order;
  !changed

(* Is the range known and between these? *)
let is_within analysis at arg low high =
  let range = range_of analysis arg at in
  is_known range && range.low >= low && range.high <= high

let is_natural analysis at arg = is_within analysis at arg 0. infinity
let is_negative analysis at arg = is_within analysis at arg neg_infinity (-1.)
let is_positive analysis at arg = is_within analysis at arg 1. infinity
let is_byte analysis at arg = is_within analysis at arg 0. 255.

(* Unsigned, an int of 32 bits has a form of its own. *)
let halves analysis = analysis.ints.bits = 32

(* Of 32 bits, what overflows is exact still where an operand is small, and a mask takes the same bits of it. *)
let is_masked analysis dest = halves analysis && analysis.masked.(dest)
let is_small = function Int n -> n > 0 && n < 0x10_0000 | _ -> false

(* Will a simpler form of the operation do? *)
let is_sure analysis at = function
  | Prim (dest, name, args) -> (prim analysis dest name args at).sure
  | _ -> false

(* What stands in the place of an instruction; itself when it is as simple as can be. *)
let simpler analysis at instr =
  match instr with
  | Prim (dest, name, args) -> (
      match (name, args) with
      | "%int_add", _ when is_masked analysis dest || is_sure analysis at instr -> Prim (dest, "%exact_add", args)
      | "%int_add", [| x; y |] when halves analysis && (is_natural analysis at x || is_natural analysis at y) ->
          Prim (dest, "%rising_add", args)
      | "%int_add", [| x; y |] when halves analysis && (is_negative analysis at x || is_negative analysis at y) ->
          Prim (dest, "%falling_add", args)
      | "%int_ne", _ when List.exists (fun counted -> counted.test = dest) analysis.counters -> Prim (dest, "%counts", args)
      | "%int_sub", _ when is_masked analysis dest || is_sure analysis at instr -> Prim (dest, "%exact_sub", args)
      | "%int_sub", [| x; y |] when halves analysis && (is_natural analysis at x || is_negative analysis at y) ->
          Prim (dest, "%rising_sub", args)
      | "%int_sub", [| x; y |] when halves analysis && (is_negative analysis at x || is_natural analysis at y) ->
          Prim (dest, "%falling_sub", args)
      | "%int_mul", [| x; y |] when (is_masked analysis dest && (is_small x || is_small y)) || is_sure analysis at instr ->
          Prim (dest, "%exact_mul", args)
      | "%int_div", _ when is_sure analysis at instr -> Prim (dest, "%exact_div", args)
      | "%int_mod", _ when is_sure analysis at instr -> Prim (dest, "%exact_mod", args)
      | "%int_div", [| _; y |] when is_positive analysis at y -> Prim (dest, "%positive_div", args)
      | "%int_mod", [| _; y |] when is_positive analysis at y -> Prim (dest, "%positive_mod", args)
      | "%int_xor", [| x; Int -1 |] -> Prim (dest, "%exact_sub", [| Int (-1); x |])
      | "%int_and", _ when is_sure analysis at instr -> Prim (dest, "%low_bits", args)
      | ("%int_asr" | "%int_lsr"), [| x; Int n |] when is_sure analysis at instr ->
          Prim (dest, "%exact_shift", [| x; Int n; Int (1 lsl n) |])
      | "%int_lsr", [| x; Int n |] when n > 0 && n < 30 -> Prim (dest, "%natural_lsr", [| x; Int n; Int (1 lsl n) |])
      | "%int_asr", [| x; Int n |] when n > 0 && n < 30 -> Prim (dest, "%signed_shift", [| x; Int n; Int (1 lsl n) |])
      | "%int_lsl", [| x; Int n |] when (is_masked analysis dest && n > 0 && n < 20) || is_sure analysis at instr ->
          Prim (dest, "%exact_mul", [| x; Int (1 lsl n) |])
      | "%int_lsl", [| x; Int n |] when halves analysis && n > 0 && n < 20 ->
          Prim (dest, "%wide_shift", [| x; Int n; Int (1 lsl n) |])
      | "%int_ult", [| x; y |] when is_natural analysis at x && is_natural analysis at y -> Prim (dest, "%int_lt", args)
      | "%int_uge", [| x; y |] when is_natural analysis at x && is_natural analysis at y -> Prim (dest, "%int_ge", args)
      | "%int_ult", [| x; _ |] when halves analysis && is_natural analysis at x -> Prim (dest, "%ult_right", args)
      | "%int_ult", [| _; y |] when halves analysis && is_natural analysis at y -> Prim (dest, "%ult_left", args)
      | "%int_uge", [| x; _ |] when halves analysis && is_natural analysis at x -> Prim (dest, "%uge_right", args)
      | "%int_uge", [| _; y |] when halves analysis && is_natural analysis at y -> Prim (dest, "%uge_left", args)
      | "caml_string_get", [| _; i |] when is_natural analysis at i -> Prim (dest, "%string_at", args)
      | "caml_bytes_get", [| _; i |] when is_natural analysis at i -> Prim (dest, "%bytes_at", args)
      | "caml_bytes_set", [| _; i; c |] when is_natural analysis at i && is_byte analysis at c ->
          Prim (dest, "%bytes_put_byte", args)
      | "caml_bytes_set", [| _; i; _ |] when is_natural analysis at i -> Prim (dest, "%bytes_put", args)
      | "%string_sub", [| _; _; n |] when is_natural analysis at n -> Prim (dest, "%string_part", args)
      | "%bytes_sub_string", [| _; _; n |] when is_natural analysis at n -> Prim (dest, "%bytes_part", args)
      | "%bytes_set", [| _; _; c |] when is_byte analysis at c -> Prim (dest, "%bytes_set_byte", args)
      | ("caml_make_vect" | "caml_array_make"), [| _; v |] when is_natural analysis at v || is_negative analysis at v ->
          Prim (dest, "caml_uniform_array_make", args)
      | name, [| _; i |] when is_array_get name && is_natural analysis at i -> Prim (dest, "%array_at", args)
      | name, [| _; i; _ |] when is_array_set name && is_natural analysis at i -> Prim (dest, "%array_put", args)
      | _ -> instr)
  | _ -> instr

(* `params`: the ranges of the function's parameters. *)
let analyse (f : func) ints params =
  let count = Array.length f.names and blocks = Array.length f.blocks in
  let flow = Flow.run f.blocks in
  match flow.Flow.irreducible with
  | _ :: _ -> None
  | [] ->
      let uses = Array.make count 0 and masked = Array.make count false in
      let definition = Array.make count Simplify.no_instr and home = Array.make count Flow.none in
      let note = function Var v -> uses.(v) <- uses.(v) + 1 | _ -> () in
      let at = ref Flow.none in
      let live v = home.(v) <- !at in
      let instr i =
        Visit.each_arg i note;
        Visit.each_dest i live;
        match i with
        | Prim (dest, name, args) -> (
            definition.(dest) <- i;
            match (name, args) with
            | "%int_and", [| Var v; Int n |] when is_mask n -> masked.(v) <- true
            | _ -> ())
        | _ -> ()
      in
      Array.iteri
        (fun b (block : block) ->
          at := b;
          Array.iter live block.params;
          Array.iter instr block.body;
          Visit.each_term_arg block.term note)
        f.blocks;
      Array.iteri (fun v count -> if count <> 1 then masked.(v) <- false) uses;
      let analysis =
        {
          ints;
          f;
          flow;
          definition;
          home;
          ranges = Array.make count nowhere;
          facts = Facts.run f flow definition;
          sharp = Array.make blocks End;
          told = Array.make count false;
          counters = [];
          masked;
        }
      in
      Array.iter2 (fun p range -> analysis.ranges.(p) <- range) f.params params;
      for h = 0 to blocks - 1 do
        if flow.Flow.header.(h) = h then
          Array.iteri
            (fun k param ->
              match counts analysis uses h k param with
              | Some counted -> analysis.counters <- counted :: analysis.counters
              | None -> ())
            f.blocks.(h).params
      done;
      let rec run round =
        (* without loops what a block reads was found before it *)
        if round = rounds then None else if walk analysis round && Flow.has_loops flow then run (round + 1) else Some analysis
      in
      run 0

(* What callers pass to functions that only known calls reach. *)
type arguments = {
  (* How many calls of each function have not been looked at; more than there are: it is called from elsewhere, too. *)
  left : int array;
  (* The ranges of what is passed, without the closure. None: nothing is yet. *)
  passed : range array option array;
}

let arguments (graph : Call_graph.t) =
  let count = Array.length graph.references in
  let left = Array.make count 0 in
  left.(graph.main) <- 1;
  (* A closure may be called by whoever gets it. *)
  let note reference =
    let id = Call_graph.target reference in
    left.(id) <- left.(id) + 1
  in
  Array.iter (Array.iter note) graph.references;
  { left; passed = Array.make count None }

(* The ranges of a function's parameters. *)
let params arguments (f : func) ints =
  match arguments.passed.(f.id) with
  | Some passed when arguments.left.(f.id) = 0 -> (
      if has_closure f then Array.append [| ints.unknown.range |] passed else passed)
  | _ -> Array.map (fun _ -> ints.unknown.range) f.params

(* A call passes these. *)
let pass arguments id ranges =
  arguments.left.(id) <- arguments.left.(id) - 1;
  arguments.passed.(id) <-
    Some (match arguments.passed.(id) with Some old -> Array.map2 join old ranges | None -> ranges)

(* The calls of an instruction or terminator of block `b`. *)
let take arguments analysis id args b =
  let range arg =
    let range = range_of analysis arg b in
    if is_known range then range else analysis.ints.unknown.range
  in
  pass arguments id (Array.map range args)

(* Puts simpler operations in the place of others; whether a test was decided. Calls are taken on the way: what has been learned of an
   index holds behind the instruction that checks it. *)
let rewrite arguments analysis =
  let decided = ref false in
  let at = ref Flow.none in
  let instr i =
    (match i with
    | Apply { callee = Known id; args; _ } | Try { body = id; args; _ } -> take arguments analysis id args !at
    | _ -> ());
    let simpler = simpler analysis !at i in
    learn analysis !at i;
    simpler
  in
  Array.iter
    (fun b ->
      let block = analysis.f.blocks.(b) in
      sharpen analysis b;
      at := b;
      block.body <- Visit.map_array instr block.body;
      match block.term with
      | Tail { callee = Known id; args; _ } -> take arguments analysis id args b
      | If ((Var _ as arg), yes, no) ->
          let range = range_of analysis arg b in
          if range.low = range.high && abs_float range.low <= 1073741823. then begin
            decided := true;
            block.term <- If (Int (int_of_float range.low), yes, no)
          end
      | _ -> ())
    analysis.flow.Flow.order;
  !decided

(* Simplifies the operations on ints of all functions, those of callers first. *)
let run program target simplify =
  let ints = ints_of target in
  let graph = Call_graph.of_program program in
  let arguments = arguments graph in
  let order = Call_graph.callees_first graph in
  for i = Array.length order - 1 downto 0 do
    match program.functions.(order.(i)) with
    | None -> ()
    | Some f -> (
        match analyse f ints (params arguments f ints) with
        | None -> ()
        | Some analysis -> if rewrite arguments analysis then simplify f)
  done
