//! 指标进度一览表: the annex of the plan with what has become of it, on A3 landscape.

use zhiheng_pack::indicator::{Goal, Mode, Sampling};
use zhiheng_pack::{Decimal, Indicator, day};
use zhiheng_sheet::{
    Align, Encoding, Footing, Paper, Sheet, SheetCell, SheetColumn, WordCell, WordTable, write_csv, write_docx,
};

use super::{BoardFormat, CSV, DOCX, ExportFile, XLSX, watermark_of, workbook};
use crate::board::print;
use crate::{App, Error, Row, When};

const TITLE: &str = "指标进度一览表";
/// Targets of the text stand below those of the table.
const OF_TEXT: &str = "正文提出的目标";
/// Which columns are figures and short words.
const ALIGNS: [Align; 11] = [
    Align::Center,
    Align::Center,
    Align::Left,
    Align::Center,
    Align::Center,
    Align::Left,
    Align::Right,
    Align::Right,
    Align::Center,
    Align::Center,
    Align::Left,
];
const WIDTHS: [u32; 11] = [6, 14, 36, 10, 12, 26, 12, 10, 12, 13, 52];

/// One line: its group and its eleven texts, of which the second is the group's.
struct Line {
    group: String,
    texts: [String; 11],
}

impl App {
    /// The board as a file.
    pub fn export_board(&self, when: When, format: BoardFormat, watermark: &str) -> Result<ExportFile, Error> {
        let board = self.board(when)?;
        let mut lines: Vec<Line> = Vec::new();
        for of_text in [false, true] {
            let rows = board.rows.iter().filter_map(|row| Some((row, self.pack.indicators.get(row.indicator)?)));
            lines.extend(
                rows.filter(|(_, indicator)| indicator.row.is_none() == of_text)
                    .map(|(row, indicator)| self.line(row, indicator, when)),
            );
        }
        let lead = self.lead(when);
        let notes = self.notes();
        let title = format!("{}{TITLE}", self.pack.title);
        let headers = self.headers();
        let count = lines.len();
        let ((extension, media_type), bytes) = match format {
            BoardFormat::Docx => {
                let columns = columns(&headers);
                let rows = word_rows(&lines);
                let footing = Footing { watermark: watermark_of(watermark) };
                let table =
                    WordTable { title, lead, columns, rows, notes, paper: Paper::A3Landscape, size: 21, footing };
                (DOCX, write_docx(&table).map_err(|error| Error::Internal(error.to_string()))?)
            }
            BoardFormat::Xlsx | BoardFormat::Csv => {
                let merged = format == BoardFormat::Xlsx;
                let sheet = Sheet {
                    name: TITLE.to_owned(),
                    titles: std::iter::once(title).chain(lead).collect(),
                    columns: columns(&headers),
                    rows: sheet_rows(&lines, merged),
                    notes,
                    paper: Paper::A3Landscape,
                    watermark: watermark_of(watermark),
                    ..Sheet::default()
                };
                if merged { (XLSX, workbook(vec![sheet])?) } else { (CSV, write_csv(&sheet, Encoding::Utf8)) }
            }
        };
        Ok(ExportFile { name: self.file_name(TITLE, when.as_of, extension), media_type, bytes, rows: count })
    }

    fn headers(&self) -> [String; 11] {
        [
            "序号".to_owned(),
            "类别".to_owned(),
            "指标要求".to_owned(),
            format!("{}年", self.pack.baseline_year),
            format!("{}年", self.pack.target_year),
            "责任单位".to_owned(),
            "完成值".to_owned(),
            "完成率".to_owned(),
            "状态".to_owned(),
            "数据日期".to_owned(),
            "存在问题".to_owned(),
        ]
    }

    /// As-of line and notice, above the table.
    fn lead(&self, when: When) -> Vec<String> {
        let mut line = format!("数据截至 {}", day::date(when.as_of));
        if let Some(known) = when.known_on {
            line.push_str(&format!("，按 {} 当时已登记的数据", day::date(known)));
        }
        std::iter::once(line).chain(self.notice()).collect()
    }

    fn notes(&self) -> Vec<String> {
        let rate = format!(
            "完成率＝完成值÷{}年目标值，仅用于须增长到目标的指标；须保持在目标以上的指标看状态。",
            self.pack.target_year
        );
        vec![
            rate,
            "抽样得出的合格率注明样本数和95%置信区间；监督抽检不是随机抽样，区间仅供参考，不改变状态。".to_owned(),
        ]
    }

    fn line(&self, row: &Row, indicator: &Indicator, when: When) -> Line {
        let group = match indicator.row {
            None => OF_TEXT.to_owned(),
            Some(_) => indicator
                .group
                .and_then(|group| self.pack.groups.get(group))
                .map(|group| group.name.clone())
                .unwrap_or_default(),
        };
        let bodies: Vec<&str> = indicator
            .bodies
            .iter()
            .filter_map(|body| self.pack.bodies.get(*body))
            .map(|body| body.name.as_str())
            .collect();
        let unit = if indicator.unit.is_empty() { String::new() } else { format!("（{}）", indicator.unit) };
        let baseline = indicator.baseline.as_ref().and_then(|baseline| baseline.value);
        let dated = row.number.value.map(|_| row.number.dated.unwrap_or(when.as_of));
        let texts = [
            indicator.row.map(|row| row.to_string()).unwrap_or_default(),
            group.clone(),
            format!("{}{unit}", indicator.name),
            baseline.map_or_else(dash, |value| value.normalize().to_string()),
            goal(indicator).unwrap_or_else(dash),
            bodies.join("、"),
            row.number.value.map_or_else(dash, |value| print(value, indicator.decimals)),
            completion(indicator, row.number.value).unwrap_or_else(dash),
            row.verdict.light.word().to_owned(),
            dated.map_or_else(dash, |day| day::date(day).to_string()),
            remarks(indicator, row),
        ];
        Line { group, texts }
    }
}

fn dash() -> String {
    "—".to_owned()
}

/// The target as it is printed: ≥98.2.
pub(crate) fn goal(indicator: &Indicator) -> Option<String> {
    indicator.target.as_ref().map(|target| format!("{}{}", sign(&target.op), target.value.normalize()))
}

fn sign(op: &str) -> &str {
    match op {
        ">=" => "≥",
        "<=" => "≤",
        ">" => "＞",
        "<" => "＜",
        _ => "",
    }
}

/// Share of the target that is reached, for indicators that grow to it.
fn completion(indicator: &Indicator, value: Option<Decimal>) -> Option<String> {
    let target = indicator.target.as_ref().filter(|_| indicator.goal == Goal::IncreaseTo)?;
    let share = (value? * Decimal::ONE_HUNDRED).checked_div(target.value)?;
    Some(format!("{}%", print(share, 1)))
}

/// What the reader must know of a number: why there is none, its sample, its doubt.
fn remarks(indicator: &Indicator, row: &Row) -> String {
    let mut parts: Vec<String> = row.reason.iter().cloned().collect();
    if let (Some(n), true) = (row.number.n, row.number.value.is_some()) {
        let counts = row
            .number
            .numerator
            .map(|numerator| format!("{}/{n}", numerator.normalize()))
            .unwrap_or_else(|| format!("n={n}"));
        let interval = row.number.interval.map(|(low, high)| format!("，95%区间 {low}～{high}")).unwrap_or_default();
        let hint = row.hint.map(|hint| format!("，{}", hint.word())).unwrap_or_default();
        let sampling = if indicator.sampling == Sampling::Targeted && row.hint.is_some() {
            "（非随机样本，仅供参考）"
        } else {
            ""
        };
        parts.push(format!("样本 {counts}{interval}{hint}{sampling}"));
    }
    if let (Mode::Both, Some(reported)) = (indicator.mode, row.reported.as_ref().and_then(|reported| reported.value)) {
        let difference = row
            .number
            .value
            .map(|value| format!("，相差 {}", print(value - reported, indicator.decimals)))
            .unwrap_or_default();
        parts.push(format!("报送值 {}{difference}", print(reported, indicator.decimals)));
    }
    parts.extend(indicator.ruling_note.clone());
    parts.join("；")
}

fn columns(headers: &[String; 11]) -> Vec<SheetColumn> {
    headers.iter().zip(WIDTHS).map(|(header, width)| SheetColumn { header: header.clone(), width }).collect()
}

/// For each line: how many lines its group goes on, itself included; 0 inside a group.
fn spans(lines: &[Line]) -> Vec<u32> {
    let begins =
        |at: usize| at == 0 || lines.get(at - 1).map(|line| &line.group) != lines.get(at).map(|line| &line.group);
    let length = |at: usize| {
        let group = lines.get(at).map(|line| &line.group);
        lines.iter().skip(at).take_while(|line| Some(&line.group) == group).count()
    };
    (0..lines.len()).map(|at| if begins(at) { u32::try_from(length(at)).unwrap_or(1) } else { 0 }).collect()
}

fn sheet_rows(lines: &[Line], merged: bool) -> Vec<Vec<SheetCell>> {
    let cell = |index: usize, text: &String, span: u32| match index {
        1 if merged && span == 0 => SheetCell::Empty,
        1 if merged => SheetCell::Down(text.clone(), span),
        0 => SheetCell::Number(text.clone()),
        6 if text.as_str() != "—" => SheetCell::Number(text.clone()),
        9 if text.as_str() != "—" => SheetCell::Date(text.clone()),
        _ => SheetCell::Text(text.clone()),
    };
    let row = |(line, span): (&Line, u32)| {
        line.texts.iter().enumerate().map(|(index, text)| cell(index, text, span)).collect()
    };
    lines.iter().zip(spans(lines)).map(row).collect()
}

fn word_rows(lines: &[Line]) -> Vec<Vec<WordCell>> {
    let row = |(line, span): (&Line, u32)| {
        let cells = line.texts.iter().zip(ALIGNS).enumerate();
        cells
            .map(|(index, (text, align))| WordCell {
                text: text.clone(),
                align,
                rows: if index == 1 { span } else { 1 },
            })
            .collect()
    };
    lines.iter().zip(spans(lines)).map(row).collect()
}
