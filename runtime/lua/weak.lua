-- Weak arrays and ephemerons: {251, 0, …, length = keys, keys = weak table, set = keys that were set, data}. The zeros
-- are what OCaml's library counts to know the length: two and one for each key.
--
-- The data must not keep the keys alive and lives only as long as all of them: it is the value of the first key in a table with
-- weak keys, which is the value of the second key in another one, and so on; `data` is the outermost (the value itself when no
-- key is set). That frees keys that the data refers to where such tables are ephemerons (Lua 5.2 and later).

--// caml_ephe_create
--// Alias: caml_weak_create
--// Requires: caml_invalid_argument, array_make
local weak = {__mode = "v"}
P.caml_ephe_create = function(length)
  if length < 0 then P.caml_invalid_argument("Weak.create") end
  local e = P.array_make(251, length + 2, 0)
  e.length, e.keys, e.set = length, setmetatable({}, weak), {}
  return e
end

--// weak_check
--// Requires: caml_invalid_argument
-- Bounds of a key; `where` names the function for the message.
P.weak_check = function(e, i, where)
  if i < 0 or i >= e.length then P.caml_invalid_argument(where) end
end

--// ephe_data
-- The data, or nil once one of the keys that were set is gone; and sets it, by the keys that are set now.
local weak = {__mode = "k"}
P.ephe_data = function(e)
  local v, keys = e.data, e.keys
  if v == nil then return nil end
  for i in pairs(e.set) do
    local key = keys[i]
    if key ~= nil then v = v[key] else v = nil end
    if v == nil then
      e.data = nil
      break
    end
  end
  return v
end
P.ephe_set_data = function(e, v)
  if v ~= nil then
    local order, keys = {}, e.keys
    for i in pairs(e.set) do order[#order + 1] = i end
    for i = #order, 1, -1 do
      local key = keys[order[i]]
      if key == nil then
        v = nil
        break
      end
      v = setmetatable({[key] = v}, weak)
    end
  end
  e.data = v
end

--// ephe_change
--// Requires: weak_check, ephe_data
-- Sets key i to v, or unsets it when v is nil.
P.ephe_change = function(e, i, v)
  P.weak_check(e, i, "Weak.set")
  local data = e.data ~= nil and P.ephe_data(e)
  e.keys[i], e.set[i] = v, v ~= nil or nil
  if data then P.ephe_set_data(e, data) end
  return 0
end

--// caml_ephe_set_key
--// Requires: ephe_change
P.caml_ephe_set_key = P.ephe_change

--// caml_ephe_unset_key
--// Requires: ephe_change
P.caml_ephe_unset_key = function(e, i)
  return P.ephe_change(e, i, nil)
end

--// caml_weak_set
--// Requires: weak_check
P.caml_weak_set = function(e, i, option)
  P.weak_check(e, i, "Weak.set")
  if option == 0 then
    e.keys[i], e.set[i] = nil, nil
  else
    e.keys[i], e.set[i] = option[2], true
  end
  return 0
end

--// caml_ephe_get_key
--// Alias: caml_weak_get
--// Requires: weak_check
P.caml_ephe_get_key = function(e, i)
  P.weak_check(e, i, "Weak.get")
  local v = e.keys[i]
  if v == nil then return 0 end
  return {0, v}
end

--// caml_ephe_get_key_copy
--// Alias: caml_weak_get_copy
--// Requires: weak_check, caml_obj_dup
P.caml_ephe_get_key_copy = function(e, i)
  P.weak_check(e, i, "Weak.get")
  local v = e.keys[i]
  if v == nil then return 0 end
  return {0, P.caml_obj_dup(v)}
end

--// caml_ephe_check_key
--// Alias: caml_weak_check
--// Requires: weak_check
P.caml_ephe_check_key = function(e, i)
  P.weak_check(e, i, "Weak.check")
  if e.keys[i] == nil then return 0 end
  return 1
end

--// caml_ephe_set_data
--// Requires: ephe_data
P.caml_ephe_set_data = function(e, v)
  P.ephe_set_data(e, v)
  return 0
end

--// caml_ephe_unset_data
P.caml_ephe_unset_data = function(e)
  e.data = nil
  return 0
end

--// caml_ephe_get_data mutable
--// Requires: ephe_data
P.caml_ephe_get_data = function(e)
  local v = P.ephe_data(e)
  if v == nil then return 0 end
  return {0, v}
end

--// caml_ephe_get_data_copy mutable
--// Requires: ephe_data, caml_obj_dup
P.caml_ephe_get_data_copy = function(e)
  local v = P.ephe_data(e)
  if v == nil then return 0 end
  return {0, P.caml_obj_dup(v)}
end

--// caml_ephe_check_data mutable
--// Requires: ephe_data
P.caml_ephe_check_data = function(e)
  if P.ephe_data(e) == nil then return 0 end
  return 1
end

--// caml_ephe_blit_key
--// Alias: caml_weak_blit
--// Requires: caml_invalid_argument, ephe_data
P.caml_ephe_blit_key = function(source, i, target, j, n)
  if i < 0 or n < 0 or i > source.length - n or j < 0 or j > target.length - n then
    P.caml_invalid_argument("Weak.blit")
  end
  local data = target.data ~= nil and P.ephe_data(target)
  local first, last, step = 0, n - 1, 1
  if i < j then first, last, step = n - 1, 0, -1 end
  for k = first, last, step do
    target.keys[j + k], target.set[j + k] = source.keys[i + k], source.set[i + k]
  end
  if data then P.ephe_set_data(target, data) end
  return 0
end

--// caml_ephe_blit_data
--// Requires: ephe_data
P.caml_ephe_blit_data = function(source, target)
  P.ephe_set_data(target, P.ephe_data(source))
  return 0
end
