-- The pseudo file system: files that the linker embedded, by path, in `P.files` (nil without any).

--// embedded_names mutable
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

--// resolve mutable
-- Where a path is, seen from the folder that the process is really in: Lua has no way to change it, so
-- `P.folder` holds what Sys.chdir has set.
function P.resolve(path)
  if P.folder and Sub(path, 1, 1) ~= "/" then
    return P.folder .. "/" .. path
  end
  return path
end

--// reason const
-- What went wrong, without the path that the engine or a command puts in front of it.
function P.reason(message)
  return string.match(message, ": ([^:\n]*)%s*$") or message
end

--// path_raise
--// Requires: reason, caml_raise_sys_error
-- Sys_error for a path; nothing is known of the reason where the engine has no such function.
function P.path_raise(path, message)
  P.caml_raise_sys_error(path .. ": " .. P.reason(message or "Operation not supported"))
end

--// quote const
-- A word for the shell.
function P.quote(text)
  return "'" .. string.gsub(text, "'", "'\\''") .. "'"
end

--// shell_state mutable
--// Requires: quote
-- What makes a shell see what the program has set: the current folder and the environment.
function P.shell_state()
  local state = P.folder and "cd " .. P.quote(P.folder) .. " && " or ""
  if P.variables then
    for name, value in pairs(P.variables) do
      state = state .. "export " .. name .. "=" .. P.quote(value) .. " && "
    end
  end
  return state
end

--// shell
--// Requires: shell_state
-- What a command prints; nil and its message where it fails or there is no shell. What Lua's library lacks has no other way.
local popen = io and io.popen
function P.shell(command)
  local output
  if popen then
    local script = "{ LC_ALL=C; export LC_ALL; " .. P.shell_state() .. command .. "; } 2>&1 && echo +"
    local usable, pipe = Pcall(popen, script, "r")
    output = usable and pipe and pipe:read("*a")
    if output then
      pipe:close()
    end
  end
  if not output then
    return nil, "Operation not supported"
  end
  if Sub(output, -2) ~= "+\n" then
    return nil, output == "" and "Operation failed" or output
  end
  return Sub(output, 1, -3)
end

--// permissions const
-- A word for the shell: the permissions that a new file gets under the process's mask.
function P.permissions(bits)
  return string.format("$(printf %%o $((0%o & ~0$(umask))))", bits % 4096)
end

--// set_permissions
--// Requires: shell, permissions, quote
-- Gives a new file its permissions, where they are not those that the engine gives.
function P.set_permissions(place, bits)
  if bits and bits ~= 438 then
    P.shell("chmod " .. P.permissions(bits) .. " " .. P.quote(place))
  end
end

--// caml_sys_open
--// Requires: descriptor_open, path_raise
-- Flags are the constructors of Stdlib.open_flag; to append is to write.
local names = { [1] = "write", [2] = "append", [3] = "create", [4] = "truncate", [5] = "exclusive" }
function P.caml_sys_open(path, flags, permissions)
  local how = { permissions = permissions }
  while flags ~= 0 do
    how[names[flags[2]] or 0] = true
    flags = flags[3]
  end
  how.write = how.write or how.append
  local number, message = P.descriptor_open(path, how)
  if not number then
    P.path_raise(path, message)
  end
  return number
end

--// caml_sys_close
--// Requires: descriptor_close
function P.caml_sys_close(number)
  P.descriptor_close(number)
  return 0
end

--// file_kind mutable
--// Requires: resolve
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
  if not open or string.find(path, "%z") then
    return nil
  end
  local handle, message, code = open(P.resolve(path), "rb")
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

--// caml_sys_file_exists mutable
--// Requires: file_kind
function P.caml_sys_file_exists(path)
  return P.file_kind(path) and 1 or 0
end

--// caml_sys_is_directory
--// Requires: file_kind, path_raise
function P.caml_sys_is_directory(path)
  local kind = P.file_kind(path)
  if not kind then
    P.path_raise(path, "No such file or directory")
  end
  return kind == "directory" and 1 or 0
end

--// caml_sys_is_regular_file
--// Requires: caml_sys_is_directory
function P.caml_sys_is_regular_file(path)
  return 1 - P.caml_sys_is_directory(path)
end

--// remove_file
--// Requires: resolve
-- True, or nil and the reason. C's remove, which Lua has, would take an empty folder as well.
local remove, open = os and os.remove, io and io.open
function P.remove_file(path)
  if not remove then
    return nil, "Operation not supported"
  elseif string.find(path, "%z") then
    return nil, "No such file or directory"
  end
  local place = P.resolve(path)
  local folder = open and open(place .. "/.", "rb")
  if folder then
    folder:close()
    -- A link to a folder cannot be renamed so, and may be removed.
    if os.rename(place, place .. "/") then
      return nil, "Is a directory"
    end
  end
  return remove(place)
end

--// rename_file
--// Requires: resolve
-- True, or nil and the reason.
local rename = os and os.rename
function P.rename_file(from, to)
  if not rename then
    return nil, "Operation not supported"
  end
  return rename(P.resolve(from), P.resolve(to))
end

--// caml_sys_remove
--// Requires: remove_file, path_raise
function P.caml_sys_remove(path)
  local done, message = P.remove_file(path)
  if not done then
    P.path_raise(path, message)
  end
  return 0
end

--// caml_sys_rename
--// Requires: rename_file, reason, caml_raise_sys_error
function P.caml_sys_rename(from, to)
  local done, message = P.rename_file(from, to)
  if not done then
    P.caml_raise_sys_error(P.reason(message))
  end
  return 0
end

--// make_folder
--// Requires: shell, quote, permissions
-- True, or nil and the reason.
function P.make_folder(path, bits)
  return P.shell("mkdir " .. (bits == 511 and "" or "-m " .. P.permissions(bits)) .. " -- " .. P.quote(path))
end

--// caml_sys_mkdir
--// Requires: make_folder, path_raise
function P.caml_sys_mkdir(path, bits)
  local done, message = P.make_folder(path, bits)
  if not done then
    P.path_raise(path, message)
  end
  return 0
end

--// caml_sys_rmdir
--// Requires: shell, quote, path_raise
function P.caml_sys_rmdir(path)
  local done, message = P.shell("rmdir -- " .. P.quote(path))
  if not done then
    P.path_raise(path, message)
  end
  return 0
end

--// caml_sys_read_directory
--// Requires: shell, quote, path_raise, embedded_names
function P.caml_sys_read_directory(path)
  local names = P.embedded_names(path)
  local array = { 0 }
  if names then
    for i = 1, #names do
      array[i + 1] = names[i]
    end
    return array[2] and array or Empty
  end
  -- The slash makes `ls` refuse what is not a folder.
  local listing, message = P.shell("ls -1A -- " .. P.quote(Sub(path, -1) == "/" and path or path .. "/"))
  if not listing then
    P.path_raise(path, message)
  end
  for name in string.gmatch(listing, "[^\n]+") do
    array[#array + 1] = name
  end
  return array[2] and array or Empty
end

--// current_folder mutable
--// Requires: shell
function P.current_folder()
  local printed = P.folder or P.shell("pwd -P")
  return printed and string.gsub(printed, "\n$", "") or os and os.getenv and os.getenv("PWD")
end

--// caml_sys_getcwd
--// Requires: current_folder, caml_raise_sys_error
function P.caml_sys_getcwd(unit)
  return P.current_folder() or P.caml_raise_sys_error("getcwd: Operation not supported")
end

--// change_folder
--// Requires: shell, quote
-- True, or nil and the reason. dash says no more of it than that it could not.
function P.change_folder(path)
  local name = P.quote(path)
  local folder, message = P.shell("ls -d -- " .. P.quote(path .. "/.") .. " >/dev/null && cd -- " .. name .. " && pwd -P")
  if folder then
    P.folder = Sub(folder, 1, -2)
  end
  return folder, message
end

--// caml_sys_chdir
--// Requires: change_folder, path_raise
function P.caml_sys_chdir(path)
  local done, message = P.change_folder(path)
  if not done then
    P.path_raise(path, message)
  end
  return 0
end
