(* Fmt: its formatters and combinators, alone and nested, within margins. *)
type tree = Leaf of int | Node of string * tree list

let rec pp_tree ppf = function
  | Leaf n -> Fmt.pf ppf "%d" n
  | Node (name, children) -> Fmt.pf ppf "@[<hv 2>%s(%a)@]" name Fmt.(list ~sep:comma pp_tree) children

let rec tree depth = if depth = 0 then Leaf (depth * 7) else Node (String.make depth 'n', List.init 3 (fun i -> if i = 1 then Leaf (i * depth) else tree (depth - 1)))

let () =
  let open Fmt in
  set_style_renderer stdout `None;
  pr "%a@." (list ~sep:semi int) [ 1; 2; 3 ];
  pr "%a@." (Dump.list string) [ "a"; "b\n" ];
  pr "%a %a@." (option ~none:(any "nothing") int) None (Dump.option int) (Some 4);
  pr "%a@." (Dump.pair Dump.string (Dump.array int)) ("x", [| 1; 2 |]);
  pr "%a@." (result ~ok:int ~error:string) (Error "bad");
  pr "%a@." (brackets (pair ~sep:comma float bool)) (1.5, true);
  pr "%a@." (vbox ~indent:2 (list ~sep:cut (quote string))) [ "one"; "two" ];
  pr "%a@." (box (list ~sep:sp int)) (List.init 60 (fun i -> i * i));
  pr "%a@." (hvbox pp_tree) (tree 3);
  pr "@[<v>%a@]@." (Dump.hashtbl int string) (let h = Hashtbl.create 3 in Hashtbl.replace h 1 "one"; h);
  pr "%a %a %a %a@." byte_size 999 byte_size 1_234_567 bi_byte_size 1_048_576 uint64_ns_span 90_000_000_000L;
  pr "%a@." (styled `Bold string) "plain";
  set_style_renderer stdout `Ansi_tty;
  pr "%S@." (str_like stdout "%a %a" (styled `Bold string) "bold" (styled (`Fg `Red) (styled `Underline int)) 3);
  set_style_renderer stdout `None;
  pr "%a@." (record [ field "name" fst string; field "age" snd int ]) ("Ada", 36);
  pr "%a@." text "Some text that is long, with spaces that may become breaks, so that it is filled to the margin of eighty columns.";
  pr "%a@." lines "first\nsecond";
  pr "%a@." (using String.length int) "four";
  pr "%a|%a@." (on_string (hex ())) "Hello, octets of the world!\000\255" (Dump.seq int) (List.to_seq [ 1; 2 ]);
  pr "%a %a %a %a@." (float_dfrac 2) 3.14159 (float_dfrac 3) 2.0 exn (Failure "x") Dump.uchar (Uchar.of_int 0x20ac);
  Format.set_margin 30;
  pr "%a@." pp_tree (tree 2);
  pr "%a@." (Dump.record [ Dump.field "list" fst (Dump.list int); Dump.field "set" snd (parens string) ]) (List.init 12 Fun.id, "s")
