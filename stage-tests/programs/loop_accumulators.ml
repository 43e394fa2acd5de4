(* Loops that may have no round, and what they add up: the test in front of the loop is only needed where the other way differs. *)

let sum a b = let s = ref 0 in for i = a to b do s := !s + i done; !s
let from_one a b = let s = ref 1 and t = ref 0 in for i = a to b do s := !s + i; t := !t + !s done; !s, !t
let other a b = if a > b then 7 else begin let s = ref 0 in for i = a to b do s := !s + i done; !s end
let same a b = if a > b then 0 else begin let s = ref 0 in for i = a to b do s := !s + i done; !s end
let swapped a b = let x = ref 1 and y = ref 2 in for _ = a to b do let t = !x in x := !y; y := t + !y done; !x, !y
let given a b c = let s = ref c in for i = a to b do s := !s + i done; !s + c
let later a b = let s = ref 0 in (for i = a to b do s := !s + i done; print_int !s; print_string " "); !s * 2
let down a b = let s = ref 0 in for i = a downto b do s := !s * 2 + i done; !s
let found a b x = let s = ref (-1) in (try for i = a to b do if i * i = x then (s := i; raise Exit) done with Exit -> s := !s * 10); !s
let nested a b = let s = ref 0 in for i = a to b do let t = ref 0 in for j = i to b do t := !t + j done; s := !s + !t done; !s
let () =
  List.iter (fun (a, b) ->
    let x, y = from_one a b in
    let p, q = swapped a b in
    Printf.printf "%d %d: %d %d %d %d %d %d %d %d %d %d %d %d %d\n" a b (sum a b) x y (other a b) (same a b) p q (given a b 5) (later a b) (down b a) (down a b) (found a b 9) (nested a b))
    [1, 0; 1, 1; 0, 5; 5, 0; -3, 3; 2, -2; 7, 7]
