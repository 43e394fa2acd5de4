-- The library unix: open files by number.

--// unix_descriptor
--// Requires: descriptors, unix_error
-- The open file of a number.
function P.unix_descriptor(number, name)
  local file = P.descriptors[number]
  if not file then
    P.unix_error("Bad file descriptor", name)
  end
  return file
end

--// unix_open
--// Alias: caml_unix_open
--// Requires: descriptor_open, unix_error
-- The flags from O_RDONLY on, as far as they change something.
local flag_names = { [1] = "write", [2] = "both", [4] = "append", [5] = "create", [6] = "truncate", [7] = "exclusive" }
function P.unix_open(path, flags, permissions)
  local how = { permissions = permissions }
  while flags ~= 0 do
    how[flag_names[flags[2]] or 0] = true
    flags = flags[3]
  end
  local number, message = P.descriptor_open(path, how)
  if not number then
    P.unix_error(message, "open", path)
  end
  return number
end

--// unix_close
--// Alias: caml_unix_close
--// Requires: descriptor_close, unix_error
function P.unix_close(number)
  local done, message = P.descriptor_close(number)
  if not done then
    P.unix_error(message, "close")
  end
  return 0
end

--// unix_read_text
--// Requires: unix_descriptor, descriptor_read
function P.unix_read_text(number, length)
  local text, message = P.descriptor_read(P.unix_descriptor(number, "read"), length)
  if message then
    P.unix_error(message, "read")
  end
  return text or ""
end

--// unix_read
--// Alias: caml_unix_read
--// Requires: unix_read_text, bytes_write
function P.unix_read(number, b, start, length)
  local text = length > 0 and P.unix_read_text(number, length) or ""
  P.bytes_write(b, start, text)
  return #text
end

--// caml_unix_read_bigarray
--// Requires: unix_read_text
function P.caml_unix_read_bigarray(number, b, start, length)
  local text = length > 0 and P.unix_read_text(number, length) or ""
  for i = 1, #text do
    b.data[b.offset + start + i] = Byte(text, i)
  end
  return #text
end

--// unix_write_text
--// Requires: unix_descriptor, descriptor_write
function P.unix_write_text(number, text, name)
  local file = P.unix_descriptor(number, name)
  local done, message = P.descriptor_write(file, text)
  if done and file.handle then
    done, message = file.handle:flush()
  end
  if not done and message then
    P.unix_error(message, name)
  end
  return #text
end

--// unix_write
--// Alias: caml_unix_write
--// Requires: unix_write_text, bytes_text
function P.unix_write(number, b, start, length)
  return P.unix_write_text(number, P.bytes_text(b, start, length), "write")
end

--// unix_single_write
--// Alias: caml_unix_single_write
--// Requires: unix_write_text, bytes_text
function P.unix_single_write(number, b, start, length)
  return P.unix_write_text(number, P.bytes_text(b, start, length), "single_write")
end

--// caml_unix_write_bigarray
--// Requires: unix_write_text
function P.caml_unix_write_bigarray(number, b, start, length, single)
  local pieces = {}
  for i = 1, length do
    pieces[i] = Char(b.data[b.offset + start + i] % 256)
  end
  return P.unix_write_text(number, Concat(pieces), single == 1 and "single_write" or "write")
end

--// unix_seek
--// Requires: unix_descriptor, descriptor_seek
local from = { [0] = "set", "cur", "end" }
function P.unix_seek(number, offset, command)
  local file = P.unix_descriptor(number, "lseek")
  local position, message = P.descriptor_seek(file, from[command], offset)
  if not position then
    P.unix_error(message, "lseek")
  end
  return position
end

--// unix_lseek
--// Alias: caml_unix_lseek
--// Requires: unix_seek, unix_int
function P.unix_lseek(number, offset, command)
  return P.unix_int(P.unix_seek(number, offset, command))
end

--// unix_lseek_64
--// Alias: caml_unix_lseek_64
--// Requires: unix_seek, int64_of_number, int64_to_number
function P.unix_lseek_64(number, offset, command)
  return P.int64_of_number(P.unix_seek(number, P.int64_to_number(offset), command))
end

--// unix_fsync
--// Alias: caml_unix_fsync
--// Requires: unix_place, unix_shell
function P.unix_fsync(number)
  P.unix_shell("sync -- " .. P.unix_place(number, "fsync"), "fsync")
  return 0
end

--// unix_place
--// Requires: unix_descriptor, quote
-- Where an open file is, as a word for the shell, with what was written to it.
function P.unix_place(number, name)
  local file = P.unix_descriptor(number, name)
  if file.handle then
    file.handle:flush()
  end
  return file.standard and "/proc/$PPID/fd/" .. file.standard or P.quote(file.path or "")
end

--// unix_ftruncate
--// Alias: caml_unix_ftruncate
--// Requires: unix_place, unix_shell
function P.unix_ftruncate(number, length)
  local place = P.unix_place(number, "ftruncate")
  P.unix_shell(string.format("truncate -c -s %.0f -- ", length) .. place, "ftruncate")
  P.descriptors[number].handle:seek("cur", 0)
  return 0
end

--// unix_ftruncate_64
--// Alias: caml_unix_ftruncate_64
--// Requires: unix_ftruncate, int64_to_number
function P.unix_ftruncate_64(number, length)
  return P.unix_ftruncate(number, P.int64_to_number(length))
end

--// unix_fstat
--// Alias: caml_unix_fstat
--// Requires: unix_place, unix_status, unix_size
function P.unix_fstat(number)
  return P.unix_status(P.unix_place(number, "fstat"), "-L", P.unix_size("fstat"), "fstat")
end

--// unix_fstat_64
--// Alias: caml_unix_fstat_64
--// Requires: unix_place, unix_status, int64_of_number
function P.unix_fstat_64(number)
  return P.unix_status(P.unix_place(number, "fstat"), "-L", P.int64_of_number, "fstat")
end

--// unix_fchmod
--// Alias: caml_unix_fchmod
--// Requires: unix_place, unix_shell
function P.unix_fchmod(number, bits)
  P.unix_shell(string.format("chmod %o -- ", bits % 4096) .. P.unix_place(number, "fchmod"), "fchmod")
  return 0
end

--// unix_fchown
--// Alias: caml_unix_fchown
--// Requires: unix_place, unix_shell
function P.unix_fchown(number, user, group)
  local owner = (user < 0 and "" or user) .. (group < 0 and "" or ":" .. group)
  P.unix_shell("chown '" .. owner .. "' -- " .. P.unix_place(number, "fchown"), "fchown")
  return 0
end

--// descriptor_isatty
--// Requires: descriptors
-- Only the standard files can be asked about: the shell has them, too.
function P.descriptor_isatty(number)
  local file = P.descriptors[number]
  local status = file and file.standard and os.execute and os.execute("test -t " .. file.standard)
  return (status == true or status == 0) and 1 or 0
end

--// unix_isatty mutable
--// Alias: caml_unix_isatty
--// Requires: descriptor_isatty
P.unix_isatty = P.descriptor_isatty

--// unix_dup
--// Alias: caml_unix_dup
--// Requires: unix_descriptor, descriptor_new
function P.unix_dup(close_on_exec, number)
  return P.descriptor_new(P.unix_descriptor(number, "dup"))
end

--// unix_dup2
--// Alias: caml_unix_dup2
--// Requires: unix_descriptor, descriptor_close, unix_redirections
-- From then on Sys.command says where the standard files are.
local function moved()
  local files, pipes = P.unix_redirections({ 0, 1, 2 }, "system")
  return "exec 5<&0 6>&1 7>&2; exec" .. files .. pipes .. " 5<&- 6>&- 7>&-; "
end

function P.unix_dup2(close_on_exec, from, to)
  local file = P.unix_descriptor(from, "dup2")
  if to < 0 then
    P.unix_error("Bad file descriptor", "dup2")
  elseif from ~= to then
    P.descriptor_close(to)
    P.descriptors[to] = file
    file.count = file.count + 1
    P.moved = P.moved or moved
  end
  return 0
end

--// unix_set_close_on_exec
--// Alias: caml_unix_set_close_on_exec unix_clear_nonblock caml_unix_clear_nonblock
--// Requires: unix_descriptor
-- That is how all files are: commands get the three standard ones.
function P.unix_set_close_on_exec(number)
  P.unix_descriptor(number, "set_close_on_exec")
  return 0
end

--// unix_inchannel_of_filedescr
--// Alias: caml_unix_inchannel_of_filedescr
--// Requires: unix_descriptor, caml_ml_open_descriptor_in
function P.unix_inchannel_of_filedescr(number)
  P.unix_descriptor(number, "in_channel_of_descr")
  return P.caml_ml_open_descriptor_in(number)
end

--// unix_outchannel_of_filedescr
--// Alias: caml_unix_outchannel_of_filedescr
--// Requires: unix_descriptor, caml_ml_open_descriptor_out
function P.unix_outchannel_of_filedescr(number)
  P.unix_descriptor(number, "out_channel_of_descr")
  return P.caml_ml_open_descriptor_out(number)
end

--// caml_channel_descriptor
--// Requires: caml_raise_sys_error
function P.caml_channel_descriptor(channel)
  if channel.fd < 0 then
    P.caml_raise_sys_error("Bad file descriptor")
  end
  return channel.fd
end

--// unix_select
--// Alias: caml_unix_select
--// Requires: unix_sleep, unix_error
-- Without files it is a pause; whether a file is ready cannot be told.
function P.unix_select(read, write, exceptional, seconds)
  if read ~= 0 or write ~= 0 or exceptional ~= 0 or seconds < 0 then
    P.unix_error("Function not implemented", "select")
  end
  P.unix_sleep(seconds)
  return { 0, 0, 0, 0 }
end
