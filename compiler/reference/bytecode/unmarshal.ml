(* The marshal format (OCaml's `runtime/caml/intext.h`, `runtime/intern.c`): bytes to an arena of values.
   Nothing here recurses on the depth of a value, and nothing is allocated that the bytes left could not fill. *)

type value =
  | Int of int  (* at most 31 bits *)
  | Wide of string  (* a wider one, in decimal *)
  | Block of int * int array  (* tag, nodes of the fields *)
  | Str of string
  | Double of string  (* 8 bytes: the bits, big-endian *)
  | Double_array of string array
  | Int32 of string  (* in decimal *)
  | Nativeint of string
  | Int64 of string  (* 8 bytes, big-endian *)

type arena = { mutable nodes : value array; mutable count : int }

(* A position in one section of a file; errors name the section and the offset in it. *)
type reader = { text : string; mutable pos : int; section : string }

(* One item of the marshal format: what stands between the boundaries of blocks. *)
type token =
  | Immediate of value  (* Int or Wide *)
  | Leaf of value  (* a string, double or custom block *)
  | Fields of int * int  (* tag and number of fields, which follow *)
  | Shared of int  (* how many objects ago *)

let new_arena () = { nodes = Array.make 1024 (Int 0); count = 0 }

let add arena value =
  if arena.count = Array.length arena.nodes then begin
    let nodes = Array.make (2 * arena.count) (Int 0) in
    Array.blit arena.nodes 0 nodes 0 arena.count;
    arena.nodes <- nodes
  end;
  arena.nodes.(arena.count) <- value;
  arena.count <- arena.count + 1

(* The decimal text of a signed big-endian number of at most 8 bytes. *)
let decimal bytes =
  let length = String.length bytes in
  let digits = Array.init length (fun i -> Char.code bytes.[i]) in
  let negative = length > 0 && digits.(0) >= 128 in
  if negative then begin
    let carry = ref 1 in
    for i = length - 1 downto 0 do
      let complement = 255 - digits.(i) + !carry in
      digits.(i) <- complement land 255;
      carry := complement lsr 8
    done
  end;
  let text = Bytes.make 20 '0' in
  let first = ref 20 in
  let more = ref true in
  while !more do
    let rest = ref 0 in
    more := false;
    for i = 0 to length - 1 do
      let dividend = (!rest * 256) + digits.(i) in
      digits.(i) <- dividend / 10;
      rest := dividend mod 10;
      if digits.(i) > 0 then more := true
    done;
    first := !first - 1;
    Bytes.set text !first (Char.chr (48 + !rest))
  done;
  let number = Bytes.sub_string text !first (20 - !first) in
  if negative then "-" ^ number else number

(* The 4 bytes of `text` at `at`, big-endian, as an integer: `Int` where 31 bits hold it. *)
let int_of_bytes text at =
  let high = Char.code text.[at] in
  if high < 64 || high >= 192 then
    Int
      (((if high >= 192 then high - 256 else high) * 0x1000000)
      + (Char.code text.[at + 1] lsl 16)
      + (Char.code text.[at + 2] lsl 8)
      + Char.code text.[at + 3])
  else Wide (decimal (String.sub text at 4))

let reader text section = { text; pos = 0; section }
let error reader offset message = Error.fail_at reader.section offset message
let left reader = String.length reader.text - reader.pos

(* Where the next `count` bytes start. *)
let take reader count =
  if count > left reader then
    error reader reader.pos
      ("ends too early: " ^ string_of_int count ^ " bytes expected, " ^ string_of_int (left reader) ^ " left");
  let start = reader.pos in
  reader.pos <- start + count;
  start

let take_string reader count =
  let start = take reader count in
  String.sub reader.text start count

let byte reader =
  let at = take reader 1 in
  Char.code (String.unsafe_get reader.text at)

(* The unsigned big-endian number of `width` bytes at `start`, which 30 bits must hold. *)
let unsigned reader start first width =
  let value = ref 0 in
  for i = first to first + width - 1 do
    if !value >= 0x40_0000 then error reader start "size out of range";
    value := (!value * 256) + Char.code (String.unsafe_get reader.text i)
  done;
  !value

(* An unsigned big-endian number of `width` bytes that 30 bits hold. *)
let size reader width =
  let start = take reader width in
  unsigned reader start start width

let signed reader width =
  let at = take reader width in
  let high = Char.code reader.text.[at] in
  let high = if high >= 128 then high - 256 else high in
  if width = 1 then high else (high * 256) + Char.code reader.text.[at + 1]

let int64 reader =
  let start = take reader 8 in
  let text = reader.text in
  let top = Char.code text.[start] land 0xC0 in
  if top <> 0 && top <> 0xC0 then error reader start "integer of more than 63 bits";
  let high = if text.[start + 4] >= '\128' then '\255' else '\000' in
  if text.[start] = high && text.[start + 1] = high && text.[start + 2] = high && text.[start + 3] = high then
    int_of_bytes text (start + 4)
  else Wide (decimal (String.sub text start 8))

let string reader width =
  let length = size reader width in
  Leaf (Str (take_string reader length))

let double reader little =
  let bits = take_string reader 8 in
  if little then String.init 8 (fun i -> bits.[7 - i]) else bits

let double_array reader width little =
  let start = reader.pos in
  let length = size reader width in
  if length > left reader / 8 then
    error reader start ("array of " ^ string_of_int length ^ " doubles is longer than what is left");
  let items = Array.make length "" in
  for i = 0 to length - 1 do
    items.(i) <- double reader little
  done;
  Leaf (Double_array items)

let block reader width =
  let start = take reader width in
  let tag = Char.code reader.text.[start + width - 1] in
  Fields (tag, unsigned reader start start (width - 1) / 4)

(* `_i`, `_j` and `_n`: int32, int64, nativeint. *)
let custom reader with_sizes =
  let start = reader.pos in
  while byte reader <> 0 do
    ()
  done;
  let name = String.sub reader.text start (reader.pos - start - 1) in
  if with_sizes then ignore (take reader 12);
  match name with
  | "_i" -> Leaf (Int32 (decimal (take_string reader 4)))
  | "_j" -> Leaf (Int64 (take_string reader 8))
  | "_n" -> (
      match byte reader with
      | 1 -> Leaf (Nativeint (decimal (take_string reader 4)))
      | 2 -> Leaf (Nativeint (decimal (take_string reader 8)))
      | _ -> error reader start "nativeint of unknown size")
  | _ -> error reader start "custom block that is not an int32, int64 or nativeint"

(* The next item. *)
let token reader =
  let start = reader.pos in
  let code = byte reader in
  if code >= 0x80 then Fields (code land 15, (code lsr 4) land 7)
  else if code >= 0x40 then Immediate (Int (code land 63))
  else if code >= 0x20 then Leaf (Str (take_string reader (code land 31)))
  else
    match code with
    | 0x00 -> Immediate (Int (signed reader 1))
    | 0x01 -> Immediate (Int (signed reader 2))
    | 0x02 -> Immediate (int_of_bytes reader.text (take reader 4))
    | 0x03 -> Immediate (int64 reader)
    | 0x04 -> Shared (size reader 1)
    | 0x05 -> Shared (size reader 2)
    | 0x06 -> Shared (size reader 4)
    | 0x14 -> Shared (size reader 8)
    | 0x08 -> block reader 4
    | 0x13 -> block reader 8
    | 0x09 -> string reader 1
    | 0x0A -> string reader 4
    | 0x15 -> string reader 8
    | 0x0B -> Leaf (Double (double reader false))
    | 0x0C -> Leaf (Double (double reader true))
    | 0x0D -> double_array reader 1 false
    | 0x0E -> double_array reader 1 true
    | 0x0F -> double_array reader 4 false
    | 0x07 -> double_array reader 4 true
    | 0x16 -> double_array reader 8 false
    | 0x17 -> double_array reader 8 true
    | 0x10 -> error reader start "code pointer in marshalled data"
    | 0x11 -> error reader start "infix pointer in marshalled data"
    | 0x12 -> custom reader false
    | 0x18 -> custom reader true
    | 0x19 -> custom reader false
    | _ -> error reader start ("unknown code " ^ string_of_int code ^ " in marshalled data")

(* Reads the header of a marshalled value: where the value ends. *)
let header reader =
  let start = reader.pos in
  let length =
    match take_string reader 4 with
    | "\x84\x95\xA6\xBE" ->
        let length = size reader 4 in
        ignore (take reader 12);
        length
    | "\x84\x95\xA6\xBF" ->
        ignore (take reader 4);
        let length = size reader 8 in
        ignore (take reader 16);
        length
    | "\x84\x95\xA6\xBD" -> error reader start "compressed marshalled data is not supported"
    | _ -> error reader start "not marshalled data"
  in
  if length > left reader then error reader start "marshalled data is longer than what is left";
  reader.pos + length

(* Reads one marshalled value into `arena`: its root. *)
let read reader arena =
  let stop = header reader in
  let root = arena.count in
  let objects = ref (Array.make 256 0) in
  let known = ref 0 in
  let add_object node =
    if !known = Array.length !objects then objects := Array.append !objects (Array.make !known 0);
    !objects.(!known) <- node;
    known := !known + 1
  in
  (* Blocks being filled: fields, next one. *)
  let opened = ref [] in
  (* How many values are still to be read. *)
  let pending = ref 1 in
  while !pending > 0 do
    let start = reader.pos in
    let item = token reader in
    pending := !pending - 1;
    let node = arena.count in
    let filled = ref [||] in
    let value =
      match item with
      | Immediate value ->
          add arena value;
          node
      | Leaf value ->
          add_object node;
          add arena value;
          node
      | Fields (tag, size) ->
          if size > 0 then add_object node;
          pending := !pending + size;
          if !pending > left reader then error reader start "block is longer than what is left";
          filled := Array.make size 0;
          add arena (Block (tag, !filled));
          node
      | Shared ago ->
          if ago = 0 || ago > !known then error reader start "reference to an object that does not exist";
          !objects.(!known - ago)
    in
    (match !opened with
    | [] -> ()
    | (fields, next) :: rest ->
        fields.(next) <- value;
        opened := if next + 1 < Array.length fields then (fields, next + 1) :: rest else rest);
    if Array.length !filled > 0 then opened := (!filled, 0) :: !opened
  done;
  if reader.pos <> stop then error reader reader.pos "marshalled data does not end where its header says";
  root
