-- The representation of values: Obj, objects and their methods, lazy values.

--// caml_obj_tag mutable
--// Requires: float_tag
P.caml_obj_tag = function(v)
  local type = Type(v)
  if type == "number" then
    if P.float_tag(v) == 254 then return 253 end
    return 1000
  end
  if type == "string" or v.n then return 252 end
  if Type(v[1]) == "function" then return 247 end
  return v[1]
end

--// caml_obj_block
--// Requires: array_make, caml_invalid_argument
-- No custom block (255) is made, nor a string (252) without room for its end, nor a closure (247) without code.
P.caml_obj_block = function(tag, size)
  if tag == 255 or tag == 252 and size == 0 or tag == 247 and size < 2 then
    P.caml_invalid_argument("Obj.new_block")
  end
  return P.array_make(tag, size, 0, "Obj.new_block")
end

--// caml_obj_dup mutable
--// Requires: bytes_text
P.caml_obj_dup = function(v)
  if Type(v) ~= "table" then return v end
  if v.n then return {n = v.n, s = P.bytes_text(v, 0, v.n)} end
  if v == Empty then return v end
  local r = {}
  for key, field in pairs(v) do r[key] = field end
  r.final = nil
  return r
end

--// caml_obj_with_tag mutable
--// Requires: caml_obj_dup
P.caml_obj_with_tag = function(tag, v)
  if v == Empty then return tag == 0 and v or {tag} end
  local r = P.caml_obj_dup(v)
  if Type(r) == "table" and not r.n then r[1] = tag end
  return r
end

--// caml_obj_set_tag
P.caml_obj_set_tag = function(v, tag)
  v[1] = tag
  return 0
end

--// caml_obj_truncate
P.caml_obj_truncate = function(v, size)
  for i = #v, size + 2, -1 do v[i] = nil end
  return 0
end

--// caml_obj_make_forward
P.caml_obj_make_forward = function(v, result)
  v[1], v[2] = 250, result
  return 0
end

--// caml_obj_raw_field mutable
P.caml_obj_raw_field = function(v, i)
  return v[i + 2]
end

--// caml_obj_set_raw_field
P.caml_obj_set_raw_field = function(v, i, bits)
  v[i + 2] = bits
  return 0
end

--// caml_obj_add_offset
--// Requires: caml_failwith
P.caml_obj_add_offset = function()
  P.caml_failwith("Obj.add_offset is not supported")
end

--// caml_obj_is_shared const
--// Inline: 1

--// caml_obj_compare_and_swap
P.caml_obj_compare_and_swap = function(v, i, old, new)
  if v[i + 2] ~= old then return 0 end
  v[i + 2] = new
  return 1
end

--// caml_obj_reachable_words mutable
-- In words of a 64-bit system, as far as they can be told.
P.caml_obj_reachable_words = function(v)
  local seen, stack, top, words = {}, {v}, 1, 0
  while top > 0 do
    local x = stack[top]
    top = top - 1
    if Type(x) == "string" then
      words = words + 2 + Floor(#x / 8)
    elseif Type(x) == "table" and not seen[x] then
      seen[x] = true
      if x.n then
        words = words + 2 + Floor(x.n / 8)
      else
        local n = #x
        if n > 1 then words = words + n end
        for i = 2, x[1] == 255 and 1 or n do
          top = top + 1
          stack[top] = x[i]
        end
      end
    end
  end
  return words
end

--// caml_alloc_dummy
--// Alias: caml_alloc_dummy_float
--// Requires: array_make
P.caml_alloc_dummy = function(size)
  return P.array_make(0, size, 0)
end

--// caml_alloc_dummy_function
P.caml_alloc_dummy_function = function()
  return {0}
end

--// caml_alloc_dummy_infix
P.caml_alloc_dummy_infix = function()
  return {0}
end

--// caml_update_dummy
-- The dummy of a recursive value becomes what was computed for it.
P.caml_update_dummy = function(dummy, v)
  if Type(v) == "table" then
    for i = #dummy, #v + 1, -1 do dummy[i] = nil end
    for key, field in pairs(v) do dummy[key] = field end
  end
  return 0
end

--// caml_fresh_oo_id
local next_id = 0
P.caml_fresh_oo_id = function()
  local id = next_id
  next_id = id + 1
  return id
end

--// caml_set_oo_id
--// Requires: caml_fresh_oo_id
P.caml_set_oo_id = function(v)
  v[3] = P.caml_fresh_oo_id(0)
  return v
end

--// %get_method mutable
--// Inline: %2[2][%{1+2}]

--// find_method mutable
-- Where the method of a tag stands in the table of an object: {count, mask, method, tag, …}, sorted by tag.
P.find_method = function(methods, tag)
  local low, high = 3, 2 * methods[2] + 1
  while low < high do
    local middle = Floor((low + high) / 2)
    if middle % 2 == 0 then middle = middle + 1 end
    if tag < methods[middle + 2] then high = middle - 2 else low = middle end
  end
  return low
end

--// %public_method mutable
--// Requires: find_method
P["%public_method"] = function(object, tag)
  local methods = object[2]
  return methods[P.find_method(methods, tag) + 1]
end

--// %dynamic_method mutable
--// Requires: find_method
P["%dynamic_method"] = function(tag, object)
  local methods = object[2]
  return methods[P.find_method(methods, tag) + 1]
end

--// caml_get_public_method mutable
--// Requires: find_method
P.caml_get_public_method = function(object, tag)
  local methods = object[2]
  local i = P.find_method(methods, tag)
  if methods[i + 2] == tag then return methods[i + 1] end
  return 0
end

--// caml_lazy_make_forward const
--// Inline: {250, %1}

--// caml_lazy_read_result mutable
P.caml_lazy_read_result = function(v)
  if Type(v) == "table" and v[1] == 250 then return v[2] end
  return v
end

--// caml_lazy_update_to_forcing
-- 0 when v was not yet forced, and now is being so.
P.caml_lazy_update_to_forcing = function(v)
  if Type(v) == "table" and v[1] == 246 then
    v[1] = 244
    return 0
  end
  return 1
end

--// caml_lazy_reset_to_lazy
P.caml_lazy_reset_to_lazy = function(v)
  if v[1] == 244 then v[1] = 246 end
  return 0
end

--// caml_lazy_update_to_forward
P.caml_lazy_update_to_forward = function(v)
  if v[1] == 244 then v[1] = 250 end
  return 0
end

--// caml_int_as_pointer const
--// Inline: %1
