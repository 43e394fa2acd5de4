(* Polymorphic variants: matching by hash, with arguments, open types, subtyping, comparison. *)
let p = print_endline
let name = function `Apple -> "apple" | `Banana n -> "banana" ^ string_of_int n | `Cherry (a, b) -> "cherry" ^ a ^ string_of_bool b | `Date -> "date"
let more = function (`Apple | `Date) as x -> "narrow " ^ name x | `Elder -> "elder" | _ -> "other"
type basic = [ `Zero | `Succ of basic ]
let rec to_int : basic -> int = function `Zero -> 0 | `Succ n -> 1 + to_int n
let days = [ `Mon; `Tue; `Wed; `Thu; `Fri; `Sat; `Sun ]
let kind = function `Sat | `Sun -> "weekend" | `Mon -> "start" | `Tue | `Wed | `Thu -> "middle" | `Fri -> "end"
let () =
  List.iter (fun v -> p (name v)) [ `Apple; `Banana 3; `Cherry ("x", true); `Date ];
  List.iter (fun v -> p (more v)) [ `Apple; `Date; `Elder; `Fig ];
  print_int (to_int (`Succ (`Succ (`Succ `Zero)))); print_newline (); List.iter (fun d -> p (kind d)) days;
  let upcast (x : [ `A | `B ]) = (x :> [ `A | `B | `C ]) in p (match upcast `A with `A -> "A" | `B -> "B" | `C -> "C");
  p (string_of_bool (`A 1 = `A 1)); p (string_of_bool (`A < `B)); p (string_of_bool ((`X : [> ]) = `Y)); p (string_of_int (List.length (List.sort_uniq compare days)));
  let f ?(style = `Plain) s = match style with `Plain -> s | `Bold -> "*" ^ s ^ "*" | `Custom g -> g s in
  p (f "a"); p (f ~style:`Bold "b"); p (f ~style:(`Custom String.uppercase_ascii) "c")
