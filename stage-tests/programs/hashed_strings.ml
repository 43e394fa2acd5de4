(* More strings than are remembered with their hash, seen again in other orders; long ones, seeds. *)

let name i = "key" ^ string_of_int i

let () =
  let sum = ref 0 in
  let add h = sum := ((!sum * 31) + h) land 0xffffff in
  for round = 1 to 3 do
    for i = 0 to 9_999 do
      add (Hashtbl.hash (name (i * round mod 10_000)))
    done
  done;
  for i = 0 to 99 do
    add (Hashtbl.hash (name i))
  done;
  Printf.printf "%d\n" !sum;
  List.iter
    (fun n -> Printf.printf "%d %d %d\n" (Hashtbl.hash (String.make n 'x')) (Hashtbl.seeded_hash 0 (String.make n 'x')) (Hashtbl.seeded_hash 7 (String.make n 'x')))
    [ 0; 1; 39; 40; 41; 300 ];
  List.iter (fun i -> Printf.printf "%d " (Hashtbl.hash i)) [ 0; 1; -1; 255; 256; 65535; 65536; 1_000_000; -1_000_000; 0x3fffffff; -0x40000000 ];
  print_newline ();
  let h = Hashtbl.create 1 in
  for i = 0 to 20_000 do
    Hashtbl.replace h (name (i mod 7_000)) i
  done;
  Printf.printf "%d %d %d\n" (Hashtbl.length h) (Hashtbl.find h "key6999") (Hashtbl.find h "key0")
