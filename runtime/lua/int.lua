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
    return Wrap(x * y)
  end
else
  -- A product above 2^53 is not exact in a double: the halves of x are multiplied apart.
  function Mul(x, y)
    local p = x * y
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
-- other engines cannot read them), the libraries bit or bit32, arithmetic on bytes.
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
  -- conjunctions[y][x] of bytes. A row is made when it is first asked for: a program uses few where one operand is a constant, and those stay
  -- in the processor's cache.
  local conjunctions = setmetatable({}, {__index = function(rows, y)
    local row = {}
    for x = 0, 255 do
      local r, a, b = 0, x, y
      for n = 0, 7 do
        r = r + a % 2 * (b % 2) * 2 ^ n
        a, b = Floor(a / 2), Floor(b / 2)
      end
      row[x] = r
    end
    rows[y] = row
    return row
  end})
  -- The masks 2^n - 1, which are a modulus.
  local masks = {}
  for n = 0, 31 do masks[2 ^ n - 1] = 2 ^ n end
  -- A byte of both at a time, as long as both have bits.
  function And(x, y)
    local m = masks[y]
    if m then return x % m end
    if x < 0 or y < 0 then return Wrap(And(x % 4294967296, y % 4294967296)) end
    local a, b = x % 256, y % 256
    local r = conjunctions[b][a]
    if x < 256 or y < 256 then return r end
    x, y = (x - a) / 256, (y - b) / 256
    a, b = x % 256, y % 256
    r = r + conjunctions[b][a] * 256
    if x < 256 or y < 256 then return r end
    x, y = (x - a) / 256, (y - b) / 256
    a, b = x % 256, y % 256
    r = r + conjunctions[b][a] * 65536
    if x < 256 or y < 256 then return r end
    return r + conjunctions[(y - b) / 256][(x - a) / 256] * 16777216
  end
  function Or(x, y)
    return x + y - And(x, y)
  end
  -- The sum without the bits that both have.
  function Xor(x, y)
    if x < 0 or y < 0 then return Wrap(Xor(x % 4294967296, y % 4294967296)) end
    local a, b = x % 256, y % 256
    local r = x + y - conjunctions[b][a] * 2
    if x < 256 or y < 256 then return r end
    x, y = (x - a) / 256, (y - b) / 256
    a, b = x % 256, y % 256
    r = r - conjunctions[b][a] * 512
    if x < 256 or y < 256 then return r end
    x, y = (x - a) / 256, (y - b) / 256
    a, b = x % 256, y % 256
    r = r - conjunctions[b][a] * 131072
    if x < 256 or y < 256 then return r end
    return r - conjunctions[(y - b) / 256][(x - a) / 256] * 33554432
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
