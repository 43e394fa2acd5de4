(* Variants: constant and not, mixed, many constructors, arguments of every count, nested patterns. *)
type colour = Red | Green | Blue
type expr = Num of int | Var of string | Add of expr * expr | Mul of expr * expr | Neg of expr | Let of string * expr * expr | If of expr * expr * expr | Zero | One
type many = A | B of int | C | D of int * int | E | F of string | G | H of many | I | J of many * many | K | L of int * int * int * int * int
let p = print_endline
let colour = function Red -> "red" | Green -> "green" | Blue -> "blue"
let rec eval env = function
  | Num n -> n | Var v -> List.assoc v env | Add (a, b) -> eval env a + eval env b | Mul (a, b) -> eval env a * eval env b | Neg a -> - (eval env a)
  | Let (v, a, b) -> eval ((v, eval env a) :: env) b | If (c, a, b) -> if eval env c <> 0 then eval env a else eval env b | Zero -> 0 | One -> 1
let rec show = function
  | Num n -> string_of_int n | Var v -> v | Add (a, b) -> "(" ^ show a ^ " + " ^ show b ^ ")" | Mul (a, b) -> show a ^ " * " ^ show b | Neg a -> "-" ^ show a
  | Let (v, a, b) -> "let " ^ v ^ " = " ^ show a ^ " in " ^ show b | If (a, b, c) -> "if " ^ show a ^ " then " ^ show b ^ " else " ^ show c | Zero -> "zero" | One -> "one"
let rec simplify e = match e with
  | Add (Zero, e) | Add (e, Zero) | Mul (One, e) | Mul (e, One) -> simplify e | Mul (Zero, _) | Mul (_, Zero) -> Zero | Neg (Neg e) -> simplify e
  | Add (a, b) -> let a' = simplify a and b' = simplify b in if a' == a && b' == b then e else simplify (Add (a', b'))
  | Mul (a, b) -> let a' = simplify a and b' = simplify b in if a' == a && b' == b then e else simplify (Mul (a', b'))
  | Neg (Num n) -> Num (-n) | Neg Zero -> Zero | e -> e
let rec many = function
  | A -> 1 | B 0 -> 2 | B n when n < 0 -> 3 | B n -> 4 + n | C -> 5 | D (1, x) | D (x, 1) -> 60 + x | D (_, _) -> 6 | E -> 7 | F "x" -> 80 | F s -> 8 + String.length s
  | G -> 9 | H A -> 100 | H (B n) -> 101 + n | H m -> 10 + many m | I -> 11 | J (A, A) -> 120 | J (A, m) | J (m, A) -> 121 + many m | J (a, b) -> 12 + many a + many b | K -> 13 | L (a, b, c, d, e) -> a + b + c + d + e
let () =
  List.iter (fun c -> p (colour c)) [ Red; Green; Blue ];
  let e = Let ("x", Add (Num 3, Num 4), If (Var "x", Mul (Var "x", Neg (Num 2)), Zero)) in
  p (show e); p (string_of_int (eval [] e)); p (string_of_int (eval [ "y", 9 ] (Add (Var "y", One))));
  List.iter (fun e -> p (show (simplify e))) [ Add (Zero, Num 5); Mul (Add (Zero, One), Var "q"); Neg (Neg (Neg (Num 3))); Add (Mul (Zero, Num 1), Mul (One, Num 2)) ];
  List.iter (fun m -> print_int (many m); print_char ' ')
    [ A; B 0; B (-1); B 5; C; D (1, 2); D (3, 1); D (4, 4); E; F "x"; F "abc"; G; H A; H (B 1); H C; I; J (A, A); J (A, K); J (K, A); J (B 1, F "z"); K; L (1, 2, 3, 4, 5) ];
  print_newline (); p (string_of_bool (compare Red Blue < 0 && compare (B 1) A > 0 && J (A, B 1) = J (A, B 1)));
  (try ignore (eval [] (Var "none")) with Not_found -> p "unbound")
