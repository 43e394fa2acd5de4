(* Int32: wrapping arithmetic, shifts, conversions. *)
open Int32
let p x = print_string (to_string x); print_char ' '
let nl = print_newline
let values = [ 0l; 1l; -1l; 2l; -7l; 1000l; 65536l; -65537l; max_int; min_int; 0x12345678l; 0x87654321l ]
let () =
  List.iter (fun a -> List.iter (fun b -> p (add a b); p (sub a b); p (mul a b); (try p (div a b); p (rem a b) with Division_by_zero -> print_string "div0 ")) values; nl ()) values;
  List.iter (fun a -> List.iter (fun b -> p (logand a b); p (logor a b); p (logxor a b)) values; p (lognot a); p (neg a); p (succ a); p (pred a); p (abs (div a 2l)); nl ()) values;
  List.iter (fun a -> List.iter (fun s -> p (shift_left a s); p (shift_right a s); p (shift_right_logical a s)) [ 0; 1; 7; 8; 16; 31 ]; nl ()) values;
  List.iter (fun a -> List.iter (fun b -> print_int (compare a b); print_int (unsigned_compare a b)) values; nl ()) values; List.iter (fun a -> p (unsigned_div a 10l); p (unsigned_rem a 10l)) values; nl ();
  List.iter (fun s -> p (of_string s)) [ "0"; "-1"; "2147483647"; "-2147483648"; "0xFFFFFFFF"; "0b101"; "0o777"; "1_000"; "0u4294967295" ]; nl (); List.iter (fun s -> match of_string_opt s with Some n -> p n | None -> print_string "none ") [ "2147483648"; "x"; ""; "-2147483649"; "0x1FFFFFFFF" ]; nl ();
  List.iter (fun f -> p (of_float f)) [ 0.0; 1.9; -1.9; 1e9; 2147483647.0; -2147483648.0 ]; List.iter (fun n -> print_string (string_of_float (to_float n)); print_char ' ') values; nl (); List.iter (fun n -> p (of_int n)) [ 0; 1; -1; 1073741823; -1073741824 ]; print_int (to_int 12345l); print_int (to_int (-12345l)); nl ();
  p (bits_of_float 1.0); p (bits_of_float (-0.1)); p (bits_of_float infinity); print_string (string_of_float (float_of_bits 0x40490fdbl)); print_string (string_of_bool (equal 1l 1l && 1l = 1l && 1l < 2l)); nl (); let h = ref 5381l in String.iter (fun c -> h := add (mul !h 33l) (of_int (Char.code c))) "a string hashed by djb2"; p !h; Printf.printf "%lx %lu %ld\n" !h !h !h
