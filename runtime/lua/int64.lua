-- Int64. On portable and luajit `{255, high, low}`, both halves signed numbers of 32 bits; on lua54 `{255, n}`, the
-- engine's own integer. Values are immutable.

--// int64_make const
--// If: portable luajit
-- An int64 of two halves that are whole numbers of any size (below 2^53).
function P.int64_make(high, low)
  return { 255, (high + 2147483648) % 4294967296 - 2147483648, (low + 2147483648) % 4294967296 - 2147483648 }
end

--// caml_int64_add const
--// If: portable luajit
function P.caml_int64_add(x, y)
  local low = x[3] % 4294967296 + y[3] % 4294967296
  local high = x[2] + y[2]
  if low > 4294967295 then
    high, low = high + 1, low - 4294967296
  end
  return { 255, (high + 2147483648) % 4294967296 - 2147483648, low > 2147483647 and low - 4294967296 or low }
end

--// caml_int64_sub const
--// If: portable luajit
function P.caml_int64_sub(x, y)
  local low = x[3] % 4294967296 - y[3] % 4294967296
  local high = x[2] - y[2]
  if low < 0 then
    high, low = high - 1, low + 4294967296
  end
  return { 255, (high + 2147483648) % 4294967296 - 2147483648, low > 2147483647 and low - 4294967296 or low }
end

--// caml_int64_neg const
--// Requires: caml_int64_sub
--// If: portable luajit
local subtract, zero = P.caml_int64_sub, { 255, 0, 0 }
function P.caml_int64_neg(x)
  return subtract(zero, x)
end

--// caml_int64_mul const
--// Requires: int64_make, int_mul
--// If: portable luajit
-- Halves of 16 bits, so that no product passes 2^53.
local make = P.int64_make
function P.caml_int64_mul(x, y)
  local low_x, low_y = x[3] % 4294967296, y[3] % 4294967296
  local a, b = Floor(low_x / 65536), low_x % 65536
  local c, d = Floor(low_y / 65536), low_y % 65536
  -- low_x * low_y is a*c * 2^32 + (a*d + b*c) * 2^16 + b*d; the cross products wrap below 2^53.
  local cross = a * d + b * c
  local low = cross % 65536 * 65536 + b * d
  local high = a * c + Floor(cross / 65536) + Floor(low / 4294967296)
  return make(high + Mul(x[2], y[3]) + Mul(x[3], y[2]), low)
end

--// int64_divide
--// Requires: int64_make, caml_int64_neg, caml_raise_zero_divide
--// If: portable luajit
-- Quotient towards zero, and rest.
local function magnitude(x)
  local high, low = x[2], x[3] % 4294967296
  if high < 0 then
    if low == 0 then
      return 0 - high, 0
    end
    return -1 - high, 4294967296 - low
  end
  return high, low
end
function P.int64_divide(x, y)
  if y[2] == 0 and y[3] == 0 then
    P.caml_raise_zero_divide()
  end
  local high, low = magnitude(x)
  local divisor_high, divisor_low = magnitude(y)
  local quotient_high, quotient_low, rest_high, rest_low = 0, 0, 0, 0
  if high < 2097152 and divisor_high < 2097152 then
    -- Both below 2^53: the rest is exact, and so is the quotient of what the divisor divides.
    local a, b = high * 4294967296 + low, divisor_high * 4294967296 + divisor_low
    local rest = a % b
    local quotient = Floor((a - rest) / b)
    quotient_high, quotient_low = Floor(quotient / 4294967296), quotient % 4294967296
    rest_high, rest_low = Floor(rest / 4294967296), rest % 4294967296
  else
    for i = 1, 64 do
      rest_high = rest_high * 2 + (rest_low > 2147483647 and 1 or 0)
      rest_low = rest_low % 2147483648 * 2 + (high > 2147483647 and 1 or 0)
      high = high % 2147483648 * 2 + (low > 2147483647 and 1 or 0)
      low = low % 2147483648 * 2
      quotient_high = quotient_high % 2147483648 * 2 + (quotient_low > 2147483647 and 1 or 0)
      quotient_low = quotient_low % 2147483648 * 2
      if rest_high > divisor_high or rest_high == divisor_high and rest_low >= divisor_low then
        rest_high, rest_low = rest_high - divisor_high, rest_low - divisor_low
        if rest_low < 0 then
          rest_high, rest_low = rest_high - 1, rest_low + 4294967296
        end
        quotient_low = quotient_low + 1
      end
    end
  end
  local quotient, rest = P.int64_make(quotient_high, quotient_low), P.int64_make(rest_high, rest_low)
  if (x[2] < 0) ~= (y[2] < 0) then
    quotient = P.caml_int64_neg(quotient)
  end
  if x[2] < 0 then
    rest = P.caml_int64_neg(rest)
  end
  return quotient, rest
end

--// caml_int64_div
--// Requires: int64_divide
--// If: portable luajit
local divide = P.int64_divide
function P.caml_int64_div(x, y)
  return (divide(x, y))
end

--// caml_int64_mod
--// Requires: int64_divide
--// If: portable luajit
local divide = P.int64_divide
function P.caml_int64_mod(x, y)
  local _, rest = divide(x, y)
  return rest
end

--// caml_int64_and const
--// Requires: int_bits
--// If: portable luajit
function P.caml_int64_and(x, y)
  return { 255, And(x[2], y[2]), And(x[3], y[3]) }
end

--// caml_int64_or const
--// Requires: int_bits
--// If: portable luajit
function P.caml_int64_or(x, y)
  return { 255, Or(x[2], y[2]), Or(x[3], y[3]) }
end

--// caml_int64_xor const
--// Requires: int_bits
--// If: portable luajit
function P.caml_int64_xor(x, y)
  return { 255, Xor(x[2], y[2]), Xor(x[3], y[3]) }
end

--// caml_int64_shift_left const
--// Requires: int64_make, int_powers
--// If: portable luajit
local make = P.int64_make
function P.caml_int64_shift_left(x, n)
  n = n % 64
  local high, low = x[2], x[3] % 4294967296
  if n >= 32 then
    high, low, n = low, 0, n - 32
  end
  if n == 0 then
    return make(high, low)
  end
  local power, rest = Pow2[n], Pow2[32 - n]
  return make(high % rest * power + Floor(low / rest), low % rest * power)
end

--// caml_int64_shift_right const
--// Requires: int64_make, int_powers
--// If: portable luajit
local make = P.int64_make
function P.caml_int64_shift_right(x, n)
  n = n % 64
  local high, low = x[2], x[3] % 4294967296
  if n >= 32 then
    high, low, n = high < 0 and -1 or 0, high % 4294967296, n - 32
  end
  if n == 0 then
    return make(high, low)
  end
  local power = Pow2[n]
  return make(Floor(high / power), high % power * Pow2[32 - n] + Floor(low / power))
end

--// caml_int64_shift_right_unsigned const
--// Requires: int64_make, int_powers
--// If: portable luajit
local make = P.int64_make
function P.caml_int64_shift_right_unsigned(x, n)
  n = n % 64
  local high, low = x[2] % 4294967296, x[3] % 4294967296
  if n >= 32 then
    high, low, n = 0, high, n - 32
  end
  if n == 0 then
    return make(high, low)
  end
  local power = Pow2[n]
  return make(Floor(high / power), high % power * Pow2[32 - n] + Floor(low / power))
end

--// caml_int64_compare const
--// If: portable luajit
function P.caml_int64_compare(x, y)
  local a, b = x[2], y[2]
  if a == b then
    a, b = x[3] % 4294967296, y[3] % 4294967296
  end
  return a < b and -1 or a > b and 1 or 0
end

--// caml_int64_of_int const
--// If: portable luajit
function P.caml_int64_of_int(n)
  return { 255, n < 0 and -1 or 0, n }
end

--// caml_int64_of_int32 const
--// Alias: caml_int64_of_nativeint
--// Requires: caml_int64_of_int
--// If: portable luajit
--// Inline: P.caml_int64_of_int(%1[2])

--// caml_int64_to_int const
--// If: portable luajit
--// Inline: %1[3]

--// caml_int64_to_int32 const
--// If: portable luajit
--// Inline: {255, %1[3], "_i"}

--// caml_int64_to_nativeint const
--// If: portable luajit
--// Inline: {255, %1[3], "_n"}

--// int64_of_number const
--// Requires: int64_make
--// If: portable luajit
-- An int64 of a whole number below 2^53, as a position in a file is.
function P.int64_of_number(n)
  return P.int64_make(Floor(n / 4294967296), n % 4294967296)
end

--// int64_to_number const
--// If: portable luajit
function P.int64_to_number(x)
  return x[2] * 4294967296 + x[3] % 4294967296
end

--// caml_int64_to_float const
--// If: portable luajit
-- The product is exact, so the sum is the only rounding.
function P.caml_int64_to_float(x)
  return x[2] * 4294967296.0 + x[3] % 4294967296
end

--// caml_int64_of_float const
--// Requires: int64_make, caml_int64_neg
--// If: portable luajit
-- Truncation; the least int64 for what does not fit, as x86 has it.
function P.caml_int64_of_float(x)
  if x >= -9223372036854775808.0 and x < 9223372036854775808.0 then
    local negative = x < 0
    x = negative and -x or x
    local high = Floor(x / 4294967296.0)
    local low = Floor(x - high * 4294967296.0)
    local r = P.int64_make(high, low)
    return negative and P.caml_int64_neg(r) or r
  end
  return { 255, -2147483648, 0 }
end

--// caml_int64_bits_of_float const
--// Requires: frexp, sign_bit
--// If: portable luajit
-- A nan gives the quiet one of its sign: engines do not show its payload.
local frexp = P.frexp
function P.caml_int64_bits_of_float(x)
  local high, low = 0, 0
  if x ~= x then
    high = 2146959360
  elseif x == Huge or x == -Huge then
    high = 2146435072
  elseif x ~= 0 then
    local m, e = frexp(x < 0 and -x or x)
    local bits
    if e < -1021 then
      bits = m * 2.0 ^ (e + 1074)
    else
      bits = (m * 2 - 1) * 4503599627370496
      high = (e + 1022) * 1048576
    end
    high = high + Floor(bits / 4294967296)
    low = Floor(bits % 4294967296)
  end
  if P.sign_bit(x) then
    high = high - 2147483648
  end
  return { 255, high, low > 2147483647 and low - 4294967296 or low }
end

--// caml_int64_float_of_bits const
--// Requires: ldexp, sign_bit
--// If: portable luajit
local ldexp = P.ldexp
function P.caml_int64_float_of_bits(bits)
  local high, low = bits[2] % 2147483648, bits[3] % 4294967296
  local exponent, fraction = Floor(high / 1048576), high % 1048576 * 4294967296.0 + low
  local x
  if exponent == 2047 then
    x = fraction == 0 and Huge or 0.0 / 0.0
  elseif exponent == 0 then
    x = ldexp(fraction, -1074)
  else
    x = ldexp(fraction + 4503599627370496.0, exponent - 1075)
  end
  if P.sign_bit(x) ~= (bits[2] < 0) then
    return -x
  end
  return x
end

--// caml_int64_bswap const
--// Requires: swap_32
--// If: portable luajit
local swap = P.swap_32
function P.caml_int64_bswap(x)
  return { 255, swap(x[3]), swap(x[2]) }
end

--// caml_int64_add const
--// If: lua54
--// Inline: {255, %1[2] + %2[2]}

--// caml_int64_sub const
--// If: lua54
--// Inline: {255, %1[2] - %2[2]}

--// caml_int64_neg const
--// If: lua54
--// Inline: {255, -%1[2]}

--// caml_int64_mul const
--// If: lua54
--// Inline: {255, %1[2] * %2[2]}

--// caml_int64_div
--// Requires: wide_div
--// If: lua54
--// Inline: {255, P.wide_div(%1[2], %2[2])}

--// caml_int64_mod
--// Requires: int_mod
--// If: lua54
--// Inline: {255, Mod(%1[2], %2[2])}

--// caml_int64_and const
--// If: lua54
--// Inline: {255, %1[2] & %2[2]}

--// caml_int64_or const
--// If: lua54
--// Inline: {255, %1[2] | %2[2]}

--// caml_int64_xor const
--// If: lua54
--// Inline: {255, %1[2] ~ %2[2]}

--// caml_int64_shift_left const
--// If: lua54
--// Inline: {255, %1[2] << %2}

--// caml_int64_shift_right const
--// Requires: wide_asr
--// If: lua54
--// Inline: {255, P.wide_asr(%1[2], %2)}

--// caml_int64_shift_right_unsigned const
--// If: lua54
--// Inline: {255, %1[2] >> %2}

--// caml_int64_compare const
--// If: lua54
function P.caml_int64_compare(x, y)
  return x[2] < y[2] and -1 or x[2] > y[2] and 1 or 0
end

--// caml_int64_of_int const
--// If: lua54
--// Inline: {255, %1}

--// caml_int64_of_int32 const
--// Alias: caml_int64_of_nativeint
--// If: lua54
--// Inline: {255, %1[2]}

--// caml_int64_to_int const
--// If: lua54
--// Inline: %1[2] * 2 // 2

--// caml_int64_to_int32 const
--// If: lua54
--// Inline: {255, (%1[2] + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_int64_to_nativeint const
--// If: lua54
--// Inline: {255, %1[2], "_n"}

--// int64_of_number const
--// If: lua54
function P.int64_of_number(n)
  return { 255, n }
end

--// int64_to_number const
--// If: lua54
function P.int64_to_number(x)
  return x[2]
end

--// caml_int64_to_float const
--// If: lua54
--// Inline: %1[2] + 0.0

--// caml_int64_of_float const
--// Requires: truncate_64
--// If: lua54
function P.caml_int64_of_float(x)
  return { 255, P.truncate_64(x) }
end

--// caml_int64_bits_of_float const
--// If: lua54
local pack, unpack = string.pack, string.unpack
function P.caml_int64_bits_of_float(x)
  return { 255, (unpack("<i8", pack("<d", x))) }
end

--// caml_int64_float_of_bits const
--// If: lua54
local pack, unpack = string.pack, string.unpack
function P.caml_int64_float_of_bits(bits)
  return (unpack("<d", pack("<i8", bits[2])))
end

--// caml_int64_bswap const
--// Requires: swap_64
--// If: lua54
--// Inline: {255, P.swap_64(%1[2])}
