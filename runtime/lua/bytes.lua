-- Bytes: {b0, b1, …, n = length, s = packed content or nil}. A packed value has its content in `s` and no array part; a fresh
-- one has neither, and is zeros. The first access to a single byte unpacks it, so that conversions
-- and whole copies cost a reference.

--// Provides: bytes_load
-- Unpacks b; byte i of it, or nil outside of it.
function Load(b, i)
  local n = b.n
  if i < 0 or i >= n then return nil end
  if b[1] then return b[i + 1] end
  local s = b.s
  if s then
    b.s = nil
    local j = 1
    while j + 7 <= n do
      b[j], b[j + 1], b[j + 2], b[j + 3], b[j + 4], b[j + 5], b[j + 6], b[j + 7] = Byte(s, j, j + 7)
      j = j + 8
    end
    while j <= n do
      b[j] = Byte(s, j)
      j = j + 1
    end
  else
    local j = 1
    while j + 7 <= n do
      b[j], b[j + 1], b[j + 2], b[j + 3], b[j + 4], b[j + 5], b[j + 6], b[j + 7] = 0, 0, 0, 0, 0, 0, 0, 0
      j = j + 8
    end
    while j <= n do
      b[j] = 0
      j = j + 1
    end
  end
  return b[i + 1]
end
P.bytes_load = Load

--// Provides: bytes_text
-- The bytes i to i + n - 1 of b as a string.
local chunk = 4096
P.bytes_text = function(b, i, n)
  if n == 0 then return "" end
  if not b[1] then
    local s = b.s
    if not s then return Rep("\0", n) end
    if i == 0 and n == b.n then return s end
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

--// Provides: bytes_write
--// Requires: bytes_load
-- Writes s into b from byte i on. The caller has checked the bounds. A packed value stays packed when the copy that
-- this takes is at most eight times what is written: so `^` and the reading of files never meet single bytes.
P.bytes_write = function(b, i, s)
  local n = #s
  if n == 0 then return end
  if n == b.n then
    if b[1] then
      for j = n, 1, -1 do b[j] = nil end
    end
    b.s = s
    return
  end
  if not b[1] then
    local size = b.n
    if 8 * n >= size then
      local old = b.s
      if old then
        b.s = Sub(old, 1, i) .. s .. Sub(old, i + n + 1)
      else
        b.s = Rep("\0", i) .. s .. Rep("\0", size - i - n)
      end
      return
    end
    Load(b, 0)
  end
  local j = 1
  while j + 7 <= n do
    local k = i + j
    b[k], b[k + 1], b[k + 2], b[k + 3], b[k + 4], b[k + 5], b[k + 6], b[k + 7] = Byte(s, j, j + 7)
    j = j + 8
  end
  while j <= n do
    b[i + j] = Byte(s, j)
    j = j + 1
  end
end

--// Provides: caml_create_bytes
--// Alias: caml_create_string
--// Requires: caml_invalid_argument
P.caml_create_bytes = function(n)
  if n < 0 then P.caml_invalid_argument("Bytes.create") end
  return {n = n}
end

--// Provides: caml_ml_bytes_length const
--// Alias: caml_bytes_length
--// Inline: %1.n

--// Provides: caml_bytes_of_string const
--// Inline: {n = #%1, s = %1}
P.caml_bytes_of_string = function(s)
  return {n = #s, s = s}
end

--// Provides: caml_string_of_bytes mutable
--// Requires: bytes_text
P.caml_string_of_bytes = function(b)
  return P.bytes_text(b, 0, b.n)
end

--// Provides: caml_bytes_get
--// Alias: caml_bytes_safe_get
--// Requires: bytes_load, caml_array_bound_error
--// Inline: %2 >= 0 and (%1[%{2+1}] or Load(%1, %2)) or Bound()

--// Provides: caml_bytes_set
--// Alias: caml_string_set
--// Requires: bytes_load, caml_array_bound_error
--// Statement: if %2 < 0 or not %1[%{2+1}] and not Load(%1, %2) then Bound() end %1[%{2+1}] = %3 % 256

--// Provides: bytes_number mutable
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

--// Provides: bytes_put
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

--// Provides: caml_bytes_get16
--// Requires: bytes_number
P.caml_bytes_get16 = function(b, i)
  return P.bytes_number(b, i, 2)
end

--// Provides: caml_bytes_get32
--// Requires: bytes_number, int_wrap
P.caml_bytes_get32 = function(b, i)
  return {255, Wrap(P.bytes_number(b, i, 4)), "_i"}
end

--// Provides: caml_bytes_get64
--// Requires: bytes_number, int_wrap
--// If: portable luajit
P.caml_bytes_get64 = function(b, i)
  if i < 0 or i > b.n - 8 then Bound() end
  return {255, Wrap(P.bytes_number(b, i + 4, 4)), Wrap(P.bytes_number(b, i, 4))}
end

--// Provides: caml_bytes_get64
--// Requires: bytes_number
--// If: lua54
P.caml_bytes_get64 = function(b, i)
  if i < 0 or i > b.n - 8 then Bound() end
  return {255, P.bytes_number(b, i + 4, 4) << 32 | P.bytes_number(b, i, 4)}
end

--// Provides: caml_bytes_set16
--// Requires: bytes_put
P.caml_bytes_set16 = function(b, i, n)
  return P.bytes_put(b, i, 2, n)
end

--// Provides: caml_bytes_set32
--// Requires: bytes_put
P.caml_bytes_set32 = function(b, i, n)
  return P.bytes_put(b, i, 4, n[2])
end

--// Provides: caml_bytes_set64
--// Requires: bytes_put
--// If: portable luajit
P.caml_bytes_set64 = function(b, i, n)
  if i < 0 or i > b.n - 8 then Bound() end
  P.bytes_put(b, i, 4, n[3])
  return P.bytes_put(b, i + 4, 4, n[2])
end

--// Provides: caml_bytes_set64
--// Requires: bytes_put
--// If: lua54
P.caml_bytes_set64 = function(b, i, n)
  if i < 0 or i > b.n - 8 then Bound() end
  P.bytes_put(b, i, 4, n[2] & 4294967295)
  return P.bytes_put(b, i + 4, 4, n[2] >> 32)
end

--// Provides: caml_blit_string
--// Requires: bytes_write
P.caml_blit_string = function(s, i, b, j, n)
  P.bytes_write(b, j, Sub(s, i + 1, i + n))
  return 0
end

--// Provides: caml_blit_bytes
--// Requires: bytes_write, bytes_text
P.caml_blit_bytes = function(source, i, target, j, n)
  if n == 0 then return 0 end
  if source[1] and target[1] then
    if source == target and i < j then
      for k = n, 1, -1 do target[j + k] = source[i + k] end
    else
      for k = 1, n do target[j + k] = source[i + k] end
    end
  else
    P.bytes_write(target, j, P.bytes_text(source, i, n))
  end
  return 0
end

--// Provides: caml_fill_bytes
--// Alias: caml_fill_string
--// Requires: bytes_load
P.caml_fill_bytes = function(b, i, n, c)
  if n == b.n and not b[1] then
    b.s = Rep(Char(c), n)
    return 0
  end
  if n > 0 and not b[1] then Load(b, 0) end
  for j = i + 1, i + n do b[j] = c end
  return 0
end

--// Provides: caml_bytes_equal mutable
--// Requires: bytes_text
--// Test: %1.n == %2.n and P.bytes_text(%1, 0, %1.n) == P.bytes_text(%2, 0, %2.n)

--// Provides: caml_bytes_notequal mutable
--// Requires: bytes_text
--// Test: %1.n ~= %2.n or P.bytes_text(%1, 0, %1.n) ~= P.bytes_text(%2, 0, %2.n)

--// Provides: caml_bytes_compare mutable
--// Requires: bytes_text, string_order
P.caml_bytes_compare = function(a, b)
  return P.string_order(P.bytes_text(a, 0, a.n), P.bytes_text(b, 0, b.n))
end

--// Provides: caml_bytes_lessthan mutable
--// Requires: caml_bytes_compare
--// Test: P.caml_bytes_compare(%1, %2) < 0

--// Provides: caml_bytes_lessequal mutable
--// Requires: caml_bytes_compare
--// Test: P.caml_bytes_compare(%1, %2) <= 0

--// Provides: caml_bytes_greaterthan mutable
--// Requires: caml_bytes_compare
--// Test: P.caml_bytes_compare(%1, %2) > 0

--// Provides: caml_bytes_greaterequal mutable
--// Requires: caml_bytes_compare
--// Test: P.caml_bytes_compare(%1, %2) >= 0
