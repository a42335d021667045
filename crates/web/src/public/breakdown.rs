//! 指标的分项: one number by township, by body, by month, and the values that were reported.

use zhiheng_app::{AreaNumber, IndicatorView, Number, PeriodNumber, When};
use zhiheng_pack::indicator::Form;
use zhiheng_pack::{Indicator, Pack};

use super::indicator::{parts, records};
use super::numbers;
use crate::components::{
    Link,
    table::{Cell, Column, Row, Table},
};
use crate::words::{date, exact};

/// The tables under a number.
pub(super) fn breakdowns(
    pack: &Pack,
    indicator: &Indicator,
    view: &IndicatorView,
    when: When,
    today: i32,
) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut note = format!("截至 {}；点数字查看明细", date(when.as_of));
    if indicator.distinct {
        note.push_str("；按主体去重，各处相加不等于全县");
    }
    if let Some(own) = &indicator.note {
        note.push('；');
        note.push_str(own.trim_end_matches('。'));
    }
    if !view.areas.is_empty() {
        tables.push(by_part("by-area", "按乡镇街道", "乡镇街道", &note, indicator, &view.areas, |id| {
            Some(records(
                indicator,
                if indicator.form == Form::Ratio { "denominator" } else { "numerator" },
                id,
                when,
                today,
            ))
        }));
    }
    if view.bodies.len() > 1 {
        tables.push(by_part("by-body", "按单位", "单位", &note, indicator, &view.bodies, |_| None));
    }
    if !view.months.is_empty() {
        tables.push(by_month(indicator, &view.months));
    }
    if !view.reported.is_empty() {
        tables.push(by_report(pack, indicator, &view.reported));
    }
    tables
}

fn by_part(
    id: &str,
    caption: &str,
    header: &str,
    note: &str,
    indicator: &Indicator,
    parts: &[AreaNumber],
    link: impl Fn(&str) -> Option<String>,
) -> Table {
    let ratio = indicator.form == Form::Ratio;
    let counted = |label: String, id: &str| match link(id) {
        Some(href) if !label.is_empty() => Cell::Link(Link::new(label, href)),
        _ => Cell::Text(label),
    };
    let row = |part: &AreaNumber| {
        let value = numbers::value(indicator, &part.number);
        let mut cells = vec![Cell::Text(part.name.clone())];
        if ratio {
            cells.push(counted(part.number.denominator.map(exact).unwrap_or_default(), &part.id));
            cells.push(Cell::Noted(value, numbers::interval(&part.number).unwrap_or_default()));
        } else {
            cells.push(counted(value, &part.id));
        }
        Row::new(cells)
    };
    let mut columns = vec![Column::header(header)];
    if ratio {
        columns.push(Column::number(numbers::in_short(indicator.denominator_text.as_deref().unwrap_or("分母"))));
    }
    columns.push(Column::number(if indicator.unit.is_empty() {
        "数值".into()
    } else {
        format!("数值（{}）", indicator.unit)
    }));
    Table {
        id: id.into(),
        caption: caption.into(),
        note: Some(note.to_owned()),
        columns,
        rows: parts.iter().map(row).collect(),
        ..Table::default()
    }
}

fn by_month(indicator: &Indicator, months: &[PeriodNumber]) -> Table {
    let ratio = indicator.form == Form::Ratio;
    let row = |part: &PeriodNumber| {
        let (year, month) = (part.period.div_euclid(12), part.period.rem_euclid(12) + 1);
        let mut cells = vec![Cell::Text(format!("{year}年{month}月"))];
        if ratio {
            cells.push(Cell::Text(parts(indicator, &part.number).unwrap_or_default()));
        }
        cells.push(Cell::Text(numbers::value(indicator, &part.number)));
        Row::new(cells)
    };
    let mut columns = vec![Column::header("月份")];
    if ratio {
        columns.push(Column::number("分子 ÷ 分母"));
    }
    columns.push(Column::number(if indicator.unit.is_empty() {
        "数值".into()
    } else {
        format!("数值（{}）", indicator.unit)
    }));
    let each = matches!(indicator.form, Form::Ratio | Form::Flow) && !indicator.distinct;
    Table {
        id: "by-month".into(),
        caption: "按月".into(),
        note: Some(if each { "当月数" } else { "月末数" }.into()),
        columns,
        rows: months.iter().map(row).collect(),
        ..Table::default()
    }
}

fn by_report(pack: &Pack, indicator: &Indicator, reported: &[Number]) -> Table {
    let kind = indicator
        .reported
        .as_ref()
        .or_else(|| indicator.over.first())
        .and_then(|source| pack.kinds.get(source.kind))
        .map_or("", |kind| kind.id.as_str());
    let row = |number: &Number| {
        let value = numbers::value(indicator, number);
        let shown = match number.reported_by {
            Some(id) => Cell::Link(Link::new(value, format!("/kinds/{kind}/{id}"))),
            None => Cell::Text(value),
        };
        Row::new(vec![Cell::Text(number.dated.map(date).unwrap_or_default()), shown])
    };
    Table {
        id: "by-report".into(),
        caption: "报送和公布的数值".into(),
        note: Some("点数值查看来源".into()),
        columns: vec![Column::header("数据日期"), Column::number("数值")],
        rows: reported.iter().rev().take(40).map(row).collect(),
        ..Table::default()
    }
}
