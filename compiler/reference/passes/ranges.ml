(* Ranges of ints: operations that cannot overflow, indices that are not negative, tests that are decided. Values are followed
   through each function to a fixpoint, sharpened where a test leads to a block; a loop that counts to a limit stays within it.

   A bound is an int of at most `limit`, or one of two steps beyond: not the greatest int, or any (and so downwards). *)

open Program

(* Sums of two such bounds fit the smallest ints of any target. *)
let limit = 1_073_741_823
let but_one = limit + 1
let any = limit + 2

(* So often a function is walked through before what still grows becomes unbounded, and before it is given up. *)
let exact_rounds = 3
let rounds = 12

(* So far up the tree of dominators tests are looked at. *)
let climb = 16

type range = { low : int; high : int }

let full = { low = -any; high = any }
let least (a : int) b = if a < b then a else b
let greatest (a : int) b = if a > b then a else b
let range low high = { low = least low limit; high = greatest high (-limit) }

(* The upper bound of a sum, and whether it is one of an int. *)
let sum_high a b =
  let small = least a b and great = greatest a b in
  if great <= limit then begin
    let sum = small + great in
    ((if sum > limit then but_one else sum), true)
  end
  else if small < 0 || (small = 0 && great = but_one) then (but_one, true)
  else if small = 0 || (small = 1 && great = but_one) then (any, true)
  else (any, false)

let sum_low a b =
  let bound, safe = sum_high (-a) (-b) in
  (-bound, safe)

(* A sum, and whether it cannot overflow. *)
let add a b =
  let high, over = sum_high a.high b.high and low, under = sum_low a.low b.low in
  if over && under then (range low high, true) else (full, false)

let subtract a b =
  (* The opposite of the least int is none, that of the next one the greatest. *)
  let high, over =
    if b.low = -any then (any, a.high < 0) else sum_high a.high (if b.low = -but_one then any else -b.low)
  in
  let low, under = sum_low a.low (-least b.high but_one) in
  if over && under then (range low high, true) else (full, false)

(* A product, and whether it is one of natural numbers that cannot overflow. *)
let multiply a b =
  let size r = if r.low < -limit || r.high > limit then any else greatest r.high (-r.low) in
  let m = size a and n = size b in
  if m > limit || n > limit || (n > 0 && m > limit / n) then (full, false)
  else if a.low >= 0 && b.low >= 0 then ({ low = a.low * b.low; high = m * n }, true)
  else ({ low = -(m * n); high = m * n }, false)

(* The next number of the form 2^n - 1. *)
let mask n =
  let rec grow m = if m <= n then grow (m * 2) else m - 1 in
  grow 1

let power n = 1 lsl n

(* What a loop counts with: `next` is its parameter plus or minus 1, and does not go beyond `bound`. *)
type counted = { next : int; bound : arg; up : bool }

(* What a test of two values says. *)
type relation = Less | At_most | Equal | Different

let test name args holds =
  match args with
  | [ a; b ] -> (
      match (name, holds) with
      | "%int_lt", true | "%int_ge", false -> Some (Less, a, b)
      | "%int_gt", true | "%int_le", false -> Some (Less, b, a)
      | "%int_le", true | "%int_gt", false -> Some (At_most, a, b)
      | "%int_ge", true | "%int_lt", false -> Some (At_most, b, a)
      | "%int_eq", true | "%int_ne", false -> Some (Equal, a, b)
      | "%int_ne", true | "%int_eq", false -> Some (Different, a, b)
      | _ -> None)
  | _ -> None

type analysis = {
  f : func;
  flow : Flow.t;
  (* The primitive that defines a variable. *)
  definition : instr option array;
  (* The block of a variable; none: a parameter of the function. *)
  home : int array;
  (* None: nothing reaches it yet. *)
  ranges : range option array;
  (* What holds in a block because of how it is reached. *)
  facts : (relation * arg * arg) option array;
  sharp : (int * range) list array;
  (* By variable: the counted loop whose next value it is. *)
  counter : counted option array;
}

let prim_of analysis v = match analysis.definition.(v) with Some (Prim (_, name, args)) -> Some (name, args) | _ -> None

(* What the test at the end of `p` says on its way to `b`, which is reached only from there. *)
let fact analysis p b =
  match analysis.f.blocks.(p).term with
  | If (Var c, yes, no) when yes.block <> no.block -> (
      let holds = yes.block = b in
      let told = match prim_of analysis c with Some (name, args) -> test name args holds | None -> None in
      match told with
      | Some _ -> told
      | None -> Some ((if holds then Different else Equal), Var c, Int 0))
  | _ -> None

(* Is `x` at most `y` where block `p` leads to `b`? *)
let at_most analysis x y p b =
  match (x, y) with
  | Int m, Int n -> m <= n
  | _ ->
      let says = function
        | Some ((Less | At_most | Equal), a, b) -> Simplify.same_arg a x && Simplify.same_arg b y
        | _ -> false
      in
      let rec search at left =
        left > 0 && (says analysis.facts.(at) || search analysis.flow.Flow.idom.(at) (left - 1))
      in
      says (fact analysis p b) || search p climb

let rec nth k = function [] -> None | a :: rest -> if k = 0 then Some a else nth (k - 1) rest

(* Does the loop of header `h` count with its parameter number `k`? *)
let counts analysis uses h k param =
  let flow = analysis.flow in
  let index b = flow.Flow.index.(b) in
  match flow.Flow.predecessors.(h) with
  | [ p; q ] -> (
      let entry, latch = if index p < index q then (p, q) else (q, p) in
      let passed b =
        match List.find_opt (fun (t : target) -> t.block = h) (Visit.targets analysis.f.blocks.(b).term) with
        | Some t -> nth k t.args
        | None -> None
      in
      if index entry >= index h || index latch < index h then None
      else
        match (passed entry, passed latch) with
        | Some start, Some (Var next) when uses.(next) = 1 -> (
            let step =
              match prim_of analysis next with
              | Some ("%int_add", [ Var v; Int n ]) when v = param && (n = 1 || n = -1) -> n
              | _ -> 0
            in
            let bound =
              if step = 0 then None
              else
                match fact analysis latch h with
                | Some (Different, a, b) ->
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
                let up = step = 1 in
                let guarded =
                  if up then at_most analysis start bound entry h else at_most analysis bound start entry h
                in
                if same && guarded then Some { next; bound; up } else None)
        | _ -> None)
  | _ -> None

let range_of analysis arg at =
  match arg with
  | Int n ->
      let clamp low high = greatest low (least n high) in
      Some { low = clamp (-but_one) limit; high = clamp (-limit) but_one }
  | Wide _ | Literal _ -> Some full
  | Var v -> (
      match analysis.ranges.(v) with
      | None -> None
      | Some range ->
          let rec search range at left =
            if left = 0 then range
            else
              let meet range (w, sharp) =
                if w = v then { low = greatest range.low sharp.low; high = least range.high sharp.high } else range
              in
              search (List.fold_left meet range analysis.sharp.(at)) analysis.flow.Flow.idom.(at) (left - 1)
          in
          Some (search range at climb))

(* What block `b`'s fact says of the ranges of its operands. *)
let sharpen analysis b =
  match analysis.facts.(b) with
  | None -> ()
  | Some (relation, x, y) -> (
      let at = analysis.flow.Flow.idom.(b) in
      match (range_of analysis x at, range_of analysis y at) with
      | Some r, Some s ->
          let below bound = if bound > limit then but_one else greatest (bound - 1) (-limit) in
          let for_x, for_y =
            match relation with
            | Less -> ({ low = -any; high = below s.high }, { low = -below (-r.low); high = any })
            | At_most -> ({ low = -any; high = s.high }, { low = r.low; high = any })
            | Equal -> (s, r)
            | Different ->
                let without r s =
                  let one = s.low = s.high in
                  let low = if one && r.low = s.low then -below (-r.low) else -any in
                  { low; high = (if one && r.high = s.high then below r.high else any) }
                in
                (without r s, without s r)
          in
          let add arg range list = match arg with Var v -> (v, range) :: list | _ -> list in
          analysis.sharp.(b) <- add x for_x (add y for_y [])
      | _ -> ())

(* The result of a primitive on ints, and whether its simpler form will do. *)
let prim analysis dest name args at =
  let unknown = Some (full, false) in
  let natural_of high = Some ({ low = 0; high }, false) in
  match (name, args) with
  | ("%string_get" | "%bytes_get" | "caml_string_get" | "caml_bytes_get"), _ -> natural_of 255
  | "%array_length", _ -> natural_of limit
  | ("caml_ml_string_length" | "caml_ml_bytes_length"), _ -> natural_of but_one
  | ("%is_int" | "%bool_not"), _ -> natural_of 1
  | ( ("%int_add" | "%int_sub" | "%int_mul" | "%int_and" | "%int_or" | "%int_xor" | "%int_div" | "%int_mod"),
      [ x; y ] ) -> (
      match (range_of analysis x at, range_of analysis y at) with
      | Some a, Some b -> (
          let natural = a.low >= 0 && b.low >= 0 in
          match name with
          | "%int_add" -> (
              match analysis.counter.(dest) with
              | None -> Some (add a b)
              | Some { bound; up; _ } -> (
                  match range_of analysis bound at with
                  | None -> None
                  | Some limits ->
                      let low = if up then fst (sum_low a.low 1) else limits.low in
                      Some (range low (if up then limits.high else fst (sum_high a.high (-1))), true)))
          | "%int_sub" -> Some (subtract a b)
          | "%int_mul" -> Some (multiply a b)
          | "%int_and" when a.low >= 0 || b.low >= 0 ->
              let high =
                if natural then least a.high b.high else if a.low >= 0 then a.high else b.high
              in
              let is_mask = match y with Int n -> n >= 0 && n < limit && mask n = n | _ -> false in
              Some ({ low = 0; high }, is_mask)
          | ("%int_or" | "%int_xor") when natural && greatest a.high b.high <= limit ->
              natural_of (mask (greatest a.high b.high))
          | "%int_div" when a.low >= 0 && b.low > 0 -> Some ({ low = 0; high = a.high }, true)
          | "%int_mod" when b.low > 0 ->
              let most = if b.high > limit then b.high else b.high - 1 in
              if a.low >= 0 then Some ({ low = 0; high = least most a.high }, true)
              else Some (range (-most) most, false)
          | _ -> unknown)
      | _ -> None)
  | ("%int_asr" | "%int_lsr"), [ x; Int n ] when n > 0 && n < 30 -> (
      match range_of analysis x at with
      | None -> None
      | Some a ->
          if a.low < 0 then unknown
          else Some ({ low = 0; high = (if a.high > limit then but_one else a.high / power n) }, true))
  | "%int_lsl", [ x; Int n ] when n >= 0 && n < 30 -> (
      match range_of analysis x at with None -> None | Some a -> Some (multiply a (range (power n) (power n))))
  | ("%int_lt" | "%int_le" | "%int_gt" | "%int_ge"), [ x; y ] -> (
      match (range_of analysis x at, range_of analysis y at) with
      | Some a, Some b ->
          let bounded a b = a.high <= limit && b.low >= -limit in
          let less a b = bounded a b && a.high < b.low and at_most a b = bounded a b && a.high <= b.low in
          let yes, no =
            match name with
            | "%int_lt" -> (less a b, at_most b a)
            | "%int_le" -> (at_most a b, less b a)
            | "%int_gt" -> (less b a, at_most a b)
            | _ -> (at_most b a, less a b)
          in
          Some ({ low = (if yes then 1 else 0); high = (if no then 0 else 1) }, false)
      | _ -> None)
  | ("%int_eq" | "%int_ne"), [ x; y ] -> (
      match (range_of analysis x at, range_of analysis y at) with Some _, Some _ -> natural_of 1 | _ -> None)
  | _ -> unknown

let grow analysis v found round =
  match found with
  | None -> false
  | Some found -> (
      match analysis.ranges.(v) with
      | None ->
          analysis.ranges.(v) <- Some found;
          true
      | Some old ->
          let low = least found.low old.low and high = greatest found.high old.high in
          if low = old.low && high = old.high then false
          else begin
            let low = if low < old.low && round >= exact_rounds then -any else low in
            let high = if high > old.high && round >= exact_rounds then any else high in
            analysis.ranges.(v) <- Some { low; high };
            true
          end)

(* One walk; gives whether something grew. *)
let walk analysis round =
  let f = analysis.f in
  let changed = ref false in
  let note grown = if grown then changed := true in
  Array.iter
    (fun b ->
      sharpen analysis b;
      let block = f.blocks.(b) in
      let incoming =
        List.concat_map
          (fun from ->
            List.filter_map
              (fun (t : target) -> if t.block = b then Some (from, t.args) else None)
              (Visit.targets f.blocks.(from).term))
          analysis.flow.Flow.predecessors.(b)
      in
      List.iteri
        (fun k p ->
          let join found (from, args) =
            match nth k args with
            | None -> found
            | Some arg -> (
                match (range_of analysis arg from, found) with
                | None, _ -> found
                | range, None -> range
                | Some a, Some r -> Some { low = least r.low a.low; high = greatest r.high a.high })
          in
          note (grow analysis p (List.fold_left join analysis.ranges.(p) incoming) round))
        block.params;
      List.iter
        (function
          | Prim (dest, name, args) -> (
              match prim analysis dest name args b with
              | None -> ()
              | Some (range, _) -> note (grow analysis dest (Some range) round))
          | other -> List.iter (fun v -> analysis.ranges.(v) <- Some full) (Visit.dests other))
        block.body)
    analysis.flow.Flow.order;
  !changed

(* What stands in the place of an instruction; itself when it is as simple as can be. *)
let simpler analysis at instr =
  match instr with
  | Prim (dest, name, args) -> (
      let natural arg = match range_of analysis arg at with Some range -> range.low >= 0 | None -> false in
      let positive arg = match range_of analysis arg at with Some range -> range.low > 0 | None -> false in
      let sure () = match prim analysis dest name args at with Some (_, sure) -> sure | None -> false in
      match (name, args) with
      | "%int_add", _ when sure () -> Prim (dest, "%exact_add", args)
      | "%int_sub", _ when sure () -> Prim (dest, "%exact_sub", args)
      | "%int_mul", _ when sure () -> Prim (dest, "%exact_mul", args)
      | "%int_div", _ when sure () -> Prim (dest, "%exact_div", args)
      | "%int_mod", _ when sure () -> Prim (dest, "%exact_mod", args)
      | "%int_div", [ _; y ] when positive y -> Prim (dest, "%positive_div", args)
      | "%int_mod", [ _; y ] when positive y -> Prim (dest, "%positive_mod", args)
      | "%int_and", _ when sure () -> Prim (dest, "%low_bits", args)
      | ("%int_asr" | "%int_lsr"), [ x; Int n ] when sure () -> Prim (dest, "%exact_shift", [ x; Int n; Int (power n) ])
      | "%int_lsl", [ x; Int n ] when sure () -> Prim (dest, "%exact_mul", [ x; Int (power n) ])
      | "%int_ult", [ x; y ] when natural x && natural y -> Prim (dest, "%int_lt", args)
      | "%int_uge", [ x; y ] when natural x && natural y -> Prim (dest, "%int_ge", args)
      | "caml_string_get", [ _; i ] when natural i -> Prim (dest, "%string_at", args)
      | "caml_bytes_get", [ _; i ] when natural i -> Prim (dest, "%bytes_at", args)
      | "caml_bytes_set", [ _; i; _ ] when natural i -> Prim (dest, "%bytes_put", args)
      | ("caml_array_get" | "caml_array_get_addr" | "caml_array_get_float" | "caml_floatarray_get"), [ _; i ]
        when natural i ->
          Prim (dest, "%array_at", args)
      | ("caml_array_set" | "caml_array_set_addr" | "caml_array_set_float" | "caml_floatarray_set"), [ _; i; _ ]
        when natural i ->
          Prim (dest, "%array_put", args)
      | _ -> instr)
  | _ -> instr

let analyse (f : func) =
  let count = Array.length f.names and blocks = Array.length f.blocks in
  let flow = Flow.run f.blocks in
  match flow.Flow.irreducible with
  | _ :: _ -> None
  | [] ->
      let uses = Array.make count 0 in
      let analysis =
        {
          f;
          flow;
          definition = Array.make count None;
          home = Array.make count Flow.none;
          ranges = Array.make count None;
          facts = Array.make blocks None;
          sharp = Array.make blocks [];
          counter = Array.make count None;
        }
      in
      List.iter (fun p -> analysis.ranges.(p) <- Some full) f.params;
      let note = function Var v -> uses.(v) <- uses.(v) + 1 | _ -> () in
      Array.iteri
        (fun b (block : block) ->
          List.iter (fun p -> analysis.home.(p) <- b) block.params;
          List.iter
            (fun instr ->
              Visit.each_arg instr note;
              List.iter
                (fun v ->
                  analysis.definition.(v) <- Some instr;
                  analysis.home.(v) <- b)
                (Visit.dests instr))
            block.body;
          Visit.each_term_arg block.term note)
        f.blocks;
      for b = 0 to blocks - 1 do
        match flow.Flow.predecessors.(b) with [ p ] -> analysis.facts.(b) <- fact analysis p b | _ -> ()
      done;
      for h = 0 to blocks - 1 do
        if flow.Flow.header.(h) = h then
          List.iteri
            (fun k param ->
              match counts analysis uses h k param with
              | Some counted -> analysis.counter.(counted.next) <- Some counted
              | None -> ())
            f.blocks.(h).params
      done;
      let rec run round = if round = rounds then None else if walk analysis round then run (round + 1) else Some analysis in
      run 0

(* Simplifies the operations on ints of all functions; where a test is decided the function is simplified, too. *)
let run program simplify =
  Array.iter
    (function
      | None -> ()
      | Some (f : func) -> (
          match analyse f with
          | None -> ()
          | Some analysis ->
              let decided = ref false in
              Array.iter
                (fun b ->
                  let block = f.blocks.(b) in
                  block.body <- List.map (simpler analysis b) block.body;
                  match block.term with
                  | If ((Var _ as arg), yes, no) -> (
                      match range_of analysis arg b with
                      | Some range when range.low = range.high ->
                          decided := true;
                          block.term <- If (Int range.low, yes, no)
                      | _ -> ())
                  | _ -> ())
                analysis.flow.Flow.order;
              if !decided then simplify f))
    program.functions
