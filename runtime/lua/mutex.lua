-- Locks and conditions: of OCaml 5's library, and of the library threads before it (`caml_mutex_…`). Without other threads
-- to wait for (thread.lua) waiting is an error.

--// caml_ml_mutex_new
--// Alias: caml_mutex_new
P.caml_ml_mutex_new = function()
  return {251, owner = false, waiting = {}}
end

--// mutex_owner
-- Who locks a mutex now.
P.mutex_owner = function()
  return P.threads and P.threads.current or true
end

--// caml_ml_mutex_lock
--// Alias: caml_mutex_lock
--// Requires: mutex_owner, caml_raise_sys_error
P.caml_ml_mutex_lock = function(mutex)
  local me = P.mutex_owner()
  if mutex.owner == me then P.caml_raise_sys_error("Mutex.lock: Resource deadlock avoided") end
  while mutex.owner do P.threads.wait(mutex.waiting) end
  mutex.owner = me
  return 0
end

--// caml_ml_mutex_try_lock
--// Alias: caml_mutex_try_lock
--// Requires: mutex_owner
P.caml_ml_mutex_try_lock = function(mutex)
  if mutex.owner then return 0 end
  mutex.owner = P.mutex_owner()
  return 1
end

--// caml_ml_mutex_unlock
--// Alias: caml_mutex_unlock
--// Requires: mutex_owner, caml_raise_sys_error
P.caml_ml_mutex_unlock = function(mutex)
  if mutex.owner ~= P.mutex_owner() then P.caml_raise_sys_error("Mutex.unlock: Operation not permitted") end
  mutex.owner = false
  if mutex.waiting[1] then P.threads.wake_from(mutex.waiting) end
  return 0
end

--// caml_ml_condition_new
--// Alias: caml_condition_new
P.caml_ml_condition_new = function()
  return {251, waiting = {}}
end

--// caml_ml_condition_wait
--// Alias: caml_condition_wait
--// Requires: caml_ml_mutex_lock, caml_ml_mutex_unlock, caml_raise_sys_error
P.caml_ml_condition_wait = function(condition, mutex)
  if not P.threads then P.caml_raise_sys_error("Condition.wait: Resource deadlock avoided") end
  P.caml_ml_mutex_unlock(mutex)
  P.threads.wait(condition.waiting)
  return P.caml_ml_mutex_lock(mutex)
end

--// caml_ml_condition_signal
--// Alias: caml_condition_signal
P.caml_ml_condition_signal = function(condition)
  if condition.waiting[1] then P.threads.wake_from(condition.waiting) end
  return 0
end

--// caml_ml_condition_broadcast
--// Alias: caml_condition_broadcast
P.caml_ml_condition_broadcast = function(condition)
  if condition.waiting[1] then P.threads.wake_from(condition.waiting, true) end
  return 0
end
