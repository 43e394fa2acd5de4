//! The result for people, and as a file to compare with.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::measure::Measured;

/// The time as a ratio to that of the first contestant, ocamlrun.
pub fn ratio(row: &[Option<f64>], i: usize) -> Option<f64> {
    match (row.first(), row.get(i)) {
        (Some(Some(reference)), Some(Some(time))) if *reference > 0.0 => Some(time / reference),
        _ => None,
    }
}

/// The geometric mean; what failed does not count.
pub fn mean(ratios: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = ratios.iter().flatten().copied().collect();
    if known.is_empty() { None } else { Some((known.iter().map(|r| r.ln()).sum::<f64>() / known.len() as f64).exp()) }
}

fn cell(ratio: Option<f64>) -> String {
    match ratio {
        Some(r) if r >= 10.0 => format!("{r:.1}"),
        Some(r) => format!("{r:.2}"),
        None => "failed".into(),
    }
}

fn row(first: &str, cells: &[String], widths: &[usize]) -> String {
    let mut line = format!("{first:12}");
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(&format!("  {cell:>width$}"));
    }
    line + "\n"
}

/// The ratios, a line a benchmark, and their geometric means.
pub fn text(measured: &Measured) -> String {
    let widths: Vec<usize> = measured.contestants.iter().map(|name| name.len().max(6)).collect();
    let mut text = row("", &measured.contestants, &widths);
    let mut columns = vec![Vec::new(); widths.len()];
    for (benchmark, times) in measured.benchmarks.iter().zip(&measured.seconds) {
        let mut cells = Vec::new();
        for (i, column) in columns.iter_mut().enumerate() {
            let ratio = ratio(times, i);
            column.push(ratio);
            let seconds = times.first().copied().flatten().unwrap_or_default();
            cells.push(if i == 0 { format!("{seconds:.2} s") } else { cell(ratio) });
        }
        text.push_str(&row(benchmark, &cells, &widths));
    }
    let means: Vec<String> = columns.iter().map(|column| cell(mean(column))).collect();
    text + &row("mean", &means, &widths)
}

/// By contestant the ratios of the benchmarks.
pub fn json(measured: &Measured) -> Result<String> {
    let mut all = Map::new();
    for (i, contestant) in measured.contestants.iter().enumerate().skip(1) {
        let mut ratios = Map::new();
        for (benchmark, times) in measured.benchmarks.iter().zip(&measured.seconds) {
            if let Some(ratio) = ratio(times, i) {
                ratios.insert(benchmark.clone(), json!((ratio * 1000.0).round() / 1000.0));
            }
        }
        all.insert(contestant.clone(), Value::Object(ratios));
    }
    Ok(serde_json::to_string_pretty(&Value::Object(all))? + "\n")
}

/// The ratios divided by those of a baseline: below 1 is faster than it was.
pub fn changes(measured: &Measured, baseline: &Value) -> String {
    let widths: Vec<usize> = measured.contestants.iter().skip(1).map(|name| name.len().max(6)).collect();
    let mut text = row("change", &measured.contestants[1..], &widths);
    let mut columns = vec![Vec::new(); widths.len()];
    for (benchmark, times) in measured.benchmarks.iter().zip(&measured.seconds) {
        let mut cells = Vec::new();
        for (i, column) in columns.iter_mut().enumerate() {
            let before =
                baseline.get(&measured.contestants[i + 1]).and_then(|ratios| ratios.get(benchmark)).and_then(Value::as_f64);
            let change = ratio(times, i + 1).zip(before).map(|(now, before)| now / before);
            column.push(change);
            cells.push(change.map_or("-".into(), |c| cell(Some(c))));
        }
        text.push_str(&row(benchmark, &cells, &widths));
    }
    let means: Vec<String> = columns.iter().map(|column| mean(column).map_or("-".into(), |m| cell(Some(m)))).collect();
    text + &row("mean", &means, &widths)
}
