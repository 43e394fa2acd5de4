(* Xmlm and xml-light: the same document read as a stream of signals and as a tree, printed again, checked against a DTD. *)
let text = let buffer = Buffer.create 1000 in (try while true do Buffer.add_channel buffer stdin 1 done with End_of_file -> ()); Buffer.contents buffer

let name (uri, local) = if uri = "" then local else "{" ^ uri ^ "}" ^ local

let rec signals input depth =
  if not (Xmlm.eoi input) then begin
    let line, column = Xmlm.pos input in
    let signal = Xmlm.input input in
    Printf.printf "%d:%d %s" line column (String.make (2 * depth) ' ');
    match signal with
    | `Dtd dtd -> Printf.printf "dtd %b\n" (dtd <> None); signals input depth
    | `Data data -> Printf.printf "%S\n" data; signals input depth
    | `El_end -> print_endline "end"; signals input (depth - 1)
    | `El_start (tag, attributes) ->
      Printf.printf "<%s%s>\n" (name tag) (String.concat "" (List.map (fun (key, value) -> Printf.sprintf " %s=%S" (name key) value) attributes));
      signals input (depth + 1)
  end

let rec size = function Xml.Element (_, _, children) -> List.fold_left (fun n child -> n + size child) 1 children | Xml.PCData data -> String.length data

let () =
  signals (Xmlm.make_input ~strip:true ~entity:(function "me" -> Some "myself" | _ -> None) (`String (0, text))) 0;
  let output = Xmlm.make_output ~decl:true ~indent:(Some 2) (`Channel stdout) in
  Xmlm.output_doc_tree (fun x -> x) output
    (None, `El ((("", "a"), [ (("", "k"), "<&\">") ]), [ `El ((("", "b"), []), [ `Data "x < y & \xc3\xa9" ]); `El ((("", "c"), []), []) ]));
  print_newline ();
  List.iter
    (fun text -> match snd (Xmlm.input_doc_tree ~el:(fun _ l -> 1 + List.fold_left ( + ) 0 l) ~data:String.length (Xmlm.make_input (`String (0, text)))) with
      | n -> Printf.printf "%d\n" n
      | exception Xmlm.Error ((line, column), error) -> Printf.printf "%d:%d %s\n" line column (Xmlm.error_message error))
    [ "<a><b></a>"; "<a>&nope;</a>"; "<a"; "<a b=\"1\" b=\"2\"/>"; "\xff<a/>"; "<a>" ];
  let tree = Xml.parse_string "<list kind='x'><item id=\"1\">one</item><item id=\"2\"><![CDATA[<two>]]></item><!-- c --><empty/></list>" in
  print_endline (Xml.to_string tree);
  print_endline (Xml.to_string_fmt tree);
  Printf.printf "%s %s %d\n" (Xml.tag tree) (Xml.attrib tree "kind") (size tree);
  Xml.iter (fun child -> Printf.printf "%s " (try Xml.attrib child "id" with Xml.No_attribute a -> "no " ^ a)) tree;
  print_newline ();
  let dtd = Dtd.parse_string "<!ELEMENT list (item*, empty?)> <!ATTLIST list kind CDATA #REQUIRED> <!ELEMENT item (#PCDATA)> <!ATTLIST item id CDATA #IMPLIED> <!ELEMENT empty EMPTY>" in
  print_endline (Xml.to_string (Dtd.prove (Dtd.check dtd) "list" tree));
  (match Dtd.prove (Dtd.check dtd) "list" (Xml.parse_string "<list kind='y'><empty/><empty/></list>") with
   | _ -> print_endline "proved"
   | exception Dtd.Prove_error error -> print_endline (Dtd.prove_error error));
  match Xml.parse_string "<a><b></a>" with _ -> () | exception Xml.Error error -> print_endline (Xml.error error)
