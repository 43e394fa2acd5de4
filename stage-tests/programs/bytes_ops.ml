(* The Bytes module: mutation, aliasing, overlapping blits, conversions. *)
let p = print_endline
let show b = p (Bytes.to_string b)
let fails f = try ignore (f ()); p "no exception" with Invalid_argument m -> p ("invalid: " ^ m)
let () =
  let b = Bytes.of_string "abcdefghij" in
  let alias = b in
  Bytes.set b 0 'X'; show alias; Bytes.blit b 0 b 2 5; show b; Bytes.blit b 4 b 1 5; show b; Bytes.fill b 3 4 '-'; show b;
  let s = Bytes.to_string b in
  Bytes.set b 0 'Q'; p s; show b;
  Bytes.blit_string "12345" 1 b 5 3; show b; show (Bytes.sub b 2 4); show (Bytes.cat b (Bytes.of_string "!!")); show (Bytes.make 3 'z');
  show (Bytes.init 5 (fun i -> Char.chr (65 + i))); show (Bytes.extend b 1 2 |> fun e -> Bytes.set e 0 '_'; Bytes.set e 11 '.'; Bytes.set e 12 '.'; e);
  show (Bytes.concat (Bytes.of_string "; ") [ b; b ]); show (Bytes.map Char.uppercase_ascii (Bytes.of_string "shout")); show (Bytes.trim (Bytes.of_string "  x "));
  print_int (Bytes.length b); print_newline (); print_int (Bytes.index b '2'); print_newline (); print_int (Bytes.compare (Bytes.of_string "a") (Bytes.of_string "b")); print_newline ();
  p (string_of_bool (Bytes.equal b (Bytes.copy b))); p (string_of_bool (b = Bytes.copy b)); p (string_of_bool (b == Bytes.copy b)); p (Bytes.sub_string b 1 3);
  show (Bytes.escaped (Bytes.of_string "\n\"")); show Bytes.empty
let () =
  let b = Bytes.make 8 '\000' in
  Bytes.set_uint8 b 0 255; Bytes.set_int8 b 1 (-2); Bytes.set_uint16_le b 2 0x1234; Bytes.set_uint16_be b 4 0x1234; Bytes.set_int16_le b 6 (-2);
  Bytes.iter (fun c -> print_int (Char.code c); print_char ' ') b; print_newline ();
  print_int (Bytes.get_int8 b 1); print_char ' '; print_int (Bytes.get_uint16_be b 2); print_char ' '; print_int (Bytes.get_int16_be b 6); print_newline ();
  Bytes.set_int32_le b 0 0x12345678l; Bytes.set_int64_be b 0 0x0102030405060708L;
  p (Int32.to_string (Bytes.get_int32_be b 0)); p (Int64.to_string (Bytes.get_int64_le b 0));
  let d = Bytes.of_string "sort me please" in
  for i = 1 to Bytes.length d - 1 do
    for j = i downto 1 do
      let x = Bytes.get d (j - 1) and y = Bytes.get d j in
      if x > y then (Bytes.set d j x; Bytes.set d (j - 1) y)
    done
  done; show d
let () =
  let b = Bytes.create 4 in
  fails (fun () -> Bytes.get b 4); fails (fun () -> Bytes.set b (-1) 'x'); fails (fun () -> Bytes.sub b 3 2); fails (fun () -> Bytes.blit b 0 b 3 2);
  fails (fun () -> Bytes.fill b 2 3 ' '); fails (fun () -> Bytes.create (-1)); fails (fun () -> Bytes.set_uint16_le b 3 1); fails (fun () -> Bytes.blit_string "abc" 2 b 0 2)
let () =
  (* What is appended, overwritten and read in turns; short and long. *)
  let b = Bytes.make 600 '.' in
  let text i = String.sub "<abcdefghijklmnopqrstuvwxyz0123456789>" 0 (1 + (i * 7 mod 30)) in
  let at = ref 0 in
  for i = 1 to 60 do
    let s = text i in
    if !at + String.length s < 600 then (Bytes.blit_string s 0 b !at (String.length s); at := !at + String.length s);
    if !at < 590 && i mod 5 = 0 then (Bytes.set b !at (Char.chr (65 + (i mod 26))); incr at);
    if !at < 590 && i mod 11 = 0 then Bytes.blit b (!at - 9) b (!at - 4) 7;
    if !at < 590 && i mod 13 = 0 then Bytes.fill b (!at - 2) 5 '#';
    if i mod 17 = 0 then show (Bytes.sub b (!at / 2) 20)
  done; show b;
  let grown = Buffer.create 4 in
  for i = 1 to 40 do
    Buffer.add_string grown (text i); Buffer.add_char grown '|';
    if i mod 9 = 0 then (Buffer.add_char grown 'x'; Buffer.add_char grown 'y'; p (Buffer.sub grown (Buffer.length grown - 12) 12));
    if i = 20 then Buffer.truncate grown 100
  done; p (Buffer.contents grown);
  print_int (Hashtbl.hash (Buffer.contents grown)); print_newline ();
  print_int (compare (Buffer.to_bytes grown) (Bytes.cat (Buffer.to_bytes grown) (Bytes.make 1 ' '))); print_newline ();
  p (Marshal.from_string (Marshal.to_string (Buffer.contents grown) []) 0)
