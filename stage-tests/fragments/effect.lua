--// Requires: caml_alloc_stack, caml_continuation_use_noexc, %perform, %resume, %reperform
-- Effects by hand: a fiber that performs, deep handlers, an effect passed on to the outer handler, one-shot continuations, a million performs.
local perform, resume, reperform = P["%perform"], P["%resume"], P["%reperform"]
local function closure(n, f) return {f, n} end
local identity = closure(1, function(_, _, x) return x end)
local raising = closure(1, function(_, _, e) Error(e, 0) end)
local function continue(D, k, x) return resume(D, P.caml_continuation_use_noexc(k), identity, x, 0) end

P.main(function(_, D)
  local function check(name, condition)
    if not condition then error(name) end
  end
  local function match_with(D, body, handler)
    return resume(D, P.caml_alloc_stack(identity, raising, handler), body, 0, 0)
  end

  -- The handler doubles what was performed.
  local double = closure(3, function(_, D, eff, k) return continue(D, k, 2 * eff) end)
  local r = match_with(D, closure(1, function(_, D) return perform(D, 10) + perform(D, 1) end), double)
  check("continued", r == 22)

  -- Abandoned; then the continuation used twice.
  local kept
  local keep = closure(3, function(_, _, eff, k) kept = k return eff end)
  check("abandoned", match_with(D, closure(1, function(_, D) return perform(D, 5) + 1 end), keep) == 5)
  check("resumed later", continue(D, kept, 7) == 8)
  P.named_values["Effect.Continuation_already_resumed"] = {248, "Already", 77}
  P.named_values["Effect.Unhandled"] = {248, "Unhandled", 78}
  local ok, e = Try(function(D) return continue(D, kept, 7) end, D)
  check("resumed twice", not ok and e[2] == "Already")
  ok, e = Try(function(D) return perform(D, 1) end, D)
  check("unhandled", not ok and e[2][2] == "Unhandled" and e[3] == 1)

  -- The inner handler passes odd effects on.
  local inner = closure(3, function(_, D, eff, k)
    if eff % 2 == 1 then return reperform(D, eff, k, 0) end
    return continue(D, k, 100 + eff)
  end)
  local body = closure(1, function(_, D) return perform(D, 2) + 1000 * perform(D, 3) end)
  check("passed on", match_with(D, closure(1, function(_, D) return match_with(D, body, inner) end), double) == 6102)
  ok, e = Try(function(D) return match_with(D, body, inner) end, D)
  check("passed on and unhandled", not ok and e[2][2] == "Unhandled" and e[3] == 3)

  -- An exception through a fiber, and a `try` inside of one that spans a perform.
  ok, e = Try(function(D) return match_with(D, closure(1, function() Error(G[7], 0) end), double) end, D)
  check("exception", not ok and e == G[7])
  r = match_with(D, closure(1, function(_, D)
    local ok, e = Try(function(D) Error({0, G[3], perform(D, 21)}, 0) end, D)
    return ok and 0 or e[3]
  end), double)
  check("try around perform", r == 42)

  -- Many performs do not pile up. (They do where a tail call takes room and nobody counts it, as in these handlers on Luau.)
  local function descend(n) if n == 0 then return true end return descend(n - 1) end
  local many = Pcall(descend, 100000) and 1000000 or 1000
  r = match_with(D, closure(1, function(_, D)
    local sum = 0
    for i = 1, many do sum = sum + perform(D, 1) end
    return sum
  end), double)
  check("a million performs", r == 2 * many)
  check("memory", collectgarbage("count") < 200000)
  print("ok effect")
  return 0
end)
