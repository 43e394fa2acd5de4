-- The library unix: clocks and calendars.

--// unix_time mutable
--// Alias: caml_unix_time unix_time_unboxed caml_unix_time_unboxed
local time = os.time
function P.unix_time(unit)
  return time() + 0.0
end

--// unix_gettimeofday mutable
--// Alias: caml_unix_gettimeofday unix_gettimeofday_unboxed caml_unix_gettimeofday_unboxed
--// Requires: shell
-- Lua counts whole seconds. Where the system tells how long it is up (to a hundredth of a second), that is added to the time
-- at which it started, asked once of the shell.
local time, open = os.time, io and io.open
local started
local function up()
  local file = open and open("/proc/uptime", "rb")
  local seconds = file and file:read("*n")
  if file then
    file:close()
  end
  return seconds
end
function P.unix_gettimeofday(unit)
  local seconds = started ~= false and up()
  if not seconds then
    return time() + 0.0
  end
  if not started then
    local now = P.shell("date +%s.%N")
    started = (now and tonumber((string.gsub(now, "%s", ""))) or time()) - up()
  end
  return started + seconds
end

--// unix_calendar const
-- A record Unix.tm.
function P.unix_calendar(date)
  local year, day = date.year - 1900, date.yday - 1
  return { 0, date.sec, date.min, date.hour, date.day, date.month - 1, year, date.wday - 1, day, date.isdst and 1 or 0 }
end

--// unix_gmtime
--// Alias: caml_unix_gmtime
--// Requires: unix_calendar, unix_error
function P.unix_gmtime(time)
  local known, date = Pcall(os.date, "!*t", Floor(time))
  if not known or not date then
    P.unix_error("Invalid argument", "gmtime")
  end
  return P.unix_calendar(date)
end

--// unix_localtime
--// Alias: caml_unix_localtime
--// Requires: unix_calendar, unix_error
function P.unix_localtime(time)
  local known, date = Pcall(os.date, "*t", Floor(time))
  if not known or not date then
    P.unix_error("Invalid argument", "localtime")
  end
  return P.unix_calendar(date)
end

--// unix_mktime
--// Alias: caml_unix_mktime
--// Requires: unix_localtime, unix_error
function P.unix_mktime(tm)
  local fields = { sec = tm[2], min = tm[3], hour = tm[4], day = tm[5], month = tm[6] + 1, year = tm[7] + 1900 }
  local known, time = Pcall(os.time, fields)
  if not known or not time then
    P.unix_error("Numerical result out of range", "mktime")
  end
  return { 0, time + 0.0, P.unix_localtime(time) }
end

--// unix_times mutable
--// Alias: caml_unix_times
-- Times of the process and of its children, in hundredths of a second; where the system does not tell, the engine's clock.
local open, clock = io and io.open, os.clock
function P.unix_times(unit)
  local file = open and open("/proc/self/stat", "rb")
  local text = file and file:read("*a")
  if file then
    file:close()
  end
  local own, system, children, children_system = string.match(text or "", ".*%)" .. Rep(" %S+", 11) .. Rep(" (%d+)", 4))
  if not own then
    return { 254, clock() + 0.0, 0.0, 0.0, 0.0 }
  end
  return { 254, own / 100, system / 100, children / 100, children_system / 100 }
end

--// unix_sleep
--// Alias: caml_unix_sleep
--// Requires: unix_error
-- Other threads run meanwhile.
function P.unix_sleep(seconds)
  if P.threads and seconds > 0 then
    P.threads.sleep(seconds)
  elseif seconds > 0 and not (os.execute and os.execute(string.format("sleep %.6f", seconds))) then
    P.unix_error("Function not implemented", "sleep")
  end
  return 0
end
