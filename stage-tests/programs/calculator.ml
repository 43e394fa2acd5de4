(* A calculator made with ocamllex and ocamlyacc: precedence, error recovery, positions, start conditions. *)
let text = "1 + 2 * 3\n(1 + 2) * 3\n2 ^ 3 ^ 2\n-4 - -5\nlet x = 0x1f + 10\nx * x - 1\n(* a (* nested *) comment *) 7\n\"four\\\"\" * 2\n1 + + 2\n10 / 3\n\n8 - 4 - 2\n"
let rec run lexbuf =
  match Calculator_parser.line Calculator_lexer.token lexbuf with
  | None -> ()
  | Some n -> print_int n; print_string (" @" ^ string_of_int lexbuf.Lexing.lex_curr_p.Lexing.pos_lnum ^ ":" ^ string_of_int (Lexing.lexeme_start lexbuf)); print_newline (); run lexbuf
let () =
  run (Lexing.from_string text);
  let attempt s = try run (Lexing.from_string s) with Not_found -> print_endline "unbound" | Division_by_zero -> print_endline "division by zero" | Parsing.Parse_error -> print_endline "parse error" | Calculator_lexer.Unknown (c, n) -> print_endline ("unknown " ^ String.make 1 c ^ " in line " ^ string_of_int n) in
  attempt "y + 1\n"; attempt "1 / 0\n"; attempt "1 +"; attempt "1\n2\n3 ? 4\n";
  let parts = ref [ "12"; "34"; " + 1"; "\n" ] in
  run (Lexing.from_function (fun b _ -> match !parts with [] -> 0 | s :: t -> parts := t; Bytes.blit_string s 0 b 0 (String.length s); String.length s));
  let long = Buffer.create 1000 in for i = 1 to 500 do Buffer.add_string long (string_of_int i ^ " + ") done; Buffer.add_string long "0\n"; run (Lexing.from_string (Buffer.contents long))
