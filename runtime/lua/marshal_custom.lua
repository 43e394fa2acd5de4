-- Marshalling of what is neither a block nor a string: bigarrays, as runtime/bigarray.c writes them, and the code of closures.

--// bigarray_least
--// Version: < 5.0
-- The least int and nativeint that are written in four bytes. For nativeints it was an unsigned number by mistake.
P.bigarray_least = { [8] = -1073741824, [9] = 2147483648 }

--// bigarray_least
--// Version: >= 5.0
P.bigarray_least = { [8] = -1073741824, [9] = -2147483648 }

--// bigarray_text
--// Requires: bigarray_least, double_text, int64_halves, single_bits, half_bits
-- Code, name, the two sizes and the contents: numbers with their highest byte first.
local reverse = string.reverse
local function big_endian(n, bytes)
  local text = ""
  for _ = 1, bytes do
    local low = n % 256
    text = Char(low) .. text
    n = Floor((n - low) / 256)
  end
  return text
end
local function double(x)
  return reverse(P.double_text(x))
end
local function single(x)
  return big_endian(P.single_bits(x), 4)
end
local function long(n)
  local low = n % 4294967296
  return big_endian((n - low) / 4294967296, 4) .. big_endian(low, 4)
end
local function pair(write)
  return function(c)
    return write(c[2]) .. write(c[3])
  end
end
local function bytes(n)
  return function(x)
    return big_endian(x, n)
  end
end
local byte = bytes(1)
local writers = {
  [0] = single,
  double,
  byte,
  byte,
  bytes(2),
  bytes(2),
  function(x)
    return big_endian(x[2], 4)
  end,
  function(x)
    local high, low = P.int64_halves(x)
    return big_endian(high, 4) .. big_endian(low, 4)
  end,
  nil,
  nil,
  pair(single),
  pair(double),
  byte,
  function(x)
    return big_endian(P.half_bits(x), 2)
  end,
}
function P.bigarray_text(b)
  local kind, rank, first, last = b.kind, #b.dims, b.offset + 1, b.offset + b.size
  local data, write, pieces = b.data, writers[kind], {}
  for i = 1, rank do
    local n = b.dims[i]
    pieces[i] = n < 65535 and big_endian(n, 2) or "\255\255" .. big_endian(n, 8)
  end
  if not write then
    -- Ints and nativeints, in four bytes each where those do.
    local least, most, length = P.bigarray_least[kind], kind == 8 and 1073741823 or 2147483647, 4
    if kind == 9 then
      data = {}
      for i = first, last do
        data[i] = b.data[i][2]
      end
    end
    for i = first, last do
      if data[i] > most or data[i] < least then
        length = 8
      end
    end
    write = length == 8 and long or bytes(4)
    pieces[rank + 1] = length == 8 and "\1" or "\0"
  end
  for i = first, last do
    pieces[#pieces + 1] = write(data[i])
  end
  local words = 4 + rank
  return Char(24)
    .. "_bigarr02\0"
    .. big_endian(words * 4, 4)
    .. big_endian(words * 8, 8)
    .. big_endian(rank, 4)
    .. big_endian(kind + 256 * b.layout, 4)
    .. Concat(pieces)
end

--// bigarray_read
--// Requires: caml_failwith, bigarray_view, bigarray_stored, double_at, int64_halves, marshal_integer
--// Requires: single_of_bits, half_bits
-- The bigarray whose contents stand at a place of a string, and the place after it.
local function number(text, at, size)
  local n = 0
  for i = at, at + size - 1 do
    n = n * 256 + Byte(text, i)
  end
  return n
end
local function signed(size)
  local half = Floor(2 ^ (8 * size - 1))
  return function(text, at)
    local n = number(text, at, size)
    return n < half and n or n - 2 * half
  end
end
local function unsigned(size)
  return function(text, at)
    return number(text, at, size)
  end
end
local function double(text, at)
  return P.double_at(string.reverse(Sub(text, at, at + 7)), 1)
end
local word = signed(4)
local function single(text, at)
  return P.single_of_bits(word(text, at))
end
local function pair(read, size)
  return function(text, at)
    return { 254, read(text, at), read(text, at + size) }
  end
end
local function long(text, at)
  return P.marshal_integer(number(text, at, 4), number(text, at + 4, 4))
end
local readers = {
  [0] = single,
  double,
  signed(1),
  unsigned(1),
  signed(2),
  unsigned(2),
  function(text, at)
    return { 255, word(text, at), "_i" }
  end,
  function(text, at)
    return P.int64_of_halves(number(text, at, 4), number(text, at + 4, 4))
  end,
  nil,
  nil,
  pair(single, 4),
  pair(double, 8),
  unsigned(1),
  function(text, at)
    return P.half_of_bits(number(text, at, 2))
  end,
}
local widths = P.bigarray_widths
function P.bigarray_read(text, at)
  local rank, flags = number(text, at, 4), number(text, at + 4, 4)
  local kind, layout, dims, size = flags % 256, Floor(flags / 256), {}, 1
  if rank > 16 then
    P.caml_failwith("input_value: wrong number of bigarray dimensions")
  end
  at = at + 8
  for i = 1, rank do
    dims[i] = number(text, at, 2)
    at = at + 2
    if dims[i] == 65535 then
      dims[i] = number(text, at, 8)
      at = at + 8
    end
    size = size * dims[i]
  end
  local read, width, data = readers[kind], widths[kind], {}
  if kind == 8 or kind == 9 then
    read, width = word, 4
    if Byte(text, at) == 1 then
      read, width = long, 8
    end
    at = at + 1
  elseif not read then
    P.caml_failwith("input_value: bad bigarray kind")
  end
  for i = 1, size do
    local element = read(text, at)
    data[i] = kind == 9 and { 255, element, "_n" } or element
    at = at + width
  end
  return P.bigarray_view(kind, layout, dims, data, 0), at
end

--// program_code
--// Requires: %apply_3, hash_string
-- The functions of the program in the order of their names, the place of each, and a text of 16 bytes that tells programs apart
-- by those names.
local list, places, digest

-- The code of a closure of so many parameters that is applied to one to three arguments, all 0.
local function partial(apply, arity, ...)
  return apply({ 0, arity }, 0, ...)[1]
end

function P.program_code()
  if not list then
    local names = {}
    for name in pairs(F) do
      names[#names + 1] = name
    end
    table.sort(names)
    places, digest = {}, ""
    list = {
      partial(A1, 2, 0), partial(A1, 3, 0), partial(A1, 4, 0), partial(A2, 3, 0, 0), partial(A2, 4, 0, 0), partial(A3, 4, 0, 0, 0),
      partial(A1, 5, 0), partial(A1, 102, 0),
    }
    for i = 1, #names do
      list[#list + 1] = F[names[i]]
    end
    for i = 1, #list do
      places[list[i]] = i
    end
    local all = Concat(names, " ")
    for seed = 1, 4 do
      local h = P.hash_string(seed, all)
      digest = digest .. Char(h % 256, Floor(h / 256) % 256, Floor(h / 65536) % 256, Floor(h / 16777216) % 256)
    end
  end
  return list, places, digest
end

--// code_text
--// Requires: program_code, caml_invalid_argument
-- The code of a closure as OCaml writes a code pointer: place and program.
function P.code_text(code)
  local _, places, digest = P.program_code()
  local n = places[code]
  if not n then
    P.caml_invalid_argument("output_value: private function")
  end
  return Char(16, Floor(n / 16777216) % 256, Floor(n / 65536) % 256, Floor(n / 256) % 256, n % 256) .. digest
end

--// code_read
--// Requires: program_code, caml_failwith
function P.code_read(text)
  local list, _, digest = P.program_code()
  if Sub(text, 5) ~= digest then
    local hex = string.gsub(Sub(text, 5), ".", function(c)
      return string.format("%02X", Byte(c))
    end)
    P.caml_failwith("input_value: unknown code module " .. hex)
  end
  local a, b, c, d = Byte(text, 1, 4)
  return list[a * 16777216 + b * 65536 + c * 256 + d]
end
