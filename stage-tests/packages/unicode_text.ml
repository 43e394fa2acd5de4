(* Uutf and Jsonm: text in several encodings decoded and encoded, malformed too; JSON as a stream of lexemes. *)
let show_encoding encoding text =
  let decoder = Uutf.decoder ?encoding (`String text) in
  let rec loop () =
    match Uutf.decode decoder with
    | `Uchar u -> Printf.printf "U+%04X@%d:%d " (Uchar.to_int u) (Uutf.decoder_line decoder) (Uutf.decoder_col decoder); loop ()
    | `Malformed bytes -> Printf.printf "malformed %S " bytes; loop ()
    | `End -> Printf.printf "%s %d\n" (Uutf.encoding_to_string (Uutf.decoder_encoding decoder)) (Uutf.decoder_count decoder)
    | `Await -> assert false
  in
  loop ()

let encode encoding text =
  let buffer = Buffer.create 16 in
  let encoder = Uutf.encoder encoding (`Buffer buffer) in
  Uutf.String.fold_utf_8 (fun () _ -> function `Uchar u -> ignore (Uutf.encode encoder (`Uchar u)) | `Malformed _ -> ignore (Uutf.encode encoder (`Uchar Uutf.u_rep))) () text;
  ignore (Uutf.encode encoder `End);
  Buffer.contents buffer

let () =
  let text = "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\r\nz" in
  show_encoding None text;
  show_encoding (Some `UTF_8) "a\xc0\xafb\xed\xa0\x80c\xf5d\xe2\x82";
  List.iter (fun encoding -> let bytes = encode encoding text in Printf.printf "%S\n" bytes; show_encoding None bytes; show_encoding (Some (encoding :> Uutf.decoder_encoding)) bytes) [ `UTF_8; `UTF_16; `UTF_16BE; `UTF_16LE ];
  show_encoding (Some `ISO_8859_1) "\xe9\xff";
  show_encoding (Some `US_ASCII) "a\xe9";
  let decoder = Jsonm.decoder (`Channel stdin) in
  let encoder = Jsonm.encoder ~minify:false (`Channel stdout) in
  let rec loop () =
    match Jsonm.Uncut.decode decoder with
    | `Lexeme l -> ignore (Jsonm.encode encoder (`Lexeme l)); loop ()
    | `Comment (`S, c) -> Printf.printf "(comment%s)" c; loop ()
    | `Comment _ | `White _ -> loop ()
    | `Error e -> Format.printf "%a@." Jsonm.pp_error e; loop ()
    | `End -> ignore (Jsonm.encode encoder `End)
    | `Await -> assert false
  in
  loop ();
  print_newline ();
  let lexemes text =
    let decoder = Jsonm.decoder (`String text) in
    let rec loop () =
      match Jsonm.decode decoder with
      | `Lexeme l -> Format.printf "%a " Jsonm.pp_lexeme l; loop ()
      | `Error e -> let (a, b), (c, d) = Jsonm.decoded_range decoder in Format.printf "%d.%d-%d.%d %a@." a b c d Jsonm.pp_error e
      | `End -> Format.printf "end@."
      | `Await -> assert false
    in
    loop ()
  in
  List.iter lexemes [ "[1, 2.5, -1e-7, true, null, \"x\\u0041\"]"; "{\"a\": [}"; "[1 2]"; "\"\\ud800\""; "nul"; "{\"a\" 1}"; "[1, 123456789]" ]
