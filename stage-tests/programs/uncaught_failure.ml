(* Failure in a nested function, uncaught. *)
let rec dig n = if n = 0 then failwith "bottom" else 1 + dig (n - 1)
let () = print_string "unflushed text"; print_int (dig 10)
