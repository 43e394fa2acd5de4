(* Printexc: exceptions as text, registered printers. *)
exception Empty
exception One of int
exception Two of int * string
exception Inline of { a : int; b : string }
exception Deep of (int * int) list
let p e = print_endline (Printexc.to_string e)
let () =
  List.iter p [ Empty; One 5; Two (-3, "text"); Inline { a = 1; b = "b" }; Deep [ 1, 2 ]; Not_found; Failure "f\"quote"; Invalid_argument "i"; Division_by_zero; End_of_file; Exit; Stack_overflow; Out_of_memory; Sys_error "s"; Match_failure ("file.ml", 1, 2); Assert_failure ("file.ml", 3, 4); Undefined_recursive_module ("f", 5, 6); Lazy.Undefined; Stack.Empty; Fun.Finally_raised Empty; Scanf.Scan_failure "x" ];
  Printexc.register_printer (function One n -> Some ("the one " ^ string_of_int n) | _ -> None); p (One 7); p Empty; print_endline (Printexc.exn_slot_name (Two (1, ""))); Printexc.record_backtrace false; print_endline (string_of_bool (Printexc.backtrace_status ())); print_string (Printexc.get_backtrace ()); (try Printexc.print (fun () -> raise Empty) () with Empty -> print_endline "again")
