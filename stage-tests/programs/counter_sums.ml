(* Counting loops: limits, empty ranges, accumulators, indices beside the counter, effects of the bounds, and functions without the depth. *)
let lcs a b =
  let n = String.length a and m = String.length b in
  let t = Array.make_matrix (n + 1) (m + 1) 0 in
  for i = 1 to n do
    for j = 1 to m do
      t.(i).(j) <- (if a.[i-1] = b.[j-1] then t.(i-1).(j-1) + 1 else max t.(i-1).(j) t.(i).(j-1))
    done
  done;
  t.(n).(m)
let blur a =
  let n = Array.length a in
  let b = Array.make n 0 in
  for i = 1 to n - 2 do b.(i) <- (a.(i-1) + 2 * a.(i) + a.(i+1)) / 4 done;
  b
let rev a = let n = Array.length a in for i = 0 to n / 2 - 1 do let x = a.(i) in a.(i) <- a.(n - 1 - i); a.(n - 1 - i) <- x done
let sum a = let s = ref 0 in for i = 0 to Array.length a - 1 do s := !s + a.(i) done; !s
let sumd a = let s = ref 0 in for i = Array.length a - 1 downto 0 do s := (!s * 3 + a.(i)) land 0xFFFFF done; !s
let count lo hi = let c = ref 0 in for _ = lo to hi do incr c done; !c
let countd hi lo = let c = ref 0 in for _ = hi downto lo do incr c done; !c
let last lo hi = let c = ref (-1) in for i = lo to hi do c := i done; !c
let effects () =
  let log = Buffer.create 16 in
  let f n = Buffer.add_string log (string_of_int n); n in
  for i = f 3 to f 5 do Buffer.add_char log (Char.chr (48 + i)) done;
  for i = f 5 to f 3 do Buffer.add_char log (Char.chr (48 + i)) done;
  for i = f 5 downto f 4 do Buffer.add_char log (Char.chr (48 + i)) done;
  Buffer.contents log
let find a x = try for i = 0 to Array.length a - 1 do if a.(i) = x then raise Exit done; false with Exit -> true
let mutated () =
  let a = ref [|1;2;3|] in
  for i = 0 to Array.length !a - 1 do a := Array.append !a [| i |] done; Array.length !a
let big () = let c = ref 0 in for i = max_int - 2 to max_int do ignore i; incr c done; for i = min_int + 2 downto min_int do ignore i; incr c done; for i = max_int to min_int do ignore i; incr c done; !c
let opt a = let n = ref 0 in for i = 0 to Array.length a - 1 do (match a.(i) with None -> () | Some k -> for j = i to k do n := !n + j - i done) done; !n
let bound () = try let a = [|1;2;3|] in for i = 0 to 3 do a.(i) <- a.(i) + a.(i+1) done; 0 with Invalid_argument s -> String.length s
let rec deep n = if n = 0 then 0 else 1 + deep (n - 1)
let leaf x = (x * 7 + 3) land 255
let mix a = Array.iteri (fun i x -> a.(i) <- leaf x lxor lnot i) a; Array.fold_left (fun s x -> (s * 31 + x) land 0xFFFFF) 7 a
let () =
  Printf.printf "%d %d\n" (lcs "the quick brown fox" "a lazy dog jumps quickly over") (lcs "" "abc");
  let a = Array.init 20 (fun i -> (i * 37) mod 11) in
  Array.iter (Printf.printf "%d ") (blur a); print_newline ();
  rev a; Array.iter (Printf.printf "%d ") a; print_newline ();
  Printf.printf "%d %d %d %d\n" (sum a) (sum [||]) (sumd a) (sumd [||]);
  Printf.printf "%d %d %d %d %d %d\n" (count 1 5) (count 5 1) (countd 5 1) (countd 1 5) (last 3 9) (last 9 3);
  print_endline (effects ());
  Printf.printf "%b %b %d %d %d %d\n" (find a 5) (find a 99) (mutated ()) (big ()) (opt [|Some 4; None; Some 1; Some 9|]) (bound ());
  Printf.printf "%d %d %d\n" (deep 100000) (mix a) (lnot 5 + lnot (-7) + (lnot max_int - min_int))
