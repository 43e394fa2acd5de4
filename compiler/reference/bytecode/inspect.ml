(* What a bytecode executable holds, as text: sections, primitives, globals, code. *)

(* The text for a file's bytes. *)
let run file =
  let image = Container.read file in
  let text = Buffer.create 65536 in
  let add parts =
    List.iter (Buffer.add_string text) parts;
    Buffer.add_char text '\n'
  in
  let int = string_of_int in
  let major, minor = image.version in
  add [ "OCaml "; int major; "."; int minor; "\n\nsections" ];
  List.iter
    (fun (section : Sections.section) ->
      add [ "  "; section.name; " at "; int section.offset; ", "; int section.size; " bytes" ])
    image.sections;
  add [ "\nprimitives" ];
  Array.iteri (fun number name -> add [ "  "; int number; " "; name ]) image.primitives;
  add [ "\nglobals\n  "; int (Array.length image.globals); ", of these units:" ];
  Array.iteri
    (fun slot name -> if String.length name > 0 then add [ "  "; int slot; " "; name ])
    image.global_names;
  add [ "\ncode" ];
  Buffer.add_string text (Disassemble.run image);
  Buffer.contents text
