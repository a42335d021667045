//! Numbers as data: the keys of the contract's JSON, told once for the command line and for the pages' machine-readable twins.
//!
//! Official numbers are decimal strings, counts are integers, dates are `YYYY-MM-DD`. Who may see which part is decided by the caller.

use serde_json::{Map, Value, json};
use zhiheng_pack::indicator::Goal;
use zhiheng_pack::{Decimal, Indicator, Pack, day};

use crate::board::{Board, Number, Row, When, print, round};
use crate::hex;

/// A board with every live number.
pub fn of_board(board: &Board) -> Map<String, Value> {
    let targets = board.rows.iter().filter_map(|row| {
        let indicator = board.pack.indicators.get(row.indicator)?;
        let mut target = of_target(indicator, board.when.as_of);
        target.extend(of_row(indicator, row));
        Some(Value::Object(target))
    });
    let mut data = head(&board.pack, board.when);
    data.insert("records".into(), json!(board.records));
    data.insert("targets".into(), targets.collect());
    data
}

/// Which place, which day, which pack.
pub fn head(pack: &Pack, when: When) -> Map<String, Value> {
    object(json!({
        "place": pack.place,
        "as_of": day::date(when.as_of).to_string(),
        "known_on": when.known_on.map(|known| day::date(known).to_string()),
        "pack_hash": hex(&pack.hash),
    }))
}

/// What the plan itself says of a target, and the share of time that has passed on a day.
pub fn of_target(indicator: &Indicator, day: i32) -> Map<String, Value> {
    object(json!({
        "id": indicator.id,
        "row": indicator.row,
        "name": indicator.name,
        "form": indicator.form.name(),
        "mode": indicator.mode.name(),
        "unit": indicator.unit,
        "baseline": indicator.baseline.as_ref().and_then(|baseline| baseline.value).map(plain),
        "target": indicator.target.as_ref().map(|target| plain(target.value)),
        "op": op(indicator),
        "elapsed": indicator.elapsed(day).map(|elapsed| round(elapsed, 2).to_string()),
    }))
}

/// The live number of a row with its verdict.
pub fn of_row(indicator: &Indicator, row: &Row) -> Map<String, Value> {
    let mut data = of_number(indicator, &row.number);
    data.extend(object(json!({
        "light": row.verdict.light.name(),
        "hint": row.hint.map(|hint| hint.name()),
        "progress": row.verdict.progress.map(|progress| round(progress, 4).to_string()),
        "margin": row.verdict.margin.map(|margin| round(margin, indicator.decimals.max(1)).to_string()),
        "reported": row.reported.as_ref().and_then(|number| number.value).map(|value| print(value, indicator.decimals)),
        "reason": row.reason,
    })));
    data
}

/// A number with everything that belongs to it.
pub fn of_number(indicator: &Indicator, number: &Number) -> Map<String, Value> {
    object(json!({
        "value": number.value.map(|value| print(value, indicator.decimals)),
        "numerator": number.numerator.map(amount),
        "denominator": number.denominator.map(amount),
        "n": number.n,
        "interval": number.interval.map(|(low, high)| json!([low.to_string(), high.to_string()])),
        "dated": number.dated.map(|dated| day::date(dated).to_string()),
    }))
}

fn object(data: Value) -> Map<String, Value> {
    match data {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The comparison that the programme makes: a floor is a floor even where the plan writes a bare figure.
fn op(indicator: &Indicator) -> &str {
    match indicator.goal {
        Goal::Floor | Goal::ScoreFloor | Goal::Hold => ">=",
        _ => indicator.target.as_ref().map_or("=", |target| &target.op),
    }
}

fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

/// Counts are JSON integers; sums of measured amounts are decimal strings.
fn amount(value: Decimal) -> Value {
    let value = value.normalize();
    match i64::try_from(value.mantissa()) {
        Ok(number) if value.scale() == 0 => json!(number),
        _ => json!(value.to_string()),
    }
}
