(* Masks of what overflows, and shifts by constants: of extremes, of both signs. *)

let opaque = Sys.opaque_identity
let numbers = [ 0; 1; -1; 2; 255; 256; -256; 0x5a5a5a; -0x5a5a5a; 0x3fffffff; -0x40000000; max_int; max_int - 1; min_int; min_int + 1 ]
let low x = opaque (x land 0xffff)

let check what holds = if not holds then Printf.printf "wrong: %s\n" what

let pairs x y =
  check "add" ((x + y) land 0xffff = (low x + low y) land 0xffff);
  check "sub" ((x - y) land 0xff = (low x - low y) land 0xff);
  check "add in two steps" ((x + y + 12345) land 0x3fff = (low x + low y + 12345) land 0x3fff);
  (* What is masked is used again. *)
  let sum = x + y in
  check "sum twice" (sum land 0xff = (low x + low y) land 0xff && sum - y = x)

let each x =
  check "mul" (x * 1000003 land 0xffff = low x * 1000003 land 0xffff);
  check "mul by 31" ((x * 31) land 0xffff = (low x * 31) land 0xffff);
  check "mul by a negative one" ((x * -31) land 0xffff = (low x * -31) land 0xffff);
  check "lsl" ((x lsl 5) land 0xffff = (low x lsl 5) land 0xffff);
  check "lsl by 19" ((x lsl 19) land 0xfffffff = (low x lsl 19) land 0xfffffff);
  check "lsl by 20" ((x lsl 20) land 0xfffffff = (low x lsl 20) land 0xfffffff);
  check "lsl is mul" (x lsl 3 = x * 8 && x lsl 19 = x * 524288);
  check "lsr" ((x lsr 1) lsl 1 = x land lnot 1);
  check "lsr of 5" ((x lsr 5) lsl 5 = x land lnot 31);
  check "asr" ((x asr 1 * 2) + (x land 1) = x);
  check "asr of 7" ((x asr 7 * 128) + (x land 127) = x);
  check "asr of 29" ((x asr 29 * 536870912) + (x land 536870911) = x)

let () =
  List.iter (fun x -> each (opaque x); List.iter (fun y -> pairs (opaque x) (opaque y)) numbers) numbers;
  List.iter (fun x -> Printf.printf "%d %d %d " (opaque x asr 3) (opaque x land 0xff) ((opaque x * 5) land 0xff)) [ 0; 7; 8; -1; -8; -9; 1000; -1000 ];
  print_newline ();
  (* A pseudo-random sequence, whose state stays within 24 bits. *)
  let seed = ref 12345 in
  for _ = 1 to 1000 do
    seed := ((!seed * 1021) + 4093) land 0xffffff;
    seed := !seed lxor (!seed lsl 3) land 0xffffff
  done;
  Printf.printf "%d\n" !seed
