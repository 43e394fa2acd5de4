(* The templates of the runtime's sections (ARCHITECTURE.md, section 4): parsing and expansion. *)

open Syntax

type piece =
  | Text of string
  (* argument (0: the result), what is added to it, whether it stands between delimiters, whether it is indexed or called *)
  | Hole of { arg : int; plus : int; bare : bool; prefix : bool }

type t = {
  mutable pieces : piece list;
  once : bool array;  (* of %0 … %9: occurs once, and not after an `and` or `or`, which may leave it unevaluated *)
  mutable order : int list;  (* the arguments in the order of their first occurrence *)
  kind : kind;  (* of the pieces *)
  plus : int;  (* what is added at the end, which `pieces` do not have *)
}

(* How a primitive is written. *)
type form = Inline of t | Test of t | Statement of t | Call

let is_digit c = c >= '0' && c <= '9'
let is_word c = match c with 'a' .. 'z' | 'A' .. 'Z' | '0' .. '9' | '_' -> true | _ -> false

let is_identifier text =
  let n = String.length text in
  let rec words i = i = n || (is_word text.[i] && words (i + 1)) in
  n > 0 && (not (is_digit text.[0])) && words 0

let bad text = Error.fail ("bad template '" ^ text ^ "'")

(* Reads `%1` or `%{1+2}` at `start`: argument, constant, index after it. *)
let hole text start =
  let at i = if i < String.length text then text.[i] else ' ' in
  let value c = Char.code c - 48 in
  if is_digit (at (start + 1)) then (value (at (start + 1)), 0, start + 2)
  else begin
    let sign = at (start + 3) in
    let opens = Char.equal (at (start + 1)) '{' && is_digit (at (start + 2)) in
    if not (opens && (Char.equal sign '+' || Char.equal sign '-') && is_digit (at (start + 4))) then bad text
    else begin
      let i = ref (start + 4) in
      let plus = ref 0 in
      while is_digit (at !i) && !plus < 1000 do
        plus := (!plus * 10) + value (at !i);
        incr i
      done;
      if not (Char.equal (at !i) '}') then bad text
      else (value (at (start + 2)), (if Char.equal sign '-' then - !plus else !plus), !i + 1)
    end
  end

(* The index after the bracket that closes the one at `start`; the length when none does. *)
let closing text start =
  let n = String.length text in
  let rec go i depth =
    if i >= n then n
    else
      match text.[i] with
      | '(' | '[' | '{' -> go (i + 1) (depth + 1)
      | ')' | ']' | '}' -> if depth = 1 then i + 1 else go (i + 1) (depth - 1)
      | _ -> go (i + 1) depth
  in
  go start 0

(* A name, placeholder or parenthesis followed only by indices and calls is atomic; its length is an operand like a number. *)
let rec shape text =
  let n = String.length text in
  let rec word i = if i < n && is_word text.[i] then word (i + 1) else i in
  let rec digits i = i = n || (is_digit text.[i] && digits (i + 1)) in
  let rec follow i =
    if i >= n then Prefix
    else
      match text.[i] with
      | '(' | '[' -> follow (closing text i)
      | '.' when i + 1 < n && is_word text.[i + 1] -> follow (word (i + 1))
      | _ -> Compound
  in
  if n > 0 && Char.equal text.[0] '#' then match shape (String.sub text 1 (n - 1)) with Prefix -> Atom | Atom | Compound -> Compound
  else if n > 0 && digits 0 then Atom
  else if n > 0 && Char.equal text.[0] '(' then follow (closing text 0)
  else if n > 0 && Char.equal text.[0] '%' then follow (if n > 1 && Char.equal text.[1] '{' then closing text 1 else 2)
  else if n > 0 && is_word text.[0] && not (is_digit text.[0]) then follow (word 0)
  else Compound

(* The integer of at most nine digits that is all of it. *)
let constant template =
  let rec value text i n =
    if i = String.length text then Some n
    else if is_digit text.[i] then value text (i + 1) ((n * 10) + Char.code text.[i] - 48)
    else None
  in
  match template.pieces with [ Text text ] when String.length text <= 9 -> value text 0 0 | _ -> None

(* The text of a sum without the constant at its end, and that. *)
let ending text =
  let n = String.length text in
  match String.rindex_opt text ' ' with
  | Some last when last >= 3 && n - last <= 4 && String.for_all is_digit (String.sub text (last + 1) (n - last - 1)) -> (
      let base = String.sub text 0 (last - 2) and plus = int_of_string (String.sub text (last + 1) (n - last - 1)) in
      match (String.sub text (last - 2) 3, shape base) with
      | " + ", (Prefix | Atom) -> (base, plus)
      | " - ", (Prefix | Atom) -> (base, -plus)
      | _ -> (text, 0))
  | _ -> (text, 0)

let parse text =
  let text, plus = ending (String.trim text) in
  let n = String.length text in
  let template =
    { pieces = []; once = Array.make 10 false; order = []; kind = shape text; plus }
  in
  let pending = Buffer.create 64 in
  let flush () =
    if Buffer.length pending > 0 then begin
      template.pieces <- Text (Buffer.contents pending) :: template.pieces;
      Buffer.clear pending
    end
  in
  let ends_with word i =
    let length = String.length word in
    i + 1 >= length && String.equal (String.sub text (i + 1 - length) length) word
  in
  let skipped = ref false in
  let i = ref 0 in
  while !i < n do
    if not (Char.equal text.[!i] '%') then begin
      Buffer.add_char pending text.[!i];
      if Char.equal text.[!i] ' ' && (ends_with " and " !i || ends_with " or " !i) then skipped := true;
      incr i
    end
    else if !i + 1 < n && Char.equal text.[!i + 1] ' ' then begin
      (* the operator *)
      Buffer.add_char pending '%';
      incr i
    end
    else begin
      let arg, plus, after = hole text !i in
      let before = ref !i in
      while !before > 0 && Char.equal text.[!before - 1] ' ' do
        decr before
      done;
      let next = ref after in
      while !next < n && Char.equal text.[!next] ' ' do
        incr next
      done;
      let assigned =
        !before > 1
        && Char.equal text.[!before - 1] '='
        && (match text.[!before - 2] with '=' | '~' | '<' | '>' -> false | _ -> true)
        && !next = n
      in
      let opens = !before = 0 || match text.[!before - 1] with '(' | ',' | '[' | '{' -> true | _ -> false in
      let closes = !next = n || match text.[!next] with ')' | ',' | ']' | '}' -> true | _ -> false in
      let prefix =
        after < n
        &&
        match text.[after] with
        | '[' | '(' | ':' -> true
        | '.' -> not (after + 1 < n && Char.equal text.[after + 1] '.')
        | _ -> false
      in
      flush ();
      template.pieces <- Hole { arg; plus; bare = assigned || (opens && closes); prefix } :: template.pieces;
      let again = List.exists (Int.equal arg) template.order in
      if not again then template.order <- arg :: template.order;
      template.once.(arg) <- not (again || !skipped);
      i := after
    end
  done;
  flush ();
  template.pieces <- List.rev template.pieces;
  template.order <- List.rev template.order;
  template

(* The text as an operand; `prefix` when it is indexed or called. *)
let operand (e : expr) prefix =
  let plain = match e.kind with Prefix -> true | Atom -> not prefix | Compound -> false in
  if plain then e.text else "(" ^ e.text ^ ")"

(* These variables, and those of the expression. *)
let with_vars (e : expr) vars = match vars with [] -> e.vars | _ :: _ -> List.rev_append e.vars vars

let new_int n : expr = { text = string_of_int n; kind = (if n < 0 then Compound else Atom); known = Is n; vars = [] }
let small_ints = Array.init 64 new_int

(* The integer constant. *)
let int n = if n >= 0 && n < Array.length small_ints then small_ints.(n) else new_int n

(* Constants below are added to others. *)
let far = 0x10_0000

(* The operand `base` and `n`, which is left out when it is 0. *)
let sum base kind n vars : expr =
  if n = 0 then { text = base; kind; known = Nothing; vars }
  else
    let text = if n < 0 then base ^ " - " ^ string_of_int (-n) else base ^ " + " ^ string_of_int n in
    let known = if n > -far && n < far then Sum { base = String.length base; kind; plus = n } else Nothing in
    { text; kind = Compound; known; vars }

(* `e + n`, folded when `e` is a constant or adds one. *)
let add (e : expr) n : expr =
  match e.known with
  | Is value -> int (value + n)
  | Sum { base; kind; plus } -> sum (String.sub e.text 0 base) kind (plus + n) e.vars
  | Nothing ->
      let kind = match e.kind with Compound -> Prefix | kind -> kind in
      sum (operand e false) kind n e.vars

let ends_with_plus text =
  let n = String.length text in
  n >= 3 && Char.equal text.[n - 3] ' ' && Char.equal text.[n - 2] '+' && Char.equal text.[n - 1] ' '

let argument arg (result : expr option) (args : expr array) =
  match result with
  | Some e when arg = 0 -> e
  | _ ->
      if arg < 1 || arg > Array.length args then
        Error.fail ("a template names %" ^ string_of_int arg ^ ", which the primitive does not have")
      else args.(arg - 1)

(* The pieces after `text`. *)
let rec fill template result args text vars pieces : expr =
  match pieces with
  | [] -> { text; kind = template.kind; known = Nothing; vars }
  | Text t :: rest -> fill template result args (text ^ t) vars rest
  | Hole { arg; plus; bare; prefix } :: rest -> (
      let found = argument arg result args in
      let e = if plus = 0 then found else add found plus in
      let vars = with_vars e vars in
      match e.known with
      | Is value when value < 0 && ends_with_plus text ->
          fill template result args (String.sub text 0 (String.length text - 2) ^ "- " ^ string_of_int (-value)) vars rest
      | _ -> fill template result args (text ^ if bare then e.text else operand e prefix) vars rest)

(* The text with `args` in it; `result` is %0. *)
let expand template result args =
  let filled () = fill template result args "" [] template.pieces in
  let e =
    match template.pieces with
    | [ Hole { arg; plus = 0; _ } ] -> argument arg result args
    | [ Hole { arg = first; plus = 0; _ }; Text ((" + " | " - ") as sign); Hole { arg = second; plus = 0; _ } ] -> (
        let a = argument first result args and b = argument second result args in
        match (a.known, b.known, sign) with
        | (Nothing | Sum _), Is n, " + " -> add a n
        | (Nothing | Sum _), Is n, _ -> add a (-n)
        | Is n, (Nothing | Sum _), " + " -> add b n
        | _ -> filled ())
    | _ -> filled ()
  in
  if template.plus = 0 then e else add e template.plus
