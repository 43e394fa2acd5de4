(* The runtime's code for the compact style: no comments, only the blanks that Lua needs, short names for locals.

   A name that is declared as a local anywhere in the code is replaced wherever it stands for a variable, by one that no other
   name of the code has. So every variable that was another one stays another one, and no scopes have to be known. What it
   asks of the runtime: a name is not a local in one place of a section and a global in another, but for
   those of Lua's library, which stay. *)

module Names = Map.Make (String)
module Set = Set.Make (String)

(* Lines are broken at the next blank beyond this length. *)
let line_length = 120

(* Keywords, globals and what Lua itself declares: no new names, and not replaced. *)
let reserved =
  "and break do else elseif end false for function goto if in local nil not or repeat return then true until while arg assert bit \
   bit32 buffer collectgarbage coroutine debug error getfenv getmetatable io ipairs jit load loadfile loadstring math newproxy next os \
   package pairs pcall print rawequal rawget rawlen rawset require select self setfenv setmetatable string table tonumber tostring \
   type unpack utf8 vim warn xpcall"

let is_word = Template.is_word
let is_digit = Template.is_digit
let is_name token = is_word token.[0] && not (is_digit token.[0])

(* The index after the long bracket that begins at `start`, where there is a bracket; -1: that is no long one. *)
let long_bracket code start =
  let n = String.length code in
  let at i = if i < n then code.[i] else ' ' in
  let rec equals i = if at i = '=' then equals (i + 1) else i in
  let last = equals (start + 1) in
  if not (at last = '[') then -1
  else
    let rec close i =
      if i >= n then n
      else if at i = ']' && Int.equal (equals (i + 1) - i) (last - start) && at (equals (i + 1)) = ']' then equals (i + 1) + 1
      else close (i + 1)
    in
    close (last + 1)

(* Words and numbers, strings, operators, and single characters; no comments. *)
let tokens code =
  let n = String.length code in
  let at i = if i < n then code.[i] else ' ' in
  let rec while_from i holds = if i < n && holds code.[i] then while_from (i + 1) holds else i in
  let rec quoted i quote =
    if i >= n then n
    else if code.[i] = quote then i + 1
    else quoted (if code.[i] = '\\' then i + 2 else i + 1) quote
  in
  let token_end i c =
    let bracket = if c = '[' then long_bracket code i else -1 in
    if c = '"' || c = '\'' then quoted (i + 1) c
    else if bracket >= 0 then bracket
    else if is_digit c then
      let last = while_from i (fun c -> is_word c || c = '.') in
      if code.[last - 1] = 'e' && not (at (i + 1) = 'x') then Lua_text.word_end code (last + 1) else last
    else if is_word c then Lua_text.word_end code i
    else if c = '.' then while_from i (fun c -> c = '.')
    else
      match (c, at (i + 1)) with
      | ('<' | '>' | '~' | '='), '=' | '<', '<' | '>', '>' | '/', '/' -> i + 2
      | _ -> i + 1
  in
  let rec go i result =
    if i >= n then Visit.of_reversed result
    else
      match code.[i] with
      | ' ' | '\t' | '\r' | '\n' -> go (i + 1) result
      | '-' when at (i + 1) = '-' -> go (Option.value (String.index_from_opt code i '\n') ~default:n) result
      | c ->
          let next = token_end i c in
          go next (String.sub code i (next - i) :: result)
  in
  go 0 []

let at tokens i = if i >= 0 && i < Array.length tokens then tokens.(i) else ""

type variables = {
  names : bool array;  (* which of the tokens are names of variables: no keywords, fields, methods, or keys of a constructor *)
  mutable scope : bool;  (* whether there is a local outside of functions and blocks *)
}

let variables tokens reserved =
  let found = { names = Array.make (Array.length tokens) false; scope = false } in
  let is_open = ref [] in
  Array.iteri
    (fun i token ->
      let before = at tokens (i - 1) in
      let field = match before with "." | ":" -> true | _ -> false in
      (match token with
      | _ when field -> ()
      | "{" | "(" | "[" | "function" | "if" | "do" | "repeat" -> is_open := token :: !is_open
      | "}" | ")" | "]" | "end" | "until" -> is_open := (match !is_open with _ :: rest -> rest | [] -> [])
      | _ -> ());
      let first =
        match (before, !is_open) with ("{" | "," | ";"), "{" :: _ -> true | _ -> false
      in
      let key = first && String.equal (at tokens (i + 1)) "=" in
      found.names.(i) <- is_name token && (not field) && (not key) && not (Set.mem token reserved);
      match !is_open with [] when String.equal token "local" -> found.scope <- true | _ -> ())
    tokens;
  found

(* The names that `local`, `for` and the parameters of functions declare. *)
let declared tokens =
  let rec names i set =
    let set = if i < Array.length tokens && is_name tokens.(i) then Set.add tokens.(i) set else set in
    if String.equal (at tokens (i + 1)) "," then names (i + 2) set else set
  in
  let rec parameters i = if String.equal (at tokens i) "(" || i >= Array.length tokens then i + 1 else parameters (i + 1) in
  let rec go i set =
    if i >= Array.length tokens then set
    else
      go (i + 1)
        (match tokens.(i) with
        | "local" when String.equal (at tokens (i + 1)) "function" -> names (i + 2) set
        | "local" | "for" -> names (i + 1) set
        | "function" -> names (parameters i) set
        | _ -> set)
  in
  go 0 Set.empty

(* a, b, … z, aa, ab, … *)
let rec short number =
  let letter = String.make 1 (Char.chr (97 + (number mod 26))) in
  if number < 26 then letter else short ((number / 26) - 1) ^ letter

(* The new names, in the order of the first occurrence. They follow from that order alone: code that was renamed before gets the same. *)
let renamed tokens variables reserved =
  let declared = declared tokens in
  let is_local token = token.[0] >= 'a' && token.[0] <= 'z' && Set.mem token declared in
  let taken = ref reserved in
  Array.iteri (fun i token -> if variables.names.(i) && not (is_local token) then taken := Set.add token !taken) tokens;
  let names = ref Names.empty in
  let number = ref 0 in
  Array.iteri
    (fun i token ->
      if variables.names.(i) && is_local token && not (Names.mem token !names) then begin
        while Set.mem (short !number) !taken do
          incr number
        done;
        names := Names.add token (short !number) !names;
        incr number
      end)
    tokens;
  !names

let reserved_words = List.fold_right Set.add (String.split_on_char ' ' reserved) Set.empty

(* The code in lines, each with its end; `short`: the names of what is not its own; `wrap`: between `do` and `end` when it has
   locals. *)
let run code short wrap =
  let tokens = tokens code in
  let variables = variables tokens reserved_words in
  let names = renamed tokens variables reserved_words in
  let lines = ref "" and line = ref "" in
  let last = ref '\n' in
  let add text =
    let first = text.[0] in
    if not ((is_word !last && is_word first) || (is_digit !last && first = '.') || (!last = '-' && first = '-')) then
      line := !line ^ text
    else if String.length !line > line_length then begin
      lines := !lines ^ !line ^ "\n";
      line := text
    end
    else line := !line ^ " " ^ text;
    last := text.[String.length text - 1]
  in
  let wrapped = wrap && variables.scope in
  if wrapped then add "do";
  Array.iteri
    (fun i token ->
      if variables.names.(i) then
        add (match Names.find_opt token names with Some name -> name | None -> Short_names.local short token)
      else if String.equal (at tokens (i - 1)) "." && String.equal (at tokens (i - 2)) "P" then
        add (Short_names.primitive short token)
      else add token)
    tokens;
  if wrapped then add "end";
  if Array.length tokens > 0 then !lines ^ !line ^ "\n" else ""
