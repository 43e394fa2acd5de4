(* Printing: readable (the default), pretty (with comments) and compact. *)

open Syntax

type style = Readable | Pretty | Compact

(* Compact lines are broken between two statements beyond this length, where there would be a blank. *)
let line_length = 120

(* A function's text, its number of lines, and those that belong to places of the program, from 0. *)
type text = { text : string; lines : int; places : (int * int) list }

type printer = {
  style : style;
  names : Short_names.t;  (* of the compact style *)
  text : Buffer.t;
  mutable indent : int;
  mutable start : int;  (* where the line begins *)
  mutable ended : bool;  (* is the line before it to be ended still? *)
  mutable in_word : bool;  (* is the last character one of a word? *)
  mutable lines : int;  (* how many lines end in `text` *)
  mutable place : int;  (* of the next statement that may raise, or -1 *)
  mutable places : (int * int) list;  (* the last one first *)
}

let is_compact style = match style with Compact -> true | Readable | Pretty -> false
let is_word c = Template.is_word c || Char.equal c '.'

(* The character `back` before index `i`; a blank before the start. *)
let before text i back = if i < back then ' ' else text.[i - back]

(* The index after the word, and after the string, that is at `i`. *)
let rec word_end text i =
  if i >= String.length text then i
  else match String.unsafe_get text i with 'a' .. 'z' | 'A' .. 'Z' | '0' .. '9' | '_' -> word_end text (i + 1) | _ -> i

let rec string_end text i =
  if i >= String.length text then String.length text
  else match text.[i] with '"' -> i + 1 | '\\' -> string_end text (i + 2) | _ -> string_end text (i + 1)

(* The index after what has one short name: the word from `start` to `last`, or the `F[12]` that begins with it. *)
let name_end text start last =
  if last = start + 1 && text.[start] = 'F' && last < String.length text && text.[last] = '[' && before text start 1 <> '.' then
    match String.index_from_opt text last ']' with
    | Some close when Short_names.number text (last + 1) close >= 0 -> close + 1
    | _ -> last
  else last

(* The short name of what is from `start` to `next`, where the word goes to `last`. *)
let short text start last next names =
  if next > last then "F." ^ names.Short_names.functions.(Short_names.number text (last + 1) (next - 1))
  else
    match before text start 1 with
    | '.' when before text start 2 <> '.' ->
        let word = String.sub text start (last - start) in
        if before text start 2 = 'P' && not (is_word (before text start 3)) then Short_names.primitive names word else word
    | ':' -> String.sub text start (last - start)
    | _ -> Short_names.word names text start last

(* The text with short names and without the blanks that Lua does not need; strings stay. *)
let squeeze text names =
  let n = String.length text in
  (* `out` is followed by what stands between `from` and `i` as it is *)
  let rec go out from i =
    if i >= n then if from = 0 then text else out ^ String.sub text from (n - from)
    else
      match String.unsafe_get text i with
      | '"' -> go out from (string_end text (i + 1))
      | '0' .. '9' -> go out from (word_end text i)
      | 'a' .. 'u' | 'w' .. 'z' | '_' when before text i 1 <> '.' -> go out from (word_end text i)
      | 'a' .. 'z' | 'A' .. 'Z' | '_' ->
          let last = word_end text i in
          let next = name_end text i last in
          go (out ^ String.sub text from (i - from) ^ short text i last next names) next next
      | ' ' ->
          let last = if i > from then text.[i - 1] else before out (String.length out) 1 in
          let after = if i + 1 < n then text.[i + 1] else ')' in
          if (is_word last && is_word after) || (last = '-' && after = '-') then go out from (i + 1)
          else go (out ^ String.sub text from (i - from)) (i + 1) (i + 1)
      | _ -> go out from (i + 1)
  in
  go "" 0 0

(* Adds the text, squeezed where there are short names. *)
let add out text names = Buffer.add_string out (match names with Some names -> squeeze text names | None -> text)

let assignment local (dests : dest list) (value : expr) =
  let names = match dests with [ d ] -> d.name | _ -> String.concat ", " (List.map (fun d -> d.name) dests) in
  (if local then "local " else "") ^ names ^ " = " ^ value.text

let end_line printer =
  printer.ended <- true;
  printer.in_word <- false;
  printer.start <- Buffer.length printer.text + 1;
  printer.lines <- printer.lines + 1

let begin_line printer =
  if printer.ended then Buffer.add_string printer.text "\n";
  printer.ended <- false

(* One line, or in the compact style one more piece of it. *)
let line printer text =
  if is_compact printer.style then begin
    if printer.in_word && String.length text > 0 && is_word text.[0] then
      if Buffer.length printer.text - printer.start > line_length then end_line printer
      else Buffer.add_string printer.text " ";
    begin_line printer;
    let text = squeeze text printer.names in
    Buffer.add_string printer.text text;
    printer.in_word <- is_word (before text (String.length text) 1)
  end
  else begin
    begin_line printer;
    Buffer.add_string printer.text (String.make printer.indent ' ' ^ text);
    end_line printer
  end

(* A statement that may raise, on a line of its own if it has a place. *)
let placed printer text =
  if printer.place < 0 then line printer text
  else begin
    if Buffer.length printer.text > printer.start then end_line printer;
    printer.places <- (printer.lines, printer.place) :: printer.places;
    printer.place <- -1;
    line printer text;
    if Buffer.length printer.text > printer.start then end_line printer
  end

(* A statement that begins with a parenthesis would be read as a call of what stands before it. *)
let separate printer text first =
  if (not first) && String.length text > 0 && Char.equal text.[0] '(' then begin
    Buffer.add_string printer.text ";";
    printer.in_word <- false;
    if printer.ended then printer.start <- printer.start + 1
  end

let rec block printer list =
  printer.indent <- printer.indent + 1;
  stats printer list;
  printer.indent <- printer.indent - 1

and stats printer list =
  let first = ref true in
  List.iter
    (fun stat ->
      (match stat with
      | Assign { local; dests; value } -> placed printer (assignment local dests value)
      | Local names -> line printer ("local " ^ String.concat ", " names)
      | Text e | Fail e ->
          separate printer (e : expr).text !first;
          placed printer (e : expr).text
      | Place place -> printer.place <- place
      | Return e -> line printer ("return " ^ (e : expr).text)
      | Break -> line printer "break"
      | If (e, yes, no) -> branches printer e yes no
      | Loop (e, body) ->
          line printer ((e : expr).text ^ " do");
          block printer body;
          line printer "end"
      | Once body ->
          line printer "repeat";
          block printer body;
          line printer "until true");
      match stat with Place _ -> () | _ -> first := false)
    list

and branches printer (e : expr) yes no =
  line printer ("if " ^ e.text ^ " then");
  block printer yes;
  let rec rest no =
    match no with
    | [] -> ()
    | [ If (e, yes, no) ] ->
        line printer ("elseif " ^ (e : expr).text ^ " then");
        block printer yes;
        rest no
    | _ ->
        line printer "else";
        block printer no
  in
  rest no;
  line printer "end"

let run style names func =
  let text = Buffer.create 1024 in
  let printer =
    { style; names; text; indent = 0; start = 0; ended = false; in_word = false; lines = 0; place = -1; places = [] }
  in
  (match func.declares with [] -> () | names -> line printer ("local " ^ String.concat ", " names));
  (match style with Pretty -> line printer ("-- " ^ func.comment) | Readable | Compact -> ());
  line printer (func.head ^ "(" ^ String.concat ", " func.params ^ ")");
  block printer func.body;
  line printer "end";
  (match func.field with Some (name, field) -> line printer (field ^ " = " ^ name) | None -> ());
  if is_compact style then end_line printer;
  begin_line printer;
  { text = Buffer.contents text; lines = printer.lines; places = List.rev printer.places }
