(* Int32, int64 and nativeint are custom blocks: what Marshal, the generic hash and comparison, and Obj make of them. *)
let hex s = String.iter (fun c -> Printf.printf "%02x" (Char.code c)) s; print_newline ()
let same v = assert (compare (Marshal.from_string (Marshal.to_string v []) 0) v = 0)
let i32 = [ 0l; 1l; -1l; 100l; 0x12345678l; Int32.max_int; Int32.min_int ]
let i64 = [ 0L; 1L; -1L; 100L; 0x123456789abcdefL; Int64.max_int; Int64.min_int ]
let nat = [ 0n; 1n; -1n; 100n; 0x12345678n; 0x7fffffffn; -0x80000000n ]

let () =
  List.iter (fun n -> hex (Marshal.to_string n []); same n; Printf.printf "%d %d\n" (Hashtbl.hash n) (Hashtbl.seeded_hash 7 n)) i32;
  List.iter (fun n -> hex (Marshal.to_string n []); same n; Printf.printf "%d %d\n" (Hashtbl.hash n) (Hashtbl.seeded_hash 7 n)) i64;
  List.iter (fun n -> hex (Marshal.to_string n []); same n; Printf.printf "%d %d\n" (Hashtbl.hash n) (Hashtbl.seeded_hash 7 n)) nat;
  hex (Marshal.to_string (i32, i64, nat, i32) []);
  hex (Marshal.to_string (i32, i32) [ Marshal.No_sharing ]);
  same (i32, i64, nat);
  Printf.printf "%d %d\n" (Hashtbl.hash (i32, i64, nat)) (Hashtbl.hash [| Some 5l; None |]);
  (* One that is computed is as good as a constant. *)
  hex (Marshal.to_string (Int32.add 3l (Int32.of_int (Sys.opaque_identity 4)), Nativeint.mul 3n (Nativeint.of_int 4), Int64.neg 5L) [])

let () =
  let tag x = Printf.printf "%d %b; " (Obj.tag (Obj.repr x)) (Obj.is_int (Obj.repr x)) in
  tag 1l; tag 1L; tag 1n; tag (Int32.of_int 3); tag (Nativeint.of_int 3); tag (Int64.to_int32 3L); tag (Nativeint.to_int32 3n);
  tag (Int64.to_nativeint 3L); tag (Int32.bits_of_float 1.0); tag (Int32.of_string "12"); tag (Nativeint.of_string "12");
  tag (Int32.of_float 2.5); tag (Nativeint.of_float 2.5); tag (Nativeint.of_int32 2l); tag (String.get_int32_le "abcd" 0);
  tag (Bytes.get_int32_ne (Bytes.make 4 'x') 0); tag (Int32.shift_left 1l 3); tag (Nativeint.logxor 1n 3n); tag (Int32.neg 1l);
  print_newline ();
  Printf.printf "%b %b %b\n" (Int32.of_int 7 = 7l) (Int32.of_int 7 == Int32.of_int 7) (Int32.of_int 7 < 7l);
  let order a b = compare (Obj.repr a) (Obj.repr b) in
  Printf.printf "%d %d %d %d %d %d %d\n" (order 1l 1L) (order 1L 1n) (order 1n 1l) (order 2l 1n) (order 5L 1l) (order 1 1l) (order 1l 9);
  List.iter (fun a -> List.iter (fun b -> Printf.printf "%d%d " (compare a b) (Int32.compare a b)) i32) i32;
  List.iter (fun a -> List.iter (fun b -> Printf.printf "%d%d " (compare a b) (Int64.compare a b)) i64) i64;
  List.iter (fun a -> List.iter (fun b -> Printf.printf "%d%d " (compare a b) (Nativeint.compare a b)) nat) nat;
  print_newline ();
  Printf.printf "%b %b %b\n" (List.mem 100l i32) (List.assoc 3n [ 2n, false; 3n, true ]) (Hashtbl.hash 1l = Hashtbl.hash 1)

exception With of int32 * nativeint

(* As keys, in bigarrays and bytes, as floats, in formats. *)
let () =
  print_endline (Printexc.to_string (With (1l, 2n)));
  let table = Hashtbl.create 10 in
  List.iter (fun n -> Hashtbl.replace table n (Int32.to_string n)) (i32 @ i32);
  Printf.printf "%d %s\n" (Hashtbl.length table) (Hashtbl.find table 0x12345678l);
  let a = Bigarray.(Array1.create int32 c_layout 3) and b = Bigarray.(Array1.create nativeint c_layout 3) in
  Bigarray.Array1.fill a 0l; Bigarray.Array1.fill b 0n;
  a.{1} <- Int32.max_int; b.{1} <- -5n;
  a.{2} <- Int32.succ a.{1}; b.{2} <- Nativeint.add b.{0} b.{1};
  Printf.printf "%ld %ld %ld %nd %nd %nd %d\n" a.{0} a.{1} a.{2} b.{0} b.{1} b.{2} (compare a a);
  let s = Bytes.make 8 '\000' in
  Bytes.set_int32_le s 0 0x80000001l; Bytes.set_int32_be s 4 (-2l);
  hex (Bytes.to_string s);
  Printf.printf "%ld %ld %h %ld\n" (Bytes.get_int32_be s 0) (Bytes.get_int32_le s 4) (Int32.float_of_bits 0x3fc00000l)
    (Int32.bits_of_float 0.1);
  Printf.printf "%lx %lu %5ld|%-5nd|%nx %s %s\n" (-1l) (-1l) 42l 42n 255n (Format.asprintf "%ld" 7l) (Nativeint.to_string (-7n));
  Scanf.sscanf "12 -13 14" "%ld %nd %Ld" (fun a b c -> Printf.printf "%ld %nd %Ld\n" a b c);
  let r = lazy (Int32.add 1l 2l) in
  hex (Marshal.to_string [ Lazy.force r; Lazy.force r ] []);
  let rec sum n i = if i = 0l then n else sum (Int32.add n i) (Int32.pred i) in
  Printf.printf "%ld\n" (sum 0l 100000l)
