(* Floating point: arithmetic, special values, comparison, conversion. *)
let p = print_endline
let show x = p (string_of_float x)
let id x = if Array.length Sys.argv < 0 then 0.0 else x
let () =
  let a = id 3.25 and b = id (-1.5) in
  List.iter show [ a +. b; a -. b; a *. b; a /. b; -.a; a ** 2.0; abs_float b; mod_float a b; mod_float (-7.5) 2.0; sqrt 2.0 ];
  List.iter show [ infinity; neg_infinity; nan; 0.0; -0.0; 1.0 /. id 0.0; -1.0 /. id 0.0; id 0.0 /. id 0.0; max_float; min_float; epsilon_float ];
  List.iter show [ 1e22; 1e23; 1e15; 1e16; 123456789012.0; 1e-7; 0.1; 0.1 +. 0.2; 1.0 /. 3.0; 100.0; 1e100; 5e-324; 4.35; 2.5e-5 ]
let () =
  let v = [ 0.0; -0.0; 1.0; -1.0; infinity; neg_infinity; nan; 1e300 ] in
  List.iter (fun x ->
    p (String.concat "" (List.map (fun y ->
      (if x = y then "=" else ".") ^ (if x < y then "<" else ".") ^ (if x <= y then "l" else ".")
      ^ (if x > y then ">" else ".") ^ (if x <> y then "n" else ".") ^ string_of_int (compare x y) ^ " ") v))) v
let () =
  List.iter (fun x -> print_int (int_of_float x); print_char ' ') [ 0.0; 1.9; -1.9; 1e9; -1e9; 0.5; -0.5; 123456.789 ];
  print_newline ();
  List.iter (fun x -> show (float_of_int x)) [ 0; 1; -1; 1073741823; -1073741824 ];
  List.iter show [ floor 1.5; floor (-1.5); ceil 1.5; ceil (-1.5); Float.round 2.5; Float.round (-2.5); Float.trunc (-2.7); Float.rem 5.5 2.0 ];
  let m, e = frexp 48.0 in show m; print_int e; print_newline ();
  show (ldexp 0.75 10);
  let f, i = modf (-3.75) in show f; show i;
  List.iter (fun x -> p (match classify_float x with FP_normal -> "normal" | FP_subnormal -> "subnormal" | FP_zero -> "zero" | FP_infinite -> "infinite" | FP_nan -> "nan"))
    [ 1.0; 5e-324; -0.0; neg_infinity; nan ];
  List.iter (fun x -> show (copysign 2.0 x)) [ 1.0; -0.0; neg_infinity ];
  List.iter (fun x -> p (string_of_bool (Float.sign_bit x))) [ 1.0; -0.0; 0.0; -3.0 ];
  show (Float.succ 1.0); show (Float.pred 1.0); show (Float.of_string "0x1.8p3"); show (float_of_string "1_000.5e-1");
  p (string_of_bool (float_of_string_opt "abc" = None)); p (string_of_bool (Float.is_integer 3.0)); show (min nan 1.0); show (max 1.0 2.0);
  show (Float.fma 2.0 3.0 4.0); p (string_of_bool (Float.equal nan nan))

(* Operations on constants: Lua 5.1 has one constant for 0. and -0. *)
let () =
  let show = Printf.printf "%d %h\n" in
  List.iteri show [ ( ~-. ) 0.; 0. *. -1.; 0. /. -1.; (2. -. 2.) *. -1.; -.(1. -. 1.); -.(-0.); -0. *. 1.; ( ~-. ) 1.5; 1. /. 4. ];
  let sign x = -.x in
  List.iteri show [ sign 0.; sign (sign 0.); 0. -. 0. ];
  Printf.printf "%d %h %s\n" 0 0. (string_of_int 0)
