//! 名单: the public fields of the rows of a list, as they stood when they were published. Never a personal field, and of a confidential kind only what
//! its `when` releases – now, not when it was frozen.

use serde::{Deserialize, Serialize};
use zhiheng_pack::publication::{RECORD, asked};
use zhiheng_pack::{Kind, Problem, Record, Type, problem as codes};
use zhiheng_sheet::{Encoding, Sheet, SheetCell, SheetColumn, write_csv};
use zhiheng_store::{Reader, RecordId, RecordRow};

use super::{day_of, text_of};
use crate::{App, Error, ListWanted};

/// Rows that one publication may hold.
const MOST: usize = 20_000;
/// Rows read at a time.
const PAGE: usize = 1000;

/// A column of a published list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicColumn {
    /// Field id.
    pub id: String,
    /// 名称
    pub name: String,
}

/// A row of a published list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicRow {
    /// The record; not shown to the public.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// A text a column.
    pub cells: Vec<String>,
}

/// A published list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicRows {
    /// Kind of the rows.
    pub kind: String,
    /// Columns.
    pub columns: Vec<PublicColumn>,
    /// Rows, newest first.
    pub rows: Vec<PublicRow>,
}

impl PublicRows {
    /// The table that the public downloads; its SHA-256 is in the bundle.
    pub fn csv(&self) -> Vec<u8> {
        write_csv(&self.sheet(""), Encoding::Utf8)
    }

    /// As a sheet.
    pub fn sheet(&self, title: &str) -> Sheet {
        let width = |name: &str| u32::try_from(name.chars().count() * 2 + 4).unwrap_or(20).clamp(12, 40);
        let column = |column: &PublicColumn| SheetColumn { header: column.name.clone(), width: width(&column.name) };
        Sheet {
            name: "名单".to_owned(),
            titles: if title.is_empty() { Vec::new() } else { vec![title.to_owned()] },
            columns: self.columns.iter().map(column).collect(),
            rows: self.rows.iter().map(|row| row.cells.iter().cloned().map(SheetCell::Text).collect()).collect(),
            ..Sheet::default()
        }
    }
}

/// Which rows a publication names.
pub(super) struct RowsWanted<'a> {
    pub(super) kind: &'a Kind,
    /// Positions of the fields that are shown.
    fields: Vec<usize>,
    filters: Vec<(usize, String)>,
    from: Option<i32>,
    to: Option<i32>,
    record: Option<RecordId>,
}

impl App {
    /// Which rows a publication names; all that is wrong with it at once.
    pub(super) fn rows_wanted(&self, of: &Kind, publication: &Record) -> Result<RowsWanted<'_>, Vec<Problem>> {
        let text = |field: &str| text_of(of, publication, field);
        let wrong = |field: &str, why: String| Problem::of_field(codes::NOT_TO_PUBLISH, field, why);
        let name = text(asked::KIND);
        let Some(kind) = self.pack.kind(&name) else {
            return Err(vec![wrong(asked::KIND, "请选择要公开的是哪个登记种类。".to_owned())]);
        };
        let mut problems = Vec::new();
        let shown = shown(kind, &text(asked::SHOWN)).unwrap_or_else(|found| {
            problems.extend(found.into_iter().map(|why| wrong(asked::SHOWN, why)));
            Vec::new()
        });
        let filters = filters(kind, &text(asked::FILTER)).unwrap_or_else(|found| {
            problems.extend(found.into_iter().map(|why| wrong(asked::FILTER, why)));
            Vec::new()
        });
        let one = text(asked::ABOUT) == RECORD;
        let record = text(asked::RECORD).parse::<RecordId>().ok().filter(|_| one);
        if one && record.is_none() {
            problems.push(wrong(asked::RECORD, "没有写明是哪一条记录，请从记录页的“拟公开”开出。".to_owned()));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let (from, to) = (day_of(of, publication, asked::FROM), day_of(of, publication, asked::AS_OF));
        Ok(RowsWanted { kind, fields: shown, filters, from, to, record })
    }

    /// The rows, as one snapshot has them. Rows that changed after `reviewed` were not reviewed.
    pub(super) fn rows_now(
        &self,
        reader: &mut Reader<'_>,
        wanted: &RowsWanted<'_>,
        reviewed: i64,
    ) -> Result<(PublicRows, Vec<RecordRow>, usize), Error> {
        let kind = wanted.kind;
        let field = |at: &usize| kind.fields.get(*at);
        let columns = wanted.fields.iter().filter_map(field);
        let mut found = PublicRows {
            kind: kind.id.clone(),
            columns: columns.map(|field| PublicColumn { id: field.id.clone(), name: field.name.clone() }).collect(),
            rows: Vec::new(),
        };
        let (mut kept, mut changed) = (Vec::new(), 0);
        for row in self.rows_of(reader, wanted)? {
            let Some(record) = Record::from_canonical(kind, &row.fields).filter(|record| is_released(kind, record))
            else {
                continue;
            };
            changed += usize::from(row.recorded_at > reviewed);
            found.rows.push(PublicRow {
                id: row.id.to_string(),
                version: row.version,
                cells: wanted.fields.iter().map(|at| self.pack.show(kind, &record, *at)).collect(),
            });
            kept.push(row);
        }
        Ok((found, kept, changed))
    }

    fn rows_of(&self, reader: &mut Reader<'_>, wanted: &RowsWanted<'_>) -> Result<Vec<RecordRow>, Error> {
        if let Some(id) = &wanted.record {
            let row = reader.record(&self.pack.place, &wanted.kind.id, id)?;
            return Ok(row.into_iter().filter(|row| row.live).collect());
        }
        let asked = ListWanted {
            filters: wanted.filters.clone(),
            from: wanted.from,
            to: wanted.to,
            limit: PAGE,
            ..ListWanted::default()
        };
        let mut query = self.query(wanted.kind, &asked);
        let mut rows = Vec::new();
        loop {
            let page = reader.list(&self.pack.place, &query)?;
            rows.extend(page.records);
            if rows.len() > MOST {
                return Err(Error::WrongState(format!("名单超过 {MOST} 行，请缩小日期范围或者增加筛选后再公开")));
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(rows);
            }
        }
    }

    /// Of the rows that were frozen, those that may be shown today.
    pub(super) fn rows_released(&self, reader: &mut Reader<'_>, mut rows: PublicRows) -> Result<PublicRows, Error> {
        let Some(kind) = self.pack.kind(&rows.kind) else { return Ok(PublicRows::default()) };
        // What a later pack made personal is not shown any more.
        let open = |column: &PublicColumn| kind.field(&column.id).is_some_and(|field| !field.personal);
        let kept: Vec<bool> = rows.columns.iter().map(open).collect();
        let mut keep = kept.iter();
        rows.columns.retain(|_| keep.next().copied().unwrap_or(false));
        for row in &mut rows.rows {
            let mut keep = kept.iter();
            row.cells.retain(|_| keep.next().copied().unwrap_or(false));
        }
        if kind.public.when.is_none() {
            return Ok(rows);
        }
        let ids: Vec<RecordId> = rows.rows.iter().filter_map(|row| row.id.parse().ok()).collect();
        let mut released = std::collections::BTreeSet::new();
        for chunk in ids.chunks(PAGE) {
            for row in reader.records_of(&self.pack.place, &kind.id, chunk, &[])? {
                let record = Record::from_canonical(kind, &row.fields).filter(|record| is_released(kind, record));
                if row.live && record.is_some() {
                    released.insert(row.id.to_string());
                }
            }
        }
        rows.rows.retain(|row| released.contains(&row.id));
        Ok(rows)
    }
}

/// Whether a record of a kind may be shown to the public now.
fn is_released(kind: &Kind, record: &Record) -> bool {
    kind.public.when.as_ref().is_none_or(|when| when.holds(record))
}

/// The fields that a publication shows: those it names, or all that are public.
fn shown(kind: &Kind, text: &str) -> Result<Vec<usize>, Vec<String>> {
    let open = |at: &usize| {
        let field = kind.fields.get(*at);
        kind.public.fields.contains(at) && field.is_some_and(|field| !field.personal && field.kind != Type::File)
    };
    if kind.public.fields.is_empty() {
        return Err(vec![format!("{}没有声明可以公开的字段（public），不能作为名单公开。", kind.name)]);
    }
    let lines: Vec<&str> = text.split(['\n', '、', '，']).map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return Ok(kind.public.fields.iter().copied().filter(open).collect());
    }
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for line in lines {
        match kind.fields.iter().position(|field| field.name == line || field.id == line) {
            Some(at) if open(&at) => found.push(at),
            Some(_) => wrong.push(format!("「{line}」不能公开，请从公开的字段中删去。")),
            None => wrong.push(format!("{}没有字段「{line}」，请改正。", kind.name)),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// `field = value`, a line each: fields by which the list can be narrowed; never a personal one.
fn filters(kind: &Kind, text: &str) -> Result<Vec<(usize, String)>, Vec<String>> {
    let declared: Vec<usize> = kind.filters.iter().flatten().copied().chain(kind.area).chain(kind.key).collect();
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let parts = line.split_once('=').map(|(field, value)| (field.trim(), value.trim()));
        let at =
            parts.and_then(|(name, _)| kind.fields.iter().position(|field| field.id == name || field.name == name));
        match (at, parts) {
            (Some(at), Some((_, value)))
                if declared.contains(&at) && !kind.fields.get(at).is_none_or(|field| field.personal) =>
            {
                found.push((at, value.to_owned()));
            }
            _ => wrong.push(format!("「{line}」不是这个种类的筛选，请写成“字段 = 值”，只用列表上有的筛选。")),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}
