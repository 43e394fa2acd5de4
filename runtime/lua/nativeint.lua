-- Nativeint: numbers of 32 bits, of 64 on lua54.

--// Provides: caml_nativeint_add const
--// Requires: int_wrap
--// If: portable
--// Inline: %1 + %2
--// Fixup: if %0 > 2147483647 or %0 < -2147483648 then %0 = Wrap(%0) end

--// Provides: caml_nativeint_add const
--// Requires: int_bits
--// If: luajit
--// Inline: Or(%1 + %2, 0)

--// Provides: caml_nativeint_sub const
--// Requires: int_wrap
--// If: portable
--// Inline: %1 - %2
--// Fixup: if %0 > 2147483647 or %0 < -2147483648 then %0 = Wrap(%0) end

--// Provides: caml_nativeint_sub const
--// Requires: int_bits
--// If: luajit
--// Inline: Or(%1 - %2, 0)

--// Provides: caml_nativeint_neg const
--// Requires: int_wrap
--// If: portable
--// Inline: Wrap(0 - %1)

--// Provides: caml_nativeint_neg const
--// Requires: int_bits
--// If: luajit
--// Inline: Or(0 - %1, 0)

--// Provides: caml_nativeint_mul const
--// Requires: int_mul
--// If: portable luajit
--// Inline: Mul(%1, %2)

--// Provides: caml_nativeint_div
--// Requires: int_div
--// If: portable luajit
--// Inline: Div(%1, %2)

--// Provides: caml_nativeint_mod
--// Requires: int_mod
--// If: portable luajit
--// Inline: Mod(%1, %2)

--// Provides: caml_nativeint_and const
--// Requires: int_bits
--// If: portable luajit
--// Inline: And(%1, %2)

--// Provides: caml_nativeint_or const
--// Requires: int_bits
--// If: portable luajit
--// Inline: Or(%1, %2)

--// Provides: caml_nativeint_xor const
--// Requires: int_bits
--// If: portable luajit
--// Inline: Xor(%1, %2)

--// Provides: caml_nativeint_shift_left const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: Shl(%1, %2)

--// Provides: caml_nativeint_shift_right const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: Sar(%1, %2)

--// Provides: caml_nativeint_shift_right_unsigned const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: Shr(%1, %2)

--// Provides: caml_nativeint_add const
--// If: lua54
--// Inline: %1 + %2

--// Provides: caml_nativeint_sub const
--// If: lua54
--// Inline: %1 - %2

--// Provides: caml_nativeint_neg const
--// If: lua54
--// Inline: 0 - %1

--// Provides: caml_nativeint_mul const
--// If: lua54
--// Inline: %1 * %2

--// Provides: caml_nativeint_div
--// Requires: wide_div
--// If: lua54
--// Inline: P.wide_div(%1, %2)

--// Provides: caml_nativeint_mod
--// Requires: int_mod
--// If: lua54
--// Inline: Mod(%1, %2)

--// Provides: caml_nativeint_and const
--// If: lua54
--// Inline: %1 & %2

--// Provides: caml_nativeint_or const
--// If: lua54
--// Inline: %1 | %2

--// Provides: caml_nativeint_xor const
--// If: lua54
--// Inline: %1 ~ %2

--// Provides: caml_nativeint_shift_left const
--// If: lua54
--// Inline: %1 << %2

--// Provides: caml_nativeint_shift_right const
--// Requires: wide_asr
--// If: lua54
--// Inline: P.wide_asr(%1, %2)

--// Provides: caml_nativeint_shift_right_unsigned const
--// If: lua54
--// Inline: %1 >> %2

--// Provides: wide_div
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

--// Provides: wide_asr const
--// If: lua54
-- Arithmetic shift of 64 bits.
function P.wide_asr(x, n)
  if x >= 0 then
    return x >> n
  end
  return ~(~x >> n)
end

--// Provides: caml_nativeint_of_int const
--// Inline: %1

--// Provides: caml_nativeint_to_int const
--// If: portable luajit
--// Inline: %1

--// Provides: caml_nativeint_to_int const
--// If: lua54
--// Inline: %1 * 2 // 2

--// Provides: caml_nativeint_of_int32 const
--// Inline: %1

--// Provides: caml_nativeint_to_int32 const
--// If: portable luajit
--// Inline: %1

--// Provides: caml_nativeint_to_int32 const
--// If: lua54
--// Inline: (%1 + 2147483648 & 4294967295) - 2147483648

--// Provides: caml_nativeint_to_float const
--// Inline: %1 + 0.0

--// Provides: caml_nativeint_of_float const
--// Requires: caml_int32_of_float
--// If: portable luajit
--// Inline: P.caml_int32_of_float(%1)
P.caml_nativeint_of_float = P.caml_int32_of_float

--// Provides: caml_nativeint_of_float const
--// If: lua54
function P.caml_nativeint_of_float(x)
  if x >= -9223372036854775808.0 and x < 9223372036854775808.0 then
    return x < 0 and Ceil(x) or Floor(x)
  end
  return math.mininteger
end

--// Provides: caml_nativeint_compare const
function P.caml_nativeint_compare(x, y)
  return x < y and -1 or x > y and 1 or 0
end

--// Provides: caml_nativeint_bswap const
--// Requires: caml_int32_bswap
--// If: portable luajit
P.caml_nativeint_bswap = P.caml_int32_bswap

--// Provides: caml_nativeint_bswap const
--// If: lua54
function P.caml_nativeint_bswap(x)
  local r = 0
  for _ = 1, 8 do
    r = r << 8 | x & 255
    x = x >> 8
  end
  return r
end
