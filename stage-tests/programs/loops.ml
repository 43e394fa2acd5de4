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
