-- The library unix: processes and signals.

--// unix_redirections
--// Requires: unix_descriptor, unix_pipe_path, quote, unix_error
-- What a shell that has saved its standard files as 5, 6 and 7 must do to have the files of these three numbers as standard
-- ones: at first with files, then with pipes; and the other ends of those pipes. A file is opened anew: where it
-- was neither at its beginning nor (to be written) at its end, that would be another place.
local function mode_of(file, i)
  if file.pipe then
    return i == 0 and "<" or ">"
  end
  local at = file.handle:seek("cur", 0)
  local last = i > 0 and file.handle:seek("end")
  if i > 0 and at == last then
    -- From now on both write at the end.
    file.handle:close()
    file.handle = io.open(file.path, "a+b")
    return ">>"
  elseif at == 0 then
    file.handle:seek("set", 0)
    return i == 0 and "<" or "<>"
  end
end

function P.unix_redirections(numbers, name)
  local files, pipes, ends, opened = "", "", {}, {}
  for i = 0, 2 do
    local file = P.unix_descriptor(numbers[i + 1], name)
    if file.standard then
      if file.standard ~= i then
        files = files .. " " .. i .. (i == 0 and "<&" or ">&") .. file.standard + 5
      end
    elseif i == 2 and opened[file] then
      pipes = pipes .. " 2>&1"
    else
      opened[file] = i > 0
      local mode = mode_of(file, i)
      if not mode then
        P.unix_error("Function not implemented", name)
      end
      local redirection = " " .. i .. mode .. P.quote(file.path or P.unix_pipe_path(file.pipe, name))
      if file.pipe then
        pipes = pipes .. redirection
        ends[#ends + 1] = file.pipe[i == 0 and 2 or 1]
      else
        files = files .. redirection
      end
    end
  end
  return files, pipes, ends
end

--// unix_command
--// Requires: quote
-- The command that takes a shell's place by a program, found on the path unless it is a path, with an environment of its own if given.
-- The name of the program stands for the first argument.
function P.unix_command(program, arguments, environment)
  local words = { program }
  for i = 3, #arguments do
    words[#words + 1] = P.quote(arguments[i])
  end
  if environment then
    local variables = {}
    for i = 2, #environment do
      variables[i - 1] = P.quote(environment[i])
    end
    return "exec env -i " .. Concat(variables, " ") .. " " .. Concat(words, " ")
  end
  return "exec " .. Concat(words, " ")
end

--// unix_processes
-- The named pipes on which the shells that wait for the commands tell how those ended, by process.
P.unix_processes = {}

--// unix_spawn
--// Alias: caml_unix_spawn
--// Requires: unix_redirections, unix_command, unix_processes, unix_fifo, unix_pipe_meet, shell_state
--// Requires: unix_error, quote
-- A shell in the background opens the files, tells that there is such a command or what is wrong, opens the pipes (as
-- the program does with their other ends, which makes each wait for the other), starts the command, tells its
-- number, waits for it and tells its status.
function P.unix_spawn(program, arguments, environment, use_path, redirections)
  local name = "create_process"
  local files, pipes, ends = P.unix_redirections({ redirections[2], redirections[3], redirections[4] }, name)
  local path, message = P.unix_fifo()
  if not path then
    P.unix_error(message, name, program)
  end
  if use_path == 0 and not string.find(program, "/", 1, true) then
    program = "./" .. program
  end
  local command = P.unix_command('"$program"', arguments, environment ~= 0 and environment[2])
  local lines = {
    "(exec 3>" .. P.quote(path) .. " 4>&- 8>&- 9>&- 5<&0 6>&1 7>&2",
    P.shell_state() .. "exec" .. files .. " 5<&- 6>&- 7>&-",
    "program=$(command -v " .. P.quote(program) .. ")",
    'if test "$program" = ""',
    "then if test -e " .. P.quote(program),
    "then echo Permission denied >&3",
    "else echo No such file or directory >&3",
    "fi",
    "else echo >&3",
    "exec" .. pipes,
    "exec 4<&0",
    "(" .. command .. ") <&4 3>&- 4<&- &",
    "echo $! >&3",
    "exec <&- >&- 2>&- 4<&-",
    "wait $!",
    "echo $? >&3",
    "fi) &",
  }
  io.stdout:flush()
  os.execute(Concat(lines, "\n"))
  local told = io.open(path, "r")
  os.remove(path)
  local problem = told:read("*l") or "Function not implemented"
  if problem ~= "" then
    told:close()
    P.unix_error(problem, name, program)
  end
  for i = 1, #ends do
    P.unix_pipe_meet(ends[i])
  end
  local process = told:read("*n", "*l")
  P.unix_processes[process] = told
  return process
end

--// unix_status_of const
--// Requires: signal_numbers
-- A shell's status as a process_status: from 128 on it stands for a signal.
function P.unix_status_of(status)
  for i = 1, #P.signal_numbers do
    if P.signal_numbers[i] == status - 128 then
      return { 1, -i }
    end
  end
  return { 0, status }
end

--// unix_wait_for
--// Requires: unix_processes, unix_status_of, unix_error, shell
-- With several processes to wait for they are looked at in turn.
local processes = P.unix_processes
function P.unix_wait_for(wanted, at_once, name)
  local candidates = {}
  for process in pairs(processes) do
    if wanted <= 0 or wanted == process then
      candidates[#candidates + 1] = process
    end
  end
  if #candidates == 0 then
    P.unix_error("No child processes", name)
  end
  table.sort(candidates)
  local found = not at_once and #candidates == 1 and candidates[1]
  while not found do
    for i = 1, #candidates do
      if not found and not P.shell("kill -0 " .. candidates[i]) then
        found = candidates[i]
      end
    end
    if not found and at_once then
      return { 0, 0, { 0, 0 } }
    elseif not found then
      P.shell("sleep 0.01")
    end
  end
  local told = processes[found]
  processes[found] = nil
  local status = tonumber(told:read("*l") or "") or 255
  told:close()
  return { 0, found, P.unix_status_of(status) }
end

--// unix_waitpid
--// Alias: caml_unix_waitpid
--// Requires: unix_wait_for
-- Of the flags WNOHANG is 0.
function P.unix_waitpid(flags, wanted)
  local at_once = false
  while flags ~= 0 do
    at_once = at_once or flags[2] == 0
    flags = flags[3]
  end
  return P.unix_wait_for(wanted, at_once, "waitpid")
end

--// unix_wait
--// Alias: caml_unix_wait
--// Requires: unix_wait_for
function P.unix_wait(unit)
  return P.unix_wait_for(-1, false, "wait")
end

--// unix_execute
--// Requires: unix_command, unix_redirections, shell, shell_state, quote, unix_error, leave
-- The command runs in the program's place, which ends with its status.
function P.unix_execute(program, arguments, environment, name, use_path)
  local path = program
  if not use_path and not string.find(path, "/", 1, true) then
    path = "./" .. path
  end
  local found = P.shell("command -v " .. P.quote(path))
  if not found then
    local there = P.shell("test -e " .. P.quote(path))
    P.unix_error(there and "Permission denied" or "No such file or directory", name, program)
  end
  local files, pipes = P.unix_redirections({ 0, 1, 2 }, name)
  local command = P.unix_command(P.quote(Sub(found, 1, -2)), arguments, environment)
  io.stdout:flush()
  local status, reason, code = os.execute("exec 5<&0 6>&1 7>&2; " .. P.shell_state() .. "exec" .. files .. pipes .. "; " .. command)
  if Type(status) == "number" then
    return P.leave(status > 255 and Floor(status / 256) or status % 128 + (status > 0 and 128 or 0))
  end
  return P.leave(reason == "exit" and code or 128 + code)
end

--// unix_execv
--// Alias: caml_unix_execv
--// Requires: unix_execute
function P.unix_execv(program, arguments)
  return P.unix_execute(program, arguments, nil, "execv")
end

--// unix_execve
--// Alias: caml_unix_execve
--// Requires: unix_execute
function P.unix_execve(program, arguments, environment)
  return P.unix_execute(program, arguments, environment, "execve")
end

--// unix_execvp
--// Alias: caml_unix_execvp
--// Requires: unix_execute
function P.unix_execvp(program, arguments)
  return P.unix_execute(program, arguments, nil, "execvp", true)
end

--// unix_execvpe
--// Alias: caml_unix_execvpe
--// Requires: unix_execute
function P.unix_execvpe(program, arguments, environment)
  return P.unix_execute(program, arguments, environment, "execvpe", true)
end

--// unix_exit
--// Alias: caml_unix_exit
--// Requires: leave
function P.unix_exit(code)
  return P.leave(code)
end

--// unix_getpid
--// Alias: caml_unix_getpid
--// Requires: unix_shell
-- The parent of a shell that is asked.
local process
function P.unix_getpid(unit)
  process = process or tonumber(string.match(P.unix_shell("echo $PPID", "getpid"), "%d+"))
  return process
end

--// unix_getppid
--// Alias: caml_unix_getppid
--// Requires: unix_shell
function P.unix_getppid(unit)
  return tonumber(string.match(P.unix_shell("ps -o ppid= -p $PPID || awk '{ print $4 }' /proc/$PPID/stat", "getppid"), "%d+"))
end

--// unix_environment
--// Alias: caml_unix_environment unix_environment_unsafe caml_unix_environment_unsafe
--// Requires: unix_shell
local open = io and io.open
function P.unix_environment(unit)
  local file = open and open("/proc/self/environ", "rb")
  local text = file and file:read("*a") or P.unix_shell("env -0", "environment")
  if file then
    file:close()
  end
  local array, set = { 0 }, P.variables or {}
  for entry in string.gmatch(text, "%Z+") do
    if not set[string.match(entry, "^[^=]*")] then
      array[#array + 1] = entry
    end
  end
  for name, value in pairs(set) do
    array[#array + 1] = name .. "=" .. value
  end
  return array
end

--// unix_putenv
--// Alias: caml_unix_putenv
--// Requires: unix_error
-- Kept for this program and the commands that it runs.
function P.unix_putenv(name, value)
  if name == "" or string.find(name, "[=%z]") or string.find(value, "%z") then
    P.unix_error("Invalid argument", "putenv", name)
  end
  P.variables = P.variables or {}
  P.variables[name] = value
  return 0
end

--// unix_kill
--// Calls:
--// Alias: caml_unix_kill
--// Requires: unix_getpid, unix_shell, signal_system_number, signal_deliver
-- A signal to the program itself that it handles is handled at once.
function P.unix_kill(D, process, signal)
  local number = P.signal_system_number(signal)
  if number == 0 or process ~= P.unix_getpid(0) or not P.signal_deliver(D, number) then
    P.unix_shell("kill -" .. number .. " " .. process, "kill")
  end
  return 0
end

--// unix_sigprocmask
--// Calls:
--// Alias: caml_unix_sigprocmask caml_thread_sigmask
--// Requires: signals, signal_system_number, signal_deliver
-- SIG_SETMASK, SIG_BLOCK, SIG_UNBLOCK.
function P.unix_sigprocmask(D, command, list)
  local blocked, old, change = P.signals.blocked, 0, {}
  for number in pairs(blocked) do
    old = { 0, P.signal_number(number), old }
  end
  while list ~= 0 do
    change[P.signal_system_number(list[2])] = true
    list = list[3]
  end
  for number = 1, 64 do
    if command == 0 then
      blocked[number] = change[number]
    elseif change[number] then
      blocked[number] = command == 1 or nil
    end
  end
  for number = 1, 64 do
    if P.signals.pending[number] and not blocked[number] then
      P.signals.pending[number] = nil
      P.signal_deliver(D, number)
    end
  end
  return old
end
