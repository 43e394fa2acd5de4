(* Strings that are made of bytes: where the compiler makes them at once, and where it must not. *)

let opaque = Sys.opaque_identity
let print name s = Printf.printf "%s: %S %d\n" name s (String.length s)

let attempt name f =
  match f () with s -> print name s | exception Invalid_argument message -> Printf.printf "%s: invalid, %s\n" name message

(* All of two strings. *)
let join a b = a ^ b
let three a b c = a ^ b ^ c

(* Parts. *)
let part s i n = String.sub s i n
let part_of_bytes b i n = Bytes.sub_string b i n

(* A copy that is not all of what is created, or not the only use of it. *)
let padded s n =
  let b = Bytes.create n in
  Bytes.blit_string s 0 b 0 (String.length s);
  Bytes.fill b (String.length s) (n - String.length s) '.';
  Bytes.unsafe_to_string b

let reversed a b =
  let r = Bytes.create (String.length a + String.length b) in
  Bytes.blit_string b 0 r (String.length a) (String.length b);
  Bytes.blit_string a 0 r 0 (String.length a);
  Bytes.unsafe_to_string r

let crossed a b =
  let r = Bytes.make (String.length a + String.length b) '-' in
  Bytes.unsafe_blit_string a 0 r 0 (String.length a);
  Bytes.unsafe_blit_string b 0 r (String.length b) (String.length a);
  Bytes.unsafe_to_string r

let kept a b =
  let r = Bytes.create (String.length a + String.length b) in
  Bytes.blit_string a 0 r 0 (String.length a);
  Bytes.blit_string b 0 r (String.length a) (String.length b);
  let s = Bytes.to_string r in
  Bytes.set r 0 '#';
  (s, r)

(* The source changes between the copy and the string. *)
let before_change b =
  let n = Bytes.length b in
  let r = Bytes.create n in
  Bytes.unsafe_blit b 0 r 0 n;
  Bytes.set b 0 '!';
  Bytes.unsafe_to_string r

(* The copy is made or not, or several times. *)
let perhaps c s =
  let n = String.length s in
  let r = Bytes.make n '?' in
  if c then Bytes.unsafe_blit_string s 0 r 0 n;
  Bytes.unsafe_to_string r

let several s k =
  let n = String.length s in
  let r = Bytes.make n '?' in
  for i = 1 to k do
    Bytes.unsafe_blit_string s (n - 1) r (i - 1) 1
  done;
  Bytes.unsafe_to_string r

(* Bytes of a string that are only read, and such that are not. *)
let sum s =
  let b = Bytes.unsafe_of_string s in
  let total = ref 0 in
  for i = 0 to Bytes.length b - 1 do
    total := !total + Char.code (Bytes.get b i) + Char.code (Bytes.unsafe_get b i)
  done;
  !total

let shouted s =
  let b = Bytes.of_string s in
  Bytes.set b 0 (Char.uppercase_ascii (Bytes.get b 0));
  Bytes.to_string b

let () =
  print "join" (join (opaque "ab") (opaque "cd"));
  print "join nothing" (join (opaque "") (opaque ""));
  print "three" (three (opaque "a\000") (opaque "\255") (opaque "z"));
  print "number" (join "n = " (string_of_int (opaque (-7))));
  let long = String.init 1000 (fun i -> Char.chr (i land 255)) in
  print "long" (part (join long long) 998 5);
  List.iter
    (fun (i, n) -> attempt (Printf.sprintf "part %d %d" i n) (fun () -> part (opaque "hello") i n))
    [ (0, 5); (1, 3); (5, 0); (0, 0); (-1, 2); (2, 4); (2, -1); (6, 0); (0, -0x3fffffff); (0x3fffffff, 1) ];
  let b = Bytes.of_string "world" in
  List.iter
    (fun (i, n) -> attempt (Printf.sprintf "bytes %d %d" i n) (fun () -> part_of_bytes b i n))
    [ (0, 5); (1, 3); (5, 0); (-1, 2); (2, 4); (2, -1) ];
  Bytes.set b 1 'X';
  print "changed" (part_of_bytes b 0 3);
  print "padded" (padded (opaque "ab") 5);
  print "reversed" (reversed (opaque "ab") (opaque "cde"));
  print "crossed" (crossed (opaque "ab") (opaque "xyz"));
  let s, r = kept (opaque "kept") (opaque "!") in
  print "kept" s;
  print "its bytes" (Bytes.to_string r);
  let c = Bytes.of_string "copy" in
  print "before the change" (before_change c);
  print "after it" (Bytes.to_string c);
  print "copied" (perhaps (opaque true) "abc");
  print "not copied" (perhaps (opaque false) "abc");
  print "several" (several (opaque "xyz") 2);
  Printf.printf "sum: %d\n" (sum (opaque "abc\200"));
  attempt "out of bounds" (fun () -> String.make 1 (Bytes.get (Bytes.unsafe_of_string (opaque "abc")) (opaque 3)));
  print "shouted" (shouted (opaque "hello"));
  attempt "less than nothing" (fun () ->
      let n = opaque (-1) in
      let r = Bytes.create n in
      Bytes.unsafe_blit_string "abc" 0 r 0 n;
      Bytes.unsafe_to_string r);
  let buffer = Buffer.create 4 in
  Buffer.add_string buffer (opaque "first");
  let first = Buffer.contents buffer in
  Buffer.add_char buffer '+';
  Buffer.add_string buffer "second";
  print "first" first;
  print "both" (Buffer.contents buffer);
  print "inside" (Buffer.sub buffer 3 5);
  attempt "outside" (fun () -> Buffer.sub buffer 3 50);
  Buffer.clear buffer;
  print "cleared" (Buffer.contents buffer);
  (* Evaluation is from the right. *)
  let say s = print_string s; s in
  print "order" (say "a" ^ say "b");
  print "order of parts" (String.sub (say "abc") 1 1 ^ say "d")
