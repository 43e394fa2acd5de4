-- Mathematical functions of floats. Those of C that an engine lacks are computed here from the ones that all have;
-- LuaJIT calls C's own through its foreign functions.

--// c_math const
-- C's function of a name and number of arguments, where the engine can call C; else nil.
local usable, ffi = false, nil
if jit then
  usable, ffi = Pcall(require, "ffi")
end
function P.c_math(name, arguments)
  if not usable then
    return nil
  end
  local declared = Pcall(ffi.cdef, "double " .. name .. (arguments == 2 and "(double, double);" or "(double);"))
  local found, call = Pcall(function()
    return ffi.C[name]
  end)
  return declared and found and call or nil
end

--// caml_sqrt_float const
P.caml_sqrt_float = math.sqrt

--// caml_exp_float const
P.caml_exp_float = math.exp

--// caml_log_float const
local log = math.log
function P.caml_log_float(x)
  return log(x)
end

--// caml_sin_float const
P.caml_sin_float = math.sin

--// caml_cos_float const
P.caml_cos_float = math.cos

--// caml_tan_float const
P.caml_tan_float = math.tan

--// caml_asin_float const
P.caml_asin_float = math.asin

--// caml_acos_float const
P.caml_acos_float = math.acos

--// caml_atan_float const
local atan = math.atan
function P.caml_atan_float(x)
  return atan(x)
end

--// caml_atan2_float const
P.caml_atan2_float = math.atan2 or math.atan

--// caml_power_float const
--// Requires: c_math
-- LuaJIT's own power multiplies where the exponent is whole, which rounds differently.
P.caml_power_float = P.c_math("pow", 2) or function(x, y)
  return x ^ y
end

--// caml_log10_float const
local log = math.log
P.caml_log10_float = math.log10 or function(x)
  return log(x, 10)
end

--// caml_log2_float const
--// Requires: c_math, frexp
-- The exponent is split off first, so that powers of two are exact.
local log, frexp = math.log, P.frexp
P.caml_log2_float = P.c_math("log2", 1)
  or math.type and function(x)
    return log(x, 2)
  end
  or function(x)
    if x > 0 and x < Huge then
      local m, e = frexp(x)
      if m < 0.70710678118654752 then
        m, e = m * 2, e - 1
      end
      return e + log(m) * 1.4426950408889634
    end
    return log(x)
  end

--// caml_exp2_float const
--// Requires: c_math
P.caml_exp2_float = P.c_math("exp2", 1) or function(x)
  return 2.0 ^ x
end

--// caml_expm1_float const
--// Requires: c_math
-- Kahan: the rounding error of exp cancels in (u - 1) / log u.
local exp, log = math.exp, math.log
P.caml_expm1_float = P.c_math("expm1", 1)
  or function(x)
    if x == 0 then
      return x
    elseif x > 1 or x < -1 then
      return exp(x) - 1.0
    elseif x < 1e-5 and x > -1e-5 then
      return x + x * x * 0.5 + x * x * x / 6
    end
    local u = exp(x)
    if u == 1 then
      return x
    end
    return (u - 1.0) * x / log(u)
  end

--// caml_log1p_float const
--// Requires: c_math
local log = math.log
P.caml_log1p_float = P.c_math("log1p", 1)
  or function(x)
    local u = 1.0 + x
    if u == 1 then
      return x
    elseif x == Huge then
      return x
    end
    return log(u) * x / (u - 1.0)
  end

--// caml_sinh_float const
--// Requires: c_math, caml_expm1_float
local exp, expm1 = math.exp, P.caml_expm1_float
P.caml_sinh_float = math.sinh
  or function(x)
    local a = x < 0 and -x or x
    local r
    if a < 1 then
      local e = expm1(a)
      r = a == 0 and a or (e + e / (e + 1)) / 2
    elseif a < 709 then
      local e = exp(a)
      r = (e - 1 / e) / 2
    else
      local e = exp(a / 2)
      r = e / 2 * e
    end
    return x < 0 and -r or x == 0 and x or r
  end

--// caml_cosh_float const
local exp = math.exp
P.caml_cosh_float = math.cosh
  or function(x)
    local a = x < 0 and -x or x
    if a < 709 then
      local e = exp(a)
      return (e + 1 / e) / 2
    end
    local e = exp(a / 2)
    return e / 2 * e
  end

--// caml_tanh_float const
--// Requires: caml_expm1_float
local expm1 = P.caml_expm1_float
P.caml_tanh_float = math.tanh
  or function(x)
    if x == 0 then
      return x
    elseif x > 22 then
      return 1.0
    elseif x < -22 then
      return -1.0
    end
    local e = expm1(2 * x)
    return e / (e + 2)
  end

--// caml_asinh_float const
--// Requires: c_math, caml_log1p_float
local log, sqrt, log1p = math.log, math.sqrt, P.caml_log1p_float
P.caml_asinh_float = P.c_math("asinh", 1)
  or function(x)
    if x == 0 or x - x ~= 0 then
      return x
    end
    local a = x < 0 and -x or x
    local r
    if a > 268435456 then
      r = log(a) + 0.69314718055994531
    else
      r = log1p(a + a * a / (1 + sqrt(a * a + 1)))
    end
    return x < 0 and -r or r
  end

--// caml_acosh_float const
--// Requires: c_math, caml_log1p_float
local log, sqrt, log1p = math.log, math.sqrt, P.caml_log1p_float
P.caml_acosh_float = P.c_math("acosh", 1)
  or function(x)
    if x > 268435456 then
      return log(x) + 0.69314718055994531
    end
    local t = x - 1
    return log1p(t + sqrt(2 * t + t * t))
  end

--// caml_atanh_float const
--// Requires: c_math, caml_log1p_float
local log1p = P.caml_log1p_float
P.caml_atanh_float = P.c_math("atanh", 1)
  or function(x)
    if x == 0 then
      return x
    end
    local a = x < 0 and -x or x
    local r = 0.5 * log1p(2 * a / (1 - a))
    return x < 0 and -r or r
  end

--// caml_hypot_float const
--// Requires: c_math
-- The larger is scaled out; a correction by the exact residue gives the last place.
local sqrt = math.sqrt
P.caml_hypot_float = P.c_math("hypot", 2)
  or function(x, y)
    x, y = x < 0 and -x or x, y < 0 and -y or y
    if x == Huge or y == Huge then
      return Huge
    elseif x ~= x or y ~= y then
      return x + y
    end
    if x < y then
      x, y = y, x
    end
    -- Below 2^-28 of x the other does not count.
    if y <= x * 2.0 ^ -28 then
      return x + 0.0
    end
    local scale = 1.0
    if x > 1e150 then
      scale = 2.0 ^ 600
    elseif y < 1e-150 then
      scale = 2.0 ^ -600
    end
    x, y = x / scale, y / scale
    local h = sqrt(x * x + y * y)
    local function square(a)
      local c = 134217729.0 * a
      local high = c - (c - a)
      local low = a - high
      local p = a * a
      return p, ((high * high - p) + 2 * high * low) + low * low
    end
    local hh, hl = square(h)
    local xh, xl = square(x)
    local yh, yl = square(y)
    local residue = ((hh - xh) - yh) + ((hl - xl) - yl)
    return (h - residue / (2 * h)) * scale
  end

--// caml_cbrt_float const
--// Requires: c_math
-- One step of Newton's method on the power's estimate.
P.caml_cbrt_float = P.c_math("cbrt", 1)
  or function(x)
    if x == 0 or x - x ~= 0 then
      return x
    end
    local a = x < 0 and -x or x
    local scale = 1.0
    if a < 1e-290 then
      a, scale = a * 2.0 ^ 300, 2.0 ^ -100
    elseif a > 1e290 then
      a, scale = a * 2.0 ^ -300, 2.0 ^ 100
    end
    local r = a ^ (1 / 3)
    r = r - (r - a / (r * r)) / 3
    local whole = Floor(r + 0.5)
    if whole * whole * whole == a then
      r = whole
    end
    r = r * scale
    return x < 0 and -r or r
  end

--// caml_erfc_float const
--// Requires: c_math, erf_series
-- Beyond 1 by the continued fraction, from its far end; x^2 is split, as its rounding would be that of the result times x^2.
local exp = math.exp
P.caml_erfc_float = P.c_math("erfc", 1)
  or function(x)
    if x ~= x then
      return x
    elseif x < 1 then
      if x < -6 then
        return 2.0
      elseif x < -1 then
        return 2.0 - P.caml_erfc_float(-x)
      end
      return 1.0 - P.erf_series(x)
    elseif x > 28 then
      return 0.0
    end
    local f = 0.0
    for n = 250, 1, -1 do
      f = n / 2 / (x + f)
    end
    local high = Floor(x * 1048576) / 1048576
    return exp(-high * high) * exp((high - x) * (high + x)) / (1.7724538509055160 * (x + f))
  end

--// erf_series const
-- erf near zero: 2/sqrt(pi) * exp(-x^2) * (x + 2x^3/3 + 4x^5/15 + ...), whose terms are all of one sign.
local exp = math.exp
function P.erf_series(x)
  local term, sum, n = x, x, 1
  while term ~= 0 and sum + term ~= sum do
    term = term * 2 * x * x / (2 * n + 1)
    sum = sum + term
    n = n + 1
  end
  return 1.1283791670955126 * exp(-x * x) * sum
end

--// caml_erf_float const
--// Requires: c_math, erf_series, caml_erfc_float
P.caml_erf_float = P.c_math("erf", 1)
  or function(x)
    if x ~= x then
      return x
    elseif x > 6 then
      return 1.0
    elseif x < -6 then
      return -1.0
    elseif x > 2 then
      return 1.0 - P.caml_erfc_float(x)
    elseif x < -2 then
      return P.caml_erfc_float(-x) - 1.0
    end
    return P.erf_series(x)
  end
