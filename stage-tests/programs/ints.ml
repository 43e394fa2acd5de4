(* Integer arithmetic and comparison, within 31 bits. *)
let show name n = print_string name; print_string " = "; print_int n; print_newline ()
let id x = if Array.length Sys.argv < 0 then 0 else x
let () =
  let a = id 1234567 and b = id (-891) in
  show "a + b" (a + b); show "a - b" (a - b); show "b * 1000" (b * 1000);
  show "-a" (-a); show "succ" (succ a); show "pred" (pred b); show "abs" (abs b);
  show "1073741823" (id 1073741823); show "-1073741824" (id (-1073741824));
  show "46340^2" (id 46340 * id 46340); show "-46340^2" (id (-46340) * id 46340);
  show "max" (max a b); show "min" (min a b); show "compare" (compare a b);
  show "compare" (compare b a); show "compare" (compare a a)
let () =
  List.iter (fun (x, y) ->
    let b name v = print_string (name ^ (if v then " yes " else " no ")) in
    b "=" (x = y); b "<>" (x <> y); b "<" (x < y); b "<=" (x <= y); b ">" (x > y); b ">=" (x >= y);
    b "==" (x == y); b "!=" (x != y); print_newline ())
    [0, 0; 1, 2; 2, 1; -1, 1; -5, -6; 1073741823, -1073741824]
let rec gcd a b = if b = 0 then a else gcd b (a mod b)
let rec pow b n = if n = 0 then 1 else let h = pow b (n / 2) in if n land 1 = 1 then h * h * b else h * h
let () =
  show "gcd" (gcd 1071 462); show "pow" (pow 3 19); show "pow" (pow (-2) 29);
  let s = ref 0 in
  for i = 1 to 40000 do s := !s + i; if !s > 1000000 then s := !s - 1000000 done;
  show "sum" !s;
  incr s; show "incr" !s; decr s; decr s; show "decr" !s;
  print_endline (string_of_int (int_of_string "0x1F" + int_of_string "-0b101" + int_of_string "0o17" + int_of_string "1_000"));
  print_endline (string_of_bool (int_of_string_opt "12a" = None && int_of_string_opt "" = None))
