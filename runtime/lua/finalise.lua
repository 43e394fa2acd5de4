-- Finalisers (Gc.finalise, Gc.finalise_last).

--// run_finalisers
--// Requires: mortal, allocation, %apply_1
-- Functions to be called on values that died. A value has a mortal object of its own as its field `final`; the engine's own
-- strings and numbers live for ever. What the collector finds waits in `queue` until the program is where any function may run:
-- its next allocation or call of Gc's. Of those that die in one collection the one that was registered last is called first, and
-- functions without a value after all others, as in ocamlrun.
local queue, running, registered = {}, false, 0
local attach

local function died(object)
  local meta = getmetatable(object)
  local first, last, value = meta.first, meta.last, meta.value
  if first[1] then
    for i = 1, #first do queue[#queue + 1] = {first[i][1], first[i][2], value} end
    value.final = nil
    if last[1] then queue[#queue].rest = {value, last} end
  else
    for i = 1, #last do queue[#queue + 1] = {last[i][1], last[i][2], 0, last = true} end
  end
  P.allocation_alarm()
end

function attach(value, first, last)
  value.final = P.mortal({__gc = died, first = first, last = last, value = first[1] and value})
end

local function later(a, b)
  if a.last ~= b.last then return a.last == true end
  return a[1] < b[1]
end

local function call(D, f, value)
  return A1(f, D, value)
end

-- Calls what waits; whether there was anything. What dies meanwhile waits for the next time: an alarm dies again at every
-- collection.
P.run_finalisers = function(D)
  if running or not queue[1] then return false end
  running = true
  local found = queue
  queue = {}
  table.sort(found, later)
  while found[1] do
    local entry = found[#found]
    found[#found] = nil
    if entry.rest then attach(entry.rest[1], {}, entry.rest[2]) end
    local ok, e = Try(call, D, entry[2], entry[3])
    if not ok then
      running = false
      for i = 1, #found do queue[#queue + 1] = found[i] end
      Error(e, 0)
    end
  end
  running = false
  return true
end

P.release_finalisers = function()
  running = false
end

-- Gives a value a finaliser, of the list `first` (with the value) or `last` (without).
P.register_finaliser = function(f, value, kind)
  if Type(value) == "number" or Type(value) == "table" and (value == Empty or value[1] == 246 or value[1] == 250) then
    P.caml_invalid_argument("Gc.finalise")
  end
  registered = registered + 1
  if Type(value) ~= "table" then return 0 end
  local meta = value.final and getmetatable(value.final) or {first = {}, last = {}}
  local first, last = meta.first, meta.last
  local list = kind == "first" and first or last
  list[#list + 1] = {registered, f}
  if not value.final then
    attach(value, first, last)
  elseif first[1] then
    meta.value = value
  end
  return 0
end

--// caml_final_register
--// Requires: run_finalisers, caml_invalid_argument
P.caml_final_register = function(f, value)
  return P.register_finaliser(f, value, "first")
end

--// caml_final_register_called_without_value
--// Requires: run_finalisers, caml_invalid_argument
P.caml_final_register_called_without_value = function(f, value)
  return P.register_finaliser(f, value, "last")
end

--// caml_final_release
--// Requires: run_finalisers
P.caml_final_release = function()
  P.release_finalisers()
  return 0
end
