(* The mathematical functions, printed with 10 digits: the last bits are the C library's. *)
let p name x = Printf.printf "%s %.10g\n" name x
let () =
  List.iter (fun x ->
    p "sin" (sin x); p "cos" (cos x); p "tan" (tan x); p "atan" (atan x); p "exp" (exp x);
    p "sinh" (sinh x); p "cosh" (cosh x); p "tanh" (tanh x); p "expm1" (expm1 x))
    [ 0.0; 0.5; -0.5; 1.0; 2.0; -3.0 ];
  List.iter (fun x -> p "log" (log x); p "log10" (log10 x); p "log1p" (log1p x); p "sqrt" (sqrt x)) [ 0.1; 1.0; 2.0; 10.0; 1e6 ];
  List.iter (fun x -> p "asin" (asin x); p "acos" (acos x)) [ 0.0; 0.5; -1.0; 1.0 ];
  p "atan2" (atan2 1.0 (-1.0)); p "atan2" (atan2 (-1.0) (-1.0)); p "hypot" (hypot 3.0 4.0);
  p "2**0.5" (2.0 ** 0.5); p "0**0" (0.0 ** 0.0); p "(-8)**3" ((-8.0) ** 3.0);
  p "log 0" (log 0.0); p "log -1" (abs_float (log (-1.0))); p "sqrt -1" (abs_float (sqrt (-1.0)));
  p "log1p tiny" (log1p 1e-12); p "expm1 tiny" (expm1 1e-12); p "pi" Float.pi
