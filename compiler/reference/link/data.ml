(* The program's constants as Lua: `G[n+1]` for its globals, `K[i]` for what they share. A node that is used
   twice, or that stands too deep or is too big to be written where it is used, goes to `K` first, children before
   parents. *)

open Unmarshal

(* Constructors nest no deeper: Lua's parser has a limit of 200 levels, LuaJIT's constructors of about 197. *)
let max_depth = 32

(* Items of one constructor, and about those of one Lua function: engines limit the constants of a function to 65,536. *)
let max_items = 4000

(* Strings of this length that occur so often are shared in the compact style. *)
let long = 8
let often = 3

(* The one of them that nothing in the runtime raises: Sys_blocked_io. *)
let blocked = 9

(* The one integer of 64 bits without a numeral: Lua reads it as the negation of a float. *)
let lowest = "-9223372036854775808"

(* States of a node in `count`: not seen, being counted, counted. `place` makes it not seen again. *)
let unseen = '\000'
let opened = '\001'
let counted = '\002'

type data = {
  program : Program.t;
  table : Fragment.table;
  target : Target.t;
  names : Short_names.t option;  (* of the compact style; None: the output is in another one *)
  (* Of each node: how many places mention it; depth and items of the constructor as far as it is written in place; its
     number in `K`, 0: none. *)
  uses : int array;
  state : Bytes.t;
  depth : int array;
  items : int array;
  numbers : int array;
  (* Nodes of `K`, the last one first. *)
  mutable shared : int list;
  mutable shared_count : int;
  (* Integers that the target cannot hold, the last one first. *)
  mutable lossy : string list;
}

let value data node = data.program.data.nodes.(node)

(* A table in Lua: it has an identity and is written once; of the one without fields the runtime has it. *)
let is_table = function Block (0, [||]) -> false | Block _ | Double_array _ | Int32 _ | Nativeint _ | Int64 _ -> true | _ -> false

let children data node = match value data node with Block (_, fields) -> fields | _ -> [||]

let share data node =
  data.shared <- node :: data.shared;
  data.shared_count <- data.shared_count + 1;
  data.numbers.(node) <- data.shared_count

(* Counts uses from `root` and finds cycles; an explicit stack holds (node, next child). *)
let count data root =
  let stack = ref [] in
  let enter node =
    data.uses.(node) <- data.uses.(node) + 1;
    let state = Bytes.get data.state node in
    if state = unseen then begin
      Bytes.set data.state node opened;
      stack := (node, ref 0) :: !stack
    end
    else if state = opened then Error.fail "data: a constant contains itself"
  in
  enter root;
  let rec loop () =
    match !stack with
    | [] -> ()
    | (node, next) :: rest ->
        let fields = children data node in
        if !next < Array.length fields then begin
          let child = fields.(!next) in
          incr next;
          enter child
        end
        else begin
          Bytes.set data.state node counted;
          stack := rest
        end;
        loop ()
  in
  loop ()

module Texts = Map.Make (String)

(* Lets strings that occur often stand in `K` once, as the places of assertions have them; after `count`. *)
let share_strings data =
  let alike = ref Texts.empty in
  for node = Array.length data.uses - 1 downto 0 do
    match value data node with
    | Str text when String.length text >= long && data.uses.(node) > 0 ->
        let uses, nodes = match Texts.find_opt text !alike with Some found -> found | None -> (0, []) in
        alike := Texts.add text (uses + data.uses.(node), node :: nodes) !alike
    | _ -> ()
  done;
  Texts.iter
    (fun _ (uses, nodes) ->
      if uses >= often then begin
        share data (List.hd nodes);
        List.iter (fun node -> data.numbers.(node) <- data.shared_count) nodes
      end)
    !alike

(* Depth and items of a node whose children are placed; a child that would make a chunk too long is shared. *)
let measure data node =
  let depth = ref 0 in
  let items = ref 1 in
  let chunk = ref 0 in
  Array.iteri
    (fun i child ->
      if i mod max_items = 0 then chunk := 0;
      if data.numbers.(child) = 0 && is_table (value data child) && !chunk + data.items.(child) > max_items then
        share data child;
      if data.numbers.(child) = 0 then begin
        if data.depth.(child) > !depth then depth := data.depth.(child);
        chunk := !chunk + data.items.(child);
        items := !items + data.items.(child)
      end
      else begin
        incr chunk;
        incr items
      end)
    (children data node);
  (match value data node with Double_array doubles -> items := !items + Array.length doubles | _ -> ());
  data.depth.(node) <- !depth + 1;
  data.items.(node) <- !items

(* Decides which nodes below `root` go to `K`; after `count` of all roots, which leaves every node counted. *)
let place data root =
  let stack = ref [] in
  let enter node =
    if Bytes.get data.state node <> unseen then begin
      Bytes.set data.state node unseen;
      stack := (node, ref 0) :: !stack
    end
  in
  enter root;
  let rec loop () =
    match !stack with
    | [] -> ()
    | (node, next) :: rest ->
        let fields = children data node in
        if !next < Array.length fields then begin
          let child = fields.(!next) in
          incr next;
          enter child
        end
        else begin
          stack := rest;
          measure data node;
          if
            is_table (value data node)
            && data.numbers.(node) = 0
            && (data.uses.(node) > 1 || data.depth.(node) >= max_depth)
          then share data node
        end;
        loop ()
  in
  loop ()

let wide data out decimal =
  match data.target with
  | Target.Lua54 when String.equal decimal lowest -> Buffer.add_string out "math.mininteger"
  | _ ->
      let text = Literal.wide data.target decimal in
      let said = match data.lossy with last :: _ -> String.equal last decimal | [] -> false in
      if not (String.equal text decimal || said) then data.lossy <- decimal :: data.lossy;
      Buffer.add_string out text

(* Code in the style of the output. *)
let add_squeezed data out text = Lua_text.add out text data.names

(* What the template of a primitive gives. *)
let template data out name args =
  match Fragment.find data.table name with
  | Some { form = Template.Inline template; _ } ->
      add_squeezed data out (Template.expand template None args).Syntax.text
  | _ -> Error.fail ("the runtime has no template for '" ^ name ^ "'")

(* By halves: an integer of 64 bits is more than most engines have. *)
let int64 data out bits =
  let half start =
    let text = Unmarshal.decimal (String.sub bits start 4) in
    Syntax.constant text (if text.[0] = '-' then Syntax.Compound else Syntax.Atom)
  in
  template data out "%int64_literal" [| half 0; half 4 |]

let comma data out = Buffer.add_string out (Short_names.comma data.names)

(* An int32 or nativeint, which has the name of its kind. *)
let named data out decimal name =
  Buffer.add_string out "{255";
  comma data out;
  wide data out decimal;
  comma data out;
  Buffer.add_string out "\"";
  Buffer.add_string out name;
  Buffer.add_string out "\"}"

(* Writes a node where it is used. The nesting is at most `max_depth`. *)
let rec item data out node =
  let number = data.numbers.(node) in
  if number <> 0 then begin
    Buffer.add_string out "K[";
    Buffer.add_string out (string_of_int number);
    Buffer.add_string out "]"
  end
  else constructor data out node

(* Writes a node itself: at most `max_items` of its fields. *)
and constructor data out node =
  match value data node with
  | Int n -> Buffer.add_string out (string_of_int n)
  | Wide decimal -> wide data out decimal
  | Int32 decimal -> named data out decimal "_i"
  | Nativeint decimal -> named data out decimal "_n"
  | Str text -> Buffer.add_string out (Literal.string text)
  | Double bits -> add_squeezed data out (Literal.double data.table bits)
  | Int64 bits -> int64 data out bits
  | Block (0, [||]) -> add_squeezed data out "Empty"
  | Block (tag, fields) ->
      Buffer.add_string out "{";
      Buffer.add_string out (string_of_int tag);
      for i = 0 to Int.min max_items (Array.length fields) - 1 do
        comma data out;
        item data out fields.(i)
      done;
      Buffer.add_string out "}"
  | Double_array doubles ->
      Buffer.add_string out "{254";
      for i = 0 to Int.min max_items (Array.length doubles) - 1 do
        comma data out;
        add_squeezed data out (Literal.double data.table doubles.(i))
      done;
      Buffer.add_string out "}"

(* The text being written: statements in Lua functions of about `max_items` items. *)
type groups = { text : Buffer.t; spaced : bool; mutable filled : int }

let finish groups =
  if groups.filled <> 0 then begin
    Buffer.add_string groups.text (if groups.spaced then " end\n Group()\nend\n" else "end Group()end\n");
    groups.filled <- 0
  end

(* Makes room for a statement. *)
let start groups items =
  if groups.filled <> 0 && groups.filled + items > max_items then finish groups;
  if groups.filled = 0 then
    Buffer.add_string groups.text (if groups.spaced then "do\n local function Group()\n" else "do local function Group()\n");
  groups.filled <- groups.filled + Int.max items 1;
  if groups.spaced then Buffer.add_string groups.text "  "

(* `name = …` and, for a node of many fields, the assignments that follow it. *)
let define (data : data) groups name node in_place =
  let equals = if groups.spaced then " = " else "=" in
  let out = groups.text in
  start groups (Int.min data.items.(node) max_items);
  Buffer.add_string out name;
  Buffer.add_string out equals;
  if in_place then constructor data out node else item data out node;
  Buffer.add_string out "\n";
  if in_place || data.numbers.(node) = 0 then begin
    let field i items write =
      start groups items;
      Buffer.add_string out name;
      Buffer.add_string out "[";
      Buffer.add_string out (string_of_int (i + 2));
      Buffer.add_string out "]";
      Buffer.add_string out equals;
      write ();
      Buffer.add_string out "\n"
    in
    match value data node with
    | Block (_, fields) ->
        for i = max_items to Array.length fields - 1 do
          field i data.items.(fields.(i)) (fun () -> item data out fields.(i))
        done
    | Double_array doubles ->
        for i = max_items to Array.length doubles - 1 do
          field i 1 (fun () -> add_squeezed data out (Literal.double data.table doubles.(i)))
        done
    | _ -> ()
  end

(* Lua for `K` and for the globals that `used` marks, and the integers that do not fit the target. *)
let emit (program : Program.t) table target names used =
  let nodes = program.data.count in
  let data =
    {
      program;
      table;
      target;
      names;
      uses = Array.make nodes 0;
      state = Bytes.make nodes unseen;
      depth = Array.make nodes 0;
      items = Array.make nodes 0;
      numbers = Array.make nodes 0;
      shared = [];
      shared_count = 0;
      lossy = [];
    }
  in
  let roots = ref [] in
  Array.iteri
    (fun slot node ->
      if (slot < Slots.predefined && slot <> blocked) || Bytes.get used slot <> '\000' then
        match value data node with Int 0 -> () | _ -> roots := (slot, node) :: !roots)
    program.globals;
  let roots = List.rev !roots in
  List.iter (fun (_, root) -> count data root) roots;
  (match names with Some _ -> share_strings data | None -> ());
  List.iter (fun (_, root) -> place data root) roots;
  let groups = { text = Buffer.create 65536; spaced = (match names with Some _ -> false | None -> true); filled = 0 } in
  List.iteri
    (fun i node -> define data groups ("K[" ^ string_of_int (i + 1) ^ "]") node true)
    (List.rev data.shared);
  List.iter
    (fun (slot, root) -> define data groups ("G[" ^ string_of_int (slot + 1) ^ "]") root false)
    roots;
  finish groups;
  (Buffer.contents groups.text, List.rev data.lossy)
