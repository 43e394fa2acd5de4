-- Exceptions that the runtime raises. The predefined ones are G[1] to G[12], in the order of OCaml's runtime/caml/fail.h.

--// caml_raise_with_arg
P.caml_raise_with_arg = function(exception, argument)
  Error({0, exception, argument}, 0)
end

--// caml_failwith
P.caml_failwith = function(message)
  Error({0, G[3], message}, 0)
end

--// caml_invalid_argument
P.caml_invalid_argument = function(message)
  Error({0, G[4], message}, 0)
end

--// caml_raise_sys_error
P.caml_raise_sys_error = function(message)
  Error({0, G[2], message}, 0)
end

--// caml_raise_not_found
P.caml_raise_not_found = function()
  Error(G[7], 0)
end

--// caml_raise_end_of_file
P.caml_raise_end_of_file = function()
  Error(G[5], 0)
end

--// caml_raise_zero_divide
P.caml_raise_zero_divide = function()
  Error(G[6], 0)
end

--// caml_array_bound_error
function Bound()
  Error({0, G[4], "index out of bounds"}, 0)
end
P.caml_array_bound_error = Bound

--// caught
-- What was caught, as an OCaml exception. An error of the engine that no OCaml program can cause is thrown on.
function Caught(e)
  if Type(e) == "table" then return e end
  if Type(e) == "string" then
    if e:find("stack overflow") or e:find("error in error handling") then return G[9] end
    if e:find("not enough memory") or e:find("length overflow") then return G[1] end
  end
  Error(e, 0)
end
P.caught = Caught

--// caml_format_exception
-- As runtime/printexc.c: the constructor and its arguments, those that are neither ints nor strings as `_`.
P.caml_format_exception = function(e)
  if e[1] ~= 0 then return e[2] end
  local kind, first, source = e[2], 3, e
  if #e == 3 and Type(e[3]) == "table" and e[3][1] == 0 and (kind == G[8] or kind == G[11] or kind == G[12]) then
    first, source = 2, e[3]
  end
  if #source < first then return kind[2] end
  local out = {}
  for i = first, #source do
    local v = source[i]
    if Type(v) == "string" then
      out[#out + 1] = '"' .. v .. '"'
    elseif Type(v) == "number" and v == Floor(v) and not (MathType and MathType(v) == "float") then
      out[#out + 1] = string.format("%d", v)
    else
      out[#out + 1] = "_"
    end
  end
  return kind[2] .. "(" .. Concat(out, ", ") .. ")"
end
