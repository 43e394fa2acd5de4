-- The generator of OCaml 5's Random: L64X128 of the LXM family (runtime/prng.c). Its state is a bigarray of four int64:
-- a, s, and x of 128 bits.

--// caml_lxm_next
--// If: portable luajit
--// Requires: int_bits, int64_make
local make = P.int64_make
-- The product of two numbers of 64 bits, as halves: the second is given in quarters, the lowest first.
local function multiply(high, low, q0, q1, q2, q3)
  local a0, a1 = low % 65536, Floor(low / 65536) % 65536
  local a2, a3 = high % 65536, Floor(high / 65536) % 65536
  local r = a0 * q0
  local s = a1 * q0 + a0 * q1 + Floor(r / 65536)
  local t = a2 * q0 + a1 * q1 + a0 * q2 + Floor(s / 65536)
  local u = a3 * q0 + a2 * q1 + a1 * q2 + a0 * q3 + Floor(t / 65536)
  return u % 65536 * 65536 + t % 65536, s % 65536 * 65536 + r % 65536
end
local function signed(n)
  return n > 2147483647 and n - 4294967296 or n
end
function P.caml_lxm_next(state)
  local data, at = state.data, state.offset
  local a, s, x, y = data[at + 1], data[at + 2], data[at + 3], data[at + 4]
  local high, low = s[2] + x[2], s[3] % 4294967296 + x[3] % 4294967296
  high, low = high + Floor(low / 4294967296), low % 4294967296
  -- 0xdaba0b6eb09322e3, and the multiplier of the other generator, 0xd1342543de82ef95.
  high = high % 4294967296
  high, low = multiply(high, Xor(signed(low), signed(high)), 8931, 45203, 2926, 55994)
  high, low = multiply(high, Xor(signed(low), signed(high)), 8931, 45203, 2926, 55994)
  local result = { 255, signed(high), Xor(signed(low), signed(high)) }
  high, low = multiply(s[2], s[3], 61333, 56962, 9539, 53556)
  low = low + a[3] % 4294967296
  data[at + 2] = make(high + a[2] + Floor(low / 4294967296), low)
  local x_high, x_low = x[2] % 4294967296, x[3] % 4294967296
  local y_high, y_low = Xor(y[2], x[2]) % 4294967296, Xor(y[3], x[3]) % 4294967296
  -- x rotated by 24, xor y, xor y shifted by 16; y rotated by 37.
  local high_24 = signed(x_high % 256 * 16777216 + Floor(x_low / 256))
  local low_24 = signed(x_low % 256 * 16777216 + Floor(x_high / 256))
  local high_16 = signed(y_high % 65536 * 65536 + Floor(y_low / 65536))
  local low_16 = signed(y_low % 65536 * 65536)
  data[at + 3] = { 255, Xor(Xor(high_24, signed(y_high)), high_16), Xor(Xor(low_24, signed(y_low)), low_16) }
  data[at + 4] = make(y_low % 134217728 * 32 + Floor(y_high / 134217728), y_high % 134217728 * 32 + Floor(y_low / 134217728))
  return result
end

--// caml_lxm_next
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
