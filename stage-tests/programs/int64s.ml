(* Int64: wrapping arithmetic, division, shifts, conversions. *)
open Int64
let p x = print_string (to_string x); print_char ' '
let nl = print_newline
let values = [ 0L; 1L; -1L; 10L; -7L; 4294967296L; -4294967297L; 1234567890123456789L; max_int; min_int; 0x8000000080000000L; 2147483648L ]
let () =
  List.iter (fun a -> List.iter (fun b -> p (add a b); p (sub a b); p (mul a b); (try p (div a b); p (rem a b) with Division_by_zero -> print_string "div0 ")) values; nl ()) values;
  List.iter (fun a -> List.iter (fun b -> p (logand a b); p (logor a b); p (logxor a b)) values; p (lognot a); p (neg a); p (succ a); p (pred a); p (abs (div a 2L)); nl ()) values;
  List.iter (fun a -> List.iter (fun s -> p (shift_left a s); p (shift_right a s); p (shift_right_logical a s)) [ 0; 1; 8; 31; 32; 33; 48; 63 ]; nl ()) values;
  List.iter (fun a -> List.iter (fun b -> print_int (compare a b); print_int (unsigned_compare a b)) values; nl ()) values; List.iter (fun a -> p (unsigned_div a 10L); p (unsigned_rem a 10L); p (unsigned_div a (-2L))) values; nl ();
  List.iter (fun s -> p (of_string s)) [ "0"; "-1"; "9223372036854775807"; "-9223372036854775808"; "0xFFFFFFFFFFFFFFFF"; "0b101"; "0o777"; "1_000_000_000_000"; "0u18446744073709551615" ]; nl (); List.iter (fun s -> match of_string_opt s with Some n -> p n | None -> print_string "none ") [ "9223372036854775808"; "x"; ""; "-"; "0x1FFFFFFFFFFFFFFFF" ]; nl ();
  List.iter (fun f -> p (of_float f)) [ 0.0; 1.9; -1.9; 1e15; 9007199254740993.0; -1e18 ]; List.iter (fun n -> print_string (string_of_float (to_float n)); print_char ' ') values; nl (); List.iter (fun n -> p (of_int n)) [ 0; 1; -1; 1073741823; -1073741824 ]; print_int (to_int 12345L); print_int (to_int (-12345L)); p (of_int32 (-5l)); print_string (Int32.to_string (to_int32 4294967297L)); p (of_nativeint 7n); nl ();
  p (bits_of_float 1.0); p (bits_of_float (-0.1)); p (bits_of_float infinity); p (bits_of_float 5e-324); p (bits_of_float (-0.0)); print_string (string_of_float (float_of_bits 0x400921FB54442D18L)); print_string (string_of_bool (equal 1L 1L && 1L = 1L && 1L < 2L && compare 3L 2L > 0)); nl ();
  let h = ref 0xcbf29ce484222325L in String.iter (fun c -> h := mul (logxor !h (of_int (Char.code c))) 0x100000001b3L) "fnv-1a over sixty-four bits"; Printf.printf "%Lx %Lu %Ld %016Lx\n" !h !h !h !h; let rec fact n = if n = 0L then 1L else mul n (fact (pred n)) in p (fact 20L); p (fact 25L); nl (); let l = List.sort compare values in List.iter p l; nl (); let x = ref 88172645463325252L in for _ = 1 to 20 do x := logxor !x (shift_left !x 13); x := logxor !x (shift_right_logical !x 7); x := logxor !x (shift_left !x 17); p !x done; nl ()
