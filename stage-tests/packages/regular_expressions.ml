(* Re: automata of every syntax that the library reads (Perl, POSIX, Emacs, glob, str), on the text of the standard input. *)
let text = let buffer = Buffer.create 1000 in (try while true do Buffer.add_channel buffer stdin 1 done with End_of_file -> ()); Buffer.contents buffer

let show name re =
  let groups = Re.all (Re.compile re) text in
  Printf.printf "%s: %d" name (List.length groups);
  List.iteri
    (fun i group ->
      if i < 5 then begin
        let start, stop = Re.Group.offset group 0 in
        Printf.printf " %d-%d" start stop;
        Array.iteri (fun j part -> if j > 0 then Printf.printf " (%s)" part) (Re.Group.all group)
      end)
    groups;
  print_newline ()

let () =
  show "words" (Re.rep1 Re.wordc);
  show "capitals" (Re.seq [ Re.bow; Re.rg 'A' 'Z'; Re.rep1 (Re.rg 'a' 'z'); Re.eow ]);
  show "dates" (Re.Perl.re "(\\d{4})-(\\d\\d)-(\\d\\d)");
  show "addresses" (Re.Perl.re "([\\w.]+)@((?:\\w+\\.)+\\w{2,})");
  show "lines" (Re.Perl.re ~opts:[ `Multiline ] "^\\s*(\\w+):\\s*(.*?)\\s*$");
  show "lazy" (Re.Perl.re "<(.+?)>");
  show "greedy" (Re.Perl.re "<(.+)>");
  show "no case" (Re.no_case (Re.str "OCAML"));
  show "posix" (Re.Posix.re "[A-Z][a-z]{3,5}|[0-9]+");
  show "emacs" (Re.Emacs.re "\\(a\\|e\\)[lr]+");
  show "longest" (Re.longest (Re.alt [ Re.str "a"; Re.str "ab"; Re.str "abc" ]));
  show "shortest" (Re.shortest (Re.alt [ Re.str "abc"; Re.str "ab"; Re.str "a" ]));
  show "not" (Re.rep1 (Re.compl [ Re.space; Re.alnum ]));
  print_endline (Re.replace (Re.compile (Re.Perl.re "(\\w+)@(\\w+)")) ~f:(fun group -> Re.Group.get group 2 ^ " at " ^ Re.Group.get group 1) text);
  print_endline (String.concat "|" (Re.split (Re.compile (Re.Perl.re "[,;:]\\s*")) text));
  List.iter
    (fun (glob, names) -> List.iter (fun name -> Printf.printf "%s %s %b\n" glob name (Re.execp (Re.compile (Re.whole_string (Re.Glob.glob ~expand_braces:true glob))) name)) names)
    [ ("*.ml", [ "a.ml"; "a.mli"; ".ml"; "d/a.ml" ]); ("[a-c]?{x,yz}*", [ "b1x"; "c2yz3"; "d1x" ]) ];
  print_endline (Re_str.global_replace (Re_str.regexp "\\([a-z]+\\)-\\([a-z]+\\)") "\\2-\\1" "first-second third-fourth");
  print_endline (String.concat "/" (Re_str.split (Re_str.regexp "[ \t]+") "  a b\tc  d "));
  (match Re.Perl.re "(unclosed" with _ -> () | exception Re.Perl.Parse_error -> print_endline "parse error");
  let a_s = Re.compile (Re.seq [ Re.repn (Re.opt (Re.char 'a')) 25 (Some 25); Re.repn (Re.char 'a') 25 (Some 25) ]) in
  Printf.printf "%b\n" (Re.execp a_s (String.make 25 'a'))
