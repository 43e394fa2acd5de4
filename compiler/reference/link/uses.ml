(* What the functions of a program use of the runtime and of its data. *)

open Program

type t = {
  primitives : string list;  (* in order *)
  applied : string list;  (* the sections that apply unknown functions to as many arguments as the program does *)
  globals : Bytes.t;  (* is a global read? *)
}

(* Adds a name to those of its hash. *)
let add names name =
  let hash = Fragment.hash name in
  if not (List.exists (String.equal name) names.(hash)) then names.(hash) <- name :: names.(hash)

let sorted names = List.sort String.compare (List.concat (Array.to_list names))

let run (program : Program.t) =
  let primitives = Array.make Fragment.buckets [] and applied = Array.make Fragment.buckets [] in
  let globals = Bytes.make (Array.length program.globals) '\000' in
  let call callee args =
    match callee with
    | Any ->
        let n = Array.length args in
        add applied (if n > 8 then "%apply" else "%apply_" ^ string_of_int n)
    | Exact | Known _ -> ()
  in
  let instr = function
    | Prim (_, name, args) -> (
        add primitives name;
        match args with
        | [| Int slot |] when String.equal name "%global" && slot >= 0 && slot < Bytes.length globals ->
            Bytes.set globals slot '\001'
        | _ -> ())
    | Apply { args; callee; _ } -> call callee args
    | Closures _ | Try _ -> ()
  in
  let block (block : block) =
    Array.iter instr block.body;
    match block.term with Tail { args; callee; _ } -> call callee args | _ -> ()
  in
  Array.iter (function Some (f : func) -> Array.iter block f.blocks | None -> ()) program.functions;
  { primitives = sorted primitives; applied = sorted applied; globals }

(* The functions that mention a primitive, in order. *)
let users (program : Program.t) name =
  let is_mention = function Prim (_, other, _) -> String.equal other name | _ -> false in
  let mentions (f : func) = Array.exists (fun (block : block) -> Array.exists is_mention block.body) f.blocks in
  let user = function Some (f : func) when mentions f -> Some f.name | _ -> None in
  List.filter_map user (Array.to_list program.functions)
