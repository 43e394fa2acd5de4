(* A match over 100 strings of all lengths. *)
let f = function
  | "becffdcebebbgf" -> 0
  | "dggcbgddcg" -> 1
  | "ebffbhgbcdbbbggbeeh" -> 2
  | "ehbfeagbdffcfebef" -> 3
  | "ehechabhdea" -> 4
  | "chchhfheeh" -> 5
  | "cdehccafbahah" -> 6
  | "ddcgefebdegfehbbb" -> 7
  | "efahdacbfhdgbdadgecg" -> 8
  | "debcebhgcgdbhf" -> 9
  | "eecehhgbcdhbhdcdcb" -> 10
  | "ahffcaaehbdagghgh" -> 11
  | "abcgafaeghgha" -> 12
  | "dga" -> 13
  | "eadgcfdffaccbe" -> 14
  | "bhadahgaaegheaad" -> 15
  | "e" -> 16
  | "deahdadefbbgfgaecah" -> 17
  | "eabhfdfgcehbbegf" -> 18
  | "cgfadeebabfgeaedba" -> 19
  | "bcahceababbeee" -> 20
  | "aefeheefcahefeheffe" -> 21
  | "cfaafhehfgcgghad" -> 22
  | "cbhadgbefg" -> 23
  | "cbd" -> 24
  | "cbcehcabga" -> 25
  | "eghffachahhfad" -> 26
  | "adagfaehhb" -> 27
  | "edbfhaeacgahad" -> 28
  | "efd" -> 29
  | "aggggac" -> 30
  | "bbdfggaggcdfgfbf" -> 31
  | "adcgcdfbceaheh" -> 32
  | "bahdahdbfdbfbcdga" -> 33
  | "cdfhgccafbabbhdgh" -> 34
  | "aageb" -> 35
  | "c" -> 36
  | "bhdbg" -> 37
  | "ahgfb" -> 38
  | "fcfg" -> 39
  | "cchggbffhdhgchach" -> 40
  | "cgaehdebdgghddf" -> 41
  | "abcgadaadhfghdde" -> 42
  | "bchcca" -> 43
  | "deeehfbhgdggbcbhfaef" -> 44
  | "adheceehhbaceefe" -> 45
  | "fchhcaeafgagfgah" -> 46
  | "dehbeagehecch" -> 47
  | "dfbhfbhfaha" -> 48
  | "bebefggbbeb" -> 49
  | "ag" -> 50
  | "cccgcbdabgbeabg" -> 51
  | "ahbdccdgbggdeaddbf" -> 52
  | "efdffda" -> 53
  | "ehdcadadbgf" -> 54
  | "bchhhhe" -> 55
  | "dhaabbfcffeehcbeeae" -> 56
  | "aafbbd" -> 57
  | "bdeeebcb" -> 58
  | "ebbhdbfbbfgcffae" -> 59
  | "eadchcdcah" -> 60
  | "bab" -> 61
  | "ebecedahafffaahhcb" -> 62
  | "fbagacgdbbhdcgfd" -> 63
  | "bacfa" -> 64
  | "b" -> 65
  | "cacbfchd" -> 66
  | "dahfh" -> 67
  | "cfgb" -> 68
  | "cfb" -> 69
  | "eadcfbgfcecacgbahfb" -> 70
  | "cdbggdghdegebf" -> 71
  | "cf" -> 72
  | "cagbfhhffacecedebdee" -> 73
  | "d" -> 74
  | "ahfhggcaehdbcehbegfc" -> 75
  | "aghfgbddfafgegbfae" -> 76
  | "ccefddc" -> 77
  | "dcgbbaacddahhfagheg" -> 78
  | "cedgbfdggde" -> 79
  | "bbecagcfebg" -> 80
  | "fchbdghgabf" -> 81
  | "fegg" -> 82
  | "ebebgeeheeafhhg" -> 83
  | "dccgbcgfcag" -> 84
  | "cfbeccehfeaba" -> 85
  | "dhff" -> 86
  | "defdh" -> 87
  | "ehchbeefabdafhh" -> 88
  | "dfbfbahcbfdhgd" -> 89
  | "cd" -> 90
  | "efef" -> 91
  | "bbah" -> 92
  | "cbgchfcbhefbf" -> 93
  | "dbce" -> 94
  | "fehgcaah" -> 95
  | "abgbhg" -> 96
  | "bfeafbefe" -> 97
  | "efaecgegfcedaahce" -> 98
  | "chfebhcdcd" -> 99
  | _ -> -1
let () =
  List.iter (fun s -> print_int (f s); print_char ' '; print_int (f (s ^ "x")); print_char ' ')
    [
      "becffdcebebbgf";
      "dggcbgddcg";
      "ebffbhgbcdbbbggbeeh";
      "ehbfeagbdffcfebef";
      "ehechabhdea";
      "chchhfheeh";
      "cdehccafbahah";
      "ddcgefebdegfehbbb";
      "efahdacbfhdgbdadgecg";
      "debcebhgcgdbhf";
      "eecehhgbcdhbhdcdcb";
      "ahffcaaehbdagghgh";
      "abcgafaeghgha";
      "dga";
      "eadgcfdffaccbe";
      "bhadahgaaegheaad";
      "e";
      "deahdadefbbgfgaecah";
      "eabhfdfgcehbbegf";
      "cgfadeebabfgeaedba";
      "bcahceababbeee";
      "aefeheefcahefeheffe";
      "cfaafhehfgcgghad";
      "cbhadgbefg";
      "cbd";
      "cbcehcabga";
      "eghffachahhfad";
      "adagfaehhb";
      "edbfhaeacgahad";
      "efd";
      "aggggac";
      "bbdfggaggcdfgfbf";
      "adcgcdfbceaheh";
      "bahdahdbfdbfbcdga";
      "cdfhgccafbabbhdgh";
      "aageb";
      "c";
      "bhdbg";
      "ahgfb";
      "fcfg";
      "cchggbffhdhgchach";
      "cgaehdebdgghddf";
      "abcgadaadhfghdde";
      "bchcca";
      "deeehfbhgdggbcbhfaef";
      "adheceehhbaceefe";
      "fchhcaeafgagfgah";
      "dehbeagehecch";
      "dfbhfbhfaha";
      "bebefggbbeb";
      "ag";
      "cccgcbdabgbeabg";
      "ahbdccdgbggdeaddbf";
      "efdffda";
      "ehdcadadbgf";
      "bchhhhe";
      "dhaabbfcffeehcbeeae";
      "aafbbd";
      "bdeeebcb";
      "ebbhdbfbbfgcffae";
      "eadchcdcah";
      "bab";
      "ebecedahafffaahhcb";
      "fbagacgdbbhdcgfd";
      "bacfa";
      "b";
      "cacbfchd";
      "dahfh";
      "cfgb";
      "cfb";
      "eadcfbgfcecacgbahfb";
      "cdbggdghdegebf";
      "cf";
      "cagbfhhffacecedebdee";
      "d";
      "ahfhggcaehdbcehbegfc";
      "aghfgbddfafgegbfae";
      "ccefddc";
      "dcgbbaacddahhfagheg";
      "cedgbfdggde";
      "bbecagcfebg";
      "fchbdghgabf";
      "fegg";
      "ebebgeeheeafhhg";
      "dccgbcgfcag";
      "cfbeccehfeaba";
      "dhff";
      "defdh";
      "ehchbeefabdafhh";
      "dfbfbahcbfdhgd";
      "cd";
      "efef";
      "bbah";
      "cbgchfcbhefbf";
      "dbce";
      "fehgcaah";
      "abgbhg";
      "bfeafbefe";
      "efaecgegfcedaahce";
      "chfebhcdcd";
    ];
  print_newline ()
