-- The library str: the matcher of compiled regular expressions (str.ml makes the code), and replacement texts.

--// str_code
-- The decoded code of a regular expression, kept in it: operations, their arguments, and the pattern of its first characters.
-- A single character, whatever the case, is a class as well; a class is a set of bytes with the Lua pattern `stop` of all others.
local function pattern(set, first)
  local parts, c = { first }, 0
  while c < 256 do
    local last = c
    if set[c] then
      local text = Char(c)
      if c == 0 then
        parts[#parts + 1] = "%z"
      elseif string.find(text, "%p") or c == 32 then
        parts[#parts + 1] = "%" .. text
      else
        while last < 255 and set[last + 1] and string.find(Char(last + 1), "[^%p ]") do
          last = last + 1
        end
        parts[#parts + 1] = last > c and text .. "-" .. Char(last) or text
      end
    end
    c = last + 1
  end
  if #parts > 1 then
    return Concat(parts) .. "]"
  end
end

local function class(test)
  local set = {}
  for c = 0, 255 do
    set[c] = test(c)
  end
  set.stop = pattern(set, "[^") or ""
  return set
end

local function bit_class(bits)
  return class(function(c)
    return Floor(Byte(bits, Floor(c / 8) + 1) / 2 ^ (c % 8)) % 2 == 1
  end)
end

function P.str_code(expression)
  if expression.code then
    return expression.code
  end
  local program, constants, normal = expression[2], expression[3], expression[4]
  local operations, arguments, lower, classes = {}, {}, {}, {}
  for c = 0, #normal - 1 do
    lower[Char(c)] = Sub(normal, c + 1, c + 1)
  end
  for pc = 1, #program - 1 do
    local word = program[pc + 1]
    local operation, argument = word % 256, Floor(word / 256)
    if operation == 0 then
      argument = { [argument] = true }
    elseif operation == 1 then
      argument = class(function(c)
        return Byte(normal, c + 1) == argument
      end)
    elseif operation == 2 or operation == 3 then
      argument = constants[argument + 2]
    elseif operation == 4 or operation >= 12 and operation <= 14 then
      classes[argument] = classes[argument] or bit_class(constants[argument + 2])
      argument = classes[argument]
    elseif operation == 15 or operation == 16 then
      argument = pc + 1 + argument
    end
    operations[pc], arguments[pc] = operation, argument
  end
  local first
  if expression[7] >= 0 then
    local starts = constants[expression[7] + 2]
    first = class(function(c)
      return Byte(starts, c + 1) ~= 0
    end)
    first.start = pattern(first, "[")
  end
  expression.code = {
    operations = operations,
    arguments = arguments,
    lower = lower,
    first = first,
    groups = expression[5],
  }
  return expression.code
end

--// str_match
-- Matches from the character `at` (counted from 1) on: an array of the positions of the groups, or nil. Slots hold the
-- beginnings and ends of the groups, then the registers. The stack holds places to go back to (position, pc) and
-- slots to restore (old value, minus the slot). Where the text ends too early a partial match is accepted.
local find, gsub = string.find, string.gsub
local word = {}
for c = 0, 255 do
  word[c] = c >= 48 and c <= 57 or c >= 65 and c <= 90 or c == 95 or c >= 97 and c <= 122 or c >= 192 and c ~= 215 and c ~= 247
end

local function positions(slots, groups)
  local array = { 0 }
  for i = 1, 2 * groups, 2 do
    local from, to = slots[i], slots[i + 1]
    array[i + 1] = from and to and from - 1 or -1
    array[i + 2] = from and to and to - 1 or -1
  end
  return array
end

function P.str_match(code, text, at, partial)
  local operations, arguments, registers = code.operations, code.arguments, 2 * code.groups + 1
  local beyond = #text + 1
  local slots, stack, top, pc = { at }, {}, 0, 1
  while true do
    local operation, argument = operations[pc], arguments[pc]
    local failed, ended, slot, wanted
    pc = pc + 1
    if operation <= 1 or operation == 4 or operation == 14 then
      if not argument[Byte(text, at)] then
        failed, ended = true, at == beyond
      elseif operation == 14 then
        at = find(text, argument.stop, at) or beyond
      else
        at = at + 1
      end
    elseif operation == 13 then
      at = find(text, argument.stop, at) or beyond
    elseif operation == 16 then
      stack[top + 1], stack[top + 2] = at, argument
      top = top + 2
    elseif operation == 15 then
      pc = argument
    elseif operation == 11 then
      slots[2] = at
      return positions(slots, code.groups)
    elseif operation == 2 or operation == 3 then
      wanted = argument
    elseif operation == 12 then
      if argument[Byte(text, at)] then
        at = at + 1
      end
    elseif operation == 8 then
      slot = 2 * argument + 1
    elseif operation == 9 then
      slot = 2 * argument + 2
    elseif operation == 17 then
      slot = registers + argument
    elseif operation == 18 then
      failed = slots[registers + argument] == at
    elseif operation == 5 then
      failed = at > 1 and Byte(text, at - 1) ~= 10
    elseif operation == 6 then
      failed = at < beyond and Byte(text, at) ~= 10
    elseif operation == 7 then
      failed = (word[Byte(text, at - 1)] or false) == (word[Byte(text, at)] or false)
      ended = beyond == 1
    elseif operation == 10 then
      local from, to = slots[2 * argument + 1], slots[2 * argument + 2]
      if from and to then
        wanted = Sub(text, from, to - 1)
      else
        failed = true
      end
    end
    if slot then
      stack[top + 1], stack[top + 2] = slots[slot] or false, -slot
      top = top + 2
      slots[slot] = at
    elseif wanted then
      local size = #wanted
      local there = Sub(text, at, at + size - 1)
      if operation == 3 then
        there = gsub(there, ".", code.lower)
      end
      if there == wanted then
        at = at + size
      else
        failed, ended = true, #there < size and there == Sub(wanted, 1, #there)
      end
    end
    if failed then
      if ended and partial then
        slots[2] = beyond
        return positions(slots, code.groups)
      end
      repeat
        if top == 0 then
          return nil
        end
        at, pc = stack[top - 1], stack[top]
        top = top - 2
        if pc < 0 then
          slots[-pc] = at
        end
      until pc > 0
    end
  end
end

--// re_string_match
--// Requires: str_code, str_match, caml_invalid_argument
function P.re_string_match(expression, text, start)
  if start < 0 or start > #text then
    P.caml_invalid_argument("Str.string_match")
  end
  return P.str_match(P.str_code(expression), text, start + 1) or Empty
end

--// re_partial_match
--// Requires: str_code, str_match, caml_invalid_argument
function P.re_partial_match(expression, text, start)
  if start < 0 or start > #text then
    P.caml_invalid_argument("Str.string_partial_match")
  end
  return P.str_match(P.str_code(expression), text, start + 1, true) or Empty
end

--// re_search_forward
--// Requires: str_code, str_match, caml_invalid_argument
-- A match that must begin with certain characters is tried at those only, and at the end.
local find = string.find
function P.re_search_forward(expression, text, start)
  if start < 0 or start > #text then
    P.caml_invalid_argument("Str.search_forward")
  end
  local code = P.str_code(expression)
  local first, at, beyond = code.first, start + 1, #text + 1
  while at <= beyond do
    if first then
      at = first.start and find(text, first.start, at) or beyond
    end
    local found = P.str_match(code, text, at)
    if found then
      return found
    end
    at = at + 1
  end
  return Empty
end

--// re_search_backward
--// Requires: str_code, str_match, caml_invalid_argument
function P.re_search_backward(expression, text, start)
  if start < 0 or start > #text then
    P.caml_invalid_argument("Str.search_backward")
  end
  local code = P.str_code(expression)
  local first, at = code.first, start + 1
  while at >= 1 do
    while first and at > 1 and not first[Byte(text, at)] do
      at = at - 1
    end
    local found = P.str_match(code, text, at)
    if found then
      return found
    end
    at = at - 1
  end
  return Empty
end

--// re_replacement_text
--// Requires: caml_failwith
function P.re_replacement_text(replacement, groups, text)
  return (
    string.gsub(replacement, "\\(.?)", function(c)
      if c == "" then
        P.caml_failwith("Str.replace: illegal backslash sequence")
      elseif c == "\\" then
        return c
      elseif string.find(c, "%d") then
        local from, to = groups[2 * c + 2], groups[2 * c + 3]
        if not from or from < 0 then
          P.caml_failwith("Str.replace: reference to unmatched group")
        end
        return Sub(text, from + 1, to)
      end
    end)
  )
end
