(* Nativeint, on values that fit 32 bits. *)
open Nativeint
let p x = print_string (to_string x); print_char ' '
let values = [ 0n; 1n; -1n; 17n; -100n; 65535n; 1000000n ]
let () =
  List.iter (fun a -> List.iter (fun b -> p (add a b); p (sub a b); (try p (div a b); p (rem a b) with Division_by_zero -> print_string "div0 "); p (logand a b); p (logor a b); p (logxor a b)) values; p (lognot a); p (neg a); print_newline ()) values;
  p (mul 1234n 5678n); p (shift_left 3n 10); p (shift_right (-1024n) 3); p (shift_right_logical 1024n 3); p (of_int 5); print_int (to_int 6n); p (of_float 7.5); print_string (string_of_float (to_float 8n)); p (of_string "0xff"); p (of_int32 9l); print_string (Int32.to_string (to_int32 10n)); print_int (compare 1n 2n); Printf.printf "%nd %nx\n" 42n 42n

(* The least of 64 bits as a constant; where a nativeint has 32 it does not fit. *)
let () =
  let least = -0x8000000000000000n in
  print_endline (string_of_bool (Sys.int_size = 32 || equal (add least 1n) (neg max_int)))
