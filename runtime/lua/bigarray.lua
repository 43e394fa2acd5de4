-- Bigarrays: {255} with the fields kind and layout (as runtime/caml/bigarray.h numbers them), dims (a list), data (the elements in
-- order) and first (how many elements of data stand before); views share their data.

--// Provides: ba_round const
-- x rounded to a float of so many bits; `least` and `most` bound its exponent and its value.
P.ba_round = function(x, bits, least, most)
  if x ~= x or x == 0 or x == Huge or x == -Huge then return x end
  local m, e = math.abs(x), 0
  while m >= 1 do m, e = m / 2, e + 1 end
  while m < 0.5 and e > least do m, e = m * 2, e - 1 end
  local scaled = m * 2.0 ^ bits
  local whole = Floor(scaled)
  local rest = scaled - whole
  if rest > 0.5 or rest == 0.5 and whole % 2 == 1 then whole = whole + 1 end
  local r = whole * 2.0 ^ (e - bits)
  if r > most then r = Huge end
  if x < 0 then return -r end
  return r
end

--// Provides: ba_kinds
--// Requires: ba_round
-- For each kind, what an element is at first and what is kept of a value that is stored.
local function single(x)
  return P.ba_round(x, 24, -125, 3.4028234663852886e38)
end
local function half(x)
  return P.ba_round(x, 11, -13, 65504.0)
end
local function same(v)
  return v
end
local function wrap(modulus, limit)
  return function(v)
    v = v % modulus
    if v >= limit then return v - modulus end
    return v
  end
end
P.ba_kinds = {
  [0] = {0.0, single}, {0.0, same}, {0, wrap(256, 128)}, {0, wrap(256, 256)}, {0, wrap(65536, 32768)}, {0, wrap(65536, 65536)},
  {0, same}, {0, same}, {0, same}, {0, same},
  {{254, 0.0, 0.0}, function(v) return {254, single(v[2]), single(v[3])} end},
  {{254, 0.0, 0.0}, same}, {0, wrap(256, 256)}, {0.0, half},
}

--// Provides: ba_kinds_64
--// Requires: ba_kinds
--// If: lua54
P.ba_kinds[7][1] = {255, 0}

--// Provides: ba_kinds_64
--// Requires: ba_kinds
--// If: portable luajit
P.ba_kinds[7][1] = {255, 0, 0}

--// Provides: ba_order
--// Requires: order
-- As the comparison of runtime/bigarray.c: kind and layout, number of dimensions, dimensions, elements.
P.ba_order = function(a, b, total)
  local first = {a.kind + 256 * a.layout, #a.dims}
  local second = {b.kind + 256 * b.layout, #b.dims}
  for i = 1, #a.dims do
    first[#first + 1], second[#second + 1] = a.dims[i], b.dims[i] or 0
  end
  for i = 1, #first do
    if first[i] ~= second[i] then return first[i] < second[i] and -1 or 1 end
  end
  local size = 1
  for i = 1, #a.dims do size = size * a.dims[i] end
  for i = 1, size do
    local r = P.order(a.data[a.first + i], b.data[b.first + i], total)
    if r ~= 0 then return r end
  end
  return 0
end

--// Provides: ba_view
--// Requires: ba_order
P.ba_view = function(kind, layout, dims, data, first)
  return {255, kind = kind, layout = layout, dims = dims, data = data, first = first, compare = P.ba_order}
end

--// Provides: ba_size const
P.ba_size = function(b)
  local size = 1
  for i = 1, #b.dims do size = size * b.dims[i] end
  return size
end

--// Provides: caml_ba_create
--// Requires: ba_kinds_64, ba_view, caml_invalid_argument
P.caml_ba_create = function(kind, layout, dims)
  local list, size = {}, 1
  if #dims > 17 then P.caml_invalid_argument("Bigarray.create: bad number of dimensions") end
  for i = 2, #dims do
    if dims[i] < 0 then P.caml_invalid_argument("Bigarray.create: negative dimension") end
    list[i - 1] = dims[i]
    size = size * dims[i]
  end
  local data, zero = {}, P.ba_kinds[kind][1]
  for i = 1, size do data[i] = zero end
  return P.ba_view(kind, layout, list, data, 0)
end

--// Provides: ba_index
--// Requires: caml_array_bound_error
-- Where the element of these indices stands in data.
P.ba_index = function(b, n, i, j, k)
  local dims = b.dims
  local low = b.layout
  if n == 1 then
    i = i - low
    if i < 0 or i >= dims[1] then Bound() end
    return b.first + i + 1
  end
  i, j = i - low, j - low
  if i < 0 or i >= dims[1] or j < 0 or j >= dims[2] then Bound() end
  if n == 2 then
    if low == 0 then return b.first + i * dims[2] + j + 1 end
    return b.first + j * dims[1] + i + 1
  end
  k = k - low
  if k < 0 or k >= dims[3] then Bound() end
  if low == 0 then return b.first + (i * dims[2] + j) * dims[3] + k + 1 end
  return b.first + (k * dims[2] + j) * dims[1] + i + 1
end

--// Provides: caml_ba_get_1
--// Requires: ba_index
P.caml_ba_get_1 = function(b, i)
  return b.data[P.ba_index(b, 1, i)]
end

--// Provides: caml_ba_get_2
--// Requires: ba_index
P.caml_ba_get_2 = function(b, i, j)
  return b.data[P.ba_index(b, 2, i, j)]
end

--// Provides: caml_ba_get_3
--// Requires: ba_index
P.caml_ba_get_3 = function(b, i, j, k)
  return b.data[P.ba_index(b, 3, i, j, k)]
end

--// Provides: caml_ba_set_1
--// Requires: ba_index, ba_kinds
P.caml_ba_set_1 = function(b, i, v)
  b.data[P.ba_index(b, 1, i)] = P.ba_kinds[b.kind][2](v)
  return 0
end

--// Provides: caml_ba_set_2
--// Requires: ba_index, ba_kinds
P.caml_ba_set_2 = function(b, i, j, v)
  b.data[P.ba_index(b, 2, i, j)] = P.ba_kinds[b.kind][2](v)
  return 0
end

--// Provides: caml_ba_set_3
--// Requires: ba_index, ba_kinds
P.caml_ba_set_3 = function(b, i, j, k, v)
  b.data[P.ba_index(b, 3, i, j, k)] = P.ba_kinds[b.kind][2](v)
  return 0
end

--// Provides: ba_offset
--// Requires: caml_array_bound_error, caml_invalid_argument
-- How many elements stand before the one of these indices, given as an OCaml array; `count` of them, the others 0.
P.ba_offset = function(b, indices, count)
  local dims, offset = b.dims, 0
  local n = #dims
  for step = 1, n do
    local i = b.layout == 0 and step or n + 1 - step
    local given = b.layout == 0 and i <= count or b.layout == 1 and i > n - count
    local v = 0
    if given then
      v = indices[(b.layout == 0 and i or i - (n - count)) + 1] - b.layout
      if v < 0 or v >= dims[i] then Bound() end
    end
    offset = offset * dims[i] + v
  end
  return offset
end

--// Provides: caml_ba_get_generic
--// Requires: ba_offset
P.caml_ba_get_generic = function(b, indices)
  if #indices - 1 ~= #b.dims then P.caml_invalid_argument("Bigarray.get: wrong number of indices") end
  return b.data[b.first + P.ba_offset(b, indices, #b.dims) + 1]
end

--// Provides: caml_ba_set_generic
--// Requires: ba_offset, ba_kinds
P.caml_ba_set_generic = function(b, indices, v)
  if #indices - 1 ~= #b.dims then P.caml_invalid_argument("Bigarray.set: wrong number of indices") end
  b.data[b.first + P.ba_offset(b, indices, #b.dims) + 1] = P.ba_kinds[b.kind][2](v)
  return 0
end

--// Provides: caml_ba_num_dims const
P.caml_ba_num_dims = function(b)
  return #b.dims
end

--// Provides: caml_ba_dim
--// Requires: caml_invalid_argument
P.caml_ba_dim = function(b, n)
  return b.dims[n + 1] or P.caml_invalid_argument("Bigarray.dim")
end

--// Provides: caml_ba_dim_1
--// Requires: caml_ba_dim
P.caml_ba_dim_1 = function(b)
  return P.caml_ba_dim(b, 0)
end

--// Provides: caml_ba_dim_2
--// Requires: caml_ba_dim
P.caml_ba_dim_2 = function(b)
  return P.caml_ba_dim(b, 1)
end

--// Provides: caml_ba_dim_3
--// Requires: caml_ba_dim
P.caml_ba_dim_3 = function(b)
  return P.caml_ba_dim(b, 2)
end

--// Provides: caml_ba_kind const
P.caml_ba_kind = function(b)
  return b.kind
end

--// Provides: caml_ba_layout const
P.caml_ba_layout = function(b)
  return b.layout
end

--// Provides: caml_ba_change_layout
--// Requires: ba_view
P.caml_ba_change_layout = function(b, layout)
  if layout == b.layout then return b end
  local dims, n = {}, #b.dims
  for i = 1, n do dims[i] = b.dims[n + 1 - i] end
  return P.ba_view(b.kind, layout, dims, b.data, b.first)
end

--// Provides: caml_ba_sub
--// Requires: ba_view, ba_size, caml_invalid_argument
P.caml_ba_sub = function(b, i, n)
  local dims, changed = {}, b.layout == 0 and 1 or #b.dims
  local size = 1
  for d = 1, #b.dims do
    dims[d] = b.dims[d]
    if d ~= changed then size = size * b.dims[d] end
  end
  i = i - b.layout
  if i < 0 or n < 0 or i + n > dims[changed] then P.caml_invalid_argument("Bigarray.sub: bad sub-array") end
  dims[changed] = n
  return P.ba_view(b.kind, b.layout, dims, b.data, b.first + i * size)
end

--// Provides: caml_ba_slice
--// Requires: ba_view, ba_offset
P.caml_ba_slice = function(b, indices)
  local count, n, dims = #indices - 1, #b.dims, {}
  if count > n then P.caml_invalid_argument("Bigarray.slice: too many indices") end
  local offset = P.ba_offset(b, indices, count)
  local skipped = b.layout == 0 and count or 0
  for i = 1, n - count do dims[i] = b.dims[i + skipped] end
  return P.ba_view(b.kind, b.layout, dims, b.data, b.first + offset)
end

--// Provides: caml_ba_blit
--// Requires: ba_size, caml_invalid_argument
P.caml_ba_blit = function(source, target)
  local same = #source.dims == #target.dims
  for i = 1, #source.dims do same = same and source.dims[i] == target.dims[i] end
  if not same then P.caml_invalid_argument("Bigarray.blit: dimension mismatch") end
  local n, from, to = P.ba_size(source), source.first, target.first
  if source.data == target.data and from < to then
    for i = n, 1, -1 do target.data[to + i] = source.data[from + i] end
  else
    for i = 1, n do target.data[to + i] = source.data[from + i] end
  end
  return 0
end

--// Provides: caml_ba_fill
--// Requires: ba_size, ba_kinds
P.caml_ba_fill = function(b, v)
  v = P.ba_kinds[b.kind][2](v)
  for i = b.first + 1, b.first + P.ba_size(b) do b.data[i] = v end
  return 0
end

--// Provides: caml_ba_reshape
--// Requires: ba_view, ba_size, caml_invalid_argument
P.caml_ba_reshape = function(b, dims)
  local list, size = {}, 1
  for i = 2, #dims do
    if dims[i] < 0 then P.caml_invalid_argument("Bigarray.reshape: negative dimension") end
    list[i - 1] = dims[i]
    size = size * dims[i]
  end
  if size ~= P.ba_size(b) then P.caml_invalid_argument("Bigarray.reshape: size mismatch") end
  return P.ba_view(b.kind, b.layout, list, b.data, b.first)
end

--// Provides: ba_bytes
--// Requires: caml_array_bound_error
-- Where byte i of a bigarray of characters stands, checked for `size` bytes.
P.ba_bytes = function(b, i, size)
  if i < 0 or i > b.dims[1] - size then Bound() end
  return b.first + i + 1
end
-- The number in these bytes, the lowest first; and the reverse.
P.ba_number = function(b, i, size)
  local at, n, scale = P.ba_bytes(b, i, size), 0, 1
  for j = at, at + size - 1 do
    n = n + b.data[j] * scale
    scale = scale * 256
  end
  return n
end
P.ba_put = function(b, i, size, n)
  local at = P.ba_bytes(b, i, size)
  for j = at, at + size - 1 do
    local low = n % 256
    b.data[j] = low
    n = Floor((n - low) / 256)
  end
  return 0
end

--// Provides: caml_ba_uint8_get16
--// Requires: ba_bytes
P.caml_ba_uint8_get16 = function(b, i)
  return P.ba_number(b, i, 2)
end

--// Provides: caml_ba_uint8_get32
--// Requires: ba_bytes, int_wrap
P.caml_ba_uint8_get32 = function(b, i)
  return Wrap(P.ba_number(b, i, 4))
end

--// Provides: caml_ba_uint8_get64
--// Requires: ba_bytes, int_wrap
--// If: portable luajit
P.caml_ba_uint8_get64 = function(b, i)
  P.ba_bytes(b, i, 8)
  return {255, Wrap(P.ba_number(b, i + 4, 4)), Wrap(P.ba_number(b, i, 4))}
end

--// Provides: caml_ba_uint8_get64
--// Requires: ba_bytes
--// If: lua54
P.caml_ba_uint8_get64 = function(b, i)
  P.ba_bytes(b, i, 8)
  return {255, P.ba_number(b, i + 4, 4) << 32 | P.ba_number(b, i, 4)}
end

--// Provides: caml_ba_uint8_set16
--// Requires: ba_bytes
P.caml_ba_uint8_set16 = function(b, i, n)
  return P.ba_put(b, i, 2, n)
end

--// Provides: caml_ba_uint8_set32
--// Requires: ba_bytes
P.caml_ba_uint8_set32 = function(b, i, n)
  return P.ba_put(b, i, 4, n)
end

--// Provides: caml_ba_uint8_set64
--// Requires: ba_bytes
--// If: portable luajit
P.caml_ba_uint8_set64 = function(b, i, n)
  P.ba_bytes(b, i, 8)
  P.ba_put(b, i, 4, n[3])
  return P.ba_put(b, i + 4, 4, n[2])
end

--// Provides: caml_ba_uint8_set64
--// Requires: ba_bytes
--// If: lua54
P.caml_ba_uint8_set64 = function(b, i, n)
  P.ba_bytes(b, i, 8)
  P.ba_put(b, i, 4, n[2] & 4294967295)
  return P.ba_put(b, i + 4, 4, n[2] >> 32)
end
