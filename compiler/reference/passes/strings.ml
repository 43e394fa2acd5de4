(* Strings are made at once where OCaml's library creates bytes, copies into them and takes them for a string: `a ^ b` is `..`, and
   what `String.sub` or `Buffer.contents` copies is a part of a string. The bytes of a string that are only read are read from it.
   `inline` does so in each function, before it is inlined itself. *)

open Program

(* The primitive that reads a string as this one reads bytes, its first argument; "": there is none. *)
let reading = function
  | "caml_ml_bytes_length" -> "caml_ml_string_length"
  | "caml_bytes_get" -> "caml_string_get"
  | "%bytes_get" -> "%string_get"
  | "caml_blit_bytes" -> "caml_blit_string"
  | _ -> ""

(* Reads strings where bytes are only read that were made of them; gives whether there was anything. *)
let read_strings (f : func) uses =
  let strings = Array.make (Array.length f.names) Simplify.itself in
  let note = function
    | Prim (dest, "caml_bytes_of_string", [| string |]) -> strings.(dest) <- string
    | Prim (_, name, args) when Array.length args > 0 -> (
        match args.(0) with
        | Var bytes when String.length (reading name) > 0 -> uses.(bytes) <- uses.(bytes) - 1
        | _ -> ())
    | _ -> ()
  in
  Array.iter (fun (block : block) -> Array.iter note block.body) f.blocks;
  let changed = ref false in
  let read instr =
    match instr with
    | Prim (dest, name, args) when Array.length args > 0 -> (
        match args.(0) with
        | Var bytes when uses.(bytes) = 0 && strings.(bytes) != Simplify.itself -> (
            match reading name with
            | "" -> instr
            | reading ->
                changed := true;
                let args = Array.copy args in
                args.(0) <- strings.(bytes);
                Prim (dest, reading, args))
        | _ -> instr)
    | _ -> instr
  in
  Array.iter (fun (block : block) -> block.body <- Visit.map_array read block.body) f.blocks;
  !changed

(* What is known of a function, by variable: the instruction of the block that defines it, the copies of the block into the bytes that it
   is, the last one first, and what becomes of the instruction: `None` when it stays, else another one or `Visit.nothing`. *)
type search = {
  uses : int array;
  definitions : instr array;
  copies : instr list array;
  changes : instr option array;
}

(* Is it the length of the string? *)
let is_length search string = function
  | Var v -> (
      match search.definitions.(v) with
      | Prim (_, "caml_ml_string_length", [| other |]) -> Simplify.same_arg other string
      | _ -> false)
  | _ -> false

(* Is it the sum of these? *)
let is_sum search a b = function
  | Var v -> (
      match search.definitions.(v) with
      | Prim (_, "%int_add", [| x; y |]) -> Simplify.same_arg x a && Simplify.same_arg y b
      | _ -> false)
  | _ -> false

(* What makes the string `dest` that bytes of this size with these copies become, if it is a part of another value or all of two
   strings, and which copy it takes the place of: bytes are read where they were copied. *)
let made search dest size copies =
  match copies with
  | [ Prim (copy, name, [| source; start; _; Int 0; count |]) ] when Simplify.same_arg count size ->
      let name = if String.equal name "caml_blit_bytes" then "%bytes_sub_string" else "%string_sub" in
      Some (copy, Prim (dest, name, [| source; start; size |]))
  | [
   Prim (_, "caml_blit_string", [| b; Int 0; _; b_to; b_size |]);
   Prim (_, "caml_blit_string", [| a; Int 0; _; Int 0; a_size |]);
  ]
    when Simplify.same_arg b_to a_size && is_sum search a_size b_size size && is_length search a a_size
         && is_length search b b_size ->
      Some (dest, Prim (dest, "caml_string_concat", [| a; b |]))
  | _ -> None

(* Makes strings at once in a block. *)
let make_strings search (block : block) =
  let changed = ref false in
  let drop = function Prim (dest, _, _) -> search.changes.(dest) <- Some Visit.nothing | _ -> () in
  let look instr =
    match instr with
    | Prim (_, ("caml_blit_string" | "caml_blit_bytes"), [| _; _; Var bytes; _; _ |]) ->
        search.copies.(bytes) <- instr :: search.copies.(bytes)
    | Prim (dest, "caml_string_of_bytes", [| Var bytes |]) -> (
        search.definitions.(dest) <- instr;
        let copies = search.copies.(bytes) in
        match search.definitions.(bytes) with
        | Prim (_, "caml_create_bytes", [| size |]) as create
          when List.compare_length_with copies (search.uses.(bytes) - 1) = 0 -> (
            match made search dest size copies with
            | Some (place, one) ->
                changed := true;
                List.iter drop (instr :: create :: copies);
                search.changes.(place) <- Some one
            | None -> ())
        | _ -> ())
    | Prim (dest, _, _) -> search.definitions.(dest) <- instr
    | _ -> ()
  in
  Array.iter look block.body;
  (* The next block knows nothing of them: what it copies may be copied several times, or never. *)
  Array.iter (fun instr -> Visit.each_dest instr (fun v -> search.definitions.(v) <- Simplify.no_instr)) block.body;
  let become instr =
    match instr with
    | Prim (dest, _, _) -> ( match search.changes.(dest) with Some other -> other | None -> instr)
    | _ -> instr
  in
  if !changed then block.body <- Visit.map_instrs become block.body;
  !changed

let converts = function Prim (_, ("caml_bytes_of_string" | "caml_string_of_bytes"), _) -> true | _ -> false

(* Does so in a function; gives whether there was anything. *)
let run (f : func) =
  Array.exists (fun (block : block) -> Array.exists converts block.body) f.blocks
  && begin
       let changed = ref (read_strings f (Visit.uses f)) in
       let count = Array.length f.names in
       let search =
         {
           uses = Visit.uses f;
           definitions = Array.make count Simplify.no_instr;
           copies = Array.make count [];
           changes = Array.make count None;
         }
       in
       Array.iter (fun block -> if make_strings search block then changed := true) f.blocks;
       !changed
     end
