//! 目标指标: every target of the plan; for a reader who may see them, with live values and lights.

use std::collections::BTreeMap;

use axum::extract::State;
use zhiheng_app::{Board, PublicItem, Row, When};
use zhiheng_pack::{Decimal, Indicator, Pack};

use super::{numbers, publications};
use crate::components::{
    Link,
    field::{Choice, Control, Field},
    light::Tone,
    query::Query,
    spark::Spark,
};
use crate::extract::{Params, Visit};
use crate::frame::shell;
use crate::pages::{BoardGroup, BoardLive, BoardPage, BoardRow, Counter, HomeFact, RowLive};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::{address, count, float, moment, plain_date, share, unless_today};

/// Values by year: year, and the values by the position of their indicator.
pub(crate) type Trends = Vec<(i16, BTreeMap<usize, Option<Decimal>>)>;

/// `GET /board`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let today = server.app().today();
    let when = numbers::when_of(&params, today)?;
    let live = match visit.sees_live() {
        true => Some(server.run(move |app| Ok((app.board(when)?, app.trends(when)?))).await?),
        false => None,
    };
    let asked = Asked { when, today, body: params.get("body"), light: params.get("light") };
    let page = match &live {
        Some((board, trends)) => staff_page(board, trends, &asked),
        None => {
            let published = server.run(|app| app.public_board()).await?;
            plan_page(&server.app().pack, &asked, &published)
        }
    };
    Ok(page_of(BoardPage { shell: shell(&server, &visit), ..page }.render()))
}

/// What the address asks for.
pub(crate) struct Asked<'a> {
    pub(crate) when: When,
    pub(crate) today: i32,
    pub(crate) body: &'a str,
    pub(crate) light: &'a str,
}

/// The plan's own content.
pub(crate) fn plan_page(pack: &Pack, asked: &Asked<'_>, published: &BTreeMap<String, PublicItem>) -> BoardPage {
    let shown = |indicator: &Indicator| published.get(&indicator.id).and_then(publications::on_board);
    let with = |indicator| BoardRow { published: shown(indicator), ..row(pack, indicator, asked.today) };
    let rows: Vec<(&Indicator, BoardRow)> = targets(pack).map(|indicator| (indicator, with(indicator))).collect();
    let with_row = rows.iter().filter(|(indicator, _)| indicator.row.is_some()).count();
    let fact = |count: usize, words: &str| HomeFact {
        count: count.to_string(),
        words: words.to_owned(),
        href: "/board".to_owned(),
    };
    let facts = vec![fact(with_row, "项表中指标"), fact(rows.len() - with_row, "项文中目标")];
    let kept = rows.into_iter().filter(|(indicator, _)| of_body(pack, indicator, asked.body));
    BoardPage { facts, groups: grouped(pack, kept), ..frame(pack, asked, false) }
}

/// With live values.
pub(crate) fn staff_page(board: &Board, trends: &Trends, asked: &Asked<'_>) -> BoardPage {
    let pack = &board.pack;
    let of_body =
        |row: &&Row| pack.indicators.get(row.indicator).is_some_and(|indicator| of_body(pack, indicator, asked.body));
    let rows: Vec<&Row> = board.rows.iter().filter(of_body).collect();
    let tone_of = |row: &Row| numbers::light_of(row.verdict.light).tone();
    let counter = |(name, words, tone): (&str, &str, Tone)| Counter {
        count: u32::try_from(rows.iter().filter(|row| tone_of(row) == tone).count()).unwrap_or_default(),
        tone,
        words: words.to_owned(),
        href: here(asked, name),
        current: asked.light == name,
    };
    let live = BoardLive {
        as_of: format!(
            "截至 {}，共 {} 条记录",
            if board.last_recorded_at > 0 {
                moment(board.last_recorded_at, pack.utc_offset_hours)
            } else {
                crate::words::date(asked.when.as_of)
            },
            count(board.records)
        ),
        looking_back: numbers::looking_back(asked.when, asked.today),
        counters: numbers::TONES.map(counter).into(),
        exports: ["xlsx", "docx"]
            .map(|kind| {
                let label = if kind == "xlsx" { "导出 Excel" } else { "导出 Word" };
                Link::new(label, dated(&format!("/exports/board.{kind}"), asked))
            })
            .into(),
    };
    let wanted = numbers::TONES.iter().find(|(name, ..)| *name == asked.light).map(|(_, _, tone)| *tone);
    let shown = rows.into_iter().filter(|row| wanted.is_none_or(|tone| tone_of(row) == tone));
    let filled = shown.filter_map(|live| {
        let indicator = pack.indicators.get(live.indicator)?;
        let filled = BoardRow {
            href: dated(&format!("/indicators/{}", indicator.id), asked),
            live: Some(row_live(pack, indicator, live, trends, asked.when)),
            ..row(pack, indicator, asked.when.as_of)
        };
        Some((indicator, filled))
    });
    BoardPage { live: Some(live), groups: grouped(pack, filled), ..frame(pack, asked, true) }
}

fn targets(pack: &Pack) -> impl Iterator<Item = &Indicator> {
    pack.indicators.iter().filter(|indicator| indicator.is_of_plan())
}

fn of_body(pack: &Pack, indicator: &Indicator, body: &str) -> bool {
    body.is_empty() || indicator.bodies.iter().filter_map(|at| pack.bodies.get(*at)).any(|known| known.id == body)
}

fn frame(pack: &Pack, asked: &Asked<'_>, live: bool) -> BoardPage {
    let elapsed = numbers::plan_elapsed(pack, asked.when.as_of);
    let with_row = targets(pack).filter(|indicator| indicator.row.is_some()).count();
    let of_text = targets(pack).count() - with_row;
    let own = pack.indicators.iter().filter(|indicator| live && indicator.own && !indicator.helper).count();
    let own = if own == 0 { String::new() } else { format!("另有县里自设的 {own} 项。") };
    BoardPage {
        title: format!("{} 年质量强县指标", pack.target_year),
        lead: format!("方案分解表 {with_row} 项指标和正文 {of_text} 项目标。{own}"),
        plan: Some(Link::new(format!("《{}》", pack.title), "/plan")),
        baseline_year: pack.baseline_year.to_string(),
        target_year: pack.target_year.to_string(),
        elapsed,
        elapsed_text: share(elapsed),
        query: query(pack, asked, live),
        ..BoardPage::default()
    }
}

fn query(pack: &Pack, asked: &Asked<'_>, live: bool) -> Query {
    let named: Vec<usize> = {
        let mut all: Vec<usize> = targets(pack).flat_map(|indicator| indicator.bodies.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let bodies = named.into_iter().filter_map(|at| pack.bodies.get(at));
    let options =
        bodies.map(|body| Choice::new(&body.id, &body.name).chosen(body.id == asked.body)).collect::<Vec<_>>();
    let mut fields = vec![Field::new("body", "责任单位", Control::Area { options })];
    if live {
        let options = numbers::TONES
            .iter()
            .map(|(name, words, _)| Choice::new(*name, *words).chosen(asked.light == *name))
            .collect();
        fields.push(Field::new("light", "状态", Control::Area { options }));
        let as_of = unless_today(asked.when.as_of, asked.today);
        let known_on = asked.when.known_on.map(plain_date).unwrap_or_default();
        fields.push(Field::new("as_of", "截至", Control::Date { value: as_of }));
        fields.push(Field::new("known_on", "按当时所知", Control::Date { value: known_on }));
    }
    Query { action: "/board".to_owned(), fields, keep: Vec::new(), open: false }
}

fn row(pack: &Pack, indicator: &Indicator, day: i32) -> BoardRow {
    let elapsed = numbers::elapsed(pack, indicator, day);
    BoardRow {
        no: indicator.row.map(|row| row.to_string()).unwrap_or_default(),
        name: indicator.name.clone(),
        href: format!("/indicators/{}", indicator.id),
        bodies: numbers::bodies(pack, indicator),
        baseline: numbers::baseline(indicator),
        target: numbers::target(indicator),
        unit: indicator.unit.clone(),
        elapsed,
        elapsed_text: share(elapsed),
        published: None,
        live: None,
    }
}

fn row_live(pack: &Pack, indicator: &Indicator, row: &Row, trends: &Trends, when: When) -> RowLive {
    let reason = row.reason.clone().filter(|_| !row.reason.as_deref().unwrap_or_default().is_empty());
    RowLive {
        value: numbers::value(indicator, &row.number),
        detail: numbers::detail(indicator, row),
        progress: numbers::progress(pack, indicator, row, when),
        trend: trend(indicator, row.indicator, trends),
        light: numbers::light_of(row.verdict.light),
        reason: reason.map(shortened),
    }
}

/// A reason of the board is one glance; the whole of it stands on the indicator's page.
fn shortened(reason: String) -> String {
    const GLANCE: usize = 24;
    let first = reason.split(['。', '；']).next().unwrap_or_default();
    match first.chars().count() {
        length if length <= GLANCE => first.to_owned(),
        _ => first.chars().take(GLANCE).chain(['…']).collect(),
    }
}

fn trend(indicator: &Indicator, at: usize, trends: &Trends) -> Spark {
    let known: Vec<(i16, Option<Decimal>)> =
        trends.iter().map(|(year, values)| (*year, values.get(&at).copied().flatten())).collect();
    let words: Vec<String> = known
        .iter()
        .filter_map(|(year, value)| value.map(|value| format!("{year} 年 {}", numbers::shown(indicator, value))))
        .collect();
    Spark { title: words.join("，"), points: known.into_iter().map(|(_, value)| value.map(float)).collect() }
}

fn grouped<'a>(pack: &Pack, rows: impl Iterator<Item = (&'a Indicator, BoardRow)>) -> Vec<BoardGroup> {
    let mut groups: Vec<BoardGroup> =
        pack.groups.iter().map(|group| BoardGroup { name: group.name.clone(), rows: Vec::new() }).collect();
    let mut others = BoardGroup { name: "其他".to_owned(), rows: Vec::new() };
    for (indicator, row) in rows {
        match indicator.group.and_then(|at| groups.get_mut(at)) {
            Some(group) => group.rows.push(row),
            None => others.rows.push(row),
        }
    }
    groups.push(others);
    groups.retain(|group| !group.rows.is_empty());
    groups
}

/// The board with another light; the same one again takes the filter off.
fn here(asked: &Asked<'_>, light: &str) -> String {
    let light = if asked.light == light { "" } else { light };
    let (as_of, known_on) = days(asked);
    address("/board", &[("body", asked.body), ("light", light), ("as_of", &as_of), ("known_on", &known_on)])
}

/// An address that keeps the day and the knowledge of the view.
fn dated(path: &str, asked: &Asked<'_>) -> String {
    let (as_of, known_on) = days(asked);
    address(path, &[("as_of", &as_of), ("known_on", &known_on)])
}

fn days(asked: &Asked<'_>) -> (String, String) {
    let as_of = unless_today(asked.when.as_of, asked.today);
    (as_of, asked.when.known_on.map(plain_date).unwrap_or_default())
}
