(* An exception nobody catches: at_exit still runs, the message goes to stderr, the exit code is 2. *)
exception Wrong of string * int
let () =
  at_exit (fun () -> print_endline "at exit");
  print_endline "before";
  if Array.length Sys.argv > 0 then raise (Wrong ("value", 3));
  print_endline "never"
