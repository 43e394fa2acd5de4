-- The pseudo file system: files that the linker embedded, by path, in `P.files` (nil without any).

--// Provides: embedded_names mutable
-- The names in an embedded folder, sorted; nil when no embedded file lies under it.
function P.embedded_names(path)
  if not P.files then
    return nil
  end
  if Sub(path, -1) ~= "/" then
    path = path .. "/"
  end
  local names, seen = {}, {}
  for file in pairs(P.files) do
    if Sub(file, 1, #path) == path then
      local name = string.match(Sub(file, #path + 1), "^[^/]+")
      if name and not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  if #names == 0 then
    return nil
  end
  table.sort(names)
  return names
end

--// Provides: caml_sys_open
--// Requires: descriptors, caml_raise_sys_error
-- Flags are the constructors of Stdlib.open_flag: 1 wronly, 2 append, 3 creat, 4 trunc, 5 excl.
-- Permissions are the engine's affair: Lua cannot set them.
local descriptors = P.descriptors
local open = io and io.open
function P.caml_sys_open(path, flags, permissions)
  local set = {}
  while flags ~= 0 do
    set[flags[2]] = true
    flags = flags[3]
  end
  local number = 3
  while descriptors[number] do
    number = number + 1
  end
  local text = P.files and P.files[path]
  if text then
    if set[1] then
      P.caml_raise_sys_error(path .. ": Read-only file system")
    end
    descriptors[number] = { text = text }
    return number
  end
  if not open then
    P.caml_raise_sys_error(path .. ": No such file or directory")
  end
  local handle, message
  if set[1] then
    handle, message = open(path, "r+b")
    if handle and set[3] and set[5] then
      handle:close()
      P.caml_raise_sys_error(path .. ": File exists")
    end
    -- A file that can be written but not read, and one that does not exist, both come here.
    if handle and (set[2] or set[4]) or not handle and set[3] then
      if handle then
        handle:close()
      end
      handle, message = open(path, set[2] and "ab" or "wb")
      if handle and set[2] then
        handle:seek("end")
      end
    end
  else
    handle, message = open(path, "rb")
  end
  if not handle then
    P.caml_raise_sys_error(message)
  end
  descriptors[number] = { handle = handle }
  return number
end

--// Provides: caml_sys_close
--// Requires: descriptors
local descriptors = P.descriptors
function P.caml_sys_close(number)
  local descriptor = descriptors[number]
  descriptors[number] = nil
  if descriptor and descriptor.handle then
    descriptor.handle:close()
  end
  return 0
end

--// Provides: file_kind mutable
-- "file", "directory" or nil; a directory is what opens but cannot be read.
local open = io and io.open
function P.file_kind(path)
  if P.files then
    if P.files[path] then
      return "file"
    end
    local folder = Sub(path, -1) == "/" and path or path .. "/"
    for file in pairs(P.files) do
      if Sub(file, 1, #folder) == folder then
        return "directory"
      end
    end
  end
  if not open then
    return nil
  end
  local handle, message, code = open(path, "rb")
  if not handle then
    -- 13 is EACCES: it is there, but may not be read.
    if code == 13 then
      return "file"
    end
    return nil
  end
  local _, _, reason = handle:read(1)
  handle:close()
  -- 21 is EISDIR.
  return reason == 21 and "directory" or "file"
end

--// Provides: caml_sys_file_exists mutable
--// Requires: file_kind
function P.caml_sys_file_exists(path)
  return P.file_kind(path) and 1 or 0
end

--// Provides: caml_sys_is_directory
--// Requires: file_kind, caml_raise_sys_error
function P.caml_sys_is_directory(path)
  local kind = P.file_kind(path)
  if not kind then
    P.caml_raise_sys_error(path .. ": No such file or directory")
  end
  return kind == "directory" and 1 or 0
end

--// Provides: caml_sys_is_regular_file
--// Requires: file_kind, caml_raise_sys_error
function P.caml_sys_is_regular_file(path)
  local kind = P.file_kind(path)
  if not kind then
    P.caml_raise_sys_error(path .. ": No such file or directory")
  end
  return kind == "file" and 1 or 0
end

--// Provides: caml_sys_remove
--// Requires: caml_raise_sys_error
local remove = os and os.remove
function P.caml_sys_remove(path)
  if not remove then
    P.caml_raise_sys_error(path .. ": Operation not supported")
  end
  local done, message = remove(path)
  if not done then
    P.caml_raise_sys_error(message)
  end
  return 0
end

--// Provides: caml_sys_rename
--// Requires: caml_raise_sys_error
-- The message names the path that was asked for: engines differ in which of the two they name.
local rename = os and os.rename
function P.caml_sys_rename(from, to)
  if not rename then
    P.caml_raise_sys_error("Operation not supported")
  end
  local done, message = rename(from, to)
  if not done then
    P.caml_raise_sys_error(string.match(message, ": ([^:]*)$") or message)
  end
  return 0
end

--// Provides: shell
--// Requires: caml_raise_sys_error
-- Runs a command on a path (or on `argument`, which stands for it) by the shell and gives what it prints; where it fails,
-- Sys_error with the reason at the end of the command's own message. What Lua's library lacks (folders) has no other way.
local popen = io and io.popen
local function quoted(text)
  return "'" .. string.gsub(text, "'", "'\\''") .. "'"
end
function P.shell(command, path, argument)
  local output
  if popen then
    local usable, pipe = Pcall(popen, command .. " " .. quoted(argument or path) .. " 2>&1 && echo +", "r")
    output = usable and pipe and pipe:read("*a")
    if output then
      pipe:close()
    end
  end
  if not output then
    P.caml_raise_sys_error(path .. ": Operation not supported")
  end
  if Sub(output, -2) ~= "+\n" then
    P.caml_raise_sys_error(path .. ": " .. (string.match(output, ": ([^:\n]*)\n?$") or "Operation failed"))
  end
  return Sub(output, 1, -3)
end

--// Provides: caml_sys_mkdir
--// Requires: shell
function P.caml_sys_mkdir(path, permissions)
  P.shell("mkdir --", path)
  return 0
end

--// Provides: caml_sys_rmdir
--// Requires: shell
function P.caml_sys_rmdir(path)
  P.shell("rmdir --", path)
  return 0
end

--// Provides: caml_sys_read_directory
--// Requires: shell, embedded_names
function P.caml_sys_read_directory(path)
  local names = P.embedded_names(path)
  local array = { 0 }
  if names then
    for i = 1, #names do
      array[i + 1] = names[i]
    end
    return array
  end
  -- The slash makes `ls` refuse what is not a folder.
  local listing = P.shell("ls -1A --", path, Sub(path, -1) == "/" and path or path .. "/")
  for name in string.gmatch(listing, "[^\n]+") do
    array[#array + 1] = name
  end
  return array
end

--// Provides: caml_sys_getcwd
--// Requires: caml_raise_sys_error
local popen, getenv = io and io.popen, os and os.getenv
function P.caml_sys_getcwd(unit)
  local folder
  if popen then
    local usable, pipe = Pcall(popen, "pwd", "r")
    if usable and pipe then
      folder = string.match(pipe:read("*a") or "", "^[^\n]+")
      pipe:close()
    end
  end
  folder = folder or getenv and getenv("PWD")
  if not folder then
    P.caml_raise_sys_error("getcwd: Operation not supported")
  end
  return folder
end

--// Provides: caml_sys_chdir
--// Requires: caml_raise_sys_error
-- A Lua program has no way to change its working directory.
function P.caml_sys_chdir(path)
  P.caml_raise_sys_error(path .. ": Operation not supported")
end
