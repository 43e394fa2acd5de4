--// Requires: caml_compare, caml_equal, caml_lessthan, caml_lessequal, caml_greaterthan, caml_greaterequal
-- Structural comparison: order of kinds, nan, functional values, and a depth no recursion would survive.
local function code() return 0 end

P.main(function(_, D)
  local function check(name, condition)
    if not condition then error(name) end
  end
  local function raises(message, f, a, b)
    local ok, e = Try(function(_, x, y) return f(x, y) end, D, a, b)
    check(message, not ok and Caught(e)[2] == G[4] and e[3] == message)
  end
  local compare, nan = P.caml_compare, Huge - Huge
  check("compare 1 2 = -1", compare(1, 2) == -1 and compare(2, 1) == 1 and compare(5, 5) == 0)
  check('compare "b" "abc" = 1', compare("b", "abc") == 1 and compare("ab", "abc") == -1)
  check('compare "\\200" "a" = 1', compare("\200", "a") == 1 and compare("a\0b", "a") == 1)
  check("compare None (Some 0) = -1", compare(0, {0, 0}) == -1 and compare({0, 0}, 0) == 1)
  check("compare nan 1. = -1", compare(nan, 1.5) == -1 and compare(1.5, nan) == 1 and compare(nan, nan) == 0)
  check("nan = nan is false", not P.caml_equal(nan, nan) and not P.caml_lessthan(nan, 1.5))
  check("nan <= 1. is false", not P.caml_lessequal(nan, 1.5) and not P.caml_greaterequal(nan, 1.5))
  local holds_nan = {0, nan}
  check("[nan] is not [nan]", not P.caml_equal(holds_nan, holds_nan) and compare(holds_nan, holds_nan) == 0)
  check("(1, 2) < (1, 3)", P.caml_lessthan({0, 1, 2}, {0, 1, 3}) and not P.caml_greaterthan({0, 1, 2}, {0, 1, 3}))
  check("arrays by length", compare({0, 9}, {0, 1, 1}) == -1 and compare({0}, {0, 1}) == -1 and compare({0}, {0}) == 0)
  check("constructors by tag", compare({1, 0}, {0, 5, 5}) == 1)
  check("bytes", compare({n = 2, s = "ab"}, {97, 99, n = 2}) == -1 and P.caml_equal({n = 2, s = "ab"}, {97, 98, n = 2}))
  check("forced lazy values", compare({250, 7}, 7) == 0 and compare({0, {250, "a"}}, {0, {250, "b"}}) == -1)
  check("exceptions by identity", compare({248, "A", 3}, {248, "A", 4}) == -1)
  check("int64", compare({255, 1, -1}, {255, 1, 1}) == 1 or math.type)
  check("int32", compare({255, -1, "_i"}, {255, 1, "_i"}) == -1 and P.caml_equal({255, 5, "_i"}, {255, 5, "_i"}))
  check("kinds", compare({255, 2, "_i"}, {255, 1, "_n"}) == -1 and compare({255, 0, 0}, {255, 0, "_i"}) == 1)
  raises("compare: functional value", compare, {code, 1}, {code, 1})
  raises("compare: functional value", P.caml_equal, {0, {code, 1}}, {0, {code, 1}})
  raises("compare: abstract value", compare, {251}, {251})
  local f = {code, 1}
  check("compare f f = 0", compare(f, f) == 0)
  raises("compare: functional value", P.caml_equal, f, f)
  local a, b, c = 0, 0, 1
  for i = 1, 300000 do a, b, c = {0, a, i}, {0, b, i}, {0, i, c} end
  check("deep to the left", P.caml_equal(a, b) and compare(a, {0, b, 1}) == -1)
  check("deep to the right", compare(c, {0, 300000, 0}) == 1 and P.caml_equal(c, c))
  print("ok compare")
  return 0
end)
