-- Floats: arithmetic, comparison, rounding and taking apart (runtime/floats.c). From Lua 5.3 on a result must be of the
-- engine's float subtype: `floor` and `ceil` give integers there.

--// caml_add_float const
--// Inline: %1 + %2

--// caml_sub_float const
--// Inline: %1 - %2

--// caml_mul_float const
--// Inline: %1 * %2

--// caml_div_float const
--// Inline: %1 / %2

--// caml_neg_float const
--// Inline: -%1

--// caml_eq_float const
--// Test: %1 == %2

--// caml_neq_float const
--// Test: %1 ~= %2

--// caml_lt_float const
--// Test: %1 < %2

--// caml_le_float const
--// Test: %1 <= %2

--// caml_gt_float const
--// Test: %1 > %2

--// caml_ge_float const
--// Test: %1 >= %2

--// caml_float_of_int const
--// Inline: %1 + 0.0

--// caml_abs_float const
P.caml_abs_float = math.abs

--// caml_float_compare const
-- A nan equals itself and is below everything else.
function P.caml_float_compare(x, y)
  if x < y then
    return -1
  elseif x > y then
    return 1
  elseif x == y then
    return 0
  elseif x == x then
    return 1
  end
  return y == y and -1 or 0
end

--// caml_int_of_float const
--// If: portable luajit
-- Truncation, modulo 2^32; 0 for what no machine integer holds.
function P.caml_int_of_float(x)
  if x > -9.2e18 and x < 9.2e18 then
    x = x < 0 and Ceil(x) or Floor(x)
    return (x + 2147483648) % 4294967296 - 2147483648
  end
  return 0
end

--// caml_int_of_float const
--// If: lua54
function P.caml_int_of_float(x)
  if x >= -9223372036854775808.0 and x < 9223372036854775808.0 then
    x = x < 0 and Ceil(x) or Floor(x)
    return x * 2 // 2
  end
  return 0
end

--// caml_floor_float const
-- A zero takes the sign of the argument.
function P.caml_floor_float(x)
  local r = Floor(x)
  if r == 0 then
    return x * 0.0
  end
  return r + 0.0
end

--// caml_ceil_float const
function P.caml_ceil_float(x)
  local r = Ceil(x)
  if r == 0 then
    return x * 0.0
  end
  return r + 0.0
end

--// caml_trunc_float const
function P.caml_trunc_float(x)
  local r = x < 0 and Ceil(x) or Floor(x)
  if r == 0 then
    return x * 0.0
  end
  return r + 0.0
end

--// caml_round_float const
-- Halves go away from zero. What is at least 2^52 is whole already.
function P.caml_round_float(x)
  if x > -4503599627370496.0 and x < 4503599627370496.0 then
    local r = x < 0 and Ceil(x) or Floor(x)
    local rest = x - r
    if rest >= 0.5 then
      r = r + 1
    elseif rest <= -0.5 then
      r = r - 1
    end
    if r == 0 then
      return x * 0.0
    end
    return r + 0.0
  end
  return x
end

--// frexp const
-- x as m * 2^e with 0.5 <= |m| < 1, for a finite x.
P.frexp = math.frexp
  or function(x)
    if x == 0 then
      return x, 0
    end
    local m, e = x < 0 and -x or x, 0
    local power, step = 2.0 ^ 512, 512
    while step >= 1 do
      if m >= power then
        m, e = m / power, e + step
      elseif m * power < 1 then
        m, e = m * power, e - step
      end
      step = Floor(step / 2)
      power = 2.0 ^ step
    end
    -- The largest step may be due twice for a subnormal number, and [1, 2) is one place off.
    while m >= 1 do
      m, e = m / 2, e + 1
    end
    while m < 0.5 do
      m, e = m * 2, e - 1
    end
    return x < 0 and -m or m, e
  end

--// ldexp const
--// Requires: frexp
-- x * 2^n, rounded once.
local frexp = P.frexp
P.ldexp = math.ldexp
  or function(x, n)
    if x == 0 or x - x ~= 0 then
      return x
    end
    local m, e = frexp(x)
    e = e + n
    if e > 1024 then
      return m * Huge
    elseif e < -1080 then
      return m * 0.0
    elseif e > 1000 then
      return m * 2.0 ^ 1000 * 2.0 ^ (e - 1000)
    elseif e < -1000 then
      return m * 2.0 ^ -1000 * 2.0 ^ (e + 1000)
    end
    return m * 2.0 ^ e
  end

--// caml_ldexp_float const
--// Requires: ldexp
-- The exponent is kept to what a C int holds.
local ldexp = P.ldexp
function P.caml_ldexp_float(x, n)
  return ldexp(x, n > 10000 and 10000 or n < -10000 and -10000 or n)
end

--// caml_frexp_float const
--// Requires: frexp
function P.caml_frexp_float(x)
  if x - x ~= 0 then
    return { 0, x, 0 }
  end
  local m, e = P.frexp(x)
  return { 0, m, e }
end

--// caml_modf_float const
--// Requires: caml_trunc_float
function P.caml_modf_float(x)
  if x == Huge or x == -Huge then
    return { 0, 1 / x, x }
  end
  local whole = P.caml_trunc_float(x)
  local rest = x - whole
  if rest == 0 then
    rest = x * 0.0
  end
  return { 0, rest, whole }
end

--// caml_fmod_float const
-- Lua 5.1 to LuaJIT take math.fmod from C; what is not finite is settled here, before engines differ.
local fmod = math.fmod
function P.caml_fmod_float(x, y)
  if y == 0 or x - x ~= 0 or y ~= y then
    return (x * y) / (x * y)
  end
  return fmod(x, y)
end

--// caml_classify_float const
-- Stdlib.fpclass: normal, subnormal, zero, infinite, nan.
function P.caml_classify_float(x)
  if x ~= x then
    return 4
  elseif x == 0 then
    return 2
  elseif x == Huge or x == -Huge then
    return 3
  elseif x < 2.2250738585072014e-308 and x > -2.2250738585072014e-308 then
    return 1
  end
  return 0
end

--// caml_signbit_float const
--// Alias: caml_signbit
--// Requires: sign_bit
function P.caml_signbit_float(x)
  return P.sign_bit(x) and 1 or 0
end

--// caml_copysign_float const
--// Requires: sign_bit
local sign_bit = P.sign_bit
function P.caml_copysign_float(x, y)
  if sign_bit(x) ~= sign_bit(y) then
    return -x
  end
  return x
end

--// caml_nextafter_float const
--// Requires: frexp, ldexp
local frexp, ldexp = P.frexp, P.ldexp
function P.caml_nextafter_float(x, y)
  if x ~= x or y ~= y then
    return x + y
  elseif x == y then
    return y
  elseif x == 0 then
    return y > 0 and 4.9406564584124654e-324 or -4.9406564584124654e-324
  elseif x == Huge then
    return 1.7976931348623157e308
  elseif x == -Huge then
    return -1.7976931348623157e308
  end
  local m, e = frexp(x)
  local outward = (x > 0) == (y > x)
  -- Below a power of two the next number is half as far.
  if not outward and (m == 0.5 or m == -0.5) then
    e = e - 1
  end
  e = e - 53
  local step = ldexp(1.0, e < -1074 and -1074 or e)
  local result = y > x and x + step or x - step
  if result == 0 then
    return x * 0.0
  end
  return result
end

--// caml_fma_float const
--// Requires: frexp, ldexp
-- x * y + z rounded once: the exact product is split in two (Dekker), the three parts are summed, and the
-- small part is rounded to odd before the last addition (Boldo and Melquiond).
local frexp, ldexp = P.frexp, P.ldexp
local function sum_and_error(a, b)
  local s = a + b
  local v = s - a
  return s, (a - (s - v)) + (b - v)
end
local function product_and_error(a, b)
  local p = a * b
  local c = 134217729.0 * a
  local high_a = c - (c - a)
  c = 134217729.0 * b
  local high_b = c - (c - b)
  local low_a, low_b = a - high_a, b - high_b
  return p, ((high_a * high_b - p) + high_a * low_b + low_a * high_b) + low_a * low_b
end
local function sum_to_odd(a, b)
  local s, e = sum_and_error(a, b)
  if e ~= 0 then
    local m, exponent = frexp(s)
    if m * 9007199254740992 % 2 == 0 then
      local inward = (s > 0) ~= (e > 0)
      if inward and (m == 0.5 or m == -0.5) then
        exponent = exponent - 1
      end
      local step = ldexp(1.0, exponent - 53)
      return e > 0 and s + step or s - step
    end
  end
  return s
end
function P.caml_fma_float(x, y, z)
  if x - x ~= 0 or y - y ~= 0 or z - z ~= 0 or x == 0 or y == 0 then
    return x * y + z
  end
  local mx, ex = frexp(x)
  local my, ey = frexp(y)
  local mz, ez = 0.0, ex + ey
  if z ~= 0 then
    mz, ez = frexp(z)
  end
  local scale = ex + ey
  local distance = ez - scale
  if distance > 300 then
    -- The product is far below a last place of z; it only breaks a tie, and z is none.
    return z
  end
  mz = distance < -300 and (mz < 0 and -2.0 ^ -300 or mz > 0 and 2.0 ^ -300 or 0.0) or ldexp(mz, distance)
  local p, e = product_and_error(mx, my)
  local high, low = sum_and_error(mz, e)
  local top, rest = sum_and_error(p, high)
  local tail = sum_to_odd(rest, low)
  local place = -1074 - scale
  local sum, below = sum_and_error(top, tail)
  if place > 400 then
    return sum * 0.0
  elseif sum == 0 or sum >= 2.0 ^ (place + 52) or sum <= -2.0 ^ (place + 52) then
    return ldexp(sum, scale)
  end
  -- A subnormal result is rounded at its fixed place; a tie goes to the even one.
  local unit = 2.0 ^ place
  local shift = 6755399441055744.0 * unit
  local whole = sum + shift - shift
  local rest = sum_to_odd(sum - whole, below)
  local odd = whole / unit % 2 == 1
  if rest > unit / 2 or rest == unit / 2 and odd then
    whole = whole + unit
  elseif rest < -unit / 2 or rest == -unit / 2 and odd then
    whole = whole - unit
  end
  if whole == 0 then
    return sum * 0.0
  end
  return ldexp(whole, scale)
end
