-- The library threads: cooperative threads. Each is a coroutine that runs a driver of its own; what a primitive yields goes through
-- the driver to the scheduler, which stands below all of them, the main one included. A thread runs until it waits or yields.
-- A thread is a block with its number and the named fields `coroutine`, `finished` and `joining`, the threads that wait for its end.

--// threads
--// Requires: requests, leave, unix_gettimeofday, complain
local create, resume, status, driver = coroutine.create, coroutine.resume, coroutine.status, P.driver
local main = { 0, 0, joining = {} }
local queue, first, last = {}, 1, 0
local sleeping = {}
local threads = { current = main, main = main }
P.threads = threads

local switch = { kind = "switch" }
P.requests.switch = function(state, co, handlers)
  coroutine.yield()
  driver.enter(state)
  return co, handlers, resume(co)
end

function threads.wake(thread)
  last = last + 1
  queue[last] = thread
end

-- The current thread waits in a list, or for good without one, until another wakes it.
function threads.wait(list)
  if list then
    list[#list + 1] = threads.current
  end
  local backtrace = P.backtrace
  local recorded = backtrace and backtrace.active > 0 and backtrace.save()
  coroutine.yield(switch)
  if recorded then backtrace.restore(recorded) end
end

-- Wakes the first thread of a list, or all.
function threads.wake_from(list, all)
  while list[1] do
    threads.wake(table.remove(list, 1))
    if not all then
      return
    end
  end
end

function threads.yield()
  if last >= first or #sleeping > 0 then
    threads.wake(threads.current)
    threads.wait()
  end
end

function threads.sleep(seconds)
  local time = P.unix_gettimeofday(0) + seconds
  local i = #sleeping + 1
  while i > 1 and sleeping[i - 1].time > time do
    i = i - 1
  end
  table.insert(sleeping, i, { time = time, thread = threads.current })
  threads.wait()
end

function threads.finish(thread)
  thread.finished = true
  threads.wake_from(thread.joining, true)
end

-- The thread that runs next. Where all wait for each other ocamlrun would wait for ever.
local execute = os and os.execute
local function next_one()
  while true do
    local now = #sleeping > 0 and P.unix_gettimeofday(0)
    while #sleeping > 0 and sleeping[1].time <= now do
      threads.wake(table.remove(sleeping, 1).thread)
    end
    if first <= last then
      local thread = queue[first]
      queue[first] = nil
      first = first + 1
      return thread
    elseif #sleeping > 0 then
      -- Without commands it is waited for the clock.
      if execute then execute(string.format("sleep %.3f", sleeping[1].time - now + 0.001)) end
    elseif main.finished then
      P.leave(0)
    else
      P.complain("Fatal error: every thread waits for another")
      P.leave(2)
    end
  end
end

-- Runs f as the main thread, and with it all others until it ends.
local function run(f, ...)
  main.coroutine = create(driver.run)
  local thread = main
  local ok, done, result = resume(main.coroutine, f, ...)
  while true do
    if status(thread.coroutine) == "dead" then
      if not ok then
        Error(done, 0)
      elseif thread == main then
        return done, result
      end
      threads.finish(thread)
    end
    thread = next_one()
    threads.current = thread
    if thread.start then
      thread.start = nil
      ok, done, result = resume(thread.coroutine, A1, thread.body, P.start_depth, 0)
    else
      ok, done, result = resume(thread.coroutine)
    end
  end
end

-- In place of the driver's: what is thrown here is the end of the program (`P.leave`, where it cannot end the process).
P.start = function(f, ...)
  local ok, done, result = Pcall(run, f, ...)
  if ok then return done, result end
  return false, done
end

--// caml_thread_initialize
--// Requires: threads
function P.caml_thread_initialize(unit)
  return 0
end

--// caml_thread_cleanup
function P.caml_thread_cleanup(unit)
  return 0
end

--// caml_thread_new
--// Requires: threads, %apply_1
local count = 0
function P.caml_thread_new(body)
  count = count + 1
  local thread = { 0, count, joining = {}, body = body, start = true, coroutine = coroutine.create(P.driver.run) }
  P.threads.wake(thread)
  return thread
end

--// caml_thread_self mutable
--// Requires: threads
function P.caml_thread_self(unit)
  return P.threads.current
end

--// caml_thread_id const
--// Inline: %1[2]
function P.caml_thread_id(thread)
  return thread[2]
end

--// caml_thread_yield
--// Requires: threads
function P.caml_thread_yield(unit)
  P.threads.yield()
  return 0
end

--// caml_thread_join
--// Requires: threads
function P.caml_thread_join(thread)
  if not thread.finished then
    P.threads.wait(thread.joining)
  end
  return 0
end

--// caml_thread_exit
--// Requires: threads
-- The program goes on without its main thread, too.
function P.caml_thread_exit(unit)
  P.threads.finish(P.threads.current)
  P.threads.wait()
end

--// caml_thread_uncaught_exception
--// Requires: threads, caml_format_exception, complain
function P.caml_thread_uncaught_exception(e)
  local number = P.threads.current[2]
  local message = "Thread " .. number .. " killed on uncaught exception " .. P.caml_format_exception(e)
  --{ backtrace_text
  message = message .. P.backtrace_text()
  --}
  P.complain(message)
  return 0
end

--// caml_wait_signal
--// Requires: unix_unsupported
P.caml_wait_signal = P.unix_unsupported("wait_signal")
