--// Requires: marshal_write, caml_input_value_from_string, caml_input_value_from_bytes, caml_output_value_to_bytes
--// Requires: caml_output_value_to_buffer, caml_marshal_data_size, caml_bytes_of_string, caml_create_bytes, md5, int64_halves
-- Marshalled values, byte for byte as ocamlrun writes them (Marshal.to_string v [], in hexadecimal), and back.
local wanted = {
  ints = "8495a6be00000042000000010000000f0000000f0800003800407f004000ff008001ff7f017fff020000800002ffff7fff023fffffff03000000004000000002c000000003ffffffffbfffffff03000000007fffffff",
  list = "8495a6be00000007000000030000000900000009a041a042a04340",
  strings = "8495a6be00000161000000050000006200000037c020236162630928787878787878787878787878787878787878787878787878787878787878787878787878787878780a0000012c797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979",
  floats = "8495a6be0000002e00000005000000130000000ec00c000000000000f83f0c9a9999999999b9bf0e02000000000000f43f00000000000004400c000000000000f07f",
  int64 = "8495a6be00000019000000030000000b00000009a0195f6a00fffffffffffffffe195f6a000123456789abcdef",
  shared = "8495a6be00000008000000030000000800000008a1a1904704010402",
  tree = "8495a6be00000009000000050000000d0000000da1a1904140a1409042",
  cycle = "8495a6be00000006000000020000000600000006a041a0420402",
  big = "8495a6be0000001900000001000000150000001508000050004040404040404040404040404040404040404040",
  empty = "8495a6be0000000100000000000000000000000080",
}
local int64 = P.int64_of_halves
local leaf = { 0, 7 }
local pair = { 1, leaf, leaf }
local cycle = { 0, 1, 0 }
cycle[3] = { 0, 2, cycle }
local big = { 0 }
for i = 1, 20 do
  big[i + 1] = 0
end
local values = {
  ints = { 0, 0, 63, 64, -1, -128, -129, 32767, 32768, -32769, 1073741823, 1073741824, -1073741824, -1073741825, 2147483647 },
  list = { 0, 1, { 0, 2, { 0, 3, 0 } } },
  strings = { 0, "", "abc", Rep("x", 40), Rep("y", 300) },
  floats = { 0, 1.5, -0.1, { 254, 1.25, 2.5 }, Huge },
  int64 = { 0, int64(4294967295, 4294967294), int64(19088743, 2309737967) },
  shared = { 1, pair, pair },
  tree = { 1, { 1, { 0, 1 }, 0 }, { 1, 0, { 0, 2 } } },
  cycle = cycle,
  big = big,
  empty = { 0 },
}
if #int64(0, 0) == 2 then
  -- Integers of 64 bits (lua54): max_int, 2^53 + 1, -2^53 - 1, and nativeints beyond 32 bits.
  wanted.wide = "8495a6be0000001c000000010000000400000004b0033fffffffffffffff03002000000000000103ffdfffffffffffff"
  values.wide = { 0, 4611686018427387903, 9007199254740993, -9007199254740993 }
  wanted.max = "8495a6be0000000d000000010000000300000003195f6e00027fffffffffffffff"
  values.max = { 255, math.maxinteger, "_n" }
  wanted.beyond = "8495a6be0000000d000000010000000300000003195f6e0002ffffffff7fffffff"
  values.beyond = { 255, -2147483649, "_n" }
end

local function check(name, condition)
  if not condition then
    error("not ok " .. name, 2)
  end
end
local function hexadecimal(text)
  return (string.gsub(text, ".", function(c)
    return string.format("%02x", Byte(c))
  end))
end
local function binary(text)
  return (string.gsub(text, "%x%x", function(digits)
    return Char(tonumber(digits, 16))
  end))
end

for name, text in pairs(wanted) do
  check(name .. " written", hexadecimal(P.marshal_write(values[name], 0)) == text)
  local back = P.caml_input_value_from_string("..." .. binary(text), 3)
  check(name .. " read", hexadecimal(P.marshal_write(back, 0)) == text)
end

-- A list of 100,000 cells needs no deep stack; No_sharing writes a shared leaf twice.
local long = 0
for i = 1, 100000 do
  long = { 0, i, long }
end
local b = P.caml_output_value_to_bytes(long, 0)
check("size", P.caml_marshal_data_size(b, 0) == b.n - 16)
local back, count = P.caml_input_value_from_bytes(b, 0), 0
while back ~= 0 do
  count, back = count + 1, back[3]
end
check("long list", count == 100000)
check("no sharing", #P.marshal_write(values.shared, { 0, 0, 0 }) > #P.marshal_write(values.shared, 0))

local function fails(name, message, ...)
  local done, problem = Pcall(P[name], ...)
  check(message, not done and problem[3] == message)
end
fails("marshal_write", "output_value: functional value", { 0, { print, 1 } }, 0)
fails("marshal_write", "output_value: abstract value (Custom)", { 255, handle = 1 }, 0)
fails("caml_input_value_from_string", "input_value: bad object", Rep("x", 40), 0)
fails("caml_output_value_to_buffer", "Marshal.to_buffer: buffer overflow", P.caml_create_bytes(10), 0, 10, values.list, 0)

-- Digest.string
check("md5", hexadecimal(P.md5("")) == "d41d8cd98f00b204e9800998ecf8427e")
check("md5 of blocks", hexadecimal(P.md5(Rep("a", 1000))) == "cabe45dcc9ae5b66ba86600cca6b8ba8")
print("ok marshal")
