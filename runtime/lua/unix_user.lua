-- The library unix: users, groups, hosts, and what else the system's databases hold.

--// unix_id
--// Requires: unix_shell
local function numbers(option, name)
  local list = {}
  for number in string.gmatch(P.unix_shell("id " .. option, name), "%d+") do
    list[#list + 1] = tonumber(number)
  end
  return list
end
P.unix_id = numbers

--// unix_getuid
--// Alias: caml_unix_getuid
--// Requires: unix_id
function P.unix_getuid(unit)
  return P.unix_id("-ru", "getuid")[1]
end

--// unix_geteuid
--// Alias: caml_unix_geteuid
--// Requires: unix_id
function P.unix_geteuid(unit)
  return P.unix_id("-u", "geteuid")[1]
end

--// unix_getgid
--// Alias: caml_unix_getgid
--// Requires: unix_id
function P.unix_getgid(unit)
  return P.unix_id("-rg", "getgid")[1]
end

--// unix_getegid
--// Alias: caml_unix_getegid
--// Requires: unix_id
function P.unix_getegid(unit)
  return P.unix_id("-g", "getegid")[1]
end

--// unix_getgroups
--// Alias: caml_unix_getgroups
--// Requires: unix_id, unix_array
function P.unix_getgroups(unit)
  return P.unix_array(P.unix_id("-G", "getgroups"))
end

--// unix_getlogin
--// Alias: caml_unix_getlogin
--// Requires: shell, unix_error
function P.unix_getlogin(unit)
  local name = P.shell("logname")
  if not name then
    P.unix_error("No such file or directory", "getlogin")
  end
  return Sub(name, 1, -2)
end

--// unix_gethostname
--// Alias: caml_unix_gethostname
--// Requires: unix_shell
function P.unix_gethostname(unit)
  return Sub(P.unix_shell("uname -n", "gethostname"), 1, -2)
end

--// unix_database
--// Requires: shell, quote, caml_raise_not_found
-- The fields of an entry of one of the system's databases, by what parts them (blanks, unless told); Not_found without it.
function P.unix_database(database, key, separator)
  local line = P.shell("getent " .. database .. " " .. P.quote(key))
  line = line and string.match(line, "^[^\n]+")
  if not line then
    P.caml_raise_not_found()
  end
  local fields = {}
  if separator then
    for field in string.gmatch(line .. separator, "([^" .. separator .. "]*)" .. separator) do
      fields[#fields + 1] = field
    end
  else
    for field in string.gmatch(line, "%S+") do
      fields[#fields + 1] = field
    end
  end
  return fields
end

--// unix_passwd
--// Requires: unix_database, caml_raise_not_found
-- The entry of a user; `at` is the field that must be the key: 1 its name, 3 its number.
function P.unix_passwd(key, at)
  local f = P.unix_database("passwd", key, ":")
  if f[at] ~= key then
    P.caml_raise_not_found()
  end
  return { 0, f[1], f[2], tonumber(f[3]), tonumber(f[4]), f[5], f[6], f[7] }
end

--// unix_getpwnam
--// Alias: caml_unix_getpwnam
--// Requires: unix_passwd
function P.unix_getpwnam(name)
  return P.unix_passwd(name, 1)
end

--// unix_getpwuid
--// Alias: caml_unix_getpwuid
--// Requires: unix_passwd
function P.unix_getpwuid(number)
  return P.unix_passwd(string.format("%d", number), 3)
end

--// unix_group
--// Requires: unix_database, caml_raise_not_found
function P.unix_group(key, at)
  local f = P.unix_database("group", key, ":")
  if f[at] ~= key then
    P.caml_raise_not_found()
  end
  local members = { 0 }
  for member in string.gmatch(f[4], "[^,]+") do
    members[#members + 1] = member
  end
  return { 0, f[1], f[2], tonumber(f[3]), members }
end

--// unix_getgrnam
--// Alias: caml_unix_getgrnam
--// Requires: unix_group
function P.unix_getgrnam(name)
  return P.unix_group(name, 1)
end

--// unix_getgrgid
--// Alias: caml_unix_getgrgid
--// Requires: unix_group
function P.unix_getgrgid(number)
  return P.unix_group(string.format("%d", number), 3)
end

--// unix_inet_addr_of_string
--// Alias: caml_unix_inet_addr_of_string
--// Requires: caml_failwith
-- An address is a string of 4 bytes or of 16.
local function four(text)
  local out = ""
  if string.find(text, "^%d+%.%d+%.%d+%.%d+$") then
    for part in string.gmatch(text, "%d+") do
      if #part > 3 or tonumber(part) > 255 or string.find(part, "^0%d") then
        return nil
      end
      out = out .. Char(tonumber(part))
    end
    return out
  end
end

local function groups(text)
  local out = ""
  if text == "" then
    return out
  end
  for part in string.gmatch(text .. ":", "([^:]*):") do
    if string.find(part, ".", 1, true) then
      local last = four(part)
      if not last or Sub(text, -#part) ~= part then
        return nil
      end
      out = out .. last
    elseif string.find(part, "^%x%x?%x?%x?$") then
      local number = tonumber(part, 16)
      out = out .. Char(Floor(number / 256), number % 256)
    else
      return nil
    end
  end
  return out
end

local function sixteen(text)
  local at, after = string.find(text, "::", 1, true)
  if not at then
    local out = groups(text)
    return out and #out == 16 and out or nil
  end
  local head, tail = groups(Sub(text, 1, at - 1)), groups(Sub(text, after + 1))
  if not head or not tail or #head + #tail > 14 then
    return nil
  end
  return head .. Rep("\0", 16 - #head - #tail) .. tail
end

function P.unix_inet_addr_of_string(text)
  return four(text) or sixteen(text) or P.caml_failwith("inet_addr_of_string")
end

--// unix_string_of_inet_addr const
--// Alias: caml_unix_string_of_inet_addr
-- The longest run of two zero groups or more is left out; the last four bytes of a mapped address are written as such.
function P.unix_string_of_inet_addr(address)
  if #address == 4 then
    return string.format("%d.%d.%d.%d", Byte(address, 1, 4))
  end
  local words = {}
  for i = 1, 8 do
    local high, low = Byte(address, 2 * i - 1, 2 * i)
    words[i] = high * 256 + low
  end
  local best, length, i = 0, 1, 1
  while i <= 8 do
    local j = i
    while j <= 8 and words[j] == 0 do
      j = j + 1
    end
    if j - i > length then
      best, length = i, j - i
    end
    i = j + 1
  end
  local out, at, last = "", 1, 8
  local mapped = best == 1 and (length == 6 or length == 5 and words[6] == 65535)
  if mapped then
    last = 6
  end
  while at <= last do
    if at == best then
      out = out .. (at == 1 and "::" or ":")
      at = at + length
    else
      out = out .. string.format("%x", words[at]) .. (at < 8 and ":" or "")
      at = at + 1
    end
  end
  if mapped then
    out = out .. string.format("%d.%d.%d.%d", Byte(address, 13, 16))
  end
  return out
end

--// unix_host
--// Requires: unix_database, unix_inet_addr_of_string, unix_array
-- A record host_entry.
function P.unix_host(key)
  local f = P.unix_database("hosts", key)
  local address = P.unix_inet_addr_of_string(f[1])
  local aliases = { Unpack(f, 3) }
  return { 0, f[2] or key, P.unix_array(aliases), #address == 4 and 1 or 2, { 0, address } }
end

--// unix_gethostbyname
--// Alias: caml_unix_gethostbyname
--// Requires: unix_host
P.unix_gethostbyname = P.unix_host

--// unix_gethostbyaddr
--// Alias: caml_unix_gethostbyaddr
--// Requires: unix_host, unix_string_of_inet_addr
function P.unix_gethostbyaddr(address)
  return P.unix_host(P.unix_string_of_inet_addr(address))
end

--// unix_getprotobyname
--// Alias: caml_unix_getprotobyname
--// Requires: unix_database, unix_array
function P.unix_getprotobyname(key)
  local f = P.unix_database("protocols", key)
  return { 0, f[1], P.unix_array({ Unpack(f, 3) }), tonumber(f[2]) }
end

--// unix_getprotobynumber
--// Alias: caml_unix_getprotobynumber
--// Requires: unix_getprotobyname
function P.unix_getprotobynumber(number)
  return P.unix_getprotobyname(string.format("%d", number))
end

--// unix_getservbyname
--// Alias: caml_unix_getservbyname
--// Requires: unix_database, unix_array
function P.unix_getservbyname(key, protocol)
  local f = P.unix_database("services", key .. "/" .. protocol)
  local port, over = string.match(f[2], "^(%d+)/(.*)$")
  return { 0, f[1], P.unix_array({ Unpack(f, 3) }), tonumber(port), over }
end

--// unix_getservbyport
--// Alias: caml_unix_getservbyport
--// Requires: unix_getservbyname
function P.unix_getservbyport(port, protocol)
  return P.unix_getservbyname(string.format("%d", port), protocol)
end

--// unix_getaddrinfo
--// Alias: caml_unix_getaddrinfo
--// Requires: caml_invalid_argument
-- The library has an emulation of its own for systems without it.
function P.unix_getaddrinfo(node, service, options)
  if string.find(node .. service, "%z") then
    return 0
  end
  return P.caml_invalid_argument("getaddrinfo not implemented")
end

--// unix_getnameinfo
--// Alias: caml_unix_getnameinfo
--// Requires: caml_invalid_argument
function P.unix_getnameinfo(address, options)
  return P.caml_invalid_argument("getnameinfo not implemented")
end
