(* Accesses by indices that are below the length, where no check is made, and ones that go one too far, which are to raise. *)

let show name run =
  match run () with
  | n -> Printf.printf "%s: %d\n" name n
  | exception Invalid_argument text -> Printf.printf "%s: %s\n" name text

let up a =
  let sum = ref 0 in
  for i = 0 to Array.length a - 1 do
    sum := (!sum * 3) + a.(i)
  done;
  !sum

let too_far_up a =
  let sum = ref 0 in
  for i = 0 to Array.length a do
    sum := !sum + a.(i)
  done;
  !sum

let next a =
  let sum = ref 0 in
  for i = 0 to Array.length a - 2 do
    sum := !sum + (a.(i + 1) * a.(i))
  done;
  !sum

let too_far_next a =
  let sum = ref 0 in
  for i = 0 to Array.length a - 1 do
    sum := !sum + a.(i + 1)
  done;
  !sum

let down a =
  let sum = ref 0 in
  for i = Array.length a - 1 downto 0 do
    sum := (!sum * 3) + a.(i)
  done;
  !sum

let too_far_down a =
  let sum = ref 0 in
  for i = Array.length a downto 1 do
    sum := !sum + a.(i)
  done;
  !sum

(* The other array is shorter. *)
let other a b =
  let sum = ref 0 in
  for i = 0 to Array.length a - 1 do
    sum := !sum + a.(i) + b.(i)
  done;
  !sum

let made n m =
  let a = Array.make n 1 in
  for i = 1 to m do
    a.(i) <- a.(i - 1) + i
  done;
  a.(m)

let filled n =
  let a = Array.make (n + 1) 0 in
  for i = 0 to n do
    a.(i) <- i
  done;
  for i = 0 to n - 1 do
    a.(i) <- a.(i) + a.(i + 1)
  done;
  a.(n)

let too_far_filled n =
  let a = Array.make n 0 in
  for i = 0 to n do
    a.(i) <- i
  done;
  a.(0)

let search a x =
  let i = ref 0 in
  while !i < Array.length a && a.(!i) <> x do
    incr i
  done;
  !i

let too_far_search a x =
  let i = ref 0 in
  while !i <= Array.length a && a.(!i) <> x do
    incr i
  done;
  !i

(* By two at a time: the second index may be one too far. *)
let pairs a =
  let rec go i sum = if i < Array.length a then go (i + 2) (sum + (a.(i) * a.(i + 1))) else sum in
  go 0 0

let paired a =
  let rec go i sum = if i + 1 < Array.length a then go (i + 2) (sum + (a.(i) * a.(i + 1))) else sum in
  go 0 0

(* The inner loop's end goes on with the outer one: what the test says is of the inner one. *)
let triangle a =
  let sum = ref 0 in
  for i = 0 to Array.length a - 1 do
    for j = i to Array.length a - 1 do
      sum := !sum + (a.(i) * a.(j))
    done
  done;
  !sum

let too_far_triangle a =
  let sum = ref 0 in
  for i = 0 to Array.length a do
    for j = 0 to i do
      sum := !sum + a.(j)
    done
  done;
  !sum

(* An array that changes from round to round has another length. *)
let shrinking a =
  let a = ref a and sum = ref 0 in
  for i = 0 to Array.length !a - 1 do
    sum := !sum + !a.(i);
    a := Array.sub !a 0 (Array.length !a - 1)
  done;
  !sum

let text s =
  let sum = ref 0 in
  for i = 0 to String.length s - 1 do
    sum := (!sum * 7) + Char.code s.[i]
  done;
  !sum

let too_far_text s =
  let sum = ref 0 in
  for i = 0 to String.length s do
    sum := !sum + Char.code s.[i]
  done;
  !sum

let rec blanks s i n = if i < String.length s then blanks s (i + 1) (if s.[i] = ' ' then n + 1 else n) else n
let rec too_far_blanks s i n = if i <= String.length s then too_far_blanks s (i + 1) (if s.[i] = ' ' then n + 1 else n) else n

(* Up to what the index differs from. *)
let different a =
  let rec go i sum = if i = Array.length a then sum else go (i + 1) ((sum * 3) + a.(i)) in
  go 0 0

let different_from_one a =
  let rec go i sum = if i = Array.length a then sum else go (i + 1) ((sum * 3) + a.(i)) in
  go 1 0

let different_too_early a =
  let rec go i sum = if i = Array.length a - 1 then sum else go (i + 1) ((sum * 3) + a.(i)) in
  go 0 0

let different_too_late a =
  let rec go i sum = if i = Array.length a + 1 then sum else go (i + 1) ((sum * 3) + a.(i)) in
  go 0 0

let different_by_two a =
  let rec go i sum = if i = Array.length a then sum else go (i + 2) ((sum * 3) + a.(i)) in
  go 0 0

(* The array changes from round to round. *)
let different_shrinking a =
  let rec go a i sum = if i = Array.length a then sum else go (Array.sub a 0 (Array.length a - 1)) (i + 1) ((sum * 3) + a.(i)) in
  go a 0 0

(* Not every round asks. *)
let seldom_different a =
  let rec go i sum =
    if sum land 1 = 1 then go (i + 1) (sum + i + 1)
    else if i = Array.length a then sum
    else go (i + 1) (sum + a.(i))
  in
  go 0 0

let different_made n =
  let a = Array.make n 1 in
  let rec go i = if i <> n then begin a.(i) <- a.(i) + i; go (i + 1) end in
  go 0;
  Array.fold_left ( + ) 0 a

let floats a =
  let sum = ref 0.0 in
  for i = 0 to Array.length a - 1 do
    a.(i) <- a.(i) +. 0.5;
    sum := !sum +. a.(i)
  done;
  int_of_float !sum

let () =
  List.iter
    (fun n ->
      let a = Array.init n (fun i -> (i * 5) + 1) in
      let s = String.init n (fun i -> if i mod 3 = 1 then ' ' else Char.chr (97 + i)) in
      let run name f = show (Printf.sprintf "%s %d" name n) (fun () -> f a) in
      run "up" up;
      run "too_far_up" too_far_up;
      run "next" next;
      run "too_far_next" too_far_next;
      run "down" down;
      run "too_far_down" too_far_down;
      run "other" (fun a -> other a (Array.make 3 1));
      run "search" (fun a -> search a 6);
      run "search in vain" (fun a -> search a 2);
      run "too_far_search" (fun a -> too_far_search a 2);
      run "pairs" pairs;
      run "paired" paired;
      run "triangle" triangle;
      run "too_far_triangle" too_far_triangle;
      run "shrinking" shrinking;
      run "made" (fun _ -> made n (n - 1));
      run "made too far" (fun _ -> made n n);
      run "filled" (fun _ -> filled n);
      run "too_far_filled" (fun _ -> too_far_filled n);
      run "text" (fun _ -> text s land 0xffff);
      run "too_far_text" (fun _ -> too_far_text s);
      run "blanks" (fun _ -> blanks s 0 0);
      run "too_far_blanks" (fun _ -> too_far_blanks s 0 0);
      run "different" different;
      run "different_from_one" different_from_one;
      run "different_too_early" different_too_early;
      run "different_too_late" different_too_late;
      run "different_by_two" different_by_two;
      run "different_shrinking" different_shrinking;
      run "seldom_different" seldom_different;
      run "different_made" (fun _ -> different_made n);
      run "floats" (fun _ -> floats (Array.map float_of_int a)))
    [ 0; 1; 2; 3; 4; 7 ]
