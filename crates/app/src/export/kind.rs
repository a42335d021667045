//! All records of a filter as one table, under the headers by which it imports back.

use zhiheng_pack::{Kind, Record, Value, day};
use zhiheng_sheet::{Paper, Sheet, SheetCell, SheetColumn};
use zhiheng_store::RecordRow;

use super::{ExportFile, ExportFormat, Masking, masked, watermark_of};
use crate::{App, Error, ListWanted};

/// Rows that a sheet of Excel holds, less what stands above and below.
const SHEET_ROWS: usize = 1_000_000;
/// Records read at a time.
const PAGE: usize = 1000;
/// The header of the record's own number: with it, an export finds its records again.
pub(super) const ID_HEADER: &str = "记录编号";

impl App {
    /// Every record of a filter. Where `wanted` begins and how many it wants play no part.
    pub fn export_kind(
        &self,
        kind_id: &str,
        wanted: &ListWanted,
        format: ExportFormat,
        watermark: &str,
        masking: &Masking,
    ) -> Result<ExportFile, Error> {
        let kind = self.pack.kind(kind_id).ok_or_else(|| Error::NotFound("这个登记种类".to_owned()))?;
        let mut rows = Vec::new();
        let mut query = self.query(kind, &ListWanted { after: None, before: None, limit: PAGE, ..wanted.clone() });
        let mut reader = self.store.read()?;
        loop {
            let page = reader.list(&self.pack.place, &query)?;
            for row in &page.records {
                if let Some(record) = Record::from_canonical(kind, &row.fields) {
                    rows.push(self.cells(kind, row, &record, masking));
                }
            }
            if rows.len() > SHEET_ROWS && format == ExportFormat::Xlsx {
                return Err(Error::WrongState(format!(
                    "记录超过 {SHEET_ROWS} 条，一张工作表放不下，请缩小筛选范围或导出 CSV"
                )));
            }
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        drop(reader);
        self.table_file(&kind.name, self.kind_sheet(kind, &self.filter_text(kind, wanted), rows, watermark), format)
    }

    /// Records that were chosen one by one, as [`App::chosen`] found them.
    pub fn export_chosen(
        &self,
        kind: &Kind,
        chosen: &[(RecordRow, Record)],
        watermark: &str,
        masking: &Masking,
    ) -> Result<ExportFile, Error> {
        let rows = chosen.iter().map(|(row, record)| self.cells(kind, row, record, masking)).collect();
        let sheet = self.kind_sheet(kind, "（逐条勾选）", rows, watermark);
        self.table_file(&kind.name, sheet, ExportFormat::Xlsx)
    }

    fn kind_sheet(&self, kind: &Kind, filter: &str, rows: Vec<Vec<SheetCell>>, watermark: &str) -> Sheet {
        Sheet {
            name: kind.name.clone(),
            titles: vec![
                format!("{}{}", self.pack.place_name, kind.name),
                format!("共 {} 条{filter}，导出日期 {}", rows.len(), day::date(self.today())),
            ],
            columns: columns(kind),
            rows,
            notes: self.notice().into_iter().collect(),
            paper: Paper::A3Landscape,
            watermark: watermark_of(watermark),
            ..Sheet::default()
        }
    }

    /// The cells of a record, under the headers of [`columns`].
    pub(super) fn cells(&self, kind: &Kind, row: &RecordRow, record: &Record, masking: &Masking) -> Vec<SheetCell> {
        let mut cells = vec![SheetCell::Text(row.id.to_string())];
        for (index, field) in kind.fields.iter().enumerate() {
            cells.push(match record.value(index) {
                None => SheetCell::Empty,
                Some(value @ Value::Text(_)) if field.personal && masking.covers(kind, index, row) => {
                    SheetCell::Text(masked(&value.plain()))
                }
                // Of a choice or a day one letter tells everything.
                Some(_) if field.personal && masking.covers(kind, index, row) => SheetCell::Text("*".to_owned()),
                Some(Value::Integer(number)) => SheetCell::Number(number.to_string()),
                Some(Value::Decimal(number)) => SheetCell::Number(number.normalize().to_string()),
                Some(Value::Date(date)) => SheetCell::Date(date.to_string()),
                Some(Value::Moment(moment)) => SheetCell::Moment(format!("{}:00", moment.replace(' ', "T"))),
                Some(_) => SheetCell::Text(self.pack.show(kind, record, index)),
            });
        }
        cells
    }

    /// The conditions of a list in words, in brackets; nothing when there are none.
    pub fn filter_text(&self, kind: &Kind, wanted: &ListWanted) -> String {
        let mut parts = Vec::new();
        for (index, value) in &wanted.filters {
            let Some(field) = kind.fields.get(*index) else { continue };
            let list = field.list.and_then(|list| self.pack.lists.get(list));
            let item = list.and_then(|list| list.find(value)).map_or(value.as_str(), |item| item.name.as_str());
            parts.push(format!("{}：{item}", field.name));
        }
        parts.extend(
            wanted.area.as_deref().map(|area| self.pack.area(area).map_or(area, |area| area.name.as_str()).to_owned()),
        );
        if let Some(scope) = &wanted.scope {
            let bodies = scope.bodies.iter().filter_map(|body| self.pack.body(body)).map(|body| body.name.clone());
            parts.push(bodies.collect::<Vec<_>>().join("、"));
        }
        let date = |day: Option<i32>| day.map(|day| day::date(day).to_string()).unwrap_or_default();
        if wanted.from.or(wanted.to).is_some() {
            parts.push(format!("{}至{}", date(wanted.from), date(wanted.to)));
        }
        if wanted.withdrawn {
            parts.push("已撤销".to_owned());
        }
        if parts.is_empty() { String::new() } else { format!("（{}）", parts.join("，")) }
    }
}

/// The record's number, then every field under its own name.
pub(super) fn columns(kind: &Kind) -> Vec<SheetColumn> {
    let width = |name: &str| u32::try_from(name.chars().count() * 2 + 4).unwrap_or(20).clamp(12, 40);
    let of_field = |field: &zhiheng_pack::Field| SheetColumn { header: field.name.clone(), width: width(&field.name) };
    let id = SheetColumn { header: ID_HEADER.to_owned(), width: 36 };
    std::iter::once(id).chain(kind.fields.iter().map(of_field)).collect()
}
