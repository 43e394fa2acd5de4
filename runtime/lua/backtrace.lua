-- Backtraces. A program translated with -g (option of `compile`) has each call, operation that may raise and raise on a line of its
-- own, and P.place_lines says where these lines stand in the OCaml source. So nothing is recorded before an exception is
-- raised: then the lines of the Lua frames up to the handler are looked up, as OCaml's runtime looks up return addresses.
-- An entry of a raw backtrace is the number of such a line.

--// backtrace_state
--// Requires: runparam
-- active: whether exceptions are recorded; last: the exception that was; n: how many entries it has, which follow as 1, 2, …
local state = {active = P.runparam("b") or 0, last = 0, n = 0}
P.backtrace = state

function state.record(flag)
  if flag ~= state.active then state.active, state.last, state.n = flag, 0, 0 end
end

-- What a thread has recorded, and that again when it goes on.
function state.save()
  local copy = {last = state.last, n = state.n}
  for i = 1, state.n do copy[i] = state[i] end
  return copy
end

function state.restore(copy)
  state.last, state.n = copy.last, copy.n
  for i = 1, copy.n do state[i] = copy[i] end
end

-- ocamlrun reads the program's file for the locations when they are first wanted, or at the start with b=2. So there are none
-- if no more files can be opened (EMFILE).
local early = state.active > 1
function state.unreadable()
  if state.lost == nil then
    local file, _, code
    if not early and io and io.open then file, _, code = io.open("/dev/null") end
    if file then file:close() end
    state.lost = code == 24
  end
  return state.lost
end

--// backtrace
--// Requires: driver, caught, backtrace_state
local state, driver, xpcall = P.backtrace, P.driver, xpcall
local limit = 1024

-- Function and line of a frame, the line 0 if it is none of this file.
local getinfo, info = debug and debug.getinfo, debug and debug.info
local frame
if getinfo then
  local source, ours = getinfo(1, "S").source, setmetatable({}, {__mode = "k"})
  function frame(co, level)
    local t
    if co then t = getinfo(co, level, "fl") else t = getinfo(level, "fl") end
    local f = t and t.func
    if not f then return t and 0, 0 end
    local our = ours[f]
    if our == nil then
      our = getinfo(f, "S").source == source
      ours[f] = our
    end
    return f, our and t.currentline or 0
  end
elseif info then
  local source = info(1, "s")
  function frame(co, level)
    local name, line, f
    if co then name, line, f = info(co, level, "slf") else name, line, f = info(level, "slf") end
    if not name then return nil, nil end
    return f or 0, name == source and line or 0
  end
else
  function frame() return nil, nil end
end

-- What P.place_lines says, by entry (ARCHITECTURE.md, section 10), and the entry of each line.
local entries, places = nil, {}
local function read()
  if entries then return end
  entries = {}
  local names, here, number, line, file, definition = P.place_names, nil, 0, 0, nil, nil
  for key, value in string.gmatch(P.place_lines, "(%a)(%-?%d*)") do
    value = tonumber(value) or 1
    if key == "f" then
      file = names[value]
    elseif key == "d" then
      definition = names[value]
    elseif key == "l" then
      line = line + value
    elseif key == "s" then
      here.file, here.definition, here.line, here.start = file, definition, line, value
      here.end_line = line
    elseif key == "e" then
      here.stop = here.start + value
      here.end_char = here.stop
    elseif key == "m" then
      here.end_line = line + value
    elseif key == "x" then
      here.end_char = value
    elseif key == "p" then
      here.pending = #entries + 1
      here = {kind = "c"}
      entries[#entries + 1] = here
    else
      here = {kind = key}
      entries[#entries + 1] = here
      number = number + value
      places[number] = #entries
    end
  end
end

-- Appends the entries of a thread's frames from the top (nil: the running thread) to `list`, which holds n; up to the first
-- `try` unless `all`. Gives how many there are, and whether what throws on the exception of a coroutine comes first.
local function walk(co, list, n, most, all)
  read()
  local level, before, on = 0, n, false
  while n < most do
    local f, line = frame(co, level)
    if not f or (f == xpcall and not all) then break end
    if n == before and (f == Deep or f == P["%resume"]) then on = true end
    local entry = places[line]
    while entry and n < most do
      n = n + 1
      list[n] = entry
      entry = entries[entry].pending
    end
    level = level + 1
  end
  return n, on
end

-- The exception that ended a coroutine last, and whether it was raised without a backtrace.
local ended, notrace

local function record(co, e)
  if Type(e) ~= "table" then
    local known, exception = Pcall(Caught, e)
    if known then e = exception end
  end
  local list = {}
  local n, on = walk(co, list, 0, limit, false)
  local known, kind = on and e == ended, n > 0 and entries[list[1]].kind
  notrace = known and notrace or not known and kind == "n"
  ended = co and e
  if notrace then return end
  if not known and (kind ~= "a" or e ~= state.last) then state.last, state.n = e, 0 end
  for i = 1, n do
    if state.n < limit then
      state.n = state.n + 1
      state[state.n] = list[i]
    end
  end
end

local function handler(e)
  if state.active ~= 0 then record(nil, e) end
  return e
end

-- An exception ends a coroutine of the driver, whose frames are still there.
function P.died(co, e)
  if state.active ~= 0 then record(co, e) end
end

local protected
if select(2, xpcall(function(passed) return passed end, handler, true)) then
  function protected(f, ...) return xpcall(f, handler, ...) end
else
  function protected(f, ...)
    local n, arguments = select("#", ...), {...}
    return xpcall(function() return f(Unpack(arguments, 1, n)) end, handler)
  end
end

-- The driver's Try takes what is too deep, and whatever would have to yield across xpcall.
local deep_try, crossed = Try, P.start ~= Pcall
function Try(f, D, ...)
  if D < -100 and (crossed or not driver.flat()) then return protected(f, D + 30, ...) end
  return deep_try(f, D, ...)
end
if not crossed then P.start = protected end

-- The running thread's frames, then those of the coroutines that wait for it.
function state.callstack(most)
  local list = {0}
  local n = walk(nil, list, 1, most + 1, true)
  local running = driver.flat()
  for level = running and running.n or 0, 1, -1 do
    n = walk(running.stack[level], list, n, most + 1, true)
  end
  return list
end

-- The same for the coroutines of a list.
function state.callstack_of(coroutines, most)
  local list, n = {0}, 1
  for i = 1, #coroutines do n = walk(coroutines[i], list, n, most + 1, true) end
  return list
end

function state.entry(number)
  return state.unreadable() and {kind = entries[number].kind} or entries[number]
end

--// backtrace_range
--// Version: < 5.2
function P.backtrace_range(e)
  return "line " .. e.line .. ", characters " .. e.start .. "-" .. e.stop
end

--// backtrace_range
--// Version: >= 5.2
function P.backtrace_range(e)
  if e.line == e.end_line then return "line " .. e.line .. ", characters " .. e.start .. "-" .. e.stop end
  return "lines " .. e.line .. "-" .. e.end_line .. ", characters " .. e.start .. "-" .. e.end_char
end

--// backtrace_text
--// Requires: backtrace, backtrace_range
-- The backtrace of an exception that nobody caught, as runtime/backtrace.c prints it, to follow on its message.
function P.backtrace_text()
  local state = P.backtrace
  local out = {}
  for i = 1, state.active ~= 0 and state.n or 0 do
    local e = state.entry(state[i])
    local raises = e.kind ~= "c"
    local what = raises and (i == 1 and "Raised at" or "Re-raised at")
      or (i == 1 and "Raised by primitive operation at" or "Called from")
    if e.start then
      out[#out + 1] = "\n" .. what .. " " .. e.definition .. ' in file "' .. e.file .. '", ' .. P.backtrace_range(e)
    elseif not raises then
      out[#out + 1] = "\n" .. what .. " unknown location"
    end
  end
  if state.unreadable() then
    out[#out + 1] = "\n(Cannot print locations:\n bytecode executable program file cannot be opened;\n"
      .. " -- too many open files. Try running with OCAMLRUNPARAM=b=2)"
  end
  return Concat(out)
end

--// backtrace_slot
--// Version: < 5.2
--// Requires: backtrace_state
-- An entry as Printexc.backtrace_slot.
function P.backtrace_slot(number)
  local e = P.backtrace.entry(number)
  local raises = e.kind == "c" and 0 or 1
  if not e.start then return {1, raises} end
  return {0, raises, e.file, e.line, e.start, e.stop, 0, e.definition}
end

--// backtrace_slot
--// Version: >= 5.2
--// Requires: backtrace_state
function P.backtrace_slot(number)
  local e = P.backtrace.entry(number)
  local raises = e.kind == "c" and 0 or 1
  if not e.start then return {1, raises} end
  return {0, raises, e.file, e.line, e.start, e.stop, e.end_line, e.end_char, 0, e.definition}
end

--// %place
--// Requires: backtrace, backtrace_text
-- The compiler gives the line that follows an entry.

--// caml_backtrace_status mutable
--// Requires: backtrace_state
function P.caml_backtrace_status(unit)
  return P.backtrace.active ~= 0 and 1 or 0
end

--// caml_record_backtrace
--// Requires: backtrace_state
function P.caml_record_backtrace(flag)
  P.backtrace.record(flag)
  return 0
end

--// caml_get_exception_raw_backtrace mutable
--// Requires: backtrace_state
function P.caml_get_exception_raw_backtrace(unit)
  local state, copy = P.backtrace, {0}
  for i = 1, state.active ~= 0 and state.n or 0 do copy[i + 1] = state[i] end
  return copy
end

--// caml_get_current_callstack
--// Requires: backtrace_state
function P.caml_get_current_callstack(most)
  local callstack = P.backtrace.callstack
  return callstack and callstack(most) or Empty
end

--// caml_get_continuation_callstack
--// Requires: backtrace_state
function P.caml_get_continuation_callstack(continuation, most)
  local callstack_of, fiber = P.backtrace.callstack_of, continuation[2]
  return callstack_of and fiber ~= 0 and callstack_of(fiber.coroutines, most) or Empty
end

--// caml_restore_raw_backtrace
--// Requires: backtrace_state
function P.caml_restore_raw_backtrace(exception, backtrace)
  local state = P.backtrace
  state.last, state.n = exception, #backtrace - 1
  for i = 1, state.n do state[i] = backtrace[i + 1] end
  return 0
end

--// caml_convert_raw_backtrace
--// Requires: backtrace_slot, caml_failwith
-- A program without -g has no entries; Printexc says so if one is wanted.
function P.caml_convert_raw_backtrace(backtrace)
  local state, slots = P.backtrace, {0}
  if state.active ~= 0 and not state.entry then P.caml_failwith("No debug information available") end
  for i = 2, #backtrace do slots[i] = P.backtrace_slot(backtrace[i]) end
  return slots
end

--// caml_get_exception_backtrace
--// Requires: caml_get_exception_raw_backtrace, caml_convert_raw_backtrace
function P.caml_get_exception_backtrace(unit)
  if not P.backtrace.entry then return 0 end
  return {0, P.caml_convert_raw_backtrace(P.caml_get_exception_raw_backtrace(0))}
end

--// caml_raw_backtrace_length const
function P.caml_raw_backtrace_length(backtrace)
  return #backtrace - 1
end

--// caml_raw_backtrace_slot
--// Requires: caml_invalid_argument
function P.caml_raw_backtrace_slot(backtrace, index)
  if index < 0 or index > #backtrace - 2 then
    P.caml_invalid_argument("Printexc.get_raw_backtrace_slot: index out of bounds")
  end
  return backtrace[index + 2]
end

--// caml_raw_backtrace_next_slot const
-- Bytecode has nothing inlined.
function P.caml_raw_backtrace_next_slot(slot)
  return 0
end

--// caml_convert_raw_backtrace_slot
--// Requires: backtrace_slot
function P.caml_convert_raw_backtrace_slot(slot)
  return P.backtrace_slot(slot)
end

--// caml_ml_debug_info_status
--// Requires: backtrace_state
-- As the index of Printexc's errors.
function P.caml_ml_debug_info_status(unit)
  return P.backtrace.unreadable() and -4 or 0
end
