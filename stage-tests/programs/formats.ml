(* Format: boxes, breaks, margins, tags of printing functions. *)
open Format
type t = Atom of string | List of t list
let rec pp ppf = function Atom s -> pp_print_string ppf s | List l -> fprintf ppf "@[<hov 1>(%a)@]" (pp_print_list ~pp_sep:pp_print_space pp) l
let rec deep n = if n = 0 then Atom "leaf" else List [ Atom ("level" ^ string_of_int n); deep (n - 1); Atom "x" ]
let () =
  printf "@[<v 2>begin@,one@,@[<h>two three@]@,@]@.end@."; set_margin 40; printf "%a@." pp (deep 8); printf "@[%s@ %s@ %s@ %s@]@." "a fairly long string" "another one here" "and more" "still more text";
  printf "@[<hv 3>if %s@ then %s@ else %s@]@." "condition" "result one that is long" "result two"; printf "@[<b 2>%d@;<1 2>%d@;<0 0>%d@]@\n" 1 2 3; printf "%-10s|%5d|%.2f@." "pad" 42 3.14159;
  print_endline (asprintf "%a" pp (List [ Atom "a"; List [ Atom "b" ]; Atom "c" ])); let b = Buffer.create 10 in let ppf = formatter_of_buffer b in pp_set_margin ppf 20; fprintf ppf "@[<v>%a@]@?" (pp_print_list pp_print_int) [ 1; 2; 3 ]; print_endline (Buffer.contents b);
  printf "@[<hov>%a@]@." (pp_print_list ~pp_sep:(fun ppf () -> fprintf ppf ",@ ") pp_print_int) (Stdlib.List.init 30 Fun.id); printf "%a %a@." (pp_print_option pp_print_string) (Some "some") (pp_print_option ~none:(fun ppf () -> pp_print_string ppf "none") pp_print_int) None; open_box 2; print_string "old"; print_space (); print_int 5; print_cut (); print_float 2.5; close_box (); print_newline (); printf "%s@@%%@." "at"
