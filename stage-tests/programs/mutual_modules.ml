(* Modules: nesting, shadowing, include, local open, toplevel side effects in order, abstract types, labels. *)
let () = print_endline "start"
module A = struct let x = print_endline "A"; 1 let f y = x + y module Inner = struct let z = x * 10 let g w = f w + z end end
module B = struct include A let x = 5 let h y = f y * x open Inner let k = g z end
module type ABSTRACT = sig type t val make : int -> t val get : t -> int val ( +! ) : t -> t -> t end
module Abstract : ABSTRACT = struct type t = int * string let make n = (n, "hidden") let get (n, _) = n let ( +! ) (a, s) (b, _) = (a + b, s) end
let ( |>> ) x f = f (f x)
let ( ** ) a b = (a * 10) + b
let rec ack m n = if m = 0 then n + 1 else if n = 0 then ack (m - 1) 1 else ack (m - 1) (ack m (n - 1))
let optional ?(a = 1) ?b c = match b with None -> a + c | Some b -> a + b + c
let labels ~first ~second:s ?third () = first - s + (match third with Some t -> t | None -> 0)
let ( let* ) = Option.bind
let ( and+ ) a b = match a, b with Some a, Some b -> Some (a, b) | _ -> None
let ( let+ ) o f = Option.map f o
let () =
  print_int (B.h 2); print_int B.k; print_int B.Inner.z; print_newline (); print_int Abstract.(get (make 3 +! make 4)); print_int (2 |>> fun x -> x * x); print_int (1 ** 2 ** 3); print_newline (); print_int (ack 2 9); print_newline ();
  print_int (optional 5); print_int (optional ~a:2 5); print_int (optional ~b:3 5); print_int (optional ?a:None ?b:(Some 1) 0); print_int (labels ~second:2 ~first:10 ()); print_int (labels ~first:1 ~second:1 ~third:7 ()); let f = labels ~first:100 in print_int (f ~second:1 ()); print_newline ();
  let r = let* x = Some 3 in let* y = Some 4 in Some (x * y) in print_int (Option.get r); print_string (string_of_bool ((let* x = Some 1 in let* _ = None in Some x) = None)); (match (let+ a = Some 1 and+ b = Some 2 in a + b) with Some n -> print_int n | None -> ()); print_newline ();
  let open struct let local = "inline module" end in print_endline local; let x = 1 in let x = x + 1 in let x = x * 10 in print_int x; print_newline (); let end_ = 1 and local = 2 and nil = 3 and repeat = 4 and until = 5 and goto = 6 and elseif = 7 and break = 8 and p = 9 and g = 10 in print_int (end_ + local + nil + repeat + until + goto + elseif + break + p + g); print_newline ()
let () = print_endline "end"
