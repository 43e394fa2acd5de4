-- The library unix: its errors, and the functions that plain Lua cannot carry. Primitives were called `unix_…` up to OCaml 4.14 and
-- are `caml_unix_…` since. What Lua's own library lacks is asked of the shell.

--// unix_messages const
-- What the system says of the errors, in the order of the constructors of Unix.error.
local messages = {
  "Argument list too long", "Permission denied", "Resource temporarily unavailable", "Bad file descriptor",
  "Device or resource busy", "No child processes", "Resource deadlock avoided", "Numerical argument out of domain",
  "File exists", "Bad address", "File too large", "Interrupted system call", "Invalid argument", "Input/output error",
  "Is a directory", "Too many open files", "Too many links", "File name too long", "Too many open files in system",
  "No such device", "No such file or directory", "Exec format error", "No locks available", "Cannot allocate memory",
  "No space left on device", "Function not implemented", "Not a directory", "Directory not empty",
  "Inappropriate ioctl for device", "No such device or address", "Operation not permitted", "Broken pipe",
  "Numerical result out of range", "Read-only file system", "Illegal seek", "No such process", "Invalid cross-device link",
  "Resource temporarily unavailable", "Operation now in progress", "Operation already in progress",
  "Socket operation on non-socket", "Destination address required", "Message too long", "Protocol wrong type for socket",
  "Protocol not available", "Protocol not supported", "Socket type not supported", "Operation not supported",
  "Protocol family not supported", "Address family not supported by protocol", "Address already in use",
  "Cannot assign requested address", "Network is down", "Network is unreachable", "Network dropped connection on reset",
  "Software caused connection abort", "Connection reset by peer", "No buffer space available",
  "Transport endpoint is already connected", "Transport endpoint is not connected",
  "Cannot send after transport endpoint shutdown", "Too many references: cannot splice", "Connection timed out",
  "Connection refused", "Host is down", "No route to host", "Too many levels of symbolic links",
  "Value too large for defined data type",
}
P.unix_messages = messages

--// unix_error
--// Requires: unix_messages, named_values, reason
-- Raises Unix_error for what the engine or a command said; what says nothing known is a function that is not there.
local codes = {}
for i = #P.unix_messages, 1, -1 do
  codes[P.unix_messages[i]] = i - 1
end
function P.unix_error(message, name, argument)
  Error({ 0, P.named_values["Unix.Unix_error"], codes[P.reason(message or "")] or 25, name, argument or "" }, 0)
end

--// unix_error_message const
--// Alias: caml_unix_error_message
--// Requires: unix_messages
function P.unix_error_message(code)
  if Type(code) == "table" then
    return "Unknown error " .. code[2]
  end
  return P.unix_messages[code + 1]
end

--// unix_shell
--// Requires: shell, unix_error
-- What a command prints; Unix_error where it fails.
function P.unix_shell(command, name, argument)
  local output, message = P.shell(command)
  if not output then
    P.unix_error(message, name, argument)
  end
  return output
end

--// unix_there
--// Requires: quote
-- A command that fails, as the others would, where there is no such file.
function P.unix_there(path)
  local name = P.quote(path)
  return "{ test -e " .. name .. " || test -L " .. name .. " || { echo ': No such file or directory'; false; }; } && "
end

--// unix_int const
--// If: portable luajit
-- A number as an int of the target.
function P.unix_int(number)
  return (number + 2147483648) % 4294967296 - 2147483648
end

--// unix_int const
--// If: lua54
function P.unix_int(number)
  return Floor(number)
end

--// unix_array
-- A Lua list as an OCaml array.
function P.unix_array(list)
  return { 0, Unpack(list) }
end

--// unix_unsupported const
--// Requires: unix_error
-- The function that says that there is no such one.
function P.unix_unsupported(name)
  return function()
    P.unix_error("Function not implemented", name)
  end
end

--// unix_fork
--// Alias: caml_unix_fork
--// Requires: unix_unsupported
P.unix_fork = P.unix_unsupported("fork")

--// unix_nice
--// Alias: caml_unix_nice
--// Requires: unix_unsupported
P.unix_nice = P.unix_unsupported("nice")

--// unix_chroot
--// Alias: caml_unix_chroot
--// Requires: unix_unsupported
P.unix_chroot = P.unix_unsupported("chroot")

--// unix_umask
--// Alias: caml_unix_umask
--// Requires: unix_unsupported
P.unix_umask = P.unix_unsupported("umask")

--// unix_set_nonblock
--// Alias: caml_unix_set_nonblock
--// Requires: unix_unsupported
P.unix_set_nonblock = P.unix_unsupported("set_nonblock")

--// unix_clear_close_on_exec
--// Alias: caml_unix_clear_close_on_exec
--// Requires: unix_unsupported
P.unix_clear_close_on_exec = P.unix_unsupported("clear_close_on_exec")

--// unix_lockf
--// Alias: caml_unix_lockf
--// Requires: unix_unsupported
P.unix_lockf = P.unix_unsupported("lockf")

--// unix_sigpending
--// Alias: caml_unix_sigpending
--// Requires: unix_unsupported
P.unix_sigpending = P.unix_unsupported("sigpending")

--// unix_sigsuspend
--// Alias: caml_unix_sigsuspend
--// Requires: unix_unsupported
P.unix_sigsuspend = P.unix_unsupported("sigsuspend")

--// unix_alarm
--// Alias: caml_unix_alarm
--// Requires: unix_unsupported
P.unix_alarm = P.unix_unsupported("alarm")

--// unix_getitimer
--// Alias: caml_unix_getitimer
--// Requires: unix_unsupported
P.unix_getitimer = P.unix_unsupported("getitimer")

--// unix_setitimer
--// Alias: caml_unix_setitimer
--// Requires: unix_unsupported
P.unix_setitimer = P.unix_unsupported("setitimer")

--// unix_setuid
--// Alias: caml_unix_setuid
--// Requires: unix_unsupported
P.unix_setuid = P.unix_unsupported("setuid")

--// unix_setgid
--// Alias: caml_unix_setgid
--// Requires: unix_unsupported
P.unix_setgid = P.unix_unsupported("setgid")

--// unix_setgroups
--// Alias: caml_unix_setgroups
--// Requires: unix_unsupported
P.unix_setgroups = P.unix_unsupported("setgroups")

--// unix_initgroups
--// Alias: caml_unix_initgroups
--// Requires: unix_unsupported
P.unix_initgroups = P.unix_unsupported("initgroups")

--// unix_socket
--// Alias: caml_unix_socket
--// Requires: unix_unsupported
P.unix_socket = P.unix_unsupported("socket")

--// unix_socketpair
--// Alias: caml_unix_socketpair
--// Requires: unix_unsupported
P.unix_socketpair = P.unix_unsupported("socketpair")

--// unix_accept
--// Alias: caml_unix_accept
--// Requires: unix_unsupported
P.unix_accept = P.unix_unsupported("accept")

--// unix_bind
--// Alias: caml_unix_bind
--// Requires: unix_unsupported
P.unix_bind = P.unix_unsupported("bind")

--// unix_connect
--// Alias: caml_unix_connect
--// Requires: unix_unsupported
P.unix_connect = P.unix_unsupported("connect")

--// unix_listen
--// Alias: caml_unix_listen
--// Requires: unix_unsupported
P.unix_listen = P.unix_unsupported("listen")

--// unix_shutdown
--// Alias: caml_unix_shutdown
--// Requires: unix_unsupported
P.unix_shutdown = P.unix_unsupported("shutdown")

--// unix_getsockname
--// Alias: caml_unix_getsockname
--// Requires: unix_unsupported
P.unix_getsockname = P.unix_unsupported("getsockname")

--// unix_getpeername
--// Alias: caml_unix_getpeername
--// Requires: unix_unsupported
P.unix_getpeername = P.unix_unsupported("getpeername")

--// unix_recv
--// Alias: caml_unix_recv
--// Requires: unix_unsupported
P.unix_recv = P.unix_unsupported("recv")

--// unix_recvfrom
--// Alias: caml_unix_recvfrom
--// Requires: unix_unsupported
P.unix_recvfrom = P.unix_unsupported("recvfrom")

--// unix_send
--// Alias: caml_unix_send
--// Requires: unix_unsupported
P.unix_send = P.unix_unsupported("send")

--// unix_sendto
--// Alias: caml_unix_sendto unix_sendto_native caml_unix_sendto_native
--// Requires: unix_unsupported
P.unix_sendto = P.unix_unsupported("sendto")

--// unix_getsockopt
--// Alias: caml_unix_getsockopt
--// Requires: unix_unsupported
P.unix_getsockopt = P.unix_unsupported("getsockopt")

--// unix_setsockopt
--// Alias: caml_unix_setsockopt
--// Requires: unix_unsupported
P.unix_setsockopt = P.unix_unsupported("setsockopt")

--// unix_tcgetattr
--// Alias: caml_unix_tcgetattr
--// Requires: unix_unsupported
P.unix_tcgetattr = P.unix_unsupported("tcgetattr")

--// unix_tcsetattr
--// Alias: caml_unix_tcsetattr
--// Requires: unix_unsupported
P.unix_tcsetattr = P.unix_unsupported("tcsetattr")

--// unix_tcsendbreak
--// Alias: caml_unix_tcsendbreak
--// Requires: unix_unsupported
P.unix_tcsendbreak = P.unix_unsupported("tcsendbreak")

--// unix_tcdrain
--// Alias: caml_unix_tcdrain
--// Requires: unix_unsupported
P.unix_tcdrain = P.unix_unsupported("tcdrain")

--// unix_tcflush
--// Alias: caml_unix_tcflush
--// Requires: unix_unsupported
P.unix_tcflush = P.unix_unsupported("tcflush")

--// unix_tcflow
--// Alias: caml_unix_tcflow
--// Requires: unix_unsupported
P.unix_tcflow = P.unix_unsupported("tcflow")

--// unix_setsid
--// Alias: caml_unix_setsid
--// Requires: unix_unsupported
P.unix_setsid = P.unix_unsupported("setsid")

--// caml_unix_map_file_bytecode
--// Alias: caml_unix_map_file
--// Requires: unix_unsupported
P.caml_unix_map_file_bytecode = P.unix_unsupported("map_file")
