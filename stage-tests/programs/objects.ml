(* Objects and classes: inheritance, virtual methods, self, super, private, polymorphism, objects without class. *)
let p = print_endline
class virtual animal (name : string) = object (self) val mutable energy = 10 method name = name method virtual sound : string method speak = self#name ^ " says " ^ self#sound method eat n = energy <- energy + n; self method energy = energy initializer p ("born " ^ name) end
class dog name = object (self) inherit animal name as super method sound = "woof" method! speak = super#speak ^ "!" method private secret = "bone" method tell = self#secret end
class puppy name = object inherit dog name as parent method! sound = "yip" method! name = "little " ^ parent#name end
class ['a] stack = object val mutable items : 'a list = [] method push x = items <- x :: items method pop = match items with [] -> failwith "empty" | x :: t -> items <- t; x method size = List.length items method map : 'b. ('a -> 'b) -> 'b list = fun f -> List.map f items end
class counter = object val mutable n = 0 method incr = n <- n + 1 method get = n method copy = {< n = n * 10 >} end
class point x y = object (_ : 'self) val x = x val y = y method x = x method y = y method move dx dy = {< x = x + dx; y = y + dy >} method equal (o : 'self) = o#x = x && o#y = y end
class type printable = object method print : unit end
let () =
  let d = new dog "Rex" in let q = new puppy "Bit" in p d#speak; p q#speak; p d#tell; print_int ((d#eat 5)#eat 7)#energy; print_newline ();
  List.iter (fun a -> p a#sound) [ (d :> animal); (q :> animal) ]; let s = new stack in s#push 1; s#push 2; s#push 3; print_int s#pop; print_int s#size; p (String.concat "," (s#map string_of_int));
  (try ignore (s#pop + s#pop + s#pop) with Failure m -> p m); let c = new counter in c#incr; c#incr; let c2 = c#copy in c2#incr; print_int c#get; print_int c2#get; print_newline ();
  let a = new point 1 2 in let b = a#move 3 4 in print_int b#x; print_int b#y; p (string_of_bool (a#equal b)); p (string_of_bool ((a#move 0 0)#equal a)); p (string_of_bool (a = a)); p (string_of_bool (a = a#move 0 0));
  let o = object method print = p "anonymous" method with_arg a b = a + b end in (o :> printable)#print; print_int (o#with_arg 3 4); print_newline ();
  let call x = x#greet "you" in p (call (object method greet s = "hi " ^ s end)); p (call (object method greet s = "bye " ^ s method other = 1 end));
  let fact = object (self) method calc n = if n = 0 then 1 else n * self#calc (n - 1) end in print_int (fact#calc 10); print_newline ();
  let make = let shared = ref 0 in fun () -> object method bump = incr shared; !shared end in ignore (make ())#bump; print_int (make ())#bump; print_newline ()
class a = object method m = "a" method n = "an" end class b = object inherit a method! m = "b" end class c = object inherit a inherit b as b method k = b#m ^ b#n end
let () = p (new c)#k; let objs = List.init 5 (fun i -> object method v = i * i end) in print_int (List.fold_left (fun acc o -> acc + o#v) 0 objs); print_newline (); p (string_of_bool (compare (new a) (new a) <> 0))
