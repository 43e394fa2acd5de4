--// Requires: caml_array_make, caml_array_sub, caml_array_append, caml_array_concat, caml_array_blit, caml_array_fill, caml_make_array
--// Requires: caml_floatarray_create, caml_obj_tag, caml_obj_dup, caml_obj_with_tag, caml_update_dummy, caml_alloc_dummy, caml_get_public_method
--// Requires: caml_ephe_create, caml_ephe_set_key, caml_ephe_get_key, caml_ephe_set_data, caml_ephe_get_data, caml_ephe_check_key
-- Arrays, the representation of values, methods and ephemerons.
P.main(function(_, D)
  local function check(name, condition)
    if not condition then error(name) end
  end
  local function is(a, ...)
    local expected = {...}
    if #a ~= #expected then return false end
    for i = 1, #a do
      if a[i] ~= expected[i] then return false end
    end
    return true
  end
  check("make", is(P.caml_array_make(3, 7), 0, 7, 7, 7) and is(P.caml_array_make(0, 7), 0))
  check("make of floats", is(P.caml_array_make(2, 1.5), 254, 1.5, 1.5) and is(P.caml_make_array({0, 0.5, 2.5}), 254, 0.5, 2.5))
  check("create", is(P.caml_floatarray_create(2), 254, 0, 0) and is(P.caml_floatarray_create(0), 0))
  local a = {0, 1, 2, 3, 4, 5}
  check("sub", is(P.caml_array_sub(a, 1, 3), 0, 2, 3, 4) and is(P.caml_array_sub(a, 5, 0), 0))
  check("append", is(P.caml_array_append({0, 1}, {0, 2, 3}), 0, 1, 2, 3) and is(P.caml_array_append({0}, {254, 1.5}), 254, 1.5))
  -- Each way to make a table, by the number of its fields.
  for _, n in ipairs({0, 1, 2, 3, 4, 5, 7, 8, 9, 198, 199, 200, 201, 1000}) do
    local made = P.caml_array_make(n, 7)
    check("make " .. n, #made == n + 1 and made[1] == 0)
    for i = 2, n + 1 do
      check("make " .. n, made[i] == 7)
      made[i] = i
    end
    local longer = P.caml_array_append(made, {0, "x", "y"})
    check("append " .. n, #longer == n + 3 and longer[1] == 0 and longer[n + 2] == "x" and longer[n + 3] == "y")
    local part = P.caml_array_sub(longer, 1, n)
    check("sub " .. n, #part == n + 1 and part[1] == 0)
    for i = 2, n + 1 do check("sub " .. n, longer[i] == (i < n + 2 and i or "x") and part[i] == longer[i + 1]) end
  end
  check("concat", is(P.caml_array_concat({0, {0, 1}, {0, {0}, {0, {0, 2, 3}, 0}}}), 0, 1, 2, 3))
  P.caml_array_blit(a, 0, a, 1, 4)
  check("blit to the right", is(a, 0, 1, 1, 2, 3, 4))
  P.caml_array_blit(a, 1, a, 0, 4)
  check("blit to the left", is(a, 0, 1, 2, 3, 4, 4))
  P.caml_array_fill(a, 3, 2, 0)
  check("fill", is(a, 0, 1, 2, 3, 0, 0))
  local ok, e = Try(function() return P.caml_array_make(-1, 0) end, D)
  check("negative", not ok and Caught(e)[3] == "Array.make")

  check("tags", P.caml_obj_tag(5) == 1000 and P.caml_obj_tag("s") == 252 and P.caml_obj_tag({7, 1}) == 7)
  check("tags", P.caml_obj_tag(1.5) == 253 and P.caml_obj_tag({n = 0}) == 252 and P.caml_obj_tag({print, 1}) == 247)
  local dup = P.caml_obj_dup(a)
  check("dup", is(dup, 0, 1, 2, 3, 0, 0) and dup ~= a)
  local custom = P.caml_obj_dup({255, name = "c"})
  check("dup of what has no fields by number", custom[1] == 255 and custom.name == "c")
  local tagged = P.caml_obj_with_tag(251, custom)
  check("with_tag of it", tagged[1] == 251 and tagged.name == "c" and custom[1] == 255)
  local none = P.caml_array_make(0, 0)
  check("dup of none", P.caml_obj_dup(none) == none and P.caml_obj_with_tag(3, none)[1] == 3 and none[1] == 0)
  local dummy = P.caml_alloc_dummy(3)
  P.caml_update_dummy(dummy, {2, 5})
  check("dummy", is(dummy, 2, 5))

  local methods = {0, 3, 7, "m10", 10, "m20", 20, "m30", 30}
  for tag = 10, 30, 10 do check("method", P.caml_get_public_method({248, methods, 1}, tag) == "m" .. tag) end
  check("no method", P.caml_get_public_method({248, methods, 1}, 25) == 0)

  local ephemeron, key = P.caml_ephe_create(1), {0, 1}
  P.caml_ephe_set_key(ephemeron, 0, key)
  P.caml_ephe_set_data(ephemeron, "data")
  collectgarbage()
  check("alive", P.caml_ephe_get_key(ephemeron, 0)[2] == key and P.caml_ephe_get_data(ephemeron)[2] == "data")
  key = nil
  collectgarbage()
  collectgarbage()
  check("dead", P.caml_ephe_check_key(ephemeron, 0) == 0 and P.caml_ephe_get_data(ephemeron) == 0)
  print("ok array")
  return 0
end)
