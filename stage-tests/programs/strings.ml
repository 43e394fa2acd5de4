(* The String module. *)
let p = print_endline
let i n = p (string_of_int n)
let b v = p (string_of_bool v)
let opt = function None -> p "none" | Some n -> i n
let () =
  let s = "Hello, World" in
  i (String.length s); p (String.sub s 7 5); p (s ^ "!"); p (String.make 5 'x'); p (String.init 10 (fun i -> Char.chr (97 + i)));
  p (String.uppercase_ascii s); p (String.lowercase_ascii s); p (String.capitalize_ascii "abc"); p (String.uncapitalize_ascii "ABC");
  i (String.index s 'o'); i (String.rindex s 'o'); opt (String.index_opt s 'z'); opt (String.rindex_opt s 'l'); i (String.index_from s 5 'o');
  b (String.contains s 'W'); b (String.contains_from s 8 'W'); p (String.trim "  \t text \n "); p (String.escaped "a\"b\\c\n\t\000\255é");
  p (String.concat ", " [ "a"; "b"; "c" ]); p (String.concat "," []); p (String.concat "" [ "x" ]);
  p (String.map (fun c -> if c = 'l' then 'L' else c) s); p (String.mapi (fun i c -> if i mod 2 = 0 then Char.uppercase_ascii c else c) s);
  List.iter p (String.split_on_char ',' "a,b,,c,"); p (String.sub "" 0 0);
  String.iter (fun c -> print_string (string_of_int (Char.code c) ^ " ")) "abc\xff\x00"; print_newline ();
  String.iteri (fun i c -> print_string (string_of_int i); print_char c) "xyz"; print_newline ();
  b (String.equal "a" "a"); i (String.compare "a" "b"); i (String.compare "b" "a"); i (String.compare "abc" "ab"); i (compare "" "a"); i (compare "a\000" "a");
  b ("abc" < "abd"); b ("Z" < "a"); b ("" = ""); b ("\255" > "\127"); b (String.starts_with ~prefix:"He" s); b (String.ends_with ~suffix:"ld" s);
  b (String.for_all (fun c -> c < 'z') s); b (String.exists (fun c -> c = '!') s); i (String.fold_left (fun n c -> n + Char.code c) 0 s)
let () =
  let fails f = try ignore (f ()); p "no exception" with Invalid_argument m -> p ("invalid: " ^ m) | Not_found -> p "not found" in
  fails (fun () -> "abc".[3]); fails (fun () -> "abc".[-1]); fails (fun () -> String.sub "abc" 2 2); fails (fun () -> String.make (-1) 'x');
  fails (fun () -> String.index "abc" 'z'); fails (fun () -> String.index_from "abc" 4 'a'); fails (fun () -> Char.chr 256)
let () =
  let rec palindrome s i j = i >= j || (s.[i] = s.[j] && palindrome s (i + 1) (j - 1)) in
  List.iter (fun s -> b (palindrome s 0 (String.length s - 1))) [ "racecar"; "abca"; "" ];
  let t = ref "" in
  for k = 0 to 50 do t := !t ^ string_of_int k done; p !t;
  List.iter i [ String.get_uint8 "\200" 0; String.get_int8 "\200" 0; String.get_uint16_le "\001\002" 0; String.get_uint16_be "\001\002" 0; String.get_int16_le "\255\255" 0 ]
