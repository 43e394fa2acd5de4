(* The library of 4.14 and 5.x: what the programs for every OCaml cannot use. *)
let p fmt = Printf.printf (fmt ^^ "\n")
let ints l = String.concat "," (List.map string_of_int l)

let channels () =
  let file = Filename.temp_file "library" ".txt" in
  Out_channel.with_open_bin file (fun oc -> Out_channel.output_string oc "one\ntwo\r\nthree"; Out_channel.output_bytes oc (Bytes.of_string "\000\255"); Out_channel.seek oc 1L; Out_channel.output_char oc 'N';
  p "%Ld %Ld %b" (Out_channel.pos oc) (Out_channel.length oc) (Out_channel.is_buffered oc));
  p "%S" (In_channel.with_open_bin file In_channel.input_all);
  p "%s" (String.concat "|" (List.map String.escaped (In_channel.with_open_bin file In_channel.input_lines)));
  In_channel.with_open_text file (fun ic -> match In_channel.input_line ic with Some s -> p "%s %Ld" s (In_channel.pos ic) | None -> ());
  In_channel.with_open_bin file (fun ic ->
    p "%S" (Option.value ~default:"none" (In_channel.really_input_string ic 4));
    p "%b" (In_channel.really_input_string ic 100 = None);
    In_channel.seek ic 0L;
    let b = Bytes.make 6 '.' in
    p "%d %S" (In_channel.input ic b 1 3) (Bytes.to_string b);
    p "%d" (Option.get (In_channel.input_byte ic));
    p "%c" (Option.get (In_channel.input_char ic)); ignore (In_channel.input_all ic);
    p "%b %b" (In_channel.input_char ic = None) (In_channel.input_line ic = None);
    p "%d" (In_channel.fold_lines (fun n _ -> n + 1) 0 ic));
  (match In_channel.open_bin "/nowhere/file" with _ -> () | exception Sys_error m -> p "%s" m);
  let oc = Out_channel.open_gen [ Open_append; Open_wronly ] 0o644 file in Out_channel.output_string oc "+"; Out_channel.close oc; Out_channel.close_noerr oc;
  (match Out_channel.output_char oc 'x' with () -> () | exception Sys_error _ -> p "closed"); (match Out_channel.output_char oc 'x' with () -> () | exception Sys_error _ -> p "closed still");
  p "%d" (String.length (In_channel.with_open_bin file In_channel.input_all)); Sys.remove file; p "%b" (Sys.file_exists file)

let utf () =
  let b = Buffer.create 16 in
  List.iter (fun u -> Buffer.add_utf_8_uchar b (Uchar.of_int u)) [ 0x41; 0xe9; 0x20ac; 0x1f600 ];
  let s = Buffer.contents b ^ "\xff\xe2\x82\xed\xa0\x80" in
  let decode name get length = let rec loop i = if i < length then begin let d = get i in Printf.printf "%s%b:%x:%d " name (Uchar.utf_decode_is_valid d) (Uchar.to_int (Uchar.utf_decode_uchar d)) (Uchar.utf_decode_length d); loop (i + Uchar.utf_decode_length d) end in loop 0; print_newline () in
  decode "8" (String.get_utf_8_uchar s) (String.length s);
  p "%b %b" (String.is_valid_utf_8 s) (String.is_valid_utf_8 (Buffer.contents b));
  let le = Bytes.make 12 '\000' and be = Bytes.make 12 '\000' in
  let n = Bytes.set_utf_16le_uchar le 0 (Uchar.of_int 0x1f600) in ignore (Bytes.set_utf_16le_uchar le n (Uchar.of_int 0xe9)); ignore (Bytes.set_utf_16be_uchar be 0 (Uchar.of_int 0x1f600)); Bytes.set_uint16_be be 4 0xdc00;
  decode "16le" (Bytes.get_utf_16le_uchar le) 12; decode "16be" (Bytes.get_utf_16be_uchar be) 12;
  p "%b %b %d %d" (Bytes.is_valid_utf_16le le) (Bytes.is_valid_utf_16be be) (Bytes.set_utf_8_uchar le 11 (Uchar.of_int 0x20ac)) (Uchar.utf_16_byte_length Uchar.max);
  p "%S" (String.concat "" [ String.cat "a" "b"; String.fold_left (fun a c -> a ^ String.make 2 c) "" "xy"; String.fold_right (fun c a -> a ^ String.make 1 c) "xyz" "" ]);
  p "%b %b %b %b" (String.starts_with ~prefix:"ab" "abc") (String.ends_with ~suffix:"bc" "abc") (String.exists (( = ) 'b') "abc") (String.for_all (( = ) 'b') "abc");
  p "%d %d %s" (String.hash "abc" land 0xffff) (String.seeded_hash 3 "abc" land 0xffff) (String.of_bytes (Bytes.fold_left (fun b c -> Bytes.cat b (Bytes.make 1 c)) Bytes.empty (Bytes.of_string "q")))

let lists () =
  p "%s %s %s" (ints (List.concat_map (fun x -> [ x; x ]) [ 1; 2 ])) (ints (List.take 2 [ 1; 2; 3 ])) (ints (List.drop 2 [ 1; 2; 3 ]));
  p "%s %s" (ints (List.take_while (( > ) 3) [ 1; 2; 3; 1 ])) (ints (List.drop_while (( > ) 3) [ 1; 2; 3; 1 ]));
  p "%b %d %d" (List.is_empty []) (Option.get (List.find_index (( = ) 3) [ 1; 3 ])) (Option.get (List.find_mapi (fun i x -> if x > 1 then Some (i + x) else None) [ 1; 3 ]));
  let l, r = List.partition_map (fun x -> if x land 1 = 0 then Left x else Right (-x)) [ 1; 2; 3; 4 ] in
  p "%s %s %b" (ints l) (ints r) (List.equal ( = ) l l && List.compare compare l r > 0);
  let n, l = List.fold_left_map (fun a x -> (a + x, a * x)) 0 [ 1; 2; 3 ] in
  p "%d %s" n (ints l);
  let a = Array.init 6 (fun i -> i * i) in
  p "%s" (ints (Array.to_list (Array.map_inplace (fun x -> x + 1) a; Array.mapi_inplace (fun i x -> x - i) a; a)));
  p "%d %d" (Option.get (Array.find_opt (fun x -> x > 5) a)) (Option.get (Array.find_index (fun x -> x > 5) a));
  let sums, a' = Array.fold_left_map (fun s x -> (s + x, s)) 0 a in
  p "%d %s" sums (ints (Array.to_list a'));
  let x, y = Array.split [| (1, 2); (3, 4) |] in
  p "%s %b" (ints (Array.to_list (Array.append x y))) (Array.for_all2 ( < ) x y && Array.exists2 ( < ) x y && Array.mem 3 x && Array.memq 4 y); Random.init 5;
  let a = Array.init 10 Fun.id in Array.shuffle ~rand:Random.int a;
  p "%s" (ints (Array.to_list a));
  let s = Seq.ints 3 in
  p "%s" (ints (List.of_seq (Seq.take 4 (Seq.filter_map (fun x -> if x land 1 = 1 then Some (x * 2) else None) s))));
  p "%s" (ints (List.of_seq (Seq.concat_map (fun x -> Seq.init x Fun.id) (List.to_seq [ 1; 2; 3 ]))));
  p "%s" (ints (List.of_seq (Seq.map (fun (a, b) -> a * b) (Seq.zip (Seq.iterate (( * ) 2) 1 |> Seq.take 5) (Seq.cycle (List.to_seq [ 1; 10 ]))))));
  p "%s" (ints (List.of_seq (Seq.sorted_merge compare (List.to_seq [ 1; 4 ]) (List.to_seq [ 2; 3; 9 ]))));
  p "%s" (ints (List.map List.length (List.map List.of_seq (List.of_seq (Seq.group (fun a b -> a / 3 = b / 3) (Seq.take 9 s))))));
  p "%s" (ints (List.of_seq (Seq.scan ( + ) 0 (Seq.take 4 s))));
  let once = Seq.once (Seq.take 2 s) in ignore (Seq.length once); (match Seq.length once with _ -> () | exception Seq.Forced_twice -> p "forced twice");
  let memo = Seq.memoize (Seq.map (fun x -> print_char '!'; x) (Seq.take 2 s)) in
  p "%d %d" (Seq.fold_left ( + ) 0 memo) (Seq.fold_left ( + ) 0 memo);
  let next = Seq.to_dispenser (Seq.take 1 s) in
  p "%b %b" (next () = Some 3) (next () = None);
  p "%s %b %b" (ints (List.of_seq (Seq.interleave (Seq.take 2 s) (Seq.repeat 0 |> Seq.take 3)))) (Seq.for_all2 ( = ) (Seq.take 2 s) (Seq.take 2 s)) (Seq.is_empty (Seq.drop 2 (Seq.take 2 s)))

let structures () =
  let d = Dynarray.create () in for i = 1 to 20 do Dynarray.add_last d (i * i) done; Dynarray.truncate d 6; ignore (Dynarray.pop_last d); Dynarray.append_list d [ 7; 8 ]; Dynarray.set d 0 100;
  p "%s %d" (ints (Dynarray.to_list (Dynarray.map (fun x -> x + 1) d))) (Dynarray.length d); (match Dynarray.get d 50 with _ -> () | exception Invalid_argument m -> p "%s" m);
  let module M = Map.Make (Int) in let m = M.of_list [ (1, "a"); (2, "b") ] in let m = M.add_to_list 3 "x" (M.map (fun s -> [ s ]) m) in M.iter (fun k v -> Printf.printf "%d=%s " k (String.concat "" v)) m;
  p "%d" (List.length (M.to_list m));
  let module S = Set.Make (String) in
  p "%s" (String.concat "," (S.to_list (S.filter_map (fun s -> if s = "b" then None else Some (s ^ "!")) (S.of_list [ "c"; "b"; "a" ]))));
  let w = Either.map ~left:succ ~right:String.length (Either.Right "abc") in
  p "%d" (Either.fold ~left:Fun.id ~right:(fun x -> x * 100) w);
  p "%s" (Result.fold ~ok:string_of_int ~error:Fun.id (Result.bind (Ok 3) (fun x -> Error ("e" ^ string_of_int x))));
  let q = Queue.of_seq (List.to_seq [ 1; 2; 3 ]) in
  p "%d %d" (Option.get (Queue.take_opt q)) (Queue.length q);
  let i1 : int Type.Id.t = Type.Id.make () and i2 : int Type.Id.t = Type.Id.make () in
  p "%b %b" (Type.Id.provably_equal i1 i1 <> None) (Type.Id.provably_equal i1 i2 <> None);
  p "%d %d %d %d %d" (Int.min 1 2) (Int.max 1 2) (Int.hash 5 land 0xff) (Int32.to_int (Int32.min 1l 2l)) (Int64.to_int (Int64.max 1L 2L));
  p "%s %s %s" (Option.fold ~none:"n" ~some:string_of_int (Int32.unsigned_to_int 7l)) (Int64.to_string (Int64.unsigned_div (-1L) 3L)) (Int32.to_string (Int32.unsigned_rem (-1l) 7l));
  p "%s" (Format.asprintf "%a" (Format.pp_print_list ~pp_sep:Format.pp_print_space (Format.pp_print_either ~left:Format.pp_print_int ~right:Format.pp_print_string)) [ Left 1; Right "x" ]);
  p "%s" (Format.asprintf "@[<v>%a@,%a@]" (Format.pp_print_iter List.iter Format.pp_print_int) [ 1; 2 ] (Format.pp_print_array Format.pp_print_float) [| 1.5 |])

let concurrency () =
  let a = Atomic.make 5 in
  p "%d %d %b %b %d" (Atomic.fetch_and_add a 3) (Atomic.exchange a 1) (Atomic.compare_and_set a 1 2) (Atomic.compare_and_set a 1 3) (Atomic.incr a; Atomic.get a);
  let m = Mutex.create () in Mutex.lock m;
  p "%b" (Mutex.try_lock m); Mutex.unlock m;
  p "%d" (Mutex.protect m (fun () -> 4));
  let s = Semaphore.Counting.make 2 in Semaphore.Counting.acquire s;
  p "%d %b %b" (Semaphore.Counting.get_value s) (Semaphore.Counting.try_acquire s) (Semaphore.Counting.try_acquire s);
  let b = Semaphore.Binary.make true in
  p "%b %b" (Semaphore.Binary.try_acquire b) (Semaphore.Binary.try_acquire b); Semaphore.Binary.release b;
  let key = Domain.DLS.new_key (fun () -> 7) in Domain.DLS.set key (Domain.DLS.get key + 1);
  p "%d %b %d" (Domain.DLS.get key) (Domain.is_main_domain ()) ((Domain.self () :> int));
  let c = Condition.create () in Condition.signal c; Condition.broadcast c;
  let l = Lazy.from_fun (fun () -> print_char '*'; 3) in
  p "%d %d %b" (Lazy.force (Lazy.map succ l)) (Lazy.force (Lazy.map_val succ l)) (Lazy.is_val l)

let digests () =
  p "%s %s %s" (Digest.BLAKE128.to_hex (Digest.BLAKE128.string "abc")) (Digest.BLAKE256.to_hex (Digest.BLAKE256.string "")) (Digest.MD5.to_hex (Digest.MD5.string "abc"));
  p "%s" (Digest.BLAKE512.to_hex (Digest.BLAKE512.bytes (Bytes.make 300 'x')));
  let r = Random.State.make [| 42 |] in let r' = Random.State.split r in
  p "%d %d %d %ld %Ld %b" (Random.State.int r 1000) (Random.State.int r' 1000) (Random.State.int_in_range r ~min:(-5) ~max:5) (Random.State.bits32 r) (Random.State.bits64 r) (Random.State.bool r);
  p "%h" (Random.State.float r 1.);
  let t = Random.State.of_binary_string (Random.State.to_binary_string r) in
  p "%b" (Random.State.bits t = Random.State.bits r)

let floats () =
  List.iter (fun x -> p "%h %h %h %h" (Float.round x) (Float.succ x) (Float.pred x) (Float.rem x 2.);
  p "%b %b %b %b" (Float.is_integer x) (Float.is_nan x) (Float.is_finite x) (Float.sign_bit x)) [ 2.5; -0.5; -0.; infinity ];
  p "%.6g %.6g %.6g %.6g %.6g %.6g" (Float.cbrt 27.) (Float.exp2 3.) (Float.log2 8.) (Float.erf 0.5) (Float.erfc 1.5) (Float.acosh 2.);
  p "%h %h %h %h" (Float.min 0. (-0.)) (Float.min_num nan 1.) (Float.max_num nan 1.) (Float.fma 2. 3. 1.);
  let a = Float.Array.init 4 float in Float.Array.map_inplace (fun x -> x *. 1.5) a; Float.Array.sort (fun x y -> compare y x) a;
  p "%s %g %b" (String.concat " " (List.map string_of_float (Float.Array.to_list a))) (Float.Array.fold_left ( +. ) 0. a) (Float.Array.mem_ieee 3. a); Float.Array.blit a 0 a 1 3;
  p "%g %g" (Float.Array.get a 3) (Float.Array.get (Float.Array.sub a 1 2) 0);
  p "%b" (Float.hash 1.5 = Hashtbl.hash 1.5)

(* Compression, the flag of OCaml's own Compression.output_value, is a wish. *)
let compression () =
  p "%d" (Marshal.from_string (Marshal.to_string max_int [ (Obj.magic 3 : Marshal.extern_flags) ]) 0 - max_int)

let () = channels (); utf (); lists (); structures (); concurrency (); digests (); floats (); compression ()
