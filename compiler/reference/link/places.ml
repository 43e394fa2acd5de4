(* The lines of the Lua file from which an exception may come, as data for `runtime/lua/backtrace.lua`: one string of letters
   and numbers, because nothing of it is read unless a backtrace is asked for.

   Each line begins with the kind of its place (`c` call, `r` raise, `a` raise again, `n` raise without a backtrace) and how
   many lines after the one before it stands (nothing: 1); `p` begins one more frame that ocamlrun has there. If the location
   is known there follow file `f` and definition `d` (numbers of names) and `l`, how many lines of the source further, where they
   change; the first character `s`, the number of characters `e`; and when it ends on a later line `m`, how many lines later, and
   `x`, the character there. *)

open Program
module Numbers = Map.Make (String)

(* Names by number, from 1, each once; the last one first. *)
type names = { mutable numbers : int Numbers.t; mutable list : string list; mutable count : int }

let number names name =
  match Numbers.find_opt name names.numbers with
  | Some number -> number
  | None ->
      names.count <- names.count + 1;
      names.numbers <- Numbers.add name names.count names.numbers;
      names.list <- name :: names.list;
      names.count

let letter kind = match kind with Call -> "c" | Raising -> "r" | Reraising -> "a" | Notrace -> "n"

(* `lines`: line of the Lua file and number of its place, ascending. *)
let run (places : place array) lines =
  let names = { numbers = Numbers.empty; list = []; count = 0 } in
  let text = Buffer.create 65536 in
  let add letter n =
    Buffer.add_string text letter;
    Buffer.add_string text (string_of_int n)
  in
  let at = ref 0 and file = ref 0 and definition = ref 0 and line = ref 0 in
  let add_location location =
    let f = number names location.file in
    let d = number names location.definition in
    if f <> !file then add "f" f;
    if d <> !definition then add "d" d;
    if location.line <> !line then add "l" (location.line - !line);
    file := f;
    definition := d;
    line := location.line;
    add "s" location.start;
    add "e" (location.stop - location.start);
    if location.end_line <> location.line then begin
      add "m" (location.end_line - location.line);
      add "x" location.end_char
    end
  in
  List.iter
    (fun (n, place) ->
      let place = places.(place) in
      Buffer.add_string text (letter place.kind);
      if n - !at <> 1 then Buffer.add_string text (string_of_int (n - !at));
      at := n;
      List.iteri
        (fun i location ->
          if i > 0 then Buffer.add_char text 'p';
          match location with None -> () | Some location -> add_location location)
        place.locations)
    lines;
  let names = String.concat ",\n" (List.rev_map Literal.string names.list) in
  "P.place_names = {" ^ names ^ "}\nP.place_lines = \"" ^ Buffer.contents text ^ "\"\n"
