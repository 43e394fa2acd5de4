(* What the emitter knows of the primitives that are operators. *)

(* The primitive whose test is the opposite. *)
let opposite name =
  match name with
  | "%int_eq" -> Some "%int_ne"
  | "%int_ne" | "%counts" -> Some "%int_eq"
  | "%int_lt" -> Some "%int_ge"
  | "%int_ge" -> Some "%int_lt"
  | "%int_le" -> Some "%int_gt"
  | "%int_gt" -> Some "%int_le"
  | "%int_ult" -> Some "%int_uge"
  | "%int_uge" -> Some "%int_ult"
  | "%ult_left" -> Some "%uge_left"
  | "%ult_right" -> Some "%uge_right"
  | "%uge_left" -> Some "%ult_left"
  | "%uge_right" -> Some "%ult_right"
  | "caml_string_equal" -> Some "caml_string_notequal"
  | "caml_string_notequal" -> Some "caml_string_equal"
  | "caml_equal" -> Some "caml_notequal"
  | "caml_notequal" -> Some "caml_equal"
  | "%compare_eq" -> Some "%compare_ne"
  | "%compare_ne" -> Some "%compare_eq"
  | _ -> None

(* The same operation without a wrap of its result, on targets whose integers have more bits and wrap by themselves. *)
let raw name =
  match name with
  | "%int_add" -> Some "%raw_add"
  | "%int_sub" -> Some "%raw_sub"
  | "%int_neg" -> Some "%raw_neg"
  | "%int_mul" -> Some "%raw_mul"
  | "%int_lsl" -> Some "%raw_lsl"
  | _ -> None

(* The same test of operands that are not wrapped. *)
let raw_test name = match name with "%int_eq" -> Some "%raw_eq" | "%int_ne" -> Some "%raw_ne" | _ -> None

(* Does operand `i` count only by its low bits? *)
let takes_raw name i =
  match name with
  | "%int_lsl" | "%raw_lsl" | "%low_bits" -> i = 0
  | "%int_add" | "%int_sub" | "%int_neg" | "%int_mul" | "%raw_add" | "%raw_sub" | "%raw_neg" | "%raw_mul" -> true
  | "%raw_eq" | "%raw_ne" -> true
  | _ -> false

(* May the operation give -0.0 for operands that are not -0.0? *)
let signs_zero name = match name with "caml_neg_float" | "caml_mul_float" | "caml_div_float" -> true | _ -> false
