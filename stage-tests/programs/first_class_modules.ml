(* First-class modules: packing, unpacking, in tables, with constraints, recursive modules. *)
module type SHAPE = sig type t val make : int -> t val area : t -> int val name : string end
module Square = struct type t = int let make n = n let area n = n * n let name = "square" end
module Strip = struct type t = { w : int; h : int } let make n = { w = n; h = 2 } let area { w; h } = w * h let name = "strip" end
let shapes : (module SHAPE) list = [ (module Square); (module Strip) ]
let measure (module S : SHAPE) n = S.name ^ " " ^ string_of_int (S.area (S.make n))
let choose b = if b then (module Square : SHAPE) else (module Strip)
module type MONOID = sig type t val zero : t val plus : t -> t -> t end
let sum (type a) (module M : MONOID with type t = a) (l : a list) = List.fold_left M.plus M.zero l
module rec Even : sig val test : int -> bool val names : string list end = struct let test n = n = 0 || Odd.test (n - 1) let names = [ "even" ] end
and Odd : sig val test : int -> bool end = struct let test n = n <> 0 && Even.test (n - 1) end
module rec Tree : sig type t = Leaf of int | Node of Forest.t val size : t -> int end = struct type t = Leaf of int | Node of Forest.t let size = function Leaf n -> n | Node f -> 1 + Forest.size f end
and Forest : sig type t = Tree.t list val size : t -> int end = struct type t = Tree.t list let size f = List.fold_left (fun a t -> a + Tree.size t) 0 f end
let () =
  List.iter (fun m -> print_endline (measure m 5)) shapes; let (module S) = choose false in print_endline S.name; print_endline (measure (choose true) 7);
  print_int (sum (module struct type t = int let zero = 0 let plus = ( + ) end) [ 1; 2; 3 ]); print_endline (sum (module struct type t = string let zero = "" let plus = ( ^ ) end) [ "a"; "b" ]);
  print_endline (string_of_bool (Even.test 10 && not (Odd.test 10))); print_endline (List.hd Even.names); print_int (Tree.size (Tree.Node [ Tree.Leaf 3; Tree.Node [ Tree.Leaf 4 ] ])); print_newline ();
  let module M = struct let x = 5 let f y = x + y end in print_int M.(f x); let open! M in print_int (f 1); print_newline ()
let () =
  try
    let module M = struct
      module rec Early : sig val f : unit -> int val v : int end = struct let f () = 1 let v = Late.g () end
      and Late : sig val g : unit -> int end = struct let g () = 2 end
    end in
    print_int M.Early.v
  with Undefined_recursive_module _ -> print_endline "used too early"
