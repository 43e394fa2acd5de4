(* for and while loops. *)
let p n = print_int n; print_char ' '
let nl = print_newline
let () =
  for i = 1 to 5 do p i done; nl (); for i = 5 downto 1 do p i done; nl (); for i = 5 to 1 do p i done; for i = 1 downto 5 do p i done; for i = 3 to 3 do p i done; nl ();
  let i = ref 0 in while !i < 5 do p !i; i := !i + 2 done; nl ();
  for i = 1 to 4 do for j = i to 4 do if (i + j) mod 2 = 0 then p (i * j) done done; nl ();
  let n = ref 27 and steps = ref 0 in while !n <> 1 do (if !n mod 2 = 0 then n := !n / 2 else n := (3 * !n) + 1); incr steps done; p !steps; nl ();
  let bound = ref 3 in for i = 1 to !bound do bound := 10; p i done; nl ();
  (try for i = 1 to 100 do for j = 1 to 100 do if i * j = 42 then (p i; p j; raise Exit) done done with Exit -> nl ());
  let fs = Array.make 4 (fun () -> 0) in for i = 0 to 3 do fs.(i) <- (fun () -> i * i) done; Array.iter (fun f -> p (f ())) fs; nl ();
  let a = ref 0 and b = ref 1 in while !b < 1000 do let t = !a + !b in a := !b; b := t; if t mod 2 = 0 then p t done; nl ();
  let sieve = Array.make 100 true in
  for i = 2 to 99 do if sieve.(i) then begin p i; let j = ref (i * i) in while !j < 100 do sieve.(!j) <- false; j := !j + i done end done; nl ();
  for i = 1073741820 to 1073741823 do p i done; for i = -1073741822 downto -1073741824 do p i done; nl ();
  let k = ref 10 in while (decr k; !k > 0) do if !k mod 3 = 0 then p !k done; nl (); let x = ref 0 in while !x < 3 && (incr x; true) do let y = ref 0 in while !y < !x do p (!x * 10 + !y); incr y done done; nl ()

(* Loops that count to the ends of the ints, that are left early, and whose bounds and variables are used elsewhere. *)
let v = Sys.opaque_identity
exception Found of int
let () =
  for i = v (max_int - 2) to max_int do p (max_int - i) done; for i = max_int to v max_int do p (max_int - i) done; nl ();
  for i = v (min_int + 2) downto min_int do p (i - min_int) done; for i = v min_int downto min_int do p (i - min_int) done; nl ();
  for i = v min_int to min_int + 1 do p (i - min_int) done; for i = v max_int to min_int do p i done; nl ();
  let n = v 3 in for i = n to n do p i done; for i = n downto n do p i done; for i = n to n - 1 do p i done; nl ();
  (* the start is passed on as something else, too *)
  let a = ref (v 2) and b = ref (v 5) in for i = !a to !b do let t = !a in a := !b + i; b := t done; p !a; p !b; nl ();
  let s = v 4 in let t = ref s and u = ref 0 in for i = s downto 1 do u := !u + !t; t := !t * i done; p s; p !t; p !u; nl ();
  (* left early, with the variable, with another value and with none *)
  let find x = try for i = 1 to 9 do if i * i >= x then raise (Found i) done; -1 with Found i -> i in p (find 10); p (find (v 100)); nl ();
  let sum = ref 0 in (try for i = 1 to v 9 do if i = 6 then raise Exit; sum := !sum + i done; p 100 with Exit -> p !sum); p !sum; nl ();
  let last = ref 0 in (try for i = 1 to v 3 do last := i; if i > 5 then raise Exit done with Exit -> last := -1); p !last; nl ();
  let both f = let r = ref 0 in (try for i = 1 to 4 do (try if f i then raise Exit; r := !r + i with Exit -> if i = 3 then raise Not_found) done; r := - !r with Not_found -> incr r); !r in
  p (both (fun i -> i = 2)); p (both (fun i -> i > 1)); nl ();
  (* an unfinished search in each round, one loop in the other, in a test, and where a loop ends *)
  for i = 2 to v 20 do let j = ref 2 in while !j * !j <= i && i mod !j <> 0 do incr j done; if !j * !j > i then p i done; nl ();
  for i = 1 to v 4 do if i land 1 = 0 then for j = i downto 1 do for k = j to i do if k <> j then p (i * 100 + j * 10 + k) done done else p i done; nl ();
  let rec from i = if i > v 3 then for j = 1 to i do p (i * 10 + j) done else if i = 2 then (for k = 3 downto i do p (- k) done; from (i + 1)) else from (i + 1) in
  from 0; nl ();
  let total = ref 0. in for i = 1 to v 10 do total := !total +. float_of_int i /. 2. done; print_float !total; nl ();
  let rec depth k = let s = ref 0 in for i = 0 to k do if i < k then s := !s + depth i + i done; !s + 1 in p (depth (v 7)); nl ();
  let made = ref [] in for i = 1 to v 3 do let k = ref i in made := (fun () -> incr k; i * 100 + !k) :: !made; k := !k + 10 done;
  List.iter (fun f -> p (f ()); p (f ())) !made; nl ();
  let m = Array.init 3 (fun i -> Array.init 3 (fun j -> i * 3 + j)) in
  for i = 0 to Array.length m - 1 do for j = i + 1 to Array.length m.(i) - 1 do let t = m.(i).(j) in m.(i).(j) <- m.(j).(i); m.(j).(i) <- t done done;
  Array.iter (Array.iter p) m; nl ()
