(* A parser and printer of JSON, by hand. *)
type json = Null | Bool of bool | Number of float | String of string | Array of json list | Object of (string * json) list
exception Bad of string * int
let parse s =
  let pos = ref 0 in
  let fail m = raise (Bad (m, !pos)) in
  let peek () = if !pos < String.length s then s.[!pos] else '\000' in
  let rec skip () = match peek () with ' ' | '\n' | '\t' | '\r' -> incr pos; skip () | _ -> () in
  let expect c = if peek () = c then incr pos else fail ("expected " ^ String.make 1 c) in
  let word w v = if !pos + String.length w <= String.length s && String.sub s !pos (String.length w) = w then (pos := !pos + String.length w; v) else fail "unknown word" in
  let text () =
    expect '"'; let b = Buffer.create 16 in
    let rec go () = match peek () with
      | '"' -> incr pos; Buffer.contents b
      | '\\' -> incr pos; (match peek () with 'n' -> Buffer.add_char b '\n' | 't' -> Buffer.add_char b '\t' | 'u' -> Buffer.add_utf_8_uchar b (Uchar.of_int (int_of_string ("0x" ^ String.sub s (!pos + 1) 4))); pos := !pos + 4 | c -> Buffer.add_char b c); incr pos; go ()
      | '\000' -> fail "unfinished string" | c -> Buffer.add_char b c; incr pos; go () in go () in
  let rec value () = skip (); let v = (match peek () with
    | 'n' -> word "null" Null | 't' -> word "true" (Bool true) | 'f' -> word "false" (Bool false) | '"' -> String (text ())
    | '[' -> incr pos; skip (); if peek () = ']' then (incr pos; Array []) else items []
    | '{' -> incr pos; skip (); if peek () = '}' then (incr pos; Object []) else members []
    | '-' | '0' .. '9' -> let start = !pos in while (match peek () with '0' .. '9' | '-' | '+' | '.' | 'e' | 'E' -> true | _ -> false) do incr pos done; Number (float_of_string (String.sub s start (!pos - start)))
    | _ -> fail "unexpected character") in skip (); v
  and items acc = let v = value () in match peek () with ',' -> incr pos; items (v :: acc) | _ -> expect ']'; Array (List.rev (v :: acc))
  and members acc = skip (); let k = text () in skip (); expect ':'; let v = value () in match peek () with ',' -> incr pos; members ((k, v) :: acc) | _ -> expect '}'; Object (List.rev ((k, v) :: acc)) in
  let v = value () in if !pos < String.length s then fail "trailing text"; v
let rec print b = function
  | Null -> Buffer.add_string b "null" | Bool v -> Buffer.add_string b (string_of_bool v) | Number f -> Buffer.add_string b (Printf.sprintf "%.15g" f) | String s -> Buffer.add_string b (Printf.sprintf "%S" s)
  | Array l -> Buffer.add_char b '['; List.iteri (fun i v -> if i > 0 then Buffer.add_char b ','; print b v) l; Buffer.add_char b ']'
  | Object l -> Buffer.add_char b '{'; List.iteri (fun i (k, v) -> if i > 0 then Buffer.add_char b ','; Buffer.add_string b (Printf.sprintf "%S:" k); print b v) l; Buffer.add_char b '}'
let () =
  List.iter (fun s -> match parse s with v -> let b = Buffer.create 100 in print b v; print_endline (Buffer.contents b) | exception Bad (m, n) -> Printf.printf "%s at %d\n" m n | exception Failure m -> print_endline m)
    [ "null"; " [1, 2.5, -3e2, true, false, null, \"x\"] "; "{\"a\": {\"b\": [[], {}]}, \"c\": \"d\\n\\u00e9\\\"\"}"; "[1,"; "{\"a\" 1}"; "\"open"; "nul"; "1 2"; "[1e999, -]"; "" ];
  let deep = String.make 2000 '[' ^ String.make 2000 ']' in let rec depth = function Array (v :: _) -> 1 + depth v | Array [] -> 1 | _ -> 0 in print_int (depth (parse deep)); print_newline ()
