(* What generated expressions call, by type. Read by fuzz/library.rs: one line a value.
   Argument type idx: a small int. Result type large: an int that may not fit 32 bits. Type variables: 'k can be hashed and marshalled,
   'c compared, 'd holds no function, others are free. A line that ends in (* 63 *) is for programs of 63-bit ints only, one
   that ends in (* bounds, raises *) for programs whose bounds are checked. *)

(* Stdlib *)
val not : bool -> bool
val succ : int -> large
val pred : int -> large
val abs : int -> large
val min : 'c -> 'c -> 'c
val max : 'c -> 'c -> 'c
val compare : 'c -> 'c -> int
val ( = ) : 'c -> 'c -> bool
val ( <> ) : 'c -> 'c -> bool
val ( < ) : 'c -> 'c -> bool
val ( <= ) : 'c -> 'c -> bool
val ( > ) : 'c -> 'c -> bool
val ( >= ) : 'c -> 'c -> bool
val ( = ) : string -> string -> bool
val ( < ) : float -> float -> bool
val ( >= ) : float -> float -> bool
val ( = ) : float -> float -> bool
val ( <> ) : char -> char -> bool
val ( > ) : int64 -> int64 -> bool
val ( = ) : int32 -> int32 -> bool
val compare : float -> float -> int
val compare : string -> string -> int
val compare : int64 -> int64 -> int
val compare : bool -> bool -> int
val fst : 'a * 'b -> 'a
val snd : 'a * 'b -> 'b
val ref : 'd -> 'd ref
val ( ! ) : 'd ref -> 'd
val ( := ) : 'd ref -> 'd -> unit
val ignore : 'a -> unit
val ( |> ) : 'a -> ('a -> 'b) -> 'b
val ( @@ ) : ('a -> 'b) -> 'a -> 'b
val string_of_int : int -> string
val string_of_bool : bool -> string
val int_of_string_opt : string -> int option
val float_of_string_opt : string -> float option
val bool_of_string : string -> bool (* raises *)
val int_of_char : char -> int
val char_of_int : int -> char (* raises *)
val put : string -> unit
val incr : int ref -> unit (* 63 *)
val decr : int ref -> unit (* 63 *)

(* Floats *)
val ( +. ) : float -> float -> float
val ( -. ) : float -> float -> float
val ( *. ) : float -> float -> float
val ( /. ) : float -> float -> float
val ( ~-. ) : float -> float
val float_of_int : int -> float
val sqrt : float -> float
val floor : float -> float
val ceil : float -> float
val abs_float : float -> float
val mod_float : float -> float -> float
val frexp : float -> float * int
val ldexp : float -> idx -> float
val modf : float -> float * float
val copysign : float -> float -> float
val classify_float : float -> fpclass
val ( = ) : fpclass -> fpclass -> bool
val Float.trunc : float -> float
val Float.round : float -> float
val Float.rem : float -> float -> float
val Float.min : float -> float -> float
val Float.max : float -> float -> float
val Float.compare : float -> float -> int
val Float.equal : float -> float -> bool
val Float.is_integer : float -> bool
val Float.is_nan : float -> bool
val Float.succ : float -> float
val Float.pred : float -> float
val Float.fma : float -> float -> float -> float
val Int64.bits_of_float : float -> int64 (* 63 *)
val Int64.float_of_bits : int64 -> float
val Int32.float_of_bits : int32 -> float
val floats_of : float list -> floatarray
val float_at : floatarray -> idx -> float
val Float.Array.map : (float -> float) -> floatarray -> floatarray
val Float.Array.to_list : floatarray -> float list
val Float.Array.length : floatarray -> int
val Float.Array.get : floatarray -> idx -> float (* bounds, raises *)
val Float.Array.set : floatarray -> idx -> float -> unit (* bounds, raises *)
val Float.Array.fold_left : ('a -> float -> 'a) -> 'a -> floatarray -> 'a

(* Chars *)
val Char.code : char -> int
val Char.chr : idx -> char
val Char.lowercase_ascii : char -> char
val Char.uppercase_ascii : char -> char
val Char.escaped : char -> string
val Char.compare : char -> char -> int

(* Int32, Int64, Nativeint *)
val Int32.add : int32 -> int32 -> int32
val Int32.sub : int32 -> int32 -> int32
val Int32.mul : int32 -> int32 -> int32
val Int32.div : int32 -> int32 -> int32 (* raises *)
val Int32.rem : int32 -> int32 -> int32 (* raises *)
val Int32.neg : int32 -> int32
val Int32.abs : int32 -> int32
val Int32.logand : int32 -> int32 -> int32
val Int32.logor : int32 -> int32 -> int32
val Int32.logxor : int32 -> int32 -> int32
val Int32.lognot : int32 -> int32
val Int32.of_int : int -> int32
val Int32.to_int : int32 -> int
val Int32.compare : int32 -> int32 -> int
val Int32.equal : int32 -> int32 -> bool
val Int32.to_float : int32 -> float
val Int32.to_string : int32 -> string
val Int64.add : int64 -> int64 -> int64
val Int64.sub : int64 -> int64 -> int64
val Int64.mul : int64 -> int64 -> int64
val Int64.div : int64 -> int64 -> int64 (* raises *)
val Int64.rem : int64 -> int64 -> int64 (* raises *)
val Int64.neg : int64 -> int64
val Int64.abs : int64 -> int64
val Int64.succ : int64 -> int64
val Int64.logand : int64 -> int64 -> int64
val Int64.logor : int64 -> int64 -> int64
val Int64.logxor : int64 -> int64 -> int64
val Int64.lognot : int64 -> int64
val Int64.of_int : int -> int64
val Int64.to_int : int64 -> large
val Int64.of_int32 : int32 -> int64
val Int64.to_int32 : int64 -> int32
val Int64.compare : int64 -> int64 -> int
val Int64.equal : int64 -> int64 -> bool
val Int64.to_float : int64 -> float
val Int64.to_string : int64 -> string
val Int64.of_string_opt : string -> int64 option
val Int64.unsigned_compare : int64 -> int64 -> int
val Int64.unsigned_div : int64 -> int64 -> int64 (* raises *)
val Int64.unsigned_rem : int64 -> int64 -> int64 (* raises *)
val Nativeint.add : nativeint -> nativeint -> nativeint (* 63 *)
val Nativeint.sub : nativeint -> nativeint -> nativeint (* 63 *)
val Nativeint.mul : nativeint -> nativeint -> nativeint (* 63 *)
val Nativeint.div : nativeint -> nativeint -> nativeint (* 63 *)
val Nativeint.rem : nativeint -> nativeint -> nativeint (* 63 *)
val Nativeint.neg : nativeint -> nativeint (* 63 *)
val Nativeint.logand : nativeint -> nativeint -> nativeint (* 63 *)
val Nativeint.logxor : nativeint -> nativeint -> nativeint (* 63 *)
val Nativeint.of_int : int -> nativeint (* 63 *)
val Nativeint.to_int : nativeint -> int (* 63 *)
val Nativeint.compare : nativeint -> nativeint -> int (* 63 *)
val Nativeint.to_string : nativeint -> string (* 63 *)

(* Strings and bytes *)
val cat : string -> string -> string
val join : string -> string list -> string
val escaped : string -> string
val String.length : string -> int
val String.get : string -> idx -> char (* bounds, raises *)
val char_at : string -> idx -> char
val String.make : idx -> char -> string
val String.init : idx -> (int -> char) -> string
val String.sub : string -> idx -> idx -> string (* raises *)
val String.compare : string -> string -> int
val String.equal : string -> string -> bool
val String.index : string -> char -> int (* raises *)
val String.index_opt : string -> char -> int option
val String.index_from : string -> idx -> char -> int (* raises *)
val String.rindex_opt : string -> char -> int option
val String.contains : string -> char -> bool
val String.trim : string -> string
val String.uppercase_ascii : string -> string
val String.lowercase_ascii : string -> string
val String.capitalize_ascii : string -> string
val String.map : (char -> char) -> string -> string
val String.mapi : (int -> char -> char) -> string -> string
val String.iter : (char -> unit) -> string -> unit
val String.iteri : (int -> char -> unit) -> string -> unit
val String.split_on_char : char -> string -> string list
val String.to_seq : string -> char Seq.t
val String.of_seq : char Seq.t -> string
val String.starts_with : prefix:string -> string -> bool
val String.ends_with : suffix:string -> string -> bool
val String.fold_left : ('a -> char -> 'a) -> 'a -> string -> 'a
val String.for_all : (char -> bool) -> string -> bool
val String.exists : (char -> bool) -> string -> bool
val String.get_uint8 : string -> idx -> int (* raises *)
val String.get_int16_le : string -> idx -> int (* raises *)
val String.get_int32_be : string -> idx -> int32 (* raises *)
val String.get_int64_le : string -> idx -> int64 (* raises *)
val lengths : string list -> int
val Bytes.of_string : string -> bytes
val Bytes.to_string : bytes -> string
val Bytes.make : idx -> char -> bytes
val Bytes.init : idx -> (int -> char) -> bytes
val Bytes.length : bytes -> int
val Bytes.get : bytes -> idx -> char (* bounds, raises *)
val Bytes.set : bytes -> idx -> char -> unit (* bounds, raises *)
val byte_at : bytes -> idx -> char
val put_byte : bytes -> idx -> char -> unit
val bytes_cat : bytes -> bytes -> bytes
val Bytes.sub : bytes -> idx -> idx -> bytes (* raises *)
val Bytes.copy : bytes -> bytes
val Bytes.fill : bytes -> idx -> idx -> char -> unit (* raises *)
val Bytes.blit : bytes -> idx -> bytes -> idx -> idx -> unit (* raises *)
val Bytes.blit_string : string -> idx -> bytes -> idx -> idx -> unit (* raises *)
val Bytes.map : (char -> char) -> bytes -> bytes
val Bytes.index_opt : bytes -> char -> int option
val Bytes.get_uint16_le : bytes -> idx -> int (* raises *)
val Bytes.set_uint16_be : bytes -> idx -> int -> unit (* raises *)
val Bytes.get_int8 : bytes -> idx -> int (* raises *)
val Bytes.set_int32_le : bytes -> idx -> int32 -> unit (* raises *)
val Bytes.get_int64_be : bytes -> idx -> int64 (* raises *)
val Bytes.set_int64_le : bytes -> idx -> int64 -> unit (* raises *)
val Bytes.uppercase_ascii : bytes -> bytes
val Bytes.compare : bytes -> bytes -> int

(* Lists *)
val append : 'a list -> 'a list -> 'a list
val flatten : 'a list list -> 'a list
val flat_map : ('a -> 'b list) -> 'a list -> 'b list
val List.length : 'a list -> int
val List.cons : 'a -> 'a list -> 'a list
val List.hd : 'a list -> 'a (* raises *)
val List.tl : 'a list -> 'a list (* raises *)
val List.nth : 'a list -> idx -> 'a (* raises *)
val List.nth_opt : 'a list -> idx -> 'a option
val List.rev : 'a list -> 'a list
val List.init : idx -> (int -> 'a) -> 'a list
val List.map : ('a -> 'b) -> 'a list -> 'b list
val List.mapi : (int -> 'a -> 'b) -> 'a list -> 'b list
val List.rev_map : ('a -> 'b) -> 'a list -> 'b list
val List.filter_map : ('a -> 'b option) -> 'a list -> 'b list
val List.filter : ('a -> bool) -> 'a list -> 'a list
val List.partition : ('a -> bool) -> 'a list -> 'a list * 'a list
val List.iter : ('a -> unit) -> 'a list -> unit
val List.iteri : (int -> 'a -> unit) -> 'a list -> unit
val List.fold_left : ('a -> 'b -> 'a) -> 'a -> 'b list -> 'a
val List.fold_right : ('b -> 'a -> 'a) -> 'b list -> 'a -> 'a
val List.map2 : ('a -> 'b -> 'c) -> 'a list -> 'b list -> 'c list (* raises *)
val List.iter2 : ('a -> 'b -> unit) -> 'a list -> 'b list -> unit (* raises *)
val List.for_all : ('a -> bool) -> 'a list -> bool
val List.exists : ('a -> bool) -> 'a list -> bool
val List.find : ('a -> bool) -> 'a list -> 'a (* raises *)
val List.find_opt : ('a -> bool) -> 'a list -> 'a option
val List.mem : 'c -> 'c list -> bool
val List.assoc : 'c -> ('c * 'a) list -> 'a (* raises *)
val List.assoc_opt : 'c -> ('c * 'a) list -> 'a option
val List.remove_assoc : 'c -> ('c * 'a) list -> ('c * 'a) list
val List.split : ('a * 'b) list -> 'a list * 'b list
val List.combine : 'a list -> 'b list -> ('a * 'b) list (* raises *)
val List.sort : ('a -> 'a -> int) -> 'a list -> 'a list
val List.sort compare : 'c list -> 'c list
val List.sort_uniq compare : 'c list -> 'c list
val List.stable_sort : ('a -> 'a -> int) -> 'a list -> 'a list
val List.to_seq : 'a list -> 'a Seq.t
val List.of_seq : 'a Seq.t -> 'a list

(* Arrays *)
val Array.length : 'a array -> int
val Array.get : 'a array -> idx -> 'a (* bounds, raises *)
val Array.set : 'd array -> idx -> 'd -> unit (* bounds, raises *)
val at : 'a array -> idx -> 'a -> 'a
val put_at : 'd array -> idx -> 'd -> unit
val Array.make : idx -> 'd -> 'd array
val Array.init : idx -> (int -> 'd) -> 'd array
val Array.of_list : 'd list -> 'd array
val Array.to_list : 'd array -> 'd list
val Array.map : ('a -> 'd) -> 'a array -> 'd array
val Array.mapi : (int -> 'a -> 'd) -> 'a array -> 'd array
val Array.iter : ('a -> unit) -> 'a array -> unit
val Array.iteri : (int -> 'a -> unit) -> 'a array -> unit
val Array.fold_left : ('a -> 'b -> 'a) -> 'a -> 'b array -> 'a
val Array.fold_right : ('b -> 'a -> 'a) -> 'b array -> 'a -> 'a
val array_append : 'd array -> 'd array -> 'd array
val array_concat : 'd array list -> 'd array
val Array.sub : 'd array -> idx -> idx -> 'd array (* raises *)
val Array.copy : 'd array -> 'd array
val Array.fill : 'd array -> idx -> idx -> 'd -> unit (* raises *)
val Array.blit : 'd array -> idx -> 'd array -> idx -> idx -> unit (* raises *)
val Array.sort compare : 'c array -> unit
val Array.stable_sort compare : 'c array -> unit
val Array.for_all : ('a -> bool) -> 'a array -> bool
val Array.exists : ('a -> bool) -> 'a array -> bool
val Array.mem : 'c -> 'c array -> bool
val Array.make_matrix : idx -> idx -> 'd -> 'd array array

(* Options, results, lazy values, sequences *)
val Option.get : 'a option -> 'a (* raises *)
val Option.value : 'a option -> default:'a -> 'a
val Option.map : ('a -> 'b) -> 'a option -> 'b option
val Option.bind : 'a option -> ('a -> 'b option) -> 'b option
val Option.is_some : 'a option -> bool
val Option.to_list : 'a option -> 'a list
val Option.fold : none:'b -> some:('a -> 'b) -> 'a option -> 'b
val Result.ok : 'a -> ('a, 'b) result
val Result.get_ok : ('a, string) result -> 'a (* raises *)
val Result.map : ('a -> 'b) -> ('a, string) result -> ('b, string) result
val Result.fold : ok:('a -> 'b) -> error:(string -> 'b) -> ('a, string) result -> 'b
val Lazy.force : 'a Lazy.t -> 'a
val Lazy.from_val : 'a -> 'a Lazy.t
val Lazy.from_fun : (unit -> 'a) -> 'a Lazy.t
val Lazy.is_val : 'a Lazy.t -> bool
val Seq.map : ('a -> 'b) -> 'a Seq.t -> 'b Seq.t
val Seq.filter : ('a -> bool) -> 'a Seq.t -> 'a Seq.t
val Seq.return : 'a -> 'a Seq.t
val Seq.cons : 'a -> 'a Seq.t -> 'a Seq.t
val Seq.fold_left : ('a -> 'b -> 'a) -> 'a -> 'b Seq.t -> 'a
val Array.to_seq : 'a array -> 'a Seq.t
val IM.to_seq : 'a IM.t -> (int * 'a) Seq.t

(* Functions *)
val id : 'a -> 'a
val const : 'a -> 'b -> 'a
val flip : ('a -> 'b -> 'c) -> 'b -> 'a -> 'c
val compose : ('b -> 'c) -> ('a -> 'b) -> 'a -> 'c
val twice : ('a -> 'a) -> 'a -> 'a
val apply2 : ('a -> 'b -> 'c) -> 'a -> 'b -> 'c
val curry : ('a * 'b -> 'c) -> 'a -> 'b -> 'c
val uncurry : ('a -> 'b -> 'c) -> 'a * 'b -> 'c
val iterate : idx -> ('a -> 'a) -> 'a -> 'a
val memo : ('k -> 'a) -> 'k -> 'a
val attempt : (unit -> 'a) -> 'a -> 'a
val outcome : (unit -> 'a) -> ('a, string) result
val count_to : idx -> (int -> unit) -> unit
val count_from : idx -> (int -> unit) -> unit
val finally : (unit -> 'a) -> 'a * int

(* Containers *)
val insert : 'c -> 'c tree -> 'c tree
val tree_of : 'c list -> 'c tree
val map_tree : ('a -> 'b) -> 'a tree -> 'b tree
val fold_tree : ('b -> 'a -> 'b -> 'b) -> 'b -> 'a tree -> 'b
val depth : 'a tree -> int
val IM.find : int -> 'a IM.t -> 'a (* raises *)
val IM.find_opt : int -> 'a IM.t -> 'a option
val IM.add : int -> 'a -> 'a IM.t -> 'a IM.t
val IM.remove : int -> 'a IM.t -> 'a IM.t
val IM.update : int -> ('a option -> 'a option) -> 'a IM.t -> 'a IM.t
val IM.map : ('a -> 'b) -> 'a IM.t -> 'b IM.t
val IM.fold : (int -> 'a -> 'b -> 'b) -> 'a IM.t -> 'b -> 'b
val IM.filter : (int -> 'a -> bool) -> 'a IM.t -> 'a IM.t
val IM.union : (int -> 'a -> 'a -> 'a option) -> 'a IM.t -> 'a IM.t -> 'a IM.t
val IM.merge : (int -> 'a option -> 'b option -> 'c option) -> 'a IM.t -> 'b IM.t -> 'c IM.t
val IM.split : int -> 'a IM.t -> 'a IM.t * 'a option * 'a IM.t
val IM.min_binding : 'a IM.t -> int * 'a (* raises *)
val IM.compare : ('a -> 'a -> int) -> 'a IM.t -> 'a IM.t -> int
val im_of : (int * 'a) list -> 'a IM.t
val SM.find : string -> 'a SM.t -> 'a (* raises *)
val SM.add : string -> 'a -> 'a SM.t -> 'a SM.t
val SM.mapi : (string -> 'a -> 'b) -> 'a SM.t -> 'b SM.t
val SM.max_binding_opt : 'a SM.t -> (string * 'a) option
val SM.bindings : 'a SM.t -> (string * 'a) list
val sm_of : (string * 'a) list -> 'a SM.t
val IS.add : int -> IS.t -> IS.t
val IS.mem : int -> IS.t -> bool
val IS.of_list : int list -> IS.t
val IS.union : IS.t -> IS.t -> IS.t
val IS.inter : IS.t -> IS.t -> IS.t
val IS.diff : IS.t -> IS.t -> IS.t
val IS.subset : IS.t -> IS.t -> bool
val IS.cardinal : IS.t -> int
val IS.fold : (int -> 'a -> 'a) -> IS.t -> 'a -> 'a
val SS.of_list : string list -> SS.t
val SS.remove : string -> SS.t -> SS.t
val SS.elements : SS.t -> string list
val table_of : ('k * 'a) list -> ('k, 'a) table
val table_set : ('k, 'd) table -> 'k -> 'd -> unit
val table_find : ('k, 'a) table -> 'k -> 'a option
val Hashtbl.find : ('k, 'a) table -> 'k -> 'a (* raises *)
val Hashtbl.find_all : ('k, 'a) table -> 'k -> 'a list
val Hashtbl.remove : ('k, 'a) table -> 'k -> unit
val Hashtbl.length : ('k, 'a) table -> int
val Hashtbl.fold : ('k -> 'a -> 'b -> 'b) -> ('k, 'a) table -> 'b -> 'b
val Hashtbl.copy : ('k, 'a) table -> ('k, 'a) table
val Hashtbl.hash : 'k -> int
val Hashtbl.seeded_hash 7 : 'k -> int
val queue_of : 'd list -> 'd Queue.t
val queue_add : 'd Queue.t -> 'd -> unit
val Queue.pop : 'd Queue.t -> 'd (* raises *)
val Queue.peek_opt : 'd Queue.t -> 'd option
val Queue.fold : ('a -> 'd -> 'a) -> 'a -> 'd Queue.t -> 'a
val stack_of : 'd list -> 'd Stack.t
val Stack.pop : 'd Stack.t -> 'd (* raises *)
val Stack.length : 'd Stack.t -> int
val buffer_of : string -> Buffer.t
val buffer_add : Buffer.t -> string -> unit
val Buffer.contents : Buffer.t -> string
val Buffer.sub : Buffer.t -> idx -> idx -> string (* raises *)

(* Text and bytes of values *)
val reread : string -> large (* raises *)
val reread_float : string -> float (* raises *)
val box_hov : idx -> string list -> string
val box_v : idx -> string list -> string
val again : 'k -> 'k
val marshalled : 'k -> string
val Digest.string : string -> string
val Printexc.to_string : exn -> string
