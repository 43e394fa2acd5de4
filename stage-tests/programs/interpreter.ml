(* Interpreters: one for a small functional language, one for a tape machine. *)
type term = Var of string | Lam of string * term | App of term * term | Lit of int | Prim of string * term * term | Cond of term * term * term | Fix of string * term
type value = VInt of int | VClosure of string * term * env and env = (string * value ref) list
let rec eval env = function
  | Lit n -> VInt n | Var x -> !(List.assoc x env) | Lam (x, b) -> VClosure (x, b, env)
  | App (f, a) -> (match eval env f with VClosure (x, b, e) -> let v = eval env a in eval ((x, ref v) :: e) b | VInt _ -> failwith "not a function")
  | Prim (op, a, b) -> (match op, eval env a, eval env b with "+", VInt a, VInt b -> VInt (a + b) | "-", VInt a, VInt b -> VInt (a - b) | "*", VInt a, VInt b -> VInt (a * b) | "<", VInt a, VInt b -> VInt (if a < b then 1 else 0) | op, _, _ -> failwith ("bad " ^ op))
  | Cond (c, a, b) -> (match eval env c with VInt 0 -> eval env b | _ -> eval env a)
  | Fix (f, b) -> let r = ref (VInt 0) in let v = eval ((f, r) :: env) b in r := v; v
let fib = Fix ("fib", Lam ("n", Cond (Prim ("<", Var "n", Lit 2), Var "n", Prim ("+", App (Var "fib", Prim ("-", Var "n", Lit 1)), App (Var "fib", Prim ("-", Var "n", Lit 2))))))
let show = function VInt n -> string_of_int n | VClosure (x, _, _) -> "<" ^ x ^ ">"
let machine program input =
  let n = String.length program in let jump = Array.make n 0 in let stack = Stack.create () in
  String.iteri (fun i c -> if c = '[' then Stack.push i stack else if c = ']' then (let j = Stack.pop stack in jump.(i) <- j; jump.(j) <- i)) program;
  let tape = Bytes.make 300 '\000' and at = ref 0 and pc = ref 0 and read = ref 0 in let get () = Char.code (Bytes.get tape !at) in let set v = Bytes.set tape !at (Char.chr (v land 255)) in
  while !pc < n do
    (match program.[!pc] with '>' -> incr at | '<' -> decr at | '+' -> set (get () + 1) | '-' -> set (get () - 1) | '.' -> print_char (Char.chr (get ())) | ',' -> set (if !read < String.length input then Char.code input.[!read] else 0); incr read
     | '[' -> if get () = 0 then pc := jump.(!pc) | ']' -> if get () <> 0 then pc := jump.(!pc) | _ -> ()); incr pc
  done
let () =
  print_endline (show (eval [] (App (fib, Lit 15)))); print_endline (show (eval [] (App (Lam ("f", App (Var "f", App (Var "f", Lit 5))), Lam ("x", Prim ("*", Var "x", Var "x")))))); print_endline (show (eval [] fib |> function VClosure _ as c -> c | v -> v)); (try ignore (eval [] (App (Lit 1, Lit 2))) with Failure m -> print_endline m); (try ignore (eval [] (Var "free")) with Not_found -> print_endline "free variable");
  machine "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++." ""; machine ",[.,]" "echo\n"
