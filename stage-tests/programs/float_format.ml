(* Every way of printing a float. *)
let values = [ 0.0; -0.0; 1.0; -1.0; 0.1; 1.5; 2.5; 3.14159265358979; 1e10; 1e-10; 1e100; 1e-100; 123456.789; 999999.5; 0.00001234; 5e-324; 1.7976931348623157e308; infinity; neg_infinity; nan; 1e15; 123456789.0 ]
let () =
  List.iter (fun x ->
    Printf.printf "%f|%.0f|%.3f|%10.2f|%-10.2f|%+.2f|% .1f|%010.3f\n" x x x x x x x x;
    Printf.printf "%e|%.0e|%.3e|%14.2e|%E|%.10E\n" x x x x x x;
    Printf.printf "%g|%.0g|%.3g|%.12g|%.17g|%G|%+g|%12g|%-12g|\n" x x x x x x x x x;
    Printf.printf "%F|%.3F|%h|%H|%.3h|%s\n" x x x x x (string_of_float x);
    Printf.printf "%#F|%20.10f|%*.*f\n" x x 12 4 x)
    values
