(* Functors: application, nesting, sharing, generative state, higher order, include. *)
module type ORDERED = sig type t val compare : t -> t -> int val show : t -> string end
module type STACK = sig type 'a t val empty : 'a t val push : 'a -> 'a t -> 'a t val pop : 'a t -> ('a * 'a t) option end
module Int_ordered = struct type t = int let compare = compare let show = string_of_int end
module String_ordered = struct type t = string let compare a b = compare (String.length a, a) (String.length b, b) let show s = "\"" ^ s ^ "\"" end
module Tree (O : ORDERED) = struct
  type t = Leaf | Node of t * O.t * t
  let empty = Leaf
  let rec add x = function Leaf -> Node (Leaf, x, Leaf) | Node (l, y, r) as t -> let c = O.compare x y in if c = 0 then t else if c < 0 then Node (add x l, y, r) else Node (l, y, add x r)
  let rec fold f t acc = match t with Leaf -> acc | Node (l, x, r) -> fold f r (f x (fold f l acc))
  let show t = "{" ^ String.concat " " (List.rev (fold (fun x acc -> O.show x :: acc) t [])) ^ "}"
  let of_list l = List.fold_left (fun t x -> add x t) empty l
end
module Pair (A : ORDERED) (B : ORDERED) = struct type t = A.t * B.t let compare (a, b) (c, d) = match A.compare a c with 0 -> B.compare b d | n -> n let show (a, b) = "<" ^ A.show a ^ "," ^ B.show b ^ ">" end
module Reverse (O : ORDERED) : ORDERED with type t = O.t = struct include O let compare a b = O.compare b a end
module Ints = Tree (Int_ordered)
module Strings = Tree (String_ordered)
module Pairs = Tree (Pair (Int_ordered) (Reverse (String_ordered)))
module List_stack : STACK = struct type 'a t = 'a list let empty = [] let push x s = x :: s let pop = function [] -> None | x :: s -> Some (x, s) end
module Count () = struct let n = ref 0 let next () = incr n; !n end
module C1 = Count () module C2 = Count ()
module Twice (F : functor (O : ORDERED) -> ORDERED with type t = O.t) (O : ORDERED) = F (F (O))
module Back = Tree (Twice (Reverse) (Int_ordered))
let () =
  print_endline (Ints.show (Ints.of_list [ 5; 2; 8; 1; 5; 9 ])); print_endline (Strings.show (Strings.of_list [ "pear"; "fig"; "apple"; "kiwi" ]));
  print_endline (Pairs.show (Pairs.of_list [ 1, "a"; 1, "b"; 0, "z" ])); print_endline (Back.show (Back.of_list [ 3; 1; 2 ]));
  let s = List_stack.(push 3 (push 2 (push 1 empty))) in let rec drain s = match List_stack.pop s with None -> print_newline () | Some (x, s) -> print_int x; drain s in drain s;
  ignore (C1.next ()); ignore (C1.next ()); print_int (C1.next ()); print_int (C2.next ()); print_newline ();
  let module L = Tree (struct type t = float let compare = Float.compare let show = string_of_float end) in print_endline (L.show (L.of_list [ 2.5; -1.0; nan; 0.0 ]))
