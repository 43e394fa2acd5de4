(* Printf: every conversion with flags, width and precision. *)
open Printf
let () =
  List.iter (fun n -> printf "%d|%i|%u|%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#X|%8x|%-8x|%08x\n" n n n n n n n n n n n n n n n n) [ 0; 1; 42; 123456; 1073741823 ];
  List.iter (fun n -> printf "%d|%i|%5d|%-5d|%05d|%+d|% d|%3d|%.4d|%10.4d|%#d\n" n n n n n n n n n n n) [ -1; -42; -1073741824; 7 ];
  printf "%s|%10s|%-10s|%S|%c|%C|%C|%b|%B|%%|%@|%,|\n" "str" "right" "left" "quo\"ted\n\001" 'c' 'q' '\n' true false;
  printf "%ld %ld %lx %Ld %Lx %Lu %nd %nx %li %Li\n" 5l (-7l) 0x7fffffffl 123456789012345L (-1L) (-1L) 9n 255n (-2147483648l) Int64.min_int;
  printf "%08ld|%+Ld|%-12Ld|%#Lx|%lo|%lX\n" 42l 42L 42L 255L 8l (-1l);
  printf "%*d|%-*d|%.*f|%*s\n" 6 42 6 42 2 3.14159 8 "star";
  printf "%a %t %a\n" (fun oc x -> output_string oc (string_of_int (x * 2))) 21 (fun oc -> output_string oc "t") (fun oc (a, b) -> fprintf oc "<%d,%d>" a b) (1, 2);
  print_endline (sprintf "%s-%d" "nested" (String.length (sprintf "%5d" 3))); print_endline (sprintf "%(%d%s%)" "%d and %s" 3 "x"); print_endline (sprintf "%{%d%}" "%i"); printf "%!";
  let f = sprintf "%d %s %f" in print_endline (f 1 "partial" 2.0); let g = f 2 in print_endline (g "a" 0.5); print_endline (g "b" 1.5); printf "%s %s\n" "no" "flush%!";
  print_endline (ksprintf String.uppercase_ascii "%d %s" 5 "upper"); kfprintf (fun oc -> output_string oc " done\n") stdout "k %d" 1; ifprintf stdout "%d" 5; let b = Buffer.create 10 in bprintf b "%d,%s" 1 "b"; print_endline (Buffer.contents b);
  print_endline (string_of_format "%d-%s"); print_endline (sprintf ("%d" ^^ " and %s") 1 "two"); printf "%s\n" (sprintf "%-20s|" (sprintf "%+.3e" 12345.678)); printf "%d%%\n" 50; eprintf "to stderr\n";
  printf "%5s|%-5s|%5b|%-7B|\n" "toolong" "ab" true false; printf "%x %o %X\n" 0xdeadbe 0o777 0xBEEF
