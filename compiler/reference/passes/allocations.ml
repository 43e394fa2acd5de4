(* What allocates, and how much, as ocamlrun does: in the programs that ask for it `ssa` puts an event after each allocation,
   `%allocated` with its words, header included, and under `Gc.Memprof` `%sampled` with the value too. *)

open Program

(* What a program wants to know of its allocations: how many words there are, or samples of the values, too. *)
type watch = Nothing | Words | Values

(* The words of an allocation: of the value, if it was allocated; of a float, if this array is one of floats. *)
type size = Fixed of int | Value | Element of int

let words list = List.filter (fun w -> String.length w > 0) (String.split_on_char ' ' (String.concat " " list))

let rec mem (name : string) = function [] -> false | first :: rest -> String.equal first name || mem name rest

(* What tells a program how much it allocates, or has functions called at allocations. *)
let counters =
  words [ "caml_gc_minor_words caml_gc_counters caml_final_register caml_final_register_called_without_value" ]

(* What gives it samples. *)
let sampler = "caml_memprof_start"

(* Primitives whose result is of a size that is only known when the program runs. *)
let values =
  words
    [
      "caml_make_vect caml_array_make caml_make_float_vect caml_floatarray_create caml_array_create_float";
      "caml_array_sub caml_array_append caml_array_concat caml_create_bytes caml_ba_create caml_ba_get_1 caml_ba_get_2";
      "caml_ba_get_3 caml_obj_block caml_obj_dup caml_obj_with_tag caml_alloc_dummy caml_format_int";
      "caml_format_float caml_hexstring_of_float caml_int32_format caml_int64_format caml_nativeint_format";
    ]

(* Those that give an element of any array. *)
let elements = words [ "caml_array_get caml_array_unsafe_get" ]

(* Those that give a float, and what stands between `caml_` and `_float` in the names of others. *)
let floats =
  words
    [
      "caml_float_of_int caml_float_of_string caml_int32_to_float caml_int64_to_float caml_nativeint_to_float";
      "caml_int32_float_of_bits caml_int64_float_of_bits caml_floatarray_get caml_floatarray_unsafe_get caml_sys_time";
      "caml_gc_minor_words unix_gettimeofday caml_unix_gettimeofday";
    ]

let float_operations =
  words
    [
      "abs acos acosh add asin asinh atan atan2 atanh cbrt ceil copysign cos cosh div erf erfc exp exp2";
      "expm1 floor fma fmod hypot ldexp log log10 log1p log2 mul neg nextafter power round sin sinh sqrt sub tan tanh trunc";
    ]

(* What follows on `caml_int32_` and so on in the names of those that give such a value, and others. *)
let boxed_operations =
  words
    [
      "add and bits_of_float bswap div mod mul neg of_float of_int of_int32 of_nativeint of_string or";
      "shift_left shift_right shift_right_unsigned sub to_int32 to_nativeint xor";
    ]

let boxed =
  words
    [
      "caml_string_get32 caml_string_get64 caml_bytes_get32 caml_bytes_get64 caml_ba_uint8_get32 caml_ba_uint8_get64";
    ]

(* Of the program that calls these primitives. *)
let watch primitives =
  if mem sampler primitives then Values
  else if List.exists (fun name -> mem name counters) primitives then Words
  else Nothing

(* What stands between these in the name, or nothing. *)
let between prefix suffix name =
  let start = String.length prefix and stop = String.length name - String.length suffix in
  if stop >= start && String.sub name 0 start = prefix && String.sub name stop (String.length suffix) = suffix then
    String.sub name start (stop - start)
  else ""

let is_float name = mem name floats || mem (between "caml_" "_float" name) float_operations

let is_boxed name =
  let operation prefix = mem (between prefix "" name) boxed_operations in
  mem name boxed || List.exists operation [ "caml_int32_"; "caml_int64_"; "caml_nativeint_" ]

(* What a primitive allocates for its result. *)
let primitive name args =
  match name with
  | "caml_gc_counters" -> Some (Fixed 10)
  | "caml_frexp_float" -> Some (Fixed 5)
  | "caml_modf_float" -> Some (Fixed 7)
  | _ when mem name elements -> ( match args.(0) with Var array -> Some (Element array) | _ -> None)
  | _ when mem name values -> Some Value
  | _ when is_float name -> Some (Fixed 2)
  | _ when is_boxed name -> Some (Fixed 3)
  | _ -> None

(* Name and arguments of the event of an allocation. *)
let event watch v = function
  | Fixed n -> ( match watch with Values -> ("%sampled", [| v; Int n |]) | _ -> ("%allocated", [| Int n |]))
  | Value -> ("%allocated_value", [| v |])
  | Element array -> ("%allocated_element", [| v; Var array |])

(* Takes the events away again where `known_calls` has found that the program never asks for them. *)
let drop_unwatched program =
  let is_event = function
    | Prim (_, ("%allocated" | "%allocated_value" | "%allocated_element" | "%sampled"), _) -> true
    | _ -> false
  in
  let name names = function Prim (_, name, _) -> name :: names | _ -> names in
  let called names (b : block) = Array.fold_left name names b.body in
  let watches = function
    | None -> false
    | Some f -> ( match watch (Array.fold_left called [] f.blocks) with Nothing -> false | _ -> true)
  in
  let has_events = function None -> false | Some f -> Array.exists (fun (b : block) -> Array.exists is_event b.body) f.blocks in
  if Array.exists has_events program.functions && not (Array.exists watches program.functions) then begin
    let keep kept instr =
      match kept with
      | _ when not (is_event instr) -> instr :: kept
      | Prim (_, "%place", _) :: kept -> kept
      | kept -> kept
    in
    let drop (b : block) = b.body <- Visit.of_reversed (Array.fold_left keep [] b.body) in
    Array.iter (function None -> () | Some f -> Array.iter drop f.blocks) program.functions
  end
