-- The generator of OCaml 5's Random: L64X128 of the LXM family (runtime/prng.c). Its state is a bigarray of four int64:
-- a, s, and x of 128 bits.

--// Provides: caml_lxm_next
--// If: portable luajit
--// Requires: caml_int64_add, caml_int64_mul, caml_int64_xor, caml_int64_or, caml_int64_shift_left
--// Requires: caml_int64_shift_right_unsigned
local add, multiply, xor, either = P.caml_int64_add, P.caml_int64_mul, P.caml_int64_xor, P.caml_int64_or
local left, right = P.caml_int64_shift_left, P.caml_int64_shift_right_unsigned
-- 0xd1342543de82ef95 and 0xdaba0b6eb09322e3.
local step, mixer = { 255, -785111741, -561844331 }, { 255, -625341586, -1332534557 }
local function rotate(x, n)
  return either(left(x, n), right(x, 64 - n))
end
function P.caml_lxm_next(state)
  local data, at = state.data, state.offset
  local a, s, x0, x1 = data[at + 1], data[at + 2], data[at + 3], data[at + 4]
  local z = add(s, x0)
  z = multiply({ 255, z[2], Xor(z[3], z[2]) }, mixer)
  z = multiply({ 255, z[2], Xor(z[3], z[2]) }, mixer)
  z = { 255, z[2], Xor(z[3], z[2]) }
  data[at + 2] = add(multiply(s, step), a)
  x1 = xor(x1, x0)
  x0 = xor(xor(rotate(x0, 24), x1), left(x1, 16))
  data[at + 3], data[at + 4] = x0, rotate(x1, 37)
  return z
end

--// Provides: caml_lxm_next
--// If: lua54
function P.caml_lxm_next(state)
  local data, at = state.data, state.offset
  local a, s, x0, x1 = data[at + 1][2], data[at + 2][2], data[at + 3][2], data[at + 4][2]
  local z = s + x0
  z = (z ~ z >> 32) * 0xdaba0b6eb09322e3
  z = (z ~ z >> 32) * 0xdaba0b6eb09322e3
  z = z ~ z >> 32
  data[at + 2] = { 255, s * 0xd1342543de82ef95 + a }
  x1 = x1 ~ x0
  x0 = (x0 << 24 | x0 >> 40) ~ x1 ~ x1 << 16
  data[at + 3], data[at + 4] = { 255, x0 }, { 255, x1 << 37 | x1 >> 27 }
  return { 255, z }
end
