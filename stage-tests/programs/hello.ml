(* The smallest program that prints. *)
let () = print_endline "Hello, world!"
