-- The driver: a loop that resumes coroutines. Code that runs too deep for one Lua stack yields a request to it, which the loop runs on
-- a fresh coroutine; the requester is resumed with the outcome. So nested `try`, deep recursion and effects
-- all keep the stacks of C and of the engine flat.
--
-- Depth (the argument D) counts the slots of the current coroutine in tens, from P.start_depth on: above 0 it is used up. (A comparison
-- with 0 is quicker than one with a large number on Lua 5.4.) A pcall counts 30, because an engine nests at most about 190 of them.
-- (It is made below -100.) Where a coroutine cannot yield across pcall (Lua 5.1), plain pcalls are used until the depth
-- is used up; below that a driver is started under which every `try` is a request.

--// driver
--// Requires: caught, runparam
local create, resume, yield, select = coroutine.create, coroutine.resume, coroutine.yield, select

local _, pcall_yields = resume(create(function() Pcall(yield, true) end))

local start = -4000
P.start_depth = start

local flat = false          -- the state of the driver below us, to which a request can be made, or false
local memory_limit = 2.5e6  -- kilobytes at which deep recursion is a Stack_overflow

-- What a coroutine yields is a request, `function, arguments` (at most eight, else `spread, list, n`); or a table, one
-- of `requests`; or nil and the outcome of the request that it ran (at most eight results, else `nil, list, many, n`).
local many = {}

local function outcome(a, b, c, d, e, g, h, i, ...)
  local rest = select("#", ...)
  if rest == 0 then return nil, a, b, c, d, e, g, h, i end
  return nil, {a, b, c, d, e, g, h, i, ...}, many, rest + 8
end

local function arrive(ok, a, b, c, ...)
  if b == many then return ok, Unpack(a, 1, c) end
  return ok, a, b, c, ...
end

local function spread(list, n)
  return list[1](Unpack(list, 2, n))
end

local function work(f, a, b, c, d, e, g, h, i)
  while true do
    f, a, b, c, d, e, g, h, i = yield(outcome(f(a, b, c, d, e, g, h, i)))
  end
end

local pool = {}

local function take()
  local n = #pool
  local co = pool[n]
  pool[n] = nil
  return co or create(work)
end

local function too_deep(level)
  if level % 64 ~= 0 or collectgarbage("count") < memory_limit then return false end
  Pcall(collectgarbage)
  return collectgarbage("count") >= memory_limit
end

-- Runs f on a coroutine of a new driver; returns as pcall does.
local function run(f, ...)
  local saved = flat
  -- The coroutines that wait.
  local stack, co = {}, take()
  local state = {n = 0, stack = stack}
  --{ requests
  -- The handlers {value, exception, effect} of the fiber that `co` begins, or false; and those of the coroutines that wait.
  local handlers, fibers = false, {}
  state.fibers = fibers
  --}
  flat = state
  local ok, r, a, b, c, d, e, g, h, i = resume(co, f, ...)
  while true do
    local n = state.n
    if not ok or not r then
      if not ok then
        --{ backtrace
        P.died(co, r)
        --}
        a, b = r, nil
      elseif #pool < 16 then
        pool[#pool + 1] = co
      end
      if n == 0 then
        flat = saved
        return arrive(ok, a, b, c, d, e, g, h, i)
      end
      --{ requests
      -- The end of a fiber: its parent goes on with the handler.
      if handlers then ok, a, b = handlers[ok and 1 or 2], ok and 1 or 0, a end
      handlers, fibers[n] = fibers[n], nil
      --}
      co, state.n, stack[n] = stack[n], n - 1, nil
      ok, r, a, b, c, d, e, g, h, i = resume(co, ok, a, b, c, d, e, g, h, i)
    --{ requests
    elseif Type(r) == "table" then
      co, handlers, ok, r, a, b, c, d, e, g, h, i = P.requests[r.kind](state, co, handlers, r)
    --}
    elseif too_deep(n + 1) then
      ok, r, a, b, c, d, e, g, h, i = resume(co, false, G[9])
    else
      n = n + 1
      --{ requests
      handlers, fibers[n] = false, handlers
      --}
      state.n, stack[n], co = n, co, take()
      ok, r, a, b, c, d, e, g, h, i = resume(co, r, a, b, c, d, e, g, h, i)
    end
  end
end

local function ask(f, ...)
  local n = select("#", ...)
  if n > 8 then return ask(spread, {f, ...}, n + 1) end
  if flat then return arrive(yield(f, ...)) end
  return run(f, ...)
end

-- How often the depth may be used up, 40,000 slots each time, under a limit of so many words of OCaml's stack (`l=N` in OCAMLRUNPARAM).
-- A frame has up to four times as many slots here.
local levels = (P.runparam("l") or Huge) / 10000

local function back(...)
  levels = levels + 1
  return ...
end

local function ask_deeper(...)
  if levels <= 0 then return false, G[9] end
  levels = levels - 1
  return back(ask(...))
end

-- Gives what f returns; its arguments have a depth among them, that of a start.
function Deep(f, ...)
  local ok, r = ask_deeper(f, ...)
  if ok then return r end
  Error(r, 0)
end

if pcall_yields then
  function Try(f, D, ...)
    if D < -100 then return Pcall(f, D + 30, ...) end
    return ask_deeper(f, start, ...)
  end
else
  function Try(f, D, ...)
    if D < -100 and not flat then return Pcall(f, D + 30, ...) end
    return ask(f, start, ...)
  end
end

-- Runs the program: under a driver from the start where that costs nothing.
P.start = pcall_yields and run or Pcall

--{ requests backtrace gc_collect
-- What these need of the driver. `forget` lets go of the coroutines kept for later, and so of the values that they last worked on.
P.driver = {
  take = take, too_deep = too_deep, run = run, ask_deeper = ask_deeper, spread = spread, flat = function() return flat end,
  forget = function() pool = {} end, enter = function(state) flat = state end,
}
--}

--// requests
--// Requires: driver
-- What is asked of the driver with a table, by its kind: (state, coroutine, handlers, request) to the coroutine that runs next, its
-- handlers, and what resuming it gave.
P.requests = {}

--// %tail_depth
--// If: luau
--// Requires: far
--// Inline: D + 2.000244140625

--// far
--// If: luau
--// Requires: requests
-- A tail call takes a frame on Luau. So it counts too, by 2 and a fraction, 2^-12, which tells how many there were: when they alone
-- make up the depth, nobody waits for a frame of this coroutine but its start, and a fresh one takes its place.
-- Otherwise the code goes on as with Deep. (A function without a closure may have any number of results.)
local driver = P.driver
P.requests.replace = function(state, co, handlers, request)
  co = driver.take()
  return co, handlers, coroutine.resume(co, driver.spread, request, #request)
end
local function finish(ok, ...)
  if ok then return ... end
  Error((...), 0)
end
P.far = function(D, f, ...)
  if driver.flat() and D % 1 * 4096 * 2.000244140625 == D - P.start_depth then
    coroutine.yield({kind = "replace", f, ...})
  end
  return finish(driver.ask_deeper(f, ...))
end
