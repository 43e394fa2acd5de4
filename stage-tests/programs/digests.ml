(* Digest: MD5 of strings, substrings, files. *)
let () =
  List.iter (fun s -> print_endline (Digest.to_hex (Digest.string s))) [ ""; "a"; "abc"; "message digest"; "The quick brown fox jumps over the lazy dog"; String.make 55 'x'; String.make 56 'x'; String.make 64 'x'; String.make 1000 'y'; "\000\255\128" ];
  print_endline (Digest.to_hex (Digest.substring "0123456789" 2 5)); print_endline (Digest.to_hex (Digest.bytes (Bytes.of_string "bytes"))); print_endline (string_of_bool (Digest.equal (Digest.string "x") (Digest.string "x"))); print_endline (string_of_bool (Digest.from_hex (Digest.to_hex (Digest.string "q")) = Digest.string "q"));
  let d = ref "" in for i = 1 to 100 do d := Digest.string (!d ^ string_of_int i) done; print_endline (Digest.to_hex !d)
