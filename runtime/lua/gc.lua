-- The interface of OCaml's garbage collector. The engine has its own: what there is no number for is 0.

--// Provides: heap_words mutable
P.heap_words = function()
  return Floor(collectgarbage("count") * 128)
end

--// Provides: caml_gc_stat mutable
--// Alias: caml_gc_quick_stat
--// Requires: heap_words
P.caml_gc_stat = function()
  local words = P.heap_words()
  return {0, words + 0.0, 0.0, words + 0.0, 0, 0, words, 1, words, 0, 0, 0, 0, 0, 0, words, 0, 0}
end

--// Provides: caml_gc_counters mutable
--// Requires: heap_words
P.caml_gc_counters = function()
  local words = P.heap_words() + 0.0
  return {0, words, 0.0, words}
end

--// Provides: caml_gc_minor_words mutable
--// Requires: heap_words
P.caml_gc_minor_words = function()
  return P.heap_words() + 0.0
end

--// Provides: gc_control
-- The parameters of Gc.set: they change nothing, but Gc.get gives them back.
P.gc_control = {0, 262144, 0, 120, 0, 0, 0, 0, 0, 0, 0, 0}

--// Provides: caml_gc_get mutable
--// Requires: gc_control
P.caml_gc_get = function()
  return {Unpack(P.gc_control)}
end

--// Provides: caml_gc_set
--// Requires: gc_control
P.caml_gc_set = function(control)
  P.gc_control = {Unpack(control)}
  return 0
end

--// Provides: caml_gc_full_major
--// Alias: caml_gc_major caml_gc_compaction caml_gc_minor
P.caml_gc_full_major = function()
  -- A sandbox may leave only the counting.
  Pcall(collectgarbage)
  return 0
end

--// Provides: caml_gc_major_slice
P.caml_gc_major_slice = function()
  return 0
end

--// Provides: caml_gc_huge_fallback_count const
--// Alias: caml_get_minor_free caml_get_major_bucket caml_get_major_credit
P.caml_gc_huge_fallback_count = function()
  return 0
end

--// Provides: caml_final_register
--// Alias: caml_final_register_called_without_value
-- Finalisers are never called, as values may also live until the end of the program under OCaml.
P.caml_final_register = function()
  return 0
end

--// Provides: caml_final_release
P.caml_final_release = function()
  return 0
end

--// Provides: caml_memprof_start
--// Requires: caml_failwith
P.caml_memprof_start = function()
  P.caml_failwith("Gc.Memprof is not supported")
end

--// Provides: caml_memprof_stop
--// Alias: caml_memprof_discard
--// Requires: caml_failwith
P.caml_memprof_stop = function()
  P.caml_failwith("Gc.Memprof: no profile")
end

--// Provides: caml_eventlog_resume
--// Alias: caml_eventlog_pause
P.caml_eventlog_resume = function()
  return 0
end

--// Provides: caml_ml_enable_runtime_warnings
P.caml_ml_enable_runtime_warnings = function()
  return 0
end

--// Provides: caml_ml_runtime_warnings_enabled const
P.caml_ml_runtime_warnings_enabled = function()
  return 0
end

--// Provides: caml_reset_afl_instrumentation
--// Alias: caml_setup_afl
P.caml_reset_afl_instrumentation = function()
  return 0
end
