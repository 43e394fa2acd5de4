(* The library unix, as far as it goes without fork and sockets, in a folder of the program's own. *)

open Unix

let p = Printf.printf

let guard name f =
  match f () with
  | () -> p "%s: done\n" name
  | exception Unix_error (error, called, argument) -> p "%s: %s, %s %S\n" name (error_message error) called argument
  | exception Sys_error message -> p "%s: Sys_error %s\n" name message
  | exception End_of_file -> p "%s: end of file\n" name

let status = function
  | WEXITED code -> Printf.sprintf "exited %d" code
  | WSIGNALED signal -> Printf.sprintf "signal %d" signal
  | WSTOPPED signal -> Printf.sprintf "stopped %d" signal

let put fd text = ignore (write_substring fd text 0 (String.length text))

let get fd length =
  let buffer = Bytes.create length in
  let got = read fd buffer 0 length in
  Bytes.sub_string buffer 0 got

let all fd =
  let rec go sofar = match get fd 100 with "" -> sofar | text -> go (sofar ^ text) in
  go ""

let kind = function
  | S_REG -> "file" | S_DIR -> "folder" | S_CHR -> "char" | S_BLK -> "block" | S_LNK -> "link" | S_FIFO -> "fifo"
  | S_SOCK -> "socket"

let errors =
  [ E2BIG; EACCES; EAGAIN; EBADF; EBUSY; ECHILD; EDEADLK; EDOM; EEXIST; EFAULT; EFBIG; EINTR; EINVAL; EIO; EISDIR; EMFILE;
    EMLINK; ENAMETOOLONG; ENFILE; ENODEV; ENOENT; ENOEXEC; ENOLCK; ENOMEM; ENOSPC; ENOSYS; ENOTDIR; ENOTEMPTY; ENOTTY; ENXIO;
    EPERM; EPIPE; ERANGE; EROFS; ESPIPE; ESRCH; EXDEV; EWOULDBLOCK; EINPROGRESS; EALREADY; ENOTSOCK; EDESTADDRREQ; EMSGSIZE;
    EPROTOTYPE; ENOPROTOOPT; EPROTONOSUPPORT; ESOCKTNOSUPPORT; EOPNOTSUPP; EPFNOSUPPORT; EAFNOSUPPORT; EADDRINUSE;
    EADDRNOTAVAIL; ENETDOWN; ENETUNREACH; ENETRESET; ECONNABORTED; ECONNRESET; ENOBUFS; EISCONN; ENOTCONN; ESHUTDOWN;
    ETOOMANYREFS; ETIMEDOUT; ECONNREFUSED; EHOSTDOWN; EHOSTUNREACH; ELOOP; EOVERFLOW; EUNKNOWNERR 4000 ]

let files () =
  let fd = openfile "a" [O_RDWR; O_CREAT; O_TRUNC] 0o640 in
  put fd "hello, world";
  p "%d " (lseek fd 0 SEEK_SET);
  p "%S " (get fd 5);
  p "%d " (lseek fd (-5) SEEK_END);
  put fd "WORLD!";
  p "%Ld\n" (LargeFile.lseek fd (-13L) SEEK_CUR);
  p "%S %S\n" (all fd) (get fd 1);
  let st = fstat fd in
  p "%d %s %o %d\n" st.st_size (kind st.st_kind) st.st_perm st.st_nlink;
  ftruncate fd 5;
  p "%d %Ld\n" (stat "a").st_size (LargeFile.stat "a").LargeFile.st_size;
  close fd;
  guard "close" (fun () -> close fd);
  guard "read" (fun () -> ignore (get fd 1));
  guard "write" (fun () -> put fd "x");
  guard "lseek" (fun () -> ignore (lseek fd 0 SEEK_SET));
  guard "channel" (fun () -> ignore (in_channel_of_descr fd));
  guard "open" (fun () -> close (openfile "missing" [O_RDONLY] 0));
  guard "exclusive" (fun () -> close (openfile "a" [O_RDWR; O_CREAT; O_EXCL] 0o600));
  guard "write only" (fun () -> ignore (get (openfile "a" [O_WRONLY] 0) 1));
  guard "negative" (fun () -> ignore (lseek (openfile "a" [O_RDONLY] 0) (-1) SEEK_SET));
  let fd = openfile "a" [O_WRONLY; O_APPEND] 0 in
  put fd "+";
  let again = dup fd in
  close fd;
  put again "++";
  close again;
  let inp = in_channel_of_descr (openfile "a" [O_RDONLY] 0) in
  p "%S %b\n" (input_line inp) (descr_of_in_channel inp = descr_of_in_channel inp);
  close_in inp;
  guard "closed" (fun () -> ignore (descr_of_in_channel inp));
  let out = out_channel_of_descr (openfile "b" [O_WRONLY; O_CREAT] 0o666) in
  output_string out "one\ntwo\n";
  close_out out;
  truncate "b" 6;
  chmod "b" 0o604;
  p "%d %o\n" (stat "b").st_size (stat "b").st_perm;
  guard "truncate" (fun () -> truncate "missing" 0);
  guard "chmod" (fun () -> chmod "missing" 0o600);
  guard "stat" (fun () -> ignore (stat "missing"));
  rename "b" "c";
  link "c" "d";
  symlink "c" "e";
  p "%d %s %s %s %s\n" (stat "c").st_nlink (kind (stat "e").st_kind) (kind (lstat "e").st_kind) (readlink "e")
    (Filename.basename (realpath "e"));
  guard "link" (fun () -> link "c" "d");
  guard "symlink" (fun () -> symlink "c" "d");
  guard "readlink" (fun () -> ignore (readlink "c"));
  guard "readlink missing" (fun () -> ignore (readlink "missing"));
  guard "realpath" (fun () -> ignore (realpath "missing/x"));
  guard "rename" (fun () -> rename "missing" "x");
  access "c" [R_OK; W_OK; F_OK];
  guard "access" (fun () -> access "missing" [F_OK]);
  utimes "c" 1000000000.0 1234567890.5;
  p "%.1f %.1f\n" (stat "c").st_atime (stat "c").st_mtime;
  guard "utimes" (fun () -> utimes "missing" 0.0 0.0);
  List.iter unlink ["c"; "d"; "e"];
  guard "unlink" (fun () -> unlink "c");
  mkfifo "f" 0o600;
  p "%s\n" (kind (stat "f").st_kind);
  unlink "f"

let folders () =
  mkdir "sub" 0o711;
  p "%s %o\n" (kind (stat "sub").st_kind) (stat "sub").st_perm;
  guard "mkdir" (fun () -> mkdir "sub" 0o777);
  guard "unlink" (fun () -> unlink "sub");
  guard "open" (fun () -> ignore (get (openfile "sub" [O_RDONLY] 0) 1));
  chdir "sub";
  close (openfile "x" [O_CREAT; O_WRONLY] 0o600);
  p "%s\n" (Filename.basename (getcwd ()));
  chdir "..";
  guard "chdir" (fun () -> chdir "missing");
  let folder = opendir "sub" in
  let rec names sofar = match readdir folder with name -> names (name :: sofar) | exception End_of_file -> sofar in
  p "%s\n" (String.concat " " (List.sort compare (names [])));
  rewinddir folder;
  p "%d\n" (List.length (names []));
  closedir folder;
  guard "closedir" (fun () -> closedir folder);
  guard "opendir" (fun () -> ignore (opendir "missing"));
  guard "rmdir" (fun () -> rmdir "sub");
  unlink "sub/x";
  rmdir "sub"

let processes () =
  p "%s\n" (status (system "exit 3"));
  p "%s\n" (status (system "kill -TERM $$"));
  flush Stdlib.stdout;
  p "%s\n%!" (status (system "echo from the shell; cat a"));
  let inp = open_process_in "echo one; echo two; exit 4" in
  let first = input_line inp in
  let second = input_line inp in
  guard "third" (fun () -> ignore (input_line inp));
  p "%s %s %s\n%!" first second (status (close_process_in inp));
  let out = open_process_out "tr a-z A-Z; exit 5" in
  output_string out "written to a process\n";
  p "%s\n" (status (close_process_out out));
  let inp, out = open_process "sort" in
  output_string out "pear\napple\nfig\n";
  close_out out;
  let rec lines sofar = match input_line inp with line -> lines (line :: sofar) | exception End_of_file -> List.rev sofar in
  let sorted = lines [] in
  p "%s %s\n" (String.concat "," sorted) (status (close_process (inp, out)));
  let inp, out, err = open_process_full "echo $VAR; echo problem >&2; cat" [| "VAR=it's" |] in
  output_string out "copied\n";
  close_out out;
  let first = input_line inp in
  let second = input_line inp in
  let problem = input_line err in
  p "%s %s %s %s\n" first second problem (status (close_process_full (inp, out, err)));
  let inp = open_process_args_in "printf" [| "printf"; "%s|"; "a b"; "it's"; "$HOME"; "" |] in
  let line = input_line inp in
  p "%s %s\n%!" line (status (close_process_in inp));
  guard "create" (fun () -> ignore (create_process "no-such-command" [| "x" |] stdin stdout stderr));
  let output, input = pipe ~cloexec:true () in
  let fd = openfile "log" [O_WRONLY; O_CREAT; O_TRUNC] 0o600 in
  let pid = create_process "cat" [| "cat"; "-"; "missing" |] output fd fd in
  close output;
  put input "through a pipe\n";
  close input;
  let reaped, ended = waitpid [] pid in
  p "%b %s\n" (reaped = pid) (status ended);
  close fd;
  let fd = openfile "log" [O_RDONLY] 0 in
  p "%s" (String.sub (all fd) 0 15);
  close fd;
  let pid = create_process "sleep" [| "sleep"; "0.2" |] stdin stdout stderr in
  let none, _ = waitpid [WNOHANG] pid in
  p "%d %b\n" none (fst (wait ()) = pid);
  guard "wait" (fun () -> ignore (wait ()));
  guard "kill" (fun () -> kill 999999999 0);
  let pid = create_process "sleep" [| "sleep"; "10" |] stdin stdout stderr in
  kill pid Sys.sigterm;
  p "%b\n" (snd (waitpid [] pid) = WSIGNALED Sys.sigterm);
  putenv "LUA_OF" "o'caml";
  p "%s %s %b\n%!" (Sys.getenv "LUA_OF") (getenv "LUA_OF") (Array.mem "LUA_OF=o'caml" (environment ()));
  ignore (Sys.command "echo $LUA_OF");
  p "%b %b\n%!" (getpid () > 1) (getppid () > 1);
  let saved = dup stdout in
  let fd = openfile "log" [O_WRONLY; O_TRUNC] 0 in
  dup2 fd stdout;
  close fd;
  print_string "to the file\n";
  flush Stdlib.stdout;
  ignore (Sys.command "echo from a command");
  dup2 saved stdout;
  close saved;
  let fd = openfile "log" [O_RDONLY] 0 in
  p "%s" (all fd);
  close fd;
  List.iter unlink ["a"; "log"]

let signals () =
  let seen = ref [] in
  let old = Sys.signal Sys.sigusr1 (Sys.Signal_handle (fun signal -> seen := signal :: !seen)) in
  p "%b\n" (old = Sys.Signal_default);
  kill (getpid ()) Sys.sigusr1;
  p "%b\n" (!seen = [Sys.sigusr1]);
  let old = sigprocmask SIG_BLOCK [Sys.sigusr1] in
  kill (getpid ()) Sys.sigusr1;
  p "%d %b" (List.length old) (!seen = [Sys.sigusr1]);
  p " %b" (sigprocmask SIG_SETMASK [] = [Sys.sigusr1]);
  p " %b\n" (!seen = [Sys.sigusr1; Sys.sigusr1]);
  Sys.set_signal Sys.sigusr1 Sys.Signal_ignore;
  kill (getpid ()) Sys.sigusr1;
  p "%b\n" (Sys.signal Sys.sigusr1 Sys.Signal_default = Sys.Signal_ignore)

let times () =
  let show tm =
    p "%04d-%02d-%02d %02d:%02d:%02d %d %d %b\n" (tm.tm_year + 1900) (tm.tm_mon + 1) tm.tm_mday tm.tm_hour tm.tm_min tm.tm_sec
      tm.tm_wday tm.tm_yday tm.tm_isdst
  in
  List.iter (fun time -> show (gmtime time)) [0.0; 1234567890.9; 951782400.0; -1.0; 4102444800.0];
  let now = time () in
  let back, tm = mktime (localtime now) in
  p "%b %b\n" (back = now) (tm = localtime now);
  let start = gettimeofday () in
  sleepf 0.05;
  ignore (select [] [] [] 0.01);
  let elapsed = gettimeofday () -. start in
  p "%b %b\n" (elapsed >= 0.03 && elapsed < 10.0) (abs_float (start -. now) < 5.0);
  p "%b\n" ((Unix.times ()).tms_utime >= 0.0)

let names () =
  let addresses =
    [ "127.0.0.1"; "0.0.0.0"; "255.255.255.255"; "1.2"; "10.1.515"; "0x7f.1"; "010.0.0.1"; "256.1.1.1"; "1.2.3.4.5"; ""; "a.b"; "1.2.3.";
      "::"; "::1"; "1::"; "2001:db8::ff00:42:8329"; "2001:0db8:0:0:1:0:0:1"; "::ffff:1.2.3.4"; "::1.2.3.4"; "1:2:3:4:5:6:7:8";
      "1:2:3:4:5:6:7"; "1::2::3"; "12345::"; "fe80::1:0:0:0"; "1:0:0:2::" ]
  in
  List.iter
    (fun text ->
      match inet_addr_of_string text with
      | address -> p "%S = %s\n" text (string_of_inet_addr address)
      | exception Failure message -> p "%S: %s\n" text message)
    addresses;
  let root = getpwnam "root" in
  p "%d %d %s %s\n" root.pw_uid root.pw_gid (getpwuid 0).pw_name (getgrgid 0).gr_name;
  (match getpwnam "0" with _ -> p "?\n" | exception Not_found -> p "not found\n");
  p "%b %b\n" (getuid () = geteuid ()) (getgid () = getegid ());
  p "%b %b\n" (String.length (gethostname ()) > 0) (Array.length (getgroups ()) >= 0);
  let info = getaddrinfo "127.0.0.1" "80" [AI_SOCKTYPE SOCK_STREAM] in
  List.iter (fun i -> match i.ai_addr with ADDR_INET (a, port) -> p "%s %d\n" (string_of_inet_addr a) port | _ -> ()) info

let () =
  List.iter (fun error -> print_endline (error_message error)) errors;
  p "%s\n" (Printexc.to_string (Unix_error (ENOENT, "open", "x")));
  let top = Filename.temp_file "unix" "s" in
  unlink top;
  mkdir top 0o755;
  chdir top;
  files ();
  folders ();
  processes ();
  signals ();
  times ();
  names ();
  chdir "/";
  rmdir top;
  flush Stdlib.stdout;
  p "%b\n%!" (isatty (openfile "/dev/null" [O_RDONLY] 0));
  guard "execv" (fun () -> execv "/no/such" [| "x" |]);
  execvp "echo" [| "echo"; "last"; "it's" |]
