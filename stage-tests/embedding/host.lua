-- Runs the program in the file arg[1] inside of this one, twice, with this one's other arguments and input, and gives back what it
-- wrote and its exit code. Nothing of the first run may be seen in the second.
local function chunk(path)
  if loadfile then return assert(loadfile(path)) end
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return assert(loadstring(text))
end

local program, input = chunk(arg[1]), io.stdin:read("*a")
local arguments = {[0] = arg[1]}
for i = 2, #arg do arguments[i - 1] = arg[i] end

local function run()
  local written = {output = "", errors = ""}
  local code = program {
    arguments = arguments,
    input = input,
    output = function(text) written.output = written.output .. text end,
    errors = function(text) written.errors = written.errors .. text end,
  }
  return code, written
end

local first, before = run()
local code, written = run()
assert(code == first and written.output == before.output and written.errors == before.errors, "the runs differ")
io.stdout:write(written.output)
io.stderr:write(written.errors)
os.exit(code)
