--// Requires: caml_ba_create, caml_ba_get_1, caml_ba_set_1, caml_ba_get_2, caml_ba_set_2, caml_ba_sub, caml_ba_slice
--// Requires: caml_ba_reshape, caml_ba_fill, caml_ba_blit, caml_ba_dim_1, caml_ba_dim_2, caml_ba_change_layout
--// Requires: caml_lxm_next, caml_blake2_string, int64_halves, order
-- Bigarrays: kinds, layouts, views; and what lives on them or came with them in OCaml 5: the generator of Random, BLAKE2.
local function check(name, condition)
  if not condition then
    error("not ok " .. name, 2)
  end
end
local function bounds(name, ...)
  local done, problem = Pcall(P[name], ...)
  check("bounds of " .. name, not done and problem[2] == G[4] and problem[3] == "index out of bounds")
end

-- Array2.create float64 c_layout 3 4
local a = P.caml_ba_create(1, 0, { 0, 3, 4 })
P.caml_ba_fill(a, 1.5)
P.caml_ba_set_2(a, 1, 2, 7.25)
check("set", P.caml_ba_get_2(a, 1, 2) == 7.25 and P.caml_ba_get_2(a, 2, 1) == 1.5)
check("dims", P.caml_ba_dim_1(a) == 3 and P.caml_ba_dim_2(a) == 4)
local row = P.caml_ba_slice(a, { 0, 1 })
check("slice", P.caml_ba_dim_1(row) == 4 and P.caml_ba_get_1(row, 2) == 7.25)
check("reshape", P.caml_ba_get_1(P.caml_ba_reshape(a, { 0, 12 }), 6) == 7.25)
local turned = P.caml_ba_change_layout(a, 1)
check("layout", P.caml_ba_dim_1(turned) == 4 and P.caml_ba_get_2(turned, 3, 2) == 7.25)
bounds("caml_ba_get_2", a, 3, 0)
bounds("caml_ba_set_2", turned, 0, 1, 0.0)

-- Array1.create int8_signed fortran_layout 5
local b = P.caml_ba_create(2, 1, { 0, 5 })
for i = 1, 5 do
  P.caml_ba_set_1(b, i, i * 60)
end
check("wrap", P.caml_ba_get_1(b, 2) == 120 and P.caml_ba_get_1(b, 3) == -76 and P.caml_ba_get_1(b, 5) == 44)
P.caml_ba_set_1(P.caml_ba_sub(b, 2, 3), 1, 9)
check("sub", P.caml_ba_get_1(b, 2) == 9)
P.caml_ba_blit(P.caml_ba_sub(b, 1, 3), P.caml_ba_sub(b, 2, 3))
check("blit", P.caml_ba_get_1(b, 2) == 60 and P.caml_ba_get_1(b, 3) == 9 and P.caml_ba_get_1(b, 4) == -76)
bounds("caml_ba_get_1", b, 0)
local singles = P.caml_ba_create(0, 0, { 0, 1 })
P.caml_ba_set_1(singles, 0, 0.1)
check("single precision", P.caml_ba_get_1(singles, 0) == 0.10000000149011612)
check("order", P.order(b, b, true) == 0 and P.order(P.caml_ba_sub(b, 1, 2), P.caml_ba_sub(b, 1, 3), true) == 1 - 2)

-- Array1.of_array int64 c_layout [|1L; 0x123456789ABCDEF0L; -3L; 4L|], then three times `next`
local state = P.caml_ba_create(7, 0, { 0, 4 })
P.caml_ba_set_1(state, 0, P.int64_of_halves(0, 1))
P.caml_ba_set_1(state, 1, P.int64_of_halves(305419896, 2596069104))
P.caml_ba_set_1(state, 2, P.int64_of_halves(4294967295, 4294967293))
P.caml_ba_set_1(state, 3, P.int64_of_halves(0, 4))
for _, wanted in ipairs({ "44746befcf275d54", "09fba2ae8f0518a1", "58f1b0d73171d0c8" }) do
  local high, low = P.int64_halves(P.caml_lxm_next(state))
  check("lxm " .. wanted, string.format("%08x%08x", high % 4294967296, low % 4294967296) == wanted)
end

-- Digest.BLAKE256.string "", (String.make 200 'a'); Digest.BLAKE512.string "abc"
local function hexadecimal(text)
  return (string.gsub(text, ".", function(c)
    return string.format("%02x", Byte(c))
  end))
end
local long = Rep("a", 200)
check(
  "empty",
  hexadecimal(P.caml_blake2_string(32, "", "", 0, 0)) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
)
check(
  "two blocks",
  hexadecimal(P.caml_blake2_string(32, "", long, 0, 200)) == "6b6e59aaf00eb730cf93de53560846722184bbd92f8368c21ffa95380c2f9fe6"
)
check(
  "64 bytes",
  hexadecimal(P.caml_blake2_string(64, "", "abc", 0, 3))
    == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
)
print("ok bigarray")
