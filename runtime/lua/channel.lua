-- Channels: OCaml's buffered input and output (stdlib.ml's `caml_ml_*`) over Lua's file handles.
--
-- A channel is a custom block with named fields: `handle` is Lua's file (nil once closed), `offset` the
-- position in the file where the buffer ends (input) or begins (output).
--   input:  `buffer` a string, `at` how much of it has been consumed; `embedded` when the buffer is the file
--   output: `pieces` the strings not yet written, `count` of them, `size` their bytes

--// Provides: descriptors
-- Open files by number, as the kernel would number them: a descriptor is `{handle =, lines =}`, or
-- `{text =}` for a file of the pseudo file system.
local descriptors
if io and io.stdout then
  descriptors = {
    [0] = { handle = io.stdin, standard = true },
    [1] = { handle = io.stdout, standard = true },
    [2] = { handle = io.stderr, standard = true },
  }
else
  -- An engine embedded without files. What the host has writes text (`io.write`), or lines (`print`, `warn`): then the
  -- rest of a line waits for its end, or for the end of the program.
  local function writer(text_out, line_out)
    local rest = ""
    local handle = {}
    function handle.write(_, text)
      if text_out then
        text_out(text)
        return true
      end
      rest = rest .. text
      local lines, after = string.match(rest, "^(.*)\n([^\n]*)$")
      if lines then
        line_out(lines)
        rest = after
      end
      return true
    end
    function handle.flush() end
    function handle.close()
      if rest ~= "" then
        line_out(rest)
        rest = ""
      end
    end
    return { handle = handle, standard = true }
  end
  descriptors = { [0] = { text = "" }, [1] = writer(io and io.write, print), [2] = writer(nil, warn or print) }
end
P.descriptors = descriptors

--// Provides: channel_write
--// Requires: caml_raise_sys_error
-- Writes out what an output channel holds; the engine's own buffer is flushed when `now`.
local function write(channel, now)
  local handle = channel.handle
  if not handle then
    P.caml_raise_sys_error("Bad file descriptor")
  end
  if channel.count > 0 then
    local text = Concat(channel.pieces, "", 1, channel.count)
    channel.offset = channel.offset + channel.size
    channel.pieces, channel.count, channel.size = {}, 0, 0
    local done, message = handle:write(text)
    if not done then
      P.caml_raise_sys_error(message)
    end
  end
  if now then
    handle:flush()
  end
end
P.channel_write = write

--// Provides: channel_put
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

--// Provides: channel_read
--// Requires: caml_raise_sys_error
-- The next piece of an input channel's file, or nil at its end. A terminal or pipe is read by
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

function P.channel_read(channel, wanted)
  if channel.embedded then
    return nil
  end
  local handle = channel.handle
  if not handle then
    P.caml_raise_sys_error("Bad file descriptor")
  end
  local text, message
  if channel.lines then
    text, message = line_of(handle)
  else
    text, message = handle:read(wanted > 65536 and wanted or 65536)
  end
  if not text and message then
    P.caml_raise_sys_error(message)
  end
  if text == "" then
    return nil
  end
  if text then
    channel.offset = channel.offset + #text
  end
  return text
end

--// Provides: channel_get
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

--// Provides: channel_get_all
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

--// Provides: caml_ml_open_descriptor_in
--// Requires: descriptors, caml_raise_sys_error
local descriptors = P.descriptors
function P.caml_ml_open_descriptor_in(number)
  local descriptor = descriptors[number]
  if not descriptor then
    P.caml_raise_sys_error("Bad file descriptor")
  end
  local text = descriptor.text
  if text then
    return { 255, fd = number, handle = descriptor, buffer = text, at = 0, offset = #text, embedded = true }
  end
  local handle = descriptor.handle
  local position
  if descriptor.standard then
    position = handle:seek("cur")
  end
  return {
    255,
    fd = number,
    handle = handle,
    buffer = "",
    at = 0,
    offset = position or 0,
    lines = descriptor.standard and not position,
  }
end

--// Provides: out_channels
-- The output channels that are open, oldest first.
P.out_channels = {}

--// Provides: caml_ml_open_descriptor_out
--// Requires: descriptors, out_channels, caml_raise_sys_error
local descriptors, channels = P.descriptors, P.out_channels
function P.caml_ml_open_descriptor_out(number)
  local descriptor = descriptors[number]
  if not descriptor or not descriptor.handle then
    P.caml_raise_sys_error("Bad file descriptor")
  end
  local channel = {
    255,
    fd = number,
    handle = descriptor.handle,
    pieces = {},
    count = 0,
    size = 0,
    offset = not descriptor.standard and descriptor.handle:seek("cur") or 0,
  }
  channels[#channels + 1] = channel
  return channel
end

--// Provides: caml_ml_out_channels_list mutable
--// Requires: out_channels
local channels = P.out_channels
function P.caml_ml_out_channels_list(unit)
  local list = 0
  for i = #channels, 1, -1 do
    list = { 0, channels[i], list }
  end
  return list
end

--// Provides: caml_ml_flush
--// Requires: channel_write
local write = P.channel_write
function P.caml_ml_flush(channel)
  if channel.handle then
    write(channel, true)
  end
  return 0
end

--// Provides: caml_ml_output
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

--// Provides: caml_ml_output_bytes
--// Requires: channel_put, bytes_text
local put, text_of = P.channel_put, P.bytes_text
function P.caml_ml_output_bytes(channel, b, start, length)
  put(channel, text_of(b, start, length))
  return 0
end

--// Provides: caml_ml_output_char
--// Requires: channel_put
local put = P.channel_put
function P.caml_ml_output_char(channel, c)
  put(channel, Char(c % 256))
  return 0
end

--// Provides: caml_ml_output_int
--// Requires: channel_put
-- Four bytes, the most significant first (output_binary_int).
local put = P.channel_put
function P.caml_ml_output_int(channel, n)
  put(channel, Char(Floor(n / 16777216) % 256, Floor(n / 65536) % 256, Floor(n / 256) % 256, n % 256))
  return 0
end

--// Provides: caml_ml_input
--// Requires: channel_get, bytes_write
local get, write = P.channel_get, P.bytes_write
function P.caml_ml_input(channel, b, start, length)
  local text = get(channel, length)
  write(b, start, text)
  return #text
end

--// Provides: caml_ml_input_char
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

--// Provides: caml_ml_input_int
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

--// Provides: caml_ml_input_scan_line
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

--// Provides: caml_ml_close_channel
--// Requires: descriptors, out_channels
local descriptors, channels = P.descriptors, P.out_channels
function P.caml_ml_close_channel(channel)
  local handle = channel.handle
  if handle then
    channel.handle = nil
    descriptors[channel.fd] = nil
    if channel.pieces then
      for i = 1, #channels do
        if channels[i] == channel then
          for j = i, #channels do
            channels[j] = channels[j + 1]
          end
          break
        end
      end
    else
      channel.buffer, channel.at = "", 0
    end
    if channel.embedded then
      channel.embedded = nil
    else
      handle:close()
    end
  end
  return 0
end

--// Provides: channel_position
--// Requires: caml_raise_sys_error
-- Where the next character of a channel will be read or written.
function P.channel_position(channel)
  if not channel.handle then
    P.caml_raise_sys_error("Bad file descriptor")
  end
  if channel.pieces then
    return channel.offset + channel.size
  end
  return channel.offset - (#channel.buffer - channel.at)
end

--// Provides: channel_seek
--// Requires: channel_write
local write = P.channel_write
function P.channel_seek(channel, position)
  local handle = channel.handle
  if channel.pieces then
    write(channel)
  elseif handle then
    local at = #channel.buffer - (channel.offset - position)
    if channel.embedded then
      channel.at = at > #channel.buffer and #channel.buffer or at < 0 and 0 or at
      return
    elseif at >= 0 and at <= #channel.buffer then
      channel.at = at
      return
    end
    channel.buffer, channel.at = "", 0
  else
    P.caml_raise_sys_error("Bad file descriptor")
  end
  local reached, message = handle:seek("set", position)
  if not reached then
    P.caml_raise_sys_error(message)
  end
  channel.offset = reached
end

--// Provides: channel_length
--// Requires: caml_raise_sys_error
-- The size of a channel's file.
function P.channel_length(channel)
  if channel.embedded then
    return #channel.buffer
  end
  local handle = channel.handle
  if not handle then
    P.caml_raise_sys_error("Bad file descriptor")
  end
  local here, message = handle:seek("cur")
  if not here then
    P.caml_raise_sys_error(message)
  end
  local length = handle:seek("end")
  handle:seek("set", here)
  return length
end

--// Provides: caml_ml_pos_in
--// Alias: caml_ml_pos_out
--// Requires: channel_position
--// Inline: P.channel_position(%1)
P.caml_ml_pos_in = P.channel_position

--// Provides: caml_ml_seek_in
--// Alias: caml_ml_seek_out
--// Requires: channel_seek
function P.caml_ml_seek_in(channel, position)
  P.channel_seek(channel, position)
  return 0
end

--// Provides: caml_ml_channel_size
--// Requires: channel_length
function P.caml_ml_channel_size(channel)
  return P.channel_length(channel)
end

--// Provides: caml_ml_pos_in_64
--// Alias: caml_ml_pos_out_64
--// Requires: channel_position, int64_of_number
function P.caml_ml_pos_in_64(channel)
  return P.int64_of_number(P.channel_position(channel))
end

--// Provides: caml_ml_seek_in_64
--// Alias: caml_ml_seek_out_64
--// Requires: channel_seek, int64_to_number
function P.caml_ml_seek_in_64(channel, position)
  P.channel_seek(channel, P.int64_to_number(position))
  return 0
end

--// Provides: caml_ml_channel_size_64
--// Requires: channel_length, int64_of_number
function P.caml_ml_channel_size_64(channel)
  return P.int64_of_number(P.channel_length(channel))
end

--// Provides: caml_ml_set_binary_mode
-- Files are always opened in binary mode.
function P.caml_ml_set_binary_mode(channel, mode)
  return 0
end

--// Provides: caml_ml_is_binary_mode mutable
function P.caml_ml_is_binary_mode(channel)
  return 1
end

--// Provides: caml_ml_set_buffered
--// Requires: channel_write
function P.caml_ml_set_buffered(channel, mode)
  channel.unbuffered = mode == 0
  if channel.unbuffered then
    P.channel_write(channel, true)
  end
  return 0
end

--// Provides: caml_ml_is_buffered mutable
function P.caml_ml_is_buffered(channel)
  return channel.unbuffered and 0 or 1
end

--// Provides: caml_ml_set_channel_name
function P.caml_ml_set_channel_name(channel, name)
  channel.name = name
  return 0
end
