(* Known functions that raise where a known handler waits: through loops, recursion, closures and handlers, with errors of primitives
   between, called with and without a trap. *)
exception Stop
exception Found of int
exception Pair of int * string

let p name n = Printf.printf "%s %d\n" name n
let count = ref 0
let size = Array.length Sys.argv

let safe_div a b = if b = 0 then raise Division_by_zero else a / b
let checked_mod a b = if b = 0 then 0 else a mod b
let rec depth n = if n = 0 then raise Stop else 1 + depth (n - 1)
let rec nested n = if n = 0 then raise Not_found else try nested (n - 1) with Stop -> 0
let rec assoc k = function [] -> raise Not_found | (a, b) :: rest -> if a = k then b else assoc k rest
let rec even n = if n < 0 then raise Stop else if n = 0 then true else odd (n - 1)
and odd n = if n < 0 then raise (Found n) else if n = 0 then false else even (n - 1)
let bump n = incr count; if n > 3 then raise (Pair (n, "bump")); incr count; n
let twice n = let a = bump n in let b = bump (n + 1) in a + b
let fails n = if n = 1 then failwith "one" else if n = 2 then invalid_arg "two" else n
let first test a = try Array.iteri (fun i x -> if test x then raise (Found i)) a; -1 with Found i -> i
let again n = try if n > 2 then raise (Found n) else raise Stop with Found n -> raise (Pair (n, "again"))
let parse s = let n = int_of_string s in if n < 0 then raise Stop else n
let unit_or_stop n = if n > 1 then raise Stop

let () =
  p "div" (try safe_div 7 size with Division_by_zero -> -1);
  p "no div" (try safe_div 7 (size - 1) with Division_by_zero -> -1);
  p "mod" (try checked_mod 7 (size + 2) + checked_mod 7 (size - 1) with Division_by_zero -> -1);
  p "other handler" (try try safe_div 7 (size - 1) with Stop -> 1 with Division_by_zero -> 2);
  p "depth" (try depth 10 with Stop -> 5);
  p "nested" (try nested 20 with Not_found -> 6);
  p "assoc" (try assoc 2 [ (1, 10); (2, 20) ] with Not_found -> 7);
  p "no assoc" (try assoc 3 [ (1, 10); (2, 20) ] with Not_found -> 7);
  p "even" (try if even 8 then 1 else 0 with Stop -> 8 | Found n -> n);
  p "stop" (try if even (-size) then 1 else 0 with Stop -> 8 | Found n -> n);
  p "found" (try if odd (-size) then 1 else 0 with Stop -> 8 | Found n -> n);
  p "twice" (try twice 1 with Pair (n, s) -> n + String.length s);
  p "bump" (try twice 3 with Pair (n, s) -> n + String.length s);
  p "count" !count;
  p "one" (try fails size with Failure s -> String.length s | Invalid_argument s -> 100 + String.length s);
  p "two" (try fails (size + 1) with Failure s -> String.length s | Invalid_argument s -> 100 + String.length s);
  p "three" (try fails (size + 2) with _ -> -1);
  p "first" (first (fun x -> x > 2) [| 1; 2; 3; 4 |]);
  p "no first" (first (fun x -> x > size + 10) [| 1; 2; 3; 4 |]);
  p "again" (try again (size + 5) with Pair (n, s) -> n + String.length s);
  p "again stop" (try again (size - 5) with Pair (n, s) -> n + String.length s | Stop -> 3);
  p "parse" (try parse "12" with Stop -> 1 | Failure _ -> 2);
  p "parse stop" (try parse "-12" with Stop -> 1 | Failure _ -> 2);
  p "parse failure" (try parse "x" with Stop -> 1 | Failure _ -> 2);
  p "unit" (try unit_or_stop size; 1 with Stop -> 2);
  p "no unit" (try unit_or_stop (size + 1); 1 with Stop -> 2)

(* What a region assigns before it raises stays; what it would assign after does not. *)
let () =
  let total = ref 0 and last = ref "" in
  for i = 1 to 10 do
    try
      total := !total + i;
      if i mod 3 = 0 then raise (Found i);
      if i mod 4 = 0 then last := string_of_int (depth i);
      total := !total + 100
    with
    | Found n -> total := !total - n
    | Stop -> last := !last ^ "s"
  done;
  p !last !total;
  let i = ref 0 in
  (try while true do incr i; if !i * !i > 200 then raise Exit done with Exit -> ());
  p "while" !i

(* Handlers that raise on, in order, with the value that was raised. *)
let () =
  let order = Buffer.create 10 in
  let note s = Buffer.add_string order s in
  let level n = try (try (try bump n with Stop -> note "a"; 0) with Found _ -> note "b"; 0) with Pair (n, _) as e -> note "c"; if n > 4 then raise e else n in
  p "level" (level 4);
  p "level on" (try level 5 with e -> (match e with Pair (n, s) -> n * String.length s | _ -> 0));
  let e = Pair (9, "same") in
  let throw () = if size > 0 then raise e else 0 in
  p "same" (try throw () with e' -> if e == e' then 1 else 0);
  (try ignore (try raise Stop with Stop -> note "d"; safe_div 1 (size - 1)) with Division_by_zero -> note "e");
  Fun.protect ~finally:(fun () -> note "f") (fun () -> try unit_or_stop 5 with Stop -> note "g");
  print_endline (Buffer.contents order);
  let by_name f = try string_of_int (f (size - 1)) with e -> Printexc.to_string e in
  print_endline (String.concat "; " (List.map by_name [ safe_div 1; depth; nested; (fun n -> assoc n []); bump; fails; (fun _ -> parse "?") ]))

(* Nobody waits: the exception ends the loop above all of them. *)
let rec last_of = function [] -> raise Stop | [ x ] -> x | _ :: rest -> last_of rest
let () =
  p "last" (last_of [ 1; 2; 3 ]);
  match last_of [] with
  | n -> p "none" n
  | exception Stop -> p "stopped" (try last_of [ 4 ] + last_of [] with Stop -> 0)

let rec sum n = if n = 0 then 0 else if n < 0 then raise Stop else n + sum (n - 1)
let () =
  p "deep" (try sum 60_000 with Stop -> 0);
  p "deeper" (try 1 + sum 50_000 + sum (-1) with Stop -> 1);
  p "stopped deep" (try depth 60_000 with Stop -> 2)
