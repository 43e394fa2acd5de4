(* Where ints may overflow and where they cannot: each result is compared with one whose operands nobody can know. *)
let opaque = Sys.opaque_identity
let same name a b = Printf.printf "%s %s\n" name (if a = b then "same" else Printf.sprintf "differs: %d instead of %d" a b)

(* Equality of a sum that wraps. *)
let rec safe q d = function [] -> true | x :: r -> q <> x + d && q <> x - d && q <> -x && safe q (d + 1) r
let () =
  let b v = print_string (if v then "1" else "0") in
  List.iter b
    [ safe min_int 1 [ max_int ]; safe min_int 2 [ max_int ]; safe max_int 1 [ min_int ]; safe min_int 1 [ 5; max_int - 1 ];
      safe 7 1 [ 3; 4; 4 ]; safe 7 1 [ 1; 2; 3 ]; safe min_int 3 [ min_int ]; opaque max_int + 1 = min_int; min_int <> opaque max_int + 1;
      opaque max_int * 2 = -2; opaque 1 lsl (Sys.int_size - 1) = min_int ];
  print_newline ()

(* Shifts to the right without the sign. *)
let halves x = [ x lsr 1; (x lsr 1) + 1; (x lsr 2) + 1; (x lsr 2) * 2; (x lsr 2) * 4; (x lsr 3) + (x lsr 3); x lsr 29; (x lsr 1) lxor x; -(x lsr 1) - 2 ]
let halves_of x n = [ x lsr n; (x lsr n) + opaque 1; (x lsr (n + 1)) + opaque 1; (x lsr (n + 1)) * opaque 2; (x lsr (n + 1)) * opaque 4;
                      (x lsr (n + 2)) + opaque (x lsr (n + 2)); x lsr (n + 28); (x lsr n) lxor x; -opaque (x lsr n) - 2 ]
let () = List.iteri (fun i x -> same (Printf.sprintf "shifts %d" i) (Hashtbl.hash (halves x)) (Hashtbl.hash (halves_of x (opaque 1)))) [ 0; 1; -1; max_int; min_int; 12345; -12345 ]

(* Parameters: all callers are known, one passes what is large; or the function is also a closure. *)
let product i j = ((i + j) * (i + j + 1) / 2) + i
let plain i j = opaque ((opaque (i + j) * opaque (i + j + 1)) / 2) + i
let small_product i j = (i * j) + i
let area f = f max_int 3
let () =
  let sum = ref 0 and expected = ref 0 in
  for i = 0 to 20 do for j = 0 to 20 do sum := !sum + product i j; expected := !expected + plain i j done done;
  same "products" !sum !expected;
  same "large product" (product max_int 2) (plain max_int 2);
  for i = 0 to 3 do same "small product" (small_product i 3) (opaque (i * 3) + i) done;
  same "as a closure" (area small_product) (opaque (max_int * opaque 3) + max_int)

(* Counters from the ends, by recursion and by loops. *)
let rec climb n d = if n = 0 then d else climb (n - 1) (d + 1)
let rec fall n d = if n = 0 then d else fall (n - 1) (d - 1)
let rec leap n d step = if n = 0 then d else leap (n - 1) (d + step) step
let () =
  same "climb" (climb 5 (max_int - 2)) (opaque (max_int - 2) + opaque 5);
  same "climb from 0" (climb 5 0) 5;
  same "fall" (fall 5 (min_int + 2)) (opaque (min_int + 2) - opaque 5);
  same "leap" (leap 5 1 (max_int / 2)) (1 + opaque (opaque 5 * opaque (max_int / 2)));
  let i = ref 2 and steps = ref 0 in
  while !i * !i <= 1000 do
    let j = ref (!i * !i) in
    while !j <= 1000 do j := !j + !i; incr steps done;
    incr i
  done;
  same "sieve" !steps 2550;
  let i = ref (opaque (max_int - 3)) and n = ref 0 in
  while !i > 0 do incr i; incr n done;
  same "wraps" !n 4;
  same "wrapped" !i min_int;
  let j = ref (opaque min_int) in
  for k = 1 to 3 do j := !j - k done;
  same "down" !j (max_int - 5)

(* What a region passes to what it calls. *)
let guarded a b = try if a > b then raise Exit else a + b with Exit -> a - b
let () =
  same "guarded" (guarded 1 2) 3;
  same "guarded, large" (guarded max_int max_int) (-2);
  same "guarded, raised" (guarded max_int (-1)) min_int
