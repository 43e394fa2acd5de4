(* Each thread has its own backtrace: others raise before one raises again what it caught. *)

let[@inline never] fail message = failwith message

let again number =
  try fail (string_of_int number)
  with e ->
    Thread.delay (0.1 *. float_of_int number);
    raise e

let thread number =
  try again number
  with Failure message ->
    Printf.printf "thread %s\n" message;
    Printexc.print_backtrace stdout

let () =
  Printexc.record_backtrace true;
  List.iter Thread.join (List.map (Thread.create thread) [ 1; 2; 3 ])
