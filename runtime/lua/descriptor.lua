-- Open files, as numbers: what channels and the library unix stand on.

--// descriptors
--// Requires: at_end
-- Open files by number, as the kernel numbers them. Numbers that were duplicated share one file, a table:
--   `count`     of the numbers that stand for it
--   `handle`    Lua's file; or, for a file of the pseudo file system, `text` and the position `at`
--   `path`      where it is; `standard` instead for 0, 1 and 2
--   `pipe`      for an end of a pipe, with functions of its own: `take` and `give` while it has no handle, `closed`
--   `lines`     whether it is read by lines: a terminal or a pipe, known once it has been read
--   `unreadable` whether it was opened to be written only
--   `rest`      what was read of a line and not wanted
--   `last`      "read" or "write": Lua wants a seek between the two
local engine = io and io.stdout and io or {}
local host = Host or {}
local descriptors = {}
local function add(number, handle)
  descriptors[number] = { handle = handle, standard = number, count = 1 }
end
add(0, engine.stdin)
add(1, engine.stdout)
add(2, engine.stderr)
if host.input or not engine.stdin then
  descriptors[0] = { text = host.input or "", at = 0, count = 1 }
end

-- A stream that goes to a function of text, or of lines: then the rest of a line waits for its end, or for that of the program.
local function writer(number, text_out, line_out)
  local rest = ""
  local handle = {}
  function handle.write(_, text)
    if text_out then
      text_out(text)
    else
      rest = rest .. text
      local lines, after = rest:match("^(.*)\n([^\n]*)$")
      if lines then
        line_out(lines)
        rest = after
      end
    end
    return true
  end
  function handle.flush() end
  function handle.seek() end
  function handle.close()
    if rest ~= "" then
      line_out(rest)
      rest = ""
    end
  end
  P.at_end[#P.at_end + 1] = handle.close
  add(number, handle)
end
if host.output or not engine.stdout then
  writer(1, host.output or io and io.write, print)
end
if host.errors or not engine.stderr then
  writer(2, host.errors, warn or print)
end
P.descriptors = descriptors

--// descriptor_new
--// Requires: descriptors, descriptor_seek
-- Gives a file the lowest number that is free.
local descriptors = P.descriptors
function P.descriptor_new(file)
  local number = 0
  while descriptors[number] do
    number = number + 1
  end
  descriptors[number] = file
  file.count = (file.count or 0) + 1
  return number
end

--// descriptor_open
--// Requires: descriptor_new, resolve, reason, set_permissions
-- Opens the file at `path` as `how` says (`write` only or `both`, else to read; `append`, `create`, `truncate`, `exclusive`;
-- `permissions` for a new one): its number, or nil and the reason.
local open = io and io.open
local function empty(place)
  local handle, message = open(place, "wb")
  if handle then
    handle:close()
  end
  return handle, message
end

function P.descriptor_open(path, how)
  local text = P.files and P.files[path]
  local writes = how.write or how.both
  if text then
    if writes then
      return nil, "Read-only file system"
    end
    return P.descriptor_new({ text = text, at = 0, path = path })
  end
  if not open or string.find(path, "%z") then
    return nil, "No such file or directory"
  end
  local place = P.resolve(path)
  local handle, message, code = open(place, writes and "r+b" or "rb")
  -- 2 is ENOENT, 13 EACCES: a file that can be written but not read is opened below.
  local new = not handle and code == 2 and how.create
  if how.create and how.exclusive and not new then
    if handle then
      handle:close()
    end
    return nil, "File exists"
  end
  local rewrite = handle and (how.append or how.truncate) or not handle and code == 13
  if new or writes and rewrite then
    if handle then
      handle:close()
    end
    handle = true
    if not writes or how.append and how.truncate then
      handle, message = empty(place)
    end
    if handle then
      local mode = not writes and "r" or how.append and "a" or (new or how.truncate) and "w" or "r+"
      handle, message = open(place, mode .. (how.both and mode ~= "r+" and "+b" or "b"))
    end
    if handle and how.append then
      handle:seek("end")
    end
  end
  if not handle then
    return nil, P.reason(message)
  end
  if new then
    P.set_permissions(place, how.permissions)
  end
  return P.descriptor_new({ handle = handle, path = place, unreadable = how.write })
end

--// descriptor_close
--// Requires: descriptors
-- The engine never really closes its three standard files.
local descriptors = P.descriptors
function P.descriptor_close(number)
  local file = descriptors[number]
  if not file then
    return nil, "Bad file descriptor"
  end
  descriptors[number] = nil
  file.count = file.count - 1
  if file.count == 0 and file.handle then
    file.handle:close()
  end
  if file.count == 0 and file.closed then
    file:closed()
  end
  return true
end

--// descriptor_read
-- At most `wanted` characters of a file: nil at its end, or nil and the reason. A terminal or pipe is read by
-- lines, so that a program answers each; without integers (5.1, 5.2, LuaJIT) the line reader of the
-- engine loses what follows a zero byte, so there it goes by characters.
local lines_are_whole = math.type ~= nil
local function line_of(handle)
  if lines_are_whole then
    return handle:read("*L")
  end
  local pieces, count = {}, 0
  local piece, message
  repeat
    piece, message = handle:read(1)
    count = count + 1
    pieces[count] = piece
  until not piece or piece == "\n"
  if count == 1 then
    return piece, message
  end
  return Concat(pieces)
end

function P.descriptor_read(file, wanted)
  local handle, text, message = file.handle, file.rest, nil
  if file.unreadable then
    return nil, "Bad file descriptor"
  elseif not handle and file.pipe then
    return file:take(wanted)
  elseif not handle then
    text = Sub(file.text, file.at + 1, file.at + wanted)
    file.at = file.at + #text
  elseif text then
    file.rest = nil
  else
    if file.last ~= "read" then
      file.last, file.lines = "read", not handle:seek("cur", 0)
    end
    if file.lines then
      text, message = line_of(handle)
    else
      text, message = handle:read(wanted)
    end
  end
  if text == "" then
    return nil
  end
  if text and #text > wanted then
    text, file.rest = Sub(text, 1, wanted), Sub(text, wanted + 1)
  end
  return text, message
end

--// descriptor_write
-- True, or nil and the reason.
function P.descriptor_write(file, text)
  local handle = file.handle
  if not handle then
    if file.give then
      return file:give(text)
    end
    return nil, "Bad file descriptor"
  end
  if file.last == "read" then
    handle:seek("cur", 0)
  end
  file.last = "write"
  return handle:write(text)
end

--// descriptor_seek
-- The new position, or nil and the reason.
function P.descriptor_seek(file, from, offset)
  if file.pipe then
    return nil, "Illegal seek"
  elseif file.handle then
    file.last = nil
    return file.handle:seek(from, offset)
  end
  local at = offset + (from == "cur" and file.at or from == "end" and #file.text or 0)
  if at < 0 then
    return nil, "Invalid argument"
  end
  file.at = at
  return at
end
