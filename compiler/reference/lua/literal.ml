(* Constants as Lua text. *)

let escaped c =
  match c with
  | '"' -> "\\\""
  | '\\' -> "\\\\"
  | '\n' -> "\\n"
  | _ ->
      let b = Char.code c in
      "\\" ^ string_of_int (b / 100) ^ string_of_int (b / 10 mod 10) ^ string_of_int (b mod 10)

(* A string in quotes; everything but printable ASCII as three digits. *)
let string bytes =
  let n = String.length bytes in
  let text = Buffer.create (n + 2) in
  Buffer.add_string text "\"";
  (* from `from` on what was read up to `i` stands as it is *)
  let rec go from i =
    if i = n then Buffer.add_substring text bytes from (n - from)
    else
      match bytes.[i] with
      | ' ' | '!' | '#' .. '[' | ']' .. '~' -> go from (i + 1)
      | c ->
          Buffer.add_substring text bytes from (i - from);
          Buffer.add_string text (escaped c);
          go (i + 1) (i + 1)
  in
  go 0 0;
  Buffer.add_string text "\"";
  Buffer.contents text

(* Is `text` in `whole` at `i`? *)
let is_at whole i text =
  let rec same k = k = String.length text || (Char.equal whole.[i + k] text.[k] && same (k + 1)) in
  i + String.length text <= String.length whole && same 0

(* The text of a file: between long brackets, as it is, where Lua reads the same bytes there. *)
let text bytes =
  let n = String.length bytes in
  let rec plain i = i = n || ((match bytes.[i] with '\n' | ' ' .. '~' -> true | _ -> false) && plain (i + 1)) in
  if not (plain 0 && String.contains bytes '\n') then string bytes
  else begin
    let rec bracket equals =
      let close = "]" ^ equals ^ "]" in
      let rest = bytes ^ close in
      let rec first i =
        match String.index_from_opt rest i ']' with
        | Some i -> if is_at rest i close then i else first (i + 1)
        | None -> n
      in
      if Int.equal (first 0) n then "[" ^ equals ^ "[\n" ^ rest else bracket (equals ^ "=")
    in
    bracket ""
  end

(* How a double is written. *)
type float_form =
  | Number of string
  | Special of string  (* a primitive without arguments whose template gives it *)

(* The decimal text of d.ddd × 10^exponent. *)
let layout negative digits exponent =
  let text = Buffer.create 24 in
  if negative then Buffer.add_char text '-';
  let n = String.length digits in
  if exponent >= 0 && exponent < 17 then begin
    let last = if exponent + 1 > n then exponent else n - 1 in
    for i = 0 to last do
      if i = exponent + 1 then Buffer.add_char text '.';
      Buffer.add_char text (if i < n then digits.[i] else '0')
    done;
    if n <= exponent + 1 then Buffer.add_string text ".0"
  end
  else if exponent >= -5 && exponent < 0 then begin
    Buffer.add_string text "0.";
    for _ = 1 to -1 - exponent do
      Buffer.add_char text '0'
    done;
    Buffer.add_string text digits
  end
  else begin
    Buffer.add_char text digits.[0];
    if n > 1 then begin
      Buffer.add_char text '.';
      Buffer.add_string text (String.sub digits 1 (n - 1))
    end;
    Buffer.add_char text 'e';
    Buffer.add_string text (string_of_int exponent)
  end;
  Buffer.contents text

(* A natural number: limbs in base 10000, least significant first. *)
type natural = { mutable limbs : int array; mutable used : int }

(* number := number * factor + carry, with a factor below 10000. *)
let multiply number factor carry =
  let carry = ref carry in
  for i = 0 to number.used - 1 do
    let value = (number.limbs.(i) * factor) + !carry in
    number.limbs.(i) <- value mod 10000;
    carry := value / 10000
  done;
  while !carry > 0 do
    number.limbs.(number.used) <- !carry mod 10000;
    number.used <- number.used + 1;
    carry := !carry / 10000
  done

(* Multiplies by base ^ exponent, `steps` of them at once as `power`. *)
let multiply_power number base power steps exponent =
  let left = ref exponent in
  while !left >= steps do
    multiply number power 0;
    left := !left - steps
  done;
  while !left > 0 do
    multiply number base 0;
    decr left
  done

(* All its decimal digits. *)
let decimal_digits number =
  let text = Buffer.create (number.used * 4) in
  for i = number.used - 1 downto 0 do
    let limb = number.limbs.(i) in
    let digit n = if i < number.used - 1 || Buffer.length text > 0 || n > 0 then Buffer.add_char text (Char.chr (48 + n)) in
    digit (limb / 1000);
    digit (limb / 100 mod 10);
    digit (limb / 10 mod 10);
    digit (limb mod 10)
  done;
  Buffer.contents text

(* The first 17 digits, rounded to even, and whether a digit was added in front. *)
let round digits =
  let n = String.length digits in
  if n <= 17 then (digits, false)
  else begin
    let rec zeros i = i = n || (Char.equal digits.[i] '0' && zeros (i + 1)) in
    let odd = (Char.code digits.[16] - 48) land 1 = 1 in
    let up = digits.[17] > '5' || (Char.equal digits.[17] '5' && (odd || not (zeros 18))) in
    let kept = Bytes.of_string (String.sub digits 0 17) in
    let rec increment i =
      if i < 0 then true
      else if Char.equal (Bytes.get kept i) '9' then begin
        Bytes.set kept i '0';
        increment (i - 1)
      end
      else begin
        Bytes.set kept i (Char.chr (Char.code (Bytes.get kept i) + 1));
        false
      end
    in
    if up && increment 16 then ("1" ^ Bytes.to_string kept, true) else (Bytes.to_string kept, false)
  end

(* 17 significant digits, exactly rounded, without trailing zeros, always with a point or an exponent. *)
let float bits =
  let byte i = Char.code bits.[i] in
  let negative = byte 0 >= 128 in
  let exponent = ((byte 0 land 127) lsl 4) lor (byte 1 lsr 4) in
  let number = { limbs = Array.make 200 0; used = 0 } in
  multiply number 0 ((byte 1 land 15) lor if exponent > 0 then 16 else 0);
  for i = 2 to 7 do
    multiply number 256 (byte i)
  done;
  let fraction = byte 1 land 15 > 0 || byte 2 + byte 3 + byte 4 + byte 5 + byte 6 + byte 7 > 0 in
  if exponent = 2047 then Special (if fraction then "%nan" else if negative then "%neg_infinity" else "%infinity")
  else if exponent = 0 && not fraction then if negative then Special "%negative_zero" else Number "0.0"
  else begin
    (* the value is number * 2 ^ power, or number * 5 ^ -power / 10 ^ -power *)
    let power = (if exponent = 0 then 1 else exponent) - 1075 in
    if power >= 0 then multiply_power number 2 8192 13 power else multiply_power number 5 3125 5 (-power);
    let all = decimal_digits number in
    let scale = String.length all - 1 + if power < 0 then power else 0 in
    let digits, carried = round all in
    let last = ref (String.length digits) in
    while !last > 1 && Char.equal digits.[!last - 1] '0' do
      decr last
    done;
    Number (layout negative (String.sub digits 0 !last) (if carried then scale + 1 else scale))
  end

(* For people: the number, `inf`, `-inf` or `nan`. *)
let float_text bits =
  match float bits with
  | Number text -> text
  | Special "%infinity" -> "inf"
  | Special "%neg_infinity" -> "-inf"
  | Special "%nan" -> "nan"
  | Special _ -> "-0.0"

(* As a Lua expression, by the runtime's templates where Lua has no numeral. *)
let double table bits =
  match float bits with
  | Number text -> text
  | Special name -> (
      match Fragment.find table name with
      | Some { Fragment.form = Template.Inline template; _ } -> (Template.expand template None [||]).Syntax.text
      | _ -> Error.fail ("the runtime has no template for " ^ name))

(* The decimal number modulo 2^32, as a signed number of 32 bits. *)
let wrap_32 decimal =
  let n = String.length decimal in
  let negative = n > 0 && Char.equal decimal.[0] '-' in
  let high = ref 0 and low = ref 0 in
  for i = if negative then 1 else 0 to n - 1 do
    let value = (!low * 10) + Char.code decimal.[i] - 48 in
    low := value land 65535;
    high := ((!high * 10) + (value lsr 16)) land 65535
  done;
  let negate () =
    low := (65536 - !low) land 65535;
    high := if !low = 0 then (65536 - !high) land 65535 else 65535 - !high
  in
  if negative then negate ();
  let below = !high >= 32768 in
  if below then negate ();
  let rec digits rest =
    if !high = 0 && !low = 0 then rest
    else begin
      let value = ((!high mod 10) * 65536) + !low in
      high := !high / 10;
      low := value / 10;
      digits (String.make 1 (Char.chr (48 + (value mod 10))) ^ rest)
    end
  in
  let text = digits "" in
  if String.equal text "" then "0" else if below then "-" ^ text else text

(* An integer of more than 31 bits as the target has it. *)
let wide target decimal =
  let n = String.length decimal in
  let first = if n > 1 && Char.equal decimal.[0] '-' then 1 else 0 in
  let rec valid i = i = n || (Template.is_digit decimal.[i] && valid (i + 1)) in
  if n = 0 || n > 30 || not (valid first) then Error.fail ("bad integer constant '" ^ decimal ^ "'")
  else match target with Target.Lua54 -> decimal | Target.Portable | Target.Luajit | Target.Luau -> wrap_32 decimal
