(* Gc.Memprof: where allocations are sampled, and how many words there are, those of floats and boxed integers included. *)
external read : bytes -> int -> 'a = "caml_input_value_from_bytes"

type point = { x : float; y : float }

let[@inline never] id x = Sys.opaque_identity x
let[@inline never] pair a b = (a, b)
let[@inline never] add a =
  let f n = a + n in
  f
let[@inline never] product a b = a *. b
let[@inline never] first p = p.x
let[@inline never] get a = a.(0)
let[@inline never] make n = Array.make n 1
let[@inline never] literal x = [| x |]
let[@inline never] int64 n = Int64.add n 1L
let[@inline never] point x = { x; y = x }
let[@inline never] unmarshal b = read b 0
let[@inline never] recursive n =
  let rec even i = i = n || odd (i - 1) and odd i = i <> n && even (i - 1) in
  even

let point_1 = point (id 1.5)
let floats = [| 1.5; 2.5 |]
let bytes = Marshal.to_bytes [ id 1 ] []

let tests =
  [
    ("pair", fun () -> ignore (id (pair 1 2)));
    ("closure", fun () -> ignore (id (add 1) 2));
    ("recursive", fun () -> ignore (id (recursive 1) 1));
    ("product", fun () -> ignore (id (product 1.5 2.5)));
    ("field", fun () -> ignore (id (first point_1)));
    ("record", fun () -> ignore (id (point 2.5)));
    ("get", fun () -> ignore (id (get floats)));
    ("make", fun () -> ignore (id (make 10)));
    ("major", fun () -> ignore (id (make 1000)));
    ("literal", fun () -> ignore (id (literal 1.5)));
    ("literal int", fun () -> ignore (id (literal 1)));
    ("int64", fun () -> ignore (id (int64 3L)));
    ("unmarshal", fun () -> ignore (id (unmarshal bytes)));
    ("nothing", fun () -> ignore (id (get [| 1; 2 |])));
    ("pending", fun () -> ignore (id (pair (id 1) (pair 2 3))));
  ]

let test (name, f) =
  let found = ref None and words = ref 0 in
  let sample (info : Gc.Memprof.allocation) =
    found := Some info;
    words := !words + info.n_samples;
    None
  in
  ignore
    (Gc.Memprof.start ~callstack_size:2 ~sampling_rate:1.
       { Gc.Memprof.null_tracker with alloc_minor = sample; alloc_major = sample });
  f ();
  Gc.Memprof.stop ();
  Printf.printf "%s: %d\n" name !words;
  match !found with
  | None -> ()
  | Some info ->
      Printf.printf "%d %d\n" info.size info.n_samples;
      Printexc.print_raw_backtrace stdout info.callstack

let () = List.iter test tests

let () =
  let words f =
    let a = Gc.minor_words () in
    let b = Gc.minor_words () in
    f ();
    let c = Gc.minor_words () in
    int_of_float (c -. b -. (b -. a))
  in
  List.iter (fun (name, f) -> Printf.printf "%s %d\n" name (words f)) tests
