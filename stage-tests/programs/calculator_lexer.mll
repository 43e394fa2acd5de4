(* The tokens of calculator.ml. *)
{
open Calculator_parser
exception Unknown of char * int
}
let digit = ['0'-'9']
let letter = ['a'-'z' 'A'-'Z' '_']
rule token = parse
  | [' ' '\t'] { token lexbuf }
  | '\n' { Lexing.new_line lexbuf; EOL }
  | "(*" { comment 1 lexbuf }
  | digit+ as n { NUMBER (int_of_string n) }
  | "0x" ['0'-'9' 'a'-'f']+ as n { NUMBER (int_of_string n) }
  | "let" { LET }
  | letter (letter | digit)* as v { NAME v }
  | '"' { let b = Buffer.create 10 in text b lexbuf }
  | '+' { PLUS } | '-' { MINUS } | '*' { TIMES } | '/' { DIVIDE } | '^' { POWER } | '=' { EQUAL } | '(' { OPEN } | ')' { CLOSE }
  | eof { EOF }
  | _ as c { raise (Unknown (c, (Lexing.lexeme_start_p lexbuf).Lexing.pos_lnum)) }
and comment depth = parse
  | "(*" { comment (depth + 1) lexbuf }
  | "*)" { if depth = 1 then token lexbuf else comment (depth - 1) lexbuf }
  | eof { EOF }
  | _ { comment depth lexbuf }
and text b = parse
  | '"' { NUMBER (String.length (Buffer.contents b)) }
  | '\\' (_ as c) { Buffer.add_char b c; text b lexbuf }
  | [^ '"' '\\']+ as s { Buffer.add_string b s; text b lexbuf }
