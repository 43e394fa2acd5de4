-- Numbers to text: C's printf conversions as runtime/ints.c and runtime/floats.c use them.

--// format_digits const
--// Requires: caml_invalid_argument
-- Lays out `digits` (of a magnitude, already in the conversion's base) as a printf format says: flags, width, precision.
-- The letters l, n, L between them and the conversion only name the type; text before the `%` stays.
local match, find = string.match, string.find
function P.format_digits(format, negative, digits)
  local text, flags, width, point, precision, conversion = match(format, "^([^%%]*)%%([-+ 0#]*)(%d*)(%.?)(%d*)[lnL]?(%a)$")
  if not flags then
    P.caml_invalid_argument("format_int: bad format")
  end
  local has_precision = point ~= ""
  local prefix = ""
  if conversion == "d" or conversion == "i" then
    prefix = negative and "-" or find(flags, "+", 1, true) and "+" or find(flags, " ", 1, true) and " " or ""
  elseif find(flags, "#", 1, true) then
    if conversion == "o" then
      if Byte(digits) ~= 48 then
        digits = "0" .. digits
      end
    elseif conversion ~= "u" and digits ~= "0" then
      prefix = "0" .. conversion
    end
  end
  if has_precision then
    precision = precision == "" and 0 or tonumber(precision)
    if precision == 0 and digits == "0" then
      digits = ""
    elseif #digits < precision then
      digits = Rep("0", precision - #digits) .. digits
    end
  end
  local missing = width == "" and 0 or width - #prefix - #digits
  if missing <= 0 then
    return text .. prefix .. digits
  elseif find(flags, "-", 1, true) then
    return text .. prefix .. digits .. Rep(" ", missing)
  elseif find(flags, "0", 1, true) and not has_precision then
    return text .. prefix .. Rep("0", missing) .. digits
  end
  return text .. Rep(" ", missing) .. prefix .. digits
end

--// format_int32 const
--// Requires: format_digits
-- Formats a number of 32 bits; `%u`, `%x`, `%o` show its two's complement.
local layout, text_of = P.format_digits, string.format
function P.format_int32(format, n)
  local conversion = Sub(format, -1)
  if conversion == "d" or conversion == "i" then
    if n < 0 then
      return layout(format, true, text_of("%d", -n))
    end
    return layout(format, false, text_of("%d", n))
  end
  if n < 0 then
    n = n + 4294967296
  end
  if format == "%x" then return text_of(format, n) end
  return layout(format, false, text_of(conversion == "u" and "%d" or "%" .. conversion, n))
end

--// format_wide const
--// If: lua54
--// Requires: format_digits
-- Formats an integer of 64 bits.
local layout, text_of = P.format_digits, string.format
function P.format_wide(format, n)
  local conversion = Sub(format, -1)
  if conversion == "d" or conversion == "i" then
    if n < 0 then
      return layout(format, true, Sub(text_of("%d", n), 2))
    end
    return layout(format, false, text_of("%d", n))
  elseif format == "%x" then
    return text_of(format, n)
  elseif conversion ~= "u" then
    return layout(format, false, text_of("%" .. conversion, n))
  elseif n >= 0 then
    return layout(format, false, text_of("%d", n))
  end
  local tens = (n >> 1) // 5
  return layout(format, false, text_of("%d%d", tens, n - tens * 10))
end

--// caml_format_int const
--// If: portable luajit
--// Requires: format_int32
local format_int32, text_of = P.format_int32, string.format
function P.caml_format_int(format, n)
  if format == "%d" then
    return text_of("%d", n)
  end
  return format_int32(format, n)
end

--// caml_format_int const
--// If: lua54
--// Requires: format_wide
local format_wide, text_of = P.format_wide, string.format
function P.caml_format_int(format, n)
  if format == "%d" then
    return text_of("%d", n)
  end
  local conversion = Sub(format, -1)
  if conversion ~= "d" and conversion ~= "i" then
    n = n & 0x7FFFFFFFFFFFFFFF
  end
  return format_wide(format, n)
end

--// caml_int32_format const
--// Requires: format_int32
--// Inline: P.format_int32(%1, %2[2])

--// caml_nativeint_format const
--// If: portable luajit
--// Requires: format_int32
--// Inline: P.format_int32(%1, %2[2])

--// caml_nativeint_format const
--// If: lua54
--// Requires: format_wide
--// Inline: P.format_wide(%1, %2[2])

--// caml_int64_format const
--// If: portable luajit
--// Requires: format_digits, int64_decimal
local layout, text_of, decimal = P.format_digits, string.format, P.int64_decimal
function P.caml_int64_format(format, x)
  local conversion = Sub(format, -1)
  local high, low = x[2] % 4294967296, x[3] % 4294967296
  if conversion == "d" or conversion == "i" then
    local negative = x[2] < 0
    if negative then
      low = 4294967296 - low
      high = 4294967295 - high
      if low == 4294967296 then
        low, high = 0, (high + 1) % 4294967296
      end
    end
    return layout(format, negative, decimal(high, low))
  elseif conversion == "u" then
    return layout(format, false, decimal(high, low))
  elseif conversion == "o" then
    -- 64 bits are 11 digits of the upper 31 bits and 11 of the lower 33.
    local upper = Floor(high / 2)
    local lower = (high % 2) * 4294967296 + low
    if upper == 0 then
      return layout(format, false, lower < 2097152 and text_of("%o", lower) or text_of("%o%07o", Floor(lower / 2097152), lower % 2097152))
    end
    return layout(format, false, text_of("%o%04o%07o", upper, Floor(lower / 2097152), lower % 2097152))
  end
  if high == 0 then
    return layout(format, false, text_of("%" .. conversion, low))
  end
  return layout(format, false, text_of("%" .. conversion .. "%08" .. conversion, high, low))
end

--// caml_int64_format const
--// If: lua54
--// Requires: format_wide
function P.caml_int64_format(format, x)
  return P.format_wide(format, x[2])
end

--// int64_decimal const
--// If: portable luajit
-- The decimal digits of an unsigned number of 64 bits in two unsigned halves.
local text_of = string.format
function P.int64_decimal(high, low)
  if high == 0 then
    return text_of("%d", low)
  end
  -- Long division by 10^7 in digits of 16 bits: a remainder and a digit stay below 2^40.
  local a, b, c, d = Floor(high / 65536), high % 65536, Floor(low / 65536), low % 65536
  local text = ""
  while a + b + c + d > 0 do
    local r = a % 10000000
    a = Floor(a / 10000000)
    r = r * 65536 + b
    b, r = Floor(r / 10000000), r % 10000000
    r = r * 65536 + c
    c, r = Floor(r / 10000000), r % 10000000
    r = r * 65536 + d
    d, r = Floor(r / 10000000), r % 10000000
    text = text_of("%07d", r) .. text
  end
  return (string.gsub(text, "^0+", ""))
end

--// sign_bit const
-- Whether a float's sign is set; of a nan too, where the engine shows it.
local text_of = string.format
local bits
if jit then
  local usable, ffi = Pcall(require, "ffi")
  bits = usable and ffi.new("union { double number; int32_t halves[2]; }")
end
function P.sign_bit(x)
  if x > 0 then
    return false
  elseif x < 0 then
    return true
  elseif x == 0 then
    return 1 / x < 0
  elseif bits then
    bits.number = x
    return bits.halves[1] < 0
  end
  return Byte(text_of("%f", x)) == 45
end

--// exact_digits const
--// Requires: frexp
-- All decimal digits of a positive finite float, and where its point stands: 0.DIGITS * 10^point.
local frexp, text_of = P.frexp, string.format
function P.exact_digits(x)
  local mantissa, exponent = frexp(x)
  mantissa, exponent = mantissa * 9007199254740992, exponent - 53
  -- Little-endian limbs of 7 digits; a product by at most 2^20 or 5^9 stays exact.
  local limbs, count = {}, 0
  while mantissa > 0 do
    count = count + 1
    limbs[count] = mantissa % 10000000
    mantissa = Floor(mantissa / 10000000)
  end
  local left, base, step = exponent, 2, 20
  if exponent < 0 then
    left, base, step = -exponent, 5, 9
  end
  while left > 0 do
    local factor = base ^ (left < step and left or step)
    left = left - step
    local carry = 0
    for i = 1, count do
      local product = limbs[i] * factor + carry
      carry = Floor(product / 10000000)
      limbs[i] = product - carry * 10000000
    end
    while carry > 0 do
      count = count + 1
      limbs[count] = carry % 10000000
      carry = Floor(carry / 10000000)
    end
  end
  local pieces = {}
  for i = count, 1, -1 do
    pieces[#pieces + 1] = text_of("%07d", limbs[i])
  end
  local digits = string.gsub(Concat(pieces), "^0+", "")
  local point = #digits
  if exponent < 0 then
    point = point + exponent
  end
  return digits, point
end

--// long_float const
--// Requires: exact_digits
-- The conversions e, f, g of a finite float's magnitude with a precision that the engine's printf refuses.
local function rounded(digits, kept)
  if kept >= #digits then
    return digits .. Rep("0", kept - #digits), 0
  elseif kept < 0 then
    return "", 0
  end
  local head, next = Sub(digits, 1, kept), Byte(digits, kept + 1)
  local last = kept > 0 and Byte(head, kept) or 48
  if next < 53 or next == 53 and last % 2 == 0 and not string.find(digits, "[1-9]", kept + 2) then
    return head, 0
  end
  local stop = kept
  while stop > 0 and Byte(head, stop) == 57 do
    stop = stop - 1
  end
  if stop == 0 then
    return "1" .. Rep("0", kept), 1
  end
  return Sub(head, 1, stop - 1) .. Char(Byte(head, stop) + 1) .. Rep("0", kept - stop), 0
end

local function fixed(digits, point, precision)
  local more
  digits, more = rounded(digits, point + precision)
  point = point + more
  if point <= 0 then
    digits, point = Rep("0", 1 - point) .. digits, 1
  end
  digits = digits .. Rep("0", point + precision - #digits)
  return Sub(digits, 1, point) .. (precision > 0 and "." .. Sub(digits, point + 1, point + precision) or "")
end

local function scientific(digits, point, precision)
  local more
  digits, more = rounded(digits, precision + 1)
  local exponent = point + more - 1
  return Sub(digits, 1, 1)
    .. (precision > 0 and "." .. Sub(digits, 2, precision + 1) or "")
    .. string.format("e%s%02d", exponent < 0 and "-" or "+", exponent < 0 and -exponent or exponent)
end

function P.long_float(conversion, precision, x)
  local digits, point = "0", 1
  if x > 0 then
    digits, point = P.exact_digits(x)
  end
  local kind = string.lower(conversion)
  local text
  if kind == "f" then
    text = fixed(digits, point, precision)
  elseif kind == "e" then
    text = scientific(digits, point, precision)
  else
    local _, more = rounded(digits, precision)
    local exponent = point + more - 1
    if exponent < -4 or exponent >= precision then
      text = string.gsub(scientific(digits, point, precision - 1), "%.?0*e", "e")
    else
      text = fixed(digits, point, precision - 1 - exponent)
      if string.find(text, ".", 1, true) then
        text = string.gsub(text, "%.?0*$", "")
      end
    end
  end
  return conversion == kind and text or string.upper(text)
end

--// caml_format_float const
--// Requires: sign_bit, long_float, caml_invalid_argument
-- printf of a double. Engines differ in how they print what is not finite, and stop at two digits
-- of width and precision.
local text_of, find, match = string.format, string.find, string.match
if jit then
  -- LuaJIT rounds ties away from zero where C goes to even.
  local usable, ffi = Pcall(require, "ffi")
  if usable and Pcall(ffi.cdef, "int snprintf(char *, size_t, const char *, ...);") then
    local buffer = ffi.new("char[512]")
    function text_of(format, x)
      local length = ffi.C.snprintf(buffer, 512, format, x)
      return ffi.string(buffer, length)
    end
  end
end
function P.caml_format_float(format, x)
  local finite = x - x == 0
  if finite and (#format < 6 or not find(format, "%d%d%d")) then
    return text_of(format, x)
  end
  local flags, width, precision, conversion = match(format, "^%%([-+ 0#]*)(%d*)%.?(%d*)(%a)$")
  if not flags then
    P.caml_invalid_argument("format_float: bad format")
  end
  local negative = P.sign_bit(x)
  local text
  if finite then
    text = P.long_float(conversion, precision == "" and 6 or tonumber(precision), negative and -x or x)
  else
    text = x ~= x and "nan" or "inf"
    if find(conversion, "%u") then
      text = string.upper(text)
    end
  end
  local sign = negative and "-" or find(flags, "+", 1, true) and "+" or find(flags, " ", 1, true) and " " or ""
  local missing = (width == "" and 0 or tonumber(width)) - #sign - #text
  if missing <= 0 then
    return sign .. text
  elseif find(flags, "-", 1, true) then
    return sign .. text .. Rep(" ", missing)
  elseif finite and find(flags, "0", 1, true) then
    return sign .. Rep("0", missing) .. text
  end
  return Rep(" ", missing) .. sign .. text
end

--// caml_hexstring_of_float const
--// Requires: sign_bit, frexp
-- `%h`: precision -1 prints as many digits as there are; style is the character of the flag.
local text_of = string.format
function P.caml_hexstring_of_float(x, precision, style)
  local sign = P.sign_bit(x) and "-" or style == 43 and "+" or style == 32 and " " or ""
  if x ~= x then
    return sign .. "nan"
  elseif x - x ~= 0 then
    return sign .. "infinity"
  end
  local mantissa, exponent = P.frexp(x < 0 and -x or x)
  if x == 0 then
    exponent = 1
  elseif exponent < -1021 then
    mantissa, exponent = mantissa * 2 ^ (exponent + 1021), -1021
  end
  local bits = mantissa * 9007199254740992
  if precision >= 0 and precision < 13 then
    local unit = 2 ^ (52 - precision * 4)
    local rest = bits % unit
    bits = bits - rest
    if rest > unit / 2 or rest == unit / 2 and bits / unit % 2 == 1 then
      bits = bits + unit
    end
  end
  local leading = Floor(bits / 4503599627370496)
  bits = bits % 4503599627370496
  local digits = text_of("%06x%07x", Floor(bits / 268435456), Floor(bits % 268435456))
  if precision < 0 then
    digits = string.gsub(digits, "0+$", "")
  elseif precision <= 13 then
    digits = Sub(digits, 1, precision)
  else
    digits = digits .. Rep("0", precision - 13)
  end
  exponent = exponent - 1
  return sign
    .. "0x"
    .. text_of("%x", leading)
    .. (digits ~= "" and "." .. digits or "")
    .. (exponent < 0 and "p-" or "p+")
    .. text_of("%d", exponent < 0 and -exponent or exponent)
end
