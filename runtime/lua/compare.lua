-- Structural comparison, as runtime/compare.c, with a stack of its own instead of recursion.

--// order mutable
--// Requires: string_order, bytes_text, caml_invalid_argument
-- -1, 0 or 1; nil when the values are not ordered (a nan is involved) and `total` is false. Custom values bring a function
-- `compare`; int32, int64 and nativeint are compared here, of different kinds by their names.
local function float_order(a, b, total)
  if not total then return nil end
  if a == a then return 1 end
  if b == b then return -1 end
  return 0
end

local function tag_of(v)
  if Type(v) == "string" or v.n then return 252 end
  if Type(v[1]) == "function" then return 247 end
  return v[1]
end

local function text_of(v)
  if Type(v) == "string" then return v end
  return P.bytes_text(v, 0, v.n)
end

local function custom_kind(v)
  return Type(v[3]) == "string" and v[3] or "_j"
end

local function custom_order(a, b, total)
  if a.compare then return a.compare(a, b, total) end
  local x, y = a[2], b[2]
  if x == nil or y == nil then return -1 end
  local kind, other = custom_kind(a), custom_kind(b)
  if kind ~= other then return kind < other and -1 or 1 end
  if x ~= y then return x < y and -1 or 1 end
  x, y = a[3], b[3]
  if x == y then return 0 end
  if x < 0 then x = x + 4294967296 end
  if y < 0 then y = y + 4294967296 end
  return x < y and -1 or 1
end

-- Two blocks of one tag that is not scanned, or a value that has no order; nil, true when the fields are to be compared.
local function leaf_order(tag, a, b, total)
  if tag == 252 then return P.string_order(text_of(a), text_of(b)) end
  if tag == 255 then return custom_order(a, b, total) end
  if tag == 251 then P.caml_invalid_argument("compare: abstract value") end
  if tag == 247 or tag == 249 then P.caml_invalid_argument("compare: functional value") end
  if tag == 245 then P.caml_invalid_argument("compare: continuation value") end
  if tag == 248 then
    local x, y = a[3], b[3]
    if x == y then return 0 end
    return x < y and -1 or 1
  end
  return nil, true
end

-- Where an engine has one kind of numbers an array of integral floats may have either tag.
local one_kind = not math.type
local function are_arrays(tag_a, tag_b)
  return one_kind and (tag_a == 0 and tag_b == 254 or tag_a == 254 and tag_b == 0)
end

local function order(a, b, total)
  local stack, top = nil, 0   -- pairs of blocks, the next index and the last one
  while true do
    if a ~= b or not total and Type(a) == "table" then
      local type_a, type_b = Type(a), Type(b)
      if type_a == "number" and type_b == "number" then
        if a < b then return -1 end
        if a > b then return 1 end
        local r = float_order(a, b, total)
        if r ~= 0 then return r end
      elseif type_a == "string" and type_b == "string" then
        return P.string_order(a, b)
      elseif type_a == "number" then
        if type_b == "string" or b[1] ~= 250 then return -1 end
        stack, top = stack or {}, top + 4
        stack[top - 3], stack[top - 2], stack[top - 1], stack[top] = {0, a}, b, 2, 2
      elseif type_b == "number" then
        if type_a == "string" or a[1] ~= 250 then return 1 end
        stack, top = stack or {}, top + 4
        stack[top - 3], stack[top - 2], stack[top - 1], stack[top] = a, {0, b}, 2, 2
      else
        local tag_a, tag_b = tag_of(a), tag_of(b)
        if tag_a == 250 or tag_b == 250 then
          stack, top = stack or {}, top + 4
          stack[top - 3] = tag_a == 250 and a or {0, a}
          stack[top - 2] = tag_b == 250 and b or {0, b}
          stack[top - 1], stack[top] = 2, 2
        elseif tag_a ~= tag_b and not are_arrays(tag_a, tag_b) then
          return tag_a < tag_b and -1 or 1
        else
          local r, fields = leaf_order(tag_a, a, b, total)
          if fields then
            local n, m = #a, #b
            if n ~= m then return n < m and -1 or 1 end
            if n > 1 then
              stack, top = stack or {}, top + 4
              stack[top - 3], stack[top - 2], stack[top - 1], stack[top] = a, b, 2, n
            end
          elseif r ~= 0 then
            return r
          end
        end
      end
    end
    if top == 0 then return 0 end
    local i = stack[top - 1]
    a, b = stack[top - 3][i], stack[top - 2][i]
    if i == stack[top] then
      stack[top - 3], stack[top - 2] = nil, nil
      top = top - 4
    else
      stack[top - 1] = i + 1
    end
  end
end
P.order = order

--// caml_compare
--// Requires: order
local order, string_order = P.order, P.string_order
P.caml_compare = function(a, b)
  if a == b then return 0 end
  local type = Type(a)
  if type == Type(b) then
    if type == "number" then
      if a < b then return -1 end
      if a > b then return 1 end
    elseif type == "string" then
      return string_order(a, b)
    end
  end
  return order(a, b, true)
end

--// %compare_eq
--// Requires: caml_compare
--// Test: %1 == %2 or P.caml_compare(%1, %2) == 0

--// %compare_ne
--// Requires: caml_compare
--// Test: %1 ~= %2 and P.caml_compare(%1, %2) ~= 0

--// caml_equal
--// Requires: order
--// Test: P.caml_equal(%1, %2)
P.caml_equal = function(a, b)
  if a == b then
    if Type(a) ~= "table" then return true end
  elseif Type(a) ~= "table" or Type(b) ~= "table" then
    if Type(a) == Type(b) then return false end
  end
  return P.order(a, b, false) == 0
end

--// caml_notequal
--// Requires: caml_equal
--// Test: not P.caml_equal(%1, %2)

--// caml_lessthan
--// Requires: order
--// Test: P.caml_lessthan(%1, %2)
P.caml_lessthan = function(a, b)
  if Type(a) == "number" and Type(b) == "number" then return a < b end
  return (P.order(a, b, false) or 1) < 0
end

--// caml_lessequal
--// Requires: order
--// Test: P.caml_lessequal(%1, %2)
P.caml_lessequal = function(a, b)
  if Type(a) == "number" and Type(b) == "number" then return a <= b end
  return (P.order(a, b, false) or 1) <= 0
end

--// caml_greaterthan
--// Requires: order
--// Test: P.caml_greaterthan(%1, %2)
P.caml_greaterthan = function(a, b)
  if Type(a) == "number" and Type(b) == "number" then return a > b end
  return (P.order(a, b, false) or -1) > 0
end

--// caml_greaterequal
--// Requires: order
--// Test: P.caml_greaterequal(%1, %2)
P.caml_greaterequal = function(a, b)
  if Type(a) == "number" and Type(b) == "number" then return a >= b end
  return (P.order(a, b, false) or -1) >= 0
end

--// caml_int_compare const
--// Inline: %1 < %2 and -1 or %1 > %2 and 1 or 0
