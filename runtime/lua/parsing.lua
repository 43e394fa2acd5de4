-- The push-down automaton of ocamlyacc (runtime/parsing.c). Fields are those of Parsing.parse_tables and Parsing.parser_env,
-- from index 2.

--// parse_tables
-- A parser's tables as arrays, decoded once, by the names of ocamlyacc.
local decoded = setmetatable({}, { __mode = "k" })
local function numbers(text)
  local array = {}
  for i = 1, #text - 1, 2 do
    local low, high = Byte(text, i, i + 1)
    array[(i - 1) / 2] = low + (high > 127 and high - 256 or high) * 256
  end
  return array
end
function P.parse_tables(tables)
  local d = decoded[tables]
  if not d then
    d = {
      lhs = numbers(tables[5]),
      len = numbers(tables[6]),
      defred = numbers(tables[7]),
      dgoto = numbers(tables[8]),
      sindex = numbers(tables[9]),
      rindex = numbers(tables[10]),
      gindex = numbers(tables[11]),
      size = tables[12],
      table = numbers(tables[13]),
      check = numbers(tables[14]),
    }
    decoded[tables] = d
  end
  return d
end

--// parser_trace
--// Requires: runparam, complain
-- Whether the automaton tells its steps on standard error (Parsing.set_trace, or p in OCAMLRUNPARAM).
P.parser_tracing = (P.runparam("p") or 0) ~= 0
function P.parser_trace(format, ...)
  P.complain(string.format(format, ...))
end

--// parser_trace_token
--// Requires: parser_trace
local function name(names, number)
  for text in string.gmatch(names, "[^%z]+") do
    if number == 0 then
      return text
    end
    number = number - 1
  end
  return "<unknown token>"
end
function P.parser_trace_token(tables, state, token)
  if Type(token) ~= "table" then
    P.parser_trace("State %d: read token %s", state, name(tables[16], token))
    return
  end
  local value = token[2]
  if Type(value) == "number" then
    value = string.format(Floor(value) == value and "%d" or "%g", value)
  elseif Type(value) ~= "string" then
    value = "_"
  end
  P.parser_trace("State %d: read token %s(%s)", state, name(tables[17], token[1]), value)
end

--// caml_parse_engine
--// Requires: parse_tables, parser_trace, parser_trace_token
-- One step of the conversation with Parsing.yyparse: `command` says what OCaml has done, the result what it shall do.
-- The states between are labels here: every one names the next.
local parse_tables = P.parse_tables
function P.caml_parse_engine(tables, env, command, argument)
  local d = parse_tables(tables)
  local tracing = P.parser_tracing
  local table, check, size = d.table, d.check, d.size
  -- The entry that row n1 of the action table has for a symbol, if any.
  local function find(n1, symbol)
    local n2 = n1 + symbol
    if n1 ~= 0 and n2 >= 0 and n2 <= size and check[n2] == symbol then
      return n2
    end
    return nil
  end
  local sp, state, errors = env[15], env[16], env[17]
  local label, n
  if command == 0 then
    state, errors, label = 0, 0, "loop"
  elseif command == 1 then
    if Type(argument) == "table" then
      env[8], env[9] = tables[4][argument[1] + 2], argument[2]
    else
      env[8], env[9] = tables[3][argument + 2], 0
    end
    if tracing then
      P.parser_trace_token(tables, state, argument)
    end
    label = "test_shift"
  elseif command == 2 then
    label = "push"
  elseif command == 3 then
    label = "semantic_action"
  elseif command == 4 then
    local asp = env[12]
    env[2][sp + 2] = state
    env[3][sp + 2] = argument
    env[5][sp + 2] = env[5][asp + 2]
    if sp > asp then
      -- An empty production begins where it ends.
      env[4][sp + 2] = env[5][asp + 2]
    end
    label = "loop"
  else
    label = "recover"
  end
  while true do
    local target
    if label == "loop" then
      n = d.defred[state]
      if n ~= 0 then
        label = "reduce"
      elseif env[8] >= 0 then
        label = "test_shift"
      else
        env[15], env[16], env[17] = sp, state, errors
        return 0
      end
    end
    if label == "test_shift" then
      local symbol = env[8]
      target = find(d.sindex[state], symbol)
      if target then
        env[8] = -1
        if errors > 0 then
          errors = errors - 1
        end
        label = "shift"
      else
        target = find(d.rindex[state], symbol)
        if target then
          n, label = table[target], "reduce"
        elseif errors > 0 then
          label = "recover"
        else
          env[15], env[16], env[17] = sp, state, errors
          return 5
        end
      end
    end
    if label == "recover" then
      if errors < 3 then
        errors = 3
        while true do
          local below = env[2][sp + 2]
          target = find(d.sindex[below], 256)
          if target then
            if tracing then
              P.parser_trace("Recovering in state %d", below)
            end
            break
          end
          if tracing then
            P.parser_trace("Discarding state %d", below)
          end
          if sp <= env[7] then
            if tracing then
              P.parser_trace("No more states to discard")
            end
            return 1
          end
          sp = sp - 1
        end
        label = "shift"
      else
        if env[8] == 0 then
          return 1
        end
        if tracing then
          P.parser_trace("Discarding last token read")
        end
        env[8] = -1
        label = "loop"
      end
    end
    if label == "shift" then
      if tracing then
        P.parser_trace("State %d: shift to state %d", state, table[target])
      end
      state = table[target]
      sp = sp + 1
      if sp >= env[6] then
        env[15], env[16], env[17] = sp, state, errors
        return 2
      end
      label = "push"
    end
    if label == "push" then
      env[2][sp + 2] = state
      env[3][sp + 2] = env[9]
      env[4][sp + 2] = env[10]
      env[5][sp + 2] = env[11]
      label = "loop"
    elseif label == "reduce" then
      if tracing then
        P.parser_trace("State %d: reduce by rule %d", state, n)
      end
      local length, left = d.len[n], d.lhs[n]
      env[12], env[14], env[13] = sp, n, length
      sp = sp - length + 1
      local below = env[2][sp + 1]
      target = find(d.gindex[left], below)
      state = target and table[target] or d.dgoto[left]
      if sp >= env[6] then
        env[15], env[16], env[17] = sp, state, errors
        return 3
      end
      label = "semantic_action"
    end
    if label == "semantic_action" then
      env[15], env[16], env[17] = sp, state, errors
      return 4
    end
  end
end

--// caml_set_parser_trace
--// Requires: parser_trace
function P.caml_set_parser_trace(flag)
  local before = P.parser_tracing
  P.parser_tracing = flag ~= 0
  return before and 1 or 0
end
