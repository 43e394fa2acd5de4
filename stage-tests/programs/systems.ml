(* Sys and Filename: what holds on every host and for every target. *)
let p = print_endline
let b v = p (string_of_bool v)
let () =
  b (Sys.int_size >= 31); b (Sys.max_string_length > 1000000); b (max_int > 1_000_000_000); b (min_int = - max_int - 1); b (max_int + 1 = min_int); p Sys.os_type; b Sys.unix; b Sys.big_endian; b (Sys.max_array_length > 1000000); b (String.length Sys.ocaml_version >= 5); b (Sys.getenv_opt "NO_SUCH_VARIABLE" = None); (try p (Sys.getenv "NO_SUCH_VARIABLE") with Not_found -> p "not found"); b (String.length (Sys.getenv "PATH") > 0);
  b (Sys.time () >= 0.0); b (Sys.file_exists "."); b (Sys.is_directory "."); b (Sys.file_exists "/no/such/file"); b !Sys.interactive; b (Sys.backend_type = Sys.Bytecode); b (Sys.opaque_identity 5 = 5); (try ignore (Sys.is_directory "/no/such/file") with Sys_error m -> p m); b (Array.length Sys.argv > 0);
  p (Filename.concat "a" "b"); p (Filename.basename "/x/y.ml"); p (Filename.dirname "/x/y.ml"); p (Filename.chop_suffix "y.ml" ".ml"); p (Filename.extension "a.b.c"); p (Filename.remove_extension "a.b.c"); b (Filename.check_suffix "a.ml" ".ml"); b (Filename.is_relative "a/b"); p (Filename.quote "it's"); p (Filename.current_dir_name ^ Filename.parent_dir_name ^ Filename.dir_sep); p (Filename.chop_extension "q.x"); b (Filename.is_implicit "a")
