(* Backtraces: frames of calls, raises and operations that raise. Only its own functions, because OCaml's library differs from
   version to version. *)
exception E of int
let show name f =
  (match f () with
   | _ -> Printf.printf "%s: no exception\n" name
   | exception e -> Printf.printf "%s: %s\n%s" name (Printexc.to_string e) (Printexc.get_backtrace ()))

let[@inline never] id x = Sys.opaque_identity x
let raise_int n = if n >= 0 then raise (E n) else n
let caller n = 1 + raise_int n
let tail n = raise_int n
let a = [| 1; 2; 3 |]
let get i = a.(i) + 1
let get_tail i = a.(i)
let set i = a.(i) <- 4; 5
let divide x y = x / y
let modulo x y = 1 + x mod y
let string_get s i = s.[i]
let bytes_set s i = Bytes.set s i 'x'; 1
let parse s = 1 + int_of_string s
let four a b c d = if a > 0 then raise (E a) else b + c + d
let many a b c d e f = if a > 0 then raise (E a) else b + c + d + e + f
let pending () = four 1 2 3 (raise_int 4) + 1
let pending2 () = 1 + four (four (-1) 2 3 (caller 5)) 2 3 4
let pending_ok () = 1 + four (four (-1) 2 3 4) 2 3 4
let pending_let () = let x = four (-1) 2 3 (many (-1) 2 3 4 5 (id 3)) in x + raise_int x
let pending_try () = four 1 2 3 (try raise_int 3 with E 4 -> 5) + 1
let six () = 1 + many 1 2 3 4 5 6
let partial () = let f = four 1 2 in 1 + f 3 4
let over () = let f x = if x > 0 then (fun y -> raise (E (x + y))) else (fun y -> y) in 1 + id f 1 2
let reraise () = try caller 3 with E n as e -> if n > 0 then raise e else 0
let reraise2 () = try caller 3 with E n when n < 0 -> 3
let reraise_other () = try caller 3 with E n -> raise (E (n + 1))
let nested () = try (try caller 1 with Not_found -> 2) with E 2 -> 3
let notrace () = (try caller 1 with E _ -> 0) + (raise_notrace (E 3))
let with_bt () = try caller 1 with e -> let bt = Printexc.get_raw_backtrace () in
  (try ignore (get 7) with _ -> ());
  Printexc.raise_with_backtrace e bt
let rec deep n = if n = 0 then raise (E 0) else 1 + deep (n - 1)
let rec even n = if n = 0 then raise (E 0) else odd (n - 1)
and odd n = if n = 0 then raise (E 1) else even (n - 1)
let for_loop () = for i = 0 to 10 do if i > 5 then raise (E i) done; 1
let while_loop () = let i = ref 0 in while !i < 10 do incr i; ignore (get !i) done; 1
let matching x = match x with Some y when y > 3 -> y | None -> 1
[@@warning "-8"]
let assertion x = assert (x > 3); 1
class c = object (self) method a = 1 + self#b method b = caller 3 method c x y z = if x > 0 then self#b else y + z end
let methods () = (new c)#a + 1
let methods4 () = (new c)#c 1 2 3 + 1
module F (X : sig val x : int end) = struct let f () = caller X.x + 1 end
let functors () = let module M = F (struct let x = 3 end) in M.f () + 1
let array_make () = Array.make (-1) 0
let local_exn () = let exception L of int in try raise (L 3) with E _ -> 3
let seq () = let x = caller (-1) in let y = caller x in x + y
let if_cond () = if caller 3 > 2 then 1 else 2
let and_or () = caller (-5) > 0 || caller 3 > 2
let float_ () = float_of_string "abc" +. 1.
let nested_fun () = let rec go n = if n > 2 then raise (E n) else 1 + go (n + 1) in go 0
let exn_in_handler () = try caller 1 with E _ -> 1 + get 10
let finally_raise () = match caller 1 with n -> n | exception E n -> 1 + raise_int (n + 1)
let global_fun = fun x -> let y = x + 1 in fun z -> if z > y then raise (E z) else z
let over_global () = global_fun 1 2 + global_fun 3 4 + global_fun 3 5
let nested_over () = 1 + (global_fun 1 : int -> int) 2 
let bigger () = Bytes.blit (Bytes.create 3) 0 (Bytes.create 3) 2 2
let exit_like () = raise Exit
let int64 () = Int64.div 3L 0L

let () =
  Printexc.record_backtrace true;
  let t name f = show name (fun () -> ignore (f ())) in
  t "caller" (fun () -> caller 1);
  t "tail" (fun () -> tail 1);
  t "get" (fun () -> get 5);
  t "get_tail" (fun () -> get_tail 5);
  t "get_tail+" (fun () -> get_tail 5 + 1);
  t "set" (fun () -> set 5);
  t "divide" (fun () -> divide 1 0);
  t "modulo" (fun () -> modulo 1 0 + 1);
  t "string_get" (fun () -> string_get "abc" 5);
  t "bytes_set" (fun () -> bytes_set (Bytes.create 3) 5);
  t "parse" (fun () -> parse "x");
 
  t "pending" pending; t "pending2" pending2; t "pending_ok" pending_ok; t "pending_let" pending_let;
  t "pending_try" pending_try;
  t "six" six; t "partial" partial; t "over" over; t "reraise" reraise; t "reraise2" reraise2;
  t "reraise_other" reraise_other; t "nested" nested; t "notrace" notrace; t "with_bt" with_bt;
  t "deep" (fun () -> deep 5); t "even" (fun () -> even 5); t "odd" (fun () -> 1 + odd 5);
  t "for_loop" for_loop; t "while_loop" while_loop;
  t "matching" (fun () -> matching (Some 1)); t "assertion" (fun () -> assertion 2);
  t "methods" methods; t "methods4" methods4; t "functors" functors;
 
  t "array_make" array_make;
  t "local_exn" local_exn; t "seq" seq; t "if_cond" if_cond; t "and_or" and_or; t "float" float_;
  t "nested_fun" nested_fun; t "exn_in_handler" exn_in_handler; t "finally_raise" finally_raise;
  t "over_global" over_global; t "nested_over" nested_over; t "bigger" bigger;
  t "exit_like" exit_like; t "int64" int64;
  (match deep 60000 with
   | _ -> ()
   | exception E _ ->
     let bt = Printexc.get_raw_backtrace () in
     Printf.printf "deep: %d\n" (Printexc.raw_backtrace_length bt));
  (match deep 700 with
   | _ -> ()
   | exception E _ ->
     let bt = Printexc.get_raw_backtrace () in
     Printf.printf "deep: %d\n" (Printexc.raw_backtrace_length bt));
  let rec nest n = if n = 0 then caller 1 else try 1 + nest (n - 1) with E 5 -> 3 in
  (match nest 20 with _ -> () | exception E _ -> Printf.printf "nest:\n%s" (Printexc.get_backtrace ()));
  (match nest 500 with _ -> () | exception E _ ->
     let bt = Printexc.get_raw_backtrace () in Printf.printf "nest: %d\n" (Printexc.raw_backtrace_length bt));
  let slots bt =
    match Printexc.backtrace_slots bt with
    | None -> print_endline "no slots"
    | Some slots ->
      Array.iteri (fun i s ->
        let open Printexc in
        Printf.printf "%b %b %s %s\n" (Slot.is_raise s) (Slot.is_inline s)
          (match Slot.location s with Some l -> Printf.sprintf "%s %d %d %d" l.filename l.line_number l.start_char l.end_char | None -> "?")
          (match Slot.format i s with Some s -> s | None -> "none")) slots in
  (try ignore (caller 3) with _ -> slots (Printexc.get_raw_backtrace ()));
  (try ignore (reraise2 ()) with _ -> slots (Printexc.get_raw_backtrace ()));
  let rec stack n = if n = 0 then Printexc.get_callstack 10 else (let r = stack (n - 1) in ignore (id r); r) in
  slots (stack 3);
  slots (Printexc.get_callstack 0);
  let in_try () = try let r = stack 2 in ignore (id r); r with Not_found -> assert false in
  slots (let r = in_try () in ignore (id r); r);
  print_endline (Printexc.raw_backtrace_to_string (try stack 20 with Exit -> assert false));
  Printf.printf "%b\n" (Printexc.backtrace_status ());
  (try ignore (Printexc.get_raw_backtrace_slot (Printexc.get_callstack 1) 3) with e -> print_endline (Printexc.to_string e));
  Printexc.record_backtrace false;
  t "off" (fun () -> caller 1);
  Printf.printf "%b\n" (Printexc.backtrace_status ());
  Printexc.record_backtrace true;
  ignore (pending ())
