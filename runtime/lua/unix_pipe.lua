-- The library unix: pipes. As long as both ends are the program's own, a pipe is a list of strings; when an end is given to a command
-- it becomes a named one, which both open.

--// unix_pipe
--// Alias: caml_unix_pipe
--// Requires: descriptor_new
-- A thread that reads from an empty pipe, or writes to one that holds 65536 bytes, waits; without threads there is nobody to wait for.
local function take(file, wanted)
  local pipe = file.pipe
  while pipe.size == 0 and not pipe.path do
    if pipe[2].count == 0 then
      return nil
    elseif not P.threads then
      return nil, "Resource deadlock avoided"
    end
    P.threads.wait(pipe.waiting)
  end
  if pipe.size == 0 then
    return P.descriptor_read(pipe.open(file), wanted)
  end
  local text = pipe.texts[pipe.first]
  if #text > wanted then
    pipe.texts[pipe.first] = Sub(text, wanted + 1)
    text = Sub(text, 1, wanted)
  else
    pipe.texts[pipe.first] = nil
    pipe.first = pipe.first + 1
  end
  pipe.size = pipe.size - #text
  if pipe.waiting[1] then
    P.threads.wake_from(pipe.waiting, true)
  end
  return text
end

local function give(file, text)
  local pipe = file.pipe
  while P.threads and pipe.size >= 65536 and pipe[1].count > 0 and not pipe.path do
    P.threads.wait(pipe.waiting)
  end
  if pipe.path then
    return P.descriptor_write(pipe.open(file), text)
  elseif pipe[1].count == 0 then
    return nil, "Broken pipe"
  elseif text ~= "" then
    pipe.last = pipe.last + 1
    pipe.texts[pipe.last] = text
    pipe.size = pipe.size + #text
  end
  if pipe.waiting[1] then
    P.threads.wake_from(pipe.waiting, true)
  end
  return true
end

local function closed(file)
  local pipe = file.pipe
  if pipe.path and pipe[1].count + pipe[2].count == 0 then
    pipe.remove()
  elseif pipe.waiting[1] then
    P.threads.wake_from(pipe.waiting, true)
  end
end

function P.unix_pipe(close_on_exec, unit)
  local pipe = { texts = {}, first = 1, last = 0, size = 0, waiting = {} }
  pipe[1] = { pipe = pipe, mode = "rb", take = take, closed = closed }
  pipe[2] = { pipe = pipe, mode = "wb", give = give, closed = closed, unreadable = true }
  local output = P.descriptor_new(pipe[1])
  return { 0, output, P.descriptor_new(pipe[2]) }
end

--// unix_fifo
--// Requires: shell, quote
-- The path of a new named pipe, or nil and the reason.
function P.unix_fifo()
  if not (os and os.execute and os.tmpname) then
    return nil, "Function not implemented"
  end
  local path = os.tmpname()
  local name = P.quote(path)
  local done, message = P.shell("rm -f " .. name .. " && mkfifo -m 600 " .. name)
  return done and path, message
end

--// unix_pipe_path
--// Requires: unix_fifo, unix_error, leave
-- The path of a pipe. It is removed when both ends are closed, or when the program ends.
local paths = {}
local function remove_all()
  for path in pairs(paths) do
    os.remove(path)
  end
end

-- Opens an end for the program: both ways at first, so that it does not wait for the other end.
local function open(file)
  local both = io.open(file.pipe.path, "r+b")
  file.handle = io.open(file.pipe.path, file.mode)
  both:close()
  return file
end

function P.unix_pipe_path(pipe, name)
  if not pipe.path then
    local path, message = P.unix_fifo()
    if not path then
      P.unix_error(message, name)
    end
    P.leaving = remove_all
    paths[path] = true
    pipe.path, pipe.open = path, open
    function pipe.remove()
      paths[path] = nil
      os.remove(path)
    end
  end
  return pipe.path
end

--// unix_pipe_meet
-- Opens an end whose other end a command is opening. What the pipe held until then goes before the rest.
function P.unix_pipe_meet(file)
  local pipe = file.pipe
  local handle = not file.handle and io.open(pipe.path, file.mode)
  if not handle then
    return
  end
  if file.mode == "wb" then
    handle:write(Concat(pipe.texts, "", pipe.first, pipe.last))
    handle:flush()
    pipe.size = 0
  end
  if file.count > 0 then
    file.handle = handle
  else
    handle:close()
  end
  if pipe.waiting[1] then
    P.threads.wake_from(pipe.waiting, true)
  end
end
