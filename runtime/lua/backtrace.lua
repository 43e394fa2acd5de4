-- Backtraces: none are kept, so that Printexc answers as a program without debugging information does.

--// Provides: caml_backtrace_status mutable
function P.caml_backtrace_status(unit)
  return 0
end

--// Provides: caml_record_backtrace
function P.caml_record_backtrace(flag)
  return 0
end

--// Provides: caml_get_exception_raw_backtrace mutable
--// Alias: caml_get_current_callstack
-- An empty array, whatever the arguments.
function P.caml_get_exception_raw_backtrace(unit)
  return { 0 }
end

--// Provides: caml_restore_raw_backtrace
function P.caml_restore_raw_backtrace(exception, backtrace)
  return 0
end

--// Provides: caml_convert_raw_backtrace const
function P.caml_convert_raw_backtrace(backtrace)
  return { 0 }
end

--// Provides: caml_raw_backtrace_slot
--// Alias: caml_raw_backtrace_next_slot
--// Requires: caml_invalid_argument
-- No backtrace has a slot.
function P.caml_raw_backtrace_slot(backtrace, index)
  P.caml_invalid_argument("Printexc.get_raw_backtrace_slot: index out of bounds")
end

--// Provides: caml_convert_raw_backtrace_slot
--// Requires: caml_failwith
function P.caml_convert_raw_backtrace_slot(slot)
  P.caml_failwith("No debug information available")
end

--// Provides: caml_ml_debug_info_status const
function P.caml_ml_debug_info_status(unit)
  return 0
end
