-- Bytes: {b0, b1, …, n = length, s = content while packed}. A packed value has no array part. What is written one after the other is
-- appended to `s`, so it may be shorter than n: the rest is zeros, of a fresh value all is. When it gets long, `s` is false, and
-- `pieces` has the strings, of `size` bytes together. The first access to a single byte, other than to append it, unpacks the value:
-- then `s` is nil. So conversions and whole copies cost a reference, and a buffer that grows never becomes a table.

--// bytes_spread
-- Sets the bytes of an unpacked b from byte i on to those of s.
P.bytes_spread = function(b, i, s)
  local j, n = 1, #s
  while j + 7 <= n do
    local k = i + j
    b[k], b[k + 1], b[k + 2], b[k + 3], b[k + 4], b[k + 5], b[k + 6], b[k + 7] = Byte(s, j, j + 7)
    j = j + 8
  end
  if j + 3 <= n then
    local k = i + j
    b[k], b[k + 1], b[k + 2], b[k + 3] = Byte(s, j, j + 3)
    j = j + 4
  end
  while j <= n do
    b[i + j] = Byte(s, j)
    j = j + 1
  end
end

--// bytes_load
--// Requires: bytes_spread
-- Unpacks b; byte i of it, or nil outside of it.
local spread = P.bytes_spread
function Load(b, i)
  local n, s = b.n, b.s
  if i < 0 or i >= n then return nil end
  if s == nil then return b[i + 1] end
  if not s then
    s, b.pieces = Concat(b.pieces), nil
  end
  b.s = nil
  -- Zeros first, one by one: so the table grows least often.
  for j = 1, n do b[j] = 0 end
  spread(b, 0, s)
  return b[i + 1]
end
P.bytes_load = Load

--// bytes_text
--// Requires: bytes_load
-- The bytes i to i + n - 1 of b as a string. Pieces are joined when what is wanted is an eighth of them at least.
local chunk = 4096
P.bytes_text = function(b, i, n)
  if n == 0 then return "" end
  local s = b.s
  if s == false then
    if 8 * n < b.size then
      Load(b, 0)
      s = nil
    else
      s = Concat(b.pieces)
      b.s, b.pieces = s, nil
    end
  end
  if s then
    if i == 0 and n == #s then return s end
    local missing = i + n - #s
    if missing > 0 then return Sub(s, i + 1) .. Rep("\0", missing < n and missing or n) end
    return Sub(s, i + 1, i + n)
  end
  if n <= chunk then return Char(Unpack(b, i + 1, i + n)) end
  local parts, last = {}, i + n
  for j = i + 1, last, chunk do
    local k = j + chunk - 1
    if k > last then k = last end
    parts[#parts + 1] = Char(Unpack(b, j, k))
  end
  return Concat(parts)
end

--// bytes_sub_string
--// Requires: bytes_text, caml_invalid_argument
P.bytes_sub_string = function(b, i, n)
  if n < 0 then P.caml_invalid_argument("Bytes.create") end
  return P.bytes_text(b, i, n)
end

--// %bytes_sub_string
--// Requires: bytes_sub_string
--// Inline: P.bytes_sub_string(%1, %2, %3)

--// %bytes_part mutable
--// Requires: bytes_text
--// Inline: P.bytes_text(%1, %2, %3)

--// bytes_write
--// Requires: bytes_load, bytes_text, bytes_spread
-- Writes s into b from byte i on. The caller has checked the bounds. What comes after all that was written is appended, with the zeros
-- before it that it leaves out: to a short string at once, unless the engine would intern each, to a long one as a piece. Elsewhere a
-- packed value stays packed when the copy that this takes is at most eight times what is
-- written: so `^` and the reading of files never meet single bytes.
local spread = P.bytes_spread
P.bytes_write = function(b, i, s)
  local old = b.s
  -- What buffers do most.
  if old and i < 128 and i == #old and (MathType or i == 0) then
    b.s = old .. s
    return 0
  end
  local n = #s
  if n == 0 then return 0 end
  if n == b.n then
    if old == nil then
      for j = n, 1, -1 do b[j] = nil end
    elseif not old then
      b.pieces = nil
    end
    b.s = s
    return 0
  end
  if old ~= nil then
    local size = old and #old or b.size
    local last = i + n
    if i < size then
      if 8 * n >= size then
        old = old or P.bytes_text(b, 0, size)
        b.s = Sub(old, 1, i) .. s .. Sub(old, last + 1)
        return 0
      end
    elseif size >= 128 or MathType or size == 0 or 8 * n >= b.n then
      if i > size then s = Rep("\0", i - size) .. s end
      if not old then
        local pieces = b.pieces
        pieces[#pieces + 1] = s
        b.size = last
      elseif size < 128 or last == b.n then
        b.s = old .. s
      else
        b.s, b.pieces, b.size = false, {old, s}, last
      end
      return 0
    end
    Load(b, 0)
  end
  spread(b, i, s)
  return 0
end

--// bytes_set
--// Requires: bytes_load, bytes_write
-- Sets byte i of b, which is packed or does not have it (then the result is nil). A character is appended to what was written last,
-- if that is longer: who writes one character after another gets them unpacked.
local write = P.bytes_write
P.bytes_set = function(b, i, c)
  if i < 0 or i >= b.n then return nil end
  local s, pieces = b.s, b.pieces
  if i == (s and #s or b.size) and #(s or pieces[#pieces]) > 1 then return write(b, i, Char(c % 256)) end
  Load(b, 0)
  b[i + 1] = c % 256
  return true
end

--// caml_create_bytes
--// Alias: caml_create_string
--// If: portable luajit
--// Requires: caml_invalid_argument
-- As many as Sys.max_string_length says, at most.
P.caml_create_bytes = function(n)
  if n < 0 or n > 1073741819 then P.caml_invalid_argument("Bytes.create") end
  return {n = n, s = ""}
end

--// caml_create_bytes
--// Alias: caml_create_string
--// If: lua54
--// Requires: caml_invalid_argument
-- As many as Sys.max_string_length says, at most; beyond 2^47 there is no memory.
P.caml_create_bytes = function(n)
  if n < 0 or n > 144115188075855863 then P.caml_invalid_argument("Bytes.create") end
  if n > 140737488355328 then Error(G[1], 0) end
  return {n = n, s = ""}
end

--// caml_ml_bytes_length const
--// Alias: caml_bytes_length
--// Inline: %1.n

--// caml_bytes_of_string const
--// Inline: {n = #%1, s = %1}
P.caml_bytes_of_string = function(s)
  return {n = #s, s = s}
end

--// caml_string_of_bytes mutable
--// Requires: bytes_text
local text = P.bytes_text
P.caml_string_of_bytes = function(b)
  local s, n = b.s, b.n
  if s and #s == n then return s end
  return text(b, 0, n)
end

--// caml_bytes_get
--// Alias: caml_bytes_safe_get
--// Requires: bytes_load, caml_array_bound_error
--// Inline: %1[%{2+1}] or Load(%1, %2) or Bound()

--// caml_bytes_set
--// Alias: caml_string_set
--// Requires: bytes_set, caml_array_bound_error
--// Statement: if %1[%{2+1}] then %1[%{2+1}] = %3 % 256 elseif not P.bytes_set(%1, %2, %3) then Bound() end

--// bytes_number mutable
--// Requires: bytes_load, caml_array_bound_error
-- The number in bytes i to i + size - 1 of b, the lowest first.
P.bytes_number = function(b, i, size)
  if i < 0 or i > b.n - size then Bound() end
  if not b[1] then Load(b, 0) end
  local n, scale = 0, 1
  for j = i + 1, i + size do
    n = n + b[j] * scale
    scale = scale * 256
  end
  return n
end

--// bytes_put
--// Requires: bytes_load, caml_array_bound_error
-- Writes the lowest `size` bytes of n into b from byte i on.
P.bytes_put = function(b, i, size, n)
  if i < 0 or i > b.n - size then Bound() end
  if not b[1] then Load(b, 0) end
  for j = i + 1, i + size do
    local low = n % 256
    b[j] = low
    n = Floor((n - low) / 256)
  end
  return 0
end

--// caml_bytes_get16
--// Requires: bytes_number
P.caml_bytes_get16 = function(b, i)
  return P.bytes_number(b, i, 2)
end

--// caml_bytes_get32
--// Requires: bytes_number, int_wrap
P.caml_bytes_get32 = function(b, i)
  return {255, Wrap(P.bytes_number(b, i, 4)), "_i"}
end

--// caml_bytes_get64
--// Requires: bytes_number, int_wrap
--// If: portable luajit
P.caml_bytes_get64 = function(b, i)
  if i < 0 or i > b.n - 8 then Bound() end
  return {255, Wrap(P.bytes_number(b, i + 4, 4)), Wrap(P.bytes_number(b, i, 4))}
end

--// caml_bytes_get64
--// Requires: bytes_number
--// If: lua54
P.caml_bytes_get64 = function(b, i)
  if i < 0 or i > b.n - 8 then Bound() end
  return {255, P.bytes_number(b, i + 4, 4) << 32 | P.bytes_number(b, i, 4)}
end

--// caml_bytes_set16
--// Requires: bytes_put
P.caml_bytes_set16 = function(b, i, n)
  return P.bytes_put(b, i, 2, n)
end

--// caml_bytes_set32
--// Requires: bytes_put
P.caml_bytes_set32 = function(b, i, n)
  return P.bytes_put(b, i, 4, n[2])
end

--// caml_bytes_set64
--// Requires: bytes_put
--// If: portable luajit
P.caml_bytes_set64 = function(b, i, n)
  if i < 0 or i > b.n - 8 then Bound() end
  P.bytes_put(b, i, 4, n[3])
  return P.bytes_put(b, i + 4, 4, n[2])
end

--// caml_bytes_set64
--// Requires: bytes_put
--// If: lua54
P.caml_bytes_set64 = function(b, i, n)
  if i < 0 or i > b.n - 8 then Bound() end
  P.bytes_put(b, i, 4, n[2] & 4294967295)
  return P.bytes_put(b, i + 4, 4, n[2] >> 32)
end

--// caml_blit_string
--// Requires: bytes_write
local write = P.bytes_write
P.caml_blit_string = function(s, i, b, j, n)
  return write(b, j, n == #s and s or Sub(s, i + 1, i + n))
end

--// caml_blit_bytes
--// Requires: bytes_write, bytes_text
local write, text = P.bytes_write, P.bytes_text
P.caml_blit_bytes = function(source, i, target, j, n)
  if n == 0 then return 0 end
  if source[1] and target[1] then
    if source == target and i < j then
      for k = n, 1, -1 do target[j + k] = source[i + k] end
    else
      for k = 1, n do target[j + k] = source[i + k] end
    end
  else
    write(target, j, text(source, i, n))
  end
  return 0
end

--// caml_fill_bytes
--// Alias: caml_fill_string
--// Requires: bytes_write
P.caml_fill_bytes = function(b, i, n, c)
  c = c % 256
  if b[1] then
    for j = i + 1, i + n do b[j] = c end
  else
    P.bytes_write(b, i, Rep(Char(c), n))
  end
  return 0
end

--// caml_bytes_equal mutable
--// Requires: bytes_text
--// Test: %1.n == %2.n and P.bytes_text(%1, 0, %1.n) == P.bytes_text(%2, 0, %2.n)

--// caml_bytes_notequal mutable
--// Requires: bytes_text
--// Test: %1.n ~= %2.n or P.bytes_text(%1, 0, %1.n) ~= P.bytes_text(%2, 0, %2.n)

--// caml_bytes_compare mutable
--// Requires: bytes_text, string_order
P.caml_bytes_compare = function(a, b)
  return P.string_order(P.bytes_text(a, 0, a.n), P.bytes_text(b, 0, b.n))
end

--// caml_bytes_lessthan mutable
--// Requires: caml_bytes_compare
--// Test: P.caml_bytes_compare(%1, %2) < 0

--// caml_bytes_lessequal mutable
--// Requires: caml_bytes_compare
--// Test: P.caml_bytes_compare(%1, %2) <= 0

--// caml_bytes_greaterthan mutable
--// Requires: caml_bytes_compare
--// Test: P.caml_bytes_compare(%1, %2) > 0

--// caml_bytes_greaterequal mutable
--// Requires: caml_bytes_compare
--// Test: P.caml_bytes_compare(%1, %2) >= 0
