//! 填报表: the workbook that a unit fills in. Everything but the yellow cells is locked; what the unit needs to answer – last value,
//! target, definition, evidence – stands beside the cell.

use zhiheng_pack::{Indicator, day};
use zhiheng_sheet::{Paper, Sheet, SheetCell, SheetColumn, Workbook, write_xlsx};
use zhiheng_store::RecordId;

use super::{OwnEntry, OwnReport, Reply, Round, chinese_date, form_code};
use crate::board::{Number, print};
use crate::export::{ExportFile, goal};
use crate::{App, Error, Row, When};

/// How a value is reported (填报方式).
pub(super) const NUMBER: &str = "填数";
pub(super) const UNCHANGED: &str = "本期无变化";
pub(super) const ZERO: &str = "零报告";
pub(super) const ABSENT: &str = "暂无数据";
/// Who signs.
pub(super) const SIGNED: [&str; 3] = ["填表人", "审核人", "分管领导"];

/// Headers, widths.
const COLUMNS: [(&str, u32); 14] = [
    ("序号", 6),
    ("指标名称", 30),
    ("计量单位", 9),
    ("目标值", 10),
    ("上期值", 16),
    ("填报方式", 12),
    ("本期值", 12),
    ("数据日期", 12),
    ("分子", 11),
    ("分母", 11),
    ("来源文件", 26),
    ("页码", 7),
    ("说明", 22),
    ("口径和佐证材料", 48),
];

impl App {
    /// The form of one unit.
    pub fn round_form(&self, id: &RecordId, body: &str) -> Result<ExportFile, Error> {
        let view = self.round(id)?;
        let asked = |reply: &&Reply| self.pack.bodies.get(reply.body).is_some_and(|unit| unit.id == body);
        let reply = view.replies.iter().find(asked).ok_or_else(|| Error::NotFound("这个单位的填报表".to_owned()))?;
        self.form(&view.round, reply, &self.before(&view.round)?, None)
    }

    /// The forms of every unit of a round.
    pub fn round_forms(&self, id: &RecordId) -> Result<Vec<ExportFile>, Error> {
        let view = self.round(id)?;
        let before = self.before(&view.round)?;
        view.replies.iter().map(|reply| self.form(&view.round, reply, &before, None)).collect()
    }

    /// The board of the day before the round's own: what a unit reported last.
    pub(super) fn before(&self, round: &Round) -> Result<Vec<Row>, Error> {
        Ok(self.board(When { as_of: round.as_of - 1, known_on: None })?.rows)
    }

    /// The form of a unit; filled in, where it enters its values on its page.
    pub(super) fn form(
        &self,
        round: &Round,
        reply: &Reply,
        before: &[Row],
        filled: Option<&OwnReport>,
    ) -> Result<ExportFile, Error> {
        let body = self.pack.bodies.get(reply.body).ok_or_else(|| Error::NotFound("单位".to_owned()))?;
        let names = filled.map(|it| SIGNED.iter().zip(&it.signed)).into_iter().flatten();
        let signed: Vec<String> = names.map(|(who, name)| format!("{who}：{name}")).collect();
        let mut rows = Vec::new();
        for at in &reply.indicators {
            let indicator = self.indicator_at(*at)?;
            let entry = filled.and_then(|it| it.entries.iter().find(|entry| entry.indicator == indicator.id));
            rows.push(self.form_row(round, indicator, last_value(before, *at), entry));
        }
        let sheet = Sheet {
            name: "填报表".to_owned(),
            titles: vec![
                format!("{}{}", self.pack.place_name, round.name),
                format!(
                    "报送单位：{}　数据截止：{}　请于{}前报回　表号：{}",
                    body.name,
                    chinese_date(round.as_of),
                    chinese_date(round.due),
                    form_code(&round.id, &body.id)
                ),
            ],
            columns: COLUMNS
                .iter()
                .map(|(header, width)| SheetColumn { header: (*header).to_owned(), width: *width })
                .collect(),
            rows,
            notes: [
                "只填黄色格。百分比填百分数，不带百分号；数据日期填数据所截止的那一天。".to_owned(),
                format!(
                    "填报方式：“{NUMBER}”须填本期值；“{UNCHANGED}”沿用上期值；“{ZERO}”即本期为零；“{ABSENT}”须在说明中写明原因。"
                ),
                "每个数须有来源文件。签认后加盖公章，扫描件和本表一并报回；不要改动表号、指标名称和表头。".to_owned(),
            ]
            .into_iter()
            .chain(signed)
            .collect(),
            signatures: SIGNED.iter().map(|who| ((*who).to_owned(), String::new())).collect(),
            paper: Paper::A3Landscape,
            watermark: self.pack.demo.then(|| "演示数据".to_owned()),
        };
        let rows = sheet.rows.len();
        let bytes =
            write_xlsx(&Workbook { sheets: vec![sheet] }).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(ExportFile {
            name: format!("{}_{}.xlsx", safe(&body.name), safe(&round.name)),
            media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            bytes,
            rows,
        })
    }

    fn form_row(
        &self,
        round: &Round,
        indicator: &Indicator,
        last: Option<&Number>,
        filled: Option<&OwnEntry>,
    ) -> Vec<SheetCell> {
        let cell = |text: String| if text.is_empty() { SheetCell::Empty } else { SheetCell::Text(text) };
        let entry = |of: fn(&OwnEntry) -> &String| SheetCell::Entry(filled.map(of).cloned().unwrap_or_default());
        let ways = [NUMBER, UNCHANGED, ZERO, ABSENT].map(str::to_owned).to_vec();
        let document = indicator.reporting.as_ref().map(|reporting| format!("佐证材料：{}", reporting.document));
        let about: Vec<String> = std::iter::once(indicator.definition.clone()).chain(document).collect();
        vec![
            cell(indicator.row.map(|row| row.to_string()).unwrap_or_default()),
            SheetCell::Text(indicator.name.clone()),
            cell(indicator.unit.clone()),
            cell(goal(indicator).unwrap_or_default()),
            cell(last.map(|number| shown(number, indicator)).unwrap_or_default()),
            SheetCell::Pick(filled.map_or_else(|| NUMBER.to_owned(), |it| it.way.clone()), ways),
            entry(|it| &it.value),
            SheetCell::Entry(day::date(round.as_of).to_string()),
            entry(|it| &it.numerator),
            entry(|it| &it.denominator),
            entry(|it| &it.document),
            entry(|it| &it.page),
            entry(|it| &it.remark),
            cell(about.join("\n")),
        ]
    }
}

/// What was reported last for an indicator: the reported number where a computed one stands beside it.
pub(super) fn last_value(before: &[Row], indicator: usize) -> Option<&Number> {
    let row = before.iter().find(|row| row.indicator == indicator)?;
    let number = row.reported.as_ref().unwrap_or(&row.number);
    number.value.map(|_| number)
}

pub(super) fn shown(number: &Number, indicator: &Indicator) -> String {
    let value = number.value.map(|value| print(value, indicator.decimals)).unwrap_or_default();
    match number.dated {
        Some(dated) => format!("{value}（{}）", day::date(dated)),
        None => value,
    }
}

/// A name that every file system takes.
pub(super) fn safe(name: &str) -> String {
    let kept = |c: char| !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') && !c.is_control();
    name.chars().map(|c| if kept(c) { c } else { '_' }).collect()
}
