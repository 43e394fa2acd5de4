-- The system as OCaml's Sys sees it: arguments, environment, exit, clocks, constants.

--// arguments
-- The program's arguments as an OCaml array, the name of the program first. `arg` is the stand-alone interpreter's; where there
-- is none (Luau) the chunk's own arguments are the program's.
local given = Host and (Host.arguments or {}) or arg or { ... }
local array = { 0, given[0] or "lua" }
for i = 1, #given do
  array[i + 2] = given[i]
end
P.arguments = array

--// caml_sys_argv mutable
--// Requires: arguments
function P.caml_sys_argv(unit)
  return P.arguments
end

--// caml_sys_get_argv mutable
--// Requires: arguments
function P.caml_sys_get_argv(unit)
  return { 0, P.arguments[2], P.arguments }
end

--// caml_sys_executable_name const
--// Requires: arguments
function P.caml_sys_executable_name(unit)
  return P.arguments[2]
end

--// caml_sys_modify_argv
--// Requires: arguments
function P.caml_sys_modify_argv(array)
  P.arguments = array
  return 0
end

--// caml_sys_getenv
--// Alias: caml_sys_unsafe_getenv
-- `P.variables` holds what Unix.putenv has set.
local getenv = os and os.getenv
function P.caml_sys_getenv(name)
  local value = P.variables and P.variables[name] or getenv and getenv(name)
  if not value then
    Error(G[7], 0)
  end
  return value
end

--// leave
-- Ends the process, after what `P.leaving` still has to do; where the process is not ours, the main function does.
local exit = not Host and os and os.exit
function P.leave(code)
  if exit then
    --{ unix_pipe_path
    if P.leaving then
      P.leaving()
    end
    --}
    exit(code)
  end
  Error("exit " .. code, 0)
end

--// caml_sys_exit
--// Requires: leave
-- The program has flushed its channels by then (Stdlib.exit runs at_exit).
P.caml_sys_exit = P.leave

--// caml_sys_system_command
--// Requires: caml_raise_sys_error, shell_state
-- os.execute gives the wait status on 5.1 and LuaJIT, the reason and the code elsewhere.
local execute = os and os.execute
function P.caml_sys_system_command(command)
  if not execute then
    P.caml_raise_sys_error(command .. ": Operation not supported")
  end
  if io and io.stdout then
    io.stdout:flush()
  end
  local status, reason, code = execute((P.moved and P.moved() or "") .. P.shell_state() .. command)
  if Type(status) == "number" then
    return status > 255 and Floor(status / 256) or status == 0 and 0 or 255
  end
  return reason == "exit" and code or 255
end

--// caml_sys_time mutable
--// Alias: caml_sys_time_unboxed
local clock = os.clock
function P.caml_sys_time(unit)
  return clock() + 0.0
end

--// caml_sys_time_include_children mutable
local clock = os.clock
function P.caml_sys_time_include_children(children)
  return clock() + 0.0
end

--// caml_sys_unix_time mutable
local time = os.time
function P.caml_sys_unix_time(unit)
  return time() + 0.0
end

--// caml_sys_random_seed mutable
-- A few numbers that differ from run to run: the clocks, and the address of a fresh table.
local time, clock = os.time, os.clock
function P.caml_sys_random_seed(unit)
  local address = string.match(tostring({}), "(%x%x%x%x%x%x?)%x?$")
  return { 0, time() % 1073741824, Floor(clock() * 1000000) % 1073741824, address and tonumber(address, 16) or 0 }
end

--// caml_sys_get_config const
--// If: portable luajit
function P.caml_sys_get_config(unit)
  return { 0, "Unix", 32, 0 }
end

--// caml_sys_get_config const
--// If: lua54
function P.caml_sys_get_config(unit)
  return { 0, "Unix", 64, 0 }
end

--// caml_sys_isatty mutable
--// Requires: descriptor_isatty
function P.caml_sys_isatty(channel)
  return P.descriptor_isatty(channel.fd)
end

--// caml_sys_const_big_endian const
--// Inline: 0

--// caml_sys_const_word_size const
--// If: portable luajit
--// Inline: 32

--// caml_sys_const_word_size const
--// If: lua54
--// Inline: 64

--// caml_sys_const_int_size const
--// If: portable luajit
--// Inline: 32

--// caml_sys_const_int_size const
--// If: lua54
--// Inline: 63

--// caml_sys_const_max_wosize const
--// If: portable luajit
--// Inline: 268435455
P.caml_sys_const_max_wosize = function()
  return 268435455
end

--// caml_sys_const_max_wosize const
--// If: lua54
--// Inline: 18014398509481983
P.caml_sys_const_max_wosize = function()
  return 18014398509481983
end

--// caml_sys_const_ostype_unix const
--// Inline: 1

--// caml_sys_const_ostype_win32 const
--// Alias: caml_sys_const_ostype_cygwin
--// Inline: 0

--// caml_sys_const_backend_type const
--// Inline: 1

--// caml_sys_const_naked_pointers_checked const
--// Inline: 0

--// caml_runtime_variant const
function P.caml_runtime_variant(unit)
  return ""
end

--// caml_runtime_parameters const
function P.caml_runtime_parameters(unit)
  return ""
end
