--// Requires: bytes_set, caml_obj_dup
--// Requires: caml_create_bytes, caml_bytes_of_string, caml_string_of_bytes, caml_bytes_get16, caml_bytes_get32, caml_bytes_get64
--// Requires: caml_bytes_set16, caml_bytes_set32, caml_bytes_set64, caml_string_get16, caml_string_get32, caml_string_get64
--// Requires: caml_blit_string, caml_blit_bytes, caml_fill_bytes, caml_bytes_compare, caml_string_compare
-- Bytes in their states (packed, in pieces, unpacked), and what converts between them.
P.main(function(_, D)
  local function check(name, condition)
    if not condition then error(name) end
  end
  local function text(b) return P.caml_string_of_bytes(b) end
  local packed = P.caml_bytes_of_string("hello")
  check("packed", text(packed) == "hello" and Load(packed, 1) == 101 and text(packed) == "hello" and not packed.s)
  check("outside", Load(packed, 5) == nil and Load(packed, -1) == nil)
  local fresh = P.caml_create_bytes(5)
  check("fresh", text(fresh) == "\0\0\0\0\0" and Load(fresh, 4) == 0)
  check("empty", text(P.caml_create_bytes(0)) == "")
  P.caml_blit_string("abcdef", 1, fresh, 1, 3)
  check("blit of a part", text(fresh) == "\0bcd\0")
  P.caml_blit_bytes(fresh, 0, fresh, 1, 4)
  check("blit to the right", text(fresh) == "\0\0bcd")
  P.caml_blit_bytes(fresh, 1, fresh, 0, 4)
  check("blit to the left", text(fresh) == "\0bcdd")
  P.caml_blit_string("12345", 0, fresh, 0, 5)
  check("blit of all", text(fresh) == "12345" and fresh.s == "12345")
  P.caml_blit_bytes(fresh, 0, fresh, 2, 3)
  check("blit of a packed value into itself", text(fresh) == "12123")
  local part = P.caml_create_bytes(3)
  P.caml_blit_bytes(fresh, 1, part, 0, 3)
  check("sub", text(part) == "212")
  P.caml_fill_bytes(part, 1, 2, 122)
  check("fill", text(part) == "2zz")
  local filled = P.caml_create_bytes(10000)
  P.caml_fill_bytes(filled, 0, 10000, 120)
  check("fill of all", text(filled) == Rep("x", 10000) and Load(filled, 9999) == 120 and text(filled) == Rep("x", 10000))
  local n = P.caml_create_bytes(8)
  P.caml_bytes_set32(n, 0, {255, -2, "_i"})
  P.caml_bytes_set16(n, 4, 4660)
  P.caml_bytes_set16(n, 6, -1)
  check("numbers", text(n) == "\254\255\255\255\052\018\255\255")
  check("get", P.caml_bytes_get16(n, 4) == 4660 and P.caml_bytes_get32(n, 0)[2] == -2 and P.caml_bytes_get16(n, 0) == 65534)
  check("get of strings", P.caml_string_get16(text(n), 4) == 4660 and P.caml_string_get32(text(n), 0)[2] == -2)
  local m = P.caml_create_bytes(10)
  P.caml_bytes_set64(m, 1, P.caml_string_get64(text(n), 0))
  check("64 bits", text(m) == "\0\254\255\255\255\052\018\255\255\0")
  P.caml_bytes_set64(m, 0, P.caml_bytes_get64(n, 0))
  check("64 bits of bytes", text(m) == "\254\255\255\255\052\018\255\255\255\0")
  for _, f in ipairs({P.caml_bytes_get16, P.caml_bytes_get32, P.caml_bytes_get64}) do
    for _, i in ipairs({-1, 7, 8}) do
      local ok, e = Try(function() return f(n, i) end, D)
      check("bounds", not ok and Caught(e)[3] == "index out of bounds")
    end
  end
  check("order", P.caml_bytes_compare(P.caml_bytes_of_string("a"), P.caml_bytes_of_string("b")) == -1)
  check("string order", P.caml_string_compare("ab", "a") == 1 and P.caml_string_compare("", "") == 0)
  -- The same writes of up to 400 bytes, against a list of the bytes; which states they go through depends on the seed.
  local seed = 1
  local function random(n)
    seed = seed * 16807 % 2147483647
    return seed % n
  end
  for round = 1, 300 do
    local size = 1 + random(400)
    local b, model, at = P.caml_create_bytes(size), {}, 0
    for i = 1, size do model[i] = 0 end
    for step = 1, 40 do
      local action = random(12)
      local i = action < 8 and at or random(size)
      local n = random(({3, 10, 100})[1 + random(3)])
      if i + n > size then n = size - i end
      if action < 6 or action == 8 then
        local list = {}
        for k = 1, n do
          list[k] = string.char(97 + random(26))
          model[i + k] = string.byte(list[k])
        end
        P.caml_blit_string("<" .. table.concat(list) .. ">", 1, b, i, n)
        at = i + n
      elseif action < 8 or action == 9 then
        if i < size then
          local c = random(256)
          check("set", b[i + 1] or P.bytes_set(b, i, c + 512))
          b[i + 1] = b[i + 1] and c
          model[i + 1], at = c, i + 1
        end
        check("set outside", b[size + 1] == nil and not P.bytes_set(b, size, 1) and not P.bytes_set(b, -1, 1))
      elseif action == 10 then
        P.caml_fill_bytes(b, i, n, 35)
        for k = 1, n do model[i + k] = 35 end
      else
        local j = random(size - n + 1)
        P.caml_blit_bytes(b, i, b, j, n)
        local moved = {Unpack(model, i + 1, i + n)}
        for k = 1, n do model[j + k] = moved[k] end
      end
      local copy = random(9) == 0 and P.caml_obj_dup(b) or b
      if random(5) == 0 then
        i = random(size)
        n = random(size - i + 1)
        check("part", P.bytes_text(copy, i, n) == string.char(Unpack(model, i + 1, i + n)))
      elseif random(30) == 0 then
        check("byte", (copy[i + 1] or Load(copy, i)) == model[i + 1])
      elseif random(7) == 0 then
        check("text", text(copy) == string.char(Unpack(model)))
      end
      if copy ~= b then P.caml_fill_bytes(copy, 0, size, 0) end
    end
    check("all", text(b) == string.char(Unpack(model)))
  end
  local long = P.caml_create_bytes(100000)
  for i = 0, 9999 do
    P.caml_blit_string("012345678", 0, long, 10 * i, 9)
    if i > 100 then P.bytes_set(long, 10 * i + 9, 10) end
  end
  check("pieces", not MathType or long.s == false and not long[1])
  check("text of pieces", string.sub(text(long), 1000) == "\0" .. string.rep("012345678\0", 1) .. string.rep("012345678\n", 9899))
  print("ok bytes")
  return 0
end)
