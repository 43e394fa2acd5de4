(* What the snapshots' programs are compiled with in place of OCaml's library, so that they show little but themselves. *)
type channel
type 'a ref = { mutable contents : 'a }
external ( + ) : int -> int -> int = "%addint"
external ( - ) : int -> int -> int = "%subint"
external ( * ) : int -> int -> int = "%mulint"
external ( = ) : int -> int -> bool = "%eq"
external ( < ) : int -> int -> bool = "%lessthan"
external ( > ) : int -> int -> bool = "%greaterthan"
external ( && ) : bool -> bool -> bool = "%sequand"
external ( || ) : bool -> bool -> bool = "%sequor"
external raise : exn -> 'a = "%raise"
external ref : 'a -> 'a ref = "%makemutable"
external ( ! ) : 'a ref -> 'a = "%field0"
external ( := ) : 'a ref -> 'a -> unit = "%setfield0"
external length : string -> int = "%string_length"
external get : 'a array -> int -> 'a = "%array_safe_get"
external size : 'a array -> int = "%array_length"
external descriptor : int -> channel = "caml_ml_open_descriptor_out"
external output : channel -> string -> int -> int -> unit = "caml_ml_output"
external flush : channel -> unit = "caml_ml_flush"
external format : string -> int -> string = "caml_format_int"
let show n =
  let channel = descriptor 1 in
  let text = format "%d" n in
  output channel text 0 (length text);
  output channel "\n" 0 1;
  flush channel
