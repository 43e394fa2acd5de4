(* What stands at the top level and is read by functions, and what is the same twice. *)
let p = print_endline
let i n = p (string_of_int n)

(* Values that functions read: once, in loops, through others. *)
let table = Array.init 8 (fun k -> k * k)
let count = ref 0
exception Stop of int
let next () = incr count; !count
let rec sum k = if k = Array.length table then 0 else table.(k) + sum (k + 1)
let find n = try Array.iteri (fun k v -> if v > n then raise (Stop k)) table; -1 with Stop k -> k
let nested () = let inner x = let innermost y = x + y + !count + table.(3) in innermost 1 in inner 2
let () = i (next ()); i (next ()); i (sum 0); i (find 10); i (find 100); i (nested ())

(* A definition in a loop is another value each time. *)
let kept = ref []
let () =
  for k = 1 to 3 do
    let square = k * k in
    let cell = ref square in
    kept := (fun () -> incr cell; square + !cell) :: !kept
  done;
  List.iter (fun f -> i (f ()); i (f ())) !kept

(* Functions that know each other, and themselves as values. *)
let rec even n = n = 0 || odd (n - 1)
and odd n = n <> 0 && even (n - 1)
let rec twice f x = if x > 100 then x else f (twice f (f x))
let self = ref (fun _ -> 0)
let rec fact n = if n = 0 then 1 else n * fact (n - 1)
let () = self := fact; p (string_of_bool (even 10 && odd 7)); i (twice (fun x -> x + 30) 5); i (!self 5)

(* What a unit exports, and does not. *)
module Counter : sig val tick : unit -> int end = struct
  let hidden = ref 40
  let tick () = incr hidden; !hidden
end
module Make (X : sig val base : int end) = struct
  let seen = ref X.base
  let add n = seen := !seen + n; !seen
end
module A = Make (struct let base = 100 end)
module B = Make (struct let base = 200 end)
let () = i (Counter.tick ()); i (Counter.tick ()); i (A.add 1); i (B.add 1); i (A.add 1)

(* Read before it is there: a function of the unit that runs while the unit is being made. *)
let early = ref (fun () -> 0)
let a = 7
let () = early := (fun () -> a)
let b = !early () + 1
let () = early := (fun () -> a + b); i (!early ())

(* The same code twice, with other things captured; the closures stay two. *)
let make1 n = fun () -> n
let make2 n = fun () -> n
let f1 = make1 1 and f2 = make2 2
let () = i (f1 ()); i (f2 ()); p (string_of_bool (f1 == f2)); i (List.length (List.sort_uniq compare [ f1 (); f2 (); f1 () ]))
type t = A of int | B of int | C of int | D of int * int | E
let same x = match x with A n -> n + 1 | B n -> n + 1 | C n -> n + 1 | D (n, _) -> n + 1 | E -> 0
let other x = match x with A n -> Some (n, "a") | B n -> Some (n, "b") | C n -> Some (n, "a") | D (n, m) -> if m > n then Some (n, "a") else Some (m, "a") | E -> None
let show = function None -> "none" | Some (n, s) -> s ^ string_of_int n
let () =
  List.iter (fun x -> i (same x); p (show (other x))) [ A 1; B 2; C 3; D (4, 5); D (7, 6); E ];
  List.iter (fun x -> i (try if x > 2 then raise (Stop x) else x with Stop n -> n * 10)) [ 1; 2; 3 ]

(* Constants. *)
let () =
  i (Sys.int_size / 100); i (7 / 2 * 3 - -7 mod 4); i (5 lsr 1 + (-9) asr 1); p (string_of_bool (3 < 2 || 3 = 3));
  (try i (1 / (2 - 2)) with Division_by_zero -> p "division by zero");
  (try ignore (Bytes.create (Sys.max_string_length + 1)) with Invalid_argument m -> p m);
  (try ignore (String.make (-1) 'x') with Invalid_argument m -> p m)

(* The same in front of a loop and in it, where the loop asks for what was read in front of it. *)
type reader = { mutable c : char; mutable at : int; text : string }
let step r =
  r.at <- r.at + 1;
  r.c <- (if r.at < String.length r.text then r.text.[r.at] else '\000')
let quoted put r =
  if r.c = '\'' || r.c = '"' then begin
    let quote = r.c in
    put quote; step r;
    while r.c <> quote do
      let c = r.c in
      put c; step r
    done;
    put quote
  end
let () =
  let out = Buffer.create 16 in
  quoted (Buffer.add_char out) { c = '\''; at = 0; text = "'a \"quoted\" text' and more" };
  p (Buffer.contents out)
