//! Strings made by `Printf.sprintf`, with conversions of every kind.

use super::generate::Generator;
use super::types::Ty;

impl Generator {
    pub fn formatted(&mut self, depth: usize) -> String {
        let mut format = String::new();
        let mut arguments = Vec::new();
        for _ in 0..4 {
            format += *self.choices.pick(&["", " ", "x=", "%%", "\\n", "@", "-"]);
            let (conversion, types) = self.conversion();
            format += &conversion;
            arguments.extend(types.iter().map(|ty| self.argument(ty, depth)));
            if !self.choices.chance(1, 2) {
                break;
            }
        }
        format!("(clip (Printf.sprintf \"{format}\" {}))", arguments.join(" "))
    }

    fn argument(&mut self, ty: &str, depth: usize) -> String {
        match ty {
            // These show all bits of a negative int.
            "bits" if self.mode.wide => self.expr(&Ty::con("int"), depth),
            "bits" => format!("({} land 0xffff)", self.expr(&Ty::con("int"), depth)),
            // The sign of nan is not the same everywhere.
            "float" => format!("(number {})", self.expr(&Ty::con("float"), depth)),
            "width" => ["0", "1", "5", "12"][self.choices.below(4)].to_string(),
            "printer" => "(fun () x -> sh_int x)".to_string(),
            _ => self.expr(&Ty::con(ty), depth),
        }
    }

    /// A conversion and the types of its arguments.
    fn conversion(&mut self) -> (String, Vec<&'static str>) {
        let kinds: &[(&str, &str)] = &[
            ("d", "int"),
            ("s", "string"),
            ("S", "string"),
            ("c", "char"),
            ("C", "char"),
            ("B", "bool"),
            ("i", "int"),
            ("f", "float"),
            ("g", "float"),
            ("e", "float"),
            ("h", "float"),
            ("F", "float"),
            ("E", "float"),
            ("G", "float"),
            ("H", "float"),
            ("x", "bits"),
            ("X", "bits"),
            ("o", "bits"),
            ("u", "bits"),
            ("ld", "int32"),
            ("lx", "int32"),
            ("lu", "int32"),
            ("Ld", "int64"),
            ("Lx", "int64"),
            ("Lu", "int64"),
            ("Lo", "int64"),
            ("a", "int"),
        ];
        let (kind, ty) = *self.choices.pick(kinds);
        if kind == "a" {
            return ("%a".to_string(), vec!["printer", ty]);
        }
        let (mut flags, mut types) = (String::new(), Vec::new());
        let number = !["s", "S", "c", "C", "B"].contains(&kind);
        let float = ty == "float";
        if kind != "c" && kind != "C" && kind != "S" && kind != "B" && kind != "F" {
            let padded = self.choices.below(4);
            match padded {
                1 if number => flags += "0",
                2 => flags += "-",
                _ => (),
            }
            if number && (float || kind.ends_with(['d', 'i'])) {
                flags += *self.choices.pick(&["", "", "+", " "]);
            }
            if kind.ends_with(['x', 'X', 'o']) && self.choices.chance(1, 3) {
                flags += "#";
            }
            if padded > 0 {
                if self.choices.chance(1, 4) {
                    flags += "*";
                    types.push("width");
                } else {
                    flags += *self.choices.pick(&["5", "1", "12", "23"]);
                }
            }
        }
        if float && kind != "h" && kind != "H" && self.choices.chance(1, 2) {
            flags += *self.choices.pick(&[".0", ".3", ".1", ".10", ".17"]);
        }
        types.push(ty);
        (format!("%{flags}{kind}"), types)
    }
}
