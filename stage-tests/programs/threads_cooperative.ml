(* The library threads, in orders that do not depend on the scheduler. *)

let p = Printf.printf

let joined () =
  let results = Array.make 10 0 in
  let threads = List.init 10 (fun i -> Thread.create (fun n -> results.(n) <- n * n; Thread.yield (); results.(n) <- results.(n) + 1) i) in
  List.iter Thread.join threads;
  p "%s\n" (String.concat " " (Array.to_list (Array.map string_of_int results)))

(* Takes turns by a mutex and a condition. *)
let turns () =
  let mutex = Mutex.create () and changed = Condition.create () in
  let turn = ref 0 and log = Buffer.create 100 in
  let player me () =
    for round = 1 to 3 do
      Mutex.lock mutex;
      while !turn <> me do Condition.wait changed mutex done;
      Buffer.add_string log (Printf.sprintf "%d.%d " me round);
      turn := (me + 1) mod 3;
      Condition.broadcast changed;
      Mutex.unlock mutex
    done
  in
  let players = List.init 3 (fun me -> Thread.create (player me) ()) in
  List.iter Thread.join players;
  p "%s\n" (Buffer.contents log)

let bounded_queue () =
  let mutex = Mutex.create () and not_empty = Condition.create () and not_full = Condition.create () in
  let queue = Queue.create () in
  let put x =
    Mutex.lock mutex;
    while Queue.length queue >= 3 do Condition.wait not_full mutex done;
    Queue.add x queue;
    Condition.signal not_empty;
    Mutex.unlock mutex
  and get () =
    Mutex.lock mutex;
    while Queue.is_empty queue do Condition.wait not_empty mutex done;
    let x = Queue.take queue in
    Condition.signal not_full;
    Mutex.unlock mutex;
    x
  in
  let producer = Thread.create (fun () -> for i = 1 to 1000 do put i done; put 0) () in
  let total = ref 0 in
  let rec consume () = match get () with 0 -> () | x -> total := !total + x; consume () in
  consume ();
  Thread.join producer;
  p "%d\n" !total

(* Primes, each filtered by a thread of its own. *)
let sieve () =
  let numbers = Event.new_channel () in
  let rec count from = Event.sync (Event.send numbers from); count (from + 1) in
  let filter prime source =
    let sink = Event.new_channel () in
    let rec go () =
      let x = Event.sync (Event.receive source) in
      if x mod prime <> 0 then Event.sync (Event.send sink x);
      go ()
    in
    ignore (Thread.create go ());
    sink
  in
  ignore (Thread.create count 2);
  let rec primes n source =
    if n > 0 then begin
      let prime = Event.sync (Event.receive source) in
      p "%d " prime;
      primes (n - 1) (filter prime source)
    end
  in
  primes 20 numbers;
  print_newline ()

let events () =
  let a = Event.new_channel () and b = Event.new_channel () in
  let sender = Thread.create (fun () -> Event.sync (Event.send b "from b")) () in
  p "%s\n" (Event.select [Event.wrap (Event.receive a) (fun x -> "a: " ^ x); Event.wrap (Event.receive b) (fun x -> "b: " ^ x)]);
  Thread.join sender;
  p "%b\n" (Event.poll (Event.receive a) = None)

let delays () =
  let log = ref [] in
  let sleeper (name, time) = Thread.delay time; log := name :: !log in
  let threads = List.map (Thread.create sleeper) ["c", 0.5; "a", 0.01; "b", 0.25] in
  List.iter Thread.join threads;
  p "%s\n" (String.concat " " (List.rev !log))

let deep_and_exceptions () =
  let rec depth n = if n = 0 then (Thread.yield (); 0) else 1 + depth (n - 1) in
  let rec nested n = if n = 0 then (Thread.yield (); raise Exit) else try nested (n - 1) with Not_found -> 0 in
  let results = ref [] in
  let run f = Thread.create (fun () -> let r = try f () with Exit -> -1 in results := r :: !results) () in
  let threads = [run (fun () -> depth 100000); run (fun () -> nested 10000); run (fun () -> depth 50000)] in
  List.iter Thread.join threads;
  p "%s\n" (String.concat " " (List.map string_of_int (List.sort compare !results)))

let errors () =
  let mutex = Mutex.create () in
  let guard name f = match f () with () -> p "%s: done\n" name | exception Sys_error message -> p "%s: %s\n" name message in
  Mutex.lock mutex;
  guard "lock twice" (fun () -> Mutex.lock mutex);
  p "%b\n" (Mutex.try_lock mutex);
  Thread.join (Thread.create (fun () -> guard "unlock another's" (fun () -> Mutex.unlock mutex)) ());
  Mutex.unlock mutex;
  guard "unlock twice" (fun () -> Mutex.unlock mutex);
  let waiting = Thread.create (fun () -> Thread.delay 0.01; Mutex.lock mutex; Mutex.unlock mutex) () in
  Thread.join waiting;
  p "%d %b\n" (Thread.id (Thread.self ())) (Thread.self () == Thread.self ())

let pipes () =
  let output, input = Unix.pipe () in
  let inp = Unix.in_channel_of_descr output and out = Unix.out_channel_of_descr input in
  let writer () = for i = 1 to 20000 do Printf.fprintf out "line %d\n" i done; close_out out in
  let thread = Thread.create writer () in
  let rec lines n = match input_line inp with _ -> lines (n + 1) | exception End_of_file -> n in
  p "%d\n" (lines 0);
  Thread.join thread;
  close_in inp

let () =
  joined ();
  turns ();
  bounded_queue ();
  sieve ();
  events ();
  delays ();
  deep_and_exceptions ();
  errors ();
  pipes ();
  let dying = Thread.create (fun () -> failwith "in a thread") () in
  Thread.join dying;
  at_exit (fun () -> print_endline "the end");
  ignore (Thread.create (fun () -> Thread.delay 60.0; print_endline "never") ())
