(* Allocations as events, for the programs that ask for them: after each allocation stands `%allocated` with its words, header
   included, and under `Gc.Memprof` `%sampled` with the value too. Every other program is left as it is. *)

open Program

(* What tells a program how much it allocates, or has functions called at allocations. *)
let watchers = [ "caml_gc_minor_words"; "caml_gc_counters"; "caml_final_register"; "caml_final_register_called_without_value" ]

(* Those that give samples of the values. *)
let sampler = "caml_memprof_start"

(* The events. *)
let event_names = [ "%allocated"; "%allocated_value"; "%sampled" ]

(* Primitives whose result was allocated, of a size that is only known when the program runs. *)
let allocators =
  [
    "caml_make_vect";
    "caml_array_make";
    "caml_make_float_vect";
    "caml_floatarray_create";
    "caml_array_create_float";
    "caml_make_array";
    "caml_array_sub";
    "caml_array_append";
    "caml_array_concat";
    "caml_create_bytes";
    "caml_ba_create";
    "caml_obj_block";
    "caml_obj_dup";
    "caml_obj_with_tag";
    "caml_alloc_dummy";
  ]

let calls program names =
  let asks = function Prim (_, name, _) -> List.mem name names | _ -> false in
  let asked (b : block) = List.exists asks b.body in
  Array.exists (function None -> false | Some f -> Array.exists asked f.blocks) program.functions

(* The events of an instruction: the value, and its words where they are known. *)
let events = function
  | Prim (dest, "%block", (_ :: _ :: _ as args)) -> [ (dest, Some (List.length args)) ]
  | Prim (dest, name, _) when List.mem name allocators -> [ (dest, None) ]
  | Closures { dests; functions } ->
      List.map2 (fun d (_, captured) -> (d, Some (List.length captured + 3))) dests functions
  | _ -> []

let watch sampled f =
  let count = ref (Array.length f.names) in
  let event (v, words) =
    let dest = !count in
    incr count;
    match words with
    | None -> Prim (dest, "%allocated_value", [ Var v ])
    | Some n when sampled -> Prim (dest, "%sampled", [ Var v; Int n ])
    | Some n -> Prim (dest, "%allocated", [ Int n ])
  in
  let watched instr = instr :: List.map event (events instr) in
  Array.iter (fun (b : block) -> b.body <- List.concat_map watched b.body) f.blocks;
  f.names <- Array.append f.names (Array.make (!count - Array.length f.names) "")

let run program =
  let sampled = calls program [ sampler ] in
  if sampled || calls program watchers then
    Array.iter (function None -> () | Some f -> watch sampled f) program.functions

(* Takes the events away again where `known_calls` has found that the program never asks for them. *)
let drop_unwatched program =
  if calls program event_names && (not (calls program [ sampler ])) && not (calls program watchers) then begin
    let stays = function Prim (_, name, _) -> not (List.mem name event_names) | _ -> true in
    let drop (b : block) = b.body <- List.filter stays b.body in
    Array.iter (function None -> () | Some f -> Array.iter drop f.blocks) program.functions
  end
