(* Operations on constant ints. Only what comes out the same on every target is done: operands and results of 31 bits. *)

(* Factors up to this one have a product of 31 bits. *)
let factor = 32767

let bit holds = Some (if holds then 1 else 0)

let result name (a : int) b =
  let natural = a >= 0 && b >= 0 in
  match name with
  | "%int_add" -> Some (a + b)
  | "%int_sub" -> Some (a - b)
  | "%int_mul" when abs a <= factor && abs b <= factor -> Some (a * b)
  | "%int_div" when b <> 0 -> Some (a / b)
  | "%int_mod" when b <> 0 -> Some (a mod b)
  | "%int_and" -> Some (a land b)
  | "%int_or" -> Some (a lor b)
  | "%int_xor" -> Some (a lxor b)
  | "%int_asr" when b >= 0 && b < 30 -> Some (a asr b)
  | "%int_lsr" when natural && b < 30 -> Some (a lsr b)
  | "%int_eq" -> bit (a = b)
  | "%int_ne" -> bit (a <> b)
  | "%int_lt" -> bit (a < b)
  | "%int_le" -> bit (a <= b)
  | "%int_gt" -> bit (a > b)
  | "%int_ge" -> bit (a >= b)
  | "%int_ult" when natural -> bit (a < b)
  | "%int_uge" when natural -> bit (a >= b)
  | _ -> None

(* What a primitive gives for these operands; None: that is not known here. *)
let run name a b = match result name a b with Some n when n >= -0x40000000 && n <= 0x3fffffff -> Some n | _ -> None
