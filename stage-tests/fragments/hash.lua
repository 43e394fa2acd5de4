--// Requires: caml_hash, caml_string_hash, caml_bytes_of_string
-- Values of Hashtbl.hash under ocamlrun 4.13 and 5.3 on 64 bits. The OCaml expression stands beside each.
local function list(n)
  local l = 0
  for i = n, 1, -1 do l = {0, i, l} end
  return l
end
local hundred = 0
for i = 99, 0, -1 do hundred = {0, i, hundred} end
local wide = Shl and Shl(1, 40) and math.type and Shl(1, 40) > 2147483647
local int64 = wide and {255, 19088743 * 4294967296 + 2309737967} or {255, 19088743, -1985229329}

P.main(function()
  local function check(expected, value, what)
    local h = P.caml_hash(10, 100, 0, value)
    if h ~= expected then error(what .. " gave " .. tostring(h)) end
    if math.type and math.type(h) ~= "integer" then error(what .. ": not an integer") end
  end
  check(129913994, 0, "0")
  check(395478795, 42, "42")
  check(911466517, -1, "-1")
  check(600019664, 1073741823, "1073741823")
  check(129913994, -2147483648, "-2147483648")
  check(911466517, 2147483647, "2147483647")
  check(911466517, {255, -1, "_i"}, "-1l")
  check(1036116079, {255, 305419896, "_n"}, "0x12345678n")
  check(0, "", '""')
  check(721651713, "a", '"a"')
  check(767105082, "abc", '"abc"')
  check(345750399, "hello, world", '"hello, world"')
  check(229882738, "\255\254\253\252\251", '"\\255\\254\\253\\252\\251"')
  check(819188451, 1.5, "1.5")
  check(629407115, -0.1, "-0.1")
  check(841516429, Huge - Huge, "nan")
  check(602560251, Huge, "infinity")
  check(794519639, list(3), "[1; 2; 3]")
  check(795312819, {0, 3, "x"}, 'B (3, "x")')
  check(883192969, {1, {0, 0, {0, {0, 1, "y"}, {0, {1, 0}, 0}}}}, 'C [A; B (1, "y"); C []]')
  check(488412208, {2, 2.25}, "D 2.25")
  check(132288058, {254, 1.5, 2.5}, "[|1.5; 2.5|]")
  check(181395, int64, "0x123456789ABCDEFL")
  check(1047859519, {0, {0, {0, 7}}}, "Some (Some (Some 7))")
  check(182325193, hundred, "List.init 100 Fun.id")
  check(554989322, {0, 0}, "ref 0")
  check(767105082, {n = 3, s = "abc"}, 'Bytes.of_string "abc"')
  -- Hashtbl.seeded_hash 12345 "seed", Hashtbl.hash_param 3 5 [[1]; [2]; [3]]
  if P.caml_hash(10, 100, 12345, "seed") ~= 850670140 then error("seeded_hash") end
  if P.caml_string_hash(12345, "seed") ~= 850670140 then error("string_hash") end
  local nested = {0, {0, 1, 0}, {0, {0, 2, 0}, {0, {0, 3, 0}, 0}}}
  if P.caml_hash(3, 5, 0, nested) ~= 542870299 then error("hash_param") end
  -- let sum = ref 0 in let add h = sum := (!sum * 31 + h) land 0x3fffffff in
  -- List.iter (fun seed -> for n = 0 to 29 do List.iter (fun d -> let x = (1 lsl n) + d in add (Hashtbl.seeded_hash seed x);
  --   add (Hashtbl.seeded_hash seed (-x)); add (Hashtbl.seeded_hash seed (string_of_int x))) [-1; 0; 1; 5] done)
  --   [0; 1; 65535; 1073741823]
  local sum = 0
  for _, seed in ipairs {0, 1, 65535, 1073741823} do
    for n = 0, 29 do
      for _, d in ipairs {-1, 0, 1, 5} do
        local x = Floor(2 ^ n) + d
        for _, value in ipairs {x, 0 - x, tostring(x)} do
          sum = (sum * 31 + P.caml_hash(10, 100, seed, value)) % 1073741824
        end
      end
    end
  end
  if sum ~= 901475779 then error("the sum of the hashes is " .. sum) end
  print("ok hash")
  return 0
end)
