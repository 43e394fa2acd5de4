(* Ten million mutual tail calls. *)
let rec ping n acc = if n = 0 then acc else pong (n - 1) ((acc + 1) land 0xFFFFF)
and pong n acc = if n = 0 then -acc else ping (n - 1) ((acc + 2) land 0xFFFFF)
let () = print_int (ping 10_000_000 0); print_newline ()
