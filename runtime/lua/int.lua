-- Integer arithmetic. On `portable` and `luajit` ints have 32 bits and are numbers of whatever kind the engine has: doubles
-- or, from Lua 5.3 on, integers (then all results must be integers too). A result of zero is never -0.

--// int_wrap
function Wrap(n)
  return (n + 2147483648) % 4294967296 - 2147483648
end
P.int_wrap = Wrap

--// int_powers
-- Powers of two as ints, so that a product with one is exact and an int; a shift by 63 or more is a shift by 63.
do
  local power = 1
  Pow2 = {}
  for n = 0, 62 do
    Pow2[n] = power
    power = power * 2
  end
  setmetatable(Pow2, {__index = function() return Pow2[62] end})
end
P.int_powers = Pow2

--// int_mul
--// Requires: int_wrap
--// If: portable
if math.type then
  function Mul(x, y)
    local p = x * y
    if p > 2147483647 or p < -2147483648 then return Wrap(p) end
    return p
  end
else
  -- A product above 2^53 is not exact in a double: the halves of x are multiplied apart.
  function Mul(x, y)
    local p = x * y
    if p >= -2147483648 and p <= 2147483647 then return p + 0 end
    if p >= -9007199254740992 and p <= 9007199254740992 then return Wrap(p) end
    local low = x % 65536
    local high = (x - low) / 65536
    return Wrap(high * y % 65536 * 65536 + low * y)
  end
end
P.int_mul = Mul

--// int_mul
--// Requires: int_bits
--// If: luajit
function Mul(x, y)
  local p = x * y
  -- bit.bor takes numbers within 2^51.
  if p >= -2251799813685248 and p <= 2251799813685248 then return Or(p, 0) end
  local low = x % 65536
  local high = (x - low) / 65536
  return Or(high * y % 65536 * 65536 + low * y, 0)
end
P.int_mul = Mul

--// int_mul
--// If: lua54
function Mul(x, y)
  return x * y * 2 // 2
end
P.int_mul = Mul

--// int_div
--// Requires: caml_raise_zero_divide
--// If: portable luajit
function Div(x, y)
  if y == 0 then P.caml_raise_zero_divide() end
  local q = x / y
  if q >= 2147483648 then return -2147483648 end
  if q >= 0 then return Floor(q) + 0 end
  return 0 - Floor(-q)
end
P.int_div = Div

--// int_div
--// Requires: caml_raise_zero_divide
--// If: lua54
function Div(x, y)
  if y == 0 then P.caml_raise_zero_divide() end
  local q = x // y
  if q < 0 and q * y ~= x then return q + 1 end
  return q * 2 // 2
end
P.int_div = Div

--// int_mod
--// Requires: caml_raise_zero_divide
function Mod(x, y)
  if y == 0 then P.caml_raise_zero_divide() end
  local r = x % y
  if r ~= 0 and (x < 0) ~= (y < 0) then return r - y end
  return r + 0
end
P.int_mod = Mod

--// int_bits
--// Requires: int_wrap
--// If: portable
-- What the engine has, in this order: operators (from Lua 5.3 on, where math.type tells; they are compiled here, since
-- other engines cannot read them), the libraries bit or bit32, arithmetic on halves of bytes.
local library = bit or bit32
if math.type and load then
  And = load("return function(x, y) return x & y end")()
  Or = load("return function(x, y) return x | y end")()
  Xor = load("return function(x, y) return x ~ y end")()
elseif library then
  local band, bor, bxor = library.band, library.bor, library.bxor
  if band(-1, -1) < 0 then
    And, Or, Xor = band, bor, bxor
  else
    -- bit32 gives unsigned results.
    function And(x, y)
      local r = band(x, y)
      if r > 2147483647 then return r - 4294967296 end
      return r
    end
    function Or(x, y)
      local r = bor(x, y)
      if r > 2147483647 then return r - 4294967296 end
      return r
    end
    function Xor(x, y)
      local r = bxor(x, y)
      if r > 2147483647 then return r - 4294967296 end
      return r
    end
  end
else
  -- conjunction[x * 64 + y] of numbers of six bits: that of their halves, and of their lowest bits. (A table for bytes takes a
  -- megabyte, and waiting for it costs more than the bits that are left.)
  local conjunction = {[0] = 0}
  for x = 0, 63 do
    local low = x % 2
    for y = 0, 63 do
      local lowest = y % 2
      conjunction[x * 64 + y] = 2 * conjunction[(x - low) * 32 + (y - lowest) / 2] + low * lowest
    end
  end
  -- Of unsigned numbers, as long as both have bits.
  local function conjoin(x, y)
    local a, b = x % 64, y % 64
    local r = conjunction[a * 64 + b]
    x, y = (x - a) / 64, (y - b) / 64
    if x == 0 or y == 0 then return r end
    a, b = x % 64, y % 64
    r = r + conjunction[a * 64 + b] * 64
    x, y = (x - a) / 64, (y - b) / 64
    if x == 0 or y == 0 then return r end
    a, b = x % 64, y % 64
    r = r + conjunction[a * 64 + b] * 4096
    x, y = (x - a) / 64, (y - b) / 64
    if x == 0 or y == 0 then return r end
    a, b = x % 64, y % 64
    r = r + conjunction[a * 64 + b] * 262144
    x, y = (x - a) / 64, (y - b) / 64
    if x == 0 or y == 0 then return r end
    a, b = x % 64, y % 64
    r = r + conjunction[a * 64 + b] * 16777216
    x, y = (x - a) / 64, (y - b) / 64
    if x == 0 or y == 0 then return r end
    return r + conjunction[x * 64 + y] * 1073741824
  end
  -- The masks 2^n - 1, which are a modulus.
  local masks = {}
  for n = 0, 31 do masks[2 ^ n - 1] = 2 ^ n end
  function And(x, y)
    local m = masks[y]
    if m then return x % m end
    if x >= 0 then
      return conjoin(x, y < 0 and y + 4294967296 or y)
    elseif y >= 0 then
      return conjoin(x + 4294967296, y)
    end
    return conjoin(x + 4294967296, y + 4294967296) - 4294967296
  end
  function Or(x, y)
    return x + y - And(x, y)
  end
  function Xor(x, y)
    if x >= 0 and y >= 0 then return x + y - 2 * conjoin(x, y) end
    return (x + y - 2 * And(x, y) + 2147483648) % 4294967296 - 2147483648
  end
end
P.int_and, P.int_or, P.int_xor = And, Or, Xor

--// int_bits
--// If: luajit
And, Or, Xor = bit.band, bit.bor, bit.bxor
P.int_and, P.int_or, P.int_xor = And, Or, Xor

--// int_bits
--// If: lua54
function And(x, y) return x & y end
function Or(x, y) return x | y end
function Xor(x, y) return x ~ y end
P.int_and, P.int_or, P.int_xor = And, Or, Xor

--// int_shifts
--// Requires: int_powers
--// If: portable
if math.type and load then
  Shl = load("return function(x, n) return ((x << n) + 2147483648 & 4294967295) - 2147483648 end")()
  Shr = load("return function(x, n) return n == 0 and x or (x & 4294967295) >> n end")()
else
  function Shl(x, n)
    return (x * Pow2[n] % 4294967296 + 2147483648) % 4294967296 - 2147483648
  end
  function Shr(x, n)
    if n == 0 then return x end
    return Floor(x % 4294967296 / Pow2[n])
  end
end
function Sar(x, n)
  return Floor(x / Pow2[n])
end
P.int_lsl, P.int_lsr, P.int_asr = Shl, Shr, Sar

--// int_shifts
--// If: luajit
Shl, Shr, Sar = bit.lshift, bit.rshift, bit.arshift
P.int_lsl, P.int_lsr, P.int_asr = Shl, Shr, Sar

--// int_shifts
--// If: lua54
function Shl(x, n) return (x << n) * 2 // 2 end
function Shr(x, n) return ((x & 9223372036854775807) >> n) * 2 // 2 end
function Sar(x, n) return x // (1 << (n & 63)) end
P.int_lsl, P.int_lsr, P.int_asr = Shl, Shr, Sar
