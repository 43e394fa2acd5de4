(* Ocamlgraph: shortest paths, components, orders, spanning trees, flows and drawings of graphs that are made here. *)
module Vertex = struct
  type t = string
  let compare = compare
  let hash = Hashtbl.hash
  let equal = ( = )
end

module Weight = struct
  type t = int
  type edge = int
  let compare = compare
  let default = 1
  let weight e = e
  let add = ( + )
  let zero = 0
end

module G = Graph.Persistent.Digraph.ConcreteLabeled (Vertex) (Weight)
module U = Graph.Imperative.Graph.Concrete (struct type t = int let compare = compare let hash x = x let equal = ( = ) end)
module W = struct type edge = G.E.t type t = int let weight = G.E.label let compare = compare let add = ( + ) let zero = 0 end
module Dijkstra = Graph.Path.Dijkstra (G) (W)
module Bellman = Graph.Path.BellmanFord (G) (W)
module Components = Graph.Components.Make (G)
module Order = Graph.Topological.Make_stable (G)
module Depth = Graph.Traverse.Dfs (G)
module Breadth = Graph.Traverse.Bfs (U)
module Closure = Graph.Oper.P (G)
module Colouring = Graph.Coloring.Make (U)
module Dominators = Graph.Dominator.Make (G)
module Tree = Graph.Kruskal.Make (G) (struct type t = int let compare = compare end)
module Flow = Graph.Flow.Goldberg_Tarjan (G) (struct type t = int type label = int let max_capacity x = x let min_capacity _ = 0 let flow _ = 0 let add = ( + ) let sub = ( - ) let zero = 0 let compare = compare end)

module Drawing = Graph.Graphviz.Dot (struct
  include G
  let edge_attributes e = [ `Label (string_of_int (E.label e)) ]
  let default_edge_attributes _ = []
  let get_subgraph _ = None
  let vertex_attributes v = [ `Shape (if v = "a" then `Box else `Circle) ]
  let vertex_name v = v
  let default_vertex_attributes _ = []
  let graph_attributes _ = [ `Rankdir `LeftToRight ]
end)

let edges = [ ("a", 7, "b"); ("a", 3, "c"); ("c", 1, "b"); ("b", 2, "d"); ("c", 8, "d"); ("d", 4, "e"); ("e", 5, "c"); ("f", 1, "a"); ("g", 2, "f"); ("e", 1, "h") ]
let graph = List.fold_left (fun g (x, w, y) -> G.add_edge_e g (G.E.create x w y)) G.empty edges

let () =
  Printf.printf "%d vertices, %d edges\n" (G.nb_vertex graph) (G.nb_edges graph);
  let path, length = Dijkstra.shortest_path graph "a" "h" in
  Printf.printf "a to h: %d by %s\n" length (String.concat " " (List.map (fun e -> G.E.src e ^ G.E.dst e) path));
  (match Dijkstra.shortest_path graph "h" "a" with _ -> () | exception Not_found -> print_endline "no way back");
  let distances = Bellman.all_shortest_paths graph "g" in
  List.iter (fun v -> Printf.printf "g to %s: %d\n" v (Bellman.H.find distances v)) [ "a"; "b"; "h" ];
  Array.iter (fun c -> Printf.printf "[%s] " (String.concat " " (List.sort compare c))) (Components.scc_array graph);
  print_newline ();
  Order.iter (fun v -> print_string (v ^ " ")) (G.remove_edge graph "e" "c");
  print_newline ();
  Depth.prefix (fun v -> print_string (v ^ " ")) graph;
  print_newline ();
  Depth.postfix_component (fun v -> print_string (v ^ " ")) graph "a";
  Printf.printf "\ncycle: %b\n" (Depth.has_cycle graph);
  Printf.printf "closure %d, mirror of a: %s\n" (G.nb_edges (Closure.transitive_closure graph)) (String.concat " " (G.succ (Closure.mirror graph) "a"));
  let idom = Dominators.compute_idom graph "g" in
  List.iter (fun v -> Printf.printf "%s<%s " (idom v) v) [ "f"; "a"; "b"; "c"; "d"; "e"; "h" ];
  Printf.printf "\nspanning tree: %d\n" (List.fold_left (fun n e -> n + G.E.label e) 0 (Tree.spanningtree graph));
  let _, flow = Flow.maxflow graph "a" "h" in
  Printf.printf "flow: %d\n" flow;
  Drawing.output_graph stdout graph;
  let ring = U.create () in
  for i = 0 to 49 do U.add_edge ring i ((i + 1) mod 50); if i * i mod 50 <> i then U.add_edge ring i (i * i mod 50) done;
  Breadth.iter_component (fun v -> Printf.printf "%d " v) ring 0;
  print_newline ();
  let colours = Colouring.coloring ring 5 in
  let proper = U.fold_edges (fun a b ok -> ok && (a = b || Colouring.H.find colours a <> Colouring.H.find colours b)) ring true in
  Printf.printf "coloured: %b\n" proper;
  let module R = Graph.Rand.I (U) in
  Random.init 7;
  let random = R.graph ~v:20 ~e:30 () in
  U.iter_edges (fun a b -> Printf.printf "%d-%d " a b) random;
  print_newline ()
