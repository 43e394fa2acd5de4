(* The text of the IR (compiler/ARCHITECTURE.md, section 6). *)

open Program

let add_int out n = Buffer.add_string out (string_of_int n)

(* A byte string as an OCaml literal. *)
let quoted out bytes =
  Buffer.add_char out '"';
  for i = 0 to String.length bytes - 1 do
    let c = bytes.[i] in
    let b = Char.code c in
    if b = 34 || b = 92 then begin
      Buffer.add_char out '\\';
      Buffer.add_char out c
    end
    else if b >= 32 && b < 127 then Buffer.add_char out c
    else begin
      Buffer.add_char out '\\';
      add_int out (b / 100);
      add_int out (b / 10 mod 10);
      add_int out (b mod 10)
    end
  done;
  Buffer.add_char out '"'

let arg out (data : Unmarshal.arena) = function
  | Var v ->
    Buffer.add_char out 'v';
    add_int out v
  | Int n -> add_int out n
  | Wide s -> Buffer.add_string out s
  | Literal node -> (
    match data.nodes.(node) with
    | Unmarshal.Str s -> quoted out s
    | Unmarshal.Double bits -> Buffer.add_string out (Literal.float_text bits)
    | _ -> Buffer.add_char out '?')

(* The items, separated by spaces. *)
let spaced out item list =
  Array.iteri
    (fun i x ->
      if i > 0 then Buffer.add_char out ' ';
      item x)
    list

(* In parentheses. *)
let args out data list =
  Buffer.add_char out '(';
  spaced out (arg out data) list;
  Buffer.add_char out ')'

let vars out list =
  spaced out
    (fun v ->
      Buffer.add_char out 'v';
      add_int out v)
    list

let target out data t =
  Buffer.add_char out 'b';
  add_int out t.block;
  if Array.length t.args > 0 then args out data t.args

let targets out data list =
  Buffer.add_char out '[';
  spaced out (target out data) list;
  Buffer.add_char out ']'

(* What is called and with what. *)
let call out data closure list callee =
  (match callee with
  | Any -> ()
  | Exact -> Buffer.add_string out "exact "
  | Known f ->
      Buffer.add_string out "known ";
      add_int out f;
      Buffer.add_char out ' ');
  arg out data closure;
  Buffer.add_char out ' ';
  args out data list

let instr out data i =
  Buffer.add_string out "  ";
  vars out (Visit.dests i);
  (match i with
  | Prim (_, name, list) ->
    Buffer.add_string out " = ";
    Buffer.add_string out name;
    Array.iter
      (fun a ->
        Buffer.add_char out ' ';
        arg out data a)
      list
  | Apply { closure; args = list; callee; _ } ->
    Buffer.add_string out " = apply ";
    call out data closure list callee
  | Closures { functions; _ } ->
    Buffer.add_string out " = closures";
    Array.iter
      (fun (f, captured) ->
        Buffer.add_char out ' ';
        add_int out f;
        Buffer.add_char out ' ';
        args out data captured)
      functions
  | Try { body; args = list; _ } ->
    Buffer.add_string out " = try ";
    add_int out body;
    Buffer.add_char out ' ';
    args out data list);
  Buffer.add_char out '\n'

let term out data t =
  Buffer.add_string out "  ";
  (match t with
  | Return a ->
    Buffer.add_string out "return ";
    arg out data a
  | Raise a ->
    Buffer.add_string out "raise ";
    arg out data a
  | Jump t ->
    Buffer.add_string out "jump ";
    target out data t
  | If (a, yes, no) ->
    Buffer.add_string out "if ";
    arg out data a;
    Buffer.add_char out ' ';
    target out data yes;
    Buffer.add_char out ' ';
    target out data no
  | Switch (a, ints, tags) ->
    Buffer.add_string out "switch ";
    arg out data a;
    Buffer.add_char out ' ';
    targets out data ints;
    Buffer.add_char out ' ';
    targets out data tags
  | Tail { closure; args = list; callee } ->
    Buffer.add_string out "tail ";
    call out data closure list callee
  | Part (f, list) ->
    Buffer.add_string out "part ";
    add_int out f;
    Buffer.add_char out ' ';
    args out data list
  | Leave (exit, list) ->
    Buffer.add_string out "leave ";
    add_int out exit;
    Buffer.add_char out ' ';
    args out data list
  | Pushtrap { exn; body; handler } ->
    Buffer.add_string out "pushtrap ";
    vars out [| exn |];
    Buffer.add_char out ' ';
    target out data body;
    Buffer.add_char out ' ';
    target out data handler
  | Poptrap t ->
    Buffer.add_string out "poptrap ";
    target out data t
  | Unreachable -> Buffer.add_string out "unreachable");
  Buffer.add_char out '\n'

let block out data id (b : block) =
  Buffer.add_char out 'b';
  add_int out id;
  if Array.length b.params > 0 then begin
    Buffer.add_char out '(';
    vars out b.params;
    Buffer.add_char out ')'
  end;
  Buffer.add_string out ":\n";
  Array.iter (instr out data) b.body;
  term out data b.term

(* The text of one function, without the blank line. *)
let func out data (f : func) =
  Buffer.add_string out "function ";
  add_int out f.id;
  Buffer.add_char out ' ';
  Buffer.add_string out f.name;
  Buffer.add_string out (match f.kind with Closure -> " closure (" | Direct -> " direct (" | Body -> " body (" | Part_of -> " part (");
  vars out f.params;
  Buffer.add_string out ")\n";
  Array.iteri (block out data) f.blocks

(* The text of a program. *)
let run program =
  let out = Buffer.create 65536 in
  Array.iter
    (function
      | Some f ->
        func out program.data f;
        Buffer.add_char out '\n'
      | None -> ())
    program.functions;
  Buffer.contents out
