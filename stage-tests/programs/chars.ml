(* Char and Uchar. *)
let () =
  for c = 0 to 255 do let ch = Char.chr c in print_string (Char.escaped ch); print_char (Char.lowercase_ascii (if c < 32 || c > 126 then '.' else ch)); print_char (Char.uppercase_ascii (if c < 32 || c > 126 then '.' else ch)); if c mod 16 = 15 then print_newline () done;
  print_int (Char.compare 'a' 'b'); print_string (string_of_bool (Char.equal 'x' 'x')); (try ignore (Char.chr (-1)) with Invalid_argument m -> print_string m); print_newline ();
  let u = Uchar.of_int 0x20AC in print_int (Uchar.to_int (Uchar.succ u)); print_string (string_of_bool (Uchar.is_valid 0xD800)); print_int (Uchar.compare u Uchar.max); print_string (string_of_bool (Uchar.is_char u)); (try ignore (Uchar.of_int 0x110000) with Invalid_argument _ -> print_string "no Uchar"); print_newline ();
  let rot n s = String.map (fun c -> let turn base = Char.chr (base + ((Char.code c - base + n) mod 26)) in match c with 'a' .. 'z' -> turn 97 | 'A' .. 'Z' -> turn 65 | c -> c) s in print_endline (rot 13 "Hello, World"); print_endline (rot 13 (rot 13 "Hello, World"))
