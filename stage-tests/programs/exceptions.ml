(* Exceptions: definition, arguments, order of handlers, reraising, state changed in the body, nesting. *)
exception Plain
exception Int of int
exception Pair of string * int
exception Record of { code : int; text : string }
exception Alias = Int
let p = print_endline
let describe f = try f () with Plain -> "plain" | Int 0 -> "zero" | Int n when n < 0 -> "negative" | Int n -> "int " ^ string_of_int n | Pair (s, n) -> s ^ string_of_int n
  | Record { code; text } -> text ^ string_of_int code | Failure m -> "failure " ^ m | Invalid_argument m -> "invalid " ^ m | Not_found -> "not found" | Division_by_zero -> "division" | End_of_file -> "eof" | Exit -> "exit"
let () =
  List.iter (fun f -> p (describe f))
    [ (fun () -> "fine"); (fun () -> raise Plain); (fun () -> raise (Int 0)); (fun () -> raise (Int (-5))); (fun () -> raise (Alias 5)); (fun () -> raise (Pair ("p", 3)));
      (fun () -> raise (Record { code = 4; text = "r" })); (fun () -> failwith "f"); (fun () -> invalid_arg "i"); (fun () -> raise Not_found); (fun () -> string_of_int (1 / (List.length [] * 2))); (fun () -> raise End_of_file); (fun () -> raise Exit) ];
  p (try describe (fun () -> raise Stack_overflow) with Stack_overflow -> "passed on");
  let x = ref 0 and y = ref "start" in
  (try x := 1; y := "body"; if !x = 1 then raise Plain; x := 2 with Plain -> p (string_of_int !x ^ !y)); p (string_of_int !x);
  let r = (try try raise (Int 1) with Plain -> 1 with Int n -> n + 10) in p (string_of_int r);
  let r = try (try raise Plain with Plain -> raise (Int 2)) with Int n -> n in p (string_of_int r);
  let r = match List.assoc 1 [] with exception Not_found -> "none" | s -> s in p r;
  let r = match int_of_string "12" with n when n > 10 -> "big" | exception Failure _ -> "bad" | _ -> "small" in p r;
  let log = ref [] in
  let step n = log := n :: !log in
  (try Fun.protect ~finally:(fun () -> step 2) (fun () -> step 1; raise (Int 9)) with Int n -> step n); Fun.protect ~finally:(fun () -> step 4) (fun () -> step 3);
  p (String.concat "," (List.rev_map string_of_int !log));
  (try Fun.protect ~finally:(fun () -> failwith "inner") (fun () -> ()) with Fun.Finally_raised (Failure m) -> p ("finally raised " ^ m));
  (try assert (List.length [] = 1) with Assert_failure (f, l, c) -> p (f ^ string_of_int l ^ "," ^ string_of_int c)); (try ignore ((function Some x -> x | None -> raise_notrace Exit) None) with Exit -> p "notrace")
let rec find f = function [] -> raise Not_found | x :: t -> if f x then x else find f t
let () =
  let total = ref 0 in
  for i = 1 to 10 do try (if i mod 3 = 0 then raise (Int i)); (if i mod 4 = 0 then raise Plain); total := !total + i with Int n -> total := !total + (100 * n) | Plain -> total := !total - 1 done; p (string_of_int !total);
  (try while true do total := !total - 7; if !total < 0 then raise Exit done with Exit -> p (string_of_int !total));
  p (string_of_int (try find (fun x -> x > 2) [ 1; 2 ] with Not_found -> -1)); let e = Int 3 in p (string_of_bool (try raise e with e' -> e == e'));
  let local n = let exception Local of int in try raise (Local n) with Local k -> k * 2 in p (string_of_int (local 21)); p (string_of_bool (Int 1 = Int 1 && Plain <> Int 1));
  let rec depth n = try if n = 0 then raise (Int 0) else depth (n - 1) with Int k when k < 3 -> raise (Int (k + 1)) in p (try depth 10; "none" with Int k -> string_of_int k)
