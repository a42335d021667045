//! The preview for machines, in the shape of the interface: columns, records as read before validation, problems.

use serde_json::{Map, Value as Json, json};
use zhiheng_pack::Level;
use zhiheng_sheet::{Cell, CellKind, Row, Verdict};

use super::columns::is_own;
use super::taking::scope_name;
use super::{Identity, ImportPreview};

impl ImportPreview {
    /// `zhiheng import KIND FILE --dry-run --json`. Records are there when [`super::ImportOptions::keep_cells`] was asked for.
    pub fn to_json(&self) -> Json {
        let columns: Vec<Json> =
            self.columns.iter().map(|column| json!({ "header": column.header, "field": column.field })).collect();
        let problems: Vec<Json> = self
            .problems
            .iter()
            .map(|problem| {
                json!({
                    "row": problem.row, "column": problem.column, "code": problem.code, "value": problem.value,
                    "message": problem.message, "level": if problem.level == Level::Refuse { "refuse" } else { "warn" },
                })
            })
            .collect();
        let counts = self.counts();
        json!({
            "header_row": self.header_row,
            "encoding": self.encoding,
            "format": self.format,
            "sheet": self.sheet,
            "columns": columns,
            "scope": self.scope.map(scope_name),
            "scope_hint": self.scope_hint.map(scope_name),
            "scope_confirmed": self.scope_confirmed,
            "counts": {
                "new": counts.new, "unchanged": counts.unchanged, "corrections": counts.corrections,
                "withdrawn": counts.withdrawn, "repeated": counts.repeated, "bad": counts.bad,
            },
            "records": self.kept.iter().map(|row| self.record(row)).collect::<Vec<_>>(),
            "rows": self.rows.iter().filter(|row| !matches!(row.identity, Identity::New { .. } | Identity::Bad) || !row.near.is_empty())
                .map(|row| json!({
                    "row": row.row, "outcome": outcome(&row.identity),
                    "near": row.near.iter().map(ToString::to_string).collect::<Vec<_>>(),
                })).collect::<Vec<_>>(),
            "problems": problems,
            "problem_count": self.problem_count,
            "remarks": self.remarks,
        })
    }

    /// How many rows say that they pass, that they fail, and something else.
    pub fn verdicts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&Verdict) -> bool| {
            self.kept.iter().filter(|row| row.verdict.as_ref().is_some_and(wanted)).count()
        };
        let other = |verdict: &Verdict| matches!(verdict, Verdict::Other(_));
        (count(|verdict| *verdict == Verdict::Passing), count(|verdict| *verdict == Verdict::Failing), count(other))
    }

    /// The rows as they were read, where they were kept.
    pub fn kept_rows(&self) -> &[Row] {
        &self.kept
    }

    fn record(&self, row: &Row) -> Json {
        let mut record = Map::new();
        record.insert("row".to_owned(), json!(row.row));
        for (index, column) in self.wanted.columns.iter().enumerate().filter(|(_, column)| is_own(&column.field)) {
            record.insert(column.field.clone(), value(row.cell(index), &column.kind));
        }
        let own = self.rows.binary_search_by_key(&row.row, |own| own.row).ok().and_then(|at| self.rows.get(at));
        record.insert("outcome".to_owned(), json!(own.map(|own| outcome(&own.identity))));
        Json::Object(record)
    }
}

/// A cell as read; what could not be understood as a date or number is no value.
fn value(cell: Option<&Cell>, kind: &CellKind) -> Json {
    match (cell, kind) {
        (Some(Cell::Items(items)), _) => json!(items),
        (None, CellKind::FailingItems) => json!([]),
        (None, _) => Json::Null,
        (Some(Cell::Text(_)), CellKind::Date | CellKind::Moment | CellKind::Integer | CellKind::Decimal) => Json::Null,
        (Some(Cell::YesNo(yes)), _) => json!(yes),
        (
            Some(
                Cell::Text(text)
                | Cell::Integer(text)
                | Cell::Decimal(text)
                | Cell::Date(text)
                | Cell::Moment(text)
                | Cell::Choice(text),
            ),
            _,
        ) => json!(text),
    }
}

fn outcome(identity: &Identity) -> &'static str {
    match identity {
        Identity::New { .. } => "new",
        Identity::Unchanged { .. } => "unchanged",
        Identity::Correction { .. } => "correction",
        Identity::Withdrawn { .. } => "withdrawn",
        Identity::Repeated { .. } => "repeated",
        Identity::Bad => "bad",
    }
}
