(* What the generated programs share: bounds for time and output, printers of values, and helpers whose results stay small. *)

exception Out_of_fuel

let fuel = ref 0
let room = ref 0
let tick () = if !fuel > 0 then decr fuel else raise Out_of_fuel

let put s =
  let n = String.length s in
  if !room > 0 then print_string (if n <= !room then s else String.sub s 0 !room);
  room := !room - n

let say n = put "<"; put (string_of_int n); put ">"
let start n = print_string "\n#"; print_int n; print_char '\n'; fuel := 300; room := 6000

let guard n f =
  put "\n"; put (string_of_int n); put ": ";
  try put (f ()) with
  | Out_of_fuel -> put "out of fuel"
  | e -> put "raised "; put (Printexc.to_string e)

(* An int of 32 bits; what this does is the same where int has 32 bits and where it has 63. *)
let spare = Sys.int_size - 32
let w x = (x lsl spare) asr spare
let lsr32 x k = w ((x land (-1 lsr spare)) lsr k)

(* Printers. *)
let sh_unit () = "()"
let sh_bool = string_of_bool
let sh_int = string_of_int
let sh_char c = Printf.sprintf "%C" c
let sh_string s = Printf.sprintf "%S" s
let sh_bytes b = Printf.sprintf "b%S" (Bytes.to_string b)
let number x = if x <> x then 0. else x
let sh_float x = if x <> x then "nan" else Printf.sprintf "%h" x
let sh_int32 = Int32.to_string
let sh_int64 = Int64.to_string
let sh_nativeint = Nativeint.to_string
let sh_exn = Printexc.to_string
let sh_list f l = "[" ^ String.concat "; " (List.map f l) ^ "]"
let sh_array f a = "[|" ^ String.concat "; " (Array.to_list (Array.map f a)) ^ "|]"
let sh_option f = function None -> "None" | Some x -> "Some " ^ f x
let sh_ref f r = "ref " ^ f !r
let sh_result f g = function Ok x -> "Ok " ^ f x | Error e -> "Error " ^ g e
let sh_lazy f x = "lazy " ^ f (Lazy.force x)
let sh_seq f s =
  let rec go n s =
    if n = 0 then ["..."] else
    match s () with Seq.Nil -> [] | Seq.Cons (x, rest) -> let x = f x in x :: go (n - 1) rest in
  "seq " ^ String.concat ", " (go 20 s)

module IM = Map.Make (Int)
module SM = Map.Make (String)
module IS = Set.Make (Int)
module SS = Set.Make (String)

let sh_im f m = "{" ^ String.concat "; " (List.map (fun (k, x) -> string_of_int k ^ ": " ^ f x) (IM.bindings m)) ^ "}"
let sh_sm f m = "{" ^ String.concat "; " (List.map (fun (k, x) -> k ^ ": " ^ f x) (SM.bindings m)) ^ "}"
let sh_is s = "{" ^ String.concat "; " (List.map string_of_int (IS.elements s)) ^ "}"
let sh_ss s = "{" ^ String.concat "; " (SS.elements s) ^ "}"
let sh_table f g t = "<" ^ String.concat "; " (Hashtbl.fold (fun k x l -> (f k ^ ": " ^ g x) :: l) t []) ^ ">"
let sh_queue f q = "queue " ^ Queue.fold (fun s x -> s ^ f x ^ ", ") "" q
let sh_stack f q = "stack " ^ Stack.fold (fun s x -> s ^ f x ^ ", ") "" q
let sh_buffer b = Printf.sprintf "buffer %S" (Buffer.contents b)
let sh_floatarray a = sh_list sh_float (Float.Array.to_list a)

type ('k, 'v) table = ('k, 'v) Hashtbl.t
type 'a tree = Leaf | Node of 'a tree * 'a * 'a tree

let rec sh_tree f = function Leaf -> "." | Node (l, x, r) -> "(" ^ sh_tree f l ^ " " ^ f x ^ " " ^ sh_tree f r ^ ")"

(* Helpers whose results stay small. *)
let clip s = if String.length s > 120 then String.sub s 0 120 else s
let rec take n = function x :: l when n > 0 -> x :: take (n - 1) l | _ -> []
let few l = if List.compare_length_with l 12 > 0 then take 12 l else l
let few_items a = if Array.length a > 12 then Array.sub a 0 12 else a
let cat a b = clip (a ^ b)
let append a b = few (a @ b)
let flatten l = few (List.concat l)
let flat_map f l = few (List.concat_map f l)
let join sep l = clip (String.concat sep l)
let array_append a b = few_items (Array.append a b)
let array_concat l = few_items (Array.concat l)
let bytes_cat a b = let c = Bytes.cat a b in if Bytes.length c > 120 then Bytes.sub c 0 120 else c
let at a i d = if i >= 0 && i < Array.length a then a.(i) else d
let put_at a i x = if i >= 0 && i < Array.length a then a.(i) <- x
let char_at s i = if i >= 0 && i < String.length s then s.[i] else '?'
let byte_at s i = if i >= 0 && i < Bytes.length s then Bytes.get s i else '?'
let put_byte s i c = if i >= 0 && i < Bytes.length s then Bytes.set s i c
let float_at a i = if i >= 0 && i < Float.Array.length a then Float.Array.get a i else 0.5
let floats_of l = Float.Array.of_list l
let escaped s = clip (String.escaped s)
let lengths l = List.fold_left (fun n s -> n + String.length s) 0 l

let id x = x
let const x _ = x
let flip f x y = f y x
let compose f g x = f (g x)
let twice f x = tick (); f (f x)
let apply2 f x y = f x y
let curry f x y = f (x, y)
let uncurry f (x, y) = f x y
let rec iterate n f x = if n <= 0 then x else (tick (); iterate (n - 1) f (f x))
let memo f = let t = Hashtbl.create 3 in
  fun k -> match Hashtbl.find_opt t k with Some v -> v | None -> let v = f k in Hashtbl.add t k v; v

let attempt f d = try f () with Not_found | Failure _ -> d
let outcome f = match f () with x -> Ok x | exception Failure s -> Error s | exception Not_found -> Error "not found"
let count_to n f = for i = 0 to n do f i done
let count_from n f = for i = n downto 0 do f i done
let finally f = let n = ref 0 in let r = Fun.protect ~finally:(fun () -> incr n; say !n) f in (r, !n)

let rec insert x = function
  | Leaf -> Node (Leaf, x, Leaf)
  | Node (l, y, r) as t -> let c = compare x y in if c < 0 then Node (insert x l, y, r) else if c > 0 then Node (l, y, insert x r) else t
let tree_of l = List.fold_left (fun t x -> insert x t) Leaf l
let rec map_tree f = function Leaf -> Leaf | Node (l, x, r) -> let l = map_tree f l in let x = f x in Node (l, x, map_tree f r)
let rec fold_tree f z = function Leaf -> z | Node (l, x, r) -> f (fold_tree f z l) x (fold_tree f z r)
let rec depth = function Leaf -> 0 | Node (l, _, r) -> 1 + max (depth l) (depth r)

let is_of = IS.of_list
let ss_of = SS.of_list
let im_of l = IM.of_seq (List.to_seq l)
let sm_of l = SM.of_seq (List.to_seq l)
let table_of l = let t = Hashtbl.create 2 in List.iter (fun (k, v) -> Hashtbl.add t k v) l; t
let table_set t k v = if Hashtbl.length t < 10 || Hashtbl.mem t k then Hashtbl.replace t k v
let table_find t k = Hashtbl.find_opt t k
let queue_of l = let q = Queue.create () in List.iter (fun x -> Queue.add x q) l; q
let stack_of l = let q = Stack.create () in List.iter (fun x -> Stack.push x q) l; q
let queue_add q x = if Queue.length q < 10 then Queue.add x q
let buffer_of s = let b = Buffer.create 1 in Buffer.add_string b s; b
let buffer_add b s = if Buffer.length b < 100 then Buffer.add_string b s
(* Nine characters are an int of 32 bits. *)
let reread s = Scanf.sscanf s "%9d" (fun n -> n)
let reread_float s = Scanf.sscanf s " %f" (fun x -> x)
let box_hov n l = clip (Format.asprintf "@[<hov %d>%a@]" (n land 7) (Format.pp_print_list ~pp_sep:Format.pp_print_space Format.pp_print_string) l)
let box_v n l = clip (Format.asprintf "@[<v %d>[%a]@]" (n land 7) (Format.pp_print_list Format.pp_print_string) l)
let again x = Marshal.from_string (Marshal.to_string x []) 0
let marshalled x = Digest.to_hex (Digest.string (Marshal.to_string x [Marshal.No_sharing]))
