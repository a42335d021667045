//! 查看明细: the very records behind a number, and the sum that gives the number again.

use axum::extract::{Path, State};
use zhiheng_app::{Error, IndicatorView, Masking, Number, PartRecord, PartWanted, When};
use zhiheng_pack::indicator::{Form, Mode};
use zhiheng_pack::{Indicator, Pack};
use zhiheng_store::Cursor;

use super::content::{Content, read_cursor, write_cursor};
use super::export::{self, Download};
use crate::components::{
    Link,
    action::Action,
    pager::Pager,
    table::{Cell, Column, Row, Table},
    tabs::Tab,
};
use crate::extract::{Params, Visit};
use crate::frame::shell;
use crate::pages::{CellRecordsPage, Computation};
use crate::problem::{Answer, show as page_of};
use crate::public::{indicator::sampling_note, numbers};
use crate::server::Server;
use crate::words::{address, count, date, exact, plain_date, unless_today};

const PAGE: usize = 50;
/// Pages that are looked through for a bureau before one of its own records is found.
const LOOKED: usize = 10;

pub(crate) type Next = Option<(usize, Option<Cursor>)>;

/// Pages that the way back remembers; an address stays short enough for every proxy.
const TRAIL: usize = 40;

/// A page that was turned: the number of its first record, and where it began. A part of a number is found by looking through records, which
/// has no backward direction; so the address carries the way that was come.
#[derive(Clone, Copy)]
struct Turned {
    first: u64,
    after: Next,
}

impl Turned {
    fn read(text: &str) -> Option<Turned> {
        let (first, after) = text.split_once(':')?;
        Some(Turned { first: first.parse().ok()?, after: read_after(after) })
    }

    fn write(&self) -> String {
        format!("{}:{}", self.first, self.after.as_ref().map(write_after).unwrap_or_default())
    }
}

/// What an address asks for.
pub(crate) struct Asked {
    pub(crate) id: String,
    pub(crate) when: When,
    pub(crate) today: i32,
    pub(crate) area: Option<String>,
    pub(crate) part: PartWanted,
    here: Turned,
    trail: Vec<Turned>,
}

impl Asked {
    pub(crate) fn read(pack: &Pack, id: &str, params: &Params, today: i32) -> Result<Asked, Error> {
        let known = pack.indicator(id).filter(|indicator| !indicator.helper);
        let indicator = known.ok_or_else(|| Error::NotFound("这个指标".to_owned()))?;
        let mut when = numbers::when_of(params, today)?;
        if let Ok(year) = params.get("year").parse::<i16>() {
            when.as_of = zhiheng_pack::day::last_of_year(year).min(today);
        }
        let part = match params.get("part") {
            "numerator" => PartWanted::Numerator,
            "rest" => PartWanted::Rest,
            "uncounted" => PartWanted::Uncounted,
            "denominator" => PartWanted::Denominator,
            _ if indicator.form == Form::Ratio => PartWanted::Denominator,
            _ => PartWanted::Numerator,
        };
        Ok(Asked {
            id: id.to_owned(),
            when,
            today,
            area: Some(params.get("area")).filter(|area| !area.is_empty()).map(str::to_owned),
            part,
            here: Turned { first: params.get("no").parse().unwrap_or(1), after: read_after(params.get("after")) },
            trail: params.get("trail").split('~').filter_map(Turned::read).collect(),
        })
    }

    /// The address of a page, reached over the pages of a trail.
    fn turned(&self, to: Turned, trail: &[Turned]) -> String {
        let latest = trail.get(trail.len().saturating_sub(TRAIL)..).unwrap_or_default();
        let trail = latest.iter().map(Turned::write).collect::<Vec<_>>().join("~");
        let (after, no) = (to.after.as_ref().map(write_after).unwrap_or_default(), to.first.to_string());
        self.address("records", self.part, &[("after", &after), ("no", &no), ("trail", &trail)])
    }

    fn next(&self, to: Turned) -> String {
        self.turned(to, &[self.trail.as_slice(), &[self.here]].concat())
    }

    fn previous(&self) -> Option<String> {
        self.trail.split_last().map(|(last, before)| self.turned(*last, before))
    }

    fn address(&self, path: &str, part: PartWanted, more: &[(&str, &str)]) -> String {
        let as_of = unless_today(self.when.as_of, self.today);
        let known_on = self.when.known_on.map(plain_date).unwrap_or_default();
        let mut values = vec![
            ("part", part_name(part)),
            ("area", self.area.as_deref().unwrap_or_default()),
            ("as_of", as_of.as_str()),
            ("known_on", known_on.as_str()),
        ];
        values.extend_from_slice(more);
        address(&format!("/indicators/{}/{path}", self.id), &values)
    }
}

fn part_name(part: PartWanted) -> &'static str {
    match part {
        PartWanted::Numerator => "numerator",
        PartWanted::Denominator => "denominator",
        PartWanted::Rest => "rest",
        PartWanted::Uncounted => "uncounted",
    }
}

pub(crate) fn read_after(text: &str) -> Next {
    let (kind, cursor) = text.split_once('.')?;
    let cursor = if cursor.is_empty() { None } else { Some(read_cursor(cursor)?) };
    Some((kind.parse().ok()?, cursor))
}

pub(crate) fn write_after((kind, cursor): &(usize, Option<Cursor>)) -> String {
    format!("{kind}.{}", cursor.as_ref().map(write_cursor).unwrap_or_default())
}

/// `GET /indicators/ID/records`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Path(id): Path<String>, params: Params) -> Answer {
    let asked = Asked::read(&server.app().pack, &id, &params, server.app().today())?;
    let (when, area, part, after) = (asked.when, asked.area.clone(), asked.part, asked.here.after);
    let reader = visit.clone();
    let (view, records, next) = server
        .run(move |app| {
            let view = app.indicator(&id, when)?;
            let (mut found, mut next) = (Vec::new(), after);
            for _ in 0..LOOKED {
                let page = app.cell_records(&id, when, area.as_deref(), part, next, PAGE)?;
                let mine = |record: &PartRecord| {
                    app.pack.kinds.get(record.kind).is_some_and(|kind| reader.sees(kind, &record.row))
                };
                found.extend(page.records.into_iter().filter(mine));
                next = page.next;
                if next.is_none() || !found.is_empty() {
                    break;
                }
            }
            Ok((view, found, next))
        })
        .await?;
    let page = page(&server.app().pack, &visit, &asked, &view, &records, next);
    Ok(page_of(CellRecordsPage { shell: shell(&server, &visit), ..page }.render()))
}

/// `GET /indicators/ID/records.xlsx`
pub(crate) async fn download(
    State(server): State<Server>,
    visit: Visit,
    staff: crate::extract::Staff,
    Path(id): Path<String>,
    params: Params,
) -> Answer {
    let asked = Asked::read(&server.app().pack, &id, &params, server.app().today())?;
    if !takes_out_all(&server.app().pack, &visit, &asked.id) {
        // The file would hold records that the reader may not take out.
        return Err(Error::NotPermitted.into());
    }
    let watermark = export::watermark(&server, &staff.0);
    let made = server
        .run(move |app| {
            let masking = Masking::For(Box::new(staff.0.clone()));
            let (area, part) = (asked.area.as_deref(), asked.part);
            let made = app.export_cell(&asked.id, asked.when, area, part, &watermark, &masking)?;
            app.log_export(&staff.0, &format!("{}底稿", asked.id), part_name(part), made.rows)?;
            Ok(made)
        })
        .await?;
    Ok(Download::from(made).answer())
}

/// Whether a reader may take out every record of the kinds that a number is made of.
fn takes_out_all(pack: &Pack, visit: &Visit, indicator: &str) -> bool {
    let Some(indicator) = pack.indicator(indicator) else { return false };
    let earlier = indicator.earlier.iter().filter_map(|at| pack.indicators.get(*at));
    let sources = std::iter::once(indicator).chain(earlier).flat_map(|one| one.over.iter().chain(&one.reported));
    visit.account.is_some()
        && sources.filter_map(|source| pack.kinds.get(source.kind)).all(|kind| visit.export_scope(kind).is_none())
}

fn page(
    pack: &Pack,
    visit: &Visit,
    asked: &Asked,
    view: &IndicatorView,
    records: &[PartRecord],
    next: Next,
) -> CellRecordsPage {
    let Some(indicator) = pack.indicators.get(view.row.indicator) else { return CellRecordsPage::default() };
    let number = match &asked.area {
        Some(area) => view.areas.iter().find(|part| part.id == *area).map(|part| &part.number),
        None => Some(&view.row.number),
    };
    let area = asked.area.as_deref().map(|code| pack.area(code).map_or(code, |area| area.name.as_str()));
    let cell: Vec<String> = [Some(format!("截至 {}", date(asked.when.as_of))), area.map(str::to_owned)]
        .into_iter()
        .flatten()
        .chain(asked.when.known_on.map(|known| format!("按 {} 当时所知", date(known))))
        .collect();
    let first = asked.here.first;
    let last = first + u64::try_from(records.len()).unwrap_or_default();
    let total = total(indicator, asked, number, view);
    CellRecordsPage {
        indicator: indicator.name.clone(),
        indicator_href: format!("/indicators/{}", indicator.id),
        cell: cell.join("　"),
        computation: number.and_then(|number| computation(indicator, number)),
        parts: tabs(indicator, asked, number, view),
        about: about(indicator, asked.part, visit),
        exports: takes_out_all(pack, visit, &indicator.id)
            .then(|| Action::open("下载底稿", asked.address("records.xlsx", asked.part, &[])))
            .into_iter()
            .collect(),
        table: table(pack, visit, asked, records),
        pager: Pager {
            total: total.unwrap_or_else(|| records.len().to_string() + if next.is_some() { "+" } else { "" }),
            previous: asked.previous(),
            next: next.map(|next| asked.next(Turned { first: last, after: Some(next) })),
            shown: (last > first).then(|| format!("{first}–{}", last - 1)),
        },
        ..CellRecordsPage::default()
    }
}

/// The sum above the records.
fn computation(indicator: &Indicator, number: &Number) -> Option<Computation> {
    let value = number.value.map(|value| numbers::shown(indicator, value))?;
    let unit = if indicator.unit == "%" { "%".to_owned() } else { format!(" {}", indicator.unit) };
    let factor = if indicator.factor == zhiheng_pack::Decimal::ONE {
        String::new()
    } else {
        format!(" × {}", exact(indicator.factor))
    };
    let sum = match (indicator.form, number.numerator, number.denominator) {
        (Form::Ratio, Some(numerator), Some(denominator)) => {
            format!("{} ÷ {}{factor} = {value}{unit}", exact(numerator), exact(denominator))
        }
        (_, Some(numerator), Some(denominator)) => {
            format!("{} ÷ {} = {value}{unit}", exact(numerator), exact(denominator))
        }
        _ => format!("{value}{unit}"),
    };
    let sampling = Some(sampling_note(indicator)).filter(|note| !note.is_empty() && number.n.is_some());
    let note: Vec<String> =
        [Some(format!("口径第 {} 版", indicator.version)), sampling.map(str::to_owned)].into_iter().flatten().collect();
    Some(Computation { sum, note: note.join("，") })
}

/// Counts of the parts, where the number says them: a ratio of counts, or a count.
fn part_count(
    indicator: &Indicator,
    part: PartWanted,
    number: Option<&Number>,
    view: &IndicatorView,
) -> Option<String> {
    let more = if view.uncounted_complete { "" } else { "+" };
    if part == PartWanted::Uncounted {
        let records: usize = view.uncounted.iter().map(|reason| reason.records).sum();
        return Some(count(records) + more);
    }
    let number = number.filter(|_| indicator.mode != Mode::Reported && !indicator.distinct)?;
    let (numerator, denominator) = (number.numerator, number.denominator);
    match (indicator.form, part) {
        (Form::Ratio, _) if number.n.is_none() => None,
        (Form::Ratio, PartWanted::Numerator) => numerator.map(exact),
        (Form::Ratio, PartWanted::Denominator) => denominator.map(exact),
        (Form::Ratio, PartWanted::Rest) => denominator.zip(numerator).map(|(all, part)| exact(all - part)),
        _ => None,
    }
}

fn total(indicator: &Indicator, asked: &Asked, number: Option<&Number>, view: &IndicatorView) -> Option<String> {
    part_count(indicator, asked.part, number, view)
        .filter(|_| asked.area.is_none() || asked.part != PartWanted::Uncounted)
}

fn tabs(indicator: &Indicator, asked: &Asked, number: Option<&Number>, view: &IndicatorView) -> Vec<Tab> {
    let named: &[(PartWanted, &str)] = match indicator.form {
        Form::Ratio => &[
            (PartWanted::Denominator, "分母"),
            (PartWanted::Numerator, "分子"),
            (PartWanted::Rest, "在分母不在分子"),
            (PartWanted::Uncounted, "未计入"),
        ],
        _ => &[(PartWanted::Numerator, "计入"), (PartWanted::Uncounted, "未计入")],
    };
    let tab = |(part, label): &(PartWanted, &str)| Tab {
        label: (*label).to_owned(),
        count: part_count(indicator, *part, number, view),
        href: asked.address("records", *part, &[]),
        current: *part == asked.part
            || indicator.form != Form::Ratio && *part == PartWanted::Numerator && asked.part != PartWanted::Uncounted,
    };
    named.iter().map(tab).collect()
}

fn about(indicator: &Indicator, part: PartWanted, visit: &Visit) -> String {
    let text = match part {
        PartWanted::Numerator => indicator.numerator_text.clone().unwrap_or_default(),
        PartWanted::Denominator => indicator.denominator_text.clone().unwrap_or_default(),
        PartWanted::Rest => "在分母而不在分子的记录。".to_owned(),
        PartWanted::Uncounted => "有记录而不计入本指标的，逐条说明原因。".to_owned(),
    };
    if visit.is_office() {
        return text;
    }
    format!("{text} 只列出本单位和本辖区的记录；合计为全县数。").trim().to_owned()
}

fn table(pack: &Pack, visit: &Visit, asked: &Asked, records: &[PartRecord]) -> Table {
    let uncounted = asked.part == PartWanted::Uncounted;
    let mut columns =
        vec![Column::number("序号"), Column::header("记录"), Column::text("日期"), Column::text("乡镇街道")];
    columns.push(Column::text(if uncounted { "未计入的原因" } else { "台账" }));
    let row = |(record, no): (&PartRecord, u64)| {
        let kind = pack.kinds.get(record.kind)?;
        let content = Content::of(pack, kind, visit).at(&record.row);
        let area = record.row.area.as_deref().map(|code| pack.area(code).map_or("县外", |area| area.name.as_str()));
        let last = match &record.reason {
            Some(reason) => Cell::Text(reason.clone()),
            None => Cell::Soft(kind.name.clone()),
        };
        Some(Row::new(vec![
            Cell::Soft(no.to_string()),
            Cell::Link(Link::new(content.label(&record.record), content.href(&record.row.id))),
            Cell::Text(record.row.day.map(date).unwrap_or_default()),
            Cell::Text(area.unwrap_or_default().to_owned()),
            last,
        ]))
    };
    Table {
        id: "behind".into(),
        caption: "明细".into(),
        quiet_caption: true,
        columns,
        rows: records.iter().zip(asked.here.first..).filter_map(row).collect(),
        stacked: true,
        ..Table::default()
    }
}
