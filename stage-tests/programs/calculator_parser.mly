/* The grammar of calculator.ml. */
%{
let table : (string * int) list ref = ref []
let rec power b n = if n <= 0 then 1 else b * power b (n - 1)
%}
%token <int> NUMBER
%token <string> NAME
%token PLUS MINUS TIMES DIVIDE POWER EQUAL OPEN CLOSE LET EOL EOF
%left PLUS MINUS
%left TIMES DIVIDE
%nonassoc UMINUS
%right POWER
%start line
%type <int option> line
%%
line:
  | expr EOL { Some $1 }
  | LET NAME EQUAL expr EOL { table := ($2, $4) :: !table; Some $4 }
  | EOL { Some 0 }
  | EOF { None }
  | error EOL { Some (-999) }
;
expr:
  | NUMBER { $1 }
  | NAME { List.assoc $1 !table }
  | expr PLUS expr { $1 + $3 }
  | expr MINUS expr { $1 - $3 }
  | expr TIMES expr { $1 * $3 }
  | expr DIVIDE expr { $1 / $3 }
  | MINUS expr %prec UMINUS { - $2 }
  | expr POWER expr { power $1 $3 }
  | OPEN expr CLOSE { $2 }
;
