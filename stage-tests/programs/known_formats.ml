(* Formats that are known where they are used, so that the compiler can do what they say: in loops, applied in part, used twice, as
   values, joined, with functions as arguments; and what is not known until the program runs. *)

type point = { x : int; y : int }

let buffer = Buffer.create 16
let show_point () { x; y } = Printf.sprintf "(%d;%d)" x y
let put_point out { x; y } = Printf.fprintf out "<%d %d>" x y
let add_point b { x; y } = Printf.bprintf b "[%d %d]" x y

(* All conversions, in a loop. *)
let () =
  for i = -1 to 1 do
    let f = float_of_int i /. 3.0 in
    Printf.printf "%d %i %u %x %X %o %5d|%-5d|%05d|%+d|% d|%#x\n" i i (i land 255) (i land 255) (i land 255) (i land 255) i i i i i (i land 255);
    Printf.printf "%s|%6s|%-6s|%S|%c|%C|%B|%b\n" "ab" "cd" "ef" "g\"h\n" 'x' '\n' (i = 0) (i <> 0);
    Printf.printf "%f %.2f %8.3f|%-8.1f|%e %.3E %g %G %F %h %+.1f %08.2f\n" f f f f f f f f f f f f;
    Printf.printf "%ld %lx %nd %nX %Ld %Li %5Ld|\n" (Int32.of_int i) 255l (Nativeint.of_int i) 255n (Int64.of_int i) 7L (Int64.of_int i);
    Printf.printf "%*d|%-*d|%.*f|%*.*f|%*s\n" 5 i 4 i 2 f 9 3 f 6 "w";
    Printf.printf "%a %t %% %@ %!\n" put_point { x = i; y = -i } (fun out -> output_string out "t");
    Printf.printf "%s %a\n" (Printf.sprintf "%a" show_point { x = i; y = 2 }) (fun out () -> Printf.fprintf out "%d" i) ()
  done

(* Applied in part, and what comes of that used more than once. *)
let () =
  let line = Printf.printf "%d %s\n" in
  line 1 "one";
  line 2 "two";
  let third = line 3 in
  third "three";
  third "drei";
  let text = Printf.sprintf "%s-%d" in
  let a = text "a" in
  List.iter print_endline (List.map a [ 1; 2; 3 ] @ [ text "b" 4; a 5 ]);
  print_endline (String.concat "," (List.map (Printf.sprintf "%02d") [ 1; 20; 300 ]));
  List.iter (Printf.printf "%d;") [ 1; 2; 3 ];
  print_newline ()

(* The order in which arguments are evaluated and parts are written. *)
let () =
  let say s = print_string s; String.length s in
  Printf.printf "%d%d%d\n" (say "a") (say "bb") (say "ccc");
  (try Printf.printf "begun %d %s\n" 1 (raise Exit) with Exit -> print_endline "not begun");
  (try Printf.printf "%s %a\n" "before" (fun _ () -> raise Not_found) () with Not_found -> print_endline "after");
  try Printf.kprintf (fun s -> failwith s) "%s %d" "failed" 7 with Failure s -> print_endline s

(* Continuations and other places to write to. *)
let () =
  for i = 1 to 2 do
    print_endline (Printf.ksprintf (fun s -> String.uppercase_ascii s ^ "!") "%s %d" "loud" i);
    Printf.kfprintf (fun out -> output_string out "end\n") stdout "%d %c " i 'c';
    Printf.ifprintf stdout "%d %s\n" i "unseen";
    Printf.bprintf buffer "%d%a," i add_point { x = i; y = i }
  done;
  Printf.ikfprintf (fun () -> print_endline "ignored") () "%d %s" 1 "x";
  print_endline (Buffer.contents buffer)

(* Formats as values: given to functions, chosen, joined, inside others. *)
let twice (fmt : (int -> string, unit, string) format) = Printf.sprintf fmt 1 ^ Printf.sprintf fmt 2
let log fmt = Printf.printf ("[log] " ^^ fmt ^^ "\n")
let error fmt = Printf.ksprintf (fun s -> Error s) fmt

let () =
  print_endline (twice "<%d>" ^ twice "%03d");
  let chosen = if Array.length Sys.argv > 100 then format_of_string "%d apples" else format_of_string "%x pears" in
  for i = 9 to 11 do print_endline (Printf.sprintf chosen i) done;
  log "%d of %s" 3 "four";
  log "nothing";
  (match error "%s at %d" "bad" 4 with Ok () -> () | Error s -> print_endline s);
  print_endline (string_of_format ("%d and " ^^ "%s"));
  Printf.printf "%(%d%s%) %{%c%}\n" "%d: %s" 5 "five" "%c";
  print_endline (Scanf.sscanf "12 ab 3.5" "%d %s %f" (fun a b c -> Printf.sprintf "%d/%s/%.1f" a b c))

(* Boxes and breaks. *)
let () =
  for i = 1 to 2 do
    Format.printf "@[<v 2>item %d:@,@[<h>%a@ %s@]@]@." i
      (Format.pp_print_list ~pp_sep:(fun f () -> Format.fprintf f ",@ ") Format.pp_print_int)
      [ i; i * i ] "end"
  done;
  print_endline (Format.asprintf "%d%%@ %a" 5 (fun f -> Format.fprintf f "<%s>") "q")

(* Recursion with a format in it. *)
let rec tree depth = if depth = 0 then "." else Printf.sprintf "(%s%d%s)" (tree (depth - 1)) depth (tree (depth - 1))
let rec number n = if n < 10 then Printf.sprintf "%d" n else Printf.sprintf "%s'%d" (number (n / 10)) (n mod 10)

let () =
  print_endline (tree 3);
  print_endline (number 1234567)
