-- The events of allocation, in the programs that have them (passes/allocations). `Words` counts down from what was
-- granted; when it is used up something happens at that allocation: a sample is taken (memprof.lua), finalisers are called.

--// allocation
local endless = 4503599627370496
local granted, base, outside, major = endless, endless, 0, 0
Words = endless

-- Words that were used up are told to the sampler.
local function settle()
  local used = base - Words
  base = Words
  --{ memprof
  P.memprof.advance(used)
  --}
end
P.allocation_settle = settle

-- How many words may be allocated until the next event; what was allocated is settled.
local function grant(n)
  granted = granted + n - Words
  base, Words = n, n
end
P.allocation_grant = grant

-- The next allocation is an event.
P.allocation_alarm = function()
  settle()
  grant(0)
end

-- The words allocated in all, by `%allocated` and so on: in the minor heap and in the major one.
P.allocated_words = function()
  return granted - Words - outside - major + 0.0, major + 0.0
end

-- The words are used up by those of v (or of something that was not kept): what is due is done, by its `source` as in Gc.Memprof.
P.allocation_event = function(v, n, source, read)
  settle()
  grant(endless)
  --{ memprof
  P.memprof.event(v, n, source, read)
  --}
  --{ run_finalisers
  P.run_finalisers(40001)
  --}
end

-- The allocation of n words, header included, for v. Blocks of more than 256 fields are OCaml's major ones; what is no block
-- does not count.
P.allocate = function(v, n, source)
  if source == 2 then outside = outside + n elseif n > 257 then major = major + n end
  Words = Words - n
  if Words < 0 then P.allocation_event(v, n, source) end
end

-- The words of a value that was allocated and is no bigarray, header included.
local function words_of(v)
  if Type(v) == "string" then return Floor(#v / 8) + 2 end
  if Type(v) == "number" then return 2 end
  return v.n and Floor(v.n / 8) + 2 or v[1] == 255 and 3 or #v
end
P.words_of = words_of

-- What Marshal has read: `count` objects, of so many words if that is known. They come at once, in one of the heaps; most often
-- nothing is due meanwhile. What is sampled shares one call stack.
P.allocate_read = function(objects, count, words)
  if not words then
    words = 0
    for i = 1, count do words = words + words_of(objects[i]) end
  end
  local read = {old = words > 257}
  if read.old then major = major + words end
  if Words >= words then
    Words = Words - words
  else
    for i = 1, count do
      local v = objects[i]
      local n = words_of(v)
      Words = Words - n
      if Words < 0 then P.allocation_event(v, n, 1, read) end
    end
  end
end

--// %allocated
--// Requires: allocation
--// Statement: Words = Words - %1 if Words < 0 then P.allocation_event() end

--// %sampled
--// Requires: allocation
--// Statement: Words = Words - %2 if Words < 0 then P.allocation_event(%1, %2, 0) end

--// %allocated_element
--// Requires: allocation
--// Statement: if %2[1] == 254 then Words = Words - 2 if Words < 0 then P.allocation_event(%1, 2, 0) end end

--// %allocated_value
--// Requires: allocation
-- The value is a block, bytes, a string, a bigarray, a boxed integer or a float, where that can be told; else nothing was allocated.
local kind = math.type
P["%allocated_value"] = function(v)
  local is_new = true
  if Type(v) == "number" then
    is_new = kind and kind(v) == "float" or v ~= Floor(v)
  elseif Type(v) == "table" and v.dims then
    P.allocate(v, 6 + #v.dims, 0)
    P.allocate(v, Ceil(v.size * P.bigarray_widths[v.kind] / 8), 2)
    is_new = false
  elseif Type(v) == "table" then
    is_new = v.n or v[2]
  end
  if is_new then P.allocate(v, P.words_of(v), 0) end
  return 0
end

--// caml_gc_counters
--// Requires: allocation
P.caml_gc_counters = function()
  local minor, major = P.allocated_words()
  return {0, minor, 0.0, major}
end

--// caml_gc_minor_words
--// Requires: allocation
P.caml_gc_minor_words = function()
  return (P.allocated_words())
end
