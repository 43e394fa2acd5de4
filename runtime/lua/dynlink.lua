-- What the toplevel and Dynlink ask of the runtime. A linked program is closed: no library can be loaded into it, and
-- its globals are no block. The answers are those of runtime/dynlink.c and runtime/meta.c where they are disabled.

--// caml_get_global_data
--// Requires: caml_invalid_argument
function P.caml_get_global_data(unit)
  return P.caml_invalid_argument("Meta.get_global_data")
end

--// caml_realloc_global
--// Requires: caml_invalid_argument
function P.caml_realloc_global(size)
  return P.caml_invalid_argument("Meta.realloc_global")
end

--// caml_get_section_table
--// Requires: caml_raise_not_found
function P.caml_get_section_table(unit)
  return P.caml_raise_not_found()
end

--// caml_dynlink_open_lib
--// Requires: caml_failwith
function P.caml_dynlink_open_lib(mode, name)
  return P.caml_failwith("dynamic loading not supported on this platform")
end

--// caml_dynlink_close_lib
--// Requires: caml_invalid_argument
--// Alias: caml_dynlink_lookup_symbol caml_dynlink_add_primitive caml_dynlink_get_bytecode_sections caml_reify_bytecode
--// Alias: caml_static_release_bytecode caml_get_current_environment caml_invoke_traced_function
function P.caml_dynlink_close_lib()
  return P.caml_invalid_argument("dynlink")
end

--// caml_dynlink_get_current_libs const
function P.caml_dynlink_get_current_libs(unit)
  return Empty
end

--// caml_terminfo_rows mutable
-- The number of lines is not known.
function P.caml_terminfo_rows(channel)
  return -1
end

--// caml_zstd_initialize
-- Whether marshalled values can be compressed: they cannot.
function P.caml_zstd_initialize(unit)
  return 0
end

--// caml_xdg_defaults
-- The toplevel's folders of defaults: none.
function P.caml_xdg_defaults(unit)
  return 0
end
