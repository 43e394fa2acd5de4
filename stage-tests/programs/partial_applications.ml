(* Partial applications of functions that are known where they are applied: of the top level and local ones, with captured variables,
   recursive, large and small, to each number of arguments. *)

let show n = print_int n; print_char ' '
let line () = print_newline ()
let opaque f = if Array.length Sys.argv < 0 then raise Exit else f

(* Small functions of the top level, applied to one argument and to two; the same application in several places. *)
let add3 a b c = a + (10 * b) + (100 * c)
let one = add3 1
let two = add3 1 2
let also_two x = add3 x 5

let () =
  show (one 2 3); show (two 3); show (also_two 4 6);
  show ((opaque one) 2 3); show ((opaque one) 2 3); show (opaque (opaque two) 7);
  let again = opaque one 9 in
  show (again 1); show (again 2);
  List.iter show (List.map (add3 7 8) [ 1; 2; 3 ]);
  List.iter (fun f -> show (f 4)) (List.map (add3 7) [ 1; 2; 3 ]);
  line ()

(* One argument at a time. *)
let () =
  let a = add3 1 in
  let b = a 2 in
  show (b 3);
  show (((opaque (add3 4)) 5) 6);
  let x = add3 1 in
  let y = (opaque x) 2 in
  show ((opaque y) 3);
  line ()

(* With captured variables: of the function and of who applies it. *)
let make n m =
  let f a b c = (n * a) + (m * b) + c in
  let g = f n in
  let h = f m n in
  (g, h, fun x -> f x n)

let () =
  let g, h, i = make 2 3 and g', h', i' = make 5 7 in
  show (g 1 1); show (h 1); show (i 1 1); show (g' 1 1); show (h' 1); show (i' 1 1);
  line ()

(* Recursive functions, alone and in turn; the function applies itself to fewer arguments. *)
let rec power x n = if n = 0 then 1 else x * power x (n - 1)
let rec even k n = if n = 0 then k else odd k (n - 1)
and odd k n = if n = 0 then -k else even k (n - 1)
let rec count f n = if n = 0 then f 0 else count (step n) (n - 1) + f n
and step n m = n * m
let rec nest depth x = if depth = 0 then fun y -> x + y else nest (depth - 1) (x * 2)
let rec self n a b = if n = 0 then a - b else List.fold_left (self (n - 1)) a [ b; n ]
let rec twice_self a b = if a = 0 then b else List.hd (List.map (twice_self (a - 1)) [ b + a ])

let () =
  List.iter show (List.map (power 3) [ 0; 1; 2; 3; 4 ]);
  List.iter show (List.map (even 7) [ 0; 1; 2; 3 ]);
  show (count succ 5); show (nest 3 4 5);
  show (self 4 1 2); show (twice_self 4 5);
  let rec local a b = if b = 0 then a else local (a + 1) (b - 1) in
  List.iter show (List.map (local 5) [ 0; 1; 20 ]);
  line ()

(* In tail position. *)
let tail f x = if x > 3 then add3 x else if x > 2 then f x else add3 (x + 1)
let both x y = add3 (x * y) (x + y)
let matched = function 0 -> both 1 | 1 -> both 2 | n -> fun m k -> n + m + k

let () =
  show (tail add3 4 1 1); show (tail (fun a b c -> add3 c b a) 3 5 1); show (tail add3 1 1 1);
  show (both 1 2 3); show (matched 0 5 6); show (matched 1 5 6); show (matched 9 5 6);
  line ()

(* Nothing is evaluated before all arguments are there. *)
let loud a =
  print_string "a";
  fun b c ->
    print_string "bc";
    a + b + c

let effects a b c d = print_string "<"; show (a + b + c + d); print_string ">"
let ordered x = print_char x; Char.code x

let () =
  let p = loud 1 in
  print_string "-";
  let q = p 2 in
  print_string "-";
  show (q 3); show (q 4);
  let e = effects 1 in
  print_string "no ";
  let e2 = e 2 in
  let e3 = effects 5 6 7 in
  e2 3 4; e3 8; e3 9; (opaque e2) 5 6;
  ignore (effects 1 2); ignore (effects 3);
  let made = effects (ordered 'x') (ordered 'y') in
  print_string " made "; made 0 0;
  let cell = ref 0 in
  let bump by times = for _ = 1 to times do cell := !cell + by done; !cell in
  let by_two = bump 2 in
  cell := 100;
  show (by_two 3); show (by_two 0);
  line ()

(* What a partial application captures is what there was then. *)
let () =
  let r = ref 1 in
  let f = add3 !r in
  r := 5;
  show (f 0 0); show (add3 !r 0 0);
  let list = List.init 4 (fun i -> add3 i (i * i)) in
  List.iter (fun f -> show (f 1)) list;
  let fs = ref [] in
  for i = 1 to 4 do fs := add3 i :: !fs done;
  List.iter (fun f -> show (f 1 1)) !fs;
  line ()

(* The result takes more arguments. *)
let curried a b = if a > b then fun c d -> a + b + c + d else fun c d -> a * b * c * d

let () =
  let c = curried 2 in
  show (c 1 3 4); show (c 5 3 4); show ((opaque c) 1 3 4);
  let three = (opaque c) 1 in
  show (three 3 4); show ((opaque three) 3 4);
  let ident f = f in
  let i = ident add3 in
  show (i 1 2 3); show (ident (add3 1) 2 3); show ((opaque ident) (add3 1 2) 3);
  line ()

(* Exceptions from the body, and handlers in it. *)
exception Bad of int

let check limit name x = if x > limit then raise (Bad x) else (print_string name; x)
let safe default f x = try f x with Bad n -> default + n | Not_found -> default
let find key table = List.assoc key table
let divide a b = a / b

let () =
  let small = check 3 "ok" in
  show (safe 10 small 2); show (safe 10 small 20);
  (try List.iter (fun x -> show (small x)) [ 1; 2; 3; 4; 5 ] with Bad n -> print_string "bad "; show n);
  show (safe 3 (find "b") [ ("a", 1) ]); show (safe 3 (find "a") [ ("a", 1) ]);
  (match divide 4 with f -> ( match f 0 with n -> show n | exception Division_by_zero -> print_string "zero" ));
  let s = safe 1 in
  show (s small 1); show (s small 5);
  line ()

(* Many parameters. *)
let ten a b c d e f g h i j = a + (2 * b) + (3 * c) + (4 * d) + (5 * e) + (6 * f) + (7 * g) + (8 * h) + (9 * i) + (10 * j)

let () =
  let t1 = ten 1 and t2 = ten 1 2 and t5 = ten 1 2 3 4 5 and t8 = ten 1 2 3 4 5 6 7 8 and t9 = ten 1 2 3 4 5 6 7 8 9 in
  show (t1 2 3 4 5 6 7 8 9 10); show (t2 3 4 5 6 7 8 9 10); show (t5 6 7 8 9 10); show (t8 9 10); show (t9 10);
  let u5 = (opaque t1) 2 3 4 5 in
  show (u5 6 7 8 9 10); show ((opaque u5) 6 7 8 9 10); show ((opaque t8) 0 0); show ((opaque t9) 0);
  line ()

(* A function too large to stand in the closure's own, that is also called elsewhere. *)
let large a b c =
  let r = ref a in
  for i = 1 to b do
    r := (!r * 3) mod 1009;
    if !r land 1 = 0 then r := !r + c else r := !r - i;
    if !r > 500 then r := !r - 500 else if !r < 0 then r := - !r
  done;
  while !r > 100 do r := (!r / 2) + (c land 7) - 3 done;
  !r

let () =
  let l = large 5 and m = large 5 6 in
  show (large 5 6 7); show (l 6 7); show (m 7); show ((opaque m) 7); List.iter show (List.map (large 9 10) [ 1; 2 ]);
  line ()

(* Labels and optional arguments. *)
let label ?(sep = ",") ~left ~right () = left ^ sep ^ right

let () =
  let l = label ~left:"l" in
  let r = label ~right:"r" ~sep:"-" in
  print_string (l ~right:"r" ()); print_string (r ~left:"l" ()); print_string (l ?sep:None ~right:"x" ());
  let s = label ?sep:(Some ";") ~left:"a" ~right:"b" in
  print_string (s ());
  line ()

(* Fields of records, references, functors. *)
type operation = { apply : int -> int -> int; mutable last : int -> int }

module type Shift = sig val by : int end

module Shifted (S : Shift) = struct
  let shift extra x y = x + (y * S.by) + extra
  let plain = shift 0
  let by_one = shift 1 1
end

module Two = Shifted (struct let by = 2 end)
module Nine = Shifted (struct let by = 9 end)

let () =
  let o = { apply = add3 3; last = add3 3 4 } in
  show (o.apply 4 5); show (o.last 5);
  o.last <- o.apply 1;
  show (o.last 1);
  show (Two.plain 1 1); show (Nine.plain 1 1); show (Two.by_one 3); show (Nine.by_one 3);
  List.iter show (List.map (Nine.shift 4 5) [ 1; 2 ]);
  line ()

(* Floats, strings, units; functions as arguments. *)
let scale k v = k *. v
let compose f g x = f (g x)
let flip f a b = f b a
let lazily () n () = n + 1

let () =
  List.iter (Printf.printf "%.1f ") (List.map (scale 2.5) [ 1.; 2. ]);
  let c = compose (add3 1 1) (flip add3 2 3) in
  show (c 0); show (compose (compose succ) (fun x -> ( + ) x) 3 4);
  let l = lazily () in
  show (l 4 ()); show (lazily () 5 ());
  print_string (String.concat "" (List.map (( ^ ) "<") [ "a"; "b" ]));
  show (List.fold_left (flip ( - )) 0 [ 1; 2; 3 ]);
  line ()

(* Parsers, as closures of functions of one more parameter. *)
let return x i = Some (x, i)
let bind p f i = match p i with None -> None | Some (x, j) -> f x j
let either p q i = match p i with None -> q i | found -> found
let char text c i = if i < String.length text && text.[i] = c then Some (c, i + 1) else None
let rec many p i = (either (bind p (fun x -> bind (many p) (fun rest -> return (x :: rest)))) (return [])) i

let () =
  let text = "aaabba" in
  let a = char text 'a' and b = char text 'b' in
  (match many (either a b) 0 with Some (l, n) -> List.iter print_char l; show n | None -> print_string "none");
  (match bind (many a) (fun l -> bind (many b) (fun m -> return (List.length l, List.length m))) 0 with
  | Some ((l, m), n) -> show l; show m; show n
  | None -> print_string "none");
  (match b 0 with Some _ -> print_string "some" | None -> print_string "none");
  line ()

(* Equality of what was applied: of closures there is none. *)
let () =
  (match add3 1 = add3 1 with _ -> print_string "equal" | exception Invalid_argument s -> print_string s);
  let p = add3 1 2 in
  print_string (string_of_bool (p == p));
  line ()
