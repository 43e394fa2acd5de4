-- What OCaml 5 has for parallelism, in a program of one domain: atomic references, domain-local state.

--// caml_atomic_load mutable
--// Inline: %1[2]

--// caml_atomic_exchange
P.caml_atomic_exchange = function(ref, v)
  local old = ref[2]
  ref[2] = v
  return old
end

--// caml_atomic_cas
P.caml_atomic_cas = function(ref, old, new)
  if ref[2] ~= old then return 0 end
  ref[2] = new
  return 1
end

--// caml_atomic_fetch_add
--// Requires: int_wrap
--// If: portable luajit
P.caml_atomic_fetch_add = function(ref, n)
  local old = ref[2]
  ref[2] = Wrap(old + n)
  return old
end

--// caml_atomic_fetch_add
--// If: lua54
P.caml_atomic_fetch_add = function(ref, n)
  local old = ref[2]
  ref[2] = (old + n) * 2 // 2
  return old
end

--// caml_atomic_make_contended
P.caml_atomic_make_contended = function(v)
  return {0, v}
end

--// domain_state
P.domain_state = 0

--// caml_domain_dls_get mutable
--// Requires: domain_state
P.caml_domain_dls_get = function()
  return P.domain_state
end

--// caml_domain_dls_set
--// Requires: domain_state
P.caml_domain_dls_set = function(state)
  P.domain_state = state
  return 0
end

--// caml_domain_dls_compare_and_set
--// Requires: domain_state
P.caml_domain_dls_compare_and_set = function(old, new)
  if P.domain_state ~= old then return 0 end
  P.domain_state = new
  return 1
end

--// caml_domain_spawn
--// Requires: caml_failwith
P.caml_domain_spawn = function()
  P.caml_failwith("failed to allocate domain")
end

--// caml_ml_domain_id const
--// Alias: caml_ml_domain_index
P.caml_ml_domain_id = function()
  return 0
end

--// caml_ml_domain_cpu_relax
P.caml_ml_domain_cpu_relax = function()
  return 0
end

--// caml_recommended_domain_count const
P.caml_recommended_domain_count = function()
  return 1
end

--// caml_process_pending_actions_with_root
--// Inline: %1

--// caml_ensure_stack_capacity
P.caml_ensure_stack_capacity = function()
  return 0
end
