(* Calls of function values: of which all are known to take as many arguments as there are, and of which some take more or fewer; known
   functions that are given more arguments than they take. *)

let show n = print_int n; print_char ' '
let line () = print_newline ()
let opaque f = if Array.length Sys.argv < 0 then raise Exit else f

(* Several functions of two arguments reach one call: as parameters, captured, in records. *)
let rec fold f acc n = if n = 0 then acc else fold f (f acc n) (n - 1)
let folder f = fun acc n -> fold f acc n

type operation = { apply : int -> int -> int; twice : (int -> int) -> int -> int }

let run op a b = op.twice (op.apply a) b

let () =
  show (fold ( + ) 0 10); show (fold (fun a b -> a * b) 1 5); show (fold max 0 7);
  show (folder ( - ) 100 4); show (folder (fun a b -> (a * 2) + b) 0 6);
  show (run { apply = ( + ); twice = (fun f x -> f (f x)) } 3 4);
  show (run { apply = ( * ); twice = (fun f x -> f x - f 1) } 3 4);
  line ()

(* One more function that takes another number of arguments reaches the call. *)
let rec each f n = if n > 0 then begin show (f n 1); each f (n - 1) end

let one_then_one n =
  show n;
  fun m -> n + m

let () =
  each (fun a b -> a + b) 3;
  each one_then_one 3;
  each (opaque (fun a -> if a = 2 then fun b -> a - b else fun b -> a * b)) 3;
  line ()

(* Partial applications are closures of what is missing. *)
let add3 a b c = a + (10 * b) + (100 * c)
let rec times f n = if n > 0 then begin show (f n); times f (n - 1) end

let () =
  times (add3 1 2) 2; times (fun x -> -x) 2; times ((opaque add3) 3 4) 2;
  each (add3 5) 2; each ((opaque add3) 6) 2;
  line ()

(* Known functions are given more arguments than they take: their results are closures of one or several functions, partial
   applications, themselves; or they raise. *)
let choose n = if n > 0 then fun a b -> a - b else fun a b -> a + b
let nested a = fun b -> fun c d -> a + (2 * b) + (3 * c) + (4 * d)
let partial a = add3 a
let rec chain n = fun x -> if n = 0 then x else chain (n - 1) (x + n)
let fails n = if n > 0 then failwith "no function" else fun x -> x + 1
let order = ref []
let noted name n = order := name :: !order; fun x -> order := (name ^ "'") :: !order; n + x

let () =
  show (choose 1 5 3); show (choose 0 5 3); show ((opaque choose) 1 9 3);
  show (nested 1 2 3 4); show ((opaque nested) 1 2 3 4);
  show (let f = nested 1 2 in f 3 4); show (let f = nested 1 2 3 in f 4);
  show (partial 1 2 3); show (chain 4 0); show (fails 0 1);
  show (try fails 1 1 with Failure s -> String.length s);
  show (noted "a" (noted "b" 1 2) 3);
  List.iter print_string (List.rev !order);
  line ()

(* In tail position, deep enough that a frame for each would not do; and the function is found out while it runs. *)
let rec pass n = fun k -> if n = 0 then k 0 else pass (n - 1) k
let rec swing n = if n land 1 = 0 then fun k -> k n else fun k -> back n k
and back n k = if n <= 0 then k n else swing (n - 1) k

let () =
  show (pass 1_000_000 (fun x -> x + 1)); show (swing 101 (fun x -> x * 2));
  let late = ref (fun _ -> 0) in
  late := (fun x -> if x = 0 then 7 else !late (x - 1));
  show (!late 5);
  line ()

(* Many arguments: above the ones that have an application of their own. *)
let nine a b c d e f g h i = a + b + c + d + e + f + g + h + (i * 10)
let to_nine a b = fun c d e f g h i -> nine a b c d e f g h i
let rec pick f n = if n = 0 then f 1 2 3 4 5 6 7 8 9 else pick f (n - 1)

let () =
  show (pick nine 2); show (pick (fun a _ _ _ _ _ _ _ i -> a - i) 1); show (pick (opaque to_nine) 1);
  show (to_nine 1 2 3 4 5 6 7 8 9);
  line ()

(* compare gives 0: of equal strings, floats that are not numbers, structures, the same functions. *)
let () =
  let same a b = if compare a b = 0 then 1 else 0 and differ a b = if 0 <> compare a b then 1 else 0 in
  show (same (opaque "ab") ("a" ^ "b")); show (differ (opaque "ab") "ac");
  show (if compare (opaque nan) nan = 0 then 1 else 0); show (if compare (opaque 0.0) (-0.0) <> 0 then 1 else 0);
  show (same (opaque [ 1; 2 ]) [ 1; 2 ]); show (differ (opaque [ Some 1 ]) [ None ]);
  show (if compare (opaque show) show = 0 then 1 else 0);
  show (try if compare (opaque show) (fun x -> print_int x) = 0 then 1 else 0 with Invalid_argument _ -> 2);
  show (if String.compare (opaque "b") "b" = 0 then 1 else 0); show (if String.compare "a" (opaque "b") <> 0 then 1 else 0);
  let order = compare (opaque 1) 2 in
  show (if order = 0 then 10 else order);
  line ()
