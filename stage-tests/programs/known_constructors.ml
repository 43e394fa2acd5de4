(* Functions that look at constructors, called with constants of the program, and with what was just built. *)

type expr = Num of int | Var of string | Add of expr * expr | Mul of expr * expr | Neg of expr | Unit | Let of string * expr * expr

let rec eval env = function
  | Num n -> n
  | Var x -> List.assoc x env
  | Add (a, b) -> eval env a + eval env b
  | Mul (a, b) -> eval env a * eval env b
  | Neg a -> -eval env a
  | Unit -> 0
  | Let (x, a, b) -> eval ((x, eval env a) :: env) b

let rec show = function
  | Num n -> string_of_int n
  | Var x -> x
  | Add (a, b) -> "(" ^ show a ^ " + " ^ show b ^ ")"
  | Mul (a, b) -> show a ^ " * " ^ show b
  | Neg a -> "-" ^ show a
  | Unit -> "()"
  | Let (x, a, b) -> "let " ^ x ^ " = " ^ show a ^ " in " ^ show b

let constant = Let ("x", Add (Num 3, Neg (Num 5)), Mul (Var "x", Add (Num 7, Unit)))

let () =
  Printf.printf "%s = %d\n" (show constant) (eval [] constant);
  for i = 1 to 3 do
    (* Built here, taken apart there. *)
    print_endline (show (Add (Num i, Mul (Num (i * i), Neg (Var "y")))));
    print_int (eval [ ("y", i) ] (Add (Num i, Mul (Num (i * i), Neg (Var "y")))));
    print_newline ();
    (* The same block is used again. *)
    let e = Add (Num i, Num 1) in
    print_endline (show e ^ " " ^ string_of_int (eval [] e) ^ " " ^ show (Neg e))
  done

(* The order of what happens while a block is built and taken apart. *)
type step = Say of string | Then of step * step | Twice of step | Nothing

let rec run depth = function
  | Nothing -> ()
  | Say s -> print_string s
  | Then (a, b) -> run (depth + 1) a; print_string ";"; run (depth + 1) b
  | Twice a -> run (depth + 1) a; run (depth + 1) a

let said s = print_string ("{" ^ s ^ "}"); Say s

let () =
  for _i = 1 to 2 do
    run 0 (Then (said "a", Twice (Then (said "b", Nothing))));
    print_newline ()
  done

(* Blocks that change, that are kept, that are raised. *)
type counter = Count of { mutable n : int } | Stopped
exception Kept of counter

let kept = ref []

let rec bump times = function
  | Stopped -> -1
  | Count c as counter ->
    c.n <- c.n + times;
    if times > 0 then bump (times - 1) counter
    else begin
      kept := counter :: !kept;
      c.n
    end

let raising = function Stopped -> 0 | Count c as counter -> if c.n > 2 then raise (Kept counter) else c.n

let () =
  for i = 0 to 4 do
    Printf.printf "%d %d\n" (bump i (Count { n = i })) (bump i Stopped);
    try Printf.printf "raised? %d\n" (raising (Count { n = i })) with Kept (Count c) -> Printf.printf "%d\n" c.n | Kept Stopped -> ()
  done;
  List.iter (function Count c -> Printf.printf "%d " c.n | Stopped -> ()) !kept;
  print_newline ()

(* A list that is longer than the compiler follows, of operations on a stack. *)
type op = Push of int | Plus | Times | Dup | Swap

let rec exec stack ops =
  match (ops, stack) with
  | [], top :: _ -> top
  | [], [] -> 0
  | Push n :: rest, _ -> exec (n :: stack) rest
  | Plus :: rest, a :: b :: stack -> exec ((a + b) mod 1009 :: stack) rest
  | Times :: rest, a :: b :: stack -> exec (a * b mod 1009 :: stack) rest
  | Dup :: rest, a :: stack -> exec (a :: a :: stack) rest
  | Swap :: rest, a :: b :: stack -> exec (b :: a :: stack) rest
  | _ -> failwith "stack"

let rec step stack = function
  | [] -> stack
  | op :: rest ->
    step (match op with Push n -> n + stack | Plus -> stack + 1 | Times -> stack * 3 mod 997 | Dup -> stack * 2 | Swap -> -stack) rest

let program =
  [ Push 2; Dup; Times; Push 3; Plus; Dup; Times; Push 5; Swap; Plus; Dup; Dup; Times; Plus; Push 11; Times; Dup; Plus; Push 1; Plus;
    Push 2; Times; Push 3; Plus; Dup; Times; Push 5; Swap; Plus; Dup; Dup; Times; Plus; Push 11; Times; Dup; Plus; Push 1; Plus;
    Push 2; Times; Push 3; Plus; Dup; Times; Push 5; Swap; Plus; Dup; Dup; Times; Plus; Push 11; Times; Dup; Plus; Push 1; Plus;
    Push 2; Times; Push 3; Plus; Dup; Times; Push 5; Swap; Plus; Dup; Dup; Times; Plus; Push 11; Times; Dup; Plus; Push 1; Plus;
    Push 2; Times; Push 3; Plus; Dup; Times; Push 5; Swap; Plus; Dup; Dup; Times; Plus; Push 11; Times; Dup; Plus; Push 1; Plus;
    Push 2; Times; Push 3; Plus; Dup; Times; Push 5; Swap; Plus; Dup; Dup; Times; Plus; Push 11; Times; Dup; Plus; Push 1; Plus;
    Push 2; Times; Push 3; Plus; Dup; Times; Push 5; Swap; Plus; Dup; Dup; Times; Plus; Push 11; Times; Dup; Plus; Push 1; Plus ]

let () =
  Printf.printf "%d %d\n" (exec [] program) (exec [ 4; 5 ] [ Plus; Push 6; Swap; Times ]);
  Printf.printf "%d %d\n" (step 1 program) (step 7 [ Plus; Times ]);
  try ignore (exec [] [ Plus ]) with Failure s -> print_endline s

(* Closures that capture constants, functions that go round. *)
type shape = Dot | Line of int | Box of { w : int; h : int; label : string }

let area scale = function Dot -> 0 | Line n -> n * scale | Box b -> b.w * b.h * scale
let describe shape =
  let name () = match shape with Dot -> "dot" | Line _ -> "line" | Box b -> b.label in
  fun times -> String.concat "," (List.init times (fun i -> name () ^ string_of_int (area i shape)))

let rec even n shape = if n = 0 then area 1 shape else odd (n - 1) shape
and odd n shape = if n = 0 then -area 1 shape else even (n - 1) shape

let () =
  let boxes = List.map describe [ Dot; Line 3; Box { w = 2; h = 5; label = "box" } ] in
  List.iter (fun f -> print_endline (f 3)) boxes;
  print_endline (describe (Box { w = 1; h = 2; label = "small" }) 2);
  Printf.printf "%d %d %d\n" (even 7 (Line 4)) (odd 7 (Line 4)) (even 4 Dot)

(* A partial application in a function that is copied for two constants. *)
type mark = Plain | Marked | Named of string

let rec weigh mark a b =
  if b > 100 then weigh mark a (b - 1)
  else match mark with Plain -> 1 + a + b | Marked -> 2 + a | Named s -> String.length s + a

let rec both mark k =
  if k > 100 then both mark (k - 1)
  else
    let part = weigh mark in
    part 1 k + part 2 3

let () = Printf.printf "%d %d %d\n" (both Marked 3) (both Plain 4) (both (Named "four") 5)
