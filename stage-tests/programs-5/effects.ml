(* Effects: handlers, resumption, state, generators, a scheduler, discontinuing, unhandled effects. *)
open Effect
open Effect.Deep
type _ Effect.t += Ask : string -> int Effect.t | Get : int Effect.t | Put : int -> unit Effect.t | Yield : int -> unit Effect.t | Fork : (unit -> unit) -> unit Effect.t | Pause : unit Effect.t
let p = print_endline
let state init f = match_with f () { retc = (fun v s -> (v, s)); exnc = raise; effc = (fun (type a) (e : a Effect.t) -> match e with Get -> Some (fun (k : (a, _) continuation) (s : int) -> continue k s s) | Put n -> Some (fun (k : (a, _) continuation) (_ : int) -> continue k () n) | _ -> None) } init
let generate f = let items = ref [] in (try_with f () { effc = (fun (type a) (e : a Effect.t) -> match e with Yield n -> Some (fun (k : (a, _) continuation) -> items := n :: !items; continue k ()) | _ -> None) }); List.rev !items
let schedule main =
  let queue = Queue.create () in
  let next () = match Queue.take_opt queue with Some f -> f () | None -> () in
  let rec spawn f = match_with f () { retc = next; exnc = (fun e -> p ("died " ^ Printexc.to_string e); next ()); effc = (fun (type a) (e : a Effect.t) -> match e with Pause -> Some (fun (k : (a, _) continuation) -> Queue.add (fun () -> continue k ()) queue; next ()) | Fork g -> Some (fun (k : (a, _) continuation) -> Queue.add (fun () -> continue k ()) queue; spawn g) | _ -> None) } in spawn main
let () =
  let r = try_with (fun () -> perform (Ask "a") + perform (Ask "bb")) () { effc = (fun (type a) (e : a Effect.t) -> match e with Ask s -> Some (fun (k : (a, _) continuation) -> continue k (String.length s * 10)) | _ -> None) } in print_int r; print_newline ();
  let v, s = state 5 (fun () -> for _ = 1 to 1000 do perform (Put (perform Get + 1)) done; perform Get * 2) in print_int v; print_char ' '; print_int s; print_newline ();
  List.iter (fun n -> print_int n; print_char ' ') (generate (fun () -> for i = 1 to 5 do perform (Yield (i * i)) done)); print_newline ();
  schedule (fun () -> List.iter (fun name -> perform (Fork (fun () -> for i = 1 to 3 do p (name ^ string_of_int i); perform Pause; if name = "b" && i = 2 then failwith "b" done))) [ "a"; "b"; "c" ]; p "main done");
  (try perform Pause with Unhandled Pause -> p "unhandled"); (try try_with (fun () -> try perform (Yield 1) with Exit -> p "cleaned"; raise Not_found) () { effc = (fun (type a) (e : a Effect.t) -> match e with Yield _ -> Some (fun (k : (a, _) continuation) -> discontinue k Exit) | _ -> None) } with Not_found -> p "discontinued");
  let saved = ref None in try_with (fun () -> perform Pause) () { effc = (fun (type a) (e : a Effect.t) -> match e with Pause -> Some (fun (k : (a, _) continuation) -> saved := Some (fun () -> continue k ()); continue k ()) | _ -> None) }; (match !saved with Some f -> (try f () with Continuation_already_resumed -> p "one shot") | None -> ());
  let rec deep n = if n = 0 then perform (Ask "deep") else 1 + deep (n - 1) in print_int (try_with deep 10000 { effc = (fun (type a) (e : a Effect.t) -> match e with Ask s -> Some (fun (k : (a, _) continuation) -> continue k (String.length s)) | _ -> None) }); print_newline ();
  let module S = Effect.Shallow in let rec loop : type a. (a, int) S.continuation -> a -> int -> int = fun k x n -> S.continue_with k x { retc = (fun v -> v + n); exnc = raise; effc = (fun (type b) (e : b Effect.t) -> match e with Get -> Some (fun (k : (b, _) S.continuation) -> loop k n (n + 1)) | _ -> None) } in print_int (loop (S.fiber (fun () -> let a = perform Get in let b = perform Get in a * 10 + b)) () 3); print_newline ()
