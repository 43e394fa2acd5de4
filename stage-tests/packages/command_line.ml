(* Cmdliner: a command with sub-commands, run on many command lines; its manual pages as plain text. *)
open Cmdliner

type verbosity = Quiet | Normal | Verbose

let verbosity =
  let quiet = (Quiet, Arg.info [ "q"; "quiet" ] ~doc:"Say nothing.") in
  let verbose = (Verbose, Arg.info [ "v"; "verbose" ] ~doc:"Say everything.") in
  Arg.(last & vflag_all [ Normal ] [ quiet; verbose ])

let name_of = function Quiet -> "quiet" | Normal -> "normal" | Verbose -> "verbose"

let copy verbosity force depth ratio mode sources target =
  Printf.printf "copy %s force=%b depth=%d ratio=%g mode=%s %s -> %s\n" (name_of verbosity) force depth ratio
    (match mode with `Fast -> "fast" | `Safe -> "safe") (String.concat "," sources) target

let copy_command =
  let force = Arg.(value & flag & info [ "f"; "force" ] ~doc:"Overwrite what is there.") in
  let depth = Arg.(value & opt int 3 & info [ "d"; "depth" ] ~docv:"N" ~doc:"Go $(docv) levels down.") in
  let ratio = Arg.(value & opt float 0.5 & info [ "ratio" ] ~doc:"Ratio of $(i,things) to $(b,others).") in
  let mode = Arg.(value & opt (enum [ ("fast", `Fast); ("safe", `Safe) ]) `Safe & info [ "mode" ] ~doc:"How: $(b,fast) or $(b,safe).") in
  let sources = Arg.(non_empty & pos_left ~rev:true 0 string [] & info [] ~docv:"SOURCE" ~doc:"What to copy.") in
  let target = Arg.(required & pos ~rev:true 0 (some string) None & info [] ~docv:"TARGET" ~doc:"Where to.") in
  let info = Cmd.info "copy" ~doc:"copy things" ~man:[ `S Manpage.s_description; `P "Copies each $(i,SOURCE) to $(i,TARGET)."; `Pre "  a\n  b"; `I ("label", "text of the item that is long enough to be filled over more than one line of the terminal, or so it is hoped") ] in
  Cmd.v info Term.(const copy $ verbosity $ force $ depth $ ratio $ mode $ sources $ target)

let sum numbers pair = Printf.printf "sum %d %s\n" (List.fold_left ( + ) 0 numbers) (match pair with None -> "none" | Some (a, b) -> a ^ "/" ^ string_of_int b)

let sum_command =
  let numbers = Arg.(value & opt (list ~sep:',' int) [ 1; 2 ] & info [ "n"; "numbers" ]) in
  let pair = Arg.(value & opt (some (pair ~sep:':' string int)) None & info [ "pair" ]) in
  Cmd.v (Cmd.info "sum" ~doc:"add numbers" ~deprecated:"use something else") Term.(const sum $ numbers $ pair)

let main = Cmd.group (Cmd.info "tool" ~version:"1.2.3" ~doc:"a tool of many commands" ~sdocs:Manpage.s_common_options) [ copy_command; sum_command ]

let () =
  let formatter = Format.std_formatter in
  List.iter
    (fun line ->
      Printf.printf "$ %s\n%!" line;
      let argv = Array.of_list (String.split_on_char ' ' line) in
      let code = Cmd.eval ~help:formatter ~err:formatter ~catch:true ~env:(fun _ -> None) ~argv main in
      Format.pp_print_flush formatter ();
      Printf.printf "= %d\n" code)
    [ "tool copy a b c"; "tool copy -fv --depth=7 a b"; "tool copy -d x a b"; "tool copy --mode=f a b"; "tool copy --mode slow a b"; "tool copy a";
      "tool copy --ratio 1e-3 -- -x -y"; "tool sum"; "tool sum -n 4,5,6 --pair key:9"; "tool sum --pair key"; "tool cop a b"; "tool s"; "tool"; "tool --version";
      "tool --help=plain"; "tool copy --help=plain"; "tool sum --help=groff"; "tool copy --dept 4 a b"; "tool unknown"; "tool copy --nothing a b" ]
