(* Hash values of structured data, and their limits of depth and size. No float is integral: where Lua has
   one type of numbers, such a float hashes as an int. *)
type tree = Leaf | Node of tree * int * tree
let rec full n = if n = 0 then Leaf else Node (full (n - 1), n, full (n - 1))
let h v = print_int (Hashtbl.hash v); print_newline ()
let () =
  for n = 0 to 8 do h (full n) done; h (Array.init 100 string_of_int); h (Array.init 20 (fun i -> float_of_int i +. 0.5)); h [ Some 1; None; Some 3 ]; h ((1, 2), (3, 4)); h "a string that is considerably longer than the others, so that all of its words are hashed in turn"; h (1, 2.5, "three", '4', [ 5 ]); h (lazy 3 |> Lazy.force); h 3.5; h 3; h [ 0.5; 1.5 ];
  for i = 0 to 9 do print_int (Hashtbl.seeded_hash_param 10 100 i ("key" ^ string_of_int i)); print_char ' ' done; print_newline ()
