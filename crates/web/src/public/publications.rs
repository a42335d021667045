//! 公开目录: `/public` and what stands below it. Everything here is read by anybody: the use cases hand out frozen, approved content and nothing else.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use zhiheng_app::{Error, Formula, PublicItem, PublicNumber, PublicRows, PublicStanding, PublicWanted, RecordId};
use zhiheng_pack::indicator::Sampling;
use zhiheng_pack::publication::{LIST, NUMBER, RESULT};
use zhiheng_pack::{Indicator, Pack};

use crate::components::{
    Link,
    action::{Action, Weight},
    chart::{Chart, ChartPoint},
    light::Tone,
    pager::Pager,
    summary::Line,
    table::{Cell, Column, Row, Table},
    tabs::Tab,
    tag::Tag,
};
use crate::extract::{Params, Visit};
use crate::frame::shell;
use crate::office::content::{read_cursor, write_cursor};
use crate::office::export::Download;
use crate::pages::{HowToCheck, PublicLine, PublicationPage, PublicationsPage, Published, PublishedCell};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::{address, count, date, grouped, plain_date};

/// Lines of a page of the directory.
const PAGE: usize = 20;
/// Rows of a page of a list.
const ROWS: usize = 50;
/// Entries of the feed.
const FEED: usize = 30;
/// How a value reads that an older formula gave.
const OTHER_FORMULA: &str = "口径与后一次公布的不同，两个数前后不可比";

fn id_of(text: &str) -> Result<RecordId, Error> {
    text.parse().map_err(|_| Error::NotFound("这项公开的信息".to_owned()))
}

/// `GET /public`
pub(crate) async fn list(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let on_request = params.get("kind") == "request";
    let about = params.get("about").to_owned();
    let after = read_cursor(params.get("after"));
    let wanted = PublicWanted { on_request, about: about.clone(), after, limit: PAGE };
    let found = server.run(move |app| app.public_page(&wanted)).await?;
    let own = |kind: &str, about: &str, after: &str| {
        address("/public", &[("kind", kind), ("about", about), ("after", after)])
    };
    let tab = |label: &str, kind: &str| Tab {
        label: label.to_owned(),
        count: None,
        href: own(kind, "", ""),
        current: on_request == (kind == "request"),
    };
    let parts = [
        ("全部", ""),
        ("数字", NUMBER),
        ("名单", LIST),
        ("抽检结果", RESULT),
        ("文件", "document"),
        ("统计分析", "statistics"),
    ];
    let kind = if on_request { "request" } else { "" };
    let page = PublicationsPage {
        shell: shell(&server, &visit),
        tabs: vec![tab("主动公开", ""), tab("依申请公开", "request")],
        parts: if on_request {
            Vec::new()
        } else {
            parts.map(|(label, about)| Link::new(label, own("", about, ""))).into()
        },
        lines: found.items.iter().map(line).collect(),
        next: found.next.map(|cursor| own(kind, &about, &write_cursor(&cursor))),
        feed: Some(Link::new("订阅（Atom）", "/public.atom")),
    };
    Ok(page_of(page.render()))
}

fn href(item: &PublicItem) -> String {
    format!("/public/{}", item.id)
}

fn line(item: &PublicItem) -> PublicLine {
    let gone = matches!(item.standing, PublicStanding::Withdrawn { .. });
    let before = item.earlier.first().filter(|_| !item.correction.is_empty());
    let was = before.map(|before| before.value.as_ref().map_or_else(|| edition(before), with_counts));
    PublicLine {
        link: Link::new(&item.title, href(item)),
        tag: (gone || item.edition > 1 || item.standing == PublicStanding::OnRequest).then(|| tag_of(item)),
        text: match (&item.standing, &item.value) {
            (PublicStanding::Withdrawn { on, reason }, _) => withdrawn(*on, reason),
            (_, Some(value)) => format!("{}，截至{}。", shown(value), date(value.as_of)),
            _ => item.row_count.map(|rows| format!("共 {} 行。", count(rows))).unwrap_or_default(),
        },
        corrected: was.map(|was| (was, item.correction.clone())),
        facts: facts_of(item),
    }
}

fn facts_of(item: &PublicItem) -> Vec<String> {
    let mut facts = vec![item.number.clone(), item.openness.clone(), item.basis.clone(), item.body.clone()];
    facts.extend(item.published_on.map(|day| match item.standing {
        PublicStanding::OnRequest => format!("{}决定", date(day)),
        _ => format!("{}公开", date(day)),
    }));
    facts.retain(|fact| !fact.is_empty());
    facts
}

fn edition(item: &PublicItem) -> String {
    format!("{}公布的内容", item.published_on.map(date).unwrap_or_default())
}

fn withdrawn(on: Option<i32>, reason: &str) -> String {
    let day = on.map(date).unwrap_or_default();
    let reason = if reason.is_empty() { "没有写明原因" } else { reason };
    format!("{day}撤回，原因：{reason}。内容已不再公开。").replace("。。", "。")
}

fn tag_of(item: &PublicItem) -> Tag {
    match &item.standing {
        PublicStanding::Withdrawn { .. } => Tag::new(Tone::Neutral, "已撤回"),
        PublicStanding::OnRequest => Tag::new(Tone::Neutral, "依申请公开"),
        PublicStanding::Published { .. } if item.edition > 1 => Tag::new(Tone::Warn, "已更正"),
        PublicStanding::Published { .. } => Tag::new(Tone::Good, "已公开"),
    }
}

/// 98.4%, 1,250 家.
pub(crate) fn shown(value: &PublicNumber) -> String {
    let unit = match value.unit.as_str() {
        "" => String::new(),
        "%" => "%".to_owned(),
        unit => format!(" {unit}"),
    };
    format!("{}{unit}", grouped(&value.value))
}

/// 98.3%，809 ÷ 823: a correction may leave the printed value as it was.
fn with_counts(value: &PublicNumber) -> String {
    match (&value.numerator, &value.denominator) {
        (Some(numerator), Some(denominator)) => {
            format!("{}，{} ÷ {}", shown(value), grouped(numerator), grouped(denominator))
        }
        _ => shown(value),
    }
}

/// `GET /public/ID`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Path(id): Path<String>, params: Params) -> Answer {
    let id = id_of(&id)?;
    let (item, rows) = server
        .run(move |app| {
            let item = app.public_item(&id)?;
            let rows = match item.row_count {
                Some(_) => Some(app.public_rows(&id)?.1),
                None => None,
            };
            Ok((item, rows))
        })
        .await?;
    let page = item_page(&server.app().pack, &item, rows.as_ref(), params.get("page").parse().unwrap_or(1));
    Ok(page_of(PublicationPage { shell: shell(&server, &visit), ..page }.render()))
}

fn item_page(pack: &Pack, item: &PublicItem, rows: Option<&PublicRows>, number: usize) -> PublicationPage {
    let stands = matches!(item.standing, PublicStanding::Published { .. });
    let indicator = item.value.as_ref().and_then(|value| pack.indicator(&value.indicator));
    let mut page = PublicationPage {
        title: item.title.clone(),
        tag: tag_of(item),
        gone: match &item.standing {
            PublicStanding::Withdrawn { on, reason } => Some(withdrawn(*on, reason)),
            PublicStanding::OnRequest => {
                Some("这项信息不主动公开，可以依法申请公开：请向公开单位提出政府信息公开申请。".to_owned())
            }
            PublicStanding::Published { .. } => None,
        },
        facts: facts(item),
        number: item.value.as_ref().map(|value| (shown(value), format!("截至{}", date(value.as_of)))),
        indicator: indicator.map(|one| Link::new(format!("指标：{}", one.name), format!("/indicators/{}", one.id))),
        corrected: corrections(item),
        text: item.content.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        attachment: item.attachment.as_ref().map(|file| Link::new(&file.name, format!("{}/attachment", href(item)))),
        check: (stands && (item.value.is_some() || item.row_count.is_some())).then(|| check(pack, item, indicator)),
        ..PublicationPage::default()
    };
    if let Some(rows) = rows {
        let pages = rows.rows.len().div_ceil(ROWS).max(1);
        let at = number.clamp(1, pages);
        let way = |at: usize| address(&href(item), &[("page", &at.to_string())]);
        let first = (at - 1) * ROWS;
        let last = (first + ROWS).min(rows.rows.len());
        page.table = Some(table_of(item, rows, first, last));
        page.pager = Some(Pager {
            total: count(rows.rows.len()),
            previous: (at > 1).then(|| way(at - 1)),
            next: (at < pages).then(|| way(at + 1)),
            shown: (last > first).then(|| format!("{}–{last}", first + 1)),
        });
        page.downloads = vec![
            Action::open("下载 Excel", format!("{}/rows.xlsx", href(item))),
            Action::open("下载 CSV", format!("{}/rows.csv", href(item))),
        ];
    }
    page
}

fn facts(item: &PublicItem) -> Vec<Line> {
    let mut lines = vec![
        Line::text("公开编号", item.number.clone()),
        Line::text("公开对象", item.about_name.clone()),
        Line::text("公开属性", item.openness.clone()),
        Line::text("依据", item.basis.clone()),
        Line::text("公开单位", item.body.clone()),
    ];
    lines.extend(item.formed_on.map(|day| Line::text("形成日期", date(day))));
    let name = if item.standing == PublicStanding::OnRequest { "决定日期" } else { "公开日期" };
    lines.extend(item.published_on.map(|day| Line::text(name, date(day))));
    if item.edition > 1 {
        lines.push(Line::text("第几次公布", format!("第 {} 次", item.edition)));
    }
    lines.retain(|line| line.value != Cell::Text(String::new()));
    lines
}

/// What was published before, and why it was corrected: each edition's own words.
fn corrections(item: &PublicItem) -> Vec<(String, String)> {
    let newer = std::iter::once(item).chain(&item.earlier);
    let one = |(newer, older): (&PublicItem, &PublicItem)| {
        let was = older.value.as_ref().map_or_else(
            || edition(older),
            |value| format!("{}（{}）", with_counts(value), older.published_on.map(date).unwrap_or_default()),
        );
        (was, newer.correction.clone())
    };
    newer.zip(&item.earlier).map(one).collect()
}

fn table_of(item: &PublicItem, rows: &PublicRows, first: usize, last: usize) -> Table {
    let columns = rows.columns.iter().map(|column| Column::text(&column.name));
    let shown = rows.rows.iter().enumerate().skip(first).take(last - first);
    let row = |(at, row): (usize, &zhiheng_app::PublicRow)| {
        let no = Cell::Text((at + 1).to_string());
        Row::new(std::iter::once(no).chain(row.cells.iter().cloned().map(Cell::Text)).collect())
    };
    Table {
        id: "rows".into(),
        caption: item.title.clone(),
        quiet_caption: true,
        columns: std::iter::once(Column::number("序号")).chain(columns).collect(),
        rows: shown.map(row).collect(),
        stacked: true,
        empty: Some("名单上的信息都已期满或者移出，不再公开。".into()),
        ..Table::default()
    }
}

/// In the words of somebody who has never seen a database.
fn check(pack: &Pack, item: &PublicItem, indicator: Option<&Indicator>) -> HowToCheck {
    let files = vec![
        Action::open("下载核对包", format!("{}/proof.json", href(item))).weight(Weight::Primary),
        Action::open("下载存证回执", format!("{}/receipt.tlog-proof", href(item))),
    ];
    let verify = "下载核对包（一个小文件，只有计数和指纹，没有任何人的信息），在任何一台电脑上运行 zhiheng verify 文件名：它会重新算一遍，并告诉您核对包有没有被改过。不用联网，也不用相信我们。连同存证回执一起核对（zhiheng verify 核对包 --receipt 回执 --key 公钥，公钥在“透明日志”一页），还证明公布的内容记进了透明日志，事后换不掉。";
    let mut digests = vec![Line::text("方案包", item.pack_hash.clone()).note("当时使用的方案、口径、程序参数").wide()];
    let limits = [
        "它证明公布的数和公布的计数、口径对得上，也证明公布以后没有被悄悄换掉；它不证明每条记录登记时就是真实的。",
        "记录本身含有不宜公开的内容，不在核对包里；指纹由审计机关和上级凭记录核对。",
    ]
    .map(str::to_owned)
    .into();
    let Some(value) = &item.value else {
        return HowToCheck {
            title: "这份名单怎么核对".into(),
            steps: vec![
                Line::text(
                    "有多少行",
                    format!(
                        "公布时名单有 {} 行，是公布那一刻登记的内容；以后的改动不会自己跑进来，要经过重新审查。",
                        count(item.row_count.unwrap_or_default())
                    ),
                ),
                Line::text(
                    "是不是那一份",
                    "下载的 CSV 文件的 SHA-256 指纹写在核对包里，两个一致就是当时公布的那一份（有期满、移出的，表里会少几行，指纹随之不同）。",
                ),
                Line::text("自己核对", verify),
            ],
            digests,
            limits,
            files,
            ..HowToCheck::default()
        };
    };
    digests.push(
        Line::text("口径", value.formula_digest.clone()).note(format!("第 {} 版口径的写法", version(value))).wide(),
    );
    digests.push(
        Line::text("计入的记录", value.records_digest.clone())
            .note("每一条记录及其版本；多一条、少一条、改一个字，指纹都不同")
            .wide(),
    );
    digests.push(Line::text("按此刻所知", item.known_at.clone()).note("世界时").wide());
    let mut kinds: Vec<&str> = value
        .formula
        .iter()
        .flat_map(|one| &one.sources)
        .filter_map(|source| pack.kind(&source.kind))
        .map(|kind| kind.name.as_str())
        .collect();
    kinds.dedup();
    let mut steps = Vec::new();
    steps.extend(
        indicator.map(|one| &one.definition).filter(|text| !text.is_empty()).map(|text| Line::text("什么意思", text)),
    );
    steps.extend(value.formula.as_ref().map(|formula| Line::text("怎么算", how(formula, indicator, &kinds))));
    steps.push(Line::text("数到哪天", match value.records {
        Some(records) => format!("数到{}为止，按公布那一刻已经登记的记录，计入 {} 条。公布以后才补登、更正的，不改这个数；要改，必须重新审查，新旧两个数一起公布。", date(value.as_of), count(records)),
        None => format!("数到{}为止。涉及个人事项、小于 5 的计数不公开，能倒算出它的数也不公开。", date(value.as_of)),
    }));
    if let Some((low, high)) = &value.interval {
        steps.push(Line::text("有多大出入", how_sure(value, indicator, low, high)));
    }
    steps.push(Line::text("自己核对", verify));
    HowToCheck { title: "这个数怎么核对".into(), computation: computation(value), steps, digests, limits, files }
}

/// What a sample of this size can tell; of a sample that was not drawn at random, that it was not.
fn how_sure(value: &PublicNumber, indicator: Option<&Indicator>, low: &str, high: &str) -> String {
    let n = value.n.map(count).unwrap_or_default();
    if value.numerator.is_none() {
        return format!("这是抽样调查的结果，样本 {n}，按调查方报送的误差，真实水平大约在 {low} 到 {high} 之间。");
    }
    let random = match indicator.map(|one| one.sampling) {
        Some(Sampling::Targeted) => "抽检是有针对性的，不是随机抽样，这个范围仅供参考。",
        _ => "",
    };
    format!(
        "只抽了 {n} 个，换一批抽结果会有出入：按统计学的算法，真实水平大约在 {low} 到 {high} 之间（95% 威尔逊区间）。{random}"
    )
}

fn version(value: &PublicNumber) -> u32 {
    value.formula.as_ref().map_or(1, |formula| formula.version)
}

/// 98.4% = 246 ÷ 250 × 100.
fn computation(value: &PublicNumber) -> String {
    let factor = value.formula.as_ref().map_or("1", |formula| formula.factor.as_str());
    match (&value.numerator, &value.denominator) {
        (Some(numerator), Some(denominator)) => {
            let factor = if factor == "1" { String::new() } else { format!(" × {factor}") };
            format!("{} = {} ÷ {}{factor}", shown(value), grouped(numerator), grouped(denominator))
        }
        (Some(numerator), None) => format!("{} = 计入 {}", shown(value), grouped(numerator)),
        _ => String::new(),
    }
}

fn how(formula: &Formula, indicator: Option<&Indicator>, kinds: &[&str]) -> String {
    let words = |text: Option<&Option<String>>, word: &str| text.cloned().flatten().unwrap_or_else(|| word.to_owned());
    let of = if kinds.is_empty() {
        String::new()
    } else {
        format!("，数的是“{}”里的记录", kinds.join("”“"))
    };
    match formula.form.as_str() {
        "ratio" => {
            let numerator = words(indicator.map(|one| &one.numerator_text), "符合条件的");
            let denominator = words(indicator.map(|one| &one.denominator_text), "全部");
            format!("分子（{numerator}）除以分母（{denominator}）{of}。")
        }
        "stock" => format!("当日仍然有效的有多少{of}。"),
        "flow" => format!("这一期里发生的有多少{of}。"),
        "composite" => "由几个指标的数相加减。".to_owned(),
        _ => "由责任单位报送，取截止日以前最近的一次。".to_owned(),
    }
}

/// `GET /public/ID/proof.json`
pub(crate) async fn proof(State(server): State<Server>, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let bundle = server.run(move |app| app.public_bundle(&id)).await?;
    let text = serde_json::to_string_pretty(&bundle).map_err(|error| Error::Internal(error.to_string()))?;
    let name = format!("核对包_{}_第{}次.json", bundle.publication, bundle.edition);
    Ok(Download { name, media_type: "application/json".to_owned(), bytes: text.into_bytes() }.answer())
}

/// `GET /public/ID/receipt.tlog-proof`
pub(crate) async fn receipt(State(server): State<Server>, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let text = server.run(move |app| app.public_receipt(&id)).await?;
    Ok(crate::office::records::proof(format!("{id}.tlog-proof"), text).answer())
}

/// `GET /public/ID/rows.csv`
pub(crate) async fn csv(State(server): State<Server>, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let (item, rows) = server.run(move |app| app.public_rows(&id)).await?;
    let media_type = "text/csv; charset=utf-8".to_owned();
    Ok(Download { name: format!("{}.csv", item.title), media_type, bytes: rows.csv() }.answer())
}

/// `GET /public/ID/rows.xlsx`
pub(crate) async fn xlsx(State(server): State<Server>, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let (item, rows) = server.run(move |app| app.public_rows(&id)).await?;
    let book = zhiheng_sheet::Workbook { sheets: vec![rows.sheet(&item.title)] };
    let bytes = zhiheng_sheet::write_xlsx(&book).map_err(|error| Error::Internal(error.to_string()))?;
    let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned();
    Ok(Download { name: format!("{}.xlsx", item.title), media_type, bytes }.answer())
}

/// `GET /public/ID/attachment`
pub(crate) async fn attachment(State(server): State<Server>, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let (file, bytes) = server.run(move |app| app.public_attachment(&id)).await?;
    Ok(Download { name: file.name, media_type: file.media_type, bytes }.answer())
}

/// `GET /public.atom`: RFC 4287.
pub(crate) async fn feed(State(server): State<Server>, visit: Visit) -> Answer {
    let wanted = PublicWanted { limit: FEED, ..PublicWanted::default() };
    let found = server.run(move |app| app.public_page(&wanted)).await?;
    let origin = &visit.origin;
    let pack = &server.app().pack;
    let updated = |item: &PublicItem| {
        let day = match &item.standing {
            PublicStanding::Withdrawn { on: Some(on), .. } => Some(*on),
            _ => item.published_on,
        };
        format!("{}T00:00:00Z", plain_date(day.unwrap_or_default()))
    };
    let newest = found.items.iter().map(updated).max().unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned());
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{}公开目录</title><id>{o}/public</id><link rel=\"self\" href=\"{o}/public.atom\"/><link href=\"{o}/public\"/><updated>{newest}</updated><author><name>{}</name></author>\n",
        escaped(&pack.place_name),
        escaped(&pack.place_name),
        o = escaped(origin)
    );
    for item in &found.items {
        let one = line(item);
        text.push_str(&format!(
            "<entry><title>{}</title><id>{o}{h}</id><link href=\"{o}{h}\"/><updated>{}</updated><summary>{}</summary></entry>\n",
            escaped(&item.title),
            updated(item),
            escaped(&one.text),
            o = escaped(origin),
            h = href(item)
        ));
    }
    text.push_str("</feed>\n");
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], text).into_response())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What is published of an indicator, for its page: newest first, the earlier value of a corrected one beside it.
pub(crate) fn of_indicator(items: &[PublicItem]) -> Vec<Published> {
    let one = |(at, item): (usize, &PublicItem)| {
        let value = item.value.as_ref()?;
        let first = item.earlier.first().and_then(|before| before.value.as_ref());
        let later = at.checked_sub(1).and_then(|at| items.get(at)).and_then(|later| later.value.as_ref());
        let published = item.earlier.last().unwrap_or(item).published_on;
        Some(Published {
            period: format!("截至{}", date(value.as_of)),
            value: shown(first.unwrap_or(value)),
            note: format!("{}经批准公布", published.map(date).unwrap_or_default()),
            corrected: first.map(|_| (shown(value), item.correction.clone())),
            check: Some(Link::new("这个数怎么核对", format!("{}#check", href(item)))),
            break_note: later
                .filter(|later| later.formula_digest != value.formula_digest)
                .map(|_| OTHER_FORMULA.to_owned()),
            difference: None,
        })
    };
    items.iter().enumerate().filter_map(one).collect()
}

/// The published numbers as a line, broken where the formula changes: two formulas are not one series.
pub(crate) fn chart(indicator: &Indicator, items: &[PublicItem]) -> Option<Chart> {
    let values: Vec<(&PublicItem, &PublicNumber)> =
        items.iter().rev().filter_map(|item| Some((item, item.value.as_ref()?))).collect();
    let number = |value: &PublicNumber| value.value.parse::<f64>().ok();
    if values.iter().filter(|(_, value)| number(value).is_some()).count() < 2 {
        return None;
    }
    let breaks = values.windows(2).enumerate().filter(|(_, pair)| match pair {
        [(_, before), (_, after)] => before.formula_digest != after.formula_digest,
        _ => false,
    });
    let point = |(item, value): &(&PublicItem, &PublicNumber)| ChartPoint {
        label: plain_date(value.as_of),
        value: number(value),
        text: shown(value),
        interval: None,
        interval_text: None,
        detail: value.numerator.as_ref().zip(value.denominator.as_ref()).map(|(one, all)| format!("{one} ÷ {all}")),
        href: Some(href(item)),
    };
    Some(Chart {
        id: "published".into(),
        title: format!("{}，已公布的数", indicator.name),
        description: values
            .iter()
            .map(|(_, value)| format!("{} {}", plain_date(value.as_of), shown(value)))
            .collect::<Vec<_>>()
            .join("，"),
        unit: indicator.unit.clone(),
        period_label: "截止日".into(),
        breaks: breaks.map(|(at, _)| at + 1).collect(),
        points: values.iter().map(point).collect(),
        target: None,
    })
}

/// The latest published number, for the board.
pub(crate) fn on_board(item: &PublicItem) -> Option<PublishedCell> {
    let value = item.value.as_ref()?;
    Some(PublishedCell { value: shown(value), period: format!("截至{}", date(value.as_of)) })
}

/// The latest of what is published, for the first page.
pub(crate) fn latest(items: &[PublicItem]) -> Vec<Link> {
    let standing = items.iter().filter(|item| matches!(item.standing, PublicStanding::Published { .. }));
    let label = |item: &PublicItem| match &item.value {
        Some(value) => format!("{}：{}", item.title, shown(value)),
        None => item.title.clone(),
    };
    standing.map(|item| Link::new(label(item), href(item))).collect()
}

/// A number as data.
pub(crate) fn as_data(item: &PublicItem) -> serde_json::Value {
    let value = item.value.as_ref();
    serde_json::json!({
        "value": value.map(|value| &value.value),
        "as_of": value.map(|value| plain_date(value.as_of)),
        "published_on": item.published_on.map(plain_date),
        "edition": item.edition,
        "proof": format!("{}/proof.json", href(item)),
    })
}

/// `GET /public.json`: the directory as data.
pub(crate) async fn data(State(server): State<Server>, params: Params) -> Answer {
    let after = read_cursor(params.get("after"));
    let wanted = PublicWanted { after, limit: 100, ..PublicWanted::default() };
    let found = server.run(move |app| app.public_page(&wanted)).await?;
    let items: Vec<serde_json::Value> = found
        .items
        .iter()
        .map(|item| {
            let (state, reason) = match &item.standing {
                PublicStanding::Withdrawn { reason, .. } => ("withdrawn", Some(reason)),
                PublicStanding::OnRequest => ("on_request", None),
                PublicStanding::Published { .. } => ("published", None),
            };
            let mut data = serde_json::json!({
                "number": item.number, "title": item.title, "about": item.about, "state": state, "reason": reason,
                "published_on": item.published_on.map(plain_date), "url": href(item),
            });
            if let Some(object) = data.as_object_mut().filter(|_| item.value.is_some()) {
                object.insert("figure".to_owned(), as_data(item));
            }
            data
        })
        .collect();
    let next = found.next.map(|cursor| address("/public.json", &[("after", &write_cursor(&cursor))]));
    Ok(Json(serde_json::json!({ "items": items, "next": next })).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(as_of: i32, value: &str, formula_digest: &str) -> PublicItem {
        let value = PublicNumber {
            indicator: "food_pass_rate".into(),
            as_of,
            value: value.into(),
            unit: "%".into(),
            numerator: None,
            denominator: None,
            n: None,
            interval: None,
            suppressed: false,
            formula: None,
            formula_digest: formula_digest.into(),
            records: None,
            records_digest: String::new(),
        };
        PublicItem {
            id: RecordId([1; 16]),
            frozen: Some(RecordId([2; 16])),
            number: String::new(),
            title: String::new(),
            about: NUMBER.into(),
            about_name: String::new(),
            openness: String::new(),
            basis: String::new(),
            body: String::new(),
            formed_on: None,
            published_on: Some(as_of + 10),
            edition: 1,
            standing: PublicStanding::Published { under_review: false },
            correction: String::new(),
            content: String::new(),
            value: Some(value),
            row_count: None,
            attachment: None,
            known_at: String::new(),
            pack_hash: String::new(),
            earlier: Vec::new(),
        }
    }

    #[test]
    fn two_formulas_are_never_one_series() {
        let newest_first =
            [item(300, "98.4", "b"), item(200, "98.1", "b"), item(100, "95.0", "a"), item(50, "少于5", "a")];
        let notes: Vec<bool> = of_indicator(&newest_first).iter().map(|one| one.break_note.is_some()).collect();
        assert_eq!(notes, [false, false, true, false], "the last of the old formula says so");
        let pack = zhiheng_pack::read(&zhiheng_pack::PackFiles { name: "test".into(), files: test_pack() }, &|_| None);
        let (pack, problems) = pack;
        let pack = pack.unwrap_or_else(|| panic!("{problems:?}"));
        let chart = chart(&pack.indicators[0], &newest_first).expect("a chart");
        assert_eq!(chart.breaks, [2], "between the second and the third point, oldest first");
        assert_eq!(chart.points[0].value, None, "a number that is kept back is no point");
    }

    fn test_pack() -> std::collections::BTreeMap<String, String> {
        let text = r#"
[pack]
id = "test"
title = "方案"
place = { code = "990199", name = "示例县" }
document = "plan.txt"
baseline_year = 2022
target_year = 2027
[[body]]
id = "scjg"
name = "县市场监管局"
[[kind]]
id = "sample"
name = "样品"
group = "抽检"
about = "一个批次"
label = "{name}"
day = "on"
columns = ["name"]
[[kind.field]]
id = "name"
name = "名称"
type = "text"
[[kind.field]]
id = "on"
name = "日期"
type = "date"
[[kind.sample]]
name = "油"
[[indicator]]
id = "food_pass_rate"
name = "食品抽检合格率"
unit = "%"
form = "flow"
bodies = ["scjg"]
baseline = { year = 2022, value = "98" }
target = { year = 2027, op = ">=", value = "98.2" }
[[indicator.over]]
kind = "sample"
count = "on"
"#;
        [("pack.toml", text), ("plan.txt", "方案")].map(|(name, text)| (name.to_owned(), text.to_owned())).into()
    }
}
