-- The driver: a loop that resumes coroutines. Code that runs too deep for one Lua stack yields a request to it, which the loop runs on
-- a fresh coroutine; the requester is resumed with the outcome. So nested `try`, deep recursion and effects
-- all keep the stacks of C and of the engine flat.
--
-- Depth (the argument D) counts the slots of the current coroutine; a pcall counts 300, because an engine
-- nests at most about 190 of them. Where a coroutine cannot yield across pcall (Lua 5.1), plain pcalls are used until the depth
-- is used up; below that a driver is started under which every `try` is a request.

--// Provides: driver
--// Requires: caught, apply
local create, resume, yield = coroutine.create, coroutine.resume, coroutine.yield

local pcall_yields
do
  local co = create(function() Pcall(yield, true) end)
  local ok, yielded = resume(co)
  pcall_yields = ok and yielded == true
end

local flat = false          -- whether a driver is below us, so that a request can be made
local memory_limit = 2e6    -- kilobytes at which deep recursion is a Stack_overflow
local many = {}             -- marks an outcome of more than three results, which comes in a table

-- A request is {function, arguments…, n = index of the last}; with `kind` it is one of the effects below.
local function outcome(a, b, c, ...)
  local rest = Select("#", ...)
  if rest == 0 then return nil, a, b, c end
  return nil, {a, b, c, ...}, many, rest + 3
end

local function arrive(ok, a, b, c)
  if b == many then return ok, Unpack(a, 1, c) end
  return ok, a, b, c
end

local function work(request)
  while true do
    request = yield(outcome(request[1](Unpack(request, 2, request.n))))
  end
end

local pool, pooled = {}, 0

local function take()
  if pooled > 0 then
    local co = pool[pooled]
    pool[pooled] = nil
    pooled = pooled - 1
    return co
  end
  return create(work)
end

local function too_deep(level)
  if level % 64 ~= 0 or collectgarbage("count") < memory_limit then return false end
  collectgarbage()
  return collectgarbage("count") >= memory_limit
end

-- The effects. A fiber is a run of coroutines; the lowest one has the handlers {value, exception, effect}. A suspended fiber
-- is {255, coroutines = list from the top, handlers = list, n = length}, a new one {255, fresh = handlers}.
local effects = {}

-- Runs a request; returns as pcall does.
local function run(request)
  local saved = flat
  flat = true
  local stack = {n = 0}     -- coroutines that wait, and under -index the handlers of those that begin a fiber
  local co, handlers = take(), false
  local ok, r, a, b, c = resume(co, request)
  while true do
    if ok and r then
      if r.kind then
        co, handlers, ok, r, a, b, c = effects[r.kind](stack, co, handlers, r)
      else
        local n = stack.n + 1
        if too_deep(n) then
          ok, r, a, b, c = resume(co, false, G[9])
        else
          stack.n, stack[n], stack[-n] = n, co, handlers
          co, handlers = take(), false
          ok, r, a, b, c = resume(co, r)
        end
      end
    else
      if ok then
        if pooled < 16 then
          pooled = pooled + 1
          pool[pooled] = co
        end
      else
        a, b, c = r, nil, nil
      end
      local n = stack.n
      if n == 0 then
        flat = saved
        return arrive(ok, a, b, c)
      end
      local done = handlers
      co, handlers = stack[n], stack[-n]
      stack.n, stack[n], stack[-n] = n - 1, nil, nil
      if done then
        -- The end of a fiber: its parent goes on with the handler.
        if ok then
          ok, r, a, b, c = resume(co, done[1], 1, a)
        else
          ok, r, a, b, c = resume(co, done[2], 0, a)
        end
      else
        ok, r, a, b, c = resume(co, ok, a, b, c)
      end
    end
  end
end
P.run = run

function Deep(f, ...)
  local request = {f, (...), 0, Select(2, ...)}
  request.n = Select("#", ...) + 2
  local ok, r
  if flat then ok, r = yield(request) else ok, r = run(request) end
  if ok then return r end
  Error(r, 0)
end

local function try_deep(f, ...)
  local request = {f, 0, ...}
  request.n = Select("#", ...) + 2
  if flat then return arrive(yield(request)) end
  return run(request)
end

if pcall_yields then
  function Try(f, D, ...)
    if D < 39000 then return Pcall(f, D + 300, ...) end
    return try_deep(f, ...)
  end
else
  function Try(f, D, ...)
    if D < 39000 and not flat then return Pcall(f, D + 300, ...) end
    return try_deep(f, ...)
  end
end

-- Runs the program: under a driver from the start where that costs nothing.
if pcall_yields then
  function P.start(f, ...)
    local request = {f, ...}
    request.n = Select("#", ...) + 1
    return run(request)
  end
else
  P.start = Pcall
end

-- What the effects need of the driver.
P.driver = {effects = effects, take = take, request = yield, run = run, flat = function() return flat end}
