-- Marshalling: values to bytes and back in OCaml's format (runtime/extern.c, runtime/intern.c), with explicit stacks.
--
-- Sharing of blocks is kept by the identity of tables; strings and floats have none, so that each is written where it
-- stands. Bigarrays and code are in marshal_custom.lua.

--// Provides: double_text const
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

--// Provides: double_text const
--// If: lua54
local pack = string.pack
function P.double_text(x)
  return pack("<d", x)
end

--// Provides: double_at const
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

--// Provides: double_at const
--// If: lua54
local unpack_text = string.unpack
function P.double_at(text, at)
  return (unpack_text("<d", text, at))
end

--// Provides: int64_halves const
--// If: portable luajit
-- The upper and the lower half of an int64, and an int64 of unsigned halves.
function P.int64_halves(x)
  return x[2], x[3]
end
function P.int64_of_halves(high, low)
  return { 255, high > 2147483647 and high - 4294967296 or high, low > 2147483647 and low - 4294967296 or low }
end

--// Provides: int64_halves const
--// If: lua54
function P.int64_halves(x)
  return x[2] >> 32, x[2] & 4294967295
end
function P.int64_of_halves(high, low)
  return { 255, high << 32 | low }
end

--// Provides: marshal_write
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

--// Provides: caml_output_value_to_string
--// Requires: marshal_write
function P.caml_output_value_to_string(value, flags)
  return P.marshal_write(value, flags)
end

--// Provides: caml_output_value_to_bytes
--// Requires: marshal_write, caml_bytes_of_string
function P.caml_output_value_to_bytes(value, flags)
  return P.caml_bytes_of_string(P.marshal_write(value, flags))
end

--// Provides: caml_output_value_to_buffer
--// Requires: marshal_write, bytes_write, caml_failwith
function P.caml_output_value_to_buffer(b, start, room, value, flags)
  local text = P.marshal_write(value, flags)
  if #text > room then
    P.caml_failwith("Marshal.to_buffer: buffer overflow")
  end
  P.bytes_write(b, start, text)
  return #text
end

--// Provides: caml_output_value
--// Requires: marshal_write, channel_put
function P.caml_output_value(channel, value, flags)
  P.channel_put(channel, P.marshal_write(value, flags))
  return 0
end

--// Provides: marshal_header
--// Requires: caml_failwith
-- The length of the header and of the data that a marshalled value at `at` announces; `what` names who asks.
local function word_at(text, at)
  local a, b, c, d = Byte(text, at, at + 3)
  return a * 16777216 + b * 65536 + c * 256 + d
end
function P.marshal_header(text, at, what)
  local magic = word_at(text, at)
  if magic == 2224400062 then
    return 20, word_at(text, at + 4)
  elseif magic == 2224400063 then
    return 32, word_at(text, at + 8) * 4294967296 + word_at(text, at + 12)
  elseif magic == 2224400061 then
    P.caml_failwith(what .. ": compressed object, cannot decompress")
  end
  P.caml_failwith(what .. ": bad object")
end

--// Provides: marshal_integer
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

--// Provides: marshal_integer
--// If: lua54
function P.marshal_integer(high, low)
  return high << 32 | low
end

--// Provides: marshal_read
--// Requires: caml_failwith, double_at, int64_halves, marshal_integer, caml_set_oo_id, bigarray_read, code_read
-- The value whose codes begin at `at`.
local double_at = P.double_at
function P.marshal_read(text, at)
  local objects, count = {}, 0
  -- The blocks that are not filled yet, the index of the field that is next, and the last one.
  local blocks, fields, sizes, depth = {}, {}, {}, 0

  local function number(size)
    local n = 0
    for i = at, at + size - 1 do
      n = n * 256 + Byte(text, i)
    end
    at = at + size
    return n
  end
  local function signed(size, half)
    local n = number(size)
    return n < half and n or n - 2 * half
  end
  local function remember(value)
    objects[count] = value
    count = count + 1
    return value
  end
  local function taken(length)
    at = at + length
    return remember(Sub(text, at - length, at - 1))
  end
  local function double(reversed)
    local bytes = Sub(text, at, at + 7)
    at = at + 8
    return double_at(reversed and string.reverse(bytes) or bytes, 1)
  end
  local function doubles(size, reversed)
    local array = remember({ 254 })
    for i = 2, size + 1 do
      array[i] = double(reversed)
    end
    return array
  end
  local function custom()
    local stop = string.find(text, "\0", at, true)
    local name = stop and Sub(text, at, stop - 1)
    at = (stop or at) + 1
    return name
  end
  local function custom_value(name)
    if name == "_j" then
      local high = number(4)
      return remember(P.int64_of_halves(high, number(4)))
    elseif name == "_i" then
      return remember({ 255, signed(4, 2147483648), "_i" })
    elseif name == "_n" then
      local size = number(1)
      if size == 1 then
        return remember({ 255, signed(4, 2147483648), "_n" })
      end
      local high = number(4)
      return remember({ 255, P.marshal_integer(high, number(4)), "_n" })
    elseif name == "_bigarr02" then
      local bigarray, after = P.bigarray_read(text, at)
      at = after
      return remember(bigarray)
    end
    P.caml_failwith("input_value: unknown custom block identifier")
  end

  local root
  local function place(value)
    if depth == 0 then
      root = value
    else
      local field = fields[depth]
      blocks[depth][field] = value
      fields[depth] = field + 1
    end
  end
  local function begin(tag, size)
    local block = { tag }
    place(block)
    if size > 0 then
      remember(block)
      depth = depth + 1
      blocks[depth], fields[depth], sizes[depth] = block, 2, size + 1
    end
  end
  -- What follows each code (runtime/caml/intext.h); codes of 32 and more carry their small value themselves.
  local readers = {
    [0] = function()
      place(signed(1, 128))
    end,
    [1] = function()
      place(signed(2, 32768))
    end,
    [2] = function()
      place(signed(4, 2147483648))
    end,
    [3] = function()
      local high = number(4)
      place(P.marshal_integer(high, number(4)))
    end,
    [4] = function()
      place(objects[count - number(1)])
    end,
    [5] = function()
      place(objects[count - number(2)])
    end,
    [6] = function()
      place(objects[count - number(4)])
    end,
    [7] = function()
      place(doubles(number(4), false))
    end,
    [8] = function()
      local header = number(4)
      begin(header % 256, Floor(header / 1024))
    end,
    [9] = function()
      place(taken(number(1)))
    end,
    [10] = function()
      place(taken(number(4)))
    end,
    [11] = function()
      place(remember(double(true)))
    end,
    [12] = function()
      place(remember(double(false)))
    end,
    [13] = function()
      place(doubles(number(1), true))
    end,
    [14] = function()
      place(doubles(number(1), false))
    end,
    [15] = function()
      place(doubles(number(4), true))
    end,
    [16] = function()
      -- The code of a closure stands for its tag.
      blocks[depth][1] = P.code_read(Sub(text, at, at + 19))
      sizes[depth] = sizes[depth] - 1
      at = at + 20
    end,
    [18] = function()
      place(custom_value(custom()))
    end,
    [19] = function()
      local high = number(4)
      local low = number(4)
      begin(low % 256, high * 4194304 + Floor(low / 1024))
    end,
    [24] = function()
      local name = custom()
      at = at + 12
      place(custom_value(name))
    end,
    [25] = function()
      place(custom_value(custom()))
    end,
  }

  repeat
    local code = Byte(text, at) or 17
    at = at + 1
    if code >= 128 then
      begin(code % 16, Floor(code / 16) % 8)
    elseif code >= 64 then
      place(code - 64)
    elseif code >= 32 then
      place(taken(code - 32))
    else
      local reader = readers[code]
      if not reader then
        P.caml_failwith("input_value: ill-formed message")
      end
      reader()
    end
    while depth > 0 and fields[depth] > sizes[depth] do
      local block = blocks[depth]
      if block[1] == 248 and Type(block[3]) == "number" and block[3] >= 0 then
        P.caml_set_oo_id(block)
      end
      blocks[depth] = nil
      depth = depth - 1
    end
  until depth == 0
  if P.allocate then
    for i = 0, count - 1 do
      local v = objects[i]
      if Type(v) == "table" and not v.dims and v[2] then
        P.allocate(v, #v, 1)
      end
    end
  end
  return root
end

--// Provides: caml_input_value_from_bytes
--// Requires: marshal_header, marshal_read, bytes_text
function P.caml_input_value_from_bytes(b, start)
  local text = P.bytes_text(b, start, b.n - start)
  local header = P.marshal_header(text, 1, "input_value")
  return P.marshal_read(text, header + 1)
end

--// Provides: caml_input_value_from_string
--// Requires: marshal_header, marshal_read
function P.caml_input_value_from_string(text, start)
  local header = P.marshal_header(text, start + 1, "input_value")
  return P.marshal_read(text, start + header + 1)
end

--// Provides: marshal_size
--// Requires: marshal_header, bytes_text
-- How many bytes a value takes after the first `known` bytes of its header.
function P.marshal_size(b, start, known)
  local room = b.n - start
  local header, length = P.marshal_header(P.bytes_text(b, start, room < 32 and room or 32), 1, "Marshal.data_size")
  return header - known + length
end

--// Provides: caml_marshal_data_size
--// Requires: marshal_size
--// Version: < 5.1
function P.caml_marshal_data_size(b, start)
  return P.marshal_size(b, start, 20)
end

--// Provides: caml_marshal_data_size
--// Requires: marshal_size
--// Version: >= 5.1
function P.caml_marshal_data_size(b, start)
  return P.marshal_size(b, start, 16)
end

--// Provides: caml_input_value
--// Alias: caml_input_value_to_outside_heap
--// Requires: marshal_header, marshal_read, channel_get, channel_get_all, caml_raise_end_of_file
function P.caml_input_value(channel)
  local first = P.channel_get(channel, 1)
  if first == "" then
    P.caml_raise_end_of_file()
  end
  local rest = P.channel_get_all(channel, 19)
  local data
  if rest then
    local text = first .. rest
    local header, length = P.marshal_header(text, 1, "input_value")
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
  return P.marshal_read(data, 1)
end
