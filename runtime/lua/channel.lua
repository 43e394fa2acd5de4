-- Channels: OCaml's buffered input and output (stdlib.ml's `caml_ml_*`) over the open files of descriptor.lua.
--
-- A channel is a custom block with named fields: `fd` the number of its descriptor (-1 once closed), `offset` the
-- position in the file where the buffer ends (input) or begins (output).
--   input:  `buffer` a string, `at` how much of it has been consumed
--   output: `pieces` the strings not yet written, `count` of them, `size` their bytes

--// channel_file
--// Requires: descriptors, caml_raise_sys_error
-- The open file of a channel.
local descriptors = P.descriptors
function P.channel_file(channel)
  local file = descriptors[channel.fd]
  if not file then
    P.caml_raise_sys_error("Bad file descriptor")
  end
  return file
end

--// channel_write
--// Requires: channel_file, descriptor_write, caml_raise_sys_error
-- Writes out what an output channel holds; the engine's own buffer is flushed when `now`: then a full disk is noticed.
local file_of = P.channel_file
local function flush(handle)
  return handle:flush()
end
-- In code that LuaJIT compiled it would be done again after a failure, and succeed.
if jit then jit.off(flush) end
local function write(channel, now)
  local file = file_of(channel)
  if channel.count > 0 then
    local text = Concat(channel.pieces, "", 1, channel.count)
    channel.offset = channel.offset + channel.size
    channel.pieces, channel.count, channel.size = {}, 0, 0
    local done, message = P.descriptor_write(file, text)
    if not done then
      P.caml_raise_sys_error(message)
    end
  end
  if now and file.handle then
    local _, message = flush(file.handle)
    if message then
      P.caml_raise_sys_error(message)
    end
  end
end
P.channel_write = write

--// channel_put
--// Requires: channel_write
-- Appends a string to an output channel.
local write = P.channel_write
function P.channel_put(channel, text)
  local count, size = channel.count + 1, channel.size + #text
  channel.pieces[count] = text
  channel.count, channel.size = count, size
  if size >= 65536 or channel.unbuffered then
    write(channel, channel.unbuffered)
  end
end

--// channel_read
--// Requires: channel_file, descriptor_read, caml_raise_sys_error
-- The next piece of an input channel's file, or nil at its end.
function P.channel_read(channel, wanted)
  local text, message = P.descriptor_read(P.channel_file(channel), wanted > 65536 and wanted or 65536)
  if text then
    channel.offset = channel.offset + #text
  elseif message then
    P.caml_raise_sys_error(message)
  end
  return text
end

--// channel_get
--// Requires: channel_read
-- Takes between 1 and `wanted` characters out of an input channel; "" at the end of the file.
local read = P.channel_read
function P.channel_get(channel, wanted)
  local buffer, at = channel.buffer, channel.at
  if at >= #buffer and wanted > 0 then
    local more = read(channel, wanted)
    if not more then
      return ""
    end
    buffer, at = more, 0
    channel.buffer = buffer
  end
  local text = Sub(buffer, at + 1, at + wanted)
  channel.at = at + #text
  return text
end

--// channel_get_all
--// Requires: channel_get
-- Takes exactly `wanted` characters, or nil where the file has fewer.
local get = P.channel_get
function P.channel_get_all(channel, wanted)
  local text = get(channel, wanted)
  if #text == wanted then
    return text
  end
  local pieces, count, missing = { text }, 1, wanted - #text
  while missing > 0 do
    text = get(channel, missing)
    if text == "" then
      return nil
    end
    count = count + 1
    pieces[count] = text
    missing = missing - #text
  end
  return Concat(pieces)
end

--// caml_ml_open_descriptor_in mutable
--// Requires: channel_file, descriptor_seek
-- A channel that nothing uses need not be opened: the library opens descriptors that exist.
function P.caml_ml_open_descriptor_in(number)
  local channel = { 255, fd = number, buffer = "", at = 0 }
  channel.offset = P.descriptor_seek(P.channel_file(channel), "cur", 0) or 0
  return channel
end

--// out_channels
-- The output channels that are open, oldest first.
P.out_channels = {}

--// caml_ml_open_descriptor_out mutable
--// Requires: channel_file, out_channels
-- Descriptors that can be sought, other than the standard ones, come from `descriptor_new`.
local channels = P.out_channels
function P.caml_ml_open_descriptor_out(number)
  local channel = { 255, fd = number, pieces = {}, count = 0, size = 0 }
  local file = P.channel_file(channel)
  channel.offset = not file.standard and P.descriptor_seek(file, "cur", 0) or 0
  channels[#channels + 1] = channel
  return channel
end

--// caml_ml_out_channels_list mutable
--// Requires: out_channels
local channels = P.out_channels
function P.caml_ml_out_channels_list(unit)
  local list = 0
  for i = #channels, 1, -1 do
    list = { 0, channels[i], list }
  end
  return list
end

--// caml_ml_flush
--// Requires: channel_write
local write = P.channel_write
function P.caml_ml_flush(channel)
  if channel.fd >= 0 then
    write(channel, true)
  end
  return 0
end

--// caml_ml_output
--// Requires: channel_put
local put = P.channel_put
function P.caml_ml_output(channel, text, start, length)
  if start == 0 and length == #text then
    put(channel, text)
  else
    put(channel, Sub(text, start + 1, start + length))
  end
  return 0
end

--// caml_ml_output_bytes
--// Requires: channel_put, bytes_text
local put, text_of = P.channel_put, P.bytes_text
function P.caml_ml_output_bytes(channel, b, start, length)
  put(channel, text_of(b, start, length))
  return 0
end

--// caml_ml_output_char
--// Requires: channel_put
local put = P.channel_put
function P.caml_ml_output_char(channel, c)
  put(channel, Char(c % 256))
  return 0
end

--// caml_ml_output_int
--// Requires: channel_put
-- Four bytes, the most significant first (output_binary_int).
local put = P.channel_put
function P.caml_ml_output_int(channel, n)
  put(channel, Char(Floor(n / 16777216) % 256, Floor(n / 65536) % 256, Floor(n / 256) % 256, n % 256))
  return 0
end

--// caml_ml_input
--// Requires: channel_get, bytes_write
local get, write = P.channel_get, P.bytes_write
function P.caml_ml_input(channel, b, start, length)
  local text = get(channel, length)
  write(b, start, text)
  return #text
end

--// caml_ml_input_char
--// Requires: channel_read
local read = P.channel_read
function P.caml_ml_input_char(channel)
  local at = channel.at + 1
  local c = Byte(channel.buffer, at)
  if c then
    channel.at = at
    return c
  end
  local text = read(channel, 1)
  if not text then
    Error(G[5], 0)
  end
  channel.buffer, channel.at = text, 1
  return Byte(text)
end

--// caml_ml_input_int
--// Requires: channel_get_all
local get_all = P.channel_get_all
function P.caml_ml_input_int(channel)
  local text = get_all(channel, 4)
  if not text then
    Error(G[5], 0)
  end
  local a, b, c, d = Byte(text, 1, 4)
  if a > 127 then
    a = a - 256
  end
  return a * 16777216 + b * 65536 + c * 256 + d
end

--// caml_ml_input_scan_line
--// Requires: channel_read
-- The length of the next line with its newline; negated when the file ends without one, 0 at the end.
local read, find = P.channel_read, string.find
function P.caml_ml_input_scan_line(channel)
  local buffer, at = channel.buffer, channel.at
  local stop = find(buffer, "\n", at + 1, true)
  if stop then
    return stop - at
  end
  local pieces, count, length = { Sub(buffer, at + 1) }, 1, #buffer - at
  local more = read(channel, 1)
  while more do
    count = count + 1
    pieces[count] = more
    stop = find(more, "\n", 1, true)
    if stop then
      break
    end
    length = length + #more
    more = read(channel, 1)
  end
  if count > 1 then
    channel.buffer, channel.at = Concat(pieces), 0
  end
  if stop then
    return length + stop
  end
  return -length
end

--// caml_ml_close_channel
--// Requires: descriptor_close, out_channels, caml_raise_sys_error
local channels = P.out_channels
function P.caml_ml_close_channel(channel)
  local number = channel.fd
  if number >= 0 then
    channel.fd = -1
    if channel.pieces then
      -- So that whatever is written from now on fails at once.
      channel.unbuffered = true
      for i = 1, #channels do
        if channels[i] == channel then
          table.remove(channels, i)
          break
        end
      end
      -- So that the next output is written at once, and fails.
      channel.unbuffered = true
    else
      channel.buffer, channel.at = "", 0
    end
    local done, message = P.descriptor_close(number)
    if not done then
      P.caml_raise_sys_error(message)
    end
  end
  return 0
end

--// channel_position
--// Requires: caml_raise_sys_error
-- Where the next character of a channel will be read or written.
function P.channel_position(channel)
  if channel.fd < 0 then
    P.caml_raise_sys_error("Bad file descriptor")
  end
  if channel.pieces then
    return channel.offset + channel.size
  end
  return channel.offset - (#channel.buffer - channel.at)
end

--// channel_seek
--// Requires: channel_write, channel_file, descriptor_seek, caml_raise_sys_error
local write = P.channel_write
function P.channel_seek(channel, position)
  local file = P.channel_file(channel)
  if channel.pieces then
    write(channel)
  else
    local at = #channel.buffer - (channel.offset - position)
    if at >= 0 and at <= #channel.buffer then
      channel.at = at
      return
    end
    channel.buffer, channel.at = "", 0
  end
  local reached, message = P.descriptor_seek(file, "set", position)
  if not reached then
    P.caml_raise_sys_error(message)
  end
  channel.offset = reached
end

--// channel_length
--// Requires: channel_file, descriptor_seek, caml_raise_sys_error
-- The size of a channel's file.
function P.channel_length(channel)
  local file = P.channel_file(channel)
  local here, message = P.descriptor_seek(file, "cur", 0)
  if not here then
    P.caml_raise_sys_error(message)
  end
  local length = P.descriptor_seek(file, "end", 0)
  P.descriptor_seek(file, "set", here)
  return length
end

--// caml_ml_pos_in
--// Alias: caml_ml_pos_out
--// Requires: channel_position
--// Inline: P.channel_position(%1)
P.caml_ml_pos_in = P.channel_position

--// caml_ml_seek_in
--// Alias: caml_ml_seek_out
--// Requires: channel_seek
function P.caml_ml_seek_in(channel, position)
  P.channel_seek(channel, position)
  return 0
end

--// caml_ml_channel_size
--// Requires: channel_length
function P.caml_ml_channel_size(channel)
  return P.channel_length(channel)
end

--// caml_ml_pos_in_64
--// Alias: caml_ml_pos_out_64
--// Requires: channel_position, int64_of_number
function P.caml_ml_pos_in_64(channel)
  return P.int64_of_number(P.channel_position(channel))
end

--// caml_ml_seek_in_64
--// Alias: caml_ml_seek_out_64
--// Requires: channel_seek, int64_to_number
function P.caml_ml_seek_in_64(channel, position)
  P.channel_seek(channel, P.int64_to_number(position))
  return 0
end

--// caml_ml_channel_size_64
--// Requires: channel_length, int64_of_number
function P.caml_ml_channel_size_64(channel)
  return P.int64_of_number(P.channel_length(channel))
end

--// caml_ml_set_binary_mode
-- Files are always opened in binary mode.
function P.caml_ml_set_binary_mode(channel, mode)
  return 0
end

--// caml_ml_is_binary_mode mutable
function P.caml_ml_is_binary_mode(channel)
  return 1
end

--// caml_ml_set_buffered
--// Requires: channel_write
function P.caml_ml_set_buffered(channel, mode)
  channel.unbuffered = mode == 0
  if channel.unbuffered then
    P.channel_write(channel, true)
  end
  return 0
end

--// caml_ml_is_buffered mutable
function P.caml_ml_is_buffered(channel)
  return channel.unbuffered and 0 or 1
end

--// caml_ml_set_channel_name
function P.caml_ml_set_channel_name(channel, name)
  channel.name = name
  return 0
end
