--// Requires: caml_format_exception, caml_failwith, caml_invalid_argument, caught, driver
-- Exceptions of the runtime, what the engine's own errors become, and the text of an uncaught exception.
P.main(function(_, D)
  local function check(name, condition)
    if not condition then error(name) end
  end
  local text = P.caml_format_exception
  check("Not_found", text(G[7]) == "Not_found")
  check("Failure", text({0, G[3], "x\"y"}) == 'Failure("x"y")')
  check("ints and blocks", text({0, {248, "M.E", 5}, -3, {0, 1}, "s"}) == 'M.E(-3, _, "s")')
  check("floats", text({0, {248, "M.F", 5}, 2.5}) == "M.F(_)")
  check("Assert_failure", text({0, G[11], {0, "a.ml", 3, 14}}) == 'Assert_failure("a.ml", 3, 14)')
  check("a tuple elsewhere", text({0, {248, "M.G", 5}, {0, 1, 2}}) == "M.G(_)")
  local function caught(f)
    local ok, e = Try(f, D)
    check("raised", not ok)
    return Caught(e)
  end
  check("failwith", caught(function() P.caml_failwith("f") end)[2] == G[3])
  check("invalid_arg", caught(function() P.caml_invalid_argument("f") end)[2] == G[4])
  check("Bound", caught(function() Bound() end)[3] == "index out of bounds")
  local function endless(n) return 1 + endless(n) end
  check("stack of the engine", caught(function() return endless(1) end) == G[9])
  -- A mistake of the runtime is no OCaml exception.
  local ok, e = Pcall(caught, function() local nothing; return nothing.field end)
  check("internal error", not ok and Type(e) == "string")
  print("ok exn")
  return 0
end)
