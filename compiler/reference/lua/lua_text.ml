(* Printing: readable (the default), pretty (with comments) and compact. *)

open Syntax

type style = Readable | Pretty | Compact

(* Compact lines are broken at the end of a statement beyond this length. *)
let line_length = 120

(* A function's text, its number of lines, and those that belong to places of the program, from 0. *)
type text = { text : string; lines : int; places : (int * int) list }

type printer = {
  style : style;
  names : Short_names.t;  (* of the compact style *)
  text : Buffer.t;
  mutable indent : int;
  mutable start : int;  (* where the line begins *)
  mutable lines : int;  (* how many lines end in `text` *)
  mutable place : int;  (* of the next statement that may raise, or -1 *)
  mutable places : (int * int) list;  (* the last one first *)
}

let is_compact style = match style with Compact -> true | Readable | Pretty -> false
let is_word c = Template.is_word c || Char.equal c '.'

(* Adds the word from `start` to `last` by its short name, and gives the index after it. *)
let add_word out text start last names =
  let length = Buffer.length out in
  let before back = if length < back then ' ' else Buffer.nth out (length - back) in
  let word = String.sub text start (last - start) in
  let field = before 1 = '.' && not (before 2 = '.') in
  let primitive = field && before 2 = 'P' && not (is_word (before 3)) in
  let close =
    if String.equal word "F" && (not field) && last < String.length text && text.[last] = '[' then
      match String.index_from_opt text last ']' with Some i -> i | None -> -1
    else -1
  in
  let n = if close > 0 then Short_names.number text (last + 1) close else -1 in
  if n >= 0 then begin
    Buffer.add_string out ("F." ^ Short_names.numbered n);
    close + 1
  end
  else begin
    Buffer.add_string out
      (if primitive then Short_names.primitive names word
      else if field || before 1 = ':' then word
      else Short_names.word names word);
    last
  end

(* With short names and without the blanks that Lua does not need; strings stay. *)
let squeeze text names =
  let n = String.length text in
  let out = Buffer.create n in
  let rec word_end i = if i < n && Template.is_word text.[i] then word_end (i + 1) else i in
  let rec quoted i = if i >= n then n else match text.[i] with '"' -> i + 1 | '\\' -> quoted (i + 2) | _ -> quoted (i + 1) in
  (* copies from `from` what was read up to `i` *)
  let rec go from i =
    if i >= n then Buffer.add_substring out text from (n - from)
    else
      match text.[i] with
      | '"' -> go from (quoted (i + 1))
      | '0' .. '9' -> go from (word_end i)
      | 'a' .. 'z' | 'A' .. 'Z' | '_' ->
          Buffer.add_substring out text from (i - from);
          let next = add_word out text i (word_end i) names in
          go next next
      | ' ' ->
          Buffer.add_substring out text from (i - from);
          let before = if Buffer.length out > 0 then Buffer.nth out (Buffer.length out - 1) else '(' in
          let after = if i + 1 < n then text.[i + 1] else ')' in
          if (is_word before && is_word after) || (Char.equal before '-' && Char.equal after '-') then
            Buffer.add_char out ' ';
          go (i + 1) (i + 1)
      | _ -> go from (i + 1)
  in
  go 0 0;
  Buffer.contents out

let assignment local (dests : dest list) (value : expr) =
  let names = String.concat ", " (List.map (fun d -> d.name) dests) in
  (if local then "local " else "") ^ names ^ " = " ^ value.text

let end_line printer =
  Buffer.add_char printer.text '\n';
  printer.start <- Buffer.length printer.text;
  printer.lines <- printer.lines + 1

(* One line, or in the compact style one more piece of it. *)
let line printer text =
  if not (is_compact printer.style) then begin
    for _ = 1 to printer.indent do
      Buffer.add_char printer.text ' '
    done;
    Buffer.add_string printer.text text;
    end_line printer
  end
  else begin
    let text = squeeze text printer.names in
    if Buffer.length printer.text - printer.start > line_length then end_line printer;
    let length = Buffer.length printer.text in
    let before = if length > 0 then Buffer.nth printer.text (length - 1) else '\n' in
    let after = if String.length text > 0 then text.[0] else '\n' in
    if is_word before && is_word after then Buffer.add_char printer.text ' ';
    Buffer.add_string printer.text text
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
    let length = Buffer.length printer.text in
    if length > 0 && Char.equal (Buffer.nth printer.text (length - 1)) '\n' then begin
      Buffer.truncate printer.text (length - 1);
      Buffer.add_string printer.text ";\n";
      printer.start <- Buffer.length printer.text
    end
    else Buffer.add_char printer.text ';'
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
      | Loop body ->
          line printer "while true do";
          block printer body;
          line printer "end"
      | For (e, body) ->
          line printer ("for " ^ (e : expr).text ^ " do");
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
  let printer = { style; names; text = Buffer.create 1024; indent = 0; start = 0; lines = 0; place = -1; places = [] } in
  (match func.declares with [] -> () | names -> line printer ("local " ^ String.concat ", " names));
  (match style with Pretty -> line printer ("-- " ^ func.comment) | Readable | Compact -> ());
  line printer (func.head ^ "(" ^ String.concat ", " func.params ^ ")");
  block printer func.body;
  line printer "end";
  (match func.field with Some (name, field) -> line printer (field ^ " = " ^ name) | None -> ());
  if is_compact style then end_line printer;
  { text = Buffer.contents printer.text; lines = printer.lines; places = List.rev printer.places }
