//! 指标页: one number, how it came about, and the ways to its records.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use zhiheng_app::{Error, IndicatorView, Number, Origin, PeriodNumber, When};
use zhiheng_pack::indicator::{Form, Mode, Sampling};
use zhiheng_pack::{Indicator, Pack, day};

use super::breakdown::breakdowns;
use super::{data, numbers, publications};
use crate::components::{
    Link,
    action::{Action, Weight},
    chart::{Chart, ChartPoint, TargetLine},
};
use crate::extract::{Params, Visit};
use crate::frame::shell;
use crate::office::publish;
use crate::office::raised::from_here;
use crate::pages::{Definition, IndicatorLive, IndicatorPage, Quantity, Quote, Uncounted, VersionNote};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::{address, count, date, exact, float, plain_date, share, unless_today};

/// `GET /indicators/ID` and `GET /indicators/ID.json`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Path(id): Path<String>, params: Params) -> Answer {
    let (id, as_data) = id.strip_suffix(".json").map_or((id.as_str(), false), |id| (id, true));
    let today = server.app().today();
    let when = numbers::when_of(&params, today)?;
    let wanted = id.to_owned();
    let view = match visit.sees_live() {
        true => Some(server.run(move |app| app.indicator(&wanted, when)).await?),
        false => None,
    };
    let (wanted, staff) = (id.to_owned(), visit.account.is_some() && visit.sees_live());
    let (published, changes, draft) = server
        .run(move |app| {
            let published = app.public_numbers_of(&wanted)?;
            let mut changes = Vec::new();
            for item in published.iter().filter(|_| staff) {
                changes.push(app.published_change(&item.id)?);
            }
            let of_now = staff && when.known_on.is_none() && app.pack.indicator(&wanted).is_some_and(|one| !one.helper);
            let draft = if of_now { app.draft_of_number(&wanted, when.as_of)? } else { None };
            Ok((published, changes, draft))
        })
        .await?;
    let pack = &server.app().pack;
    let open = view.is_some() || !published.is_empty();
    let known = pack.indicator(id).filter(|indicator| indicator.is_of_plan() || (open && !indicator.helper));
    let indicator = known.ok_or_else(|| Error::NotFound("这个指标".to_owned()))?;
    if as_data {
        return Ok(Json(data::indicator(pack, indicator, view.as_ref(), when, &published)).into_response());
    }
    let mut page = plan_page(pack, indicator, when);
    page.published = publications::of_indicator(&published);
    page.published_chart = publications::chart(indicator, &published);
    for (shown, change) in page.published.iter_mut().zip(&changes) {
        shown.difference = change.as_ref().map(|change| publish::difference(pack, change));
    }
    if let Some(view) = &view {
        page.live = Some(live(pack, indicator, view, when, today));
        page.actions = actions(indicator, &visit, pack, when, today);
        page.actions.extend(draft.as_ref().and_then(|draft| publish::way(pack, &visit, draft)));
    }
    if visit.account.as_ref().is_some_and(zhiheng_app::Account::acts) {
        let (reader, origin) = (visit.clone(), Origin::Indicator(indicator.id.clone()));
        page.raised = server.run(move |app| from_here(app, &reader, &origin)).await?;
    }
    Ok(page_of(IndicatorPage { shell: shell(&server, &visit), ..page }.render()))
}

/// The plan's own content.
pub(crate) fn plan_page(pack: &Pack, indicator: &Indicator, when: When) -> IndicatorPage {
    let year = |year: i16, value: String| if value.is_empty() { String::new() } else { format!("{year} 年 {value}") };
    let unit = match indicator.unit.as_str() {
        "" => String::new(),
        "%" => "%".to_owned(),
        unit => format!(" {unit}"),
    };
    let with_unit = |value: String| if value.is_empty() { value } else { format!("{value}{unit}") };
    IndicatorPage {
        group: numbers::group(pack, indicator).to_owned(),
        position: numbers::position(indicator),
        name: indicator.name.clone(),
        bodies: numbers::bodies(pack, indicator),
        basis: basis(pack, indicator),
        unit: indicator.unit.clone(),
        baseline: indicator
            .baseline
            .as_ref()
            .map(|baseline| year(baseline.year, with_unit(numbers::baseline(indicator))))
            .unwrap_or_default(),
        target: indicator
            .target
            .as_ref()
            .map(|target| year(target.year, with_unit(numbers::target(indicator))))
            .unwrap_or_default(),
        elapsed: format!("时间已过 {}", share(numbers::elapsed(pack, indicator, when.as_of))),
        quote: quote(pack, indicator),
        definition: Definition {
            versions: versions(pack, indicator, when),
            ..definition(pack, pack.in_force(indicator, when.as_of))
        },
        ..IndicatorPage::default()
    }
}

/// 按年，按抽样日期归属.
fn basis(pack: &Pack, indicator: &Indicator) -> String {
    let dated = indicator.over.first().and_then(|source| {
        let field = pack.kinds.get(source.kind)?.fields.get(source.day)?;
        Some(field.name.as_str())
    });
    match (indicator.mode, indicator.form, dated) {
        (Mode::Reported, ..) => "由责任单位报送".to_owned(),
        (_, Form::Ratio | Form::Flow, Some(dated)) => {
            let period = match indicator.period {
                zhiheng_pack::indicator::Period::Year => "按年",
                zhiheng_pack::indicator::Period::ToDate => "基期以来累计",
            };
            format!("{period}，按{dated}归属")
        }
        (_, Form::Stock, Some(dated)) => format!("按当日在效数，自{dated}起计"),
        (_, Form::Level | Form::Survey, _) => "取最近一次".to_owned(),
        (_, Form::Composite, _) => "由其他指标合成".to_owned(),
        _ => String::new(),
    }
}

fn quote(pack: &Pack, indicator: &Indicator) -> Option<Quote> {
    let text = indicator.quote.clone().or_else(|| indicator.text_targets.first().cloned())?;
    let place = indicator.row.map_or_else(|| "正文".to_owned(), |row| format!("附件1 第 {row} 项"));
    let href = format!("/plan{}", line_of(&pack.document, &text));
    Some(Quote { before: String::new(), target: text, after: String::new(), place, href })
}

/// The line of the plan page on which a quote begins; empty where it is not found.
fn line_of(document: &str, quote: &str) -> String {
    let Some(before) = document.find(quote).and_then(|at| document.get(..at)) else { return String::new() };
    let line = before.rsplit_once('\n').map_or("", |(above, _)| above);
    let start = if before.contains('\n') { line.chars().count() + 1 } else { 0 };
    format!("#l{start}")
}

fn definition(pack: &Pack, indicator: &Indicator) -> Definition {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let reporting = indicator.reporting.as_ref().map(|reporting| {
        let by = pack.body(&reporting.by).map_or(reporting.by.as_str(), |body| body.name.as_str());
        let every = match reporting.every.as_str() {
            "month" => "每月",
            "quarter" => "每季度",
            "half_year" => "每半年",
            "year" => "每年",
            other => other,
        };
        format!("{by}，{every}，依据{}", reporting.document)
    });
    let pending = indicator.ruling_pending.as_ref().map(|why| format!("口径待县里明确：{why}"));
    let ruling = pending.or_else(|| indicator.ruling_note.clone());
    let split = indicator.split_undecided.then(|| "县里尚未决定向乡镇或部门分解。".to_owned());
    let method: Vec<String> = [text(&indicator.method), text(&indicator.note), split.unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    Definition {
        version: format!("第 {} 版", indicator.version),
        since: indicator.since.map(|since| format!("{}起", date(day::number(since)))).unwrap_or_default(),
        text: indicator.definition.clone(),
        numerator: text(&indicator.numerator_text),
        denominator: text(&indicator.denominator_text),
        method: method.join(" "),
        traps: indicator.traps.clone(),
        verified: indicator.verified,
        reporting,
        ruling,
        versions: Vec::new(),
    }
}

/// The definitions that hold on other days than the one looked at, the newest first.
fn versions(pack: &Pack, indicator: &Indicator, when: When) -> Vec<VersionNote> {
    let shown = pack.in_force(indicator, when.as_of);
    let earlier = indicator.earlier.iter().rev().filter_map(|at| pack.indicators.get(*at));
    let others = std::iter::once(indicator).chain(earlier).filter(|one| one.def != shown.def);
    let day_of = |given: Option<_>| given.map(|one| date(day::number(one)));
    let note = |one: &Indicator| VersionNote {
        version: format!("第 {} 版", one.version),
        span: match (day_of(one.since), day_of(one.until)) {
            (Some(since), Some(until)) => format!("{since}至{until}"),
            (Some(since), None) => format!("{since}起"),
            (None, Some(until)) => format!("至{until}"),
            (None, None) => String::new(),
        },
        note: match &one.changed_because {
            Some(why) => format!("{} 调整原因：{why}", one.definition),
            None => one.definition.clone(),
        },
    };
    others.map(note).collect()
}

/// A link to the records behind a number.
pub(super) fn records(indicator: &Indicator, part: &str, area: &str, when: When, today: i32) -> String {
    let as_of = unless_today(when.as_of, today);
    let known_on = when.known_on.map(plain_date).unwrap_or_default();
    address(
        &format!("/indicators/{}/records", indicator.id),
        &[("part", part), ("area", area), ("as_of", &as_of), ("known_on", &known_on)],
    )
}

fn actions(indicator: &Indicator, visit: &Visit, pack: &Pack, when: When, today: i32) -> Vec<Action> {
    let mut actions = Vec::new();
    if opens(indicator) {
        let part = if indicator.form == Form::Ratio { "denominator" } else { "numerator" };
        actions.push(Action::open("查看明细", records(indicator, part, "", when, today)).weight(Weight::Primary));
    }
    let reports = pack.reports().filter(|(_, kind)| indicator.mode != Mode::Computed && visit.may_write_kind(kind));
    let named = reports.and_then(|(_, kind)| Some((kind, kind.fields.get(kind.reports?.indicator)?)));
    actions.extend(named.map(|(kind, field)| {
        Action::open("报送数值", address(&format!("/kinds/{}/new", kind.id), &[(&field.id, &indicator.id)]))
    }));
    let kinds: Vec<usize> = indicator.over.iter().map(|source| source.kind).collect();
    let first = kinds.first().and_then(|at| pack.kinds.get(*at)).filter(|kind| visit.may_import(kind));
    actions.extend(first.map(|kind| Action::open(format!("导入{}", kind.name), format!("/kinds/{}/import", kind.id))));
    actions
}

/// The number rests on records of its own.
fn opens(indicator: &Indicator) -> bool {
    !indicator.over.is_empty() || indicator.reported.is_some()
}

/// The live side.
pub(crate) fn live(pack: &Pack, indicator: &Indicator, view: &IndicatorView, when: When, today: i32) -> IndicatorLive {
    let row = &view.row;
    let value = numbers::value(indicator, &row.number);
    let target = numbers::target(indicator);
    let year = indicator.target.as_ref().map_or(pack.target_year, |target| target.year);
    let judged = row.number.value.is_some() && indicator.ruling_pending.is_none();
    let floor = row.verdict.margin.is_some();
    let light = numbers::light_of(row.verdict.light);
    IndicatorLive {
        comparison: if judged && !target.is_empty() { format!("{year} 年目标 {target}") } else { String::new() },
        verdict: if judged && floor { format!("考核口径：{}", light.word()) } else { String::new() },
        light,
        as_of: format!("截至 {}", date(when.as_of))
            + &when.known_on.map(|known| format!("，按 {} 当时所知", date(known))).unwrap_or_default(),
        reason: row.reason.clone().filter(|reason| !reason.is_empty()),
        quantities: quantities(indicator, &row.number, when, today),
        remainder: dated(indicator, &row.number),
        hint: numbers::hint(indicator, row),
        reported: reported(indicator, &row.number, row.reported.as_ref()),
        chart: chart(pack, indicator, &view.years, when, today),
        breakdowns: breakdowns(pack, indicator, view, when, today),
        uncounted: uncounted(indicator, view, when, today),
        value,
    }
}

fn quantities(indicator: &Indicator, number: &Number, when: When, today: i32) -> Vec<Quantity> {
    let quantity = |name: &str, text: &Option<String>, value, part: &str| {
        let what = text.as_deref().map(|text| format!(" {}", numbers::in_short(text))).unwrap_or_default();
        Quantity {
            name: name.to_owned(),
            link: Link::new(format!("{}{what}", exact(value)), records(indicator, part, "", when, today)),
        }
    };
    let (Some(numerator), Mode::Computed | Mode::Both) = (number.numerator, indicator.mode) else { return Vec::new() };
    let mut found = Vec::new();
    match indicator.form {
        Form::Ratio => {
            found.push(quantity("分子", &indicator.numerator_text, numerator, "numerator"));
            found.extend(
                number.denominator.map(|value| quantity("分母", &indicator.denominator_text, value, "denominator")),
            );
        }
        _ => found.push(quantity("计入", &indicator.numerator_text, numerator, "numerator")),
    }
    found
}

/// The level by which a count is divided, with its day.
fn dated(indicator: &Indicator, number: &Number) -> Option<String> {
    let (denominator, day) = number.denominator.zip(number.dated).filter(|_| indicator.form != Form::Ratio)?;
    let name = numbers::in_short(indicator.denominator_text.as_deref().unwrap_or("分母"));
    Some(format!("{name} {}（{}）", exact(denominator), date(day)))
}

fn reported(indicator: &Indicator, computed: &Number, reported: Option<&Number>) -> Option<String> {
    let reported = reported?;
    let Some(value) = reported.value else { return Some("尚未报送，只有计算值。".to_owned()) };
    let dated = reported.dated.map(|day| format!("（{}）", date(day))).unwrap_or_default();
    let difference = computed.value.map(|own| own - value);
    Some(match difference {
        Some(difference) if difference.is_zero() => format!("报送 {}{dated}，一致。", numbers::shown(indicator, value)),
        Some(difference) => format!(
            "报送 {}{dated}，计算值比它{} {}。",
            numbers::shown(indicator, value),
            if difference.is_sign_negative() { "少" } else { "多" },
            numbers::shown(indicator, difference.abs())
        ),
        None => format!("报送 {}{dated}，没有计算值。", numbers::shown(indicator, value)),
    })
}

fn end_of(year: i32, when: When) -> When {
    let end = i16::try_from(year).map_or(when.as_of, day::last_of_year);
    When { as_of: end.min(when.as_of), ..when }
}

/// Years that are computed under another definition than the year before.
fn breaks(pack: &Pack, indicator: &Indicator, years: &[PeriodNumber]) -> Vec<usize> {
    let def = |year: &PeriodNumber| {
        let end = i16::try_from(year.period).map_or(i32::MAX, day::last_of_year);
        pack.in_force(indicator, end).def
    };
    years
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair.first().map(def) != pair.last().map(def))
        .map(|(at, _)| at + 1)
        .collect()
}

fn chart(pack: &Pack, indicator: &Indicator, years: &[PeriodNumber], when: When, today: i32) -> Option<Chart> {
    if years.iter().filter(|year| year.number.value.is_some()).count() < 2 {
        return None;
    }
    let part = if indicator.form == Form::Ratio { "denominator" } else { "numerator" };
    let point = |year: &PeriodNumber| ChartPoint {
        label: year.period.to_string(),
        value: year.number.value.map(float),
        text: numbers::value(indicator, &year.number),
        interval: year.number.interval.map(|(low, high)| (float(low), float(high))),
        interval_text: numbers::interval(&year.number),
        detail: parts(indicator, &year.number),
        href: opens(indicator).then(|| records(indicator, part, "", end_of(year.period, when), today)),
    };
    let points: Vec<ChartPoint> = years.iter().map(point).collect();
    let target = indicator.target.as_ref().map(|target| {
        let last = points.len().saturating_sub(1);
        let label = format!("目标 {}", numbers::target(indicator));
        let start = indicator.baseline.as_ref().and_then(|baseline| baseline.value);
        let floor = indicator.judge(Some(target.value), when.as_of).margin.is_some();
        let path = match start.filter(|_| !floor) {
            // The straight way from the baseline to the target, as far as the chart goes.
            Some(start) => {
                let whole = f64::from(target.year - indicator.baseline.as_ref().map_or(target.year - 1, |b| b.year));
                let step = (float(target.value) - float(start)) / whole.max(1.0);
                vec![(0, float(start)), (last, float(start) + step * last as f64)]
            }
            None => vec![(0, float(target.value)), (last, float(target.value))],
        };
        TargetLine { label: if floor { label } else { format!("{label}的时间进度") }, path }
    });
    Some(Chart {
        id: "by-year".into(),
        title: format!("{}，按年", indicator.name),
        description: points
            .iter()
            .filter(|point| point.value.is_some())
            .map(|point| format!("{} 年 {}", point.label, point.text))
            .collect::<Vec<_>>()
            .join("，"),
        unit: indicator.unit.clone(),
        period_label: "年份".into(),
        breaks: breaks(pack, indicator, years),
        points,
        target,
    })
}

pub(super) fn parts(indicator: &Indicator, number: &Number) -> Option<String> {
    match (number.numerator, number.denominator, indicator.form) {
        (Some(numerator), Some(denominator), _) => Some(format!("{} ÷ {}", exact(numerator), exact(denominator))),
        _ => None,
    }
}

fn uncounted(indicator: &Indicator, view: &IndicatorView, when: When, today: i32) -> Vec<Uncounted> {
    let href = records(indicator, "uncounted", "", when, today);
    let more = if view.uncounted_complete { "" } else { "+" };
    let one = |reason: &zhiheng_app::UncountedReason| Uncounted {
        reason: reason.reason.clone(),
        count: Link::new(format!("{}{more}", count(reason.records)), href.clone()),
    };
    view.uncounted.iter().map(one).collect()
}

/// What kind of sample, for the note of a cell.
pub(crate) fn sampling_note(indicator: &Indicator) -> &'static str {
    match indicator.sampling {
        Sampling::Targeted => "监督抽检，非随机样本",
        Sampling::Random => "随机样本",
        Sampling::Census => "",
    }
}
