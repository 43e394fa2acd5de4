-- BLAKE2b (RFC 7693), for Digest of OCaml 5.2 and later.

--// blake2
--// Requires: int_bits
-- A context is a custom block: `state` holds eight words in signed halves (lower, upper, lower, ...), `length` the bytes
-- compressed so far, `pending` those that are not, of which the last block always is one.
local initial = {
  -205731576, 1779033703, -2067093701, -1150833019, -23791573, 1013904242, 1595750129, -1521486534,
  -1377402159, 1359893119, 725511199, -1694144372, -79577749, 528734635, 327033209, 1541459225,
}
-- Which words of the block each round takes, in its order.
local schedules = {
  { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
  { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
  { 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
  { 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
  { 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
  { 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
  { 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
  { 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
  { 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
  { 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
}
-- The columns and diagonals of a round.
local lines = {
  { 0, 4, 8, 12 }, { 1, 5, 9, 13 }, { 2, 6, 10, 14 }, { 3, 7, 11, 15 },
  { 0, 5, 10, 15 }, { 1, 6, 11, 12 }, { 2, 7, 8, 13 }, { 3, 4, 9, 14 },
}
local function signed(n)
  n = n % 4294967296
  return n > 2147483647 and n - 4294967296 or n
end

local function compress(context, block, final)
  local h, v, m = context.state, {}, {}
  for i = 0, 31 do
    local a, b, c, d = Byte(block, i * 4 + 1, i * 4 + 4)
    m[i] = a + b * 256 + c * 65536 + d * 16777216
  end
  for i = 1, 16 do
    v[i - 1], v[i + 15] = h[i], initial[i]
  end
  v[24] = Xor(v[24], signed(context.length))
  v[25] = Xor(v[25], signed(Floor(context.length / 4294967296)))
  if final then
    v[28], v[29] = -1 - v[28], -1 - v[29]
  end
  -- v[a] += v[b] + word
  local function add(a, b, word)
    local low = v[a] % 4294967296 + v[b] % 4294967296
    local high = v[a + 1] + v[b + 1]
    if word then
      low, high = low + m[word], high + m[word + 1]
    end
    v[a], v[a + 1] = signed(low), signed(high + Floor(low / 4294967296))
  end
  -- v[d] = (v[d] xor v[a]) rotated right by n
  local function mix(d, a, n)
    local low, high = Xor(v[d], v[a]), Xor(v[d + 1], v[a + 1])
    if n >= 32 then
      low, high, n = high, low, n - 32
    end
    if n > 0 then
      low, high = low % 4294967296, high % 4294967296
      local power, rest = 2 ^ n, 2 ^ (32 - n)
      low, high = Floor(low / power) + Floor(high % power * rest), Floor(high / power) + Floor(low % power * rest)
    end
    v[d], v[d + 1] = signed(low), signed(high)
  end
  for round = 0, 11 do
    local schedule = schedules[round % 10 + 1]
    for i = 1, 8 do
      local line = lines[i]
      local a, b, c, d = line[1] * 2, line[2] * 2, line[3] * 2, line[4] * 2
      add(a, b, schedule[i * 2 - 1] * 2)
      mix(d, a, 32)
      add(c, d)
      mix(b, c, 24)
      add(a, b, schedule[i * 2] * 2)
      mix(d, a, 16)
      add(c, d)
      mix(b, c, 63)
    end
  end
  for i = 1, 16 do
    h[i] = Xor(h[i], Xor(v[i - 1], v[i + 15]))
  end
end

P.blake2 = {}

function P.blake2.create(size, key)
  local state = { Unpack(initial) }
  state[1] = Xor(state[1], 16842752 + #key * 256 + size)
  local pending = ""
  if key ~= "" then
    key = Sub(key, 1, 64)
    pending = key .. Rep("\0", 128 - #key)
  end
  return { 255, state = state, length = 0, pending = pending }
end

function P.blake2.update(context, text)
  text = context.pending .. text
  local at = 1
  while #text - at >= 128 do
    context.length = context.length + 128
    compress(context, Sub(text, at, at + 127), false)
    at = at + 128
  end
  context.pending = Sub(text, at)
end

function P.blake2.final(context, size)
  local pending = context.pending
  context.length = context.length + #pending
  compress(context, pending .. Rep("\0", 128 - #pending), true)
  local bytes = {}
  for i = 0, size - 1 do
    local word = context.state[Floor(i / 4) + 1] % 4294967296
    bytes[i + 1] = Char(Floor(word / 256 ^ (i % 4)) % 256)
  end
  return Concat(bytes)
end

--// caml_blake2_create mutable
--// Requires: blake2
function P.caml_blake2_create(size, key)
  return P.blake2.create(size, key)
end

--// caml_blake2_update
--// Requires: blake2, bytes_text
function P.caml_blake2_update(context, b, start, length)
  P.blake2.update(context, P.bytes_text(b, start, length))
  return 0
end

--// caml_blake2_final
--// Requires: blake2
function P.caml_blake2_final(context, size)
  return P.blake2.final(context, size)
end

--// caml_blake2_string const
--// Requires: blake2
function P.caml_blake2_string(size, key, text, start, length)
  local context = P.blake2.create(size, key)
  P.blake2.update(context, Sub(text, start + 1, start + length))
  return P.blake2.final(context, size)
end

--// caml_blake2_bytes mutable
--// Requires: blake2, bytes_text
function P.caml_blake2_bytes(size, key, b, start, length)
  local context = P.blake2.create(size, key)
  P.blake2.update(context, P.bytes_text(b, start, length))
  return P.blake2.final(context, size)
end
