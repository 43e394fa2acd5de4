-- Nativeint: as int32, `{255, n, "_n"}` with a signed number of 32 bits, of 64 on lua54.

--// caml_nativeint_add const
--// If: portable
--// Inline: {255, (%1[2] + %2[2] + 2147483648) % 4294967296 - 2147483648, "_n"}

--// caml_nativeint_add const
--// Requires: int_bits
--// If: luajit
--// Inline: {255, Or(%1[2] + %2[2], 0), "_n"}

--// caml_nativeint_sub const
--// If: portable
--// Inline: {255, (%1[2] - %2[2] + 2147483648) % 4294967296 - 2147483648, "_n"}

--// caml_nativeint_sub const
--// Requires: int_bits
--// If: luajit
--// Inline: {255, Or(%1[2] - %2[2], 0), "_n"}

--// caml_nativeint_neg const
--// If: portable
--// Inline: {255, (2147483648 - %1[2]) % 4294967296 - 2147483648, "_n"}

--// caml_nativeint_neg const
--// Requires: int_bits
--// If: luajit
--// Inline: {255, Or(0 - %1[2], 0), "_n"}

--// caml_nativeint_mul const
--// Requires: int_mul
--// If: portable luajit
--// Inline: {255, Mul(%1[2], %2[2]), "_n"}

--// caml_nativeint_div
--// Requires: int_div
--// If: portable luajit
--// Inline: {255, Div(%1[2], %2[2]), "_n"}

--// caml_nativeint_mod
--// Requires: int_mod
--// If: portable luajit
--// Inline: {255, Mod(%1[2], %2[2]), "_n"}

--// caml_nativeint_and const
--// Requires: int_bits
--// If: portable luajit
--// Inline: {255, And(%1[2], %2[2]), "_n"}

--// caml_nativeint_or const
--// Requires: int_bits
--// If: portable luajit
--// Inline: {255, Or(%1[2], %2[2]), "_n"}

--// caml_nativeint_xor const
--// Requires: int_bits
--// If: portable luajit
--// Inline: {255, Xor(%1[2], %2[2]), "_n"}

--// caml_nativeint_shift_left const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: {255, Shl(%1[2], %2), "_n"}

--// caml_nativeint_shift_right const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: {255, Sar(%1[2], %2), "_n"}

--// caml_nativeint_shift_right_unsigned const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: {255, Shr(%1[2], %2), "_n"}

--// caml_nativeint_add const
--// If: lua54
--// Inline: {255, %1[2] + %2[2], "_n"}

--// caml_nativeint_sub const
--// If: lua54
--// Inline: {255, %1[2] - %2[2], "_n"}

--// caml_nativeint_neg const
--// If: lua54
--// Inline: {255, 0 - %1[2], "_n"}

--// caml_nativeint_mul const
--// If: lua54
--// Inline: {255, %1[2] * %2[2], "_n"}

--// caml_nativeint_div
--// Requires: wide_div
--// If: lua54
--// Inline: {255, P.wide_div(%1[2], %2[2]), "_n"}

--// caml_nativeint_mod
--// Requires: int_mod
--// If: lua54
--// Inline: {255, Mod(%1[2], %2[2]), "_n"}

--// caml_nativeint_and const
--// If: lua54
--// Inline: {255, %1[2] & %2[2], "_n"}

--// caml_nativeint_or const
--// If: lua54
--// Inline: {255, %1[2] | %2[2], "_n"}

--// caml_nativeint_xor const
--// If: lua54
--// Inline: {255, %1[2] ~ %2[2], "_n"}

--// caml_nativeint_shift_left const
--// If: lua54
--// Inline: {255, %1[2] << %2, "_n"}

--// caml_nativeint_shift_right const
--// Requires: wide_asr
--// If: lua54
--// Inline: {255, P.wide_asr(%1[2], %2), "_n"}

--// caml_nativeint_shift_right_unsigned const
--// If: lua54
--// Inline: {255, %1[2] >> %2, "_n"}

--// wide_div
--// Requires: caml_raise_zero_divide
--// If: lua54
-- Division of 64 bits, towards zero; the least number by -1 is itself.
function P.wide_div(x, y)
  if y == 0 then
    P.caml_raise_zero_divide()
  end
  local q = x // y
  if q < 0 and q * y ~= x then
    return q + 1
  end
  return q
end

--// wide_asr const
--// If: lua54
-- Arithmetic shift of 64 bits.
function P.wide_asr(x, n)
  if x >= 0 then
    return x >> n
  end
  return ~(~x >> n)
end

--// caml_nativeint_of_int const
--// Inline: {255, %1, "_n"}

--// caml_nativeint_to_int const
--// If: portable luajit
--// Inline: %1[2]

--// caml_nativeint_to_int const
--// If: lua54
--// Inline: %1[2] * 2 // 2

--// caml_nativeint_of_int32 const
--// Inline: {255, %1[2], "_n"}

--// caml_nativeint_to_int32 const
--// If: portable luajit
--// Inline: {255, %1[2], "_i"}

--// caml_nativeint_to_int32 const
--// If: lua54
--// Inline: {255, (%1[2] + 2147483648 & 4294967295) - 2147483648, "_i"}

--// caml_nativeint_to_float const
--// Inline: %1[2] + 0.0

--// caml_nativeint_of_float const
--// Requires: truncate_32
--// If: portable luajit
--// Inline: {255, P.truncate_32(%1), "_n"}

--// truncate_64 const
--// If: lua54
-- A float without its fraction; the least integer for what does not fit, as x86 has it.
function P.truncate_64(x)
  if x >= -9223372036854775808.0 and x < 9223372036854775808.0 then
    return x < 0 and Ceil(x) or Floor(x)
  end
  return math.mininteger
end

--// caml_nativeint_of_float const
--// Requires: truncate_64
--// If: lua54
--// Inline: {255, P.truncate_64(%1), "_n"}

--// caml_nativeint_compare const
function P.caml_nativeint_compare(x, y)
  x, y = x[2], y[2]
  return x < y and -1 or x > y and 1 or 0
end

--// caml_nativeint_bswap const
--// Requires: swap_32
--// If: portable luajit
--// Inline: {255, P.swap_32(%1[2]), "_n"}

--// swap_64 const
--// If: lua54
-- The number of 64 bits whose bytes are those of x in reverse.
function P.swap_64(x)
  local r = 0
  for _ = 1, 8 do
    r = r << 8 | x & 255
    x = x >> 8
  end
  return r
end

--// caml_nativeint_bswap const
--// Requires: swap_64
--// If: lua54
--// Inline: {255, P.swap_64(%1[2]), "_n"}
