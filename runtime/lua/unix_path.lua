-- The library unix: files by their paths, and folders.

--// unix_unlink
--// Alias: caml_unix_unlink
--// Requires: remove_file, unix_error
function P.unix_unlink(path)
  local done, message = P.remove_file(path)
  if not done then
    P.unix_error(message, "unlink", path)
  end
  return 0
end

--// unix_rename
--// Alias: caml_unix_rename
--// Requires: rename_file, unix_error
function P.unix_rename(from, to)
  local done, message = P.rename_file(from, to)
  if not done then
    P.unix_error(message, "rename", from)
  end
  return 0
end

--// unix_link
--// Alias: caml_unix_link
--// Requires: unix_shell, quote
-- `follow` is an option: None and Some false link a symbolic link itself.
function P.unix_link(follow, from, to)
  local mode = follow ~= 0 and follow[2] == 1 and "-L" or "-P"
  P.unix_shell("ln -T " .. mode .. " -- " .. P.quote(from) .. " " .. P.quote(to), "link", to)
  return 0
end

--// unix_symlink
--// Alias: caml_unix_symlink
--// Requires: unix_shell, quote
function P.unix_symlink(to_folder, target, path)
  P.unix_shell("ln -s -T -- " .. P.quote(target) .. " " .. P.quote(path), "symlink", path)
  return 0
end

--// unix_has_symlink const
--// Alias: caml_unix_has_symlink
function P.unix_has_symlink(unit)
  return 1
end

--// unix_readlink
--// Alias: caml_unix_readlink
--// Requires: unix_shell, unix_there, quote
function P.unix_readlink(path)
  local no_link = " || { echo ': Invalid argument'; false; }"
  local target = P.unix_shell(P.unix_there(path) .. "{ readlink -- " .. P.quote(path) .. no_link .. "; }", "readlink", path)
  return Sub(target, 1, -2)
end

--// unix_realpath
--// Alias: caml_unix_realpath
--// Requires: unix_shell, quote
function P.unix_realpath(path)
  return Sub(P.unix_shell("realpath -e -- " .. P.quote(path), "realpath", path), 1, -2)
end

--// unix_chmod
--// Alias: caml_unix_chmod
--// Requires: unix_shell, quote
function P.unix_chmod(path, bits)
  P.unix_shell(string.format("chmod %o -- ", bits % 4096) .. P.quote(path), "chmod", path)
  return 0
end

--// unix_chown
--// Alias: caml_unix_chown
--// Requires: unix_shell, quote
-- -1 leaves the user or the group as it is.
function P.unix_chown(path, user, group)
  local owner = (user < 0 and "" or user) .. (group < 0 and "" or ":" .. group)
  P.unix_shell("chown '" .. owner .. "' -- " .. P.quote(path), "chown", path)
  return 0
end

--// unix_access
--// Alias: caml_unix_access
--// Requires: unix_shell, unix_there, quote
-- R_OK, W_OK, X_OK, F_OK.
local tests = { [0] = "-r", "-w", "-x", "-e" }
function P.unix_access(path, permissions)
  local command = P.unix_there(path) .. "{ true"
  while permissions ~= 0 do
    command = command .. " && test " .. tests[permissions[2]] .. " " .. P.quote(path)
    permissions = permissions[3]
  end
  P.unix_shell(command .. " || { echo ': Permission denied'; false; }; }", "access", path)
  return 0
end

--// unix_utimes
--// Alias: caml_unix_utimes
--// Requires: unix_shell, unix_there, quote
-- Two zeros stand for the present.
function P.unix_utimes(path, access, modification)
  local command = "touch -c -- " .. P.quote(path)
  if access ~= 0 or modification ~= 0 then
    local one = "touch -c %s -d @%.6f -- " .. string.gsub(P.quote(path), "%%", "%%%%")
    command = string.format(one .. " && " .. one, "-a", access, "-m", modification)
  end
  P.unix_shell(P.unix_there(path) .. command, "utimes", path)
  return 0
end

--// unix_truncate
--// Alias: caml_unix_truncate
--// Requires: unix_shell, unix_there, quote
function P.unix_truncate(path, length)
  local command = string.format("truncate -c -s %.0f -- ", length)
  P.unix_shell(P.unix_there(path) .. command .. P.quote(path), "truncate", path)
  return 0
end

--// unix_truncate_64
--// Alias: caml_unix_truncate_64
--// Requires: unix_truncate, int64_to_number
function P.unix_truncate_64(path, length)
  return P.unix_truncate(path, P.int64_to_number(length))
end

--// unix_status
--// Requires: unix_shell, unix_int, unix_error
-- A record Unix.stats of `place`, a word for the shell; `size_of` makes its size.
local kinds = { [8] = 0, [4] = 1, [2] = 2, [6] = 3, [10] = 4, [1] = 5, [12] = 6 }
function P.unix_status(place, links, size_of, name, path)
  local text = P.unix_shell("stat " .. links .. " -c '%d %i %f %h %u %g %t %T %s %.9X %.9Y %.9Z' -- " .. place, name, path)
  local words = {}
  for word in string.gmatch(text, "%S+") do
    words[#words + 1] = word
  end
  local mode = tonumber(words[3], 16)
  local major, minor = tonumber(words[7], 16), tonumber(words[8], 16)
  if not major or not tonumber(words[12]) then
    P.unix_error("Function not implemented", name, path)
  end
  local int = P.unix_int
  return {
    0,
    int(tonumber(words[1])),
    int(tonumber(words[2])),
    kinds[Floor(mode / 4096)],
    mode % 4096,
    tonumber(words[4]),
    tonumber(words[5]),
    tonumber(words[6]),
    int(Floor(minor / 256) * 1048576 + major * 256 + minor % 256),
    size_of(tonumber(words[9])),
    words[10] + 0.0,
    words[11] + 0.0,
    words[12] + 0.0,
  }
end

--// unix_size
--// Requires: unix_int, unix_error
-- The size of a file as an int, where it is one.
function P.unix_size(name, path)
  return function(size)
    if P.unix_int(size) ~= size then
      P.unix_error("Value too large for defined data type", name, path)
    end
    return P.unix_int(size)
  end
end

--// unix_stat
--// Alias: caml_unix_stat
--// Requires: unix_status, unix_size, quote
function P.unix_stat(path)
  return P.unix_status(P.quote(path), "-L", P.unix_size("stat", path), "stat", path)
end

--// unix_lstat
--// Alias: caml_unix_lstat
--// Requires: unix_status, unix_size, quote
function P.unix_lstat(path)
  return P.unix_status(P.quote(path), "", P.unix_size("lstat", path), "lstat", path)
end

--// unix_stat_64
--// Alias: caml_unix_stat_64
--// Requires: unix_status, int64_of_number, quote
function P.unix_stat_64(path)
  return P.unix_status(P.quote(path), "-L", P.int64_of_number, "stat", path)
end

--// unix_lstat_64
--// Alias: caml_unix_lstat_64
--// Requires: unix_status, int64_of_number, quote
function P.unix_lstat_64(path)
  return P.unix_status(P.quote(path), "", P.int64_of_number, "lstat", path)
end

--// unix_mkdir
--// Alias: caml_unix_mkdir
--// Requires: make_folder, unix_error
function P.unix_mkdir(path, bits)
  local done, message = P.make_folder(path, bits)
  if not done then
    P.unix_error(message, "mkdir", path)
  end
  return 0
end

--// unix_rmdir
--// Alias: caml_unix_rmdir
--// Requires: unix_shell, quote
function P.unix_rmdir(path)
  P.unix_shell("rmdir -- " .. P.quote(path), "rmdir", path)
  return 0
end

--// unix_mkfifo
--// Alias: caml_unix_mkfifo
--// Requires: unix_shell, quote, permissions
function P.unix_mkfifo(path, bits)
  P.unix_shell("mkfifo -m " .. P.permissions(bits) .. " -- " .. P.quote(path), "mkfifo", path)
  return 0
end

--// unix_chdir
--// Alias: caml_unix_chdir
--// Requires: change_folder, unix_error
function P.unix_chdir(path)
  local done, message = P.change_folder(path)
  if not done then
    P.unix_error(message, "chdir", path)
  end
  return 0
end

--// unix_getcwd
--// Alias: caml_unix_getcwd
--// Requires: current_folder, unix_error
function P.unix_getcwd(unit)
  return P.current_folder() or P.unix_error("Function not implemented", "getcwd")
end

--// unix_opendir
--// Alias: caml_unix_opendir
--// Requires: unix_shell, quote
-- A folder being read is a block with the list of its `names`, nil once closed, and how many have been given.
function P.unix_opendir(path)
  local listing = P.unix_shell("ls -1a -- " .. P.quote(Sub(path, -1) == "/" and path or path .. "/"), "opendir", path)
  local names = {}
  for name in string.gmatch(listing, "[^\n]+") do
    names[#names + 1] = name
  end
  return { 251, names = names, at = 0 }
end

--// unix_readdir
--// Alias: caml_unix_readdir
--// Requires: unix_error
function P.unix_readdir(folder)
  if not folder.names then
    P.unix_error("Bad file descriptor", "readdir")
  end
  folder.at = folder.at + 1
  return folder.names[folder.at] or Error(G[5], 0)
end

--// unix_rewinddir
--// Alias: caml_unix_rewinddir
--// Requires: unix_error
function P.unix_rewinddir(folder)
  if not folder.names then
    P.unix_error("Bad file descriptor", "rewinddir")
  end
  folder.at = 0
  return 0
end

--// unix_closedir
--// Alias: caml_unix_closedir
--// Requires: unix_error
function P.unix_closedir(folder)
  if not folder.names then
    P.unix_error("Bad file descriptor", "closedir")
  end
  folder.names = nil
  return 0
end
