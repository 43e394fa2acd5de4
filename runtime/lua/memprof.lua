-- Statistical profiling of memory (Gc.Memprof). Each word is sampled with the given probability, wherever the compiler put an
-- event (passes/allocations). Call stacks are those of Printexc.get_callstack: empty in a program translated without -g.

--// memprof
--// Requires: allocation, gc_collect, %apply_1
-- A profile: {0, tracker, rate}. A value that is tracked has an entry {data, profile, young}, and stands by it in `alive` while
-- it lives; a string or a number, of which the engine tells nothing, until the next collection. A minor collection is made up: one of the engine's, after so many words.
local endless = 4503599627370496
local current, suspended = nil, false
local to_sample, to_minor = endless, endless
local entries, count, alive = {}, 0, setmetatable({}, {__mode = "v"})
local pending, first, last = {}, 1, 0

-- Words to the next sample, for a rate of which `scale` is 1 / log(1 - rate).
local log, random = math.log, math.random
local function distance(rate, scale)
  if rate <= 0 then return endless end
  if rate >= 1 then return 1 end
  local n = 1 + Floor(log(1 - random()) * scale)
  return n < endless and n or endless
end

local function grant()
  local n = to_sample < to_minor and to_sample or to_minor
  P.allocation_grant(n > 0 and n - 1 or 0)
end

-- Draws the distance to the next sample again, which has no memory. Nothing is sampled inside a function of a tracker.
local function resample()
  P.allocation_settle()
  to_sample = current and not suspended and distance(current[3], current.scale) or endless
  grant()
end

local function call(D, f, v)
  return A1(f, D, v)
end

-- Calls a function of a tracker, in which nothing is sampled. How deep it is called is not known: it has a quarter of the stack.
local function callback(f, v)
  suspended = true
  resample()
  local ok, r = Try(call, 30000, f, v)
  suspended = false
  resample()
  if not ok then Error(r, 0) end
  return r
end

-- Promotions and deallocations that the collector found, in their order.
local function run_pending()
  while not suspended and first <= last do
    local entry, what = pending[first][1], pending[first][2]
    pending[first] = nil
    first = first + 1
    local profile = entry[2]
    if not profile.discarded then
      local r = callback(profile[2][what], entry[1])
      if what == 4 then
        if r == 0 then entry[2] = {0, nil, nil, discarded = true} else entry[1] = r[2] end
      end
    end
  end
end

P.memprof_scan = function()
  local kept = 0
  for i = 1, count do
    local entry = entries[i]
    entries[i] = nil
    if not entry[2].discarded then
      local v = alive[entry]
      if v == nil then
        last = last + 1
        pending[last] = {entry, entry[3] and 5 or 6}
      else
        if entry[3] then
          entry[3] = false
          last = last + 1
          pending[last] = {entry, 4}
        end
        kept = kept + 1
        entries[kept] = entry
      end
    end
  end
  count = kept
  run_pending()
end

-- `read` is what values of Marshal have in common.
local function sample(v, n, samples, source, read)
  local profile = current
  local young = n <= 257
  if read then young = not read.old end
  local callstack = read and read.callstack
  if not callstack then
    local walk = P.backtrace and P.backtrace.callstack
    callstack = walk and walk(profile.callstack_size) or Empty
    if read then read.callstack = callstack end
  end
  local r = callback(profile[2][young and 2 or 3], {0, samples, n - (source == 2 and 0 or 1), source, callstack})
  if r ~= 0 and not profile.discarded then
    local entry = {r[2], profile, young}
    count = count + 1
    entries[count], alive[entry] = entry, Type(v) == "table" and v or nil
  end
end

local function minor_period()
  local words = collectgarbage("count") * 8
  return words > 262144 and Floor(words) or 262144
end

P.memprof = {
  suspend = function()
    suspended = true
    resample()
  end,
  advance = function(words)
    to_sample, to_minor = to_sample - words, to_minor - words
  end,
  event = function(v, n, source, read)
    local samples = 0
    if to_sample <= 0 then
      local rate, scale = current[3], current.scale
      repeat to_sample, samples = to_sample + distance(rate, scale), samples + 1 until to_sample > 0
    end
    local minor = to_minor <= 0
    if minor then to_minor = current and minor_period() or endless end
    grant()
    if samples > 0 and v then sample(v, n, samples, source, read) end
    if minor then P.gc_collect(40001) end
    run_pending()
  end,
}

P.memprof_start = function(rate, callstack_size, tracker)
  if current then P.caml_failwith("Gc.Memprof.start: already started.") end
  if not (rate >= 0 and rate <= 1 and callstack_size >= 0) then P.caml_invalid_argument("Gc.Memprof.start") end
  current = {0, tracker, rate, scale = 1 / log(1 - rate), callstack_size = callstack_size}
  to_minor = minor_period()
  resample()
  return current
end

P.memprof_stop = function(failure)
  if not current then P.caml_failwith(failure) end
  local profile = current
  run_pending()
  current, to_minor = nil, endless
  resample()
  return profile
end

--// caml_memprof_start
--// Requires: memprof, caml_failwith, caml_invalid_argument
--// Version: < 5.0
P.caml_memprof_start = function(rate, callstack_size, tracker)
  P.memprof_start(rate, callstack_size, tracker)
  return 0
end

--// caml_memprof_start
--// Requires: memprof, caml_failwith, caml_invalid_argument
--// Version: >= 5.0
P.caml_memprof_start = function(rate, callstack_size, tracker)
  return P.memprof_start(rate, callstack_size, tracker)
end

--// caml_memprof_stop
--// Requires: memprof, caml_failwith
--// Version: < 5.0
P.caml_memprof_stop = function()
  P.memprof_stop("Gc.Memprof.stop: not started.").discarded = true
  return 0
end

--// caml_memprof_stop
--// Requires: memprof, caml_failwith
--// Version: >= 5.0
P.caml_memprof_stop = function()
  P.memprof_stop("Gc.Memprof.stop: no profile running.").stopped = true
  return 0
end

--// caml_memprof_discard
--// Requires: memprof, caml_failwith
P.caml_memprof_discard = function(profile)
  if profile.discarded then P.caml_failwith("Gc.Memprof.discard: profile already discarded.") end
  if not profile.stopped then P.caml_failwith("Gc.Memprof.discard: profile not stopped.") end
  profile.discarded = true
  return 0
end
