-- Application of unknown functions: exact, under (a partial application is a closure too) and over.
-- A closure is {code, arity, captured…}; code(C, D, a1, …, an), or code(C, D, {a1, …, an}) above 100 parameters.
-- Partial applications are {code, missing, f, a1, …}; those of few arguments have codes of their own.

--// call_list
-- Calls a closure with all its arguments, which stand in list[first] to list[last].
P.call_list = function(f, D, list, first, last)
  if f[2] > 100 then
    if first ~= 1 or last ~= #list then list = {Unpack(list, first, last)} end
    return f[1](f, D, list)
  end
  return f[1](f, D, Unpack(list, first, last))
end

--// partial
--// Requires: call_list
-- f applied to fewer arguments than it has.
local call_list = P.call_list
local function partial_list(C, D, list)
  local all, n = {}, #C
  for i = 4, n do all[i - 3] = C[i] end
  for i = 1, C[2] do all[n - 3 + i] = list[i] end
  return call_list(C[3], D, all, 1, n - 3 + C[2])
end
local function partial_any(C, D, ...)
  return partial_list(C, D, {...})
end
P.partial = function(f, missing, ...)
  return {missing > 100 and partial_list or partial_any, missing, f, ...}
end

--// %apply_1
--// Requires: partial
local partial = P.partial
local function partial_1_1(C, D, x)
  local f = C[3]
  return f[1](f, D, C[4], x)
end
local function partial_1_2(C, D, x, y)
  local f = C[3]
  return f[1](f, D, C[4], x, y)
end
local function partial_1_3(C, D, x, y, z)
  local f = C[3]
  return f[1](f, D, C[4], x, y, z)
end
function A1(f, D, a)
  local n = f[2]
  if n == 1 then return f[1](f, D, a) end
  if n == 2 then return {partial_1_1, 1, f, a} end
  if n == 3 then return {partial_1_2, 2, f, a} end
  if n == 4 then return {partial_1_3, 3, f, a} end
  return partial(f, n - 1, a)
end

--// %apply_2
--// Requires: %apply_1
local partial = P.partial
local function partial_2_1(C, D, x)
  local f = C[3]
  return f[1](f, D, C[4], C[5], x)
end
local function partial_2_2(C, D, x, y)
  local f = C[3]
  return f[1](f, D, C[4], C[5], x, y)
end
function A2(f, D, a, b)
  local n = f[2]
  if n == 2 then return f[1](f, D, a, b) end
  if n == 1 then
    local g = f[1](f, D + 2, a)
    return A1(g, D, b)
  end
  if n == 3 then return {partial_2_1, 1, f, a, b} end
  if n == 4 then return {partial_2_2, 2, f, a, b} end
  return partial(f, n - 2, a, b)
end

--// %apply_3
--// Requires: %apply_2
local partial = P.partial
local function partial_3_1(C, D, x)
  local f = C[3]
  return f[1](f, D, C[4], C[5], C[6], x)
end
function A3(f, D, a, b, c)
  local n = f[2]
  if n == 3 then return f[1](f, D, a, b, c) end
  if n == 1 then
    local g = f[1](f, D + 2, a)
    return A2(g, D, b, c)
  end
  if n == 2 then
    local g = f[1](f, D + 2, a, b)
    return A1(g, D, c)
  end
  if n == 4 then return {partial_3_1, 1, f, a, b, c} end
  return partial(f, n - 3, a, b, c)
end

--// apply_list
--// Requires: partial
-- Applies f to list[1] to list[n].
local call_list, partial = P.call_list, P.partial
P.apply_list = function(f, D, n, list)
  local first = 1
  while true do
    local arity, given = f[2], n - first + 1
    if arity == given then return call_list(f, D, list, first, n) end
    if arity > given then
      local result = partial(f, arity - given)
      for i = first, n do result[#result + 1] = list[i] end
      return result
    end
    f = call_list(f, D + 2, list, first, first + arity - 1)
    first = first + arity
  end
end

--// applier
--// Requires: apply_list
-- From four arguments on: a function of one is given the first, and what it returns the others.
local apply_list = P.apply_list
P.applier = function(n, next)
  return function(f, D, a, ...)
    local arity = f[2]
    if arity == 1 then
      local g = f[1](f, D + 3, a)
      return next(g, D, ...)
    end
    if arity == n then return f[1](f, D, a, ...) end
    return apply_list(f, D, n, {a, ...})
  end
end

--// %apply_4
--// Requires: applier, %apply_3
A4 = P.applier(4, A3)

--// %apply_5
--// Requires: %apply_4
A5 = P.applier(5, A4)

--// %apply_6
--// Requires: %apply_5
A6 = P.applier(6, A5)

--// %apply_7
--// Requires: %apply_6
A7 = P.applier(7, A6)

--// %apply_8
--// Requires: %apply_7
A8 = P.applier(8, A7)

--// %apply
--// Requires: apply_list
-- Of more than eight arguments, of which there are n; of more than 100 as one table.
local apply_list = P.apply_list
function A(f, D, n, ...)
  if f[2] == n then return f[1](f, D, ...) end
  if n > 100 then return apply_list(f, D, n, (...)) end
  return apply_list(f, D, n, {...})
end
