(* Generalised algebraic data types, existential types, type witnesses. *)
type _ expr = Int : int -> int expr | Bool : bool -> bool expr | Add : int expr * int expr -> int expr | If : bool expr * 'a expr * 'a expr -> 'a expr | Less : int expr * int expr -> bool expr | Pair : 'a expr * 'b expr -> ('a * 'b) expr | Fst : ('a * 'b) expr -> 'a expr | Str : string -> string expr
let rec eval : type a. a expr -> a = function Int n -> n | Bool b -> b | Add (a, b) -> eval a + eval b | If (c, a, b) -> if eval c then eval a else eval b | Less (a, b) -> eval a < eval b | Pair (a, b) -> (eval a, eval b) | Fst p -> fst (eval p) | Str s -> s
type _ ty = TInt : int ty | TString : string ty | TList : 'a ty -> 'a list ty | TPair : 'a ty * 'b ty -> ('a * 'b) ty
let rec show : type a. a ty -> a -> string = fun ty v -> match ty with TInt -> string_of_int v | TString -> "'" ^ v ^ "'" | TList t -> "[" ^ String.concat ";" (List.map (show t) v) ^ "]" | TPair (a, b) -> let x, y = v in "(" ^ show a x ^ "," ^ show b y ^ ")"
type any = Any : 'a ty * 'a -> any
type (_, _) eq = Refl : ('a, 'a) eq
let rec same : type a b. a ty -> b ty -> (a, b) eq option = fun a b -> match a, b with TInt, TInt -> Some Refl | TString, TString -> Some Refl | TList a, TList b -> (match same a b with Some Refl -> Some Refl | None -> None) | TPair (a, b), TPair (c, d) -> (match same a c, same b d with Some Refl, Some Refl -> Some Refl | _ -> None) | _ -> None
type zero = Zero type 'a succ = Succ
type (_, _) vec = Nil : (zero, 'a) vec | Cons : 'a * ('n, 'a) vec -> ('n succ, 'a) vec
let head : type n a. (n succ, a) vec -> a = fun (Cons (x, _)) -> x
let rec to_list : type n a. (n, a) vec -> a list = function Nil -> [] | Cons (x, t) -> x :: to_list t
let () =
  print_int (eval (If (Less (Int 1, Int 2), Add (Int 3, Int 4), Int 0))); print_endline (eval (Fst (Pair (Str "first", Bool true)))); print_endline (string_of_bool (eval (Less (Int 5, Int 2))));
  List.iter (fun (Any (t, v)) -> print_endline (show t v)) [ Any (TInt, 5); Any (TList (TPair (TInt, TString)), [ 1, "a"; 2, "b" ]); Any (TString, "s") ];
  print_endline (string_of_bool (same (TList TInt) (TList TInt) <> None)); print_endline (string_of_bool (same TInt TString <> None)); print_int (head (Cons (9, Cons (8, Nil)))); print_int (List.length (to_list (Cons (1, Cons (2, Nil))))); print_newline ()
