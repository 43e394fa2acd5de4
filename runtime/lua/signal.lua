-- Signals. Lua cannot catch those from outside; a program can send itself those that it handles.

--// signal_numbers const
-- The system's numbers of OCaml's signals -1, -2, …
P.signal_numbers = { 6, 14, 8, 1, 4, 2, 9, 13, 3, 11, 15, 10, 12, 17, 18, 19, 20, 21, 22, 26, 27, 7, 29, 31, 5, 23, 24, 25 }

--// signal_system_number const
--// Requires: signal_numbers
function P.signal_system_number(signal)
  return signal < 0 and P.signal_numbers[-signal] or signal
end

--// signal_number const
--// Requires: signal_numbers
function P.signal_number(number)
  for i = 1, #P.signal_numbers do
    if P.signal_numbers[i] == number then
      return -i
    end
  end
  return number
end

--// signals
-- By the system's numbers: Sys.signal_behavior, whether it is blocked, whether it has come meanwhile.
P.signals = { behaviours = {}, blocked = {}, pending = {} }

--// caml_install_signal_handler
--// Requires: signals, signal_system_number, caml_invalid_argument, caml_raise_sys_error
function P.caml_install_signal_handler(signal, behaviour)
  local number = P.signal_system_number(signal)
  if number < 0 or number > 64 then
    P.caml_invalid_argument("Sys.signal: unavailable signal")
  elseif number == 9 or number == 19 then
    P.caml_raise_sys_error("Invalid argument")
  end
  local old = P.signals.behaviours[number] or 0
  P.signals.behaviours[number] = behaviour
  return old
end

--// signal_deliver
--// Calls:
--// Requires: signals, signal_number, %apply_1
-- Whether the program deals with the signal itself.
function P.signal_deliver(D, number)
  local behaviour = P.signals.behaviours[number] or 0
  if P.signals.blocked[number] then
    P.signals.pending[number] = true
  elseif behaviour == 0 then
    return false
  elseif behaviour ~= 1 then
    A1(behaviour[2], D, P.signal_number(number))
  end
  return true
end
