(* exit with a code, from within functions, handlers and at_exit functions in reverse order. *)
let () =
  at_exit (fun () -> print_endline "first registered, last run");
  at_exit (fun () -> print_endline "second registered");
  try
    List.iter (fun n -> if n = 3 then exit 42 else print_endline (string_of_int n)) [ 1; 2; 3; 4 ]
  with Not_found -> print_endline "never"
