(* if and match nested 200 levels deep. *)
let opaque x = if Array.length Sys.argv < 0 then raise Exit else x
let f x =
  if x = 0 then 0 else
  if x = 2 then 1 else
  if x = 4 then 2 else
  if x = 6 then 3 else
  if x = 8 then 4 else
  if x = 10 then 5 else
  if x = 12 then 6 else
  if x = 14 then 7 else
  if x = 16 then 8 else
  if x = 18 then 9 else
  if x = 20 then 10 else
  if x = 22 then 11 else
  if x = 24 then 12 else
  if x = 26 then 13 else
  if x = 28 then 14 else
  if x = 30 then 15 else
  if x = 32 then 16 else
  if x = 34 then 17 else
  if x = 36 then 18 else
  if x = 38 then 19 else
  if x = 40 then 20 else
  if x = 42 then 21 else
  if x = 44 then 22 else
  if x = 46 then 23 else
  if x = 48 then 24 else
  if x = 50 then 25 else
  if x = 52 then 26 else
  if x = 54 then 27 else
  if x = 56 then 28 else
  if x = 58 then 29 else
  if x = 60 then 30 else
  if x = 62 then 31 else
  if x = 64 then 32 else
  if x = 66 then 33 else
  if x = 68 then 34 else
  if x = 70 then 35 else
  if x = 72 then 36 else
  if x = 74 then 37 else
  if x = 76 then 38 else
  if x = 78 then 39 else
  if x = 80 then 40 else
  if x = 82 then 41 else
  if x = 84 then 42 else
  if x = 86 then 43 else
  if x = 88 then 44 else
  if x = 90 then 45 else
  if x = 92 then 46 else
  if x = 94 then 47 else
  if x = 96 then 48 else
  if x = 98 then 49 else
  if x = 100 then 50 else
  if x = 102 then 51 else
  if x = 104 then 52 else
  if x = 106 then 53 else
  if x = 108 then 54 else
  if x = 110 then 55 else
  if x = 112 then 56 else
  if x = 114 then 57 else
  if x = 116 then 58 else
  if x = 118 then 59 else
  if x = 120 then 60 else
  if x = 122 then 61 else
  if x = 124 then 62 else
  if x = 126 then 63 else
  if x = 128 then 64 else
  if x = 130 then 65 else
  if x = 132 then 66 else
  if x = 134 then 67 else
  if x = 136 then 68 else
  if x = 138 then 69 else
  if x = 140 then 70 else
  if x = 142 then 71 else
  if x = 144 then 72 else
  if x = 146 then 73 else
  if x = 148 then 74 else
  if x = 150 then 75 else
  if x = 152 then 76 else
  if x = 154 then 77 else
  if x = 156 then 78 else
  if x = 158 then 79 else
  if x = 160 then 80 else
  if x = 162 then 81 else
  if x = 164 then 82 else
  if x = 166 then 83 else
  if x = 168 then 84 else
  if x = 170 then 85 else
  if x = 172 then 86 else
  if x = 174 then 87 else
  if x = 176 then 88 else
  if x = 178 then 89 else
  if x = 180 then 90 else
  if x = 182 then 91 else
  if x = 184 then 92 else
  if x = 186 then 93 else
  if x = 188 then 94 else
  if x = 190 then 95 else
  if x = 192 then 96 else
  if x = 194 then 97 else
  if x = 196 then 98 else
  if x = 198 then 99 else
  if x = 200 then 100 else
  if x = 202 then 101 else
  if x = 204 then 102 else
  if x = 206 then 103 else
  if x = 208 then 104 else
  if x = 210 then 105 else
  if x = 212 then 106 else
  if x = 214 then 107 else
  if x = 216 then 108 else
  if x = 218 then 109 else
  if x = 220 then 110 else
  if x = 222 then 111 else
  if x = 224 then 112 else
  if x = 226 then 113 else
  if x = 228 then 114 else
  if x = 230 then 115 else
  if x = 232 then 116 else
  if x = 234 then 117 else
  if x = 236 then 118 else
  if x = 238 then 119 else
  if x = 240 then 120 else
  if x = 242 then 121 else
  if x = 244 then 122 else
  if x = 246 then 123 else
  if x = 248 then 124 else
  if x = 250 then 125 else
  if x = 252 then 126 else
  if x = 254 then 127 else
  if x = 256 then 128 else
  if x = 258 then 129 else
  if x = 260 then 130 else
  if x = 262 then 131 else
  if x = 264 then 132 else
  if x = 266 then 133 else
  if x = 268 then 134 else
  if x = 270 then 135 else
  if x = 272 then 136 else
  if x = 274 then 137 else
  if x = 276 then 138 else
  if x = 278 then 139 else
  if x = 280 then 140 else
  if x = 282 then 141 else
  if x = 284 then 142 else
  if x = 286 then 143 else
  if x = 288 then 144 else
  if x = 290 then 145 else
  if x = 292 then 146 else
  if x = 294 then 147 else
  if x = 296 then 148 else
  if x = 298 then 149 else
  if x = 300 then 150 else
  if x = 302 then 151 else
  if x = 304 then 152 else
  if x = 306 then 153 else
  if x = 308 then 154 else
  if x = 310 then 155 else
  if x = 312 then 156 else
  if x = 314 then 157 else
  if x = 316 then 158 else
  if x = 318 then 159 else
  if x = 320 then 160 else
  if x = 322 then 161 else
  if x = 324 then 162 else
  if x = 326 then 163 else
  if x = 328 then 164 else
  if x = 330 then 165 else
  if x = 332 then 166 else
  if x = 334 then 167 else
  if x = 336 then 168 else
  if x = 338 then 169 else
  if x = 340 then 170 else
  if x = 342 then 171 else
  if x = 344 then 172 else
  if x = 346 then 173 else
  if x = 348 then 174 else
  if x = 350 then 175 else
  if x = 352 then 176 else
  if x = 354 then 177 else
  if x = 356 then 178 else
  if x = 358 then 179 else
  if x = 360 then 180 else
  if x = 362 then 181 else
  if x = 364 then 182 else
  if x = 366 then 183 else
  if x = 368 then 184 else
  if x = 370 then 185 else
  if x = 372 then 186 else
  if x = 374 then 187 else
  if x = 376 then 188 else
  if x = 378 then 189 else
  if x = 380 then 190 else
  if x = 382 then 191 else
  if x = 384 then 192 else
  if x = 386 then 193 else
  if x = 388 then 194 else
  if x = 390 then 195 else
  if x = 392 then 196 else
  if x = 394 then 197 else
  if x = 396 then 198 else
  if x = 398 then 199 else
  -1
let g l =
  (match l with [] -> 0 | x :: l -> if x > 1000 then x else
  (match l with [] -> 1 | x :: l -> if x > 1001 then x else
  (match l with [] -> 2 | x :: l -> if x > 1002 then x else
  (match l with [] -> 3 | x :: l -> if x > 1003 then x else
  (match l with [] -> 4 | x :: l -> if x > 1004 then x else
  (match l with [] -> 5 | x :: l -> if x > 1005 then x else
  (match l with [] -> 6 | x :: l -> if x > 1006 then x else
  (match l with [] -> 7 | x :: l -> if x > 1007 then x else
  (match l with [] -> 8 | x :: l -> if x > 1008 then x else
  (match l with [] -> 9 | x :: l -> if x > 1009 then x else
  (match l with [] -> 10 | x :: l -> if x > 1010 then x else
  (match l with [] -> 11 | x :: l -> if x > 1011 then x else
  (match l with [] -> 12 | x :: l -> if x > 1012 then x else
  (match l with [] -> 13 | x :: l -> if x > 1013 then x else
  (match l with [] -> 14 | x :: l -> if x > 1014 then x else
  (match l with [] -> 15 | x :: l -> if x > 1015 then x else
  (match l with [] -> 16 | x :: l -> if x > 1016 then x else
  (match l with [] -> 17 | x :: l -> if x > 1017 then x else
  (match l with [] -> 18 | x :: l -> if x > 1018 then x else
  (match l with [] -> 19 | x :: l -> if x > 1019 then x else
  (match l with [] -> 20 | x :: l -> if x > 1020 then x else
  (match l with [] -> 21 | x :: l -> if x > 1021 then x else
  (match l with [] -> 22 | x :: l -> if x > 1022 then x else
  (match l with [] -> 23 | x :: l -> if x > 1023 then x else
  (match l with [] -> 24 | x :: l -> if x > 1024 then x else
  (match l with [] -> 25 | x :: l -> if x > 1025 then x else
  (match l with [] -> 26 | x :: l -> if x > 1026 then x else
  (match l with [] -> 27 | x :: l -> if x > 1027 then x else
  (match l with [] -> 28 | x :: l -> if x > 1028 then x else
  (match l with [] -> 29 | x :: l -> if x > 1029 then x else
  (match l with [] -> 30 | x :: l -> if x > 1030 then x else
  (match l with [] -> 31 | x :: l -> if x > 1031 then x else
  (match l with [] -> 32 | x :: l -> if x > 1032 then x else
  (match l with [] -> 33 | x :: l -> if x > 1033 then x else
  (match l with [] -> 34 | x :: l -> if x > 1034 then x else
  (match l with [] -> 35 | x :: l -> if x > 1035 then x else
  (match l with [] -> 36 | x :: l -> if x > 1036 then x else
  (match l with [] -> 37 | x :: l -> if x > 1037 then x else
  (match l with [] -> 38 | x :: l -> if x > 1038 then x else
  (match l with [] -> 39 | x :: l -> if x > 1039 then x else
  (match l with [] -> 40 | x :: l -> if x > 1040 then x else
  (match l with [] -> 41 | x :: l -> if x > 1041 then x else
  (match l with [] -> 42 | x :: l -> if x > 1042 then x else
  (match l with [] -> 43 | x :: l -> if x > 1043 then x else
  (match l with [] -> 44 | x :: l -> if x > 1044 then x else
  (match l with [] -> 45 | x :: l -> if x > 1045 then x else
  (match l with [] -> 46 | x :: l -> if x > 1046 then x else
  (match l with [] -> 47 | x :: l -> if x > 1047 then x else
  (match l with [] -> 48 | x :: l -> if x > 1048 then x else
  (match l with [] -> 49 | x :: l -> if x > 1049 then x else
  (match l with [] -> 50 | x :: l -> if x > 1050 then x else
  (match l with [] -> 51 | x :: l -> if x > 1051 then x else
  (match l with [] -> 52 | x :: l -> if x > 1052 then x else
  (match l with [] -> 53 | x :: l -> if x > 1053 then x else
  (match l with [] -> 54 | x :: l -> if x > 1054 then x else
  (match l with [] -> 55 | x :: l -> if x > 1055 then x else
  (match l with [] -> 56 | x :: l -> if x > 1056 then x else
  (match l with [] -> 57 | x :: l -> if x > 1057 then x else
  (match l with [] -> 58 | x :: l -> if x > 1058 then x else
  (match l with [] -> 59 | x :: l -> if x > 1059 then x else
  (match l with [] -> 60 | x :: l -> if x > 1060 then x else
  (match l with [] -> 61 | x :: l -> if x > 1061 then x else
  (match l with [] -> 62 | x :: l -> if x > 1062 then x else
  (match l with [] -> 63 | x :: l -> if x > 1063 then x else
  (match l with [] -> 64 | x :: l -> if x > 1064 then x else
  (match l with [] -> 65 | x :: l -> if x > 1065 then x else
  (match l with [] -> 66 | x :: l -> if x > 1066 then x else
  (match l with [] -> 67 | x :: l -> if x > 1067 then x else
  (match l with [] -> 68 | x :: l -> if x > 1068 then x else
  (match l with [] -> 69 | x :: l -> if x > 1069 then x else
  (match l with [] -> 70 | x :: l -> if x > 1070 then x else
  (match l with [] -> 71 | x :: l -> if x > 1071 then x else
  (match l with [] -> 72 | x :: l -> if x > 1072 then x else
  (match l with [] -> 73 | x :: l -> if x > 1073 then x else
  (match l with [] -> 74 | x :: l -> if x > 1074 then x else
  (match l with [] -> 75 | x :: l -> if x > 1075 then x else
  (match l with [] -> 76 | x :: l -> if x > 1076 then x else
  (match l with [] -> 77 | x :: l -> if x > 1077 then x else
  (match l with [] -> 78 | x :: l -> if x > 1078 then x else
  (match l with [] -> 79 | x :: l -> if x > 1079 then x else
  (match l with [] -> 80 | x :: l -> if x > 1080 then x else
  (match l with [] -> 81 | x :: l -> if x > 1081 then x else
  (match l with [] -> 82 | x :: l -> if x > 1082 then x else
  (match l with [] -> 83 | x :: l -> if x > 1083 then x else
  (match l with [] -> 84 | x :: l -> if x > 1084 then x else
  (match l with [] -> 85 | x :: l -> if x > 1085 then x else
  (match l with [] -> 86 | x :: l -> if x > 1086 then x else
  (match l with [] -> 87 | x :: l -> if x > 1087 then x else
  (match l with [] -> 88 | x :: l -> if x > 1088 then x else
  (match l with [] -> 89 | x :: l -> if x > 1089 then x else
  (match l with [] -> 90 | x :: l -> if x > 1090 then x else
  (match l with [] -> 91 | x :: l -> if x > 1091 then x else
  (match l with [] -> 92 | x :: l -> if x > 1092 then x else
  (match l with [] -> 93 | x :: l -> if x > 1093 then x else
  (match l with [] -> 94 | x :: l -> if x > 1094 then x else
  (match l with [] -> 95 | x :: l -> if x > 1095 then x else
  (match l with [] -> 96 | x :: l -> if x > 1096 then x else
  (match l with [] -> 97 | x :: l -> if x > 1097 then x else
  (match l with [] -> 98 | x :: l -> if x > 1098 then x else
  (match l with [] -> 99 | x :: l -> if x > 1099 then x else
  (match l with [] -> 100 | x :: l -> if x > 1100 then x else
  (match l with [] -> 101 | x :: l -> if x > 1101 then x else
  (match l with [] -> 102 | x :: l -> if x > 1102 then x else
  (match l with [] -> 103 | x :: l -> if x > 1103 then x else
  (match l with [] -> 104 | x :: l -> if x > 1104 then x else
  (match l with [] -> 105 | x :: l -> if x > 1105 then x else
  (match l with [] -> 106 | x :: l -> if x > 1106 then x else
  (match l with [] -> 107 | x :: l -> if x > 1107 then x else
  (match l with [] -> 108 | x :: l -> if x > 1108 then x else
  (match l with [] -> 109 | x :: l -> if x > 1109 then x else
  (match l with [] -> 110 | x :: l -> if x > 1110 then x else
  (match l with [] -> 111 | x :: l -> if x > 1111 then x else
  (match l with [] -> 112 | x :: l -> if x > 1112 then x else
  (match l with [] -> 113 | x :: l -> if x > 1113 then x else
  (match l with [] -> 114 | x :: l -> if x > 1114 then x else
  (match l with [] -> 115 | x :: l -> if x > 1115 then x else
  (match l with [] -> 116 | x :: l -> if x > 1116 then x else
  (match l with [] -> 117 | x :: l -> if x > 1117 then x else
  (match l with [] -> 118 | x :: l -> if x > 1118 then x else
  (match l with [] -> 119 | x :: l -> if x > 1119 then x else
  (match l with [] -> 120 | x :: l -> if x > 1120 then x else
  (match l with [] -> 121 | x :: l -> if x > 1121 then x else
  (match l with [] -> 122 | x :: l -> if x > 1122 then x else
  (match l with [] -> 123 | x :: l -> if x > 1123 then x else
  (match l with [] -> 124 | x :: l -> if x > 1124 then x else
  (match l with [] -> 125 | x :: l -> if x > 1125 then x else
  (match l with [] -> 126 | x :: l -> if x > 1126 then x else
  (match l with [] -> 127 | x :: l -> if x > 1127 then x else
  (match l with [] -> 128 | x :: l -> if x > 1128 then x else
  (match l with [] -> 129 | x :: l -> if x > 1129 then x else
  (match l with [] -> 130 | x :: l -> if x > 1130 then x else
  (match l with [] -> 131 | x :: l -> if x > 1131 then x else
  (match l with [] -> 132 | x :: l -> if x > 1132 then x else
  (match l with [] -> 133 | x :: l -> if x > 1133 then x else
  (match l with [] -> 134 | x :: l -> if x > 1134 then x else
  (match l with [] -> 135 | x :: l -> if x > 1135 then x else
  (match l with [] -> 136 | x :: l -> if x > 1136 then x else
  (match l with [] -> 137 | x :: l -> if x > 1137 then x else
  (match l with [] -> 138 | x :: l -> if x > 1138 then x else
  (match l with [] -> 139 | x :: l -> if x > 1139 then x else
  (match l with [] -> 140 | x :: l -> if x > 1140 then x else
  (match l with [] -> 141 | x :: l -> if x > 1141 then x else
  (match l with [] -> 142 | x :: l -> if x > 1142 then x else
  (match l with [] -> 143 | x :: l -> if x > 1143 then x else
  (match l with [] -> 144 | x :: l -> if x > 1144 then x else
  (match l with [] -> 145 | x :: l -> if x > 1145 then x else
  (match l with [] -> 146 | x :: l -> if x > 1146 then x else
  (match l with [] -> 147 | x :: l -> if x > 1147 then x else
  (match l with [] -> 148 | x :: l -> if x > 1148 then x else
  (match l with [] -> 149 | x :: l -> if x > 1149 then x else
  (match l with [] -> 150 | x :: l -> if x > 1150 then x else
  (match l with [] -> 151 | x :: l -> if x > 1151 then x else
  (match l with [] -> 152 | x :: l -> if x > 1152 then x else
  (match l with [] -> 153 | x :: l -> if x > 1153 then x else
  (match l with [] -> 154 | x :: l -> if x > 1154 then x else
  (match l with [] -> 155 | x :: l -> if x > 1155 then x else
  (match l with [] -> 156 | x :: l -> if x > 1156 then x else
  (match l with [] -> 157 | x :: l -> if x > 1157 then x else
  (match l with [] -> 158 | x :: l -> if x > 1158 then x else
  (match l with [] -> 159 | x :: l -> if x > 1159 then x else
  (match l with [] -> 160 | x :: l -> if x > 1160 then x else
  (match l with [] -> 161 | x :: l -> if x > 1161 then x else
  (match l with [] -> 162 | x :: l -> if x > 1162 then x else
  (match l with [] -> 163 | x :: l -> if x > 1163 then x else
  (match l with [] -> 164 | x :: l -> if x > 1164 then x else
  (match l with [] -> 165 | x :: l -> if x > 1165 then x else
  (match l with [] -> 166 | x :: l -> if x > 1166 then x else
  (match l with [] -> 167 | x :: l -> if x > 1167 then x else
  (match l with [] -> 168 | x :: l -> if x > 1168 then x else
  (match l with [] -> 169 | x :: l -> if x > 1169 then x else
  (match l with [] -> 170 | x :: l -> if x > 1170 then x else
  (match l with [] -> 171 | x :: l -> if x > 1171 then x else
  (match l with [] -> 172 | x :: l -> if x > 1172 then x else
  (match l with [] -> 173 | x :: l -> if x > 1173 then x else
  (match l with [] -> 174 | x :: l -> if x > 1174 then x else
  (match l with [] -> 175 | x :: l -> if x > 1175 then x else
  (match l with [] -> 176 | x :: l -> if x > 1176 then x else
  (match l with [] -> 177 | x :: l -> if x > 1177 then x else
  (match l with [] -> 178 | x :: l -> if x > 1178 then x else
  (match l with [] -> 179 | x :: l -> if x > 1179 then x else
  (match l with [] -> 180 | x :: l -> if x > 1180 then x else
  (match l with [] -> 181 | x :: l -> if x > 1181 then x else
  (match l with [] -> 182 | x :: l -> if x > 1182 then x else
  (match l with [] -> 183 | x :: l -> if x > 1183 then x else
  (match l with [] -> 184 | x :: l -> if x > 1184 then x else
  (match l with [] -> 185 | x :: l -> if x > 1185 then x else
  (match l with [] -> 186 | x :: l -> if x > 1186 then x else
  (match l with [] -> 187 | x :: l -> if x > 1187 then x else
  (match l with [] -> 188 | x :: l -> if x > 1188 then x else
  (match l with [] -> 189 | x :: l -> if x > 1189 then x else
  (match l with [] -> 190 | x :: l -> if x > 1190 then x else
  (match l with [] -> 191 | x :: l -> if x > 1191 then x else
  (match l with [] -> 192 | x :: l -> if x > 1192 then x else
  (match l with [] -> 193 | x :: l -> if x > 1193 then x else
  (match l with [] -> 194 | x :: l -> if x > 1194 then x else
  (match l with [] -> 195 | x :: l -> if x > 1195 then x else
  (match l with [] -> 196 | x :: l -> if x > 1196 then x else
  (match l with [] -> 197 | x :: l -> if x > 1197 then x else
  (match l with [] -> 198 | x :: l -> if x > 1198 then x else
  (match l with [] -> 199 | x :: l -> if x > 1199 then x else
  0))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
let h x =
  let y0 = if x land 1 = 0 then (if x > 0 then
  let y1 = if x land 2 = 0 then (if x > 1 then
  let y2 = if x land 4 = 0 then (if x > 2 then
  let y3 = if x land 8 = 0 then (if x > 3 then
  let y4 = if x land 16 = 0 then (if x > 4 then
  let y5 = if x land 32 = 0 then (if x > 5 then
  let y6 = if x land 64 = 0 then (if x > 6 then
  let y7 = if x land 128 = 0 then (if x > 7 then
  let y8 = if x land 256 = 0 then (if x > 8 then
  let y9 = if x land 512 = 0 then (if x > 9 then
  let y10 = if x land 1 = 0 then (if x > 10 then
  let y11 = if x land 2 = 0 then (if x > 11 then
  let y12 = if x land 4 = 0 then (if x > 12 then
  let y13 = if x land 8 = 0 then (if x > 13 then
  let y14 = if x land 16 = 0 then (if x > 14 then
  let y15 = if x land 32 = 0 then (if x > 15 then
  let y16 = if x land 64 = 0 then (if x > 16 then
  let y17 = if x land 128 = 0 then (if x > 17 then
  let y18 = if x land 256 = 0 then (if x > 18 then
  let y19 = if x land 512 = 0 then (if x > 19 then
  let y20 = if x land 1 = 0 then (if x > 20 then
  let y21 = if x land 2 = 0 then (if x > 21 then
  let y22 = if x land 4 = 0 then (if x > 22 then
  let y23 = if x land 8 = 0 then (if x > 23 then
  let y24 = if x land 16 = 0 then (if x > 24 then
  let y25 = if x land 32 = 0 then (if x > 25 then
  let y26 = if x land 64 = 0 then (if x > 26 then
  let y27 = if x land 128 = 0 then (if x > 27 then
  let y28 = if x land 256 = 0 then (if x > 28 then
  let y29 = if x land 512 = 0 then (if x > 29 then
  let y30 = if x land 1 = 0 then (if x > 30 then
  let y31 = if x land 2 = 0 then (if x > 31 then
  let y32 = if x land 4 = 0 then (if x > 32 then
  let y33 = if x land 8 = 0 then (if x > 33 then
  let y34 = if x land 16 = 0 then (if x > 34 then
  let y35 = if x land 32 = 0 then (if x > 35 then
  let y36 = if x land 64 = 0 then (if x > 36 then
  let y37 = if x land 128 = 0 then (if x > 37 then
  let y38 = if x land 256 = 0 then (if x > 38 then
  let y39 = if x land 512 = 0 then (if x > 39 then
  let y40 = if x land 1 = 0 then (if x > 40 then
  let y41 = if x land 2 = 0 then (if x > 41 then
  let y42 = if x land 4 = 0 then (if x > 42 then
  let y43 = if x land 8 = 0 then (if x > 43 then
  let y44 = if x land 16 = 0 then (if x > 44 then
  let y45 = if x land 32 = 0 then (if x > 45 then
  let y46 = if x land 64 = 0 then (if x > 46 then
  let y47 = if x land 128 = 0 then (if x > 47 then
  let y48 = if x land 256 = 0 then (if x > 48 then
  let y49 = if x land 512 = 0 then (if x > 49 then
  let y50 = if x land 1 = 0 then (if x > 50 then
  let y51 = if x land 2 = 0 then (if x > 51 then
  let y52 = if x land 4 = 0 then (if x > 52 then
  let y53 = if x land 8 = 0 then (if x > 53 then
  let y54 = if x land 16 = 0 then (if x > 54 then
  let y55 = if x land 32 = 0 then (if x > 55 then
  let y56 = if x land 64 = 0 then (if x > 56 then
  let y57 = if x land 128 = 0 then (if x > 57 then
  let y58 = if x land 256 = 0 then (if x > 58 then
  let y59 = if x land 512 = 0 then (if x > 59 then
  let y60 = if x land 1 = 0 then (if x > 60 then
  let y61 = if x land 2 = 0 then (if x > 61 then
  let y62 = if x land 4 = 0 then (if x > 62 then
  let y63 = if x land 8 = 0 then (if x > 63 then
  let y64 = if x land 16 = 0 then (if x > 64 then
  let y65 = if x land 32 = 0 then (if x > 65 then
  let y66 = if x land 64 = 0 then (if x > 66 then
  let y67 = if x land 128 = 0 then (if x > 67 then
  let y68 = if x land 256 = 0 then (if x > 68 then
  let y69 = if x land 512 = 0 then (if x > 69 then
  let y70 = if x land 1 = 0 then (if x > 70 then
  let y71 = if x land 2 = 0 then (if x > 71 then
  let y72 = if x land 4 = 0 then (if x > 72 then
  let y73 = if x land 8 = 0 then (if x > 73 then
  let y74 = if x land 16 = 0 then (if x > 74 then
  let y75 = if x land 32 = 0 then (if x > 75 then
  let y76 = if x land 64 = 0 then (if x > 76 then
  let y77 = if x land 128 = 0 then (if x > 77 then
  let y78 = if x land 256 = 0 then (if x > 78 then
  let y79 = if x land 512 = 0 then (if x > 79 then
  let y80 = if x land 1 = 0 then (if x > 80 then
  let y81 = if x land 2 = 0 then (if x > 81 then
  let y82 = if x land 4 = 0 then (if x > 82 then
  let y83 = if x land 8 = 0 then (if x > 83 then
  let y84 = if x land 16 = 0 then (if x > 84 then
  let y85 = if x land 32 = 0 then (if x > 85 then
  let y86 = if x land 64 = 0 then (if x > 86 then
  let y87 = if x land 128 = 0 then (if x > 87 then
  let y88 = if x land 256 = 0 then (if x > 88 then
  let y89 = if x land 512 = 0 then (if x > 89 then
  let y90 = if x land 1 = 0 then (if x > 90 then
  let y91 = if x land 2 = 0 then (if x > 91 then
  let y92 = if x land 4 = 0 then (if x > 92 then
  let y93 = if x land 8 = 0 then (if x > 93 then
  let y94 = if x land 16 = 0 then (if x > 94 then
  let y95 = if x land 32 = 0 then (if x > 95 then
  let y96 = if x land 64 = 0 then (if x > 96 then
  let y97 = if x land 128 = 0 then (if x > 97 then
  let y98 = if x land 256 = 0 then (if x > 98 then
  let y99 = if x land 512 = 0 then (if x > 99 then
  let y100 = if x land 1 = 0 then (if x > 100 then
  let y101 = if x land 2 = 0 then (if x > 101 then
  let y102 = if x land 4 = 0 then (if x > 102 then
  let y103 = if x land 8 = 0 then (if x > 103 then
  let y104 = if x land 16 = 0 then (if x > 104 then
  let y105 = if x land 32 = 0 then (if x > 105 then
  let y106 = if x land 64 = 0 then (if x > 106 then
  let y107 = if x land 128 = 0 then (if x > 107 then
  let y108 = if x land 256 = 0 then (if x > 108 then
  let y109 = if x land 512 = 0 then (if x > 109 then
  let y110 = if x land 1 = 0 then (if x > 110 then
  let y111 = if x land 2 = 0 then (if x > 111 then
  let y112 = if x land 4 = 0 then (if x > 112 then
  let y113 = if x land 8 = 0 then (if x > 113 then
  let y114 = if x land 16 = 0 then (if x > 114 then
  let y115 = if x land 32 = 0 then (if x > 115 then
  let y116 = if x land 64 = 0 then (if x > 116 then
  let y117 = if x land 128 = 0 then (if x > 117 then
  let y118 = if x land 256 = 0 then (if x > 118 then
  let y119 = if x land 512 = 0 then (if x > 119 then
  let y120 = if x land 1 = 0 then (if x > 120 then
  let y121 = if x land 2 = 0 then (if x > 121 then
  let y122 = if x land 4 = 0 then (if x > 122 then
  let y123 = if x land 8 = 0 then (if x > 123 then
  let y124 = if x land 16 = 0 then (if x > 124 then
  let y125 = if x land 32 = 0 then (if x > 125 then
  let y126 = if x land 64 = 0 then (if x > 126 then
  let y127 = if x land 128 = 0 then (if x > 127 then
  let y128 = if x land 256 = 0 then (if x > 128 then
  let y129 = if x land 512 = 0 then (if x > 129 then
  let y130 = if x land 1 = 0 then (if x > 130 then
  let y131 = if x land 2 = 0 then (if x > 131 then
  let y132 = if x land 4 = 0 then (if x > 132 then
  let y133 = if x land 8 = 0 then (if x > 133 then
  let y134 = if x land 16 = 0 then (if x > 134 then
  let y135 = if x land 32 = 0 then (if x > 135 then
  let y136 = if x land 64 = 0 then (if x > 136 then
  let y137 = if x land 128 = 0 then (if x > 137 then
  let y138 = if x land 256 = 0 then (if x > 138 then
  let y139 = if x land 512 = 0 then (if x > 139 then
  let y140 = if x land 1 = 0 then (if x > 140 then
  let y141 = if x land 2 = 0 then (if x > 141 then
  let y142 = if x land 4 = 0 then (if x > 142 then
  let y143 = if x land 8 = 0 then (if x > 143 then
  let y144 = if x land 16 = 0 then (if x > 144 then
  let y145 = if x land 32 = 0 then (if x > 145 then
  let y146 = if x land 64 = 0 then (if x > 146 then
  let y147 = if x land 128 = 0 then (if x > 147 then
  let y148 = if x land 256 = 0 then (if x > 148 then
  let y149 = if x land 512 = 0 then (if x > 149 then
  let y150 = if x land 1 = 0 then (if x > 150 then
  let y151 = if x land 2 = 0 then (if x > 151 then
  let y152 = if x land 4 = 0 then (if x > 152 then
  let y153 = if x land 8 = 0 then (if x > 153 then
  let y154 = if x land 16 = 0 then (if x > 154 then
  let y155 = if x land 32 = 0 then (if x > 155 then
  let y156 = if x land 64 = 0 then (if x > 156 then
  let y157 = if x land 128 = 0 then (if x > 157 then
  let y158 = if x land 256 = 0 then (if x > 158 then
  let y159 = if x land 512 = 0 then (if x > 159 then
  let y160 = if x land 1 = 0 then (if x > 160 then
  let y161 = if x land 2 = 0 then (if x > 161 then
  let y162 = if x land 4 = 0 then (if x > 162 then
  let y163 = if x land 8 = 0 then (if x > 163 then
  let y164 = if x land 16 = 0 then (if x > 164 then
  let y165 = if x land 32 = 0 then (if x > 165 then
  let y166 = if x land 64 = 0 then (if x > 166 then
  let y167 = if x land 128 = 0 then (if x > 167 then
  let y168 = if x land 256 = 0 then (if x > 168 then
  let y169 = if x land 512 = 0 then (if x > 169 then
  let y170 = if x land 1 = 0 then (if x > 170 then
  let y171 = if x land 2 = 0 then (if x > 171 then
  let y172 = if x land 4 = 0 then (if x > 172 then
  let y173 = if x land 8 = 0 then (if x > 173 then
  let y174 = if x land 16 = 0 then (if x > 174 then
  let y175 = if x land 32 = 0 then (if x > 175 then
  let y176 = if x land 64 = 0 then (if x > 176 then
  let y177 = if x land 128 = 0 then (if x > 177 then
  let y178 = if x land 256 = 0 then (if x > 178 then
  let y179 = if x land 512 = 0 then (if x > 179 then
  let y180 = if x land 1 = 0 then (if x > 180 then
  let y181 = if x land 2 = 0 then (if x > 181 then
  let y182 = if x land 4 = 0 then (if x > 182 then
  let y183 = if x land 8 = 0 then (if x > 183 then
  let y184 = if x land 16 = 0 then (if x > 184 then
  let y185 = if x land 32 = 0 then (if x > 185 then
  let y186 = if x land 64 = 0 then (if x > 186 then
  let y187 = if x land 128 = 0 then (if x > 187 then
  let y188 = if x land 256 = 0 then (if x > 188 then
  let y189 = if x land 512 = 0 then (if x > 189 then
  let y190 = if x land 1 = 0 then (if x > 190 then
  let y191 = if x land 2 = 0 then (if x > 191 then
  let y192 = if x land 4 = 0 then (if x > 192 then
  let y193 = if x land 8 = 0 then (if x > 193 then
  let y194 = if x land 16 = 0 then (if x > 194 then
  let y195 = if x land 32 = 0 then (if x > 195 then
  let y196 = if x land 64 = 0 then (if x > 196 then
  let y197 = if x land 128 = 0 then (if x > 197 then
  let y198 = if x land 256 = 0 then (if x > 198 then
  let y199 = if x land 512 = 0 then (if x > 199 then
  0
  else 199) else 200 in ignore y199; y199 + 199
  else 198) else 199 in ignore y198; y198 + 198
  else 197) else 198 in ignore y197; y197 + 197
  else 196) else 197 in ignore y196; y196 + 196
  else 195) else 196 in ignore y195; y195 + 195
  else 194) else 195 in ignore y194; y194 + 194
  else 193) else 194 in ignore y193; y193 + 193
  else 192) else 193 in ignore y192; y192 + 192
  else 191) else 192 in ignore y191; y191 + 191
  else 190) else 191 in ignore y190; y190 + 190
  else 189) else 190 in ignore y189; y189 + 189
  else 188) else 189 in ignore y188; y188 + 188
  else 187) else 188 in ignore y187; y187 + 187
  else 186) else 187 in ignore y186; y186 + 186
  else 185) else 186 in ignore y185; y185 + 185
  else 184) else 185 in ignore y184; y184 + 184
  else 183) else 184 in ignore y183; y183 + 183
  else 182) else 183 in ignore y182; y182 + 182
  else 181) else 182 in ignore y181; y181 + 181
  else 180) else 181 in ignore y180; y180 + 180
  else 179) else 180 in ignore y179; y179 + 179
  else 178) else 179 in ignore y178; y178 + 178
  else 177) else 178 in ignore y177; y177 + 177
  else 176) else 177 in ignore y176; y176 + 176
  else 175) else 176 in ignore y175; y175 + 175
  else 174) else 175 in ignore y174; y174 + 174
  else 173) else 174 in ignore y173; y173 + 173
  else 172) else 173 in ignore y172; y172 + 172
  else 171) else 172 in ignore y171; y171 + 171
  else 170) else 171 in ignore y170; y170 + 170
  else 169) else 170 in ignore y169; y169 + 169
  else 168) else 169 in ignore y168; y168 + 168
  else 167) else 168 in ignore y167; y167 + 167
  else 166) else 167 in ignore y166; y166 + 166
  else 165) else 166 in ignore y165; y165 + 165
  else 164) else 165 in ignore y164; y164 + 164
  else 163) else 164 in ignore y163; y163 + 163
  else 162) else 163 in ignore y162; y162 + 162
  else 161) else 162 in ignore y161; y161 + 161
  else 160) else 161 in ignore y160; y160 + 160
  else 159) else 160 in ignore y159; y159 + 159
  else 158) else 159 in ignore y158; y158 + 158
  else 157) else 158 in ignore y157; y157 + 157
  else 156) else 157 in ignore y156; y156 + 156
  else 155) else 156 in ignore y155; y155 + 155
  else 154) else 155 in ignore y154; y154 + 154
  else 153) else 154 in ignore y153; y153 + 153
  else 152) else 153 in ignore y152; y152 + 152
  else 151) else 152 in ignore y151; y151 + 151
  else 150) else 151 in ignore y150; y150 + 150
  else 149) else 150 in ignore y149; y149 + 149
  else 148) else 149 in ignore y148; y148 + 148
  else 147) else 148 in ignore y147; y147 + 147
  else 146) else 147 in ignore y146; y146 + 146
  else 145) else 146 in ignore y145; y145 + 145
  else 144) else 145 in ignore y144; y144 + 144
  else 143) else 144 in ignore y143; y143 + 143
  else 142) else 143 in ignore y142; y142 + 142
  else 141) else 142 in ignore y141; y141 + 141
  else 140) else 141 in ignore y140; y140 + 140
  else 139) else 140 in ignore y139; y139 + 139
  else 138) else 139 in ignore y138; y138 + 138
  else 137) else 138 in ignore y137; y137 + 137
  else 136) else 137 in ignore y136; y136 + 136
  else 135) else 136 in ignore y135; y135 + 135
  else 134) else 135 in ignore y134; y134 + 134
  else 133) else 134 in ignore y133; y133 + 133
  else 132) else 133 in ignore y132; y132 + 132
  else 131) else 132 in ignore y131; y131 + 131
  else 130) else 131 in ignore y130; y130 + 130
  else 129) else 130 in ignore y129; y129 + 129
  else 128) else 129 in ignore y128; y128 + 128
  else 127) else 128 in ignore y127; y127 + 127
  else 126) else 127 in ignore y126; y126 + 126
  else 125) else 126 in ignore y125; y125 + 125
  else 124) else 125 in ignore y124; y124 + 124
  else 123) else 124 in ignore y123; y123 + 123
  else 122) else 123 in ignore y122; y122 + 122
  else 121) else 122 in ignore y121; y121 + 121
  else 120) else 121 in ignore y120; y120 + 120
  else 119) else 120 in ignore y119; y119 + 119
  else 118) else 119 in ignore y118; y118 + 118
  else 117) else 118 in ignore y117; y117 + 117
  else 116) else 117 in ignore y116; y116 + 116
  else 115) else 116 in ignore y115; y115 + 115
  else 114) else 115 in ignore y114; y114 + 114
  else 113) else 114 in ignore y113; y113 + 113
  else 112) else 113 in ignore y112; y112 + 112
  else 111) else 112 in ignore y111; y111 + 111
  else 110) else 111 in ignore y110; y110 + 110
  else 109) else 110 in ignore y109; y109 + 109
  else 108) else 109 in ignore y108; y108 + 108
  else 107) else 108 in ignore y107; y107 + 107
  else 106) else 107 in ignore y106; y106 + 106
  else 105) else 106 in ignore y105; y105 + 105
  else 104) else 105 in ignore y104; y104 + 104
  else 103) else 104 in ignore y103; y103 + 103
  else 102) else 103 in ignore y102; y102 + 102
  else 101) else 102 in ignore y101; y101 + 101
  else 100) else 101 in ignore y100; y100 + 100
  else 99) else 100 in ignore y99; y99 + 99
  else 98) else 99 in ignore y98; y98 + 98
  else 97) else 98 in ignore y97; y97 + 97
  else 96) else 97 in ignore y96; y96 + 96
  else 95) else 96 in ignore y95; y95 + 95
  else 94) else 95 in ignore y94; y94 + 94
  else 93) else 94 in ignore y93; y93 + 93
  else 92) else 93 in ignore y92; y92 + 92
  else 91) else 92 in ignore y91; y91 + 91
  else 90) else 91 in ignore y90; y90 + 90
  else 89) else 90 in ignore y89; y89 + 89
  else 88) else 89 in ignore y88; y88 + 88
  else 87) else 88 in ignore y87; y87 + 87
  else 86) else 87 in ignore y86; y86 + 86
  else 85) else 86 in ignore y85; y85 + 85
  else 84) else 85 in ignore y84; y84 + 84
  else 83) else 84 in ignore y83; y83 + 83
  else 82) else 83 in ignore y82; y82 + 82
  else 81) else 82 in ignore y81; y81 + 81
  else 80) else 81 in ignore y80; y80 + 80
  else 79) else 80 in ignore y79; y79 + 79
  else 78) else 79 in ignore y78; y78 + 78
  else 77) else 78 in ignore y77; y77 + 77
  else 76) else 77 in ignore y76; y76 + 76
  else 75) else 76 in ignore y75; y75 + 75
  else 74) else 75 in ignore y74; y74 + 74
  else 73) else 74 in ignore y73; y73 + 73
  else 72) else 73 in ignore y72; y72 + 72
  else 71) else 72 in ignore y71; y71 + 71
  else 70) else 71 in ignore y70; y70 + 70
  else 69) else 70 in ignore y69; y69 + 69
  else 68) else 69 in ignore y68; y68 + 68
  else 67) else 68 in ignore y67; y67 + 67
  else 66) else 67 in ignore y66; y66 + 66
  else 65) else 66 in ignore y65; y65 + 65
  else 64) else 65 in ignore y64; y64 + 64
  else 63) else 64 in ignore y63; y63 + 63
  else 62) else 63 in ignore y62; y62 + 62
  else 61) else 62 in ignore y61; y61 + 61
  else 60) else 61 in ignore y60; y60 + 60
  else 59) else 60 in ignore y59; y59 + 59
  else 58) else 59 in ignore y58; y58 + 58
  else 57) else 58 in ignore y57; y57 + 57
  else 56) else 57 in ignore y56; y56 + 56
  else 55) else 56 in ignore y55; y55 + 55
  else 54) else 55 in ignore y54; y54 + 54
  else 53) else 54 in ignore y53; y53 + 53
  else 52) else 53 in ignore y52; y52 + 52
  else 51) else 52 in ignore y51; y51 + 51
  else 50) else 51 in ignore y50; y50 + 50
  else 49) else 50 in ignore y49; y49 + 49
  else 48) else 49 in ignore y48; y48 + 48
  else 47) else 48 in ignore y47; y47 + 47
  else 46) else 47 in ignore y46; y46 + 46
  else 45) else 46 in ignore y45; y45 + 45
  else 44) else 45 in ignore y44; y44 + 44
  else 43) else 44 in ignore y43; y43 + 43
  else 42) else 43 in ignore y42; y42 + 42
  else 41) else 42 in ignore y41; y41 + 41
  else 40) else 41 in ignore y40; y40 + 40
  else 39) else 40 in ignore y39; y39 + 39
  else 38) else 39 in ignore y38; y38 + 38
  else 37) else 38 in ignore y37; y37 + 37
  else 36) else 37 in ignore y36; y36 + 36
  else 35) else 36 in ignore y35; y35 + 35
  else 34) else 35 in ignore y34; y34 + 34
  else 33) else 34 in ignore y33; y33 + 33
  else 32) else 33 in ignore y32; y32 + 32
  else 31) else 32 in ignore y31; y31 + 31
  else 30) else 31 in ignore y30; y30 + 30
  else 29) else 30 in ignore y29; y29 + 29
  else 28) else 29 in ignore y28; y28 + 28
  else 27) else 28 in ignore y27; y27 + 27
  else 26) else 27 in ignore y26; y26 + 26
  else 25) else 26 in ignore y25; y25 + 25
  else 24) else 25 in ignore y24; y24 + 24
  else 23) else 24 in ignore y23; y23 + 23
  else 22) else 23 in ignore y22; y22 + 22
  else 21) else 22 in ignore y21; y21 + 21
  else 20) else 21 in ignore y20; y20 + 20
  else 19) else 20 in ignore y19; y19 + 19
  else 18) else 19 in ignore y18; y18 + 18
  else 17) else 18 in ignore y17; y17 + 17
  else 16) else 17 in ignore y16; y16 + 16
  else 15) else 16 in ignore y15; y15 + 15
  else 14) else 15 in ignore y14; y14 + 14
  else 13) else 14 in ignore y13; y13 + 13
  else 12) else 13 in ignore y12; y12 + 12
  else 11) else 12 in ignore y11; y11 + 11
  else 10) else 11 in ignore y10; y10 + 10
  else 9) else 10 in ignore y9; y9 + 9
  else 8) else 9 in ignore y8; y8 + 8
  else 7) else 8 in ignore y7; y7 + 7
  else 6) else 7 in ignore y6; y6 + 6
  else 5) else 6 in ignore y5; y5 + 5
  else 4) else 5 in ignore y4; y4 + 4
  else 3) else 4 in ignore y3; y3 + 3
  else 2) else 3 in ignore y2; y2 + 2
  else 1) else 2 in ignore y1; y1 + 1
  else 0) else 1 in ignore y0; y0 + 0
let () =
  for i = -1 to 401 do print_int (f i); print_char ' ' done; print_newline ();
  for i = 0 to 205 do print_int (g (List.init i Fun.id)); print_char ' ' done; print_newline (); print_int (g [ 1; 2; 5000 ]); print_newline ();
  for i = 0 to 300 do print_int (h (opaque i)); print_char ' ' done; print_newline ()
