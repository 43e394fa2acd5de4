//! The ratios as a picture: a line a benchmark, a dot a contestant, on a logarithmic scale.

use svg::Document;
use svg::node::element::{Circle, Line, Rectangle, Text};

use super::measure::Measured;
use super::table::{mean, ratio};

/// The contestants that are drawn, with their labels and colours: those that a user has, each with the target that suits it.
const DRAWN: [(&str, &str, &str); 3] =
    [("luajit/portable", "LuaJIT", "#1b6ca8"), ("lua5.4/lua54", "Lua 5.4", "#d1495b"), ("lua5.1/portable", "Lua 5.1", "#edae49")];

/// What the scale spans, and the ratios that are marked on it.
const LOWEST: f64 = 0.03;
const HIGHEST: f64 = 40.0;
const MARKS: [f64; 7] = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];

/// In pixels: the left edge of the scale, its width, the top of the first line, and the height of each.
const LEFT: f64 = 110.0;
const WIDTH: f64 = 560.0;
const TOP: f64 = 62.0;
const HEIGHT: f64 = 20.0;

fn x(ratio: f64) -> f64 {
    let share = (ratio / LOWEST).ln() / (HIGHEST / LOWEST).ln();
    ((LEFT + WIDTH * share.clamp(0.0, 1.0)) * 10.0).round() / 10.0
}

fn text(content: &str, x: f64, y: f64, anchor: &str) -> Text {
    Text::new(content).set("x", x).set("y", y).set("text-anchor", anchor).set("fill", "#333333")
}

fn line(x1: f64, y1: f64, x2: f64, y2: f64, colour: &str) -> Line {
    Line::new().set("x1", x1).set("y1", y1).set("x2", x2).set("y2", y2).set("stroke", colour)
}

fn dot(x: f64, y: f64, radius: f64, colour: &str) -> Circle {
    Circle::new().set("cx", x).set("cy", y).set("r", radius).set("fill", colour)
}

/// The text of an SVG file.
pub fn svg(measured: &Measured) -> String {
    let rows = measured.benchmarks.len() + 1;
    let bottom = TOP + HEIGHT * rows as f64;
    let (width, height) = (LEFT + WIDTH + 30.0, bottom + 14.0);
    let ground = Rectangle::new().set("width", width).set("height", height).set("fill", "#ffffff");
    let title = text("processor time, ocamlrun = 1 (to the left is faster)", LEFT, 18.0, "start");
    let mut document = Document::new()
        .set("viewBox", (0.0, 0.0, width, height))
        .set("font-family", "sans-serif")
        .set("font-size", 12)
        .add(ground)
        .add(title);
    for mark in MARKS {
        let colour = if mark == 1.0 { "#555555" } else { "#dddddd" };
        document = document.add(line(x(mark), TOP - 8.0, x(mark), bottom, colour)).add(text(
            &mark.to_string(),
            x(mark),
            TOP - 13.0,
            "middle",
        ));
    }
    let names = measured.benchmarks.iter().map(String::as_str).chain(["mean"]);
    for (row, name) in names.enumerate() {
        let y = TOP + HEIGHT * (row as f64 + 0.5);
        document = document.add(text(name, LEFT - 12.0, y + 4.0, "end")).add(line(LEFT, y, LEFT + WIDTH, y, "#eeeeee"));
    }
    let mut key = LEFT + 330.0;
    for (name, label, colour) in DRAWN {
        let Some(i) = measured.contestants.iter().position(|contestant| contestant == name) else { continue };
        document = document.add(dot(key, 14.0, 5.0, colour)).add(text(label, key + 9.0, 18.0, "start"));
        key += 80.0;
        let ratios: Vec<Option<f64>> = measured.seconds.iter().map(|times| ratio(times, i)).collect();
        for (row, ratio) in ratios.iter().copied().chain([mean(&ratios)]).enumerate() {
            if let Some(ratio) = ratio {
                let radius = if row == ratios.len() { 7.0 } else { 5.0 };
                document = document.add(dot(x(ratio), TOP + HEIGHT * (row as f64 + 0.5), radius, colour));
            }
        }
    }
    format!("{document}\n")
}
