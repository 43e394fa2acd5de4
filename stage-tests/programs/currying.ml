(* Currying: every function of 1 to 10 parameters applied to every split of its arguments, known and unknown. *)
let s = string_of_int
let opaque f = if Array.length Sys.argv < 0 then raise Exit else f
let f1 a1 = print_string "1"; s a1
let f2 a1 a2 = print_string "2"; s a1 ^ s a2
let f3 a1 a2 a3 = print_string "3"; s a1 ^ s a2 ^ s a3
let f4 a1 a2 a3 a4 = print_string "4"; s a1 ^ s a2 ^ s a3 ^ s a4
let f5 a1 a2 a3 a4 a5 = print_string "5"; s a1 ^ s a2 ^ s a3 ^ s a4 ^ s a5
let f6 a1 a2 a3 a4 a5 a6 = print_string "6"; s a1 ^ s a2 ^ s a3 ^ s a4 ^ s a5 ^ s a6
let f7 a1 a2 a3 a4 a5 a6 a7 = print_string "7"; s a1 ^ s a2 ^ s a3 ^ s a4 ^ s a5 ^ s a6 ^ s a7
let f8 a1 a2 a3 a4 a5 a6 a7 a8 = print_string "8"; s a1 ^ s a2 ^ s a3 ^ s a4 ^ s a5 ^ s a6 ^ s a7 ^ s a8
let f9 a1 a2 a3 a4 a5 a6 a7 a8 a9 = print_string "9"; s a1 ^ s a2 ^ s a3 ^ s a4 ^ s a5 ^ s a6 ^ s a7 ^ s a8 ^ s a9
let f10 a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 = print_string "10"; s a1 ^ s a2 ^ s a3 ^ s a4 ^ s a5 ^ s a6 ^ s a7 ^ s a8 ^ s a9 ^ s a10
let () =
  print_endline (f1 1); print_endline (opaque f1 1);
  print_endline (f2 1 2); print_endline (opaque f2 1 2);
  (let g = f2 1 in print_endline (g 2); print_endline (opaque g 2));
  print_endline (f3 1 2 3); print_endline (opaque f3 1 2 3);
  (let g = f3 1 in print_endline (g 2 3); print_endline (opaque g 2 3));
  (let g = f3 1 2 in print_endline (g 3); print_endline (opaque g 3));
  print_endline (f4 1 2 3 4); print_endline (opaque f4 1 2 3 4);
  (let g = f4 1 in print_endline (g 2 3 4); print_endline (opaque g 2 3 4));
  (let g = f4 1 2 in print_endline (g 3 4); print_endline (opaque g 3 4));
  (let g = f4 1 2 3 in print_endline (g 4); print_endline (opaque g 4));
  print_endline (f5 1 2 3 4 5); print_endline (opaque f5 1 2 3 4 5);
  (let g = f5 1 in print_endline (g 2 3 4 5); print_endline (opaque g 2 3 4 5));
  (let g = f5 1 2 in print_endline (g 3 4 5); print_endline (opaque g 3 4 5));
  (let g = f5 1 2 3 in print_endline (g 4 5); print_endline (opaque g 4 5));
  (let g = f5 1 2 3 4 in print_endline (g 5); print_endline (opaque g 5));
  print_endline (f6 1 2 3 4 5 6); print_endline (opaque f6 1 2 3 4 5 6);
  (let g = f6 1 in print_endline (g 2 3 4 5 6); print_endline (opaque g 2 3 4 5 6));
  (let g = f6 1 2 in print_endline (g 3 4 5 6); print_endline (opaque g 3 4 5 6));
  (let g = f6 1 2 3 in print_endline (g 4 5 6); print_endline (opaque g 4 5 6));
  (let g = f6 1 2 3 4 in print_endline (g 5 6); print_endline (opaque g 5 6));
  (let g = f6 1 2 3 4 5 in print_endline (g 6); print_endline (opaque g 6));
  print_endline (f7 1 2 3 4 5 6 7); print_endline (opaque f7 1 2 3 4 5 6 7);
  (let g = f7 1 in print_endline (g 2 3 4 5 6 7); print_endline (opaque g 2 3 4 5 6 7));
  (let g = f7 1 2 in print_endline (g 3 4 5 6 7); print_endline (opaque g 3 4 5 6 7));
  (let g = f7 1 2 3 in print_endline (g 4 5 6 7); print_endline (opaque g 4 5 6 7));
  (let g = f7 1 2 3 4 in print_endline (g 5 6 7); print_endline (opaque g 5 6 7));
  (let g = f7 1 2 3 4 5 in print_endline (g 6 7); print_endline (opaque g 6 7));
  (let g = f7 1 2 3 4 5 6 in print_endline (g 7); print_endline (opaque g 7));
  print_endline (f8 1 2 3 4 5 6 7 8); print_endline (opaque f8 1 2 3 4 5 6 7 8);
  (let g = f8 1 in print_endline (g 2 3 4 5 6 7 8); print_endline (opaque g 2 3 4 5 6 7 8));
  (let g = f8 1 2 in print_endline (g 3 4 5 6 7 8); print_endline (opaque g 3 4 5 6 7 8));
  (let g = f8 1 2 3 in print_endline (g 4 5 6 7 8); print_endline (opaque g 4 5 6 7 8));
  (let g = f8 1 2 3 4 in print_endline (g 5 6 7 8); print_endline (opaque g 5 6 7 8));
  (let g = f8 1 2 3 4 5 in print_endline (g 6 7 8); print_endline (opaque g 6 7 8));
  (let g = f8 1 2 3 4 5 6 in print_endline (g 7 8); print_endline (opaque g 7 8));
  (let g = f8 1 2 3 4 5 6 7 in print_endline (g 8); print_endline (opaque g 8));
  print_endline (f9 1 2 3 4 5 6 7 8 9); print_endline (opaque f9 1 2 3 4 5 6 7 8 9);
  (let g = f9 1 in print_endline (g 2 3 4 5 6 7 8 9); print_endline (opaque g 2 3 4 5 6 7 8 9));
  (let g = f9 1 2 in print_endline (g 3 4 5 6 7 8 9); print_endline (opaque g 3 4 5 6 7 8 9));
  (let g = f9 1 2 3 in print_endline (g 4 5 6 7 8 9); print_endline (opaque g 4 5 6 7 8 9));
  (let g = f9 1 2 3 4 in print_endline (g 5 6 7 8 9); print_endline (opaque g 5 6 7 8 9));
  (let g = f9 1 2 3 4 5 in print_endline (g 6 7 8 9); print_endline (opaque g 6 7 8 9));
  (let g = f9 1 2 3 4 5 6 in print_endline (g 7 8 9); print_endline (opaque g 7 8 9));
  (let g = f9 1 2 3 4 5 6 7 in print_endline (g 8 9); print_endline (opaque g 8 9));
  (let g = f9 1 2 3 4 5 6 7 8 in print_endline (g 9); print_endline (opaque g 9));
  print_endline (f10 1 2 3 4 5 6 7 8 9 10); print_endline (opaque f10 1 2 3 4 5 6 7 8 9 10);
  (let g = f10 1 in print_endline (g 2 3 4 5 6 7 8 9 10); print_endline (opaque g 2 3 4 5 6 7 8 9 10));
  (let g = f10 1 2 in print_endline (g 3 4 5 6 7 8 9 10); print_endline (opaque g 3 4 5 6 7 8 9 10));
  (let g = f10 1 2 3 in print_endline (g 4 5 6 7 8 9 10); print_endline (opaque g 4 5 6 7 8 9 10));
  (let g = f10 1 2 3 4 in print_endline (g 5 6 7 8 9 10); print_endline (opaque g 5 6 7 8 9 10));
  (let g = f10 1 2 3 4 5 in print_endline (g 6 7 8 9 10); print_endline (opaque g 6 7 8 9 10));
  (let g = f10 1 2 3 4 5 6 in print_endline (g 7 8 9 10); print_endline (opaque g 7 8 9 10));
  (let g = f10 1 2 3 4 5 6 7 in print_endline (g 8 9 10); print_endline (opaque g 8 9 10));
  (let g = f10 1 2 3 4 5 6 7 8 in print_endline (g 9 10); print_endline (opaque g 9 10));
  (let g = f10 1 2 3 4 5 6 7 8 9 in print_endline (g 10); print_endline (opaque g 10));
  print_newline ()
(* a function that returns functions, applied to too many arguments at once *)
let chain a = print_string "one "; fun b c -> print_string "two "; fun d -> print_string "three "; fun e f g -> a + b + c + d + e + f + g
let () =
  print_int (chain 1 2 3 4 5 6 7); print_int ((opaque chain) 1 2 3 4 5 6 7); print_newline ();
  let p = chain 1 2 in print_int (p 3 4 5 6 7); let q = (opaque p) 3 4 5 in print_int (q 6 7); print_int (q 8 9); print_newline ();
  let r = chain 1 in print_int ((r 2 3 4 5) 6 7); print_newline ();
  let ten = List.map (fun f -> f 2 3 4) [ f4 1; f4 5; (fun a b c -> s (a * b * c)) ] in List.iter print_endline ten;
  print_endline (List.fold_left (fun f x -> ignore x; f) (fun a b c d -> s (a - b - c - d)) [ 1; 2 ] 100 1 2 3);
  let id x = x in print_int (id id id id 5); print_int ((opaque id) id id 6); print_newline ()
let labelled ~a ?(b = 10) ~c () = s a ^ s b ^ s c
let () = print_endline (labelled ~c:3 ~a:1 ()); print_endline (labelled ~a:1 ~b:2 ~c:3 ()); let f = labelled ~a:4 in print_endline (f ~c:5 ()); let g = f ?b:(Some 0) in print_endline (g ~c:9 ())
