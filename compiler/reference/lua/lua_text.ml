(* Printing: readable (the default), pretty (with comments) and compact. *)

open Syntax

type style = Readable | Pretty | Compact

(* Compact lines are broken between two statements beyond this length, where there would be a blank. *)
let line_length = 120

(* A function's text, its number of lines, and those that belong to places of the program, from 0. *)
type text = { text : string; lines : int; places : (int * int) list }

type printer = {
  names : Short_names.t option;  (* of the compact style; None: another one *)
  text : Buffer.t;
  mutable indent : int;
  mutable start : int;  (* where the line begins *)
  mutable ended : bool;  (* is the line before it to be ended still? *)
  mutable in_word : bool;  (* is the last character one of a word? *)
  mutable lines : int;  (* how many lines end in `text` *)
  mutable place : int;  (* of the next statement that may raise, or -1 *)
  mutable places : (int * int) list;  (* the last one first *)
}

let is_word c = match c with 'a' .. 'z' | 'A' .. 'Z' | '0' .. '9' | '_' | '.' -> true | _ -> false

(* The character `back` before index `i`; a blank before the start. *)
let before text i back = if i < back then ' ' else String.unsafe_get text (i - back)

(* The index after the word, and after the string, that is at `i`. *)
let rec word_end text i =
  if i >= String.length text then i
  else match String.unsafe_get text i with 'a' .. 'z' | 'A' .. 'Z' | '0' .. '9' | '_' -> word_end text (i + 1) | _ -> i

let rec string_end text i =
  if i >= String.length text then String.length text
  else match text.[i] with '"' -> i + 1 | '\\' -> string_end text (i + 2) | _ -> string_end text (i + 1)

(* The index of the first blank, quote or capital from `i` on. Most characters are beyond the capitals. *)
let rec plain_end text i =
  if i >= String.length text then i
  else
    let c = String.unsafe_get text i in
    if c <= 'Z' && (c >= 'A' || c = ' ' || c = '"') then i else plain_end text (i + 1)

(* Is what is at `i` in a word, or a field or a method? What follows two dots is neither of these. *)
let is_continued text i =
  match before text i 1 with
  | '.' -> before text i 2 <> '.'
  | ':' | 'a' .. 'z' | 'A' .. 'Z' | '0' .. '9' | '_' -> true
  | _ -> false

(* The text with short names and without the blanks that Lua does not need; strings stay, and words with a small letter first, which
   are variables, functions and keywords. From `i` on; `out` is followed by what stands between `from` and `i` as it is. *)
let rec squeeze_from text names out from i =
  let n = String.length text in
  let i = plain_end text i in
  if i >= n then if from = 0 then text else out ^ String.sub text from (n - from)
  else
    match String.unsafe_get text i with
    | '"' -> squeeze_from text names out from (string_end text (i + 1))
    | ' ' ->
        let last = if i > from then before text i 1 else before out (String.length out) 1 in
        let after = if i + 1 < n then String.unsafe_get text (i + 1) else ')' in
        if (is_word last && is_word after) || (last = '-' && after = '-') then squeeze_from text names out from (i + 1)
        else squeeze_from text names (out ^ String.sub text from (i - from)) (i + 1) (i + 1)
    | _ ->
        let last = word_end text i in
        if is_continued text i then squeeze_from text names out from last
        else
          let word = String.sub text i (last - i) in
          let short = Short_names.local names word in
          if String.equal word "P" && last < n && text.[last] = '.' && before text i 1 <> '.' then
            (* the field is that for a primitive *)
            let first = last + 1 in
            let last = word_end text first in
            let field = Short_names.primitive names (String.sub text first (last - first)) in
            squeeze_from text names (out ^ String.sub text from (first - from) ^ field) last last
          else if String.equal short word then squeeze_from text names out from last
          else squeeze_from text names (out ^ String.sub text from (i - from) ^ short) last last

let squeeze text names = squeeze_from text names "" 0 0

(* The text, squeezed where there are short names. *)
let styled text names = match names with Some names -> squeeze text names | None -> text

let add out text names = Buffer.add_string out (styled text names)

(* What an assignment begins with. The names are those of registers, which are short already. *)
let assigned names local (dests : dest list) =
  let list =
    match dests with [ d ] -> d.name | _ -> String.concat (Short_names.comma names) (List.map (fun d -> d.name) dests)
  in
  (if local then "local " else "") ^ list ^ Short_names.infix names "="

let begins_with_word text = String.length text > 0 && is_word text.[0]
let ends_with_word text = is_word (before text (String.length text) 1)

(* The second text after the first, in the style of both. *)
let beside names first second =
  match names with
  | Some _ when not (ends_with_word first && begins_with_word second) -> first ^ second
  | _ -> first ^ " " ^ second

let end_line printer =
  printer.ended <- true;
  printer.in_word <- false;
  printer.start <- Buffer.length printer.text + 1;
  printer.lines <- printer.lines + 1

let begin_line printer =
  if printer.ended then Buffer.add_string printer.text "\n";
  printer.ended <- false

(* One line, or in the compact style one more piece of it, which is squeezed already or needs not be. *)
let put printer text =
  match printer.names with
  | Some _ ->
      let apart = printer.in_word && begins_with_word text in
      if apart && Buffer.length printer.text - printer.start > line_length then end_line printer;
      let between = if printer.ended then "\n" else if apart then " " else "" in
      printer.ended <- false;
      Buffer.add_string printer.text (between ^ text);
      printer.in_word <- ends_with_word text
  | None ->
      begin_line printer;
      Buffer.add_string printer.text (String.make printer.indent ' ' ^ text);
      end_line printer

let line printer text = put printer (styled text printer.names)

(* A word, an expression, and the word after it. *)
let head printer first (e : expr) last =
  let names = printer.names in
  put printer (beside names (beside names first (styled e.text names)) last)

(* The declaration of locals, whose names are short already. *)
let declaration printer names = put printer ("local " ^ String.concat (Short_names.comma printer.names) names)

(* A statement that may raise, on a line of its own if it has a place: the expression after what is in its style already. *)
let placed printer start (e : expr) =
  let text = start ^ styled e.text printer.names in
  if printer.place < 0 then put printer text
  else begin
    if Buffer.length printer.text > printer.start then end_line printer;
    printer.places <- (printer.lines, printer.place) :: printer.places;
    printer.place <- -1;
    put printer text;
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
  stats printer list true;
  printer.indent <- printer.indent - 1

(* `first`: nothing stands before them in the block. *)
and stats printer list first =
  match list with
  | [] -> ()
  | stat :: rest ->
      (match stat with
      | Assign { local; dests; value } -> placed printer (assigned printer.names local dests) value
      | Local names -> declaration printer names
      | Scratch { local; value } ->
          placed printer ((if local then "local T" else "T") ^ Short_names.infix printer.names "=") value
      | Text e | Fail e ->
          separate printer (e : expr).text first;
          placed printer "" e
      | Place place -> printer.place <- place
      | Return e -> put printer (beside printer.names "return" (styled (e : expr).text printer.names))
      | Break -> put printer "break"
      | If (e, yes, no) -> branches printer e yes no
      | Loop (e, body) ->
          line printer ((e : expr).text ^ " do");
          block printer body;
          put printer "end"
      | Once body ->
          put printer "repeat";
          block printer body;
          put printer "until true");
      stats printer rest (first && match stat with Place _ -> true | _ -> false)

and branches printer (e : expr) yes no =
  head printer "if" e "then";
  block printer yes;
  let rec rest no =
    match no with
    | [] -> ()
    | [ If (e, yes, no) ] ->
        head printer "elseif" e "then";
        block printer yes;
        rest no
    | _ ->
        put printer "else";
        block printer no
  in
  rest no;
  put printer "end"

let run style names func =
  let text = Buffer.create 256 in
  let printer =
    { names; text; indent = 0; start = 0; ended = false; in_word = false; lines = 0; place = -1; places = [] }
  in
  (match func.declares with [] -> () | names -> declaration printer names);
  (match style with Pretty -> put printer ("-- " ^ func.comment) | Readable | Compact -> ());
  line printer (func.head ^ "(" ^ String.concat (Short_names.comma printer.names) func.params ^ ")");
  block printer func.body;
  put printer "end";
  (match func.field with Some (name, field) -> line printer (field ^ " = " ^ name) | None -> ());
  (match names with Some _ -> end_line printer | None -> ());
  begin_line printer;
  { text = Buffer.contents text; lines = printer.lines; places = List.rev printer.places }
