(* Hashes of ints, each asked for more than once, at the edges of what is remembered of them. *)

let ints = [ 0; 1; 2; 255; 256; 65535; 65536; 262142; 262143; 262144; 262145; 1000003; 1073741823; -1; -2; -262144; -1073741824 ]

let () =
  for round = 1 to 3 do
    List.iter
      (fun n ->
        let h = Hashtbl.hash n in
        if h <> Hashtbl.seeded_hash 0 n then Printf.printf "%d: not that of the seed 0\n" n;
        if round <> 2 then Printf.printf "%d: %d %d\n" n h (Hashtbl.seeded_hash round n))
      ints
  done;
  let sum = ref 0 in
  for _ = 1 to 2 do
    for i = 0 to 3000 do sum := (!sum + Hashtbl.hash (i * 97)) land 0xFFFFFF done
  done;
  Printf.printf "%d\n" !sum;
  let h = Hashtbl.create 1 in
  for i = -500 to 500 do Hashtbl.replace h (i * 600) i done;
  for i = -250 to 250 do Hashtbl.remove h (i * 1200) done;
  Printf.printf "%d %d %b %b\n" (Hashtbl.length h)
    (Hashtbl.fold (fun k v a -> a + (k * v mod 1009)) h 0)
    (Hashtbl.mem h 600) (Hashtbl.mem h 1200)
