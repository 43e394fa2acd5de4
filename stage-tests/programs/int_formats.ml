(* Formats of the integers' primitives: text before the conversion stays, and a point in it is no precision. *)
external of_int : string -> int -> string = "caml_format_int"
external of_int32 : string -> int32 -> string = "caml_int32_format"
external of_nativeint : string -> nativeint -> string = "caml_nativeint_format"
external of_int64 : string -> int64 -> string = "caml_int64_format"

let formats = [ "0x%X"; "a.b%d"; "a.b%06d"; "n=%-5u"; "n=%+5d"; "n=%.5i"; "# %o" ]

let () =
  List.iter
    (fun f -> List.iter print_endline [ of_int f 255; of_int32 f 255l; of_nativeint f 255n; of_int64 f 255L ])
    formats;
  List.iter (fun f -> print_endline (of_int32 f (-3l)); print_endline (of_int64 f (-3L))) formats
