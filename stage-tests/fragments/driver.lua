--// Requires: driver, %apply, %apply_8, caught
-- Nesting a million deep: `try`, recursion, raising through all levels, and their mixtures.
local f1, f2, f3, f4, f5, body1, body2, body5

local function check(name, condition)
  if not condition then error("not ok " .. name) end
  print("ok " .. name)
end

-- let rec f1 n = if n = 0 then 0 else try f1 (n - 1) + 1 with Exit -> 0
function body1(D, C, n) return f1(C, D + 14, n - 1) + 1 end
function f1(C, D, n)
  if D > 0 then return Deep(f1, C, -40000, n) end
  if n == 0 then return 0 end
  local ok, r = Try(body1, D, C, n)
  if ok then return r end
  return 0
end

-- The innermost raises; every level catches and raises again.
local caught = 0
function body2(D, C, n) return f2(C, D + 14, n - 1) end
function f2(C, D, n)
  if D > 0 then return Deep(f2, C, -40000, n) end
  if n == 0 then Error(G[7], 0) end
  local ok, r = Try(body2, D, C, n)
  if ok then return r end
  local e = Caught(r)
  caught = caught + 1
  Error(e, 0)
end

-- let rec f3 n = if n = 0 then 0 else 1 + f3 (n - 1)
function f3(C, D, n)
  if D > 0 then return Deep(f3, C, -40000, n) end
  if n == 0 then return 0 end
  return 1 + f3(C, D + 12, n - 1)
end

-- The same, raising at the bottom.
function f4(C, D, n)
  if D > 0 then return Deep(f4, C, -40000, n) end
  if n == 0 then Error({0, G[3], "bottom"}, 0) end
  return 1 + f4(C, D + 12, n - 1)
end
local function body4(D, C, n) return f4(C, D + 12, n) end

-- A `try` at every third level, three results, recovering at every thousandth.
function body5(D, C, n) return 0, f5(C, D + 12, n - 1), n, n, n end
function f5(C, D, n)
  if D > 0 then return Deep(f5, C, -40000, n) end
  if n == 0 then Error(G[7], 0) end
  if n % 3 == 0 then
    local ok, selector, r, a, b, c = Try(body5, D, C, n)
    if ok then
      if selector ~= 0 or a ~= n or b ~= n or c ~= n then error("results") end
      return r + 1
    end
    local e = Caught(selector)
    if n % 1000 == 0 then return n end
    Error(e, 0)
  end
  return f5(C, D + 12, n - 1) + 1
end

-- let rec f6 n = 1 + f6 n, into Stack_overflow
local function f6(C, D, n)
  if D > 0 then return Deep(C[1], C, -40000, n) end
  return 1 + C[1](C, D + 12, n)
end
local function body6(D, C, n) return f6(C, D + 12, n) end

local depth = 1000000
local function main(C, D)
  check("nested try", f1({f1, 1}, D, depth) == depth)
  local ok, e = Try(body2, D, {f2, 1}, depth + 1)
  check("raised at every level", not ok and e == G[7] and caught == depth)
  check("recursion", f3({f3, 1}, D, depth) == depth)
  ok, e = Try(body4, D, {f4, 1}, depth)
  check("raised from the bottom", not ok and e[3] == "bottom")
  check("mixture", f5({f5, 1}, D, depth) == depth)
  return 0
end
P.main(main)
