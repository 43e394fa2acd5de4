(* The backtrace of an exception that nobody catches, printed by the runtime: Printexc is not linked. *)
let calls = ref 0
let rec deep n =
  incr calls;
  if n = 0 then 1 / (!calls - !calls) else 1 + deep (n - 1)

let four a b c d = a + b + c + d
let () = at_exit (fun () -> print_int !calls; try raise Exit with Exit -> print_newline ())
let () = print_int (four 1 2 (deep 3) 4)
