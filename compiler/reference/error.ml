(* The one error of the compiler: bytecode or options that it cannot translate. *)

exception Error of string

let fail message = raise (Error message)
let fail_at section offset message = fail (section ^ " at byte " ^ string_of_int offset ^ ": " ^ message)
