(* The arena of unmarshalled values. *)

type value =
  | Int of int  (* at most 31 bits *)
  | Wide of string  (* a wider one, in decimal *)
  | Block of int * int array  (* tag, nodes of the fields *)
  | Str of string
  | Double of string  (* 8 bytes: the bits, big-endian *)
  | Double_array of string array
  | Int32 of string  (* in decimal *)
  | Nativeint of string
  | Int64 of string  (* 8 bytes, big-endian *)

type arena = { mutable nodes : value array; mutable count : int }
