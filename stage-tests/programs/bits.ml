(* Bit operations and shifts that agree on 32 and 63 bits. *)
let id x = if Array.length Sys.argv < 0 then 0 else x
let line l = print_endline (String.concat " " (List.map string_of_int l))
let () =
  let values = [ 0; 1; -1; 5; -5; 255; 256; -256; 0xABCDE; -0xABCDE; 0x3FFFFFFF; -0x40000000; 0x12345678; 0x2AAAAAAA; 0x15555555 ] in
  List.iter (fun a -> line (List.map (fun b -> a land b) values)) values;
  List.iter (fun a -> line (List.map (fun b -> a lor b) values)) values;
  List.iter (fun a -> line (List.map (fun b -> a lxor b) values)) values;
  line (List.map lnot values);
  List.iter (fun a -> line (List.map (fun s -> a asr (id s)) [ 0; 1; 2; 7; 8; 15; 16; 29; 30 ])) values;
  List.iter (fun a -> if a >= 0 then line (List.map (fun s -> a lsr (id s)) [ 0; 1; 2; 7; 8; 15; 16; 29; 30 ])) values;
  List.iter (fun s -> line [ id 1 lsl s; id 3 lsl s; id (-1) lsl s ]) [ 0; 1; 2; 7; 8; 15; 16; 24; 28 ]
let () =
  let popcount n = let rec go n c = if n = 0 then c else go (n land (n - 1)) (c + 1) in go n 0 in
  let reverse n = let r = ref 0 in for i = 0 to 29 do if n land (1 lsl i) <> 0 then r := !r lor (1 lsl (29 - i)) done; !r in
  line (List.map popcount [ 0; 1; 255; 0x3FFFFFFF; 0x12345678 ]);
  line (List.map reverse [ 0; 1; 255; 0x3FFFFFFF; 0x12345678 ])
let () =
  (* bitwise CRC-24, kept within 24 bits *)
  let crc s =
    let crc = ref 0xB704CE in
    String.iter (fun c ->
      crc := !crc lxor (Char.code c lsl 16);
      for _ = 1 to 8 do
        crc := !crc lsl 1;
        if !crc land 0x1000000 <> 0 then crc := (!crc lxor 0x864CFB) land 0xFFFFFF
      done) s;
    !crc land 0xFFFFFF in
  line (List.map crc [ ""; "a"; "123456789"; "The quick brown fox jumps over the lazy dog" ])
