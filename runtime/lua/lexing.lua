-- The automata of ocamllex (runtime/lexing.c). A lexer buffer's fields are those of Lexing.lexbuf, from index 2: refill_buff,
-- lex_buffer (3), lex_buffer_len, lex_abs_pos, lex_start_pos (6), lex_curr_pos (7), lex_last_pos (8),
-- lex_last_action (9), lex_eof_reached (10), lex_mem (11).

--// lex_tables
-- A lexer's tables as arrays, decoded once: they are strings of signed 16-bit numbers, the lower byte
-- first; `unsigned` ones are those that point into the code of the memory actions.
local decoded = setmetatable({}, { __mode = "k" })
local function numbers(text, unsigned)
  local array = {}
  for i = 1, #text - 1, 2 do
    local low, high = Byte(text, i, i + 1)
    if high > 127 and not unsigned then
      high = high - 256
    end
    array[(i - 1) / 2] = low + high * 256
  end
  return array
end
function P.lex_tables(tables)
  local d = decoded[tables]
  if not d then
    d = {
      base = numbers(tables[2]),
      backtrack = numbers(tables[3]),
      default = numbers(tables[4]),
      trans = numbers(tables[5]),
      check = numbers(tables[6]),
      base_code = numbers(tables[7], true),
      backtrack_code = numbers(tables[8], true),
      default_code = numbers(tables[9], true),
      trans_code = numbers(tables[10], true),
      check_code = numbers(tables[11]),
      code = tables[12],
    }
    decoded[tables] = d
  end
  return d
end

--// caml_lex_engine
--// Requires: lex_tables, bytes_load, caml_failwith
local lex_tables = P.lex_tables
function P.caml_lex_engine(tables, state, buffer)
  local d = lex_tables(tables)
  local base, backtrack, default, trans, check = d.base, d.backtrack, d.default, d.trans, d.check
  local text, length, position = buffer[3], buffer[4], buffer[7]
  local packed = text.s
  if state >= 0 then
    buffer[8], buffer[6], buffer[9] = position, position, -1
  else
    state = -state - 1
  end
  while true do
    local from = base[state]
    if from < 0 then
      buffer[7] = position
      return -from - 1
    end
    local action = backtrack[state]
    if action >= 0 then
      buffer[8], buffer[9] = position, action
    end
    local c
    if position >= length then
      if buffer[10] == 0 then
        buffer[7] = position
        return -state - 1
      end
      c = 256
    else
      c = packed and Byte(packed, position + 1) or text[position + 1] or Load(text, position)
      position = position + 1
    end
    if check[from + c] == state then
      state = trans[from + c]
    else
      state = default[state]
    end
    if state < 0 then
      buffer[7] = buffer[8]
      if buffer[9] == -1 then
        P.caml_failwith("lexing: empty token")
      end
      return buffer[9]
    elseif c == 256 then
      buffer[10] = 0
    end
  end
end

--// caml_new_lex_engine
--// Requires: lex_tables, bytes_load, caml_failwith
-- The same with the memory of positions that `as` bindings need: pairs of cells to copy, ended by 255;
-- the source 255 stands for the current position, or for none.
local lex_tables = P.lex_tables
local function run(code, pc, memory, position)
  while true do
    local target, source = Byte(code, pc + 1, pc + 2)
    if target == 255 then
      return
    end
    if source == 255 then
      memory[target + 2] = position
    else
      memory[target + 2] = memory[source + 2]
    end
    pc = pc + 2
  end
end
function P.caml_new_lex_engine(tables, state, buffer)
  local d = lex_tables(tables)
  local base, backtrack, default, trans, check = d.base, d.backtrack, d.default, d.trans, d.check
  local base_code, check_code, code, memory = d.base_code, d.check_code, d.code, buffer[11]
  local text, length, position = buffer[3], buffer[4], buffer[7]
  local packed = text.s
  if state >= 0 then
    buffer[8], buffer[6], buffer[9] = position, position, -1
  else
    state = -state - 1
  end
  while true do
    local from = base[state]
    if from < 0 then
      run(code, base_code[state], memory, -1)
      buffer[7] = position
      return -from - 1
    end
    local action = backtrack[state]
    if action >= 0 then
      run(code, d.backtrack_code[state], memory, -1)
      buffer[8], buffer[9] = position, action
    end
    local c
    if position >= length then
      if buffer[10] == 0 then
        buffer[7] = position
        return -state - 1
      end
      c = 256
    else
      c = packed and Byte(packed, position + 1) or text[position + 1] or Load(text, position)
      position = position + 1
    end
    local before = state
    if check[from + c] == state then
      state = trans[from + c]
    else
      state = default[state]
    end
    if state < 0 then
      buffer[7] = buffer[8]
      if buffer[9] == -1 then
        P.caml_failwith("lexing: empty token")
      end
      return buffer[9]
    end
    local moves = base_code[before] + c
    if check_code[moves] == before then
      moves = d.trans_code[moves]
    else
      moves = d.default_code[before]
    end
    if moves > 0 then
      run(code, moves, memory, position)
    end
    if c == 256 then
      buffer[10] = 0
    end
  end
end
