-- Marshalling: values to bytes and back in OCaml's format (runtime/extern.c, runtime/intern.c), with explicit stacks.
--
-- Sharing of blocks is kept by the identity of tables; strings and floats have none, so that each is written where it
-- stands. Bigarrays and code are in marshal_custom.lua.

--// double_text const
--// If: portable luajit
--// Requires: caml_int64_bits_of_float
-- The eight bytes of a double, the lowest first.
local pack = string.pack
local function bytes_of(n)
  n = n % 4294967296
  return Char(n % 256, Floor(n / 256) % 256, Floor(n / 65536) % 256, Floor(n / 16777216))
end
function P.double_text(x)
  if pack then
    return pack("<d", x)
  end
  local bits = P.caml_int64_bits_of_float(x)
  return bytes_of(bits[3]) .. bytes_of(bits[2])
end

--// double_text const
--// If: lua54
local pack = string.pack
function P.double_text(x)
  return pack("<d", x)
end

--// double_at const
--// If: portable luajit
--// Requires: caml_int64_float_of_bits
-- The double whose eight bytes, the lowest first, stand at a place of a string.
local unpack_text = string.unpack
local function word(a, b, c, d)
  return a + b * 256 + c * 65536 + (d > 127 and d - 256 or d) * 16777216
end
function P.double_at(text, at)
  if unpack_text then
    return (unpack_text("<d", text, at))
  end
  local a, b, c, d, e, f, g, h = Byte(text, at, at + 7)
  return P.caml_int64_float_of_bits({ 255, word(e, f, g, h), word(a, b, c, d) })
end

--// double_at const
--// If: lua54
local unpack_text = string.unpack
function P.double_at(text, at)
  return (unpack_text("<d", text, at))
end

--// int64_halves const
--// If: portable luajit
-- The upper and the lower half of an int64, and an int64 of unsigned halves.
function P.int64_halves(x)
  return x[2], x[3]
end
function P.int64_of_halves(high, low)
  return { 255, high > 2147483647 and high - 4294967296 or high, low > 2147483647 and low - 4294967296 or low }
end

--// int64_halves const
--// If: lua54
function P.int64_halves(x)
  return x[2] >> 32, x[2] & 4294967295
end
function P.int64_of_halves(high, low)
  return { 255, high << 32 | low }
end

--// marshal_write
--// Requires: caml_invalid_argument, caml_failwith, bytes_text, double_text, int64_halves, bigarray_text, code_text
-- A value as a string, header and all. Flags are the constructors of Marshal.extern_flags: 0 No_sharing, 1 Closures, 2 Compat_32;
-- 3, Compression, is a wish that nothing fulfils here, as in an OCaml without zstd.
local double_text, kind_of = P.double_text, math.type
local function big_endian(n)
  return Char(Floor(n / 16777216) % 256, Floor(n / 65536) % 256, Floor(n / 256) % 256, n % 256)
end
-- The eight bytes of an integer; the quotient is exact where a float has fewer bits than the integer.
local function wide_text(n)
  local low = n % 4294967296
  return big_endian(Floor((n - low) / 4294967296)) .. big_endian(low)
end
-- On engines with one kind of numbers, what no int can be is a float.
local is_float = kind_of
    and function(x)
      return kind_of(x) == "float"
    end
  or function(x)
    return x ~= Floor(x) or x > 2147483647 or x < -2147483648 or x == 0 and 1 / x < 0
  end

local function integer_text(n)
  if n >= 0 and n < 64 then
    return Char(64 + n)
  elseif n >= -128 and n < 128 then
    return Char(0, n % 256)
  elseif n >= -32768 and n < 32768 then
    return Char(1, Floor(n / 256) % 256, n % 256)
  elseif n >= -1073741824 and n < 1073741824 then
    return Char(2) .. big_endian(n)
  end
  return Char(3) .. wide_text(n)
end

function P.marshal_write(value, flags)
  local sharing, closures, compatible = true, false, false
  while flags ~= 0 do
    if flags[2] == 0 then
      sharing = false
    elseif flags[2] == 1 then
      closures = true
    elseif flags[2] == 2 then
      compatible = true
    end
    flags = flags[3]
  end
  local pieces, count, length = {}, 0, 0
  local positions, objects, size_32, size_64 = {}, 0, 0, 0
  local function limit(n, most, what)
    if compatible and n > most then
      P.caml_failwith("output_value: " .. what .. " cannot be read back on 32-bit platform")
    end
  end
  local function put(text)
    count = count + 1
    pieces[count] = text
    length = length + #text
  end
  local function put_string(text)
    local n = #text
    limit(n, 16777211, "string")
    if n < 32 then
      put(Char(32 + n))
    elseif n < 256 then
      put(Char(9, n))
    else
      put(Char(10) .. big_endian(n))
    end
    put(text)
    size_32 = size_32 + 1 + Floor((n + 4) / 4)
    size_64 = size_64 + 1 + Floor((n + 8) / 8)
    objects = objects + 1
  end
  -- The blocks that are not written out yet, and the index of the field that is next.
  local blocks, fields, depth = {}, {}, 0
  while true do
    local kind = Type(value)
    if kind == "table" and value[1] == 250 then
      -- A forced lazy value is written as its content, unless that could be taken for one.
      local content = value[2]
      while Type(content) == "table" and content[1] == 250 and Type(content[2]) ~= "number" do
        content = content[2]
      end
      if Type(content) ~= "table" or content[1] ~= 246 and content[1] ~= 250 and content[1] ~= 244 then
        if Type(content) ~= "number" or not is_float(content) then
          value, kind = content, Type(content)
        end
      end
    end
    if kind == "number" then
      if is_float(value) then
        put(Char(12) .. double_text(value))
        size_32, size_64, objects = size_32 + 3, size_64 + 2, objects + 1
      else
        limit(value < 0 and -1 - value or value, 1073741823, "integer")
        put(integer_text(value))
      end
    elseif kind == "string" then
      put_string(value)
    elseif kind ~= "table" then
      P.caml_invalid_argument("output_value: abstract value (outside heap)")
    elseif sharing and positions[value] then
      local back = objects - positions[value]
      if back < 256 then
        put(Char(4, back))
      elseif back < 65536 then
        put(Char(5, Floor(back / 256), back % 256))
      else
        put(Char(6) .. big_endian(back))
      end
    else
      local tag, size = value[1], #value - 1
      if value.n then
        positions[value] = objects
        put_string(P.bytes_text(value, 0, value.n))
      elseif tag == 254 and size > 0 then
        positions[value] = objects
        limit(size, 2097151, "float array")
        put(size < 256 and Char(14, size) or Char(7) .. big_endian(size))
        for i = 2, size + 1 do
          put(double_text(value[i]))
        end
        size_32, size_64, objects = size_32 + 1 + size * 2, size_64 + 1 + size, objects + 1
      elseif tag == 255 and value[2] then
        positions[value] = objects
        local n, kind = value[2], value[3]
        if Type(kind) ~= "string" then
          local high, low = P.int64_halves(value)
          put(Char(25) .. "_j\0" .. big_endian(high) .. big_endian(low))
          size_32 = size_32 + 1
        elseif kind == "_i" then
          put(Char(25) .. "_i\0" .. big_endian(n))
        elseif n >= -2147483648 and n <= 2147483647 then
          put(Char(25) .. "_n\0\1" .. big_endian(n))
        else
          put(Char(25) .. "_n\0\2" .. wide_text(n))
        end
        size_32, size_64, objects = size_32 + 3, size_64 + 3, objects + 1
      elseif value.dims then
        positions[value] = objects
        put(P.bigarray_text(value))
        local words = 4 + #value.dims
        size_32, size_64, objects = size_32 + 2 + words, size_64 + 2 + words, objects + 1
      elseif tag == 255 or tag == 251 then
        P.caml_invalid_argument("output_value: abstract value (" .. (tag == 255 and "Custom" or "Abstract") .. ")")
      elseif tag == 245 then
        P.caml_invalid_argument("output_value: continuation value")
      else
        local code = Type(tag) == "function" and tag
        if code then
          -- A closure: its code is the first of its fields.
          if not closures then
            P.caml_invalid_argument("output_value: functional value")
          end
          tag, size = 247, size + 1
        end
        limit(size, 4194303, "array")
        if tag < 16 and size < 8 then
          put(Char(128 + tag + size * 16))
        elseif size < 4194304 then
          put(Char(8) .. big_endian(size * 1024 + tag))
        else
          put(Char(19) .. big_endian(Floor(size / 4194304)) .. big_endian(size % 4194304 * 1024 + tag))
        end
        if size > 0 then
          positions[value] = objects
          size_32, size_64, objects = size_32 + 1 + size, size_64 + 1 + size, objects + 1
          depth = depth + 1
          blocks[depth], fields[depth] = value, 2
          if code then
            put(P.code_text(code))
          end
        end
      end
    end
    while depth > 0 and fields[depth] > #blocks[depth] do
      blocks[depth] = nil
      depth = depth - 1
    end
    if depth == 0 then
      break
    end
    value = blocks[depth][fields[depth]]
    fields[depth] = fields[depth] + 1
  end
  return big_endian(2224400062)
    .. big_endian(length)
    .. big_endian(sharing and objects or 0)
    .. big_endian(size_32)
    .. big_endian(size_64)
    .. Concat(pieces, "", 1, count)
end

--// caml_output_value_to_string
--// Requires: marshal_write
function P.caml_output_value_to_string(value, flags)
  return P.marshal_write(value, flags)
end

--// caml_output_value_to_bytes
--// Requires: marshal_write, caml_bytes_of_string
function P.caml_output_value_to_bytes(value, flags)
  return P.caml_bytes_of_string(P.marshal_write(value, flags))
end

--// caml_output_value_to_buffer
--// Requires: marshal_write, bytes_write, caml_failwith
function P.caml_output_value_to_buffer(b, start, room, value, flags)
  local text = P.marshal_write(value, flags)
  if #text > room then
    P.caml_failwith("Marshal.to_buffer: buffer overflow")
  end
  P.bytes_write(b, start, text)
  return #text
end

--// caml_output_value
--// Requires: marshal_write, channel_put
function P.caml_output_value(channel, value, flags)
  P.channel_put(channel, P.marshal_write(value, flags))
  return 0
end

--// marshal_header
--// Requires: caml_failwith
-- The length of the header and of the data that a marshalled value at `at` announces, and its words where they are near; `what`
-- names who asks.
local function word_at(text, at)
  local a, b, c, d = Byte(text, at, at + 3)
  return a * 16777216 + b * 65536 + c * 256 + d
end
function P.marshal_header(text, at, what)
  local magic = word_at(text, at)
  if magic == 2224400062 then
    return 20, word_at(text, at + 4), Byte(text, at + 19) and word_at(text, at + 16)
  elseif magic == 2224400063 then
    return 32, word_at(text, at + 8) * 4294967296 + word_at(text, at + 12)
  elseif magic == 2224400061 then
    P.caml_failwith(what .. ": compressed object, cannot decompress")
  end
  P.caml_failwith(what .. ": bad object")
end

--// marshal_integer
--// If: portable luajit
--// Requires: caml_failwith
-- An int of two unsigned halves; 32 bits have no room for all that other machines write.
function P.marshal_integer(high, low)
  if low > 2147483647 then
    low, high = low - 4294967296, high + 1
  end
  if high % 4294967296 ~= 0 then
    P.caml_failwith("input_value: integer too large")
  end
  return low
end

--// marshal_integer
--// If: lua54
function P.marshal_integer(high, low)
  return high << 32 | low
end

--// marshal_read
--// Requires: caml_failwith, double_at, int64_halves, marshal_integer, caml_set_oo_id, bigarray_read, code_read
local double_at = P.double_at

local function number(text, at, size)
  local n = 0
  for i = at, at + size - 1 do
    n = n * 256 + Byte(text, i)
  end
  return n
end
local function signed(text, at, size, half)
  local n = number(text, at, size)
  return n < half and n or n - 2 * half
end
local function taken(text, at, length)
  return Sub(text, at, at + length - 1), at + length, true
end
local function double(text, at, reversed)
  local bytes = Sub(text, at, at + 7)
  return double_at(reversed and string.reverse(bytes) or bytes, 1), at + 8, true
end
local function doubles(text, at, size, reversed)
  local array = { 254 }
  for i = 2, size + 1 do
    array[i], at = double(text, at, reversed)
  end
  return array, at, true
end
local function custom(text, at, extra)
  local stop = string.find(text, "\0", at, true)
  local name = stop and Sub(text, at, stop - 1)
  at = (stop or at) + 1 + extra
  if name == "_j" then
    return P.int64_of_halves(number(text, at, 4), number(text, at + 4, 4)), at + 8, true
  elseif name == "_i" then
    return { 255, signed(text, at, 4, 2147483648), "_i" }, at + 4, true
  elseif name == "_n" then
    if number(text, at, 1) == 1 then
      return { 255, signed(text, at + 1, 4, 2147483648), "_n" }, at + 5, true
    end
    return { 255, P.marshal_integer(number(text, at + 1, 4), number(text, at + 5, 4)), "_n" }, at + 9, true
  elseif name == "_bigarr02" then
    local bigarray, after = P.bigarray_read(text, at)
    return bigarray, after, true
  end
  P.caml_failwith("input_value: unknown custom block identifier")
end

-- What follows each code (runtime/caml/intext.h) but those of blocks and closures: the value, where the next code is, and whether
-- the value is one of those that the codes 4 to 6 refer to.
local readers = {
  [0] = function(text, at)
    return signed(text, at, 1, 128), at + 1
  end,
  [1] = function(text, at)
    return signed(text, at, 2, 32768), at + 2
  end,
  [2] = function(text, at)
    return signed(text, at, 4, 2147483648), at + 4
  end,
  [3] = function(text, at)
    return P.marshal_integer(number(text, at, 4), number(text, at + 4, 4)), at + 8
  end,
  [4] = function(text, at, objects, count)
    return objects[count + 1 - number(text, at, 1)], at + 1
  end,
  [5] = function(text, at, objects, count)
    return objects[count + 1 - number(text, at, 2)], at + 2
  end,
  [6] = function(text, at, objects, count)
    return objects[count + 1 - number(text, at, 4)], at + 4
  end,
  [7] = function(text, at)
    return doubles(text, at + 4, number(text, at, 4), false)
  end,
  [9] = function(text, at)
    return taken(text, at + 1, number(text, at, 1))
  end,
  [10] = function(text, at)
    return taken(text, at + 4, number(text, at, 4))
  end,
  [11] = function(text, at)
    return double(text, at, true)
  end,
  [12] = function(text, at)
    return double(text, at, false)
  end,
  [13] = function(text, at)
    return doubles(text, at + 1, number(text, at, 1), true)
  end,
  [14] = function(text, at)
    return doubles(text, at + 1, number(text, at, 1), false)
  end,
  [15] = function(text, at)
    return doubles(text, at + 4, number(text, at, 4), true)
  end,
  [18] = function(text, at)
    return custom(text, at, 0)
  end,
  [24] = function(text, at)
    return custom(text, at, 12)
  end,
  [25] = function(text, at)
    return custom(text, at, 0)
  end,
}

-- The size of the block of each code from 128 on, whose tag is in it too.
local small_sizes = {}
for code = 128, 255 do
  small_sizes[code] = Floor(code / 16) - 8
end

-- The value whose codes begin at `at`; `words` is how many it takes, if that is known.
function P.marshal_read(text, at, words)
  local objects, count, instances = {}, 0, nil
  -- The block that is being filled, the index of the field that is next and of the last one; those that go on after it.
  local root = {}
  local block, field, last = root, 1, 1
  local blocks, fields, lasts, depth = {}, {}, {}, 0
  while true do
    local code = Byte(text, at) or 17
    at = at + 1
    local value, size
    if code >= 128 then
      value, size = code % 16, small_sizes[code]
    elseif code >= 64 then
      value = code - 64
    elseif code >= 32 then
      value, at = taken(text, at, code - 32)
      count = count + 1
      objects[count] = value
    elseif code == 8 then
      local header = number(text, at, 4)
      value, size, at = header % 256, Floor(header / 1024), at + 4
    elseif code == 19 then
      local high, low = number(text, at, 4), number(text, at + 4, 4)
      value, size, at = low % 256, high * 4194304 + Floor(low / 1024), at + 8
    elseif code == 16 then
      -- The code of a closure stands for its tag; what follows is a field for sure.
      block[1], block[last] = P.code_read(Sub(text, at, at + 19)), nil
      last, at = last - 1, at + 20
    else
      local reader, kept = readers[code], nil
      if not reader then
        P.caml_failwith("input_value: ill-formed message")
      end
      value, at, kept = reader(text, at, objects, count)
      if kept then
        count = count + 1
        objects[count] = value
      end
    end
    if size and size > 0 then
      local child
      if size == 1 then
        child = { value, 0 }
      elseif size == 2 then
        child = { value, 0, 0 }
      elseif size == 3 then
        child = { value, 0, 0, 0 }
      else
        child = { value, 0, 0, 0, 0 }
      end
      count = count + 1
      objects[count] = child
      block[field] = child
      if field < last then
        depth = depth + 1
        blocks[depth], fields[depth], lasts[depth] = block, field + 1, last
      end
      block, field, last = child, 2, size + 1
      if value == 248 then
        instances = instances or {}
        instances[#instances + 1] = child
      end
    elseif code ~= 16 then
      block[field] = size and (value == 0 and Empty or { value }) or value
      if field < last then
        field = field + 1
      elseif depth == 0 then
        break
      else
        block, field, last = blocks[depth], fields[depth], lasts[depth]
        depth = depth - 1
      end
    end
  end
  for i = 1, instances and #instances or 0 do
    local id = instances[i][3]
    if Type(id) == "number" and id >= 0 then
      P.caml_set_oo_id(instances[i])
    end
  end
  --{ allocation
  P.allocate_read(objects, count, words)
  --}
  return root[1]
end

--// caml_input_value_from_bytes
--// Requires: marshal_header, marshal_read, bytes_text
function P.caml_input_value_from_bytes(b, start)
  local text = P.bytes_text(b, start, b.n - start)
  local header, _, words = P.marshal_header(text, 1, "input_value")
  return P.marshal_read(text, header + 1, words)
end

--// caml_input_value_from_string
--// Requires: marshal_header, marshal_read
function P.caml_input_value_from_string(text, start)
  local header, _, words = P.marshal_header(text, start + 1, "input_value")
  return P.marshal_read(text, start + header + 1, words)
end

--// marshal_size
--// Requires: marshal_header, bytes_text
-- How many bytes a value takes after the first `known` bytes of its header.
function P.marshal_size(b, start, known)
  local room = b.n - start
  local header, length = P.marshal_header(P.bytes_text(b, start, room < 32 and room or 32), 1, "Marshal.data_size")
  return header - known + length
end

--// caml_marshal_data_size
--// Requires: marshal_size
--// Version: < 5.1
function P.caml_marshal_data_size(b, start)
  return P.marshal_size(b, start, 20)
end

--// caml_marshal_data_size
--// Requires: marshal_size
--// Version: >= 5.1
function P.caml_marshal_data_size(b, start)
  return P.marshal_size(b, start, 16)
end

--// caml_input_value
--// Alias: caml_input_value_to_outside_heap
--// Requires: marshal_header, marshal_read, channel_get, channel_get_all, caml_raise_end_of_file
function P.caml_input_value(channel)
  local first = P.channel_get(channel, 1)
  if first == "" then
    P.caml_raise_end_of_file()
  end
  local rest = P.channel_get_all(channel, 19)
  local data, words
  if rest then
    local text, header, length = first .. rest, nil, nil
    header, length, words = P.marshal_header(text, 1, "input_value")
    if header > 20 then
      data = P.channel_get_all(channel, header - 20)
    else
      data = ""
    end
    data = data and P.channel_get_all(channel, length)
  end
  if not data then
    P.caml_failwith("input_value: truncated object")
  end
  return P.marshal_read(data, 1, words)
end
