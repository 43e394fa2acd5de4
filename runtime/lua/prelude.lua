-- The locals of the whole linked file: everything below it is compiled as their scope. Library functions are
-- cached here; the others are assigned by the sections that define them. `Empty` is the block of tag 0 without fields: OCaml has one, so
-- that `[||] == [||]`.

--// prelude
-- The table that a program in Lua which embeds this one called the chunk with.
local Host = ...
if type(Host) ~= "table" then Host = false end
local P, F, G, K = {}, {}, {}, {}
local Error, Type, Pcall = error, type, pcall
local Floor, Ceil, Huge, MathType = math.floor, math.ceil, math.huge, math.type
local Byte, Char, Sub, Concat, Rep = string.byte, string.char, string.sub, table.concat, string.rep
local Unpack = table.unpack or unpack
local Empty = {0}
local A, A1, A2, A3, A4, A5, A6, A7, A8
local Try, Deep, Caught
local Wrap, Mul, Div, Mod, And, Or, Xor, Shl, Shr, Sar, Pow2
local Bound, Load
local Words, Thrown
