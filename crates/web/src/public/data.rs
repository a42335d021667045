//! 数据: the machine-readable twins of the pages, under the same rules of who sees what.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use zhiheng_app::{Board, BoardFormat, IndicatorView, Number, Row, When, hex, print, round};
use zhiheng_pack::indicator::Goal;
use zhiheng_pack::{Decimal, Indicator, Pack, day};
use zhiheng_sheet::{Encoding, Sheet, SheetCell, SheetColumn, write_csv};

use super::numbers;
use crate::extract::{Params, Visit};
use crate::problem::Answer;
use crate::server::Server;

/// `GET /board.json`
pub(crate) async fn board_json(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let when = numbers::when_of(&params, server.app().today());
    let data = match visit.sees_live() {
        true => server.run(move |app| app.board(when)).await.map(|board| live_board(&board))?,
        false => plan_board(&server.app().pack, when),
    };
    Ok(Json(data).into_response())
}

/// `GET /board.csv`
pub(crate) async fn board_csv(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let when = numbers::when_of(&params, server.app().today());
    let bytes = match visit.sees_live() {
        true => server.run(move |app| app.export_board(when, BoardFormat::Csv, "")).await?.bytes,
        false => write_csv(&plan_sheet(&server.app().pack), Encoding::Utf8),
    };
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], bytes).into_response())
}

fn live_board(board: &Board) -> Value {
    let targets = board.rows.iter().filter_map(|row| {
        let indicator = board.pack.indicators.get(row.indicator)?;
        let mut target = plan_target(indicator, board.when.as_of);
        target.extend(live_target(indicator, row));
        Some(Value::Object(target))
    });
    let mut data = head(&board.pack, board.when);
    data.insert("records".into(), json!(board.records));
    data.insert("targets".into(), targets.collect());
    Value::Object(data)
}

fn plan_board(pack: &Pack, when: When) -> Value {
    let targets = pack.indicators.iter().filter(|indicator| !indicator.helper);
    let mut data = head(pack, when);
    data.insert("targets".into(), targets.map(|one| Value::Object(plan_target(one, when.as_of))).collect());
    Value::Object(data)
}

fn head(pack: &Pack, when: When) -> Map<String, Value> {
    let data = json!({
        "place": pack.place,
        "demo": pack.demo,
        "as_of": day::date(when.as_of).to_string(),
        "known_on": when.known_on.map(|known| day::date(known).to_string()),
        "pack_hash": hex(&pack.hash),
    });
    object(data)
}

fn object(data: Value) -> Map<String, Value> {
    match data {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn plan_target(indicator: &Indicator, day: i32) -> Map<String, Value> {
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

fn live_target(indicator: &Indicator, row: &Row) -> Map<String, Value> {
    let mut data = object(json!({
        "light": row.verdict.light.name(),
        "hint": row.hint.map(|hint| hint.name()),
        "progress": row.verdict.progress.map(|progress| round(progress, 4).to_string()),
        "margin": row.verdict.margin.map(|margin| round(margin, indicator.decimals.max(1)).to_string()),
        "reason": row.reason,
        "reported": row.reported.as_ref().and_then(|number| number.value).map(|value| print(value, indicator.decimals)),
    }));
    data.extend(number(indicator, &row.number));
    data
}

fn number(indicator: &Indicator, number: &Number) -> Map<String, Value> {
    object(json!({
        "value": number.value.map(|value| print(value, indicator.decimals)),
        "numerator": number.numerator.map(amount),
        "denominator": number.denominator.map(amount),
        "n": number.n,
        "interval": number.interval.map(|(low, high)| json!([low.to_string(), high.to_string()])),
        "dated": number.dated.map(|dated| day::date(dated).to_string()),
    }))
}

/// An indicator's page as data.
pub(crate) fn indicator(pack: &Pack, indicator: &Indicator, view: Option<&IndicatorView>, when: When) -> Value {
    let mut data = head(pack, when);
    data.extend(plan_target(indicator, when.as_of));
    data.insert("quote".into(), json!(indicator.quote));
    data.insert("definition".into(), json!(indicator.definition));
    data.insert("version".into(), json!(indicator.version));
    if let Some(view) = view {
        data.extend(live_target(indicator, &view.row));
        let years = view.years.iter().map(|part| {
            let mut year = number(indicator, &part.number);
            year.insert("year".into(), json!(part.period));
            Value::Object(year)
        });
        data.insert("years".into(), years.collect());
        let part = |parts: &[zhiheng_app::AreaNumber]| -> Value {
            let one = |part: &zhiheng_app::AreaNumber| {
                let mut data = object(json!({ "id": part.id, "name": part.name }));
                data.extend(number(indicator, &part.number));
                Value::Object(data)
            };
            parts.iter().map(one).collect()
        };
        data.insert("areas".into(), part(&view.areas));
        data.insert("bodies".into(), part(&view.bodies));
    }
    Value::Object(data)
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

fn plan_sheet(pack: &Pack) -> Sheet {
    let columns = ["序号", "类别", "指标", "计量单位", "基期", "目标", "责任单位"];
    let text = |text: String| SheetCell::Text(text);
    let rows = pack.indicators.iter().filter(|indicator| !indicator.helper).map(|indicator| {
        vec![
            text(indicator.row.map(|row| row.to_string()).unwrap_or_default()),
            text(numbers::group(pack, indicator).to_owned()),
            text(indicator.name.clone()),
            text(indicator.unit.clone()),
            text(numbers::baseline(indicator)),
            text(numbers::target(indicator)),
            text(numbers::bodies(pack, indicator)),
        ]
    });
    Sheet {
        name: "目标指标".into(),
        columns: columns.map(|header| SheetColumn { header: header.into(), width: 16 }).into(),
        rows: rows.collect(),
        ..Sheet::default()
    }
}
