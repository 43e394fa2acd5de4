(* Gc: finalisers and their order, alarms, ephemerons, counted words, Memprof's counts. *)
let[@inline never] register n =
  for i = 1 to n do
    let r = ref i in
    Gc.finalise (fun r -> Printf.printf "first %d\n" !r) r;
    Gc.finalise (fun r -> Printf.printf "second %d\n" !r) r;
    if i = 2 then Gc.finalise_last (fun () -> print_endline "last 2") r
  done

let kept = ref []

let[@inline never] resurrect () =
  let r = ref 10 in
  Gc.finalise (fun r -> kept := [ r ]) r

let[@inline never] fill () = ignore (Sys.opaque_identity (Array.init 10 (fun i -> ref i)))

let () =
  (* A collection that has begun at the start may find one of them dead before the others. *)
  Gc.full_major ();
  register 3;
  fill ();
  Gc.full_major ();
  resurrect ();
  fill ();
  Gc.full_major ();
  List.iter (fun r -> Printf.printf "kept %d\n" !r) !kept;
  (try Gc.finalise ignore (Obj.magic 5) with Invalid_argument m -> print_endline m)

let () =
  let rang = ref false in
  let alarm = Gc.create_alarm (fun () -> rang := true) in
  Gc.full_major ();
  Printf.printf "alarm %b\n" !rang;
  Gc.delete_alarm alarm

let alive = ref 3

let[@inline never] tables () =
  let table = Ephemeron.K1.create () and weak = Weak.create 2 in
  let key = ref 7 in
  Ephemeron.K1.set_key table key;
  Ephemeron.K1.set_data table "seven";
  Weak.set weak 0 (Some alive);
  Weak.set weak 1 (Some (ref 4));
  (table, weak, key)

let () =
  let table, weak, key = tables () in
  fill ();
  Gc.full_major ();
  Printf.printf "%b %b %s\n" (Weak.check weak 0) (Weak.check weak 1) (Option.get (Ephemeron.K1.get_data table));
  Printf.printf "%d\n" (!key + !alive)

let[@inline never] words f =
  let a = Gc.minor_words () in
  let b = Gc.minor_words () in
  ignore (Sys.opaque_identity (f ()));
  let c = Gc.minor_words () in
  int_of_float (c -. b -. (b -. a))

let () =
  let n = Sys.opaque_identity 3 in
  Printf.printf "%d %d %d\n" (words (fun () -> Some n)) (words (fun () -> [ n; n ])) (words (fun () -> Array.make 100 n));
  let stat = Gc.quick_stat () in
  Gc.compact ();
  Printf.printf "%b\n" ((Gc.quick_stat ()).Gc.compactions > stat.Gc.compactions)

let () =
  let minor = ref 0 and major = ref 0 in
  let count total (info : Gc.Memprof.allocation) =
    total := !total + info.n_samples;
    None
  in
  let run () =
    ignore (Sys.opaque_identity [ ref 1; ref 2 ]);
    ignore (Sys.opaque_identity (Array.make 1000 0))
  in
  ignore (Gc.Memprof.start ~sampling_rate:1. { Gc.Memprof.null_tracker with alloc_minor = count minor; alloc_major = count major });
  run ();
  Gc.Memprof.stop ();
  Printf.printf "%d %d\n" !minor !major;
  try Gc.Memprof.stop () with Failure _ -> print_endline "stopped"

(* A value that is read for nothing lives until there. *)
let[@inline never] kept () =
  let gone = ref false in
  let r = ref 42 in
  Gc.finalise (fun _ -> gone := true) r;
  Gc.full_major ();
  let before = !gone in
  ignore (Sys.opaque_identity r);
  before

let () = Printf.printf "kept: %b\n" (not (kept ()))
