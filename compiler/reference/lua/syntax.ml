(* The Lua that the emitter makes: statements as a tree, expressions as text with what the next steps ask of them. *)

(* What an expression may stand next to. *)
type kind =
  | Prefix  (* a name, an index or a call: may be indexed and called *)
  | Atom  (* a non-negative number or a string: an operand, but not to be indexed *)
  | Compound  (* anything else: in parentheses wherever it is an operand *)

(* What is known of an expression's value. *)
type known =
  | Nothing
  | Is of int  (* an integer constant of at most 31 bits *)
  | Sum of { base : int; kind : kind; plus : int }  (* the first `base` characters are an operand of this kind, to which this is added *)

type expr = {
  text : string;
  kind : kind;
  known : known;
  vars : int list;  (* the variables whose registers the text names *)
}

type dest = {
  var : int;
  name : string;  (* a local's name, or a slot of the spill table *)
}

type stat =
  | Assign of { local : bool; dests : dest list; value : expr }
  | Local of string list
  | Scratch of { local : bool; value : expr }  (* assigns `T`, and declares it if nothing around or before it does *)
  | Place of int  (* the next assignment, text or failure stands on a line of its own, which belongs to this place of the program *)
  | Text of expr  (* any other statement of one line *)
  | If of expr * stat list * stat list
  | Loop of expr * stat list  (* what stands before `do`, and what is done *)
  | Once of stat list  (* repeat … until true *)
  | Break
  | Return of expr
  | Fail of expr  (* a call that does not return *)

type func = {
  declares : string list;  (* locals of its group that are declared in front of it *)
  head : string;  (* what it begins with, up to its parameters *)
  field : (string * string) option;  (* local name and field of `F`, when it has both *)
  comment : string;  (* where it stands in the OCaml source, else its name *)
  params : string list;
  body : stat list;
}

(* An expression that names no register. *)
let constant text kind = { text; kind; known = Nothing; vars = [] }

(* Does control never reach the end of the statements? *)
let rec terminated stats =
  match stats with
  | [] -> false
  | [ (Break | Return _ | Fail _) ] -> true
  | _ :: rest -> terminated rest
