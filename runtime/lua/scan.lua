-- Text to numbers: int_of_string and its kin (runtime/ints.c), float_of_string (runtime/floats.c).

--// number_prefix const
-- Splits off a sign and a base: whether negative, the base, whether the notation is unsigned, and where the digits begin.
function P.number_prefix(text)
  local at, negative = 1, false
  local c = Byte(text, 1)
  if c == 45 or c == 43 then
    at, negative = 2, c == 45
  end
  if Byte(text, at) == 48 then
    c = Byte(text, at + 1)
    if c == 120 or c == 88 then
      return negative, 16, true, at + 2
    elseif c == 111 or c == 79 then
      return negative, 8, true, at + 2
    elseif c == 98 or c == 66 then
      return negative, 2, true, at + 2
    elseif c == 117 or c == 85 then
      return negative, 10, true, at + 2
    end
  end
  return negative, 10, false, at
end

--// digit_value const
-- The value of a digit's character code; 99 for what is none.
function P.digit_value(c)
  if not c then
    return 99
  elseif c >= 48 and c <= 57 then
    return c - 48
  elseif c >= 97 and c <= 102 then
    return c - 87
  elseif c >= 65 and c <= 70 then
    return c - 55
  end
  return 99
end

--// int32_of_text
--// Requires: number_prefix, digit_value, caml_failwith
-- A number of 32 bits out of its text; `what` names the function that fails.
local prefix, digit_value, find = P.number_prefix, P.digit_value, string.find
function P.int32_of_text(text, what)
  if #text < 10 and find(text, "^%d+$") then
    return tonumber(text, 10)
  end
  local negative, base, unsigned, at = prefix(text)
  local value = digit_value(Byte(text, at))
  if value >= base then
    P.caml_failwith(what)
  end
  for i = at + 1, #text do
    local c = Byte(text, i)
    if c ~= 95 then
      local digit = digit_value(c)
      if digit >= base then
        P.caml_failwith(what)
      end
      value = value * base + digit
      if value > 4294967295 then
        P.caml_failwith(what)
      end
    end
  end
  if not unsigned and (value > 2147483648 or value == 2147483648 and not negative) then
    P.caml_failwith(what)
  end
  if negative then
    value = 0 - value
  end
  return (value + 2147483648) % 4294967296 - 2147483648
end

--// integer_of_text
--// If: lua54
--// Requires: number_prefix, digit_value, caml_failwith
-- A number of `bits` bits out of its text, in the engine's integers.
local prefix, digit_value = P.number_prefix, P.digit_value
local below = math.ult
function P.integer_of_text(text, bits, what)
  local negative, base, unsigned, at = prefix(text)
  local value = digit_value(Byte(text, at))
  if value >= base then
    P.caml_failwith(what)
  end
  -- The largest unsigned number, divided by the base.
  local threshold = base == 10 and 0x1999999999999999 or base == 16 and 0xFFFFFFFFFFFFFFF
    or base == 8 and 0x1FFFFFFFFFFFFFFF or 0x7FFFFFFFFFFFFFFF
  for i = at + 1, #text do
    local c = Byte(text, i)
    if c ~= 95 then
      local digit = digit_value(c)
      if digit >= base or below(threshold, value) then
        P.caml_failwith(what)
      end
      value = value * base + digit
      if below(value, digit) then
        P.caml_failwith(what)
      end
    end
  end
  local half = 1 << (bits - 1)
  if unsigned then
    if bits < 64 and not below(value, half << 1) then
      P.caml_failwith(what)
    end
  elseif below(half, value) or value == half and not negative then
    P.caml_failwith(what)
  end
  if negative then
    value = -value
  end
  if bits < 64 then
    value = (value << (64 - bits)) // (1 << (64 - bits))
  end
  return value
end

--// caml_int_of_string
--// If: portable luajit
--// Requires: int32_of_text
local int32_of_text = P.int32_of_text
function P.caml_int_of_string(text)
  return int32_of_text(text, "int_of_string")
end

--// caml_int_of_string
--// If: lua54
--// Requires: integer_of_text
function P.caml_int_of_string(text)
  return P.integer_of_text(text, 63, "int_of_string")
end

--// caml_int32_of_string
--// Requires: int32_of_text
function P.caml_int32_of_string(text)
  return { 255, P.int32_of_text(text, "Int32.of_string"), "_i" }
end

--// caml_nativeint_of_string
--// If: portable luajit
--// Requires: int32_of_text
function P.caml_nativeint_of_string(text)
  return { 255, P.int32_of_text(text, "Nativeint.of_string"), "_n" }
end

--// caml_nativeint_of_string
--// If: lua54
--// Requires: integer_of_text
function P.caml_nativeint_of_string(text)
  return { 255, P.integer_of_text(text, 64, "Nativeint.of_string"), "_n" }
end

--// caml_int64_of_string
--// If: lua54
--// Requires: integer_of_text
function P.caml_int64_of_string(text)
  return { 255, P.integer_of_text(text, 64, "Int64.of_string") }
end

--// caml_int64_of_string
--// If: portable luajit
--// Requires: number_prefix, digit_value, caml_failwith
local prefix, digit_value = P.number_prefix, P.digit_value
function P.caml_int64_of_string(text)
  local negative, base, unsigned, at = prefix(text)
  local high, low = 0, digit_value(Byte(text, at))
  if low >= base then
    P.caml_failwith("Int64.of_string")
  end
  for i = at + 1, #text do
    local c = Byte(text, i)
    if c ~= 95 then
      local digit = digit_value(c)
      if digit >= base then
        P.caml_failwith("Int64.of_string")
      end
      low = low * base + digit
      local carry = Floor(low / 4294967296)
      low = low - carry * 4294967296
      high = high * base + carry
      if high > 4294967295 then
        P.caml_failwith("Int64.of_string")
      end
    end
  end
  if not unsigned and high >= 2147483648 and not (negative and high == 2147483648 and low == 0) then
    P.caml_failwith("Int64.of_string")
  end
  if negative then
    high = low == 0 and 4294967296 - high or 4294967295 - high
    low = low == 0 and 0 or 4294967296 - low
  end
  return {
    255,
    (high + 2147483648) % 4294967296 - 2147483648,
    (low + 2147483648) % 4294967296 - 2147483648,
  }
end

--// float_of_hex const
--// Requires: ldexp
-- The magnitude of a hexadecimal float, after its 0x; nil when malformed.
local match, gsub = string.match, string.gsub
function P.float_of_hex(text)
  local whole, fraction, exponent = match(text, "^(%x*)%.?(%x*)[pP]([-+]?%d+)$")
  if not whole then
    whole, fraction = match(text, "^(%x*)%.?(%x*)$")
    exponent = "0"
  end
  if not whole or whole == "" and fraction == "" then
    return nil
  end
  local digits = gsub(whole .. fraction, "^0+", "")
  if digits == "" then
    return 0.0
  end
  local scale = tonumber(exponent) - 4 * #fraction
  if scale > 5000 - 4 * #digits then
    return Huge
  end
  -- 15 digits in two exact parts; what follows them only breaks a tie.
  local sticky = match(Sub(digits, 16), "[^0]")
  if #digits > 15 then
    scale = scale + 4 * (#digits - 15)
  end
  local high, low = tonumber("0" .. Sub(digits, 1, -9), 16), tonumber(Sub(digits, -8), 16)
  if #digits > 15 then
    high, low = tonumber(Sub(digits, 1, 7), 16), tonumber(Sub(digits, 8, 15), 16)
  end
  local length, top = 0, high > 0 and high or low
  while top >= 1 do
    top = top / 2
    length = length + 1
  end
  if high > 0 then
    length = length + 32
  end
  -- Bits below the last that the result can hold: 53 bits, fewer for a subnormal number.
  local lost = length - 53
  if scale + lost < -1074 then
    lost = -1074 - scale
  end
  if lost > length + 1 then
    return 0.0
  end
  local value = high * 4294967296.0 + low
  if lost > 0 then
    local rest, kept, half
    if lost < 32 then
      local unit = 2 ^ lost
      rest = low % unit
      kept = high * 2 ^ (32 - lost) + (low - rest) / unit
      half = unit / 2
    else
      local unit = 2 ^ (lost - 32)
      local upper = high % unit
      rest = upper * 4294967296.0 + low
      kept = (high - upper) / unit
      half = unit * 2147483648.0
    end
    if rest > half or rest == half and (sticky or kept % 2 == 1) then
      kept = kept + 1
    end
    value, scale = kept, scale + lost
  end
  return P.ldexp(value + 0.0, scale)
end

--// caml_float_of_string
--// Requires: float_of_hex, sign_bit, caml_failwith
-- As C's strtod on the text without its underscores: leading white space, inf, infinity and nan in any case.
local match, gsub, find, lower = string.match, string.gsub, string.find, string.lower
function P.caml_float_of_string(text)
  local plain = gsub(text, "_", "")
  local sign, rest = match(plain, "^([-+]?)(.*)$")
  local value
  if find(rest, "^0[xX]") then
    value = P.float_of_hex(Sub(rest, 3))
  else
    sign, rest = match(plain, "^[ \t\n\v\f\r]*([-+]?)(.*)$")
    if find(rest, "^%d+%.?%d*$") or find(rest, "^%.%d+$") or find(rest, "^%d+%.?%d*[eE][-+]?%d+$")
      or find(rest, "^%.%d+[eE][-+]?%d+$")
    then
      value = tonumber(rest) + 0.0
    else
      local word = lower(rest)
      if word == "inf" or word == "infinity" then
        value = Huge
      elseif word == "nan" or find(word, "^nan%([%w]*%)$") then
        -- The sign of 0/0 is the machine's; the one wanted here is asked for by name.
        value = 0 / 0
        if P.sign_bit(value) then
          value = -value
        end
      end
    end
  end
  if not value then
    P.caml_failwith("float_of_string")
  end
  if sign == "-" then
    return -value
  end
  return value
end
