-- The bytecode's own operations, as templates. Blocks are {tag, field0, …}; field n stands at index n + 2.

--// %block const
-- The compiler writes blocks as table constructors.

--// %keep
--// Statement: do local _ = %1 end

--// %field mutable
--// Inline: %1[%{2+2}]

--// %setfield
--// Statement: %1[%{2+2}] = %3

--// %env const
--// Inline: %1[%{2+3}]

--// %global mutable
--// Inline: G[%{1+1}]

--// %set_global
--// Statement: G[%{1+1}] = %2

--// %top const
--// Inline: G[%{1+1}]
-- A value that main sets before anything can ask for it.

--// %set_top
--// Statement: G[%{1+1}] = %2

--// %offset_ref
--// Requires: int_wrap
--// If: portable
--// Statement: %1[2] = Wrap(%1[2] + %2)

--// %offset_ref
--// Requires: int_bits
--// If: luajit
--// Statement: %1[2] = Or(%1[2] + %2, 0)

--// %offset_ref
--// If: lua54
--// Statement: %1[2] = (%1[2] + %2) * 2 // 2

--// %array_length mutable
--// Inline: #%1 - 1

--// %array_get mutable
--// Inline: %1[%{2+2}]

--// %array_set
--// Statement: %1[%{2+2}] = %3

--// %string_get const
--// Inline: Byte(%1, %{2+1})

--// %bytes_get mutable
--// Requires: bytes_load
--// Inline: %1[%{2+1}] or Load(%1, %2)

--// %bytes_set
--// Requires: bytes_set
--// Statement: if %1[%{2+1}] then %1[%{2+1}] = %3 % 256 else P.bytes_set(%1, %2, %3) end

--// %bytes_set_byte
--// Requires: bytes_set
--// Statement: if %1[%{2+1}] then %1[%{2+1}] = %3 else P.bytes_set(%1, %2, %3) end

--// %is_int const
--// If: portable luajit
--// Test: Type(%1) == "number" and %1 % 1 == 0

--// %is_int const
--// If: lua54
--// Test: MathType(%1) == "integer"

--// %is_true const
--// Test: %1

--// %caught
--// Requires: caught
--// Inline: Caught(%1)

--// %throw
--// Statement: Thrown = %1

--// %thrown
--// Inline: Thrown

--// %none const
--// Inline: nil

--// %bool_not const
--// Test: %1 == 0

--// %int_eq const
--// Test: %1 == %2

--// %int_ne const
--// Test: %1 ~= %2

--// %counts const
--// Test: %1 ~= %2

--// %int_lt const
--// Test: %1 < %2

--// %int_le const
--// Test: %1 <= %2

--// %int_gt const
--// Test: %1 > %2

--// %int_ge const
--// Test: %1 >= %2

--// %int_ult const
--// If: portable luajit
--// Test: %1 % 4294967296 < %2 % 4294967296

--// %int_ult const
--// If: lua54
--// Test: (%1 ~ -9223372036854775807 - 1) < (%2 ~ -9223372036854775807 - 1)

--// %int_uge const
--// If: portable luajit
--// Test: %1 % 4294967296 >= %2 % 4294967296

--// %int_uge const
--// If: lua54
--// Test: (%1 ~ -9223372036854775807 - 1) >= (%2 ~ -9223372036854775807 - 1)

-- The same where the first or the second operand is known not to be negative.

--// %ult_right const
--// If: portable luajit
--// Test: %1 < %2 % 4294967296

--// %ult_left const
--// If: portable luajit
--// Test: %1 % 4294967296 < %2

--// %uge_right const
--// If: portable luajit
--// Test: %1 >= %2 % 4294967296

--// %uge_left const
--// If: portable luajit
--// Test: %1 % 4294967296 >= %2

--// %int_add const
--// Requires: int_wrap
--// If: portable
--// Inline: %1 + %2
--// Fixup: if %0 > 2147483647 or %0 < -2147483648 then %0 = Wrap(%0) end

--// %int_add const
--// Alias: %rising_add %falling_add
--// Requires: int_bits
--// If: luajit
--// Inline: Or(%1 + %2, 0)

--// %int_add const
--// If: lua54
--// Inline: (%1 + %2) * 2 // 2

--// %int_sub const
--// Requires: int_wrap
--// If: portable
--// Inline: %1 - %2
--// Fixup: if %0 > 2147483647 or %0 < -2147483648 then %0 = Wrap(%0) end

--// %int_sub const
--// Alias: %rising_sub %falling_sub
--// Requires: int_bits
--// If: luajit
--// Inline: Or(%1 - %2, 0)

--// %int_sub const
--// If: lua54
--// Inline: (%1 - %2) * 2 // 2

--// %int_neg const
--// Requires: int_wrap
--// If: portable
--// Inline: Wrap(0 - %1)

--// %int_neg const
--// Requires: int_bits
--// If: luajit
--// Inline: Or(0 - %1, 0)

--// %int_neg const
--// If: lua54
--// Inline: (0 - %1) * 2 // 2

--// %int_mul const
--// Requires: int_mul
--// If: portable
--// Inline: %1 * %2 + 0
--// Fixup: if %0 > 2147483647 or %0 < -2147483648 then %0 = Mul(%1, %2) end

--// %int_mul const
--// Requires: int_mul
--// If: luajit
--// Inline: Mul(%1, %2)

--// %int_mul const
--// If: lua54
--// Inline: %1 * %2 * 2 // 2

--// %int_div
--// Requires: int_div
--// Inline: Div(%1, %2)

--// %int_mod
--// Requires: int_mod
--// Inline: Mod(%1, %2)

--// %int_and const
--// Requires: int_bits
--// If: portable luajit
--// Inline: And(%1, %2)

--// %int_and const
--// If: lua54
--// Inline: %1 & %2

--// %int_or const
--// Requires: int_bits
--// If: portable luajit
--// Inline: Or(%1, %2)

--// %int_or const
--// If: lua54
--// Inline: %1 | %2

--// %int_xor const
--// Requires: int_bits
--// If: portable luajit
--// Inline: Xor(%1, %2)

--// %int_xor const
--// If: lua54
--// Inline: %1 ~ %2

--// %int_lsl const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: Shl(%1, %2)

--// %int_lsl const
--// If: lua54
--// Inline: (%1 << %2) * 2 // 2

--// %int_lsr const
--// Requires: int_shifts
--// If: portable luajit
--// Inline: Shr(%1, %2)

--// %natural_lsr const
--// If: portable
--// Inline: Floor(%1 % 4294967296 / %3)

--// %natural_lsr const
--// Requires: int_shifts
--// If: luajit
--// Inline: Shr(%1, %2)

--// %natural_lsr const
--// If: lua54
--// Inline: (%1 & 9223372036854775807) >> %2

--// %int_lsr const
--// If: lua54
--// Inline: ((%1 & 9223372036854775807) >> %2) * 2 // 2

--// %int_asr const
--// Requires: int_powers
--// If: portable
--// Inline: Floor(%1 / Pow2[%2])

--// %int_asr const
--// Requires: int_shifts
--// If: luajit
--// Inline: Sar(%1, %2)

--// %int_asr const
--// If: lua54
--// Inline: %1 // (1 << (%2 & 63))

-- By a number of bits that is known and not 0; the third operand is that power of two: ranges.rs, ranges.ml.

--// %wide_shift const
--// Requires: int_wrap
--// If: portable
--// Inline: %1 * %3
--// Fixup: if %0 > 2147483647 or %0 < -2147483648 then %0 = Wrap(%0) end

--// %wide_shift const
--// Requires: int_shifts
--// If: luajit
--// Inline: Shl(%1, %2)

--// %signed_shift const
--// If: portable
--// Inline: Floor(%1 / %3)

--// %signed_shift const
--// Requires: int_shifts
--// If: luajit
--// Inline: Sar(%1, %2)

--// %signed_shift const
--// If: lua54
--// Inline: %1 // %3

-- Operands of what wraps itself need not be wrapped: emit.rs, emit.ml.

--// %raw_eq const
--// If: lua54
--// Test: (%1 - %2) * 2 == 0

--// %raw_ne const
--// If: lua54
--// Test: (%1 - %2) * 2 ~= 0

--// %raw_add const
--// If: lua54
--// Inline: %1 + %2

--// %raw_sub const
--// If: lua54
--// Inline: %1 - %2

--// %raw_neg const
--// If: lua54
--// Inline: 0 - %1

--// %raw_mul const
--// If: lua54
--// Inline: %1 * %2

--// %raw_lsl const
--// If: lua54
--// Inline: %1 << %2

-- What can overflow on one side only: ranges.rs, ranges.ml.

--// %rising_add const
--// Requires: int_wrap
--// If: portable
--// Inline: %1 + %2
--// Fixup: if %0 > 2147483647 then %0 = Wrap(%0) end

--// %falling_add const
--// Requires: int_wrap
--// If: portable
--// Inline: %1 + %2
--// Fixup: if %0 < -2147483648 then %0 = Wrap(%0) end

--// %rising_sub const
--// Requires: int_wrap
--// If: portable
--// Inline: %1 - %2
--// Fixup: if %0 > 2147483647 then %0 = Wrap(%0) end

--// %falling_sub const
--// Requires: int_wrap
--// If: portable
--// Inline: %1 - %2
--// Fixup: if %0 < -2147483648 then %0 = Wrap(%0) end

-- What cannot overflow or fail: ranges.rs, ranges.ml.

--// %exact_add const
--// Inline: %1 + %2

--// %exact_sub const
--// Inline: %1 - %2

--// %exact_mul const
--// Inline: %1 * %2

--// %exact_div const
--// If: portable luajit
--// Inline: Floor(%1 / %2)

--// %exact_div const
--// If: lua54
--// Inline: %1 // %2

--// %exact_mod const
--// Inline: %1 % %2

-- By a divisor that is positive; the quotient goes towards zero.

--// %positive_div const
--// If: portable luajit
--// Inline: %1 >= 0 and Floor(%1 / %2) or 0 - Floor(-%1 / %2)

--// %positive_div const
--// If: lua54
--// Inline: %1 >= 0 and %1 // %2 or 0 - -%1 // %2

--// %positive_mod const
--// Inline: %1 >= 0 and %1 % %2 or 0 - -%1 % %2

--// %exact_shift const
--// If: portable
--// Inline: Floor(%1 / %3)

--// %exact_shift const
--// Requires: int_shifts
--// If: luajit
--// Inline: Sar(%1, %2)

--// %exact_shift const
--// If: lua54
--// Inline: %1 >> %2

--// %low_bits const
--// If: portable
--// Inline: %1 % %{2+1}

--// %low_bits const
--// Requires: int_bits
--// If: luajit
--// Inline: And(%1, %2)

--// %low_bits const
--// If: lua54
--// Inline: %1 & %2

--// %array_at
--// Requires: caml_array_bound_error
--// Inline: %1[%{2+2}] or Bound()

--// %array_put
--// Requires: caml_array_bound_error
--// Statement: if not %1[%{2+2}] then Bound() end %1[%{2+2}] = %3

--// %string_at
--// Requires: caml_array_bound_error
--// Inline: Byte(%1, %{2+1}) or Bound()

--// %bytes_at
--// Requires: bytes_load, caml_array_bound_error
--// Inline: %1[%{2+1}] or Load(%1, %2) or Bound()

--// %bytes_put
--// Requires: bytes_set, caml_array_bound_error
--// Statement: if %1[%{2+1}] then %1[%{2+1}] = %3 % 256 elseif not P.bytes_set(%1, %2, %3) then Bound() end

--// %bytes_put_byte
--// Requires: bytes_set, caml_array_bound_error
--// Statement: if %1[%{2+1}] then %1[%{2+1}] = %3 elseif not P.bytes_set(%1, %2, %3) then Bound() end

--// %infinity const
--// Inline: Huge

--// %neg_infinity const
--// Inline: (-Huge)

--// %nan const
--// Inline: (0.0 / 0.0)

--// %negative_zero const
--// Inline: (-1.0 / Huge)

--// %int64_literal const
--// If: portable luajit
--// Inline: {255, %1, %2}

--// %int64_literal const
--// If: lua54
--// Inline: {255, %1 << 32 | %2 & 4294967295}
