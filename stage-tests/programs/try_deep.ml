(* Try within try, a million deep, and an exception through all of them. *)
exception Found of int
let rec nest n = if n = 0 then 0 else 1 + (try nest (n - 1) with Not_found -> -1)
let rec raise_through n = if n = 0 then raise (Found 7) else try raise_through (n - 1) with Not_found -> 0
let rec reraise n = if n = 0 then raise (Found 0) else try reraise (n - 1) with Found k -> raise (Found (k + 1))
let rec mixed n = if n = 0 then 0 else if n land 1 = 0 then 1 + mixed (n - 1) else (try 1 + mixed (n - 1) with Exit -> 0)
let show n = print_int n; print_newline ()
let () =
  show (nest 1_000_000);
  show (try raise_through 100_000 with Found k -> k);
  show (try reraise 20_000 with Found k -> k);
  show (mixed 200_000);
  let caught = ref 0 in for i = 1 to 100_000 do try if i mod 3 = 0 then raise Exit with Exit -> incr caught done; show !caught
