//! 数据: the machine-readable twins of the pages, under the same rules of who sees what.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use zhiheng_app::{Board, BoardFormat, IndicatorView, PublicItem, When, data};
use zhiheng_pack::{Indicator, Pack};
use zhiheng_sheet::{Encoding, Sheet, SheetCell, SheetColumn, write_csv};

use super::{numbers, publications};
use crate::extract::{Params, Visit};
use crate::problem::Answer;
use crate::server::Server;

/// The latest published number of every indicator.
type PublicBoard = std::collections::BTreeMap<String, PublicItem>;

/// `GET /board.json`
pub(crate) async fn board_json(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let when = numbers::when_of(&params, server.app().today())?;
    let data = match visit.sees_live() {
        true => server.run(move |app| app.board(when)).await.map(|board| live_board(&board))?,
        false => {
            let published = server.run(|app| app.public_board()).await?;
            plan_board(&server.app().pack, when, &published)
        }
    };
    Ok(Json(data).into_response())
}

/// `GET /board.csv`
pub(crate) async fn board_csv(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let when = numbers::when_of(&params, server.app().today())?;
    let bytes = match visit.sees_live() {
        true => server.run(move |app| app.export_board(when, BoardFormat::Csv, "")).await?.bytes,
        false => {
            let published = server.run(|app| app.public_board()).await?;
            write_csv(&plan_sheet(&server.app().pack, &published), Encoding::Utf8)
        }
    };
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], bytes).into_response())
}

fn live_board(board: &Board) -> Value {
    let mut data = data::of_board(board);
    data.insert("demo".into(), json!(board.pack.demo));
    Value::Object(data)
}

fn plan_board(pack: &Pack, when: When, published: &PublicBoard) -> Value {
    let targets = pack.indicators.iter().filter(|indicator| indicator.is_of_plan());
    let mut data = head(pack, when);
    let target = |one: &Indicator| {
        let mut data = data::of_target(one, when.as_of);
        data.extend(published.get(&one.id).map(|item| ("published".to_owned(), publications::as_data(item))));
        Value::Object(data)
    };
    data.insert("targets".into(), targets.map(target).collect());
    Value::Object(data)
}

fn head(pack: &Pack, when: When) -> Map<String, Value> {
    let mut data = data::head(pack, when);
    data.insert("demo".into(), json!(pack.demo));
    data
}

/// An indicator's page as data.
pub(crate) fn indicator(
    pack: &Pack,
    indicator: &Indicator,
    view: Option<&IndicatorView>,
    when: When,
    published: &[PublicItem],
) -> Value {
    let mut data = head(pack, when);
    data.extend(data::of_target(indicator, when.as_of));
    data.insert("quote".into(), json!(indicator.quote));
    data.insert("definition".into(), json!(indicator.definition));
    data.insert("version".into(), json!(indicator.version));
    data.insert("published".into(), published.iter().map(publications::as_data).collect());
    if let Some(view) = view {
        data.extend(data::of_row(indicator, &view.row));
        let years = view.years.iter().map(|part| {
            let mut year = data::of_number(indicator, &part.number);
            year.insert("year".into(), json!(part.period));
            Value::Object(year)
        });
        data.insert("years".into(), years.collect());
        let part = |parts: &[zhiheng_app::AreaNumber]| -> Value {
            let one = |part: &zhiheng_app::AreaNumber| {
                let mut number = data::of_number(indicator, &part.number);
                number.insert("id".into(), json!(part.id));
                number.insert("name".into(), json!(part.name));
                Value::Object(number)
            };
            parts.iter().map(one).collect()
        };
        data.insert("areas".into(), part(&view.areas));
        data.insert("bodies".into(), part(&view.bodies));
    }
    Value::Object(data)
}

fn plan_sheet(pack: &Pack, published: &PublicBoard) -> Sheet {
    let columns = ["序号", "类别", "指标", "计量单位", "基期", "目标", "责任单位", "已公开的数字", "数据截止日"];
    let text = |text: String| SheetCell::Text(text);
    let value = |indicator: &Indicator| published.get(&indicator.id).and_then(|item| item.value.as_ref());
    let rows = pack.indicators.iter().filter(|indicator| indicator.is_of_plan()).map(|indicator| {
        vec![
            text(indicator.row.map(|row| row.to_string()).unwrap_or_default()),
            text(numbers::group(pack, indicator).to_owned()),
            text(indicator.name.clone()),
            text(indicator.unit.clone()),
            text(numbers::baseline(indicator)),
            text(numbers::target(indicator)),
            text(numbers::bodies(pack, indicator)),
            text(value(indicator).map(|value| value.value.clone()).unwrap_or_default()),
            text(value(indicator).map(|value| crate::words::plain_date(value.as_of)).unwrap_or_default()),
        ]
    });
    Sheet {
        name: "目标指标".into(),
        columns: columns.map(|header| SheetColumn { header: header.into(), width: 16 }).into(),
        rows: rows.collect(),
        ..Sheet::default()
    }
}
