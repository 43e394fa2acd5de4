-- Arrays: blocks; those of floats have tag 254.

--// float_tag const
-- 254 for a float, else 0: engines with one kind of numbers know only those that are no ints.
if math.type then
  local kind = math.type
  P.float_tag = function(v)
    if kind(v) == "float" then return 254 end
    return 0
  end
else
  P.float_tag = function(v)
    if Type(v) == "number" and (v ~= Floor(v) or v == Huge or v == -Huge) then return 254 end
    return 0
  end
end

--// caml_array_get
--// Alias: caml_array_get_addr caml_floatarray_get caml_array_get_float
--// Requires: caml_array_bound_error
--// Inline: %2 >= 0 and %1[%{2+2}] or Bound()

--// caml_array_set
--// Alias: caml_array_set_addr caml_floatarray_set caml_array_set_float
--// Requires: caml_array_bound_error
--// Statement: if %2 < 0 or not %1[%{2+2}] then Bound() end %1[%{2+2}] = %3

--// caml_array_unsafe_get mutable
--// Alias: caml_floatarray_unsafe_get caml_array_unsafe_get_float
--// Inline: %1[%{2+2}]

--// caml_array_unsafe_set
--// Alias: caml_floatarray_unsafe_set caml_array_unsafe_set_float
--// Statement: %1[%{2+2}] = %3

--// new_table
-- A table with room for `n` items, asked for at once where the engine can (LuaJIT, Lua 5.5, Luau; else false), as a table that grows
-- costs two to three times as much.
local known, create = Pcall(jit and require, "table.new")
P.new_table = table.create or known and create

--// array_make
--// Requires: caml_sys_const_max_wosize, caml_invalid_argument, new_table
-- A block of n fields. Beyond what may be asked for (of floats half as much where a word has 32 bits) the argument of `name` is
-- invalid; beyond 4 GB there is no memory. Where a table has to grow it does so from five or nine fields on (0.5 to 0.8 of the time of
-- up to 50).
local longest = P.caml_sys_const_max_wosize(0)
local floats = longest < 4294967296 and Floor(longest / 2) or longest
local create = P.new_table
P.array_make = function(tag, n, v, name)
  if n < 0 or n >= 268435455 or tag == 254 and n > floats then
    if n < 0 or n > longest or tag == 254 and n > floats then P.caml_invalid_argument(name) end
    Error(G[1], 0)
  end
  if n == 0 then return tag == 0 and Empty or {tag} end
  if n == 1 then return {tag, v} end
  if n == 2 then return {tag, v, v} end
  if n == 3 then return {tag, v, v, v} end
  local a, first
  if create then
    a, first = create(n + 1, 0), 2
    a[1] = tag
  elseif n > 7 then
    a, first = {tag, v, v, v, v, v, v, v, v}, 10
  else
    a, first = {tag, v, v, v, v}, 6
  end
  for i = first, n + 1 do a[i] = v end
  return a
end

--// caml_array_make
--// Alias: caml_make_vect
--// Requires: array_make, float_tag
P.caml_array_make = function(n, v)
  if n == 0 then return Empty end
  return P.array_make(P.float_tag(v), n, v, "Array.make")
end

--// caml_uniform_array_make
--// Requires: array_make
P.caml_uniform_array_make = function(n, v)
  return P.array_make(0, n, v, "Array.make")
end

--// caml_floatarray_make
--// Alias: caml_floatarray_make_unboxed
--// Requires: array_make
P.caml_floatarray_make = function(n, v)
  return P.array_make(n == 0 and 0 or 254, n, v, "Array.make")
end

--// caml_floatarray_create
--// Alias: caml_make_float_vect caml_array_create_float
--// Requires: array_make
P.caml_floatarray_create = function(n)
  return P.array_make(n == 0 and 0 or 254, n, 0.0, "Float.Array.create")
end

--// caml_make_array
--// Alias: caml_array_of_uniform_array
--// Requires: float_tag
-- A literal array: of floats when its first field is one.
P.caml_make_array = function(a)
  if a[1] == 0 and a[2] and P.float_tag(a[2]) == 254 then
    local r = {254}
    for i = 2, #a do r[i] = a[i] end
    --{ allocation
    P.allocate(r, #r, 0)
    --}
    return r
  end
  return a
end

--// caml_array_blit
--// Alias: caml_floatarray_blit caml_uniform_array_blit
P.caml_array_blit = function(source, i, target, j, n)
  if source == target and i < j then
    for k = n + 1, 2, -1 do target[j + k] = source[i + k] end
  else
    for k = 2, n + 1 do target[j + k] = source[i + k] end
  end
  return 0
end

--// caml_array_sub mutable
--// Alias: caml_floatarray_sub caml_uniform_array_sub
--// Requires: new_table
-- No table grows (0.3 to 0.7 of the time), but for long ones where the engine has no other way.
local create = P.new_table
P.caml_array_sub = function(a, i, n)
  local tag, first = a[1], a[i + 2]
  if n == 0 then return Empty end
  if n == 1 then return {tag, first} end
  if n == 2 then return {tag, first, a[i + 3]} end
  if n == 3 then return {tag, first, a[i + 3], a[i + 4]} end
  if not create and n < 200 then return {tag, Unpack(a, i + 2, i + n + 1)} end
  local r = create and create(n + 1, 0) or {}
  r[1] = tag
  for k = 2, n + 1 do r[k] = a[i + k] end
  return r
end

--// caml_array_append mutable
--// Alias: caml_floatarray_append caml_uniform_array_append
--// Requires: new_table
local create = P.new_table
P.caml_array_append = function(a, b)
  local n, m = #a, #b
  if n + m == 2 then return Empty end
  local tag = n > 1 and a[1] or b[1]
  local r
  if not create and n < 200 then
    r = {tag, Unpack(a, 2, n)}
  else
    r = create and create(n + m - 1, 0) or {}
    r[1] = tag
    for k = 2, n do r[k] = a[k] end
  end
  for k = 2, m do r[n + k - 1] = b[k] end
  return r
end

--// caml_array_concat mutable
P.caml_array_concat = function(list)
  local r, n = {0}, 1
  while list ~= 0 do
    local a = list[2]
    local m = #a
    if m > 1 then r[1] = a[1] end
    for k = 2, m do r[n + k - 1] = a[k] end
    n = n + m - 1
    list = list[3]
  end
  return n > 1 and r or Empty
end

--// caml_array_fill
--// Alias: caml_floatarray_fill caml_floatarray_fill_unboxed caml_uniform_array_fill
P.caml_array_fill = function(a, i, n, v)
  for k = i + 2, i + n + 1 do a[k] = v end
  return 0
end
