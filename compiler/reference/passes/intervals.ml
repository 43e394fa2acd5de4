(* The arithmetic of ranges of ints. A bound is a whole number of at most `limit`, or one of two steps beyond: not the greatest int, or any
   (and so downwards). Bounds are floats, as the compiler itself may run where ints have 32 bits: beyond 2^53 they are rounded, so
   `limit` leaves room, and nothing is decided by comparing such bounds. *)

type range = { low : float; high : float }

(* No value has been seen. *)
let nowhere = { low = infinity; high = neg_infinity }
let is_known range = range != nowhere

(* What an operation gives, and whether a simpler form of it will do. *)
type result = { range : range; sure : bool }

(* What the ints of a target can hold. *)
type ints = {
  (* Any int; this one. *)
  unknown : result;
  constant : int -> range;
  (* Sums of two such bounds are ints. *)
  limit : float;
  but_one : float;
  any : float;
  (* Bounds up to this one are exact. *)
  exact : float;
  (* What steps of 1 reach within months, if that is less than `limit`. *)
  count : float option;
  (* The length of the longest string. *)
  string : float;
  bits : int;
}

(* The size of the largest block, in words of which one is the header. A string of 32-bit words is that long, without its last byte. *)
let size = 268_435_456.

let least (a : float) b = if a < b then a else b
let greatest (a : float) b = if a > b then a else b

(* 2 to the `n`. *)
let power n =
  let rec double power n = if n = 0 then power else double (2. *. power) (n - 1) in
  double 1. n

(* The next number of the form 2^n - 1. *)
let mask n =
  let rec grow m = if m <= n then grow (2. *. m) else m -. 1. in
  grow 1.

let constant limit but_one n =
  let n = float_of_int n in
  { low = greatest (-.but_one) (least n limit); high = greatest (-.limit) (least n but_one) }

let unknown any = { range = { low = -.any; high = any }; sure = false }

let ints_of = function
  | Target.Lua54 ->
      let limit = power 60 in
      let any = 4. *. limit and but_one = 2. *. limit in
      {
        unknown = unknown any;
        constant = Program.shared 256 (constant limit but_one);
        limit;
        but_one;
        any;
        exact = power 53;
        count = Some (power 52);
        string = power 47;
        bits = 63;
      }
  | Target.Portable | Target.Luajit | Target.Luau ->
      let limit = power 30 -. 1. in
      let any = limit +. 2. and but_one = limit +. 1. and string = (4. *. (size -. 1.)) -. 1. in
      let constant = Program.shared 256 (constant limit but_one) in
      { unknown = unknown any; constant; limit; but_one; any; exact = limit; count = None; string; bits = 32 }

let range ints low high = { low = least low ints.limit; high = greatest high (-.ints.limit) }

(* Is all of `b` in `a`? *)
let includes a b = a.low <= b.low && a.high >= b.high

let join a b =
  if includes a b then a
  else if includes b a then b
  else { low = least a.low b.low; high = greatest a.high b.high }

(* The upper bound of a sum, and whether it is one of an int. *)
let sum_high ints a b =
  let small = least a b and great = greatest a b in
  if great <= ints.limit then begin
    let sum = small +. great in
    ((if sum > ints.limit then ints.but_one else sum), true)
  end
  else if small < 0. || (small = 0. && great = ints.but_one) then (ints.but_one, true)
  else if small = 0. || (small = 1. && great = ints.but_one) then (ints.any, true)
  else (ints.any, false)

let sum_low ints a b =
  let bound, safe = sum_high ints (-.a) (-.b) in
  (-.bound, safe)

(* The greatest number less than a bound. *)
let below ints bound = if bound > ints.limit then ints.but_one else greatest (bound -. 1.) (-.ints.limit)

(* A sum, and whether it cannot overflow. *)
let add ints a b =
  let high, over = sum_high ints a.high b.high and low, under = sum_low ints a.low b.low in
  if over && under then { range = range ints low high; sure = true } else ints.unknown

let subtract ints a b =
  (* The opposite of the least int is none, that of the next one the greatest. *)
  let high, over =
    if b.low = -.ints.any then (ints.any, a.high < 0.)
    else sum_high ints a.high (if b.low = -.ints.but_one then ints.any else -.b.low)
  in
  let low, under = sum_low ints a.low (-.least b.high ints.but_one) in
  if over && under then { range = range ints low high; sure = true } else ints.unknown

(* A product, and whether it is one of natural numbers that cannot overflow. *)
let multiply ints a b =
  let size r = if r.low < -.ints.limit || r.high > ints.limit then ints.any else greatest r.high (-.r.low) in
  let m = size a and n = size b in
  if m > ints.limit || n > ints.limit || m *. n > ints.limit then ints.unknown
  else if a.low >= 0. && b.low >= 0. then { range = { low = a.low *. b.low; high = m *. n }; sure = true }
  else { range = { low = -.(m *. n); high = m *. n }; sure = false }

(* The greatest result of a logical shift to the right, which is the greatest int after one by 1. *)
let shifted ints n = if n = 1 then ints.any else least (power (ints.bits - n) -. 1.) ints.but_one

(* Is all of `a` less than all of `b`? *)
let less ints a b = a.high <= ints.exact && b.low >= -.ints.exact && a.high < b.low
let at_most ints a b = a.high <= ints.exact && b.low >= -.ints.exact && a.high <= b.low
