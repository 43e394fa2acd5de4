-- The generic hash function, as runtime/hash.c (MurmurHash 3): the same values as ocamlrun gives on 64 bits, but for those that look alike here
-- (on engines with one kind of numbers a float without fraction is an int).

--// hash_mix const
--// Requires: int_bits
--// If: portable
-- Mixes w into h: both, and the result, are 32-bit numbers, unsigned but on luajit; and the final mixing, to 30 bits.
if math.type and load then
  P.hash_mix, P.hash_final = load([[
    return function(h, w)
      w = w * 3432918353 & 4294967295
      w = (w << 15 | w >> 17) * 461845907 & 4294967295
      h = h ~ w
      return ((h << 13 | h >> 19) & 4294967295) * 5 + 3864292196 & 4294967295
    end, function(h)
      h = (h ~ h >> 16) * 2246822507 & 4294967295
      h = (h ~ h >> 13) * 3266489909 & 4294967295
      return (h ~ h >> 16) & 1073741823
    end
  ]])()
else
  -- The halves of a factor are multiplied apart: a product above 2^53 is not exact. Only the bits that change are mixed, since every
  -- six of them cost on Lua 5.1.
  function P.hash_mix(h, w)
    local low = w % 65536
    w = ((w - low) / 65536 * 3432918353 % 65536 * 65536 + low * 3432918353) % 4294967296
    low = w % 131072
    w = low * 32768 + (w - low) / 131072
    low = w % 65536
    w = ((w - low) / 65536 * 461845907 % 65536 * 65536 + low * 461845907) % 4294967296
    if h > 0 then w = Xor(h, w) % 4294967296 end
    low = w % 524288
    return (low * 40960 + (w - low) / 524288 * 5 + 3864292196) % 4294967296
  end
  function P.hash_final(h)
    local low = h % 65536
    local high = (h - low) / 65536
    h = (high * 2246822507 % 65536 * 65536 + Xor(low, high) * 2246822507) % 4294967296
    low = h % 524288
    h = h - low + Xor(low, (h - h % 8192) / 8192)
    low = h % 65536
    h = ((h - low) / 65536 * 3266489909 % 65536 * 65536 + low * 3266489909) % 4294967296
    low = h % 65536
    high = (h - low) / 65536
    return high % 16384 * 65536 + Xor(low, high)
  end
end

--// hash_mix const
--// If: luajit
-- The library bit takes numbers within 2^51: products with 16 bits.
local band, bxor, lshift, rshift, rol, tobit = bit.band, bit.bxor, bit.lshift, bit.rshift, bit.rol, bit.tobit
local function product(x, constant)
  return tobit(lshift(rshift(x, 16) * constant, 16) + band(x, 65535) * constant)
end
function P.hash_mix(h, w)
  w = product(rol(product(w, 3432918353), 15), 461845907)
  return tobit(rol(bxor(h, w), 13) * 5 + 3864292196)
end
function P.hash_final(h)
  h = product(bxor(h, rshift(h, 16)), 2246822507)
  h = product(bxor(h, rshift(h, 13)), 3266489909)
  return band(bxor(h, rshift(h, 16)), 1073741823)
end

--// hash_mix const
--// If: lua54
function P.hash_mix(h, w)
  w = w * 3432918353 & 4294967295
  w = (w << 15 | w >> 17) * 461845907 & 4294967295
  h = h ~ w
  return ((h << 13 | h >> 19) & 4294967295) * 5 + 3864292196 & 4294967295
end
function P.hash_final(h)
  h = (h ~ h >> 16) * 2246822507 & 4294967295
  h = (h ~ h >> 13) * 3266489909 & 4294967295
  return (h ~ h >> 16) & 1073741823
end

--// hash_int const
--// Requires: hash_mix
--// If: portable luajit
local mix = P.hash_mix
P.hash_int = function(h, n)
  return mix(h, (2 * n + 1) % 4294967296)
end
P.hash_word = function(h, n)
  return mix(h, n % 4294967296)
end

--// hash_int const
--// Requires: hash_mix
--// If: lua54
local function mix_word(h, n)
  return P.hash_mix(h, (n // 4294967296 ~ n // 4611686018427387904 // 2 ~ n) & 4294967295)
end
P.hash_int = function(h, n)
  return mix_word(h, 2 * n + 1)
end
P.hash_word = mix_word

--// hash_string const
--// Requires: hash_mix, int_bits
--// If: portable luajit
P.hash_string = function(h, s)
  local mix, n = P.hash_mix, #s
  local i = 1
  while i + 3 <= n do
    local a, b, c, d = Byte(s, i, i + 3)
    h = mix(h, a + b * 256 + c * 65536 + d * 16777216)
    i = i + 4
  end
  if i <= n then
    local a, b, c = Byte(s, i, n)
    h = mix(h, a + (b or 0) * 256 + (c or 0) * 65536)
  end
  return Xor(h, n) % 4294967296
end

--// hash_string const
--// Requires: hash_mix
--// If: lua54
P.hash_string = function(h, s)
  local n = #s
  local i = 1
  while i <= n do
    local a, b, c, d = Byte(s, i, i + 3)
    local w = (d and a | b << 8 | c << 16 | d << 24 or a | (b or 0) << 8 | (c or 0) << 16) * 3432918353 & 4294967295
    h = h ~ (w << 15 | w >> 17) * 461845907 & 4294967295
    h = (h << 13 | h >> 19) * 5 + 3864292196 & 4294967295
    i = i + 4
  end
  return h ~ n
end

--// hash_float const
--// Requires: hash_mix, caml_int64_bits_of_float
--// If: portable luajit
P.hash_float = function(h, x)
  if x ~= x then return P.hash_mix(P.hash_mix(h, 1), 2146435072) end
  if x == 0 then return P.hash_mix(P.hash_mix(h, 0), 0) end
  local bits = P.caml_int64_bits_of_float(x)
  return P.hash_mix(P.hash_mix(h, bits[3] % 4294967296), bits[2] % 4294967296)
end

--// hash_float const
--// Requires: hash_mix
--// If: lua54
P.hash_float = function(h, x)
  if x ~= x then return P.hash_mix(P.hash_mix(h, 1), 2146435072) end
  if x == 0 then return P.hash_mix(P.hash_mix(h, 0), 0) end
  local low, high = string.unpack("<I4I4", string.pack("<d", x))
  return P.hash_mix(P.hash_mix(h, low), high)
end

--// hash_value mutable
--// Requires: hash_mix, hash_int, hash_string, hash_float, bytes_text, int_bits
-- Of any value, and whether a number is an int.
local kind = math.type

local final, hash_int, hash_string = P.hash_final, P.hash_int, P.hash_string

-- Int32, int64 and nativeint; other custom values hash to nothing, unless they bring a function `hash`.
local function hash_custom(h, v)
  if v.hash then return P.hash_mix(h, v.hash(v) % 4294967296) end
  local high, low = v[2], v[3]
  if not high then return nil end
  if Type(low) == "string" then return P.hash_word(h, high) end
  if not low then
    low = high % 4294967296
    high = Floor((high - low) / 4294967296)
  end
  return P.hash_mix(h, Xor(high % 4294967296, low % 4294967296) % 4294967296)
end

local function is_int(v)
  if kind then return kind(v) == "integer" end
  return v % 1 == 0 and v >= -2147483648 and v <= 2147483647
end

P.hash_value = function(count, limit, seed, value)
  if limit < 0 or limit > 256 then limit = 256 end
  local h = seed % 4294967296
  local queue, read, write = {value}, 1, 1
  while read <= write and count > 0 do
    local v = queue[read]
    read = read + 1
    local links = 1000
    while Type(v) == "table" and v[1] == 250 and links > 0 do
      v = v[2]
      links = links - 1
    end
    local type = Type(v)
    if type == "number" then
      if is_int(v) then h = hash_int(h, v) else h = P.hash_float(h, v) end
      count = count - 1
    elseif type == "string" then
      h = hash_string(h, v)
      count = count - 1
    elseif v.n then
      h = hash_string(h, P.bytes_text(v, 0, v.n))
      count = count - 1
    else
      local tag, last = v[1], #v
      if tag == 254 then
        local i = 2
        while i <= last and count > 0 do
          h = P.hash_float(h, v[i])
          count = count - 1
          i = i + 1
        end
      elseif tag == 255 then
        local mixed = hash_custom(h, v)
        if mixed then
          h = mixed
          count = count - 1
        end
      elseif tag == 248 then
        h = P.hash_word(h, v[3])
        count = count - 1
      elseif Type(tag) == "number" and tag ~= 251 and tag ~= 245 and tag ~= 250 then
        h = P.hash_mix(h, (last - 1) * 1024 + tag)
        local i = 2
        while i <= last and write < limit do
          write = write + 1
          queue[write] = v[i]
          i = i + 1
        end
      end
    end
  end
  return final(h)
end

--// hash_short mutable
--// Requires: hash_string
-- The whole hash of a string with the seed 0. Engines keep short strings once, so what was hashed is found again by one access to a table.
-- Of those seen last at least `room` are kept.
local room = 4096
local recent, before, left = {}, {}, room
P.hash_short = function(s)
  local h = recent[s]
  if h then return h end
  h = before[s] or P.hash_final(P.hash_string(0, s))
  if left == 0 then recent, before, left = {}, recent, room end
  left = left - 1
  recent[s] = h
  return h
end

--// caml_hash mutable
--// Requires: hash_value, hash_short
--// If: portable luajit
local mix, final, hash_string, hash_value, hash_short = P.hash_mix, P.hash_final, P.hash_string, P.hash_value, P.hash_short
local kind = math.type
-- Lua 5.1 has no operations on bits, and mixing takes it 2 us: hashes of ints below 2^18 with the seed 0 are remembered, in 4 MB at most.
local small = not (kind or bit or bit32) and {}
P.caml_hash = function(count, limit, seed, value)
  local type = count > 0 and Type(value)
  if type == "number" then
    -- Ints, with few calls.
    if value % 1 == 0 and value >= -2147483648 and value <= 2147483647 and (not kind or kind(value) == "integer") then
      if small and seed == 0 and value >= 0 and value < 262144 then
        local h = small[value]
        if not h then
          h = final(mix(0, 2 * value + 1))
          small[value] = h
        end
        return h
      end
      return final(mix(seed % 4294967296, (2 * value + 1) % 4294967296))
    end
  elseif type == "string" then
    if seed == 0 and #value <= 40 then return hash_short(value) end
    return final(hash_string(seed % 4294967296, value))
  end
  return hash_value(count, limit, seed, value)
end

--// caml_hash mutable
--// Requires: hash_value, hash_short
--// If: lua54
-- With the mixing of an int in place.
local hash_string, hash_value, hash_short = P.hash_string, P.hash_value, P.hash_short
P.caml_hash = function(count, limit, seed, value)
  local h
  if count <= 0 then
    return hash_value(count, limit, seed, value)
  elseif MathType(value) == "integer" then
    local w = 2 * value + 1
    w = ((w >> 32 ~ w ~ -(w >> 63)) & 4294967295) * 3432918353 & 4294967295
    h = (seed ~ (w << 15 | w >> 17) * 461845907) & 4294967295
    h = (h << 13 | h >> 19) * 5 + 3864292196 & 4294967295
  elseif Type(value) == "string" then
    if seed == 0 and #value <= 40 then return hash_short(value) end
    h = hash_string(seed & 4294967295, value)
  else
    return hash_value(count, limit, seed, value)
  end
  h = (h ~ h >> 16) * 2246822507 & 4294967295
  h = (h ~ h >> 13) * 3266489909 & 4294967295
  return (h ~ h >> 16) & 1073741823
end

--// caml_string_hash const
--// Requires: hash_string
P.caml_string_hash = function(seed, s)
  return P.hash_final(P.hash_string(seed % 4294967296, s))
end

--// caml_hash_mix_int const
--// Requires: hash_int
P.caml_hash_mix_int = function(h, n)
  return P.hash_word(h % 4294967296, n)
end
