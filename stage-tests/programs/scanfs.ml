(* Scanf: scanning strings. *)
open Scanf
let p = print_endline
let () =
  sscanf "12 -7 0x1F 0b11" "%d %d %i %i" (fun a b c d -> p (String.concat "," (List.map string_of_int [ a; b; c; d ]))); sscanf "3.25 1e3" "%f %f" (fun a b -> p (string_of_float (a +. b))); sscanf "hello world" "%s %s" (fun a b -> p (b ^ a)); sscanf "\"quoted \\n text\"" "%S" p; sscanf "key=value;rest" "%[^=]=%[^;];%s" (fun a b c -> p (a ^ "|" ^ b ^ "|" ^ c));
  sscanf "x y" "%c %c" (fun a b -> print_char a; print_char b; print_newline ()); sscanf "true false" "%b %B" (fun a b -> p (string_of_bool (a && b))); sscanf "1234567" "%3d%4d" (fun a b -> print_int (a + b); print_newline ()); sscanf "abc123" "%[a-z]%d%n" (fun a b n -> p (a ^ string_of_int b ^ string_of_int n)); sscanf "5,6" "%d,%d%!" (fun a b -> print_int (a * b); print_newline ());
  (try sscanf "abc" "%d" print_int with Scan_failure _ -> p "scan failure"); (try sscanf "" "%d" print_int with End_of_file -> p "end of file" | Scan_failure _ -> p "scan failure"); sscanf "10L 20l" "%LdL %ldl" (fun a b -> p (Int64.to_string a ^ Int32.to_string b)); p (sscanf "skip 42" "%_s %d" string_of_int)
