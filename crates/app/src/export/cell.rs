//! 底稿: one number with its definition, and the very records behind it.

use zhiheng_pack::{Indicator, day};
use zhiheng_sheet::{Paper, Sheet, SheetCell, SheetColumn};

use super::kind::columns;
use super::{ExportFile, Masking, XLSX, watermark_of, workbook};
use crate::board::{print, start};
use crate::{App, Error, Number, PartRecord, PartWanted, When};

/// Records of one 底稿.
const RECORDS: usize = 200_000;
const PAGE: usize = 1000;

impl App {
    /// The records behind a number, with the number itself on the first sheet.
    pub fn export_cell(
        &self,
        indicator_id: &str,
        when: When,
        area: Option<&str>,
        part: PartWanted,
        watermark: &str,
        masking: &Masking,
    ) -> Result<ExportFile, Error> {
        let missing = || Error::NotFound("这个指标".to_owned());
        let at = self.pack.indicators.iter().position(|known| known.id == indicator_id).ok_or_else(missing)?;
        let indicator = self.pack.indicators.get(at).ok_or_else(missing)?;
        let dimension = area.map(|area| format!("a:{area}")).unwrap_or_default();
        let mut reader = self.store.read()?;
        let number =
            self.numbers(&mut reader, when, &dimension)?.remove(&at).map(|(number, _)| number).unwrap_or_default();
        drop(reader);
        let records = self.all_records(indicator_id, when, area, part)?;
        let count = records.len();
        let mut sheets = vec![self.definition(indicator, &number, when, area, part, count)];
        sheets.extend(self.record_sheets(&records, part, masking));
        for sheet in &mut sheets {
            sheet.watermark = watermark_of(watermark);
        }
        let (extension, media_type) = XLSX;
        let name = self.file_name(&format!("{}底稿", indicator.name), when.as_of, extension);
        Ok(ExportFile { name, media_type, bytes: workbook(sheets)?, rows: count })
    }

    fn all_records(
        &self,
        id: &str,
        when: When,
        area: Option<&str>,
        part: PartWanted,
    ) -> Result<Vec<PartRecord>, Error> {
        let mut records = Vec::new();
        let mut after = None;
        loop {
            let page = self.cell_records(id, when, area, part, after, PAGE)?;
            records.extend(page.records);
            if records.len() > RECORDS {
                return Err(Error::WrongState(format!("这个数字背后的记录超过 {RECORDS} 条，请按乡镇分别下载")));
            }
            after = page.next;
            if after.is_none() {
                return Ok(records);
            }
        }
    }

    fn definition(
        &self,
        indicator: &Indicator,
        number: &Number,
        when: When,
        area: Option<&str>,
        part: PartWanted,
        count: usize,
    ) -> Sheet {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
        let plain = |value: Option<zhiheng_pack::Decimal>| {
            value.map_or_else(|| "—".to_owned(), |value| value.normalize().to_string())
        };
        let from = start(&self.pack, indicator, when.as_of).filter(|_| indicator.is_additive());
        let period = match from {
            Some(from) => format!("{} 至 {}", day::date(from), day::date(when.as_of)),
            None => format!("截至 {}", day::date(when.as_of)),
        };
        let place = area
            .map_or(self.pack.place_name.as_str(), |area| self.pack.area(area).map_or(area, |area| area.name.as_str()));
        let value = number.value.map_or_else(
            || "无数据".to_owned(),
            |value| format!("{}{}", print(value, indicator.decimals), indicator.unit),
        );
        let interval = number.interval.map_or_else(|| "—".to_owned(), |(low, high)| format!("{low}～{high}"));
        let traps = indicator.traps.join("\n");
        let lines: Vec<(&str, String)> = vec![
            ("指标", indicator.name.clone()),
            ("范围", place.to_owned()),
            ("期间", period),
            ("按当时已登记的数据", when.known_on.map_or_else(|| "否".to_owned(), |known| day::date(known).to_string())),
            ("数值", value),
            ("分子", plain(number.numerator)),
            ("分母", plain(number.denominator)),
            ("样本数", number.n.map_or_else(|| "—".to_owned(), |n| n.to_string())),
            ("95%置信区间", interval),
            ("本底稿所列", format!("{}，共 {count} 条", part_name(part))),
            ("定义", indicator.definition.clone()),
            ("分子口径", text(&indicator.numerator_text)),
            ("分母口径", text(&indicator.denominator_text)),
            ("计算方法", text(&indicator.method)),
            ("口径说明", text(&indicator.ruling_note.clone().or_else(|| indicator.ruling_pending.clone()))),
            ("易错点", if traps.is_empty() { "—".to_owned() } else { traps }),
            ("方案原文", text(&indicator.quote)),
            ("口径版本", indicator.version.to_string()),
            ("方案包", crate::hex(&self.pack.hash)),
        ];
        let column = |header: &str, width| SheetColumn { header: header.to_owned(), width };
        Sheet {
            name: "口径".to_owned(),
            titles: vec![format!("{}底稿", indicator.name), format!("导出日期 {}", day::date(self.today()))],
            columns: vec![column("项目", 20), column("内容", 100)],
            rows: lines
                .into_iter()
                .map(|(name, value)| vec![SheetCell::Text(name.to_owned()), SheetCell::Text(value)])
                .collect(),
            notes: self.notice().into_iter().collect(),
            paper: Paper::A4Landscape,
            ..Sheet::default()
        }
    }

    /// A sheet for each kind.
    fn record_sheets(&self, records: &[PartRecord], part: PartWanted, masking: &Masking) -> Vec<Sheet> {
        let mut sheets = Vec::new();
        let mut positions: Vec<usize> = records.iter().map(|record| record.kind).collect();
        positions.dedup();
        for position in positions {
            let Some(kind) = self.pack.kinds.get(position) else { continue };
            let mut headers = columns(kind);
            if part == PartWanted::Uncounted {
                headers.insert(1, SheetColumn { header: "未计入的原因".to_owned(), width: 30 });
            }
            let mine = records.iter().filter(|record| record.kind == position);
            let rows: Vec<Vec<SheetCell>> = mine
                .map(|record| {
                    let mut cells = self.cells(kind, &record.row, &record.record, masking);
                    if part == PartWanted::Uncounted {
                        cells.insert(1, SheetCell::Text(record.reason.clone().unwrap_or_default()));
                    }
                    cells
                })
                .collect();
            sheets.push(Sheet {
                name: kind.name.clone(),
                titles: vec![format!("{}（{}）", kind.name, part_name(part)), format!("共 {} 条", rows.len())],
                columns: headers,
                rows,
                notes: Vec::new(),
                paper: Paper::A3Landscape,
                ..Sheet::default()
            });
        }
        sheets
    }
}

fn part_name(part: PartWanted) -> &'static str {
    match part {
        PartWanted::Numerator => "计入分子的记录",
        PartWanted::Denominator => "计入分母的记录",
        PartWanted::Rest => "计入分母而未计入分子的记录",
        PartWanted::Uncounted => "未计入的记录",
    }
}
