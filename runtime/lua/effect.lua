-- Effects of OCaml 5. A fiber is a run of coroutines on the driver's stack; the lowest one has its handlers. A suspended fiber
-- is {251, coroutines = list from the top, handlers = list}, a new one {251, fresh = handlers}; a continuation is {245, fiber, last}.

--// caml_alloc_stack
P.caml_alloc_stack = function(value, exception, effect)
  return {251, fresh = {value, exception, effect}}
end

--// caml_continuation_use_noexc
-- The fiber of a continuation, which can be used once.
P.caml_continuation_use_noexc = function(continuation)
  local fiber = continuation[2]
  continuation[2] = 0
  return fiber
end

--// caml_continuation_use_and_update_handler_noexc
--// Requires: caml_continuation_use_noexc
P.caml_continuation_use_and_update_handler_noexc = function(continuation, value, exception, effect)
  local fiber = P.caml_continuation_use_noexc(continuation)
  if fiber ~= 0 then fiber.handlers[#fiber.handlers] = {value, exception, effect} end
  return fiber
end

--// perform_effect
--// Requires: requests
-- Takes the running fiber off the driver's stack, adds it to `fiber`, and lets its parent handle the effect.
P.perform_effect = function(state, co, handlers, fiber, effect, continuation)
  local stack, fibers = state.stack, state.fibers
  local base, found = state.n + 1, handlers
  while not found and base > 1 do
    base = base - 1
    found = fibers[base]
  end
  if not found then return co, handlers, coroutine.resume(co, nil) end
  local n = #fiber.coroutines + 1
  fiber.coroutines[n], fiber.handlers[n] = co, handlers
  for level = state.n, base, -1 do
    n = n + 1
    fiber.coroutines[n], fiber.handlers[n] = stack[level], fibers[level]
    stack[level], fibers[level] = nil, nil
  end
  local parent, parent_handlers = stack[base - 1], fibers[base - 1]
  stack[base - 1], fibers[base - 1] = nil, nil
  state.n = base - 2
  return parent, parent_handlers, coroutine.resume(parent, found[3], 3, effect, continuation, 0)
end

--// unhandled_effect
--// Requires: named_values, caml_sys_exit, complain
-- A program without the module that defines the exception ends.
P.unhandled_effect = function(effect)
  local exception = P.named_values["Effect.Unhandled"]
  if not exception then
    P.complain("Fatal error: exception Effect.Unhandled")
    P.caml_sys_exit(2)
  end
  return {0, exception, effect}
end

--// %perform
--// Calls:
--// Requires: perform_effect, unhandled_effect, %apply_1
P.requests.perform = function(state, co, handlers, request)
  local fiber = {251, coroutines = {}, handlers = {}}
  return P.perform_effect(state, co, handlers, fiber, request.effect, {245, fiber, 0})
end
P["%perform"] = function(D, effect)
  local f, x
  if P.driver.flat() then f, x = coroutine.yield({kind = "perform", effect = effect}) end
  if not f then Error(P.unhandled_effect(effect), 0) end
  return A1(f, D, x)
end

--// fiber_outcome
--// Calls:
--// Requires: %apply_3, caught
-- Goes on with the handler of a fiber: that of its value (count 1), its exception (0) or an effect (3).
P.fiber_outcome = function(D, handler, count, a, b, c)
  if count == 1 then return A1(handler, D, a) end
  if count == 3 then return A3(handler, D, a, b, c) end
  a = Caught(a)
  if not handler then Error(a, 0) end
  return A1(handler, D, a)
end

--// %resume
--// Calls:
--// Requires: requests, fiber_outcome, named_values
-- Runs f(x) on a fiber; the caller goes on with what the fiber's handlers give.
local resume, driver = coroutine.resume, P.driver
P.requests.resume = function(state, co, handlers, request)
  local stack, fibers, fiber = state.stack, state.fibers, request.fiber
  local n = state.n + 1
  if driver.too_deep(n) then return co, handlers, resume(co, nil, 0, G[9]) end
  stack[n], fibers[n] = co, handlers
  if fiber.fresh then
    state.n = n
    co = driver.take()
    return co, fiber.fresh, resume(co, A1, request.f, P.start_depth, request.x)
  end
  for i = #fiber.coroutines, 2, -1 do
    n = n + 1
    stack[n], fibers[n] = fiber.coroutines[i], fiber.handlers[i]
  end
  state.n = n
  co = fiber.coroutines[1]
  return co, fiber.handlers[1], resume(co, request.f, request.x)
end
P["%resume"] = function(D, fiber, f, x)
  if fiber == 0 then Error(P.named_values["Effect.Continuation_already_resumed"] or G[7], 0) end
  if not driver.flat() then
    local ok, r = driver.run(P["%resume"], P.start_depth, fiber, f, x)
    if ok then return r end
    Error(r, 0)
  end
  return P.fiber_outcome(D, coroutine.yield({kind = "resume", fiber = fiber, f = f, x = x}))
end

--// %reperform
--// Calls:
--// Requires: perform_effect, unhandled_effect, caml_continuation_use_noexc, fiber_outcome, %resume
-- The handler passes an effect on: its own fiber joins the continuation.
P.requests.reperform = function(state, co, handlers, request)
  local continuation = request.continuation
  return P.perform_effect(state, co, handlers, continuation[2], request.effect, continuation)
end
P["%reperform"] = function(D, effect, continuation)
  if P.driver.flat() then
    local handler, count, a, b, c = coroutine.yield({kind = "reperform", effect = effect, continuation = continuation})
    if handler then return P.fiber_outcome(D, handler, count, a, b, c) end
  end
  local raise = {function(_, _, e) Error(e, 0) end, 1}
  return P["%resume"](D, P.caml_continuation_use_noexc(continuation), raise, P.unhandled_effect(effect))
end
