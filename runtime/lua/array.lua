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

--// array_make
--// Requires: caml_sys_const_max_wosize, caml_invalid_argument
-- A block of n fields. Beyond what may be asked for (of floats half as much where a word has 32 bits) the argument of `name` is
-- invalid; beyond 4 GB there is no memory. Its size is asked for at once where the engine can (LuaJIT, Lua 5.5, Luau), as a table
-- that grows costs two to three times as much; elsewhere it grows from nine fields on (0.5 to 0.8 of the time of up to 50).
local longest = P.caml_sys_const_max_wosize(0)
local floats = longest < 4294967296 and Floor(longest / 2) or longest
local known, create = Pcall(jit and require, "table.new")
create = table.create or known and create
P.array_make = function(tag, n, v, name)
  if n < 0 or n >= 268435455 or tag == 254 and n > floats then
    if n < 0 or n > longest or tag == 254 and n > floats then P.caml_invalid_argument(name) end
    Error(G[1], 0)
  end
  local a, first
  if create and n > 3 then
    a, first = create(n + 1, 0), 2
    a[1] = tag
  elseif n > 7 then
    a, first = {tag, v, v, v, v, v, v, v, v}, 10
  else
    a, first = {tag}, 2
  end
  for i = first, n + 1 do a[i] = v end
  return a
end

--// caml_array_make
--// Alias: caml_make_vect
--// Requires: array_make, float_tag
P.caml_array_make = function(n, v)
  if n == 0 then return {0} end
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
P.caml_array_sub = function(a, i, n)
  local r = {n == 0 and 0 or a[1]}
  for k = 2, n + 1 do r[k] = a[i + k] end
  return r
end

--// caml_array_append mutable
--// Alias: caml_floatarray_append caml_uniform_array_append
P.caml_array_append = function(a, b)
  local n, m = #a, #b
  local r = {n > 1 and a[1] or b[1]}
  for k = 2, n do r[k] = a[k] end
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
  return r
end

--// caml_array_fill
--// Alias: caml_floatarray_fill caml_floatarray_fill_unboxed caml_uniform_array_fill
P.caml_array_fill = function(a, i, n, v)
  for k = i + 2, i + n + 1 do a[k] = v end
  return 0
end
