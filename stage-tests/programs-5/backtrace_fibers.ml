(* Backtraces through fibers, and of continuations. *)
open Effect
open Effect.Deep
type _ Effect.t += A : int -> int t | B : int t
exception X of int
let f () = let x = perform (A 1) in if x > 1 then raise (X x) else x
let g () = 1 + f ()
let handle (h : int -> (int, int) continuation -> int) = match_with g () { retc = (fun x -> x + 1); exnc = (fun e -> raise e);
  effc = fun (type a) (e : a Effect.t) -> match e with A n -> Some (fun (k : (a, int) continuation) -> h n k) | _ -> None }
let show name f = match f () with
  | x -> Printf.printf "%s: %d\n" name x
  | exception e -> Printf.printf "%s: %s\n%s" name (Printexc.to_string e) (Printexc.get_backtrace ())
let cont k = Printexc.print_raw_backtrace stdout (Effect.Deep.get_callstack k 20)
let unhandled () = 1 + perform B
let () =
  Printexc.record_backtrace true;
  show "1" (fun () -> handle (fun n k -> 1 + continue k n));
  show "2" (fun () -> handle (fun n k -> 1 + continue k (n + 1)));
  show "3" (fun () -> handle (fun n k -> 1 + discontinue k (X n)));
  show "4" (fun () -> handle (fun n k -> raise (X n)));
  show "5" (fun () -> handle (fun n k -> cont k; continue k n));
  show "6" (fun () -> 1 + unhandled ());
  show "8" (fun () -> try_with (fun () -> 1 + f ()) () { effc = fun (type a) (e : a Effect.t) -> match e with A n -> Some (fun (k : (a, int) continuation) -> continue k 5) | _ -> None });
  show "9" (fun () -> handle (fun n k -> let bt = Printexc.get_callstack 10 in discontinue_with_backtrace k (X n) bt))
