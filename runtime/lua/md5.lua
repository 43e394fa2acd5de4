-- MD5 (RFC 1321), for Digest.

--// md5 const
--// Requires: int_bits, int_wrap
-- The digest of a string, 16 bytes. Words are signed 32-bit numbers; a rotation multiplies and divides by powers of two.
local sines, rotations = {}, { 7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21 }
for i = 1, 64 do
  sines[i] = Floor(math.abs(math.sin(i)) * 4294967296)
end
local powers = {}
for n = 0, 32 do
  powers[n] = n == 0 and 1 or powers[n - 1] * 2
end

local function block(text, at, a, b, c, d)
  local words = {}
  for i = 0, 15 do
    local w, x, y, z = Byte(text, at + i * 4, at + i * 4 + 3)
    words[i] = w + x * 256 + y * 65536 + z * 16777216
  end
  local first_a, first_b, first_c, first_d = a, b, c, d
  for i = 0, 63 do
    local mix, word
    if i < 16 then
      mix, word = Xor(d, And(b, Xor(c, d))), i
    elseif i < 32 then
      mix, word = Xor(c, And(d, Xor(b, c))), (5 * i + 1) % 16
    elseif i < 48 then
      mix, word = Xor(b, Xor(c, d)), (3 * i + 5) % 16
    else
      mix, word = Xor(c, Or(b, -1 - d)), 7 * i % 16
    end
    local sum = (a + mix + sines[i + 1] + words[word]) % 4294967296
    local rotation = rotations[(i - i % 16) / 4 + i % 4 + 1]
    sum = sum * powers[rotation] % 4294967296 + Floor(sum / powers[32 - rotation])
    a, d, c, b = d, c, b, Wrap(b + sum)
  end
  return Wrap(a + first_a), Wrap(b + first_b), Wrap(c + first_c), Wrap(d + first_d)
end

local function little_endian(word)
  word = word % 4294967296
  return Char(word % 256, Floor(word / 256) % 256, Floor(word / 65536) % 256, Floor(word / 16777216))
end

function P.md5(text)
  local length = #text
  local a, b, c, d = 1732584193, -271733879, -1732584194, 271733878
  local whole = length - length % 64
  for at = 1, whole, 64 do
    a, b, c, d = block(text, at, a, b, c, d)
  end
  local rest = Sub(text, whole + 1) .. "\128"
  rest = rest .. Rep("\0", (56 - #rest) % 64)
  rest = rest .. little_endian(length * 8 % 4294967296) .. little_endian(Floor(length / 536870912))
  for at = 1, #rest, 64 do
    a, b, c, d = block(rest, at, a, b, c, d)
  end
  return little_endian(a) .. little_endian(b) .. little_endian(c) .. little_endian(d)
end

--// caml_md5_string const
--// Requires: md5
function P.caml_md5_string(text, start, length)
  return P.md5(Sub(text, start + 1, start + length))
end

--// caml_md5_bytes mutable
--// Requires: md5, bytes_text
function P.caml_md5_bytes(b, start, length)
  return P.md5(P.bytes_text(b, start, length))
end

--// caml_md5_chan
--// Requires: md5, channel_get, channel_get_all, caml_raise_end_of_file
-- A negative length stands for the rest of the file.
function P.caml_md5_chan(channel, length)
  if length >= 0 then
    local text = P.channel_get_all(channel, length)
    if not text then
      P.caml_raise_end_of_file()
    end
    return P.md5(text)
  end
  local pieces, count = {}, 0
  local text = P.channel_get(channel, 65536)
  while text ~= "" do
    count = count + 1
    pieces[count] = text
    text = P.channel_get(channel, 65536)
  end
  return P.md5(Concat(pieces))
end
