(* Arms that several patterns share: what is short is written where it is jumped to, what is long follows a label. *)

type op =
  | Nop
  | Stop
  | Dup
  | Halt
  | Push of int
  | Load of int
  | Store of int
  | Add of int * int
  | Sub of int * int
  | Call of int * int
  | Jump of int
  | Loop of op * op
  | Both of op * op * op

exception Bad of int

type effect = { reads : int; writes : int; ends : bool }

let nothing = { reads = 0; writes = 0; ends = false }
let reads = { nothing with reads = 1 }
let leads = { nothing with ends = true }

let several n = { nothing with reads = n; writes = n - 1 }

(* Constants, records and calls, each from several arms. *)
let effect op =
  match op with
  | Nop | Loop _ -> nothing
  | Stop | Halt | Jump _ -> leads
  | Dup | Load _ | Call (0, _) -> reads
  | Push n when n > 100 -> several n
  | Push _ | Store 0 | Both _ -> nothing
  | Add (x, y) | Sub (y, x) when x > y -> several x
  | Add _ | Sub _ | Call _ | Store _ -> several 2

(* Exceptions. *)
let check op =
  match op with
  | Nop | Dup -> 1
  | Stop | Push 0 | Load 0 | Add (_, 0) -> raise (Bad 1)
  | Halt | Push 1 | Jump _ -> raise Exit
  | Push n | Load n | Store n -> n
  | Add (x, _) | Sub (x, _) | Call (x, _) -> if x > 3 then raise Exit else raise (Bad x)
  | Loop (a, _) | Both (_, _, a) -> if a = Nop then raise Exit else 4

(* What is shared is long, and reached from several depths. *)
let weigh op other =
  let total = ref 0 in
  (match (op, other) with
  | Nop, Nop | Stop, _ -> total := 1
  | Push n, (Push m | Load m) | (Add (n, m) | Sub (m, n)), _ when n > m ->
    for i = m to n do
      total := !total + i
    done;
    if !total > 10 then total := 10 - !total
  | Push _, Jump _ | Load _, Jump _ | Jump _, Jump _ ->
    total := 7;
    while !total < 20 do
      total := !total * 2
    done
  | Both (a, _, _), b | Loop (_, a), b ->
    total := if a = b then 3 else 5;
    total := !total * !total
  | _ -> total := -1);
  !total

(* Out of loops, from several places of each round. *)
let find ops =
  let rec go i =
    if i >= Array.length ops then -1
    else
      match ops.(i) with
      | Nop -> go (i + 1)
      | Stop | Halt | Push 0 -> i
      | Push n -> if n land 1 = 0 then i else go (i + n)
      | Load _ | Store _ -> if i > 3 then -2 else go (i + 2)
      | Jump n -> if n > i then go n else -3
      | Loop (Stop, _) | Both (Stop, _, _) -> i
      | Loop _ | Both _ | Add _ | Sub _ | Call _ | Dup -> -2
  in
  go 0

(* Switches in sequence, in one another, in loops and behind them. *)
let sequence ops =
  let count = ref 0 in
  for i = 0 to Array.length ops - 1 do
    (match ops.(i) with
    | Push _ | Load _ -> incr count
    | Add (x, _) | Sub (x, _) -> (
      match ops.(x) with
      | Push n | Load n -> count := !count + n
      | Add (n, _) -> count := !count - n
      | Call _ | Jump _ -> count := !count * 2
      | _ -> ())
    | Call _ -> count := !count + 5
    | Jump _ | Both _ -> ()
    | _ -> decr count);
    match ops.(Array.length ops - 1 - i) with
    | Push n -> count := !count + n
    | Load _ | Store _ -> count := !count - 2
    | Add _ -> ()
    | _ -> incr count
  done;
  (match ops.(0) with
  | Push n | Store n -> count := !count + (1000 * n)
  | Load _ -> count := - !count
  | Add _ | Sub _ -> ()
  | _ -> count := !count + 1);
  !count

(* Values that are set on some ways only, and after them others of the same kind. *)
let apart n flag =
  if flag then begin
    let square = n * n in
    print_int square;
    print_char ' '
  end;
  let first =
    if n > 2 then begin
      let twice = n + n in
      if twice > 9 then twice - 9 else twice
    end
    else 0
  in
  let second = if flag then first * 3 else n in
  if second > 5 then begin
    let rest = second mod 5 in
    first + rest
  end
  else
    let most = max first second in
    most - 1

(* What a loop keeps is what it was, or what it counts with. *)
let fields text separator =
  let parts = ref [] and last = ref (String.length text) in
  for i = String.length text - 1 downto 0 do
    if text.[i] = separator then begin
      parts := String.sub text (i + 1) (!last - i - 1) :: !parts;
      last := i
    end
  done;
  String.sub text 0 !last :: !parts

(* More parameters than a call passes, and switches behind them. *)
let wide op a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a18 a19 a20 a21 a22 a23 a24 a25 a26 a27 a28 a29 a30 a31 a32 a33 a34 a35 a36 a37 a38 a39 a40 a41 a42 a43 a44 a45 a46 a47 a48 a49 a50 a51 a52 a53 a54 a55 a56 a57 a58 a59 a60 a61 a62 a63 a64 a65 a66 a67 a68 a69 a70 a71 a72 a73 a74 a75 a76 a77 a78 a79 a80 a81 a82 a83 a84 a85 a86 a87 a88 a89 a90 a91 a92 a93 a94 a95 a96 a97 a98 a99 a100 a101 a102 a103 =
  let first =
    match op with
    | Push n | Load n -> a0 + n
    | Add (x, y) -> a50 + x + y
    | Sub (x, y) -> a51 - x - y
    | Call (x, _) -> (
      match if x > 1 then Jump x else Store x with
      | Push _ -> a3
      | Store n -> a4 + n
      | Jump n -> a5 * n
      | _ -> a6)
    | _ -> a103
  in
  match op with
  | Add _ -> first + a1
  | Sub _ | Push _ -> first + a2
  | Jump _ -> first + a100
  | _ -> first + a101

let ops =
  [|
    Push 4; Nop; Stop; Dup; Halt; Push 0; Push 1; Push 3; Push 101; Load 0; Load 2; Store 0; Store 1; Add (2, 1); Add (1, 2);
    Add (5, 0); Sub (1, 2); Sub (2, 1); Call (0, 1); Call (2, 1); Call (4, 1); Jump 2; Jump 30; Loop (Nop, Stop); Loop (Stop, Nop);
    Both (Nop, Stop, Nop); Both (Stop, Nop, Stop);
  |]

let () =
  Array.iteri
    (fun i op ->
      let { reads; writes; ends } = effect op in
      let checked = try check op with Bad n -> -n | Exit -> -100 in
      Printf.printf "%d: %d %d %b %d |" i reads writes ends checked;
      Array.iter (fun other -> Printf.printf " %d" (weigh op other)) ops;
      Printf.printf " | %d\n" (wide op 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100 101 102 103))
    ops;
  for i = 0 to Array.length ops - 1 do
    let rest = Array.sub ops i (Array.length ops - i) in
    Printf.printf "%d %d " (find rest) (sequence (Array.append rest ops))
  done;
  print_newline ();
  for n = -1 to 9 do
    Printf.printf "%d, " (apart n (n land 1 = 0));
    Printf.printf "%d; " (apart n (n > 4))
  done;
  print_newline ();
  List.iter (fun text -> print_endline (String.concat "|" (fields text ','))) [ ""; ","; "a"; "a,b"; ",a,,bc," ]
