-- The interface of OCaml's garbage collector. The engine has its own: what there is no number for is 0.

--// mortal
-- An object that dies when the value that refers to it does: then `meta.__gc` is called with it, and finds `meta` by
-- getmetatable. It does little, and makes no such object itself: LuaJIT 2.1.0-beta3 sometimes does not end the loop here, compiled,
-- when a collection runs it.
local proxy = newproxy
P.mortal = function(meta)
  if not proxy then return setmetatable({}, meta) end
  local object = proxy(true)
  local own = getmetatable(object)
  for key, value in pairs(meta) do own[key] = value end
  return object
end

--// gc_counts
--// Requires: mortal
-- Collections: those of the engine are major ones. `due` when it has made one since the last time that was asked: then an
-- object that nothing refers to was finalised.
local counts = {major = 0, minor = 0, compactions = 0, forced = 0, top = 0, due = false}
counts.watch = function()
  counts.due = false
  P.mortal({__gc = function() counts.due = true end})
end
counts.watch()
P.gc_counts = counts

--// gc_collect
--// Requires: driver
-- A whole collection, where a sandbox leaves more than the counting; whether it brought finalisers to call. The coroutines that
-- the driver keeps hold what they last worked on.
P.gc_collect = function(D)
  P.driver.forget()
  Pcall(collectgarbage)
  --{ memprof
  P.memprof_scan()
  --}
  --{ run_finalisers
  return P.run_finalisers(D)
  --}
end

--// heap_words mutable
P.heap_words = function()
  return Floor(collectgarbage("count") * 128)
end

--// caml_gc_stat
--// Alias: caml_gc_quick_stat
--// Requires: heap_words, gc_counts
-- A collection of the engine is counted when another one, made here, has taken all that was dead at its end.
P.caml_gc_stat = function()
  local counts = P.gc_counts
  if counts.due then
    Pcall(collectgarbage)
    counts.major = counts.major + 1
    counts.watch()
  end
  local words = P.heap_words()
  if words > counts.top then counts.top = words end
  local allocated, major = words + 0.0, words + 0.0
  --{ allocation
  allocated, major = P.allocated_words()
  --}
  return {0, allocated, 0.0, major, counts.minor, counts.major, words, 1, words, 0, 0, 0, 0, 0, counts.compactions, counts.top, 0,
    counts.forced}
end

--// gc_control
-- The parameters of Gc.set: they change nothing, but Gc.get gives them back.
P.gc_control = {0, 262144, 0, 120, 0, 0, 0, 0, 0, 0, 0, 0}

--// caml_gc_get mutable
--// Requires: gc_control
P.caml_gc_get = function()
  return {Unpack(P.gc_control)}
end

--// caml_gc_set
--// Requires: gc_control
P.caml_gc_set = function(control)
  P.gc_control = {Unpack(control)}
  return 0
end

--// caml_gc_minor
--// Requires: gc_collect
--// Calls:
P.caml_gc_minor = function(D)
  P.gc_collect(D)
  local counts = P.gc_counts
  if counts then counts.minor = counts.minor + 1 end
  return 0
end

--// caml_gc_major
--// Requires: gc_collect
--// Calls:
P.caml_gc_major = function(D)
  P.gc_collect(D)
  return 0
end

--// caml_gc_full_major
--// Requires: gc_collect
--// Calls:
-- Up to three collections, so that what finalisers let go is freed too; they count as three, like OCaml's.
P.caml_gc_full_major = function(D)
  local counts = P.gc_counts
  local before = counts and counts.major
  local _ = P.gc_collect(D) and P.gc_collect(D) and P.gc_collect(D)
  if counts then
    counts.major, counts.forced = before + 3, counts.forced + 1
    if counts.due then counts.watch() end
  end
  return 0
end

--// caml_gc_compaction
--// Requires: caml_gc_full_major
--// Calls:
P.caml_gc_compaction = function(D)
  local counts = P.gc_counts
  if counts then counts.compactions = counts.compactions + 1 end
  return P.caml_gc_full_major(D)
end

--// caml_gc_major_slice
--// Calls:
P.caml_gc_major_slice = function(D)
  Pcall(collectgarbage, "step")
  --{ run_finalisers
  P.run_finalisers(D)
  --}
  return 0
end

--// caml_gc_huge_fallback_count const
--// Alias: caml_get_minor_free caml_get_major_bucket caml_get_major_credit
P.caml_gc_huge_fallback_count = function()
  return 0
end

--// caml_eventlog_resume
--// Alias: caml_eventlog_pause
P.caml_eventlog_resume = function()
  return 0
end

--// caml_ml_enable_runtime_warnings
P.caml_ml_enable_runtime_warnings = function()
  return 0
end

--// caml_ml_runtime_warnings_enabled const
P.caml_ml_runtime_warnings_enabled = function()
  return 0
end

--// caml_reset_afl_instrumentation
--// Alias: caml_setup_afl
P.caml_reset_afl_instrumentation = function()
  return 0
end
