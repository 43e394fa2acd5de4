-- Loads the compiler in the file arg[1] once and translates the bytecode in arg[2] a thousand times; prints the kilobytes in use after
-- 100, 500 and 1,000, and writes the text to arg[3].
local compiler = assert(loadfile(arg[1]))
local file = assert(io.open(arg[2], "rb"))
local bytecode = file:read("*a")
file:close()

local first
for i = 1, 1000 do
  local pieces = {}
  local code = compiler {
    arguments = {[0] = "compiler.lua", "compile", "-", "-o", "-"},
    input = bytecode,
    output = function(text) pieces[#pieces + 1] = text end,
  }
  local text = table.concat(pieces)
  first = first or text
  assert(code == 0 and text == first, "another outcome at " .. i)
  if i == 100 or i == 500 or i == 1000 then
    collectgarbage()
    collectgarbage()
    print(math.floor(collectgarbage("count")))
  end
end
file = assert(io.open(arg[3], "wb"))
file:write(first)
file:close()
