(* Division and remainder truncate toward zero; division by zero raises. *)
let id x = if Array.length Sys.argv < 0 then 0 else x
let values = [ 0; 1; -1; 2; -2; 3; -3; 7; -7; 10; -10; 255; -255; 65536; -65536; 1073741823; -1073741824 ]
let () =
  List.iter (fun a ->
    List.iter (fun b ->
      let r = try string_of_int (a / b) ^ "," ^ string_of_int (a mod b) with Division_by_zero -> "division by zero" in
      print_string (string_of_int a ^ "/" ^ string_of_int b ^ "=" ^ r ^ " "))
      values;
    print_newline ())
    values
let () =
  (* constant divisors take other paths in compilers *)
  List.iter (fun a ->
    List.iter (fun n -> print_int n; print_char ' ')
      [ a / 1; a / 2; a / 3; a / 7; a / 10; a / -1; a / -3; a mod 1; a mod 2; a mod 3; a mod 10; a mod -3; a / 1024; a mod 1024 ];
    print_newline ())
    [ id 17; id (-17); id 1000000007; id (-1000000007); id 0 ];
  (try ignore (1 / id 0); print_endline "no" with Division_by_zero -> print_endline "caught /");
  (try ignore (1 mod id 0); print_endline "no" with Division_by_zero -> print_endline "caught mod")
let () =
  (* divisors whose range is known; a zero has no sign *)
  List.iter (fun a ->
    let n = 1 + (a land 15) in
    print_string (string_of_int (a / n) ^ " " ^ string_of_int (a mod n) ^ " ");
    print_string (Printf.sprintf "%h %h\n" (1. /. float (a mod n)) (1. /. float (a / 1073741823))))
    [ id 17; id (-17); id 7; id (-7); id (-14); id 1073741823; id (-1073741823); id 0; id 3; id (-3) ]
