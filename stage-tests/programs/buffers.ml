(* The Buffer module. *)
let p = print_endline
let () =
  let b = Buffer.create 1 in
  for i = 1 to 100 do Buffer.add_string b (string_of_int i); Buffer.add_char b ' ' done;
  p (Buffer.contents b); print_int (Buffer.length b); print_newline (); p (Buffer.sub b 10 20); print_char (Buffer.nth b 5); print_newline ();
  Buffer.truncate b 10; p (Buffer.contents b); Buffer.add_substring b "0123456789" 3 4; Buffer.add_bytes b (Bytes.of_string "bytes"); Buffer.add_subbytes b (Bytes.of_string "subbytes") 3 5;
  let c = Buffer.create 10 in
  Buffer.add_buffer c b; Buffer.add_buffer c c; p (Buffer.contents c);
  Buffer.clear b; p (Buffer.contents b); Buffer.add_substitute b (fun v -> "<" ^ v ^ ">") "a $x and ${long name} and \\$ $(p)"; p (Buffer.contents b);
  Buffer.reset b; print_int (Buffer.length b); print_newline ();
  Buffer.add_utf_8_uchar b (Uchar.of_int 0xe9); Buffer.add_utf_8_uchar b (Uchar.of_int 0x1F600); Buffer.add_uint8 b 65; Buffer.add_uint16_be b 0x4142; Buffer.add_int32_be b 0x43444546l; p (Buffer.contents b);
  Buffer.output_buffer stdout c; print_newline ();
  (try ignore (Buffer.nth b 1000) with Invalid_argument m -> p m); (try Buffer.truncate b (-1) with Invalid_argument m -> p m)
let () =
  let b = Buffer.create 16 in
  for _ = 1 to 20000 do Buffer.add_string b "abc" done;
  print_int (String.length (Buffer.contents b)); print_newline ()
