(* Marshal: bigarrays of all kinds and layouts (bytes, round trip, hash), closures and objects, what is refused. *)
open Bigarray

let hex s = String.concat "" (List.map (fun c -> Printf.sprintf "%02x" (Char.code c)) (List.of_seq (String.to_seq s)))
let round v = Marshal.from_string (Marshal.to_string v []) 0

let show name a =
  let b = round a in
  Printf.printf "%s %s %b %d\n" name (hex (Marshal.to_string a [])) (a = b && Genarray.dims a = Genarray.dims b) (Hashtbl.hash a)

let make kind layout dims of_int =
  let a = Genarray.create kind layout dims in
  let flat = reshape_1 a (Array.fold_left ( * ) 1 dims) in
  let first = if Genarray.layout a = (Obj.magic c_layout) then 0 else 1 in
  for i = 0 to Array1.dim flat - 1 do flat.{i + first} <- of_int (i - 2) done;
  a

let () =
  let each layout dims =
    show "float32" (make float32 layout dims (fun i -> float i /. 3.));
    show "float64" (make float64 layout dims (fun i -> float i /. 3.));
    show "int8_signed" (make int8_signed layout dims (fun i -> i * 50));
    show "int8_unsigned" (make int8_unsigned layout dims (fun i -> i * 50));
    show "int16_signed" (make int16_signed layout dims (fun i -> i * 10000));
    show "int16_unsigned" (make int16_unsigned layout dims (fun i -> i * 10000));
    show "int32" (make int32 layout dims (fun i -> Int32.mul (Int32.of_int i) 1000000007l));
    show "int64" (make int64 layout dims (fun i -> Int64.mul (Int64.of_int i) 1000000000000007L));
    show "int" (make int layout dims (fun i -> i * 100000));
    show "nativeint" (make nativeint layout dims (fun i -> Nativeint.of_int (i * 3)));
    show "complex32" (make complex32 layout dims (fun i -> { Complex.re = float i; im = 0.1 }));
    show "complex64" (make complex64 layout dims (fun i -> { Complex.re = 0.3; im = float i }));
    show "char" (make char layout dims (fun i -> Char.chr (70 + i)))
  in
  each (Obj.magic c_layout) [| 2; 3 |];
  each (Obj.magic fortran_layout) [| 7 |];
  List.iter (fun x -> Printf.printf "%d\n" (Hashtbl.hash (make float64 c_layout [| 1 |] (fun _ -> x)))) [ nan; 0.; -0. ];
  let sub = Genarray.sub_left (make int c_layout [| 4; 2 |] (fun i -> i)) 1 2 in
  show "sub" sub;
  let a = Array1.create char c_layout 1000 in
  Array1.fill a 'x';
  let s = Marshal.to_string (a, a) [] in
  let b, c = Marshal.from_string s 0 in
  Printf.printf "%d %b %b %d\n" (String.length s) (b == c) (a = b) (Hashtbl.hash a)

let () =
  let add n = fun x y -> x + y + n in
  let closure f = Marshal.from_string (Marshal.to_string f [ Marshal.Closures ]) 0 in
  Printf.printf "%d %d\n" ((closure (add 1) : int -> int -> int) 2 3) ((closure (add 1 2) : int -> int) 5);
  let rec even n = n = 0 || odd (n - 1) and odd n = n > 0 && even (n - 1) in
  let even', odd' = (closure (even, odd) : (int -> bool) * (int -> bool)) in
  Printf.printf "%b %b\n" (even' 10) (odd' 10);
  let o = object val mutable n = 5 method next = n <- n + 1; n end in
  let o' = closure o in
  ignore o#next;
  Printf.printf "%d %d %b\n" o#next o'#next (Oo.id o = Oo.id o')

let refused f = try ignore (f ()) with Failure m | Invalid_argument m -> print_endline m

let () =
  refused (fun () -> Marshal.to_string (fun x -> x) []);
  refused (fun () -> Marshal.to_string stdout []);
  refused (fun () -> Marshal.to_buffer (Bytes.create 30) 0 30 "longer than it is" []);
  refused (fun () -> Marshal.to_string (Obj.repr (Weak.create 1)) []);
  let r = ref 1 in
  print_endline (hex (Marshal.to_string (r, r, "s") [ Marshal.No_sharing ]));
  print_endline (hex (Marshal.to_string (r, r, "s") [ Marshal.Compat_32; Marshal.Closures ]));
  let largest = "\x84\x95\xa6\xbe\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x3f\xff\xff\xff\xff\xff\xff\xff" in
  print_endline (if Sys.int_size = 63 then string_of_bool (Marshal.to_string max_int [] = largest) else "true")
