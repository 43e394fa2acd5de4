(* Yojson: reads JSON from the standard input, prints it in three ways, walks it, and shows what is refused. *)
open Yojson.Safe

let rec count json =
  match json with
  | `Assoc fields -> List.fold_left (fun n (_, field) -> n + count field) 1 fields
  | `List items -> List.fold_left (fun n item -> n + count item) 1 items
  | _ -> 1

let () =
  let json = from_channel stdin in
  print_endline (to_string json);
  print_endline (pretty_to_string json);
  print_endline (pretty_to_string ~std:true (sort json));
  Printf.printf "%d values\n" (count json);
  let people = Util.(json |> member "people" |> to_list) in
  List.iter (fun person -> Util.(Printf.printf "%s is %d\n" (person |> member "name" |> to_string) (person |> member "age" |> to_int))) people;
  List.iter
    (fun text ->
      match from_string text with
      | json -> Printf.printf "%s: %s\n" text (to_string json)
      | exception Yojson.Json_error message -> Printf.printf "%s: %s\n" text (String.concat " | " (String.split_on_char '\n' message)))
    [ "[1, 2.5e3, -0.0, 1e400, NaN, -Infinity]"; "{\"a\": }"; "[1, 2"; "\"\\u00e9\\ud83d\\ude00\\n\""; "123456789012345678901"; "[true, null // c\n]";
      "<\"A\": 1>"; "(1, 2)"; "\"tab\tinside\""; "{\"k\": 1, \"k\": 2}"; "" ];
  print_endline (Yojson.Basic.to_string (to_basic (`Tuple [ `Int 1; `Variant ("V", Some (`Intlit "99999999999999999999")); `Float 0.1 ])));
  let buffer = Buffer.create 100 in
  Seq.iter (fun json -> Buffer.add_string buffer (to_string json ^ ";")) (seq_from_string "{} [] 1 \"x\" 2.0");
  print_endline (Buffer.contents buffer)
