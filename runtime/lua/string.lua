-- Strings: OCaml's are Lua's.

--// caml_string_length const
--// Alias: caml_ml_string_length
--// Inline: #%1

--// caml_string_get
--// Requires: caml_array_bound_error
--// Inline: %2 >= 0 and Byte(%1, %{2+1}) or Bound()

--// string_load const
-- The number in bytes i to i + size - 1 of s, the lowest first.
P.string_load = function(s, i, size)
  if i < 0 or i > #s - size then Bound() end
  local n, scale = 0, 1
  for j = i + 1, i + size do
    n = n + Byte(s, j) * scale
    scale = scale * 256
  end
  return n
end

--// caml_string_get16
--// Requires: string_load, caml_array_bound_error
P.caml_string_get16 = function(s, i)
  return P.string_load(s, i, 2)
end

--// caml_string_get32
--// Requires: string_load, int_wrap, caml_array_bound_error
P.caml_string_get32 = function(s, i)
  return {255, Wrap(P.string_load(s, i, 4)), "_i"}
end

--// caml_string_get64
--// Requires: string_load, int_wrap, caml_array_bound_error
--// If: portable luajit
P.caml_string_get64 = function(s, i)
  if i < 0 or i > #s - 8 then Bound() end
  return {255, Wrap(P.string_load(s, i + 4, 4)), Wrap(P.string_load(s, i, 4))}
end

--// caml_string_get64
--// Requires: caml_array_bound_error
--// If: lua54
P.caml_string_get64 = function(s, i)
  if i < 0 or i > #s - 8 then Bound() end
  return {255, (string.unpack("<i8", s, i + 1))}
end

--// string_order const
-- OCaml orders strings by their bytes. So do LuaJIT, and the others where the locale does not say otherwise.
local locale = os and os.setlocale and os.setlocale(nil, "collate") or "C"
if jit or locale == "C" or locale == "POSIX" then
  P.string_order = function(a, b)
    if a == b then return 0 end
    if a < b then return -1 end
    return 1
  end
else
  P.string_order = function(a, b)
    if a == b then return 0 end
    local i = 1
    while true do
      local x, y = Byte(a, i), Byte(b, i)
      if x ~= y then
        if not x or y and x < y then return -1 end
        return 1
      end
      i = i + 1
    end
  end
end

--// caml_string_compare const
--// Requires: string_order
P.caml_string_compare = P.string_order

--// caml_string_equal const
--// Test: %1 == %2

--// caml_string_notequal const
--// Test: %1 ~= %2

--// caml_string_lessthan const
--// Requires: string_order
--// Test: P.string_order(%1, %2) < 0

--// caml_string_lessequal const
--// Requires: string_order
--// Test: P.string_order(%1, %2) <= 0

--// caml_string_greaterthan const
--// Requires: string_order
--// Test: P.string_order(%1, %2) > 0

--// caml_string_greaterequal const
--// Requires: string_order
--// Test: P.string_order(%1, %2) >= 0

--// caml_string_concat const
--// Inline: %1 .. %2

--// string_sub
--// Requires: caml_invalid_argument
-- A part of a string, copied as OCaml's library does, by bytes that it creates.
P.string_sub = function(s, i, n)
  if n < 0 then P.caml_invalid_argument("Bytes.create") end
  return Sub(s, i + 1, i + n)
end

--// %string_sub
--// Requires: string_sub
--// Inline: P.string_sub(%1, %2, %3)

--// %string_part const
--// Inline: Sub(%1, %{2+1}, %2 + %3)
