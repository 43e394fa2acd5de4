(* Executables that `ocamlc -output-complete-exe` makes: the bytecode stands inside an ELF file. *)

(* Version and sections of an ELF file that holds bytecode as data of a C program. *)
let run file : Sections.parts =
  Error.fail_at "file" (String.length file) "an ELF file without bytecode at its end"
