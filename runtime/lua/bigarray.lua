-- Bigarrays (runtime/bigarray.c): a custom block with named fields. `data` is a Lua array of OCaml values that sub-arrays
-- share, `offset` where this one begins in it, `size` the number of its elements, `dims` its dimensions, `kind` and `layout`
-- (0 C, 1 Fortran) the constructors of Bigarray.

--// bigarray_stored const
--// Requires: single_bits, single_of_bits
-- What an element of a kind keeps of a value: the small kinds wrap, single precision rounds.
local function single(x)
  return P.single_of_bits(P.single_bits(x))
end
-- Half precision: 11 bits, fewer below 2^-14, infinity from 65520 on.
local function half(x)
  if x - x ~= 0 or x == 0 then
    return x
  end
  local magnitude, unit = x < 0 and -x or x, 2.0 ^ -24
  while magnitude / unit >= 2048 do
    unit = unit * 2
  end
  local whole = Floor(magnitude / unit)
  local rest = magnitude / unit - whole
  if rest > 0.5 or rest == 0.5 and whole % 2 == 1 then
    whole = whole + 1
  end
  local r = whole * unit
  if r > 65504 then
    r = Huge
  end
  return x < 0 and -r or r
end
local store = {
  [0] = single,
  [2] = function(n)
    return (n + 128) % 256 - 128
  end,
  [3] = function(n)
    return n % 256
  end,
  [4] = function(n)
    return (n + 32768) % 65536 - 32768
  end,
  [5] = function(n)
    return n % 65536
  end,
  [10] = function(c)
    return { 254, single(c[2]), single(c[3]) }
  end,
  [12] = function(n)
    return n % 256
  end,
  [13] = half,
}
P.bigarray_stored = store

--// bigarray_widths
-- The bytes of an element of each kind.
P.bigarray_widths = { [0] = 4, 8, 1, 1, 2, 2, 4, 8, 8, 8, 8, 16, 1, 2 }

--// half_bits
-- The 16 bits of a number in half precision, and the number of such bits.
function P.half_bits(x)
  local sign = (x < 0 or x == 0 and 1 / x < 0) and 32768 or 0
  if x ~= x then
    return 32256
  end
  local magnitude, exponent = x < 0 and -x or x, 0
  if magnitude == Huge then
    return sign + 31744
  end
  if magnitude < 2.0 ^ -14 then
    return sign + Floor(magnitude * 16777216)
  end
  while magnitude >= 2 do
    magnitude, exponent = magnitude / 2, exponent + 1
  end
  while magnitude < 1 do
    magnitude, exponent = magnitude * 2, exponent - 1
  end
  return sign + (exponent + 14) * 1024 + Floor(magnitude * 1024)
end
function P.half_of_bits(n)
  local sign = n > 32767 and -1.0 or 1.0
  local fraction, exponent = n % 1024, Floor(n / 1024) % 32
  if exponent == 31 then
    return fraction == 0 and sign * Huge or 0.0 / 0.0
  elseif exponent == 0 then
    return sign * fraction * 2.0 ^ -24
  end
  return sign * (1024 + fraction) * 2.0 ^ (exponent - 25)
end

--// bigarray_hash mutable
--// Requires: hash_mix, hash_int, hash_float, int64_halves, half_bits, single_bits
-- As runtime/bigarray.c: the first elements, in words of 32 bits; those of fewer bits share a word.
local mix = P.hash_mix
local function word(h, n)
  return mix(h, n % 4294967296)
end
local function single(h, x)
  return word(h, x ~= x and 2139095041 or x == 0 and 0 or P.single_bits(x))
end
local function pair(element)
  return function(h, c)
    return element(element(h, c[2]), c[3])
  end
end
-- How many elements count, and what mixes one in; or how many share a word.
local rules = {
  [0] = { 64, single },
  { 32, P.hash_float },
  { 256, 4 },
  { 256, 4 },
  { 128, 2 },
  { 128, 2 },
  {
    64,
    function(h, x)
      return word(h, x[2])
    end,
  },
  {
    32,
    function(h, x)
      local high, low = P.int64_halves(x)
      return word(word(h, low), high)
    end,
  },
  { 64, P.hash_word },
  {
    64,
    function(h, x)
      return P.hash_word(h, x[2])
    end,
  },
  { 32, pair(single) },
  { 16, pair(P.hash_float) },
  { 256, 4 },
  {
    128,
    function(h, x)
      return word(h, x ~= x and 31745 or x == 0 and 0 or P.half_bits(x))
    end,
  },
}
function P.bigarray_hash(b)
  local rule, data, h = rules[b.kind], b.data, 0
  local step, element = rule[2], rule[2]
  local last = b.offset + (b.size < rule[1] and b.size or rule[1])
  if Type(step) == "function" then
    for i = b.offset + 1, last do
      h = element(h, data[i])
    end
    return h
  end
  local unit = step == 4 and 256 or 65536
  for i = b.offset + 1, last, step do
    local n = 0
    for k = i + step - 1 < last and i + step - 1 or last, i, -1 do
      n = n * unit + data[k] % unit
    end
    h = mix(h, n)
  end
  return h
end

--// bigarray_index
--// Requires: caml_array_bound_error
-- The index in `data` of an element, by a Lua array of indices.
function P.bigarray_index(b, indices)
  local dims, index = b.dims, 0
  if b.layout == 0 then
    for i = 1, #dims do
      local n = indices[i]
      if n < 0 or n >= dims[i] then
        Bound()
      end
      index = index * dims[i] + n
    end
  else
    for i = #dims, 1, -1 do
      local n = indices[i] - 1
      if n < 0 or n >= dims[i] then
        Bound()
      end
      index = index * dims[i] + n
    end
  end
  return b.offset + index + 1
end

--// bigarray_order
--// Requires: order
-- As runtime/bigarray.c compares: kind and layout and the number of dimensions (the greater first), dimensions, elements.
function P.bigarray_order(a, b, total)
  local first, second = { -a.kind - 256 * a.layout, -#a.dims }, { -b.kind - 256 * b.layout, -#b.dims }
  for i = 1, #a.dims do
    first[i + 2], second[i + 2] = a.dims[i], b.dims[i] or 0
  end
  for i = 1, #first do
    if first[i] ~= second[i] then
      return first[i] < second[i] and -1 or 1
    end
  end
  for i = 1, a.size do
    local r = P.order(a.data[a.offset + i], b.data[b.offset + i], total)
    if r ~= 0 then
      return r
    end
  end
  return 0
end

--// bigarray_view
--// Requires: bigarray_order, bigarray_hash
-- A bigarray on given data.
function P.bigarray_view(kind, layout, dims, data, offset)
  local size = 1
  for i = 1, #dims do
    size = size * dims[i]
  end
  return {
    255,
    kind = kind,
    layout = layout,
    dims = dims,
    data = data,
    offset = offset,
    size = size,
    compare = P.bigarray_order,
    hash = P.bigarray_hash,
  }
end

--// caml_ba_create
--// Requires: bigarray_view, bigarray_widths, int64_of_number, caml_invalid_argument
-- Elements begin as zeros.
function P.caml_ba_create(kind, layout, dimensions)
  local dims, size, data = {}, 1, {}
  for i = 2, #dimensions do
    if dimensions[i] < 0 then
      P.caml_invalid_argument("Bigarray.create: negative dimension")
    end
    dims[i - 1] = dimensions[i]
    size = size * dimensions[i]
  end
  local zero = 0
  if kind <= 1 or kind == 13 then
    zero = 0.0
  elseif kind == 6 then
    zero = { 255, 0, "_i" }
  elseif kind == 9 then
    zero = { 255, 0, "_n" }
  elseif kind == 7 then
    zero = P.int64_of_number(0)
  elseif kind == 10 or kind == 11 then
    zero = { 254, 0.0, 0.0 }
  end
  for i = 1, size do
    data[i] = zero
  end
  return P.bigarray_view(kind, layout, dims, data, 0)
end

--// caml_ba_get_1
--// Requires: caml_array_bound_error
function P.caml_ba_get_1(b, i)
  i = i - b.layout
  if i < 0 or i >= b.size then
    Bound()
  end
  return b.data[b.offset + i + 1]
end

--// caml_ba_set_1
--// Requires: caml_array_bound_error, bigarray_stored
local store = P.bigarray_stored
function P.caml_ba_set_1(b, i, value)
  i = i - b.layout
  if i < 0 or i >= b.size then
    Bound()
  end
  local stored = store[b.kind]
  b.data[b.offset + i + 1] = stored and stored(value) or value
  return 0
end

--// caml_ba_get_2
--// Requires: bigarray_index
function P.caml_ba_get_2(b, i, j)
  return b.data[P.bigarray_index(b, { i, j })]
end

--// caml_ba_get_3
--// Requires: bigarray_index
function P.caml_ba_get_3(b, i, j, k)
  return b.data[P.bigarray_index(b, { i, j, k })]
end

--// bigarray_set
--// Requires: bigarray_index, bigarray_stored
local store = P.bigarray_stored
function P.bigarray_set(b, indices, value)
  local stored = store[b.kind]
  b.data[P.bigarray_index(b, indices)] = stored and stored(value) or value
  return 0
end

--// caml_ba_set_2
--// Requires: bigarray_set
function P.caml_ba_set_2(b, i, j, value)
  return P.bigarray_set(b, { i, j }, value)
end

--// caml_ba_set_3
--// Requires: bigarray_set
function P.caml_ba_set_3(b, i, j, k, value)
  return P.bigarray_set(b, { i, j, k }, value)
end

--// caml_ba_get_generic
--// Requires: bigarray_index, caml_invalid_argument
function P.caml_ba_get_generic(b, indices)
  if #indices - 1 ~= #b.dims then
    P.caml_invalid_argument("Bigarray.get: wrong number of indices")
  end
  return b.data[P.bigarray_index(b, { Unpack(indices, 2) })]
end

--// caml_ba_set_generic
--// Requires: bigarray_set, caml_invalid_argument
function P.caml_ba_set_generic(b, indices, value)
  if #indices - 1 ~= #b.dims then
    P.caml_invalid_argument("Bigarray.set: wrong number of indices")
  end
  return P.bigarray_set(b, { Unpack(indices, 2) }, value)
end

--// caml_ba_num_dims const
function P.caml_ba_num_dims(b)
  return #b.dims
end

--// caml_ba_dim
--// Requires: caml_invalid_argument
function P.caml_ba_dim(b, n)
  local dim = b.dims[n + 1]
  if not dim then
    P.caml_invalid_argument("Bigarray.dim")
  end
  return dim
end

--// caml_ba_dim_1
--// Requires: caml_ba_dim
function P.caml_ba_dim_1(b)
  return P.caml_ba_dim(b, 0)
end

--// caml_ba_dim_2
--// Requires: caml_ba_dim
function P.caml_ba_dim_2(b)
  return P.caml_ba_dim(b, 1)
end

--// caml_ba_dim_3
--// Requires: caml_ba_dim
function P.caml_ba_dim_3(b)
  return P.caml_ba_dim(b, 2)
end

--// caml_ba_kind const
function P.caml_ba_kind(b)
  return b.kind
end

--// caml_ba_layout const
function P.caml_ba_layout(b)
  return b.layout
end

--// caml_ba_change_layout
--// Requires: bigarray_view
-- The same elements in the same order: the dimensions are reversed.
function P.caml_ba_change_layout(b, layout)
  if layout == b.layout then
    return b
  end
  local dims = {}
  for i = 1, #b.dims do
    dims[i] = b.dims[#b.dims + 1 - i]
  end
  return P.bigarray_view(b.kind, layout, dims, b.data, b.offset)
end

--// caml_ba_sub
--// Requires: bigarray_view, caml_invalid_argument
-- A part of the dimension that varies slowest: the first in C's layout, the last in Fortran's.
function P.caml_ba_sub(b, start, length)
  local dims = { Unpack(b.dims) }
  local changed = b.layout == 0 and 1 or #dims
  start = start - b.layout
  if start < 0 or length < 0 or start + length > dims[changed] then
    P.caml_invalid_argument("Bigarray.sub: bad sub-array")
  end
  dims[changed] = 1
  local step = 1
  for i = 1, #dims do
    step = step * dims[i]
  end
  dims[changed] = length
  return P.bigarray_view(b.kind, b.layout, dims, b.data, b.offset + start * step)
end

--// caml_ba_slice
--// Requires: bigarray_view, bigarray_index, caml_invalid_argument
-- Fixes the first indices in C's layout, the last ones in Fortran's.
function P.caml_ba_slice(b, fixed)
  local rank, count = #b.dims, #fixed - 1
  if count > rank then
    P.caml_invalid_argument("Bigarray.slice: too many indices")
  end
  local indices, dims = {}, {}
  for i = 1, rank do
    local given = b.layout == 0 and i or i - (rank - count)
    if given >= 1 and given <= count then
      indices[i] = fixed[given + 1]
    else
      indices[i] = b.layout
      dims[#dims + 1] = b.dims[i]
    end
  end
  -- An empty dimension has no first element to point at.
  for i = 1, #dims do
    if dims[i] == 0 then
      return P.bigarray_view(b.kind, b.layout, dims, b.data, b.offset)
    end
  end
  return P.bigarray_view(b.kind, b.layout, dims, b.data, P.bigarray_index(b, indices) - 1)
end

--// caml_ba_reshape
--// Requires: bigarray_view, caml_invalid_argument
function P.caml_ba_reshape(b, dimensions)
  local dims, size = {}, 1
  for i = 2, #dimensions do
    if dimensions[i] < 0 then
      P.caml_invalid_argument("Bigarray.reshape: negative dimension")
    end
    dims[i - 1] = dimensions[i]
    size = size * dimensions[i]
  end
  if size ~= b.size then
    P.caml_invalid_argument("Bigarray.reshape: size mismatch")
  end
  return P.bigarray_view(b.kind, b.layout, dims, b.data, b.offset)
end

--// caml_ba_blit
--// Requires: caml_invalid_argument
function P.caml_ba_blit(from, to)
  local same = #from.dims == #to.dims
  for i = 1, #from.dims do
    same = same and from.dims[i] == to.dims[i]
  end
  if not same then
    P.caml_invalid_argument("Bigarray.blit: dimension mismatch")
  end
  local source, target, first, second = from.data, to.data, from.offset, to.offset
  if second <= first then
    for i = 1, from.size do
      target[second + i] = source[first + i]
    end
  else
    for i = from.size, 1, -1 do
      target[second + i] = source[first + i]
    end
  end
  return 0
end

--// caml_ba_fill
--// Requires: bigarray_stored
local store = P.bigarray_stored
function P.caml_ba_fill(b, value)
  local stored = store[b.kind]
  if stored then
    value = stored(value)
  end
  local data, offset = b.data, b.offset
  for i = offset + 1, offset + b.size do
    data[i] = value
  end
  return 0
end

--// caml_ml_output_bigarray
--// Requires: channel_put
-- The elements are bytes.
function P.caml_ml_output_bigarray(channel, b, start, length)
  local pieces, offset = {}, b.offset + start
  for i = 1, length do
    pieces[i] = Char(b.data[offset + i] % 256)
  end
  P.channel_put(channel, Concat(pieces))
  return 0
end

--// caml_ml_input_bigarray
--// Requires: channel_get, bigarray_stored
local store = P.bigarray_stored
function P.caml_ml_input_bigarray(channel, b, start, length)
  local text = P.channel_get(channel, length)
  local stored, offset = store[b.kind], b.offset + start
  for i = 1, #text do
    local c = Byte(text, i)
    b.data[offset + i] = stored and stored(c) or c
  end
  return #text
end

--// bigstring_number
--// Requires: caml_array_bound_error
-- The unsigned number in `size` bytes of a bigarray of bytes, the lowest first.
function P.bigstring_number(b, i, size)
  if i < 0 or i > b.size - size then
    Bound()
  end
  local n, scale = 0, 1
  for k = b.offset + i + 1, b.offset + i + size do
    n = n + b.data[k] % 256 * scale
    scale = scale * 256
  end
  return n
end

--// bigstring_put
--// Requires: caml_array_bound_error, bigarray_stored
local store = P.bigarray_stored
function P.bigstring_put(b, i, size, n)
  if i < 0 or i > b.size - size then
    Bound()
  end
  local stored = store[b.kind]
  for k = b.offset + i + 1, b.offset + i + size do
    b.data[k] = stored(n % 256)
    n = Floor(n / 256)
  end
end

--// caml_ba_uint8_get16
--// Requires: bigstring_number
function P.caml_ba_uint8_get16(b, i)
  return P.bigstring_number(b, i, 2)
end

--// caml_ba_uint8_get32
--// Requires: bigstring_number
function P.caml_ba_uint8_get32(b, i)
  local n = P.bigstring_number(b, i, 4)
  return { 255, n > 2147483647 and n - 4294967296 or n, "_i" }
end

--// caml_ba_uint8_get64
--// Requires: bigstring_number, int64_halves
function P.caml_ba_uint8_get64(b, i)
  local high = P.bigstring_number(b, i + 4, 4)
  return P.int64_of_halves(high, P.bigstring_number(b, i, 4))
end

--// caml_ba_uint8_set16
--// Requires: bigstring_put
function P.caml_ba_uint8_set16(b, i, n)
  P.bigstring_put(b, i, 2, n)
  return 0
end

--// caml_ba_uint8_set32
--// Requires: bigstring_put
function P.caml_ba_uint8_set32(b, i, n)
  P.bigstring_put(b, i, 4, n[2])
  return 0
end

--// caml_ba_uint8_set64
--// Requires: bigstring_put, int64_halves
function P.caml_ba_uint8_set64(b, i, n)
  local high, low = P.int64_halves(n)
  P.bigstring_put(b, i + 4, 4, high)
  P.bigstring_put(b, i, 4, low)
  return 0
end
