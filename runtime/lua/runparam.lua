-- The options of OCAMLRUNPARAM, or of CAMLRUNPARAM.

--// runparam
-- What an option is set to, by its letter: 1 where it has no number, nil where it is not there. The last one counts.
local getenv = os and os.getenv
local options = "," .. (getenv and (getenv("OCAMLRUNPARAM") or getenv("CAMLRUNPARAM")) or "")
local units = {k = 1024, M = 1048576, G = 1073741824}
P.runparam = function(letter)
  local found
  for value in options:gmatch("," .. letter .. "([^,]*)") do
    local number, unit = value:match("^=(%d+)([kMG]?)")
    found = number and number * (units[unit] or 1) or 1
  end
  return found
end
