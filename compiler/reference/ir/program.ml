(* The intermediate representation: SSA with block parameters (compiler/ARCHITECTURE.md, section 5).
   Variables are numbered per function, blocks per function, functions per program; block 0 is the entry. The arrays of instructions, of
   what they are given and of parameters are shared: a pass makes new ones. *)

type arg =
  | Var of int
  | Int of int  (* an integer of at most 31 bits *)
  | Wide of string  (* a wider one, in decimal *)
  | Literal of int  (* node of the data arena: a string or a float *)

(* What `make` gives for a number; for the first `count` ones, which are met most, there is one each. *)
let shared count make =
  let first = Array.init count make in
  fun n -> if n >= 0 && n < count then first.(n) else make n

let int = shared 256 (fun n -> Int n)
let var = shared 256 (fun v -> Var v)

type target = { block : int; args : arg array }

(* What is known of the function that a call is of: nothing, it may take more or fewer arguments; it takes as many as there are; it is
   this one. *)
type callee = Any | Exact | Known of int

type instr =
  | Prim of int * string * arg array
  | Apply of { dest : int; closure : arg; args : arg array; callee : callee }
  | Closures of { dests : int array; functions : (int * arg array) array }  (* function, captured *)
  | Try of { dests : int array; body : int; args : arg array }

type term =
  | Return of arg
  | Raise of arg
  | Jump of target
  | If of arg * target * target  (* not 0, 0 *)
  | Switch of arg * target array * target array  (* immediates, tags *)
  | Tail of { closure : arg; args : arg array; callee : callee }
  | Part of int * arg array
  | Leave of int * arg array
  | Pushtrap of { exn : int; body : target; handler : target }
  | Poptrap of target
  | Unreachable  (* a block that was removed *)

type block = { mutable params : int array; mutable body : instr array; mutable term : term }
type kind =
  | Closure
  | Direct  (* only ever called directly, and without a closure *)
  | Body
  | Part_of

type func = {
  id : int;
  mutable name : string;  (* of the OCaml source where debug information has it, else of the unit; unique in the program *)
  place : string;  (* the definition in the OCaml source, its file and line: `List.map, list.ml:92`; "" when unknown *)
  kind : kind;
  mutable params : int array;  (* Closure: self first *)
  mutable exits : int;  (* Body: how many ways it leaves *)
  mutable blocks : block array;
  mutable names : string array;  (* hint for each variable, "" for none; its length is the number of variables *)
}

(* Does it take its closure? *)
let has_closure (f : func) = match f.kind with Closure -> true | Direct | Body | Part_of -> false

(* What happens at a place where an exception may be raised. *)
type place_kind =
  | Call  (* a call, or an operation of the runtime *)
  | Raising
  | Reraising
  | Notrace  (* a raise that leaves no backtrace *)

(* A range of the OCaml source, in the terms of `runtime/backtrace_byt.c`. *)
type location = {
  file : string;
  definition : string;
  line : int;
  start : int;  (* from the start of `line`: the first character *)
  stop : int;  (* and the one after the last *)
  end_line : int;
  end_char : int;  (* from the start of `end_line` *)
}

(* A place of which a backtrace can speak: the operand of `%place` is its number. *)
type place = {
  kind : place_kind;
  (* Its own, then those of the calls whose arguments it helps to compute and whose return address is on ocamlrun's stack, the
     inner first. None where the debugging events do not say. *)
  locations : location option list;
}

type t = {
  mutable functions : func option array;  (* None: removed *)
  main : int;
  data : Unmarshal.arena;
  mutable globals : int array;  (* node of each global's initial value *)
  mutable global_names : string array;  (* unit of each global, "" for constants *)
  mutable lifted : int;  (* how many slots follow those of the globals: values of main that functions read *)
  places : place array;  (* those of the `%place` instructions; empty unless locations are wanted *)
  version : int * int;  (* of the OCaml that made the bytecode: 4, 13 *)
}
