(* Loops that test before a round and count, and such as only look like it. *)

let show name list = Printf.printf "%s: %s\n" name (String.concat " " (List.map string_of_int (List.rev list)))

let below n =
  let seen = ref [] and i = ref 0 in
  while !i < n do
    seen := !i :: !seen;
    incr i
  done;
  !seen

let up_to n step =
  let seen = ref [] and i = ref (-3) in
  while n >= !i do
    seen := !i :: !seen;
    i := !i + step
  done;
  !seen

let down n =
  let seen = ref [] and i = ref n in
  while !i > 2 do
    seen := !i :: !seen;
    i := !i - 3
  done;
  !seen

let down_to n last =
  let seen = ref [] and i = ref n in
  while not (!i < last) do
    seen := !i :: !seen;
    decr i
  done;
  !seen

let composite limit =
  let a = Array.make (limit + 1) false in
  let i = ref 2 in
  while !i * !i <= limit do
    let j = ref (!i * !i) in
    while !j <= limit do
      a.(!j) <- true;
      j := !j + !i
    done;
    incr i
  done;
  let count = ref 0 in
  Array.iter (fun b -> if b then incr count) a;
  !count

(* The value after the loop is asked for. *)
let first_above n =
  let i = ref 1 in
  while !i < n do i := !i + 4 done;
  !i

(* The limit, or the step, changes. *)
let meet n =
  let i = ref 0 and j = ref n and rounds = ref 0 in
  while !i < !j do
    incr i;
    decr j;
    incr rounds
  done;
  !rounds

let growing n =
  let i = ref 0 and step = ref 1 and seen = ref [] in
  while !i < n do
    seen := !i :: !seen;
    i := !i + !step;
    step := !step * 2
  done;
  !seen

(* Other ways out. *)
let search a x =
  let i = ref 0 and place = ref (-1) in
  (try
     while !i < Array.length a do
       if a.(!i) = x then begin
         place := !i;
         raise Exit
       end;
       i := !i + 1
     done
   with Exit -> ());
  !place

let rec sum_from i n acc = if i > n then acc else sum_from (i + 1) n (acc + (i * i))
let rec position s c i = if i >= String.length s then -1 else if s.[i] = c then i else position s c (i + 1)
let rec every p a i = i >= Array.length a || (p a.(i) && every p a (i + 2))

(* Past the largest int it goes on with the smallest. *)
let around start =
  let i = ref start and rounds = ref 0 in
  (try
     while !i <= max_int do
       if !rounds > 5 then raise Exit;
       incr rounds;
       incr i
     done
   with Exit -> ());
  (!rounds, !i = min_int + 3)

let leap start step =
  let i = ref start and rounds = ref 0 in
  while !i < max_int - 1 && !rounds < 4 do
    incr rounds;
    i := !i + step
  done;
  !rounds

let stuck step =
  let i = ref 0 and rounds = ref 0 in
  (try
     while !i < 10 do
       if !rounds = 100 then raise Exit;
       incr rounds;
       i := !i + step
     done
   with Exit -> ());
  !rounds

(* The loop reads past the array before it ends. *)
let total a n =
  let i = ref 0 and sum = ref 0 in
  (try
     while !i < n do
       sum := !sum + a.(!i);
       incr i
     done
   with Invalid_argument m -> print_string (m ^ ", "));
  !sum

let triangle n =
  let count = ref 0 and i = ref 0 in
  while !i < n do
    let j = ref !i in
    while !j > 0 do
      let k = ref 0 in
      while !k <= !j do
        count := !count + !k;
        k := !k + 2
      done;
      j := !j - 1
    done;
    incr i
  done;
  !count

let later n =
  let fs = ref [] and i = ref 0 in
  while !i < n do
    let at = !i in
    fs := (fun () -> at * 10) :: !fs;
    incr i
  done;
  List.map (fun f -> f ()) !fs

let () =
  show "below" (below 5);
  show "below 0" (below 0);
  show "up_to" (up_to 7 3);
  show "up_to -4" (up_to (-4) 3);
  show "down" (down 13);
  show "down 2" (down 2);
  show "down_to" (down_to 3 (-1));
  Printf.printf "%d %d %d\n" (composite 1000) (first_above 10) (first_above 0);
  Printf.printf "%d %d\n" (meet 9) (meet 10);
  show "growing" (growing 70);
  let a = [| 4; 8; 15; 16; 23; 42 |] in
  Printf.printf "%d %d\n" (search a 16) (search a 17);
  Printf.printf "%d %d %d\n" (sum_from 1 20 0) (position "counter" 't' 0) (position "counter" 'x' 0);
  Printf.printf "%b %b\n" (every (fun x -> x < 30) a 0) (every (fun x -> x > 4) a 0);
  let rounds, there = around (max_int - 2) in
  Printf.printf "%d %b %d %d\n" rounds there (leap (max_int - 5) 3) (leap (max_int - 100) 50);
  Printf.printf "%d %d %d\n" (stuck 0) (stuck (-1)) (stuck 3);
  Printf.printf "%d\n" (total a 6);
  Printf.printf "%d\n" (total a 7);
  Printf.printf "%d\n" (triangle 12);
  show "later" (later 4)
