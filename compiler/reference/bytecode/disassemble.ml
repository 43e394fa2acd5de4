(* The text of the code: one instruction a line, labels, where functions begin, names and source lines
   where they are known. *)

open Container

(* What stands at a word of the code. *)
let nothing = '\000'
let label = '\001'
let a_function = '\002'

let mark marks labels kind =
  Array.iter (fun label -> if Bytes.get marks label <> a_function then Bytes.set marks label kind) labels

let find_marks (operands : Opcode.operands) =
  let image = operands.image in
  let marks = Bytes.make image.words nothing in
  let pc = ref 0 in
  while !pc < image.words do
    (match Opcode.decode operands !pc with
    | Closure (_, target) -> mark marks [| target |] a_function
    | Closurerec (_, labels) -> mark marks labels a_function
    | Push_retaddr target
    | Branch target
    | Branchif target
    | Branchifnot target
    | Compare (_, _, target)
    | Pushtrap target ->
        mark marks [| target |] label
    | Switch (ints, tags) ->
        mark marks ints label;
        mark marks tags label
    | _ -> ());
    pc := operands.next
  done;
  marks

let write_int text number = Buffer.add_string text (string_of_int number)

let write_labels text labels =
  Buffer.add_string text " [";
  Array.iteri
    (fun index label ->
      if index > 0 then Buffer.add_char text ' ';
      Buffer.add_char text 'L';
      write_int text label)
    labels;
  Buffer.add_char text ']'

let write_global text image slot =
  write_int text slot;
  if String.length image.global_names.(slot) > 0 then begin
    Buffer.add_char text '(';
    Buffer.add_string text image.global_names.(slot);
    Buffer.add_char text ')'
  end

(* Operands as the table of opcodes has them. *)
let write_operands text (operands : Opcode.operands) layout =
  let image = operands.image and pc = operands.pc in
  for index = 0 to String.length layout - 1 do
    let at = pc + 1 + index in
    Buffer.add_char text ' ';
    match layout.[index] with
    | 'l' ->
        Buffer.add_char text 'L';
        write_int text (Opcode.label operands at at)
    | 'g' -> write_global text image (Opcode.global operands at)
    | 'p' -> Buffer.add_string text image.primitives.(Opcode.primitive operands at)
    | _ -> (
        match Opcode.int operands at with
        | Program.Int number -> write_int text number
        | Program.Wide number -> Buffer.add_string text number
        | _ -> ())
  done

let write_function text (operands : Opcode.operands) debug pc =
  let start = match Opcode.decode operands pc with Grab _ -> operands.next | _ -> pc in
  Buffer.add_string text "\nfunction L";
  write_int text pc;
  (match Debug_events.function_name debug start with
  | Some name ->
      Buffer.add_char text ' ';
      Buffer.add_string text name
  | None -> ());
  Buffer.add_string text ":\n"

(* The whole code. *)
let run image =
  let operands = Opcode.operands image in
  let marks = find_marks operands in
  let debug = Debug_events.run image in
  let text = Buffer.create 65536 in
  let pc = ref 0 in
  while !pc < image.words do
    if Bytes.get marks !pc = label then begin
      Buffer.add_char text 'L';
      write_int text !pc;
      Buffer.add_string text ":\n"
    end
    else if Bytes.get marks !pc = a_function then write_function text operands debug !pc;
    let op = Opcode.decode operands !pc in
    let name, layout = Opcode.table.(Opcode.opcode operands) in
    let number = string_of_int !pc in
    for _ = String.length number to 7 do
      Buffer.add_char text ' '
    done;
    Buffer.add_string text number;
    Buffer.add_string text "  ";
    Buffer.add_string text name;
    (match op with
    | Switch (ints, tags) ->
        write_labels text ints;
        write_labels text tags
    | Closurerec (captured, labels) ->
        Buffer.add_char text ' ';
        write_int text captured;
        write_labels text labels
    | _ -> write_operands text operands layout);
    (match Debug_events.line debug !pc with
    | Some (file, line) ->
        Buffer.add_string text "  ; ";
        Buffer.add_string text file;
        Buffer.add_char text ':';
        write_int text line
    | None -> ());
    Buffer.add_char text '\n';
    pc := operands.next
  done;
  Buffer.contents text
