(* Reading standard input: lines, then characters, and arguments of the command line. *)
let () =
  print_endline (Filename.basename Sys.argv.(0) |> String.length |> fun n -> string_of_bool (n > 0));
  for i = 1 to Array.length Sys.argv - 1 do print_endline ("argument " ^ string_of_int i ^ ": " ^ Sys.argv.(i)) done;
  print_endline (String.uppercase_ascii (read_line ())); print_int (read_int () + 1); print_newline (); print_float (read_float ()); print_newline ();
  let n = ref 0 in (try while true do let c = input_char stdin in if c = '\n' then incr n else if !n < 2 then print_char c done with End_of_file -> ()); print_newline (); print_int !n; print_newline (); print_endline (match read_line () with exception End_of_file -> "no more" | s -> s)
