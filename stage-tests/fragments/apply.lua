--// Requires: %apply, %apply_8
-- Exact, partial and surplus application for every split of up to 12 arguments, and around 100, where arguments come as one table.
local calls = {[0] = nil, A1, A2, A3, A4, A5, A6, A7, A8}

-- A closure of n arguments that gives them as a list.
local function lister(n)
  if n > 100 then
    return {function(_, D, list)
      if #list ~= n then error("table of " .. #list) end
      return list
    end, n}
  end
  return {function(_, D, ...)
    if select("#", ...) ~= n then error("wrong number of arguments") end
    return {...}
  end, n}
end

-- A closure of n arguments whose result is the closure f.
local function giver(n, f)
  return {function(_, D, ...)
    if n <= 100 and select("#", ...) ~= n then error("wrong number of arguments") end
    return f
  end, n}
end

local function apply(f, D, first, last)
  local list = {}
  for i = first, last do list[#list + 1] = i end
  local n = #list
  if n <= 8 then return calls[n](f, D, Unpack(list)) end
  if n <= 100 then return A(f, D, n, Unpack(list)) end
  return A(f, D, n, list)
end

local function check(list, first, last)
  if #list ~= last - first + 1 then error("length " .. #list) end
  for i = first, last do
    if list[i - first + 1] ~= i then error("argument " .. i) end
  end
end

P.main(function(_, D)
  local sizes = {}
  for n = 1, 12 do sizes[n] = n end
  for _, n in ipairs({99, 100, 101, 102, 205}) do sizes[#sizes + 1] = n end
  for _, n in ipairs(sizes) do
    check(apply(lister(n), D, 1, n), 1, n)
    for _, given in ipairs(sizes) do
      if given < n then
        local partial = apply(lister(n), D, 1, given)
        if partial[2] ~= n - given then error("arity") end
        check(apply(partial, D, given + 1, n), 1, n)
        if given > 1 then
          check(apply(apply(apply(lister(n), D, 1, 1), D, 2, given), D, given + 1, n), 1, n)
        end
        check(apply(giver(given, lister(n - given)), D, 1, n), given + 1, n)
      end
    end
  end
  print("ok apply")
  return 0
end)
