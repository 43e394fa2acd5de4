-- Int32: `{255, n, "_i"}` with a signed number of 32 bits on every target; the name is the one of the kind in marshalled data.
-- Values are immutable.

--// caml_int32_add const
--// If: portable
--// Inline: {255, (%1[2] + %2[2] + 2147483648) % 4294967296 - 2147483648, "_i"}

--// caml_int32_add const
--// Requires: int_bits
--// If: luajit
--// Inline: {255, Or(%1[2] + %2[2], 0), "_i"}

--// caml_int32_sub const
--// If: portable
--// Inline: {255, (%1[2] - %2[2] + 2147483648) % 4294967296 - 2147483648, "_i"}

--// caml_int32_sub const
--// Requires: int_bits
--// If: luajit
--// Inline: {255, Or(%1[2] - %2[2], 0), "_i"}

--// caml_int32_neg const
--// If: portable
--// Inline: {255, (2147483648 - %1[2]) % 4294967296 - 2147483648, "_i"}

--// caml_int32_neg const
--// Requires: int_bits
--// If: luajit
--// Inline: {255, Or(0 - %1[2], 0), "_i"}

--// caml_int32_mul const
--// Requires: int_mul
--// If: portable luajit
--// Inline: {255, Mul(%1[2], %2[2]), "_i"}

--// caml_int32_div
--// Requires: int_div
--// If: portable luajit
--// Inline: {255, Div(%1[2], %2[2]), "_i"}

--// caml_int32_mod
--// Requires: int_mod
--// Inline: {255, Mod(%1[2], %2[2]), "_i"}

--// caml_int32_and const
--// Requires: int_bits
--// If: portable luajit
--// Inline: {255, And(%1[2], %2[2]), "_i"}

--// caml_int32_or const
--// Requires: int_bits
--// If: portable luajit
--// Inline: {255, Or(%1[2], %2[2]), "_i"}

--// caml_int32_xor const
--// Requires: int_bits
--// If: portable luajit
--// Inline: {255, Xor(%1[2], %2[2]), "_i"}

--// caml_int32_shift_left const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: {255, Shl(%1[2], %2), "_i"}

--// caml_int32_shift_right const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: {255, Sar(%1[2], %2), "_i"}

--// caml_int32_shift_right_unsigned const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: {255, Shr(%1[2], %2), "_i"}

--// caml_int32_add const
--// If: lua54
--// Inline: {255, (%1[2] + %2[2] + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_int32_sub const
--// If: lua54
--// Inline: {255, (%1[2] - %2[2] + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_int32_neg const
--// If: lua54
--// Inline: {255, (0 - %1[2] + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_int32_mul const
--// If: lua54
--// Inline: {255, (%1[2] * %2[2] + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_int32_div
--// Requires: int_div
--// If: lua54
--// Inline: {255, (Div(%1[2], %2[2]) + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_int32_and const
--// If: lua54
--// Inline: {255, %1[2] & %2[2], "_i"}

--// caml_int32_or const
--// If: lua54
--// Inline: {255, %1[2] | %2[2], "_i"}

--// caml_int32_xor const
--// If: lua54
--// Inline: {255, %1[2] ~ %2[2], "_i"}

--// caml_int32_shift_left const
--// If: lua54
--// Inline: {255, ((%1[2] << %2) + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_int32_shift_right const
--// If: lua54
--// Inline: {255, %1[2] // (1 << %2), "_i"}

--// caml_int32_shift_right_unsigned const
--// If: lua54
--// Inline: {255, (((%1[2] & 4294967295) >> %2) + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_int32_of_int const
--// If: portable luajit
--// Inline: {255, %1, "_i"}

--// caml_int32_of_int const
--// If: lua54
--// Inline: {255, (%1 + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_int32_to_int const
--// Inline: %1[2]

--// caml_int32_to_float const
--// Inline: %1[2] + 0.0

--// caml_int32_compare const
function P.caml_int32_compare(x, y)
  x, y = x[2], y[2]
  return x < y and -1 or x > y and 1 or 0
end

--// truncate_32 const
-- A float without its fraction, modulo 2^32; 0 for what 64 bits do not hold.
function P.truncate_32(x)
  if x > -9.2e18 and x < 9.2e18 then
    x = x < 0 and Ceil(x) or Floor(x)
    return (x + 2147483648) % 4294967296 - 2147483648
  end
  return 0
end

--// caml_int32_of_float const
--// Requires: truncate_32
--// Inline: {255, P.truncate_32(%1), "_i"}

--// swap_32 const
-- The number of 32 bits whose bytes are those of x in reverse.
function P.swap_32(x)
  x = x % 4294967296
  local a, b, c, d = x % 256, Floor(x / 256) % 256, Floor(x / 65536) % 256, Floor(x / 16777216)
  if a > 127 then
    a = a - 256
  end
  return a * 16777216 + b * 65536 + c * 256 + d
end

--// caml_int32_bswap const
--// Requires: swap_32
--// Inline: {255, P.swap_32(%1[2]), "_i"}

--// caml_bswap16 const
function P.caml_bswap16(x)
  return x % 256 * 256 + Floor(x / 256) % 256
end

--// single_bits const
--// Requires: sign_bit, frexp
-- The bits of x rounded to single precision (ties to even); the payload of a nan is that of its quiet form.
function P.single_bits(x)
  local sign = P.sign_bit(x) and 2147483648 or 0
  local bits
  if x ~= x then
    bits = 2143289344
  elseif x == Huge or x == -Huge then
    bits = 2139095040
  elseif x == 0 then
    bits = 0
  else
    local m, e = P.frexp(x < 0 and -x or x)
    -- Units of the last place: 24 bits, fewer below 2^-126.
    local kept = e < -125 and 149 + e or 24
    local scaled = m * 2.0 ^ kept
    local whole = Floor(scaled)
    local rest = scaled - whole
    if rest > 0.5 or rest == 0.5 and whole % 2 == 1 then
      whole = whole + 1
    end
    -- A carry out of the significand moves into the exponent by itself.
    bits = e < -125 and whole or (e + 125) * 8388608 + whole
    if bits > 2139095040 then
      bits = 2139095040
    end
  end
  return (bits + sign + 2147483648) % 4294967296 - 2147483648
end

--// single_of_bits const
--// Requires: sign_bit
-- The float of single precision that these bits are.
function P.single_of_bits(bits)
  local magnitude = bits % 2147483648
  local exponent, fraction = Floor(magnitude / 8388608), magnitude % 8388608
  local x
  if exponent == 255 then
    x = fraction == 0 and Huge or 0.0 / 0.0
  elseif exponent == 0 then
    x = fraction * 2.0 ^ -149
  else
    x = (fraction + 8388608) * 2.0 ^ (exponent - 150)
  end
  if P.sign_bit(x) ~= (bits < 0) then
    return -x
  end
  return x
end

--// caml_int32_bits_of_float const
--// Requires: single_bits
--// Inline: {255, P.single_bits(%1), "_i"}

--// caml_int32_float_of_bits const
--// Requires: single_of_bits
--// Inline: P.single_of_bits(%1[2])
