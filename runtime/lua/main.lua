-- The start and the end of a program.

--// caml_register_named_value
--// Requires: named_values
P.caml_register_named_value = function(name, value)
  P.named_values[name] = value
  return 0
end

--// named_values
P.named_values = {}

--// at_end
-- What is to be done when the program ends.
P.at_end = {}

--// complain
-- A line that goes to standard error, past the channels.
function P.complain(message)
  if Host and Host.errors then
    Host.errors(message .. "\n")
  elseif io and io.stderr then
    io.stderr:write(message, "\n")
  else
    (warn or print)(message)
  end
end

--// main
--// Requires: driver, caught, complain, at_end, named_values, caml_format_exception, caml_array_bound_error
local function leave(code)
  --{ unix_pipe_path
  if P.leaving then P.leaving() end
  --}
  for _, finish in ipairs(P.at_end) do finish() end
  if Host then return code end
  if os and os.exit then os.exit(code) end
  if code ~= 0 then Error("exit " .. code, 0) end
end

-- Calls a named value, which is a closure of one or two parameters: most programs need no more of application.
local function call(f, D, a, b)
  if f[2] == 1 then
    local g = f[1](f, D, a)
    return b and call(g, D, b)
  end
  return f[1](f, D, a, b)
end

-- An exception that reached the top, as runtime/printexc.c: the program's own handler, else do_at_exit and a message.
local function uncaught(e)
  local named = P.named_values
  local handler = named["Printexc.handle_uncaught_exception"]
  --{ memprof
  P.memprof.suspend()
  --}
  if handler then
    P.start(call, handler, P.start_depth, e, 0)
  else
    local message = "Fatal error: exception " .. P.caml_format_exception(e)
    --{ backtrace_text
    message = message .. P.backtrace_text()
    --}
    local at_exit = named["Pervasives.do_at_exit"]
    if at_exit then P.start(call, at_exit, P.start_depth, 0) end
    P.complain(message)
  end
  return leave(2)
end

-- The collector's pause, set anew after each cycle by the finaliser of a proxy: a small heap may grow by 64 MB before the next one (80 on
-- LuaJIT), a large one to its double, as it is by default; and on Lua 5.1 a cycle that has begun goes on to its end, so that nothing
-- dies during it and is kept until the next. (Lua 5.4 lets no finaliser ask; on 5.2 and 5.3 little is gained.) LuaJIT's cycles begin
-- earlier when the heap is large, and take longer steps: in the same time its heap stays smaller. And where LuaJIT has made a thousand
-- traces by the end of a cycle, the time is not spent in a few loops: a trace gets no more than four side traces then.
local room, least, step, trace = 6553600, 200, 10000
if jit then
  local known, util = Pcall(require, "jit.util")
  room, least, step, trace = 8192000, 160, 400, known and util.traceinfo
end
local function pace()
  local proxy = newproxy(true)
  getmetatable(proxy).__gc = pace
  if trace and trace(1000) then jit.opt.start("maxside=4") end
  local pause = 100 + room / collectgarbage("count")
  collectgarbage("setpause", Floor(pause > 1000 and 1000 or pause < least and least or pause))
end

-- Runs the main function of the program; an embedding program gets the exit code, and keeps its collector and what it takes for hot as
-- they are. LuaJIT's limits on compiled code are for small programs: at them it throws all of it away and starts again. What it takes for
-- hot is so, too: a program with many branches spends more time on traces than these save. (The reference compiler translates itself
-- in 0.43 of the time with the limits, and in 0.84 of that and 0.85 of the memory with the thresholds.)
P.main = function(f)
  if jit and jit.opt then Pcall(jit.opt.start, "maxtrace=20000", "maxmcode=65536") end
  if not Host then
    if jit and jit.opt then Pcall(jit.opt.start, "hotloop=300", "hotexit=100") end
    if newproxy and Pcall(pace) then collectgarbage("setstepmul", step) end
  end
  local ok, e = P.start(f, {f, 0}, P.start_depth)
  if ok then return leave(0) end
  -- Where the engine cannot leave, caml_sys_exit has thrown this.
  local code = Type(e) == "string" and e:match("^exit (%-?%d+)$")
  if code then return leave(tonumber(code)) end
  local known, exception = Pcall(Caught, e)
  if known then return uncaught(exception) end
  P.complain("lua_of_ocaml: internal error: " .. tostring(e))
  return leave(2)
end
