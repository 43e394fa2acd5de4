(* Records: update, mutation, float records, nested and polymorphic ones, inline records, unboxed single fields. *)
type point = { x : float; y : float }
type person = { name : string; mutable age : int; tags : string list }
type 'a cell = { mutable value : 'a; mutable next : 'a cell option }
type mixed = { f : float; n : int }
type shape = Circle of { centre : point; radius : float } | Square of { mutable side : float }
type wrapper = { inner : int } [@@unboxed]
type poly = { apply : 'a. 'a -> 'a }
let p = print_endline
let () =
  let a = { x = 1.5; y = -2.0 } in
  let b = { a with y = 7.25 } in
  p (string_of_float (a.x +. b.y)); p (string_of_bool (a = b)); p (string_of_bool ({ a with y = -2.0 } = a)); p (string_of_int (compare a b));
  let bob = { name = "Bob"; age = 41; tags = [ "x"; "y" ] } in
  let same = bob in
  bob.age <- bob.age + 1; p (string_of_int same.age);
  let older = { bob with age = 50 } in p (string_of_int bob.age ^ older.name ^ string_of_int older.age);
  let c = { value = 1; next = None } in c.next <- Some { value = 2; next = Some c }; c.value <- 10;
  (match c.next with Some { value; next = Some { value = v; _ } } -> p (string_of_int (value + v)) | _ -> p "?");
  let m = { f = 2.5; n = 3 } in p (string_of_float (m.f *. float_of_int m.n));
  let area = function Circle { radius; centre = { x; _ } } -> 3.0 *. radius *. radius +. x | Square s -> s.side <- s.side +. 1.0; s.side *. s.side in
  p (string_of_float (area (Circle { centre = a; radius = 2.0 }))); let s = Square { side = 1.0 } in ignore (area s); p (string_of_float (area s));
  p (string_of_int { inner = 5 }.inner); let id = { apply = (fun x -> x) } in p (id.apply "poly" ^ string_of_int (id.apply 3));
  let { name; tags; _ } = older in p (name ^ String.concat "" tags)
type big = { a : int; b : int; c : int; d : int; e : int; f : int; g : int; h : int; i : int; j : int; mutable k : int }
let () =
  let r = { a = 1; b = 2; c = 3; d = 4; e = 5; f = 6; g = 7; h = 8; i = 9; j = 10; k = 11 } in
  r.k <- r.k * 2; let s = { r with c = 30; h = 80 } in
  p (string_of_int (s.a + s.b + s.c + s.d + s.e + s.f + s.g + s.h + s.i + s.j + s.k))
