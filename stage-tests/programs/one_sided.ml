(* Sums and differences that can overflow on one side only, products, and indices that are known once they have been checked. *)

let opaque = Sys.opaque_identity
let say what holds = Printf.printf "%s %b\n" what holds

let up x = x + 1
let down x = x - 1
let up_by x n = if n >= 0 then x + n else 0
let down_by x n = if n < 0 then x + n else 0
let less x n = if n >= 0 then x - n else 0
let more x n = if n < 0 then x - n else 0
let from n x = if n >= 0 then n - x else 0
let below n x = if n < 0 then n - x else 0

let sums () =
  say "up" (up (opaque max_int) = min_int);
  say "up below" (up (opaque (max_int - 1)) = max_int);
  say "down" (down (opaque min_int) = max_int);
  say "down above" (down (opaque (min_int + 1)) = min_int);
  say "up_by" (up_by (opaque max_int) (opaque max_int) = -2);
  say "up_by least" (up_by (opaque min_int) (opaque max_int) = -1);
  say "down_by" (down_by (opaque min_int) (opaque min_int) = 0);
  say "down_by greatest" (down_by (opaque max_int) (opaque min_int) = -1);
  say "less" (less (opaque min_int) (opaque max_int) = 1);
  say "less greatest" (less (opaque max_int) (opaque max_int) = 0);
  say "more" (more (opaque max_int) (opaque min_int) = -1);
  say "more least" (more (opaque min_int) (opaque min_int) = 0);
  say "from" (from (opaque 0) (opaque min_int) = min_int);
  say "from greatest" (from (opaque max_int) (opaque min_int) = -1);
  say "below" (below (opaque (-1)) (opaque min_int) = max_int);
  say "below least" (below (opaque min_int) (opaque max_int) = 1);
  say "below one" (below (opaque min_int) (opaque 1) = max_int)

(* Of the same signs, of different ones, of the halves of an int, with zero. *)
let products () =
  let square x = x * x in
  let half = 1 lsl ((Sys.int_size - 1) / 2) in
  say "square" (square (opaque half) = half * half);
  say "square of the greatest" (square (opaque max_int) = 1);
  say "square of the least" (square (opaque min_int) = 0);
  say "least by -1" (opaque min_int * opaque (-1) = min_int);
  say "greatest by -1" (opaque max_int * opaque (-1) = -max_int);
  say "greatest by two" (opaque max_int * opaque 2 = -2);
  say "zero by a negative one" (1. /. float (opaque 0 * opaque (-5)) = infinity);
  say "itself" (let x = ref (opaque max_int) in x := !x * !x * 7; !x = 7);
  Printf.printf "%d %d\n" (opaque (-3) * opaque 0) (opaque 46341 * opaque 46340)

(* What holds behind an access does not hold before it. *)
let sees = ref []
let see i = sees := (i + 1 > i) :: !sees; i

let checked a i =
  let seen = see i in
  let v = a.(i) in
  let next = i + 1 in
  if next < Array.length a then v + a.(next) + seen else v + next

let try_checked a i = match checked a i with v -> string_of_int v | exception Invalid_argument message -> message

let try_string s i =
  match
    let c = s.[i] in
    Char.code c + i + 1
  with
  | v -> string_of_int v
  | exception Invalid_argument message -> message

let indices () =
  let a = [| 10; 20; 30 |] in
  List.iter (fun i -> print_endline (try_checked a (opaque i))) [ 0; 2; 3; -1; max_int; min_int ];
  List.iter (fun holds -> Printf.printf "%b " holds) !sees;
  print_newline ();
  List.iter (fun i -> print_endline (try_string "abc" (opaque i))) [ 0; 2; 3; -1; max_int; min_int ];
  (* The index is checked in one arm alone. *)
  let either i = if i > 5 then i + 1 else a.(i) + 1 in
  say "unchecked" (either (opaque max_int) = min_int);
  Printf.printf "%d\n" (either 1);
  let i = ref 0 and sum = ref 0 in
  while !i * !i < 9 do
    sum := !sum + a.(!i);
    incr i
  done;
  Printf.printf "%d %d\n" !i !sum

let () =
  sums ();
  products ();
  indices ()
