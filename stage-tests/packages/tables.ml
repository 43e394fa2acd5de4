(* Csv: reads a table with quoted fields from the standard input, and writes it in other shapes. *)
let () =
  let table = Csv.load_in stdin in
  Printf.printf "%d lines, %d columns, square: %b\n" (Csv.lines table) (Csv.columns table) (Csv.is_square table);
  Csv.print_readable (Csv.set_columns ~cols:(Csv.columns table) table);
  let trimmed = Csv.trim ~top:true ~left:false ~right:true ~bottom:true table in
  Csv.print ~separator:';' trimmed;
  print_endline (String.concat "/" (List.map (fun row -> string_of_int (List.length row)) trimmed));
  let header, rows = (List.hd table, List.filter (fun row -> row <> [ "" ]) (List.tl table)) in
  List.iter (fun row -> List.iter (fun (key, value) -> Printf.printf "%s=%S " key value) row; print_newline ()) (Csv.associate header rows);
  Csv.print (Csv.transpose (Csv.square table));
  Csv.print (Csv.concat [ Csv.sub 0 0 3 2 table; Csv.sub 1 1 2 1 table ]);
  Printf.printf "%d\n" (Csv.compare table trimmed);
  let out = Csv.to_channel ~quote_all:true stdout in
  Csv.output_all out [ [ "a"; "b\"c"; "" ]; [ "1,2"; " x "; "line\nbreak" ] ];
  Csv.close_out out;
  ()
