--// Shares: numbers
--// Requires: sign_bit, caml_float_of_string
-- Text to numbers, and what is no number.
-- A float: the same number, and the same sign of a zero; within `tolerance` of it where that is given.
local function same_float(name, got, wanted, tolerance)
  if Type(got) ~= "number" or kind_of and kind_of(got) ~= "float" then
    complain(name, got, wanted)
  elseif got ~= got or wanted ~= wanted then
    if got == got or wanted == wanted then
      complain(name, got, wanted)
    end
  elseif got == wanted then
    if got == 0 and 1 / got ~= 1 / wanted then
      complain(name, got, wanted)
    end
  elseif not (math.abs(got - wanted) <= (tolerance or 0) * math.abs(wanted)) then
    complain(name, got, wanted)
  end
end

local function float(name, wanted, ...)
  local there, got = call(name, ...)
  if there then
    same_float(name, got, wanted)
  end
end

-- Failure with a message.
local function fails(name, message, ...)
  local done, problem = Pcall(P[name], ...)
  if done or Type(problem) ~= "table" or problem[3] ~= message then
    complain(name, problem, message)
  end
end

local function rows()
  float("caml_float_of_string", 0.0, "0")
  float("caml_float_of_string", negative_zero, "-0")
  float("caml_float_of_string", 1.0, "1")
  float("caml_float_of_string", 1.0, "1.")
  float("caml_float_of_string", 1.5, "1.5")
  float("caml_float_of_string", 0.5, ".5")
  float("caml_float_of_string", 10000000000.0, "1e10")
  float("caml_float_of_string", 1e-10, "1E-10")
  float("caml_float_of_string", 100000.0, "1e+5")
  float("caml_float_of_string", -1500.0, "-1.5e3")
  float("caml_float_of_string", 1000.5, "1_000.5")
  fails("caml_float_of_string", "float_of_string", "")
  fails("caml_float_of_string", "float_of_string", "-")
  fails("caml_float_of_string", "float_of_string", ".")
  fails("caml_float_of_string", "float_of_string", "e5")
  fails("caml_float_of_string", "float_of_string", "1e")
  fails("caml_float_of_string", "float_of_string", "1e+")
  float("caml_float_of_string", Huge, "inf")
  float("caml_float_of_string", -Huge, "-inf")
  float("caml_float_of_string", Huge, "infinity")
  float("caml_float_of_string", Huge, "INF")
  float("caml_float_of_string", nan, "nan")
  float("caml_float_of_string", nan, "NaN")
  float("caml_float_of_string", nan, "nan(12)")
  float("caml_float_of_string", 16.0, "0x1p4")
  float("caml_float_of_string", 3.0, "0x1.8p1")
  float("caml_float_of_string", 0.5, "0x.8")
  fails("caml_float_of_string", "float_of_string", "0x")
  fails("caml_float_of_string", "float_of_string", "0x1p")
  float("caml_float_of_string", -4.9406564584124654e-324, "-0x1p-1074")
  float("caml_float_of_string", 0.0, "0x1p-1075")
  float("caml_float_of_string", 4.9406564584124654e-324, "0x1.8p-1075")
  float("caml_float_of_string", 2.0, "0x1.fffffffffffff8p0")
  float("caml_float_of_string", 1.9999999999999998, "0x1.fffffffffffff7p0")
  float("caml_float_of_string", 8.9884656743115795e+307, "0x1.fffffffffffff80000000001p1022")
  float("caml_float_of_string", Huge, "0x1p1024")
  float("caml_float_of_string", 212.0, "0X1A.8P3")
  float("caml_float_of_string", 1.5, " 1.5")
  fails("caml_float_of_string", "float_of_string", "1.5 ")
  fails("caml_float_of_string", "float_of_string", "1.5x")
  float("caml_float_of_string", 10.0, "1__0")
  float("caml_float_of_string", 16384.0, "0x1_0p1_0")
  float("caml_float_of_string", Huge, "1e400")
  float("caml_float_of_string", 0.0, "1e-400")
  float("caml_float_of_string", 9007199254740992.0, "9007199254740993")
  float("caml_float_of_string", 4.9406564584124654e-324, "4.9e-324")
  float("caml_float_of_string", 2.2250738585072009e-308, "2.2250738585072011e-308")
  float("caml_float_of_string", 1.2345678901234568e+29, "123456789012345678901234567890")
  float("caml_float_of_string", 5.3730036427316852e+21, "0x123456789abcdef123456789p-20")
  float("caml_float_of_string", 1.2676506002282294e+30, "0x10000000000000000000000001p0")
  float("caml_float_of_string", 1.0, "0x1.00000000000008p0")
  float("caml_float_of_string", 1.0000000000000002, "0x1.000000000000080000001p0")
  float("caml_float_of_string", 1.0000000000000004, "0x1.00000000000018p0")
  float("caml_float_of_string", 1.5, "+1.5")
  fails("caml_float_of_string", "float_of_string", "1.5.2")
end
rows()

print("ok scan")
