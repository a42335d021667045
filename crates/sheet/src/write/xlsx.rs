//! Excel workbooks as an office prints them: title rows merged over the table, a header that stays in sight and repeats
//! on every page, landscape A3 or A4. Text is always written as text, so nothing in it is taken for a formula.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Workbook as Writer, Worksheet, XlsxError,
};
use std::collections::HashMap;

/// A workbook to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workbook {
    /// In the order of their tabs.
    pub sheets: Vec<Sheet>,
}

/// One sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Name of the tab; what Excel does not allow in it is replaced.
    pub name: String,
    /// Lines above the table, the first one as its title.
    pub titles: Vec<String>,
    /// Headers and widths.
    pub columns: Vec<SheetColumn>,
    /// Rows of cells, one for each column.
    pub rows: Vec<Vec<SheetCell>>,
    /// Lines below the table.
    pub notes: Vec<String>,
    /// Below them, a line each for who signs: what he is, and his name as far as it is known.
    pub signatures: Vec<(String, String)>,
    /// The paper for printing.
    pub paper: Paper,
    /// A word printed on every page (演示数据, 内部资料).
    pub watermark: Option<String>,
}

impl Sheet {
    /// Whether somebody is to fill it in.
    fn is_form(&self) -> bool {
        let is_entry = |cell: &SheetCell| matches!(cell, SheetCell::Entry(_) | SheetCell::Pick(..));
        !self.signatures.is_empty() || self.rows.iter().flatten().any(is_entry)
    }
}

/// A column of a sheet or table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetColumn {
    /// Its header.
    pub header: String,
    /// Its width in characters of a figure's width; a Chinese character takes two.
    pub width: u32,
}

/// The paper of a sheet or document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paper {
    /// A4, upright.
    A4,
    /// A4, landscape.
    #[default]
    A4Landscape,
    /// A3, landscape.
    A3Landscape,
}

/// A cell to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SheetCell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, whatever it looks like.
    Text(String),
    /// An exact decimal. Written as a number that shows all its places; as text when Excel could not hold it exactly.
    Number(String),
    /// `YYYY-MM-DD`.
    Date(String),
    /// `YYYY-MM-DDThh:mm:ss`.
    Moment(String),
    /// Text that is wrong, on a red ground.
    Wrong(String),
    /// To be filled in by whoever receives the form. A sheet with such cells, or with signatures, is locked everywhere else.
    Entry(String),
    /// The same, chosen from a list.
    Pick(String, Vec<String>),
    /// Text that also holds for the cells below it, as many rows as said, itself included. Those are to be [`SheetCell::Empty`].
    Down(String, u32),
}

impl SheetCell {
    /// The text of a cell in formats without types.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Empty => "",
            Self::Text(text) | Self::Number(text) | Self::Date(text) | Self::Moment(text) | Self::Wrong(text) => text,
            Self::Entry(text) | Self::Pick(text, _) | Self::Down(text, _) => text,
        }
    }
}

/// A workbook or document that could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError(pub(crate) String);

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "表格未能写出：{}", self.0)
    }
}

impl std::error::Error for WriteError {}

impl From<XlsxError> for WriteError {
    fn from(error: XlsxError) -> Self {
        Self(error.to_string())
    }
}

/// Excel's own limits.
const LONGEST_TEXT: usize = 32_767;
const LONGEST_NAME: usize = 31;
/// Significant digits that a number keeps in a spreadsheet.
const DIGITS: usize = 15;

/// Writes a workbook. The same workbook gives the same bytes.
pub fn write_xlsx(workbook: &Workbook) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new();
    // The library would put the time of writing here.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    writer.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let mut names: Vec<String> = Vec::new();
    for sheet in &workbook.sheets {
        let name = tab_name(&sheet.name, &names);
        let worksheet = writer.add_worksheet().set_name(&name)?;
        names.push(name);
        Page::new(sheet).write(worksheet)?;
    }
    if workbook.sheets.is_empty() {
        writer.add_worksheet();
    }
    Ok(writer.save_to_buffer()?)
}

/// A name that Excel takes and no other sheet has.
fn tab_name(wish: &str, taken: &[String]) -> String {
    let allowed =
        |c: char| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') || c.is_control() { ' ' } else { c };
    let cleaned: String = wish.chars().map(allowed).collect();
    let cleaned = cleaned.trim_matches([' ', '\'']);
    let short = |text: &str, most: usize| {
        let mut used = 0;
        text.chars()
            .take_while(|c| {
                used += c.len_utf16();
                used <= most
            })
            .collect::<String>()
    };
    let base = if cleaned.is_empty() { "表".to_owned() } else { short(cleaned, LONGEST_NAME) };
    let is_free = |name: &String| !taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let numbered = (2..).map(|n| format!("{}({n})", short(&base, LONGEST_NAME - 6)));
    std::iter::once(base.clone()).chain(numbered).find(is_free).unwrap_or(base)
}

struct Page<'a> {
    sheet: &'a Sheet,
    body: Format,
    wrong: Format,
    entry: Format,
    day: Format,
    moment: Format,
    /// Formats of numbers by their places behind the point.
    places: HashMap<usize, Format>,
}

impl<'a> Page<'a> {
    fn new(sheet: &'a Sheet) -> Self {
        let body = Format::new()
            .set_font_name("宋体")
            .set_font_size(10.5)
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        Self {
            sheet,
            wrong: body.clone().set_background_color(Color::RGB(0xFA_D7_D7)),
            // Filled in as text, so that Excel turns neither 1-2 into a date nor 0012 into 12.
            entry: body.clone().set_background_color(Color::RGB(0xFF_FB_E6)).set_num_format("@").set_unlocked(),
            day: body.clone().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Center),
            moment: body.clone().set_num_format("yyyy-mm-dd hh:mm").set_align(FormatAlign::Center),
            body,
            places: HashMap::new(),
        }
    }

    fn write(mut self, worksheet: &mut Worksheet) -> Result<(), WriteError> {
        let sheet = self.sheet;
        let last = u16::try_from(sheet.columns.len().max(1) - 1).unwrap_or(u16::MAX);
        self.set_up(worksheet, last)?;
        let mut row = 0u32;
        for (number, title) in sheet.titles.iter().enumerate() {
            let format = Format::new().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
            let format = match number {
                0 => format.set_font_name("方正小标宋简体").set_font_size(22),
                _ => format.set_font_name("仿宋").set_font_size(12),
            };
            spread(worksheet, row, last, title, &format)?;
            // Excel does not fit the height of a merged row to its text.
            worksheet.set_row_height(row, if number == 0 { 34 } else { 20 })?;
            row += 1;
        }
        let header =
            self.body.clone().set_bold().set_align(FormatAlign::Center).set_background_color(Color::RGB(0xE7_EE_F6));
        for (column, wanted) in (0u16..).zip(&sheet.columns) {
            worksheet.write_string_with_format(row, column, fitting(&wanted.header), &header)?;
        }
        worksheet.set_freeze_panes(row + 1, 0)?;
        worksheet.set_repeat_rows(row, row)?;
        row += 1;
        for cells in &sheet.rows {
            for (column, cell) in (0u16..).zip(cells) {
                self.cell(worksheet, row, column, cell)?;
            }
            row += 1;
        }
        let note = Format::new().set_font_name("仿宋").set_font_size(10.5).set_text_wrap();
        for text in &sheet.notes {
            spread(worksheet, row, last, text, &note)?;
            row += 1;
        }
        for (what, name) in &sheet.signatures {
            worksheet.merge_range(row, 0, row, 1, &fitting(what), &self.body)?;
            worksheet.merge_range(row, 2, row, 4, &fitting(name), &self.entry)?;
            row += 1;
        }
        if sheet.is_form() {
            // Without a password: the lock keeps a hand from slipping, it does not keep anybody out.
            worksheet.protect();
        }
        Ok(())
    }

    fn set_up(&self, worksheet: &mut Worksheet, last: u16) -> Result<(), WriteError> {
        for (column, wanted) in (0u16..=last).zip(&self.sheet.columns) {
            let width = if wanted.width == 0 { 12 } else { wanted.width.min(120) };
            worksheet.set_column_width(column, f64::from(width))?;
        }
        match self.sheet.paper {
            Paper::A4 => worksheet.set_paper_size(9).set_portrait(),
            Paper::A4Landscape => worksheet.set_paper_size(9).set_landscape(),
            Paper::A3Landscape => worksheet.set_paper_size(8).set_landscape(),
        };
        worksheet.set_print_fit_to_pages(1, 0);
        worksheet.set_footer("&C— &P —");
        if let Some(watermark) = &self.sheet.watermark {
            // An ampersand begins a code in a header.
            worksheet.set_header(format!("&C&16&KBFBFBF{}", watermark.replace('&', "&&")));
        }
        Ok(())
    }

    fn cell(&mut self, worksheet: &mut Worksheet, row: u32, column: u16, cell: &SheetCell) -> Result<(), WriteError> {
        match cell {
            SheetCell::Empty => worksheet.write_blank(row, column, &self.body)?,
            SheetCell::Text(text) => worksheet.write_string_with_format(row, column, fitting(text), &self.body)?,
            SheetCell::Wrong(text) => worksheet.write_string_with_format(row, column, fitting(text), &self.wrong)?,
            SheetCell::Entry(text) => worksheet.write_string_with_format(row, column, fitting(text), &self.entry)?,
            SheetCell::Pick(text, choices) => {
                let list = DataValidation::new()
                    .allow_list_strings(choices)?
                    .set_error_style(DataValidationErrorStyle::Stop)
                    .set_error_message("请从下拉列表中选择")?;
                worksheet.add_data_validation(row, column, row, column, &list)?;
                worksheet.write_string_with_format(row, column, fitting(text), &self.entry)?
            }
            SheetCell::Number(text) => match exact(text) {
                Some((number, places)) => {
                    let body = &self.body;
                    let format = self.places.entry(places).or_insert_with(|| {
                        let zeros = "0".repeat(places);
                        let shown = if places == 0 { "0".to_owned() } else { format!("0.{zeros}") };
                        body.clone().set_num_format(shown).set_align(FormatAlign::Right)
                    });
                    worksheet.write_number_with_format(row, column, number, format)?
                }
                None => worksheet.write_string_with_format(row, column, fitting(text), &self.body)?,
            },
            SheetCell::Date(text) | SheetCell::Moment(text) => match ExcelDateTime::parse_from_str(text) {
                Ok(moment) => {
                    let format = if matches!(cell, SheetCell::Date(_)) { &self.day } else { &self.moment };
                    worksheet.write_datetime_with_format(row, column, &moment, format)?
                }
                Err(_) => worksheet.write_string_with_format(row, column, fitting(text), &self.body)?,
            },
            SheetCell::Down(text, rows) if *rows > 1 => {
                worksheet.merge_range(row, column, row + rows - 1, column, &fitting(text), &self.body)?
            }
            SheetCell::Down(text, _) => worksheet.write_string_with_format(row, column, fitting(text), &self.body)?,
        };
        Ok(())
    }
}

/// A line over the whole width of the table.
fn spread(worksheet: &mut Worksheet, row: u32, last: u16, text: &str, format: &Format) -> Result<(), WriteError> {
    if last > 0 {
        worksheet.merge_range(row, 0, row, last, &fitting(text), format)?;
    } else {
        worksheet.write_string_with_format(row, 0, fitting(text), format)?;
    }
    Ok(())
}

/// Text within what a cell can hold, without characters that XML cannot carry.
fn fitting(text: &str) -> String {
    let carried = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let mut units = 0;
    text.chars()
        .filter(carried)
        .take_while(|c| {
            units += c.len_utf16();
            units <= LONGEST_TEXT
        })
        .collect()
}

/// A decimal as a number with its places, when Excel holds it exactly.
fn exact(text: &str) -> Option<(f64, usize)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let significant = whole.trim_start_matches('0').len() + fraction.len();
    // 0012 is a code, not a number.
    let is_code = whole.len() > 1 && whole.starts_with('0');
    (plain && !whole.is_empty() && !is_code && significant <= DIGITS)
        .then(|| text.parse().ok().map(|number| (number, fraction.len())))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CellKind, Limits, Wanted, WantedColumn, read};

    fn sheet(rows: Vec<Vec<SheetCell>>) -> Sheet {
        let column = |header: &str| SheetColumn { header: header.to_owned(), width: 12 };
        Sheet {
            name: "一/览:表".to_owned(),
            titles: vec!["指标进度一览表".to_owned(), "截至 2026-11-23".to_owned()],
            columns: vec![column("名称"), column("数值"), column("日期")],
            rows,
            watermark: Some("演示 & 示例".to_owned()),
            ..Sheet::default()
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let cells = |name: &str, number: &str, day: &str| {
            vec![
                SheetCell::Text(name.to_owned()),
                SheetCell::Number(number.to_owned()),
                SheetCell::Date(day.to_owned()),
            ]
        };
        let rows = vec![
            cells("=1+1", "98.20", "2026-11-23"),
            cells("@SUM(A1)", "0.1", "2024-02-29"),
            cells("甲", "12345678901234567", "—"),
        ];
        let bytes = write_xlsx(&Workbook { sheets: vec![sheet(rows.clone())] }).unwrap();
        assert_eq!(bytes, write_xlsx(&Workbook { sheets: vec![sheet(rows)] }).unwrap());
        let wanted = Wanted {
            columns: vec![
                WantedColumn::new("name", &["名称"], CellKind::Text),
                WantedColumn::new("number", &["数值"], CellKind::Decimal),
                WantedColumn::new("day", &["日期"], CellKind::Date),
            ],
        };
        let table = read(&bytes, "export.xlsx", &wanted, &Limits::default()).unwrap();
        assert_eq!((table.header_row, table.sheet.as_deref()), (3, Some("一 览 表")));
        let shown: Vec<Vec<&str>> = table.rows.iter().map(|row| row.raw.iter().collect()).collect();
        assert_eq!(
            shown,
            [
                vec!["=1+1", "98.2", "2026-11-23"],
                vec!["@SUM(A1)", "0.1", "2024-02-29"],
                vec!["甲", "12345678901234567", "—"]
            ]
        );
    }

    #[test]
    fn a_form_reads_back_with_who_signed_it() {
        let entry = |text: &str| SheetCell::Entry(text.to_owned());
        let form = Sheet {
            signatures: vec![("填表人".to_owned(), "甲".to_owned()), ("审核人".to_owned(), String::new())],
            notes: vec!["黄色格填写，其余不改。".to_owned()],
            ..sheet(vec![vec![SheetCell::Text("指标甲".to_owned()), entry("0012"), entry("2026-09-30")]])
        };
        let bytes = write_xlsx(&Workbook { sheets: vec![form] }).unwrap();
        let wanted = Wanted {
            columns: vec![
                WantedColumn::new("name", &["名称"], CellKind::Text),
                WantedColumn::new("number", &["数值"], CellKind::Text),
                WantedColumn::new("day", &["日期"], CellKind::Date),
            ],
        };
        let table = read(&bytes, "form.xlsx", &wanted, &Limits::default()).unwrap();
        let shown: Vec<Vec<&str>> = table.rows.iter().map(|row| row.raw.iter().collect()).collect();
        assert_eq!(shown.first(), Some(&vec!["指标甲", "0012", "2026-09-30"]));
        let below: Vec<&str> = table.notes.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(below, ["黄色格填写，其余不改。", "填表人 甲", "审核人"]);
    }

    #[test]
    fn numbers_that_excel_would_round_stay_text() {
        assert_eq!(exact("98.20"), Some((98.2, 2)));
        assert_eq!(exact("123456789012345"), Some((123_456_789_012_345.0, 0)));
        assert_eq!(exact("1234567890123456"), None);
        assert_eq!(exact("0012"), None);
        assert_eq!(exact("1e5"), None);
    }

    #[test]
    fn tabs_get_names_that_excel_takes() {
        assert_eq!(tab_name("a/b", &[]), "a b");
        assert_eq!(tab_name("", &["表".to_owned()]), "表(2)");
        assert_eq!(tab_name(&"名".repeat(40), &[]).chars().count(), 31);
    }
}
