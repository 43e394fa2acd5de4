-- What the tests of numbers share; it needs the section sign_bit.
local nan, zero = 0.0 / 0.0, 0.0
if P.sign_bit(nan) then
  nan = -nan
end
local negative_zero = -zero
local kind_of = math.type

local function show(x)
  if Type(x) ~= "table" then
    return tostring(x)
  end
  local parts = {}
  for i = 1, #x do
    parts[i] = tostring(x[i])
  end
  return "{" .. Concat(parts, ", ") .. "}"
end

-- A primitive that is only a template on a target has no function to call.
local function call(name, ...)
  if P[name] then
    return true, P[name](...)
  end
  return false
end

local function complain(name, got, wanted)
  error("not ok " .. name .. ": " .. show(got) .. " instead of " .. show(wanted), 3)
end
