(* Files and folders through Sys, Filename and the channels' own positions, in a folder of the program's own. *)

let p = Printf.printf

let guard name f =
  match f () with
  | () -> p "%s: done\n" name
  | exception Sys_error message -> p "%s: Sys_error %s\n" name message

let write name text =
  let out = open_out_bin name in
  output_string out text;
  close_out out

let read name =
  let inp = open_in_bin name in
  let text = really_input_string inp (in_channel_length inp) in
  close_in inp;
  text

let names folder =
  let all = Sys.readdir folder in
  Array.sort compare all;
  String.concat " " (Array.to_list all)

let () =
  let top = Filename.temp_file "lua of" "o'caml" in
  Sys.remove top;
  p "%b\n" (Sys.file_exists top);
  let start = Sys.getcwd () in
  Sys.mkdir top 0o755;
  p "%b %b\n" (Sys.file_exists top) (Sys.is_directory top);
  Sys.chdir top;
  p "%b\n" (Filename.basename (Sys.getcwd ()) = Filename.basename top);
  write "a.txt" "hello";
  p "%s %b\n" (read "a.txt") (Sys.file_exists (Filename.concat top "a.txt"));
  Sys.mkdir "sub" 0o700;
  write "sub/b" "bbb";
  p "%s / %s\n" (names ".") (names "sub");
  Sys.rename "a.txt" "sub/c";
  p "%s / %s\n%!" (names ".") (names "sub");
  ignore (Sys.command "cat sub/c; echo; ls");
  Sys.chdir "sub";
  p "%s\n" (names ".");
  guard "chdir missing" (fun () -> Sys.chdir "missing");
  guard "chdir file" (fun () -> Sys.chdir "b");
  Sys.chdir "..";
  guard "mkdir again" (fun () -> Sys.mkdir "sub" 0o700);
  guard "mkdir below nothing" (fun () -> Sys.mkdir "x/y" 0o700);
  guard "rmdir full" (fun () -> Sys.rmdir "sub");
  guard "rmdir missing" (fun () -> Sys.rmdir "x");
  guard "rmdir file" (fun () -> Sys.rmdir "sub/b");
  guard "remove missing" (fun () -> Sys.remove "x");
  guard "rename missing" (fun () -> Sys.rename "x" "y");
  guard "readdir missing" (fun () -> ignore (Sys.readdir "x"));
  guard "readdir file" (fun () -> ignore (Sys.readdir "sub/b"));
  guard "open missing" (fun () -> ignore (open_in "x"));
  guard "create below nothing" (fun () -> ignore (open_out "x/y"));
  guard "open zero" (fun () -> ignore (open_in "x\000y"));
  guard "exclusive" (fun () -> ignore (open_out_gen [Open_wronly; Open_creat; Open_excl] 0o666 "sub/b"));
  guard "read a folder" (fun () -> ignore (input_char (open_in "sub")));
  Sys.mkdir "empty" 0o755;
  guard "remove a folder" (fun () -> Sys.remove "empty");
  p "%b %b\n" (Sys.file_exists "empty") (Sys.is_directory "sub/b");
  Sys.rmdir "empty";
  let out = open_out_gen [Open_wronly; Open_creat] 0o750 "script" in
  output_string out "#!/bin/sh\necho ran \"$@\"\n";
  close_out out;
  flush stdout;
  ignore (Sys.command "ls -l script | cut -c 1-10; ./script 1 2");
  ignore (Sys.command (Filename.quote_command "./script" ~stdout:"out.txt" ["a b"; "it's"; "\""]));
  p "%s" (read "out.txt");
  let out = open_out_gen [Open_append; Open_binary] 0 "out.txt" in
  output_string out "more\n";
  p "%d\n" (out_channel_length out);
  close_out out;
  p "%s" (read "out.txt");
  let out = open_out_gen [Open_wronly] 0 "out.txt" in
  output_string out "RAN";
  p "%d\n" (pos_out out);
  seek_out out 4;
  output_string out "A";
  flush out;
  p "%d %d\n" (pos_out out) (out_channel_length out);
  close_out out;
  p "%s" (read "out.txt");
  let inp = open_in "out.txt" in
  seek_in inp 4;
  p "%s %d %d\n" (input_line inp) (pos_in inp) (in_channel_length inp);
  close_in inp;
  guard "read closed" (fun () -> ignore (input_char inp));
  guard "length closed" (fun () -> ignore (in_channel_length inp));
  close_in inp;
  let out = open_out "closed" in
  close_out out;
  guard "write closed" (fun () -> output_char out 'x'; flush out);
  close_out_noerr out;
  let full = open_out "/dev/full" in
  output_string full "text";
  guard "full disk" (fun () -> flush full);
  close_out_noerr full;
  let inp = open_in "out.txt" in
  set_binary_mode_in inp false;
  p "%s\n" (input_line inp);
  close_in inp;
  p "%b\n" (read "out.txt" = really_input_string (open_in "out.txt") (String.length (read "out.txt")));
  List.iter Sys.remove ["out.txt"; "script"; "closed"; "sub/b"; "sub/c"];
  Sys.rmdir "sub";
  p "%S %d\n" (names ".") (Sys.command "exit 7");
  Sys.chdir start;
  Sys.rmdir top;
  p "%b\n" (Sys.file_exists top);
  let name, out = Filename.open_temp_file ~temp_dir:(Filename.get_temp_dir_name ()) "x" ".y" in
  close_out out;
  flush stdout;
  ignore (Sys.command ("ls -l " ^ Filename.quote name ^ " | cut -c 1-10"));
  Sys.remove name
