(* The instructions of OCaml's bytecode (`runtime/caml/instruct.h`, `runtime/interp.c`): their table, and
   the decoder that reduces them to the few forms of `op`. *)

open Container

(* Name and operands of each opcode. Operands: `u` count or index, `i` integer, `l` label, `g` global,
   `p` primitive, `m` ignored; `S` the tables of SWITCH, `R` the functions of CLOSUREREC. *)
let table =
  [|
    ("ACC0", ""); ("ACC1", ""); ("ACC2", ""); ("ACC3", ""); ("ACC4", "");
    ("ACC5", ""); ("ACC6", ""); ("ACC7", ""); ("ACC", "u"); ("PUSH", "");
    ("PUSHACC0", ""); ("PUSHACC1", ""); ("PUSHACC2", ""); ("PUSHACC3", ""); ("PUSHACC4", "");
    ("PUSHACC5", ""); ("PUSHACC6", ""); ("PUSHACC7", ""); ("PUSHACC", "u"); ("POP", "u");
    ("ASSIGN", "u"); ("ENVACC1", ""); ("ENVACC2", ""); ("ENVACC3", ""); ("ENVACC4", "");
    ("ENVACC", "u"); ("PUSHENVACC1", ""); ("PUSHENVACC2", ""); ("PUSHENVACC3", ""); ("PUSHENVACC4", "");
    ("PUSHENVACC", "u"); ("PUSH_RETADDR", "l"); ("APPLY", "u"); ("APPLY1", ""); ("APPLY2", "");
    ("APPLY3", ""); ("APPTERM", "uu"); ("APPTERM1", "u"); ("APPTERM2", "u"); ("APPTERM3", "u");
    ("RETURN", "u"); ("RESTART", ""); ("GRAB", "u"); ("CLOSURE", "ul"); ("CLOSUREREC", "R");
    ("OFFSETCLOSUREM3", ""); ("OFFSETCLOSURE0", ""); ("OFFSETCLOSURE3", ""); ("OFFSETCLOSURE", "i"); ("PUSHOFFSETCLOSUREM3", "");
    ("PUSHOFFSETCLOSURE0", ""); ("PUSHOFFSETCLOSURE3", ""); ("PUSHOFFSETCLOSURE", "i"); ("GETGLOBAL", "g"); ("PUSHGETGLOBAL", "g");
    ("GETGLOBALFIELD", "gu"); ("PUSHGETGLOBALFIELD", "gu"); ("SETGLOBAL", "g"); ("ATOM0", ""); ("ATOM", "u");
    ("PUSHATOM0", ""); ("PUSHATOM", "u"); ("MAKEBLOCK", "uu"); ("MAKEBLOCK1", "u"); ("MAKEBLOCK2", "u");
    ("MAKEBLOCK3", "u"); ("MAKEFLOATBLOCK", "u"); ("GETFIELD0", ""); ("GETFIELD1", ""); ("GETFIELD2", "");
    ("GETFIELD3", ""); ("GETFIELD", "u"); ("GETFLOATFIELD", "u"); ("SETFIELD0", ""); ("SETFIELD1", "");
    ("SETFIELD2", ""); ("SETFIELD3", ""); ("SETFIELD", "u"); ("SETFLOATFIELD", "u"); ("VECTLENGTH", "");
    ("GETVECTITEM", ""); ("SETVECTITEM", ""); ("GETBYTESCHAR", ""); ("SETBYTESCHAR", ""); ("BRANCH", "l");
    ("BRANCHIF", "l"); ("BRANCHIFNOT", "l"); ("SWITCH", "S"); ("BOOLNOT", ""); ("PUSHTRAP", "l");
    ("POPTRAP", ""); ("RAISE", ""); ("CHECK_SIGNALS", ""); ("C_CALL1", "p"); ("C_CALL2", "p");
    ("C_CALL3", "p"); ("C_CALL4", "p"); ("C_CALL5", "p"); ("C_CALLN", "up"); ("CONST0", "");
    ("CONST1", ""); ("CONST2", ""); ("CONST3", ""); ("CONSTINT", "i"); ("PUSHCONST0", "");
    ("PUSHCONST1", ""); ("PUSHCONST2", ""); ("PUSHCONST3", ""); ("PUSHCONSTINT", "i"); ("NEGINT", "");
    ("ADDINT", ""); ("SUBINT", ""); ("MULINT", ""); ("DIVINT", ""); ("MODINT", "");
    ("ANDINT", ""); ("ORINT", ""); ("XORINT", ""); ("LSLINT", ""); ("LSRINT", "");
    ("ASRINT", ""); ("EQ", ""); ("NEQ", ""); ("LTINT", ""); ("LEINT", "");
    ("GTINT", ""); ("GEINT", ""); ("OFFSETINT", "i"); ("OFFSETREF", "i"); ("ISINT", "");
    ("GETMETHOD", ""); ("BEQ", "il"); ("BNEQ", "il"); ("BLTINT", "il"); ("BLEINT", "il");
    ("BGTINT", "il"); ("BGEINT", "il"); ("ULTINT", ""); ("UGEINT", ""); ("BULTINT", "ul");
    ("BUGEINT", "ul"); ("GETPUBMET", "im"); ("GETDYNMET", ""); ("STOP", ""); ("EVENT", "");
    ("BREAK", ""); ("RERAISE", ""); ("RAISE_NOTRACE", ""); ("GETSTRINGCHAR", ""); ("PERFORM", "");
    ("RESUME", ""); ("RESUMETERM", "u"); ("REPERFORMTERM", "u");
  |]

(* The first opcode that only OCaml 5 has. *)
let perform = 149

(* What an instruction does, after the push that it may begin with. Labels are absolute, in words.
   Constants are `Program.Int` or `Program.Wide`. *)
type op =
  | Nop  (* PUSH alone, CHECK_SIGNALS, EVENT, BREAK *)
  | Acc of int
  | Envacc of int
  | Pop of int
  | Assign of int
  | Push_retaddr of int
  | Apply of int  (* with 4 arguments or more, below them the three slots of PUSH_RETADDR *)
  | Appterm of int * int  (* arguments, slots to drop *)
  | Return of int
  | Restart
  | Grab of int
  | Closure of int * int  (* captured, code *)
  | Closurerec of int * int array
  | Offsetclosure of int
  | Getglobal of int
  | Getglobalfield of int * int
  | Setglobal of int
  | Const of Program.arg
  | Block of int * int  (* tag, size: ATOM, MAKEBLOCK, MAKEFLOATBLOCK *)
  | Getfield of int
  | Getfloatfield of int
  | Setfield of int
  | Prim of string * int  (* a primitive by name and number of arguments: accu, then the stack's *)
  | Offsetint of Program.arg
  | Offsetref of Program.arg
  | Branch of int
  | Branchif of int
  | Branchifnot of int
  | Compare of string * Program.arg * int
      (* comparison of the constant with accu, in this order, and where to go when it holds *)
  | Switch of int array * int array  (* labels of immediates, of tags *)
  | Pushtrap of int
  | Poptrap
  | Raise of Program.place_kind
  | Ccall of int * int  (* arguments, primitive *)
  | Getmethod
  | Getpubmet of Program.arg
  | Getdynmet
  | Stop
  | Perform
  | Resume of int  (* how many arguments are on the stack: 2, from OCaml 5.2 on 3 *)
  | Resumeterm of int * int  (* the same, slots to drop *)
  | Reperformterm of int

(* Those that are met most, by their operand. *)
let acc = Program.shared 32 (fun n -> Acc n)
let envacc = Program.shared 32 (fun n -> Envacc n)
let pop = Program.shared 32 (fun n -> Pop n)
let apply = Program.shared 32 (fun n -> Apply n)
let return = Program.shared 32 (fun n -> Return n)
let const = Program.shared 32 (fun n -> Const (Program.int n))
let getfield = Program.shared 32 (fun n -> Getfield n)

(* Reads one instruction at a time and checks its operands. *)
type operands = {
  image : image;
  mutable pc : int;  (* of the instruction *)
  mutable push : bool;  (* it begins with a push of accu *)
  mutable next : int;  (* where the next instruction starts *)
}

let operands image = { image; pc = 0; push = false; next = 0 }

let error operands message = Error.fail_at "CODE" (operands.pc * 4) message

let beyond operands = error operands "instruction ends beyond the code"
let byte code i = Char.code (String.unsafe_get code i)

(* Is the number of 31 bits whose highest byte this is? *)
let fits high = high < 64 || high >= 192

(* A word that is not an integer of the program; one of more than 31 bits is nearest of them. *)
let word operands at =
  if at >= operands.image.words then beyond operands;
  let first = at * 4 and code = operands.image.code in
  let low = byte code first + (byte code (first + 1) * 256) + (byte code (first + 2) * 0x10000) in
  let high = byte code (first + 3) in
  if high = 0 then low
  else if fits high then ((if high >= 192 then high - 256 else high) * 0x1000000) + low
  else if high >= 128 then -0x4000_0000
  else 0x3FFF_FFFF

(* Half of the word at `at`, unsigned: the low one with `from` 0, the high one with 2. *)
let half operands at from =
  ignore (word operands at);
  let first = (at * 4) + from and code = operands.image.code in
  byte code first + (byte code (first + 1) * 256)

let int operands at =
  let word = word operands at in
  let last = (at * 4) + 3 and code = operands.image.code in
  if fits (byte code last) then Program.int word
  else Program.Wide (Unmarshal.decimal (String.init 4 (fun i -> code.[last - i])))

let count operands at =
  let word = word operands at in
  if word < 0 || word >= 0x40_0000 then error operands "operand out of range";
  word

let tag operands at =
  let tag = count operands at in
  if tag > 255 then error operands "tag out of range";
  tag

let offset operands at =
  let word = word operands at in
  if word < -0x40_0000 || word >= 0x40_0000 then error operands "operand out of range";
  word

(* The label at `at`, relative to `origin`. *)
let label operands at origin =
  let target = origin + word operands at in
  if target < 0 || target >= operands.image.words then error operands "label outside the code";
  target

let labels operands count start origin =
  if count > operands.image.words - operands.pc then beyond operands;
  let labels = Array.make count 0 in
  for i = 0 to count - 1 do
    labels.(i) <- label operands (start + i) origin
  done;
  labels

let global operands at =
  let slot = count operands at in
  if slot >= Array.length operands.image.global_names then error operands "global that does not exist";
  slot

let primitive operands at =
  let number = count operands at in
  if number >= Array.length operands.image.primitives then error operands "primitive that does not exist";
  number

(* The opcode at `pc`, checked. *)
let opcode operands =
  let word = word operands operands.pc in
  if word < 0 || word >= Array.length table || (word >= perform && fst operands.image.version < 5) then begin
    let text = match int operands operands.pc with Program.Int n -> string_of_int n | Program.Wide text -> text | _ -> "" in
    error operands ("unknown opcode " ^ text)
  end;
  word

(* PUSH and the PUSH... forms. GETPUBMET's push is part of what `Getpubmet` means. *)
let pushes code =
  match code with
  | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 26 | 27 | 28 | 29 | 30 | 49 | 50 | 51 | 52 | 54 | 56 | 60 | 61 | 104
  | 105 | 106 | 107 | 108 ->
      true
  | _ -> false

(* The same, and how many words an instruction has but for its tables, by its opcode. *)
let has_push = Array.init (Array.length table) pushes
let sizes = Array.map (fun (_, operands) -> 1 + String.length operands) table

(* How many arguments RESUME has on the stack. *)
let resumed x =
  let major, minor = x.image.version in
  if major < 5 || (major = 5 && minor < 2) then 2 else 3

(* The accumulator is compared with a constant: where it leads if that holds. *)
let compare_with x name =
  let constant = int x (x.pc + 1) in
  Compare (name, constant, label x (x.pc + 2) (x.pc + 2))

(* Decodes the instruction at word `pc` of the code that `x` reads. *)
let decode x pc =
  x.pc <- pc;
  let code = opcode x in
  x.push <- has_push.(code);
  x.next <- pc + sizes.(code);
  match code with
  | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 -> acc code
  | 8 -> acc (count x (pc + 1))
  | 9 -> Nop
  | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 -> acc (code - 10)
  | 18 -> acc (count x (pc + 1))
  | 19 -> pop (count x (pc + 1))
  | 20 -> Assign (count x (pc + 1))
  | 21 | 22 | 23 | 24 -> envacc (code - 20)
  | 25 -> envacc (count x (pc + 1))
  | 26 | 27 | 28 | 29 -> envacc (code - 25)
  | 30 -> envacc (count x (pc + 1))
  | 31 -> Push_retaddr (label x (pc + 1) (pc + 1))
  | 32 ->
      let arguments = count x (pc + 1) in
      if arguments < 4 then error x "APPLY of fewer than 4 arguments";
      apply arguments
  | 33 | 34 | 35 -> apply (code - 32)
  | 36 ->
      let first = count x (pc + 1) in
      Appterm (first, count x (pc + 2))
  | 37 | 38 | 39 -> Appterm (code - 36, count x (pc + 1))
  | 40 -> return (count x (pc + 1))
  | 41 -> Restart
  | 42 -> Grab (count x (pc + 1))
  | 43 ->
      let first = count x (pc + 1) in
      Closure (first, label x (pc + 2) (pc + 2))
  | 44 ->
      let functions = count x (pc + 1) in
      if functions = 0 then error x "CLOSUREREC without functions";
      x.next <- pc + 3 + functions;
      let captured = count x (pc + 2) in
      Closurerec (captured, labels x functions (pc + 3) (pc + 3))
  | 45 | 49 -> Offsetclosure (-3)
  | 46 | 50 -> Offsetclosure 0
  | 47 | 51 -> Offsetclosure 3
  | 48 | 52 -> Offsetclosure (offset x (pc + 1))
  | 53 | 54 -> Getglobal (global x (pc + 1))
  | 55 | 56 ->
      let first = global x (pc + 1) in
      Getglobalfield (first, count x (pc + 2))
  | 57 -> Setglobal (global x (pc + 1))
  | 58 | 60 -> Block (0, 0)
  | 59 | 61 -> Block (tag x (pc + 1), 0)
  | 62 ->
      let tag = tag x (pc + 2) in
      Block (tag, count x (pc + 1))
  | 63 | 64 | 65 -> Block (tag x (pc + 1), code - 62)
  | 66 -> Block (254, count x (pc + 1))
  | 67 | 68 | 69 | 70 -> getfield (code - 67)
  | 71 -> getfield (count x (pc + 1))
  | 72 -> Getfloatfield (count x (pc + 1))
  | 73 | 74 | 75 | 76 -> Setfield (code - 73)
  | 77 | 78 -> Setfield (count x (pc + 1))
  | 79 -> Prim ("%array_length", 1)
  | 80 -> Prim ("%array_get", 2)
  | 81 -> Prim ("%array_set", 3)
  | 82 -> Prim ("%bytes_get", 2)
  | 83 -> Prim ("%bytes_set", 3)
  | 84 -> Branch (label x (pc + 1) (pc + 1))
  | 85 -> Branchif (label x (pc + 1) (pc + 1))
  | 86 -> Branchifnot (label x (pc + 1) (pc + 1))
  | 87 ->
      let ints = half x (pc + 1) 0 in
      let tags = half x (pc + 1) 2 in
      x.next <- pc + 2 + ints + tags;
      let of_ints = labels x ints (pc + 2) (pc + 2) in
      Switch (of_ints, labels x tags (pc + 2 + ints) (pc + 2))
  | 88 -> Prim ("%bool_not", 1)
  | 89 -> Pushtrap (label x (pc + 1) (pc + 1))
  | 90 -> Poptrap
  | 91 -> Raise Program.Raising
  | 146 -> Raise Program.Reraising
  | 147 -> Raise Program.Notrace
  | 92 | 144 | 145 -> Nop
  | 93 | 94 | 95 | 96 | 97 -> Ccall (code - 92, primitive x (pc + 1))
  | 98 ->
      let first = count x (pc + 1) in
      Ccall (first, primitive x (pc + 2))
  | 99 | 100 | 101 | 102 -> const (code - 99)
  | 104 | 105 | 106 | 107 -> const (code - 104)
  | 103 | 108 -> Const (int x (pc + 1))
  | 109 -> Prim ("%int_neg", 1)
  | 110 -> Prim ("%int_add", 2)
  | 111 -> Prim ("%int_sub", 2)
  | 112 -> Prim ("%int_mul", 2)
  | 113 -> Prim ("%int_div", 2)
  | 114 -> Prim ("%int_mod", 2)
  | 115 -> Prim ("%int_and", 2)
  | 116 -> Prim ("%int_or", 2)
  | 117 -> Prim ("%int_xor", 2)
  | 118 -> Prim ("%int_lsl", 2)
  | 119 -> Prim ("%int_lsr", 2)
  | 120 -> Prim ("%int_asr", 2)
  | 121 -> Prim ("%int_eq", 2)
  | 122 -> Prim ("%int_ne", 2)
  | 123 -> Prim ("%int_lt", 2)
  | 124 -> Prim ("%int_le", 2)
  | 125 -> Prim ("%int_gt", 2)
  | 126 -> Prim ("%int_ge", 2)
  | 127 -> Offsetint (int x (pc + 1))
  | 128 -> Offsetref (int x (pc + 1))
  | 129 -> Prim ("%is_int", 1)
  | 130 -> Getmethod
  | 131 -> compare_with x "%int_eq"
  | 132 -> compare_with x "%int_ne"
  | 133 -> compare_with x "%int_lt"
  | 134 -> compare_with x "%int_le"
  | 135 -> compare_with x "%int_gt"
  | 136 -> compare_with x "%int_ge"
  | 137 -> Prim ("%int_ult", 2)
  | 138 -> Prim ("%int_uge", 2)
  | 139 -> compare_with x "%int_ult"
  | 140 -> compare_with x "%int_uge"
  | 141 ->
      ignore (word x (pc + 2));
      Getpubmet (int x (pc + 1))
  | 142 -> Getdynmet
  | 143 -> Stop
  | 148 -> Prim ("%string_get", 2)
  | 149 -> Perform
  | 150 -> Resume (resumed x)
  | 151 -> Resumeterm (resumed x, count x (pc + 1))
  | _ -> Reperformterm (count x (pc + 1))
