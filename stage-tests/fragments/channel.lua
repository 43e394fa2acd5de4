--// Requires: caml_sys_open, caml_ml_open_descriptor_in, caml_ml_open_descriptor_out, caml_ml_output, caml_ml_output_char
--// Requires: caml_ml_output_bytes, caml_ml_output_int, caml_ml_flush, caml_ml_close_channel, caml_ml_input, caml_ml_input_char
--// Requires: caml_ml_input_int, caml_ml_input_scan_line, channel_seek, channel_position, channel_length, caml_sys_remove
--// Requires: caml_sys_file_exists, caml_sys_is_directory, caml_sys_rename, caml_create_bytes, caml_string_of_bytes
--// Requires: caml_bytes_of_string, caml_sys_read_directory, caml_ml_out_channels_list
-- Channels on a temporary file, on embedded files, and their errors.
local function check(name, condition)
  if not condition then
    error("not ok " .. name, 2)
  end
end
local function list(...)
  local cells = 0
  for i = select("#", ...), 1, -1 do
    cells = { 0, select(i, ...), cells }
  end
  return cells
end
local function throws(name, exception, message, ...)
  local done, problem = Pcall(P[name], ...)
  if done or exception == G[2] and (problem[2] ~= exception or problem[3] ~= message) or not message and problem ~= exception then
    error("not ok " .. name .. ": " .. tostring(not done and (problem[3] or problem)), 2)
  end
end
local function input(channel, length)
  local b = P.caml_create_bytes(length)
  local n = P.caml_ml_input(channel, b, 0, length)
  return Sub(P.caml_string_of_bytes(b), 1, n)
end

-- out_channel: Open_wronly, Open_creat, Open_trunc.
local path = os.tmpname()
local before = P.caml_ml_out_channels_list(0)
local out = P.caml_ml_open_descriptor_out(P.caml_sys_open(path, list(1, 3, 4, 6), 438))
P.caml_ml_output(out, "first line\nsecond", 0, 17)
P.caml_ml_output_char(out, 10)
P.caml_ml_output_char(out, 256 + 65)
P.caml_ml_output_bytes(out, P.caml_bytes_of_string("..\0\255.."), 2, 2)
P.caml_ml_output_int(out, -123456789)
check("position", P.channel_position(out) == 25)
P.caml_ml_output(out, Rep("x", 200000) .. "\n" .. Rep("y", 70000), 0, 270001)
P.channel_seek(out, 0)
P.caml_ml_output(out, "F", 0, 1)
check("one channel more", P.caml_ml_out_channels_list(0) ~= before)
P.caml_ml_flush(out)
P.caml_ml_close_channel(out)
P.caml_ml_close_channel(out)
throws("caml_ml_output", G[2], "Bad file descriptor", out, Rep("x", 70000), 0, 70000)

local chan = P.caml_ml_open_descriptor_in(P.caml_sys_open(path, list(0, 6), 0))
check("length", P.channel_length(chan) == 270026)
check("scan", P.caml_ml_input_scan_line(chan) == 11)
check("input", input(chan, 11) == "First line\n")
check("scan again", P.caml_ml_input_scan_line(chan) == 7)
check("position in", P.channel_position(chan) == 11)
check("second", input(chan, 7) == "second\n")
check("char", P.caml_ml_input_char(chan) == 65 and P.caml_ml_input_char(chan) == 0 and P.caml_ml_input_char(chan) == 255)
check("int", P.caml_ml_input_int(chan) == -123456789)
check("long line", P.caml_ml_input_scan_line(chan) == 200001)
check("last line", #input(chan, 200001) == 200001 and P.caml_ml_input_scan_line(chan) == -70000)
P.channel_seek(chan, 6)
check("seek", input(chan, 4) == "line")
P.channel_seek(chan, 270025)
check("near the end", P.caml_ml_input_char(chan) == 121)
check("the end", input(chan, 10) == "" and P.caml_ml_input_scan_line(chan) == 0)
throws("caml_ml_input_char", G[5], nil, chan)
throws("caml_ml_input_int", G[5], nil, chan)
P.caml_ml_close_channel(chan)
throws("caml_ml_input_char", G[2], "Bad file descriptor", chan)

-- Open_append keeps what is there; Open_excl refuses it; without Open_trunc the rest stays.
local more = P.caml_ml_open_descriptor_out(P.caml_sys_open(path, list(1, 2, 3), 438))
check("append", P.channel_position(more) == 270026)
P.caml_ml_output(more, "end", 0, 3)
P.caml_ml_flush(more)
P.caml_ml_close_channel(more)
throws("caml_sys_open", G[2], path .. ": File exists", path, list(1, 3, 5), 438)
local patch = P.caml_ml_open_descriptor_out(P.caml_sys_open(path, list(1, 3), 438))
P.caml_ml_output(patch, "G", 0, 1)
P.caml_ml_flush(patch)
P.caml_ml_close_channel(patch)
chan = P.caml_ml_open_descriptor_in(P.caml_sys_open(path, list(0), 0))
check("patched", input(chan, 5) == "Girst" and P.channel_length(chan) == 270029)
P.caml_ml_close_channel(chan)

check("exists", P.caml_sys_file_exists(path) == 1 and P.caml_sys_is_directory(path) == 0)
check("folder", P.caml_sys_is_directory("/") == 1)
P.caml_sys_rename(path, path .. ".2")
check("renamed", P.caml_sys_file_exists(path) == 0)
P.caml_sys_remove(path .. ".2")
throws("caml_sys_open", G[2], path .. ": No such file or directory", path, list(0), 0)
throws("caml_sys_open", G[2], path .. ": No such file or directory", path, list(1), 0)
throws("caml_sys_remove", G[2], path .. ": No such file or directory", path)
throws("caml_sys_is_directory", G[2], path .. ": No such file or directory", path)

-- Files that the linker embedded.
P.files = { ["/static/a"] = "one\ntwo", ["/static/d/x"] = "", ["/static/d/y"] = "y" }
chan = P.caml_ml_open_descriptor_in(P.caml_sys_open("/static/a", list(0), 0))
check("embedded", P.caml_ml_input_scan_line(chan) == 4 and input(chan, 100) == "one\ntwo" and input(chan, 1) == "")
check("embedded length", P.channel_length(chan) == 7)
P.channel_seek(chan, 4)
check("embedded seek", P.channel_position(chan) == 4 and P.caml_ml_input_scan_line(chan) == -3)
P.caml_ml_close_channel(chan)
check("embedded folder", P.caml_sys_is_directory("/static/d") == 1 and P.caml_sys_file_exists("/static/z") == 0)
local names = P.caml_sys_read_directory("/static")
check("embedded names", #names == 3 and names[2] == "a" and names[3] == "d")
print("ok channel")
