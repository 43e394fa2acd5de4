(* Counters that are only indices, always with the same offset in Lua, and such as are more: values, limits, captured, passed on. *)

let show name a = Printf.printf "%s: %s\n" name (String.concat " " (Array.to_list (Array.map string_of_int a)))

let copy a =
  let b = Array.make (Array.length a) 0 in
  for i = 0 to Array.length a - 1 do b.(i) <- a.(i) done;
  b

let copy_down a =
  let b = Array.make (Array.length a) 0 in
  for i = Array.length a - 1 downto 0 do b.(i) <- a.(i) done;
  b

let transposed m =
  let rows = Array.length m and columns = Array.length m.(0) in
  let t = Array.make_matrix columns rows 0 in
  for i = 0 to rows - 1 do
    for j = 0 to columns - 1 do t.(j).(i) <- m.(i).(j) done
  done;
  t

let sums a =
  let total = ref 0 in
  for i = 0 to Array.length a - 1 do
    for j = i to Array.length a - 1 do total := !total + a.(j) done;
    for j = i downto 0 do total := !total - (2 * a.(j)) done
  done;
  !total

(* A string and an array have different offsets. *)
let codes s =
  let a = Array.make (String.length s) 0 in
  for i = 0 to String.length s - 1 do a.(i) <- Char.code s.[i] done;
  a

let vowels s =
  let n = ref 0 in
  for i = 0 to String.length s - 1 do
    match s.[i] with 'a' | 'e' | 'i' | 'o' | 'u' -> incr n | _ -> ()
  done;
  !n

let upper s =
  let b = Bytes.of_string s in
  for i = 0 to Bytes.length b - 1 do Bytes.set b i (Char.uppercase_ascii (Bytes.get b i)) done;
  Bytes.to_string b

let readers a =
  let all = ref [] in
  for i = 0 to Array.length a - 1 do all := (fun () -> a.(i)) :: !all done;
  List.rev_map (fun f -> f ()) !all

(* The loop writes up to where it leaves the array. *)
let fill a first last v =
  try
    for i = first to last do a.(i) <- v done;
    "filled"
  with Invalid_argument m -> m

let beyond a last =
  let seen = ref 0 in
  (try for i = 0 to last do seen := !seen + (a.(i) * 10) done with Invalid_argument m -> Printf.printf "%s, " m);
  !seen

let found a x =
  let place = ref (-1) in
  (try
     for i = 0 to Array.length a - 1 do
       if a.(i) = x then begin
         place := i;
         raise Exit
       end
     done
   with Exit -> ());
  !place

let has a x = try for i = 0 to Array.length a - 1 do if a.(i) = x then raise Exit done; false with Exit -> true

(* Calls without calls of their own, in loops. *)
let cell i j = ((i + j) * (i + j + 1) / 2) + (i * 3) - (j * 2) + ((i * j) land 7)

let cells n =
  let total = ref 0 in
  for i = 0 to n do
    for j = 0 to n do total := (!total * 31 + cell i j - cell j i + cell i i) mod 1000003 done
  done;
  !total

exception Found of int * int

(* The closure raises out of the loop that it is given to. *)
let find p a = try Array.iteri (fun i x -> if p x then raise (Found (i, x))) a; None with Found (i, x) -> Some (i, x)

let () =
  let a = Array.init 9 (fun i -> (i * i) - 7) in
  show "copy" (copy a);
  show "copy_down" (copy_down a);
  show "empty" (copy [||]);
  Array.iter (show "row") (transposed [| [| 1; 2; 3 |]; [| 4; 5; 6 |] |]);
  Printf.printf "%d %d\n" (sums a) (sums [||]);
  show "codes" (codes "offset");
  Printf.printf "%d %s\n" (vowels "a counter of vowels") (upper "an index");
  show "readers" (Array.of_list (readers a));
  let b = Array.make 4 0 in
  print_endline (fill b 1 2 5);
  print_endline (fill b 2 7 6);
  print_endline (fill b (-1) 2 7);
  print_endline (fill b 3 1 8);
  show "b" b;
  Printf.printf "%d %d %d\n" (beyond a 8) (beyond a 9) (beyond a (-1));
  Printf.printf "%d %d %b %b\n" (found a 42) (found a 43) (has a (-7)) (has a 1);
  Printf.printf "%d\n" (cells 30);
  List.iter
    (fun limit ->
      match find (fun x -> x > limit) a with
      | Some (i, x) -> Printf.printf "a.(%d) = %d > %d\n" i x limit
      | None -> Printf.printf "none > %d\n" limit)
    [ -8; 0; 41; 57; 58 ]
